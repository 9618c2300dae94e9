"""Planar contours, as drawn in radiotherapy, on a grid of voxels. LPS mm.

A region is a stack of polygons in parallel planes. It is exact in a plane. Between consecutive planes, the distance to
its edge changes linearly. Beyond the first and the last plane, and where a plane is missing, it ends half a plane
distance away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..wording import said
from .geometry import Geometry, image_from_array
from .polygons import REACH, inside, signed_distances

#: Tolerance, in slice distances, for a contour to lie in a slice, and for two contours to share a plane.
_IN_PLANE = 0.1
_SAME_PLANE = 0.05
#: Planes closer than this, mm, are one.
_SAME_HEIGHT = 0.02
#: Planes farther apart than this many usual distances are not connected.
_CONNECTED = 1.5
#: Tolerance for contours to lie in parallel planes, mm.
_PARALLEL = 0.5


@dataclass(frozen=True)
class Region:
    """``distances``: (k, j, i) float32 on ``grid``, to the edge of a region, mm, positive inside.

    ``grid`` is a part of a larger grid that starts at its index ``start`` (i, j, k). It has the same slices, but its
    rows and columns are ``finer`` times as close.
    """

    distances: np.ndarray
    grid: Geometry
    start: tuple[int, ...] = (0, 0, 0)
    finer: int = 1

    @property
    def image(self) -> Any:
        return image_from_array(self.distances, self.grid)

    def slices(self) -> list[int]:
        """Numbers of the slices of the larger grid in which the region has voxels."""
        filled = np.flatnonzero(self._inside.any(axis=(1, 2)))
        return [self.start[2] + int(k) for k in filled]

    def mask(self, size: Sequence[int]) -> np.ndarray:
        """The region as (k, j, i) bool on the whole larger grid, of ``size`` (i, j, k)."""
        whole = np.zeros(tuple(size)[::-1], bool)
        box = tuple(slice(at, at + n) for at, n in zip(self.start[::-1], self._inside.shape, strict=True))
        whole[box] = self._inside
        return whole

    @property
    def _inside(self) -> np.ndarray:
        """(k, j, i) bool at the voxels of the larger grid."""
        return np.asarray(self.distances[:, :: self.finer, :: self.finer] > 0)

    def volume(self) -> float:
        """Volume, mm^3, of the inside voxels of ``grid``."""
        return float((self.distances > 0).sum() * np.prod(self.grid.spacing))


@dataclass(frozen=True)
class CopiedContour:
    """A contour, (N, 3), in the slice ``number`` of a series; ``kind``: its ContourGeometricType in DICOM."""

    number: int
    points: np.ndarray
    kind: str


def part_of(
    grid: Geometry, start: Sequence[int] | np.ndarray, size: Sequence[int] | np.ndarray, finer: int = 1
) -> Geometry:
    """The part of ``grid`` with ``size`` voxels from the index ``start`` on, with rows and columns ``finer`` times
    as close."""
    spacing = np.array(grid.spacing)
    spacing[:2] /= finer
    count = np.array(size)
    count[:2] = (count[:2] - 1) * finer + 1
    origin = grid.points_of(np.array(start))
    return Geometry(tuple(map(int, count)), tuple(spacing.tolist()), tuple(origin.tolist()), grid.direction)


def width_of(contours: Sequence[np.ndarray]) -> float:
    """Typical width of contours, (N, 3) each, mm: the diameter of circles, the side of squares, and twice the width of
    long strips.
    """
    widths = []
    for one in contours:
        edges = np.roll(one, -1, axis=0) - one
        around = float(np.linalg.norm(edges, axis=1).sum())
        area = float(np.linalg.norm(np.cross(one - one[0], edges).sum(axis=0))) / 2
        if around > 0 and area > 0:
            widths.append(4 * area / around)
    return float(np.median(widths)) if widths else 0.0


def region_of(
    contours: Sequence[np.ndarray], grid: Geometry, thickness: float | None = None, reach: int = REACH
) -> Region | None:
    """The part of the region inside ``contours``, (N, 3) each, on ``grid``; None if it is outside the grid.

    Distances are exact within ``reach`` pixels of the edge in the planes of the contours. ``thickness``: of a region in
    one plane, mm; by default that of a slice. Raises InputError if the contours are neither in the slices of the grid
    nor in planes parallel to them.
    """
    planes = _planes_in(contours, grid)
    if planes is None:
        raise InputError(said("The contours do not lie in the slices of the grid."))
    heights = np.array([height for height, _ in planes])
    steps = np.diff(heights)
    usual = float(np.median(steps)) if len(steps) else (thickness or grid.spacing[2]) / grid.spacing[2]
    points = np.concatenate([polygon for _, polygons in planes for polygon in polygons])
    low = np.array([*np.floor(points.min(axis=0)) - reach, np.ceil(heights[0] - usual / 2 - 1e-6)])
    high = np.array([*np.ceil(points.max(axis=0)) + reach, np.floor(heights[-1] + usual / 2 + 1e-6)])
    start = np.maximum(low, 0).astype(int)
    size = np.minimum(high, np.array(grid.size) - 1).astype(int) - start + 1
    if (size <= 0).any():
        return None
    slices = _Slices([polygons for _, polygons in planes], start, size, grid, reach)
    distances = np.stack([slices.between(heights, height + start[2], usual) for height in range(size[2])])
    return Region(distances, part_of(grid, start, size), tuple(start.tolist()))


def lie_in_slices(contours: Sequence[np.ndarray], grid: Geometry) -> bool:
    return _planes_in(contours, grid) is not None


def plane_distance(contours: Sequence[np.ndarray]) -> float | None:
    """The usual distance between planes of contours, mm; None if all are in one plane."""
    apart = _steps(contours)
    return float(np.median(apart)) if len(apart) else None


def _steps(contours: Sequence[np.ndarray]) -> np.ndarray:
    """Distances between consecutive planes, mm. Contours written with few digits may share a plane."""
    apart = np.diff(np.sort(_heights(contours)[1]))
    return np.asarray(apart[apart > _SAME_HEIGHT])


def grid_of(contours: Sequence[np.ndarray], spacing: float, thickness: float, reach: int = REACH) -> Geometry:
    """A grid with a margin of ``reach`` pixels around contours, whose slices are their planes, with pixels of
    ``spacing`` mm.

    ``thickness``: the distance between slices, mm, if all contours are in one plane. Raises InputError if their
    planes are not parallel.
    """
    normal, heights = _heights(contours)
    if max(np.ptp(one @ normal) for one in contours) > _PARALLEL:
        raise InputError(said("The contours do not lie in parallel planes."))
    across = np.eye(3)[int(np.argmin(np.abs(normal)))]
    first = across - (across @ normal) * normal
    first /= np.linalg.norm(first)
    axes = np.stack([first, np.cross(normal, first), normal])
    local = np.concatenate(contours) @ axes.T
    step = plane_distance(contours) or thickness
    margin = np.array([reach * spacing, reach * spacing, step])
    low = np.array([*local.min(axis=0)[:2], heights.min()]) - margin
    high = np.array([*local.max(axis=0)[:2], heights.max()]) + margin
    size = np.ceil((high - low) / (spacing, spacing, step) - 1e-6).astype(int) + 1
    return Geometry(
        tuple(size.tolist()), (spacing, spacing, step), tuple((low @ axes).tolist()), tuple(map(tuple, axes.T.tolist()))
    )


def missing_planes(contours: Sequence[np.ndarray]) -> int:
    """The number of planes between the first and the last without a contour, where the region is not connected."""
    apart = _steps(contours)
    if len(apart) < 2:
        return 0
    steps = apart / np.median(apart)
    return int(np.sum(np.rint(steps[steps > _CONNECTED]) - 1))


def _heights(contours: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(the unit normal of the planes, whose largest coordinate is positive; their heights)."""
    largest = max(contours, key=lambda one: float(np.prod(np.sort(np.ptp(one, axis=0))[1:])))
    normal = np.linalg.svd(largest - largest.mean(axis=0))[2][2]
    normal = normal * np.sign(normal[np.argmax(np.abs(normal))])
    if abs(normal).max() > 1 - 1e-6:
        normal = np.round(normal)
    return normal, np.array([float((one @ normal).mean()) for one in contours])


def _planes_in(contours: Sequence[np.ndarray], grid: Geometry) -> list[tuple[float, list[np.ndarray]]] | None:
    """(slice number, polygons in pixels) of each plane, ascending; None if contours are not in slices."""
    planes: list[tuple[float, list[np.ndarray]]] = []
    placed = [grid.indices_of(contour) for contour in contours]
    if any(np.ptp(one[:, 2]) > 2 * _IN_PLANE for one in placed):
        return None
    for one in sorted(placed, key=lambda one: float(one[:, 2].mean())):
        height, polygon = float(one[:, 2].mean()), one[:, :2]
        if abs(height - round(height)) < _SAME_PLANE:
            height = float(round(height))
        if planes and height - planes[-1][0] <= _SAME_PLANE:
            if not any(_same(polygon, other) for other in planes[-1][1]):  # some programs write contours twice
                planes[-1][1].append(polygon)
        else:
            planes.append((height, [polygon]))
    return planes


def _same(polygon: np.ndarray, other: np.ndarray) -> bool:
    return len(polygon) == len(other) and bool(np.allclose(polygon, other, atol=1e-6))


class _Slices:
    """Distances in the planes of contours, each computed once, on a part of a grid from ``start`` on."""

    def __init__(
        self, planes: Sequence[list[np.ndarray]], start: np.ndarray, size: np.ndarray, grid: Geometry, reach: int
    ):
        self._planes = [[polygon - start[:2] for polygon in polygons] for polygons in planes]
        self._shape, self._spacing = (int(size[1]), int(size[0])), (grid.spacing[0], grid.spacing[1])
        self._found: dict[int, np.ndarray] = {}
        self._reach = reach

    def at(self, plane: int) -> np.ndarray:
        if plane not in self._found:
            self._found = {n: one for n, one in self._found.items() if n >= plane - 1}
            self._found[plane] = signed_distances(self._planes[plane], self._shape, self._spacing, self._reach)
        return self._found[plane]

    def between(self, heights: np.ndarray, height: float, usual: float) -> np.ndarray:
        """Distances at a height between the planes, whose usual distance is ``usual``."""
        above = int(np.searchsorted(heights, height - 1e-6))
        below = above - 1
        if above < len(heights) and abs(heights[above] - height) < 1e-6:
            return self.at(above)
        if below >= 0 and above < len(heights) and heights[above] - heights[below] <= _CONNECTED * usual:
            part = (height - heights[below]) / (heights[above] - heights[below])
            return (1 - part) * self.at(below) + part * self.at(above)
        ends = [self._beyond(n, abs(height - heights[n]) / usual) for n in (below, above) if 0 <= n < len(heights)]
        return np.maximum.reduce(ends)

    def _beyond(self, plane: int, part: float) -> np.ndarray:
        """Distances at ``part`` of a plane distance beyond an end of the region."""
        distances = self.at(plane)
        return np.where(distances > 0, (1 - 2 * min(part, 1.0)) * distances, distances).astype(np.float32)


def inside_of(contours: Sequence[np.ndarray], grid: Geometry, thickness: float | None = None) -> np.ndarray:
    """(k, j, i) bool: voxels of ``grid`` whose centers are inside contours in its slices or parallel to them.

    The same as the positive distances of ``region_of``, which are not computed for contours in the slices.
    """
    planes = _planes_in(contours, grid)
    if planes is not None and all(height.is_integer() for height, _ in planes) and _touch(planes):
        mask = np.zeros(grid.size[::-1], bool)
        for height, polygons in planes:
            if 0 <= height < grid.size[2]:
                mask[int(height)] = inside(polygons, (grid.size[1], grid.size[0]))
        return mask
    region = region_of(contours, grid, thickness)
    return np.zeros(grid.size[::-1], bool) if region is None else region.mask(grid.size)


def _touch(planes: Sequence[tuple[float, list[np.ndarray]]]) -> bool:
    """Whether no slice lies between two planes that are connected."""
    steps = np.diff([height for height, _ in planes])
    return not len(steps) or float(np.median(steps)) == 1.0
