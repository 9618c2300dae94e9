"""Additional metrics in a stage: landmarks, and further pairs of images.

elastix gives metric number i the image, mask, pyramid, interpolator and sampler of that number, and needs as many of
each as there are metrics. Image metrics come first; penalties and landmarks, which also get the first images, come
last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .component_rules import MULTI_METRIC, POINTS_METRIC
from .maps import ParameterMap
from .rules import PENALTIES

_NUMBERED = re.compile(r"(Metric|ImageSampler|Interpolator|FixedImagePyramid|MovingImagePyramid)(\d+)(.*)")
#: Components that each metric needs, with defaults. A shared sampler would get the mask of the last metric.
_FOR_EACH_METRIC = {
    "ImageSampler": "RandomCoordinate",
    "Interpolator": "LinearInterpolator",
    "FixedImagePyramid": "FixedSmoothingImagePyramid",
    "MovingImagePyramid": "MovingSmoothingImagePyramid",
}


def image_metric_count(stage: ParameterMap) -> int:
    """How many metrics of a stage compare images."""
    return sum(compares_images(metric) for metric in stage.get("Metric", ()))


def other_metric_count(stage: ParameterMap) -> int:
    return len(stage.get("Metric", ())) - image_metric_count(stage)


def compares_images(metric: str) -> bool:
    return metric not in PENALTIES and metric != POINTS_METRIC


def with_landmarks(stage: ParameterMap, weight: float) -> dict[str, tuple[str, ...]]:
    """The stage with the mean distance of corresponding points (mm), times ``weight``, added to what it minimizes."""
    metrics = tuple(stage.get("Metric", ()))
    result = _with_weights(stage)
    if POINTS_METRIC not in metrics:
        metrics = (*metrics, POINTS_METRIC)
    result[_weight_name(stage, metrics.index(POINTS_METRIC))] = (repr(float(weight)),)
    return result | {"Registration": (MULTI_METRIC,), "Metric": metrics}


def with_channels(
    stage: ParameterMap, first_images: int, channels: Sequence[tuple[str | None, float]], other_metrics: int
) -> dict[str, tuple[str, ...]]:
    """The stage for ``first_images`` times the first pair of images, a pair for each of ``channels``, and
    ``other_metrics`` times the first pair again.

    A channel is its metric, None for that of the first images, and its weight relative to that one's. Stages with
    fewer metrics get ones that are not used: elastix has one list of images for all stages.
    """
    metrics = tuple(stage.get("Metric", ()))
    own = [n for n, metric in enumerate(metrics) if compares_images(metric)]
    others = [n for n in range(len(metrics)) if n not in own]
    weighted = _with_weights(stage)
    first = metrics[own[0]]
    # Old numbers in the new order; None for what is new.
    order: list[int | None] = [*own, *[None] * (first_images - len(own) + len(channels)), *others]
    order += [None] * (other_metrics - len(others))
    names = [first if n is None else metrics[n] for n in order]
    result = _renumbered(weighted, order)
    first_weight = weighted[_weight_name(stage, own[0])]
    unused = [*range(len(own), first_images), *range(first_images + len(channels) + len(others), len(order))]
    for n in unused:
        result[f"Metric{n}Use"] = ("false",)
        result[_weight_name(stage, n)] = ("0.0",)
    for n, (metric, weight) in enumerate(channels, first_images):
        names[n] = metric or first
        result[_weight_name(stage, n)] = tuple(repr(float(value) * weight) for value in first_weight)
    for kind, default in _FOR_EACH_METRIC.items():
        given = tuple(stage.get(kind, ())) or (default,)
        result[kind] = tuple(given[n] if n is not None and n < len(given) else given[0] for n in order)
    return result | {"Registration": (MULTI_METRIC,), "Metric": tuple(names)}


def _renumbered(stage: ParameterMap, order: Sequence[int | None]) -> dict[str, tuple[str, ...]]:
    """Parameters such as Metric1Weight follow the metric that had the number before."""
    new = {old: number for number, old in enumerate(order) if old is not None}
    result = {}
    for name, values in stage.items():
        match = _NUMBERED.fullmatch(name)
        if match and int(match[2]) in new:
            name = f"{match[1]}{new[int(match[2])]}{match[3]}"
        result[name] = tuple(values)
    return result


def _with_weights(stage: ParameterMap) -> dict[str, tuple[str, ...]]:
    """With the weights written out that elastix takes by itself, 1 / number of metrics: the number will change."""
    result = {name: tuple(values) for name, values in stage.items()}
    count = len(stage.get("Metric", ()))
    for n in range(count):
        result.setdefault(_weight_name(stage, n), (repr(1.0 / count),))
    return result


def _weight_name(stage: ParameterMap, number: int) -> str:
    relative = tuple(stage.get("UseRelativeWeights", ())) == ("true",)
    return f"Metric{number}{'Relative' if relative else ''}Weight"
