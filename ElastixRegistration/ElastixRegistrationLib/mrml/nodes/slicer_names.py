"""Results of the Logic with names in Slicer's style, like the Logic itself."""

from __future__ import annotations

import re
from typing import Any


class SlicerNames:
    """``outcome.volumeNode`` is ``outcome.volume_node``, and so on for every public attribute of a subclass."""

    def __getattr__(self, name: str) -> Any:
        plain = _plain(name)
        if plain == name or name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        try:
            return getattr(self, plain)
        except AttributeError:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}") from None

    def __dir__(self) -> list[str]:
        names = [*super().__dir__()]
        return [*names, *(_camel(name) for name in names if "_" in name.strip("_") and not name.startswith("_"))]


def _plain(name: str) -> str:
    return re.sub(r"(?<!^)[A-Z]", lambda letter: f"_{letter.group().lower()}", name)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda letter: letter.group(1).upper(), name)
