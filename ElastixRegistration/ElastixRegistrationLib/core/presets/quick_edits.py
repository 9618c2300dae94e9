"""Frequent edits of a preset, with one function to read each and one to set it: grid, iterations, stiffness, metric,
motion.

An edit changes every stage that it concerns, as little as possible. Unreadable and disabled stages stay unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..parameters.component_rules import MULTI_METRIC, POINTS_METRIC
from ..parameters.maps import ParameterMap, is_bspline
from ..parameters.schema import label_index
from ..parameters.stage import finite_number
from .draft import PresetDraft
from .metric_names import with_metric_name

BENDING_ENERGY = "TransformBendingEnergyPenalty"
#: Interchangeable metrics that compare two images.
IMAGE_METRICS = (
    "AdvancedMattesMutualInformation",
    "NormalizedMutualInformation",
    "AdvancedNormalizedCorrelation",
    "AdvancedMeanSquares",
    "AdvancedKappaStatistic",
)
#: Kinds of motion, most restricted first, with their transforms.
MOTIONS = {
    "translation": ("TranslationTransform",),
    "rigid": ("EulerTransform",),
    "similarity": ("SimilarityTransform",),
    "affine": ("AffineTransform", "AffineLogTransform", "AffineDTITransform"),
    "B-spline": ("RecursiveBSplineTransform", "BSplineTransform"),
}
_SINGLE_METRIC = "MultiResolutionRegistration"
# Components other than metrics that exist once or once per metric.
_BESIDE_METRICS = ("ImageSampler", "Interpolator", "FixedImagePyramid", "MovingImagePyramid")


@dataclass(frozen=True)
class GridSpacing:
    """Distance of the control points of the last deformable stage; ``unit`` is "mm" or "voxels"."""

    value: float
    unit: str


def grid_spacing(draft: PresetDraft) -> GridSpacing | None:
    """The smallest of all axes; None if nothing deforms or elastix's default (16 voxels) applies."""
    found = None
    for _number, stage in _deformable(draft):
        for name, unit in (("FinalGridSpacingInPhysicalUnits", "mm"), ("FinalGridSpacingInVoxels", "voxels")):
            values = [number for value in stage.get(name, ()) if (number := finite_number(value))]
            if values:
                found = GridSpacing(min(values), unit)
    return found


def with_grid_spacing(draft: PresetDraft, value: float) -> PresetDraft:
    """Scale the grids of all deformable stages so that the last one becomes ``value``."""
    now = grid_spacing(draft)
    if now is None:
        return draft
    return _scaled(draft, ("FinalGridSpacingInPhysicalUnits", "FinalGridSpacingInVoxels"), value / now.value, _rounded)


def iterations(draft: PresetDraft) -> int | None:
    """The most iterations of any resolution of any stage; None if no stage states them."""
    counts = [
        int(number)
        for _number, stage in _readable(draft)
        for value in stage.get("MaximumNumberOfIterations", ())
        if (number := finite_number(value)) is not None
    ]
    return max(counts, default=None)


def with_iterations(draft: PresetDraft, count: int) -> PresetDraft:
    """Scale the iterations of all stages and resolutions so that the largest becomes ``count``."""
    now = iterations(draft)
    if not now:
        return draft
    return _scaled(draft, ("MaximumNumberOfIterations",), count / now, lambda number: str(max(1, round(number))))


def stiffness(draft: PresetDraft) -> float | None:
    """Weight of the bending energy in the last deformable stage, 0.0 without one; None if nothing deforms."""
    found = None
    for _number, stage in _deformable(draft):
        metrics = stage.get("Metric", ())
        found = 0.0
        if BENDING_ENERGY in metrics:
            weights = stage.get(f"Metric{metrics.index(BENDING_ENERGY)}Weight", ("1.0",))
            found = finite_number(weights[-1]) or 0.0
    return found


def with_stiffness(draft: PresetDraft, weight: float) -> PresetDraft:
    """Set the bending energy of all deformable stages to that weight; 0 removes it.

    The penalty is Rueckert's (IEEE TMI 18(8), 1999); how much a weight does depends on the metric beside it.
    """
    for number, stage in _deformable(draft):
        metrics = list(stage.get("Metric", ()))
        if weight > 0 and metrics:
            if BENDING_ENERGY not in metrics:
                draft = _with_metrics(draft, number, [*metrics, BENDING_ENERGY])
                metrics.append(BENDING_ENERGY)
            draft = draft.with_values(number, f"Metric{metrics.index(BENDING_ENERGY)}Weight", [f"{weight:g}"])
        elif BENDING_ENERGY in metrics and len(metrics) > 1:
            draft = _without_metric(draft, number, metrics.index(BENDING_ENERGY))
    return draft


def metric(draft: PresetDraft) -> str | None:
    """The image metric of the last stage that has one; None without one."""
    found = None
    for _number, stage in _readable(draft):
        found = next((name for name in stage.get("Metric", ()) if name in IMAGE_METRICS), found)
    return found


def with_metric(draft: PresetDraft, name: str) -> PresetDraft:
    """Replace the image metric of all stages by ``name``, one of IMAGE_METRICS, also in the names of their files."""
    for number, stage in _readable(draft):
        metrics = list(stage.get("Metric", ()))
        place = next((n for n, other in enumerate(metrics) if other in IMAGE_METRICS), None)
        if place is not None and metrics[place] != name:
            metrics[place] = name
            draft = draft.with_values(number, "Metric", metrics)
            draft = draft.renamed(number, with_metric_name(draft.stages[number].name, name))
    return draft


def motion(draft: PresetDraft) -> str | None:
    """The freest kind of motion, of MOTIONS, that a stage allows; None if unknown."""
    kinds = [kind for _number, stage in _readable(draft) if (kind := _motion_of(stage))]
    return max(kinds, key=list(MOTIONS).index, default=None)


def with_motion(draft: PresetDraft, kind: str) -> PresetDraft:
    """Allow exactly this kind of motion, of MOTIONS. Freer stages are removed. If no stage of that kind remains, the
    first removed linear stage becomes one. If all stages are more restricted, one of that kind is added.
    """
    order, now = list(MOTIONS), motion(draft)
    if now == kind:
        return draft
    if now is None or order.index(kind) > order.index(now):
        return draft.with_stage(kind)
    kinds = {number: own for number, stage in _readable(draft) if (own := _motion_of(stage))}
    freer = [number for number, own in kinds.items() if order.index(own) > order.index(kind)]
    becomes = next((number for number in freer if kinds[number] != "B-spline"), None)
    if kind in kinds.values():
        becomes = None
    elif becomes is not None:
        draft = _as_transform(draft, becomes, MOTIONS[kind][0])
    for number in reversed(freer):
        if number != becomes:
            draft = draft.without_stage(number)
    return draft if motion(draft) == kind else draft.with_stage(kind)


def _readable(draft: PresetDraft) -> Iterator[tuple[int, ParameterMap]]:
    for number, (stage, parameters) in enumerate(zip(draft.stages, draft.maps, strict=True)):
        if stage.enabled and parameters is not None:
            yield number, parameters


def _deformable(draft: PresetDraft) -> Iterator[tuple[int, ParameterMap]]:
    for number, stage in _readable(draft):
        if is_bspline(stage):
            yield number, stage


def _motion_of(stage: ParameterMap) -> str | None:
    transform = (stage.get("Transform") or ("",))[0]
    return next((kind for kind, names in MOTIONS.items() if transform in names), None)


def _scaled(draft: PresetDraft, names: tuple[str, ...], factor: float, written: Callable[[float], str]) -> PresetDraft:
    for number, stage in _readable(draft):
        for name in names:
            values = stage.get(name, ())
            numbers = [each for value in values if (each := finite_number(value)) is not None]
            if numbers and len(numbers) == len(values):
                draft = draft.with_values(number, name, [written(each * factor) for each in numbers])
    return draft


def _rounded(number: float) -> str:
    return f"{number:.4g}"


def _with_metrics(draft: PresetDraft, number: int, metrics: list[str]) -> PresetDraft:
    """Add a metric. The weights of the others are written out, because elastix otherwise uses 1 / count."""
    stage = draft.maps[number] or {}
    for n in range(len(metrics) - 1):
        if f"Metric{n}Weight" not in stage:
            draft = draft.with_values(number, f"Metric{n}Weight", ["1.0"])
    for kind in _BESIDE_METRICS:
        given = stage.get(kind, ())
        if len(given) == len(metrics) - 1 > 1:
            draft = draft.with_values(number, kind, [*given, given[0]])
    draft = draft.with_values(number, "Registration", [MULTI_METRIC])
    return draft.with_values(number, "Metric", metrics)


def _without_metric(draft: PresetDraft, number: int, place: int) -> PresetDraft:
    stage = draft.maps[number] or {}
    metrics = list(stage.get("Metric", ()))
    for kind in _BESIDE_METRICS:
        given = list(stage.get(kind, ()))
        if len(given) == len(metrics):
            draft = draft.with_values(number, kind, given[:place] + given[place + 1 :])
    del metrics[place]
    draft = draft.with_values(number, "Metric", metrics)
    # Metric2Weight is Metric1Weight when metric 1 is gone.
    labeled = {name: label[1] for name in stage if (label := label_index(name)) and label[0] == "Metric"}
    for name, index in sorted(labeled.items(), key=lambda item: item[1]):
        if index > place:
            new = name.replace(f"Metric{index}", f"Metric{index - 1}", 1)
            draft = draft.with_values(number, new, stage[name])
        if index >= place and (index == len(metrics) or name.replace(str(index), str(index + 1), 1) not in stage):
            draft = draft.with_values(number, name, [])
    if len(metrics) == 1 and metrics != [POINTS_METRIC]:
        draft = draft.with_values(number, "Registration", [_SINGLE_METRIC]).with_values(number, "Metric0Weight", [])
    return draft


def _as_transform(draft: PresetDraft, number: int, transform: str) -> PresetDraft:
    """The stage with another transform, without parameters that applied only to the former one."""
    draft = draft.with_values(number, "Transform", [transform])
    if len((draft.maps[number] or {}).get("Scales", ())) > 1:
        draft = draft.with_values(number, "Scales", []).with_values(number, "AutomaticScalesEstimation", ["true"])
    if transform == "TranslationTransform" and (draft.maps[number] or {}).get("ASGDParameterEstimationMethod"):
        # The fast way to find the step size, DisplacementDistribution, finds none for it.
        draft = draft.with_values(number, "ASGDParameterEstimationMethod", ["Original"])
    return draft
