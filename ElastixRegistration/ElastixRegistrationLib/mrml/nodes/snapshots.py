"""Changes to a scene, and how to undo them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class SceneChange:
    """Created nodes, and the former content of changed nodes. ``revert`` undoes everything."""

    _made: list[Any] = field(default_factory=list, init=False, repr=False)
    _snapshots: list[Snapshot] = field(default_factory=list, init=False, repr=False)

    def made(self, node: Any) -> Any:
        """Record ``node`` as new; ``revert`` removes it with its displays. Returns it."""
        self._made.append(node)
        return node

    def remember(self, node: Any, *, parent_only: bool = False) -> Any:
        """Record ``node``, which is about to change; with ``parent_only``, only its parent transform."""
        self._snapshots.append(Snapshot(node, parent_only))
        return node

    def revert(self) -> None:
        """Remove created nodes and restore changed ones. Nodes that were deleted since stay deleted."""
        for snapshot in reversed(self._snapshots):
            snapshot.restore()
        remove_nodes(reversed(self._made))
        self._snapshots.clear()
        self._made.clear()


class Snapshot:
    """A copy of a node with its displays and the nodes that it refers to, outside the scene.

    Voxels, displacement grids and segmentations are shared, because changes replace them instead of editing them.
    """

    def __init__(self, node: Any, parent_only: bool = False):
        self._node, self._parent = node, node.GetTransformNodeID()
        self._copy = self._segmentation = None
        self._displays: list[tuple[Any, Any]] = []
        is_grid = node.IsA("vtkMRMLTransformNode") and not node.IsLinear()
        self._deep = not (is_grid or node.IsA("vtkMRMLVolumeNode"))
        if parent_only:
            return
        if node.IsA("vtkMRMLSegmentationNode"):
            self._segmentation = node.GetSegmentation()
        self._copy = _instance_like(node)
        self._put(self._copy, node)
        for display in displays_of(node):
            copy = _instance_like(display)
            copy.CopyContent(display)
            copy.CopyReferences(display)
            self._displays.append((display, copy))

    def restore(self) -> None:
        scene = self._node.GetScene()
        if scene is None:
            return
        if self._copy is not None:
            for display in displays_of(self._node):
                if not any(display is one for one, _ in self._displays):
                    scene.RemoveNode(display)
            self._put(self._node, self._copy)
            for display, copy in self._displays:
                if display.GetScene() is not None:
                    display.CopyContent(copy)
                    display.CopyReferences(copy)
        self._node.SetAndObserveTransformNodeID(self._parent)

    def _put(self, target: Any, source: Any) -> None:
        """Copy content and references of ``source`` to ``target``; one is the node, the other its copy."""
        if self._segmentation is None:
            target.CopyContent(source, self._deep)
        elif target is self._node:
            target.SetAndObserveSegmentation(self._segmentation)
        target.CopyReferences(source)


@contextmanager
def rollback_on_failure() -> Iterator[list[Any]]:
    """Run steps that append the nodes they add to a list; if they fail or are closed early, these nodes are removed."""
    made: list[Any] = []
    try:
        yield made
    except BaseException:
        remove_nodes(made)
        raise


def remove_nodes(nodes: Iterable[Any]) -> None:
    """Remove nodes from their scene, with their displays. Nodes that are in no scene are ignored."""
    for node in nodes:
        for one in (*displays_of(node), node):
            if one.GetScene() is not None:
                one.GetScene().RemoveNode(one)


def displays_of(node: Any) -> list[Any]:
    """The display nodes of a node of any class."""
    if not node.IsA("vtkMRMLDisplayableNode"):
        return []
    displays = map(node.GetNthDisplayNode, range(node.GetNumberOfDisplayNodes()))
    return [display for display in displays if display is not None]


def _instance_like(node: Any) -> Any:
    """A new node of the same class, outside any scene."""
    instance = node.CreateNodeInstance()
    instance.UnRegister(None)
    return instance
