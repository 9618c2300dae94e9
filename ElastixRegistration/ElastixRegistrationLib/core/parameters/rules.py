"""Rules that relate parameters to each other, to images, masks and points, and across stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..wording import said
from .component_rules import (
    POINTS_METRIC,
    generic_pyramids,
    initialization,
    optimizer,
    registration,
    safeguards,
    scales,
)
from .file_access import ignored_outputs
from .maps import ParameterMap
from .stage import Finding, Stage

PENALTIES = (
    "TransformBendingEnergyPenalty",
    "TransformRigidityPenalty",
    "DisplacementMagnitudePenalty",
    "DistancePreservingRigidityPenalty",
)
_GRID_TRANSFORMS = ("BSplineTransform", "RecursiveBSplineTransform")


def rule_findings(stages: Sequence[Stage]) -> Iterator[tuple[int, Finding]]:
    """What is wrong, each with the number of its stage."""
    for stage in stages:
        for rule in _RULES:
            for finding in rule(stage):
                yield stage.number, finding
    yield from _order(stages)
    if stages and stages[0].points and not any(uses_points(stage.map) for stage in stages):
        message = f"corresponding points are given, but no stage uses them; add the Metric {POINTS_METRIC}."
        yield stages[-1].number, ("warning", "Metric", message)


def _dimensions(stage: Stage) -> Iterator[Finding]:
    for name in ("FixedImageDimension", "MovingImageDimension"):
        value = stage.first(name)
        if value.isdecimal() and value.lstrip("0") != str(stage.dimension):
            yield (
                "error",
                name,
                said(
                    "the parameters are for images of {value} axes, and these have {dimension}.",
                    value=value,
                    dimension=stage.dimension,
                ),
            )


def _sampling(stage: Stage) -> Iterator[Finding]:
    sampled = [metric for metric in stage.all("Metric") if metric != POINTS_METRIC]
    if sampled and not stage.all("ImageSampler"):
        yield (
            "error",
            "ImageSampler",
            said('no ImageSampler is named; add for example (ImageSampler "RandomCoordinate").'),
        )
    if "RandomSparseMask" in stage.all("ImageSampler") and not stage.fixed_mask:
        yield "error", "ImageSampler", said("RandomSparseMask needs a mask of the fixed image, and none is given.")
    random = stage.first("ImageSampler").startswith("Random")
    if random and _is_stochastic(stage) and stage.first("NewSamplesEveryIteration", "false") == "false":
        yield (
            "warning",
            "NewSamplesEveryIteration",
            said("{value} is made for new points in every iteration; set it to true.", value=stage.first("Optimizer")),
        )
    if "Full" in stage.all("ImageSampler") and _is_stochastic(stage) and stage.dimension > 2:
        yield (
            "warning",
            "ImageSampler",
            said("all voxels are used in every iteration, which is slow; use RandomCoordinate."),
        )


def _is_stochastic(stage: Stage) -> bool:
    return "Stochastic" in stage.first("Optimizer")


def _grid(stage: Stage) -> Iterator[Finding]:
    transform = stage.first("Transform")
    if transform not in _GRID_TRANSFORMS:
        return
    if "FinalGridSpacingInVoxels" in stage.map and "FinalGridSpacingInPhysicalUnits" in stage.map:
        yield (
            "error",
            "FinalGridSpacingInVoxels",
            said("FinalGridSpacingInPhysicalUnits is given too, and elastix takes only one of them."),
        )
    elif not {"FinalGridSpacingInVoxels", "FinalGridSpacingInPhysicalUnits"} & set(stage.map):
        yield (
            "warning",
            "Transform",
            said("no grid spacing is given, so elastix uses 16 voxels; add FinalGridSpacingInPhysicalUnits."),
        )


def _metrics(stage: Stage) -> Iterator[Finding]:
    metrics, transform = stage.all("Metric"), stage.first("Transform")
    if POINTS_METRIC in metrics and not stage.points:
        yield (
            "error",
            "Metric",
            said(
                "{points_metric} needs corresponding points in both images, and none are given.",
                points_metric=POINTS_METRIC,
            ),
        )
    if "TransformRigidityPenalty" in metrics and transform not in _GRID_TRANSFORMS:
        yield (
            "error",
            "Metric",
            said("TransformRigidityPenalty needs a B-spline transform, not {transform}.", transform=transform),
        )
    if "DistancePreservingRigidityPenalty" in metrics and not stage.first("SegmentedImageName"):
        yield "error", "Metric", said("DistancePreservingRigidityPenalty needs the file of SegmentedImageName.")
    if "TransformBendingEnergyPenalty" in metrics and transform and "Spline" not in transform:
        yield (
            "warning",
            "Metric",
            said(
                "TransformBendingEnergyPenalty does nothing, because a {transform} does not bend.", transform=transform
            ),
        )
    if metrics and all(metric in PENALTIES for metric in metrics):
        yield "warning", "Metric", said("only penalties are named; nothing compares the images.")
    if transform == "SplineKernelTransform":
        if not stage.points:
            yield "error", "Transform", said("SplineKernelTransform needs corresponding points, and none are given.")
        for metric in {"TransformBendingEnergyPenalty", "SumSquaredTissueVolumeDifference"} & set(metrics):
            yield "error", "Metric", said("{metric} cannot be used with a SplineKernelTransform.", metric=metric)


def uses_points(parameters: ParameterMap) -> bool:
    """Whether a stage needs corresponding points."""
    transform = parameters.get("Transform", ("",))[0]
    return POINTS_METRIC in parameters.get("Metric", ()) or transform == "SplineKernelTransform"


def _masks(stage: Stage) -> Iterator[Finding]:
    masks = [name for name, given in (("Fixed", stage.fixed_mask), ("Moving", stage.moving_mask)) if given]
    eroded = [name for name in masks if stage.erodes(name)]
    if eroded:
        name = next(
            (name for name in ("ErodeMask", *(f"Erode{side}Mask" for side in eroded)) if name in stage.map), None
        )
        default = "" if name else " by default"
        yield (
            "warning",
            name or "ErodeMask",
            said(
                "elastix shrinks the mask in coarse resolutions{default}, where thin masks vanish; set it to false.",
                default=default,
            ),
        )


def _set_here(stage: Stage) -> Iterator[Finding]:
    for name in ignored_outputs(stage.map):
        yield "warning", name, said("it is ignored, because elastix writes no files here; ask for the output instead.")
    for name in ("FixedInternalImagePixelType", "MovingInternalImagePixelType"):
        if stage.first(name, "float") != "float":
            yield "warning", name, said("it is ignored, because images are held as float.")
    if stage.first("HowToCombineTransforms", "Compose") != "Compose":
        yield (
            "warning",
            "HowToCombineTransforms",
            said("it is ignored, because each stage follows the one before it (Compose)."),
        )
    if stage.first("UseDirectionCosines", "true") == "false":
        yield (
            "warning",
            "UseDirectionCosines",
            said("it is ignored, because the orientation of the images is always used."),
        )
    if "InitialTransformParameterFileName" in stage.map and stage.first("InitialTransformParameterFileName") not in (
        "",
        "NoInitialTransform",
    ):
        yield "warning", "InitialTransformParameterFileName", said("it is ignored; give the initial transform as such.")


def _order(stages: Sequence[Stage]) -> Iterator[tuple[int, Finding]]:
    for before, stage in pairwise(stages):
        if "Spline" in before.first("Transform") and "Spline" not in stage.first("Transform", "Spline"):
            yield (
                stage.number,
                (
                    "warning",
                    "Transform",
                    said(
                        "a {value} comes after a deformation; put linear stages first.", value=stage.first("Transform")
                    ),
                ),
            )


_RULES = (
    _dimensions,
    registration,
    _sampling,
    safeguards,
    generic_pyramids,
    initialization,
    scales,
    _grid,
    _metrics,
    _masks,
    optimizer,
    _set_here,
)
