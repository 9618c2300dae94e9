"""Measure the agreement of two images: similarity, overlap, landmark distances, and all figures of a registration.

All functions take arrays (k, j, i) on one grid. They leave out voxels that are not finite, or where ``mask`` is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..deformation.plausibility import Plausibility
from ..errors import InputError
from ..images.joint_histogram import information_in
from ..images.labels import label_values
from ..sliding.figures import SlidingFigures
from ..wording import said
from .figures import Comparison, Figure, LandmarkRow
from .verdict import judge

# So many voxels are converted to float64 at a time, so that large images need no float copy.
CHUNK = 2_000_000
BINS = 64
#: Relative change of mutual information that interpolation alone can cause.
_NO_CHANGE = 0.01
#: Change of overlap for a border shifted by a tenth of a voxel, in structures about ten voxels wide.
_SAME_OVERLAP = 0.002
#: Negligible change of the mean landmark distance, in voxels; in mm without an image.
_SAME_PLACE, _SAME_PLACE_MM = 0.1, 0.01
#: Smallest number of landmarks that can have outliers, and the limits of an outlier. Its distance is above the median
#: by this many times the spread (1.48 times the median absolute deviation), and exceeds this many medians and this many
#: voxels.
_MIN_LANDMARKS, _SPREADS, _MEDIANS, _VOXELS = 5, 6.0, 3.0, 2.0


@dataclass(frozen=True)
class LandmarkErrors:
    """Distances of landmarks, mm. ``distances`` (N,) are in the order of the landmarks."""

    distances: np.ndarray

    @property
    def mean(self) -> float:
        return float(np.mean(self.distances))

    @property
    def median(self) -> float:
        return float(np.median(self.distances))

    @property
    def percentile95(self) -> float:
        return float(np.percentile(self.distances, 95))

    @property
    def max(self) -> float:
        return float(np.max(self.distances))

    def outliers(self, voxel_mm: float = 0.0) -> np.ndarray:
        """Return (N,) booleans that mark the outliers.

        The distances are not normally distributed, so an outlier must lie far above the rest in three ways: relative to
        their spread (the median absolute deviation), relative to their median, and in voxels of ``voxel_mm``. With
        fewer than five landmarks there are no outliers.
        """
        if len(self.distances) < _MIN_LANDMARKS:
            return np.zeros(len(self.distances), bool)
        middle = self.median
        spread = 1.4826 * float(np.median(np.abs(self.distances - middle)))
        return np.asarray(self.distances > max(middle + _SPREADS * spread, _MEDIANS * middle, _VOXELS * voxel_mm))


def normalized_correlation(first: np.ndarray, second: np.ndarray, *, mask: np.ndarray | None = None) -> float:
    """Return the Pearson correlation of the intensities, -1 to 1; NaN if one image is constant."""
    count, totals = 0, np.zeros(2)
    for a, b in _pairs(first, second, mask):
        count += a.size
        totals += a.sum(), b.sum()
    if count == 0:
        return float("nan")
    mean_a, mean_b = totals / count
    products = np.zeros(3)
    for a, b in _pairs(first, second, mask):
        a, b = a - mean_a, b - mean_b
        products += a @ b, a @ a, b @ b
    spread = np.sqrt(products[1] * products[2])
    return float(products[0] / spread) if spread > 0 else float("nan")


def mutual_information(
    first: np.ndarray, second: np.ndarray, *, mask: np.ndarray | None = None, bins: int = BINS
) -> float:
    """Return the mutual information of the intensities in nats, from a joint histogram; 0 for unrelated images.

    Intensities beyond the 0.1 and 99.9 percentiles go to the outermost bins, so that single bright voxels do not
    compress the rest into a few bins. The bias of a finite sample, about (bins-1)**2 / (2 voxels), is not subtracted,
    because it is the same before and after.
    """
    ranges = [_robust_range(image, mask) for image in (first, second)]
    if any(not low < high for low, high in ranges):
        return 0.0
    joint = np.zeros(bins * bins)
    for pair in _pairs(first, second, mask):
        a, b = (
            np.clip((values - low) * (bins / (high - low)), 0, bins - 1).astype(np.intp)
            for values, (low, high) in zip(pair, ranges, strict=True)
        )
        joint += np.bincount(a * bins + b, minlength=bins * bins)
    return float(information_in(joint.reshape(bins, bins)))


def dice(first: np.ndarray, second: np.ndarray, *, mask: np.ndarray | None = None) -> float:
    """Return the overlap of the nonzero voxels, 2|A and B| / (|A| + |B|), 0 to 1; NaN if both are empty."""
    _check_shapes(first, second, mask)
    a, b = first != 0, second != 0
    if mask is not None:
        a, b = a & (mask != 0), b & (mask != 0)
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return 2 * np.count_nonzero(a & b) / total if total else float("nan")


def dice_by_label(first: np.ndarray, second: np.ndarray, *, mask: np.ndarray | None = None) -> dict[int, float]:
    """Return the overlap of each label (nonzero value) that occurs in either label map."""
    labels = np.union1d(label_values(first), label_values(second))
    return {int(label): dice(first == label, second == label, mask=mask) for label in labels}


def landmark_errors(
    fixed_points: np.ndarray,
    moving_points: np.ndarray,
    transform_points: Callable[[np.ndarray], np.ndarray] | None = None,
) -> LandmarkErrors:
    """Return the distances between ``transform_points(fixed_points)`` and ``moving_points``, both (N, D), LPS mm.

    ``transform_points`` maps (N, D) fixed points to moving points. None is the identity.
    """
    fixed_points, moving_points = np.asarray(fixed_points, float), np.asarray(moving_points, float)
    if fixed_points.shape != moving_points.shape or fixed_points.ndim != 2:
        raise InputError(
            said(
                "Fixed and moving landmarks must come in pairs, but there are {value} fixed and {value2} moving ones.",
                value=_count(fixed_points),
                value2=_count(moving_points),
            )
        )
    if len(fixed_points) == 0:
        raise InputError(said("No landmarks were given."))
    moved = fixed_points if transform_points is None else np.asarray(transform_points(fixed_points), float)
    return LandmarkErrors(np.linalg.norm(moved - moving_points, axis=1))


def compare(
    fixed: np.ndarray | None,
    moved_before: np.ndarray | None,
    moved_after: np.ndarray | None,
    *,
    mask: np.ndarray | None = None,
    labels: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    label_names: dict[int, str] | None = None,
    segments: Sequence[Figure] = (),
    landmarks: tuple[LandmarkErrors, LandmarkErrors] | None = None,
    landmark_labels: Sequence[str] = (),
    landmark_points: np.ndarray | None = None,
    swapped: LandmarkErrors | None = None,
    deformation: Plausibility | None = None,
    sliding: SlidingFigures | None = None,
    guided: bool = False,
    voxel_mm: float = 0.0,
    sampled_every: int = 1,
) -> Comparison:
    """Return the figures of a registration, and the verdict on it.

    ``moved_before`` and ``moved_after`` are the moving image on the fixed grid before and after registration. If the
    images are None, landmarks or labels alone are compared. ``labels`` are the fixed labels or mask, and those of the
    moving image before and after. ``segments`` are further figures of overlap and distance. ``landmarks`` are the
    errors before and after; without ``landmark_labels`` they are numbered from 1. ``landmark_points`` (N, D), LPS mm,
    are their positions in the fixed image. ``swapped`` are the errors after registration with the two lists of points
    swapped. ``sliding`` are figures on sliding organs. ``guided`` says that the registration used the landmarks.
    ``voxel_mm`` is the voxel size of the fixed image, which limits the precision of landmarks. ``sampled_every`` says
    that the images have every n-th voxel along each axis.
    """
    figures = [] if landmarks is None else landmark_figures(*landmarks, voxel_mm)
    if labels is not None:
        before, after = (dice_by_label(labels[0], other) for other in labels[1:])
        for label in sorted(before.keys() | after.keys()):
            word = said("label {number}", number=label) if len(before) > 1 else said("mask")
            name = said("Dice overlap, {name}", name=(label_names or {}).get(label, word))
            overlap = before.get(label, 0.0), after.get(label, 0.0)
            figures.append(Figure(name, "", *overlap, 1, 4, _SAME_OVERLAP))
    figures += [
        replace(figure, tolerance=_SAME_OVERLAP) if figure.name.startswith("Dice") else figure for figure in segments
    ]
    if fixed is not None and moved_before is not None and moved_after is not None:
        figures += _similarity_figures(fixed, moved_before, moved_after, mask)
    if deformation is not None:
        statistics = deformation.statistics
        figures.append(Figure(said("Folded voxels"), "", None, statistics.folded_count, -1, 0))
        if deformation.border:
            figures.append(Figure(said("Voxels where it slides"), "", None, deformation.border, 0, 0))
    if sliding is not None:
        figures.append(Figure(said("Slides along its surroundings"), "mm", None, sliding.along_median, 0, 1))
        gaps: dict[str, float] = {said("median"): sliding.mismatch_median, "95 %": sliding.mismatch_95}
        for measure, value in gaps.items():
            name = said("Gap or overlap where it slides, {word}", word=measure)
            figures.append(Figure(name, "mm", None, value, -1, 2))
    if deformation is not None:
        figures.append(Figure(said("Local volume, smallest"), "x", None, deformation.statistics.minimum, 0, 3))
        figures.append(Figure(said("Local volume, largest"), "x", None, deformation.statistics.maximum, 0, 3))
    rows = [] if landmarks is None else _landmark_rows(*landmarks, landmark_labels, landmark_points, voxel_mm)
    if rows:
        worst = max(rows, key=lambda row: row.after)
        figures = [replace(f, place=worst.label) if f.name == "Landmark distance, largest" else f for f in figures]
    verdict = judge(figures, rows, deformation, guided=guided, swapped=None if swapped is None else swapped.mean)
    return Comparison(tuple(figures), verdict, tuple(rows), sampled_every)


def landmark_figures(before: LandmarkErrors, after: LandmarkErrors, voxel_mm: float = 0.0) -> list[Figure]:
    """Return the mean, median, 95th percentile and largest distance, mm. Their negligible change is that for voxels
    of ``voxel_mm``."""
    changes = after.distances - before.distances
    # Twice the standard error of the mean change is the uncertainty from the choice of landmarks.
    chance = 2 * float(np.std(changes, ddof=1)) / np.sqrt(len(changes)) if len(changes) > 1 else 0.0
    noise = max(_SAME_PLACE * voxel_mm, chance, _SAME_PLACE_MM)
    measures = {"mean": said("mean"), "median": said("median"), "percentile95": "95 %", "max": said("largest")}
    figures = []
    for attribute, word in measures.items():
        values = getattr(before, attribute), getattr(after, attribute)
        figures.append(Figure(said("Landmark distance, {word}", word=word), "mm", *values, -1, 2, noise))
    return figures


def _similarity_figures(
    fixed: np.ndarray, moved_before: np.ndarray, moved_after: np.ndarray, mask: np.ndarray | None
) -> list[Figure]:
    figures = []
    for name, unit, function in (
        (said("Mutual information"), "nats", mutual_information),
        (said("Correlation"), "", normalized_correlation),
    ):
        # Across modalities, the sign of the correlation has no meaning, so neither direction counts as better.
        better = 1 if function is mutual_information else 0
        before, after = (function(fixed, moved, mask=mask) for moved in (moved_before, moved_after))
        figures.append(Figure(name, unit, before, after, better, tolerance=_NO_CHANGE * abs(before) if better else 0.0))
    return figures


def _landmark_rows(
    before: LandmarkErrors, after: LandmarkErrors, labels: Sequence[str], points: np.ndarray | None, voxel_mm: float
) -> list[LandmarkRow]:
    outliers = after.outliers(voxel_mm)
    rows = []
    for number, (first, then) in enumerate(zip(before.distances.tolist(), after.distances.tolist(), strict=True)):
        given = labels[number] if number < len(labels) else ""
        place = () if points is None else tuple(np.asarray(points[number], float).tolist())
        rows.append(LandmarkRow(given or str(number + 1), first, then, bool(outliers[number]), place))
    return rows


def _pairs(first: np.ndarray, second: np.ndarray, mask: np.ndarray | None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield chunks of both images as float64, without the excluded voxels."""
    _check_shapes(first, second, mask)
    flat = [np.reshape(array, -1) for array in (first, second)]
    flat_mask = None if mask is None else np.reshape(mask, -1)
    for start in range(0, flat[0].size, CHUNK):
        part = slice(start, start + CHUNK)
        a, b = (array[part].astype(np.float64) for array in flat)
        keep = np.isfinite(a) & np.isfinite(b)
        if flat_mask is not None:
            keep &= flat_mask[part] != 0
        yield (a, b) if keep.all() else (a[keep], b[keep])


def _robust_range(image: np.ndarray, mask: np.ndarray | None) -> tuple[float, float]:
    flat = np.reshape(image, -1)
    step = max(1, flat.size // CHUNK)
    # An odd step avoids always hitting the same columns in rows of even length.
    step += 1 - step % 2
    values = flat[::step].astype(np.float64)
    keep = np.isfinite(values)
    if mask is not None:
        keep &= np.reshape(mask, -1)[::step] != 0
    values = values[keep]
    if values.size == 0:
        return 0.0, 0.0
    low, high = np.percentile(values, [0.1, 99.9])
    return (low, high) if low < high else (values.min(), values.max())


def _check_shapes(first: np.ndarray, second: np.ndarray, mask: np.ndarray | None) -> None:
    for other in (second, mask):
        if other is not None and other.shape != first.shape:
            raise InputError(
                said(
                    "Images of {shape} and {shape2} voxels cannot be compared voxel by voxel.",
                    shape=first.shape,
                    shape2=other.shape,
                )
            )


def _count(points: np.ndarray) -> int:
    return len(points) if points.ndim else 0
