"""Displacements of a transform on a grid as an array, by the fastest exact method. LPS, mm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..images.geometry import Geometry, array_view
from ..images.slabs import slabs_of
from .aligned_splines import add_linear_displacement
from .itk_transforms import displacement_field, matrix_of
from .spline_derivatives import SplineChain


def displacement_vectors(transform: Any, grid: Geometry, threads: int | None = None) -> np.ndarray:
    """(k, j, i, D) float32: T(x) - x, LPS mm, at the voxel centers x of ``grid``.

    The numbers of ``displacement_field`` to the last digit or two; of B-splines in a tenth of its time. ``threads``: at
    most so many, by default one for each core.
    """
    matrix = matrix_of(transform)
    if matrix is not None:
        vectors = np.zeros((*grid.size[::-1], grid.dimension), np.float32)
        add_linear_displacement(vectors, matrix, grid)
        return vectors
    spline = SplineChain.of(transform)
    if spline is not None:
        return spline.displacement(grid, threads)
    return np.asarray(array_view(displacement_field(transform, grid)))


def displacement_magnitude(transform: Any, grid: Geometry, threads: int | None = None) -> np.ndarray:
    """(k, j, i) float32: lengths of ``displacement_vectors``, mm, without all of these at once."""
    result = np.empty(grid.size[::-1], np.float32)
    for planes, slab in slabs_of(grid):
        vectors = displacement_vectors(transform, slab, threads)
        np.sqrt(np.einsum("...c,...c->...", vectors, vectors), out=result[planes])
    return result
