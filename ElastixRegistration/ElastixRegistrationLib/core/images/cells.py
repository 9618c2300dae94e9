"""Cells between the voxels of an image that hold given places, and what the image is there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def working_type(dtype: np.dtype) -> type:
    """Of the numbers that are interpolated: double precision where the type needs it."""
    return np.float32 if dtype.itemsize <= 2 or dtype == np.float32 else np.float64


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

    def linear(self, flat: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Interpolated between the voxels of a flattened array; floats, also of whole numbers."""
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
            values = np.take(flat[offset:], self._corner, mode="clip")
            return values if values.dtype.kind == "f" else values.astype(working_type(values.dtype))
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
