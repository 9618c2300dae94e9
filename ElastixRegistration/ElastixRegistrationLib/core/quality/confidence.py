"""A confidence map: the estimated error of a registration at each point, mm, without ground truth.

Around each point, the registered images are compared directly, and with the moving image shifted by up to three voxels
of a coarse grid in every direction. The estimate combines the best-matching shift with an error of about a voxel, which
any registration may have. Other predictors add nothing (see the table in docs/trust.md): the spread of registrations
with other seeds and starts, inverse inconsistency, dissimilarity, and flatness.

It cannot distinguish structures that look alike: a wrong organ that fits well, a neighboring rib, or homogeneous
tissue.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..images.geometry import Geometry, array_view, as_scalar, geometry_of, image_from_array
from ..images.object import object_mask
from ..resampling.images import resample
from ..transforms.itk_transforms import identity
from ..transforms.sampling import coarsened

#: Number of points at which the error is estimated. Windows make the estimate smooth, so it is interpolated between
#: them.
_PLACES = 200_000
#: Half width of the compared windows, and largest shift, in voxels of the coarse grid.
_REACH, _MAX_SHIFT = 2, 3
#: Error that any point may have, in voxels of the fixed image. Values fitted in cross-validation are similar.
VOXELS = 1.1
#: Smallest explained share for the contrast of two images to count as equal or inverted.
_SAME_SENSE = 0.3
#: Noise below a hundredth of the range does not count as structure.
_NOISE = 1e-4
#: Smallest distance between listed places, as a share of the object's size.
_APART = 0.15


@dataclass(frozen=True)
class UncertainPlace:
    """A place where the registration may be wrong: ``point``, LPS mm, in the fixed image, and the estimated error
    there, mm."""

    point: tuple[float, ...]
    error_mm: float


@dataclass(frozen=True)
class ConfidenceMap:
    """How far off the registration may be: ``error_mm`` (k, j, i), float32, on ``geometry``.

    ``inside`` is the object; the estimate is meaningless elsewhere. ``places`` lists the least certain places first.
    """

    geometry: Geometry
    error_mm: np.ndarray = field(repr=False)
    inside: np.ndarray = field(repr=False)
    places: tuple[UncertainPlace, ...]

    def image(self, grid: Geometry) -> Any:
        """Return the estimate as a float32 image, mm, interpolated linearly to ``grid``, the grid of the fixed
        image."""
        filled = image_from_array(self.error_mm, self.geometry)
        return resample(filled, identity(grid.dimension), grid, background=float(self.error_mm[self.inside].max()))

    def inside_on(self, grid: Geometry) -> np.ndarray:
        """Return booleans (k, j, i) on ``grid`` that are true inside the object."""
        inside = image_from_array(self.inside.view(np.uint8), self.geometry)
        return np.asarray(array_view(resample(inside, identity(grid.dimension), grid, interpolation="nearest"))) != 0

    def share_within(self, error_mm: float) -> float:
        """Return the share of the object, 0 to 1, where the estimate is at most ``error_mm``."""
        return float(np.mean(self.error_mm[self.inside] <= error_mm))

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        inside = self.error_mm[self.inside]
        quantiles = np.percentile(inside, [50, 95])
        return {
            "median_mm": float(quantiles[0]),
            "percentile95_mm": float(quantiles[1]),
            "largest_mm": float(inside.max()),
            "share_within_2_mm": self.share_within(2.0),
            "least_certain": [{"point_lps_mm": list(p.point), "error_mm": p.error_mm} for p in self.places],
        }


def estimate_confidence(fixed: Any, result: Any, *, mask: Any = None, most_places: int = 8) -> ConfidenceMap:
    """Estimate the error of ``result``, a RegistrationResult, on the image ``fixed``. ``mask`` is an image that is
    nonzero inside the object.

    The result lists up to ``most_places`` of the least certain places.
    """
    steps = confidence_steps(fixed, result, mask=mask, most_places=most_places)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: ConfidenceMap = end.value
            return found


def confidence_steps(
    fixed: Any, result: Any, *, mask: Any = None, most_places: int = 8
) -> Generator[float, None, ConfidenceMap]:
    """Run ``estimate_confidence`` in steps, so that a window stays responsive. Yields the share that is done, 0 to
    1."""
    fixed = as_scalar(fixed)
    full = geometry_of(fixed)
    grid = coarsened(full, _PLACES)
    unmoved = identity(grid.dimension)
    still = np.asarray(array_view(resample(fixed, unmoved, grid, background=result.fixed_background.value)), float)
    yield 0.0
    moved = resample(
        as_scalar(result.moving), result.transform, grid, background=result.background.value,
        padding=None if result.keep_padding else result.background,
    )  # fmt: skip
    yield 0.0
    shift = yield from _shift_steps(still, np.asarray(array_view(moved), float), grid.spacing)
    error = np.hypot(shift, VOXELS * float(np.mean(full.spacing))).astype(np.float32)
    inside = _inside(still, result, mask, grid)
    return ConfidenceMap(grid, error, inside, _places(error, inside, grid, most_places))


def _inside(still: np.ndarray, result: Any, mask: Any, grid: Geometry) -> np.ndarray:
    if mask is None:
        inside = object_mask(still, result.fixed_background)
    else:
        binary = image_from_array((np.asarray(array_view(mask)) != 0).view(np.uint8), geometry_of(mask))
        inside = np.asarray(array_view(resample(binary, identity(grid.dimension), grid, interpolation="nearest"))) != 0
    return inside if inside.any() else np.ones(grid.size[::-1], bool)


def _shift_steps(fixed: np.ndarray, moved: np.ndarray, spacing: Sequence[float]) -> Generator[float, None, np.ndarray]:
    """Compute the shift of ``moved`` that matches best around each voxel, mm, averaged over its neighbors."""
    finite = np.isfinite(fixed) & np.isfinite(moved)
    fixed, moved = (_scaled(np.where(finite, one, 0.0)) for one in (fixed, moved))
    wide = np.pad(moved, _MAX_SHIFT, mode="edge")
    mean, wide_mean = _box_mean(fixed), _box_mean(wide)
    variance = np.maximum(_box_mean(fixed * fixed) - mean**2, 0) + _NOISE
    wide_variance = np.maximum(_box_mean(wide * wide) - wide_mean**2, 0) + _NOISE
    sense = _sense(_box_mean(fixed * moved) - mean * _box_mean(moved), variance * wide_variance[_view(fixed.shape)])
    best = np.full(fixed.shape, -np.inf)
    shift = np.zeros(fixed.shape)
    offsets = sorted(_offsets(fixed.ndim), key=lambda offset: sum(step * step for step in offset))
    for number, offset in enumerate(offsets):
        view = _view(fixed.shape, offset)
        covariance = _box_mean(fixed * wide[view]) - mean * wide_mean[view]
        # This is the explained share of the variance, signed if the contrast of both images is equal or inverted.
        agreement = covariance * (sense * np.abs(covariance) if sense else covariance)
        agreement /= variance * wide_variance[view]
        better = agreement > best
        best[better] = agreement[better]
        shift[better] = np.linalg.norm(np.multiply(offset, spacing[::-1]))
        yield (number + 1) / len(offsets)
    return _box_mean(shift)


def _sense(covariance: np.ndarray, variances: np.ndarray) -> float:
    """Return 1 if local contrast mostly agrees between the images, -1 if it is mostly inverted, and 0 otherwise.
    Windows ignore the background that both images share."""
    explained = np.square(covariance) / variances
    total = float(explained.sum())
    signed = float((np.sign(covariance) * explained).sum()) / total if total > 0 else 0.0
    return float(np.sign(signed)) if abs(signed) >= _SAME_SENSE else 0.0


def _view(shape: tuple[int, ...], offset: Sequence[int] | None = None) -> tuple[slice, ...]:
    """Return the slices that select ``shape``, shifted by ``offset`` voxels, from an array with ``_MAX_SHIFT`` extra
    voxels on every side."""
    steps = (0,) * len(shape) if offset is None else offset
    return tuple(slice(_MAX_SHIFT + step, _MAX_SHIFT + step + size) for step, size in zip(steps, shape, strict=True))


def _offsets(dimension: int) -> Iterator[tuple[int, ...]]:
    """Yield the offsets of all voxels within ``_MAX_SHIFT`` of a voxel, including itself."""
    for offset in itertools.product(range(-_MAX_SHIFT, _MAX_SHIFT + 1), repeat=dimension):
        if sum(step * step for step in offset) <= _MAX_SHIFT**2:
            yield offset


def _scaled(values: np.ndarray) -> np.ndarray:
    """Return the values scaled by their robust range."""
    return np.asarray(values / max(float(np.ptp(np.percentile(values, [2, 98]))), 1e-9))


def _box_mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over a box of ``_REACH`` voxels to each side, mirrored at the faces."""
    for axis in range(values.ndim):
        width = [(_REACH + 1, _REACH) if n == axis else (0, 0) for n in range(values.ndim)]
        sums = np.cumsum(np.pad(values, width, mode="symmetric"), axis=axis)
        high = np.take(sums, range(2 * _REACH + 1, sums.shape[axis]), axis=axis)
        low = np.take(sums, range(sums.shape[axis] - 2 * _REACH - 1), axis=axis)
        values = (high - low) / (2 * _REACH + 1)
    return values


def _places(error: np.ndarray, inside: np.ndarray, grid: Geometry, most: int) -> tuple[UncertainPlace, ...]:
    values = error[inside]
    points = grid.points_of(np.argwhere(inside)[:, ::-1])
    apart = _APART * float(np.linalg.norm(np.ptp(points, axis=0)))
    found: list[UncertainPlace] = []
    left = np.ones(len(values), bool)
    while left.any() and len(found) < most:
        worst = int(np.flatnonzero(left)[np.argmax(values[left])])
        found.append(UncertainPlace(tuple(points[worst].tolist()), float(values[worst])))
        left &= np.linalg.norm(points - points[worst], axis=1) > apart
    return tuple(found)
