"""Figures on sliding: how far organs slide and how well both sides meet, as data and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..wording import Said, joined, said


@dataclass(frozen=True)
class SlidingFigures:
    """Figures on a sliding transform, mm. ``regions``: labels of the regions that the user gave; empty if none.

    ``along_median`` and ``along_95``: median and 95th percentile of how far one side moves along the other at points of
    the surface. ``mismatch_median`` and ``mismatch_95``: the same for the gap or overlap between the sides. ``gain``:
    by how much unseen windows correlate better, -1 to 1.
    """

    regions: tuple[int, ...]
    along_median: float
    along_95: float
    mismatch_median: float
    mismatch_95: float
    gain: float

    @classmethod
    def of(cls, along: np.ndarray, mismatch: np.ndarray, gain: float, regions: Sequence[int] = ()) -> SlidingFigures:
        """Summarize (N,) distances along and across the surface, mm, at the same points."""

        def percentile(values: np.ndarray, share: float) -> float:
            return float(np.percentile(values, share)) if len(values) else 0.0

        return cls(
            regions=tuple(int(label) for label in regions),
            along_median=percentile(along, 50),
            along_95=percentile(along, 95),
            mismatch_median=percentile(np.abs(mismatch), 50),
            mismatch_95=percentile(np.abs(mismatch), 95),
            gain=float(gain),
        )

    @property
    def sentence(self) -> Said:
        far = f"{self.along_median:.0f} mm" if self.along_95 >= 0.5 else said("less than a millimeter")
        if round(self.along_95) > round(self.along_median):
            far = said("{far} (median; 95 % by at most {most:.0f} mm)", far=far, most=self.along_95)
        if self.regions:
            slides = said(
                "Organs slide along the border of the given regions by {far}, so the deformation is not continuous "
                "there.",
                far=far,
            )
        else:
            slides = said(
                "Organs slide along each other by {far}, so the deformation is not continuous there.", far=far
            )
        meets = said(
            "The gap or overlap between the two sides is {median:.1f} mm (median), and at most {most:.1f} mm along "
            "95 % of the border; held-out parts of the images correlate better by {gain:.2f}.",
            median=self.mismatch_median,
            most=self.mismatch_95,
            gain=self.gain,
        )
        return joined(slides, meets)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"regions": list(self.regions)}
