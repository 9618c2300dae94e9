"""Masks for the metric: what the user marks, less what is padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import InputError
from .images import array_view, geometry_of, image_from_array
from .resampling import resample
from .transforms import identity


def metric_mask(image: Any, mask: Any, padding: np.ndarray | None, name: str) -> Any:
    """uint8 image on the grid of ``image``, 1 where the metric may sample; None when that is everywhere.

    ``mask`` (nonzero = inside, any grid of the same space) is resampled when its grid differs. ``padding`` are the
    (k, j, i) voxels to leave out. Raises InputError naming ``name`` when nothing is left.
    """
    if mask is None and padding is None:
        return None
    geometry = geometry_of(image)
    inside = np.ones(geometry.size[::-1], bool) if mask is None else _on_grid(mask, geometry, name)
    if padding is not None:
        inside = inside & ~padding
        if not inside.any():
            raise InputError(f"The {name} lies in the padding of its image only, where nothing was measured.")
    return image_from_array(inside.view(np.uint8), geometry)


def _on_grid(mask: Any, geometry: Any, name: str) -> np.ndarray:
    if mask.GetImageDimension() != geometry.dimension:
        raise InputError(f"The {name} has {mask.GetImageDimension()} dimensions and its image {geometry.dimension}.")
    inside = np.asarray(array_view(mask)) != 0
    if not inside.any():
        raise InputError(f"The {name} is empty.")
    if geometry_of(mask).is_close(geometry):
        return inside
    moved = image_from_array(inside.view(np.uint8), geometry_of(mask))
    resampled = resample(moved, identity(geometry.dimension), geometry, interpolation="nearest")
    inside = np.asarray(array_view(resampled)) != 0
    if not inside.any():
        raise InputError(f"The {name} lies outside of its image.")
    return inside
