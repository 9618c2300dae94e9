"""What nodes were before, to go back to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any


class Snapshot:
    """What a node was, kept outside of the scene.

    Voxels, displacement grids and segmentations are shared: others are put in their place.
    """

    def __init__(self, node: Any, parent_only: bool = False):
        self._node, self._parent, self._copy = node, node.GetTransformNodeID(), None
        self._segmentation = None
        is_grid = node.IsA("vtkMRMLTransformNode") and not node.IsLinear()
        self._deep = not (is_grid or node.IsA("vtkMRMLVolumeNode"))
        if parent_only:
            return
        if node.IsA("vtkMRMLSegmentationNode"):
            self._segmentation = node.GetSegmentation()
        else:
            self._copy = node.CreateNodeInstance()
            self._copy.UnRegister(None)
            self._copy.CopyContent(node, self._deep)

    def restore(self) -> None:
        if self._node.GetScene() is None:
            return
        if self._copy is not None:
            self._node.CopyContent(self._copy, self._deep)
        if self._segmentation is not None:
            self._node.SetAndObserveSegmentation(self._segmentation)
        self._node.SetAndObserveTransformNodeID(self._parent)


@contextmanager
def taken_back_on_failure() -> Iterator[list[Any]]:
    """Around steps that add nodes: those that they append to the list go again when they fail, or are closed early."""
    made: list[Any] = []
    try:
        yield made
    except BaseException:
        remove_nodes(made)
        raise


def remove_nodes(nodes: Iterable[Any]) -> None:
    """Take nodes that were made out of their scene, with their displays. Those that have left it stay away."""
    for node in nodes:
        scene = node.GetScene()
        if scene is None:
            continue
        if node.IsA("vtkMRMLDisplayableNode"):
            for n in reversed(range(node.GetNumberOfDisplayNodes())):
                scene.RemoveNode(node.GetNthDisplayNode(n))
        scene.RemoveNode(node)
