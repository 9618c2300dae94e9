"""The local volume change of a dense deformation, and smoothing where that is implausible.

Displacements are (D, k, j, i) in voxels, in the order of the axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from ..images.slabs import slabs_of_shape
from ..transforms.determinants import determinant_of_rows
from .slabs import slope
from .windows import limited_sigmas, smoothed

#: Plausible range of local volume, after / before. The deformation is smoothed where it leaves this range.
SMALLEST_VOLUME, LARGEST_VOLUME = 0.25, 4.0
_EASING_SIGMA, _EASING_GROWTH = 1.5, 1.1


def local_volume(u: np.ndarray, pool: Executor | None = None) -> np.ndarray:
    """Determinant of the derivative of x + u(x), u in voxels."""
    result = np.empty(u.shape[1:], np.float32)

    def determinant(planes: slice) -> None:
        rows = []
        for number, component in enumerate(u):
            slopes = np.empty((len(u), *component[planes].shape), np.float32)
            for axis, one in enumerate(slopes):
                slope(component, planes, axis, one)
            slopes[number] += np.float32(1)
            rows.append(list(slopes))
        result[planes] = determinant_of_rows(rows)

    for _ in (map if pool is None else pool.map)(determinant, slabs_of_shape(u.shape[1:])):
        pass
    return result


def eased(u: np.ndarray, spacing: Sequence[float], times: int = 1, pool: Executor | None = None) -> np.ndarray:
    """``u`` smoothed around voxels where local volume leaves its bounds, at most ``times`` times, each time wider,
    because a fold of a coarse grid spans many voxels. ``spacing``: of the voxels, in the order of the axes.
    """
    sigma = _EASING_SIGMA
    for _ in range(times):
        volume = local_volume(u, pool)
        beyond = ~((volume > SMALLEST_VOLUME) & (volume < LARGEST_VOLUME))
        if not beyond.any():
            break
        u = smoothed_around(u, beyond, sigma, spacing)
        sigma *= _EASING_GROWTH
    return u


def smoothed_around(u: np.ndarray, places: np.ndarray, sigma: float, spacing: Sequence[float]) -> np.ndarray:
    """``u`` smoothed around ``places``, (k, j, i) boolean, by ``sigma`` voxels along the axis of the finest
    ``spacing``, and as many mm along the others. Thick slices may each have moved in their own way, so they are not
    mixed."""
    finer = np.min(spacing) / np.asarray(spacing)
    sigmas = limited_sigmas(sigma * finer, u.shape[1:])
    near = smoothed(places.astype(np.float32), sigmas)
    # Full smoothing next to a single such voxel, where the smoothed mask has the peak value of the Gaussian.
    share = np.minimum(near * np.float32(np.prod([2.5 * max(s, 0.4) for s in sigmas])), 1.0)
    return np.stack([one + share * (smoothed(one, sigmas) - one) for one in u])
