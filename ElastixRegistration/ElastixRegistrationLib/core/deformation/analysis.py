"""The effect of a transform on space, from its point mapping: displacement, Jacobian, volumes of labels, folds. LPS,
mm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view
from ..images.labels import label_values
from ..transforms.determinants import determinant_of
from ..transforms.displacements import displacement_magnitude
from ..transforms.itk_transforms import chain_of, displacement_field, matrix_of
from ..transforms.spline_derivatives import SplineChain
from ..wording import said
from .jacobian import JacobianStatistics, jacobian_statistics, without_border
from .sliding_border import beside, slides, steep

#: Half the distance between the two points of a derivative, voxels. Displacements are 32-bit floats, whose rounding
#: would show at smaller distances.
_REACH = 0.25
#: Voxels per slab of derivatives, with 12 vectors each.
_SLAB = 500_000
#: Range of local volume, after / before, without the linear part, that no border explains: that of ``plausibility``.
_MIN_VOLUME, _MAX_VOLUME = 0.2, 5.0
#: Number of listed folded voxels, the worst first.
MAX_LISTED = 1000


@dataclass(frozen=True)
class LabelVolume:
    """A label of the fixed image: its volume before and after the transform, mm3.

    ``smallest`` and ``largest`` local volume change, moved over fixed. Values at or below 0 are folds.
    """

    label: int
    name: str
    fixed_mm3: float
    moved_mm3: float
    smallest: float
    largest: float
    folded_voxels: int

    @property
    def change_percent(self) -> float:
        return 100 * (self.moved_mm3 / self.fixed_mm3 - 1)


@dataclass(frozen=True)
class DeformationAnalysis:
    """Arrays on the fixed grid, (k, j, i). ``magnitude``: displacement, mm. ``determinant`` of the spatial Jacobian,
    that is local volume moved / fixed. ``matrix`` (k, j, i, D, D): d moving_r / d fixed_c, None unless asked for.

    ``folded_indices`` (N, D), in (i, j, k) order, and ``folded_points`` (N, D), LPS mm: at most MAX_LISTED voxels
    where space folds (determinant at or below 0), the worst first; the statistics count them all. ``border``: bools
    where the transform slides along a surface, None if it does not. These voxels do not count as folds and are not in
    the statistics.
    """

    magnitude: np.ndarray = field(repr=False)
    determinant: np.ndarray = field(repr=False)
    matrix: np.ndarray | None = field(repr=False)
    statistics: JacobianStatistics
    folded_indices: np.ndarray = field(repr=False)
    folded_points: np.ndarray = field(repr=False)
    labels: tuple[LabelVolume, ...] = ()
    border: np.ndarray | None = field(default=None, repr=False)


def analyze_deformation(
    transform: Any,
    grid: Geometry,
    *,
    labels: np.ndarray | None = None,
    names: Mapping[int, str] | None = None,
    mask: np.ndarray | None = None,
    with_matrix: bool = False,
) -> DeformationAnalysis:
    """Analyze ``transform`` (fixed to moving, LPS mm) at the voxel centers of ``grid``.

    ``labels``: whole numbers (k, j, i) on the grid; each nonzero one gets its volume change, under its name in
    ``names``. ``mask`` (nonzero inside) limits statistics and the list of folded voxels. Raises InputError for arrays
    that are not on the grid.
    """
    for name, array in (("labels", labels), ("mask", mask)):
        if array is not None and array.shape != grid.size[::-1]:
            raise InputError(
                said(
                    "The {name} of {shape} voxels are not on the grid of {grid}.",
                    name=name,
                    shape=array.shape,
                    grid=grid,
                )
            )
    magnitude = displacement_magnitude(transform, grid)
    determinant, border = determinant_and_border(transform, grid)
    matrix = jacobian_of(transform, grid) if with_matrix else None
    folded = ~(determinant > 0)
    mask = without_border(mask, border)
    if mask is not None:
        folded &= mask != 0
    places = np.argwhere(folded)
    worst = np.argsort(determinant[folded], kind="stable")[:MAX_LISTED]
    indices = places[worst][:, ::-1]
    return DeformationAnalysis(
        magnitude=magnitude,
        determinant=determinant,
        matrix=matrix,
        statistics=jacobian_statistics(determinant, mask=mask),
        folded_indices=indices,
        folded_points=grid.points_of(indices),
        labels=tuple(
            label_volume(
                determinant[labels == label], grid, int(label), (names or {}).get(int(label), f"label {label}")
            )
            for label in (() if labels is None else label_values(labels))
        ),
        border=border,
    )


def jacobian_determinant_of(transform: Any, grid: Geometry, threads: int | None = None) -> np.ndarray:
    """(k, j, i) float32: local volume, moved / fixed, at the voxel centers of ``grid``.

    Exact for linear transforms and one B-spline among them, otherwise by ``jacobian_slabs``. ``threads``: maximum
    number, by default one per core.
    """
    spline = SplineChain.of(transform)
    if spline is not None:
        return spline.determinant(grid, threads)
    determinant = np.empty(grid.size[::-1], np.float32)
    for part, jacobian in jacobian_slabs(transform, grid):
        determinant[part] = determinant_of(jacobian)
    return determinant


def determinant_and_border(
    transform: Any, grid: Geometry, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray | None]:
    """The same, and (k, j, i) bools where the transform slides (``sliding_border``); None if it cannot, because it has
    no displacement field.
    """
    chain = chain_of(transform)
    if not any("DisplacementField" in element.GetNameOfClass() for element in chain):
        return jacobian_determinant_of(transform, grid, threads), None
    linear = np.eye(grid.dimension)
    for element in chain:
        matrix = matrix_of(element)
        if matrix is not None:
            linear = matrix[:-1, :-1] @ linear
    determinant = np.empty(grid.size[::-1], np.float32)
    changes, places = [], []
    for part, jacobian in jacobian_slabs(transform, grid):
        determinant[part] = determinant_of(jacobian)
        change = jacobian @ np.linalg.inv(linear) - np.eye(grid.dimension)
        found = steep(change)
        changes.append(change[found].astype(np.float32))
        places.append(np.argwhere(found)[:, ::-1] + np.eye(grid.dimension, dtype=int)[-1] * part.start)
    where = np.concatenate(places)
    where = where[slides(np.concatenate(changes), where, grid.spacing)]
    if not len(where):
        return determinant, None
    border = np.zeros(grid.size[::-1], bool)
    border[tuple(where.T[::-1])] = True
    # The end of a border is known to one voxel, so implausible voxels beside it belong to it.
    volume = determinant / np.float32(abs(np.linalg.det(linear)))
    return determinant, border | (beside(border) & ~((volume > _MIN_VOLUME) & (volume < _MAX_VOLUME)))


def jacobian_of(transform: Any, grid: Geometry, threads: int | None = None) -> np.ndarray:
    """(k, j, i, D, D) float32: d T_r / d x_c, LPS, at the voxel centers of ``grid``; as exact as the determinants."""
    spline = SplineChain.of(transform)
    if spline is not None:
        return spline.jacobian(grid, threads)
    matrix = np.empty((*grid.size[::-1], grid.dimension, grid.dimension), np.float32)
    for part, jacobian in jacobian_slabs(transform, grid):
        matrix[part] = jacobian
    return matrix


def jacobian_slabs(transform: Any, grid: Geometry) -> Iterator[tuple[slice, np.ndarray]]:
    """Slices of ``grid``, and for each (k, j, i, D, D) spatial Jacobians d T_r / d x_c, LPS, at its voxel centers.

    Central differences of the mapping, a quarter of a voxel to each side. They are exact for affine parts and do not
    average over neighboring voxels.
    """
    dimension = grid.dimension
    matrix = matrix_of(transform)
    depth = max(1, _SLAB // int(np.prod(grid.size[:-1])))
    # Rows are the derivatives by the indices; points are grid axes times index.
    from_index = np.asarray(grid.direction) * np.asarray(grid.spacing)
    to_index = np.linalg.inv(from_index)
    for first in range(0, grid.size[-1], depth):
        last = min(first + depth, grid.size[-1])
        shape = (last - first, *grid.size[-2::-1])
        if matrix is not None:
            yield slice(first, last), np.broadcast_to(matrix[:-1, :-1], (*shape, dimension, dimension))
            continue
        by_index = np.empty((*shape, dimension, dimension))
        for axis in range(dimension):
            ends = []
            for side in (1, -1):
                start = np.zeros(dimension)
                start[-1] = first
                start[axis] += side * _REACH
                slab = replace(grid, size=(*grid.size[:-1], last - first), origin=tuple(grid.points_of(start).tolist()))
                ends.append(array_view(displacement_field(transform, slab)))
            by_index[..., axis] = (ends[0].astype(np.float64) - ends[1]) / (2 * _REACH)
        jacobian = (by_index.reshape(-1, dimension) @ to_index).reshape(by_index.shape)
        yield slice(first, last), jacobian + np.eye(dimension)


def label_volume(determinants: np.ndarray, grid: Geometry, label: int, name: str) -> LabelVolume:
    """Of a label with these ``determinants`` at its voxels, which are those of ``grid``."""
    voxel = abs(float(np.linalg.det(grid.index_to_physical())))
    inside = np.asarray(determinants, np.float64)
    return LabelVolume(
        label=label,
        name=name,
        fixed_mm3=inside.size * voxel,
        moved_mm3=float(inside.sum()) * voxel,
        smallest=float(inside.min()),
        largest=float(inside.max()),
        folded_voxels=int(np.count_nonzero(~(inside > 0))),
    )
