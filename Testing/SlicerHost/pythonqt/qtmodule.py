"""The modules `qt` and `ctk`: classes the host knows, everything else raises.

Read in commontk/CTK:Libs/Scripting/Python/Core/Python/qt/__init__.py.in (all wrapped Qt libraries in one module).
"""

from __future__ import annotations

import importlib
import types
from typing import Any

from PySide6.QtCore import qVersion

from .names import CLASSES, module_of
from .signals import Signal
from .uiloader import UiLoader
from .wrapping import wrapper_class


class WrappedModule(types.ModuleType):
    """A module whose classes are wrapped when first asked for."""

    def __init__(self, name: str, classes: dict[str, type], values: dict[str, Any] | None = None) -> None:
        super().__init__(name)
        self._hostClasses = classes
        vars(self).update(values or {})

    def __getattr__(self, name: str) -> Any:
        native = vars(self).get("_hostClasses", {}).get(name)
        if native is None:
            native = self._from_qt(name)
        if native is None:
            raise AttributeError(
                f"module '{self.__name__}' has no attribute '{name}', or the Slicer host does not know it"
            )
        found = wrapper_class(native)
        setattr(self, name, found)
        return found

    def __dir__(self) -> list[str]:
        names = {n for group in CLASSES.values() for n in group.split()} if self.__name__ == "qt" else set()
        return sorted(names | set(self._hostClasses) | {n for n in vars(self) if not n.startswith("_")})

    def _from_qt(self, name: str) -> type | None:
        module = module_of(name) if self.__name__ == "qt" else None
        return getattr(importlib.import_module(f"PySide6.{module}"), name) if module else None


def qt_module() -> WrappedModule:
    # Real PythonQt is on Qt 5.15; what the running library answers is the truth for messages in a log.
    return WrappedModule("qt", {"QUiLoader": UiLoader}, {"Signal": Signal, "qVersion": qVersion})
