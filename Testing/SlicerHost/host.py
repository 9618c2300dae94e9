"""`SlicerHost`: the window in which a test opens a module."""

from __future__ import annotations

import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import shiboken6
import slicer
import slicer.util
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QWidget

from . import recorders
from .application import application, io_manager, plots, views
from .application import packaging as packaging_state
from .application.dialogs import Dialogs
from .pythonqt import specials
from .pythonqt.qtmodule import WrappedModule, qt_module
from .pythonqt.specials import register
from .pythonqt.uiloader import add_widget_class
from .pythonqt.wrapping import wrap, wrapper_class
from .scripted import modules
from .widgets import (
    ctk_buttons,
    ctk_choices,
    ctk_values,
    hierarchy_items,
    mrml_checkable,
    mrml_hierarchy,
    mrml_nodes,
    mrml_segments,
)

_CTK = (ctk_buttons, ctk_choices, ctk_values)
_SLICER = (mrml_nodes, mrml_checkable, mrml_segments, mrml_hierarchy, plots, views, application, modules, io_manager)


class SlicerHost:
    """Real MRML, real Qt, and what Slicer's C++ adds. One per process: Qt allows one application.

    Attributes a test uses: `dialogs` (answers and record of message boxes), `pip`, `errors` (exceptions PythonQt would
    only print), `threads` (Python threads started), `app`, `mainWindow`.
    """

    def __init__(self, packaging: bool = True) -> None:
        if QCoreApplication.instance() is not None:
            raise RuntimeError("the Slicer host makes the Qt application itself; this process already has one")
        self._home = tempfile.TemporaryDirectory(prefix="slicer-host-")
        self._module_names = set(sys.modules)
        self._slicer_names = set(vars(slicer))
        self._pip_install = slicer.util.pip_install
        self.dialogs = Dialogs()
        self.pip = packaging_state.Pip()
        self.errors = recorders.swallowed
        self.threads = recorders.threads
        self._watch = recorders.ThreadWatch()
        self._watch.start()
        # PySide6 hands errors of the host's own widgets to the hook; they count like those of the module
        self._excepthook, sys.excepthook = sys.excepthook, recorders.report_exception
        self.app = application.qSlicerApplication(Path(self._home.name))
        self.app.openedNodes = []
        self.app.setProperty("temporaryPath", str(Path(self._home.name) / "temp"))
        self.app.setStyle("Fusion")
        _check_fonts()
        self._put_modules()
        self._make_scene()
        self.setPackaging(packaging)
        self.mainWindow = application.qSlicerMainWindow(self.app._layoutManager)
        self.dialogs.start(self.mainWindow)
        self.app.startupCompleted.emit()

    # --- set-up ---

    def _put_modules(self) -> None:
        for group in (*_CTK, *_SLICER):
            for kind in group.WIDGETS:
                register(kind)
                if issubclass(kind, QWidget):
                    add_widget_class(kind)
        sys.modules["qt"] = qt_module()
        sys.modules["ctk"] = WrappedModule("ctk", {k.__name__: k for g in _CTK for k in g.WIDGETS})
        for group in _SLICER:
            for kind in group.WIDGETS:
                setattr(slicer, kind.__name__, wrapper_class(kind))
        for name in ("modules", "moduleNames"):
            module = types.ModuleType(f"slicer.{name}")
            sys.modules[f"slicer.{name}"] = module
            setattr(slicer, name, module)
        from .application import i18n

        sys.modules["slicer.i18n"] = i18n
        slicer.i18n = i18n
        slicer.app = wrap(self.app)
        from .scripted import base_classes as scripted
        from .scripted import parameter_node_wrapper

        sys.modules["slicer.ScriptedLoadableModule"] = scripted
        slicer.ScriptedLoadableModule = scripted
        sys.modules["slicer.parameterNodeWrapper"] = parameter_node_wrapper
        slicer.parameterNodeWrapper = parameter_node_wrapper

    def _make_scene(self) -> None:
        slicer.mrmlScene = slicer.vtkMRMLScene()
        logic = slicer.vtkSlicerApplicationLogic()
        logic.SetMRMLScene(slicer.mrmlScene)
        # The module logics register the node classes and the default colors and units
        self._logics = [getattr(slicer, name)() for name in _LOGICS if hasattr(slicer, name)]
        for one in self._logics:
            one.SetMRMLApplicationLogic(logic)
            one.SetMRMLScene(slicer.mrmlScene)
            logic.SetModuleLogic(type(one).__name__.removeprefix("vtkSlicer").removesuffix("Logic"), one)
        colors = next(one for one in self._logics if one.IsA("vtkMRMLColorLogic"))
        logic.SetColorLogic(colors)
        hierarchy_items.add_items_for_nodes(slicer.mrmlScene)
        self.app._applicationLogic = logic
        self.app._scene = slicer.mrmlScene
        self.app._moduleManager = modules.qSlicerModuleManager(self.app)
        self.app._ioManager = io_manager.qSlicerCoreIOManager(self.app)
        self.app._layoutManager = views.qSlicerLayoutManager(logic, slicer.mrmlScene, self.app)
        slicer.modules.__dict__.update(_built_in_modules(self._logics))

    def setPackaging(self, present: bool) -> None:
        """With `slicer.packaging` (Slicer 5.11 and later) or without it (5.10)."""
        if present:
            module = packaging_state.packaging_module(self.pip)
            sys.modules["slicer.packaging"] = module  # no attribute of slicer: Slicer does not import it at start
            slicer.util.pip_install = module.pip_install
        else:
            sys.modules["slicer.packaging"] = None  # type: ignore[assignment] - makes an import of it fail
            slicer.util.pip_install = packaging_state.old_pip_install(self.pip)

    def close(self) -> None:
        """Take the modules of the host away again; Qt's application stays until the process ends."""
        for name in list(self.app._moduleManager.loaded):
            self.unloadModule(name)
        self.mainWindow.close()
        self.pump()
        self._watch.stop()
        self.dialogs.stop()
        slicer.util.pip_install = self._pip_install
        sys.excepthook = self._excepthook
        for name in set(sys.modules) - self._module_names:
            if name in ("qt", "ctk") or name.startswith("slicer."):
                del sys.modules[name]
        for name in set(vars(slicer)) - self._slicer_names:
            delattr(slicer, name)
        self._home.cleanup()

    # --- modules ---

    def loadModule(self, path: str | Path) -> Any:
        """Load a scripted module file as Slicer does at start. Returns the Slicer module object.

        :raises: whatever the file or its module class raises.
        """
        return wrap(self.app._moduleManager.load(Path(path).resolve()))

    def openModule(self, name: str) -> Any:
        """Switch the module panel to a loaded module. Returns the module's Python Widget object.

        :raises: the first error of its setup or enter.
        """
        before = len(self.errors)
        self.mainWindow.show()
        self.mainWindow._selector.selectModule(name)
        self.pump()
        if len(self.errors) > before:
            raise self.errors[before]
        return getattr(slicer.modules, f"{name}Widget")

    def leaveModule(self) -> None:
        """Switch to no module: the current one is left."""
        self.mainWindow._selector.selectModule("")
        self.pump()

    def unloadModule(self, name: str) -> None:
        """What happens to a module when Slicer quits."""
        if self.mainWindow._selector.property("selectedModule") == name:
            self.leaveModule()
        self.app._moduleManager.unload(name)
        self.pump()

    # --- time ---

    def pump(self, seconds: float = 0.0) -> None:
        """Run the event loop for a time, deferred deletions included."""
        end = time.perf_counter() + seconds
        while True:
            for doomed in specials.pending_deletions:
                if shiboken6.isValid(doomed):
                    doomed.deleteLater()
            specials.pending_deletions.clear()
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            if time.perf_counter() >= end:
                return
            time.sleep(0.001)

    def waitUntil(self, predicate: Callable[[], Any], timeout: float = 10.0) -> Any:
        """Run the event loop until `predicate()` is true, and return what it gave.

        :raises TimeoutError: it stayed false for `timeout` seconds.
        """
        end = time.perf_counter() + timeout
        while True:
            result = predicate()
            if result:
                return result
            if time.perf_counter() >= end:
                raise TimeoutError(f"still not true after {timeout} s: {getattr(predicate, '__name__', predicate)}")
            self.pump(0.005)

    @contextmanager
    def measureGaps(self) -> Iterator[recorders.GapMeter]:
        """Measures the longest time (ms) the event loop stands still while the block runs."""
        with recorders.GapMeter() as meter:
            yield meter

    # --- scene and pictures ---

    def closeScene(self) -> None:
        """File > Close scene."""
        slicer.mrmlScene.Clear(False)
        self.pump()

    def screenshot(self, widget: Any, path: str | Path, width: int | None = None, height: int | None = None) -> Path:
        """Render a widget (of `qt` or PySide6) into a PNG file, in the size it has or in another one."""
        native: QWidget = widget._hostLiving("screenshot") if hasattr(widget, "_hostLiving") else widget
        native.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)
        native.show()
        self.pump(0.05)
        smallest, largest = native.minimumSize(), native.maximumSize()
        if width or height:
            native.setFixedSize(width or native.width(), height or native.height())  # whatever a layout makes of it
            self.pump(0.05)
        picture = native.grab()
        native.setMinimumSize(smallest)
        native.setMaximumSize(largest)
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not picture.save(str(target), "PNG"):
            raise OSError(f"the picture {target} could not be written")
        return target

    def find(self, name: str, parent: Any = None) -> Any:
        """The one widget called `name`, wrapped.

        :raises LookupError: there is none, or more than one.
        """
        root: QObject = parent._hostLiving("find") if parent is not None else self.mainWindow
        found = [w for w in root.findChildren(QWidget, name) if shiboken6.isValid(w)]
        if len(found) != 1:
            raise LookupError(f"{len(found)} widgets are called '{name}'")
        return wrap(found[0])


#: Module logics of the wheel that Slicer has running, in the order Slicer loads them.
_LOGICS = (
    "vtkMRMLColorLogic",
    "vtkSlicerUnitsLogic",
    "vtkSlicerTransformLogic",
    "vtkSlicerVolumesLogic",
    "vtkSlicerMarkupsLogic",
    "vtkSlicerModelsLogic",
    "vtkSlicerSegmentationsModuleLogic",
    "vtkSlicerSequencesLogic",
    "vtkSlicerTablesLogic",
    "vtkSlicerTextsLogic",
    "vtkSlicerPlotsLogic",
)


class _BuiltInModule:
    """slicer.modules.volumes and its kin: their logic is real, their panel is not here."""

    def __init__(self, name: str, logic: Any) -> None:
        self.name = name
        self._logic = logic

    def logic(self) -> Any:
        return self._logic


def _built_in_modules(logics: list[Any]) -> dict[str, _BuiltInModule]:
    found = {}
    for logic in logics:
        name = logic.GetClassName()
        for part in ("vtkSlicer", "vtkMRML"):
            name = name.removeprefix(part)
        name = name.removesuffix("Logic").removesuffix("Module")
        name = {"Transform": "Transforms", "Color": "Colors"}.get(name, name)
        found[name.lower()] = _BuiltInModule(name, logic)
    return found


def _check_fonts() -> None:
    if not QFontDatabase.families():
        raise RuntimeError("Qt finds no font here: install the Debian package fonts-dejavu-core.")
