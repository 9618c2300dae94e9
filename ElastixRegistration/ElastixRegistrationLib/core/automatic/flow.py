"""A dense deformation by local correlation: gradient ascent with smooth, composed updates on one grid.

The metric and its gradient: squared correlation in small windows around every voxel, as in Avants et al. 2008,
doi:10.1016/j.media.2007.06.004; updates are smoothed and composed with the current deformation, as in Christensen et
al. 1996, doi:10.1109/83.536892. Arrays are (k, j, i), displacements (D, k, j, i) in voxels, in the order of the axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from .local_volume import eased
from .slabs import PaddedPlanes, SlabFilter, Slabs, slope
from .warping import displaced_cells
from .windows import gaussian, mean_and_variance, window_sums

#: Variance below which a window is only noise, for intensities scaled to 0 to 1.
NOISE_VARIANCE = 1e-3
#: Variance of noise, of the same intensities.
_NOISE = 3e-4
#: Buffers of a slab: two times the three sums over windows, or components of a displacement in space, and one more.
_ROOM = 7
#: Stop when the mean of the last iterations no longer rises by this share.
_WINDOW, _LEAST_RISE = 5, 5e-4


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
    """``fixed`` and its ``weight`` (0 to 1) on the grid; ``moving`` and ``valid`` (where it is known) on the same grid
    with ``margin`` more voxels on each side of each axis.
    """

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

    ``start``: initial u. ``progress`` is called with the iteration and the mean squared correlation.
    """
    settings = settings or FlowSettings()
    workers = max(1, min(threads or 2, 4))
    with ThreadPoolExecutor(workers) as pool:
        return _Flow(images, settings, pool, workers).run(start, progress)


class _Flow:
    def __init__(self, images: FlowImages, settings: FlowSettings, pool: ThreadPoolExecutor, threads: int):
        self.images, self.settings, self.pool = images, settings, pool
        shape, spacing = images.fixed.shape, np.asarray(images.spacing)
        self.dimension = len(shape)
        finer = spacing.min() / spacing
        # Across thick slices, a step of the same length in mm spans fewer voxels, and so does its gradient.
        self.axis_weights = [np.float32(f**2) for f in finer]
        # Across thick slices, windows and smoothing span as many mm, and at least the neighbors.
        radii = [max(1, round(settings.radius * f)) if n > 1 else 0 for f, n in zip(finer, shape, strict=True)]
        self.windows = SlabFilter(shape, [(1.0,) * (r + 1) if r else () for r in radii], go_on=False, is_mean=True)
        self.of_updates = SlabFilter(shape, [gaussian(max(settings.update_sigma * f, 0.5)) for f in finer])
        self.of_totals = SlabFilter(shape, [gaussian(settings.total_sigma * f) for f in finer])
        self.fixed = np.ascontiguousarray(images.fixed, np.float32)
        self.fixed_mean, self.fixed_variance = mean_and_variance(self.fixed, radii)
        # A voxel next to an unknown one would get part of its intensity from there.
        unknown = (images.valid < 1).astype(np.float32)
        self.known = (window_sums(unknown, [1] * unknown.ndim) < 0.5).reshape(-1)
        self.source = np.ascontiguousarray(images.moving).reshape(-1)
        self.total_weight = max(float(images.weight.sum()), 1e-6)
        self.strongest = 0.0
        self.slabs = Slabs(shape, pool, threads, _ROOM)
        margin = max(one.reach for one in (self.windows, self.of_updates, self.of_totals))
        self.first, self.second = (PaddedPlanes(3, shape, margin) for _ in range(2))
        self.moved, self.weight, self.length = (np.empty(shape, np.float32) for _ in range(3))

    def run(self, start: np.ndarray | None, progress: Callable[[int, float], None] | None) -> np.ndarray:
        shape = self.images.fixed.shape
        u = np.zeros((self.dimension, *shape), np.float32) if start is None else start.astype(np.float32)
        history: list[float] = []
        best = u
        for iteration in range(self.settings.iterations):
            correlation = self._correlation(u)
            if correlation > max(history, default=-1.0):
                best = u
            history.append(correlation)
            if progress is not None:
                progress(iteration, correlation)
            if _has_settled(history):
                break
            scale = self._find_update()
            if scale is None:
                break
            u = self._composed(u, scale)
            if iteration % 3 == 2:
                u = eased(u, self.images.spacing, pool=self.pool)
        return eased(best, self.images.spacing, 15, self.pool)

    def _correlation(self, u: np.ndarray) -> float:
        """The mean squared correlation; afterwards ``second`` holds the terms of its gradient."""
        self.slabs.each(lambda planes, room: self._look(u, planes, room))
        self.first.close(go_on=False)
        total = sum(self.slabs.each(self._compare))
        self.second.close(go_on=False)
        return total / self.total_weight

    def _look(self, u: np.ndarray, planes: slice, room: np.ndarray) -> None:
        """The moving image at x + u(x), and sums over windows within planes of it, its square and its product."""
        cells = displaced_cells(u[:, planes], self.images.moving.shape, self.images.margin, planes.start)
        moved, fixed = cells.linear(self.source, self.moved[planes]), self.fixed[planes]
        np.multiply(self.images.weight[planes], cells.nearest(self.known), out=self.weight[planes])
        room[0] = moved
        np.multiply(moved, moved, out=room[1])
        np.multiply(moved, fixed, out=room[2])
        self.windows.within(room[:3], self.first.of(planes), room[3:6])

    def _compare(self, planes: slice, room: np.ndarray) -> float:
        """Sum of the squared correlations; their derivatives by mean, square and product go to ``second``."""
        (mean, squares, products), (along, across, third), spare = room[:3], room[3:6], room[6]
        self.windows.across(self.first, planes, room[:3])
        fixed_mean, fixed_variance = self.fixed_mean[planes], self.fixed_variance[planes]
        variance = np.maximum(np.subtract(squares, np.multiply(mean, mean, out=spare), out=squares), 0, out=squares)
        covariance = np.subtract(products, np.multiply(fixed_mean, mean, out=spare), out=products)
        # Noise is added to the product. Added to each variance, it would reward stronger structures.
        power = np.multiply(variance, fixed_variance, out=variance)
        power += np.float32(_NOISE**2)
        np.divide(2, power, out=power)
        np.multiply(covariance, power, out=along)
        along *= self.weight[planes]
        np.multiply(along, covariance, out=across)
        total = 0.5 * float(across.sum())
        # Twice the power was taken.
        across *= fixed_variance
        across *= np.multiply(power, np.float32(0.5), out=power)
        np.subtract(np.multiply(across, mean, out=third), np.multiply(along, fixed_mean, out=spare), out=third)
        # Every window that contains a voxel contributes to its derivative.
        self.windows.within(room[3:6], self.second.of(planes), room[:3])
        return total

    def _find_update(self) -> float | None:
        """Write the smoothed gradient into ``second``; returns the factor for it, None if it is 0."""
        self.slabs.each(self._push)
        self.first.close(go_on=True)
        self.slabs.each(self._smooth)
        longest = float(np.percentile(self.length[..., ::2], 99.9))
        if not longest > 0:
            return None
        # Relative to the strongest force so far, so that steps shrink with the forces.
        self.strongest = max(self.strongest, longest)
        return self.settings.step / self.strongest

    def _push(self, planes: slice, room: np.ndarray) -> None:
        """The gradient of the mean squared correlation by the displacement of each voxel, smoothed within planes."""
        (force, part, third), slopes = room[:3], room[3 : 3 + self.dimension]
        self.windows.across(self.second, planes, room[:3])
        force *= self.fixed[planes]
        part *= self.moved[planes]
        force -= part
        force += third
        for axis, (weight, along) in enumerate(zip(self.axis_weights, slopes, strict=True)):
            slope(self.moved, planes, axis, along)
            along *= force
            if weight != 1:
                along *= weight
        self.of_updates.within(slopes, self.first.of(planes)[: self.dimension], room[: self.dimension])

    def _smooth(self, planes: slice, room: np.ndarray) -> None:
        updates, length = self.second.of(planes)[: self.dimension], self.length[planes]
        self.of_updates.across(self.first, planes, updates)
        length[...] = 0
        for update in updates:
            length += np.multiply(update, update, out=room[0])
        np.sqrt(length, out=length)

    def _composed(self, u: np.ndarray, scale: float) -> np.ndarray:
        """v(x) + u(x + v(x)), to first order in the update v, which is well below a voxel."""
        self.slabs.each(lambda planes, room: self._compose(u, scale, planes, room))
        self.first.close(go_on=True)
        result = np.empty_like(u)

        def smooth(planes: slice, _room: np.ndarray) -> None:
            self.of_totals.across(self.first, planes, result[:, planes])

        self.slabs.each(smooth)
        return result

    def _compose(self, u: np.ndarray, scale: float, planes: slice, room: np.ndarray) -> None:
        totals, part, factor = room[: self.dimension], room[5], room[6]
        updates = self.second.of(planes)[: self.dimension]
        # A few voxels must neither slow down all others nor jump.
        np.multiply(self.length[planes], np.float32(scale / (2 * self.settings.step)), out=factor)
        np.divide(np.float32(scale), np.maximum(factor, 1, out=factor), out=factor)
        updates *= factor
        for component, update, total in zip(u, updates, totals, strict=True):
            np.add(component[planes], update, out=total)
            for axis, along in enumerate(updates):
                slope(component, planes, axis, part)
                part *= along
                total += part
        self.of_totals.within(totals, self.first.of(planes)[: self.dimension], room[3 : 3 + self.dimension])


def _has_settled(history: list[float]) -> bool:
    if len(history) < 3 * _WINDOW or len(history) % _WINDOW:
        return False
    now, before = np.mean(history[-_WINDOW:]), np.mean(history[-2 * _WINDOW : -_WINDOW])
    return bool(now - before < _LEAST_RISE * abs(now))
