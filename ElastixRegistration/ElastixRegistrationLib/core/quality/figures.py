"""Data classes for the figures of a registration before and after, and for the verdict on it. LPS, mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ..wording import Said, said

#: Statuses of a verdict, the most severe first. "uncertain" means that the evidence is too weak.
STATUSES = ("implausible", "worse", "uncertain", "unchanged", "better")
#: Statuses that make ``--strict`` fail.
REFUSED = ("implausible", "worse")
MEAN_OVERLAP = said("Dice overlap, mean")


@dataclass(frozen=True)
class Figure:
    """One row of the table. ``better`` is +1 if higher is better, -1 if lower is better, and 0 if neither is.

    ``before`` is None for figures that exist only after a registration. Changes of up to ``tolerance`` are ignored.
    ``place`` names the origin of the value, such as the landmark that is farthest off.
    """

    name: str
    unit: str
    before: float | None
    after: float
    better: int
    digits: int = 3
    tolerance: float = 0.0
    place: str = ""

    @property
    def improved(self) -> bool | None:
        """Return whether the figure improved. Return None without ``before``, for a change within the tolerance, and
        if neither direction is better."""
        if self.before is None or self.better == 0 or not np.isfinite(self.before) or not np.isfinite(self.after):
            return None
        change = round(self.after, self.digits) - round(self.before, self.digits)
        return None if abs(change) <= self.tolerance else bool(change * self.better > 0)


def mean_overlap(figures: Sequence[Figure]) -> Figure | None:
    """Return the mean of the Dice overlaps among ``figures``; None if there are none."""
    overlaps = [figure for figure in figures if figure.name.startswith("Dice")]
    if not overlaps:
        return None
    before, after = (float(np.mean([getattr(one, when) for one in overlaps])) for when in ("before", "after"))
    return Figure(said("Dice overlap"), "", before, after, 1, 4, overlaps[0].tolerance)


def with_mean_overlap(figures: Sequence[Figure], fewest: int = 2) -> list[Figure]:
    """Return ``figures`` for a table. If at least ``fewest`` labels have a Dice overlap, the mean overlap precedes
    them."""
    mean = mean_overlap(figures)
    places = [n for n, figure in enumerate(figures) if figure.name.startswith("Dice")]
    if mean is None or len(places) < fewest:
        return list(figures)
    named = replace(mean, name=MEAN_OVERLAP)
    return [*figures[: places[0]], named, *figures[places[0] :]]


@dataclass(frozen=True)
class LandmarkRow:
    """One landmark: its distances before and after, mm, and whether it stands out from the others after the
    registration.

    ``point`` is its position in the fixed image, LPS mm; empty if unknown.
    """

    label: str
    before: float
    after: float
    outlier: bool = False
    point: tuple[float, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence for a verdict: a figure before and after. ``rank`` 1 counts most.

    ``kind`` is "landmarks", "labels" or "images". ``change`` is "better", "worse", or "unchanged" for a change of up to
    ``noise``. Landmarks that guided the registration come last.
    """

    kind: str
    rank: int
    figure: str
    unit: str
    before: float
    after: float
    noise: float
    change: str


@dataclass(frozen=True)
class Reason:
    """A reason for a verdict, or a further remark: a ``code`` for programs, and a sentence for people.

    ``status`` is the verdict that it leads to, "" for a caution or a hint.
    """

    code: str
    text: Said
    status: str = ""


@dataclass(frozen=True)
class Verdict:
    """A verdict. ``status`` is one of STATUSES. ``text`` is what a user reads, and ``str(verdict)`` is the same
    text."""

    status: str
    text: str
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "status": self.status,
            "text": self.text,
            "evidence": [
                asdict(one) | {name: number(getattr(one, name)) for name in ("before", "after", "noise")}
                for one in self.evidence
            ],
            "reasons": [asdict(reason) for reason in self.reasons],
        }

    def __str__(self) -> str:
        return self.text


#: Verdict of figures that were not judged.
NO_VERDICT = Verdict("uncertain", "")


@dataclass(frozen=True)
class Comparison:
    """The figures before and after, and the verdict on them. ``landmarks`` lists each landmark.

    ``sampled_every`` says that similarity and the overlap of masks use every n-th voxel along each axis. Folds and
    local volumes use all voxels of the fixed image, and labels use nearly all.
    """

    figures: tuple[Figure, ...]
    verdict: Verdict = NO_VERDICT
    landmarks: tuple[LandmarkRow, ...] = ()
    sampled_every: int = 1

    @property
    def outliers(self) -> tuple[LandmarkRow, ...]:
        """Return the outlying landmarks, the farthest first."""
        return tuple(sorted((row for row in self.landmarks if row.outlier), key=lambda row: -row.after))

    @property
    def sampling(self) -> str:
        """Return a sentence about the voxels behind the figures, or "" if these are all voxels."""
        if self.sampled_every == 1:
            return ""
        return said(
            "Mutual information, correlation and overlap of masks use one voxel in {count} along each axis; folded "
            "voxels and local volumes use all voxels.",
            count=self.sampled_every,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON. NaN becomes None."""
        rows = [
            {"name": f.name, "unit": f.unit, "before": number(f.before), "after": number(f.after)}
            | ({"place": f.place} if f.place else {})
            for f in self.figures
        ]
        landmarks = [
            {"label": row.label, "before_mm": number(row.before), "after_mm": number(row.after), "outlier": row.outlier}
            for row in self.landmarks
        ]
        document = {"verdict": self.verdict.as_dict(), "figures": rows, "sampled_every": self.sampled_every}
        return document | ({"landmarks": landmarks} if landmarks else {})


def number(value: float | None) -> float | None:
    """Return a value for JSON, which has no NaN."""
    return None if value is None or not np.isfinite(value) else float(value)
