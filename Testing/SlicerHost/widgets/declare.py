"""Short declarations for the host's own widgets.

A Q_PROPERTY of the real class is a `Property`, a public slot or Q_INVOKABLE a `Slot`, a signal a `Signal`; plain C++
methods stay Python methods, which the wrappers do not show (see members.py). VTK objects travel as ``object``;
`cppSignatures` gives the C++ signature of each such slot and signal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Property

#: PySide6 spells a meta-object type by a Python type or by a name.
TYPES: dict[type, Any] = {list: "QStringList"}


def stored(kind: Any, name: str, default: Any, after: Callable[[Any], None] | None = None) -> Property:
    """A read-write property that only keeps its value; `after(widget)` runs when it changed."""
    key = f"_stored_{name}"

    def read(self: Any) -> Any:
        return self.__dict__.get(key, default)

    def write(self: Any, value: Any) -> None:
        if value != read(self):
            self.__dict__[key] = value
            if after is not None:
                after(self)

    return Property(TYPES.get(kind, kind), read, write)


def fixed(kind: Any, value: Callable[[Any], Any]) -> Property:
    """A read-only property."""
    return Property(TYPES.get(kind, kind), value)


def forwarded(kind: Any, child: str, name: str) -> Property:
    """A property of an inner Qt widget: `child` is the attribute it hangs on."""
    setter = f"set{name[0].upper()}{name[1:]}"

    def read(self: Any) -> Any:
        return getattr(getattr(self, child), name)()

    def write(self: Any, value: Any) -> None:
        getattr(getattr(self, child), setter)(value)

    return Property(TYPES.get(kind, kind), read, write)
