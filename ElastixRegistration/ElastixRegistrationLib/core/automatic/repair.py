"""Whether a deformation is what tissue does, and its repair where it is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..deformation.analysis import jacobian_determinant_of
from ..images.geometry import Geometry
from ..transforms.itk_transforms import matrix_of_linear
from .field_transform import spline_then, voxel_displacements
from .local_volume import eased, smoothed_around
from .windows import limited_sigmas, smoothed

#: Range of plausible local volume, after / before, beyond what the linear stage does to the whole body.
MIN_VOLUME, MAX_VOLUME = 0.2, 5.0
#: Shares of the voxels, %, between which this is asked for. Folds are not allowed anywhere.
_SHARES = (0.05, 99.95)
_EASING = 30
#: By how many voxels the first repairs smooth around what is implausible, keeping thick slices apart. That may leave
#: folds beside it: further repairs smooth everything by this much.
_AROUND, _EVERYWHERE = (1.5, 2.4, 3.8), (1.0, 1.6, 2.6, 4.2)


def repaired(
    transform: Any, linear: Any, inside: np.ndarray, grid: Geometry, coarse: Geometry, threads: int | None = None
) -> Any:
    """``transform``, an itk transform that ends with the itk transform ``linear``, if it is plausible at the voxels of
    ``grid``; else with its displacements at the voxels of ``coarse`` smoothed until it is; None if that does not help.

    ``inside``: (k, j, i) of ``grid``, boolean: where volumes count.
    """
    size = abs(float(np.linalg.det(matrix_of_linear(linear)[:-1, :-1])))
    repairs = iter([*((sigma, True) for sigma in _AROUND), *((sigma, False) for sigma in _EVERYWHERE)])
    spacing = coarse.spacing[::-1]
    while True:
        volume = jacobian_determinant_of(transform, grid, threads) / np.float32(size)
        beyond = ~((volume >= MIN_VOLUME) & (volume <= MAX_VOLUME))
        if not beyond.any() or _is_plausible(volume, inside):
            return transform
        sigma, is_local = next(repairs, (None, False))
        if sigma is None:
            return None
        u = voxel_displacements(transform, linear, coarse, threads)
        if is_local:
            places = _on_coarse(beyond, coarse.size[::-1])
            u = smoothed_around(eased(u, spacing, _EASING), places, sigma, spacing)
        else:
            sigmas = limited_sigmas([sigma] * coarse.dimension, coarse.size[::-1])
            u = np.stack([smoothed(one, sigmas) for one in u])
        transform = spline_then(u, coarse, linear)


def _is_plausible(volume: np.ndarray, inside: np.ndarray) -> bool:
    low, high = np.percentile(volume[inside] if inside.any() else volume, _SHARES)
    return bool(volume.min() > 0 and low >= MIN_VOLUME and high <= MAX_VOLUME)


def _on_coarse(places: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Voxels of an array of ``shape`` over the same box that hold any of ``places``."""
    found = np.zeros(shape, bool)
    found[tuple(at * n // m for at, n, m in zip(np.nonzero(places), shape, places.shape, strict=True))] = True
    return found
