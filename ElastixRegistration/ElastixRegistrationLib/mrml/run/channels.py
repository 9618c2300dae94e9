"""Further pairs of volumes or segmentations that a registration aligns at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.images.channels import CHANNEL_KINDS, Channel
from ...core.images.labels import label_values
from ...core.transforms.plain_data import VoxelData
from ...core.wording import said
from ..nodes.chains import inverse
from ..nodes.incremental import Steps
from ..nodes.masks import segment_mask_incrementally
from ..nodes.resampling import resample_incrementally
from ..nodes.segments import shared_segment_ids
from ..nodes.volumes import volume_image
from .sides import VolumeSide, flattened, mask_of_side_incrementally, side_incrementally


@dataclass(frozen=True)
class VolumePair:
    """Nodes in the spaces of the fixed and the moving volume that guide the registration, such as volumes of another
    contrast.

    ``kind`` "image" compares volumes, such as T2 in addition to T1. "distance" and "labels" compare segmentations by
    the names of their segments, or label maps by their values: by the distance from each surface, or voxel by voxel.
    Masks and their chosen segments apply only to these volumes. ``weight`` is relative to the first pair. ``metric``:
    an elastix metric; None means that of the first pair, or for segments the mean squared difference.
    """

    fixed: Any
    moving: Any
    fixedMask: Any = None
    movingMask: Any = None
    fixedSegments: Sequence[str] | None = None
    movingSegments: Sequence[str] | None = None
    weight: float = 1.0
    metric: str | None = None
    kind: str = "image"


def channel_incrementally(
    pair: VolumePair, sides: tuple[VolumeSide, VolumeSide], number: int, threads: int | None
) -> Steps[list[Channel]]:
    """The channels of a pair, as voxel data; ``sides``: of the first pair; ``number``: of this pair, from 2.

    Raises InputError, which names nodes that cannot be compared.
    """
    if pair.kind not in CHANNEL_KINDS:
        raise InputError(
            said(
                "Unknown kind of channel {kind}; use one of {names}.",
                kind=repr(pair.kind),
                names=", ".join(CHANNEL_KINDS),
            )
        )
    if pair.kind != "image":
        return (yield from _label_channel_incrementally(pair, sides))
    images, masks = [], []
    for name, node, mask, segments, first in (
        ("fixed", pair.fixed, pair.fixedMask, pair.fixedSegments, sides[0]),
        ("moving", pair.moving, pair.movingMask, pair.movingSegments, sides[1]),
    ):
        volume = volume_image(node, f"{name} volume {number}")
        if (volume.slice_axis is None) != (first.plane is None):
            raise InputError(
                said(
                    "The {volume} and the first {name} volume must both be single slices, or both volumes.",
                    volume=volume.name,
                    name=name,
                )
            )
        side = yield from side_incrementally(volume, first.plane, "auto", threads)
        images.append(side.image)
        masks.append((yield from mask_of_side_incrementally(side, mask, segments, f"{name} mask {number}")))
    fixed, moving = images
    fixed_mask, moving_mask = masks
    return [Channel(fixed, moving, fixed_mask, moving_mask, pair.weight, pair.metric, name=f"image {number}")]


def _label_channel_incrementally(pair: VolumePair, sides: tuple[VolumeSide, VolumeSide]) -> Steps[list[Channel]]:
    nodes = (pair.fixed, pair.moving)
    for name, node in zip(("fixed", "moving"), nodes, strict=True):
        if node is None or not (node.IsA("vtkMRMLSegmentationNode") or node.IsA("vtkMRMLVolumeNode")):
            raise InputError(said("The {name} labels must be a segmentation or a label map.", name=name))
    if pair.fixed.IsA("vtkMRMLSegmentationNode") != pair.moving.IsA("vtkMRMLSegmentationNode"):
        raise InputError(
            said(
                "{fixed} and {moving} cannot be compared: one is a segmentation and the other a label map.",
                fixed=pair.fixed.GetName(),
                moving=pair.moving.GetName(),
            )
        )
    are_segments = pair.fixed.IsA("vtkMRMLSegmentationNode")
    channels = []
    for label, own in (shared_segment_ids if are_segments else _shared_values)(*nodes).items():
        images = []
        for name, node, one, side in zip(("fixed", "moving"), nodes, own, sides, strict=True):
            inside = yield from _inside_incrementally(node, one, side, f"{name} labels")
            images.append(VoxelData(*flattened(inside, side.grid, side.plane)))
        fixed, moving = images
        alike: dict[str, Any] = {"weight": pair.weight, "metric": pair.metric, "kind": pair.kind}
        channels.append(Channel(fixed, moving, name=f"label {label}", **alike))
    return channels


def _shared_values(fixed: Any, moving: Any) -> dict[int, tuple[int, int]]:
    """Values that two label maps share, by value. Raises InputError if there are none."""
    of_fixed, of_moving = (label_values(volume_image(node, "label map").voxels).tolist() for node in (fixed, moving))
    shared = {label: (label, label) for label in of_fixed if label in of_moving}
    if not shared:
        raise InputError(
            said("{fixed} and {moving} have no label in common.", fixed=fixed.GetName(), moving=moving.GetName())
        )
    return shared


def _inside_incrementally(node: Any, label: Any, side: VolumeSide, role: str) -> Steps[np.ndarray]:
    """(k, j, i) uint8 on the grid of ``side``: inside a segment, given by its id, or a value of a label map."""
    if node.IsA("vtkMRMLSegmentationNode"):
        return (yield from segment_mask_incrementally(node, [label], side.grid, role))
    volume = volume_image(node, role)
    inside = (volume.voxels == label).view(np.uint8)
    if volume.to_world or not volume.geometry.is_close(side.grid):
        inside = yield from resample_incrementally(
            inside, volume.geometry, inverse(volume.to_world), side.grid, interpolation="nearest"
        )
    return inside
