"""Interpolate a volume at scattered points, with the adjoint for derivatives."""

from __future__ import annotations

import numpy as np


class Interpolation:
    """Linear interpolation of volumes of ``shape`` (k, j, i) at (N, 3) continuous indices (i, j, k); the outermost
    values continue beyond the faces."""

    def __init__(self, places: np.ndarray, shape: tuple[int, ...]):
        self._shape = shape
        last = np.array(shape[::-1]) - 1
        clipped = np.clip(places, 0, last)
        low = np.minimum(clipped.astype(np.intp), np.maximum(last - 1, 0))
        share = clipped - low
        strides = np.array([1, shape[2], shape[2] * shape[1]])
        self._corners, self._weights = [], []
        for corner in np.ndindex(2, 2, 2):
            self._corners.append(np.minimum(low + corner, last) @ strides)
            self._weights.append(np.prod(np.where(corner, share, 1 - share), axis=1))

    def of(self, volumes: np.ndarray) -> np.ndarray:
        """(N, c) values of (c, k, j, i) volumes."""
        flat = volumes.reshape(len(volumes), -1)
        return sum(
            weight[:, None] * flat[:, corner].T for corner, weight in zip(self._corners, self._weights, strict=True)
        )

    def adjoint(self, values: np.ndarray) -> np.ndarray:
        """Distribute (N, c) values to the voxels: (c, k, j, i) float32."""
        count = int(np.prod(self._shape))
        result = np.zeros((values.shape[1], count))
        for corner, weight in zip(self._corners, self._weights, strict=True):
            for component, value in zip(result, values.T, strict=True):
                component += np.bincount(corner, weight * value, count)
        return result.reshape(-1, *self._shape).astype(np.float32)
