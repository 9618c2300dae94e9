"""slicer.app: application, settings, paths, main window.

Read in Slicer/Slicer:Base/QTCore/qSlicerCoreApplication.h and .cxx, Base/QTGUI/qSlicerApplication.h,
Base/QTCore/qSlicerBaseQTCorePythonQtDecorators.h (processEvents, testingEnabled), Base/QTApp/qSlicerMainWindow.h,
Base/QTGUI/qSlicerModuleSelectorToolBar.h, qSlicerModulePanel.cxx (enter and exit of a module).
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from types import MappingProxyType
from typing import Any

import slicer
from PySide6.QtCore import (
    Property,
    QCoreApplication,
    QEvent,
    QObject,
    QProcessEnvironment,
    QSettings,
    QSize,
    Qt,
    QTranslator,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QScrollArea, QToolBar, QVBoxLayout, QWidget

from ..widgets.declare import fixed, stored


class qSlicerApplication(QApplication):
    startupCompleted = Signal()
    mrmlSceneChanged = Signal(object)
    renderPaused = Signal(bool)
    usageEventLogged = Signal(str, str)
    urlReceived = Signal(str)
    cppSignatures = MappingProxyType(
        {
            "mrmlSceneChanged(PyObject)": "mrmlSceneChanged(vtkMRMLScene*)",
            "setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)",
            "openNodeModule(PyObject)": "openNodeModule(vtkMRMLNode*)",
        }
    )
    testing = False  # what testingEnabled() answers
    language = ""  # of the settings, such as de or fr_FR; empty: English

    def __init__(self, home: Path) -> None:
        super().__init__([str(home / "bin" / "SlicerApp-real")])
        self._home = home
        self.setOrganizationName("slicer.org")
        self.setOrganizationDomain("www.slicer.org")
        self.setApplicationName("Slicer")
        self.setApplicationVersion("5.13.0-2026-07-01")
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
            QSettings.setPath(QSettings.Format.IniFormat, scope, str(home / "settings"))
        (home / "temp").mkdir(exist_ok=True)
        self._scene: Any = None
        self._applicationLogic: Any = None
        self._layoutManager: Any = None
        self._moduleManager: Any = None
        self._ioManager: Any = None
        self._settings = QSettings(self)
        self._translators: list[QTranslator] = []
        self.setQuitOnLastWindowClosed(False)

    slicerHome = fixed(str, lambda s: str(s._home))
    slicerSharePath = fixed(str, lambda s: "share/Slicer-5.13")
    temporaryPath = stored(str, "temporaryPath", "")
    cachePath = stored(str, "cachePath", "")
    startupWorkingPath = fixed(str, lambda s: str(Path.cwd()))
    launcherExecutableFilePath = fixed(str, lambda s: str(s._home / "Slicer"))
    slicerUserSettingsFilePath = fixed(str, lambda s: s._settings.fileName())
    slicerRevisionUserSettingsFilePath = fixed(str, lambda s: s._settings.fileName())
    extensionsInstallPath = stored(str, "extensionsInstallPath", "")
    intDir = fixed(str, lambda s: "")
    isInstalled = fixed(bool, lambda s: True)
    releaseType = fixed(str, lambda s: "Preview")
    revision = fixed(str, lambda s: "31053")
    repositoryRevision = fixed(str, lambda s: "31053")
    majorVersion = fixed(int, lambda s: 5)
    minorVersion = fixed(int, lambda s: 13)
    mainApplicationName = fixed(str, lambda s: "Slicer")
    mainApplicationDisplayName = fixed(str, lambda s: "3D Slicer")
    mainApplicationMajorVersion = fixed(int, lambda s: 5)
    mainApplicationMinorVersion = fixed(int, lambda s: 13)
    mainApplicationPatchVersion = fixed(int, lambda s: 0)
    isCustomMainApplication = fixed(bool, lambda s: False)
    applicationLocaleName = fixed(str, lambda s: s.language)
    documentationBaseUrl = fixed(str, lambda s: "https://slicer.readthedocs.io/en/latest/")
    documentationVersion = fixed(str, lambda s: "latest")
    documentationLanguage = fixed(str, lambda s: "en")
    platform = fixed(str, lambda s: f"{s._os()}-{s._arch()}")
    arch = fixed(str, lambda s: s._arch())
    os = fixed(str, lambda s: s._os())

    @staticmethod
    def _os() -> str:
        return {"linux": "linux", "darwin": "macosx", "win32": "win"}[sys.platform]

    @staticmethod
    def _arch() -> str:
        return {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)

    @Slot(result=object)
    def applicationLogic(self) -> Any:
        return self._applicationLogic

    @Slot(str, result=object)
    def moduleLogic(self, moduleName: str) -> Any:
        return self._applicationLogic.GetModuleLogic(moduleName)

    @Slot(result=QObject)
    def layoutManager(self) -> Any:
        return self._layoutManager

    @Slot(result=QObject)
    def moduleManager(self) -> Any:
        return self._moduleManager

    @Slot(result=QObject)
    def coreIOManager(self) -> Any:
        return self._ioManager

    @Slot(result=QObject)
    def ioManager(self) -> Any:
        return self._ioManager

    @Slot(result=QSettings)
    def settings(self) -> QSettings:
        return self._settings

    @Slot(result=QSettings)
    def userSettings(self) -> QSettings:
        return self._settings

    @Slot(result=QSettings)
    def revisionUserSettings(self) -> QSettings:
        return self._settings

    @Slot(result=bool)
    def testingEnabled(self) -> bool:
        return self.testing

    @Slot()
    def processEvents(self) -> None:
        QCoreApplication.processEvents()

    @Slot(QObject, "QEvent*")
    def sendEvent(self, receiver: QObject, event: QEvent) -> None:
        QCoreApplication.sendEvent(receiver, event)

    @Slot(result="QProcessEnvironment")
    def startupEnvironment(self) -> QProcessEnvironment:
        return QProcessEnvironment.systemEnvironment()

    @Slot(result="QProcessEnvironment")
    def environment(self) -> QProcessEnvironment:
        return QProcessEnvironment.systemEnvironment()

    @Slot(str, result=str)
    def moduleDocumentationUrl(self, moduleName: str) -> str:
        return f"{self.property('documentationBaseUrl')}user_guide/modules/{moduleName.lower()}.html"

    @Slot(str, result=str)
    def toSlicerHomeAbsolutePath(self, path: str) -> str:
        return str(self._home / path)

    @Slot(str)
    def loadTranslations(self, dir: str) -> None:
        """Files of the whole locale, or else of its language (qSlicerCoreApplication::loadTranslations)."""
        names = [name for name in (self.language, self.language.split("_")[0]) if name]
        found = next((files for name in names if (files := sorted(Path(dir).glob(f"*{name}.qm")))), [])
        for path in found:
            translator = QTranslator(self)
            if translator.load(str(path)):
                self.installTranslator(translator)
                self._translators.append(translator)

    def speak(self, language: str) -> None:
        """For tests: another language, without what was loaded so far."""
        for translator in self._translators:
            self.removeTranslator(translator)
        self._translators, self.language = [], language

    @Slot(str, str)
    def logUsageEvent(self, component: str, event: str) -> None:
        self.usageEventLogged.emit(component, event)

    @Slot(object)
    def openNodeModule(self, node: Any) -> None:
        """The module of another extension cannot open here; that it was asked for is in `openedNodes`."""
        self.openedNodes.append(node.GetID() if node is not None else None)

    openedNodes: list[Any]

    @Slot(bool)
    def setRenderPaused(self, pause: bool) -> None:
        self._layoutManager.setRenderPaused(pause)
        self.renderPaused.emit(pause)

    @Slot()
    def pauseRender(self) -> None:
        self.setRenderPaused(True)

    @Slot()
    def resumeRender(self) -> None:
        self.setRenderPaused(False)


class qSlicerModuleSelectorToolBar(QToolBar):
    moduleSelected = Signal(str)

    def __init__(self, window: qSlicerMainWindow) -> None:
        super().__init__("Module Selection", window)
        self._window = window
        self._selected = ""

    selectedModule = Property(
        str, lambda self: self._selected, lambda self, name: self.selectModule(name), notify=moduleSelected
    )

    @Slot(str)
    def selectModule(self, name: str) -> None:
        if name == self._selected:
            return
        self._selected = name
        self._window.panel.setModule(name)
        self.moduleSelected.emit(name)


class qSlicerModulePanel(QScrollArea):
    """Shows one module: leaves the old one, then enters the new one.

    It is never narrower than what it shows: a module that asks for more width gets it from the views beside it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ModulePanel")
        self.setWidgetResizable(True)
        contents = QWidget()
        QVBoxLayout(contents).setContentsMargins(4, 4, 4, 4)
        self.setWidget(contents)
        contents.installEventFilter(self)
        self._current: Any = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width() + 2 * self.frameWidth()
        return QSize(self.widget().minimumSizeHint().width() + bar, super().minimumSizeHint().height())

    def setModule(self, name: str) -> None:
        module = slicer.app._hostLiving("module")._moduleManager.module(name) if name else None
        if module is self._current:
            return
        if self._current is not None and self._current.shown() is not None:
            old = self._current.shown()
            old.exit()
            self.widget().layout().removeWidget(old)
            old.setVisible(False)
            old.setParent(None)
        self._current = module
        if module is not None and module.widgetRepresentation() is not None:
            new = module.widgetRepresentation()
            new.layout().setContentsMargins(0, 0, 0, 0)
            self.widget().layout().addWidget(new)
            new.setVisible(True)
            new.enter()


#: What Slicer gives the module panel of a module that asks for no more.
_PANEL_WIDTH = 477


class qSlicerMainWindow(QMainWindow):
    initialWindowShown = Signal()

    def __init__(self, layout_manager: Any) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self.setWindowTitle("3D Slicer")
        self.resize(1280, 900)
        self.panel = qSlicerModulePanel()
        self._selector = qSlicerModuleSelectorToolBar(self)
        self.addToolBar(self._selector)
        dock = QDockWidget("Modules", self)
        dock.setObjectName("PanelDockWidget")
        dock.setWidget(self.panel)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
        self.setCentralWidget(layout_manager.viewport())
        self.statusBar()
        self._dock = dock
        self.setPanelWidth()

    def setPanelWidth(self, width: int = _PANEL_WIDTH) -> None:
        """As a user does who drags its border."""
        self.resizeDocks([self._dock], [width], Qt.Orientation.Horizontal)

    @Slot(result=QObject)
    def moduleSelector(self) -> QObject:
        return self._selector


WIDGETS = (qSlicerApplication, qSlicerModuleSelectorToolBar, qSlicerModulePanel, qSlicerMainWindow)
