"""The elastix stages that Automatic tries, derived from those of its preset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..images.geometry import Geometry
from ..parameters import fitting
from ..parameters.fitting import bspline_step_lengths, first_step_method, pyramids
from ..parameters.maps import ParameterMap, is_bspline
from .effort import Effort

#: Fewest voxels between control points.
_GRID_VOXELS = 5.0


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
    count = len(effort.linear_samples)
    voxel_mm = float(np.mean([*fixed.spacing, *moving.spacing]))
    iterations = effort.linear_iterations
    changes = {
        "Transform": (kind,),
        "AutomaticTransformInitialization": ("false",),
        **pyramids(fixed, moving, count),
        "NumberOfResolutions": (str(count),),
        "NumberOfSpatialSamples": tuple(map(str, effort.linear_samples)),
        "MaximumNumberOfIterations": (*(str(iterations) for _ in range(count - 1)), str(round(0.6 * iterations))),
        "ASGDParameterEstimationMethod": (first_step_method(fixed.dimension),),
        "MaximumStepLength": tuple(f"{step * voxel_mm:.4g}" for step in (longest_step, longest_step / 2, 0.5, 0.2)),
    }
    if metric is not None:
        changes["Metric"] = (metric,)
    return {**stage, **changes}


def bspline_stage(
    stage: ParameterMap, fixed: Geometry, moving: Geometry, grid_mm: float, effort: Effort, *, leads: bool = False
) -> ParameterMap:
    """``leads``: a dense deformation goes on from where it ends."""
    iterations = effort.leading_iterations if leads else effort.spline_iterations
    count = len(iterations)
    # With thick slices, use the pixel size within them: steps as long as the mean spacing tore a beating heart apart
    # and ended at lower mutual information.
    voxel_mm = (min(fixed.spacing) + min(moving.spacing)) / 2
    return {
        **stage,
        "NumberOfResolutions": (str(count),),
        "MaximumNumberOfIterations": tuple(map(str, iterations)),
        "NumberOfSpatialSamples": (str(effort.spline_samples),),
        "FinalGridSpacingInPhysicalUnits": (f"{grid_mm:g}",),
        "MaximumStepLength": bspline_step_lengths(count, voxel_mm),
        **pyramids(fixed, moving, count),
    }


def grid_spacing(geometry: Geometry) -> float:
    """mm between control points of the finest grid."""
    return fitting.grid_spacing(geometry, _GRID_VOXELS)


def first_stage(stages: Sequence[ParameterMap], bspline: bool) -> ParameterMap | None:
    return next((stage for stage in stages if is_bspline(stage) == bspline), None)
