"""A field that may tear, smoothed where it folds: where tissue moves against tissue rather than along it."""

from __future__ import annotations

import numpy as np

from ..transforms.deformation import determinant_of
from ..transforms.sliding_border import slides, steep
from . import axes
from .grids import Nodes

#: Local volume, after / before, that is left alone: a little within what is believed of any deformation.
_LEAST, _MOST = 0.3, 4.0
_ROUNDS = 30
_SHIFTS = (0, 2, 4, 6)
#: Standard deviation, nodes, of one smoothing, and how far around a fold it reaches.
_SMOOTHED, _REACH = 1.0, 1.0


def without_folds(field: np.ndarray, nodes: Nodes) -> np.ndarray:
    """The field, (3, k, j, i), smoothed around nodes where its volume is lost or grows beyond belief, a few times over.

    Not where it slides: there a smooth field would drag along what stands still.
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


def _folded(field: np.ndarray, nodes: Nodes) -> np.ndarray:
    """(k, j, i) bools at the voxels."""
    grid = nodes.voxels
    slopes = axes.differences(nodes.at_voxels(field), np.array(grid.spacing))
    change = np.einsum("acxyz,da->xyzcd", slopes, np.array(grid.direction, np.float32))
    volume = determinant_of(change + np.eye(3, dtype=np.float32))
    folded = (volume < _LEAST) | (volume > _MOST)
    found = steep(change)
    places = np.argwhere(found)
    border = np.ones(len(places), bool)
    for shift in _SHIFTS:  # whoever looks at the result may divide it into other blocks
        border &= slides(change[found], places[:, ::-1] + shift, grid.spacing)
    folded[tuple(places[border].T)] = False
    return folded
