"""Whether tissue can move as a transform says: folds, and implausible loss or gain of volume."""

from __future__ import annotations

from collections.abc import Iterator
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

#: Grids of more voxels are looked at where a B-spline can differ: so many times between two control points ...
_LARGE, _TIMES = 4_000_000, 4
#: ... and at every voxel of each block, of so many of those places along each axis, where local volume anywhere falls
#: below this share of the typical one: between two places it falls by a fifth more than at them, or less.
_BLOCK, _LOW_SHARE = 12, 0.4


@dataclass(frozen=True)
class Plausibility:
    """The evidence against a deformation. ``statistics``: of all voxels; the rest is of the object. Both exclude the
    ``border``, the number of voxels where the deformation slides along a surface.

    ``folded`` voxels of the object, of its ``voxels``. ``extreme_share`` of them, 0 to 1, not folded, change their
    volume by less than SMALLEST_VOLUME or more than LARGEST_VOLUME times the ``typical`` change, the median.
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

    ``inside``: nonzero (k, j, i) where the object is, by default everywhere. On large grids, whose voxels lie much
    closer than the control points of a B-spline, volumes are those at every n-th voxel, and folds are looked for at
    every voxel wherever one could be. Raises InputError for an ``inside`` that is not on the grid, or empty.
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
    """Figures of some voxels as those of all, ``voxels`` and ``of_object``."""
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
    """Step in voxels, along (i, j, k), that samples a B-spline ``_TIMES`` times between control points."""
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
    minimum, folded, of_object = found.statistics.minimum, 0, 0
    for block in _blocks_with(determinant < _LOW_SHARE * found.typical):
        part = tuple(
            slice(b.start * step, min(b.stop * step, n))
            for b, step, n in zip(block, steps[::-1], grid.size[::-1], strict=True)
        )
        values = spline.determinant(_part_of(grid, part), threads)
        there = ~(values > 0)
        minimum = min(minimum, float(values.min()))
        folded += int(np.count_nonzero(there))
        of_object += int(np.count_nonzero(there if inside is None else there & (inside[part] != 0)))
    voxels = int(np.prod(grid.size))
    whole = _of_all(found, voxels, voxels if inside is None else int(np.count_nonzero(inside)))
    statistics = replace(whole.statistics, minimum=minimum, folded_count=folded, folded_fraction=folded / voxels)
    return replace(whole, statistics=statistics, folded=of_object)


def _blocks_with(marked: np.ndarray) -> Iterator[tuple[slice, ...]]:
    """Blocks of ``_BLOCK`` places along each axis in which, or right beside which, any is ``marked``."""
    if not marked.any():
        return
    starts = [range(0, n, _BLOCK) for n in marked.shape]
    for first in product(*starts):
        beside = tuple(slice(max(start - 1, 0), start + _BLOCK + 1) for start in first)
        if marked[beside].any():
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
    """The same from Jacobian determinants (k, j, i). ``border``: bools where the deformation slides."""
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
