"""Slice and 3D views, and the layout of all views, over MRML's own slice and layout logic.

Read in Slicer/Slicer:Libs/MRML/Widgets/qMRMLLayoutManager.h and .cxx, qMRMLSliceWidget.h, qMRMLSliceView.h,
qMRMLSliceControllerWidget.h, qMRMLThreeDWidget.h; Base/QTGUI/qSlicerLayoutManager.h;
commontk/CTK:Libs/Visualization/VTK/Widgets/ctkVTKAbstractView.h (forceRender, scheduleRender).
A slice view shows the image MRML blends (volumes only); a 3D view shows nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import slicer
import vtk
from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from vtk.util.numpy_support import vtk_to_numpy

from ..widgets.mrml_nodes import qMRMLWidget
from ..widgets.observe import Observations
from .plots import qMRMLPlotWidget


class qMRMLSliceView(QWidget):
    cppSignatures = MappingProxyType({"setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)"})

    def __init__(self, logic: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logic = logic
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._observations = Observations(self)
        self._observations.add(logic, vtk.vtkCommand.ModifiedEvent, lambda view, *_: view.update())

    @Slot(result=object)
    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    @Slot()
    def forceRender(self) -> None:
        self.repaint()

    @Slot()
    def scheduleRender(self) -> None:
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Keeps the scale (qMRMLSliceControllerWidget::setSliceViewSize)
        self._logic.ResizeSliceNode(max(event.size().width(), 1), max(event.size().height(), 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0))
        image = self.blended()
        if image is not None:
            painter.drawImage(0, 0, image)

    def blended(self) -> QImage | None:
        """The slice image as MRML blends it, None where no volume is shown."""
        composite = self._logic.GetSliceCompositeNode()
        ids = (composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID(), composite.GetLabelVolumeID())
        if not any(ids) or self._logic.GetImageDataConnection() is None:
            return None
        blend = self._logic.GetImageDataConnection().GetProducer()
        blend.Update()
        data = blend.GetOutput()
        width, height, depth = data.GetDimensions()
        if not width * height * depth or data.GetPointData().GetScalars() is None:
            return None
        values = vtk_to_numpy(data.GetPointData().GetScalars()).reshape(height, width, -1)[::-1]
        rgb = values[..., :3].astype("uint8").copy()
        return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class _ViewWidget(qMRMLWidget):
    """A view with its name over it."""

    def _build(self, title: str, view: QWidget) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._title = QLabel(title, self)
        layout.addWidget(self._title)
        layout.addWidget(view, 1)


class qMRMLSliceControllerWidget(QWidget):
    """The bar over a slice view: linking, fitting, orientation, opacities."""

    def __init__(self, logic: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logic = logic

    @Slot(result=object)
    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    @Slot(result=object)
    def mrmlSliceCompositeNode(self) -> Any:
        return self._logic.GetSliceCompositeNode()

    @Slot(result=object)
    def sliceLogic(self) -> Any:
        return self._logic

    @Slot()
    def fitSliceToBackground(self) -> None:
        self._logic.FitSliceToBackground()

    @Slot(bool)
    def setSliceLink(self, linked: bool) -> None:
        scene = self._logic.GetMRMLScene()
        for index in range(scene.GetNumberOfNodesByClass("vtkMRMLSliceCompositeNode")):
            scene.GetNthNodeByClass(index, "vtkMRMLSliceCompositeNode").SetLinkedControl(linked)

    @Slot(float)
    def setForegroundOpacity(self, opacity: float) -> None:
        self._logic.GetSliceCompositeNode().SetForegroundOpacity(opacity)

    @Slot(float)
    def setSliceOffsetValue(self, offset: float) -> None:
        self._logic.SetSliceOffset(offset)


class qMRMLSliceWidget(_ViewWidget):
    def __init__(self, logic: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._logic = logic
        self._view = qMRMLSliceView(logic, self)
        self._controller = qMRMLSliceControllerWidget(logic, self)
        self._controller.hide()
        self._build(logic.GetSliceNode().GetLayoutName(), self._view)

    sliceViewName = Property(str, lambda self: self._logic.GetSliceNode().GetLayoutName())
    sliceOrientation = Property(
        str,
        lambda self: self._logic.GetSliceNode().GetOrientation(),
        lambda self, name: self._logic.GetSliceNode().SetOrientation(name),
    )

    @Slot(result=object)
    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    @Slot(result=object)
    def mrmlSliceCompositeNode(self) -> Any:
        return self._logic.GetSliceCompositeNode()

    @Slot(result=object)
    def sliceLogic(self) -> Any:
        return self._logic

    @Slot(result=QObject)
    def sliceController(self) -> QObject:
        return self._controller

    @Slot(result=QObject)
    def sliceView(self) -> QObject:
        return self._view

    @Slot(str)
    def setSliceOrientation(self, orientation: str) -> None:
        self._logic.GetSliceNode().SetOrientation(orientation)

    @Slot()
    def fitSliceToBackground(self) -> None:
        self._logic.FitSliceToBackground()


class qMRMLThreeDView(QWidget):
    def __init__(self, node: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._node = node
        self.setAutoFillBackground(True)

    @Slot(result=object)
    def mrmlViewNode(self) -> Any:
        return self._node

    @Slot()
    def resetFocalPoint(self) -> None:
        self.update()

    @Slot()
    def forceRender(self) -> None:
        self.repaint()


class qMRMLThreeDWidget(_ViewWidget):
    def __init__(self, node: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._node = node
        self._view = qMRMLThreeDView(node, self)
        self._build(node.GetLayoutName(), self._view)

    @Slot(result=object)
    def mrmlViewNode(self) -> Any:
        return self._node

    @Slot(result=QObject)
    def threeDView(self) -> QObject:
        return self._view


class qSlicerLayoutManager(QObject):
    layoutChanged = Signal(int)
    cppSignatures = MappingProxyType(
        {
            "setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)",
            "viewWidget(PyObject)": "viewWidget(vtkMRMLNode*)",
        }
    )

    def __init__(self, application_logic: Any, scene: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewport = QWidget()
        self._viewport.setObjectName("CentralWidgetLayoutFrame")
        QGridLayout(self._viewport).setContentsMargins(0, 0, 0, 0)
        self._applicationLogic = application_logic
        self._scene = scene
        self._slices: dict[str, qMRMLSliceWidget] = {}
        self._threeD: dict[str, qMRMLThreeDWidget] = {}
        self._plots: dict[str, qMRMLPlotWidget] = {}
        self._paused = 0
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLApplicationLogic(application_logic)
        self._logic.SetMRMLScene(scene)
        self._sliceLogics = vtk.vtkCollection()
        self._observations = Observations(self)
        node = self._logic.GetLayoutNode()
        node.SetViewArrangement(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
        self._observations.add(node, vtk.vtkCommand.ModifiedEvent, lambda manager, *_: manager._arrange())
        self._shown = -1
        self._arrange()

    def _viewNodes(self) -> list[Any]:
        nodes = self._logic.GetViewNodes()
        return [nodes.GetItemAsObject(i) for i in range(nodes.GetNumberOfItems())]

    def _arrange(self) -> None:
        """Show the views of the current layout, side by side two in a row; make the slice logics they need."""
        if self._logic.GetLayoutNode().GetViewArrangement() == self._shown:
            return
        self._shown = self._logic.GetLayoutNode().GetViewArrangement()
        for widget in [*self._slices.values(), *self._threeD.values(), *self._plots.values()]:
            widget.hide()
            self._viewport.layout().removeWidget(widget)
        position = 0
        for node in self._viewNodes():
            widget = self._widgetFor(node)
            if widget is not None:
                self._viewport.layout().addWidget(widget, position // 2, position % 2)
                widget.show()
                position += 1
        self._applicationLogic.SetSliceLogics(self._sliceLogics)
        self.layoutChanged.emit(self._shown)

    def _widgetFor(self, node: Any) -> QWidget | None:
        name = node.GetLayoutName()
        if node.IsA("vtkMRMLSliceNode"):
            if name not in self._slices:
                logic = slicer.vtkMRMLSliceLogic()
                logic.SetMRMLApplicationLogic(self._applicationLogic)
                logic.SetMRMLScene(self._scene)
                logic.SetSliceNode(node)
                self._sliceLogics.AddItem(logic)
                self._slices[name] = qMRMLSliceWidget(logic, self._viewport)
            return self._slices[name]
        if node.IsA("vtkMRMLViewNode"):
            if name not in self._threeD:
                self._threeD[name] = qMRMLThreeDWidget(node, self._viewport)
            return self._threeD[name]
        if node.IsA("vtkMRMLPlotViewNode"):
            if name not in self._plots:
                self._plots[name] = qMRMLPlotWidget(self._viewport)
                self._plots[name].setMRMLScene(self._scene)
                self._plots[name].setMRMLPlotViewNode(node)
            return self._plots[name]
        return None

    def _shownNames(self, kind: str) -> list[str]:
        return [n.GetLayoutName() for n in self._viewNodes() if n.IsA(kind)]

    layout = Property(
        int,
        lambda self: self._logic.GetLayoutNode().GetViewArrangement(),
        lambda self, number: self.setLayout(number),
        notify=layoutChanged,
    )
    threeDViewCount = Property(int, lambda self: len(self._shownNames("vtkMRMLViewNode")))
    tableViewCount = Property(int, lambda self: len(self._shownNames("vtkMRMLTableViewNode")))
    plotViewCount = Property(int, lambda self: len(self._shownNames("vtkMRMLPlotViewNode")))

    @Slot(int)
    def setLayout(self, number: int) -> None:
        self._logic.GetLayoutNode().SetViewArrangement(number)
        self._arrange()

    @Slot(result=QWidget)
    def viewport(self) -> QWidget:
        return self._viewport

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(result=object)
    def layoutLogic(self) -> Any:
        return self._logic

    @Slot(result=object)
    def mrmlSliceLogics(self) -> Any:
        return self._sliceLogics

    @Slot(result="QStringList")
    def sliceViewNames(self) -> list[str]:
        return self._shownNames("vtkMRMLSliceNode")

    @Slot(str, result=QObject)
    def sliceWidget(self, name: str) -> QObject | None:
        return self._slices.get(name)

    @Slot(int, result=QObject)
    def threeDWidget(self, number: int) -> QObject | None:
        names = self._shownNames("vtkMRMLViewNode")
        return self._threeD.get(names[number]) if 0 <= number < len(names) else None

    @Slot(int, result=QObject)
    def plotWidget(self, number: int) -> QObject | None:
        names = self._shownNames("vtkMRMLPlotViewNode")
        return self._plots.get(names[number]) if 0 <= number < len(names) else None

    @Slot(object, result=QObject)
    def viewWidget(self, node: Any) -> QObject | None:
        return self._widgetFor(node) if node is not None else None

    @Slot()
    def resetSliceViews(self) -> None:
        for widget in self._slices.values():
            widget.sliceLogic().FitSliceToAll()

    @Slot()
    def resetThreeDViews(self) -> None:
        for widget in self._threeD.values():
            widget.threeDView().resetFocalPoint()

    @Slot(bool)
    def setRenderPaused(self, pause: bool) -> None:
        (self.pauseRender if pause else self.resumeRender)()

    @Slot()
    def pauseRender(self) -> None:
        self._paused += 1
        self._viewport.setUpdatesEnabled(False)

    @Slot()
    def resumeRender(self) -> None:
        self._paused = max(self._paused - 1, 0)
        self._viewport.setUpdatesEnabled(self._paused == 0)


WIDGETS = (
    qMRMLSliceView,
    qMRMLSliceControllerWidget,
    qMRMLSliceWidget,
    qMRMLThreeDView,
    qMRMLThreeDWidget,
    qSlicerLayoutManager,
)
