"""Joint improvement of the fields of all regions, so that they meet where the regions meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import axes
from .border_gaps import Moved, Pair, pairs_of
from .continuation import extended
from .field import WEIGHT
from .interpolation import Interpolation
from .local_correlation import LocalCorrelation
from .minimize import minimize
from .regions import Regions
from .variation import total_variation

#: Penalty for a gap or an overlap of one working voxel at one voxel of the surface, in units of its full correlation.
#: Above two voxels the penalty grows linearly, so that a wrong mask does not drag the rest along.
_MEETING = 1.0
_LINEAR_FROM = 2.0
#: Number of updates of the point pairs on the two sides, and iterations after each.
_ROUNDS, _ITERATIONS = 4, 12
#: The final steps that bring the sides together: their number, how far each reaches from the surface (standard
#: deviation, nodes), and the length of the longest, mm.
_PUSHES, _REACH, _FURTHEST_PUSH = 12, 1.5, 3.0


@dataclass(frozen=True)
class Part:
    """One region and its motion ``moved``. ``scorer``: how well a field aligns it; None if ``moved`` is final."""

    moved: Moved
    scorer: LocalCorrelation | None


def improve_together(regions: Regions, parts: Sequence[Part], voxel_mm: float) -> list[Moved]:
    """Optimize the fields of all regions together: local correlation, total variation, and how well the regions
    meet."""
    moved = [part.moved for part in parts]
    for _ in range(_ROUNDS):
        problem = _Joint(parts, pairs_of(regions, moved), moved, voxel_mm)
        place = problem.joined(moved)
        if not place.size:
            break
        moved = problem.apart(minimize(problem.value_and_gradient, place, _ITERATIONS, problem.longest_step))
        moved = [
            one if part.scorer is None else Moved(extended(one.field, part.scorer), one.grid)
            for one, part in zip(moved, parts, strict=True)
        ]
    return moved


def meeting(regions: Regions, parts: Sequence[Part], moved: Sequence[Moved]) -> list[Moved]:
    """Shift ``moved`` along the normals until both sides meet, each half of the distance; next to a final side, the
    other one goes all the way. The shift is smooth, so that it causes no folds."""
    moved = list(moved)
    free = [part.scorer is not None for part in parts]
    blurs = [[axes.gaussian(n, _REACH) for n in one.field.shape[1:]] for one in moved]
    for _ in range(_PUSHES):
        pushes = [np.zeros((4, *one.field.shape[1:]), np.float32) for one in moved]
        for pair in pairs_of(regions, moved):
            share = 1 / max(free[pair.one] + free[pair.other], 1)
            way = np.clip(pair.distances, -_FURTHEST_PUSH, _FURTHEST_PUSH)[:, None] * pair.normals * share
            ones = np.ones((len(way), 1))
            for number, points, sign in ((pair.one, pair.points, -1), (pair.other, pair.sources, 1)):
                if free[number]:
                    pushes[number] += moved[number].places(points).adjoint(np.hstack([sign * way, ones]))
        for number, push in enumerate(pushes):
            if not push[3].any():
                continue
            blurred = np.stack([axes.apply(blurs[number], component) for component in push])
            dense = float(np.median(blurred[3][push[3] > 0])) / 2  # next to the surface; it fades out from there
            step = blurred[:3] / np.maximum(blurred[3], dense)
            moved[number] = Moved(moved[number].field + step.astype(np.float32), moved[number].grid)
    return moved


class _Joint:
    def __init__(self, parts: Sequence[Part], pairs: Sequence[Pair], moved: Sequence[Moved], voxel_mm: float):
        self._parts = [(number, part) for number, part in enumerate(parts) if part.scorer is not None]
        self._moved = list(moved)
        scorers = [part.scorer for part in parts if part.scorer is not None]
        voxels = [scorer.weights.size for scorer in scorers]
        self._shares = [n / max(sum(voxels), 1) for n in voxels]
        #: The number of faces of working voxels that a point of a surface stands for.
        self._voxel_mm, self._voxels = voxel_mm, max(sum(voxels), 1)
        self._ties = [_Tie.of(pair, moved) for pair in pairs]
        self.longest_step = min((float(one.nodes.spacing.min()) / 2 for one in scorers), default=1.0)

    def joined(self, moved: Sequence[Moved]) -> np.ndarray:
        fields = [moved[number].field.ravel() for number, _ in self._parts]
        return np.concatenate(fields) if fields else np.empty(0, np.float32)

    def apart(self, place: np.ndarray) -> list[Moved]:
        moved, first = list(self._moved), 0
        for number, _ in self._parts:
            field = self._moved[number].field
            moved[number] = Moved(place[first : first + field.size].reshape(field.shape), self._moved[number].grid)
            first += field.size
        return moved

    def value_and_gradient(self, place: np.ndarray) -> tuple[float, np.ndarray]:
        moved = self.apart(place)
        total, gradients = 0.0, {}
        for (number, part), share in zip(self._parts, self._shares, strict=True):
            field, scorer = moved[number].field, part.scorer
            assert scorer is not None
            value, gradient = scorer.value_and_gradient(field)
            variation, its_gradient = total_variation(field, scorer.nodes.spacing)
            total += share * (value + WEIGHT * variation)
            gradients[number] = np.float32(share) * (gradient + np.float32(WEIGHT) * its_gradient)
        for tie in self._ties:
            value, slope = tie.value_and_slope(moved, self._voxel_mm)
            total += _MEETING * value * tie.faces(self._voxel_mm) / self._voxels
            slope *= _MEETING * tie.faces(self._voxel_mm) / self._voxels
            if tie.pair.one in gradients:
                gradients[tie.pair.one] += tie.near.adjoint(slope)
            if tie.pair.other in gradients:
                gradients[tie.pair.other] -= tie.far.adjoint(slope)
        return total, np.concatenate([gradients[number].ravel() for number, _ in self._parts])


@dataclass(frozen=True)
class _Tie:
    """A pair, linearized: how its distance changes when either side moves."""

    pair: Pair
    near: Interpolation
    far: Interpolation
    before: np.ndarray  # (N, 3): by how much the near side moved more than the far one

    @classmethod
    def of(cls, pair: Pair, moved: Sequence[Moved]) -> _Tie:
        near, far = moved[pair.one].places(pair.points), moved[pair.other].places(pair.sources)
        return cls(pair, near, far, near.of(moved[pair.one].field) - far.of(moved[pair.other].field))

    def faces(self, voxel_mm: float) -> float:
        return self.pair.area / voxel_mm**2

    def value_and_slope(self, moved: Sequence[Moved], voxel_mm: float) -> tuple[float, np.ndarray]:
        """Mean price of a point, and (N, 3) its derivative by the motion of the near side."""
        change = self.near.of(moved[self.pair.one].field) - self.far.of(moved[self.pair.other].field) - self.before
        distance = (self.pair.distances + np.einsum("nc,nc->n", change, self.pair.normals)) / voxel_mm
        root = np.sqrt(1 + (distance / _LINEAR_FROM) ** 2)
        slope = 2 * distance / root / (voxel_mm * len(distance))
        return float(2 * _LINEAR_FROM**2 * (root - 1).mean()), slope[:, None] * self.pair.normals
