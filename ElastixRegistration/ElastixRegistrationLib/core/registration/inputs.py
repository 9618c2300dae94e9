"""The files of one registration, read and made to fit each other: dimensions, masks, landmarks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import InputError
from ..files.image_files import read_image
from ..files.point_files import read_points
from ..images.channels import Channel, label_channels
from ..images.geometry import Geometry, flattened, geometry_of, one_slice
from ..transforms.landmarks import LandmarkPairs, pair_landmarks
from .checks import JUDGED_BY, pair_dimension

PathLike = str | os.PathLike


@dataclass(frozen=True)
class RegistrationInputs:
    """ITK images, and landmarks as (N, D), LPS mm, that correspond row by row; None for what was not given.

    ``labels`` are those of the landmarks. ``notes``: sentences about landmarks that were left out. ``fixed_slice`` is
    the grid of a fixed volume of one slice, which ``fixed`` is as a 2D image.
    """

    fixed: Any
    moving: Any
    fixed_mask: Any = None
    moving_mask: Any = None
    fixed_points: np.ndarray | None = None
    moving_points: np.ndarray | None = None
    labels: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fixed_slice: Geometry | None = None

    @property
    def has_masks(self) -> tuple[bool, bool]:
        return self.fixed_mask is not None, self.moving_mask is not None

    @property
    def masks_and_points(self) -> dict[str, Any]:
        """What ``core.register`` and ``core.assess`` take alike, by name."""
        return {name: getattr(self, name) for name in JUDGED_BY}

    def swapped(self) -> RegistrationInputs:
        """The same for a registration the other way round."""
        return replace(
            self,
            fixed=self.moving,
            moving=self.fixed,
            fixed_mask=self.moving_mask,
            moving_mask=self.fixed_mask,
            fixed_points=self.moving_points,
            moving_points=self.fixed_points,
            fixed_slice=None,
        )

    def placed(self, image: Any) -> Any:
        """An image on the grid of ``fixed``, in 3D again where the file of that is."""
        return image if self.fixed_slice is None else one_slice(image, self.fixed_slice)


def read_inputs(
    fixed: PathLike,
    moving: PathLike,
    fixed_mask: PathLike | None = None,
    moving_mask: PathLike | None = None,
    fixed_points: PathLike | None = None,
    moving_points: PathLike | None = None,
    *,
    pairing: str = "auto",
) -> RegistrationInputs:
    """Read files; empty names are None. Two volumes of one slice each, and their masks, come as 2D images.

    ``pairing`` says how landmarks correspond: see ``core.landmarks.pair_landmarks``.

    Raises InputError that names the role and the file.
    """
    volumes = read_image(fixed, "fixed image"), read_image(moving, "moving image")
    images = same_dimension(*volumes)
    dimension = pair_dimension(*images)
    fixed_slice = None if images[0] is volumes[0] else geometry_of(volumes[0])
    masks = [
        as_flat_as(read_image(path, f"{side} mask"), image) if path else None
        for side, path, image in zip(("fixed", "moving"), (fixed_mask, moving_mask), images, strict=True)
    ]
    points = [
        read_points(path, geometry_of(image)) if path else None
        for path, image in zip((fixed_points, moving_points), images, strict=True)
    ]
    of_fixed, of_moving = (
        None if one is None else _in_space_of(one.coordinates, geometry_of(volume), dimension, path)
        for one, volume, path in zip(points, volumes, (fixed_points, moving_points), strict=True)
    )
    (fixed_image, moving_image), (of_fixed_mask, of_moving_mask) = images, masks
    given = RegistrationInputs(
        fixed_image, moving_image, of_fixed_mask, of_moving_mask, of_fixed, of_moving, fixed_slice=fixed_slice
    )
    if of_fixed is None or of_moving is None:
        return given
    names = f"points in {fixed_points} and {moving_points}"
    labels = [() if one is None else one.labels for one in points]
    pairs = pair_landmarks(of_fixed, of_moving, labels[0], labels[1], pairing, names)
    return replace(given, fixed_points=pairs.fixed, moving_points=pairs.moving, labels=pairs.labels, notes=pairs.notes)


def read_points_pair(fixed: PathLike, moving: PathLike, pairing: str = "auto") -> LandmarkPairs:
    """Corresponding landmarks of two files, without their images: (N, D), LPS mm. Raises InputError naming a file."""
    one, other = read_points(fixed), read_points(moving)
    names = f"points in {fixed} and {moving}"
    if one.coordinates.shape[1] != other.coordinates.shape[1]:
        raise InputError(f"The {names} have different dimensions.")
    return pair_landmarks(one.coordinates, other.coordinates, one.labels, other.labels, pairing, names)


def read_channels(groups: Sequence[Sequence[str]], fixed: Any) -> list[Channel]:
    """Further pairs of images of the command line: each two files, and words ``name=value``.

    Names are fixed-mask, moving-mask, weight, metric, and kind: "image", or "distance" and "labels" for label maps, of
    which each label becomes a channel. ``fixed`` is the first fixed image. Raises InputError naming what is wrong.
    """
    channels = []
    for number, group in enumerate(groups, 2):
        paths = [word for word in group if "=" not in word]
        words = dict(word.split("=", 1) for word in group if "=" in word)
        if len(paths) != 2 or not set(words) <= _CHANNEL_WORDS:
            raise InputError(
                f"A channel is two images, fixed and moving, and words such as weight=0.5"
                f" ({', '.join(sorted(_CHANNEL_WORDS))}), not {' '.join(group)}."
            )
        images = [
            as_flat_as(read_image(path, f"{side} image {number}"), fixed)
            for side, path in zip(("fixed", "moving"), paths, strict=True)
        ]
        weight = _number(words.get("weight", "1"))
        if words.get("kind", "image") != "image":
            channels += label_channels(images[0], images[1], kind=words["kind"], weight=weight)
            continue
        masks = [
            as_flat_as(read_image(words[name], f"{name} {number}"), fixed) if name in words else None
            for name in ("fixed-mask", "moving-mask")
        ]
        (of_fixed, of_moving), (fixed_mask, moving_mask) = images, masks
        metric, name = words.get("metric"), f"image {number}"
        channels.append(Channel(of_fixed, of_moving, fixed_mask, moving_mask, weight, metric, name=name))
    return channels


_CHANNEL_WORDS = {"fixed-mask", "moving-mask", "weight", "metric", "kind"}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"The weight of a channel is {text!r}; it must be a number.") from None


def _in_space_of(points: np.ndarray, volume: Geometry, dimension: int, path: Any) -> np.ndarray:
    """(N, ``dimension``) of (N, 2 or 3) points, LPS mm; third coordinates are dropped where they are alike."""
    if points.shape[1] == dimension or dimension > 2:
        return points  # where coordinates are missing, the registration says so
    thickness = volume.spacing[2] if volume.dimension == 3 else 1e-3
    apart = float(np.ptp(points[:, 2])) if len(points) else 0.0
    if apart > thickness:
        raise InputError(
            f"The points in {path} lie up to {apart:.4g} mm apart across the plane of the 2D image; all must lie in it."
        )
    return points[:, :2]


def same_dimension(fixed: Any, moving: Any) -> tuple[Any, Any]:
    """Two volumes of one slice each, or one and a 2D image, as 2D images; anything else as it is."""
    flat = in_dimension(fixed, 2), in_dimension(moving, 2)
    return flat if all(image.GetImageDimension() == 2 for image in flat) else (fixed, moving)


def in_dimension(image: Any, dimension: int) -> Any:
    """``image``, as a 2D image where that is the ``dimension`` and it has one slice."""
    is_slice = image.GetImageDimension() == 3 and geometry_of(image).size[2] == 1
    return flattened(image) if dimension == 2 and is_slice else image


def as_flat_as(mask: Any, image: Any) -> Any:
    """``mask`` as a 2D image where ``image`` is one."""
    return flattened(mask) if mask.GetImageDimension() == 3 and image.GetImageDimension() == 2 else mask
