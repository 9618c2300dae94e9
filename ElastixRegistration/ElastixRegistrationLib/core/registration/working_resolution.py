"""The resolution at which elastix works: voxels as fine as the anatomy and the stages can use, not as the scanner made.

A registration finds six numbers, or a grid of control points some millimeters apart. What is finer than both images and
the grid can tell apart costs time and memory, and accuracy too: steps, pyramids and samples are counted in voxels, so
that the same anatomy in smaller voxels gets shorter steps and noisier samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..images.geometry import Geometry

ParameterMap = Mapping[str, Sequence[str]]

#: Working voxels along the longest side of the smaller image: linear stages only, and where one is deformable.
_LINEAR_VOXELS, _DEFORMABLE_VOXELS = 128, 224
#: A slice costs little, and edges are all it has.
_FLAT_VOXELS = 1024
#: Working voxels per distance of control points, at least.
_VOXELS_PER_CONTROL_POINT = 6.0
#: Of the voxels of the coarser image: finer ones show nothing that the other image has.
_SHARE_OF_OTHER = 0.5
#: Voxels left along an axis, at least.
_MIN_VOXELS = 48


def working_voxel(fixed: Geometry, moving: Geometry, stages: Sequence[ParameterMap]) -> float:
    """Length, mm, of the voxels that ``stages`` can use for this pair."""
    extent = min(max(n * s for n, s in zip(grid.size, grid.spacing, strict=True)) for grid in (fixed, moving))
    grids = [_grid_mm(stage) for stage in stages if "BSpline" in stage.get("Transform", ("",))[0]]
    count = _FLAT_VOXELS if fixed.dimension == 2 else _DEFORMABLE_VOXELS if grids else _LINEAR_VOXELS
    coarser = max(float(np.prod(grid.spacing) ** (1 / grid.dimension)) for grid in (fixed, moving))
    voxel = max(extent / count, _SHARE_OF_OTHER * coarser)
    known = [grid for grid in grids if grid is not None]
    return min([voxel, *(grid / _VOXELS_PER_CONTROL_POINT for grid in known)])


def working_factors(geometry: Geometry, voxel_mm: float) -> tuple[int, ...]:
    """How many voxels along each axis (i, j, k) become one of at most ``voxel_mm``."""
    return tuple(
        max(1, min(int(voxel_mm / spacing * (1 + 1e-6)), n // _MIN_VOXELS))
        for n, spacing in zip(geometry.size, geometry.spacing, strict=True)
    )


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

    A block that reaches beyond the image goes on with its last voxels. Where ``replace`` is true, ``by`` counts
    instead. Needs no float copy of the whole: one layer of blocks at a time.
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
    """Sums of ``factor`` neighbors along an axis; the last one goes on where there are too few."""
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


def _grid_mm(stage: ParameterMap) -> float | None:
    """Finest distance of control points, mm; None where the stage counts it in voxels."""
    values = stage.get("FinalGridSpacingInPhysicalUnits")
    return min(map(float, values)) if values else None
