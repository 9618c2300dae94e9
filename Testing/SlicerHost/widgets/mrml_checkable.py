"""The node selector where nodes are ticked.

Read in Slicer/Slicer:Libs/MRML/Widgets/qMRMLCheckableNodeComboBox.h and .cxx.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from .mrml_nodes import qMRMLNodeComboBox
from .node_rows import NODE_ID


class qMRMLCheckableNodeComboBox(qMRMLNodeComboBox):
    """A selector where nodes are ticked; the current node means nothing."""

    checkedNodesChanged = Signal()
    cppSignatures = MappingProxyType(
        {
            "checkState(PyObject)": "checkState(vtkMRMLNode*)",
            "check(PyObject)": "check(vtkMRMLNode*)",
            "uncheck(PyObject)": "uncheck(vtkMRMLNode*)",
            "setCheckState(PyObject,int)": "setCheckState(vtkMRMLNode*,int)",
        }
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        self._checked: set[str] = set()
        super().__init__(parent)

    def _hide(self, node: Any, node_id: str) -> None:
        super()._hide(node, node_id)
        if node_id in self._checked:
            self._checked.remove(node_id)
            self.checkedNodesChanged.emit()

    def _activated(self, row: int) -> None:
        node_id = self._combo.itemData(row, NODE_ID)
        if node_id:
            node = self._scene.GetNodeByID(node_id)
            self.setCheckState(node, 0 if node_id in self._checked else Qt.CheckState.Checked.value)
        else:
            super()._activated(row)

    @Slot(result="QVariantList")
    def checkedNodes(self) -> list[Any]:
        return [self._scene.GetNodeByID(i) for i in self._ids if i in self._checked]

    @Slot(result="QVariantList")
    def uncheckedNodes(self) -> list[Any]:
        return [self._scene.GetNodeByID(i) for i in self._ids if i not in self._checked]

    @Slot(result=bool)
    def allChecked(self) -> bool:
        return bool(self._ids) and set(self._ids) <= self._checked

    @Slot(result=bool)
    def noneChecked(self) -> bool:
        return bool(self._ids) and not self._checked

    @Slot(object, result=int)
    def checkState(self, node: Any) -> Qt.CheckState:
        checked = node is not None and node.GetID() in self._checked
        return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked

    @Slot(object, int)
    def setCheckState(self, node: Any, state: int) -> None:
        if node is None or node.GetID() not in self._ids:
            return
        before = set(self._checked)
        (self._checked.add if state == Qt.CheckState.Checked.value else self._checked.discard)(node.GetID())
        if self._checked != before:
            self.checkedNodesChanged.emit()

    @Slot(object)
    def check(self, node: Any) -> None:
        self.setCheckState(node, Qt.CheckState.Checked.value)

    @Slot(object)
    def uncheck(self, node: Any) -> None:
        self.setCheckState(node, Qt.CheckState.Unchecked.value)


WIDGETS = (qMRMLCheckableNodeComboBox,)
