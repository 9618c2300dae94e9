"""Displacements and exact spatial derivatives of a B-spline transform at every voxel of a grid. LPS, mm.

Between neighboring control points a cubic B-spline is one polynomial, so that its values and derivatives at all voxels
of a box around such a cell follow from those at few places in the box. Many cells are taken at a time, as products of
matrices: some 50 ns a voxel and core, where asking ITK for its neighbors takes microseconds. Where control points lie
along the axes of the voxels, one axis after another is faster still (``aligned_splines``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from typing import Any

import numpy as np

from ..images.band_matrices import product as product_of
from ..images.geometry import Geometry
from .aligned_splines import ON_BORDER, POWERS, SLOPES, AlignedSpline, add_linear_displacement
from .determinants import determinant_of_rows
from .itk_transforms import bspline_grid, chain_of, matrix_of

#: Voxels that a thread takes at a time: what is computed of them stays near its cache.
_BATCH = 32_768
#: Longest side of a box, voxels.
_MAX_LENGTH = 20
#: Places along an axis of the voxels that a polynomial is told by, for the share by which that axis also runs along
#: other axes of the control points. Straight, it has 4 coefficients, and oblique 10; those beyond the numbers here add
#: less than 1e-6 of the derivative.
_ENOUGH = ((1e-9, 4), (0.12, 6), (0.4, 8), (np.inf, 10))

#: Takes of some boxes of voxels: displacements s(y) (boxes, D, voxels), or Jacobians of y + s(y), row by row, (boxes,
#: D * D, voxels); which of the voxels count, (boxes, voxels); and of those the positions in the flat (k, j, i) array of
#: the grid.
Consumer = Callable[[np.ndarray, np.ndarray, np.ndarray], None]
#: For (n, D) cells, in (i, j, k) order, (n, components, 4 ** D) coefficients of polynomials, float32.
Polynomials = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class SplineChain:
    """x -> after(y + s(y)), y = before(x): matrices (D+1, D+1) around the displacement s of one cubic B-spline.

    ``coefficients`` (D, nk, nj, ni), mm; ``to_control`` (D+1, D+1) takes points, LPS mm, to indices of control points.
    ``owner`` of the memory of the coefficients, which lives as long.
    """

    before: np.ndarray
    after: np.ndarray
    coefficients: np.ndarray
    to_control: np.ndarray
    owner: Any = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, transform: Any) -> SplineChain | None:
        """None for a transform that is not made of linear elements and one cubic B-spline."""
        chain = chain_of(transform)
        splines = [n for n, element in enumerate(chain) if element.GetNameOfClass() == "BSplineTransform"]
        matrices = [matrix_of(element) for element in chain]
        if len(splines) != 1 or sum(matrix is None for matrix in matrices) != 1:
            return None
        spline = chain[splines[0]]
        if not type(spline).__name__.endswith(f"D{spline.GetInputSpaceDimension()}3"):
            return None  # of another order
        coefficients, origin, spacing, direction = bspline_grid(spline, copy=False)
        dimension = len(coefficients)
        control = np.eye(dimension + 1)
        control[:-1, :-1] = direction * spacing
        control[:-1, -1] = origin
        nothing = np.eye(dimension + 1)
        before, after = (
            reduce(lambda done, matrix: matrix @ done, (m for m in part if m is not None), nothing)
            for part in (matrices[: splines[0]], matrices[splines[0] + 1 :])
        )
        return cls(before, after, coefficients, np.linalg.inv(control), owner=spline)

    @property
    def dimension(self) -> int:
        return len(self.coefficients)

    @property
    def control_spacing(self) -> np.ndarray:
        """(D,) distance of control points along each axis of theirs, mm of the points that come in."""
        return np.linalg.norm(np.linalg.inv((self.to_control @ self.before)[:-1, :-1]), axis=0)

    def displacement(self, grid: Geometry, threads: int | None = None) -> np.ndarray:
        """(k, j, i, D) float32: T(x) - x, LPS mm, at the voxel centers x of ``grid``, to some 1e-5 mm."""
        aligned = AlignedSpline.of(self.to_control @ self.before, self.after[:-1, :-1], self.coefficients, grid)
        whole = self.after @ self.before
        if aligned is not None:
            return aligned.displacement(whole, threads)
        result = self.values(grid, self.after[:-1, :-1], threads)
        add_linear_displacement(result, whole, grid)
        return result

    def values(self, grid: Geometry, linear: np.ndarray, threads: int | None = None) -> np.ndarray:
        """(k, j, i, D) float32: ``linear`` (D, D) times s(before(x)) at the voxel centers x of ``grid``; 0 where the
        B-spline does not reach."""
        result = np.zeros((int(np.prod(grid.size)), self.dimension), np.float32)

        def consume(displacement: np.ndarray, inside: np.ndarray, places: np.ndarray) -> None:
            result[places] = np.ascontiguousarray(np.moveaxis(displacement, 1, -1))[inside]

        self._visit(grid, consume, self._values(linear), threads)
        return result.reshape(*grid.size[::-1], self.dimension)

    def determinant(self, grid: Geometry, threads: int | None = None, cells: np.ndarray | None = None) -> np.ndarray:
        """(k, j, i) float32: determinant of the spatial Jacobian at the voxel centers of ``grid``.

        ``cells``: (k, j, i) bools, the first at control point 1 of each axis; in other cells, it may be that of the
        matrices alone.
        """
        dimension = self.dimension
        scale = float(np.linalg.det(self.after[:-1, :-1]) * np.linalg.det(self.before[:-1, :-1]))
        aligned = AlignedSpline.of(
            self.to_control @ self.before, self.to_control[:-1, :-1], self.coefficients, grid
        )  # fmt: skip
        if aligned is not None:
            return aligned.determinant(scale, threads)
        result = np.full(int(np.prod(grid.size)), scale, np.float32)

        def consume(jacobian: np.ndarray, inside: np.ndarray, places: np.ndarray) -> None:
            rows = [[jacobian[:, dimension * r + c] for c in range(dimension)] for r in range(dimension)]
            result[places] = determinant_of_rows(rows)[inside] * np.float32(scale)

        self._visit(grid, consume, self._slopes(), threads, cells)
        return result.reshape(grid.size[::-1])

    def jacobian(self, grid: Geometry, threads: int | None = None) -> np.ndarray:
        """(k, j, i, D, D) float32: d T_r / d x_c at the voxel centers of ``grid``."""
        dimension = self.dimension
        before, after = self.before[:-1, :-1], self.after[:-1, :-1]
        result = np.empty((int(np.prod(grid.size)), dimension, dimension), np.float32)
        result[:] = after @ before

        def consume(jacobian: np.ndarray, inside: np.ndarray, places: np.ndarray) -> None:
            local = np.moveaxis(jacobian, 1, -1)[inside].reshape(-1, dimension, dimension)
            result[places] = after @ local @ before

        self._visit(grid, consume, self._slopes(), threads)
        return result.reshape(*grid.size[::-1], dimension, dimension)

    def _visit(
        self,
        grid: Geometry,
        consume: Consumer,
        polynomials: Polynomials,
        threads: int | None,
        chosen: np.ndarray | None = None,
    ) -> None:
        """Give ``consume`` what ``polynomials`` say of all voxels of ``grid`` that the B-spline reaches, or of those in
        ``chosen`` cells.

        It takes them in batches and runs in ``threads`` at once, by default as many as there are cores. A voxel on the
        border of two cells may come twice.
        """
        cells = _Cells.around(self, grid)
        boxes = list(cells.boxes())
        batches = cells.batches(max(1, _BATCH // max(int(np.prod(box.size)) for box in boxes)), chosen)

        def work(batch: np.ndarray) -> None:
            for box in boxes:
                cells.visit(batch, box, polynomials, consume)

        with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
            for _ in pool.map(work, batches):
                pass

    def _values(self, linear: np.ndarray) -> Polynomials:
        """Of ``linear`` (D, D) times the displacement s, mm."""
        bases = _product([POWERS] * self.dimension)[None]
        return self._polynomials(np.tensordot(linear, self.coefficients.astype(np.float64), 1), bases)

    def _slopes(self) -> Polynomials:
        """Of the Jacobian of y + s(y) by y, row by row."""
        dimension = self.dimension
        # (derivative, powers, control points), the last axis of space first, as in the windows.
        bases = np.stack(
            [
                _product(SLOPES if axis == one else POWERS for axis in reversed(range(dimension)))
                for one in range(dimension)
            ]
        )
        # By physical coordinates in place of indices.
        bases = np.einsum("ipw,ic->cpw", bases, self.to_control[:-1, :-1])
        slopes = self._polynomials(self.coefficients.astype(np.float64), bases)

        def of(cells: np.ndarray) -> np.ndarray:
            found = slopes(cells)
            found[:, :: dimension + 1, 0] += 1  # of y itself
            return found

        return of

    def _polynomials(self, coefficients: np.ndarray, bases: np.ndarray) -> Polynomials:
        """``bases`` (b, powers, control points) of D ``coefficients``: D * b components."""
        dimension = self.dimension
        shape = (4,) * dimension
        windows = np.lib.stride_tricks.sliding_window_view(coefficients, shape, tuple(range(1, dimension + 1)))
        count = len(bases)
        bases = bases.reshape(-1, bases.shape[-1]).T

        def of(cells: np.ndarray) -> np.ndarray:
            index: Any = (slice(None), *(cells[:, axis] - 1 for axis in reversed(range(dimension))))
            taps = windows[index].reshape(dimension * len(cells), -1)
            found = product_of(taps, bases).reshape(dimension, len(cells), count, -1)
            return np.moveaxis(found, 0, 1).reshape(len(cells), dimension * count, -1).astype(np.float32)

        return of


@dataclass(frozen=True)
class _Box:
    """Voxels beside the corner of a cell: from ``start``, ``size`` along each axis, (i, j, k).

    ``offsets`` (D, n): all of them. ``nodes`` (D, m): places, from the corner, whose values tell those of all, by
    ``weights``: for each axis an array (voxels, places), None where the places are the voxels.
    """

    start: np.ndarray
    size: np.ndarray
    offsets: np.ndarray
    nodes: np.ndarray
    node_counts: tuple[int, ...]
    weights: tuple[np.ndarray | None, ...]

    @classmethod
    def of(cls, start: np.ndarray, size: np.ndarray, enough: list[int]) -> _Box:
        axes, weights = [], []
        for first, count, most in zip(start.tolist(), size.tolist(), enough, strict=True):
            voxels = first + np.arange(count, dtype=float)
            few = count > most
            places = first + (count - 1) * _CHEBYSHEV[most] if few else voxels
            axes.append(places)
            weights.append(_lagrange(places, voxels).astype(np.float32) if few else None)
        voxel_axes = [first + np.arange(count) for first, count in zip(start, size, strict=True)]
        return cls(start, size, _mesh(voxel_axes), _mesh(axes), tuple(map(len, axes)), tuple(weights))

    def spread(self, values: np.ndarray) -> np.ndarray:
        """(cells, components, nodes) to (cells, components, voxels)."""
        cells, components = values.shape[:2]
        shape = list(self.node_counts[::-1])
        for axis, weights in enumerate(self.weights):
            if weights is None:
                continue
            at = len(shape) - 1 - axis
            count, after = shape[at], int(np.prod(shape[at + 1 :]))
            last = after == 1
            values = values.reshape(-1, count) @ weights.T if last else weights @ values.reshape(-1, count, after)
            shape[at] = len(weights)
        return values.reshape(cells, components, -1)


def _mesh(axes: list[np.ndarray]) -> np.ndarray:
    """(D, n) of all combinations, the first axis fastest."""
    return np.stack(np.meshgrid(*axes[::-1], indexing="ij")[::-1]).reshape(len(axes), -1)


def _lagrange(places: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(targets, places): a polynomial of degree len(places) - 1 at the targets, from its values at the places."""
    columns = []
    for n, place in enumerate(places):
        others = np.delete(places, n)
        columns.append(np.prod((targets[:, None] - others) / (place - others), axis=1))
    return np.stack(columns, axis=1)


#: Places from 0 to 1 whose polynomials hardly overshoot between them.
_CHEBYSHEV = {n: (1 - np.cos((2 * np.arange(n) + 1) * np.pi / (2 * n))) / 2 for _, n in _ENOUGH}


@dataclass(frozen=True)
class _Cells:
    """Cells between control points, and around each a box of voxels that holds all of its own.

    ``size`` of the voxel grid. ``matrix`` (D, D) and ``origin`` (D,): voxel to control point indices. ``lower``: first
    corner of the box of a cell minus the cell mapped to voxels. ``box``: its size, (i, j, k).
    """

    size: np.ndarray
    matrix: np.ndarray
    origin: np.ndarray
    count: np.ndarray
    lower: np.ndarray
    box: np.ndarray

    @classmethod
    def around(cls, chain: SplineChain, grid: Geometry) -> _Cells:
        whole = chain.to_control @ chain.before @ grid.index_to_physical()
        matrix, origin = whole[:-1, :-1], whole[:-1, -1]
        corners = np.array(list(product((-ON_BORDER, 1 + ON_BORDER), repeat=len(matrix)))) @ np.linalg.inv(matrix).T
        lower = corners.min(axis=0)
        box = np.floor(corners.max(axis=0) - lower).astype(int) + 1
        count = np.array(chain.coefficients.shape[:0:-1])
        return cls(np.array(grid.size), matrix, origin, count, lower, box)

    def boxes(self) -> Iterator[_Box]:
        """The box of a cell in parts that are not too long."""
        columns = np.abs(self.matrix)
        aside = columns.sum(axis=0) / columns.max(axis=0) - 1
        enough = [next(count for share, count in _ENOUGH if one < share) for one in aside]
        parts = [np.array_split(np.arange(n), -(-n // _MAX_LENGTH)) for n in self.box]
        for part in product(*parts):
            yield _Box.of(np.array([one[0] for one in part]), np.array([len(one) for one in part]), enough)

    def batches(self, cells: int, chosen: np.ndarray | None = None) -> Iterator[np.ndarray]:
        """(n, D) cells whose box meets the grid, n at most ``cells``. The B-spline is defined in cells 1 to n - 3."""
        every = _mesh([np.arange(1, max(n - 2, 1)) for n in self.count]).T
        every = every if chosen is None else every[chosen.reshape(-1)]
        corner = self.corner(every)
        every = every[np.all((corner < self.size) & (corner + self.box > 0), axis=1)]
        for first in range(0, len(every), cells):
            yield every[first : first + cells]

    def corner(self, cells: np.ndarray) -> np.ndarray:
        """(n, D) voxel in the first corner of each cell's box."""
        return np.ceil((cells - self.origin) @ np.linalg.inv(self.matrix).T + self.lower - 1e-9).astype(int)

    def visit(self, cells: np.ndarray, box: _Box, polynomials: Polynomials, consume: Consumer) -> None:
        """``polynomials`` at the voxels of ``box`` beside each of ``cells``; those that lie in their cells count."""
        corner = self.corner(cells)
        met = np.all((corner + box.start < self.size) & (corner + box.start + box.size > 0), axis=1)
        cells, corner = cells[met], corner[met]
        if not len(cells):
            return
        start = corner @ self.matrix.T + self.origin - cells
        inside = self._inside(start, corner, box)
        powers = _powers(start[:, :, None] + self.matrix @ box.nodes)
        values = box.spread(polynomials(cells) @ powers)
        strides = np.concatenate([[1], np.cumprod(self.size[:-1])])
        flat = (corner @ strides)[:, None] + strides @ box.offsets
        consume(values, inside, flat[inside])

    def _inside(self, start: np.ndarray, corner: np.ndarray, box: _Box) -> np.ndarray:
        """(cells, voxels): whether they lie in their cell, at whose place the box starts, and in the grid."""
        inside = np.ones((len(start), box.offsets.shape[1]), bool)
        steps = (self.matrix @ box.offsets).astype(np.float32)
        for axis in range(len(self.size)):
            place = start[:, axis, None].astype(np.float32) + steps[axis]
            inside &= place >= -ON_BORDER
            inside &= place <= 1 + ON_BORDER
            first = corner[:, axis] + box.start[axis]
            if (first < 0).any() or (first + box.size[axis] > self.size[axis]).any():
                voxel = corner[:, axis, None] + box.offsets[axis]
                inside &= (voxel >= 0) & (voxel < self.size[axis])
        return inside


def _product(matrices: Iterable[np.ndarray]) -> np.ndarray:
    """Kronecker product of all."""
    return reduce(lambda done, matrix: np.kron(done, matrix), matrices)


def _powers(place: np.ndarray) -> np.ndarray:
    """(cells, 4 ** D, n) float32: products of powers 0 to 3 of (cells, D, n) places, of the first axis fastest."""
    table = np.ones((len(place), place.shape[1], 4, place.shape[-1]), np.float32)
    for power in (1, 2, 3):
        np.multiply(table[:, :, power - 1], place, out=table[:, :, power])
    result = table[:, 0]
    for axis in range(1, place.shape[1]):
        result = (table[:, axis, :, None] * result[:, None]).reshape(len(place), -1, place.shape[-1])
    return result
