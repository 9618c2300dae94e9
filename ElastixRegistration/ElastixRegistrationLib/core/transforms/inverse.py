"""The inverse of a transform: exact for linear ones, numerical for others, with its residual."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view
from ..wording import said
from .itk_transforms import (
    affine_from_matrix,
    bspline_grid,
    bspline_transform,
    chain_of,
    compose,
    displacement_field,
    displacement_field_transform,
    map_points,
    matrix_of,
)
from .sampling import coarsened

INVERSE_METHODS = ("iterative", "elastix")
#: Control point distances of the inverse of a B-spline, relative to the B-spline; the first sufficient one is used. A
#: third leaves some thousandths of the displacement.
_PARTS = (3.0, 6.0)
#: Residual of an inverse, voxels, above which a finer one is computed.
_GOOD_ENOUGH = 0.05
#: A finer inverse is computed only if the fixed image has at least this many voxels per point of it, because its points
#: cost more.
_COST = 40
#: Iterations end when less than this share of the voxels is still off and improves by a fifth.
_HARDLY_ANY, _SLOW = 0.001, 0.8
#: Largest number of points of an inverse. Each takes about 130 bytes during the computation.
_MOST_POINTS = 8_000_000
#: Residuals are measured at no more voxels than this, spread over all of the fixed grid.
_MEASURED = 300_000


@dataclass(frozen=True)
class Inverse:
    """``transform`` maps moving to fixed points, LPS mm. Residuals: how far a fixed point lands from itself, mm, over
    at most some hundred thousand places of the fixed grid."""

    transform: Any = field(repr=False)
    mean_residual: float
    max_residual: float
    typical_residual: float = 0.0  # 99 % lie below


def invert(
    transform: Any, fixed: Geometry, *, method: str = "iterative", tolerance: float = 0.01, iterations: int = 40
) -> Inverse:
    """Invert ``transform`` (fixed to moving, LPS mm) over the grid ``fixed``; exactly where it is linear.

    ``method`` "iterative": a non-linear transform is taken as L(x + u(x)) with L its linear elements; the inverse is
    L^-1 followed by a displacement w from the fixed-point iteration w <- w - r, r(z) = z + w(z) + u(z + w(z)) - z (Chen
    et al., Medical Physics 35:81, 2008). It ends when r is below ``tolerance`` mm nearly everywhere or stands,
    and each voxel keeps the best that it met: where the transform folds there is no inverse, and the residual says so.
    Of B-splines w is a B-spline of three to six times as many control points along each axis, small and smooth; of
    other transforms a displacement field on ``fixed``, a tenth wider. For large grids the points of either lie further
    apart, so that all of it takes about a gigabyte. "elastix": elastix looks for a B-spline that takes points back
    (``core.transforms.elastix_inverse``).

    Raises InputError for another method, or a transform that collapses space.
    """
    if method not in INVERSE_METHODS:
        raise InputError(
            said(
                "Unknown method {method} of inversion; use one of {names}.",
                method=repr(method),
                names=", ".join(INVERSE_METHODS),
            )
        )
    chain = chain_of(transform)
    linear = linear_part(transform, fixed.dimension)
    if abs(np.linalg.det(linear[:-1, :-1])) < 1e-9:
        raise InputError(said("The transform collapses space to a plane and has no inverse."))
    back = affine_from_matrix(np.linalg.inv(linear))
    if transform.IsLinear():
        return Inverse(back, 0.0, 0.0)

    near_identity = compose([*chain, back])
    if method == "elastix":
        from .elastix_inverse import bspline_inverse  # loads elastix

        return _measured(transform, compose([back, bspline_inverse(near_identity, fixed)]), fixed)
    grid = coarsened(_wider(fixed), _MOST_POINTS)
    spacing = _control_spacing(chain)
    if spacing is None or max(fixed.spacing) * _PARTS[0] >= spacing:
        shift = _iterated(near_identity, grid, tolerance, iterations)
        return _measured(transform, compose([back, displacement_field_transform(shift, grid)]), fixed)
    inverse = None
    for part in _PARTS:
        coarse = _with_spacing(grid, spacing / part)
        if inverse is not None and np.prod(coarse.size) * _COST > np.prod(fixed.size):
            break
        start = None if inverse is None else displacement_field(chain_of(inverse.transform)[-1], coarse)
        shift = _iterated(near_identity, coarse, tolerance, iterations, start)
        inverse = _measured(transform, compose([back, interpolating_bspline(shift, coarse)]), fixed)
        if inverse.typical_residual < max(_GOOD_ENOUGH * min(fixed.spacing), tolerance):
            break
    assert inverse is not None, "there is a first part"
    return inverse


def _iterated(near_identity: Any, grid: Geometry, tolerance: float, iterations: int, start: Any = None) -> np.ndarray:
    """Displacements (k, j, i, D), LPS mm, at the voxels of ``grid`` that take ``near_identity`` back.

    ``start``: an image of displacements to go on from.
    """
    shift = np.zeros((*grid.size[::-1], grid.dimension))
    if start is not None:
        shift += array_view(start)
    best, best_shift = np.full(grid.size[::-1], np.inf), shift.copy()
    for _ in range(iterations):
        residual = _residual(near_identity, shift, grid)
        distance = np.sqrt(np.square(residual).sum(-1))
        # Where the transform ends, it jumps; the few voxels there never come to rest.
        coming = np.count_nonzero((distance < _SLOW * best) & (best > tolerance / 2))
        better = distance < best
        best[better], best_shift[better] = distance[better], shift[better]
        if coming < _HARDLY_ANY * best.size:
            break
        shift = shift - residual
    return best_shift


def _control_spacing(chain: list[Any]) -> float | None:
    """The smallest distance of control points, mm, in a chain of linear elements and B-splines; None for others."""
    spacings = []
    for element in chain:
        if element.GetNameOfClass() == "BSplineTransform":
            spacings.append(float(np.min(bspline_grid(element)[2])))
        elif not element.IsLinear():
            return None
    return min(spacings)


def _with_spacing(grid: Geometry, spacing: float) -> Geometry:
    """A grid over the box of ``grid`` with voxels of about ``spacing`` mm, or its own where those are larger."""
    size, wide = np.asarray(grid.size), np.maximum(grid.spacing, spacing)
    count = np.maximum(np.ceil((size - 1) * grid.spacing / wide).astype(int) + 1, np.minimum(size, 4))
    return Geometry(
        size=tuple(count.tolist()),
        spacing=tuple(((size - 1) * grid.spacing / np.maximum(count - 1, 1)).tolist()),
        origin=grid.origin,
        direction=grid.direction,
    )


def interpolating_bspline(vectors: np.ndarray, grid: Geometry) -> Any:
    """itk.BSplineTransform of order 3 with the displacements ``vectors`` (k, j, i, D), LPS mm, at the voxels of
    ``grid``, mirrored at its faces; nothing moves outside of them."""
    dimension = grid.dimension
    coefficients = np.moveaxis(np.asarray(vectors, float), -1, 0)
    for axis in range(1, dimension + 1):
        count = coefficients.shape[axis]
        matrix = np.eye(count) * 4 / 6 + (np.eye(count, k=1) + np.eye(count, k=-1)) / 6
        matrix[0, 1] = matrix[-1, -2] = 2 / 6
        moved = np.moveaxis(coefficients, axis, 0)
        solved = np.linalg.solve(matrix, moved.reshape(count, -1)).reshape(moved.shape)
        coefficients = np.moveaxis(solved, 0, axis)
    coefficients = np.pad(coefficients, [(0, 0), *[(1, 1)] * dimension], mode="reflect")
    origin = grid.points_of(np.full(dimension, -1.0))
    return bspline_transform(
        np.ascontiguousarray(coefficients), origin, np.asarray(grid.spacing), np.asarray(grid.direction)
    )


def _measured(transform: Any, inverse: Any, fixed: Geometry) -> Inverse:
    grid = coarsened(fixed, _MEASURED)
    distances = np.sqrt(np.square(array_view(displacement_field(compose([transform, inverse]), grid))).sum(-1))
    return Inverse(inverse, float(distances.mean()), float(distances.max()), float(np.percentile(distances, 99)))


def invert_points(transform: Any, points: np.ndarray, *, tolerance: float = 1e-6) -> np.ndarray:
    """The points, LPS mm, (N, D), that ``transform`` maps to ``points``.

    Newton's method with the Jacobian from central differences. Raises InputError where it does not reach
    ``tolerance`` mm, which is where the transform folds.
    """
    points = np.atleast_2d(np.asarray(points, float))
    matrix = matrix_of(transform)
    if matrix is not None:
        return map_points(affine_from_matrix(np.linalg.inv(matrix)), points)
    linear = linear_part(transform, points.shape[1])
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
    raise InputError(
        said(
            "The transform has no inverse at point {worst}, {value} mm.",
            worst=worst + 1,
            value=points[worst].round(2).tolist(),
        )
    )


def linear_part(transform: Any, dimension: int) -> np.ndarray:
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
