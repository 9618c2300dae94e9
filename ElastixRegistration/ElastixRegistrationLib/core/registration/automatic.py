"""Fit the stages of a preset to the pair of images at hand: where to start, what metric, how fine a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..automatic.stages import first_step_method
from ..images.geometry import Geometry
from ..parameters.maps import ParameterMap, is_bspline
from .coarse import CoarseImage, SimilarityScorer, coarse_image, coarse_voxel
from .start_search import Start, find_start, moved_points

#: Gray values count as proportional from this correlation on, and when no other function tells much more than a line.
#: Measured at the coarse start: 0.91 and 1.00 of it for CT of one chest, 0.99 and 1.00 for MR of one contrast, but
#: 0.86 and 0.90 for T1 against T2 of a brain, 0.89 and 0.92 for CT against MR of a head.
_PROPORTIONAL, _LINE_SHARE = 0.6, 0.97
#: Control points: as fine as anatomy asks for, but not finer than the voxels or the object allow.
_GRID_MM, _GRID_VOXELS, _GRID_OF_EXTENT = 14.0, 7.5, 4.0
#: Mutual information at the coarse start, nats beyond chance, from which on a pair holds more than a rigid transform.
#: T1 against T2 of a neck has 0.1: rigidly the Dice of its cord rose from 0.85 to 0.90, affinely it fell to 0.33. CT of
#: lungs inside their masks has 0.39, other pairs 0.6 or more.
_TELLING_NATS = 0.2
#: What the rigid stage of a pair that tells little gets: overlap-invariant, many samples at the end, and a quick first
#: estimate of its steps. With the slow one, T1 of a neck lost T2 for one seed of three (Dice of the cord 0.10). With
#: smoothing at the finest resolution and steps of up to 1 mm there, that Dice was 0.86 to 0.91 instead of 0.90 to 0.91;
#: with 4000 samples at the end instead of 10000, it was below 0.90 for one seed of five.
_PATIENT_RIGID = {
    "Transform": ("EulerTransform",),
    "FixedImagePyramid": ("FixedRecursiveImagePyramid",),
    "MovingImagePyramid": ("MovingRecursiveImagePyramid",),
    "NumberOfResolutions": ("4",),
    "NumberOfSpatialSamples": ("2000", "3000", "4000", "10000"),
    "MaximumNumberOfIterations": ("500", "400", "300", "150"),
    "MaximumStepLength": ("4.0", "2.0", "0.5", "0.2"),
}
#: Longest steps of the last resolutions, in voxels; before them the first of these.
_STEP_VOXELS = (2.0, 2.0, 0.3)


@dataclass(frozen=True)
class FittedStages:
    """``start``: homogeneous matrix, fixed to moving points, LPS mm; None when a start was given. ``sentence`` says
    what was chosen and why."""

    stages: list[ParameterMap]
    start: np.ndarray | None
    sentence: str


@dataclass(frozen=True)
class FittedImage:
    """One of the two images: voxels (k, j, i), mask (nonzero inside; None: everywhere), and its background."""

    voxels: np.ndarray
    geometry: Geometry
    background: float
    mask: np.ndarray | None = None

    def coarse(self, voxel_mm: float) -> CoarseImage:
        return coarse_image(self.voxels, self.geometry, self.background, voxel_mm, self.mask)


def similarity_scorer(fixed: FittedImage, moving: FittedImage) -> SimilarityScorer:
    """What a start for these two images is judged by."""
    voxel_mm = coarse_voxel([(side.geometry, side.mask) for side in (fixed, moving)])
    return SimilarityScorer(fixed.coarse(voxel_mm), moving.coarse(voxel_mm))


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
    further metrics guide them. B-spline stages get their grid, their steps, and normalized correlation where gray
    values are proportional: it is the sharper one there, and mutual information, blind to any change of gray values,
    may take a swelling for such a change. All is judged at the best start that is found, also where one was given.
    """
    likeness = similarity_scorer(fixed, moving)
    found = find_start(likeness)
    places = moved_points(found.matrix, likeness.points)
    start: Start | None = found
    if given_start is not None:
        given = given_start(likeness.points)
        places = max(given, places, key=likeness.score)
        start = None
    line, any_function = likeness.correlation(places)
    proportional = line >= _PROPORTIONAL and line >= _LINE_SHARE * any_function
    telling = likeness.mutual_information(places) >= _TELLING_NATS
    grid_mm = _grid_spacing(fixed.geometry)
    words = _words_on_start(start)
    guided = has_channels or any(len(stage.get("Metric", ())) > 1 for stage in stages)
    if not (telling or guided or all(map(is_bspline, stages))):
        fitted = [_rigid(stage, fixed.geometry, moving.geometry) for stage in stages if not is_bspline(stage)]
        words.append("rigid only, because the images share too little information for more")
    else:
        fitted = [
            _bspline(stage, fixed.geometry, moving.geometry, proportional, grid_mm) if is_bspline(stage) else stage
            for stage in stages
        ]
        words.append(f"B-spline with {grid_mm:g} mm between its control points")
        is_or_not, metric = ("", "normalized correlation") if proportional else (" not", "mutual information")
        words.append(f"by {metric}, because gray values are{is_or_not} proportional (correlation {line:.2f})")
    return FittedStages(
        stages=fitted, start=None if start is None else start.matrix, sentence=f"Automatic: {'; '.join(words)}."
    )


def _grid_spacing(geometry: Geometry) -> float:
    """mm between control points of the finest grid."""
    extent = min(n * s for n, s in zip(geometry.size, geometry.spacing, strict=True))
    # Of thick slices the geometric mean: it is the volume of a voxel that limits what it can tell.
    finest = _GRID_VOXELS * float(np.prod(geometry.spacing) ** (1 / geometry.dimension))
    return round(max(min(_GRID_MM, extent / _GRID_OF_EXTENT), min(finest, extent / 3)), 3)


def _rigid(stage: ParameterMap, fixed: Geometry, moving: Geometry) -> ParameterMap:
    if stage.get("Transform") != ("AffineTransform",):
        return stage
    count = int(_PATIENT_RIGID["NumberOfResolutions"][0])
    return {
        **stage,
        **_PATIENT_RIGID,
        "ASGDParameterEstimationMethod": (first_step_method(fixed.dimension),),
        "Metric": ("NormalizedMutualInformation",),
        "FixedImagePyramidSchedule": _schedule(fixed, count),
        "MovingImagePyramidSchedule": _schedule(moving, count),
    }


def _bspline(
    stage: ParameterMap, fixed: Geometry, moving: Geometry, proportional: bool, grid_mm: float
) -> ParameterMap:
    count = int(stage.get("NumberOfResolutions", ("3",))[0])
    steps = [_STEP_VOXELS[0]] * max(0, count - len(_STEP_VOXELS)) + list(_STEP_VOXELS[-count:])
    voxel_mm = float(np.mean([*fixed.spacing, *moving.spacing]))
    changes = {
        "FinalGridSpacingInPhysicalUnits": (f"{grid_mm:g}",),
        "MaximumStepLength": tuple(f"{step * voxel_mm:.4g}" for step in steps),
        # Fine structures are seen best where nothing is smoothed: with the pyramid that smooths at all resolutions the
        # error of MR of a head was larger by a quarter, that of CT made to breathe by a half.
        "FixedImagePyramid": ("FixedRecursiveImagePyramid",),
        "MovingImagePyramid": ("MovingRecursiveImagePyramid",),
        "FixedImagePyramidSchedule": _schedule(fixed, count),
        "MovingImagePyramidSchedule": _schedule(moving, count),
    }
    if proportional:
        changes["Metric"] = ("AdvancedNormalizedCorrelation", *stage["Metric"][1:])
    return {**stage, **changes}


def _schedule(geometry: Geometry, count: int) -> tuple[str, ...]:
    """Factors by which an image is shrunk at each of ``count`` resolutions: 1 at the two finest, less along axes of
    larger voxels."""
    spacing = np.array(geometry.spacing)
    factors: list[str] = []
    for level in range(count):
        most = 2.0 ** max(0, count - 2 - level)
        fitting = 2 ** np.rint(np.log2(most * spacing.min() / spacing))
        factors += [str(int(factor)) for factor in np.clip(fitting, 1, most)]
    return tuple(factors)


def _words_on_start(start: Start | None) -> list[str]:
    if start is None:
        return []
    if start.is_identity:
        return ["starts as loaded"]
    return [f"starts {start.shift_mm:.0f} mm and {start.turn_degrees:.0f} degrees from where it was loaded"]
