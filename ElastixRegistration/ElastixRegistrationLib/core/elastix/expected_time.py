"""Estimated time of elastix, by stage and resolution, from its parameters alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..parameters.maps import ParameterMap
from ..parameters.stage import finite_number

DEFAULT_ITERATIONS = 500
_DEFAULT_SAMPLES = 5000
_DEFAULT_RESOLUTIONS = 3

# Milliseconds on two cores, of itk-elastix 0.25 on 3D CT; only their ratios matter. Per 1000 samples and iteration:
_METRIC_COST = {
    "AdvancedMeanSquares": 0.45,
    "AdvancedNormalizedCorrelation": 0.45,
    "TransformBendingEnergyPenalty": 2.5,
    "TransformRigidityPenalty": 0.5,
    "CorrespondingPointsEuclideanDistanceMetric": 0.02,
}
_OTHER_METRIC_COST = 0.5
_DEFORMABLE_FACTOR = 2.2
# Per iteration and 1000 numbers of a deformation, on images of 300 mm.
_GRID_COST = 0.015
_IMAGE_MM = 300.0
_DEFAULT_GRID_MM = 16.0
_ITERATION_OVERHEAD = 0.2
# Per resolution and stage: images prepared, step size estimated.
STAGE_SETUP = 500.0
_RESOLUTION_SETUP = 100.0
_GRID_SETUP = 1500.0
_FAST_SETUP = 400.0
_SHARE_OF_2D = 0.1


def expected_seconds(stages: Sequence[ParameterMap]) -> float:
    """Estimated seconds of elastix for these stages on two cores, without reading and resampling."""
    return sum(StagePlan(stage).total for stage in stages) / 1000


@dataclass(frozen=True)
class Level:
    """A resolution: at most how many iterations, and the expected milliseconds before them and of each."""

    iterations: int
    setup: float
    each: float

    @property
    def total(self) -> float:
        return self.setup + self.iterations * self.each


class StagePlan:
    """What one stage is expected to cost, in milliseconds."""

    def __init__(self, stage: Mapping[str, Sequence[str]]):
        count = _whole(stage, "NumberOfResolutions", 0, _DEFAULT_RESOLUTIONS)
        count = min(max(count, 1), 100)
        self.size = _SHARE_OF_2D if _whole(stage, "FixedImageDimension", 0, 3) == 2 else 1.0
        self.levels = [self._level(stage, level, count) for level in range(count)]
        self.total = STAGE_SETUP * self.size + sum(level.total for level in self.levels)

    def _level(self, stage: Mapping[str, Sequence[str]], level: int, count: int) -> Level:
        transform = _first(stage, "Transform")
        deformable = "Spline" in transform or "Field" in transform
        thousands = self._samples(stage, level) / 1000
        each = sum(_METRIC_COST.get(metric, _OTHER_METRIC_COST) * thousands for metric in stage.get("Metric", ("",)))
        if "BSpline" in _first(stage, "Interpolator") and _whole(stage, "BSplineInterpolationOrder", level, 1) > 1:
            each *= 1.6
        setup = _RESOLUTION_SETUP * self.size
        if deformable:
            coarser = 2.0 ** (count - 1 - level)
            each *= _DEFORMABLE_FACTOR * (0.4 if self.size < 1 else 1)
            each += _GRID_COST * self._grid_numbers(stage, coarser) / 1000
            if "Adaptive" in _first(stage, "Optimizer"):
                fast = _first(stage, "ASGDParameterEstimationMethod") == "DisplacementDistribution"
                # The slow method visits every grid point, eight times as many in each resolution.
                setup += self.size * (_FAST_SETUP if fast else _GRID_SETUP / coarser**3)
        each += _ITERATION_OVERHEAD
        return Level(max(_whole(stage, "MaximumNumberOfIterations", level, DEFAULT_ITERATIONS), 1), setup, each)

    def _grid_numbers(self, stage: Mapping[str, Sequence[str]], coarser: float) -> float:
        spacing = finite_number(_first(stage, "FinalGridSpacingInPhysicalUnits")) or _DEFAULT_GRID_MM
        axes = 2 if self.size < 1 else 3
        return axes * (_IMAGE_MM / max(spacing * coarser, 2.0) + 3) ** axes

    def _samples(self, stage: Mapping[str, Sequence[str]], level: int) -> int:
        if _first(stage, "ImageSampler") in ("Full", "Grid"):
            return 20_000 if self.size < 1 else 500_000
        return max(_whole(stage, "NumberOfSpatialSamples", level, _DEFAULT_SAMPLES), 1)


def _first(stage: Mapping[str, Sequence[str]], name: str) -> str:
    values = stage.get(name) or ("",)
    return values[0]


def _whole(stage: Mapping[str, Sequence[str]], name: str, level: int, default: int) -> int:
    """Entry ``level`` of a parameter; elastix takes the first where there is none for the level."""
    values = stage.get(name) or ()
    value = finite_number(values[level] if level < len(values) else values[0]) if values else None
    return default if value is None or not abs(value) < 1e12 else int(value)
