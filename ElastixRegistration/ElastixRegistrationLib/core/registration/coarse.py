"""Small, smooth copies of images, and how alike two of them are under a rigid motion: what a start is judged by."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..images.geometry import Geometry
from ..images.joint_histogram import information_in
from ..images.reduction import block_means, reduced_geometry

#: Coarse voxels along the longest side of the smaller image, by dimension, and in all of the larger one.
_VOXELS, _MAX_VOXELS = {2: 80, 3: 40}, 1e6
_BINS = 32
#: Positions are scored with fewer bins: by chance alone, N samples in B x B bins have (B - 1)**2 / 2N nats. With 32
#: bins, more than half of what T1 tells of T2 was that, and seven of ten starts on a moved neck were wrong.
_SCORE_BINS = 16
SAMPLES = 6000
#: Fewer points than this in the moving image say nothing.
_MIN_SAMPLES = 200


@dataclass(frozen=True)
class CoarseImage:
    """Means of blocks of voxels: (k, j, i) float32 ``values`` with their ``geometry``, and what is outside of them.

    ``inside``: whether half of the block or more is in the mask; None for everywhere.
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
        """(N,) linear interpolation at (N, D) points, LPS mm, and (N,) whether they lie in the image."""
        rows, offset = self._to_index
        index = rows @ points.T + offset
        shape = np.array(self.values.shape)[:, None]
        inside = ((index >= -0.5) & (index <= shape - 0.5)).all(axis=0)
        index = np.clip(index, 0, shape - 1)
        low = np.minimum(index.astype(np.intp), np.maximum(shape - 2, 0))
        part = (index - low).astype(np.float32)
        strides = np.array(self.values.strides) // self.values.itemsize
        base, flat = strides @ low, self.values.reshape(-1)

        def between(axis: int, corner: int) -> np.ndarray:
            if axis == len(part):
                return np.asarray(flat[base + corner])
            near = between(axis + 1, corner)
            if shape[axis] == 1:
                return near
            far = between(axis + 1, corner + int(strides[axis]))
            far -= near
            far *= part[axis]
            far += near
            return far

        return between(0, 0), np.asarray(inside)

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
        """Of blocks of twice the size, where it has eight along an axis: a start farther away is seen to lead there."""
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


def coarse_voxel(sides: Sequence[tuple[Geometry, np.ndarray | None]]) -> float:
    """Length, mm, of the coarse voxels in which a start for two images, each with its mask, is searched.

    They resolve the smaller one, which is looked for in the other: a brain in its mask, not the whole uterus.
    """
    lengths = [float(max(box_extent(geometry, mask))) for geometry, mask in sides]
    largest = max(float(np.prod(np.multiply(geometry.size, geometry.spacing))) for geometry, _ in sides)
    dimension = sides[0][0].dimension
    return float(max(min(lengths) / _VOXELS[dimension], (largest / _MAX_VOXELS) ** (1 / dimension)))


def box_extent(geometry: Geometry, mask: np.ndarray | None) -> np.ndarray:
    """(D,) sides, mm, of the box around what is nonzero in ``mask`` (k, j, i); of all of the grid without one."""
    low, high = box_of(geometry, mask)
    return (high - low + 1) * np.array(geometry.spacing)


def box_of(geometry: Geometry, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """(D,) first and last index (i, j, k) along each axis of what is nonzero in ``mask``."""
    size = np.array(geometry.size)
    if mask is None or not mask.any():
        return np.zeros(len(size)), size - 1.0
    axes = range(mask.ndim)
    filled = [np.flatnonzero(mask.any(axis=tuple(set(axes) - {axis}))) for axis in axes][::-1]
    return np.array([one[0] for one in filled], float), np.array([one[-1] for one in filled], float)


def coarse_image(
    array: np.ndarray, geometry: Geometry, background: float, voxel_mm: float, mask: np.ndarray | None = None
) -> CoarseImage:
    """Blocks of about ``voxel_mm`` of an image (k, j, i) whose ``mask`` is nonzero inside."""
    factors = [max(1, min(n // 4, round(voxel_mm / s))) for n, s in zip(geometry.size, geometry.spacing, strict=True)]
    # Blocks that are not whole are left out.
    whole = tuple(slice(n - n % f) for n, f in zip(array.shape, factors[::-1], strict=True))
    coarse = reduced_geometry(replace(geometry, size=tuple(part.stop for part in whole[::-1])), factors)
    inside = None if mask is None else _half_inside(mask[whole] != 0, factors)
    return CoarseImage(block_means(array[whole], factors), coarse, float(background), inside)


def _half_inside(mask: np.ndarray, factors: Sequence[int]) -> np.ndarray:
    """Blocks of which half is in ``mask``; of a thin one those that hold most of it."""
    shares = block_means(mask, factors)
    return np.asarray(shares >= max(min(0.5, float(shares.max())), 1e-6))


class SimilarityScorer:
    """Scores positions of a moving image against ``samples`` points of a fixed one, all of them in the fixed mask."""

    def __init__(self, fixed: CoarseImage, moving: CoarseImage, samples: int = SAMPLES):
        self.fixed, self.moving = fixed, moving
        places = np.flatnonzero(fixed.inside) if fixed.inside is not None else np.arange(fixed.values.size)
        if len(places) > samples:
            places = places[np.linspace(0, len(places) - 1, samples).astype(np.intp)]
        index = np.stack(np.unravel_index(places, fixed.values.shape)[::-1], axis=1)
        self.points = fixed.geometry.points_of(index.astype(float))
        self.fixed_values = fixed.values.reshape(-1)[places]
        self._fixed_bins = binned(self.fixed_values, *intensity_range(self.fixed_values))
        self._moving_range = intensity_range(moving.values.reshape(-1))

    def score(self, places: np.ndarray) -> float:
        """How well the moving image stands at ``places``, (N, D), LPS mm: where ``points`` are taken to.

        Mutual information of what overlaps, nats, times its share of the points: what lies outside tells nothing, and a
        small overlap must not win by chance.
        """
        moved, inside = self.moving.at(places)
        return float(inside.mean()) * self._mutual_information(moved, inside, _SCORE_BINS)

    def mutual_information(self, places: np.ndarray) -> float:
        """In nats, of what overlaps with the moving image at ``places``, less what chance alone would give."""
        moved, inside = self.moving.at(places)
        by_chance = (_BINS - 1) ** 2 / (2 * max(int(np.count_nonzero(inside)), 1))
        return max(0.0, self._mutual_information(moved, inside) - by_chance)

    def correlation(self, places: np.ndarray) -> tuple[float, float]:
        """(Correlation, square root of the correlation ratio) of the intensities, with the moving image at ``places``.

        The first is how well a straight line tells the moving gray value, the second how well any function of the fixed
        gray value does (Roche et al. 1998, doi:10.1007/BFb0056301). Where an image stands wrong both suffer; across
        contrasts only the first does.
        """
        moved, inside = self.moving.at(places)
        moved, still, bins = moved[inside].astype(float), self.fixed_values[inside], self._fixed_bins[inside]
        if len(moved) < _MIN_SAMPLES or moved.var() == 0 or still.var() == 0:
            return 0.0, 0.0
        counts = np.bincount(bins, minlength=_BINS)
        means = np.bincount(bins, moved, minlength=_BINS) / np.maximum(counts, 1)
        explained = (counts * (means - moved.mean()) ** 2).sum() / (len(moved) * moved.var())
        return float(np.corrcoef(still, moved)[0, 1]), float(np.sqrt(explained))

    def _mutual_information(self, moved: np.ndarray, inside: np.ndarray, bins: int = _BINS) -> float:
        count = np.count_nonzero(inside)
        if count < _MIN_SAMPLES:
            return 0.0
        fixed_bins, moving_bins = self._fixed_bins[inside], binned(moved[inside], *self._moving_range)
        pairs = fixed_bins * bins // _BINS * bins + moving_bins * bins // _BINS
        return information_in(np.bincount(pairs, minlength=bins * bins).reshape(bins, bins))


def intensity_range(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, [0.5, 99.5])
    return (low, high) if low < high else (float(values.min()), float(values.max()) + 1e-6)


def binned(values: np.ndarray, low: float, high: float, count: int = _BINS) -> np.ndarray:
    """Numbers from 0 to ``count`` - 1."""
    return np.clip((values - low) * (count / (high - low)), 0, count - 1).astype(np.intp)
