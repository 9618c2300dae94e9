"""Subject hierarchy tree and combo box.

Read in Slicer/Slicer:Modules/Loadable/SubjectHierarchy/Widgets/qMRMLSubjectHierarchyTreeView.h and .cxx,
qMRMLSubjectHierarchyComboBox.h and .cxx.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import vtk
from PySide6.QtCore import Property, QItemSelection, QItemSelectionModel, Signal, Slot
from PySide6.QtGui import QStandardItem
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from .ctk_choices import ctkComboBox
from .declare import stored
from .hierarchy_items import ITEM, HierarchyItems

#: Titles, and what shows them.
_COLUMNS = (
    ("Node", ""),
    ("Description", "descriptionColumnVisible"),
    ("", "visibilityColumnVisible"),
    ("", "colorColumnVisible"),
    ("", "transformColumnVisible"),
    ("IDs", "idColumnVisible"),
)


class qMRMLSubjectHierarchyTreeView(QTreeView, HierarchyItems):
    currentItemChanged = Signal(int)
    currentNodeChanged = Signal(object)
    currentItemsChanged = Signal("QVariantList")
    currentItemModified = Signal(int)
    nodeAddedByUser = Signal(object)
    cppSignatures = MappingProxyType(
        {
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
    )

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
    descriptionColumnVisible = stored(bool, "descriptionColumnVisible", False, lambda s: s._showColumns())
    visibilityColumnVisible = stored(bool, "visibilityColumnVisible", True, lambda s: s._showColumns())
    colorColumnVisible = stored(bool, "colorColumnVisible", True, lambda s: s._showColumns())
    transformColumnVisible = stored(bool, "transformColumnVisible", True, lambda s: s._showColumns())
    idColumnVisible = stored(bool, "idColumnVisible", True, lambda s: s._showColumns())
    pluginAllowList = stored(list, "pluginAllowList", [])
    pluginBlockList = stored(list, "pluginBlockList", [])

    def _selectedItems(self) -> list[int]:
        return [i.data(ITEM) for i in self.selectionModel().selectedRows() if i.data(ITEM)]

    def _refill(self) -> None:
        selected = self._selectedItems()
        collapsed = {r.data(ITEM) for r in self._rows() if r.rowCount() and not self.isExpanded(r.index())}
        self._quiet = True
        self._fill()
        self._items.setHorizontalHeaderLabels([title for title, _ in _COLUMNS])
        self._showColumns()
        self.expandAll()
        for row in self._rows():
            if row.data(ITEM) in collapsed:
                self.collapse(row.index())
        self._selectItems(selected)
        self._quiet = False
        if self._selectedItems() != selected:
            self._selectionChanged()

    def _row(self, text: str, item: int) -> list[QStandardItem]:
        """With the columns beside the name, of which only that of the IDs has text here."""
        node = self._dataNode(item)
        row = [*super()._row(text, item), *(QStandardItem() for _ in _COLUMNS[1:])]
        row[-1].setText(node.GetID() if node is not None else "")
        return row

    def _showColumns(self) -> None:
        """The name gets what the other columns leave (resetColumnSizesToDefault)."""
        header = self.header()
        header.setStretchLastSection(False)
        for column, (_title, prop) in enumerate(_COLUMNS[: header.count()]):
            mode = QHeaderView.ResizeMode.ResizeToContents if column else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
            self.setColumnHidden(column, bool(prop) and not self.property(prop))

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


class qMRMLSubjectHierarchyComboBox(ctkComboBox, HierarchyItems):
    currentItemChanged = Signal(int)
    currentItemModified = Signal(int)
    cppSignatures = MappingProxyType(
        {
            k: v
            for k, v in qMRMLSubjectHierarchyTreeView.cppSignatures.items()
            if k.split("(")[0]
            in "currentItemChanged currentItemModified setMRMLScene setCurrentItem setRootItem setCurrentNode"
        }
    )

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
        self._become(self._tree.currentIndex().data(ITEM) or 0)

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
