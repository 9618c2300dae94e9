"""Judge a registration, with evidence and reasons.

Landmarks count more than overlap, and overlap counts more than intensities. Implausible motion outranks all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..deformation.plausibility import LARGEST_VOLUME, SMALLEST_VOLUME, Plausibility
from ..wording import Said, change_of, joined, said
from .figures import NO_VERDICT, STATUSES, Evidence, Figure, LandmarkRow, Reason, Verdict, mean_overlap

#: Below this mutual information, nats, a wrong position may explain an increase as well as the right one.
_SAYS_LITTLE = 0.1
#: Below this ratio, after / before, mutual information contradicts an improvement of labels or landmarks.
_MUCH_LESS = 0.9
#: Mean Dice below which "better" is meaningless.
_HARDLY_OVERLAPS = 0.1
#: Swapped landmark lists are reported if their mean distance is below this share of those before and after.
_FITS_SWAPPED = 0.5
_MAX_NAMED = 5


def judge(
    figures: Sequence[Figure],
    landmarks: Sequence[LandmarkRow] = (),
    deformation: Plausibility | None = None,
    *,
    guided: bool = False,
    swapped: float | None = None,
) -> Verdict:
    """Return the verdict on ``figures`` and ``landmarks``. ``guided`` says that the registration used the landmarks.
    ``swapped`` is the mean distance after registration, mm, with the lists of fixed and moving points swapped."""
    same_points = bool(landmarks) and all(row.before == 0 for row in landmarks)
    evidence = _evidence(figures, len(landmarks), guided, same_points)
    if not evidence:
        return NO_VERDICT
    first = evidence[0]
    reasons = [
        *_implausible(first, evidence, landmarks, deformation),
        *_uncertain(first),
        *_hints(first, landmarks, same_points, swapped),
        *_cautions(first, deformation, guided and bool(landmarks), bool(landmarks)),
    ]
    status = min((first.change, *(reason.status for reason in reasons if reason.status)), key=STATUSES.index)
    return Verdict(status, _text(status, reasons, _change(first, len(landmarks))), tuple(evidence), tuple(reasons))


def _text(status: str, reasons: Sequence[Reason], change: Said) -> Said:
    """Return the verdict in words: first its reasons, then cautions and hints. ``change`` is part of a sentence."""
    made_by = [reason.text for reason in reasons if reason.status == status]
    others = [reason.text for reason in reasons if reason.status != status]
    if status == "implausible":
        first = said("Implausible: {reason}", reason=made_by[0].within_a_sentence())
        return joined(first, *made_by[1:], said("{change}.", change=change.as_a_sentence()), *others)
    if status == "uncertain" and reasons[0].code == "images-tell-little":
        start = said("Uncertain, because the images share too little information: {change}.", change=change)
        return joined(start, *others)
    starts = {
        "better": said("Better aligned: {change}.", change=change),
        "worse": said("Worse than before: {change}.", change=change),
        "unchanged": said("No better than before: {change}.", change=change),
        "uncertain": said("Uncertain: {change}.", change=change),
    }
    return joined(starts[status], *made_by, *others)


def _evidence(figures: Sequence[Figure], landmarks: int, guided: bool, same_points: bool) -> list[Evidence]:
    """Return the figures that decide between better and worse, the most important first."""
    kinds: list[tuple[str, Figure]] = []
    mean = next((figure for figure in figures if figure.name == "Landmark distance, mean"), None)
    information = next((figure for figure in figures if figure.name == "Mutual information"), None)
    if landmarks and mean is not None:
        kinds.append(("landmarks", mean))
    if (overlap := mean_overlap(figures)) is not None:
        kinds.append(("labels", overlap))
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


def _implausible(
    first: Evidence, evidence: Sequence[Evidence], landmarks: Sequence[LandmarkRow], deformation: Plausibility | None
) -> Iterator[Reason]:
    if deformation is not None and deformation.has_folds:
        share = 100 * deformation.folded / deformation.voxels
        one = said(
            "The deformation folds onto itself in 1 voxel of the object ({share:.2g} %), where no tissue can have moved"
            " like that.",
            share=share,
        )
        several = said(
            "The deformation folds onto itself in {count} voxels of the object ({share:.2g} %), where no tissue can"
            " have moved like that.",
            count=deformation.folded,
            share=share,
        )
        yield Reason("folds", one if deformation.folded == 1 else several, "implausible")
    if deformation is not None and deformation.has_extremes:
        yield Reason(
            "extreme-volume",
            said(
                "In {share:.2g} % of the object, the local volume change is less than {smallest:g} times or more than "
                "{largest:g} times that of most of the object.",
                share=100 * deformation.extreme_share,
                smallest=SMALLEST_VOLUME,
                largest=LARGEST_VOLUME,
            ),
            "implausible",
        )
    if first.kind == "landmarks":
        yield from _outliers(landmarks)
    information = next((one for one in evidence if one.kind == "images"), None)
    if information is None or first is information or first.change != "better":
        return
    if information.after < _MUCH_LESS * information.before:
        yield Reason(
            "unseen-samples-disagree",
            said(
                "The images agree less on voxels that the registration did not sample: over all voxels, their "
                "mutual information fell from {before} to {after}.",
                before=_number(information, "before"),
                after=_number(information, "after"),
            ),
            "implausible",
        )


def _outliers(landmarks: Sequence[LandmarkRow]) -> Iterator[Reason]:
    outliers = sorted((row for row in landmarks if row.outlier), key=lambda row: -row.after)
    if not outliers:
        return
    named = ", ".join(f"{row.label} ({row.after:.1f} mm)" for row in outliers[:_MAX_NAMED])
    more = len(outliers) - _MAX_NAMED
    if len(outliers) == 1:
        text = said(
            "Landmark {named} is far off although the others fit; the registration failed there, or the landmark "
            "is wrong.",
            named=named,
        )
    elif more <= 0:
        text = said(
            "Landmarks {named} are far off although the others fit; the registration failed there, or the "
            "landmarks are wrong.",
            named=named,
        )
    else:
        text = said(
            "Landmarks {named} and {count} more are far off although the others fit; the registration failed "
            "there, or the landmarks are wrong.",
            named=named,
            count=more,
        )
    yield Reason("landmark-outliers", text, "implausible")


def _uncertain(first: Evidence) -> Iterator[Reason]:
    if first.kind == "images" and first.after < _SAYS_LITTLE and first.change == "better":
        yield Reason("images-tell-little", said("The images share too little information."), "uncertain")
    if first.kind == "labels" and first.before == first.after == 0:
        yield Reason(
            "labels-apart",
            said("The labels or masks do not overlap: make sure that they belong to these images."),
            "uncertain",
        )
    elif first.kind == "labels" and first.after < _HARDLY_OVERLAPS:
        yield Reason(
            "labels-hardly-overlap",
            said("The labels or masks hardly overlap: look at the images before you rely on the result."),
            "uncertain",
        )


def _hints(
    first: Evidence, landmarks: Sequence[LandmarkRow], same_points: bool, swapped: float | None
) -> Iterator[Reason]:
    if same_points:
        yield Reason(
            "points-equal",
            said("The fixed and moving points are identical, so they prove nothing: was one file given twice?"),
        )
        return
    after = float(np.mean([row.after for row in landmarks])) if landmarks else 0.0
    before = float(np.mean([row.before for row in landmarks])) if landmarks else 0.0
    if swapped is not None and after > before and swapped < _FITS_SWAPPED * min(after, before):
        yield Reason(
            "points-swapped",
            said(
                "With fixed and moving swapped, the points are only {distance:.2f} mm apart: their files seem to "
                "be swapped.",
                distance=swapped,
            ),
        )


def _cautions(first: Evidence, deformation: Plausibility | None, guided: bool, has_landmarks: bool) -> Iterator[Reason]:
    if guided:
        yield Reason(
            "landmarks-guided",
            said(
                "The landmarks guided the registration, so they do not prove that it is right: look at the images, "
                "or use other landmarks."
            ),
        )
    if deformation is not None and not deformation.has_folds and deformation.statistics.folded_count:
        count = deformation.statistics.folded_count
        one = said("Outside the object, the deformation folds onto itself in 1 voxel.")
        several = said("Outside the object, the deformation folds onto itself in {count} voxels.", count=count)
        yield Reason("folds-outside", one if count == 1 else several)
    if first.kind == "images":
        nothing = said("No landmarks or labels were given, so look at the images before you rely on the result.")
        nothing_else = said(
            "No other landmarks or labels were given, so look at the images before you rely on the result."
        )
        yield Reason("images-only", nothing_else if has_landmarks else nothing)


def _change(first: Evidence, landmarks: int) -> Said:
    """Return part of a sentence: how the first figure of the evidence changed."""
    if first.kind == "labels":
        what = said("the Dice overlap")
    elif first.kind == "images":
        what = said("the mutual information")
    elif landmarks == 1:
        what = said("the mean distance of 1 landmark")
    else:
        what = said("the mean distance of {count} landmarks", count=landmarks)
    return change_of(what, _number(first, "before"), _number(first, "after"))


def _number(evidence: Evidence, when: str) -> str:
    digits = {"landmarks": 2, "labels": 4, "images": 3}[evidence.kind]
    return f"{getattr(evidence, when):.{digits}f}{' ' * bool(evidence.unit)}{evidence.unit}"
