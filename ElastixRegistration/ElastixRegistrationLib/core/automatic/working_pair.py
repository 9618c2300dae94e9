"""Both images on common grids, as everything in this package compares them: scaled, smoothed to the grid, float32."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..images.geometry import Geometry, array_view, geometry_of, image_from_array
from ..images.reduction import grid_of
from ..transforms.itk_transforms import identity
from ..transforms.resampling import resample
from .windows import smoothed

#: Intensities are scaled so that these percentiles become 0 and 1, and cut off a little beyond.
_PERCENTILES, _LOWEST, _HIGHEST = (1.0, 99.0), -0.2, 1.3
_MAX_SAMPLES = 1_000_000


@dataclass(frozen=True)
class OneImage:
    """A float image as elastix gets it, its mask (nonzero inside; None: everywhere) and its background.

    ``threads``: for smoothing.
    """

    image: Any
    mask: Any
    background: float
    threads: int = 1

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

    def for_grid(self, voxel_mm: float) -> Any:
        """ITK image of ``scaled``, smoothed so that a grid of ``voxel_mm`` misses nothing in between."""
        sigmas = [0.5 * np.sqrt(max((voxel_mm / s) ** 2 - 1, 0.0)) for s in self.geometry.spacing[::-1]]
        return image_from_array(np.ascontiguousarray(smoothed(self.scaled, sigmas, self.threads)), self.geometry)

    @cached_property
    def inside_image(self) -> Any:
        """1 where there is something to compare, 0 elsewhere; its linear interpolation tells the border."""
        inside = np.ones(self.geometry.size[::-1], np.float32) if self.inside is None else self.inside
        return image_from_array(np.asarray(inside, np.float32), self.geometry)


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

        Of thick slices each keeps its own plane.
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
        return self._on(self.fixed.for_grid(voxel_mm), identity(self.dimension), grid)

    def fixed_inside(self, grid: Geometry) -> np.ndarray:
        """Boolean, (k, j, i) of ``grid``: inside the fixed mask."""
        if self.fixed.mask is None:
            return np.ones(grid.size[::-1], bool)
        return self._on(self.fixed.inside_image, identity(self.dimension), grid) > 0.5

    def moving_on(self, grid: Geometry, voxel_mm: float, transform: Any) -> np.ndarray:
        return self._on(self.moving.for_grid(voxel_mm), transform, grid)

    def moving_inside(self, grid: Geometry, transform: Any) -> np.ndarray:
        """Boolean, (k, j, i) of ``grid``: where ``transform`` leads into the moving image and its mask."""
        return self._on(self.moving.inside_image, transform, grid) > 0.99

    def _on(self, image: Any, transform: Any, grid: Geometry) -> np.ndarray:
        return np.asarray(array_view(resample(image, transform, grid, background=0.0, threads=self.threads)))
