"""The Jacobian determinant of a transform, the local volume after / before, and its statistics.

A determinant of 1 keeps volume, 0.5 halves it. At or below 0, space folds onto itself, which tissue cannot do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..transforms.determinants import determinant_of_rows
from ..wording import said

SLAB_VOXELS = 4_000_000  # voxels per slab, because all derivatives at once take nine times the image

#: Number of values that give a percentile to three digits; sorting a large volume takes long.
_FOR_PERCENTILES = 4_000_000


@dataclass(frozen=True)
class JacobianStatistics:
    """``p5``, ``p95``: percentiles. ``folded_count`` voxels, share ``folded_fraction`` (0 to 1), are at or below 0."""

    minimum: float
    maximum: float
    mean: float
    p5: float
    p95: float
    folded_count: int
    folded_fraction: float
    voxels: int


def jacobian_determinant(
    displacement: np.ndarray, spacing: Sequence[float], direction: Sequence[Sequence[float]] | None = None
) -> np.ndarray:
    """Jacobian determinant of x -> x + u(x), float64 (k, j, i), from u on a grid.

    ``displacement``: (j, i, 2) or (k, j, i, 3), LPS mm, components x, y(, z). ``spacing``: mm, (i, j, k).
    ``direction``: column c is the unit vector along which index c grows, LPS; identity by default. Derivatives are
    central differences, one-sided at the faces, and 0 along an axis of one voxel.
    """
    return _determinant(displacement, spacing, direction, identity=1.0)


def jacobian_determinant_of_points(
    points: np.ndarray, spacing: Sequence[float], direction: Sequence[Sequence[float]] | None = None
) -> np.ndarray:
    """The same from mapped points: ``points[k, j, i]`` is where the mapping sends the center of that voxel, LPS mm.

    Every axis needs at least two voxels.
    """
    if min(np.shape(points)[:-1]) < 2:
        raise InputError(
            said("Points on a grid of {value} voxels have no derivative along every axis.", value=np.shape(points)[:-1])
        )
    return _determinant(points, spacing, direction, identity=0.0)


def without_border(inside: np.ndarray | None, border: np.ndarray | None) -> np.ndarray | None:
    """The region in which a deformation is judged: ``inside`` (nonzero; None: everywhere) without the sliding
    ``border``, unless nothing else is left.
    """
    if border is None:
        return inside
    rest = ~border if inside is None else (inside != 0) & ~border
    return rest if rest.any() else inside


def jacobian_statistics(determinant: np.ndarray, *, mask: np.ndarray | None = None) -> JacobianStatistics:
    """Statistics over all voxels, or those where ``mask`` is nonzero."""
    values = np.reshape(determinant, -1) if mask is None else determinant[mask != 0]
    if values.size == 0:
        raise InputError(said("The mask for the Jacobian statistics is empty."))
    folded = values.size - int(np.count_nonzero(values > 0))
    p5, p95 = np.percentile(values[:: thinning(values.size)], [5, 95])
    return JacobianStatistics(
        minimum=float(values.min()),
        maximum=float(values.max()),
        mean=float(values.mean(dtype=np.float64)),
        p5=float(p5),
        p95=float(p95),
        folded_count=folded,
        folded_fraction=folded / values.size,
        voxels=int(values.size),
    )


def thinning(count: int) -> int:
    """The step at which ``count`` values are sampled for a percentile."""
    return max(1, count // _FOR_PERCENTILES)


def _determinant(
    vectors: np.ndarray, spacing: Sequence[float], direction: Sequence[Sequence[float]] | None, identity: float
) -> np.ndarray:
    dimension = vectors.ndim - 1
    if dimension not in (2, 3) or vectors.shape[-1] != dimension or len(spacing) != dimension:
        raise InputError(
            said(
                "A vector field of shape {shape} with {count} spacings is neither 2D (j, i, 2) nor 3D (k, j, i, 3).",
                shape=vectors.shape,
                count=len(spacing),
            )
        )
    axes = np.eye(dimension) if direction is None else np.asarray(direction, float).reshape(dimension, dimension)
    # d/dx = d/dindex * dindex/dx, and index = inverse(axes * spacing) (x - origin)
    index_from_physical = np.linalg.inv(axes * np.asarray(spacing, float))
    result = np.empty(vectors.shape[:-1])
    planes = vectors.shape[0]
    depth = max(1, SLAB_VOXELS // max(1, int(np.prod(vectors.shape[1:-1]))))
    for start in range(0, planes, depth):
        stop = min(start + depth, planes)
        low, high = max(start - 1, 0), min(stop + 1, planes)
        slab = np.asarray(vectors[low:high], dtype=np.float64)
        part = _gradient_determinant(slab, index_from_physical, identity)
        result[start:stop] = part[start - low : stop - low]
    return result


def _gradient_determinant(slab: np.ndarray, index_from_physical: np.ndarray, identity: float) -> np.ndarray:
    dimension = slab.ndim - 1
    by_index = [
        np.gradient(slab, axis=dimension - 1 - c) if slab.shape[dimension - 1 - c] > 1 else np.zeros_like(slab)
        for c in range(dimension)
    ]

    def jacobian(row: int, column: int) -> np.ndarray:
        """Derivative of component ``row`` by physical coordinate ``column``."""
        terms = (by_index[c][..., row] * index_from_physical[c, column] for c in range(dimension))
        return sum(terms) + (identity if row == column else 0.0)

    return determinant_of_rows([[jacobian(row, column) for column in range(dimension)] for row in range(dimension)])
