"""Where a registration starts: a translation that brings centers together, or the best rotation of a 2D image."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, as_scalar, geometry_of
from ..transforms.itk_transforms import affine_from_matrix
from .automatic import similarity_scorer
from .prepared_images import PreparedSide
from .start_search import find_start

INITIALIZATIONS = ("geometry", "mass", "none")


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

    ``geometry``: centers of the grids. ``mass``: centers of what differs from the background, inside the masks.
    """
    if method == "geometry":
        start, end = geometry_of(fixed).center(), geometry_of(moving).center()
    elif method == "mass":
        start = center_of_mass(fixed, fixed_background, fixed_mask)
        end = center_of_mass(moving, moving_background, moving_mask)
    else:
        raise InputError(f"Unknown initialization {method!r}; use one of {', '.join(INITIALIZATIONS)}.")
    matrix = np.eye(len(start) + 1)
    matrix[:-1, -1] = end - start
    return affine_from_matrix(matrix)


def any_rotation_start(fixed: Any, moving: Any, fixed_mask: Any = None, moving_mask: Any = None) -> Any:
    """itk.AffineTransform, a rotation and a translation, fixed to moving, LPS mm, that starts 2D images turned by any
    angle: elastix by itself finds some 30 degrees. Where the images lie as loaded counts for nothing.

    The mutual information decides, so contrast may differ. Raises InputError for images that are not 2D.
    """
    if fixed.GetImageDimension() != 2 or moving.GetImageDimension() != 2:
        raise InputError("Trying all rotations is for 2D images only.")
    sides = (
        PreparedSide("fixed", as_scalar(fixed), fixed_mask, "auto"),
        PreparedSide("moving", as_scalar(moving), moving_mask, "auto"),
    )
    likeness = similarity_scorer(*(side.for_fitting for side in sides))
    return affine_from_matrix(find_start(likeness, believe_loaded=False).matrix)


def center_of_mass(image: Any, background: float, mask: Any = None) -> np.ndarray:
    """(D,) center, LPS mm, of the distance of each voxel from the background; of the grid when all is background."""
    geometry: Geometry = geometry_of(image)
    # Every n-th voxel of a large image tells the center well below a voxel.
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
