"""Cubic B-splines whose control points lie along the axes of the voxels: one axis after another, as small matrices."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..images.geometry import Geometry
from .determinants import determinant_of_rows

#: Row p: what the power t**p of the place in a cell, 0 to 1, adds to the weights of its four control points, and to
#: those of the derivative by t.
POWERS = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6
SLOPES = np.array([[1.0], [2.0], [3.0], [0.0]]) * np.roll(POWERS, -1, axis=0)
#: Places on the border of two cells belong to both, where they agree to the second derivative.
ON_BORDER = 1e-5
#: Axes count as parallel where over the whole grid they part by no more than this, in control points.
_PARALLEL = 1e-6
#: Voxels along an axis that one small matrix is for, and those that a thread takes at a time.
_BLOCK, _BATCH = 32, 250_000


@dataclass(frozen=True)
class _Part:
    """Voxels of an axis, the control points that reach them, and (voxels, points) float32 weights and slopes."""

    voxels: slice
    points: slice
    weights: np.ndarray
    slopes: np.ndarray


@dataclass(frozen=True)
class AlignedSpline:
    """``coefficients`` (k, D, j, i) float32 of D functions, and the ``parts`` of each axis of ``grid``, k first."""

    grid: Geometry
    coefficients: np.ndarray
    parts: tuple[tuple[_Part, ...], ...]

    @classmethod
    def of(
        cls, to_control: np.ndarray, linear: np.ndarray, coefficients: np.ndarray, grid: Geometry
    ) -> AlignedSpline | None:
        """Of ``linear`` (D, D) times the B-spline with ``coefficients`` (D, k, j, i); None where axes do not align.

        ``to_control`` (D+1, D+1): points, LPS mm, to indices of control points.
        """
        whole = to_control @ grid.index_to_physical()
        matrix, start = whole[:-1, :-1], whole[:-1, -1]
        steps = np.diag(matrix)
        if (np.abs(matrix - np.diag(steps)) @ np.asarray(grid.size)).max() > _PARALLEL or not steps.all():
            return None
        mixed = np.moveaxis(np.tensordot(linear, coefficients, 1), 0, 1)
        parts = [
            _parts(*axis) for axis in zip(grid.size, start, steps, coefficients.shape[:0:-1], strict=True)
        ]  # fmt: skip
        return cls(grid, np.ascontiguousarray(mixed, np.float32), tuple(parts[::-1]))

    def displacement(self, whole: np.ndarray, threads: int | None) -> np.ndarray:
        """(k, j, i, D) float32: the functions, and what the linear ``whole`` (D+1, D+1) adds to points, LPS mm."""
        dimension = self.grid.dimension
        result = np.empty((*self.grid.size[::-1], dimension), np.float32)

        def fill(planes: slice) -> None:
            for component in range(dimension):
                result[planes, ..., component] = self._values(planes, [False] * dimension, component)

        self._for_planes(fill, threads)
        add_linear_displacement(result, whole, self.grid)
        return result

    def determinant(self, scale: float, threads: int | None) -> np.ndarray:
        """(k, j, i) float32: ``scale`` times the determinant of y + the functions by y, in control points."""
        axes = range(self.grid.dimension)
        result = np.empty(self.grid.size[::-1], np.float32)

        def fill(planes: slice) -> None:
            rows = []
            for row in axes:
                columns = [self._values(planes, [axis == n for n in axes][::-1], row) for axis in axes]
                columns[row] += 1
                rows.append(columns)
            result[planes] = determinant_of_rows(rows) * np.float32(scale)

        self._for_planes(fill, threads)
        return result

    def _for_planes(self, fill: Callable[[slice], None], threads: int | None) -> None:
        count = self.grid.size[-1]
        depth = max(1, _BATCH // int(np.prod(self.grid.size[:-1])))
        planes = [slice(first, min(first + depth, count)) for first in range(0, count, depth)]
        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
            for _ in pool.map(fill, planes):
                pass

    def _values(self, planes: slice, slopes: list[bool], component: int) -> np.ndarray:
        """(k, j, i) float32 of one function in some planes; its slope along the axes, k first, that ``slopes`` say."""
        values = self.coefficients[:, component]
        for axis, parts in enumerate(self.parts):
            wanted = planes if axis == 0 else slice(0, parts[-1].voxels.stop)
            values = _along(values, axis, parts, wanted, slopes[axis])
        return values


def _along(values: np.ndarray, axis: int, parts: tuple[_Part, ...], wanted: slice, slope: bool) -> np.ndarray:
    """The ``wanted`` voxels of an axis in place of its control points."""
    shape = list(values.shape)
    shape[axis] = wanted.stop - wanted.start
    result = np.empty(shape, np.float32)
    is_last = axis == values.ndim - 1
    for part in parts:
        first, past = max(part.voxels.start, wanted.start), min(part.voxels.stop, wanted.stop)
        if first >= past:
            continue
        chosen = slice(first - part.voxels.start, past - part.voxels.start)
        matrix = (part.slopes if slope else part.weights)[chosen]
        from_points = values[(slice(None),) * axis + (part.points,)]
        target = result[(slice(None),) * axis + (slice(first - wanted.start, past - wanted.start),)]
        if is_last:
            np.matmul(from_points, matrix.T, out=target)
        elif axis == 0:
            flat = from_points.reshape(len(from_points), -1)
            target.reshape(len(target), -1)[:] = matrix @ flat
        else:
            np.matmul(matrix, from_points, out=target)
    return result


def _parts(count: int, start: float, step: float, points: int) -> tuple[_Part, ...]:
    """``count`` voxels at ``start``, ``start + step`` ... of ``points`` control points; nothing moves beyond those."""
    places = start + step * np.arange(count)
    cells = np.clip(np.floor(places).astype(int), 1, max(points - 3, 1))
    within = places - cells
    inside = (within >= -ON_BORDER) & (within <= 1 + ON_BORDER) & (points >= 4)
    powers = within[:, None] ** np.arange(4) * inside[:, None]
    tables = powers @ POWERS, powers @ SLOPES
    parts = []
    for first in range(0, count, _BLOCK):
        voxels = slice(first, min(first + _BLOCK, count))
        low, high = int(cells[voxels].min()) - 1, min(int(cells[voxels].max()) + 3, points)
        matrices = [np.zeros((voxels.stop - first, high - low), np.float32) for _ in tables]
        rows, columns = np.arange(voxels.stop - first)[:, None], cells[voxels, None] - 1 - low + np.arange(4)
        for matrix, table in zip(matrices, tables, strict=True):
            matrix[rows, np.minimum(columns, high - low - 1)] = table[voxels]
        parts.append(_Part(voxels, slice(low, high), *matrices))
    return tuple(parts)


def add_linear_displacement(vectors: np.ndarray, matrix: np.ndarray, grid: Geometry) -> None:
    """Add what a homogeneous ``matrix`` does to the voxel centers of ``grid``, LPS mm, to (k, j, i, D) ``vectors``."""
    dimension = grid.dimension
    if np.array_equal(matrix, np.eye(dimension + 1)):
        return
    change = (matrix - np.eye(dimension + 1)) @ grid.index_to_physical()
    for component in range(dimension):
        for axis, count in enumerate(grid.size):
            steps = change[component, axis] * np.arange(count) + (change[component, -1] if axis == 0 else 0.0)
            shape = [count if n == axis else 1 for n in reversed(range(dimension))]
            vectors[..., component] += steps.reshape(shape).astype(np.float32)
