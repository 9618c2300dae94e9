"""Reduction of images to fewer voxels, each the mean of the original ones, and coarser grids over a box. LPS, mm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from .geometry import Geometry


def reduced_geometry(geometry: Geometry, factors: Sequence[int]) -> Geometry:
    """Grid of blocks of ``factors`` voxels, the last of which may reach beyond the image."""
    return Geometry(
        size=tuple(-(-n // f) for n, f in zip(geometry.size, factors, strict=True)),
        spacing=tuple(s * f for s, f in zip(geometry.spacing, factors, strict=True)),
        origin=tuple(geometry.points_of((np.asarray(factors, float) - 1) / 2).tolist()),
        direction=geometry.direction,
    )


def block_means(
    voxels: np.ndarray,
    factors: Sequence[int],
    *,
    replace: np.ndarray | None = None,
    by: float = 0.0,
    threads: int | None = None,
) -> np.ndarray:
    """Means of blocks of ``factors`` (i, j, k) voxels of (k, j, i) ``voxels``, float32.

    A block that reaches beyond the image repeats its last voxels. Where ``replace`` is true, ``by`` is used instead.
    Works on one layer of blocks at a time, without a float copy of the image.
    """
    *others, depth = factors
    size = [-(-n // f) for n, f in zip(voxels.shape, factors[::-1], strict=True)]
    result = np.empty(size, np.float32)

    def layer(number: int) -> None:
        rows = np.minimum(np.arange(number * depth, (number + 1) * depth), len(voxels) - 1)
        total = np.zeros(voxels.shape[1:], np.float32)
        for row in rows:
            if replace is None:
                total += voxels[row]
            else:
                total += np.where(replace[row], np.float32(by), voxels[row])
        for axis, factor in enumerate(others[::-1]):
            total = _sums_along(total, axis, factor)
        np.divide(total, np.prod(factors), out=result[number])

    with ThreadPoolExecutor(threads or 2) as pool:
        for _ in pool.map(layer, range(size[0])):
            pass
    return result


def _sums_along(values: np.ndarray, axis: int, factor: int) -> np.ndarray:
    """Sums of ``factor`` neighbors along an axis; the last one is repeated if there are too few."""
    if factor == 1:
        return values
    missing = -values.shape[axis] % factor
    if missing:
        last = np.take(values, [-1] * missing, axis)
        values = np.concatenate([values, last], axis)
    parts: Iterator[np.ndarray] = (values[_every(values.ndim, axis, first, factor)] for first in range(factor))
    total = next(parts).copy()
    for part in parts:
        total += part
    return total


def _every(dimension: int, axis: int, first: int, step: int) -> tuple[slice, ...]:
    return tuple(slice(first, None, step) if n == axis else slice(None) for n in range(dimension))


def grid_of(geometry: Geometry, voxel_mm: float) -> Geometry:
    """A grid over the box of ``geometry`` with voxels of about ``voxel_mm``, never finer than its own."""
    spacing, size = np.array(geometry.spacing), np.array(geometry.size)
    extent = size * spacing
    count = np.maximum(1, np.ceil(extent / np.maximum(voxel_mm, spacing) - 1e-3)).astype(int)
    new = extent / count
    return Geometry(
        size=tuple(int(n) for n in count),
        spacing=tuple(new.tolist()),
        origin=tuple(geometry.points_of(-0.5 + 0.5 * new / spacing).tolist()),
        direction=geometry.direction,
    )


def widened(grid: Geometry, margin: int) -> Geometry:
    """``grid`` with ``margin`` more voxels on each side; along an axis of one voxel it stays as it is."""
    more = np.where(np.asarray(grid.size) > 1, margin, 0)
    origin = tuple(grid.points_of(-more.astype(float)).tolist())
    return replace(grid, size=tuple((np.asarray(grid.size) + 2 * more).tolist()), origin=origin)
