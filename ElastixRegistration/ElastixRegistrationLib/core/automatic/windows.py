"""Sums over windows, Gaussian smoothing and derivatives of arrays of any dimension, float32, without SciPy."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

#: A Gaussian is cut off at so many standard deviations; below the least it changes nothing worth its time.
_REACH, _LEAST_SIGMA = 2.5, 0.2
#: Values of an array that are convolved at a time.
_PART = 200_000


def window_sums(array: np.ndarray, radii: Sequence[int] | np.ndarray) -> np.ndarray:
    """Sum over the window of 2 r + 1 voxels along each axis around each voxel; beyond the faces there are zeros."""
    for axis, radius in enumerate(radii):
        if radius > 0 and array.shape[axis] > 1:
            padded = _padded(array, axis, radius, "constant")
            count = array.shape[axis]
            total = padded[_part(array.ndim, axis, 0, count)] + padded[_part(array.ndim, axis, 1, count)]
            for start in range(2, 2 * radius + 1):
                total += padded[_part(array.ndim, axis, start, count)]
            array = total
    return array


def smoothed(array: np.ndarray, sigmas: Sequence[float], threads: int = 1) -> np.ndarray:
    """Convolved with a Gaussian of ``sigmas`` voxels along each axis; beyond the faces the outermost voxels go on."""
    for axis, sigma in enumerate(sigmas):
        if sigma <= _LEAST_SIGMA or array.shape[axis] == 1:
            continue
        radius = max(1, int(np.ceil(_REACH * sigma)))
        weights = np.exp(-0.5 * (np.arange(radius + 1) / sigma) ** 2)
        weights = (weights / (2 * weights.sum() - weights[0])).astype(np.float32)
        array = _convolved_in_parts(array, axis, weights, threads)
    return array


def gradient(array: np.ndarray) -> list[np.ndarray]:
    """Derivatives by index along each axis: central differences, one-sided at the faces, 0 along one voxel."""
    if min(array.shape) > 1:
        return list(np.gradient(array))
    return [np.gradient(array, axis=axis) if n > 1 else np.zeros_like(array) for axis, n in enumerate(array.shape)]


def spline_coefficients(values: np.ndarray) -> np.ndarray:
    """Coefficients of the cubic B-spline that passes through ``values`` on the same grid.

    The recursive filter of Unser 1999, doi:10.1109/79.799930, as a kernel cut off where it is below 1e-6.
    """
    pole = np.sqrt(3.0) - 2.0
    weights = (np.sqrt(3.0) * pole ** np.arange(11)).astype(np.float32)
    for axis, count in enumerate(values.shape):
        if count > 1:
            values = _convolved(values, axis, weights)
    return values


def _convolved_in_parts(array: np.ndarray, axis: int, weights: np.ndarray, threads: int) -> np.ndarray:
    """As ``_convolved``; of a large array parts across the axis that stay in a cache, several at once."""
    if array.size <= _PART:
        return _convolved(array, axis, weights)
    across = 1 if axis == 0 else 0
    depth = max(1, _PART * array.shape[across] // array.size)
    result = np.empty(array.shape, np.float32)

    def convolve(first: int) -> None:
        part = tuple(slice(first, first + depth) if n == across else slice(None) for n in range(array.ndim))
        result[part] = _convolved(array[part], axis, weights)

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(convolve, range(0, array.shape[across], depth)):
            pass
    return result


def _convolved(array: np.ndarray, axis: int, weights: np.ndarray) -> np.ndarray:
    """With the symmetric kernel whose middle and upper half is ``weights``."""
    radius, count = len(weights) - 1, array.shape[axis]
    padded = _padded(array, axis, radius, "edge")
    total = weights[0] * padded[_part(array.ndim, axis, radius, count)]
    for step in range(1, radius + 1):
        before, after = (padded[_part(array.ndim, axis, radius + sign * step, count)] for sign in (-1, 1))
        total += weights[step] * (before + after)
    return total


def _padded(array: np.ndarray, axis: int, width: int, mode: str) -> np.ndarray:
    widths = [(width, width) if n == axis else (0, 0) for n in range(array.ndim)]
    return np.pad(array, widths, mode=mode)  # type: ignore[call-overload]


def _part(dimension: int, axis: int, start: int, count: int) -> tuple[slice, ...]:
    return tuple(slice(start, start + count) if n == axis else slice(None) for n in range(dimension))
