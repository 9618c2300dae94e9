"""What ``core.register`` checks before anything is run, each with one clear sentence."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from .channels import Channel
from .errors import InputError
from .images import check_image
from .metric_stages import with_landmarks
from .parameter_maps import ParameterMap

#: elastix and ITK's resampling keep the background as a 32-bit float.
_LARGEST = float(np.finfo(np.float32).max)


def check_settings(background, initial_transform, initialization, threads, seed) -> None:
    if isinstance(background, str) and background not in ("auto", "keep"):
        raise InputError(f'The background is {background!r}; use "auto", "keep" or a number.')
    if not isinstance(background, str) and not (isinstance(background, Real) and abs(background) <= _LARGEST):
        raise InputError(f"The background is {background}; it must be a finite number.")
    if initial_transform is not None and initialization not in (None, "none"):
        raise InputError("Give an initial transform or an initialization, not both.")
    if threads is not None and not (isinstance(threads, Integral) and threads >= 1):
        raise InputError(f"The number of threads is {threads!r}; it must be a whole number from 1 on.")
    if seed is not None and not (isinstance(seed, Integral) and 0 <= seed < 2**32):
        raise InputError(f"The seed is {seed!r}; it must be a whole number from 0 to 4294967295.")


def check_points(fixed_points, moving_points, dimension: int) -> None:
    if (fixed_points is None) != (moving_points is None):
        raise InputError("Corresponding points are needed in both images, and only one list was given.")
    if fixed_points is None:
        return
    for name, points in (("fixed", fixed_points), ("moving", moving_points)):
        if np.ndim(points) != 2 or np.shape(points)[1] != dimension or not np.isfinite(points).all():
            raise InputError(f"The {name} points must be finite and of {dimension} coordinates each, in mm.")
    if len(fixed_points) != len(moving_points) or not len(fixed_points):
        raise InputError(f"{len(fixed_points)} fixed and {len(moving_points)} moving points do not make pairs.")


def guided(stages: Sequence[ParameterMap], weight: float, points: Any) -> list[ParameterMap]:
    """``stages`` with the landmarks among their metrics."""
    if not (np.isfinite(weight) and weight >= 0):
        raise InputError(f"The landmark weight is {weight}; it must be 0 or more.")
    if points is None:
        raise InputError("A landmark weight is given, but no corresponding points are.")
    return [with_landmarks(stage, weight) for stage in stages] if weight else list(stages)


def checked_channel(channel: Channel, dimension: int) -> tuple[Any, Any]:
    """The fixed and the moving image of a channel, to register on."""
    pair = channel.images()
    for side, image in zip(("fixed", "moving"), pair, strict=True):
        check_image(image, f"{side} {channel.name}")
        if image.GetImageDimension() != dimension:
            raise InputError(
                f"The {side} {channel.name} has {image.GetImageDimension()} dimensions, the first images {dimension}."
            )
    return pair
