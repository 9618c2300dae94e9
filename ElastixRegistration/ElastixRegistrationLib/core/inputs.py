"""The files of one registration, read and made to fit each other: dimensions, masks, landmarks."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from .image_files import read_image
from .images import flattened, geometry_of
from .point_files import read_points

PathLike = str | os.PathLike


@dataclass(frozen=True)
class RegistrationInputs:
    """ITK images, and landmarks as (N, D), LPS mm; None for what was not given."""

    fixed: Any
    moving: Any
    fixed_mask: Any = None
    moving_mask: Any = None
    fixed_points: np.ndarray | None = None
    moving_points: np.ndarray | None = None

    @property
    def has_masks(self) -> tuple[bool, bool]:
        return self.fixed_mask is not None, self.moving_mask is not None


def read_inputs(
    fixed: PathLike,
    moving: PathLike,
    fixed_mask: PathLike | None = None,
    moving_mask: PathLike | None = None,
    fixed_points: PathLike | None = None,
    moving_points: PathLike | None = None,
) -> RegistrationInputs:
    """Read files; empty names are None. Two volumes of one slice each, and their masks, come as 2D images.

    Raises InputError that names the role and the file.
    """
    images = same_dimension(read_image(fixed, "fixed image"), read_image(moving, "moving image"))
    masks = [
        as_flat_as(read_image(path, f"{side} mask"), image) if path else None
        for side, path, image in zip(("fixed", "moving"), (fixed_mask, moving_mask), images, strict=True)
    ]
    points = [
        read_points(path, geometry_of(image)).coordinates[:, : image.GetImageDimension()] if path else None
        for path, image in zip((fixed_points, moving_points), images, strict=True)
    ]
    return RegistrationInputs(*images, *masks, *points)


def same_dimension(fixed: Any, moving: Any) -> tuple[Any, Any]:
    """Two volumes of one slice each, or one and a 2D image, as 2D images; anything else as it is."""
    one_slice = [image.GetImageDimension() == 3 and geometry_of(image).size[2] == 1 for image in (fixed, moving)]
    is_2d = [image.GetImageDimension() == 2 for image in (fixed, moving)]
    if any(one_slice) and all(a or b for a, b in zip(one_slice, is_2d, strict=True)):
        return tuple(flattened(image) if one else image for image, one in zip((fixed, moving), one_slice, strict=True))
    return fixed, moving


def as_flat_as(mask: Any, image: Any) -> Any:
    """``mask`` as a 2D image where ``image`` is one."""
    return flattened(mask) if mask.GetImageDimension() == 3 and image.GetImageDimension() == 2 else mask
