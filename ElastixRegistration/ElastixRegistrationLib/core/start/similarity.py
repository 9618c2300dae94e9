"""The score of two coarse images under a rigid motion, by which a start is chosen."""

from __future__ import annotations

import numpy as np

from ..images.joint_histogram import information_in
from .coarse import CoarseImage, FittedImage, coarse_image, coarse_voxel

_BINS = 32
#: Scores use fewer bins, because N samples in B x B bins share (B - 1)**2 / 2N nats by chance. With 32 bins, chance
#: made up more than half of the information that T1 and T2 of a neck shared, and seven of ten starts were wrong after
#: the header was moved.
_SCORE_BINS = 16
SAMPLES = 6000
#: Fewer points than this in the moving image score 0.
_MIN_SAMPLES = 200
#: Maximum number of places that are scored together.
_MAX_PLACES = 100_000


def similarity_scorer(fixed: FittedImage, moving: FittedImage) -> SimilarityScorer:
    """A scorer of starts for these two images, on coarse copies."""
    voxel_mm = coarse_voxel(fixed, moving)
    return SimilarityScorer(coarse_image(fixed, voxel_mm), coarse_image(moving, voxel_mm))


class SimilarityScorer:
    """Scores positions of a moving image at ``samples`` points of a fixed image, all inside the fixed mask."""

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

    def score(self, matrices: np.ndarray) -> np.ndarray:
        """Scores (M,) of homogeneous matrices (M, D+1, D+1), fixed to moving points, LPS mm.

        Mutual information of the overlap, nats, times its share of the points, so that a small overlap does not win by
        chance.
        """
        count = max(1, _MAX_PLACES // len(self.points))
        scores = np.zeros(len(matrices))
        for first in range(0, len(matrices), count):
            seen = self.moving.under(matrices[first : first + count], self.points)
            scores[first : first + count] = self._scores(*seen)
        return scores

    def score_at(self, places: np.ndarray) -> float:
        """The score if ``points`` are at ``places`` of the moving image, (N, D), LPS mm."""
        return float(self._scores(*self.moving.at(places)))

    def _scores(self, moved: np.ndarray, inside: np.ndarray) -> np.ndarray:
        return np.asarray(inside.mean(-1) * self._mutual_information(moved, inside, _SCORE_BINS))

    def mutual_information(self, places: np.ndarray) -> float:
        """Mutual information of the overlap, nats, minus the amount expected by chance."""
        moved, inside = self.moving.at(places)
        by_chance = (_BINS - 1) ** 2 / (2 * max(int(np.count_nonzero(inside)), 1))
        return max(0.0, float(self._mutual_information(moved, inside)) - by_chance)

    def correlation(self, places: np.ndarray) -> tuple[float, float]:
        """(Correlation, square root of the correlation ratio) of the intensities in the overlap.

        The first says how well a straight line predicts the moving gray value, the second how well any function of the
        fixed gray value does (Roche et al. 1998, doi:10.1007/BFb0056301). A wrong place lowers both; a difference of
        contrast lowers only the first.
        """
        moved, inside = self.moving.at(places)
        moved, still, bins = moved[inside].astype(float), self.fixed_values[inside], self._fixed_bins[inside]
        if len(moved) < _MIN_SAMPLES or moved.var() == 0 or still.var() == 0:
            return 0.0, 0.0
        counts = np.bincount(bins, minlength=_BINS)
        means = np.bincount(bins, moved, minlength=_BINS) / np.maximum(counts, 1)
        explained = (counts * (means - moved.mean()) ** 2).sum() / (len(moved) * moved.var())
        return float(np.corrcoef(still, moved)[0, 1]), float(np.sqrt(explained))

    def _mutual_information(self, moved: np.ndarray, inside: np.ndarray, bins: int = _BINS) -> np.ndarray:
        """(...) nats, of values (..., N) in the moving image; 0 where too few of them are inside."""
        moving_bins = binned(moved, *self._moving_range, bins)
        pairs = self._fixed_bins * bins // _BINS * bins + moving_bins
        which = np.arange(moved[..., 0].size).reshape(*moved.shape[:-1], 1) * bins**2
        counts = np.bincount((pairs + which)[inside], minlength=which.size * bins**2)
        information = information_in(counts.reshape(*moved.shape[:-1], bins, bins))
        return np.where(np.count_nonzero(inside, axis=-1) < _MIN_SAMPLES, 0.0, information)


def intensity_range(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, [0.5, 99.5])
    return (low, high) if low < high else (float(values.min()), float(values.max()) + 1e-6)


def binned(values: np.ndarray, low: float, high: float, count: int = _BINS) -> np.ndarray:
    """Numbers from 0 to ``count`` - 1."""
    return np.clip((values - low) * (count / (high - low)), 0, count - 1).astype(np.intp)
