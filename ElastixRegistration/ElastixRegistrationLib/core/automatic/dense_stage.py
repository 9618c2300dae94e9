"""The dense stage of Automatic: a deformation by local correlation, from coarse to fine voxels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..images.geometry import Geometry
from ..images.reduction import widened
from .effort import Level
from .evidence import Evidence, Gain
from .field_transform import regridded, spline_then, voxel_displacements
from .flow import FlowImages, FlowSettings, flow
from .log import AutomaticLog
from .region import Region
from .working_pair import WorkingPair

#: Largest number of voxels on which two results are compared, those of the finer one.
_MAX_EVIDENCE_VOXELS = 1.2e6
#: Voxels of the moving image that are known around the grid.
_MARGIN_VOXELS = 6


class DenseResult(NamedTuple):
    """``transform``: itk transform, from fixed to moving points. ``voxel_mm``: of its finest level that was kept."""

    transform: Any
    voxel_mm: float


def dense_stage(
    evidence: Evidence, linear: Any, start: Any, levels: Sequence[Level], least_rise: float, log: AutomaticLog
) -> DenseResult:
    """Deform the pair of ``evidence`` from the itk transform ``start``, which ends with ``linear``.

    The first two of the ``levels`` are always kept. Finer ones are kept while they explain more on their own grid, and
    tried while the level before raised the mean squared correlation by at least ``least_rise``.
    """
    pair, dimension = evidence.pair, evidence.pair.dimension
    region = Region.of(evidence, linear)

    def grid_of(level: Level) -> tuple[Geometry, float]:
        grid, voxel_mm = pair.grid(level.count(dimension))
        return grid if region is None else region.part_of(grid), voxel_mm

    grid, kept_mm = grid_of(levels[0])
    u, kept = voxel_displacements(start, linear, grid, pair.threads), start
    for number, level in enumerate(levels):
        previous, (grid, voxel_mm) = grid, grid_of(level)
        if number and grid == previous:
            break  # the voxels of the image
        images = _images(pair, grid, voxel_mm, linear)
        log.begin_dense(number)
        settings = FlowSettings(iterations=level.iterations)
        u = flow(images, regridded(u, previous, grid), settings, pair.threads, log.iteration)
        refined = spline_then(u, grid, linear)
        gain = _gain(pair, refined, kept, level) if number > 1 else None
        if gain is not None and not gain.is_better_together():
            break
        kept, kept_mm = refined, voxel_mm
        if gain is not None and gain.differences["correlation"].mean < least_rise:
            break
    return DenseResult(kept, kept_mm)


def _images(pair: WorkingPair, grid: Geometry, voxel_mm: float, linear: Any) -> FlowImages:
    moving, known = pair.moving_on(widened(grid, _MARGIN_VOXELS), voxel_mm, linear)
    return FlowImages(
        fixed=pair.fixed_on(grid, voxel_mm),
        moving=moving,
        weight=pair.fixed_inside(grid).astype(np.float32),
        valid=known,
        margin=tuple(_MARGIN_VOXELS if n > 1 else 0 for n in grid.size[::-1]),
        spacing=grid.spacing[::-1],
    )


def _gain(pair: WorkingPair, refined: Any, coarser: Any, level: Level) -> Gain:
    evidence = Evidence(pair, min(level.count(pair.dimension), _MAX_EVIDENCE_VOXELS))
    return evidence.measure(refined).gain_by_changing_shape(evidence.measure(coarser))
