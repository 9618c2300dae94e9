"""The metric over the iterations, thinned for a small plot."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from ElastixRegistrationLib.core.report.convergence_curve import curve_of


@dataclass
class Row:
    stage: int
    resolution: int
    metric: float | None


def test_nothing_to_show():
    assert curve_of([]) is None
    assert curve_of([Row(0, 0, None), Row(0, 0, math.nan)]) is None


def test_resolutions_and_stages_are_apart():
    rows = [Row(0, 0, 1.0), Row(0, 0, 0.5), Row(0, 0, 0.0), Row(0, 1, 9.0), Row(0, 1, 8.0), Row(1, 0, 4.0)]
    curve = curve_of(rows)
    first, second = curve.stages
    assert ([part.start for part in first.resolutions], second.start, curve.count) == ([0, 3], 5, 6)
    assert [len(part.points) for part in first.resolutions] == [3, 2]
    assert second.resolutions[0].points == ((5, 4.0),)
    assert [(part.low, part.high) for part in first.resolutions] == [(0.0, 1.0), (8.0, 9.0)]
    assert second.resolutions[0].low < 4.0 < second.resolutions[0].high


def test_many_iterations_become_means_of_neighbors():
    rows = [Row(0, 0, float(n)) for n in range(1000)]
    points = curve_of(rows, points=100).stages[0].resolutions[0].points
    assert len(points) == 100
    assert points[0] == (4, pytest.approx(4.5))
    assert points[-1] == (994, pytest.approx(994.5))


def test_a_first_step_far_off_does_not_set_the_range():
    rows = [Row(0, 0, 1e6)] + [Row(0, 0, -1.0 - n / 1000) for n in range(200)]
    assert curve_of(rows).stages[0].resolutions[0].high < 0


def test_a_constant_metric_has_a_range():
    (part,) = curve_of([Row(0, 0, -0.5)] * 4).stages[0].resolutions
    assert part.low < -0.5 < part.high
