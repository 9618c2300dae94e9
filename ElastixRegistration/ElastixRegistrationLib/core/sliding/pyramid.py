"""Candidate displacement fields from coarse to fine, fused into one that may tear.

Local correlation has many local optima. A field that starts from no motion finds everything that moves little; one that
starts from a rigid motion of the rest finds what slides; one that starts from a smooth registration finds what
the other two miss. Each is wrong about the rest of the image. All go through the same pyramid before they are fused,
because fields must fit equally well where they are right to be comparable where they are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from ..images.geometry import Geometry
from .field import WEIGHT, fuse, improve, joined
from .grids import SlidingImage, nodes_on, working_voxel_mm
from .held_out import mean_and_errors, unseen_at, unseen_blocks
from .local_correlation import LocalCorrelation
from .rigid_fit import fitted_rigidly, no_motion, rigid_field, shift_matrix
from .shifts import telling_shift

#: Edges of the voxels of the levels, in working voxels, and iterations on each.
_VOXELS = (2.8, 2.0, 1.4)
_ITERATIONS = 30
#: Weights of total variation for fields that start from no motion: with the larger one they ignore tissue that moves
#: far, with the smaller one they follow tissue that moves a little.
_STILL_WEIGHTS = (WEIGHT, 2.5 * WEIGHT)
_LAST_ITERATIONS = 40
#: Standard errors by which unseen windows must correlate better for the smooth registration to become a candidate. On
#: most livers it is not needed and blurs the border a little.
_LIKELY = 2.0


@dataclass(frozen=True)
class Motion:
    """A field, (3, k, j, i), mm, at the nodes of ``grid``."""

    field: np.ndarray
    grid: Geometry

    def improved(
        self, scorer: LocalCorrelation, iterations: int, weight: float = WEIGHT, unseen: np.ndarray | None = None
    ) -> Motion:
        """Move it to the nodes of ``scorer`` and improve it there. ``weight``: of total variation; ``unseen``: (k, j,
        i) booleans at the voxels; windows there do not count."""
        grid = scorer.nodes.geometry
        field = nodes_on(grid, self.field, self.grid)
        scorer.look_from(field, unseen)
        return Motion(improve(scorer, field, iterations, weight), grid)


@dataclass(frozen=True)
class Source:
    """The start of a candidate: ``motion``, on level ``first``. ``weight``: of its total variation."""

    motion: Motion
    weight: float = WEIGHT
    first: int = 0


class Pyramid:
    """Two images on successively finer voxels, and their common ``start``: homogeneous matrix, fixed to moving points,
    LPS mm. Levels that would repeat the voxels of the level before are left out.

    ``voxel_mm``: edge of the working voxels; the finest level is a little coarser.
    """

    def __init__(self, fixed: SlidingImage, moving: SlidingImage, start: np.ndarray, voxel_mm: float | None = None):
        voxel_mm = working_voxel_mm(fixed.geometry) if voxel_mm is None else voxel_mm
        self._start = start
        self.levels: list[LocalCorrelation] = []
        grids: list[tuple[Geometry, Geometry]] = []
        for times in _VOXELS:
            images = fixed.reduced(times * voxel_mm), moving.reduced(times * voxel_mm)
            if (grid := (images[0].geometry, images[1].geometry)) not in grids:
                grids.append(grid)
                self.levels.append(LocalCorrelation(*images, start))

    @property
    def finest(self) -> LocalCorrelation:
        return self.levels[-1]

    def without_finest(self) -> Pyramid | None:
        """The coarser levels; None for a single one, which is too coarse to tell anything."""
        if len(self.levels) < 3:
            return None
        coarser = copy(self)
        coarser.levels = self.levels[:-1]
        return coarser

    def still_start(self, free: Callable[[Geometry], np.ndarray]) -> np.ndarray:
        """The start, moved such that it best aligns what it aligns better than the smooth field ``free`` does."""
        return np.asarray(self._start @ fitted_rigidly(self.levels, np.eye(4), free))

    def found(self, free: Callable[[Geometry], np.ndarray]) -> tuple[list[Source], np.ndarray]:
        """The starts, and the field that may tear, (3, k, j, i), mm, fused from their candidates on the finest level
        without its ``unseen_blocks``. ``free``: gives a smooth field on a grid."""
        unseen, centers = unseen_blocks(self.finest.inside.shape)
        sources = [*self._still(), self._sliding(unseen)]
        motions = [self.followed(source, unseen) for source in sources]
        field = torn(self.finest, motions, unseen)
        smooth = self._smooth(free)
        other = torn(self.finest, [self.followed(smooth, unseen), *motions], unseen)
        gains = (self.finest.map(other) - self.finest.map(field))[centers & self.finest.inside]
        return ([smooth, *sources], other) if mean_and_errors(gains)[1] > _LIKELY else (sources, field)

    def followed(self, source: Source, unseen: np.ndarray | None = None) -> Motion:
        """Improve ``source`` level by level. ``unseen``: (k, j, i) booleans at the finest voxels; windows there do not
        count."""
        motion = source.motion
        for level in self.levels[source.first :]:
            left_out = None if unseen is None else self._unseen_at(level, unseen)
            motion = motion.improved(level, _ITERATIONS, source.weight, left_out)
        return motion

    def of_region(self, free: Callable[[Geometry], np.ndarray], shift: np.ndarray | None = None) -> np.ndarray:
        """The field of a region that moves as one, fused from what ``free`` gives, from no motion, and from a
        ``shift``, LPS mm, if there is one."""
        unseen, _ = unseen_blocks(self.finest.inside.shape)
        sources = [self._smooth(free), *self._still()]
        if shift is not None:
            sources.append(self._moved_by(shift_matrix(shift)))
        return torn(self.finest, [self.followed(source, unseen) for source in sources], unseen)

    def _still(self) -> list[Source]:
        grid = self.levels[0].nodes.geometry
        return [Source(Motion(no_motion(grid), grid), weight) for weight in _STILL_WEIGHTS]

    def _smooth(self, free: Callable[[Geometry], np.ndarray]) -> Source:
        first = min(1, len(self.levels) - 1)
        grid = self.levels[first].nodes.geometry
        return Source(Motion(free(grid), grid), first=first)

    def _sliding(self, unseen: np.ndarray) -> Source:
        """The rigid motion of what slides, near the shift that explains most of what does not stand still."""
        coarsest = self.levels[0]
        coarsest.look_from(self._still()[0].motion.field, self._unseen_at(coarsest, unseen))
        shift = shift_matrix(telling_shift(coarsest))
        motion = fitted_rigidly(self.levels, shift, no_motion, lambda level: self._unseen_at(level, unseen))
        return self._moved_by(motion)

    def _moved_by(self, motion: np.ndarray) -> Source:
        grid = self.levels[0].nodes.geometry
        return Source(Motion(rigid_field(motion, grid), grid))

    def _unseen_at(self, level: LocalCorrelation, unseen: np.ndarray) -> np.ndarray:
        return unseen_at(self.finest.nodes.voxels, unseen, level.nodes.voxels)


def torn(scorer: LocalCorrelation, motions: Sequence[Motion], unseen: np.ndarray | None = None) -> np.ndarray:
    """(3, k, j, i), mm: ``motions`` fused at the nodes of ``scorer``, and improved."""
    fields = [motion.field for motion in motions]
    scorer.look_from(fields[0], unseen)
    field = joined(fields, fuse(scorer, fields))
    scorer.look_from(field, unseen)
    return improve(scorer, field, _LAST_ITERATIONS)
