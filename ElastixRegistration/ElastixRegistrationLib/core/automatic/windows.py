"""Sums over windows, Gaussian smoothing and derivatives of arrays of any dimension, float32, without SciPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..images.band_matrices import convolution

#: Standard deviations at which a Gaussian is truncated, and the smallest sigma, voxels, that is applied at all.
_REACH, _LEAST_SIGMA = 2.5, 0.2


def window_sums(array: np.ndarray, radii: Sequence[int] | np.ndarray) -> np.ndarray:
    """Sum over the window of 2 r + 1 voxels along each axis around each voxel; beyond the faces there are zeros."""
    return _over_windows(array, radii, is_mean=False)


def window_means(array: np.ndarray, radii: Sequence[int] | np.ndarray) -> np.ndarray:
    """Mean over the part of each of these windows that lies in the array."""
    return _over_windows(array, radii, is_mean=True)


def _over_windows(array: np.ndarray, radii: Sequence[int] | np.ndarray, is_mean: bool) -> np.ndarray:
    for axis, (radius, count) in enumerate(zip(radii, array.shape, strict=True)):
        if radius > 0 and count > 1:
            matrix = convolution(count, (1.0,) * (int(radius) + 1), goes_on=False, is_mean=is_mean)
            array = matrix.along(_lines_of(array), axis)
    return array


def mean_and_variance(array: np.ndarray, radii: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In the same windows."""
    mean = window_means(array, radii)
    return mean, np.maximum(window_means(array * array, radii) - mean * mean, 0)


def smoothed(array: np.ndarray, sigmas: Sequence[float], threads: int = 1) -> np.ndarray:
    """Convolved with a Gaussian of ``sigmas`` voxels along each axis; beyond the faces the outermost voxels
    continue."""
    for axis, sigma in enumerate(sigmas):
        if (kernel := gaussian(sigma)) and array.shape[axis] > 1:
            array = convolution(array.shape[axis], kernel, goes_on=True).along(_lines_of(array), axis, threads=threads)
    return array


def limited_sigmas(sigmas: Sequence[float], shape: Sequence[int]) -> list[float]:
    """``sigmas``, at most a sixth of ``shape`` along each axis, 0 along a single voxel."""
    return [min(sigma, n / 6) if n > 1 else 0.0 for sigma, n in zip(sigmas, shape, strict=True)]


def gaussian(sigma: float) -> tuple[float, ...]:
    """Middle and upper half of a kernel with the sum 1; empty for a negligible ``sigma``."""
    if sigma <= _LEAST_SIGMA:
        return ()
    radius = max(1, int(np.ceil(_REACH * sigma)))
    weights = np.exp(-0.5 * (np.arange(radius + 1) / sigma) ** 2)
    return tuple((weights / (2 * weights.sum() - weights[0])).tolist())


def _lines_of(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array, np.float32)


def gradient(array: np.ndarray) -> list[np.ndarray]:
    """Derivatives by index along each axis: central differences, one-sided at the faces, 0 along one voxel."""
    if min(array.shape) > 1:
        return list(np.gradient(array))
    return [np.gradient(array, axis=axis) if n > 1 else np.zeros_like(array) for axis, n in enumerate(array.shape)]


def spline_coefficients(values: np.ndarray) -> np.ndarray:
    """Coefficients of the cubic B-spline that passes through ``values`` on the same grid.

    The recursive filter of Unser 1999, doi:10.1109/79.799930, as a kernel truncated where it is below 1e-6.
    """
    pole = np.sqrt(3.0) - 2.0
    weights = tuple((np.sqrt(3.0) * pole ** np.arange(11)).tolist())
    for axis, count in enumerate(values.shape):
        if count > 1:
            values = convolution(count, weights, goes_on=True).along(_lines_of(values), axis)
    return values
