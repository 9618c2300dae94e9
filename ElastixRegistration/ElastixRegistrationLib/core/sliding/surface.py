"""Tears of a field, and the motion of their two sides along each other and apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..images.geometry import Geometry
from . import axes
from .interpolation import Interpolation
from .variation import steepness

#: Distance, nodes, from the surface at which the motion of one side is read: a tear spreads over two or three nodes.
_AWAY = 2.0
#: Standard deviation, nodes, of the Gaussian over which the surface normal is averaged.
_SMOOTHED = 1.0


@dataclass(frozen=True)
class Surface:
    """``nodes``, (k, j, i) booleans: where the motion of neighbors differs by more than their distance.

    For the N of these nodes where the motion differs along the surface rather than across it, ``along_mm`` (N,) is how
    far one side moves along the other, and ``across_mm`` how far the sides move apart: above 0 a gap, below 0 an
    overlap.
    """

    nodes: np.ndarray
    along_mm: np.ndarray
    across_mm: np.ndarray


def surface_of(field: np.ndarray, grid: Geometry) -> Surface:
    """Find the tears of a (3, k, j, i) field, LPS mm, at the nodes of ``grid``."""
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
    there, here = (Interpolation(places + sign * step, field.shape[1:]).of(field) for sign in (1, -1))
    jumps = there - here
    across = np.einsum("nc,nc->n", jumps, normals @ np.array(grid.direction).T)
    along = np.sqrt(np.maximum(np.square(jumps).sum(axis=1) - across**2, 0))
    slides = along > np.abs(across)
    return Surface(nodes, along[slides], across[slides])
