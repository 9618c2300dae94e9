"""Smooth a field that may tear, but only where it folds: where tissue moves into tissue rather than along it."""

from __future__ import annotations

import numpy as np

from ..deformation.sliding_border import beside, slides, steep
from ..images.geometry import Geometry
from ..transforms.determinants import determinant_of
from . import axes
from .grids import Nodes

#: Range of local volume, after / before, that needs no smoothing; slightly narrower than the plausible range.
_MIN, _MAX = 0.3, 4.0
_ROUNDS, _BAND_ROUNDS = 30, 14
_SHIFTS = (0, 2, 4, 6)
#: Standard deviation of one smoothing, and how far it reaches around a fold; nodes.
_SMOOTHED, _REACH = 1.0, 1.0


def without_folds(field: np.ndarray, nodes: Nodes) -> np.ndarray:
    """Smooth the field, (3, k, j, i), a few times around nodes where local volume shrinks or grows implausibly.

    Sliding borders are left as they are, because a smooth field would drag along the still tissue there.
    """
    blur = [axes.gaussian(n, _SMOOTHED) for n in field.shape[1:]]
    reach = [axes.gaussian(n, _REACH) for n in field.shape[1:]]
    for _ in range(_ROUNDS):
        folded = _folded(field, nodes)
        if not folded.any():
            break
        share = np.minimum(1, 4 * axes.apply(reach, np.minimum(nodes.sums(folded.astype(np.float32)), 1)))
        smooth = np.stack([axes.apply(blur, component) for component in field])
        field = field + share * (smooth - field)
    return field


def without_folds_in_band(field: np.ndarray, grid: Geometry) -> np.ndarray:
    """Smooth the field, (3, k, j, i) at the voxels of ``grid``, around voxels where local volume is implausible and
    nothing slides: where two regions overlap by more than the width of the band between them, or have been moved to
    meet. Each round smooths farther around.

    The outermost voxels are used for interpolation only.
    """
    to_index = np.linalg.inv(np.array(grid.direction) * np.array(grid.spacing)).astype(np.float32)
    for number in range(_BAND_ROUNDS):
        by_index = np.stack([np.gradient(field, axis=3 - axis) for axis in range(3)])
        change = np.einsum("axyz,ab->bxyz", by_index.reshape(3, -1, *field.shape[2:]), to_index)
        change = np.moveaxis(change.reshape(3, *field.shape), (0, 1), (-1, -2))[1:-1, 1:-1, 1:-1]
        volume = determinant_of(change + np.eye(3, dtype=np.float32))
        folded = (volume < _MIN) | (volume > _MAX)
        border = np.zeros(folded.shape, bool)
        found = steep(change)
        places = np.argwhere(found)
        border[tuple(places[slides(change[found], places[:, ::-1], grid.spacing)].T)] = True
        folded &= ~beside(border)
        if not folded.any():
            break
        blur = [axes.gaussian(n, _SMOOTHED * (1 + number / 2)) for n in field.shape[1:]]
        around = axes.apply(blur, np.pad(folded, 1).astype(np.float32))
        share = np.minimum(1, 2 * around / float(around[1:-1, 1:-1, 1:-1][folded].max()))
        field = field + share * (np.stack([axes.apply(blur, component) for component in field]) - field)
    return field


def _folded(field: np.ndarray, nodes: Nodes) -> np.ndarray:
    """(k, j, i) booleans at the voxels."""
    grid = nodes.voxels
    slopes = axes.differences(nodes.at_voxels(field), np.array(grid.spacing))
    change = np.einsum("acxyz,da->xyzcd", slopes, np.array(grid.direction, np.float32))
    volume = determinant_of(change + np.eye(3, dtype=np.float32))
    folded = (volume < _MIN) | (volume > _MAX)
    found = steep(change)
    places = np.argwhere(found)
    border = np.ones(len(places), bool)
    for shift in _SHIFTS:  # later checks may divide the result into different blocks
        border &= slides(change[found], places[:, ::-1] + shift, grid.spacing, laid_twice=False)
    folded[tuple(places[border].T)] = False
    return folded
