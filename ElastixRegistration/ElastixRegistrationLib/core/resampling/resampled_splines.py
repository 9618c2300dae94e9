"""A cubic B-spline whose control points lie oblique to the voxels, as a finer one along their axes.

Exact values at oblique voxels take some 200 ns each, along the axes a tenth of that. A B-spline that goes through the
exact values at a sixth of its control point distance differs by some thousandths of a voxel at most, which is measured.
For interpolation between voxels that is enough; displacements that a user gets stay exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..images.geometry import Geometry
from ..transforms.aligned_splines import ON_BORDER, AlignedSpline, interpolating_coefficients
from ..transforms.itk_transforms import bspline_transform
from ..transforms.scattered import BATCH, point_map
from ..transforms.spline_derivatives import SplineChain

#: Control point distances relative to those of the resampled B-spline; the first sufficient one is used.
_PARTS = (6.0, 9.0)
#: Largest difference from the exact values, in units of the functions.
_TOLERANCE = 3e-3
#: There are at least so many voxels per new control point: an exact value costs ten times one along the axes.
_GAIN = 3
#: New control points beyond each face of the grid: that far away, what is mirrored there no longer shows.
_MARGIN = 6
#: Control points by which the B-spline goes on beyond its end, so that the new one does not ring there.
_CONTINUED = 3
#: Places where the difference is measured.
_MEASURED = BATCH // 2


@dataclass(frozen=True)
class ResampledSpline:
    """The functions of a ``spline`` along the axes of a grid, 0 outside of the ``domain`` of the one it stands for."""

    spline: AlignedSpline
    domain: _Domain

    @classmethod
    def of(
        cls, chain: SplineChain, linear: np.ndarray, grid: Geometry, threads: int | None = None
    ) -> ResampledSpline | None:
        """``linear`` (D, D) times the displacement of ``chain``; None where the exact values are as fast or the
        difference would be larger."""
        domain = _Domain.of(chain, grid)
        measured = _Measured.at_random(chain, linear, grid, domain)
        continued = _continued(chain)
        for part in _PARTS:
            lattice = _lattice(grid, float(chain.control_spacing.min()) / part)
            if np.prod(lattice.size) * _GAIN > np.prod(grid.size):
                return None
            values = continued.values(lattice, linear, threads)
            coefficients = interpolating_coefficients(np.moveaxis(values, -1, 0), threads)
            if measured.largest_difference(coefficients, lattice) > _TOLERANCE:
                continue
            to_control = np.linalg.inv(lattice.index_to_physical())
            to_control[:-1, -1] += 1
            spline = AlignedSpline.of(to_control, np.eye(chain.dimension), coefficients, grid)
            return None if spline is None else cls(spline, domain)
        return None

    def functions(self, planes: slice) -> list[np.ndarray]:
        """(k, j, i) float32 of each function, in some planes."""
        found = self.spline.functions(planes)
        inside = self.domain.inside(planes)
        if not inside.all():
            for values in found:
                values *= inside
        return found


def _continued(chain: SplineChain) -> SplineChain:
    """The same B-spline, that goes on beyond its end."""
    coefficients = np.pad(chain.coefficients, [(0, 0), *[(_CONTINUED,) * 2] * chain.dimension], mode="edge")
    to_control = chain.to_control.copy()
    to_control[:-1, -1] += _CONTINUED
    return replace(chain, coefficients=coefficients, to_control=to_control)


def _lattice(grid: Geometry, spacing: float) -> Geometry:
    """Points at most ``spacing`` mm apart along the axes of ``grid``, with a margin around it."""
    extent = (np.asarray(grid.size) - 1) * grid.spacing
    cells = np.maximum(np.ceil(extent / spacing), 1).astype(int)
    step = np.where(extent > 0, extent / cells, spacing)
    return Geometry(
        size=tuple((cells + 1 + 2 * _MARGIN).tolist()),
        spacing=tuple(step.tolist()),
        origin=tuple(grid.points_of(-_MARGIN * step / grid.spacing).tolist()),
        direction=grid.direction,
    )


@dataclass(frozen=True)
class _Domain:
    """The voxels of ``grid`` that a B-spline reaches. ``matrix`` (D+1, D+1): voxel to control point indices, of which
    there are ``count`` along each axis, (i, j, k)."""

    grid: Geometry
    matrix: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, chain: SplineChain, grid: Geometry) -> _Domain:
        matrix = chain.to_control @ chain.before @ grid.index_to_physical()
        return cls(grid, matrix, np.array(chain.coefficients.shape[:0:-1]))

    def holds(self, index: np.ndarray) -> np.ndarray:
        """(N,) bools for (N, D) voxel indices, i first."""
        places = index @ self.matrix[:-1, :-1].T + self.matrix[:-1, -1]
        return np.all((places >= 1 - ON_BORDER) & (places <= self.count - 2 + ON_BORDER), axis=1)

    def inside(self, planes: slice) -> np.ndarray:
        """(k, j, i) bools of some planes. The domain is convex: along i, it has one first and one last voxel."""
        size = self.grid.size
        outer = [np.arange(n, dtype=float) for n in size[1:-1]] + [np.arange(planes.start, planes.stop, dtype=float)]
        shape = tuple(len(axis) for axis in reversed(outer))
        first, last = np.full(shape, -np.inf), np.full(shape, np.inf)
        for row, count in zip(self.matrix[:-1], self.count, strict=True):
            start = row[-1] + sum(
                step * axis.reshape([-1 if n == at else 1 for n in reversed(range(len(outer)))])
                for at, (step, axis) in enumerate(zip(row[1:-1], outer, strict=True))
            )
            low, high = 1 - ON_BORDER - start, count - 2 + ON_BORDER - start
            if abs(row[0]) < 1e-12:
                last = np.where((low <= 0) & (high >= 0), last, -np.inf)
                continue
            ends = np.stack([low, high]) / row[0]
            first, last = np.maximum(first, ends.min(axis=0)), np.minimum(last, ends.max(axis=0))
        i = np.arange(size[0], dtype=np.float32)
        first, last = (ends[..., None].astype(np.float32) for ends in (np.ceil(first), np.floor(last)))
        return (i >= first) & (i <= last)


@dataclass(frozen=True)
class _Measured:
    """``points`` (D, n), LPS mm, and the exact functions there, (D, n)."""

    points: np.ndarray
    exact: np.ndarray

    @classmethod
    def at_random(cls, chain: SplineChain, linear: np.ndarray, grid: Geometry, domain: _Domain) -> _Measured:
        index = np.random.default_rng(0).uniform(0, np.asarray(grid.size) - 1.0, (_MEASURED, grid.dimension))
        points = grid.points_of(index[domain.holds(index)]).T
        places = chain.before[:-1, :-1] @ points + chain.before[:-1, -1:]
        return cls(points, linear @ (point_map(chain.owner)(places) - places))

    def largest_difference(self, coefficients: np.ndarray, lattice: Geometry) -> float:
        if not self.points.size:
            return 0.0
        origin = lattice.points_of(np.full(lattice.dimension, -1.0))
        spline = point_map(
            bspline_transform(coefficients, origin, np.asarray(lattice.spacing), np.asarray(lattice.direction))
        )
        return float(np.abs(spline(self.points) - self.points - self.exact).max())
