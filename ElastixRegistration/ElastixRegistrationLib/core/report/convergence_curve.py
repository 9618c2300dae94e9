"""The metric over the iterations, thinned for a small plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class ResolutionCurve:
    """``points``: (index among all iterations, metric), in order. ``start``: the index of its first iteration. ``low``
    < ``high``: the range to show, because resolutions and stages have different levels of the metric.
    """

    points: tuple[tuple[int, float], ...]
    start: int
    low: float
    high: float


@dataclass(frozen=True)
class StageCurve:
    resolutions: tuple[ResolutionCurve, ...]

    @property
    def start(self) -> int:
        """The index of its first iteration among all iterations."""
        return self.resolutions[0].start


@dataclass(frozen=True)
class Curve:
    """One StageCurve for each stage, and the number of all iterations."""

    stages: tuple[StageCurve, ...]
    count: int


def curve_of(iterations: Sequence[Any], points: int = 400) -> Curve | None:
    """A curve with about ``points`` points, each the mean of several iterations; None without a metric.

    ``iterations`` are rows with ``stage``, ``resolution`` and ``metric``. Metrics that are not finite are left out.
    """
    rows = [row for row in iterations if row.metric is not None and math.isfinite(row.metric)]
    if not rows:
        return None
    width = max(1, -(-len(rows) // max(1, points)))
    stages, index = [], 0
    for _, stage in groupby(rows, key=lambda row: row.stage):
        resolutions = []
        for _, resolution in groupby(stage, key=lambda row: row.resolution):
            values = [row.metric for row in resolution]
            thinned = _thinned(values, index, width)
            resolutions.append(ResolutionCurve(thinned, index, *_range([value for _, value in thinned])))
            index += len(values)
        stages.append(StageCurve(tuple(resolutions)))
    return Curve(tuple(stages), index)


def _thinned(values: Sequence[float], index: int, width: int) -> tuple[tuple[int, float], ...]:
    """(index, mean) of every ``width`` values, the first of which has this ``index``."""
    pieces = [(n, values[n : n + width]) for n in range(0, len(values), width)]
    return tuple((index + n + (len(piece) - 1) // 2, math.fsum(piece) / len(piece)) for n, piece in pieces)


def _range(values: list[float]) -> tuple[float, float]:
    """Range without the outermost percent, because outliers in the first steps would flatten the rest."""
    ordered = sorted(values)
    cut = len(ordered) // 100
    low, high = ordered[cut], ordered[-1 - cut]
    if low < high:
        return low, high
    margin = max(abs(low), 1.0) * 0.05
    return low - margin, high + margin
