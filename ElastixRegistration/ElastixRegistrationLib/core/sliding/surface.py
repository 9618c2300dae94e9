"""Where a field tears, and how its two sides move along and against each other there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..images.geometry import Geometry
from . import axes
from .variation import steepness

#: Nodes from the surface to where the motion of one side is told: a tear spreads over two or three of them.
_AWAY = 2.0
#: Standard deviation of what the normal of the surface is averaged over, nodes.
_SMOOTHED = 1.0


@dataclass(frozen=True)
class Surface:
    """Nodes where neighbors move more differently than they are apart: ``nodes``, (k, j, i) bools.

    Of those N where they do so along the surface rather than across it: ``along_mm`` (N,) is how far one side moves
    along the other, ``across_mm`` how far it leaves it: above 0 a gap, below 0 an overlap.
    """

    nodes: np.ndarray
    along_mm: np.ndarray
    across_mm: np.ndarray

    @property
    def words(self) -> str:
        """How far it slides, and how well both sides meet."""
        if not len(self.along_mm):
            return "by less than a voxel"
        usual, most = np.percentile(self.along_mm, [50, 95])
        largest = f", at most {most:.0f} mm" if round(most) > round(usual) else ""
        return f"by {usual:.0f} mm{largest}"


def surface_of(field: np.ndarray, grid: Geometry) -> Surface:
    """Of a (3, k, j, i) field, LPS mm, at the nodes ``grid``."""
    spacing = np.array(grid.spacing)
    slopes = axes.differences(field, spacing)
    blur = [axes.gaussian(n, _SMOOTHED) for n in field.shape[1:]]
    nodes = steepness(field, spacing) > 1
    places = np.argwhere(nodes)[:, ::-1].astype(float)
    tensors = np.empty((len(places), 3, 3))
    for row in range(3):
        for column in range(row + 1):
            product = np.einsum("cxyz,cxyz->xyz", slopes[row], slopes[column])
            tensors[:, row, column] = tensors[:, column, row] = axes.apply(blur, product)[nodes]
    normals = np.linalg.eigh(tensors)[1][:, :, -1]  # along (i, j, k); across a surface the field changes most
    step = _AWAY * float(np.mean(spacing)) * normals / spacing
    jumps = _at(field, places + step) - _at(field, places - step)
    across = np.einsum("nc,nc->n", jumps, normals @ np.array(grid.direction).T)
    along = np.sqrt(np.maximum(np.square(jumps).sum(axis=1) - across**2, 0))
    slides = along > np.abs(across)
    return Surface(nodes, along[slides], across[slides])


def _at(field: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(N, 3): the field at indices (i, j, k), by linear interpolation; the outermost values beyond the ends."""
    last = np.array(field.shape[:0:-1]) - 1
    places = np.clip(places, 0, last)
    low = np.minimum(places.astype(int), np.maximum(last - 1, 0))
    share = places - low
    result = np.zeros((len(places), 3))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, share, 1 - share), axis=1)
        i, j, k = np.minimum(low + corner, last).T
        result += weight[:, None] * field[:, k, j, i].T
    return result
