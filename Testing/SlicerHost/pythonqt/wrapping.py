"""PythonQt's wrapper objects around PySide6 objects.

Read in MeVisLab/pythonqt:src/PythonQtInstanceWrapper.cpp (attribute access, constructors, truth, comparison),
src/PythonQtClassWrapper.cpp (attributes of classes) and src/PythonQt.cpp (ownership). Every wrapper class derives from
`Instance` alone: there is no Qt inheritance in Python, so ``isinstance(label, qt.QWidget)`` is False.
"""

from __future__ import annotations

import enum
import weakref
from typing import Any

import shiboken6
from PySide6.QtCore import QObject

from . import signals, specials
from .calls import MISMATCH, call, convert_named, refuse_keywords, signatures_of, to_int
from .enums import EnumValue, value_of
from .members import Member, builtin_of, class_name, members_of
from .names import module_of
from .shells import shell_class

_living: weakref.WeakValueDictionary[int, Instance] = weakref.WeakValueDictionary()
_classes: dict[type, type[Instance]] = {}


def vtk_class(name: str) -> type:
    """The Python class of a VTK class named in a signature. :raises AttributeError: there is none."""
    import slicer
    import vtk

    return getattr(slicer, name, None) or getattr(vtk, name)


def wrapper_class(native: type) -> type[Instance]:
    """The PythonQt class for a PySide6 class, or for a widget class of the host."""
    if native not in _classes:
        _classes[native] = ClassWrapper(
            specials.PUBLIC_NAMES.get(native, native.__name__), (Instance,), {"_hostNative": native, "__slots__": ()}
        )
    return _classes[native]


class ClassWrapper(type):
    """Type of the wrapper classes: class attributes are enums, static methods and unbound methods."""

    def __getattr__(cls, name: str) -> Any:
        native = cls.__dict__.get("_hostNative") or next(
            (k.__dict__["_hostNative"] for k in cls.__mro__ if "_hostNative" in k.__dict__), None
        )
        if native is None or name.startswith("_host"):
            raise AttributeError(name)
        special = specials.find(native, name)
        if special is not None:
            return special.for_class(cls)
        member = members_of(native).find(name)
        if member is not None and member.kind == "enum":
            return member.value
        if member is not None and member.kind == "method":
            if type(member.value).__name__ == "builtin_function_or_method":
                return _Method(None, native, member)
            return _Unbound(native, member)
        if member is not None and member.kind == "slot":
            return _Unbound(native, member)
        raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")

    def __setattr__(cls, name: str, value: Any) -> None:
        if "_hostNative" in cls.__dict__:
            raise AttributeError(f"creating attribute '{name}' on the C++ class {cls.__name__} is not supported")
        super().__setattr__(name, value)


class Instance(metaclass=ClassWrapper):
    """A wrapped C++ object. Python subclasses may have attributes of their own, C++ objects not."""

    __slots__ = ("__weakref__", "_hostObject")

    def __init__(self, *args: Any, **keywords: Any) -> None:
        name = type(self).__name__
        refuse_keywords(f"constructor of {name}", keywords)
        native = self._hostNative
        if "_hostNative" not in type(self).__dict__:
            native = shell_class(type(self), native, wrap)
        created = specials.construct(native, args)
        if created is None:
            created = call(f"new {name}", native, signatures_of(builtin_of(native)), args)
        _bind(self, created)
        if isinstance(created, QObject):
            weakref.finalize(self, _die, created).atexit = False

    # Names that PythonQtInstanceWrapper_methods adds to every object.

    def className(self) -> str:
        native = self._hostLiving("className")
        if "_hostNative" not in type(self).__dict__ or not isinstance(native, QObject):
            return type(self).__name__
        return specials.PUBLIC_NAMES.get(type(native)) or class_name(native)

    def inherits(self, name: str) -> bool:
        native = self._hostLiving("inherits")
        if isinstance(native, QObject) and native.inherits(name):
            return True
        return any(specials.PUBLIC_NAMES.get(k, k.__name__) == name for k in type(native).__mro__)

    def delete(self) -> None:
        shiboken6.delete(self._hostLiving("delete"))

    def _hostLiving(self, what: str) -> Any:
        """The PySide6 object. :raises ValueError: the C++ object is gone, or the base __init__ was never called."""
        native = object.__getattribute__(self, "_hostObject") if hasattr(type(self), "_hostNative") else None
        if native is None or not shiboken6.isValid(native):
            raise ValueError(f"Trying to call '{what}' on a destroyed {type(self).__name__} object")
        return native

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_host", "__")):
            raise AttributeError(f"{type(self).__name__} has no attribute named '{name}'")
        native_class = self._hostNative
        special = specials.find(native_class, name)
        if special is not None:
            return special.for_instance(self)
        try:
            native = self._hostLiving(name)
        except AttributeError:  # the base __init__ was not called
            raise ValueError(
                f"Trying to use '{name}' of a {type(self).__name__} whose __init__ was not called"
            ) from None
        member = members_of(type(native)).find(name)
        if member is not None:
            return _get(self, native, member)
        if isinstance(native, QObject):
            if name.encode() in [bytes(n.data()) for n in native.dynamicPropertyNames()]:
                return wrap(native.property(name))
            for child in native.children():
                if child.objectName() == name:
                    return wrap(child)
        raise AttributeError(f"{type(self).__name__} has no attribute named '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_hostObject":
            object.__setattr__(self, name, value)
            return
        try:
            native = object.__getattribute__(self, "_hostObject")
        except AttributeError:
            native = None
        member = members_of(type(native) if native is not None else self._hostNative).find(name)
        kind = type(self).__name__
        if member is not None and member.kind == "property":
            if native is None or not shiboken6.isValid(native):
                raise AttributeError(f"Trying to set property '{name}' on a destroyed {kind} object")
            _set_property(native, kind, name, member.value, value)
        elif member is not None:
            raise AttributeError(f"{member.kind.capitalize()} '{name}' can not be overwritten on {kind} object")
        elif isinstance(native, QObject) and name.encode() in [bytes(n.data()) for n in native.dynamicPropertyNames()]:
            native.setProperty(name, _plain(value))
        elif "_hostNative" in type(self).__dict__:
            raise AttributeError(
                f"'{name}' does not exist on {kind} and creating new attributes on C++ objects is not allowed"
            )
        else:
            object.__setattr__(self, name, value)

    def __bool__(self) -> bool:
        native = object.__getattribute__(self, "_hostObject")
        return native is not None and shiboken6.isValid(native)

    def __eq__(self, other: object) -> bool:
        if other is None:
            return not self
        if not isinstance(other, Instance):
            return NotImplemented
        mine, theirs = self._hostObject, other._hostObject
        if isinstance(mine, QObject) or isinstance(theirs, QObject):
            return mine is theirs
        return bool(mine == theirs)

    def __hash__(self) -> int:
        return hash(shiboken6.getCppPointer(self._hostObject)[0])

    def __repr__(self) -> str:
        native = self._hostObject
        if not shiboken6.isValid(native):
            return f"{type(self).__name__} (QObject at: 0x0)"
        return f"{type(self).__name__} ({native!r})"

    def __del__(self) -> None:
        # A Python subclass lives as long as its C++ object when a C++ parent owns that one.
        try:
            native = object.__getattribute__(self, "_hostObject")
            if "_hostNative" in type(self).__dict__ or not shiboken6.isValid(native):
                return
            if not shiboken6.ownedByPython(native):
                native._hostKeepsAlive = self
        except (AttributeError, TypeError):  # never built, or the interpreter is going down
            return


def _die(native: QObject) -> None:
    """The last Python reference is gone: an object without a parent dies, although PySide6 would often keep it
    (the model of a view, the button of a group)."""
    if shiboken6.isValid(native) and native.parent() is None:
        shiboken6.delete(native)


def _bind(instance: Instance, native: Any) -> None:
    object.__setattr__(instance, "_hostObject", native)
    _living[shiboken6.getCppPointer(native)[0]] = instance


def wrap(value: Any) -> Any:
    """A value of PySide6 as PythonQt gives it: lists as tuples, enums as ints, objects wrapped."""
    if isinstance(value, enum.Enum):
        return value_of(value)
    if isinstance(value, shiboken6.Object):
        return _wrap_object(value)
    if isinstance(value, (list, tuple)):
        return tuple(wrap(v) for v in value)
    if isinstance(value, dict):
        return {k: wrap(v) for k, v in value.items()}
    return value


def _wrap_object(native: Any) -> Instance:
    if not shiboken6.isValid(native):
        raise ValueError(f"a deleted {type(native).__name__} cannot be wrapped")
    known = _living.get(shiboken6.getCppPointer(native)[0])
    if known is not None and known._hostObject is native:
        return known
    for kind in type(native).__mro__:
        if specials.is_known(kind) or module_of(kind.__name__):
            instance = object.__new__(wrapper_class(kind))
            _bind(instance, native)
            return instance
    raise NotImplementedError(f"the Slicer host does not know the class {type(native).__name__}")


def _plain(value: Any) -> Any:
    from .calls import unwrap

    return unwrap(value)


def _get(owner: Instance, native: Any, member: Member) -> Any:
    if member.kind == "property":
        return wrap(native.property(member.name))
    if member.kind == "signal":
        return signals.BoundSignal(owner, member.value)
    if member.kind == "enum":
        return member.value
    return _Method(owner, type(native), member)


def _set_property(native: QObject, kind: str, name: str, prop: Any, value: Any) -> None:
    if not prop.isWritable():
        raise AttributeError(f"Property '{name}' of {kind} object is not writable")
    if prop.isEnumType() or prop.name() in getattr(type(native), "hostEnumProperties", ()):
        if isinstance(value, str):
            converted: Any = value if prop.isEnumType() else MISMATCH
        else:
            converted = to_int(value, False) if isinstance(value, int) else MISMATCH
    else:
        converted = convert_named(prop.typeName(), value, False)
    if converted is not MISMATCH and native.setProperty(prop.name(), converted):
        return
    raise AttributeError(
        f"Property '{name}' of type '{prop.typeName()}' does not accept an object of type "
        f"{type(value).__name__} ({value!r})"
    )


class _Method:
    """A method with its object, or a static method with none."""

    __slots__ = ("_member", "_native", "_owner")

    def __init__(self, owner: Instance | None, native: type, member: Member) -> None:
        self._owner, self._native, self._member = owner, native, member

    @property
    def __name__(self) -> str:
        return self._member.name

    @property
    def __self__(self) -> Instance | None:
        return self._owner

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Method) and self._owner is other._owner and self._member == other._member

    def __hash__(self) -> int:
        return hash((id(self._owner), self._member.name))

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        member = self._member
        what = f"{self._native.__name__}.{member.name}"
        refuse_keywords(what, keywords)
        if self._owner is None:
            return wrap(call(what, member.value, signatures_of(member.value), args))
        native = self._owner._hostLiving(member.name)
        if member.kind == "slot":
            return wrap(_call_slot(what, native, member, args))
        return wrap(call(what, getattr(native, member.value.__name__), signatures_of(member.value), args))


class _Unbound:
    """``qt.QWidget.closeEvent``: the class's own implementation, called with the object first."""

    __slots__ = ("_member", "_native")

    def __init__(self, native: type, member: Member) -> None:
        self._native, self._member = native, member

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        what = f"{self._native.__name__}.{self._member.name}"
        refuse_keywords(what, keywords)
        if not args or not isinstance(args[0], Instance) or not isinstance(args[0]._hostObject, self._native):
            raise ValueError(f"slot {what} requires {self._native.__name__} instance as first argument")
        native = args[0]._hostLiving(self._member.name)
        if self._member.kind == "slot":
            return wrap(_call_slot(what, native, self._member, args[1:]))
        function = self._member.value
        return wrap(call(what, lambda *a: function(native, *a), signatures_of(function), args[1:]))


def _call_slot(what: str, native: QObject, member: Member, args: tuple[Any, ...]) -> Any:
    """Call a slot of one of the host's own widgets, by the C++ types it declares."""
    for strict in (True, False):
        for overload in member.overloads:
            if len(overload.types) != len(args):
                continue
            converted = [_slot_argument(t, a, strict) for t, a in zip(overload.types, args, strict=True)]
            if not any(c is MISMATCH for c in converted):
                return getattr(native, member.name)(*converted)
    shapes = ", ".join(f"{member.name}({','.join(o.types)})" for o in member.overloads)
    raise ValueError(
        f"Could not find matching overload for given arguments:\n{args!r}\n of {what}; there are: {shapes}"
    )


def _slot_argument(type_name: str, value: Any, strict: bool) -> Any:
    if type_name.startswith("vtk") and type_name.endswith("*"):  # not vtkIdType
        return convert_named(type_name, value, strict, vtk_class(type_name[:-1]))
    if type_name == "int" and isinstance(value, EnumValue):
        return int(value)
    return convert_named(type_name, value, strict)
