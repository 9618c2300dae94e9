"""A pair of volumes in a scene of its own, where neither parents nor the user's nodes matter."""

from __future__ import annotations

from typing import Any

import slicer
from ElastixRegistrationLib.mrml.nodes.transforms import set_registration_references


class PrivateScene:
    """Copies of nodes as if they had no parents, and their way back. Voxels are shared, not copied."""

    def __init__(self) -> None:
        self.scene = slicer.vtkMRMLScene()

    def copy(self, node: Any) -> Any:
        """Of a volume, a segmentation or a transform; None of None."""
        if node is None:
            return None
        copy = getattr(slicer, node.GetClassName())()
        copy.SetName(node.GetName() or "")
        if node.IsA("vtkMRMLVolumeNode"):
            copy.SetAndObserveImageData(node.GetImageData())
            copy.CopyOrientation(node)
        else:
            copy.CopyContent(node)
        self.scene.AddNode(copy)
        return copy

    def new(self, class_name: str, name: str | None) -> Any:
        return self.scene.AddNewNodeByClass(class_name, name or "")


def give_volume(source: Any, target: Any) -> None:
    """The voxels and the place of ``source``. ``target`` need not be in a scene, and keeps how it is displayed."""
    target.SetAndObserveImageData(source.GetImageData())
    target.CopyOrientation(source)


def give_transform(source: Any, target: Any, fixed: Any, moving: Any) -> None:
    target.CopyContent(source)
    set_registration_references(target, fixed, moving)
