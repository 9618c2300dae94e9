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
    rows = [Row(0, 0, 1.0)] * 3 + [Row(0, 1, 2.0)] * 2 + [Row(1, 0, 4.0)]
    curve = curve_of(rows)
    first, second = curve.stages
    assert (first.starts, second.starts, curve.count) == ((0, 3), (5,), 6)
    assert [len(run) for run in first.runs] == [3, 2]
    assert second.runs == (((5, 4.0),),)
    assert (first.low, first.high) == (1.0, 2.0)
    assert second.low < 4.0 < second.high


def test_many_iterations_become_means_of_neighbors():
    rows = [Row(0, 0, float(n)) for n in range(1000)]
    (run,) = curve_of(rows, points=100).stages[0].runs
    assert len(run) == 100
    assert run[0] == (4, pytest.approx(4.5))
    assert run[-1] == (994, pytest.approx(994.5))


def test_a_first_step_far_off_does_not_set_the_range():
    rows = [Row(0, 0, 1e6)] + [Row(0, 0, -1.0 - n / 1000) for n in range(200)]
    assert curve_of(rows).stages[0].high < 0


def test_a_constant_metric_has_a_range():
    (stage,) = curve_of([Row(0, 0, -0.5)] * 4).stages
    assert stage.low < -0.5 < stage.high
