"""Node selectors.

Read in Slicer/Slicer:Libs/MRML/Widgets/qMRMLWidget.h, qMRMLNodeComboBox.h and .cxx, and qMRMLNodeFactory.cxx (how a
new node is named).
"""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import Property, Qt, Signal, Slot
from PySide6.QtGui import QAction, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QInputDialog, QSizePolicy, QWidget

from .ctk_choices import ctkComboBox
from .declare import stored
from .node_rows import ACTION, NodeRows
from .observe import Observations
from .scene_nodes import SceneNodes


class qMRMLWidget(QWidget):
    mrmlSceneChanged = Signal(object)
    cppSignatures = MappingProxyType(
        {
            "mrmlSceneChanged(PyObject)": "mrmlSceneChanged(vtkMRMLScene*)",
            "setMRMLScene(PyObject)": "setMRMLScene(vtkMRMLScene*)",
        }
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)

    @Slot(QIcon, result=QPixmap)
    def pixmapFromIcon(self, icon: QIcon) -> QPixmap:
        return icon.pixmap(icon.availableSizes()[0]) if icon.availableSizes() else QPixmap()


class qMRMLNodeComboBox(QWidget, NodeRows, SceneNodes):
    currentNodeChanged = Signal((object,), (bool,))
    currentNodeIDChanged = Signal(str)
    nodeActivated = Signal(object)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)
    nodeAddedByUserAction = Signal(object)
    nodeAboutToBeRemoved = Signal(object)
    currentNodeRenamed = Signal(str)
    nodeAboutToBeEdited = Signal(object)
    hostEnumProperties = frozenset({"sizeAdjustPolicy"})
    #: Set in a .ui file it does not reach the inner box: that one stays AdjustToContentsOnFirstShow.
    hostUnreachableProperties = frozenset({"sizeAdjustPolicy"})
    cppSignatures = MappingProxyType(
        {
            f"{name}(PyObject)": f"{name}({kind}*)"
            for kind, names in {
                "vtkMRMLNode": "currentNodeChanged nodeActivated nodeAdded nodeAddedByUser nodeAddedByUserAction "
                "nodeAboutToBeRemoved nodeAboutToBeEdited setCurrentNode",
                "vtkMRMLScene": "setMRMLScene",
            }.items()
            for name in names.split()
        }
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._ids: list[str] = []
        self._requested = ""
        self._labels: dict[str, str] = {}
        self._baseNames: dict[str, str] = {}
        self._attributes: dict[str, dict[str, Any]] = {}
        self._menuActions: list[QAction] = []
        self._switching = False
        self._shown = ""
        self._observations = Observations(self)
        self._combo = ctkComboBox(self)
        self._combo.setProperty("elideMode", Qt.TextElideMode.ElideMiddle.value)
        self._combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo)
        self.setSizePolicy(
            QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed, QSizePolicy.ControlType.ComboBox)
        )
        self.setFocusProxy(self._combo)
        self._combo.currentIndexChanged.connect(self._moved)
        self._combo.activated.connect(self._activated)
        self._rebuild()
        self.setEnabled(False)

    # --- properties ---

    def _readTypes(self) -> list[str]:
        return self.__dict__.get("_types", [])

    def _writeTypes(self, types: list[str]) -> None:
        self._types = [t for t in types if t]
        self._rebuild()

    currentNodeID = Property(
        str, lambda s: s._currentID(), lambda s, node_id: s.setCurrentNodeID(node_id), notify=currentNodeIDChanged
    )
    nodeTypes = Property("QStringList", _readTypes, _writeTypes)
    showHidden = stored(bool, "showHidden", False, lambda s: s._rebuild())
    showChildNodeTypes = stored(bool, "showChildNodeTypes", True, lambda s: s._rebuild())
    hideChildNodeTypes = stored(list, "hideChildNodeTypes", [], lambda s: s._rebuild())
    noneEnabled = stored(bool, "noneEnabled", False, lambda s: s._rebuild())
    addEnabled = stored(bool, "addEnabled", True, lambda s: s._rebuild())
    removeEnabled = stored(bool, "removeEnabled", True, lambda s: s._rebuild())
    editEnabled = stored(bool, "editEnabled", False, lambda s: s._rebuild())
    renameEnabled = stored(bool, "renameEnabled", False, lambda s: s._rebuild())
    noneDisplay = stored(str, "noneDisplay", "None", lambda s: s._rebuild())
    selectNodeUponCreation = stored(bool, "selectNodeUponCreation", True)
    interactionNodeSingletonTag = stored(str, "interactionNodeSingletonTag", "")
    sizeAdjustPolicy = Property(
        int,
        lambda s: s._combo.sizeAdjustPolicy().value,
        lambda s, v: s._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy(v)),
    )

    def _readBaseName(self) -> str:
        types = self.property("nodeTypes")
        return self._baseNames.get(types[0], "") if types else ""

    def _writeBaseName(self, name: str) -> None:
        if not self.property("nodeTypes"):
            sys.stderr.write("qMRMLNodeComboBox::setBaseName failed: no node types have been set yet\n")
        self._baseNames.update(dict.fromkeys(self.property("nodeTypes"), name))

    baseName = Property(str, _readBaseName, _writeBaseName)

    # --- slots and invokables ---

    @Slot(result=object)
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        had_nodes, old = bool(self._ids), self._currentID()
        self._switching = True
        self._scene = scene
        self._watchNodes()
        self._rebuild()
        self._switching = False
        self.setEnabled(scene is not None)
        first = self._ids[0] if self._ids and not self._offset() else ""
        wanted = old if had_nodes else self._requested or first
        self._requested = ""
        self._point(wanted)
        self._emitChanged()

    @Slot(result=object)
    def currentNode(self) -> Any:
        node_id = self._currentID()
        return self._scene.GetNodeByID(node_id) if node_id and self._scene is not None else None

    @Slot(object)
    @Slot(str)
    def setCurrentNode(self, node: Any) -> None:
        if isinstance(node, str):
            sys.stderr.write("This function is deprecated. Use setCurrentNodeID() instead\n")
            self.setCurrentNodeID(node)
        else:
            self.setCurrentNodeID((node.GetID() or "") if node is not None else "")

    @Slot(str)
    def setCurrentNodeID(self, node_id: str) -> None:
        if self._scene is None:
            self._requested = node_id
        self._select(node_id)

    @Slot(int)
    def setCurrentNodeIndex(self, index: int) -> None:
        self._select(self._ids[index] if 0 <= index < len(self._ids) else "")

    @Slot(result=int)
    def nodeCount(self) -> int:
        return len(self._ids)

    @Slot(int, result=object)
    def nodeFromIndex(self, index: int) -> Any:
        return self._scene.GetNodeByID(self._ids[index]) if 0 <= index < len(self._ids) else None

    @Slot(str, str)
    @Slot(str, str, "QVariant")
    def addAttribute(self, nodeType: str, name: str, value: Any = None) -> None:
        self._attributes.setdefault(nodeType, {})[name] = value
        self._rebuild()

    @Slot(str, str)
    def removeAttribute(self, nodeType: str, name: str) -> None:
        self._attributes.get(nodeType, {}).pop(name, None)
        self._rebuild()

    @Slot(str, str)
    def setNodeTypeLabel(self, label: str, nodeType: str) -> None:
        self._labels[nodeType] = label
        self._rebuild()

    @Slot(str, result=str)
    def nodeTypeLabel(self, nodeType: str) -> str:
        return self._typeLabel(nodeType)

    def _typeLabel(self, kind: str) -> str:
        if self._labels.get(kind):
            return self._labels[kind]
        return (self._scene.GetTypeDisplayNameByClassName(kind) if self._scene is not None and kind else "") or "node"

    @Slot(result=object)
    @Slot(str, result=object)
    def addNode(self, nodeType: str = "") -> Any:
        types = self.property("nodeTypes")
        kind = nodeType or (types[0] if types else "")
        if kind not in types or self._scene is None:
            sys.stderr.write(f"qMRMLNodeComboBox::addNode() attempted with node type {kind}, which is not allowed\n")
            return None
        node = self._scene.CreateNodeByClass(kind)
        node.UnRegister(None)
        base = self._baseNames.get(kind) or node.GetDefaultNodeNamePrefix()
        node.SetName(self._scene.GetUniqueNameByString(base))
        for name, value in {k: v for attributes in self._attributes.values() for k, v in attributes.items()}.items():
            node.SetAttribute(name, "" if value is None else str(value))
        node = self._scene.AddNode(node)
        if self.property("selectNodeUponCreation"):
            self.setCurrentNode(node)
        self.nodeAddedByUser.emit(node)
        return node

    @Slot()
    def removeCurrentNode(self) -> None:
        if self.currentNode() is not None:
            self._scene.RemoveNode(self.currentNode())

    @Slot()
    def editCurrentNode(self) -> None:
        self.nodeAboutToBeEdited.emit(self.currentNode())

    @Slot()
    def renameCurrentNode(self) -> None:
        node = self.currentNode()
        if node is None:
            return
        title = f"Rename {self._typeLabel(node.GetClassName())}"
        name, confirmed = QInputDialog.getText(self, title, "New name:", text=node.GetName())
        if confirmed and name:
            node.SetName(name)
            self.currentNodeRenamed.emit(name)

    @Slot("QAction*")
    def addMenuAction(self, action: QAction) -> None:
        self._menuActions.append(action)
        self._rebuild()

    def _moved(self, row: int) -> None:
        """The user moved to a row, by mouse, wheel or keys. Actions do nothing before they are picked."""
        if not self._combo.itemData(row, ACTION) and self._currentID() != self._shown:
            self._shown = self._currentID()
            self._emitChanged()

    def _activated(self, row: int) -> None:
        """The user picked a row of the popup."""
        action = self._combo.itemData(row, ACTION)
        if not action:
            self.nodeActivated.emit(self.currentNode())
            return
        self._point(self._shown)
        if action.startswith("CREATE"):
            self._createByUser(*action.split("/"))
        elif action == "DELETE":
            self.removeCurrentNode()
        elif action == "EDIT":
            self.editCurrentNode()
        elif action == "RENAME":
            self.renameCurrentNode()
        else:
            self._menuActions[int(action.split("/")[1])].trigger()

    def _createByUser(self, command: str, kind: str) -> None:
        name = ""
        if command == "CREATE_AS":
            name, confirmed = QInputDialog.getText(self, f"Create new {self._typeLabel(kind)}", "New name:")
            if not (confirmed and name):
                return
        node = self.addNode(kind)
        if name:
            node.SetName(name)
        self.setCurrentNode(node)
        self.nodeAddedByUserAction.emit(node)


WIDGETS = (qMRMLWidget, qMRMLNodeComboBox)
