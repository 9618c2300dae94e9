"""Further pairs of images for one registration: other contrasts, labels, distances from labels. LPS, mm."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..errors import InputError
from ..system.itk_access import suffix_of, wrapped_class
from ..wording import said
from .geometry import array_view, as_scalar, geometry_of, image_from_array
from .labels import shared_labels

CHANNEL_KINDS = ("image", "distance", "labels")
#: Longest distance from a label that counts, mm, because a registration need not match distant places.
FARTHEST = 20.0


@dataclass(frozen=True)
class Channel:
    """One more pair of images, aligned with the first pair's fixed and moving image, on any grid.

    ``kind``: "image" for another contrast, "distance" or "labels" for a label, nonzero inside. "distance" compares
    signed distances from its surface over ``farthest`` (mm), -1 inside to 1 outside; this is smooth, so that distant
    labels attract each other. "labels" compares 0 and 1. Masks (nonzero inside, any grid) apply to these images only.
    ``weight`` is relative to the first pair's metric. ``metric`` is an elastix metric; None for that of the first pair,
    and for labels the mean squared difference. ``background``: as of ``core.register``.
    """

    fixed: Any = field(repr=False)
    moving: Any = field(repr=False)
    fixed_mask: Any = field(default=None, repr=False)
    moving_mask: Any = field(default=None, repr=False)
    weight: float = 1.0
    metric: str | None = None
    background: float | str = "auto"
    name: str = "channel"
    kind: str = "image"
    farthest: float = FARTHEST

    def swapped(self) -> Channel:
        """The same with fixed and moving swapped; the background is estimated again."""
        background = self.background if isinstance(self.background, str) else "auto"
        return replace(
            self,
            fixed=self.moving,
            moving=self.fixed,
            fixed_mask=self.moving_mask,
            moving_mask=self.fixed_mask,
            background=background,
        )

    @property
    def stage_metric(self) -> str | None:
        return self.metric or (None if self.kind == "image" else "AdvancedMeanSquares")

    @property
    def stage_background(self) -> float | str:
        """Labels and distances are flat, but not padding."""
        return self.background if self.kind == "image" else "keep"

    def images(self) -> tuple[Any, Any]:
        """The compared images, as scalar ITK images. Raises InputError for an impossible channel."""
        if self.kind not in CHANNEL_KINDS:
            raise InputError(
                said(
                    "Unknown kind of channel {kind}; use one of {names}.",
                    kind=repr(self.kind),
                    names=", ".join(CHANNEL_KINDS),
                )
            )
        if not (np.isfinite(self.weight) and self.weight > 0):
            raise InputError(
                said(
                    "The weight of the {name} is {weight}; it must be more than 0.", name=self.name, weight=self.weight
                )
            )
        if self.kind == "image":
            return as_scalar(self.fixed), as_scalar(self.moving)
        if not self.farthest > 0:
            raise InputError(
                said(
                    "The farthest distance of the {name} is {farthest}; it must be more than 0 mm.",
                    name=self.name,
                    farthest=self.farthest,
                )
            )
        return self._of_label(self.fixed, "fixed"), self._of_label(self.moving, "moving")

    def _of_label(self, image: Any, side: str) -> Any:
        geometry = geometry_of(image)
        inside = image_from_array((np.asarray(array_view(image)) != 0).view(np.uint8), geometry)
        if not array_view(inside).any():
            raise InputError(said("The {side} {name} is empty.", side=side, name=self.name))
        if self.kind == "labels":
            return inside
        distances = np.clip(array_view(signed_distance(inside)) / self.farthest, -1, 1)
        return image_from_array(distances.astype(np.float32), geometry)


def label_channels(
    fixed_labels: Any,
    moving_labels: Any,
    *,
    kind: str = "distance",
    weight: float = 1.0,
    farthest: float = FARTHEST,
    names: dict[int, str] | None = None,
) -> list[Channel]:
    """A channel for each nonzero label that both label maps have, for a registration guided by segmentations.

    ``kind`` is "distance" or "labels". Raises InputError when the label maps share no label.
    """
    fixed, moving = array_view(fixed_labels), array_view(moving_labels)
    return [
        Channel(
            image_from_array((fixed == label).view(np.uint8), geometry_of(fixed_labels)),
            image_from_array((moving == label).view(np.uint8), geometry_of(moving_labels)),
            weight=weight,
            name=(names or {}).get(label, f"label {label}"),
            kind=kind,
            farthest=farthest,
        )
        for label in shared_labels(fixed, moving)
    ]


def signed_distance(inside: Any) -> Any:
    """float32 image of distances, mm, from the surface of what is nonzero in a uint8 image; negative inside.

    Exact Euclidean distances between voxel centers (Maurer et al., IEEE PAMI 25:265, 2003).
    """
    dimension = inside.GetImageDimension()
    distance = wrapped_class("SignedMaurerDistanceMapImageFilter", f"{suffix_of(inside)}IF{dimension}").New()
    distance.SetInput(inside)
    distance.SetSquaredDistance(False)
    distance.SetUseImageSpacing(True)
    distance.SetInsideIsPositive(False)
    distance.Update()
    image = distance.GetOutput()
    image.DisconnectPipeline()
    return image
