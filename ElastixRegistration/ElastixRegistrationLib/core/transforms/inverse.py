"""The inverse of a transform: exact for linear ones, numerical for the rest, with the residual that is left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view
from .itk_transforms import (
    affine_from_matrix,
    chain_of,
    compose,
    displacement_field,
    displacement_field_transform,
    map_points,
    matrix_of,
)

INVERSE_METHODS = ("iterative", "elastix")


@dataclass(frozen=True)
class Inverse:
    """``transform`` maps moving to fixed points, LPS mm. Residuals: how far a fixed point lands from itself, mm."""

    transform: Any
    mean_residual: float
    max_residual: float


def invert(
    transform: Any, fixed: Geometry, *, method: str = "iterative", tolerance: float = 0.01, iterations: int = 40
) -> Inverse:
    """Invert ``transform`` (fixed to moving, LPS mm) over the grid ``fixed``; exactly where it is linear.

    ``method`` "iterative": a non-linear transform is taken as L(x + u(x)) with L its linear elements; the inverse is
    L^-1 followed by a displacement field w on ``fixed``, a tenth wider, from the fixed-point iteration w <- w - r,
    r(z) = z + w(z) + u(z + w(z)) - z (Chen et al., Medical Physics 35:81, 2008). It ends when r is below ``tolerance``
    mm everywhere or no longer falls: where the transform folds there is no inverse, and the residual says so.
    "elastix": elastix looks for a B-spline that takes points back (``core.elastix_inverse``).

    Raises InputError for another method, or a transform that collapses space.
    """
    if method not in INVERSE_METHODS:
        raise InputError(f"Unknown method {method!r} of inversion; use one of {', '.join(INVERSE_METHODS)}.")
    chain = chain_of(transform)
    linear = _linear_part(transform, fixed.dimension)
    if abs(np.linalg.det(linear[:-1, :-1])) < 1e-9:
        raise InputError("The transform collapses space to a plane and has no inverse.")
    back = affine_from_matrix(np.linalg.inv(linear))
    if transform.IsLinear():
        return Inverse(back, 0.0, 0.0)

    near_identity = compose([*chain, back])
    if method == "elastix":
        from .elastix_inverse import bspline_inverse  # loads elastix

        return _measured(transform, compose([back, bspline_inverse(near_identity, fixed)]), fixed)
    grid = _wider(fixed)
    shift = np.zeros((*grid.size[::-1], grid.dimension))
    best, best_shift = np.inf, shift
    for _ in range(iterations):
        residual = _residual(near_identity, shift, grid)
        largest = float(np.sqrt(np.square(residual).sum(-1)).max())
        if largest < best:
            best, best_shift = largest, shift
        if largest < tolerance or largest > 4 * best:
            break
        shift = shift - residual
    return _measured(transform, compose([back, displacement_field_transform(best_shift, grid)]), fixed)


def _measured(transform: Any, inverse: Any, fixed: Geometry) -> Inverse:
    distances = np.sqrt(np.square(array_view(displacement_field(compose([transform, inverse]), fixed))).sum(-1))
    return Inverse(inverse, float(distances.mean()), float(distances.max()))


def invert_points(transform: Any, points: np.ndarray, *, tolerance: float = 1e-6) -> np.ndarray:
    """The points, LPS mm, (N, D), that ``transform`` maps to ``points``.

    Newton's method with the Jacobian from central differences. Raises InputError where it does not reach
    ``tolerance`` mm, which is where the transform folds.
    """
    points = np.atleast_2d(np.asarray(points, float))
    matrix = matrix_of(transform)
    if matrix is not None:
        return map_points(affine_from_matrix(np.linalg.inv(matrix)), points)
    linear = _linear_part(transform, points.shape[1])
    found = map_points(affine_from_matrix(np.linalg.inv(linear)), points)
    step, dimension = 1e-3, points.shape[1]
    for _ in range(50):
        residual = map_points(transform, found) - points
        if np.abs(residual).max() < tolerance:
            return found
        probes = found[:, None, None, :] + step * np.array([1, -1])[:, None, None] * np.eye(dimension)
        mapped = map_points(transform, probes.reshape(-1, dimension)).reshape(probes.shape)
        jacobian = np.swapaxes(mapped[:, 0] - mapped[:, 1], 1, 2) / (2 * step)
        found = found - np.linalg.solve(jacobian, residual[..., None])[..., 0]
    worst = int(np.abs(residual).max(axis=1).argmax())
    raise InputError(f"The transform has no inverse at point {worst + 1}, {points[worst].round(2).tolist()} mm.")


def _linear_part(transform: Any, dimension: int) -> np.ndarray:
    """(D+1, D+1) product of the linear elements of ``transform``."""
    matrices = [matrix_of(element) for element in chain_of(transform)]
    return reduce(lambda before, m: m @ before, (m for m in matrices if m is not None), np.eye(dimension + 1))


def _residual(transform: Any, shift: np.ndarray, grid: Geometry) -> np.ndarray:
    """transform(z + shift(z)) - z at the voxels z of ``grid``."""
    shifted = displacement_field_transform(shift, grid)
    return np.asarray(array_view(displacement_field(compose([shifted, transform]), grid)), np.float64)


def _wider(grid: Geometry) -> Geometry:
    margin = np.maximum(2, np.ceil(np.asarray(grid.size) / 10)).astype(int)
    return Geometry(
        size=tuple((np.asarray(grid.size) + 2 * margin).tolist()),
        spacing=grid.spacing,
        origin=tuple(grid.points_of(-margin).tolist()),
        direction=grid.direction,
    )
