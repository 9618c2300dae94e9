"""Stages as elastix gets them, with forced parameters and a metric for each channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..images.channels import Channel
from ..parameters.component_rules import MULTI_METRIC
from ..parameters.file_access import writes_no_file
from ..parameters.maps import ParameterMap
from ..parameters.metric_stages import image_metric_count, other_metric_count, with_channels
from .prepared_images import PreparedSide, everywhere

#: Forced values: elastix must respect image positions and must not add displacements.
_FORCED = {
    "UseDirectionCosines": ("true",),
    "HowToCombineTransforms": ("Compose",),
    "FixedInternalImagePixelType": ("float",),
    "MovingInternalImagePixelType": ("float",),
}

#: elastix' default of RequiredRatioOfValidSamples.
_REQUIRED_RATIO = 0.25
#: Images that overlap by less at the start share too little for a registration, so elastix refuses them.
_LEAST_OVERLAP = 0.05


def required_ratio(fixed: PreparedSide, moving: PreparedSide, overlap: float = 1.0) -> float:
    """Share of the samples that must fall into the moving image: a quarter, elastix's default, of those that can, and
    at most half of the share that does at the start, ``overlap``."""
    return min(_REQUIRED_RATIO * min(1.0, moving.volume_mm / fixed.volume_mm), max(overlap, _LEAST_OVERLAP) / 2)


def prepared_stage(
    stage: ParameterMap, ratio: float, dimension: int, seed: int | None, background: float
) -> dict[str, tuple[str, ...]]:
    """``stage`` as elastix gets it. ``background``: of the moving image; ``ratio``: see ``required_ratio``."""
    prepared = writes_no_file({name: tuple(values) for name, values in stage.items()}) | _FORCED
    if ratio < _REQUIRED_RATIO:
        prepared.setdefault("RequiredRatioOfValidSamples", (f"{ratio:.4g}",))
    prepared |= {
        "FixedImageDimension": (str(dimension),),
        "MovingImageDimension": (str(dimension),),
        "DefaultPixelValue": (repr(float(background)),),
    }
    if seed is not None:
        prepared["RandomSeed"] = (str(seed),)
    if len(prepared.get("Metric", ())) > 1 or prepared.get("Registration") == (MULTI_METRIC,):
        # Combined metrics that each use threads crash the process, even a single one (ITKElastix issue 160; reproduced
        # with 2 threads).
        prepared["UseMultiThreadingForMetrics"] = ("false",)
    return prepared


def for_each_metric(
    stages: Sequence[ParameterMap],
    channels: Sequence[Channel],
    fixed: list[tuple[Any, Any]],
    moving: list[tuple[Any, Any]],
) -> tuple[list[ParameterMap], list[tuple[Any, Any]], list[tuple[Any, Any]]]:
    """Stages with a metric for each channel, and (image, mask) of both sides in the order of their metrics.

    elastix matches masks by number too, so that with any mask all images need one.
    """
    first = max(1, *(image_metric_count(stage) for stage in stages))
    others = max(other_metric_count(stage) for stage in stages)

    def repeated(images: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        if any(mask is not None for _, mask in images):
            images = [(image, everywhere(image) if mask is None else mask) for image, mask in images]
        return [*([images[0]] * first), *images[1:], *([images[0]] * others)]

    added = [(channel.stage_metric, channel.weight) for channel in channels]
    return [with_channels(stage, first, added, others) for stage in stages], repeated(fixed), repeated(moving)
