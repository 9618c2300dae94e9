"""Which names a class has: properties, slots and methods, signals, enums, in PythonQt's order.

Read in MeVisLab/pythonqt:src/PythonQtClassInfo.cpp (member, lookForPropertyAndCache, lookForMethodAndCache,
lookForEnumAndCache). A class of Qt shows its meta-object's properties, slots and signals, and the methods PythonQt's
generated wrappers add; a class of CTK or Slicer (here: of the host) only the former, because CTK's wrapper generator
(commontk/CTK:CMake/ctkWrapPythonQt.py) adds nothing but the constructor with a parent.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QMetaMethod, QMetaObject, QMetaProperty, QObject, Signal, qInstallMessageHandler

from .enums import find_enum
from .names import QT5_SIGNALS, is_refused


@dataclass(frozen=True)
class Member:
    """One name of a class: its kind, and what the kind needs to work with it."""

    kind: str  # "property", "method", "slot" (of a host class), "signal" or "enum"
    name: str
    value: Any = None
    overloads: tuple[HostSlot, ...] = ()


@dataclass(frozen=True)
class HostSlot:
    """One overload of a slot of the host's own widgets: the C++ types of its parameters."""

    types: tuple[str, ...]


@dataclass
class ClassMembers:
    """Members of one PySide6 class, looked up when first asked for."""

    native: type
    builtin: type
    found: dict[str, Member | None] = field(default_factory=dict)

    @property
    def meta(self) -> QMetaObject | None:
        return self.native.staticMetaObject if issubclass(self.native, QObject) else None

    def find(self, name: str) -> Member | None:
        if name not in self.found:
            self.found[name] = self._look_up(name)
        return self.found[name]

    def _look_up(self, name: str) -> Member | None:
        member = self._property(name) or self._method_or_signal(name)
        if member is None:
            value = None if name.startswith("_") else find_enum(self.native, name)
            member = None if value is None else Member("enum", name, value)
        if member is None and len(name) > 2 and name.endswith("_") and name[-2] != "_":
            # exec_ and raise_ find exec and raise
            member = self._method_or_signal(name[:-1])
        return member

    def _property(self, name: str) -> Member | None:
        if self.meta is None or (name == "singleShot" and self.native.__name__ == "QTimer"):
            return None
        index = self.meta.indexOfProperty(name)
        if index < 0 and name == "name":
            index = self.meta.indexOfProperty("objectName")
        if index < 0 or is_refused(self.native, name):
            return None
        found: QMetaProperty = self.meta.property(index)
        return Member("property", found.name(), found)

    def _method_or_signal(self, name: str) -> Member | None:
        if self.meta is not None:
            slots, signals = self._host_methods(name)
            if slots:
                return Member("slot", name, overloads=tuple(slots))
            if signals:
                return Member("signal", name, signals[0])
        attribute = _native_attribute(self.builtin, name)
        if attribute is not None:
            if isinstance(attribute, Signal):
                return Member("signal", name, self._first_signal(name))
            return Member("method", name, attribute)
        return None

    def _host_methods(self, name: str) -> tuple[list[HostSlot], list[str]]:
        """Slots (their parameter types) and signals (their signatures) the host's classes declare as `name`."""
        first = self.builtin.staticMetaObject.methodCount()
        slots, signals = [], []
        for index in reversed(range(first, self.meta.methodCount())):
            method = self.meta.method(index)
            if bytes(method.name()).decode() != name:
                continue
            signature = cpp_signature(self.native, bytes(method.methodSignature()).decode())
            if method.methodType() == QMetaMethod.MethodType.Signal:
                signals.insert(0, signature)
            else:
                arguments = signature[signature.index("(") + 1 : -1]
                slot = HostSlot(tuple(arguments.split(",")) if arguments else ())
                if slot not in slots:
                    slots.insert(0, slot)
        return slots, signals

    def _first_signal(self, name: str) -> str:
        """PythonQt takes the overload declared first, in the class nearest to the object's own."""
        for owner in self.builtin.__mro__:
            if not issubclass(owner, QObject):
                continue
            if (owner.__name__, name) in QT5_SIGNALS:
                return QT5_SIGNALS[owner.__name__, name]
            meta = owner.staticMetaObject
            for index in range(meta.methodOffset(), meta.methodCount()):
                method = meta.method(index)
                if method.methodType() == QMetaMethod.MethodType.Signal and bytes(method.name()).decode() == name:
                    return bytes(method.methodSignature()).decode()
        raise AttributeError(f"{self.builtin.__name__} has no signal '{name}'")


_members: dict[type, ClassMembers] = {}


def members_of(native: type) -> ClassMembers:
    """The members of a PySide6 class, of a widget of the host, or of a Python subclass of either."""
    if native not in _members:
        _members[native] = ClassMembers(native, builtin_of(native))
    return _members[native]


def class_name(native: QObject) -> str:
    """The C++ class, also of objects of Qt's private classes.

    Read from the line Qt logs about an object: PySide6 6.12 takes the class's meta-object along when an object dies on
    which `metaObject()` was called.
    """
    lines: list[str] = []
    previous = qInstallMessageHandler(lambda kind, context, text: lines.append(text))
    try:
        native.dumpObjectInfo()
    finally:
        qInstallMessageHandler(previous)
    return lines[0].removeprefix("OBJECT ").split("::")[0]


def builtin_of(native: type) -> type:
    """The nearest class of PySide6 itself."""
    return next(k for k in native.__mro__ if k.__module__.startswith("PySide6."))


def cpp_aliases(native: type) -> dict[str, str]:
    """Signatures with ``PyObject`` -> the signatures the C++ class declares, for a host class and its bases."""
    aliases: dict[str, str] = {}
    for owner in reversed(native.__mro__):
        aliases.update(vars(owner).get("cppSignatures", {}))
    return aliases


def cpp_signature(native: type, signature: str) -> str:
    return cpp_aliases(native).get(signature, signature)


def native_signature(native: type, signature: str) -> str | None:
    """The meta-object's signature for a C++ signature; None for one that only the host's stand-in has."""
    aliases = cpp_aliases(native)
    for stand_in, cpp in aliases.items():
        if cpp == signature:
            return stand_in
    return None if signature in aliases else signature


def _native_attribute(builtin: type, name: str) -> Any:
    if name.startswith("_") or name == "exec_" or is_refused(builtin, name):
        return None  # exec_ is found as exec
    # PySide6 spells what is a Python keyword with an underscore (raise_, print_); PythonQt finds both spellings
    found = getattr(builtin, name, None)
    if found is None and hasattr(builtin, name + "_"):
        found = getattr(builtin, name + "_")
    if found is None or isinstance(found, (type, enum.Enum)) or not (callable(found) or isinstance(found, Signal)):
        return None
    return found
