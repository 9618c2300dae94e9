"""Segment selector and the slider with units.

Read in Slicer/Slicer:Libs/MRML/Widgets/qMRMLSegmentSelectorWidget.h and .cxx, qMRMLSliderWidget.h.
"""

from __future__ import annotations

import enum
import sys
from types import MappingProxyType
from typing import Any

import slicer
from PySide6.QtCore import Property, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QWidget

from .ctk_choices import ctkCheckableComboBox
from .ctk_values import ctkSliderWidget
from .declare import stored
from .mrml_nodes import qMRMLNodeComboBox, qMRMLWidget
from .observe import Observations


class qMRMLSegmentSelectorWidget(qMRMLWidget):
    currentNodeChanged = Signal((object,), (bool,))
    currentSegmentChanged = Signal(str)
    segmentSelectionChanged = Signal("QStringList")
    nodeAboutToBeEdited = Signal(object)
    cppSignatures = MappingProxyType(
        {
            "currentNodeChanged(PyObject)": "currentNodeChanged(vtkMRMLNode*)",
            "nodeAboutToBeEdited(PyObject)": "nodeAboutToBeEdited(vtkMRMLNode*)",
            "setCurrentNode(PyObject)": "setCurrentNode(vtkMRMLNode*)",
        }
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self._current = ""
        self._selected: list[str] = []
        self._multi = False
        self._observations = Observations(self)
        self._nodes = qMRMLNodeComboBox(self)
        self._nodes.setObjectName("MRMLNodeComboBox_Segmentation")
        for name, value in (
            ("nodeTypes", ["vtkMRMLSegmentationNode"]),
            ("addEnabled", False),
            ("removeEnabled", False),
        ):
            self._nodes.setProperty(name, value)
        self._label = QLabel("Segment: ", self)
        self._message = QLabel(self)
        self._single = QComboBox(self)
        self._single.setObjectName("comboBox_Segment")
        self._many = ctkCheckableComboBox(self)
        self._many.setObjectName("CheckableComboBox_Segment")
        row = QHBoxLayout()
        for widget in (self._label, self._single, self._many, self._message):
            row.addWidget(widget)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.addWidget(self._nodes, 0, 0)
        self._grid.addLayout(row, 1, 0)
        self._row = row
        self._nodes.currentNodeChanged[object].connect(self._onNodeChanged)
        self._nodes.currentNodeChanged[bool].connect(self.currentNodeChanged[bool])
        self._nodes.nodeAboutToBeEdited.connect(self.nodeAboutToBeEdited)
        self._single.currentIndexChanged.connect(self._onSegmentChanged)
        self._many.checkedIndexesChanged.connect(self._onSelectionChanged)
        self._populate()

    # --- contents ---

    def _onNodeChanged(self, node: Any) -> None:
        if node is not self._node:
            self._observations.remove()
            self._node = node
            if node is not None:
                events = slicer.vtkSegmentation
                for event in (events.SegmentAdded, events.SegmentRemoved, events.SegmentModified):
                    self._observations.add(node, event, lambda widget, *_: widget._populate())
            self._populate()
        self.currentNodeChanged[object].emit(node)

    def _segments(self) -> list[tuple[str, str]]:
        segmentation = self._node.GetSegmentation() if self._node is not None else None
        if segmentation is None:
            return []
        ids = [segmentation.GetNthSegmentID(i) for i in range(segmentation.GetNumberOfSegments())]
        return [(i, segmentation.GetSegment(i).GetName()) for i in ids]

    def _populate(self) -> None:
        segments = self._segments()
        none_first = [("None", "None")] if self.property("noneEnabled") else []
        for box, entries in ((self._single, none_first + segments), (self._many, segments)):
            blocked = box.blockSignals(True)
            box.clear()
            for segment_id, name in entries if segments else []:
                box.addItem(name, segment_id)
            box.blockSignals(blocked)
        self._single.setVisible(bool(segments) and not self._multi)
        self._many.setVisible(bool(segments) and self._multi)
        self._label.setVisible(bool(segments))
        self._message.setVisible(not segments)
        self._message.setText("No segments in segmentation" if self._node is not None else "No node is selected")
        if not segments:
            return
        if self._multi:
            self.setSelectedSegmentIDs(self._selected)
            return
        blocked = self._single.blockSignals(True)
        known = self._current in [i for i, _ in segments]
        if known or (none_first and not self._current):
            self._single.setCurrentIndex(self._single.findData(self._current) if known else 0)
            self._single.blockSignals(blocked)
        else:
            self._single.setCurrentIndex(-1)
            self._single.blockSignals(blocked)
            self._single.setCurrentIndex(len(none_first))

    def _onSegmentChanged(self, row: int) -> None:
        if self._node is not None:
            found = self._single.itemData(row)
            self._current = "" if found in (None, "None") else found
            self.currentSegmentChanged.emit(self._current)

    def _onSelectionChanged(self) -> None:
        if self._node is not None:
            self._selected = [self._many.itemData(i.row()) for i in self._many.checkedIndexes()]
            self.segmentSelectionChanged.emit(self._selected)

    # --- properties ---

    def _setNoneEnabled(self, enabled: bool) -> None:
        self._nodes.setProperty("noneEnabled", enabled)
        self._populate()

    def _setMulti(self, multi: bool) -> None:
        self._multi = multi
        self._current, self._selected = ("", self._selected) if multi else (self._current, [])
        self._populate()

    noneEnabled = Property(bool, lambda s: s._nodes.property("noneEnabled"), lambda s, v: s._setNoneEnabled(v))
    editEnabled = Property(
        bool, lambda s: s._nodes.property("editEnabled"), lambda s, v: s._nodes.setProperty("editEnabled", v) and None
    )
    segmentationNodeSelectorVisible = Property(
        bool, lambda s: s._nodes.isVisible(), lambda s, v: s._nodes.setVisible(v)
    )
    multiSelection = Property(bool, lambda s: s._multi, lambda s, v: s._setMulti(v))
    horizontalLayout = stored(bool, "horizontalLayout", False, lambda s: s._arrange())
    selectNodeUponCreation = stored(bool, "selectNodeUponCreation", True)

    def _arrange(self) -> None:
        self._grid.removeItem(self._row)
        horizontal = self.property("horizontalLayout")
        self._grid.addLayout(self._row, 0 if horizontal else 1, 1 if horizontal else 0)

    # --- slots and invokables ---

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        super().setMRMLScene(scene)
        self._nodes.setMRMLScene(scene)

    @Slot(result=object)
    def currentNode(self) -> Any:
        return self._nodes.currentNode()

    @Slot(result=str)
    def currentNodeID(self) -> str:
        return self._nodes.property("currentNodeID")

    @Slot(object)
    def setCurrentNode(self, node: Any) -> None:
        self._nodes.setCurrentNode(node)

    @Slot(str)
    def setCurrentNodeID(self, nodeID: str) -> None:
        self._nodes.setCurrentNodeID(nodeID)

    @Slot(result=str)
    def currentSegmentID(self) -> str:
        if self._multi:
            sys.stderr.write("currentSegmentID: Multi-selection is on, use selectedSegmentIDs instead\n")
            return ""
        return self._current

    @Slot(result="QStringList")
    def selectedSegmentIDs(self) -> list[str]:
        if not self._multi:
            sys.stderr.write("selectedSegmentIDs: Multi-selection is off, use currentSegmentID instead\n")
            return []
        return list(self._selected)

    @Slot(result="QStringList")
    def segmentIDs(self) -> list[str]:
        return [self._many.itemData(r) for r in range(self._many.count())]

    @Slot(str)
    def setCurrentSegmentID(self, segmentID: str) -> None:
        row = 0 if not segmentID and self.property("noneEnabled") else self._single.findData(segmentID)
        if not self._multi and row != -1:
            self._single.setCurrentIndex(row)

    @Slot("QStringList")
    def setSelectedSegmentIDs(self, segmentIDs: list[str]) -> None:
        if not self._multi or self._node is None:
            return
        known = [i for i in segmentIDs if i in self.segmentIDs()]
        changed, self._selected = known != self._selected, known
        blocked = self._many.blockSignals(True)
        for row in range(self._many.count()):
            state = Qt.CheckState.Checked if self._many.itemData(row) in known else Qt.CheckState.Unchecked
            self._many.setCheckState(self._many.model().index(row, 0), state)
        self._many.blockSignals(blocked)
        if changed:
            self.segmentSelectionChanged.emit(known)


class qMRMLSliderWidget(ctkSliderWidget):
    """A ctkSliderWidget that takes suffix and decimals from the scene's unit of `quantity`."""

    class UnitAwareProperty(enum.IntFlag):
        Prefix = 0x01
        Suffix = 0x02
        Precision = 0x04
        MinimumValue = 0x08
        MaximumValue = 0x10
        Scaling = 0x20
        All = 0x3F

    hostEnumProperties = ctkSliderWidget.hostEnumProperties | {"unitAwareProperties", "orientation"}
    cppSignatures = MappingProxyType({"setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)"})
    quantity = stored(str, "quantity", "", lambda s: s._applyUnit())
    unitAwareProperties = stored(int, "unitAwareProperties", 0x07, lambda s: s._applyUnit())
    orientation = stored(int, "orientation", Qt.Orientation.Horizontal.value)
    _scene: Any = None

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self._applyUnit()

    @Slot(str)
    def setQuantity(self, quantity: str) -> None:
        self.setProperty("quantity", quantity)

    def _applyUnit(self) -> None:
        selection = self._scene.GetNodeByID("vtkMRMLSelectionNodeSingleton") if self._scene is not None else None
        quantity = self.property("quantity")
        unit = selection.GetUnitNode(quantity) if selection is not None and quantity else None
        if unit is None:
            return
        wanted = self.property("unitAwareProperties")
        if wanted & self.UnitAwareProperty.Suffix:
            self.setProperty("suffix", unit.GetSuffix() or "")
        if wanted & self.UnitAwareProperty.Precision:
            self.setDecimals(unit.GetPrecision())


WIDGETS = (qMRMLSegmentSelectorWidget, qMRMLSliderWidget)
