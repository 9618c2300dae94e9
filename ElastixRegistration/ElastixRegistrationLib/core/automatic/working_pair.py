"""Both images on common grids for comparison in this package: scaled, smoothed to the grid, float32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..images.band_matrices import interpolation
from ..images.cells import Cells
from ..images.geometry import Geometry, array_view, geometry_of, image_like
from ..images.reduction import grid_of
from ..resampling.lookup import Lookup
from .windows import gaussian, smoothed

#: Intensities are scaled so that these percentiles become 0 and 1, and clipped a little beyond.
_PERCENTILES, _LOWEST, _HIGHEST = (1.0, 99.0), -0.2, 1.3
_MAX_SAMPLES = 1_000_000
#: Least share of the voxels around a point that must be inside.
_INSIDE = 0.99
#: What is computed from the voxels alone, and stays when an image is moved.
_OF_VOXELS = ("scaled", "_last", "inside", "inside_share")


@dataclass(frozen=True)
class OneImage:
    """A float image as elastix gets it, its mask (nonzero inside; None: everywhere) and its fill value.

    ``threads``: for smoothing.
    """

    image: Any
    mask: Any
    background: float
    threads: int = 1

    @cached_property
    def _last(self) -> dict[float, np.ndarray]:
        return {}

    @cached_property
    def geometry(self) -> Geometry:
        return geometry_of(self.image)

    @cached_property
    def inside(self) -> np.ndarray | None:
        return None if self.mask is None else np.asarray(array_view(self.mask)) != 0

    @cached_property
    def scaled(self) -> np.ndarray:
        """Voxels, float32, about 0 to 1."""
        voxels = np.asarray(array_view(self.image))
        seen = voxels if self.inside is None else voxels[self.inside]
        seen = seen.reshape(-1)[:: max(1, seen.size // _MAX_SAMPLES)]
        low, high = np.percentile(seen, _PERCENTILES)
        low = min(low, self.background)
        scale = 1 / (high - low) if high > low else 1.0
        return np.clip((voxels - np.float32(low)) * np.float32(scale), _LOWEST, _HIGHEST).astype(np.float32)

    def moved(self, rigid: np.ndarray) -> OneImage:
        """The same image after a rigid motion, a homogeneous matrix, LPS mm."""
        if np.array_equal(rigid, np.eye(len(rigid))):
            return self
        image, mask = (
            None if one is None else image_like(one, array_view(one), geometry_of(one).moved(rigid))
            for one in (self.image, self.mask)
        )
        moved = replace(self, image=image, mask=mask)
        vars(moved).update({name: value for name, value in vars(self).items() if name in _OF_VOXELS})
        return moved

    def for_grid(self, voxel_mm: float) -> np.ndarray:
        """``scaled``, smoothed for sampling on a grid of ``voxel_mm``. The latest result is cached, because the
        criteria need it again."""
        if voxel_mm not in self._last:
            self._last.clear()
            self._last[voxel_mm] = smoothed(self.scaled, self._sigmas(voxel_mm), self.threads)
        return self._last[voxel_mm]

    def on_grid(self, grid: Geometry, voxel_mm: float) -> np.ndarray:
        """The same at the voxels of ``grid``, which has the axes of this image and lies in its box."""
        return self._at(grid, self.scaled, self._sigmas(voxel_mm))

    def is_inside(self, grid: Geometry) -> np.ndarray:
        """Boolean, at the voxels of such a grid: inside the mask."""
        if self.inside is None:
            return np.ones(grid.size[::-1], bool)
        return self.at_voxels(self.inside.astype(np.float32), grid) > 0.5

    def at_voxels(self, values: np.ndarray, grid: Geometry) -> np.ndarray:
        """``values`` of the voxels of this image, interpolated at those of such a grid."""
        return self._at(grid, values, [0.0] * grid.dimension)

    @cached_property
    def inside_share(self) -> np.ndarray:
        """1 inside the mask, 0 elsewhere, float32; its interpolation locates the border."""
        assert self.inside is not None
        return self.inside.astype(np.float32)

    def _sigmas(self, voxel_mm: float) -> list[float]:
        return [0.5 * np.sqrt(max((voxel_mm / s) ** 2 - 1, 0.0)) for s in self.geometry.spacing[::-1]]

    def _at(self, grid: Geometry, values: np.ndarray, sigmas: Sequence[float]) -> np.ndarray:
        start = self.geometry.indices_of(np.array([grid.origin]))[0][::-1]
        step = np.divide(grid.spacing, self.geometry.spacing)[::-1]
        counts = list(zip(values.shape, grid.size[::-1], strict=True))
        for axis in sorted(range(values.ndim), key=lambda axis: counts[axis][1] / counts[axis][0]):
            count, wanted = counts[axis]
            places = start[axis] + step[axis] * np.arange(wanted)
            matrix = interpolation(count, places, gaussian(sigmas[axis]) or (1.0,))
            values = matrix.along(np.ascontiguousarray(values), axis, threads=self.threads)
        return values


@dataclass(frozen=True)
class WorkingPair:
    """The two images of a registration. ``threads``: for resampling; None: as many as ITK takes."""

    fixed: OneImage
    moving: OneImage
    threads: int | None = None

    @property
    def dimension(self) -> int:
        return self.fixed.geometry.dimension

    def grid(self, voxels: float) -> tuple[Geometry, float]:
        """A grid of about ``voxels`` voxels over the fixed image, none finer than its own, and their size, mm.

        Thick slices keep one plane each.
        """
        size, spacing = (np.array(values, float) for values in (self.fixed.geometry.size, self.fixed.geometry.spacing))
        low, high = float(spacing.min()), float((size * spacing).max())
        for _ in range(40):
            middle = np.sqrt(low * high)
            if np.prod(np.maximum(size * spacing / np.maximum(spacing, middle), 1)) > voxels:
                low = middle
            else:
                high = middle
        return grid_of(self.fixed.geometry, high), high

    def fixed_on(self, grid: Geometry, voxel_mm: float) -> np.ndarray:
        return self.fixed.on_grid(grid, voxel_mm)

    def fixed_inside(self, grid: Geometry) -> np.ndarray:
        """Boolean, (k, j, i) of ``grid``: inside the fixed mask."""
        return self.fixed.is_inside(grid)

    def moving_on(self, grid: Geometry, voxel_mm: float, transform: Any) -> tuple[np.ndarray, np.ndarray]:
        """(k, j, i) of ``grid``: the moving image under ``transform``, and where that is inside its mask."""
        return self.moving_at(self.moving.for_grid(voxel_mm), transform, grid)

    def moving_at(self, values: np.ndarray, transform: Any, grid: Geometry) -> tuple[np.ndarray, np.ndarray]:
        """The same of ``values`` at the voxels of the moving image; beyond it is 0."""
        moving = self.moving
        found = np.empty(grid.size[::-1], np.float32)
        known = np.empty(grid.size[::-1], bool)

        def look(planes: slice, cells: Cells, inside: np.ndarray) -> None:
            found[planes] = np.where(inside, cells.linear(values.reshape(-1)), 0)
            if moving.inside is not None:
                inside &= cells.linear(moving.inside_share.reshape(-1)) > _INSIDE
            known[planes] = inside

        Lookup(transform, grid, moving.geometry, moving.threads).visit(look)
        return found, known
