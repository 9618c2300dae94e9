"""The surfaces along which a transform slides: it moves their two sides differently along each other, without folds.

Where the sides of a surface with normal n part by s, the Jacobian is the identity plus an outer product of s and n over
a width. Its determinant, 1 + s.n / width, says little there: with a slip of 20 mm within 5 mm, an error of 20 degrees
in the normal makes it negative, and every oblique surface has steps on a grid. Therefore normals are averaged, and
neighbors are judged together.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

#: Edge of the blocks for averaging normals, in shortest voxel edges. Blocks are laid twice along each axis, half an
#: edge apart, because a surface shows best in a block that it crosses in the middle.
_BLOCK = 8
#: Largest share of the squared motion across a sliding surface, in a block.
_ACROSS = 0.5


def steep(change: np.ndarray) -> np.ndarray:
    """(...) bools, of spatial Jacobians less the identity (..., D, D): neighbors part by more than they are apart."""
    return np.einsum("...rc,...rc->...", change, change) > 1


def slides(change: np.ndarray, places: np.ndarray, spacing: Sequence[float], *, laid_twice: bool = True) -> np.ndarray:
    """(N,) bools, of ``change``, (N, D, D), at the ``steep`` voxels ``places``, (N, D) indices (i, j, k): it slides.

    ``change`` is the Jacobian, without its linear part, less the identity; ``spacing`` in mm, (i, j, k).
    Without ``laid_twice`` in those blocks only that begin at index 0.
    """
    if not len(change):
        return np.zeros(0, bool)
    voxels = np.maximum(1, np.rint(_BLOCK * min(spacing) / np.asarray(spacing))).astype(int)
    shifts = itertools.product(*(sorted({0, n // 2} if laid_twice else {0}) for n in voxels))
    found = np.zeros(len(change), bool)
    for shift in shifts:
        found |= _slides_in((places + shift) // voxels, change)
    return found


def _slides_in(blocks: np.ndarray, change: np.ndarray) -> np.ndarray:
    """(N,) bools: it slides in the block, (N, D), of each voxel."""
    _, block = np.unique(np.ravel_multi_index(tuple(blocks.T), blocks.max(axis=0) + 1), return_inverse=True)
    products = np.einsum("nra,nrb->nab", change, change).reshape(len(change), -1)
    sums = np.stack([np.bincount(block, column) for column in products.T], axis=-1)
    dimension = change.shape[-1]
    normals = np.linalg.eigh(sums.reshape(-1, dimension, dimension))[1][:, :, -1]
    across = np.square(np.einsum("nr,nr->n", np.einsum("nrc,nc->nr", change, normals[block]), normals[block]))
    all_of_it = np.trace(products.reshape(-1, dimension, dimension), axis1=1, axis2=2)
    return (np.bincount(block, across) < _ACROSS * np.bincount(block, all_of_it))[block]


def beside(border: np.ndarray) -> np.ndarray:
    """Bools of the voxels of ``border`` and all that touch one, because its end is known to one voxel."""
    for axis in range(border.ndim):
        lines = np.moveaxis(border, axis, 0)
        wider = lines.copy()
        wider[1:] |= lines[:-1]
        wider[:-1] |= lines[1:]
        border = np.moveaxis(wider, 0, axis)
    return border
