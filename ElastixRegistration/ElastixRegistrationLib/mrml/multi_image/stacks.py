"""Alignment of the slices of a volume node, such as histology sections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...core.errors import InputError
from ...core.images.geometry import array_view, geometry_of, image_from_array
from ...core.multi_image.series import SeriesResult, align_stack
from ...core.request import RegistrationRequest
from ...core.wording import said
from ..nodes.coordinates import ijk_to_ras_of, vtk_matrix_from_array
from ..nodes.incremental import run_to_completion
from ..nodes.output_volumes import copy_appearance, image_incrementally, volume_class_for
from ..nodes.slicer_names import SlicerNames
from ..nodes.volumes import is_orthogonal, volume_image
from ..run.scene_presets import scene_presets


@dataclass(frozen=True)
class StackOutcome(SlicerNames):
    """``result.transforms``: from points of the reference slice to points of each slice, mm in the plane of the slices.

    ``result.failed``: why slices were left unchanged, by their number from 0.
    """

    volume_node: Any
    result: SeriesResult = field(repr=False)


def align_stack_node(
    node: Any,
    request: RegistrationRequest,
    reference: int | None = None,
    *,
    any_rotation: bool = True,
    neighbors: bool = True,
    output_node: Any = None,
    progress: Callable[[int, int], None] | None = None,
) -> StackOutcome:
    """Register the slices (along the third axis) of a volume node in this process, into ``output_node`` or a new one.

    Raises InputError if the input is not a stack; the scene then stays unchanged.
    """
    volume = volume_image(node, "stack")
    if volume.geometry.size[2] < 2:
        raise InputError(said("The {volume} has only one slice.", volume=volume.name))
    if volume.to_world or not is_orthogonal(volume.geometry):
        raise InputError(
            said(
                "The {volume} is bent or sheared by a transform; harden it, or take it out of that.", volume=volume.name
            )
        )
    needed = volume_class_for(volume)
    if output_node is not None and (output_node is node or not output_node.IsA(needed)):
        raise InputError(
            said(
                "The output {output_node} must be a {needed} other than the stack itself.",
                output_node=output_node.GetName(),
                needed=needed,
            )
        )
    scene = node.GetScene()
    presets = scene_presets(scene)
    stages = request.stages(2, presets=presets)
    rotations = any_rotation and request.initialization in (None, "none")
    aligned, result = align_stack(
        image_from_array(volume.voxels, volume.geometry),
        stages,
        reference,
        neighbors=neighbors,
        any_rotation=rotations,
        progress=progress,
        **request.plain_arguments(),
    )
    image = run_to_completion(image_incrementally(array_view(aligned), volume.scalar_type))
    target = output_node
    if target is None:
        target = scene.AddNewNodeByClass(needed, scene.GenerateUniqueName(f"{node.GetName()} aligned"))
    target.SetAndObserveTransformNodeID(None)
    target.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(geometry_of(aligned))))
    target.SetVoxelVectorType(node.GetVoxelVectorType())
    target.SetAndObserveImageData(image)
    copy_appearance(target, node, image)
    return StackOutcome(target, result)
