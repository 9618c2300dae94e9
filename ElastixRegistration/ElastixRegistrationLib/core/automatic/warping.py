"""Images at displaced voxels, on the grids of the dense deformation.

Arrays are (k, j, i), displacements (D, k, j, i) in voxels, in the order of the axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from ..images.cells import Cells
from ..images.slabs import slabs_of_shape


def displaced_cells(u: np.ndarray, shape: Sequence[int], margin: Sequence[int], first: int = 0) -> Cells:
    """The cells of a grid of ``shape`` that contain x + u(x) + ``margin``, x being the voxels of a slab from plane
    ``first`` on."""
    index = np.empty(u.shape, np.float32)
    for axis, count in enumerate(u.shape[1:]):
        steps = np.arange(count, dtype=np.float32) + np.float32(margin[axis] + (0 if axis else first))
        np.add(u[axis], steps.reshape([-1 if n == axis else 1 for n in range(len(shape))]), out=index[axis])
    return Cells(index, shape)


def warped(
    arrays: Sequence[np.ndarray], u: np.ndarray, margin: Sequence[int], pool: Executor | None = None
) -> list[np.ndarray]:
    """Each of ``arrays``, of one shape, at x + u(x) + ``margin``, linear; beyond the faces the outermost values
    continue."""
    flat = [np.ascontiguousarray(array).reshape(-1) for array in arrays]
    results = [np.empty(u.shape[1:], array.dtype) for array in arrays]

    def warp_slab(planes: slice) -> None:
        cells = displaced_cells(u[:, planes], arrays[0].shape, margin, planes.start)
        for values, result in zip(flat, results, strict=True):
            cells.linear(values, result[planes])

    for _ in (map if pool is None else pool.map)(warp_slab, slabs_of_shape(u.shape[1:])):
        pass
    return results


def nearest(array: np.ndarray, u: np.ndarray, margin: Sequence[int]) -> np.ndarray:
    """``array`` at the voxel nearest to x + u(x) + ``margin``."""
    result = np.empty(u.shape[1:], array.dtype)
    flat = np.ascontiguousarray(array).reshape(-1)
    for planes in slabs_of_shape(u.shape[1:]):
        result[planes] = displaced_cells(u[:, planes], array.shape, margin, planes.start).nearest(flat)
    return result
