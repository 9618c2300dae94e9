"""The grids for a sliding field: working voxels of both images, and the nodes of the field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..images.geometry import Geometry
from . import axes

#: Approximate number of working voxels; never finer than the images.
_WORKING_VOXELS = 400_000
#: Smallest number of voxels along an axis.
_MIN_VOXELS = 8
#: Working voxels between two nodes of the field, along each axis.
_VOXELS_PER_NODE = 2


@dataclass(frozen=True)
class SlidingImage:
    """One of the two 3D images: voxels (k, j, i), their grid, and which of them count ((k, j, i) booleans; None:
    all). ``of_region``: (k, j, i) booleans, the only voxels whose values are used; None: all."""

    voxels: np.ndarray
    geometry: Geometry
    inside: np.ndarray | None = None
    of_region: np.ndarray | None = None

    def reduced(self, voxel_mm: float) -> SlidingImage:
        """Block means with an edge of about ``voxel_mm``. A block counts if more than half of its voxels do. Blocks
        without a voxel of the region continue it smoothly, so that nothing outside can match."""
        factors = [
            max(1, min(_nearest_factor(voxel_mm / spacing), n // _MIN_VOXELS))
            for spacing, n in zip(self.geometry.spacing, self.geometry.size, strict=True)
        ]
        matrices = [axes.block_means(n, factor) for n, factor in zip(self.geometry.size, factors, strict=True)][::-1]
        values = np.asarray(self.voxels, np.float32)
        if self.of_region is None:
            values = axes.apply(matrices, values)
        else:
            values = axes.continued(*axes.means_of(matrices, values, self.of_region))
        reduced = Geometry(
            size=values.shape[::-1],
            spacing=tuple(s * f for s, f in zip(self.geometry.spacing, factors, strict=True)),
            origin=tuple(self.geometry.points_of((np.array(factors, float) - 1) / 2).tolist()),
            direction=self.geometry.direction,
        )
        inside = None if self.inside is None else axes.apply(matrices, self.inside.astype(np.float32)) > 0.5
        return SlidingImage(np.ascontiguousarray(values), reduced, inside)


def _nearest_factor(times: float) -> int:
    """The whole number next to ``times`` in proportion: 1.45 is closer to 2 than to 1, which has eight times the
    voxels."""
    low = max(1, int(times))
    return low + int(times * times > low * (low + 1))


def working_voxel_mm(fixed: Geometry) -> float:
    """Edge, mm, of cubes that divide the fixed image into about ``_WORKING_VOXELS`` voxels."""
    volume = float(np.prod(np.array(fixed.size) * fixed.spacing))
    return (volume / _WORKING_VOXELS) ** (1 / 3)


@dataclass(frozen=True)
class Nodes:
    """Nodes of a displacement field that covers the grid ``voxels``, with linear interpolation between them."""

    voxels: Geometry

    @cached_property
    def geometry(self) -> Geometry:
        """The grid of the nodes. It has one node beyond the outermost voxels on each side, so that it also moves points
        a little outside."""
        span = np.array(self.voxels.size) - 1
        count = np.ceil(span / _VOXELS_PER_NODE - 1e-9).astype(int) + 3
        first = -((count - 1) * _VOXELS_PER_NODE - span) / 2
        return Geometry(
            size=tuple(count.tolist()),
            spacing=tuple(s * _VOXELS_PER_NODE for s in self.voxels.spacing),
            origin=tuple(self.voxels.points_of(first).tolist()),
            direction=self.voxels.direction,
        )

    @property
    def spacing(self) -> np.ndarray:
        """(i, j, k), mm."""
        return np.array(self.geometry.spacing)

    @cached_property
    def to_voxels(self) -> Sequence[np.ndarray]:
        """Matrices that interpolate a field at the voxels."""
        first = self.geometry.indices_of(np.array(self.voxels.origin))
        matrices = []
        for axis in reversed(range(3)):
            places = first[axis] + np.arange(self.voxels.size[axis]) / _VOXELS_PER_NODE
            matrices.append(axes.interpolation(places, self.geometry.size[axis]))
        return matrices

    @cached_property
    def from_voxels(self) -> Sequence[np.ndarray]:
        """The adjoint: matrices that collect derivatives at the voxels for each node."""
        return axes.transposed(self.to_voxels)

    def at_voxels(self, field: np.ndarray) -> np.ndarray:
        """Interpolate a (c, k, j, i) field at the nodes to the voxels."""
        return np.stack([axes.apply(self.to_voxels, component) for component in field])

    def sums(self, values: np.ndarray) -> np.ndarray:
        """The adjoint for scalars: (k, j, i) values at the voxels, summed to (k, j, i) at the nodes."""
        return axes.apply(self.from_voxels, values)


def voxel_places(grid: Geometry, matrix: np.ndarray) -> np.ndarray:
    """(3, k, j, i): the voxels of ``grid`` under a homogeneous matrix, from LPS mm."""
    matrix = matrix @ grid.index_to_physical()
    k, j, i = np.meshgrid(*(np.arange(n, dtype=float) for n in grid.size[::-1]), indexing="ij", sparse=True)
    return np.stack([row[0] * i + row[1] * j + row[2] * k + row[3] for row in matrix[:3]])


def nodes_on(grid: Geometry, field: np.ndarray, old: Geometry) -> np.ndarray:
    """Interpolate a (3, k, j, i) field from the nodes ``old`` to those of ``grid``, which has the same axes."""
    first = old.indices_of(np.array(grid.origin))
    matrices = [
        axes.interpolation(
            first[axis] + np.arange(grid.size[axis]) * grid.spacing[axis] / old.spacing[axis], old.size[axis]
        )
        for axis in reversed(range(3))
    ]
    return np.stack([axes.apply(matrices, component) for component in field])
