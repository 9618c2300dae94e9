"""Where a B-spline folds space, without derivatives at every voxel. LPS, mm."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from ..images.geometry import Geometry
from ..transforms.spline_derivatives import SplineChain


def folded_voxels(chain: SplineChain, grid: Geometry, threads: int | None = None) -> np.ndarray:
    """(k, j, i) bools: voxel centers of ``grid`` at which the determinant of the spatial Jacobian is not positive.

    The same voxels as those of ``chain.determinant``, whose time is needed only for cells of control points that
    ``may_fold``.
    """
    keeps_sides = np.linalg.det(chain.after[:-1, :-1]) * np.linalg.det(chain.before[:-1, :-1]) > 0
    cells = may_fold(chain) if keeps_sides else None
    return ~(chain.determinant(grid, threads, cells) > 0)


def may_fold(chain: SplineChain) -> np.ndarray:
    """(k, j, i) bools for the cells between control points, the first at index 1 of each axis: False where the
    determinant of the Jacobian of y + s(y) is positive for certain.

    The derivatives of a B-spline lie between the smallest and the largest difference of the control points that reach
    the cell. For a matrix M in the middle of these ranges and any deviation E from it, M + E is invertible if the norm
    of inverse(M) E is below 1. It then has the sign of M, as it can be changed into M without becoming singular.
    """
    dimension = chain.dimension
    axes = np.linalg.inv(chain.to_control[:-1, :-1])  # steps between control points, mm, as columns
    lowest = np.empty((dimension, dimension, *(n - 3 for n in chain.coefficients.shape[1:])))
    highest = np.empty_like(lowest)
    for axis in range(dimension):
        at = dimension - axis  # of the coefficients, whose first axis is the component
        steps = np.diff(chain.coefficients.astype(np.float64), axis=at)
        reach = [3 if other == at else 4 for other in range(1, dimension + 1)]
        own = axes[:, axis].reshape(-1, *[1] * dimension)
        lowest[:, axis] = own + _extreme(np.minimum, steps, reach)
        highest[:, axis] = own + _extreme(np.maximum, steps, reach)
    middle, half = (np.moveaxis(each, (0, 1), (-2, -1)) for each in ((highest + lowest) / 2, (highest - lowest) / 2))
    certain = np.linalg.det(middle) * np.sign(np.linalg.det(axes)) > 1e-9 * abs(np.linalg.det(axes))
    inverse = np.linalg.inv(np.where(certain[..., None, None], middle, np.eye(dimension)))
    certain &= np.square(np.abs(inverse) @ half).sum(axis=(-2, -1)) < 1
    return ~certain


def _extreme(of: Any, values: np.ndarray, reach: list[int]) -> np.ndarray:
    """The extreme of ``reach`` neighbors along each axis but the first."""
    for axis, count in enumerate(reach, 1):
        length = values.shape[axis] - count + 1
        parts = [np.take(values, range(first, first + length), axis) for first in range(count)]
        values = reduce(of, parts)
    return values
