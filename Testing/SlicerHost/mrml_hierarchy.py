"""Subject hierarchy tree and combo box, and the items that Slicer's plugins make for nodes.

Read in Slicer/Slicer:Modules/Loadable/SubjectHierarchy/Widgets/qMRMLSubjectHierarchyTreeView.h and .cxx,
qMRMLSubjectHierarchyComboBox.h and .cxx, qMRMLSortFilterSubjectHierarchyProxyModel.cxx (filters),
qSlicerSubjectHierarchyPluginLogic.cxx (an item for every node a plugin owns).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import slicer
import vtk
from PySide6.QtCore import Property, QItemSelection, QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from .ctk_choices import ctkComboBox
from .declare import stored
from .observe import Observations

_ITEM = Qt.ItemDataRole.UserRole + 1

#: Node classes that some subject hierarchy plugin of Slicer owns.
OWNED = (
    "vtkMRMLVolumeNode vtkMRMLTransformNode vtkMRMLModelNode vtkMRMLMarkupsNode vtkMRMLSegmentationNode "
    "vtkMRMLTableNode vtkMRMLTextNode vtkMRMLPlotChartNode vtkMRMLSequenceNode vtkMRMLSequenceBrowserNode"
).split()


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


class _HierarchyMixin:
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
        self._observations.add(self._scene, slicer.vtkMRMLScene.EndImportEvent, lambda widget, *_: widget._sceneClosed())

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
            parent = top
        self._fillChildren(hierarchy, root, parent)

    def _fillChildren(self, hierarchy: Any, item: int, parent: QStandardItem) -> bool:
        children = vtk.vtkIdList()
        hierarchy.GetItemChildren(item, children, False)
        shown = False
        for index in range(children.GetNumberOfIds()):
            child = children.GetId(index)
            row = self._row(hierarchy.GetItemName(child), child)
            below = self._fillChildren(hierarchy, child, row)
            if below or self._accepts(child):
                parent.appendRow(row)
                shown = True
        return shown

    def _row(self, text: str, item: int) -> QStandardItem:
        row = QStandardItem(text)
        row.setEditable(False)
        row.setData(item, _ITEM)
        row.setToolTip(text)
        return row

    def _rows(self, parent: QStandardItem | None = None) -> Iterator[QStandardItem]:
        parent = parent or self._items.invisibleRootItem()
        for index in range(parent.rowCount()):
            yield parent.child(index)
            yield from self._rows(parent.child(index))

    def _rowOf(self, item: int) -> QStandardItem | None:
        return next((r for r in self._rows() if r.data(_ITEM) == item), None)

    def _dataNode(self, item: int) -> Any:
        return self._hierarchy().GetItemDataNode(item) if item and self._hierarchy() is not None else None

    def _itemOf(self, node: Any) -> int:
        return self._hierarchy().GetItemByDataNode(node) if node is not None and self._hierarchy() is not None else 0

    def _addFilter(self, kind: str, name: str, value: Any, include: bool, node_class: str = "") -> None:
        self._filters[kind + ("+" if include else "-")].append((name, value, node_class))
        self._refill()


class qMRMLSubjectHierarchyTreeView(QTreeView, _HierarchyMixin):
    currentItemChanged = Signal(int)
    currentNodeChanged = Signal(object)
    currentItemsChanged = Signal("QVariantList")
    currentItemModified = Signal(int)
    nodeAddedByUser = Signal(object)
    cppSignatures = {
        "currentItemChanged(int)": "currentItemChanged(vtkIdType)",
        "currentItemModified(int)": "currentItemModified(vtkIdType)",
        "currentItemsChanged(QVariantList)": "currentItemsChanged(QList<vtkIdType>)",
        "currentNodeChanged(PyObject)": "currentNodeChanged(vtkMRMLNode*)",
        "nodeAddedByUser(PyObject)": "nodeAddedByUser(vtkMRMLNode*)",
        "setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)",
        "setCurrentItem(int)": "setCurrentItem(vtkIdType)",
        "setRootItem(int)": "setRootItem(vtkIdType)",
        "expandItem(int)": "expandItem(vtkIdType)",
        "collapseItem(int)": "collapseItem(vtkIdType)",
        "setCurrentNode(PyObject)": "setCurrentNode(vtkMRMLNode*)",
        "setCurrentItems(PyObject)": "setCurrentItems(vtkIdList*)",
        "currentItems(PyObject)": "currentItems(vtkIdList*)",
    }

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start()
        self._quiet = False
        self.setModel(self._items)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.selectionModel().selectionChanged.connect(lambda *_: self._selectionChanged())

    showRootItem = stored(bool, "showRootItem", False, lambda s: s._refill())
    nodeTypes = stored(list, "nodeTypes", [], lambda s: s._refill())
    hideChildNodeTypes = stored(list, "hideChildNodeTypes", [], lambda s: s._refill())
    levelFilter = stored(list, "levelFilter", [])
    nameFilter = stored(str, "nameFilter", "")
    noneEnabled = stored(bool, "noneEnabled", False, lambda s: s._refill())
    noneDisplay = stored(str, "noneDisplay", "None", lambda s: s._refill())
    multiSelection = Property(
        bool,
        lambda s: s.selectionMode() == QAbstractItemView.SelectionMode.ExtendedSelection,
        lambda s, v: s.setMultiSelection(v),
    )
    highlightReferencedItems = stored(bool, "highlightReferencedItems", True)
    contextMenuEnabled = stored(bool, "contextMenuEnabled", True)
    editMenuActionVisible = stored(bool, "editMenuActionVisible", True)
    addNodeMenuActionVisible = stored(bool, "addNodeMenuActionVisible", True)
    selectRoleSubMenuVisible = stored(bool, "selectRoleSubMenuVisible", True)
    visibilityColumnVisible = stored(bool, "visibilityColumnVisible", True)
    idColumnVisible = stored(bool, "idColumnVisible", False)
    colorColumnVisible = stored(bool, "colorColumnVisible", True)
    transformColumnVisible = stored(bool, "transformColumnVisible", True)
    descriptionColumnVisible = stored(bool, "descriptionColumnVisible", False)
    pluginAllowList = stored(list, "pluginAllowList", [])
    pluginBlockList = stored(list, "pluginBlockList", [])

    def _selectedItems(self) -> list[int]:
        return [i.data(_ITEM) for i in self.selectionModel().selectedRows() if i.data(_ITEM)]

    def _refill(self) -> None:
        selected = self._selectedItems()
        collapsed = {r.data(_ITEM) for r in self._rows() if r.rowCount() and not self.isExpanded(r.index())}
        self._quiet = True
        self._fill()
        self._items.setHorizontalHeaderLabels(["Node"])
        self.expandAll()
        for row in self._rows():
            if row.data(_ITEM) in collapsed:
                self.collapse(row.index())
        self._selectItems(selected)
        self._quiet = False
        if self._selectedItems() != selected:
            self._selectionChanged()

    def _selectItems(self, items: list[int]) -> None:
        selection = QItemSelection()
        for item in items:
            row = self._rowOf(item)
            if row is not None:
                selection.select(row.index(), row.index())
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)

    def _selectionChanged(self) -> None:
        if self._quiet:
            return
        items = self._selectedItems()
        self.currentItemChanged.emit(items[0] if items else 0)
        self.currentNodeChanged.emit(self._dataNode(items[0]) if items else None)
        self.currentItemsChanged.emit(items)

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(result=object)
    def subjectHierarchyNode(self) -> Any:
        return self._hierarchy()

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self._watch()
        self._refill()

    @Slot(result=int)
    def currentItem(self) -> int:
        return (self._selectedItems() or [0])[0]

    @Slot(object)
    def currentItems(self, ids: vtk.vtkIdList) -> None:
        ids.Reset()
        for item in self._selectedItems():
            ids.InsertNextId(item)

    @Slot(result=object)
    def currentNode(self) -> Any:
        return self._dataNode(self.currentItem())

    @Slot(result=int)
    def rootItem(self) -> int:
        return self._root or (self._hierarchy().GetSceneItemID() if self._hierarchy() is not None else 0)

    @Slot(int)
    def setRootItem(self, item: int) -> None:
        self._root = item
        self._refill()

    @Slot(int)
    def setCurrentItem(self, item: int) -> None:
        self._selectItems([item] if item else [])

    @Slot(object)
    def setCurrentItems(self, ids: vtk.vtkIdList) -> None:
        self._selectItems([ids.GetId(i) for i in range(ids.GetNumberOfIds())])

    @Slot(object)
    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentItem(self._itemOf(node))

    @Slot(bool)
    def setMultiSelection(self, multi: bool) -> None:
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if multi else modes.SingleSelection)

    @Slot(int)
    def expandItem(self, item: int) -> None:
        self.expand(self._rowOf(item).index())

    @Slot(int)
    def collapseItem(self, item: int) -> None:
        self.collapse(self._rowOf(item).index())

    @Slot(result=int)
    def displayedItemCount(self) -> int:
        return sum(1 for _ in self._rows())

    @Slot(str)
    @Slot(str, "QVariant")
    @Slot(str, "QVariant", bool)
    def addItemAttributeFilter(self, name: str, value: Any = "", include: bool = True) -> None:
        self._addFilter("item", name, value, include)

    @Slot(str)
    @Slot(str, "QVariant")
    @Slot(str, "QVariant", bool)
    @Slot(str, "QVariant", bool, str)
    def addNodeAttributeFilter(self, name: str, value: Any = "", include: bool = True, className: str = "") -> None:
        self._addFilter("node", name, value, include, className)

    @Slot()
    def deleteSelectedItems(self) -> None:
        for item in self._selectedItems():
            self._hierarchy().RemoveItem(item)

    @Slot()
    def resetColumnSizesToDefault(self) -> None:
        self.header().setStretchLastSection(True)


class qMRMLSubjectHierarchyComboBox(ctkComboBox, _HierarchyMixin):
    currentItemChanged = Signal(int)
    currentItemModified = Signal(int)
    cppSignatures = {
        k: v
        for k, v in qMRMLSubjectHierarchyTreeView.cppSignatures.items()
        if k.split("(")[0] in "currentItemChanged currentItemModified setMRMLScene setCurrentItem setRootItem setCurrentNode"
    }

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start()
        self._item = 0
        self._tree = QTreeView(self)
        self._tree.setHeaderHidden(True)
        self.setView(self._tree)
        self.setModel(self._items)
        self.setProperty("forceDefault", True)
        self.setProperty("defaultText", "Select subject hierarchy item")
        self.activated.connect(self._picked)

    showRootItem = stored(bool, "showRootItem", False, lambda s: s._refill())
    nodeTypes = stored(list, "nodeTypes", [], lambda s: s._refill())
    noneEnabled = stored(bool, "noneEnabled", False, lambda s: s._refill())
    noneDisplay = stored(str, "noneDisplay", "None", lambda s: s._refill())
    highlightReferencedItems = stored(bool, "highlightReferencedItems", False)
    maximumNumberOfShownItems = stored(int, "maximumNumberOfShownItems", 20)
    alignPopupVertically = stored(bool, "alignPopupVertically", True)
    showCurrentItemParents = stored(bool, "showCurrentItemParents", True)

    def _refill(self) -> None:
        item = self._item
        self._fill()
        self._tree.expandAll()
        if item and self._rowOf(item) is None:
            self._become(0)
        else:
            self._showItem()

    def _showItem(self) -> None:
        none = self.property("noneDisplay") if self.property("noneEnabled") else "Select subject hierarchy item"
        name = self._hierarchy().GetItemName(self._item) if self._item and self._hierarchy() is not None else none
        self.setProperty("defaultText", name)

    def _become(self, item: int) -> None:
        changed, self._item = item != self._item, item
        self._showItem()
        if changed:
            self.currentItemChanged.emit(item)

    def _picked(self, _row: int) -> None:
        self._become(self._tree.currentIndex().data(_ITEM) or 0)

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(result=object)
    def subjectHierarchyNode(self) -> Any:
        return self._hierarchy()

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self._watch()
        self._refill()

    @Slot()
    def clearSelection(self) -> None:
        self._become(0)

    @Slot(result=int)
    def currentItem(self) -> int:
        return self._item

    @Slot(result=object)
    def currentNode(self) -> Any:
        return self._dataNode(self._item)

    @Slot(object)
    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentItem(self._itemOf(node))

    @Slot(int)
    def setCurrentItem(self, item: int) -> None:
        self._become(item if self._rowOf(item) is not None else 0)

    @Slot(int)
    def setRootItem(self, item: int) -> None:
        self._root = item
        self._refill()

    @Slot(result=int)
    def rootItem(self) -> int:
        return self._root or (self._hierarchy().GetSceneItemID() if self._hierarchy() is not None else 0)

    @Slot("QStringList")
    def setNodeTypes(self, types: list[str]) -> None:
        self.setProperty("nodeTypes", types)

    @Slot(str)
    @Slot(str, "QVariant")
    @Slot(str, "QVariant", bool)
    @Slot(str, "QVariant", bool, str)
    def addNodeAttributeFilter(self, name: str, value: Any = "", include: bool = True, className: str = "") -> None:
        self._addFilter("node", name, value, include, className)

    @Slot(str)
    @Slot(str, "QVariant")
    @Slot(str, "QVariant", bool)
    def addItemAttributeFilter(self, name: str, value: Any = "", include: bool = True) -> None:
        self._addFilter("item", name, value, include)


WIDGETS = (qMRMLSubjectHierarchyTreeView, qMRMLSubjectHierarchyComboBox)
