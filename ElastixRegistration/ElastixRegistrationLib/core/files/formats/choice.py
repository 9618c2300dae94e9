"""Choose structures and segments by name: FILE:NAME and FILE:NAME,NAME wherever a mask or a label map is given."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from ...errors import InputError
from ...wording import said

_MAX_NAMED = 30


def chosen_names(wanted: Sequence[str], known: Sequence[str], whole: str) -> list[str]:
    """Return the members of ``known`` that match ``wanted``. Upper and lower case count only between names that differ
    in nothing else.

    Raises InputError for an unknown name; the sentence calls the file or object ``whole``.
    """
    found = []
    for name in wanted:
        match = next((one for one in known if one == name), None)
        alike = [one for one in known if one.casefold() == name.casefold()]
        if match is None and len(alike) == 1:
            match = alike[0]
        if match is None:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            known_names = listed(known)
            if close:
                raise InputError(
                    said(
                        "There is no {name} in {whole}, which contains {known}; did you mean {close}?",
                        name=name,
                        whole=whole,
                        known=known_names,
                        close=close[0],
                    )
                )
            raise InputError(
                said(
                    "There is no {name} in {whole}, which contains {known}.",
                    name=name,
                    whole=whole,
                    known=known_names,
                )
            )
        found.append(match)
    return found


def names_in(choice: str, known: Sequence[str]) -> list[str]:
    """Return the names in the text after the colon. Commas separate them, unless the whole text is a known name."""
    if choice.casefold() in [name.casefold() for name in known]:
        return [choice]
    return [name.strip() for name in choice.split(",") if name.strip()]


def listed(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
