"""Names of the last release that still work for this one, with a note."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def note_renamed(old: str, new: str, stacklevel: int = 3) -> None:
    """Tell the caller of the caller, once for each place, that ``old`` is called ``new`` now."""
    warnings.warn(
        f"{old} is called {new} now; the old name goes with the next release.", DeprecationWarning, stacklevel
    )


def former_keywords(**new_by_old: str) -> Callable[[Function], Function]:
    """A decorator for functions whose keyword arguments had other names."""

    def decorated(function: Function) -> Function:
        @functools.wraps(function)
        def called(*arguments: Any, **named: Any) -> Any:
            for old in new_by_old.keys() & named.keys():
                note_renamed(old, new_by_old[old])
                named[new_by_old[old]] = named.pop(old)
            return function(*arguments, **named)

        return called  # type: ignore[return-value]

    return decorated
