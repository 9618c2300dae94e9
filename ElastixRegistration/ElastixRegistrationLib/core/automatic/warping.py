"""Images at displaced voxels, on the grids of the dense deformation.

Arrays are (k, j, i), displacements (D, k, j, i) in voxels, in the order of the axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from .slabs import slabs_of_shape


class Cells:
    """Cells of a grid of ``shape`` that hold the places ``index`` (D, k, j, i), which are overwritten; those beyond the
    faces are moved onto them."""

    def __init__(self, index: np.ndarray, shape: Sequence[int]):
        self._shape, self._parts = shape, index
        self._strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
        whole_type = np.int32 if np.prod(shape, dtype=float) < 2**31 else np.int64
        corner = np.zeros(index.shape[1:], whole_type)
        for places, count, stride in zip(index, shape, self._strides, strict=True):
            np.maximum(places, 0, out=places)
            np.minimum(places, count - 1, out=places)
            low = np.floor(places)
            np.minimum(low, max(count - 2, 0), out=low)
            places -= low
            whole = low.astype(whole_type)
            if stride != 1:
                whole *= whole_type(stride)
            corner += whole
        self._corner = corner.astype(np.intp)

    @classmethod
    def displaced(cls, u: np.ndarray, shape: Sequence[int], margin: Sequence[int], first: int = 0) -> Cells:
        """Of x + u(x) + ``margin``, x the voxels of a slab from plane ``first`` on."""
        index = np.empty(u.shape, np.float32)
        for axis, count in enumerate(u.shape[1:]):
            steps = np.arange(count, dtype=np.float32) + np.float32(margin[axis] + (0 if axis else first))
            np.add(u[axis], steps.reshape([-1 if n == axis else 1 for n in range(len(shape))]), out=index[axis])
        return cls(index, shape)

    def linear(self, flat: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Interpolated between the voxels of a flattened array."""
        return self._between(flat, 0, 0, out)

    def nearest(self, flat: np.ndarray) -> np.ndarray:
        """At the nearest voxel of a flattened array."""
        places = self._corner.copy()
        for part, stride, count in zip(self._parts, self._strides, self._shape, strict=True):
            if count > 1:
                places += (part >= np.float32(0.5)) * np.intp(stride)
        return np.take(flat, places, mode="clip")

    def _between(self, flat: np.ndarray, axis: int, offset: int, out: np.ndarray | None = None) -> np.ndarray:
        if axis == len(self._shape):
            return np.take(flat[offset:], self._corner, mode="clip")
        near = self._between(flat, axis + 1, offset)
        if self._shape[axis] > 1:
            far = self._between(flat, axis + 1, offset + self._strides[axis])
            far -= near
            far *= self._parts[axis]
            return np.add(near, far, out=near if out is None else out)
        if out is None:
            return near
        np.copyto(out, near)
        return out


def warped(
    arrays: Sequence[np.ndarray], u: np.ndarray, margin: Sequence[int], pool: Executor | None = None
) -> list[np.ndarray]:
    """Each of ``arrays``, of one shape, at x + u(x) + ``margin``, linear; beyond the faces the outermost go on."""
    flat = [np.ascontiguousarray(array).reshape(-1) for array in arrays]
    results = [np.empty(u.shape[1:], array.dtype) for array in arrays]

    def warp_slab(planes: slice) -> None:
        cells = Cells.displaced(u[:, planes], arrays[0].shape, margin, planes.start)
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
        result[planes] = Cells.displaced(u[:, planes], array.shape, margin, planes.start).nearest(flat)
    return result
