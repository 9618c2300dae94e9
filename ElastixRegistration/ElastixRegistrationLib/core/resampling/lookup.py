"""Where a transform takes the voxels of a grid in an image, some planes at a time. LPS, mm."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from ..images.cells import Cells
from ..images.geometry import Geometry
from ..images.slabs import slabs_of, slabs_of_shape
from ..transforms.aligned_splines import AlignedSpline
from ..transforms.displacements import displacement_vectors
from ..transforms.itk_transforms import matrix_of
from ..transforms.spline_derivatives import SplineChain
from .resampled_splines import ResampledSpline

#: Takes planes of the grid, the cells of the image that hold their places, and bools: whether these are in the image.
Visitor = Callable[[slice, Cells, np.ndarray], None]


def is_looked_up(transform: Any) -> bool:
    """Whether products of matrices tell where it leads: it is linear, or holds one B-spline beside what is."""
    return matrix_of(transform) is not None or SplineChain.of(transform) is not None


class _Functions(Protocol):
    def functions(self, planes: slice) -> list[np.ndarray]: ...


class Lookup:
    """The places in ``image`` where ``transform`` takes the voxels of ``grid``: to a few thousandths of a voxel where
    the control points of a B-spline lie oblique to the grid, else exact."""

    def __init__(self, transform: Any, grid: Geometry, image: Geometry, threads: int | None = None):
        self._transform, self._grid = transform, grid
        self._shape, self._image = grid.size[::-1], image.size[::-1]
        self._threads = threads or os.cpu_count() or 1
        to_index = np.linalg.inv(image.index_to_physical())
        matrix = matrix_of(transform)
        spline = SplineChain.of(transform) if matrix is None else None
        self._spline: _Functions | None = None
        if spline is not None:
            linear = (to_index @ spline.after)[:-1, :-1]
            self._spline = AlignedSpline.of(
                spline.to_control @ spline.before, linear, spline.coefficients, grid
            ) or ResampledSpline.of(spline, linear, grid, threads)
            matrix = None if self._spline is None else spline.after @ spline.before
        self._by_vectors = matrix is None
        matrix = np.eye(grid.dimension + 1) if matrix is None else matrix
        self._by_voxel = to_index @ matrix @ grid.index_to_physical()
        self._by_mm = to_index[:-1, :-1].astype(np.float32)

    def visit(self, look: Visitor) -> None:
        """Several planes at a time, in several threads."""
        for first, shape, vectors in self._slabs():

            def work(some: slice, first: int = first, vectors: np.ndarray | None = vectors) -> None:
                planes = slice(first + some.start, first + some.stop)
                index = self._places(planes, None if vectors is None else vectors[some])
                inside = np.ones(index.shape[1:], bool)
                for place, count in zip(index, self._image, strict=True):
                    # As ITK has it, the outermost voxels go on for half a voxel.
                    inside &= (place >= -0.5) & (place < count - 0.5)
                look(planes, Cells(index, self._image), inside)

            with ThreadPoolExecutor(self._threads) as pool:
                for _ in pool.map(work, slabs_of_shape(shape)):
                    pass

    def _slabs(self) -> Iterator[tuple[int, tuple[int, ...], np.ndarray | None]]:
        """First plane, shape, and displacements (k, j, i, D), mm, where these are needed: of all voxels they would be
        many times as large as the image."""
        if not self._by_vectors:
            yield 0, self._shape, None
            return
        for planes, slab in slabs_of(self._grid):
            yield planes.start, slab.size[::-1], displacement_vectors(self._transform, slab, self._threads)

    def _places(self, planes: slice, vectors: np.ndarray | None) -> np.ndarray:
        """(D, k, j, i) float32, of some planes: continuous indices in the image, in the order of its axes."""
        shape = (planes.stop - planes.start, *self._shape[1:])
        dimension = len(shape)
        places = np.empty((dimension, *shape), np.float32)
        functions = None if self._spline is None else self._spline.functions(planes)
        for row, target in enumerate(places[::-1]):
            target[...] = self._by_voxel[row, -1] if functions is None else functions[row]
            for axis, count in enumerate(shape):
                steps = self._by_voxel[row, dimension - 1 - axis] * (np.arange(count) + (0 if axis else planes.start))
                if axis == 0 and functions is not None:
                    steps = steps + self._by_voxel[row, -1]
                target += steps.astype(np.float32).reshape([-1 if n == axis else 1 for n in range(dimension)])
            if vectors is not None:
                for column in range(dimension):
                    target += self._by_mm[row, column] * vectors[..., column]
        return places
