"""Where a transform takes many points that lie on no grid. LPS, mm.

ITK takes one point at a time, and a microsecond or more for each. NumPy takes a third of that for a cubic B-spline, and
can be told the points from several threads.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from ..images.cells import Cells
from ..images.geometry import Geometry, array_view, geometry_of
from .aligned_splines import ON_BORDER, POWERS
from .itk_transforms import bspline_grid, chain_of, compose, displacement_field, displacement_field_transform, matrix_of

_POWERS = POWERS.astype(np.float32)
#: mm between points that lie in a row for ITK: displacements from there to where they are have digits to spare.
_SHORT = 1e-3
#: Points to give at a time: what is computed of them stays in the cache of a core.
BATCH = 8_000

#: Takes (D, n) points, and gives where they go, (D, n).
PointMap = Callable[[np.ndarray], np.ndarray]


def point_map(transform: Any) -> PointMap:
    """``transform`` for (D, n) points, LPS mm, to some 1e-5 mm of it; for at most ``BATCH`` points at a time.

    Of B-splines and displacement fields that lie in ITK's memory a copy is taken; changes to them later do not count.
    """
    steps = [_point_map_of(element) for element in chain_of(transform)]

    def mapped(points: np.ndarray) -> np.ndarray:
        for step in steps:
            points = step(points)
        return points

    return mapped


def _point_map_of(element: Any) -> PointMap:
    matrix = matrix_of(element)
    if matrix is not None:
        linear, offset = matrix[:-1, :-1], matrix[:-1, -1:]
        return lambda points: linear @ points + offset
    kind = element.GetNameOfClass()
    if kind == "BSplineTransform" and type(element).__name__.endswith(f"D{element.GetInputSpaceDimension()}3"):
        return _Spline(element)
    if kind == "DisplacementFieldTransform":
        return _Field(element)
    return lambda points: _by_itk(element, points)


class _Spline:
    """A cubic itk.BSplineTransform. Nothing moves beyond its control points."""

    def __init__(self, element: Any):
        coefficients, origin, spacing, direction = bspline_grid(element)
        dimension = len(coefficients)
        self._to_control = np.linalg.inv(direction * spacing)
        self._origin = origin[:, None]
        self._shape = coefficients.shape[1:]
        self._strides = [int(np.prod(self._shape[axis + 1 :])) for axis in range(dimension)]
        flat = np.ascontiguousarray(np.moveaxis(coefficients, 0, -1), np.float32).ravel()
        # The vectors of four neighbors along the last axis as one element each, which overlap in memory, so that one
        # look takes them; a copy would hold four times the control points.
        four = np.dtype((np.void, 4 * dimension * flat.itemsize))
        self._fours = np.ndarray((flat.size // dimension - 3,), four, flat, strides=(dimension * flat.itemsize,))
        self._taps = np.array(list(product(range(4), repeat=dimension - 1))) @ self._strides[:-1]

    def __call__(self, points: np.ndarray) -> np.ndarray:
        dimension, count = points.shape
        if min(self._shape) < 4:
            return points  # nothing moves
        first, powers, inside = self._neighbors(points)
        fours = self._fours[first + self._taps[:, None]].view(np.float32).reshape(len(self._taps), count, 4 * dimension)
        weights = powers[0] @ _POWERS
        for more in powers[1:-1]:
            weights = (weights[:, :, None] * (more @ _POWERS)[:, None, :]).reshape(count, -1)
        four = np.matmul(weights[:, None, :], fours.transpose(1, 0, 2))[:, 0]
        four *= powers[-1] @ np.repeat(_POWERS, dimension, axis=1)
        moved = four @ np.tile(np.eye(dimension, dtype=np.float32), (4, 1))
        return points + moved.T * inside

    def _neighbors(self, points: np.ndarray) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
        """The first of the control points around each point; the powers 0 to 3 (n, 4) of its place in its cell along
        each axis, the last axis of space first; and whether it lies where the B-spline is defined."""
        places = self._to_control @ (points - self._origin)
        first = np.zeros(points.shape[1], np.intp)
        inside = np.ones(points.shape[1], bool)
        powers = []
        for place, count, stride in zip(places[::-1], self._shape, self._strides, strict=True):
            cell = np.clip(np.floor(place), 1, count - 3)
            within = (place - cell).astype(np.float32)
            inside &= (within >= -ON_BORDER) & (within <= 1 + ON_BORDER)
            first += (cell.astype(np.intp) - 1) * stride
            square = within * within
            powers.append(np.stack([np.ones_like(within), within, square, square * within], axis=1))
        return first, powers, inside


class _Field:
    """An itk.DisplacementFieldTransform. As ITK has it, the outermost vectors go on for half a voxel."""

    def __init__(self, element: Any):
        field = element.GetDisplacementField()
        grid, vectors = geometry_of(field), array_view(field)
        self._parts = [np.ascontiguousarray(vectors[..., axis], np.float32).ravel() for axis in range(grid.dimension)]
        self._shape = grid.size[::-1]
        self._to_index = np.linalg.inv(grid.index_to_physical())

    def __call__(self, points: np.ndarray) -> np.ndarray:
        places = (self._to_index[:-1, :-1] @ points + self._to_index[:-1, -1:])[::-1]
        limits = np.array(self._shape)[:, None]
        inside = np.all((places >= -0.5) & (places < limits - 0.5), axis=0)
        cells = Cells(places.astype(np.float32, order="C"), self._shape)
        return points + np.stack([cells.linear(part) for part in self._parts]) * inside


def _by_itk(element: Any, points: np.ndarray) -> np.ndarray:
    """Of any transform: the points as displacements of a short row of voxels, in ITK's own loop."""
    dimension, count = points.shape
    row = Geometry(
        size=(count,) + (1,) * (dimension - 1),
        spacing=(_SHORT,) * dimension,
        origin=(0.0,) * dimension,
        direction=tuple(map(tuple, np.eye(dimension).tolist())),
    )
    places = np.zeros_like(points, float)
    places[0] = _SHORT * np.arange(count)
    shift = (points - places).T.reshape(*row.size[::-1], dimension)
    chain = compose([displacement_field_transform(shift, row), element])
    return places + array_view(displacement_field(chain, row)).reshape(count, dimension).T
