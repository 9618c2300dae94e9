"""The verdict on a registration: what it is judged by, and what speaks against it.

Ground truth speaks before overlap, overlap before intensities. What no tissue can have done outranks all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..transforms.plausibility import LARGEST_VOLUME, SMALLEST_VOLUME, Plausibility
from .figures import NO_VERDICT, STATUSES, Evidence, Figure, LandmarkRow, Reason, Verdict

#: Nats of mutual information below which more of it may come from a wrong place as well as from the right one.
_SAYS_LITTLE = 0.1
#: Share of the mutual information below which it contradicts labels or landmarks that got closer.
_MUCH_LESS = 0.9
#: Mean Dice below which "better" means nothing yet.
_HARDLY_OVERLAPS = 0.1
#: Landmarks that fit so much better with the two lists exchanged were most likely given the wrong way round.
_FITS_SWAPPED = 0.5
_WORDS = {
    "better": "Better aligned",
    "worse": "Worse than before",
    "unchanged": "No better than before",
    "uncertain": "Uncertain",
}
_WHAT = {"labels": "the Dice overlap", "images": "the mutual information"}
_MAX_NAMED = 5


def judge(
    figures: Sequence[Figure],
    landmarks: Sequence[LandmarkRow] = (),
    deformation: Plausibility | None = None,
    *,
    guided: bool = False,
    swapped: float | None = None,
) -> Verdict:
    """The verdict on ``figures`` and ``landmarks``. With ``guided`` the registration knew the landmarks. ``swapped``:
    mean distance after, mm, with the lists of fixed and moving points exchanged."""
    same_points = bool(landmarks) and all(row.before == 0 for row in landmarks)
    evidence = _evidence(figures, len(landmarks), guided, same_points)
    if not evidence:
        return NO_VERDICT
    first = evidence[0]
    reasons = [
        *_implausible(first, evidence, landmarks, deformation),
        *_uncertain(first),
        *_hints(first, landmarks, same_points, swapped),
        *_cautions(first, deformation, guided and bool(landmarks)),
    ]
    status = min((first.change, *(reason.status for reason in reasons if reason.status)), key=STATUSES.index)
    return Verdict(status, _text(status, reasons, _change(first, len(landmarks))), tuple(evidence), tuple(reasons))


def _text(status: str, reasons: Sequence[Reason], change: str) -> str:
    """The verdict in words: what makes it comes first, then cautions and hints."""
    made_by = [reason.text for reason in reasons if reason.status == status]
    others = [reason.text for reason in reasons if reason.status != status]
    if status == "implausible":
        return " ".join([f"Implausible: {_lower(made_by[0])}", *made_by[1:], f"{_capital(change)}.", *others])
    if status == "uncertain" and reasons[0].code == "images-tell-little":
        return " ".join([f"Uncertain, because the images share too little information: {change}.", *others])
    return " ".join([f"{_WORDS[status]}: {change}.", *made_by, *others])


def _evidence(figures: Sequence[Figure], landmarks: int, guided: bool, same_points: bool) -> list[Evidence]:
    """Figures that tell better from worse, the one that counts most first."""
    kinds: list[tuple[str, Figure]] = []
    mean = next((figure for figure in figures if figure.name == "Landmark distance, mean"), None)
    overlaps = [figure for figure in figures if figure.name.startswith("Dice")]
    information = next((figure for figure in figures if figure.name == "Mutual information"), None)
    if landmarks and mean is not None:
        kinds.append(("landmarks", mean))
    if overlaps:
        kinds.append(("labels", _mean_overlap(overlaps)))
    if information is not None:
        kinds.append(("images", information))
    if guided or same_points:
        kinds.sort(key=lambda kind: kind[0] == "landmarks")
    found: list[Evidence] = []
    for kind, figure in kinds:
        if figure.before is not None:
            change = {True: "better", False: "worse", None: "unchanged"}[figure.improved]
            values = figure.name, figure.unit, figure.before, figure.after, figure.tolerance
            found.append(Evidence(kind, len(found) + 1, *values, change))
    return found


def _mean_overlap(overlaps: Sequence[Figure]) -> Figure:
    before, after = (float(np.mean([getattr(one, when) for one in overlaps])) for when in ("before", "after"))
    return Figure("Dice overlap", "", before, after, 1, 4, overlaps[0].tolerance)


def _implausible(
    first: Evidence, evidence: Sequence[Evidence], landmarks: Sequence[LandmarkRow], deformation: Plausibility | None
) -> Iterator[Reason]:
    if deformation is not None and deformation.has_folds:
        share = 100 * deformation.folded / deformation.voxels
        voxels = f"{deformation.folded} voxel{'s' * (deformation.folded > 1)}"
        yield Reason(
            "folds",
            f"The deformation folds onto itself in {voxels} of the object ({share:.2g} %), where no tissue can have"
            " moved so.",
            "implausible",
        )
    if deformation is not None and deformation.has_extremes:
        yield Reason(
            "extreme-volume",
            f"In {100 * deformation.extreme_share:.2g} % of the object, volume shrinks to less than"
            f" {SMALLEST_VOLUME:g} or grows to more than {LARGEST_VOLUME:g} times of what it does in most of it.",
            "implausible",
        )
    outliers = sorted((row for row in landmarks if row.outlier), key=lambda row: -row.after)
    if outliers and first.kind == "landmarks":
        named = ", ".join(f"{row.label} ({row.after:.1f} mm)" for row in outliers[:_MAX_NAMED])
        more = f" and {len(outliers) - _MAX_NAMED} more" if len(outliers) > _MAX_NAMED else ""
        one = len(outliers) == 1
        yield Reason(
            "landmark-outliers",
            f"{'Landmark' if one else 'Landmarks'} {named}{more} {'lies' if one else 'lie'} far off where the others"
            " fit: the registration fails there, or the landmark is wrong.",
            "implausible",
        )
    information = next((one for one in evidence if one.kind == "images"), None)
    if information is None or first is information or first.change != "better":
        return
    if information.after < _MUCH_LESS * information.before:
        yield Reason(
            "unseen-samples-disagree",
            f"The images agree less where the registration did not look: over all, their mutual information fell from"
            f" {_number(information, 'before')} to {_number(information, 'after')}.",
            "implausible",
        )


def _uncertain(first: Evidence) -> Iterator[Reason]:
    if first.kind == "images" and first.after < _SAYS_LITTLE and first.change == "better":
        yield Reason("images-tell-little", "The images share too little information.", "uncertain")
    if first.kind == "labels" and first.before == first.after == 0:
        yield Reason(
            "labels-apart",
            "Nothing overlaps: make sure that the labels or masks belong to these images.",
            "uncertain",
        )
    elif first.kind == "labels" and first.after < _HARDLY_OVERLAPS:
        yield Reason(
            "labels-hardly-overlap",
            "Hardly anything overlaps: look at the pictures before you rely on it.",
            "uncertain",
        )


def _hints(
    first: Evidence, landmarks: Sequence[LandmarkRow], same_points: bool, swapped: float | None
) -> Iterator[Reason]:
    if same_points:
        yield Reason(
            "points-equal",
            "The fixed and the moving points are the same, so they tell nothing: was one file given twice?",
        )
        return
    after = float(np.mean([row.after for row in landmarks])) if landmarks else 0.0
    before = float(np.mean([row.before for row in landmarks])) if landmarks else 0.0
    if swapped is not None and after > before and swapped < _FITS_SWAPPED * min(after, before):
        yield Reason(
            "points-swapped",
            f"The other way round the points are {swapped:.2f} mm apart: the files of fixed and moving points seem"
            " to be swapped.",
        )


def _cautions(first: Evidence, deformation: Plausibility | None, guided: bool) -> Iterator[Reason]:
    if guided:
        yield Reason(
            "landmarks-guided",
            "The landmarks guided the registration, so they do not prove it: look at the pictures, or at others.",
        )
    if deformation is not None and not deformation.has_folds and deformation.statistics.folded_count:
        count = deformation.statistics.folded_count
        yield Reason(
            "folds-outside",
            f"Outside of the object the deformation folds onto itself in {count} voxel{'s' * (count > 1)}.",
        )
    if first.kind == "images":
        yield Reason("images-only", "No landmarks or labels were given, so look at the pictures before you rely on it.")


def _change(first: Evidence, landmarks: int) -> str:
    what = _WHAT.get(first.kind, f"the mean distance of {landmarks} landmark{'s' * (landmarks > 1)}")
    return f"{what} went from {_number(first, 'before')} to {_number(first, 'after')}"


def _number(evidence: Evidence, when: str) -> str:
    digits = {"landmarks": 2, "labels": 4, "images": 3}[evidence.kind]
    return f"{getattr(evidence, when):.{digits}f}{' ' * bool(evidence.unit)}{evidence.unit}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
