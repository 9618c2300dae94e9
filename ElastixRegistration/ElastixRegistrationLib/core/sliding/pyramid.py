"""A displacement field from coarse to fine, where it starts from or free of it.

Local correlation has many minima. One field that starts from what stands still finds all that moves little, another
that starts from a smooth registration finds what moves far; each is wrong about the rest of the image. Both are led
down the same pyramid, since only fields that fit equally well where they are right can be told apart where they are
wrong, and are fused on the finest level: coarse voxels cannot tell ribs apart.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from ..images.geometry import Geometry
from .field import WEIGHT, fuse, improve
from .grids import SlidingImage, nodes_on, working_voxel_mm
from .local_correlation import LocalCorrelation

#: Voxels of the levels, of the finest ones, and iterations on each.
_VOXELS = (2.8, 2.0, 1.4, 1.0)
_ITERATIONS = (30, 30, 30, 20)
#: Prices of variation for fields that start from standing still: with the higher one they leave alone what moves far,
#: with the lower one they follow what moves a little.
_STILL_WEIGHTS = (WEIGHT, 2.5 * WEIGHT)
_LAST_ITERATIONS = 40


class Pyramid:
    """Two images on voxels that get finer, and the ``start`` they are looked at from: homogeneous matrix, fixed to
    moving points, LPS mm. Levels on which both images have the same voxels as on the one before are left out."""

    def __init__(
        self,
        fixed: SlidingImage,
        moving: SlidingImage,
        start: np.ndarray,
        *,
        is_quick: bool = False,
        voxel_mm: float | None = None,
    ):
        """``is_quick``: without the finest level, in a third of the time. ``voxel_mm``: edge of its voxels."""
        voxel_mm = working_voxel_mm(fixed.geometry) if voxel_mm is None else voxel_mm
        self.levels: list[LocalCorrelation] = []
        self.iterations: list[int] = []
        grids: list[tuple[Geometry, Geometry]] = []
        for times, iterations in zip(_VOXELS[: -1 if is_quick else None], _ITERATIONS, strict=False):
            images = fixed.reduced(times * voxel_mm), moving.reduced(times * voxel_mm)
            if (grid := (images[0].geometry, images[1].geometry)) not in grids:
                grids.append(grid)
                self.levels.append(LocalCorrelation(*images, start))
                self.iterations.append(iterations)

    @property
    def finest(self) -> LocalCorrelation:
        return self.levels[-1]

    def field(self, free: Callable[[Geometry], np.ndarray], unseen: np.ndarray | None = None) -> np.ndarray:
        """(3, k, j, i), mm, at the finest nodes: may tear. ``free``: gives a smooth field on a grid. ``unseen``:
        (k, j, i) bools at the finest voxels, whose windows do not count."""
        far = self._followed(free, WEIGHT, unseen, skipped=1)
        near = [self._followed(_still, weight, unseen) for weight in _STILL_WEIGHTS]
        self.finest.look_from(far, unseen)
        fused = reduce(lambda field, other: np.where(fuse(self.finest, field, other), other, field), near, far)
        return improve(self.finest, fused, _LAST_ITERATIONS)

    def _followed(
        self, first: Callable[[Geometry], np.ndarray], weight: float, unseen: np.ndarray | None, skipped: int = 0
    ) -> np.ndarray:
        """What ``first`` becomes on the levels one after another, without the ``skipped`` coarsest ones."""
        skipped = min(skipped, len(self.levels) - 1)
        field, grid = None, None
        for level, iterations in list(zip(self.levels, self.iterations, strict=True))[skipped:]:
            here = level.nodes.geometry
            field = first(here) if field is None or grid is None else nodes_on(here, field, grid)
            there = self.finest.nodes.voxels
            level.look_from(field, None if unseen is None else unseen_at(there, unseen, level.nodes.voxels))
            field, grid = improve(level, field, iterations, weight), here
        assert field is not None
        return field


def unseen_at(there: Geometry, unseen: np.ndarray, here: Geometry) -> np.ndarray:
    """(k, j, i) bools at the voxels ``here``, of those at the voxels ``there`` that are nearest."""
    first = there.indices_of(np.array(here.origin))
    places = [
        np.clip(np.rint(first[axis] + np.arange(n) * here.spacing[axis] / there.spacing[axis]), 0, most - 1)
        for axis, (n, most) in enumerate(zip(here.size, there.size, strict=True))
    ]
    return unseen[np.ix_(*(place.astype(int) for place in places[::-1]))]


def _still(grid: Geometry) -> np.ndarray:
    return np.zeros((3, *grid.size[::-1]), np.float32)
