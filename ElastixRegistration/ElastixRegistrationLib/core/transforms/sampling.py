"""Grids over space, and any mapping of points as ITK transforms that are sampled on one. LPS, mm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..images.geometry import Geometry
from .itk_transforms import affine_from_matrix, displacement_field_transform

#: Largest slope (mm per mm) of a displacement that fades out beyond its grid; below 1/sqrt(3) nothing can fold.
FADE_SLOPE = 0.4
#: An image of sampled displacements has at most this many voxels (24 bytes each).
_MAX_SAMPLES = 8_000_000


def sampled(
    mapping: Callable[[np.ndarray], np.ndarray], points: np.ndarray, domain: Geometry, most: int = _MAX_SAMPLES
) -> list[Any]:
    """ITK transforms of 2 or 3 dimensions, first applied first, close to ``mapping`` of (N, D) points, LPS mm.

    That is the best affine, and before it what that leaves: displacements sampled with the spacing of ``domain`` over
    the box around ``points``, wider where that would be more than ``most`` voxels.
    """
    affine = best_affine(points, mapping(points))
    back = np.linalg.inv(affine)
    indices = domain.indices_of(points)
    low, high = np.floor(indices.min(0)), np.ceil(indices.max(0))
    grid = grown(domain, tuple(-low), tuple(high - (np.asarray(domain.size) - 1)))
    grid = coarsened(grid, most)
    centers = voxel_centers(grid)
    vectors = mapping(centers) @ back[:-1, :-1].T + back[:-1, -1] - centers
    vectors, grid = faded(vectors.reshape(*grid.size[::-1], -1), grid)
    rim = (1,) * grid.dimension
    vectors = np.pad(vectors, [*((1, 1) for _ in rim), (0, 0)])
    return [displacement_field_transform(vectors, grown(grid, rim)), affine_from_matrix(affine)]


def best_affine(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(D+1, D+1) least-squares affine from (N, D) ``source`` to ``target``; a translation where that is singular."""
    dimension = source.shape[1]
    center = source.mean(0)
    solution = np.linalg.lstsq(np.c_[source - center, np.ones(len(source))], target, rcond=None)[0]
    linear = solution[:dimension].T
    if abs(np.linalg.det(linear)) < 0.05:
        linear = np.eye(dimension)
    matrix = np.eye(dimension + 1)
    matrix[:-1, :-1] = linear
    matrix[:-1, -1] = solution[dimension] - linear @ center
    return matrix


def voxel_centers(geometry: Geometry) -> np.ndarray:
    """(N, D) points, LPS mm, first axis fastest."""
    indices = np.meshgrid(*(np.arange(n) for n in geometry.size[::-1]), indexing="ij")[::-1]
    return geometry.points_of(np.stack(indices, axis=-1).reshape(-1, geometry.dimension))


def lattice(geometry: Geometry, most: int = 7, margin: float = 0.0) -> np.ndarray:
    """(N, D) points, LPS mm, spread over a grid and its faces, ``margin`` (of its size) beyond it."""
    ends = [(-0.5 - margin * n, n - 0.5 + margin * n) for n in geometry.size]
    steps = [np.linspace(*end, most) for end in ends]
    return geometry.points_of(np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, geometry.dimension))


def grown(geometry: Geometry, before: tuple[int, ...], after: tuple[int, ...] | None = None) -> Geometry:
    """``geometry`` with voxels added before the first and after the last along each axis, (i, j, k) order."""
    after = before if after is None else after
    return Geometry(
        size=tuple(int(n + low + high) for n, low, high in zip(geometry.size, before, after, strict=True)),
        spacing=geometry.spacing,
        origin=tuple(geometry.points_of(-np.asarray(before, float)).tolist()),
        direction=geometry.direction,
    )


def coarsened(geometry: Geometry, most: int) -> Geometry:
    """A grid over the same box with at most ``most`` voxels: ``geometry`` itself, or one of larger voxels."""
    size = np.asarray(geometry.size, float)
    while np.prod(size) > most:
        factor = (np.prod(size) / most) ** (1 / geometry.dimension)
        size = np.where(size > 2, np.maximum(np.minimum(np.floor(size / factor), size - 1), 2), size)
    if tuple(size) == geometry.size:
        return geometry
    # First and last voxel centers stay where they are.
    stretch = np.where(size > 1, (np.asarray(geometry.size) - 1) / np.maximum(size - 1, 1), 1)
    return Geometry(
        size=tuple(int(n) for n in size),
        spacing=tuple((np.asarray(geometry.spacing) * stretch).tolist()),
        origin=geometry.origin,
        direction=geometry.direction,
    )


def faded(vectors: np.ndarray, geometry: Geometry) -> tuple[np.ndarray, Geometry]:
    """Vectors of a 2D or 3D grid continued with their rim and faded to zero with a slope that cannot fold."""
    magnitude = np.sqrt(np.square(vectors).sum(-1))
    dimension = geometry.dimension
    added = []
    for axis in range(dimension):
        rim = np.take(magnitude, (0, -1), axis=dimension - 1 - axis).max()
        # The steepest slope of cos^2 over a length L is pi/2 / L.
        added.append(int(min(np.ceil(rim * np.pi / 2 / FADE_SLOPE / geometry.spacing[axis]), geometry.size[axis])))
    result = np.pad(vectors, [*((n, n) for n in added[::-1]), (0, 0)], mode="edge")
    for axis, count in enumerate(added):
        ramp = np.cos(np.linspace(0, np.pi / 2, count + 1)[1:]) ** 2
        window = np.concatenate([ramp[::-1], np.ones(geometry.size[axis]), ramp])
        shape = [1] * (dimension + 1)
        shape[dimension - 1 - axis] = len(window)
        result *= window.reshape(shape)
    return result, grown(geometry, tuple(added))
