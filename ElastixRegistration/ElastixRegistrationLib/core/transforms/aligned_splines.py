"""Cubic B-splines whose control points lie along the axes of the voxels: one axis after another, as small matrices."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..images.band_matrices import BandMatrix, Block, band_matrix
from ..images.geometry import Geometry
from .determinants import determinant_of_rows

#: Row p: contribution of the power t**p, with the position t in a cell from 0 to 1, to the weights of its four control
#: points, and to those of the derivative.
POWERS = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6
SLOPES = np.array([[1.0], [2.0], [3.0], [0.0]]) * np.roll(POWERS, -1, axis=0)
#: Points on the border of two cells belong to both, which agree there up to the second derivative.
ON_BORDER = 1e-5
#: Axes are parallel if they diverge by no more than this over the whole grid, in control points.
_PARALLEL = 1e-6
#: Voxels per task of a thread.
_BATCH = 270_000
#: Elements of a filter below this are left out.
_NOTHING = 1e-7


@dataclass(frozen=True)
class _Axis:
    """Matrices from control points to values and slopes at voxels."""

    values: BandMatrix
    slopes: BandMatrix


@dataclass(frozen=True)
class AlignedSpline:
    """``coefficients`` (D, k, j, i) float32 of D functions, and the ``axes`` of ``grid``, k first."""

    grid: Geometry
    coefficients: np.ndarray
    axes: tuple[_Axis, ...]

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
        axes, used = zip(
            *(_axis(*axis) for axis in zip(grid.size, start, steps, coefficients.shape[:0:-1], strict=True)),
            strict=True,
        )
        near_points = (slice(None), *used[::-1])
        near = coefficients[near_points].astype(np.float32)
        mixed = np.tensordot(linear.astype(np.float32), near, 1)
        return cls(grid, np.ascontiguousarray(mixed), tuple(axes[::-1]))

    def displacement(self, whole: np.ndarray, threads: int | None) -> np.ndarray:
        """(k, j, i, D) float32: the functions, and what the linear ``whole`` (D+1, D+1) adds to points, LPS mm."""
        dimension = self.grid.dimension
        result = np.empty((*self.grid.size[::-1], dimension), np.float32)

        def fill(planes: slice) -> None:
            for component, values in enumerate(self.functions(planes)):
                result[planes, ..., component] = values

        self._for_planes(fill, threads)
        add_linear_displacement(result, whole, self.grid)
        return result

    def functions(self, planes: slice) -> list[np.ndarray]:
        """(k, j, i) float32 of each function, in some planes."""
        matrices = [self.axes[0].values.part(planes), *(axis.values for axis in self.axes[1:])]
        found = []
        for values in self.coefficients:
            for axis, one in enumerate(matrices):
                values = one.along(values, axis)
            found.append(values)
        return found

    def determinant(self, scale: float, threads: int | None) -> np.ndarray:
        """(k, j, i) float32: ``scale`` times the determinant of y + the functions by y, in control points."""
        result = np.empty(self.grid.size[::-1], np.float32)

        def fill(planes: slice) -> None:
            first = self.axes[0].values.part(planes), self.axes[0].slopes.part(planes)
            rows = []
            for row, values in enumerate(self.coefficients):
                columns = _derivatives(values, first, self.axes)[::-1]
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


def _derivatives(values: np.ndarray, first: tuple[BandMatrix, BandMatrix], axes: Sequence[_Axis]) -> list[np.ndarray]:
    """By each axis, k first, at the voxels; ``first``: the matrices of the planes that are wanted."""
    plain, slopes = first[0].along(values, 0), [first[1].along(values, 0)]
    for number, axis in enumerate(axes[1:], 1):
        slopes = [*(axis.values.along(one, number) for one in slopes), axis.slopes.along(plain, number)]
        if number < len(axes) - 1:
            plain = axis.values.along(plain, number)
    return slopes


def _axis(count: int, start: float, step: float, points: int) -> tuple[_Axis, slice]:
    """``count`` voxels at ``start``, ``start + step`` ... of ``points`` control points; nothing moves beyond those.
    And which of the control points they need."""
    places = start + step * np.arange(count)
    cells = np.clip(np.floor(places).astype(int), 1, max(points - 3, 1))
    within = places - cells
    inside = (within >= -ON_BORDER) & (within <= 1 + ON_BORDER) & (points >= 4)
    powers = within[:, None] ** np.arange(4) * inside[:, None]
    low, high = int(cells.min()) - 1, min(int(cells.max()) + 3, points)

    def matrix(table: np.ndarray) -> BandMatrix:
        def block(first: int, past: int) -> Block:
            columns = np.minimum(cells[first:past, None] - 1 + np.arange(4), points - 1) - low
            begin = int(columns.min())
            rows = np.zeros((past - first, int(columns.max()) + 1 - begin), np.float32)
            rows[np.arange(past - first)[:, None], columns - begin] = table[first:past]
            return Block(first, begin, rows)

        return BandMatrix(count, high - low, block)

    return _Axis(matrix(powers @ POWERS), matrix(powers @ SLOPES)), slice(low, high)


def interpolating_coefficients(values: np.ndarray, threads: int | None = None) -> np.ndarray:
    """(D, k + 2, j + 2, i + 2) float32 of the cubic B-spline through ``values`` (D, k, j, i), mirrored at their faces.

    Its control points lie at the places of the values, and one beyond each end.
    """
    components = []
    for component in values:
        filtered = np.ascontiguousarray(component, np.float32)
        for axis, count in enumerate(filtered.shape):
            filtered = _spline_filter(count).along(filtered, axis, threads=threads or os.cpu_count() or 1)
        components.append(filtered)
    return np.pad(np.stack(components), [(0, 0), *[(1, 1)] * (values.ndim - 1)], mode="reflect")


@lru_cache(8)
def _spline_filter(count: int) -> BandMatrix:
    """From values to the coefficients of the cubic B-spline through them, mirrored at the ends of the line."""
    matrix = np.eye(count) * 4 / 6 + (np.eye(count, k=1) + np.eye(count, k=-1)) / 6
    if count > 1:
        matrix[0, 1] = matrix[-1, -2] = 2 / 6
    inverse = np.linalg.inv(matrix)
    return band_matrix(np.where(np.abs(inverse) < _NOTHING, 0, inverse))


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
