"""The elastix stages that Automatic tries, made from those of its preset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..images.geometry import Geometry
from ..parameters.maps import ParameterMap, is_bspline
from .effort import Effort

#: Control points: as fine as anatomy asks for, but not finer than the voxels or the object allow.
_GRID_MM, _GRID_VOXELS, _GRID_OF_EXTENT = 14.0, 5.0, 4.0
#: Longest steps of the last resolutions of a B-spline, in voxels; before them the first of these.
_STEP_VOXELS = (2.0, 2.0, 0.3)
#: Samples of linear stages at each resolution.
_LINEAR_SAMPLES = ("2000", "3000", "4000", "8000")


def first_step_method(dimension: int) -> str:
    """How elastix estimates the first steps of a linear stage: the quick way, but for pictures, 2D.

    There 11 of 13 rigid stages, from starts 1 to 9 pixels off, ended 6 to 56 pixels off or lost the image; the other
    way brought all 13 to 0.2 pixels or less.
    """
    return "Original" if dimension == 2 else "DisplacementDistribution"


def linear_stage(
    stage: ParameterMap,
    kind: str,
    fixed: Geometry,
    moving: Geometry,
    effort: Effort,
    metric: str | None = None,
    longest_step: float = 4.0,
) -> ParameterMap:
    """The preset's linear stage as ``kind`` ("EulerTransform", "AffineTransform"), from a start that is known.

    ``longest_step``: at the coarsest resolution, voxels.
    """
    count = len(_LINEAR_SAMPLES)
    voxel_mm = float(np.mean([*fixed.spacing, *moving.spacing]))
    iterations = effort.linear_iterations
    changes = {
        "Transform": (kind,),
        "AutomaticTransformInitialization": ("false",),
        "FixedImagePyramid": ("FixedRecursiveImagePyramid",),
        "MovingImagePyramid": ("MovingRecursiveImagePyramid",),
        "FixedImagePyramidSchedule": pyramid_schedule(fixed, count),
        "MovingImagePyramidSchedule": pyramid_schedule(moving, count),
        "NumberOfResolutions": (str(count),),
        "NumberOfSpatialSamples": _LINEAR_SAMPLES,
        "MaximumNumberOfIterations": (*(str(iterations) for _ in range(count - 1)), str(round(0.6 * iterations))),
        "ASGDParameterEstimationMethod": (first_step_method(fixed.dimension),),
        "MaximumStepLength": tuple(f"{step * voxel_mm:.4g}" for step in (longest_step, longest_step / 2, 0.5, 0.2)),
    }
    if metric is not None:
        changes["Metric"] = (metric,)
    return {**stage, **changes}


def bspline_stage(
    stage: ParameterMap, fixed: Geometry, moving: Geometry, grid_mm: float, effort: Effort
) -> ParameterMap:
    count = len(effort.spline_iterations)
    steps = [_STEP_VOXELS[0]] * max(0, count - len(_STEP_VOXELS)) + list(_STEP_VOXELS[-count:])
    # Of thick slices what is seen within them: with steps of their mean spacing a beating heart was torn about, and
    # mutual information ended lower.
    voxel_mm = (min(fixed.spacing) + min(moving.spacing)) / 2
    return {
        **stage,
        "NumberOfResolutions": (str(count),),
        "MaximumNumberOfIterations": tuple(map(str, effort.spline_iterations)),
        "NumberOfSpatialSamples": (str(effort.spline_samples),),
        "FinalGridSpacingInPhysicalUnits": (f"{grid_mm:g}",),
        "MaximumStepLength": tuple(f"{step * voxel_mm:.4g}" for step in steps),
        # Fine structures are seen best where nothing is smoothed: with the pyramid that smooths at all resolutions the
        # error of MR of a head was larger by a quarter, that of CT made to breathe by a half.
        "FixedImagePyramid": ("FixedRecursiveImagePyramid",),
        "MovingImagePyramid": ("MovingRecursiveImagePyramid",),
        "FixedImagePyramidSchedule": pyramid_schedule(fixed, count),
        "MovingImagePyramidSchedule": pyramid_schedule(moving, count),
    }


def grid_spacing(geometry: Geometry) -> float:
    """mm between control points of the finest grid."""
    extent = min(n * s for n, s in zip(geometry.size, geometry.spacing, strict=True))
    # Of thick slices the geometric mean: it is the volume of a voxel that limits what it can tell.
    finest = _GRID_VOXELS * float(np.prod(geometry.spacing) ** (1 / geometry.dimension))
    return round(max(min(_GRID_MM, extent / _GRID_OF_EXTENT), min(finest, extent / 3)), 3)


def pyramid_schedule(geometry: Geometry, count: int) -> tuple[str, ...]:
    """Factors by which an image is shrunk at each of ``count`` resolutions: 1 at the two finest, less along axes of
    larger voxels."""
    spacing = np.array(geometry.spacing)
    factors: list[str] = []
    for level in range(count):
        most = 2.0 ** max(0, count - 2 - level)
        fitting = 2 ** np.rint(np.log2(most * spacing.min() / spacing))
        factors += [str(int(factor)) for factor in np.clip(fitting, 1, most)]
    return tuple(factors)


def first_stage(stages: Sequence[ParameterMap], bspline: bool) -> ParameterMap | None:
    return next((stage for stage in stages if is_bspline(stage) == bspline), None)
