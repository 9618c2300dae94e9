"""Intervals are those of SciPy, and hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.comparison.statistics import MIN_UNITS, paired_interval
from ElastixRegistrationLib.core.errors import InputError
from scipy import stats


@pytest.mark.parametrize(("count", "confidence"), [(6, 0.95), (27, 0.9833), (51, 0.9875)])
def test_the_interval_is_that_of_scipy(count, confidence):
    differences = np.random.default_rng(count).gamma(1.5, 0.4, count) - 0.3  # skewed, as differences of errors are
    found = paired_interval(differences, confidence, seed=4)
    other = stats.bootstrap(
        (differences,),
        np.mean,
        confidence_level=confidence,
        n_resamples=10_000,
        method="BCa",
        rng=np.random.default_rng(4),
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((other.low, other.high), rel=1e-9, abs=1e-12)
    assert found.mean == pytest.approx(differences.mean())


def test_the_interval_holds_about_as_often_as_it_says():
    random = np.random.default_rng(0)
    wrong = sum(paired_interval(random.normal(0, 1, 25), resamples=800).excludes_zero for _ in range(400))
    assert 0.02 < wrong / 400 < 0.11


def test_few_values_claim_nothing():
    found = paired_interval(np.full(MIN_UNITS - 1, 3.0))
    assert not found.is_known
    assert not found.excludes_zero


def test_equal_values_leave_no_doubt():
    assert paired_interval(np.zeros(9)).excludes_zero is False
    assert paired_interval(np.full(9, 0.5)).excludes_zero is True


@pytest.mark.parametrize("values", [[], [1.0, np.nan]])
def test_values_must_be_there(values):
    with pytest.raises(InputError):
        paired_interval(np.array(values))
