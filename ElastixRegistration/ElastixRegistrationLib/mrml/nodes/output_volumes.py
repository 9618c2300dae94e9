"""Volume nodes that a registration writes: checks of the nodes, and writing the resampled moving volume."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.wording import said
from .coordinates import ijk_to_ras_of, vtk_matrix_from_array
from .incremental import Pace, Steps
from .volumes import VolumeImage

#: Values copied in the first step, whose duration determines the size of the next one.
_FIRST_VALUES = 4_000_000


def volume_class_for(moving: VolumeImage) -> str:
    """The class of node that the resampled moving volume needs."""
    if moving.components > 1:
        return "vtkMRMLVectorVolumeNode"
    return "vtkMRMLLabelMapVolumeNode" if moving.is_label_map else "vtkMRMLScalarVolumeNode"


def check_output_volume(node: Any, fixed: VolumeImage, moving: VolumeImage, others: Iterable[Any]) -> None:
    """Raise InputError unless ``node`` can hold the resampled moving volume. None means that one will be created.

    The moving volume itself is allowed, because it is read before it is written. ``others``: further inputs, None for
    those that are missing.
    """
    if _is_diffusion(moving.node):
        raise InputError(
            said(
                "The {moving} is a diffusion volume, whose gradients would not turn with it; register it "
                "for its transform only, or take a scalar volume of it.",
                moving=moving.name,
            )
        )
    if node is None:
        return
    name = f"output volume {node.GetName()}"
    if not node.IsA("vtkMRMLVolumeNode"):
        raise InputError(said("The {name} is a {kind} node, not a volume.", name=name, kind=node.GetNodeTagName()))
    if node is fixed.node:
        raise InputError(
            said("The {name} is the fixed volume, which would be lost; choose another output volume.", name=name)
        )
    if any(node is other for other in others):
        raise InputError(
            said("The {name} is an input of this registration, which would be lost; choose another one.", name=name)
        )
    needed = volume_class_for(moving)
    fits = node.IsA(needed) and not _is_diffusion(node)
    if needed == "vtkMRMLScalarVolumeNode":
        fits = fits and not node.IsA("vtkMRMLLabelMapVolumeNode") and not node.IsA("vtkMRMLTensorVolumeNode")
    elif needed == "vtkMRMLLabelMapVolumeNode":
        fits = fits or node.GetClassName() == "vtkMRMLScalarVolumeNode"  # labels stay labels
    if not fits:
        kind = needed.removeprefix("vtkMRML").removesuffix("VolumeNode").lower()
        content = {"vector": f"{moving.components} components", "labelmap": "labels"}.get(kind, "one component")
        raise InputError(
            said(
                "The {name} is a {kind} node; the {moving} has {content} and needs a {kind2} volume.",
                name=name,
                kind=node.GetNodeTagName(),
                moving=moving.name,
                content=content,
                kind2=kind,
            )
        )


def check_field_volume(node: Any, inputs: Iterable[Any]) -> None:
    """Raise InputError unless ``node`` is a vector volume that is not an input."""
    if not node.IsA("vtkMRMLVectorVolumeNode") or _is_diffusion(node):
        raise InputError(
            said(
                "The deformation field {node} is a {kind} node; it must be a transform or a vector volume.",
                node=node.GetName(),
                kind=node.GetNodeTagName(),
            )
        )
    if any(node is used for used in inputs):
        raise InputError(
            said(
                "The deformation field {node} is an input, which would be lost; choose another one.",
                node=node.GetName(),
            )
        )


def _is_diffusion(node: Any) -> bool:
    return node.IsA("vtkMRMLDiffusionWeightedVolumeNode") or node.IsA("vtkMRMLDiffusionImageVolumeNode")


def write_resampled_volume(node: Any, image: vtk.vtkImageData, fixed: VolumeImage, moving: VolumeImage) -> None:
    """Put ``image`` into ``node``: on the fixed grid, with the appearance of the moving volume.

    The output has the IJKToRAS and the parent transform that the fixed volume had when it was read. So voxels
    correspond one to one, even if that parent changes, and agree with the output transform.
    """
    source, parent = moving.node, fixed.parent_node
    if parent is not None and parent.GetScene() is None:
        parent = fixed.node.GetParentTransformNode()  # removed meanwhile, so the fixed volume has no parent either
    modified = node.StartModify()
    try:
        node.SetAndObserveTransformNodeID(None if parent is None else parent.GetID())
        node.SetIJKToRASMatrix(vtk_matrix_from_array(fixed.ijk_to_ras))
        if source is not node:
            node.SetVoxelVectorType(source.GetVoxelVectorType())
            node.SetVoxelValueQuantity(source.GetVoxelValueQuantity())
            node.SetVoxelValueUnits(source.GetVoxelValueUnits())
            # Before the voxels are set, because a display would scan all of them for its window and level.
            copy_appearance(node, source, image)
        node.SetAndObserveImageData(image)
    finally:
        node.EndModify(modified)


def write_in_world(node: Any, image: vtk.vtkImageData, grid: Geometry) -> None:
    """Put ``image`` into a volume node in world, without a parent."""
    image.SetSpacing(1, 1, 1)  # the node has the geometry
    image.SetOrigin(0, 0, 0)
    modified = node.StartModify()
    try:
        node.SetAndObserveTransformNodeID(None)
        node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(grid)))
        node.SetAndObserveImageData(image)
    finally:
        node.EndModify(modified)


def write_field_volume(node: Any, vectors: vtk.vtkImageData, grid: Geometry) -> None:
    """Put displacements, RAS mm, into a vector volume."""
    write_in_world(node, vectors, grid)
    node.SetVoxelVectorType(node.VoxelVectorTypeSpatial)
    if node.GetDisplayNode() is None:
        node.CreateDefaultDisplayNodes()


def write_jacobian_volume(node: Any, determinants: vtk.vtkImageData, grid: Geometry) -> None:
    """Put Jacobian determinants into a scalar volume, shown from 0 (black) to 2 (white): 1 is no change."""
    if node.GetDisplayNode() is None:
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetAutoWindowLevel(False)
        node.GetDisplayNode().SetWindowLevel(2.0, 1.0)
    write_in_world(node, determinants, grid)


def image_incrementally(voxels: np.ndarray, scalar_type: int) -> Steps[vtk.vtkImageData]:
    """vtkImageData with a copy of (k, j, i) or (k, j, i, c) voxels, in a type that holds them."""
    image = vtk.vtkImageData()
    image.SetDimensions(*voxels.shape[2::-1])
    image.AllocateScalars(scalar_type, voxels.shape[3] if voxels.ndim == 4 else 1)
    scalars = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(voxels.shape)
    pace = Pace(max(1, _FIRST_VALUES * len(voxels) // voxels.size))
    first = 0
    while first < len(voxels):
        pace.begin()
        last = first + pace.count
        scalars[first:last] = voxels[first:last]
        first = last
        pace.next()
        yield
    return image


def _is_displayable(image: vtk.vtkImageData) -> bool:
    """False for several components of VTK's "long long": Slicer 5.13 crashes when it creates a display for them."""
    is_long_long = image.GetScalarType() in (vtk.VTK_LONG_LONG, vtk.VTK_UNSIGNED_LONG_LONG)
    return image.GetNumberOfScalarComponents() == 1 or not is_long_long


def _copy_display(target: Any, model: Any) -> None:
    """Without events: with automatic levels, a display would scan all voxels of the model's volume."""
    disabled = target.GetDisableModifiedEvent()
    target.SetDisableModifiedEvent(True)
    try:
        target.CopyContent(model)
        if target.IsA("vtkMRMLScalarVolumeDisplayNode"):
            target.SetAutoWindowLevel(False)
    finally:
        target.SetDisableModifiedEvent(disabled)
    target.Modified()


def copy_appearance(node: Any, source: Any, image: vtk.vtkImageData) -> None:
    """Give ``node`` the display of ``source``; if it has a display already, only window, level and colors."""
    shown_before = node.GetDisplayNode() is not None
    if not shown_before and not _is_displayable(image):
        return
    if not shown_before:
        node.CreateDefaultDisplayNodes()
    target, model = node.GetDisplayNode(), source.GetDisplayNode()
    if target is None or model is None:
        return
    if not shown_before and target.GetClassName() == model.GetClassName():
        _copy_display(target, model)
    if model.GetColorNodeID():  # color displays have none
        target.SetAndObserveColorNodeID(model.GetColorNodeID())
    if target.IsA("vtkMRMLScalarVolumeDisplayNode") and model.IsA("vtkMRMLScalarVolumeDisplayNode"):
        # Automatic levels of the output would differ from those of the moving volume beside it.
        target.SetAutoWindowLevel(False)
        target.SetWindowLevel(model.GetWindow(), model.GetLevel())
