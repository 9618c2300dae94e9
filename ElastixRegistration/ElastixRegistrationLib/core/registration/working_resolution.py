"""The working resolution of elastix: voxels as fine as the anatomy and the stages can use, not those of the scan.

A registration finds six numbers, or a grid of control points some millimeters apart. Voxels finer than both images and
the grid can resolve cost time, memory and accuracy: steps, pyramids and samples are measured in voxels, so the same
anatomy in smaller voxels gets shorter steps and noisier samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..images.geometry import Geometry
from ..parameters.maps import is_bspline

ParameterMap = Mapping[str, Sequence[str]]

#: Working voxels along the longest side of the smaller image, for linear stages only and with a deformable one.
_LINEAR_VOXELS, _DEFORMABLE_VOXELS = 128, 224
#: The same with a deformable one that is to be fast. T1 brains of two persons need half the time at twice the voxel
#: size, and have the same overlap.
_FAST_VOXELS = 80
#: A 2D image costs little, and its edges matter.
_FLAT_VOXELS = 1024
#: Smallest number of working voxels between two control points.
_VOXELS_PER_CONTROL_POINT = 6.0
#: Smallest working voxel, in voxels of the coarser image, because finer voxels show nothing that the other image has.
_SHARE_OF_OTHER = 0.5
#: Fewest voxels left along an axis.
_MIN_VOXELS = 48


def working_voxel(fixed: Geometry, moving: Geometry, stages: Sequence[ParameterMap], effort: str = "normal") -> float:
    """Length, mm, of the voxels that ``stages`` can use for this pair with an ``effort``: "fast", "normal" or
    "thorough"."""
    extent = min(max(n * s for n, s in zip(grid.size, grid.spacing, strict=True)) for grid in (fixed, moving))
    grids = [_grid_mm(stage) for stage in stages if is_bspline(stage)]
    deformable = _FAST_VOXELS if effort == "fast" else _DEFORMABLE_VOXELS
    count = _FLAT_VOXELS if fixed.dimension == 2 else deformable if grids else _LINEAR_VOXELS
    coarser = max(float(np.prod(grid.spacing) ** (1 / grid.dimension)) for grid in (fixed, moving))
    voxel = max(extent / count, _SHARE_OF_OTHER * coarser)
    known = [grid for grid in grids if grid is not None]
    return min([voxel, *(grid / _VOXELS_PER_CONTROL_POINT for grid in known)])


def working_factors(geometry: Geometry, voxel_mm: float) -> tuple[int, ...]:
    """How many voxels along each axis (i, j, k) become one of at most ``voxel_mm``."""
    return tuple(
        max(1, min(int(voxel_mm / spacing * (1 + 1e-6)), n // _MIN_VOXELS))
        for n, spacing in zip(geometry.size, geometry.spacing, strict=True)
    )


def _grid_mm(stage: ParameterMap) -> float | None:
    """Finest control point spacing, mm; None if the stage gives it in voxels."""
    values = stage.get("FinalGridSpacingInPhysicalUnits")
    return min(map(float, values)) if values else None
