"""Label maps: which labels they hold, and which of them two have in common."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from ..system.itk_access import suffix_of
from ..wording import said
from .geometry import array_view, component_count, geometry_of, image_from_array

_CHUNK = 8_000_000  # voxels that are counted at a time
_MAX_NAMED = 8


def label_values(voxels: np.ndarray) -> np.ndarray:
    """Nonzero values of a label map of any shape, ascending."""
    flat = np.reshape(voxels, -1)
    if not flat.size:
        return flat
    # Counting takes a tenth of the time of sorting, where there are few possible values.
    few = flat.dtype.kind in "iu" and flat.dtype.itemsize <= 2
    lowest = np.iinfo(flat.dtype).min if few else 0
    found = flat[:0]
    for start in range(0, flat.size, _CHUNK):
        part = flat[start : start + _CHUNK]
        if few:
            values = np.flatnonzero(np.bincount(part.astype(np.int64) - lowest)) + lowest
            found = np.union1d(found, values.astype(flat.dtype))
        else:
            found = np.union1d(found, part)
    return found[found != 0]


def shared_labels(fixed: np.ndarray, moving: np.ndarray, names: str = "fixed and the moving labels") -> list[int]:
    """Labels that both maps hold, ascending. Raises InputError, which names the maps ``names``, without any."""
    of_fixed, of_moving = label_values(fixed), label_values(moving)
    shared = np.intersect1d(of_fixed, of_moving)
    if not shared.size:
        raise InputError(
            said(
                "The {names} have no label in common: the fixed ones hold {value}, the moving ones {value2}.",
                names=names,
                value=_named(of_fixed),
                value2=_named(of_moving),
            )
        )
    return [int(label) for label in shared]


def _named(labels: np.ndarray) -> str:
    if not labels.size:
        return "none"
    words = [str(int(label)) if float(label).is_integer() else f"{label:g}" for label in labels[:_MAX_NAMED]]
    return ", ".join(words) + ", ..." * (labels.size > _MAX_NAMED)


def any_component(image: Any) -> np.ndarray:
    """(k, j, i) uint8, 1 where a mask is: any component of its voxels is not zero.

    Of colors with opacity, what is transparent does not count; where there is no color at all, opacity is the mask.
    """
    voxels = np.asarray(array_view(image))
    if component_count(image) == 1:
        return (voxels != 0).astype(np.uint8)
    if suffix_of(image).startswith("IRGBA"):
        seen = voxels[..., :3].any(axis=-1)
        return ((seen if seen.any() else True) & (voxels[..., 3] != 0)).astype(np.uint8)
    return (voxels != 0).any(axis=-1).astype(np.uint8)


def as_mask(image: Any) -> Any:
    """A mask with one number per voxel: itself, or where any of its components is not zero."""
    return image if component_count(image) == 1 else image_from_array(any_component(image), geometry_of(image))


def as_labels(image: Any, name: str) -> Any:
    """A label map with one number per voxel; layers that do not overlap become one.

    Raises InputError, with ``name``, for segments that overlap and for colors.
    """
    if component_count(image) == 1:
        return image
    if suffix_of(image).startswith("IRGB"):
        raise InputError(
            said("The {name} is a color picture, and labels are single numbers; give a label map.", name=name)
        )
    voxels = np.asarray(array_view(image))
    values = [value for layer in range(voxels.shape[-1]) for value in label_values(voxels[..., layer])]
    if ((voxels != 0).sum(axis=-1) > 1).any() or len(set(values)) < len(values):
        raise InputError(
            said(
                "The {name} has {shape} layers of segments that overlap, which one label map cannot "
                "hold; export the segments to files of their own, or without the overlap.",
                name=name,
                shape=voxels.shape[-1],
            )
        )
    result = image_from_array(np.ascontiguousarray(voxels.max(axis=-1)), geometry_of(image))
    result.SetMetaDataDictionary(image.GetMetaDataDictionary())
    return result
