"""Small, smooth copies of images, on which a start is searched."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..images.cells import Cells
from ..images.geometry import Geometry
from ..images.reduction import block_means, reduced_geometry

#: Coarse voxels along the longest side of the smaller image, by dimension, and in all of the larger one.
_VOXELS, _MAX_VOXELS = {2: 80, 3: 40}, 1e6


@dataclass(frozen=True)
class FittedImage:
    """One of the two images: voxels (k, j, i), mask (nonzero inside; None: everywhere), and its background."""

    voxels: np.ndarray
    geometry: Geometry
    background: float
    mask: np.ndarray | None = None


@dataclass(frozen=True)
class CoarseImage:
    """Means of blocks of voxels: (k, j, i) float32 ``values`` with their ``geometry``, and the background around them.

    ``inside``: whether half of the block or more is in the mask; None: everywhere.
    """

    values: np.ndarray
    geometry: Geometry
    background: float
    inside: np.ndarray | None = None

    @property
    def volume(self) -> float:
        """mm3, of 2D images mm2, inside the mask."""
        count = self.values.size if self.inside is None else np.count_nonzero(self.inside)
        return float(count * np.prod(self.geometry.spacing))

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N,) values at (N, D) points, LPS mm, by linear interpolation, and (N,) whether they lie in the image."""
        rows, offset = self._to_index
        return self._at_index(rows @ points.T + offset)

    def under(self, matrices: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same, (M, N), where each of M homogeneous matrices leads the (N, D) points; in single precision."""
        rows, offset = self._to_index
        turns, shifts = rows @ matrices[:, :-1, :-1], rows @ matrices[:, :-1, -1:] + offset
        index = turns.reshape(-1, len(rows)).astype(np.float32) @ points.T.astype(np.float32)
        index = index.reshape(len(matrices), len(rows), -1)
        index += shifts.astype(np.float32)
        return self._at_index(np.moveaxis(index, 1, 0))

    def _at_index(self, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = np.ones(index.shape[1:], bool)
        for places, count in zip(index, self.values.shape, strict=True):
            inside &= (places >= -0.5) & (places <= count - 0.5)
        return Cells(index, self.values.shape).linear(self.values.reshape(-1)), inside

    def is_inside(self, points: np.ndarray) -> np.ndarray:
        """(N,) whether the voxel nearest to each of (N, D) points, LPS mm, is inside the mask."""
        if self.inside is None:
            return np.ones(len(points), bool)
        rows, offset = self._to_index
        index = np.rint(rows @ points.T + offset).astype(np.intp)
        return np.asarray(
            self.inside[tuple(np.clip(i, 0, n - 1) for i, n in zip(index, self.inside.shape, strict=True))]
        )

    @functools.cached_property
    def halved(self) -> CoarseImage:
        """The same with blocks of twice the size along axes of eight blocks or more. A search reaches farther there."""
        factors = [2 if n >= 8 else 1 for n in self.geometry.size]
        whole = tuple(slice(n - n % f) for n, f in zip(self.values.shape, factors[::-1], strict=True))
        size = tuple(part.stop for part in whole[::-1])
        inside = None if self.inside is None else _half_inside(self.inside[whole], factors)
        return CoarseImage(
            block_means(self.values[whole], factors),
            reduced_geometry(replace(self.geometry, size=size), factors),
            self.background,
            inside,
        )

    @functools.cached_property
    def _to_index(self) -> tuple[np.ndarray, np.ndarray]:
        """(D, D) and (D, 1): points, LPS mm, to (k, j, i)."""
        matrix = np.linalg.inv(self.geometry.index_to_physical())
        return np.ascontiguousarray(matrix[:-1, :-1][::-1]), matrix[:-1, -1][::-1, None].copy()


def coarse_voxel(fixed: FittedImage, moving: FittedImage) -> float:
    """Length, mm, of the coarse voxels on which a start for these two images is searched.

    They resolve the smaller image, inside its mask, because the search looks for it in the larger one.
    """
    sides = fixed, moving
    lengths = [float(max(box_extent(side.geometry, side.mask))) for side in sides]
    largest = max(float(np.prod(np.multiply(side.geometry.size, side.geometry.spacing))) for side in sides)
    dimension = fixed.geometry.dimension
    return float(max(min(lengths) / _VOXELS[dimension], (largest / _MAX_VOXELS) ** (1 / dimension)))


def box_extent(geometry: Geometry, mask: np.ndarray | None) -> np.ndarray:
    """(D,) sides, mm, of the box around the nonzero voxels of ``mask`` (k, j, i); of the whole grid without a mask."""
    low, high = box_of(geometry, mask)
    return (high - low + 1) * np.array(geometry.spacing)


def box_of(geometry: Geometry, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """(D,) first and last index (i, j, k) along each axis of the nonzero voxels of ``mask``."""
    size = np.array(geometry.size)
    if mask is None or not mask.any():
        return np.zeros(len(size)), size - 1.0
    axes = range(mask.ndim)
    filled = [np.flatnonzero(mask.any(axis=tuple(set(axes) - {axis}))) for axis in axes][::-1]
    return np.array([one[0] for one in filled], float), np.array([one[-1] for one in filled], float)


def coarse_image(image: FittedImage, voxel_mm: float) -> CoarseImage:
    """``image`` in blocks of about ``voxel_mm``. Blocks that are not whole are left out."""
    geometry = image.geometry
    factors = [max(1, min(n // 4, round(voxel_mm / s))) for n, s in zip(geometry.size, geometry.spacing, strict=True)]
    whole = tuple(slice(n - n % f) for n, f in zip(image.voxels.shape, factors[::-1], strict=True))
    coarse = reduced_geometry(replace(geometry, size=tuple(part.stop for part in whole[::-1])), factors)
    inside = None if image.mask is None else _half_inside(image.mask[whole] != 0, factors)
    return CoarseImage(block_means(image.voxels[whole], factors), coarse, float(image.background), inside)


def _half_inside(mask: np.ndarray, factors: Sequence[int]) -> np.ndarray:
    """Blocks that lie at least half in ``mask``; if no block does, those that hold most of a thin mask."""
    shares = block_means(mask, factors)
    return np.asarray(shares >= max(min(0.5, float(shares.max())), 1e-6))
