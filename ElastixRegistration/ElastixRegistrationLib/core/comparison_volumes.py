"""Volumes that show how well a result fits its fixed image: a checkerboard of both, and their difference."""

from __future__ import annotations

import numpy as np

from .errors import InputError
from .pictures import normalised, window_of


def checkerboard_volume(fixed: np.ndarray, moved: np.ndarray, tiles: int = 8) -> np.ndarray:
    """(k, j, i) uint8: blocks of both arrays by turns, ``tiles`` along the longest axis, each scaled to 0..255."""
    first, second = _scaled(fixed, moved)
    side = max(1, -(-max(fixed.shape) // tiles))
    odd = np.zeros(fixed.shape, bool)
    for axis, length in enumerate(fixed.shape):
        shape = [1] * fixed.ndim
        shape[axis] = length
        odd ^= (np.arange(length) // side % 2 == 1).reshape(shape)
    return np.where(odd, second, first)


def difference_volume(fixed: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """(k, j, i) int16, -255 to 255: moved minus fixed, each scaled to 0..255 by its own range first."""
    first, second = _scaled(fixed, moved)
    return second.astype(np.int16) - first


def _scaled(fixed: np.ndarray, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if fixed.shape != moved.shape:
        raise InputError(f"Volumes of {fixed.shape} and {moved.shape} voxels cannot be compared voxel by voxel.")
    return tuple((255 * normalised(array, window_of(array))).astype(np.uint8) for array in (fixed, moved))
