"""Further pairs of images for one registration: other contrasts, labels, distances from labels. LPS, mm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .errors import InputError
from .images import array_view, geometry_of, image_from_array
from .itk_access import suffix_of, wrapped_class

#: Distances from a label count up to this far, mm: a registration need not agree about what is far away.
FARTHEST = 20.0
LABEL_CHANNELS = ("distance", "labels")


@dataclass(frozen=True)
class Channel:
    """One more pair of images, aligned with the first pair's fixed and moving image, on any grid.

    Masks (nonzero inside, any grid) are of these images only. ``weight`` is relative to the first pair's metric.
    ``metric`` is an elastix metric, None for that of the first pair. ``background``: as of ``core.register``.
    """

    fixed: Any = field(repr=False)
    moving: Any = field(repr=False)
    fixed_mask: Any = field(default=None, repr=False)
    moving_mask: Any = field(default=None, repr=False)
    weight: float = 1.0
    metric: str | None = None
    background: float | str = "auto"
    name: str = "channel"


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

    "distance": signed distances from its surface over ``farthest`` (mm), negative inside, from -1 to 1, compared by
    their mean squared difference: smooth, so that labels attract each other from afar. "labels": the label itself, 0 or
    1. Raises InputError when the label maps share none.
    """
    if kind not in LABEL_CHANNELS:
        raise InputError(f"Unknown kind of label channel {kind!r}; use one of {', '.join(LABEL_CHANNELS)}.")
    if not farthest > 0:
        raise InputError(f"The farthest distance is {farthest}; it must be more than 0 mm.")
    fixed, moving = array_view(fixed_labels), array_view(moving_labels)
    shared = [int(label) for label in np.intersect1d(np.unique(fixed), np.unique(moving)) if label != 0]
    if not shared:
        raise InputError("The fixed and the moving labels have none in common.")
    channels = []
    for label in shared:
        pair = []
        for voxels, image in ((fixed, fixed_labels), (moving, moving_labels)):
            inside = image_from_array((voxels == label).view(np.uint8), geometry_of(image))
            if kind == "distance":
                distances = np.clip(array_view(signed_distance(inside)) / farthest, -1, 1)
                inside = image_from_array(distances.astype(np.float32), geometry_of(image))
            pair.append(inside)
        name = (names or {}).get(label, f"label {label}")
        # "keep": flat is what these images are, not padding.
        channels.append(Channel(*pair, weight=weight, metric="AdvancedMeanSquares", background="keep", name=name))
    return channels


def signed_distance(inside: Any) -> Any:
    """float32 image of distances, mm, from the surface of what is nonzero in a uint8 image; negative inside.

    Exact Euclidean distances between voxel centres (Maurer et al., IEEE PAMI 25:265, 2003).
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
