"""The checks of ``core.register`` before anything runs. Each error is one clear sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.channels import Channel
from ..images.geometry import Geometry, as_scalar, check_image
from ..parameters.maps import ParameterMap
from ..parameters.metric_stages import with_landmarks
from ..request import RegistrationRequest
from ..wording import joined, said

#: Arguments that ``core.register`` and ``core.assess`` share.
JUDGED_BY = ("fixed_mask", "moving_mask", "fixed_points", "moving_points")


def check_start(request: RegistrationRequest, initial_transform: Any) -> None:
    if initial_transform is not None and request.initialization not in (None, "none"):
        raise InputError(said("Give an initial transform or an initialization, not both."))


#: What to do with an image of several time points where one is needed.
CHOOSE_FRAME = said("Choose one of several time points with --frame, in Python with core.read_image(path, frame=N).")


def checked_pairs(fixed: Any, moving: Any, channels: Sequence[Channel]) -> list[tuple[Any, Any]]:
    """Scalar fixed and moving images to register, channels last. All are valid and have the same dimension."""
    dimension = pair_dimension(fixed, moving)
    pair = as_scalar(fixed), as_scalar(moving)
    for side, image in zip(("fixed", "moving"), pair, strict=True):
        check_image(image, f"{side} image")
    return [pair, *(_checked_channel(channel, dimension) for channel in channels)]


def pair_dimension(fixed: Any, moving: Any) -> int:
    """The dimension of both images, 2 or 3. Raises InputError otherwise."""
    dimension, other = fixed.GetImageDimension(), moving.GetImageDimension()
    if dimension != other:
        sentence = said(
            "The fixed image has {dimension} dimensions, but the moving image has {other}; they must match.",
            dimension=dimension,
            other=other,
        )
        raise InputError(joined(sentence, CHOOSE_FRAME if 4 in (dimension, other) else ""))
    if dimension not in (2, 3):
        raise InputError(
            said(
                "The images have {dimension} dimensions; 2 or 3 can be registered. A series of images is "
                "registered frame by frame, as a sequence, or as a group.",
                dimension=dimension,
            )
        )
    return dimension


def check_dimensions(dimension: int, initial_transform: Any, fixed_points: Any, moving_points: Any) -> None:
    """Check the paired points (N, D) and the transform that come with images of ``dimension``."""
    if initial_transform is not None and initial_transform.GetInputSpaceDimension() != dimension:
        raise InputError(
            said(
                "The initial transform has {value} dimensions, but the images have {dimension}.",
                value=initial_transform.GetInputSpaceDimension(),
                dimension=dimension,
            )
        )
    _check_points(fixed_points, moving_points, dimension)


def _check_points(fixed_points: Any, moving_points: Any, dimension: int) -> None:
    if (fixed_points is None) != (moving_points is None):
        raise InputError(said("Corresponding points are needed in both images, but only one list was given."))
    if fixed_points is None:
        return
    for name, points in (("fixed", fixed_points), ("moving", moving_points)):
        if np.ndim(points) != 2 or np.shape(points)[1] != dimension or not np.isfinite(points).all():
            raise InputError(
                said(
                    "The {name} points must be finite and have {dimension} coordinates each, in mm.",
                    name=name,
                    dimension=dimension,
                )
            )
    if len(fixed_points) != len(moving_points) or not len(fixed_points):
        raise InputError(
            said(
                "{count} fixed and {count2} moving points cannot be paired.",
                count=len(fixed_points),
                count2=len(moving_points),
            )
        )


def landmark_notes(points: np.ndarray | None, image: Geometry, side: str) -> list[str]:
    """A sentence on landmarks, (N, D), LPS mm, outside their image. Raises InputError if all of them are outside."""
    if points is None:
        return []
    index = image.indices_of(points)
    outside = int(((index < -1) | (index > np.asarray(image.size))).any(axis=1).sum())
    if outside == len(points):
        raise InputError(
            said(
                "None of the {outside} {side} points lies in the {side} image; they must be in mm, LPS, "
                "and of this image.",
                outside=outside,
                side=side,
            )
        )
    if not outside:
        return []
    return [
        said(
            "{outside} of {count} {side} points lie outside the {side} image.",
            outside=outside,
            count=len(points),
            side=side,
        )
    ]


def with_landmark_metric(stages: Sequence[ParameterMap], weight: float, points: Any) -> list[ParameterMap]:
    """``stages`` with the landmarks among their metrics."""
    if points is None:
        raise InputError(said("A landmark weight was given, but no corresponding points."))
    return [with_landmarks(stage, weight) for stage in stages] if weight else list(stages)


def _checked_channel(channel: Channel, dimension: int) -> tuple[Any, Any]:
    """The fixed and the moving image of a channel, to register on."""
    pair = channel.images()
    for side, image in zip(("fixed", "moving"), pair, strict=True):
        check_image(image, f"{side} {channel.name}")
        if image.GetImageDimension() != dimension:
            raise InputError(
                said(
                    "The {side} {channel} has {value} dimensions, but the first images have {dimension}.",
                    side=side,
                    channel=channel.name,
                    value=image.GetImageDimension(),
                    dimension=dimension,
                )
            )
    return pair
