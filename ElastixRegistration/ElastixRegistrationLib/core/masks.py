"""Masks for the metric: what the user marks, less what is padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import InputError
from .images import Geometry, array_view, geometry_of, image_from_array
from .resampling import resample
from .transforms import identity

#: A rigid transform of 3D images has 6 parameters; this many voxels are a block of 3 by 4 by 4.
_FEWEST = 48


def metric_mask(image: Any, mask: Any, padding: np.ndarray | None, name: str) -> Any:
    """uint8 image on the grid of ``image``, 1 where the metric may sample; None when that is everywhere.

    ``mask`` (nonzero = inside, any grid of the same space) is resampled when its grid differs. ``padding`` are the
    (k, j, i) voxels to leave out. Raises InputError naming ``name`` when nothing is left.
    """
    if mask is None and padding is None:
        return None
    geometry = geometry_of(image)
    inside = np.ones(geometry.size[::-1], bool) if mask is None else inside_on_grid(mask, geometry, name)
    if padding is not None:
        inside = inside & ~padding
        if not inside.any():
            raise InputError(f"The {name} lies in the padding of its image only, where nothing was measured.")
    _check_content(array_view(image), inside, name)
    return image_from_array(inside.view(np.uint8), geometry)


def _check_content(voxels: np.ndarray, inside: np.ndarray, name: str) -> None:
    """Raise InputError where there is too little inside to be registered on."""
    count = np.count_nonzero(inside)
    if count < _FEWEST:
        raise InputError(
            f"The {name} leaves too few voxels of its image to register on, {count}; {_FEWEST} are needed."
        )
    few = voxels[::8, ::8][inside[::8, ::8]]  # mostly they differ already
    if few.size and few.min() < few.max():
        return
    values = voxels[inside]
    if not values.min() < values.max():
        raise InputError(f"Inside the {name} all voxels are {values[0]:g}, so that there is nothing to align.")


def inside_on_grid(mask: Any, geometry: Geometry, name: str) -> np.ndarray:
    """(k, j, i) bools on ``geometry``: where ``mask``, on any grid of the same space, is nonzero.

    Raises InputError naming ``name`` when that is nowhere.
    """
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
