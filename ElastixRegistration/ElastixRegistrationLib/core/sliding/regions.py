"""Regions of an image that move independently, and the surfaces between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..images.channels import signed_distance
from ..images.geometry import Geometry, array_view, image_from_array
from . import axes
from .grids import SlidingImage
from .interpolation import Interpolation

#: Standard deviation, voxels, of the Gaussian that smooths the surface of a mask, which has steps of a voxel.
_SMOOTHED = 1.0
#: A table of the normal distribution function: distances in standard deviations, and its values there.
_AWAY = np.linspace(-2, 2, 401)
_NORMAL = np.array([(1 + math.erf(away / math.sqrt(2))) / 2 for away in _AWAY])
#: Distances to the surface of a region are computed up to this share of the edges of its box around it; farther away,
#: the nearest computed one is used.
_MARGIN = 0.25
_MIN_MARGIN_VOXELS = 8
#: Number of points on the surface of one region.
_POINTS = 20_000


@dataclass(frozen=True)
class Border:
    """Points on the surface of one region: ``points`` (N, 3), LPS mm; ``normals``, unit vectors out of the region;
    ``beyond`` (N,): which region is on the other side, 0 for the surroundings. ``area_of_a_point``: mm2."""

    points: np.ndarray
    normals: np.ndarray
    beyond: np.ndarray
    area_of_a_point: float


class RegionSurface:
    """Signed distances to the surface of one region, mm, negative inside, in the region and near it."""

    def __init__(self, inside: np.ndarray, grid: Geometry):
        """``inside``: (k, j, i) booleans on ``grid``, at least one true."""
        self.box = box_around(inside, _MARGIN)
        self.grid = part_of(grid, self.box)
        self.distance = _distance(np.ascontiguousarray(inside[self.box]), self.grid)

    @cached_property
    def _slopes(self) -> np.ndarray:
        """(3, k, j, i): derivatives of the distance along i, j, k, per mm."""
        by_axis = np.gradient(self.distance)
        return np.stack([by_axis[2 - axis] / np.float32(self.grid.spacing[axis]) for axis in range(3)])

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N,) distances and (N, 3) directions in which they grow, of unit length, at (N, 3) points, LPS mm."""
        places = Interpolation(self.grid.indices_of(points), self.distance.shape)
        slopes = places.of(self._slopes) @ np.array(self.grid.direction).T
        length = np.linalg.norm(slopes, axis=1, keepdims=True)
        return places.of(self.distance[None])[:, 0], slopes / np.maximum(length, 1e-6)


def _distance(mask: np.ndarray, grid: Geometry) -> np.ndarray:
    """(k, j, i) float32: signed distance, mm, from the surface of a boolean (k, j, i) mask on ``grid``, negative
    inside.

    Voxel centers give the distance to a surface between them to half a voxel. Near the surface, the values of the
    smoothed mask give it better: at a plane they are the normal distribution function of the distance.
    """
    sigma = _SMOOTHED * float(np.prod(grid.spacing) ** (1 / 3))
    blur = [axes.gaussian(n, sigma / spacing) for n, spacing in zip(mask.shape, grid.spacing[::-1], strict=True)]
    share = axes.apply(blur, mask.astype(np.float32))
    near = np.interp(share, _NORMAL, -_AWAY) * sigma
    away = np.zeros(mask.shape)
    for one, sign in ((mask, 1), (~mask, -1)):
        to_one = np.asarray(array_view(signed_distance(image_from_array(one.view(np.uint8), grid))))
        away[~one] = sign * to_one[~one]
    is_far = (share < _NORMAL[1]) | (share > _NORMAL[-2])
    between = ~is_far & ((share < 0.1) | (share > 0.9))
    # Voxel centers lie behind the surface; the offset is estimated where both distances are known.
    behind = float(np.median((np.abs(away) - np.abs(near))[between])) if between.any() else 0.0
    return np.where(is_far, away - np.sign(away) * behind, near).astype(np.float32)


class Regions:
    """``labels``: (k, j, i) integers on ``grid``; 0 stands for the surroundings, which also move on their own."""

    def __init__(self, labels: np.ndarray, grid: Geometry):
        found = np.unique(labels)
        #: The labels of the regions: the first is region 1.
        self.names = [int(label) for label in found[found != 0]]
        self.numbers = np.searchsorted(self.names, labels).astype(np.int16) + np.int16(1)
        self.numbers[labels == 0] = 0
        self.grid = grid

    @property
    def count(self) -> int:
        """Number of regions, including the surroundings if there are any."""
        return len(self.names) + 1

    def inside(self, number: int) -> np.ndarray:
        return np.asarray(self.numbers == number)

    @cached_property
    def surfaces(self) -> dict[int, RegionSurface]:
        """The surfaces of all regions except the surroundings, by number."""
        return {number: RegionSurface(self.inside(number), self.grid) for number in range(1, self.count)}

    @cached_property
    def borders(self) -> dict[int, Border]:
        """The border of each region with those of lower numbers, so that no place counts twice; left out where it has
        none."""
        return {number: self._border(number) for number in range(1, self.count)}

    def _border(self, number: int) -> Border:
        indices, beyond, areas, facets = [], [], [], []
        spacing = np.array(self.grid.spacing)
        for axis in range(3):
            along = 2 - axis
            lines = np.moveaxis(self.numbers, along, 0)
            for one, other, half in ((lines[:-1], lines[1:], 0.5), (lines[1:], lines[:-1], -0.5)):
                places = np.argwhere((one == number) & (other < number))
                beyond.append(other[tuple(places.T)])
                if half < 0:
                    places[:, 0] += 1
                order = [1, 2]
                order.insert(along, 0)
                index = places[:, order][:, ::-1].astype(float)
                index[:, axis] += half
                indices.append(index)
                areas.append(np.full(len(index), np.prod(spacing) / spacing[axis]))
                facets.append(np.full(len(index), axis))
        all_indices, all_beyond = np.concatenate(indices), np.concatenate(beyond)
        if not len(all_indices):
            return Border(np.empty((0, 3)), np.empty((0, 3)), all_beyond, 0.0)
        every = slice(None, None, max(1, -(-len(all_indices) // _POINTS)))
        points = self.grid.points_of(all_indices[every])
        distance, normals = self.surfaces[number].at(points)
        # The voxel faces of an oblique surface have more area than the surface; each counts by its share of the normal.
        facing = np.abs(normals @ np.array(self.grid.direction))[np.arange(len(points)), np.concatenate(facets)[every]]
        area = float((np.concatenate(areas)[every] * facing).mean()) * len(all_indices) / len(points)
        return Border(points - distance[:, None] * normals, normals, all_beyond[every], area)

    def shares(self, grid: Geometry, band_mm: float) -> np.ndarray:
        """(count, k, j, i) at the voxels of ``grid``, 0 to 1, summing to 1: shares of the regions, blended across a
        band."""
        shares = np.zeros((self.count, *grid.size[::-1]), np.float32)
        for number, surface in self.surfaces.items():
            first = surface.grid.indices_of(np.array(grid.origin))
            matrices = [
                axes.interpolation(
                    first[axis] + np.arange(grid.size[axis]) * grid.spacing[axis] / surface.grid.spacing[axis],
                    surface.grid.size[axis],
                )
                for axis in reversed(range(3))
            ]
            shares[number] = np.clip(0.5 - axes.apply(matrices, surface.distance) / band_mm, 0, 1)
        shares[1:] /= np.maximum(shares[1:].sum(axis=0), 1)
        shares[0] = 1 - shares[1:].sum(axis=0)
        return shares

    def part(self, fixed: SlidingImage, number: int) -> SlidingImage:
        """The fixed image, on the same grid, restricted to the region ``number`` for its own registration."""
        inside = self.inside(number)
        box = box_around(inside, 0.0)
        if fixed.inside is not None:
            inside = inside & fixed.inside
        return SlidingImage(fixed.voxels[box], part_of(fixed.geometry, box), inside[box])

    def only(self, moving: SlidingImage, number: int) -> SlidingImage:
        """The moving image, on the same grid, without the voxels of other regions than ``number``."""
        return replace(moving, of_region=self.inside(number))

    def center(self, number: int) -> np.ndarray:
        """The center of mass of a region, LPS mm."""
        return np.asarray(self.grid.points_of(np.argwhere(self.inside(number)).mean(axis=0)[::-1]))


def box_around(inside: np.ndarray, margin: float) -> tuple[slice, ...]:
    """(k, j, i) slices of the box around the true voxels, widened by ``margin`` times its edges on each side."""
    box = []
    for axis, count in enumerate(inside.shape):
        found = np.flatnonzero(inside.any(axis=tuple(n for n in range(3) if n != axis)))
        more = max(_MIN_MARGIN_VOXELS, int(margin * (found[-1] - found[0])))
        box.append(slice(max(int(found[0]) - more, 0), min(int(found[-1]) + more + 1, count)))
    return tuple(box)


def part_of(grid: Geometry, box: tuple[slice, ...]) -> Geometry:
    return replace(
        grid,
        size=tuple(part.stop - part.start for part in box[::-1]),
        origin=tuple(grid.points_of(np.array([part.start for part in box[::-1]], float)).tolist()),
    )
