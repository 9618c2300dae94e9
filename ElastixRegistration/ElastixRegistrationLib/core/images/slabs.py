"""Grids in slabs, some planes at a time: what is computed of a large volume need not be there all at once. LPS, mm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from .geometry import Geometry

#: Voxels that are worked on at a time.
SLAB = 8_000_000
#: The same where a core is to keep them, and what it computes of them, in its cache.
_CACHED = 60_000


def slab_of(grid: Geometry, first: int, past: int, axis: int = -1) -> Geometry:
    """The planes from ``first`` to before ``past`` along an axis (i, j, k) of ``grid``, by default the last."""
    start, size = np.zeros(grid.dimension), list(grid.size)
    start[axis], size[axis] = first, past - first
    return replace(grid, size=tuple(size), origin=tuple(grid.points_of(start).tolist()))


def slabs_of(grid: Geometry, voxels: int = SLAB) -> Iterator[tuple[slice, Geometry]]:
    """Planes along the last axis of ``grid``, about ``voxels`` voxels at a time, and the grid of each."""
    depth = max(1, voxels // max(int(np.prod(grid.size[:-1])), 1))
    for first in range(0, grid.size[-1], depth):
        past = min(first + depth, grid.size[-1])
        yield slice(first, past), slab_of(grid, first, past)


def slabs_of_shape(shape: Sequence[int], voxels: int = _CACHED) -> list[slice]:
    """Planes along the first axis, about ``voxels`` voxels at a time."""
    depth = max(1, voxels // max(int(np.prod(shape[1:])), 1))
    return [slice(first, min(first + depth, shape[0])) for first in range(0, shape[0], depth)]
