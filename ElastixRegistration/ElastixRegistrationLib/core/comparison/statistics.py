"""Bootstrap intervals of paired differences between two methods.

Uses only NumPy, because a registration must not need SciPy, whose ``scipy.stats.bootstrap`` gives the same intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ..errors import InputError
from ..wording import said

#: With fewer pairs, not even a sign test can reach 5 % (2 / 2**5 is more), although a bootstrap would claim to.
MIN_UNITS = 6
RESAMPLES = 10_000
_CHUNK = 2_000_000  # indices drawn at a time


@dataclass(frozen=True)
class Interval:
    """Mean of paired differences and its confidence interval; both ends are NaN for too few differences."""

    mean: float
    low: float
    high: float
    confidence: float
    count: int

    @property
    def is_known(self) -> bool:
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def excludes_zero(self) -> bool:
        """Whether a difference is shown."""
        return self.is_known and (self.low > 0 or self.high < 0)


def paired_interval(
    differences: np.ndarray, confidence: float = 0.95, *, resamples: int = RESAMPLES, seed: int = 1
) -> Interval:
    """Bootstrap interval (BCa) of the mean of ``differences`` (N,), which are independent of each other.

    Bias-corrected and accelerated, because differences of errors are skewed: B. Efron, Better bootstrap confidence
    intervals, JASA 82, 1987, 171-185. Unknown (NaN) for less than MIN_UNITS values; if all are equal, the interval is
    that value. Raises InputError for values that are not finite, or none.
    """
    values = np.asarray(differences, float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise InputError(said("An interval needs finite differences, at least one."))
    mean, count = float(values.mean()), len(values)
    if count < MIN_UNITS:
        return Interval(mean, np.nan, np.nan, confidence, count)
    if np.ptp(values) == 0:
        return Interval(mean, mean, mean, confidence, count)
    means = _resampled_means(values, resamples, seed)
    low, high = np.quantile(means, _bca_levels(values, means, (1 - confidence) / 2))
    return Interval(mean, float(low), float(high), confidence, count)


def _resampled_means(values: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = max(1, _CHUNK // len(values))
    parts = []
    for start in range(0, resamples, rows):
        shape = (min(rows, resamples - start), len(values))
        parts.append(values[random.integers(0, len(values), shape)].mean(axis=1))
    return np.concatenate(parts)


def _bca_levels(values: np.ndarray, means: np.ndarray, tail: float) -> tuple[float, float]:
    """The quantiles of the resampled means at the ends of the interval."""
    normal = NormalDist()
    below = np.count_nonzero(means < values.mean()) + np.count_nonzero(means <= values.mean())
    share = float(np.clip(below / (2 * len(means)), 1e-6, 1 - 1e-6))
    bias = normal.inv_cdf(share)
    # Leaving one value out moves a mean by the value's distance from it.
    centered = values - values.mean()
    acceleration = float((centered**3).sum() / (6 * (centered**2).sum() ** 1.5))

    def level(z: float) -> float:
        return normal.cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))

    return level(normal.inv_cdf(tail)), level(normal.inv_cdf(1 - tail))
