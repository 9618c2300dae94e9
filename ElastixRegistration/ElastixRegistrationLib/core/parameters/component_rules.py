"""Requirements of elastix's components on each other and on their parameters, beyond kinds and counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..wording import said
from .stage import Finding, Stage, finite_number, resolutions_of

MULTI_METRIC = "MultiMetricMultiResolutionRegistration"
POINTS_METRIC = "CorrespondingPointsEuclideanDistanceMetric"
_ADAPTIVE = "AdaptiveStochasticGradientDescent"
_PRECONDITIONED = "PreconditionedStochasticGradientDescent"
_NO_PRECONDITIONER = ("TransformRigidityPenalty", POINTS_METRIC)
#: How many numbers a transform has, by the dimension of the images.
_TRANSFORM_NUMBERS = {
    "TranslationTransform": {2: 2, 3: 3},
    "EulerTransform": {2: 3, 3: 6},
    "SimilarityTransform": {2: 4, 3: 7},
    "AffineTransform": {2: 6, 3: 12},
    "AffineLogTransform": {2: 6, 3: 12},
    "AffineDTITransform": {2: 7, 3: 12},
}


def registration(stage: Stage) -> Iterator[Finding]:
    metrics = stage.all("Metric")
    multi = stage.first("Registration", "MultiResolutionRegistration") == MULTI_METRIC
    if len(metrics) > 1 and not multi:
        yield (
            "error",
            "Registration" if "Registration" in stage.map else "Metric",
            said(
                '{count} metrics are named; several need (Registration "{multi_metric}").',
                count=len(metrics),
                multi_metric=MULTI_METRIC,
            ),
        )
    if POINTS_METRIC in metrics and not multi:
        yield (
            "error",
            "Metric",
            said(
                '{points_metric} needs (Registration "{multi_metric}").',
                points_metric=POINTS_METRIC,
                multi_metric=MULTI_METRIC,
            ),
        )
    kinds = ("ImageSampler", "Interpolator", "FixedImagePyramid", "MovingImagePyramid")
    counts = {kind: len(stage.all(kind)) for kind in kinds}
    for kind, count in counts.items():
        if not multi and count > 1:
            yield "warning", kind, said("{count} are named and only the first is used.", count=count)
        elif multi and count > 1 and count != len(metrics):
            # Extra samplers are ignored, and metrics without a sampler share the first.
            severity = "warning" if kind == "ImageSampler" else "error"
            yield severity, kind, f"{count} are named for {len(metrics)} metrics; name one, or one for each."
    if not multi:
        return
    samplers = counts["ImageSampler"]
    if counts["FixedImagePyramid"] > 1 and samplers < min(counts["FixedImagePyramid"], len(metrics)):
        yield (
            "error",
            "ImageSampler",
            said(
                "with {counts} fixed image pyramids each metric needs its own ImageSampler, and {samplers} are named.",
                counts=counts["FixedImagePyramid"],
                samplers=samplers,
            ),
        )
    if counts["MovingImagePyramid"] > max(counts["Interpolator"], 1):
        yield (
            "error",
            "Interpolator",
            said(
                "with {counts} moving image pyramids each metric needs its own Interpolator, and {counts2} are named.",
                counts=counts["MovingImagePyramid"],
                counts2=counts["Interpolator"],
            ),
        )


def safeguards(stage: Stage) -> Iterator[Finding]:
    """Parameters that make elastix continue or crash instead of stopping with a clear error."""
    if "RandomSparseMask" in stage.all("ImageSampler") and stage.fixed_mask and stage.erodes("Fixed"):
        yield (
            "warning",
            "ImageSampler",
            said(
                "elastix crashes when RandomSparseMask meets a mask that vanished by shrinking; add "
                '(ErodeMask "false").'
            ),
        )
    ratios = [finite_number(value) for value in stage.all("RequiredRatioOfValidSamples")]
    unchecked = "false" in stage.all("CheckNumberOfSamples")
    if unchecked or any(ratio is not None and ratio < 0.01 for ratio in ratios):
        yield (
            "warning",
            "CheckNumberOfSamples" if unchecked else "RequiredRatioOfValidSamples",
            said("a registration that loses the moving image goes on and gives a wrong result, or crashes."),
        )


def generic_pyramids(stage: Stage) -> Iterator[Finding]:
    """These pyramids smooth all axes of a resolution or none."""
    count = (resolutions_of(stage.map) or 0) * stage.dimension
    for side in ("Fixed", "Moving"):
        if f"{side}GenericImagePyramid" not in stage.all(f"{side}ImagePyramid"):
            continue
        names = [f"{prefix}ImagePyramidSmoothingSchedule" for prefix in (side, "")]
        names += [f"{prefix}ImagePyramid{kind}Schedule" for prefix in (side, "") for kind in ("", "Rescale")]
        # The first of these that is complete decides; without a width, a factor of 1 is no smoothing.
        name = next((name for name in names if count and len(stage.all(name)) >= count), None)
        if name is None:
            continue
        bound = 0.0 if "Smoothing" in name else 1.0
        smoothed = [(finite_number(value) or 0.0) > bound for value in stage.all(name)[:count]]
        for start in range(0, count, stage.dimension):
            if len(set(smoothed[start : start + stage.dimension])) > 1:
                values = " ".join(stage.all(name)[start : start + stage.dimension])
                yield (
                    "error",
                    name,
                    said(
                        "{side}GenericImagePyramid smooths all axes of a resolution or none, and {values} "
                        "smooths some; add an ImagePyramidSmoothingSchedule above 0, or use "
                        "{side}SmoothingImagePyramid.",
                        side=side,
                        values=values,
                    ),
                )
                break


def initialization(stage: Stage) -> Iterator[Finding]:
    method = "AutomaticTransformInitializationMethod"
    if (
        stage.dimension == 2
        and stage.first("AutomaticTransformInitialization") == "true"
        and stage.first(method) == "GeometryTop"
    ):
        yield "error", method, said("GeometryTop is for images of 3 axes, and these have 2.")


def scales(stage: Stage) -> Iterator[Finding]:
    needed = _TRANSFORM_NUMBERS.get(stage.first("Transform"), {}).get(stage.dimension)
    given = len(stage.all("Scales"))
    if needed and given not in (0, 1, needed) and stage.first("AutomaticScalesEstimation") != "true":
        yield (
            "error",
            "Scales",
            said(
                "it has {given} values, and the {value} has {needed} parameters; give one value or {needed}.",
                given=given,
                value=stage.first("Transform"),
                needed=needed,
            ),
        )


def optimizer(stage: Stage) -> Iterator[Finding]:
    name, metrics = stage.first("Optimizer"), stage.all("Metric")
    automatic = stage.first("AutomaticParameterEstimation", "true") == "true"
    if name == "FullSearch":
        yield from _search_spaces(stage)
    if name in (_ADAPTIVE, _PRECONDITIONED) and automatic and metrics[:1] == (POINTS_METRIC,):
        yield (
            "error",
            "Metric",
            said(
                "{name} works out its step size from the first metric, which {points_metric} cannot "
                "give; name a metric of the images first.",
                name=name,
                points_metric=POINTS_METRIC,
            ),
        )
    method = "ASGDParameterEstimationMethod"
    fast = stage.first(method) == "DisplacementDistribution"
    if name == _ADAPTIVE and automatic and fast and stage.first("Transform") == "TranslationTransform":
        # Every parameter moves every point by the same length: their spread is 0, and elastix divides by it.
        yield (
            "error",
            method,
            said(
                "DisplacementDistribution finds no step size for a TranslationTransform, and all points "
                'are lost; use ({method} "Original").',
                method=method,
            ),
        )
    if name == _PRECONDITIONED:
        if not automatic:
            yield (
                "error",
                "AutomaticParameterEstimation",
                said("elastix crashes when it is false for {name}.", name=name),
            )
        for metric in _NO_PRECONDITIONER:
            if metric in metrics:
                yield (
                    "error",
                    "Optimizer",
                    said(
                        "elastix crashes when {name} meets {metric}; use {adaptive}.",
                        name=name,
                        metric=metric,
                        adaptive=_ADAPTIVE,
                    ),
                )


def _search_spaces(stage: Stage) -> Iterator[Finding]:
    """A range is five values: name, number of the transform parameter, from, to, step. elastix checks none of them."""
    numbers = _TRANSFORM_NUMBERS.get(stage.first("Transform"), {}).get(stage.dimension)
    for resolution in range(resolutions_of(stage.map) or 1):
        name = f"FullSearchSpace{resolution}"
        values = stage.all(name)
        if not values or len(values) % 5:
            yield (
                "error",
                name if values else "Optimizer",
                said(
                    "FullSearch needs ({name} name parameter_number from to step) for resolution "
                    "{resolution}, once or several times, and there are {count} values.",
                    name=name,
                    resolution=resolution,
                    count=len(values),
                ),
            )
            continue
        for start in range(0, len(values), 5):
            problem = _range_problem(values[start : start + 5], numbers)
            if problem:
                yield "error", name, problem


def _range_problem(values: Sequence[str], numbers: int | None) -> str | None:
    label, position, *ends = values
    known = len(position) < 10 and position.isdecimal()
    if not known or (numbers is not None and int(position) >= numbers):
        highest = "" if numbers is None else f" from 0 to {numbers - 1}"
        return f"the parameter number of {label} must be a whole number{highest}, not {position!r}; elastix may crash."
    low, high, step = map(finite_number, ends)
    if low is None or high is None or step is None or low > high or step <= 0:
        return f"the range of {label} must be from, to and a step above 0, not {' '.join(ends)}."
    return None
