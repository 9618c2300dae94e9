"""Masks on the grid of an image, from label maps, other volumes and segments of a segmentation in any position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.wording import named_role as named
from ...core.wording import said
from .chains import chain_to_world, inverse
from .incremental import Steps
from .resampling import resample_incrementally
from .segments import chosen_segment_ids, segments_on_grid_incrementally
from .volumes import VolumeImage, volume_image


def mask_incrementally(
    node: Any, grid: Geometry, role: str, segments: Sequence[str] | None = None
) -> Steps[np.ndarray]:
    """The mask (k, j, i), uint8, 1 inside, of a volume or segmentation node on ``grid`` (3D, LPS mm, in world).

    The inside of a volume is where it is not zero; that of a segmentation is the union of ``segments`` (ids or names),
    None for all. The node may have parents, linear or not; each voxel takes the value of the nearest one. ``role``
    ("fixed mask", ...) names it in messages. Raises InputError if no part of it lies inside ``grid``.
    """
    if node.IsA("vtkMRMLSegmentationNode"):
        ids = chosen_segment_ids(node, segments, f"{role} {node.GetName()}")
        return (yield from segment_mask_incrementally(node, ids, grid, role))
    volume = _unsegmented(node, role, segments)
    inside = volume.voxels != 0
    inside = inside.any(axis=3) if inside.ndim == 4 else inside
    is_empty = not inside.any()
    if not is_empty and (volume.to_world or not volume.geometry.is_close(grid)):
        inside = yield from resample_incrementally(
            inside.view(np.uint8), volume.geometry, inverse(volume.to_world), grid, interpolation="nearest"
        )
    return _checked(inside, is_empty, volume.name)


def segment_mask_incrementally(node: Any, ids: Sequence[str], grid: Geometry, role: str) -> Steps[np.ndarray]:
    """``mask_incrementally`` of the segments of a segmentation node with these ids."""
    name = named(role, node.GetName())
    from_world = inverse(chain_to_world(node.GetParentTransformNode()))
    inside, is_empty = yield from segments_on_grid_incrementally(node, ids, grid, from_world, name)
    return _checked(inside, is_empty, name)


def labels_incrementally(
    node: Any, grid: Geometry, role: str, segments: Sequence[str] | None = None
) -> Steps[np.ndarray]:
    """Whole numbers (k, j, i) on ``grid``: the labels of a volume, or segments numbered from 1; 0 for none.

    Arguments as for ``mask_incrementally``; overlapping segments also raise InputError.
    """
    if node.IsA("vtkMRMLSegmentationNode"):
        name = f"{role} {node.GetName()}"
        labels = np.zeros(grid.size[::-1], np.uint16)
        for number, segment_id in enumerate(chosen_segment_ids(node, segments, name), 1):
            inside = yield from segment_mask_incrementally(node, [segment_id], grid, role)
            if labels[inside != 0].any():
                raise InputError(said("Segments of the {name} overlap; choose some that do not.", name=name))
            labels[inside != 0] = number
        return labels
    volume = _unsegmented(node, role, segments)
    labels = volume.scalars()
    is_empty = not labels.any()
    if not is_empty and (volume.to_world or not volume.geometry.is_close(grid)):
        labels = yield from resample_incrementally(
            labels, volume.geometry, inverse(volume.to_world), grid, interpolation="nearest"
        )
    _checked(labels != 0, is_empty, volume.name)
    return labels


def _checked(inside: np.ndarray, is_empty: bool, name: str) -> np.ndarray:
    if is_empty:
        raise InputError(said("The {name} is empty.", name=name))
    if not inside.any():
        raise InputError(said("The {name} lies outside its image.", name=name))
    return np.ascontiguousarray(inside, np.uint8)


def _unsegmented(node: Any, role: str, segments: Sequence[str] | None) -> VolumeImage:
    """The image of a volume node. Raises InputError if ``segments`` were chosen, because a volume has none."""
    if segments:
        raise InputError(
            said(
                "The {role} {node} is not a segmentation, so it has no segments to choose from.",
                role=role,
                node=node.GetName(),
            )
        )
    return volume_image(node, role)
