"""The metric over the iterations, thinned to what a small plot can show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class Curve:
    """``runs``: of each resolution its points (index among all iterations, metric), in order. ``starts``: the index
    of the first iteration of each. ``low`` < ``high`` is the range to show, ``count`` the number of iterations.
    """

    runs: tuple[tuple[tuple[int, float], ...], ...]
    starts: tuple[int, ...]
    low: float
    high: float
    count: int


def curve_of(iterations: Sequence[Any], points: int = 400) -> Curve | None:
    """A curve with about so many ``points``, each the mean of the iterations it stands for; None without a metric.

    ``iterations`` are rows with ``stage``, ``resolution`` and ``metric``. Metrics that are not finite are left out.
    """
    rows = [row for row in iterations if row.metric is not None and math.isfinite(row.metric)]
    if not rows:
        return None
    width = max(1, -(-len(rows) // max(1, points)))
    runs, starts, index = [], [], 0
    for _, group in groupby(rows, key=lambda row: (row.stage, row.resolution)):
        values = [row.metric for row in group]
        starts.append(index)
        runs.append(
            tuple(
                (index + n + (min(width, len(values) - n) - 1) // 2, _mean(values[n : n + width]))
                for n in range(0, len(values), width)
            )
        )
        index += len(values)
    shown = sorted(value for run in runs for _, value in run)
    # The first steps of a stage can be far off and would squeeze the rest into a line.
    cut = len(shown) // 100
    low, high = shown[cut], shown[-1 - cut]
    if not low < high:
        margin = max(abs(low), 1.0) * 0.05
        low, high = low - margin, high + margin
    return Curve(tuple(runs), tuple(starts), low, high, len(rows))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
