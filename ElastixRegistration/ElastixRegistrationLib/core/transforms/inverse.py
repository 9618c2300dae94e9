"""The inverse of a transform: exact for linear ones, numerical for others, with its residual."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from ..wording import said
from .aligned_splines import interpolating_coefficients
from .displacements import displacement_vectors
from .itk_transforms import (
    affine_from_matrix,
    bspline_grid,
    bspline_transform,
    chain_of,
    compose,
    displacement_field_transform,
    map_points,
    matrix_of,
)
from .sampling import coarsened, voxel_centers
from .scattered import BATCH, PointMap, point_map

INVERSE_METHODS = ("iterative", "elastix")
#: Control point distances of the inverse of a B-spline, relative to the B-spline; the first sufficient one is used. A
#: third leaves some thousandths of the displacement.
_PARTS = (3.0, 6.0)
#: The same of B-splines with finer control points, in voxels.
_VOXELS = (3.0, 1.5)
#: Residual of an inverse, voxels, above which a finer one is computed.
_GOOD_ENOUGH = 0.05
#: A finer inverse is computed only if the fixed image has at least this many voxels per point of it, because its points
#: cost more.
_COST = 40
#: A point is there when it is closer than this many times the tolerance: the last step takes it closer still, and one
#: of Newton's several times.
_THERE, _NEWTON_THERE = 0.5, 4.0
#: A point that several times got closer by less than a fifth has no better place, as where the transform folds.
_SLOW, _PATIENCE = 0.8, 3
#: Newton's steps before plain ones: close to the end they double the digits.
_NEWTON = 4
#: A grid of at most this many points needs no coarser one to start from.
_SMALL = 10_000
#: Largest number of points of an inverse. Each takes about 130 bytes during the computation.
_MAX_POINTS = 8_000_000
#: Residuals are measured at no more voxels than this, spread over all of the fixed grid; fewer tell whether a finer
#: inverse is needed.
_MEASURED, _TRIED = 100_000, 10_000


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
    L^-1 followed by a displacement w for which r(z) = z + w(z) + u(z + w(z)) - z is below ``tolerance`` mm. Newton's
    steps, then fixed-point iterations w <- w - r (Chen et al., Medical Physics 35:81, 2008) lead there from the w of a
    coarser grid; each voxel keeps the best that it met: where the transform folds there is no inverse, and the residual
    says so. Of B-splines w is one too: with three to six times as many control points along each axis where these
    are far apart, else with one every three voxels, every one and a half if that is not enough, or at each voxel. Of
    other transforms w is a displacement field on ``fixed``, a tenth wider. For large grids the points of either lie
    further apart, so that all of it takes about a gigabyte. "elastix": elastix looks for a
    B-spline that takes points back (``core.transforms.elastix_inverse``).

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
    mapped = point_map(near_identity)
    if method == "elastix":
        from .elastix_inverse import bspline_inverse  # loads elastix

        element = bspline_inverse(near_identity, fixed)
        return _measured(mapped, back, element, fixed)
    grid = coarsened(_wider(fixed), _MAX_POINTS)
    enough = max(_GOOD_ENOUGH * min(fixed.spacing), tolerance)
    spacing = _control_spacing(chain)
    tries: list[tuple[float, Any]] = []
    solved = None
    for lattice in _lattices(spacing, grid, fixed):
        shift = _iterated(mapped, lattice, tolerance, iterations, solved)
        solved = shift, lattice
        element = (displacement_field_transform if spacing is None else interpolating_bspline)(shift, lattice)
        tries.append((float(np.percentile(_residuals(mapped, element, fixed, _TRIED), 99)), element))
        if tries[-1][0] < enough:
            break
    _, element = min(tries, key=lambda one: one[0])
    return _measured(mapped, back, element, fixed)


def _lattices(spacing: float | None, grid: Geometry, fixed: Geometry) -> list[Geometry]:
    """Where to compute the inverse of a transform with control points ``spacing`` mm apart, the coarsest first; all of
    ``grid`` only where the transform may have detail of the size of a voxel."""
    voxel = float(np.prod(fixed.spacing) ** (1 / fixed.dimension))
    if spacing is None:
        return [grid]  # it may jump, which no B-spline can
    if spacing / _PARTS[0] <= _VOXELS[-1] * voxel:
        return [*(_with_spacing(grid, count * voxel) for count in _VOXELS), grid]
    first, finer = (_with_spacing(grid, spacing / part) for part in _PARTS)
    return [first, finer] if np.prod(finer.size) * _COST <= np.prod(fixed.size) else [first]


def _iterated(
    mapped: PointMap,
    grid: Geometry,
    tolerance: float,
    iterations: int,
    former: tuple[np.ndarray, Geometry] | None = None,
) -> np.ndarray:
    """Displacements (k, j, i, D) float32, LPS mm, at the voxels of ``grid`` that take ``mapped`` back.

    They start from ``former`` ones on a coarser grid, by default of half as many voxels along each axis, if ``grid`` is
    not small.
    """
    start = np.zeros((*grid.size[::-1], grid.dimension), np.float32)
    if former is None and np.prod(grid.size) > _SMALL:
        half = _with_spacing(grid, 2 * np.asarray(grid.spacing))
        if half.size != grid.size:
            former = _iterated(mapped, half, tolerance, iterations), half
    if former is not None:
        start = displacement_vectors(interpolating_bspline(*former), grid)
    flat = start.reshape(-1, grid.dimension)
    result = np.empty_like(flat)

    def settle(first: int) -> None:
        some = np.arange(first, min(first + BATCH, len(flat)))
        indices = np.stack(np.unravel_index(some, grid.size[::-1])[::-1])
        points = grid.points_of(indices.T).T
        step = _NewtonStep.at(flat, some, indices, grid)
        result[some] = _settled(mapped, points, flat[some].T, step, tolerance, iterations).T

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for _ in pool.map(settle, range(0, len(flat), BATCH)):
            pass
    return result.reshape(start.shape)


@dataclass(frozen=True)
class _NewtonStep:
    """What to take off displacements w for a residual r: r + (r . grad) w, as the inverse of the Jacobian of a
    transform is the Jacobian of its inverse. ``slopes`` (D, D, n) of w, mm per mm: by each axis of space."""

    slopes: np.ndarray

    @classmethod
    def at(cls, flat: np.ndarray, some: np.ndarray, indices: np.ndarray, grid: Geometry) -> _NewtonStep:
        """Of the points ``some``, at ``indices`` (i, j, k), of the displacements ``flat`` (points, D) on ``grid``."""
        strides = np.concatenate([[1], np.cumprod(grid.size[:-1])])
        by_index = []
        for index, count, stride in zip(indices, grid.size, strides, strict=True):
            after, before = np.where(index < count - 1, stride, 0), np.where(index > 0, stride, 0)
            wide = np.maximum((after + before) // stride, 1)
            by_index.append(((flat[some + after] - flat[some - before]) / wide[:, None].astype(np.float32)).T)
        to_index = np.linalg.inv(grid.index_to_physical())[:-1, :-1].astype(np.float32)
        # Sums of whole rows: einsum takes several times as long.
        return cls(
            np.stack([sum(to_index[a, x] * one for a, one in enumerate(by_index)) for x in range(len(to_index))])
        )

    def of(self, some: np.ndarray) -> _NewtonStep:
        """For some of the points."""
        return _NewtonStep(self.slopes[..., some])

    def __call__(self, residual: np.ndarray) -> np.ndarray:
        result = residual.copy()
        for slopes, along in zip(self.slopes, residual.astype(np.float32), strict=True):
            result += slopes * along
        return result


def _settled(
    mapped: PointMap,
    points: np.ndarray,
    start: np.ndarray,
    newton: _NewtonStep,
    tolerance: float,
    iterations: int,
) -> np.ndarray:
    """(D, n) displacements w with mapped(z + w) = z at the ``points`` z, from ``start`` on.

    Some of Newton's steps, then plain ones from the best until a point is there, or several times got no closer.
    """
    found = start.copy()
    moving = np.arange(points.shape[1])
    now, nearest = start, start
    best, waited = np.full(points.shape[1], np.inf), np.zeros(points.shape[1], int)
    for number in range(iterations):
        residual = mapped(points + now) - points
        distance = np.sqrt(np.einsum("cn,cn->n", residual, residual))
        waited = np.where(distance < _SLOW * best, 0, waited + 1)
        nearest = np.where(distance < best, now, nearest)
        best = np.minimum(distance, best)
        is_newton = number < _NEWTON
        now = now - (newton(residual) if is_newton else residual)
        there = distance < (_NEWTON_THERE if is_newton else _THERE) * tolerance
        found[:, moving] = np.where(there, now, nearest)
        stay = ~there & (waited < _PATIENCE)
        moving, best, waited = moving[stay], best[stay], waited[stay]
        points, now, nearest = points[:, stay], now[:, stay], nearest[:, stay]
        if not len(moving):
            break
        if number + 1 < _NEWTON:
            newton = newton.of(stay)
        elif number + 1 == _NEWTON:
            now = nearest
    return found


def _control_spacing(chain: list[Any]) -> float | None:
    """The smallest distance of control points, mm, in a chain of linear elements and B-splines; None for others."""
    spacings = []
    for element in chain:
        if element.GetNameOfClass() == "BSplineTransform":
            spacings.append(float(np.min(bspline_grid(element, copy=False)[2])))
        elif not element.IsLinear():
            return None
    return min(spacings)


def _with_spacing(grid: Geometry, spacing: float | np.ndarray) -> Geometry:
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
    origin = grid.points_of(np.full(grid.dimension, -1.0))
    coefficients = interpolating_coefficients(np.moveaxis(vectors, -1, 0))
    return bspline_transform(
        np.ascontiguousarray(coefficients), origin, np.asarray(grid.spacing), np.asarray(grid.direction)
    )


def _measured(mapped: PointMap, back: Any, element: Any, fixed: Geometry) -> Inverse:
    """The inverse made of ``back``, of the linear part, and the ``element`` that takes ``mapped`` back."""
    distances = _residuals(mapped, element, fixed, _MEASURED)
    return Inverse(
        compose([back, element]), float(distances.mean()), float(distances.max()), float(np.percentile(distances, 99))
    )


def _residuals(mapped: PointMap, element: Any, fixed: Geometry, most: int) -> np.ndarray:
    """How far at most ``most`` points of ``fixed`` land from themselves by ``mapped`` and then ``element``, mm."""
    points = voxel_centers(coarsened(fixed, most)).T
    returned = point_map(element)

    def distances_from(first: int) -> np.ndarray:
        some = points[:, first : first + BATCH]
        return np.linalg.norm(returned(mapped(some)) - some, axis=0)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return np.concatenate(list(pool.map(distances_from, range(0, points.shape[1], BATCH))))


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


def _wider(grid: Geometry) -> Geometry:
    margin = np.maximum(2, np.ceil(np.asarray(grid.size) / 10)).astype(int)
    return Geometry(
        size=tuple((np.asarray(grid.size) + 2 * margin).tolist()),
        spacing=grid.spacing,
        origin=tuple(grid.points_of(-margin).tolist()),
        direction=grid.direction,
    )
