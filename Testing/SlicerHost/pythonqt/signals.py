"""Signals as PythonQt binds them.

Read in MeVisLab/pythonqt:src/PythonQtSignal.cpp (connect, disconnect, emit), src/PythonQtSignalReceiver.cpp (how many
arguments a Python target gets) and src/PythonQtStdDecorators.cpp (the old-style connect that answers False).
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import SIGNAL, QMetaObject, QObject

from ..recorders import report_exception
from .calls import MISMATCH, convert_named, unwrap
from .members import class_name, native_signature
from .names import QT5_SIGNATURES

_HUB = "_q_slicerHostHub"  # dynamic property of the sender: lives and dies with the C++ object


class _Target:
    """One connection of a signal to a Python callable."""

    def __init__(self, function: Callable) -> None:
        self.function = function
        self.limit = _argument_limit(function)

    def deliver(self, arguments: Sequence[Any]) -> None:
        try:
            self.function(*arguments[: self.limit])
        except Exception:
            report_exception(*sys.exc_info())


def _argument_limit(function: Callable) -> int | None:
    """Plain functions and methods get no more arguments than they take; anything else gets them all."""
    code_owner, taken = function, 0
    if isinstance(function, types.MethodType):
        code_owner, taken = function.__func__, 1
    if not isinstance(code_owner, types.FunctionType) or code_owner.__code__.co_flags & inspect.CO_VARARGS:
        return None
    return max(code_owner.__code__.co_argcount - taken, 0)


class _Hub:
    """All Python targets of one sender, by the signature they were connected with."""

    def __init__(self) -> None:
        self.targets: dict[str, list[_Target]] = {}

    def dispatcher(self, signature: str, arity: int) -> Callable:
        from .wrapping import wrap

        targets = self.targets[signature]

        def dispatch(*arguments: Any) -> None:
            wrapped = [wrap(a) for a in arguments[:arity]]
            for target in list(targets):
                if target in targets:
                    target.deliver(wrapped)

        return dispatch


def normalized(signature: str) -> str:
    text = signature[1:] if signature[:1].isdigit() else signature
    return bytes(QMetaObject.normalizedSignature(text).data()).decode()


def _native(sender: QObject, signature: str) -> str | None:
    """The signature to connect in PySide6, None where the sender has no such signal."""
    for owner in type(sender).__mro__:
        stand_in = QT5_SIGNATURES.get((owner.__name__, signature))
        if stand_in:
            return stand_in
    found = native_signature(type(sender), signature)
    if found is None or type(sender).staticMetaObject.indexOfSignal(found) < 0:
        return None
    return found


def connect(sender: QObject, signature: str, function: Callable) -> bool:
    """Connect by C++ signature. False, and a line on standard error, where the sender has no such signal."""
    cpp = normalized(signature)
    native = _native(sender, cpp)
    if native is None:
        name = class_name(sender)
        sys.stderr.write(f"PythonQt: QObject::connect() signal '{signature}' does not exist on {name}\n")
        return False
    hub = sender.property(_HUB)
    if hub is None:
        hub = _Hub()
        sender.setProperty(_HUB, hub)
    if cpp not in hub.targets:
        hub.targets[cpp] = []
        arguments = cpp[cpp.index("(") + 1 : -1]
        QObject.connect(sender, SIGNAL(native), hub.dispatcher(cpp, arguments.count(",") + 1 if arguments else 0))
    hub.targets[cpp].append(_Target(function))
    return True


def disconnect(sender: QObject, signature: str, function: Callable | None) -> bool:
    """Take one connection of `function` away, or all of the signal's. False where there was none."""
    cpp = normalized(signature)
    hub = sender.property(_HUB)
    targets = hub.targets.get(cpp, []) if hub is not None else []
    if function is None:
        found = bool(targets)
        targets.clear()
        return found
    for target in targets:
        if target.function == function:
            targets.remove(target)
            return True
    if _native(sender, cpp) is None:
        name = class_name(sender)
        sys.stderr.write(f"PythonQt: QObject::disconnect() signal '{signature}' does not exist on {name}\n")
    return False


class BoundSignal:
    """``object.signal``: connect, disconnect and emit. It has no overload access with ``[...]``."""

    __slots__ = ("_owner", "_signature")

    def __init__(self, owner: Any, signature: str) -> None:
        self._owner = owner
        self._signature = signature

    def connect(self, *arguments: Any) -> bool:
        if len(arguments) != 1:
            raise ValueError("Called connect with wrong number of arguments")
        return connect(self._owner._hostLiving("connect"), self._signature, arguments[0])

    def disconnect(self, *arguments: Any) -> bool:
        if len(arguments) > 1:
            raise ValueError("Called disconnect with wrong number of arguments")
        return disconnect(self._owner._hostLiving("disconnect"), self._signature, *(arguments or (None,)))

    def emit(self, *arguments: Any) -> None:
        sender = self._owner._hostLiving("emit")
        native = _native(sender, self._signature)
        types_text = self._signature[self._signature.index("(") + 1 : -1]
        wanted = types_text.split(",") if types_text else []
        if len(wanted) != len(arguments):
            raise ValueError(f"Called {self._signature} with wrong number of arguments: {arguments!r}")
        QObject.emit(sender, SIGNAL(native), *[_emitted(t, a) for t, a in zip(wanted, arguments, strict=True)])

    __call__ = emit


def _emitted(type_name: str, value: Any) -> Any:
    converted = convert_named(type_name, value, False)
    return unwrap(value) if converted is MISMATCH else converted


class Signal:
    """``class Thing(qt.QObject): changed = qt.Signal(int)``. Types: Python types, or C++ type names as text."""

    _NAMES: types.MappingProxyType = types.MappingProxyType(
        {int: "int", float: "double", str: "QString", bool: "bool", object: "PyObject", list: "QVariantList"}
    )

    def __init__(self, *argument_types: Any) -> None:
        self.argument_types = argument_types
        for kind in argument_types:
            if kind not in self._NAMES and not isinstance(kind, str):
                raise TypeError(f"Unknown Signal argument type: {kind!r}")
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def signature(self) -> str:
        return f"{self.name}({','.join(k if isinstance(k, str) else self._NAMES[k] for k in self.argument_types)})"

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else BoundSignal(owner, self.signature)
