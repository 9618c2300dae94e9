"""Volumes that show how well a result fits its fixed image: a checkerboard of both, and their difference."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..images.pictures import normalized, window_of
from ..wording import said

#: Lowest and highest displayed value of the fixed and of the moved volume.
Windows = tuple[tuple[float, float], tuple[float, float]]


def checkerboard_volume(
    fixed: np.ndarray, moved: np.ndarray, tiles: int = 8, windows: Windows | None = None
) -> np.ndarray:
    """(k, j, i) uint8: alternating blocks of both arrays, ``tiles`` along the longest axis, scaled to 0..255.

    With ``windows`` None, each is scaled by its own range.
    """
    first, second = scaled_pair(fixed, moved, windows)
    side = max(1, -(-max(fixed.shape) // tiles))
    odd = np.zeros(fixed.shape, bool)
    for axis, length in enumerate(fixed.shape):
        shape = [1] * fixed.ndim
        shape[axis] = length
        odd ^= (np.arange(length) // side % 2 == 1).reshape(shape)
    return np.where(odd, second, first)


def difference_volume(fixed: np.ndarray, moved: np.ndarray, windows: Windows | None = None) -> np.ndarray:
    """(k, j, i) int16, -255 to 255: moved minus fixed, each scaled to 0..255 by its window or its own range first."""
    first, second = scaled_pair(fixed, moved, windows)
    return second.astype(np.int16) - first


def scaled_pair(fixed: np.ndarray, moved: np.ndarray, windows: Windows | None) -> tuple[np.ndarray, np.ndarray]:
    """Both arrays as uint8, each scaled to 0..255 by its window or its own range."""
    if fixed.shape != moved.shape:
        raise InputError(
            said(
                "Volumes of {shape} and {shape2} voxels cannot be compared voxel by voxel.",
                shape=fixed.shape,
                shape2=moved.shape,
            )
        )
    windows = (window_of(fixed), window_of(moved)) if windows is None else windows
    first, second = (
        (255 * normalized(array, window)).astype(np.uint8)
        for array, window in zip((fixed, moved), windows, strict=True)
    )
    return first, second
