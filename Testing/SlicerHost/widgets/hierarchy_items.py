"""The filtered tree of subject hierarchy items, and the items that Slicer's plugins make for nodes.

Read in Slicer/Slicer:Modules/Loadable/SubjectHierarchy/Widgets/qMRMLSortFilterSubjectHierarchyProxyModel.cxx (filters)
and qSlicerSubjectHierarchyPluginLogic.cxx (an item for every node a plugin owns).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import slicer
import vtk
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from .observe import Observations

ITEM = Qt.ItemDataRole.UserRole + 1

#: Node classes that some subject hierarchy plugin of Slicer owns.
OWNED = [
    "vtkMRMLVolumeNode",
    "vtkMRMLTransformNode",
    "vtkMRMLModelNode",
    "vtkMRMLMarkupsNode",
    "vtkMRMLSegmentationNode",
    "vtkMRMLTableNode",
    "vtkMRMLTextNode",
    "vtkMRMLPlotChartNode",
    "vtkMRMLSequenceNode",
    "vtkMRMLSequenceBrowserNode",
]


def add_items_for_nodes(scene: Any) -> None:
    """Keep one subject hierarchy item per node that a plugin of Slicer would own."""

    def added(_scene: Any, _event: str, node: Any) -> None:
        if node is not None and not node.GetHideFromEditors() and any(node.IsA(kind) for kind in OWNED):
            hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
            if not hierarchy.GetItemByDataNode(node):
                hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)

    def removed(_scene: Any, _event: str, node: Any) -> None:
        if node is None or not any(node.IsA(kind) for kind in OWNED):
            return
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
        item = hierarchy.GetItemByDataNode(node) if hierarchy is not None else 0
        if item:
            hierarchy.RemoveItem(item, False, False)

    added.CallDataType = removed.CallDataType = vtk.VTK_OBJECT  # type: ignore[attr-defined]
    scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, added)
    scene.AddObserver(slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, removed)


class HierarchyItems:
    """The filtered tree of items, shared by the tree view and the combo box."""

    def _start(self) -> None:
        self._scene: Any = None
        self._root = 0
        self._filters: dict[str, list[tuple[str, Any, str]]] = {k: [] for k in ("item+", "item-", "node+", "node-")}
        self._observations = Observations(self)
        self._items = QStandardItemModel(self)

    def _hierarchy(self) -> Any:
        if self._scene is None:
            return None
        return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(self._scene)

    def _watch(self) -> None:
        self._observations.remove()
        hierarchy = self._hierarchy()
        if hierarchy is None:
            return
        kind = slicer.vtkMRMLSubjectHierarchyNode
        for name in ("Added", "Removed", "Modified", "Reparented", "ChildrenReordered"):
            event = getattr(kind, f"SubjectHierarchyItem{name}Event")
            self._observations.add(hierarchy, event, lambda widget, *_: widget._refill())
        self._observations.add(self._scene, slicer.vtkMRMLScene.EndCloseEvent, lambda widget, *_: widget._sceneClosed())
        self._observations.add(
            self._scene, slicer.vtkMRMLScene.EndImportEvent, lambda widget, *_: widget._sceneClosed()
        )

    def _sceneClosed(self) -> None:
        self._root = 0
        self._watch()
        self._refill()

    def _accepts(self, item: int) -> bool:
        """Whether the item itself passes the filters; its parents are shown anyway."""
        hierarchy = self._hierarchy()
        node = hierarchy.GetItemDataNode(item)
        types = self.property("nodeTypes")
        if types and not (node is not None and any(node.IsA(t) for t in types)):
            return False
        if node is not None and node.GetHideFromEditors():
            return False
        attributes = hierarchy.GetItemAttribute
        for name, value, _ in self._filters["item+"]:
            if not self._has(attributes(item, name), value):
                return False
        if any(self._has(attributes(item, name), value) for name, value, _ in self._filters["item-"]):
            return False
        for name, value, kind in self._filters["node+"]:
            if node is None or (kind and not node.IsA(kind)) or not self._has(node.GetAttribute(name), value):
                return False
        return not any(
            node is not None and (not kind or node.IsA(kind)) and self._has(node.GetAttribute(name), value)
            for name, value, kind in self._filters["node-"]
        )

    @staticmethod
    def _has(found: str | None, wanted: Any) -> bool:
        return bool(found) and (wanted in (None, "") or found == str(wanted))

    def _fill(self) -> None:
        self._items.clear()
        hierarchy = self._hierarchy()
        if hierarchy is None:
            return
        root = self._root or hierarchy.GetSceneItemID()
        parent = self._items.invisibleRootItem()
        if self.property("noneEnabled"):
            parent.appendRow(self._row(self.property("noneDisplay"), 0))
        if self.property("showRootItem"):
            top = self._row("Scene" if root == hierarchy.GetSceneItemID() else hierarchy.GetItemName(root), root)
            parent.appendRow(top)
            parent = top[0]
        self._fillChildren(hierarchy, root, parent)

    def _fillChildren(self, hierarchy: Any, item: int, parent: QStandardItem) -> bool:
        children = vtk.vtkIdList()
        hierarchy.GetItemChildren(item, children, False)
        shown = False
        for index in range(children.GetNumberOfIds()):
            child = children.GetId(index)
            row = self._row(hierarchy.GetItemName(child), child)
            below = self._fillChildren(hierarchy, child, row[0])
            if below or self._accepts(child):
                parent.appendRow(row)
                shown = True
        return shown

    def _row(self, text: str, item: int) -> list[QStandardItem]:
        name = QStandardItem(text)
        name.setEditable(False)
        name.setData(item, ITEM)
        name.setToolTip(text)
        return [name]

    def _rows(self, parent: QStandardItem | None = None) -> Iterator[QStandardItem]:
        parent = parent or self._items.invisibleRootItem()
        for index in range(parent.rowCount()):
            yield parent.child(index)
            yield from self._rows(parent.child(index))

    def _rowOf(self, item: int) -> QStandardItem | None:
        return next((r for r in self._rows() if r.data(ITEM) == item), None)

    def _dataNode(self, item: int) -> Any:
        return self._hierarchy().GetItemDataNode(item) if item and self._hierarchy() is not None else None

    def _itemOf(self, node: Any) -> int:
        return self._hierarchy().GetItemByDataNode(node) if node is not None and self._hierarchy() is not None else 0

    def _addFilter(self, kind: str, name: str, value: Any, include: bool, node_class: str = "") -> None:
        self._filters[kind + ("+" if include else "-")].append((name, value, node_class))
        self._refill()
