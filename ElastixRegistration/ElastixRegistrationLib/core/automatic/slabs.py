"""Dense images in slabs of a few planes, so that intermediate results stay in the cache of a core.

Arrays are (k, j, i) or (j, i).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from queue import SimpleQueue
from typing import TypeVar

import numpy as np

from ..images.band_matrices import Block, blocks_along, convolution
from ..images.slabs import slabs_of_shape

T = TypeVar("T")

#: Planes that are filtered by one product of matrices.
_ROWS = 8


class Slabs:
    """The slabs of arrays of one ``shape``, processed by several threads, each with its own buffers."""

    def __init__(self, shape: Sequence[int], pool: Executor, threads: int, room: int):
        self.parts = slabs_of_shape(shape)
        self._pool, self._rooms = pool, SimpleQueue[np.ndarray]()
        depth = self.parts[0].stop
        for _ in range(threads):
            self._rooms.put(np.empty((room, depth, *shape[1:]), np.float32))

    def each(self, work: Callable[[slice, np.ndarray], T]) -> list[T]:
        """Results of ``work`` for each slab and its buffers, uninitialized arrays of the shape of the slab."""

        def run(planes: slice) -> T:
            room = self._rooms.get()
            try:
                return work(planes, room[:, : planes.stop - planes.start])
            finally:
                self._rooms.put(room)

        return list(self._pool.map(run, self.parts))


class PaddedPlanes:
    """``count`` arrays of one ``shape`` with ``margin`` extra planes at both ends of the first axis."""

    def __init__(self, count: int, shape: Sequence[int], margin: int):
        self.margin, self.planes = margin, shape[0]
        self.arrays = np.zeros((count, shape[0] + 2 * margin, *shape[1:]), np.float32)

    @property
    def inner(self) -> np.ndarray:
        return self.arrays[:, self.margin : self.margin + self.planes]

    def of(self, planes: slice, beyond: int = 0) -> np.ndarray:
        """(count, k, j, i): some planes of all arrays, and ``beyond`` more on each side."""
        first = self.margin - beyond
        return self.arrays[:, first + planes.start : first + planes.stop + 2 * beyond]

    def close(self, go_on: bool) -> None:
        """Fill the planes beyond the ends: with copies of the outermost ones (``go_on``), or with zeros."""
        if self.margin:
            low, high = self.arrays[:, : self.margin], self.arrays[:, self.margin + self.planes :]
            low[...] = self.inner[:, :1] if go_on else 0
            high[...] = self.inner[:, -1:] if go_on else 0


class SlabFilter:
    """A convolution with a symmetric kernel along each axis, within the planes of a slab and then across them.

    ``kernels``: middle and upper half of each; empty for none. Beyond the faces, the outermost voxels continue or there
    are zeros; ``is_mean``: divide by the sum of the weights inside. It takes several arrays at once, (n, k, j, i).
    """

    def __init__(
        self, shape: Sequence[int], kernels: Sequence[tuple[float, ...]], *, go_on: bool = True, is_mean: bool = False
    ):
        kernels = [kernel if n > 1 else () for kernel, n in zip(kernels, shape, strict=True)]
        self._within = [
            (axis + 1, convolution(shape[axis], kernel, go_on, is_mean))
            for axis, kernel in enumerate(kernels)
            if axis and kernel
        ][::-1]
        half = np.asarray(kernels[0] or (1.0,), np.float32)
        self._kernel = np.concatenate([half[:0:-1], half])
        ones = np.ones(shape[0], np.float32)
        inside = np.convolve(ones, self._kernel)[self.reach :][: shape[0]]  # sum of the weights there
        self._share = 1 / inside if is_mean and kernels[0] else ones
        self._across: dict[tuple[int, int], list[Block]] = {}

    @property
    def reach(self) -> int:
        """Number of planes that a slab needs from each neighbor."""
        return len(self._kernel) // 2

    def within(self, slabs: np.ndarray, out: np.ndarray, room: np.ndarray) -> None:
        """Along all axes but the first, into ``out``; ``room`` is as large."""
        if not self._within:
            np.copyto(out, slabs)
        for number, (axis, matrix) in enumerate(self._within, 1):
            target = out if (len(self._within) - number) % 2 == 0 else room
            matrix.along(slabs, axis, target)
            slabs = target

    def across(self, stored: PaddedPlanes, planes: slice, out: np.ndarray) -> None:
        """Along the first axis, of as many arrays as ``out`` has, after ``within`` has filtered all planes."""
        source = stored.of(planes, self.reach)[: len(out)]
        if self.reach == 0:
            np.copyto(out, source)
            return
        key = planes.start, planes.stop
        if key not in self._across:
            self._across[key] = self._blocks(planes)
        for multiply in blocks_along(self._across[key], lines_of(source), lines_of(out)):
            multiply()

    def _blocks(self, planes: slice) -> list[Block]:
        """Matrices from the stored planes to filtered ones, some at a time."""
        blocks = []
        for first in range(planes.start, planes.stop, _ROWS):
            share = self._share[first : min(first + _ROWS, planes.stop)]
            rows = np.zeros((len(share), len(share) + 2 * self.reach), np.float32)
            for row, factor in enumerate(share):
                rows[row, row : row + len(self._kernel)] = self._kernel * factor
            blocks.append(Block(first - planes.start, first - planes.start, rows))
        return blocks


def lines_of(slabs: np.ndarray) -> np.ndarray:
    """(n, k, j, i) as (n, k, voxels of a plane), in the same memory."""
    return slabs.reshape(*slabs.shape[:2], -1)


def slope(array: np.ndarray, planes: slice, axis: int, out: np.ndarray) -> None:
    """Derivative of ``array`` by index along ``axis``, at one slab: central differences, one-sided at the faces, 0
    along an axis of one voxel."""
    count = array.shape[axis]
    if count == 1:
        out[...] = 0
    elif axis == 0:
        first, past = max(planes.start, 1), min(planes.stop, count - 1)
        if past > first:
            _half_difference(
                array[first + 1 : past + 1],
                array[first - 1 : past - 1],
                out[first - planes.start : past - planes.start],
            )
        if planes.start == 0:
            np.subtract(array[1], array[0], out=out[0])
        if planes.stop == count:
            np.subtract(array[-1], array[-2], out=out[-1])
    else:
        source, target = (np.moveaxis(one, axis, 0) for one in (array[planes], out))
        _half_difference(source[2:], source[:-2], target[1:-1])
        np.subtract(source[1], source[0], out=target[0])
        np.subtract(source[-1], source[-2], out=target[-1])


def _half_difference(ahead: np.ndarray, behind: np.ndarray, out: np.ndarray) -> None:
    np.subtract(ahead, behind, out=out)
    out *= np.float32(0.5)
