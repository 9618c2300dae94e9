"""What Automatic chose, in words for the user: parts of one sentence, in the order in which they were chosen."""

from __future__ import annotations

from collections.abc import Sequence

from ..wording import Said, joined, said

HOLES_IGNORED = {
    "fixed": said("the empty surroundings of the cut-out object in the fixed image are ignored"),
    "moving": said("the empty surroundings of the cut-out object in the moving image are ignored"),
}


def automatic_sentence(choices: Sequence[Said]) -> Said:
    return said("Automatic: {choices}.", choices=joined(*choices, by="; "))


def bspline_words(grid_mm: float) -> Said:
    return said("B-spline with {grid_mm:g} mm between its control points", grid_mm=grid_mm)


def refined_words(voxel_mm: float) -> Said:
    return said("refined by local correlation every {voxel_mm:.2g} mm", voxel_mm=voxel_mm)


def undeformed_words(reason: Said) -> Said:
    return said("no deformation, because the contrasts differ and {reason}", reason=reason)


def disagreement_words(agreed_mm: float, motion_mm: float) -> Said:
    return said(
        "neighboring blocks agree on only {agreed:.1f} mm of the remaining motion ({motion:.1f} mm)",
        agreed=agreed_mm,
        motion=motion_mm,
    )


def moved_too_far_words(moved_mm: float, blocks_mm: float) -> Said:
    return said(
        "one would move the image by {moved:.1f} mm, single blocks by only {blocks:.1f} mm",
        moved=moved_mm,
        blocks=blocks_mm,
    )
