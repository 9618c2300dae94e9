"""The volumes of a scene that a cohort can use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Marks outputs of a registration of many volumes, so that the next one does not use them as inputs.
RESULT_ATTRIBUTE = "ElastixRegistration.Result"


def volumes_of_scene(scene: Any, exclude: Sequence[Any] = ()) -> list[Any]:
    """Volume nodes that a cohort of ``scene`` registers: visible ones with voxels, except ``exclude``.

    Label maps, diffusion volumes and results of other registrations of many are left out.
    """
    count = scene.GetNumberOfNodesByClass("vtkMRMLVolumeNode")
    nodes = [scene.GetNthNodeByClass(n, "vtkMRMLVolumeNode") for n in range(count)]
    return [node for node in nodes if _is_member(node) and not any(node is one for one in exclude)]


def _is_member(node: Any) -> bool:
    return (
        node.GetImageData() is not None
        and node.GetImageData().GetNumberOfPoints() > 0
        and not node.GetHideFromEditors()
        and not node.GetAttribute(RESULT_ATTRIBUTE)
        and not node.IsA("vtkMRMLLabelMapVolumeNode")
        and not node.IsA("vtkMRMLTensorVolumeNode")
        and not node.IsA("vtkMRMLDiffusionWeightedVolumeNode")
    )
