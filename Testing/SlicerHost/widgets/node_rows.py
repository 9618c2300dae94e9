"""The rows of a node selector: None, the nodes of the scene, and the actions; and which of them is current."""

from __future__ import annotations

from typing import Any

import vtk
from PySide6.QtCore import Qt

NODE_ID = Qt.ItemDataRole.UserRole + 1
ACTION = Qt.ItemDataRole.UserRole + 2


class NodeRows:
    def _offset(self) -> int:
        return 1 if self.property("noneEnabled") else 0

    def _rebuild(self) -> None:
        """Fill the box anew; the current node stays if it is still shown."""
        current = self._currentID()
        self._ids = [n.GetID() for n in self._sceneNodes() if self._accepts(n)]
        blocked = self._combo.blockSignals(True)
        self._combo.clear()
        if self._scene is not None and self._offset():
            self._combo.addItem(self.property("noneDisplay"))
        for node_id in self._ids:
            self._insertRow(self._combo.count(), self._scene.GetNodeByID(node_id))
        for text, action in self._actions():
            if action == "SEPARATOR":
                self._combo.insertSeparator(self._combo.count())
            else:
                self._combo.addItem(text)
                self._combo.setItemData(self._combo.count() - 1, action, ACTION)
        self._combo.blockSignals(blocked)
        label = self._typeLabel(self.property("nodeTypes")[0] if self.property("nodeTypes") else "")
        self._combo.setProperty("defaultText", f"Select a {label}")
        if not current and self._ids and self._combo.count() == len(self._ids):
            current = self._ids[0]  # a box with nothing but nodes takes the first
        before = self._shown
        self._point(current)
        if self._currentID() != before:
            self._emitChanged()

    def _insertRow(self, row: int, node: Any) -> None:
        self._combo.insertItem(row, node.GetName() or "")
        self._combo.setItemData(row, node.GetID(), NODE_ID)
        self._combo.setItemData(row, node.GetName() or "", Qt.ItemDataRole.ToolTipRole)

    def _actions(self) -> list[tuple[str, str]]:
        if self._scene is None:
            return []
        types = self.property("nodeTypes")
        label = self._typeLabel(types[0] if len(types) == 1 else "")
        rename, found = self.property("renameEnabled"), []
        if rename:
            found.append((f"Rename current {label}", "RENAME"))
        if self.property("editEnabled"):
            found.append((f"Edit current {label}", "EDIT"))
        if self.property("addEnabled"):
            for kind in types:
                found.append((f"Create new {self._typeLabel(kind)}", f"CREATE/{kind}"))
                if rename:
                    found.append((f"Create new {self._typeLabel(kind)} as...", f"CREATE_AS/{kind}"))
        if self.property("removeEnabled"):
            found.append((f"Delete current {label}", "DELETE"))
        found += [(a.text(), f"USER/{i}") for i, a in enumerate(self._menuActions)]
        return [("", "SEPARATOR"), *found] if found else []

    def _currentID(self) -> str:
        return self._combo.itemData(self._combo.currentIndex(), NODE_ID) or ""

    def _point(self, node_id: str) -> None:
        """Show a node, or None, or nothing; without a signal."""
        if node_id in self._ids:
            row = self._ids.index(node_id) + self._offset()
        else:
            row = 0 if self._offset() and self._scene is not None else -1
        blocked = self._combo.blockSignals(True)
        self._combo.setCurrentIndex(row)
        self._combo.blockSignals(blocked)
        self._shown = self._currentID()
        self._combo.update()

    def _emitChanged(self) -> None:
        """Twice, because the real one fires several times for one change."""
        if self._switching:
            return
        for _ in range(2):
            node = self.currentNode()
            self.currentNodeChanged[object].emit(node)
            self.currentNodeChanged[bool].emit(node is not None)
            self.currentNodeIDChanged.emit(node.GetID() if node is not None else "")

    def _select(self, node_id: str) -> None:
        before = self._currentID(), self._combo.currentIndex()
        self._point(node_id)
        if (self._currentID(), self._combo.currentIndex()) != before:
            self._emitChanged()

    # --- what happens in the scene ---

    def _onNodeAdded(self, scene: Any, node: Any) -> None:
        if node is None:
            return
        self._observations.add(node, vtk.vtkCommand.ModifiedEvent, NodeRows._onNodeModified)
        if self._accepts(node) and node.GetID() not in self._ids:
            self._show(node)

    def _show(self, node: Any) -> None:
        first = self._combo.count() == 0 and self._combo.currentIndex() < 0
        blocked = self._combo.blockSignals(True)
        current = self._currentID()
        self._insertRow(self._offset() + len(self._ids), node)
        self._ids.append(node.GetID())
        self._combo.blockSignals(blocked)
        # A box with nothing else in it (no None, no actions) takes the first node that comes
        self._point(node.GetID() if first else current)
        self.nodeAdded.emit(node)
        if first:
            self._emitChanged()

    def _onNodeRemoved(self, scene: Any, node: Any) -> None:
        if node is None:
            return
        self._observations.remove(node)
        if node.GetID() in self._ids:
            self._hide(node, node.GetID())

    def _hide(self, node: Any, node_id: str) -> None:
        self.nodeAboutToBeRemoved.emit(node)
        row = self._ids.index(node_id)
        was_current = self._currentID() == node_id
        current = self._currentID()
        blocked = self._combo.blockSignals(True)
        self._combo.removeItem(row + self._offset())
        self._combo.blockSignals(blocked)
        self._ids.remove(node_id)
        if was_current:  # the node that moved up into its row, else the last one, else none
            current = self._ids[min(row, len(self._ids) - 1)] if self._ids else ""
        self._point(current)
        if was_current:
            self._emitChanged()

    def _onNodeModified(self, node: Any, _: Any) -> None:
        node_id = node.GetID()
        if node_id is None or self._scene is None or self._scene.GetNodeByID(node_id) is not node:
            return
        shown = node_id in self._ids
        if shown != self._accepts(node):
            if shown:
                self._hide(node, node_id)
            else:
                self._show(node)
        elif shown:
            row = self._ids.index(node_id) + self._offset()
            if self._combo.itemText(row) != node.GetName():
                self._combo.setItemText(row, node.GetName() or "")
                self._combo.setItemData(row, node.GetName() or "", Qt.ItemDataRole.ToolTipRole)
                if node_id == self._currentID():
                    self._emitChanged()

    def _onSceneDone(self, scene: Any, _: Any) -> None:
        self._watchNodes()
        self._rebuild()
