"""A start that brings the centers of two images together."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..images.geometry import Geometry, array_view, geometry_of
from ..transforms.itk_transforms import affine_from_matrix


def initial_translation(
    method: str,
    fixed: Any,
    moving: Any,
    fixed_background: float,
    moving_background: float,
    fixed_mask: Any = None,
    moving_mask: Any = None,
) -> Any:
    """itk.AffineTransform that moves the center of the fixed image onto that of the moving image, LPS mm.

    ``method``: "geometry", centers of the grids; "mass", centers of what differs from the background in the masks.
    """
    if method == "geometry":
        start, end = geometry_of(fixed).center(), geometry_of(moving).center()
    else:
        start = center_of_mass(fixed, fixed_background, fixed_mask)
        end = center_of_mass(moving, moving_background, moving_mask)
    matrix = np.eye(len(start) + 1)
    matrix[:-1, -1] = end - start
    return affine_from_matrix(matrix)


def center_of_mass(image: Any, background: float, mask: Any = None) -> np.ndarray:
    """(D,) center, LPS mm, of the distance of each voxel from the background; of the grid when all is background."""
    geometry: Geometry = geometry_of(image)
    # Every n-th voxel of a large image is enough to locate the center to a fraction of a voxel.
    step = max(1, int(np.ceil((np.prod(geometry.size) / 4e6) ** (1 / geometry.dimension))))
    every = (slice(None, None, step),) * geometry.dimension
    weights = np.abs(np.asarray(array_view(image)[every], np.float32) - np.float32(background))
    if mask is not None:
        weights *= np.asarray(array_view(mask)[every]) != 0
    total = weights.sum(dtype=np.float64)
    if total == 0:
        return geometry.center()
    index = []
    for axis in range(geometry.dimension):
        others = tuple(n for n in range(geometry.dimension) if n != geometry.dimension - 1 - axis)
        profile = weights.sum(axis=others, dtype=np.float64)
        index.append(step * float(profile @ np.arange(len(profile))) / total)
    return geometry.points_of(np.array(index))
