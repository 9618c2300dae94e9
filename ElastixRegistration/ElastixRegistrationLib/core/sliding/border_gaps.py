"""Gap or overlap between two regions after both have moved.

A point of the surface moves with its own region. The other region moves some other point to the same place; if that
point is on the surface, both sides meet. Its distance from the surface, mm, is the gap or the overlap, for any shape of
the surface and any sliding distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..images.geometry import Geometry
from .interpolation import Interpolation
from .regions import Regions

_INVERSE_STEPS = 12


@dataclass(frozen=True)
class Moved:
    """The motion of one region: ``field``, (3, k, j, i) mm at the nodes ``grid``, LPS."""

    field: np.ndarray
    grid: Geometry

    def places(self, points: np.ndarray) -> Interpolation:
        return Interpolation(self.grid.indices_of(points), self.field.shape[1:])

    def at(self, points: np.ndarray) -> np.ndarray:
        return self.places(points).of(self.field)


@dataclass(frozen=True)
class Pair:
    """Places where region ``one`` meets region ``other``: ``points`` (N, 3) on the surface, as ``one`` has them, and
    those that ``other`` takes to the same places, ``sources``; ``distances``: how far the sources lie outside ``one``;
    ``normals``: the direction in which that distance grows. ``along``: how far one side slides along the other. All
    LPS, mm. ``area``: of the surface that a pair stands for, mm2."""

    one: int
    other: int
    points: np.ndarray
    sources: np.ndarray
    distances: np.ndarray
    normals: np.ndarray
    along: np.ndarray
    area: float


def pairs_of(regions: Regions, moved: Sequence[Moved]) -> list[Pair]:
    """The pairs on all surfaces after the regions have ``moved``. Sources outside the image are left out."""
    low, high = np.zeros(3), np.array(regions.grid.size) - 1
    found = []
    for one, border in regions.borders.items():
        for other in np.unique(border.beyond).tolist():
            points = border.points[border.beyond == other]
            motion = moved[one].at(points)
            sources = _sources(moved[other], points + motion, points)
            indices = regions.grid.indices_of(sources)
            seen = ((indices >= low) & (indices <= high)).all(axis=1)
            points, sources, motion = points[seen], sources[seen], motion[seen]
            if not len(points):
                continue
            distances, normals = regions.surfaces[one].at(sources)
            jumps = motion - moved[other].at(points)
            along = np.linalg.norm(jumps - (jumps * normals).sum(axis=1, keepdims=True) * normals, axis=1)
            area = border.area_of_a_point * len(points)
            found.append(Pair(one, other, points, sources, distances, normals, along, area))
    return found


def _sources(moved: Moved, reached: np.ndarray, first: np.ndarray) -> np.ndarray:
    """(N, 3) points that ``moved`` takes to those ``reached``, by fixed-point iteration."""
    sources = first
    for _ in range(_INVERSE_STEPS):
        sources = reached - moved.at(sources)
    return sources
