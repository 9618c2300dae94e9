"""Structures and segments by name: FILE:NAME and FILE:NAME,NAME wherever a mask or a label map is given."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from ...errors import InputError

_MOST_NAMED = 30


def chosen_names(wanted: Sequence[str], known: Sequence[str], whole: str) -> list[str]:
    """Those of ``known`` that are meant; capitals count only where names differ by nothing else.

    Raises InputError, with ``whole`` for what has them, for a name that is not there.
    """
    found = []
    for name in wanted:
        match = next((one for one in known if one == name), None)
        alike = [one for one in known if one.casefold() == name.casefold()]
        if match is None and len(alike) == 1:
            match = alike[0]
        if match is None:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            meant = f"; did you mean {close[0]}?" if close else ""
            raise InputError(f"There is no {name} in {whole}, which has {listed(known)}{meant or '.'}")
        found.append(match)
    return found


def names_in(choice: str, known: Sequence[str]) -> list[str]:
    """The names that a text after a colon gives: one that has a comma itself, or several with commas between them."""
    if choice.casefold() in [name.casefold() for name in known]:
        return [choice]
    return [name.strip() for name in choice.split(",") if name.strip()]


def listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
