"""Scripted modules as Slicer's C++ side handles them: found, instantiated, shown, reloaded, unloaded.

Read in Slicer/Slicer:Base/QTGUI/qSlicerScriptedLoadableModule.h and .cxx, qSlicerScriptedLoadableModuleWidget.h and
.cxx, qSlicerAbstractModuleWidget.cxx, qSlicerBaseQTGUIPythonQtDecorators.h (widgetRepresentation);
Base/QTCore/qSlicerAbstractCoreModule.h, qSlicerModuleManager.h, qSlicerModuleFactoryManager.h. Errors of a module's
methods are printed, not raised.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import slicer
from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ..recorders import report_exception
from ..widgets.declare import fixed, stored


def guarded(function: Callable[..., Any], *args: Any) -> Any:
    """Call a module's Python code as C++ does: an error is printed and remembered."""
    try:
        return function(*args)
    except Exception:
        report_exception(*sys.exc_info())
        return None


def load_source(name: str, path: Path) -> Any:
    """Import a module file under its own name, as Slicer does."""
    folder = str(path.parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


class qSlicerScriptedLoadableModuleWidget(QWidget):
    mrmlSceneChanged = Signal(object)
    cppSignatures = MappingProxyType(
        {
            "mrmlSceneChanged(PyObject)": "mrmlSceneChanged(vtkMRMLScene*)",
            "setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)",
            "setEditedNode(PyObject)": "setEditedNode(vtkMRMLNode*)",
            "setEditedNode(PyObject,QString)": "setEditedNode(vtkMRMLNode*,QString)",
            "setEditedNode(PyObject,QString,QString)": "setEditedNode(vtkMRMLNode*,QString,QString)",
            "nodeEditable(PyObject)": "nodeEditable(vtkMRMLNode*)",
        }
    )

    def __init__(self, module: qSlicerScriptedLoadableModule) -> None:
        super().__init__()
        self._module = module
        self._python: Any = None
        self._entered = False
        QVBoxLayout(self)
        self.setObjectName(f"{module.property('name')}ModuleWidget")

    moduleName = fixed(str, lambda self: self._module.property("name"))
    isEntered = fixed(bool, lambda self: self._entered)

    def instantiate(self) -> bool:
        from ..pythonqt.wrapping import wrap

        name = f"{self._module.property('name')}Widget"
        created = guarded(getattr(sys.modules[self._module.property("name")], name), wrap(self))
        if created is None:
            return False
        self._python = created
        setattr(slicer.modules, name, created)
        return True

    def setup(self) -> None:
        self._call("setup")

    def _call(self, name: str, *args: Any) -> Any:
        method = getattr(self._python, name, None)
        return guarded(method, *args) if method is not None else None

    @Slot()
    def reload(self) -> None:
        if self.instantiate():
            self.setup()

    @Slot(result=object)
    def self(self) -> Any:
        return self._python

    @Slot()
    def enter(self) -> None:
        self._entered = True
        self._call("enter")

    @Slot()
    def exit(self) -> None:
        self._entered = False
        self._call("exit")

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        self.mrmlSceneChanged.emit(scene)

    @Slot(object, result=bool)
    @Slot(object, str, result=bool)
    @Slot(object, str, str, result=bool)
    def setEditedNode(self, node: Any, role: str = "", context: str = "") -> bool:
        return self._call("setEditedNode", node, role, context) is True

    @Slot(object, result=float)
    def nodeEditable(self, node: Any) -> float:
        return float(self._call("nodeEditable", node) or 0.0)

    @Slot(result=QObject)
    def module(self) -> QObject:
        return self._module


class qSlicerScriptedLoadableModule(QObject):
    cppSignatures = MappingProxyType({"setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)"})

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._representation: qSlicerScriptedLoadableModuleWidget | None = None
        self._python: Any = None
        self._logic = slicer.vtkSlicerScriptedLoadableModuleLogic()
        self.setObjectName(path.stem)

    name = fixed(str, lambda self: self._path.stem)
    path = fixed(str, lambda self: str(self._path))
    title = stored(str, "title", "")
    categories = stored(list, "categories", [])
    contributors = stored(list, "contributors", [])
    associatedNodeTypes = stored(list, "associatedNodeTypes", [])
    helpText = stored(str, "helpText", "")
    acknowledgementText = stored(str, "acknowledgementText", "")
    extensions = stored("QVariantMap", "extensions", {})
    icon = stored(QIcon, "icon", QIcon())
    hidden = stored(bool, "hidden", False)
    dependencies = stored(list, "dependencies", [])
    index = stored(int, "index", -1)
    isInstalled = fixed(bool, lambda self: True)
    isBuiltIn = fixed(bool, lambda self: False)
    widgetRepresentationCreationEnabled = stored(bool, "widgetRepresentationCreationEnabled", True)
    defaultDocumentationLink = Property(
        str,
        lambda self: (
            '<p>For more information see the <a href="'
            f'{slicer.app.moduleDocumentationUrl(self._path.stem)}">online documentation</a>.</p>'
        ),
    )

    def instantiate(self) -> None:
        """Import the file and make the module object. :raises: what the file raises, since nothing works then."""
        from ..pythonqt.wrapping import wrap

        name = self._path.stem
        source = load_source(name, self._path)
        self._python = getattr(source, name)(wrap(self))
        setattr(slicer.modules, f"{name}Instance", self._python)
        if not hasattr(source, f"{name}Widget"):
            self.setProperty("widgetRepresentationCreationEnabled", False)
        if hasattr(self._python, "setup"):
            guarded(self._python.setup)

    def shown(self) -> qSlicerScriptedLoadableModuleWidget | None:
        return self._representation

    @Slot(result=QObject)
    def widgetRepresentation(self) -> QObject | None:
        if self._representation is None:
            self._representation = self.createNewWidgetRepresentation()
        return self._representation

    @Slot(result=QObject)
    def createNewWidgetRepresentation(self) -> QObject | None:
        if not self.property("widgetRepresentationCreationEnabled"):
            return None
        widget = qSlicerScriptedLoadableModuleWidget(self)
        if not widget.instantiate():
            return None
        widget.setup()
        widget.setMRMLScene(slicer.mrmlScene)
        return widget

    @Slot(result=object)
    def logic(self) -> Any:
        return self._logic

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return slicer.mrmlScene

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        if self._representation is not None:
            self._representation.setMRMLScene(scene)

    def discard(self) -> None:
        """Let go of the widget: the window is going away."""
        if self._representation is not None:
            self._representation.deleteLater()
            self._representation = None
        self._python = None


class qSlicerModuleFactoryManager(QObject):
    moduleLoaded = Signal(str)
    moduleAboutToBeUnloaded = Signal(str)

    def __init__(self, manager: qSlicerModuleManager) -> None:
        super().__init__(manager)
        self._manager = manager

    @Slot(result="QStringList")
    def loadedModuleNames(self) -> list[str]:
        return list(self._manager.loaded)

    @Slot(result="QStringList")
    def registeredModuleNames(self) -> list[str]:
        return list(self._manager.loaded)

    @Slot(result="QStringList")
    def instantiatedModuleNames(self) -> list[str]:
        return list(self._manager.loaded)

    @Slot(str, result=bool)
    def isLoaded(self, name: str) -> bool:
        return name in self._manager.loaded

    @Slot(str, result=bool)
    def isRegistered(self, name: str) -> bool:
        return name in self._manager.loaded

    @Slot(str, result=QObject)
    def loadedModule(self, name: str) -> QObject | None:
        return self._manager.loaded.get(name)


class qSlicerModuleManager(QObject):
    moduleLoaded = Signal(str)
    moduleAboutToBeUnloaded = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loaded: dict[str, qSlicerScriptedLoadableModule] = {}
        self._factory = qSlicerModuleFactoryManager(self)

    @Slot(result=QObject)
    def factoryManager(self) -> QObject:
        return self._factory

    @Slot(result="QStringList")
    def modulesNames(self) -> list[str]:
        return list(self.loaded)

    @Slot(str, result=QObject)
    def module(self, name: str) -> QObject | None:
        return self.loaded.get(name)

    def load(self, path: Path) -> qSlicerScriptedLoadableModule:
        from ..pythonqt.wrapping import wrap

        module = qSlicerScriptedLoadableModule(path, self)
        name = path.stem
        setattr(slicer.modules, name.lower(), wrap(module))
        setattr(slicer.moduleNames, name, name)
        try:
            module.instantiate()
        except BaseException:
            self._forget(name)
            raise
        self.loaded[name] = module
        self.moduleLoaded.emit(name)
        return module

    def unload(self, name: str) -> None:
        """What happens when Slicer quits: the module hears of it, then its widget dies."""
        self.moduleAboutToBeUnloaded.emit(name)
        self.loaded.pop(name).discard()
        self._forget(name)

    def _forget(self, name: str) -> None:
        for attribute in (name.lower(), f"{name}Instance", f"{name}Widget"):
            if hasattr(slicer.modules, attribute):
                delattr(slicer.modules, attribute)
        if hasattr(slicer.moduleNames, name):
            delattr(slicer.moduleNames, name)
        sys.modules.pop(name, None)


WIDGETS = (
    qSlicerScriptedLoadableModuleWidget,
    qSlicerScriptedLoadableModule,
    qSlicerModuleFactoryManager,
    qSlicerModuleManager,
)
