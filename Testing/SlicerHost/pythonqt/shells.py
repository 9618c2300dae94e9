"""Python subclasses of Qt classes: their overrides of virtual methods are called by Qt.

Read in MeVisLab/pythonqt:generated_cpp_515 (the PythonQtShell classes). Classes of CTK and Slicer get no shell from
commontk/CTK:CMake/ctkWrapPythonQt.py: an override in a Python subclass of those is never called by C++, here neither.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread
from PySide6.QtCore import Signal as NativeSignal

from ..recorders import report_exception
from .calls import unwrap
from .signals import Signal

_shells: dict[type, type] = {}


def shell_class(python_class: type, native: type, wrap: Callable[[Any], Any]) -> type:
    """The PySide6 class whose virtual methods call the methods of `python_class`."""
    if issubclass(native, QThread):
        raise RuntimeError(f"{python_class.__name__}: a Python subclass of QThread crashes in PythonQt when it starts")
    if python_class not in _shells:
        own = [k for k in python_class.__mro__ if "_hostNative" not in vars(k)]
        body: dict[str, Any] = {}
        for name in {n for k in own for n in vars(k)}:
            value = next(vars(k)[name] for k in own if name in vars(k))
            if isinstance(value, Signal):
                body[name] = NativeSignal(*[_signal_type(k) for k in value.argument_types])
            elif native.__module__.startswith("PySide6.") and _is_override(native, name, value):
                body[name] = _forward(native, name, wrap)
        _shells[python_class] = type(native)(python_class.__name__, (native,), body)
    return _shells[python_class]


def _signal_type(kind: Any) -> Any:
    return {list: "QVariantList", object: "PyObject"}.get(kind, kind) if isinstance(kind, type) else kind


def _is_override(native: type, name: str, value: Any) -> bool:
    return callable(value) and not name.startswith("_") and callable(getattr(native, name, None))


def _forward(native: type, name: str, wrap: Callable[[Any], Any]) -> Callable:
    base = getattr(native, name)

    def forward(self: Any, *args: Any) -> Any:
        proxy = wrap(self)
        if "_hostNative" in vars(type(proxy)):  # Qt calls while the object is being built or torn down
            return base(self, *args)
        try:
            return _result(name, unwrap(getattr(proxy, name)(*[wrap(a) for a in args])))
        except Exception:
            report_exception(*sys.exc_info())
            return False if name in ("event", "eventFilter") else base(self, *args)

    forward.__name__ = name
    return forward


def _result(name: str, value: Any) -> Any:
    """Qt wants a bool from these; PythonQt makes one of whatever came."""
    return bool(value) if name in ("event", "eventFilter") else value


def is_shell(native: QObject) -> bool:
    return type(native) in _shells.values()
