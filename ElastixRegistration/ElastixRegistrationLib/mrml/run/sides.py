"""Volumes in the form for elastix: on an orthogonal grid in world, 2D for single slices, with masks. LPS, mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.images.background import BackgroundEstimate, background_of
from ...core.images.geometry import Geometry, check_voxels
from ...core.request import KEEP
from ...core.transforms.plain_data import VoxelData
from ...core.transforms.planes import Plane, flat_geometry, flat_voxels
from ...core.wording import said
from ..nodes.incremental import Steps
from ..nodes.masks import labels_incrementally, mask_incrementally
from ..nodes.resampling import in_world_incrementally
from ..nodes.volumes import VolumeImage, world_grid


@dataclass(frozen=True)
class VolumeSide:
    """One of the two volumes in the form for elastix: ``image`` on ``grid`` (3D, world, orthogonal), 2D for a slice.

    ``estimate`` and ``inside`` (uint8 on ``grid``): for volumes that had to be resampled to that grid.
    """

    image: VoxelData
    grid: Geometry
    plane: Plane | None
    estimate: BackgroundEstimate | None = None
    inside: np.ndarray | None = None


def side_incrementally(
    volume: VolumeImage, plane: Plane | None, background: float | str, threads: int | None
) -> Steps[VolumeSide]:
    scalars = volume.scalars()
    image = VoxelData(*flattened(scalars, volume.geometry, plane))
    check_voxels(image.array, image.geometry, volume.name)
    if volume.is_orthogonal_in_world:
        return VolumeSide(image, volume.geometry, plane)
    yield
    estimate, grid = background_of(scalars, background), world_grid(volume)
    yield
    scalars, inside = yield from in_world_incrementally(
        volume, grid, estimate, keep_padding=background == KEEP, threads=threads
    )
    return VolumeSide(VoxelData(*flattened(scalars, grid, plane)), grid, plane, estimate, inside)


def mask_of_side_incrementally(
    side: VolumeSide, node: Any, segments: Sequence[str] | None, role: str
) -> Steps[VoxelData | None]:
    """uint8 on the grid of the image, inside both the mask node and the volume; None means everywhere."""
    inside = side.inside
    if node is not None:
        inside = yield from mask_incrementally(node, side.grid, role, segments)
        if side.inside is not None:
            inside = inside & side.inside
            if not inside.any():
                raise InputError(said("The {role} {node} lies outside its image.", role=role, node=node.GetName()))
    elif segments:
        raise InputError(said("Segments of the {role} were chosen, but no segmentation was given.", role=role))
    return None if inside is None else VoxelData(*flattened(inside, side.grid, side.plane))


def labels_of_side_incrementally(
    side: VolumeSide, node: Any, segments: Sequence[str] | None, role: str
) -> Steps[VoxelData | None]:
    """The labels of a node, or its segments numbered from 1, on the grid of the image; None without a node."""
    if node is None:
        if segments:
            raise InputError(said("Segments of the {role} were chosen, but no segmentation was given.", role=role))
        return None
    labels = yield from labels_incrementally(node, side.grid, role, segments)
    return VoxelData(*flattened(labels, side.grid, side.plane))


def flattened(voxels: np.ndarray, geometry: Geometry, plane: Plane | None) -> tuple[np.ndarray, Geometry]:
    if plane is None:
        return voxels, geometry
    return flat_voxels(voxels, geometry), flat_geometry(geometry, plane)
