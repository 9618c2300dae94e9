"""How well a transform explains a pair of images, by block, so that differences between transforms can be tested
against chance.

Three criteria on one coarse grid: mutual information on voxels outside its histogram; squared correlation in small
windows (Avants et al. 2008, doi:10.1016/j.media.2007.06.004); and the parallelism of intensity gradients (Haber and
Modersitzki 2006, doi:10.1007/11866763_89). The stages of elastix optimize only the first, on other samples and
resolutions.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .flow import NOISE_VARIANCE
from .windows import gradient, mean_and_variance, smoothed, window_means
from .working_pair import WorkingPair

#: By dimension. With as many pixels as voxels, a 2D image would be sampled much finer than a volume.
VOXELS = {2: 40_000, 3: 150_000}
#: Blocks along each axis, by dimension. Chance is estimated between blocks.
_BLOCKS = {2: 8, 3: 5}
#: Largest number of intensity bins, and smallest number of samples per pair of bins.
_MAX_BINS, _MIN_BINS, _SAMPLES_IN_A_BIN = 24, 8, 20
_NOISE_SLOPE = 0.02
#: Standard errors from which a difference counts as real.
CERTAIN = 3.0
#: The same for decisions that cost little if they are wrong.
LIKELY = 2.0
CRITERIA = ("information", "correlation", "edges")


@dataclass(frozen=True)
class Difference:
    """Difference of a mean over the image between two transforms, and its standard error from the ``blocks`` of the
    image.
    """

    mean: float
    error: float
    blocks: int = _BLOCKS[3] ** 3

    @property
    def certainty(self) -> float:
        """In standard errors; 0 without a difference. Gains are corrected for the uncertainty of standard errors from
        few blocks: 3 become 2.4 with 10 blocks (from Student's t to the normal by Wallace 1959,
        doi:10.1214/aoms/1177706095). Losses are not.
        """
        if not self.error > 0 or self.blocks < 2:
            return 0.0
        t, free = self.mean / self.error, self.blocks - 1
        return t if t < 0 else float((8 * free + 1) / (8 * free + 3) * np.sqrt(free * np.log1p(t * t / free)))


@dataclass(frozen=True)
class Gain:
    """What one transform explains more than another, by criterion, and the rules by which that counts."""

    differences: Mapping[str, Difference]

    def _certainties(self, criteria: Sequence[str] = CRITERIA) -> list[float]:
        return [self.differences[name].certainty for name in criteria]

    @property
    def certainty(self) -> float:
        """Of all criteria together, in standard errors; negative for a loss."""
        return float(np.mean(self._certainties()))

    def is_better(self, criteria: Sequence[str] = CRITERIA, certain: float = CERTAIN) -> bool:
        """Whether better by one of ``criteria`` by more than ``certain`` standard errors, and by none as much worse."""
        certainties = self._certainties(criteria)
        return max(certainties) > certain and min(certainties) > -certain

    def is_better_by_all(self) -> bool:
        """Whether certainly better by each of the criteria."""
        return min(self._certainties()) > CERTAIN

    def is_better_together(self) -> bool:
        """Whether certainly better by the mean of the criteria, and certainly worse by none."""
        return self.certainty > CERTAIN and min(self._certainties()) > -CERTAIN

    def is_better_at_all(self) -> bool:
        """Whether better by every criterion, by however little."""
        return min(self._certainties()) > 0

    def is_clearly_better(self) -> bool:
        """Whether better by all criteria, and together by more than chance."""
        return self.is_better_at_all() and self.certainty >= LIKELY


@dataclass(frozen=True)
class Measured:
    """What one transform explains. ``values``: by criterion, of the voxels that count for it, 0 where the moving image
    is unknown. ``known``: by criterion, where it is known. ``blocks``: by criterion, the block of each of these voxels.
    ``same_sign``: see ``Evidence.measure``. ``overlap``: share of the fixed image where the moving one is known.
    """

    values: Mapping[str, np.ndarray]
    known: Mapping[str, np.ndarray]
    blocks: Mapping[str, np.ndarray]
    same_sign: float
    overlap: float

    def mean(self, criterion: str) -> float:
        values = self.values[criterion]
        return float(values.mean()) if values.size else 0.0

    def gain_over(self, other: Measured) -> Gain:
        """``other``: of the same evidence."""
        return self._gain({name: self.values[name] - other.values[name] for name in CRITERIA})

    def gain_by_changing_shape(self, other: Measured) -> Gain:
        """The same, without credit for voxels that ``other`` does not reach: otherwise a transform would be better
        just by stretching the moving image over more of the fixed one."""
        return self._gain(
            {
                name: np.where(self.known[name] & ~other.known[name], 0, self.values[name] - other.values[name])
                for name in CRITERIA
            }
        )

    def _gain(self, gains: Mapping[str, np.ndarray]) -> Gain:
        return Gain({name: _difference(gains[name], self.blocks[name]) for name in CRITERIA})


def _difference(gains: np.ndarray, blocks: np.ndarray) -> Difference:
    """Of the mean of ``gains``, with the blocks as independent samples."""
    if not gains.size:
        return Difference(0.0, 0.0, 0)
    counts = np.bincount(blocks).astype(float)
    filled = counts > 0
    sums, counts = np.bincount(blocks, gains)[filled], counts[filled]
    mean = float(sums.sum() / counts.sum())
    spread = np.square(sums - mean * counts).sum() * len(counts) / max(len(counts) - 1, 1)
    return Difference(mean, float(np.sqrt(spread) / counts.sum()), len(counts))


@dataclass(frozen=True)
class _Windows:
    """Windows around each voxel of an image, and their contents."""

    radii: list[int]
    mean: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, radii: list[int]) -> _Windows:
        return cls(radii, *mean_and_variance(values, radii))


class Evidence:
    """Criteria of transforms of one pair, all on the same voxels of the fixed image."""

    def __init__(self, pair: WorkingPair, voxels: float | None = None):
        self.pair = pair
        self.grid, self.voxel_mm = pair.grid(VOXELS[pair.dimension] if voxels is None else voxels)
        spacing = np.array(self.grid.spacing[::-1])
        self.fixed = pair.fixed_on(self.grid, self.voxel_mm)
        self._wide, self._close = (
            _Windows.of(self.fixed, [max(1, round(radius * spacing.min() / s)) for s in spacing]) for radius in (2, 1)
        )
        self.inside = pair.fixed_inside(self.grid)
        self._moving = pair.moving.for_grid(self.voxel_mm)
        #: Voxels where the fixed image has structure.
        self.structured = self.inside & (self._wide.variance > NOISE_VARIANCE)
        indices: list[np.ndarray] = list(np.indices(self.fixed.shape, np.int16, sparse=True))
        self._seen = functools.reduce(np.add, indices) % 2 == 0
        self._block = np.zeros(self.fixed.shape, np.int16)
        across = _BLOCKS[pair.dimension]
        for index, count in zip(indices, self.fixed.shape, strict=True):
            self._block = self._block * across + (index.astype(int) * across // count).astype(np.int16)
        self._slopes = self._edges(self.fixed)

    def measure(self, transform: Any) -> Measured:
        """``same_sign``, up to 1: share of the window correlations in the same direction. About 1 for images of one
        contrast, even if misaligned; below 0.9 where the intensity order of tissues differs.
        """
        moving, known = self.pair.moving_at(self._moving, transform, self.grid)
        correlation = self._correlation(moving, self._wide)
        values = {
            "information": (self._information(moving, known), self.inside & ~self._seen),
            "correlation": (correlation**2 * known, self.structured),
            "edges": (self._parallel(moving) * known, self.structured),
        }
        close = self._correlation(moving, self._close)[self.structured & known]
        power = float(np.square(close).sum())
        return Measured(
            {name: value[where] for name, (value, where) in values.items()},
            {name: known[where] for name, (_, where) in values.items()},
            {name: self._block[where] for name, (_, where) in values.items()},
            float((close * np.abs(close)).sum() / power) if power > 0 else 0.0,
            float((known & self.inside).sum() / max(self.inside.sum(), 1)),
        )

    @property
    def radii(self) -> list[int]:
        """Of the windows, voxels, in the order of the axes."""
        return self._wide.radii

    def moving_structured(self, transform: Any) -> np.ndarray:
        """Boolean, (k, j, i) of ``grid``: voxels inside the masks where the moving image under ``transform`` has
        structure."""
        moving, known = self.pair.moving_at(self._moving, transform, self.grid)
        _, variance = mean_and_variance(moving, self._wide.radii)
        return np.asarray(self.inside & known & (variance > NOISE_VARIANCE))

    def _correlation(self, moving: np.ndarray, windows: _Windows) -> np.ndarray:
        """In windows, -1 to 1; near 0 where either image is nearly constant."""
        mean, variance = mean_and_variance(moving, windows.radii)
        covariance = window_means(self.fixed * moving, windows.radii) - windows.mean * mean
        return np.asarray(covariance / np.sqrt((windows.variance + NOISE_VARIANCE) * (variance + NOISE_VARIANCE)))

    def _information(self, moving: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Pointwise mutual information, nats, from a histogram of every second voxel; 0 where unknown."""
        seen = known & self.inside & self._seen
        count = int(np.clip(np.sqrt(seen.sum() / _SAMPLES_IN_A_BIN), _MIN_BINS, _MAX_BINS))
        bins = [np.clip((one + 0.05) * (count / 1.15), 0, count - 1).astype(np.int16) for one in (self.fixed, moving)]
        both = bins[0] * count + bins[1]
        joint = np.bincount(both[seen], minlength=count**2).reshape(count, count) + 0.1
        joint /= joint.sum()
        table = np.log(joint / (joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)))
        return np.where(known, table.reshape(-1)[both], 0.0)

    def _edges(self, values: np.ndarray) -> np.ndarray:
        return np.stack(gradient(smoothed(values, [0.7] * values.ndim)))

    def _parallel(self, moving: np.ndarray) -> np.ndarray:
        """Squared cosine of the angle between gradients; near 0 where there is none."""
        slopes = self._edges(moving)
        product = (slopes * self._slopes).sum(0)
        powers = [np.square(one).sum(0) + _NOISE_SLOPE**2 for one in (slopes, self._slopes)]
        return np.asarray(product**2 / (powers[0] * powers[1]))
