"""Two textured blocks that meet in an oblique plane, one of which slides along it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.sliding.detection import transform_of
from ElastixRegistrationLib.core.sliding.grids import Nodes

#: Unit normal of the plane, LPS, and the direction in it along which the upper block slides.
NORMAL = np.array([0.6, 0.64, 0.48])
ALONG = np.cross(NORMAL, [0.0, 0.0, 1.0])
ALONG /= np.linalg.norm(ALONG)
#: As coarse as the waves of the texture allow, for the work grows with the voxels; the pyramid still has two levels.
GRID = Geometry((40, 43, 22), (2.8, 2.8, 5.0), (-54.6, -58.8, -52.5), ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))
VOXEL = float(np.cbrt(np.prod(GRID.spacing)))
#: Where a search for what slides has enough windows that it did not see.
FINE = Geometry((56, 60, 36), (2.0, 2.0, 3.0), (-55.0, -59.0, -52.5), GRID.direction)


class Phantom(NamedTuple):
    """(k, j, i) images on a grid; ``upper``: (k, j, i), mm above the plane in the fixed image; ``shift``: of the
    upper block, LPS mm, from the fixed to the moving image."""

    fixed: np.ndarray
    moving: np.ndarray
    upper: np.ndarray
    shift: np.ndarray


def phantom(slide_mm: float, grid: Geometry = GRID) -> Phantom:
    points = _centers(grid)
    upper = points @ NORMAL
    shift = slide_mm * ALONG
    above, below = _texture(1), _texture(2)
    fixed = np.where(upper > 0, above(points), below(points))
    moving = np.where(upper > 0, above(points - shift), below(points))
    return _noisy(fixed, moving, upper, shift)


def look_alike(slide_mm: float, rise_mm: float) -> Phantom:
    """As ``phantom``, but the plane rises too, and between its old and its new place the moving image shows, below the
    plane, what the fixed image shows there above it. ``upper``: in the fixed image; subtract ``rise_mm`` for the moving
    one. The lower block only rises."""
    rise = rise_mm * NORMAL
    shift = slide_mm * ALONG + rise
    points = _centers(GRID)
    upper = points @ NORMAL
    above, below = _texture(1), _texture(2)
    fixed = np.where(upper > 0, above(points), below(points))
    beneath = np.where(upper > 0, above(points), below(points - rise))
    moving = np.where(upper > rise_mm, above(points - shift), beneath)
    return _noisy(fixed, moving, upper, shift)


def _centers(grid: Geometry) -> np.ndarray:
    k, j, i = np.meshgrid(*(np.arange(n, dtype=float) for n in grid.size[::-1]), indexing="ij")
    return grid.points_of(np.stack([i, j, k], axis=-1))


def _noisy(fixed: np.ndarray, moving: np.ndarray, upper: np.ndarray, shift: np.ndarray) -> Phantom:
    noise = np.random.default_rng(3).normal(0, 2, (2, *upper.shape))
    return Phantom((fixed + noise[0]).astype(np.float32), (moving + noise[1]).astype(np.float32), upper, shift)


def smeared(shift: np.ndarray, grid: Geometry = GRID) -> Any:
    """What a smooth registration finds: the upper block in place, and 25 mm of the lower one dragged along."""
    nodes = Nodes(grid).geometry
    height = _centers(nodes) @ NORMAL
    share = np.clip(1 + height / 40, 0, 1) ** 2
    return transform_of(shift[:, None, None, None] * share, nodes, np.eye(4))


def _texture(seed: int):
    """Gray values, about 0 to 200, at points (..., 3), LPS mm: waves of 12 to 40 mm in all directions."""
    draw = np.random.default_rng(seed)
    directions = draw.normal(size=(40, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    waves = directions * (2 * np.pi / draw.uniform(12, 40, (40, 1)))
    phases = draw.uniform(0, 2 * np.pi, 40)
    return lambda points: 100 + 100 / np.sqrt(20) * np.cos(points @ waves.T + phases).sum(axis=-1)
