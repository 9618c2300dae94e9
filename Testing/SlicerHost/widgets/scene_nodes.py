"""Which nodes of the scene a selector shows, and what it watches.

Read in Slicer/Slicer:Libs/MRML/Widgets/qMRMLSortFilterProxyModel.cxx and qMRMLSceneModel.cxx.
"""

from __future__ import annotations

from typing import Any

import slicer
import vtk


class SceneNodes:
    """For a selector with `_scene`, `_observations`, `_attributes` and the filter properties of qMRMLNodeComboBox."""

    def _accepts(self, node: Any) -> bool:
        if node is None or (node.GetHideFromEditors() and not self.property("showHidden")):
            return False
        hidden = self.property("hideChildNodeTypes")
        if any(node.IsA(kind) and node.GetClassName() not in self.property("nodeTypes") for kind in hidden):
            return False
        types = self.property("nodeTypes")
        return not types or any(self._matches(node, kind) for kind in types)

    def _matches(self, node: Any, kind: str) -> bool:
        exact = not self.property("showChildNodeTypes")
        if not (node.GetClassName() == kind if exact else node.IsA(kind)):
            return False
        for name, wanted in self._attributes.get(kind, {}).items():
            found = node.GetAttribute(name)
            if found is None or (wanted is not None and found != str(wanted)):
                return False
        return True

    def _sceneNodes(self) -> list[Any]:
        if self._scene is None:
            return []
        return [self._scene.GetNthNode(i) for i in range(self._scene.GetNumberOfNodes())]

    def _watchNodes(self) -> None:
        self._observations.remove()
        if self._scene is None:
            return
        events = slicer.vtkMRMLScene
        self._observations.add(self._scene, events.NodeAddedEvent, type(self)._onNodeAdded, True)
        self._observations.add(self._scene, events.NodeAboutToBeRemovedEvent, type(self)._onNodeRemoved, True)
        for event in (events.EndImportEvent, events.EndRestoreEvent, events.EndCloseEvent):
            self._observations.add(self._scene, event, type(self)._onSceneDone)
        for node in self._sceneNodes():
            self._observations.add(node, vtk.vtkCommand.ModifiedEvent, type(self)._onNodeModified)
