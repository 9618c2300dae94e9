"""Organs that slide: what a registration found, torn along the surface where that explains the images better."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..images.geometry import array_view
from ..sliding.detection import find_sliding
from ..sliding.grids import SlidingImage
from .prepared_images import PreparedSide


def where_it_slides(
    found: Any, smooth: Any, fixed: PreparedSide, moving: PreparedSide, start: np.ndarray
) -> tuple[Any, list[str]]:
    """``found``, an itk transform from fixed to moving points, or one that slides; and sentences on it.

    ``smooth``: a smoother transform found on the way, None where ``found`` is the only one that deforms. ``start``:
    homogeneous matrix, fixed to moving points, LPS mm, that the registration started from. Only 3D images are looked
    at, and only after a deformable registration.
    """
    if fixed.geometry.dimension != 3 or found.IsLinear():
        return found, []
    # What stands still mostly does so in the coordinates of the scanner; a start may have given in to what moves.
    as_loaded = np.eye(4)
    starts = [start] if np.allclose(start, as_loaded, atol=1e-6) else [start, as_loaded]
    sliding = find_sliding(_image_of(fixed), _image_of(moving), found, found if smooth is None else smooth, starts)
    return (found, []) if sliding is None else (sliding.transform, [sliding.sentence])


def _image_of(side: PreparedSide) -> SlidingImage:
    inside = None if side.mask is None else np.asarray(array_view(side.mask)) != 0
    return SlidingImage(np.asarray(array_view(side.image)), side.geometry, inside)
