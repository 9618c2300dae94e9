"""The expected stages of Automatic, for the progress bar and the estimated time."""

from __future__ import annotations

from collections.abc import Sequence

from ..parameters.effort import with_effort
from ..parameters.maps import ParameterMap, is_bspline
from .effort import Effort, effort_named

#: An iteration of the dense stage takes as long as one of elastix with one sample for this many voxels.
_VOXELS_FOR_A_SAMPLE = 2


def expected_stages(stages: Sequence[ParameterMap], effort: str, adapts: bool) -> list[ParameterMap]:
    """The stages that will run for ``stages`` with this effort; ``adapts``: whether they are fitted to the pair and
    tried.
    """
    return planned_stages(stages, effort) if adapts else with_effort(stages, effort)


def planned_stages(stages: Sequence[ParameterMap], effort: str) -> list[ParameterMap]:
    """The stages that ``run_automatic`` tries for those of the preset. It may try one twice, and leave some out."""
    chosen = effort_named(effort)
    planned: list[ParameterMap] = []
    for stage in stages:
        if is_bspline(stage):
            iterations = tuple(map(str, chosen.spline_iterations))
            samples = (str(chosen.spline_samples),)
            planned += [_changed(stage, iterations, samples), dense_plan(chosen)]
        else:
            iterations = (str(chosen.linear_iterations),) * 4
            planned += [_changed(stage, iterations, tuple(map(str, chosen.linear_samples)))] * 2
    return planned


def dense_plan(effort: Effort) -> ParameterMap:
    """The dense stage in elastix's words; elastix itself could not run it."""
    return {
        "Transform": ("DenseDisplacementField",),
        "Metric": ("LocalCorrelation",),
        "NumberOfResolutions": (str(len(effort.levels)),),
        "MaximumNumberOfIterations": tuple(str(level.iterations) for level in effort.levels),
        "NumberOfSpatialSamples": tuple(str(round(level.voxels / _VOXELS_FOR_A_SAMPLE)) for level in effort.levels),
    }


def _changed(stage: ParameterMap, iterations: tuple[str, ...], samples: tuple[str, ...]) -> ParameterMap:
    return {
        **stage,
        "NumberOfResolutions": (str(len(iterations)),),
        "MaximumNumberOfIterations": iterations,
        "NumberOfSpatialSamples": samples,
        "ASGDParameterEstimationMethod": ("DisplacementDistribution",),
    }
