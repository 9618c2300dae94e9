"""Measure distances between the surfaces of two labels, mm."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..images.channels import signed_distance
from ..images.geometry import Geometry, array_view, image_from_array


@dataclass(frozen=True)
class SurfaceDistances:
    """Distances, mm; NaN if one of the labels is empty. ``mean`` is over the surface voxels of both labels.
    ``percentile95`` and ``maximum`` (the Hausdorff distance) are the larger of the two directions."""

    mean: float
    percentile95: float
    maximum: float


def surface_distances(first: np.ndarray, second: np.ndarray, geometry: Geometry) -> SurfaceDistances:
    """Return the distances between the surfaces of the nonzero voxels of two arrays (k, j, i) on the grid ``geometry``.

    The surface of a label consists of its voxels with a face neighbor outside the label or outside the image. A
    distance, mm, goes from the center of a surface voxel to the center of the nearest surface voxel of the other label.
    It is NaN if one label is empty. The function never raises for any voxel values.
    """
    first, second = first != 0, second != 0
    if not (first.any() and second.any()):
        return SurfaceDistances(*[float("nan")] * 3)
    box = _box(first | second)
    # The arrays get one extra voxel on all sides, because ITK's distance map fails on a box that is one voxel wide.
    start = [part.start - 1 for part in box][::-1]
    grid = replace(
        geometry,
        size=tuple(part.stop - part.start + 2 for part in box)[::-1],
        origin=tuple(geometry.points_of(np.array(start)).tolist()),
    )
    surfaces = [_surface(np.pad(label[box], 1)) for label in (first, second)]
    there, back = (
        _distance_to(surfaces[1 - n], grid)[surface].astype(np.float64) for n, surface in enumerate(surfaces)
    )
    return SurfaceDistances(
        mean=float(np.concatenate([there, back]).mean()),
        percentile95=float(max(np.percentile(there, 95), np.percentile(back, 95))),
        maximum=float(max(there.max(), back.max())),
    )


def _box(inside: np.ndarray) -> tuple[slice, ...]:
    box = []
    for axis in range(inside.ndim):
        others = tuple(n for n in range(inside.ndim) if n != axis)
        found = np.flatnonzero(inside.any(axis=others))
        box.append(slice(int(found[0]), int(found[-1]) + 1))
    return tuple(box)


def _surface(inside: np.ndarray) -> np.ndarray:
    padded = np.pad(inside, 1)
    core = inside.copy()
    for axis in range(inside.ndim):
        for start, stop in ((0, -2), (2, None)):
            index = [slice(1, -1)] * inside.ndim
            index[axis] = slice(start, stop)
            core &= padded[tuple(index)]
    return inside & ~core


def _distance_to(surface: np.ndarray, grid: Geometry) -> np.ndarray:
    # The distance map is negative inside a surface that is more than one voxel thick.
    return np.maximum(array_view(signed_distance(image_from_array(surface.view(np.uint8), grid))), 0)
