"""Figures of a registration before and after, and the verdict on it, as data. LPS, mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ..wording import Said, said

#: Statuses of a verdict, the most severe first. "uncertain": the evidence is too weak.
STATUSES = ("implausible", "worse", "uncertain", "unchanged", "better")
#: Statuses that make ``--strict`` fail.
REFUSED = ("implausible", "worse")
MEAN_OVERLAP = said("Dice overlap, mean")


@dataclass(frozen=True)
class Figure:
    """One row of the table. ``better``: +1 where higher is better, -1 where lower is, 0 where neither is.

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
        """None without ``before``, for a change within the tolerance, or if neither direction is better."""
        if self.before is None or self.better == 0 or not np.isfinite(self.before) or not np.isfinite(self.after):
            return None
        change = round(self.after, self.digits) - round(self.before, self.digits)
        return None if abs(change) <= self.tolerance else bool(change * self.better > 0)


def mean_overlap(figures: Sequence[Figure]) -> Figure | None:
    """The mean of the Dice overlaps among ``figures``; None if there are none."""
    overlaps = [figure for figure in figures if figure.name.startswith("Dice")]
    if not overlaps:
        return None
    before, after = (float(np.mean([getattr(one, when) for one in overlaps])) for when in ("before", "after"))
    return Figure(said("Dice overlap"), "", before, after, 1, 4, overlaps[0].tolerance)


def with_mean_overlap(figures: Sequence[Figure], fewest: int = 2) -> list[Figure]:
    """``figures`` for tables: the Dice overlaps of at least ``fewest`` labels follow their mean."""
    mean = mean_overlap(figures)
    places = [n for n, figure in enumerate(figures) if figure.name.startswith("Dice")]
    if mean is None or len(places) < fewest:
        return list(figures)
    named = replace(mean, name=MEAN_OVERLAP)
    return [*figures[: places[0]], named, *figures[places[0] :]]


@dataclass(frozen=True)
class LandmarkRow:
    """One landmark: its distance before and after, mm, and whether it stands out from the others after.

    ``point``: its position in the fixed image, LPS mm; empty if unknown.
    """

    label: str
    before: float
    after: float
    outlier: bool = False
    point: tuple[float, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """The evidence of a verdict: a figure before and after. ``rank`` 1 counts most.

    ``kind``: "landmarks", "labels" or "images". ``change``: "better", "worse", or "unchanged" for a change of up to
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
    """The reason for a verdict, or a further remark: a ``code`` for programs, a sentence for people.

    ``status``: resulting status of the verdict, "" for a caution or a hint.
    """

    code: str
    text: Said
    status: str = ""


@dataclass(frozen=True)
class Verdict:
    """``status``: one of STATUSES. ``text`` is what a user reads; ``str(verdict)`` is that text."""

    status: str
    text: str
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
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
    """Figures before and after, and the verdict on them; ``landmarks`` one by one.

    ``sampled_every``: similarity and mask overlap use every n-th voxel along each axis. Folds and local volumes use all
    voxels of the fixed image, and labels nearly all.
    """

    figures: tuple[Figure, ...]
    verdict: Verdict = NO_VERDICT
    landmarks: tuple[LandmarkRow, ...] = ()
    sampled_every: int = 1

    @property
    def outliers(self) -> tuple[LandmarkRow, ...]:
        """Outlying landmarks, the farthest first."""
        return tuple(sorted((row for row in self.landmarks if row.outlier), key=lambda row: -row.after))

    @property
    def sampling(self) -> str:
        """The sampling behind the figures, if it was not all voxels; otherwise ""."""
        if self.sampled_every == 1:
            return ""
        return said(
            "Mutual information, correlation and overlap of masks use one voxel in {count} along each axis; folded "
            "voxels and local volumes use all voxels.",
            count=self.sampled_every,
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON: NaN becomes None."""
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
    """For JSON, which has no NaN."""
    return None if value is None or not np.isfinite(value) else float(value)
