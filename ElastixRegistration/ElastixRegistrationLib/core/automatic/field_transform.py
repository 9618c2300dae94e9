"""A deformation between voxel displacements on a grid and one cubic B-spline that comes before a linear transform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..images.geometry import Geometry
from ..transforms.displacements import displacement_vectors
from ..transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    extended_grid,
    matrix_of_linear,
)
from .warping import warped
from .windows import spline_coefficients

#: Control points beyond the grid on each side that a cubic B-spline needs.
_RIM = 2
#: Displacements are rounded to whole multiples of about this part of a voxel.
_DIGIT = 1e-3


def voxel_displacements(transform: Any, linear: Any, grid: Geometry, threads: int | None = None) -> np.ndarray:
    """u of (D, k, j, i), voxels in the order of the axes, with ``transform`` = ``linear`` after x + u(x)."""
    back = affine_from_matrix(np.linalg.inv(matrix_of_linear(linear)))
    vectors = displacement_vectors(compose([transform, back]), grid, threads)
    by_index = np.linalg.inv(np.asarray(grid.direction) * np.asarray(grid.spacing))
    return np.ascontiguousarray(np.moveaxis(vectors @ by_index.T, -1, 0)[::-1], np.float32)


def regridded(u: np.ndarray, old: Geometry, new: Geometry) -> np.ndarray:
    """Voxel displacements of one grid on another one over the same box, with the same direction."""
    ratio = np.array(new.spacing[::-1]) / np.array(old.spacing[::-1])
    first = old.indices_of(np.atleast_2d(new.points_of(np.zeros(new.dimension))))[0][::-1]
    shape = new.size[::-1]
    shifts = np.empty((len(u), *shape), np.float32)
    for axis, count in enumerate(shape):
        steps = np.arange(count) * (ratio[axis] - 1) + first[axis]
        shifts[axis] = steps.reshape([-1 if n == axis else 1 for n in range(len(shape))])
    moved = warped(list(u), shifts, (0,) * len(u))
    return np.stack([component / np.float32(r) for component, r in zip(moved, ratio, strict=True)])


def spline_then(u: np.ndarray, grid: Geometry, linear: Any) -> Any:
    """ITK transform: a B-spline that displaces the voxels of ``grid`` by u, then ``linear``."""
    origin = grid.points_of(np.full(grid.dimension, -float(_RIM)))
    faded, origin = extended_grid(_with_rim(u, grid), origin, np.asarray(grid.spacing), np.asarray(grid.direction))
    # Meaningless digits would make its file three times as long.
    digit = np.float32(2.0 ** np.floor(np.log2(min(grid.spacing) * _DIGIT)))
    faded /= digit
    np.rint(faded, out=faded)
    faded *= digit
    return compose([bspline_transform(faded, origin, np.asarray(grid.spacing), np.asarray(grid.direction)), linear])


def _with_rim(u: np.ndarray, grid: Geometry) -> np.ndarray:
    """Spline coefficients of u, (D, k, j, i) of LPS mm, and ``_RIM`` more on each side. Holds few copies of u."""
    step = (np.asarray(grid.direction) * np.asarray(grid.spacing)).astype(np.float32)
    vectors = np.zeros((len(u), *(n + 2 * _RIM for n in u.shape[1:])), np.float32)
    for axis, component in enumerate(u[::-1]):
        coefficients = np.pad(spline_coefficients(component), _RIM, mode="edge")
        for row, vector in zip(step, vectors, strict=True):
            if row[axis]:
                vector += row[axis] * coefficients
    return vectors


def largest_displacement_gradient(vectors: np.ndarray, spacing: Sequence[float]) -> float:
    """mm per mm, between neighboring voxels along any axis."""
    steps = [
        np.linalg.norm(np.diff(vectors, axis=axis), axis=-1).max(initial=0.0) / spacing[len(spacing) - 1 - axis]
        for axis in range(vectors.ndim - 1)
    ]
    return float(max(steps))
