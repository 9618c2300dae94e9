"""Fit the stages of a preset to a pair of images: the start, the metric, and the grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..automatic.words import automatic_sentence, bspline_words
from ..images.geometry import Geometry
from ..parameters.fitting import bspline_step_lengths, first_step_method, grid_spacing, pyramids
from ..parameters.maps import ParameterMap, is_bspline
from ..start.coarse import FittedImage
from ..start.rigid import moved_points
from ..start.similarity import similarity_scorer
from ..start.start_search import Start, find_start
from ..wording import Said, said

#: Gray values count as proportional when their correlation reaches the first value, and the second as a share of the
#: square root of their correlation ratio. Correlation and share at the coarse start: 0.91 and 1.00 for CT of one chest,
#: 0.99 and 1.00 for MR of one contrast, 0.86 and 0.90 for T1 against T2 of a brain, 0.89 and 0.92 for CT against MR of
#: a head.
_PROPORTIONAL, _LINE_SHARE = 0.6, 0.97
#: Fewest voxels between control points.
_GRID_VOXELS = 7.5
#: Mutual information at the coarse start, nats above chance, that is needed for more than a rigid transform. T1 and T2
#: of a neck have 0.1: a rigid stage raised the Dice of the cord from 0.85 to 0.90, an affine one lowered it to 0.33. CT
#: of lungs inside their masks has 0.39, other pairs 0.6 or more.
_TELLING_NATS = 0.2
#: The rigid stage of a pair that shares little information: an overlap-invariant metric, many samples at the end, and a
#: quick initial estimate of the step size. With the slow estimate, T1 and T2 of a neck were lost for one seed of three
#: (Dice of the cord 0.10). With smoothing at the finest resolution and steps of up to 1 mm there, that Dice was 0.86 to
#: 0.91 instead of 0.90 to 0.91; with 4000 samples at the end instead of 10000, it was below 0.90 for one seed of five.
_PATIENT_RIGID = {
    "Transform": ("EulerTransform",),
    "NumberOfResolutions": ("4",),
    "NumberOfSpatialSamples": ("2000", "3000", "4000", "10000"),
    "MaximumNumberOfIterations": ("500", "400", "300", "150"),
    "MaximumStepLength": ("4.0", "2.0", "0.5", "0.2"),
}


@dataclass(frozen=True)
class FittedStages:
    """``start``: homogeneous matrix, fixed to moving points, LPS mm; None when a start was given. ``sentence``: the
    choices and their reasons."""

    stages: list[ParameterMap]
    start: np.ndarray | None
    sentence: str


def fit_stages(
    stages: Sequence[ParameterMap],
    fixed: FittedImage,
    moving: FittedImage,
    given_start: Callable[[np.ndarray], np.ndarray] | None = None,
    has_channels: bool = False,
) -> FittedStages:
    """Stages for this pair. ``given_start`` maps (N, D) fixed to moving points, LPS mm; None: a start is searched for.
    ``has_channels``: further images guide the stages.

    Where the images share little information, affine stages become rigid and B-spline stages are left out, unless
    further metrics guide them. B-spline stages get a grid and steps that fit the pair, and normalized correlation where
    gray values are proportional. Correlation is sharper there than mutual information, which can mistake a swelling for
    a change of gray values. The best start found decides all of this, even when a start is given.
    """
    scorer = similarity_scorer(fixed, moving)
    found = find_start(scorer)
    places = moved_points(found.matrix, scorer.points)
    start: Start | None = found
    if given_start is not None:
        given = given_start(scorer.points)
        places = max(given, places, key=scorer.score_at)
        start = None
    line, any_function = scorer.correlation(places)
    proportional = line >= _PROPORTIONAL and line >= _LINE_SHARE * any_function
    telling = scorer.mutual_information(places) >= _TELLING_NATS
    grid_mm = grid_spacing(fixed.geometry, _GRID_VOXELS)
    words = [] if start is None else [start.words]
    guided = has_channels or any(len(stage.get("Metric", ())) > 1 for stage in stages)
    if not (telling or guided or all(map(is_bspline, stages))):
        fitted = [_rigid(stage, fixed.geometry, moving.geometry) for stage in stages if not is_bspline(stage)]
        words.append(said("rigid only, because the images share too little information for more"))
    else:
        fitted = [
            _bspline(stage, fixed.geometry, moving.geometry, proportional, grid_mm) if is_bspline(stage) else stage
            for stage in stages
        ]
        words += [bspline_words(grid_mm), _metric_words(proportional, line)]
    return FittedStages(
        stages=fitted, start=None if start is None else start.matrix, sentence=automatic_sentence(words)
    )


def _metric_words(proportional: bool, correlation: float) -> Said:
    if proportional:
        return said(
            "by normalized correlation, because gray values are proportional (correlation {correlation:.2f})",
            correlation=correlation,
        )
    return said(
        "by mutual information, because gray values are not proportional (correlation {correlation:.2f})",
        correlation=correlation,
    )


def _rigid(stage: ParameterMap, fixed: Geometry, moving: Geometry) -> ParameterMap:
    if stage.get("Transform") != ("AffineTransform",):
        return stage
    count = int(_PATIENT_RIGID["NumberOfResolutions"][0])
    return {
        **stage,
        **_PATIENT_RIGID,
        "ASGDParameterEstimationMethod": (first_step_method(fixed.dimension),),
        "Metric": ("NormalizedMutualInformation",),
        **pyramids(fixed, moving, count),
    }


def _bspline(
    stage: ParameterMap, fixed: Geometry, moving: Geometry, proportional: bool, grid_mm: float
) -> ParameterMap:
    count = int(stage.get("NumberOfResolutions", ("3",))[0])
    voxel_mm = float(np.mean([*fixed.spacing, *moving.spacing]))
    changes = {
        "FinalGridSpacingInPhysicalUnits": (f"{grid_mm:g}",),
        "MaximumStepLength": bspline_step_lengths(count, voxel_mm),
        **pyramids(fixed, moving, count),
    }
    if proportional:
        changes["Metric"] = ("AdvancedNormalizedCorrelation", *stage["Metric"][1:])
    return {**stage, **changes}
