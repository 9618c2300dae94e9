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

#: Penalty for a gap or an overlap of one working voxel at one voxel of the surface, in units of its full correlation;
#: and for missing the surface of the moving region by as much, where the user gives that. On a phantom, smaller
#: penalties for missing it did little in tissue without texture, and hardly less harm with a mask that was a voxel off.
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


@dataclass(frozen=True)
class Target:
    """The regions of the moving image, and ``start``: homogeneous matrix, applied after the fields, LPS mm."""

    regions: Regions
    start: np.ndarray

    def at(self, places: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of (N, 3) places, LPS mm, before ``start``: their distances from the surface of a region, mm; the directions
        in which these grow, before ``start``; and which of the places are in the image."""
        there = places @ self.start[:3, :3].T + self.start[:3, 3]
        distances, normals = self.regions.surfaces[number].at(there)
        indices = self.regions.grid.indices_of(there)
        seen = ((indices >= 0) & (indices <= np.array(self.regions.grid.size) - 1)).all(axis=1)
        return distances, normals @ self.start[:3, :3], np.asarray(seen)


def improve_together(
    regions: Regions, parts: Sequence[Part], voxel_mm: float, target: Target | None = None
) -> list[Moved]:
    """Optimize the fields of all regions together: local correlation, total variation, how well the regions meet, and
    how well their surfaces reach those of the ``target``."""
    moved = [part.moved for part in parts]
    for _ in range(_ROUNDS):
        ties: list[_Tie | _Landing] = [_Tie.of(pair, moved) for pair in pairs_of(regions, moved)]
        ties += [] if target is None else _landings(regions, moved, target)
        problem = _Joint(parts, ties, moved, voxel_mm)
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
    def __init__(self, parts: Sequence[Part], ties: Sequence[_Tie | _Landing], moved: Sequence[Moved], voxel_mm: float):
        self._parts = [(number, part) for number, part in enumerate(parts) if part.scorer is not None]
        self._moved = list(moved)
        scorers = [part.scorer for part in parts if part.scorer is not None]
        voxels = [scorer.weights.size for scorer in scorers]
        self._shares = [n / max(sum(voxels), 1) for n in voxels]
        #: The number of faces of working voxels that a point of a surface stands for.
        self._voxel_mm, self._voxels = voxel_mm, max(sum(voxels), 1)
        self._ties = ties
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
            value, slopes = tie.value_and_slopes(moved, self._voxel_mm)
            weight = _MEETING * tie.area / self._voxel_mm**2 / self._voxels
            total += weight * value
            for number, slope in slopes.items():
                if number in gradients:
                    gradients[number] += np.float32(weight) * slope
        return total, np.concatenate([gradients[number].ravel() for number, _ in self._parts])


def _price(distances: np.ndarray, normals: np.ndarray, voxel_mm: float) -> tuple[float, np.ndarray]:
    """Mean price of ``distances`` along ``normals``, mm, and (N, 3) its derivative by the places, per mm."""
    voxels = distances / voxel_mm
    root = np.sqrt(1 + (voxels / _LINEAR_FROM) ** 2)
    slope = 2 * voxels / root / (voxel_mm * len(voxels))
    return float(2 * _LINEAR_FROM**2 * (root - 1).mean()), slope[:, None] * normals


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

    @property
    def area(self) -> float:
        return self.pair.area

    def value_and_slopes(self, moved: Sequence[Moved], voxel_mm: float) -> tuple[float, dict[int, np.ndarray]]:
        """Mean price of a point, and its derivatives by the fields of the two regions."""
        pair = self.pair
        change = self.near.of(moved[pair.one].field) - self.far.of(moved[pair.other].field) - self.before
        value, slope = _price(pair.distances + np.einsum("nc,nc->n", change, pair.normals), pair.normals, voxel_mm)
        return value, {pair.one: self.near.adjoint(slope), pair.other: -self.far.adjoint(slope)}


@dataclass(frozen=True)
class _Landing:
    """Points of the border of a region, and the distances, mm, of where the region ``number`` takes them from the
    surface of the same region in the moving image; linearized like a pair. ``area``: that they stand for, mm2."""

    number: int
    places: Interpolation
    distances: np.ndarray
    normals: np.ndarray
    before: np.ndarray  # (N, 3): motion of the points
    area: float

    def value_and_slopes(self, moved: Sequence[Moved], voxel_mm: float) -> tuple[float, dict[int, np.ndarray]]:
        change = self.places.of(moved[self.number].field) - self.before
        value, slope = _price(self.distances + np.einsum("nc,nc->n", change, self.normals), self.normals, voxel_mm)
        return value, {self.number: self.places.adjoint(slope)}


def _landings(regions: Regions, moved: Sequence[Moved], target: Target) -> list[_Landing]:
    """Of both sides of all borders, where they are taken into the moving image."""
    found = []
    for one, border in regions.borders.items():
        sides = {one: np.ones(len(border.points), bool)}
        sides |= {other: border.beyond == other for other in np.unique(border.beyond).tolist()}
        for number, chosen in sides.items():
            points = border.points[chosen]
            motion = moved[number].at(points)
            distances, normals, seen = target.at(points + motion, one)
            if seen.any():
                area = border.area_of_a_point * int(seen.sum())
                places = moved[number].places(points[seen])
                found.append(_Landing(number, places, distances[seen], normals[seen], motion[seen], area))
    return found
