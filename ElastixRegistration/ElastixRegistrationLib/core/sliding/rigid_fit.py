"""Find one rigid motion of whatever moves with it, while the rest of the image is ignored.

Only windows that fit better than under another motion count. They are chosen anew as the fit improves, as blocks are in
Ourselin et al. 2001, doi:10.1016/S0262-8856(00)00052-4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..images.geometry import Geometry
from ..start.rigid import rigid_matrix
from .grids import voxel_places
from .local_correlation import LocalCorrelation
from .minimize import minimize

#: How often windows are chosen on each level, and iterations after each choice.
_CHOICES, _ITERATIONS = 2, 8
#: Step, mm, of the central differences of matrices.
_STEP = 1e-2


def rigid_field(matrix: np.ndarray, grid: Geometry) -> np.ndarray:
    """(3, k, j, i) float32: displacements, mm, by a homogeneous matrix, LPS mm, at the voxels of ``grid``."""
    return voxel_places(grid, matrix - np.eye(4)).astype(np.float32)


def no_motion(grid: Geometry) -> np.ndarray:
    """(3, k, j, i) float32: displacements of 0 at the voxels of ``grid``."""
    return np.zeros((3, *grid.size[::-1]), np.float32)


def shift_matrix(shift: np.ndarray) -> np.ndarray:
    """The homogeneous matrix of a shift, (3,), LPS mm."""
    matrix = np.eye(4)
    matrix[:3, 3] = shift
    return matrix


def fitted_rigidly(
    levels: Sequence[LocalCorrelation],
    first: np.ndarray,
    other: Callable[[Geometry], np.ndarray],
    left_out: Callable[[LocalCorrelation], np.ndarray] | None = None,
) -> np.ndarray:
    """The rigid motion near ``first`` that best aligns the windows that fit better under it than under ``other``.

    Motions are homogeneous matrices, LPS mm, applied before the start of ``levels``, which go from coarse to fine.
    ``other``: gives a field, (3, k, j, i), mm, on a grid. ``left_out``: gives (k, j, i) booleans at the voxels of a
    level; windows there do not count.
    """
    voxels = levels[-1].nodes.voxels
    center = voxels.center()
    # A change of an angle by 1 / radius moves the image by about 1 mm, as a change of the shift by 1 does.
    radius = float(np.linalg.norm(np.multiply(voxels.size, voxels.spacing))) / 4

    def matrix(motion: np.ndarray) -> np.ndarray:
        return np.asarray(rigid_matrix(np.concatenate([motion[:3] / radius, motion[3:]]), center) @ first)

    motion = np.zeros(6, np.float32)
    for level in levels:
        fit = _Fit(level, matrix)
        correlation = level.map(other(level.nodes.geometry))
        for _ in range(_CHOICES):
            field = rigid_field(matrix(motion), level.nodes.geometry)
            level.look_from(field, None if left_out is None else left_out(level))
            level.weights *= level.map(field) > correlation
            motion = minimize(fit.value_and_gradient, motion, _ITERATIONS, longest_step=fit.longest_step)
    return matrix(motion)


class _Fit:
    """What ``level`` says of a ``motion`` of six parameters, mm, whose ``matrix`` is given."""

    def __init__(self, level: LocalCorrelation, matrix: Callable[[np.ndarray], np.ndarray]):
        self._level, self._matrix = level, matrix
        self._grid = level.nodes.geometry
        self._places = voxel_places(self._grid, np.eye(4))
        self.longest_step = min(self._grid.spacing) / 2

    def value_and_gradient(self, motion: np.ndarray) -> tuple[float, np.ndarray]:
        value, by_field = self._level.value_and_gradient(rigid_field(self._matrix(motion), self._grid))
        by_matrix = np.column_stack(
            [np.tensordot(by_field, self._places, axes=([1, 2, 3], [1, 2, 3])), by_field.sum(axis=(1, 2, 3))]
        )
        slopes = [
            ((self._matrix(motion + step) - self._matrix(motion - step))[:3] * by_matrix).sum()
            for step in _STEP * np.eye(6)
        ]
        return value, (np.array(slopes) / (2 * _STEP)).astype(np.float32)
