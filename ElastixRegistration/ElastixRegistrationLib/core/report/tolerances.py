"""The checks recommended by AAPM Task Group 132, against tolerances: passed, failed, or not measured.

K. K. Brock et al., Use of image registration and fusion algorithms and techniques in radiotherapy, Medical Physics
44:e43, 2017, table V: target registration error, mean distance to agreement and consistency within the largest side of
a voxel (2 to 3 mm), Dice overlap of 0.80 to 0.90 and above, no negative Jacobian determinant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from html import escape

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from ..quality.figures import Comparison
from ..wording import counted, said

PASSED, FAILED, NOT_MEASURED = "pass", "fail", "not measured"


@dataclass(frozen=True)
class Tolerances:
    """mm, ``dice`` 0 to 1, ``folds`` voxels of the fixed grid."""

    tre: float
    mda: float
    dice: float = 0.8
    consistency: float = 3.0
    folds: float = 0

    @classmethod
    def of(cls, geometry: Geometry) -> Tolerances:
        """The task group's tolerances for images on ``grid``: the largest side of a voxel."""
        side = float(max(geometry.spacing))
        return cls(tre=side, mda=side, consistency=side)

    def changed(self, texts: Sequence[str]) -> Tolerances:
        """A copy with changed tolerances, each as NAME=VALUE. Raises InputError for an invalid name or value."""
        names = [field.name for field in fields(self)]
        changes: dict[str, float] = {}
        for text in texts:
            name, _, value = text.partition("=")
            try:
                changes[name] = float(value)
            except ValueError:
                raise InputError(
                    said("The tolerance {text} is not of the form NAME=NUMBER.", text=repr(text))
                ) from None
            if name not in names or not np.isfinite(changes[name]) or changes[name] < 0:
                raise InputError(
                    said(
                        "There is no tolerance {text}; the tolerances are {names}, each at least 0.",
                        text=repr(text),
                        names=", ".join(names),
                    )
                )
        return replace(self, **changes)


@dataclass(frozen=True)
class Check:
    """``state``: PASSED, FAILED or NOT_MEASURED. ``how``: how it was measured, or what a measurement would need."""

    name: str
    value: str
    tolerance: str
    state: str
    how: str


def checks(comparison: Comparison, tolerances: Tolerances) -> list[Check]:
    figures = {figure.name: figure.after for figure in comparison.figures}
    dice = [value for name, value in figures.items() if name.startswith("Dice overlap") and np.isfinite(value)]
    surface = [value for name, value in figures.items() if name.startswith("Surface distance") and np.isfinite(value)]
    points = len(comparison.landmarks)
    guided = "landmarks-guided" in comparison.verdict.codes
    return [
        _check(
            "Target registration error", figures.get("Landmark distance, mean"), "mm", tolerances.tre, -1,
            f"mean of {counted(points, 'landmark')}{', which guided the registration' * guided}",
            "landmarks of both images",
        ),
        _check(
            "Mean distance to agreement", max(surface, default=None), "mm", tolerances.mda, -1,
            f"largest of {counted(len(surface), 'label')}", "label maps of both images",
        ),
        _check(
            "Dice overlap", min(dice, default=None), "", tolerances.dice, 1,
            "of 1 label or mask" if len(dice) == 1 else f"smallest of {len(dice)} labels or masks",
            "label maps or masks of both images",
        ),
        _check(
            "Folded voxels (Jacobian determinant at or below 0)", figures.get("Folded voxels"), "", tolerances.folds,
            -1, "all voxels of the fixed grid", "the fixed image", digits=0,
        ),
        _check(
            "Consistency", figures.get("Inverse consistency, mean"), "mm", tolerances.consistency, -1,
            "mean over the fixed image, forth and back", "the option for inverse consistency",
        ),
    ]  # fmt: skip


def _check(
    name: str, value: float | None, unit: str, limit: float, better: int, measured: str, needs: str, digits: int = 2
) -> Check:
    at_most = f"{'at least' if better > 0 else 'at most'} {limit:.{digits}f} {unit}".rstrip()
    if value is None or not np.isfinite(value):
        return Check(name, "", at_most, NOT_MEASURED, f"needs {needs}")
    state = PASSED if (value - limit) * better >= 0 else FAILED
    return Check(name, f"{value:.{digits}f} {unit}".rstrip(), at_most, state, measured)


def checks_html(found: Sequence[Check]) -> str:
    """A table of all checks."""
    colors = {PASSED: "good", FAILED: "bad", NOT_MEASURED: "quiet"}
    rows = "".join(
        f'<tr><th>{escape(c.name)}<br><span class="quiet">{escape(c.how)}</span></th><td>{escape(c.value)}</td>'
        f'<td>{escape(c.tolerance)}</td><td class="{colors[c.state]}">{c.state}</td></tr>'
        for c in found
    )
    return (
        "<section><h2>Checks of AAPM TG-132</h2>"
        '<table class="figures checks"><thead><tr><th></th><td>found</td><td>tolerance</td><td></td></tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
    )


def decision_html(intended_use: str) -> str:
    """Fields for a reviewer to fill in."""
    use = escape(intended_use) if intended_use else ""
    lines = {
        "Intended use": use,
        "Region of interest": "",
        "Decision": " &emsp; ".join(
            f"\N{BALLOT BOX} {word}" for word in ("accept", "accept for the region above", "reject")
        ),
        "Remarks": "",
        "Reviewer": "",
        "Date and signature": "",
    }
    rows = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in lines.items())
    return f'<section class="decision"><h2>Review</h2><table><tbody>{rows}</tbody></table></section>'


def images_html(images: Mapping[str, str]) -> str:
    """A line on each image."""
    if not images:
        return ""
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in images.items())
    return f'<section><h2>Images</h2><table class="parameters"><tbody>{rows}</tbody></table></section>'
