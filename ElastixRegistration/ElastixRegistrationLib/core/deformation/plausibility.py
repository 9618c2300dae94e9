"""Plausibility of a deformation of tissue: folds, and implausible loss or gain of volume."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from ..transforms.itk_transforms import matrix_of
from ..transforms.spline_derivatives import SplineChain
from ..wording import said
from .analysis import determinant_and_border
from .jacobian import SLAB_VOXELS, JacobianStatistics, jacobian_statistics, thinning, without_border

#: Limits of local volume, moved / fixed, relative to most of the object; changes beyond are extreme. A filled lung
#: holds up to four times its volume, and little else changes by half.
SMALLEST_VOLUME, LARGEST_VOLUME = 0.2, 5.0
#: Share of the object above which extreme changes exceed the noise of a few control points.
EXTREME_SHARE = 1e-3

#: On larger grids, a B-spline is sampled at this many places between two control points ...
_LARGE, _TIMES = 4_000_000, 2.2
#: ... and at every voxel of each block, of this many places along each axis, where local volume may be extreme. Next to
#: a place, it may exceed the value there by this share of the differences between neighbors, twice that of a parabola;
#: between the last place and the end of the grid, it may continue as before.
_BLOCK, _OVERSHOOT, _GOES_ON = 8, 0.25, 1.5
#: Maximum number of places around which the smallest and the largest volume are searched.
_MAX_PLACES = 100


@dataclass(frozen=True)
class Plausibility:
    """The evidence against a deformation.

    ``statistics`` are of all voxels, the other figures of the object. Both exclude the ``border``, the number of voxels
    where the deformation slides along a surface. ``folded``: number of folded ``voxels`` of the object.
    ``extreme_share``: share of its voxels, 0 to 1, that are not folded and whose volume changes by less than
    SMALLEST_VOLUME or more than LARGEST_VOLUME times the ``typical`` change, the median.
    """

    statistics: JacobianStatistics
    voxels: int
    folded: int
    extreme_share: float
    typical: float
    border: int = 0

    @property
    def has_folds(self) -> bool:
        return self.folded > 0

    @property
    def has_extremes(self) -> bool:
        return self.extreme_share > EXTREME_SHARE

    @property
    def is_plausible(self) -> bool:
        return not (self.has_folds or self.has_extremes)


def check_deformation(
    transform: Any, grid: Geometry, *, inside: np.ndarray | None = None, threads: int | None = None
) -> Plausibility:
    """Judge ``transform`` (fixed to moving, LPS mm) at all voxels of ``grid``.

    ``inside``: (k, j, i), nonzero in the object; by default everywhere. On large grids, whose voxels are much closer
    than the control points of a B-spline, the mean, the percentiles and the typical volume come from every n-th voxel.
    Folds, extreme changes, and the smallest and the largest volume are searched at every voxel wherever there could be
    one. Raises InputError if ``inside`` is not on the grid or empty.
    """
    if inside is not None and inside.shape != grid.size[::-1]:
        raise InputError(
            said("The object of {shape} voxels is not on a grid of {size}.", shape=inside.shape, size=grid.size[::-1])
        )
    voxels = int(np.prod(grid.size))
    matrix = matrix_of(transform)
    if matrix is not None:
        one = np.full(1, np.linalg.det(matrix[:-1, :-1]))
        return _of_all(plausibility_of(one), voxels, voxels if inside is None else int(np.count_nonzero(inside)))
    spline = SplineChain.of(transform) if voxels > _LARGE else None
    steps = (1,) * grid.dimension if spline is None else _steps(spline, grid)
    if spline is None or max(steps) == 1:
        determinant, border = determinant_and_border(transform, grid, threads)
        return plausibility_of(determinant, inside=inside, border=border)
    return _checked_where_needed(spline, grid, steps, inside, threads)


def _of_all(thinned: Plausibility, voxels: int, of_object: int) -> Plausibility:
    """Scale the figures of some voxels to all, ``voxels`` and ``of_object``."""
    folded = round(thinned.statistics.folded_fraction * voxels)
    if not of_object:
        raise InputError(said("The object in which a deformation is judged is empty."))
    return replace(
        thinned,
        statistics=replace(thinned.statistics, folded_count=folded, voxels=voxels),
        voxels=of_object,
        folded=round(thinned.folded / thinned.voxels * of_object),
    )


def _steps(spline: SplineChain, grid: Geometry) -> tuple[int, ...]:
    """Steps in voxels, along (i, j, k), that sample a B-spline ``_TIMES`` times between control points."""
    by_voxel = (spline.to_control @ spline.before @ grid.index_to_physical())[:-1, :-1]
    most = 1 / (_TIMES * np.maximum(np.abs(by_voxel).max(axis=0), 1e-9))
    return tuple(int(np.clip(step, 1, max(n // 4, 1))) for step, n in zip(most, grid.size, strict=True))


def _checked_where_needed(
    spline: SplineChain, grid: Geometry, steps: tuple[int, ...], inside: np.ndarray | None, threads: int | None
) -> Plausibility:
    every = tuple(slice(None, None, step) for step in steps[::-1])
    thin = replace(
        grid,
        size=tuple(-(-n // step) for n, step in zip(grid.size, steps, strict=True)),
        spacing=tuple(s * step for s, step in zip(grid.spacing, steps, strict=True)),
    )
    determinant = spline.determinant(thin, threads)
    object_there = None if inside is None else inside[every]
    if object_there is not None and not object_there.any():
        object_there = None
    found = plausibility_of(determinant, inside=object_there)
    low, high = SMALLEST_VOLUME * found.typical, LARGEST_VOLUME * found.typical
    folded = of_object = extreme = 0
    smallest, largest = found.statistics.minimum, found.statistics.maximum
    reach = _reach(determinant)

    def at(places: tuple[slice, ...]) -> np.ndarray:
        return spline.determinant(_part_of(grid, _voxels_of(places, steps, grid)), threads)

    for block in _blocks_with(~((determinant - reach > low) & (determinant + reach < high))):
        part, values = _voxels_of(block, steps, grid), at(block)
        smallest, largest = min(smallest, float(values.min())), max(largest, float(values.max()))
        is_folded = ~(values > 0)
        folded += int(np.count_nonzero(is_folded))
        there = True if inside is None else inside[part] != 0
        of_object += int(np.count_nonzero(is_folded & there))
        extreme += int(np.count_nonzero(~is_folded & ~((values >= low) & (values <= high)) & there))
    largest = _largest(determinant + reach, largest, at)
    smallest = -_largest(reach - determinant, -smallest, lambda places: -at(places))
    voxels = int(np.prod(grid.size))
    whole = _of_all(found, voxels, voxels if inside is None else int(np.count_nonzero(inside)))
    statistics = replace(
        whole.statistics, minimum=smallest, maximum=largest, folded_count=folded, folded_fraction=folded / voxels
    )
    return replace(whole, statistics=statistics, folded=of_object, extreme_share=extreme / whole.voxels)


def _reach(determinant: np.ndarray) -> np.ndarray:
    """The most by which the determinant next to each place may differ from that at the place."""
    reach = np.zeros_like(determinant)
    for axis in range(determinant.ndim):
        before = (slice(None),) * axis
        first, past, end = ((*before, some) for some in (slice(-1), slice(1, None), slice(-1, None)))
        step = np.diff(determinant, axis=axis)
        np.abs(step, out=step)
        most = np.zeros_like(determinant)
        most[first] = step
        np.maximum(most[past], step, out=most[past])
        most *= np.float32(_OVERSHOOT)
        most[end] *= _GOES_ON / _OVERSHOOT
        reach += most
    return reach


def _largest(bound: np.ndarray, best: float, at: Callable[[tuple[slice, ...]], np.ndarray]) -> float:
    """The largest of all values ``at`` places and the voxels between them, starting from the guess ``best``.

    The search begins at the places (k, j, i), each with the one before, with the highest ``bound``."""
    above = np.flatnonzero(bound > best)
    promises = bound.reshape(-1)[above]
    for number in np.argsort(-promises, kind="stable")[:_MAX_PLACES].tolist():
        if promises[number] <= best:
            break
        place = np.unravel_index(above[number], bound.shape)
        values = at(tuple(slice(max(int(n) - 1, 0), int(n) + 1) for n in place))
        best = max(best, float(values.max()))
    return best


def _voxels_of(places: tuple[slice, ...], steps: tuple[int, ...], grid: Geometry) -> tuple[slice, ...]:
    """The voxels (k, j, i) of ``grid`` from the first of ``places`` to the one before the next, ``steps`` (i, j, k)."""
    return tuple(
        slice(one.start * step, min(one.stop * step, n))
        for one, step, n in zip(places, steps[::-1], grid.size[::-1], strict=True)
    )


def _blocks_with(marked: np.ndarray) -> Iterator[tuple[slice, ...]]:
    """Blocks of ``_BLOCK`` places along each axis that contain or touch a ``marked`` place."""
    if not marked.any():
        return
    aside = np.array(list(product((-1, 0, 1), repeat=marked.ndim)))
    places = (np.argwhere(marked)[:, None] + aside).reshape(-1, marked.ndim)
    places = places[np.all((places >= 0) & (places < marked.shape), axis=1)]
    for first in (np.unique(places // _BLOCK, axis=0) * _BLOCK).tolist():
        yield tuple(slice(start, min(start + _BLOCK, n)) for start, n in zip(first, marked.shape, strict=True))


def _part_of(grid: Geometry, part: tuple[slice, ...]) -> Geometry:
    """The voxels ``part``, (k, j, i), of a grid."""
    first = np.array([one.start for one in part[::-1]], float)
    return replace(
        grid,
        size=tuple(one.stop - one.start for one in part[::-1]),
        origin=tuple(grid.points_of(first).tolist()),
    )


def plausibility_of(
    determinant: np.ndarray, *, inside: np.ndarray | None = None, border: np.ndarray | None = None
) -> Plausibility:
    """Plausibility from Jacobian determinants (k, j, i). ``border``: bools where the deformation slides."""
    if inside is not None and inside.shape != determinant.shape:
        raise InputError(
            said(
                "The object of {shape} voxels is not on a grid of {shape2}.",
                shape=inside.shape,
                shape2=determinant.shape,
            )
        )
    flat = determinant.reshape(-1)
    if inside is not None and not (inside != 0).any():
        raise InputError(said("The object in which a deformation is judged is empty."))
    judged = without_border(inside, border)
    object_there = None if judged is None else np.reshape(judged, -1)
    voxels = flat.size if object_there is None else int(np.count_nonzero(object_there))

    every = slice(None, None, thinning(flat.size))
    some = flat[every] if object_there is None else flat[every][object_there[every] != 0]
    typical = float(np.median(some if some.size or object_there is None else flat[object_there != 0]))
    positive = within = 0
    for first in range(0, flat.size, SLAB_VOXELS):
        part = slice(first, first + SLAB_VOXELS)
        values = flat[part]
        is_positive, is_within = values > 0, values >= SMALLEST_VOLUME * typical
        is_within &= values <= LARGEST_VOLUME * typical
        if object_there is not None:
            there = object_there[part] != 0
            is_positive &= there
            is_within &= there
        positive += int(np.count_nonzero(is_positive))
        within += int(np.count_nonzero(is_within))
    folded = voxels - positive
    return Plausibility(
        statistics=jacobian_statistics(determinant, mask=without_border(None, border)),
        voxels=voxels,
        folded=folded,
        extreme_share=max(voxels - within - folded, 0) / voxels,
        typical=typical,
        border=0 if border is None else int(np.count_nonzero(border)),
    )
