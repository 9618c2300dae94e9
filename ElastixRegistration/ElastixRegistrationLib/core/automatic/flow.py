"""A dense deformation by local correlation: gradient ascent with smooth, composed updates on one grid.

The metric and its gradient: squared correlation in small windows around every voxel, as in Avants et al. 2008,
doi:10.1016/j.media.2007.06.004; updates smoothed and composed with what was found so far, as in Christensen et al.
1996, doi:10.1109/83.536892. Arrays are (k, j, i), displacements (D, k, j, i) in voxels, in the order of the axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..transforms.determinants import determinant_of_rows
from .windows import gradient, smoothed, window_sums

#: Variance below which a window holds nothing but noise; of intensities that are scaled to 0 to 1.
NOISE_VARIANCE = 1e-3
#: Variance of noise, of the same intensities.
_NOISE = 3e-4
#: Local volume, after / before, that tissue is taken to keep: beyond it the deformation is smoothed where it is so.
SMALLEST_VOLUME, LARGEST_VOLUME = 0.25, 4.0
_EASING_SIGMA, _EASING_GROWTH = 1.5, 1.1
#: It ends when the mean of the last iterations no longer rises by this share of it.
_WINDOW, _LEAST_RISE = 5, 5e-4
_SLAB_VOXELS = 60_000


@dataclass(frozen=True)
class FlowSettings:
    """``radius``: of the windows, voxels. ``update_sigma`` and ``total_sigma``: voxels by which updates and their sum
    are smoothed each time. ``step``: largest update, voxels."""

    iterations: int = 60
    radius: int = 2
    update_sigma: float = 1.7
    total_sigma: float = 0.6
    step: float = 0.4


@dataclass(frozen=True)
class FlowImages:
    """``fixed`` and ``weight`` (0 to 1: what counts) on the grid; ``moving`` and ``valid`` (where it is known) on
    the same grid with ``margin`` voxels more on each side of each axis."""

    fixed: np.ndarray
    moving: np.ndarray
    weight: np.ndarray
    valid: np.ndarray
    margin: tuple[int, ...]
    spacing: Sequence[float]  # mm, in the order of the axes


def flow(
    images: FlowImages,
    start: np.ndarray | None = None,
    settings: FlowSettings | None = None,
    threads: int | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> np.ndarray:
    """Displacement u, voxels, such that ``moving`` at x + u(x) looks like ``fixed`` at x.

    ``start``: u to go on from. ``progress`` is told the iteration and the mean squared correlation.
    """
    settings = settings or FlowSettings()
    with ThreadPoolExecutor(max(1, min(threads or 2, 4))) as pool:
        return _Flow(images, settings, pool).run(start, progress)


class _Flow:
    def __init__(self, images: FlowImages, settings: FlowSettings, pool: ThreadPoolExecutor):
        self.images, self.settings, self.pool = images, settings, pool
        fixed = images.fixed
        spacing = np.asarray(images.spacing)
        finer = spacing.min() / spacing
        # A step as long in mm along every axis is one of fewer voxels across thick slices, and so is its gradient.
        self.axis_weights = [np.float32(f**2) for f in finer]
        # Along thick slices windows and smoothing span as many mm, and at least the neighbors.
        self.radii = [
            max(1, round(settings.radius * f)) if n > 1 else 0 for f, n in zip(finer, fixed.shape, strict=True)
        ]
        self.update_sigmas = [max(settings.update_sigma * f, 0.5) for f in finer]
        self.total_sigmas = [settings.total_sigma * f for f in finer]
        self.share = 1 / window_sums(np.ones_like(fixed), self.radii)
        self.fixed_mean = self._mean(fixed)
        self.fixed_variance = np.maximum(self._mean(fixed * fixed) - self.fixed_mean**2, 0)
        # A voxel next to one that is not known gets some of its intensity from there.
        unknown = (images.valid < 1).astype(np.float32)
        self.known = window_sums(unknown, [1] * unknown.ndim) == 0
        self.strongest = 0.0
        self.total_weight = max(float(images.weight.sum()), 1e-6)

    def run(self, start: np.ndarray | None, progress: Callable[[int, float], None] | None) -> np.ndarray:
        dimension = self.images.fixed.ndim
        u = np.zeros((dimension, *self.images.fixed.shape), np.float32) if start is None else start.astype(np.float32)
        history: list[float] = []
        best = u
        for iteration in range(self.settings.iterations):
            force, correlation = self._force(u)
            if correlation > max(history, default=-1.0):
                best = u
            history.append(correlation)
            if progress is not None:
                progress(iteration, correlation)
            if _has_settled(history):
                break
            update = self._update(force)
            if update is None:
                break
            u = np.stack(list(self.pool.map(self._composed, u, [update] * dimension, range(dimension))))
            if iteration % 3 == 2:
                u = eased(u)
        return eased(best, 15)

    def _mean(self, array: np.ndarray) -> np.ndarray:
        return window_sums(array, self.radii) * self.share

    def _force(self, u: np.ndarray) -> tuple[list[np.ndarray], float]:
        """Gradient of the mean squared correlation by the displacement of each voxel, and that mean."""
        images = self.images
        known = self.pool.submit(nearest, self.known, u, images.margin)
        (moved,) = warped((images.moving,), u, images.margin, self.pool)
        weight = images.weight * known.result()
        squares, products = self.pool.map(self._mean, (moved * moved, images.fixed * moved))
        mean = self._mean(moved)
        covariance = products - self.fixed_mean * mean
        variance = np.maximum(squares - mean * mean, 0)
        # Noise is added to the product: added to each variance, it would reward whatever makes structures stronger.
        power = 1 / (self.fixed_variance * variance + np.float32(_NOISE**2))
        along = 2 * covariance * power * weight
        squared = 0.5 * along * covariance
        across = 2 * squared * self.fixed_variance * power
        # Every window that holds a voxel has a say in its intensity.
        first, second, third = self.pool.map(self._mean, (along, across, across * mean - along * self.fixed_mean))
        by_intensity = first * images.fixed - second * moved + third
        force = [by_intensity * (slope * by) for slope, by in zip(gradient(moved), self.axis_weights, strict=True)]
        return force, float(squared.sum()) / self.total_weight

    def _update(self, force: list[np.ndarray]) -> np.ndarray | None:
        update = np.stack(list(self.pool.map(lambda one: smoothed(one, self.update_sigmas), force)))
        length = np.sqrt(np.square(update).sum(0))
        longest = float(np.percentile(length[..., ::2], 99.9))
        if not longest > 0:
            return None
        # Relative to the strongest force so far, so that steps end where forces do. A few voxels may not slow down all
        # others, nor leap.
        self.strongest = max(self.strongest, longest)
        scale = np.float32(self.settings.step / self.strongest)
        return np.asarray(update * (scale / np.maximum(length * scale / np.float32(2 * self.settings.step), 1)))

    def _composed(self, component: np.ndarray, update: np.ndarray, axis: int) -> np.ndarray:
        """v(x) + u(x + v(x)), to first order in v, which is well below a voxel."""
        total = component + update[axis]
        for step, slope in zip(update, gradient(component), strict=True):
            total += step * slope
        return smoothed(total, self.total_sigmas)


def _has_settled(history: list[float]) -> bool:
    if len(history) < 3 * _WINDOW or len(history) % _WINDOW:
        return False
    now, before = np.mean(history[-_WINDOW:]), np.mean(history[-2 * _WINDOW : -_WINDOW])
    return bool(now - before < _LEAST_RISE * abs(now))


def warped(
    arrays: Sequence[np.ndarray], u: np.ndarray, margin: Sequence[int], pool: ThreadPoolExecutor | None = None
) -> list[np.ndarray]:
    """Each of ``arrays``, of one shape, at x + u(x) + ``margin``, linear; beyond the faces the outermost go on."""
    flat = [np.ascontiguousarray(array).reshape(-1) for array in arrays]
    results = [np.empty(u.shape[1:], array.dtype) for array in arrays]

    def warp_slab(slab: slice) -> None:
        corner, parts = _cells(u[:, slab], arrays[0].shape, (margin[0] + slab.start, *margin[1:]))
        for values, result in zip(flat, results, strict=True):
            result[slab] = _interpolated(values, corner, parts, arrays[0].shape)

    # Slabs that stay in the cache of a core take a quarter of the time.
    slabs = _slabs(u.shape[1:])
    if pool is None:
        for slab in slabs:
            warp_slab(slab)
    else:
        list(pool.map(warp_slab, slabs))
    return results


def nearest(array: np.ndarray, u: np.ndarray, margin: Sequence[int]) -> np.ndarray:
    """``array`` at the voxel nearest to x + u(x) + ``margin``."""
    result = np.empty(u.shape[1:], array.dtype)
    flat = np.ascontiguousarray(array).reshape(-1)
    for slab in _slabs(u.shape[1:]):
        halves = (margin[0] + slab.start + 0.5, *(one + 0.5 for one in margin[1:]))
        places, _ = _cells(u[:, slab], array.shape, halves, last=1)
        np.take(flat, places, out=result[slab], mode="clip")
    return result


def _slabs(shape: Sequence[int]) -> list[slice]:
    thickness = max(1, _SLAB_VOXELS // max(int(np.prod(shape[1:])), 1))
    return [slice(first, min(first + thickness, shape[0])) for first in range(0, shape[0], thickness)]


def _cells(
    u: np.ndarray, source: Sequence[int], margin: Sequence[float], last: int = 2
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Flat index of the lower corner of the cell of x + u(x) + ``margin`` in an array of shape ``source``, and how far
    it lies inside, 0 to 1, along each axis. ``last``: how many voxels a cell spans along an axis."""
    corner = np.zeros(u.shape[1:], np.intp)
    parts = []
    for axis, count in enumerate(source):
        steps = np.arange(u.shape[1 + axis], dtype=np.float32) + np.float32(margin[axis])
        places = u[axis] + steps.reshape([-1 if n == axis else 1 for n in range(len(source))])
        np.clip(places, 0, count - 1, out=places)
        low = np.minimum(places.astype(np.int32), max(count - last, 0))
        places -= low
        parts.append(places)
        corner += low * np.intp(np.prod(source[axis + 1 :], dtype=int))
    return corner, parts


def _interpolated(
    flat: np.ndarray, corner: np.ndarray, parts: Sequence[np.ndarray], source: Sequence[int]
) -> np.ndarray:
    strides = [int(np.prod(source[axis + 1 :])) for axis in range(len(source))]

    def between(axis: int, offset: int) -> np.ndarray:
        if axis == len(source):
            return np.take(flat[offset:], corner, mode="clip")
        near = between(axis + 1, offset)
        if source[axis] > 1:
            far = between(axis + 1, offset + strides[axis])
            far -= near
            far *= parts[axis]
            near += far
        return near

    return between(0, 0)


def local_volume(u: np.ndarray) -> np.ndarray:
    """Determinant of the derivative of x + u(x), u in voxels."""
    rows = [gradient(component) for component in u]
    for axis, row in enumerate(rows):
        row[axis] = row[axis] + np.float32(1)
    return np.asarray(determinant_of_rows(rows))


def eased(u: np.ndarray, times: int = 1) -> np.ndarray:
    """``u`` smoothed around voxels where local volume leaves its bounds, up to so many ``times``, and each time wider:
    a fold of a coarse grid spans many voxels."""
    sigma = _EASING_SIGMA
    for _ in range(times):
        volume = local_volume(u)
        beyond = ~((volume > SMALLEST_VOLUME) & (volume < LARGEST_VOLUME))
        if not beyond.any():
            break
        sigmas = [min(sigma, n / 6) if n > 1 else 0.0 for n in u.shape[1:]]
        near = smoothed(beyond.astype(np.float32), sigmas)
        # All of it next to a single voxel that is beyond, where the smoothed value is that of the Gaussian's top.
        share = np.minimum(near * np.float32(np.prod([2.5 * max(s, 0.4) for s in sigmas])), 1.0)
        u = np.stack([one + share * (smoothed(one, sigmas) - one) for one in u])
        sigma *= _EASING_GROWTH
    return u
