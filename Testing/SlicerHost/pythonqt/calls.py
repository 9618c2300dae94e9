"""Calling Qt methods with PythonQt's rules: overloads tried strictly first, then leniently; no keyword arguments.

Read in MeVisLab/pythonqt:src/PythonQtSlot.cpp (PythonQtSlotFunction_CallImpl) and src/PythonQtConversion.cpp
(ConvertPythonToQt, PyObjToQVariant). The signatures come from PySide6's own signature module.
"""

from __future__ import annotations

import collections.abc
import enum
import inspect
import math
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any

import shiboken6
from PySide6.QtCore import QByteArray, QObject
from shibokensupport.signature import get_signature

from .enums import EnumValue, to_native

MISMATCH = object()
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_signatures: dict[Any, list[list[inspect.Parameter]] | None] = {}

#: Value classes PythonQt makes from another one by itself (handlePythonToQtAutoConversion); everything else is refused.
_AUTOMATIC = {
    "QColor": ("GlobalColor",),
    "QBrush": ("GlobalColor", "QColor"),
    "QPen": ("GlobalColor", "QColor"),
    "QCursor": ("CursorShape",),
}


def refuse_keywords(what: str, keywords: dict[str, Any]) -> None:
    """PythonQt passes keyword arguments to no Qt method."""
    if keywords:
        raise ValueError(f"Called {what} with keyword arguments, but called slot does not support kwargs.")


def signatures_of(function: Any) -> list[list[inspect.Parameter]] | None:
    """The positional parameters of each overload, without self; None where PySide6 gives no signature."""
    try:
        return _signatures[function]
    except (KeyError, TypeError):
        pass
    found = get_signature(function)
    if found is None:
        overloads = None
    else:
        overloads = [
            [p for p in one.parameters.values() if p.kind in _POSITIONAL and p.name != "self"]
            for one in (found if isinstance(found, list) else [found])
        ]
    _signatures[function] = overloads
    return overloads


def call(what: str, function: Callable, overloads: list[list[inspect.Parameter]] | None, args: Sequence[Any]) -> Any:
    """Call a PySide6 function with the first overload that takes the arguments.

    :raises ValueError: no overload takes them, as in PythonQt.
    """
    if overloads is None:
        return function(*[unwrap(a) for a in args])
    problem = None
    for strict in (True, False):
        for parameters in overloads:
            required = sum(p.default is inspect.Parameter.empty for p in parameters)
            if not required <= len(args) <= len(parameters):
                continue
            converted = [convert(p.annotation, a, strict) for p, a in zip(parameters, args, strict=False)]
            if any(c is MISMATCH for c in converted):
                continue
            try:
                return function(*converted)
            except (TypeError, NotImplementedError) as error:
                problem = error
    raise ValueError(
        f"Could not find matching overload for given arguments:\n{tuple(args)!r}\n of {what}"
        + (f" ({problem})" if problem else "")
    )


def unwrap(value: Any) -> Any:
    """A value of the module under test as PySide6 takes it."""
    native = getattr(type(value), "_hostNative", None)
    if native is not None:
        return value._hostLiving(f"use of {type(value).__name__}")
    if isinstance(value, EnumValue):
        return int(value)
    if isinstance(value, (list, tuple)):
        return [unwrap(v) for v in value]
    if isinstance(value, dict):
        return {k: unwrap(v) for k, v in value.items()}
    return value


def convert(wanted: Any, value: Any, strict: bool) -> Any:
    """`value` as a parameter annotated `wanted`, or MISMATCH."""
    if wanted in (inspect.Parameter.empty, Any, object) or isinstance(wanted, (str, typing.TypeVar)):
        return unwrap(value)
    if isinstance(wanted, types.UnionType) or typing.get_origin(wanted) is typing.Union:
        return _convert_union(typing.get_args(wanted), value, strict)
    if wanted in (None, type(None)):
        return None if value is None else MISMATCH
    origin = typing.get_origin(wanted)
    if origin is not None:
        return _convert_generic(origin, typing.get_args(wanted), value, strict)
    if isinstance(wanted, type):
        if issubclass(wanted, enum.Enum):
            return _convert_enum(wanted, value, strict)
        if wanted in _SCALARS:
            return _SCALARS[wanted](value, strict)
        if issubclass(wanted, shiboken6.Object):
            return _convert_object(wanted, value, strict)
        if wanted in (bytes, bytearray, memoryview):
            return text_or_bytes(value, strict)
        if issubclass(wanted, collections.abc.Callable):
            return value if callable(value) else MISMATCH
    return unwrap(value)


def text_or_bytes(value: Any, strict: bool) -> Any:
    """A const char* parameter: PySide6 takes some as bytes, some as text, whatever its signature says."""
    if isinstance(value, (bytes, bytearray, str)):
        return value
    return MISMATCH if strict or value is None else str(value)


def to_text(value: Any, strict: bool) -> Any:
    if isinstance(value, str):
        return value
    return MISMATCH if strict else str(value)


def to_int(value: Any, strict: bool) -> Any:
    if type(value) is int:
        return value
    if strict:
        return MISMATCH
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return math.floor(value) if math.isfinite(value) else MISMATCH
    return int(value.__index__()) if hasattr(type(value), "__index__") else MISMATCH


def to_float(value: Any, strict: bool) -> Any:
    if type(value) is float:
        return value
    if strict:
        return MISMATCH
    try:
        return MISMATCH if isinstance(value, (str, bytes)) else float(value)
    except (TypeError, ValueError):
        return MISMATCH


def to_bool(value: Any, strict: bool) -> Any:
    if isinstance(value, bool):
        return value
    return MISMATCH if strict else bool(value)


_SCALARS: dict[type, Callable[[Any, bool], Any]] = {str: to_text, int: to_int, float: to_float, bool: to_bool}


def _convert_enum(wanted: type[enum.Enum], value: Any, strict: bool) -> Any:
    if isinstance(value, EnumValue) and type(value)._hostEnum is wanted:
        member = to_native(wanted, value)
        return MISMATCH if member is None else member
    if strict:
        return MISMATCH
    number = to_int(value, False)
    if number is MISMATCH:
        return MISMATCH
    member = to_native(wanted, number)
    return MISMATCH if member is None else member


def _convert_object(wanted: type, value: Any, strict: bool) -> Any:
    native = getattr(type(value), "_hostNative", None)
    if native is not None:
        living = value._hostLiving(f"use of {type(value).__name__}")
        if isinstance(living, wanted):
            return living
        if not strict and native.__name__ in _AUTOMATIC.get(wanted.__name__, ()):
            return wanted(living)
        return MISMATCH
    if value is None:
        return None if issubclass(wanted, QObject) or wanted.__name__.endswith(("Item", "Layout")) else MISMATCH
    if wanted is QByteArray:
        if isinstance(value, bytes):
            return QByteArray(value)
        return QByteArray(value.encode()) if isinstance(value, str) and not strict else MISMATCH
    if not strict and isinstance(value, EnumValue):
        kind = type(value)._hostEnum
        if kind is not None and kind.__name__ in _AUTOMATIC.get(wanted.__name__, ()):
            return wanted(to_native(kind, value))
    return MISMATCH


def _convert_union(members: Sequence[Any], value: Any, strict: bool) -> Any:
    if value is None and type(None) in members:
        return None
    real = [m for m in members if m is not type(None)]
    first = real[0]
    if isinstance(first, type) and issubclass(first, shiboken6.Object) and not issubclass(first, QObject):
        # The other members are conversions C++ makes by itself; PythonQt knows only those in _AUTOMATIC.
        return _convert_object(first, value, strict)
    for member in real:
        converted = convert(member, value, strict)
        if converted is not MISMATCH:
            return converted
    return MISMATCH


def _convert_generic(origin: Any, arguments: Sequence[Any], value: Any, strict: bool) -> Any:
    if origin in (collections.abc.Callable, typing.Callable):
        return value if callable(value) else MISMATCH
    if origin in (dict, collections.abc.Mapping):
        return unwrap(value) if isinstance(value, dict) else MISMATCH
    # A str is a sequence too: PythonQt takes it leniently, letter by letter.
    if isinstance(value, (bytes, dict)) or (strict and isinstance(value, str)):
        return MISMATCH
    if not isinstance(value, collections.abc.Sequence):
        return MISMATCH
    if not arguments or arguments[-1] is Ellipsis:
        return unwrap(list(value))
    converted = [convert(arguments[0], v, False) for v in value]
    return MISMATCH if any(c is MISMATCH for c in converted) else converted


#: Converters by the type names of Qt's meta-object, for properties and for the slots of the host's own widgets.
_BY_NAME: dict[str, Callable[[Any, bool], Any]] = {
    "bool": to_bool,
    "int": to_int,
    "uint": to_int,
    "qlonglong": to_int,
    "vtkIdType": to_int,
    "double": to_float,
    "float": to_float,
    "QString": to_text,
}


def convert_named(type_name: str, value: Any, strict: bool, vtk_class: type | None = None) -> Any:
    """`value` as a meta-object type such as ``QStringList``, or as the VTK class `vtk_class`, or MISMATCH."""
    if vtk_class is not None:
        if value is None or isinstance(value, vtk_class):
            return value
        return None if not strict and type(value) is int and value == 0 else MISMATCH
    if type_name in _BY_NAME:
        return _BY_NAME[type_name](value, strict)
    if type_name in ("QVariant", "PyObject"):
        return unwrap(value)
    if type_name == "QStringList":
        return _convert_generic(list, (str,), value, strict)
    if type_name in ("QVariantMap", "QVariantHash"):
        return unwrap(value) if isinstance(value, dict) else MISMATCH
    if type_name in ("QVariantList",):
        return unwrap(list(value)) if isinstance(value, (list, tuple)) else MISMATCH
    native = getattr(type(value), "_hostNative", None)
    if native is not None:
        wanted = type_name.rstrip("*").rstrip()
        living = value._hostLiving(f"use of {type(value).__name__}")
        fits = living.inherits(wanted) if isinstance(living, QObject) else _is_a(type(living), wanted)
        return living if fits else MISMATCH
    if value is None and type_name.endswith("*"):
        return None
    return MISMATCH


def _is_a(kind: type, name: str) -> bool:
    return any(k.__name__ == name for k in kind.__mro__)
