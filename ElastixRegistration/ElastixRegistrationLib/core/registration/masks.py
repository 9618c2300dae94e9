"""Masks for the metric: the user's mask without padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, geometry_of, image_from_array
from ..images.labels import any_component
from ..resampling.images import resample
from ..transforms.itk_transforms import identity
from ..wording import named_role, said

#: A rigid transform of 3D images has 6 parameters; this many voxels are a block of 3 by 4 by 4.
_MIN_VOXELS = 48


def metric_mask(image: Any, mask: Any, padding: np.ndarray | None, side: str) -> Any:
    """uint8 image on the grid of ``image``, 1 where the metric may sample; None if it may sample everywhere.

    ``mask`` (nonzero = inside, any grid of the same space) is resampled when its grid differs. ``padding`` are the
    (k, j, i) voxels to leave out. Raises InputError when too little is left, naming the mask of ``side`` ("fixed",
    "moving", ...), or the image where there is no mask.
    """
    if mask is None and padding is None:
        return None
    geometry = geometry_of(image)
    name = f"{side} mask"
    inside = np.ones(geometry.size[::-1], bool) if mask is None else inside_on_grid(mask, geometry, name)
    if padding is not None:
        inside = inside & ~padding
        if mask is not None and not inside.any():
            text = said(
                "The {name} lies entirely in the padding of its image, where nothing was measured.",
                name=named_role(name),
            )
            raise InputError(text)
    _check_content(array_view(image), inside, side, has_mask=mask is not None)
    return image_from_array(inside.view(np.uint8), geometry)


def _check_content(voxels: np.ndarray, inside: np.ndarray, side: str, *, has_mask: bool) -> None:
    """Raise InputError if the mask holds too few voxels."""
    count = np.count_nonzero(inside)
    if count < _MIN_VOXELS:
        leaves = f"The {side} mask leaves" if has_mask else f"Outside its padding, the {side} image has"
        of_image = " of its image" if has_mask else ""
        raise InputError(
            said(
                "{leaves} too few voxels{of_image} to register on, {count}; {min_voxels} are needed.",
                leaves=leaves,
                of_image=of_image,
                count=count,
                min_voxels=_MIN_VOXELS,
            )
        )
    few = voxels[::8, ::8][inside[::8, ::8]]  # most images already differ here
    if few.size and few.min() < few.max():
        return
    values = voxels[inside]
    if not values.min() < values.max():
        all_voxels = (
            f"Inside the {side} mask, all voxels are"
            if has_mask
            else f"Outside its padding, all voxels of the {side} image are"
        )
        raise InputError(
            said("{all_voxels} {values:g}, so there is nothing to align.", all_voxels=all_voxels, values=values[0])
        )


def inside_on_grid(mask: Any, geometry: Geometry, name: str) -> np.ndarray:
    """(k, j, i) bools on ``geometry``: where ``mask``, on any grid of the same space, is nonzero.

    Raises InputError naming ``name`` if there is no such voxel.
    """
    if mask.GetImageDimension() != geometry.dimension:
        raise InputError(
            said(
                "The {name} has {value} dimensions, but its image has {dimension}.",
                name=name,
                value=mask.GetImageDimension(),
                dimension=geometry.dimension,
            )
        )
    inside = any_component(mask) != 0
    if not inside.any():
        raise InputError(said("The {name} is empty.", name=named_role(name)))
    if geometry_of(mask).is_close(geometry):
        return inside
    moved = image_from_array(inside.view(np.uint8), geometry_of(mask))
    resampled = resample(moved, identity(geometry.dimension), geometry, interpolation="nearest")
    inside = np.asarray(array_view(resampled)) != 0
    if not inside.any():
        raise InputError(said("The {name} lies outside its image.", name=named_role(name)))
    return inside
