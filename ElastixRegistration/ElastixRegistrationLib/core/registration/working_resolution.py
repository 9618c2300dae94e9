"""The resolution at which elastix works: voxels as fine as the anatomy and the stages can use, not as the scanner made.

A registration finds six numbers, or a grid of control points some millimeters apart. What is finer than both images and
the grid can tell apart costs time and memory, and accuracy too: steps, pyramids and samples are counted in voxels, so
that the same anatomy in smaller voxels gets shorter steps and noisier samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..images.geometry import Geometry
from ..parameters.maps import is_bspline

ParameterMap = Mapping[str, Sequence[str]]

#: Working voxels along the longest side of the smaller image: linear stages only, and where one is deformable.
_LINEAR_VOXELS, _DEFORMABLE_VOXELS = 128, 224
#: A slice costs little, and edges are all it has.
_FLAT_VOXELS = 1024
#: Working voxels per distance of control points, at least.
_VOXELS_PER_CONTROL_POINT = 6.0
#: Of the voxels of the coarser image: finer ones show nothing that the other image has.
_SHARE_OF_OTHER = 0.5
#: Voxels left along an axis, at least.
_MIN_VOXELS = 48


def working_voxel(fixed: Geometry, moving: Geometry, stages: Sequence[ParameterMap]) -> float:
    """Length, mm, of the voxels that ``stages`` can use for this pair."""
    extent = min(max(n * s for n, s in zip(grid.size, grid.spacing, strict=True)) for grid in (fixed, moving))
    grids = [_grid_mm(stage) for stage in stages if is_bspline(stage)]
    count = _FLAT_VOXELS if fixed.dimension == 2 else _DEFORMABLE_VOXELS if grids else _LINEAR_VOXELS
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
    """Finest distance of control points, mm; None where the stage counts it in voxels."""
    values = stage.get("FinalGridSpacingInPhysicalUnits")
    return min(map(float, values)) if values else None
