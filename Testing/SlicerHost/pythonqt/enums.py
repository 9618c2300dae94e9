"""Qt enums as PythonQt shows them: unscoped values that are ints.

Read in MeVisLab/pythonqt:src/PythonQt.cpp (createEnumValueInstance), src/PythonQtConversion.cpp (enum parameters) and
src/PythonQtClassInfo.cpp (lookForEnumAndCache).
"""

from __future__ import annotations

import enum
from typing import Any

_wrappers: dict[type[enum.Enum], type[EnumValue]] = {}


class EnumMeta(type):
    """Gives an enum wrapper its scoped spelling, ``qt.Qt.AlignmentFlag.AlignLeft``."""

    def __getattr__(cls, name: str) -> EnumValue:
        native = cls.__dict__.get("_hostEnum")
        if native is not None and name in native.__members__:
            return value_of(native.__members__[name])
        raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")


class EnumValue(int, metaclass=EnumMeta):
    """One enum value: an int that still knows its enum. Arithmetic and ``|`` give a plain int, as in PythonQt."""

    _hostEnum: type[enum.Enum] | None = None


def wrapper_of(native: type[enum.Enum]) -> type[EnumValue]:
    """The int class that stands for a PySide6 enum."""
    if native not in _wrappers:
        _wrappers[native] = EnumMeta(native.__name__, (EnumValue,), {"_hostEnum": native})
    return _wrappers[native]


def value_of(member: enum.Enum) -> EnumValue:
    """An enum member of PySide6 as the int PythonQt gives."""
    return wrapper_of(type(member))(_as_int(member))


def _as_int(member: enum.Enum) -> int:
    value = member.value
    # A handful of PySide6 enums are unsigned where Qt 5 gives a signed int; PythonQt passes the 32 bits as they are.
    return int(value)


def find_enum(native: type, name: str) -> Any:
    """The enum value or enum wrapper called `name` in a native class, or None."""
    found = getattr(native, name, None)
    if isinstance(found, enum.Enum):
        return value_of(found)
    if isinstance(found, type) and issubclass(found, enum.Enum):
        return wrapper_of(found)
    for owner in native.__mro__:
        for candidate in vars(owner).values():
            if isinstance(candidate, type) and issubclass(candidate, enum.Enum) and name in candidate.__members__:
                return value_of(candidate.__members__[name])
    return None


def to_native(native: type[enum.Enum], value: int) -> enum.Enum | None:
    """An int as a PySide6 enum member, None when no such member exists."""
    try:
        return native(int(value))
    except ValueError:
        return None
