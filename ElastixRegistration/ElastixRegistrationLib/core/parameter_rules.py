"""Rules for parameters among each other, with the images, masks and points, and from stage to stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from .parameter_maps import ParameterMap

#: Severity, parameter, message.
Finding: TypeAlias = tuple[str, str | None, str]

_MULTI = "MultiMetricMultiResolutionRegistration"
_POINTS_METRIC = "CorrespondingPointsEuclideanDistanceMetric"
_PENALTIES = (
    "TransformBendingEnergyPenalty",
    "TransformRigidityPenalty",
    "DisplacementMagnitudePenalty",
    "DistancePreservingRigidityPenalty",
)
_GRID_TRANSFORMS = ("BSplineTransform", "RecursiveBSplineTransform")
# The registration sets these itself: nothing is written by elastix, and images lie where their headers say.
_WRITES = (
    "WriteResultImage",
    "WriteResultImageAfterEachResolution",
    "WriteResultImageAfterEachIteration",
    "WritePyramidImagesAfterEachResolution",
    "WriteTransformParametersEachIteration",
    "WriteTransformParametersEachResolution",
)


@dataclass(frozen=True)
class Stage:
    """A parameter map, its place among the stages, and what it is used with."""

    number: int
    map: ParameterMap
    dimension: int
    fixed_mask: bool = False
    moving_mask: bool = False
    points: bool = False

    def first(self, name: str, default: str = "") -> str:
        return (self.map.get(name) or (default,))[0]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(self.map.get(name) or ())


def rule_findings(stages: Sequence[Stage]) -> Iterator[tuple[int, Finding]]:
    """What is wrong, each with the number of its stage."""
    for stage in stages:
        for rule in (_dimensions, _registration, _sampling, _scales, _grid, _metrics, _masks, _optimizer, _set_here):
            for finding in rule(stage):
                yield stage.number, finding
    yield from _order(stages)
    if stages and stages[0].points and not any(_uses_points(stage) for stage in stages):
        message = f"corresponding points are given, but no stage uses them; add the Metric {_POINTS_METRIC}."
        yield stages[-1].number, ("warning", "Metric", message)


def _dimensions(stage: Stage) -> Iterator[Finding]:
    for name in ("FixedImageDimension", "MovingImageDimension"):
        value = stage.first(name)
        if value.isdecimal() and int(value) != stage.dimension:
            yield "error", name, f"the parameters are for images of {value} axes, and these have {stage.dimension}."


def _registration(stage: Stage) -> Iterator[Finding]:
    metrics = stage.all("Metric")
    multi = stage.first("Registration", "MultiResolutionRegistration") == _MULTI
    if len(metrics) > 1 and not multi:
        yield (
            "error",
            "Registration" if "Registration" in stage.map else "Metric",
            f'{len(metrics)} metrics are named; several need (Registration "{_MULTI}").',
        )
    if _POINTS_METRIC in metrics and not multi:
        yield "error", "Metric", f'{_POINTS_METRIC} needs (Registration "{_MULTI}").'
    for kind in ("ImageSampler", "Interpolator", "FixedImagePyramid", "MovingImagePyramid"):
        count = len(stage.all(kind))
        if not multi and count > 1:
            yield "warning", kind, f"{count} are named and only the first is used."
        elif multi and count > 1 and count != len(metrics):
            yield "warning", kind, f"{count} are named for {len(metrics)} metrics; name one, or one for each."
    pyramids, samplers = len(stage.all("FixedImagePyramid")), len(stage.all("ImageSampler"))
    if multi and pyramids > 1 and samplers < min(pyramids, len(metrics)):
        yield (
            "error",
            "ImageSampler",
            f"with {pyramids} fixed image pyramids each metric needs its own ImageSampler, and {samplers} are named.",
        )


def _sampling(stage: Stage) -> Iterator[Finding]:
    sampled = [metric for metric in stage.all("Metric") if metric != _POINTS_METRIC]
    if sampled and not stage.all("ImageSampler"):
        yield "error", "ImageSampler", 'no ImageSampler is named; add for example (ImageSampler "RandomCoordinate").'
    if "RandomSparseMask" in stage.all("ImageSampler") and not stage.fixed_mask:
        yield "error", "ImageSampler", "RandomSparseMask needs a mask of the fixed image, and none is given."
    random = stage.first("ImageSampler").startswith("Random")
    if random and _is_stochastic(stage) and stage.first("NewSamplesEveryIteration", "false") == "false":
        yield (
            "warning",
            "NewSamplesEveryIteration",
            f"{stage.first('Optimizer')} is made for new points in every iteration; set it to true.",
        )
    if "Full" in stage.all("ImageSampler") and _is_stochastic(stage) and stage.dimension > 2:
        yield "warning", "ImageSampler", "all voxels are used in every iteration, which is slow; use RandomCoordinate."


def _is_stochastic(stage: Stage) -> bool:
    return "Stochastic" in stage.first("Optimizer")


def _scales(stage: Stage) -> Iterator[Finding]:
    counts = {
        "TranslationTransform": {2: 2, 3: 3},
        "EulerTransform": {2: 3, 3: 6},
        "SimilarityTransform": {2: 4, 3: 7},
        "AffineTransform": {2: 6, 3: 12},
        "AffineLogTransform": {2: 6, 3: 12},
    }
    needed = counts.get(stage.first("Transform"), {}).get(stage.dimension)
    given = len(stage.all("Scales"))
    if needed and given not in (0, 1, needed) and stage.first("AutomaticScalesEstimation") != "true":
        yield (
            "error",
            "Scales",
            f"it has {given} values, and the {stage.first('Transform')} has {needed} parameters; give one value or"
            f" {needed}.",
        )


def _grid(stage: Stage) -> Iterator[Finding]:
    transform = stage.first("Transform")
    if transform not in _GRID_TRANSFORMS:
        return
    if "FinalGridSpacingInVoxels" in stage.map and "FinalGridSpacingInPhysicalUnits" in stage.map:
        yield (
            "error",
            "FinalGridSpacingInVoxels",
            "FinalGridSpacingInPhysicalUnits is given too, and elastix takes only one of them.",
        )
    elif not {"FinalGridSpacingInVoxels", "FinalGridSpacingInPhysicalUnits"} & set(stage.map):
        yield (
            "warning",
            "Transform",
            "no grid spacing is given and elastix takes 16 voxels; add FinalGridSpacingInPhysicalUnits.",
        )


def _metrics(stage: Stage) -> Iterator[Finding]:
    metrics, transform = stage.all("Metric"), stage.first("Transform")
    if _POINTS_METRIC in metrics and not stage.points:
        yield "error", "Metric", f"{_POINTS_METRIC} needs corresponding points in both images, and none are given."
    if "TransformRigidityPenalty" in metrics and transform not in _GRID_TRANSFORMS:
        yield "error", "Metric", f"TransformRigidityPenalty needs a B-spline transform, not {transform}."
    if "DistancePreservingRigidityPenalty" in metrics and not stage.first("SegmentedImageName"):
        yield "error", "Metric", "DistancePreservingRigidityPenalty needs the file of SegmentedImageName."
    if "TransformBendingEnergyPenalty" in metrics and transform and "Spline" not in transform:
        yield "warning", "Metric", f"TransformBendingEnergyPenalty does nothing, for a {transform} does not bend."
    if metrics and all(metric in _PENALTIES for metric in metrics):
        yield "warning", "Metric", "only penalties are named: nothing compares the images."
    if transform == "SplineKernelTransform" and not stage.points:
        yield "error", "Transform", "SplineKernelTransform needs corresponding points, and none are given."


def _uses_points(stage: Stage) -> bool:
    return _POINTS_METRIC in stage.all("Metric") or stage.first("Transform") == "SplineKernelTransform"


def _masks(stage: Stage) -> Iterator[Finding]:
    masks = [name for name, given in (("Fixed", stage.fixed_mask), ("Moving", stage.moving_mask)) if given]
    eroded = [name for name in masks if _erodes(stage, name)]
    if eroded:
        name = next(
            (name for name in ("ErodeMask", *(f"Erode{side}Mask" for side in eroded)) if name in stage.map), None
        )
        default = "" if name else " by default"
        yield (
            "warning",
            name or "ErodeMask",
            f"elastix shrinks the mask in coarse resolutions{default}, where thin masks vanish; set it to false.",
        )


def _erodes(stage: Stage, side: str) -> bool:
    general = stage.all("ErodeMask") or ("true",)
    return "true" in (stage.all(f"Erode{side}Mask") or general)


def _optimizer(stage: Stage) -> Iterator[Finding]:
    if stage.first("Optimizer") == "FullSearch" and not stage.all("FullSearchSpace0"):
        yield "error", "Optimizer", "FullSearch needs (FullSearchSpace0 name parameter_number from to step)."


def _set_here(stage: Stage) -> Iterator[Finding]:
    for name in _WRITES:
        if "true" in stage.all(name):
            yield "warning", name, "it is ignored: elastix writes no files here, ask for the output instead."
    for name in ("FixedInternalImagePixelType", "MovingInternalImagePixelType"):
        if stage.first(name, "float") != "float":
            yield "warning", name, "it is ignored: images are held as float."
    if stage.first("HowToCombineTransforms", "Compose") != "Compose":
        yield "warning", "HowToCombineTransforms", "it is ignored: each stage follows the one before it (Compose)."
    if stage.first("UseDirectionCosines", "true") == "false":
        yield "warning", "UseDirectionCosines", "it is ignored: the orientation of the images is always used."
    if "InitialTransformParameterFileName" in stage.map and stage.first("InitialTransformParameterFileName") not in (
        "",
        "NoInitialTransform",
    ):
        yield "warning", "InitialTransformParameterFileName", "it is ignored: give the initial transform as such."


def _order(stages: Sequence[Stage]) -> Iterator[tuple[int, Finding]]:
    for before, stage in pairwise(stages):
        if "Spline" in before.first("Transform") and "Spline" not in stage.first("Transform", "Spline"):
            yield (
                stage.number,
                (
                    "warning",
                    "Transform",
                    f"a {stage.first('Transform')} comes after a deformation; put linear stages first.",
                ),
            )
