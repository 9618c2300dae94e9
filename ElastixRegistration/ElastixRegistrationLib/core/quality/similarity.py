"""How well two images agree: figures before and after a registration, and one sentence that sums them up.

All functions take arrays on one grid (k, j, i) and leave out voxels that are not finite or where ``mask`` is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..images.labels import label_values
from ..transforms.deformation import JacobianStatistics

CHUNK = 2_000_000  # voxels turned to float64 at a time: large images need no float copy
BINS = 64
#: Nats of mutual information below which more of it may come from a wrong place as well as from the right one.
_SAYS_LITTLE = 0.1
#: Share of the mutual information below which it contradicts labels or landmarks that got closer.
_MUCH_LESS = 0.9
#: Mean Dice below which "better" means nothing yet.
_HARDLY_OVERLAPS = 0.1
#: Share of the mutual information by which it differs from interpolation alone.
_NO_CHANGE = 0.01


@dataclass(frozen=True)
class LandmarkErrors:
    """Distances in mm: ``distances`` (N,) in the order of the landmarks."""

    distances: np.ndarray

    @property
    def mean(self) -> float:
        return float(np.mean(self.distances))

    @property
    def median(self) -> float:
        return float(np.median(self.distances))

    @property
    def max(self) -> float:
        return float(np.max(self.distances))


@dataclass(frozen=True)
class Figure:
    """One row of the table. ``better``: +1 where higher is better, -1 where lower is, 0 where neither is.

    ``before`` is None for what exists only after a registration. A change of up to ``tolerance`` is none.
    """

    name: str
    unit: str
    before: float | None
    after: float
    better: int
    digits: int = 3
    tolerance: float = 0.0

    @property
    def improved(self) -> bool | None:
        """None without a before, for a change too small to show, or where neither direction is better."""
        if self.before is None or self.better == 0 or not np.isfinite(self.before) or not np.isfinite(self.after):
            return None
        change = round(self.after, self.digits) - round(self.before, self.digits)
        return None if abs(change) <= self.tolerance else bool(change * self.better > 0)


@dataclass(frozen=True)
class LandmarkRow:
    """One landmark: its distance before and after, mm."""

    label: str
    before: float
    after: float


@dataclass(frozen=True)
class Comparison:
    """Figures before and after, and the plain sentence that a user reads first; ``landmarks`` one by one."""

    figures: tuple[Figure, ...]
    verdict: str
    landmarks: tuple[LandmarkRow, ...] = ()

    def as_dict(self) -> dict:
        """For JSON: NaN becomes None."""

        def number(value: float | None) -> float | None:
            return None if value is None or not np.isfinite(value) else float(value)

        rows = [
            {"name": f.name, "unit": f.unit, "before": number(f.before), "after": number(f.after)} for f in self.figures
        ]
        landmarks = [
            {"label": row.label, "before_mm": number(row.before), "after_mm": number(row.after)}
            for row in self.landmarks
        ]
        return {"verdict": self.verdict, "figures": rows} | ({"landmarks": landmarks} if landmarks else {})


def normalized_correlation(first: np.ndarray, second: np.ndarray, *, mask: np.ndarray | None = None) -> float:
    """Pearson correlation of the intensities, -1 to 1; NaN where one of them is constant."""
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
    """Mutual information of the intensities in nats, from a joint histogram; 0 for unrelated images.

    Intensities beyond the 0.1 and 99.9 percentile fall into the outermost bins, so that single bright voxels do not
    squeeze the rest into few bins. The bias of a finite sample, about (bins-1)**2 / (2 voxels), is not taken off; it is
    the same before and after.
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
    if joint.sum() == 0:
        return 0.0
    joint = joint.reshape(bins, bins) / joint.sum()
    return _entropy(joint.sum(1)) + _entropy(joint.sum(0)) - _entropy(joint)


def dice(first: np.ndarray, second: np.ndarray, *, mask: np.ndarray | None = None) -> float:
    """Overlap of the nonzero voxels, 2|A and B| / (|A| + |B|), 0 to 1; NaN where both are empty."""
    _check_shapes(first, second, mask)
    a, b = first != 0, second != 0
    if mask is not None:
        a, b = a & (mask != 0), b & (mask != 0)
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return 2 * np.count_nonzero(a & b) / total if total else float("nan")


def dice_by_label(first: np.ndarray, second: np.ndarray, *, mask: np.ndarray | None = None) -> dict[int, float]:
    """Overlap of each label (nonzero value) that occurs in either label map."""
    labels = np.union1d(label_values(first), label_values(second))
    return {int(label): dice(first == label, second == label, mask=mask) for label in labels}


def landmark_errors(
    fixed_points: np.ndarray,
    moving_points: np.ndarray,
    transform_points: Callable[[np.ndarray], np.ndarray] | None = None,
) -> LandmarkErrors:
    """Distances between ``transform_points(fixed_points)`` and ``moving_points``, both (N, D), LPS mm.

    ``transform_points`` maps (N, D) fixed points to moving points; None leaves them where they are.
    """
    fixed_points, moving_points = np.asarray(fixed_points, float), np.asarray(moving_points, float)
    if fixed_points.shape != moving_points.shape or fixed_points.ndim != 2:
        raise InputError(
            f"Fixed and moving landmarks must come in pairs, but there are {_count(fixed_points)} fixed and"
            f" {_count(moving_points)} moving ones."
        )
    if len(fixed_points) == 0:
        raise InputError("No landmarks were given.")
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
    jacobian: JacobianStatistics | None = None,
    guided: bool = False,
) -> Comparison:
    """Figures of a registration.

    ``moved_before``: the moving image sampled on the fixed grid as it lay; ``moved_after``: as registered; without
    images (None), landmarks or labels alone are compared. ``labels``:
    fixed labels or mask, and those of the moving image before and after. ``segments``: further figures of overlap and
    distance. ``landmarks``: errors before and after; where ``landmark_labels`` are missing they are numbered from 1.
    With ``guided`` the registration knew them.
    """
    figures = []
    if landmarks is not None:
        for name in ("mean", "median", "max"):
            before, after = (getattr(errors, name) for errors in landmarks)
            figures.append(Figure(f"Landmark distance, {name}", "mm", before, after, -1, 2))
    if labels is not None:
        before, after = (dice_by_label(labels[0], other) for other in labels[1:])
        for label in sorted(before.keys() | after.keys()):
            name = (label_names or {}).get(label, f"label {label}" if len(before) > 1 else "mask")
            figures.append(Figure(f"Dice overlap, {name}", "", before.get(label, 0.0), after.get(label, 0.0), 1, 4))
    figures += segments
    for name, unit, function in (
        ("Mutual information", "nats", mutual_information),
        ("Correlation", "", normalized_correlation),
    ):
        # Across modalities the correlation says nothing by its sign, so that more of it is not called better.
        better = 1 if function is mutual_information else 0
        if fixed is None or moved_before is None or moved_after is None:
            continue
        before, after = (function(fixed, moved, mask=mask) for moved in (moved_before, moved_after))
        figures.append(Figure(name, unit, before, after, better, tolerance=_NO_CHANGE * abs(before) if better else 0.0))
    if jacobian is not None:
        figures.append(Figure("Folded voxels", "%", None, 100 * jacobian.folded_fraction, -1, 3))
        figures.append(Figure("Local volume, smallest", "x", None, jacobian.minimum, 0, 3))
        figures.append(Figure("Local volume, largest", "x", None, jacobian.maximum, 0, 3))
    rows = []
    if landmarks is not None:
        errors = zip(*(error.distances.tolist() for error in landmarks), strict=True)
        for number, (first, then) in enumerate(errors):
            given = landmark_labels[number] if number < len(landmark_labels) else ""
            rows.append(LandmarkRow(given or str(number + 1), first, then))
    return Comparison(tuple(figures), _verdict(figures, jacobian, landmarks, guided), tuple(rows))


def _verdict(
    figures: list[Figure],
    jacobian: JacobianStatistics | None,
    landmarks: tuple[LandmarkErrors, LandmarkErrors] | None,
    guided: bool,
) -> str:
    """Ground truth speaks before overlap, overlap before intensities."""
    first = figures[0]
    if landmarks is not None:
        count = len(landmarks[1].distances)
        what = f"the mean distance of {count} landmark{'s' * (count > 1)} went from"
    elif first.name.startswith("Dice"):
        first = _mean_overlap(figures)
        what = "the Dice overlap went from"
    else:
        what = "the mutual information went from"
    judgment = {True: "Better aligned", False: "Worse than before", None: "No better than before"}[first.improved]
    if first.name == "Mutual information" and first.after < _SAYS_LITTLE and first.improved:
        judgment = "Uncertain, as the images tell little of each other"
    change = f"{judgment}: {what} {_number(first.before, first)} to {_number(first.after, first)}."
    return " ".join([change, *_cautions(first, figures, jacobian, guided)])


def _mean_overlap(figures: list[Figure]) -> Figure:
    overlaps = [figure for figure in figures if figure.name.startswith("Dice")]
    before, after = (float(np.mean([getattr(one, when) for one in overlaps])) for when in ("before", "after"))
    return Figure("Dice overlap", "", before, after, 1, 4)


def _cautions(first: Figure, figures: list[Figure], jacobian: JacobianStatistics | None, guided: bool) -> Iterator[str]:
    """Sentences on why ``first``, the figure that was judged by, may not be all."""
    information = next((figure for figure in figures if figure.name == "Mutual information"), None)
    if guided:
        yield "These landmarks guided the registration, so they do not prove it: look at the pictures, or at others."
    if first.name.startswith("Dice") and first.before == first.after == 0:
        yield "Nothing overlaps: make sure that the labels or masks belong to these images."
    elif first.name.startswith("Dice") and first.after < _HARDLY_OVERLAPS:
        yield "Hardly anything overlaps: look at the pictures before you rely on it."
    if information is None or first is information:
        pass
    elif first.improved and information.after < _MUCH_LESS * (information.before or 0):
        yield (
            f"But the images agree less, as their mutual information fell from"
            f" {_number(information.before, information)} to {_number(information.after, information)}: look at the"
            " pictures before you rely on it."
        )
    if jacobian is not None and jacobian.folded_count:
        share = 100 * jacobian.folded_fraction
        yield f"The deformation folds onto itself in {share:.2g} % of the voxels: do not trust it there."
    if first is information:
        yield "No landmarks or labels were given, so look at the pictures before you rely on it."


def _number(value: float | None, figure: Figure) -> str:
    return f"{value:.{figure.digits}f}{' ' * bool(figure.unit)}{figure.unit}"


def _pairs(first: np.ndarray, second: np.ndarray, mask: np.ndarray | None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Chunks of both images as float64, without voxels that do not count."""
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
    # An odd step does not keep to the same columns of rows with an even length.
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


def _entropy(probabilities: np.ndarray) -> float:
    positive = probabilities[probabilities > 0]
    return float(-(positive * np.log(positive)).sum())


def _check_shapes(first: np.ndarray, second: np.ndarray, mask: np.ndarray | None) -> None:
    for other in (second, mask):
        if other is not None and other.shape != first.shape:
            raise InputError(f"Images of {first.shape} and {other.shape} voxels cannot be compared voxel by voxel.")


def _count(points: np.ndarray) -> int:
    return len(points) if points.ndim else 0
