"""Plot views: the series of the chart a plot view node shows, drawn from their tables.

Read in Slicer/Slicer:Libs/MRML/Widgets/qMRMLPlotView.h and .cxx, qMRMLPlotWidget.h;
Libs/MRML/Core/vtkMRMLPlotChartNode.h, vtkMRMLPlotSeriesNode.h. Every series is a line over numeric columns with linear
axes; legend and interaction are left out.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import vtk
from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ..widgets.mrml_nodes import qMRMLWidget
from ..widgets.observe import Observations


class qMRMLPlotView(QWidget):
    mrmlSceneChanged = Signal(object)
    cppSignatures = MappingProxyType(
        {
            "mrmlSceneChanged(PyObject)": "mrmlSceneChanged(vtkMRMLScene*)",
            "setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)",
            "setMRMLPlotViewNode(PyObject)": "setMRMLPlotViewNode(vtkMRMLPlotViewNode*)",
        }
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._node: Any = None
        self._observations = Observations(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)

    @Slot(object)
    def setMRMLPlotViewNode(self, node: Any) -> None:
        self._node = node
        self._watch()

    @Slot()
    def fitToContent(self) -> None:
        self.update()

    def _watch(self) -> None:
        self._observations.remove()
        chart = self._chart()
        watched = [self._node, chart]
        for series in self._series():
            watched += [series, series.GetTableNode()]
        for node in watched:
            if node is not None:
                self._observations.add(node, vtk.vtkCommand.ModifiedEvent, lambda view, *_: view._changed())
        self.update()

    def _changed(self) -> None:
        self._watch()

    def _chart(self) -> Any:
        return self._node.GetPlotChartNode() if self._node is not None else None

    def _series(self) -> list[Any]:
        chart = self._chart()
        if chart is None:
            return []
        found = [chart.GetNthPlotSeriesNode(i) for i in range(chart.GetNumberOfPlotSeriesNodes())]
        return [s for s in found if s is not None]

    def curves(self) -> list[tuple[QColor, QPolygonF]]:
        """Color and points (in the data's own units) of every series with a table."""
        found = []
        for series in self._series():
            table = series.GetTableNode().GetTable() if series.GetTableNode() is not None else None
            x = (
                table.GetColumnByName(series.GetXColumnName())
                if table is not None and series.GetXColumnName()
                else None
            )
            y = (
                table.GetColumnByName(series.GetYColumnName())
                if table is not None and series.GetYColumnName()
                else None
            )
            if y is None:
                continue
            rows = range(table.GetNumberOfRows())
            points = [QPointF(x.GetTuple1(r) if x is not None else r, y.GetTuple1(r)) for r in rows]
            found.append((QColor.fromRgbF(*series.GetColor()), QPolygonF(points)))
        return found

    def sizeHint(self) -> QSize:
        return QSize(400, 250)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor("white"))
        frame = QRectF(self.rect()).adjusted(56, 24, -12, -36)
        chart = self._chart()
        painter.setPen(QPen(QColor("black"), 1))
        painter.drawRect(frame)
        curves = [c for c in self.curves() if not c[1].isEmpty()]
        if chart is not None:
            center = Qt.AlignmentFlag.AlignCenter
            painter.drawText(QRectF(0, 2, self.width(), 20), center, chart.GetTitle() or "")
            painter.drawText(QRectF(0, self.height() - 18, self.width(), 18), center, chart.GetXAxisTitle() or "")
        if not curves:
            return
        bounds = QRectF(curves[0][1].boundingRect())
        for _, points in curves[1:]:
            bounds = bounds.united(points.boundingRect())
        width, height = bounds.width() or 1.0, bounds.height() or 1.0
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, frame.top() - 8, 52, 16), right, f"{bounds.bottom():.4g}")
        painter.drawText(QRectF(0, frame.bottom() - 8, 52, 16), right, f"{bounds.top():.4g}")
        for color, points in curves:
            painter.setPen(QPen(color, 2))
            shown = [
                QPointF(
                    frame.left() + (p.x() - bounds.left()) / width * frame.width(),
                    frame.bottom() - (p.y() - bounds.top()) / height * frame.height(),
                )
                for p in (points.at(i) for i in range(points.size()))
            ]
            painter.drawPolyline(QPolygonF(shown))


class qMRMLPlotWidget(qMRMLWidget):
    cppSignatures = MappingProxyType({"setMRMLPlotViewNode(PyObject)": "setMRMLPlotViewNode(vtkMRMLPlotViewNode*)"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = qMRMLPlotView(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)

    @Slot(result=object)
    def mrmlPlotViewNode(self) -> Any:
        return self._view._node

    @Slot(object)
    def setMRMLPlotViewNode(self, node: Any) -> None:
        self._view.setMRMLPlotViewNode(node)

    @Slot(result=QObject)
    def plotView(self) -> QObject:
        return self._view

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        super().setMRMLScene(scene)
        self._view.setMRMLScene(scene)


WIDGETS = (qMRMLPlotView, qMRMLPlotWidget)
