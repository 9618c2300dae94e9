"""The ranking says who is best, and no more than the numbers do."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.comparison.ranking import rank
from ElastixRegistrationLib.core.comparison.records import LANDMARKS, OVERLAP, RunRecord
from scipy import stats


def landmarks(pair, method, distances, seed=None, **more):
    named = {str(n): float(value) for n, value in enumerate(distances, 1)}
    return RunRecord(pair, method, seed, landmarks=named, **more)


def cohort(count, **methods):
    """``count`` pairs of ten landmarks; a method is worse by its number than the anatomy of each pair demands."""
    random = np.random.default_rng(7)
    base = random.gamma(2, 1, (count, 10))
    return [
        landmarks(f"pair{n}", name, base[n] + worse + random.normal(0, noise, 10), seconds=2.0)
        for name, (worse, noise) in methods.items()
        for n in range(count)
    ]


def test_the_better_method_comes_first_and_the_interval_is_over_pairs():
    records = cohort(12, slow=(0.5, 0.05), good=(0.0, 0.05))
    ranking = rank(records, ["slow", "good"])
    assert [row.name for row in ranking.rows] == ["good", "slow"]
    means = {
        name: np.array([np.mean(list(r.landmarks.values())) for r in records if r.method == name])
        for name in ("good", "slow")
    }
    expected = stats.bootstrap(
        (means["slow"] - means["good"],), np.mean, method="BCa", n_resamples=10_000, rng=np.random.default_rng(1)
    ).confidence_interval
    behind = ranking.row("slow").behind
    assert (behind.low, behind.high) == pytest.approx((expected.low, expected.high), rel=1e-6)
    assert (ranking.units, ranking.count) == ("pairs", 12)
    assert ranking.verdict(ranking.row("slow")).startswith("worse")
    assert "beyond chance" in ranking.sentence


def test_no_difference_is_said_where_none_is_shown():
    ranking = rank(cohort(10, one=(0.0, 0.3), other=(0.01, 0.3)), ["one", "other"])
    assert ranking.verdict(ranking.rows[1]).startswith("no difference shown")
    assert "No difference" in ranking.sentence


def test_many_comparisons_widen_each_interval():
    two = rank(cohort(10, best=(0.0, 0.1), a=(0.3, 0.1)), ["best", "a"])
    four = rank(cohort(10, best=(0.0, 0.1), a=(0.3, 0.1), b=(0.4, 0.1), c=(0.5, 0.1)), ["best", "a", "b", "c"])
    assert two.rows[1].behind.confidence == pytest.approx(0.95)
    assert four.rows[1].behind.confidence == pytest.approx(1 - 0.05 / 3)


def test_methods_that_are_worse_beyond_chance_are_no_contenders():
    records = cohort(12, near=(0.0, 0.0), like=(0.0, 0.0), far=(2.0, 0.3))
    assert set(rank(records, ["near", "like", "far"]).contenders) == {"near", "like"}
    # A map of differences needs two.
    assert rank(cohort(12, near=(0.0, 0.3), far=(2.0, 0.3)), ["near", "far"]).contenders == ["near", "far"]


def test_three_pairs_are_too_few_to_tell():
    ranking = rank(cohort(3, one=(0.0, 0.01), other=(1.0, 0.01)), ["one", "other"])
    assert "too few pairs" in ranking.verdict(ranking.rows[1])
    assert "too few" in ranking.sentence


def test_a_single_pair_is_ranked_by_its_landmarks_and_says_so():
    ranking = rank(cohort(1, one=(0.0, 0.05), other=(1.0, 0.05)), ["one", "other"])
    assert (ranking.units, ranking.count) == ("landmarks", 10)
    assert any("not for the next patient" in note for note in ranking.notes)
    assert ranking.rows[1].worst_at in ranking.records[0].landmarks


def test_more_overlap_is_better():
    overlaps = {name: {str(n): dice + 0.001 * n for n in range(8)} for name, dice in (("a", 0.7), ("b", 0.8))}
    ranking = rank([RunRecord("p", name, overlaps=each) for name, each in overlaps.items()], ["a", "b"])
    assert ranking.measure == OVERLAP
    assert [row.name for row in ranking.rows] == ["b", "a"]
    assert ranking.rows[1].behind.low > 0  # positive is worse, whatever the measure
    assert ranking.rows[1].worst == pytest.approx(0.7)


def test_seeds_are_averaged_and_their_spread_is_told():
    records = [landmarks("p", "m", [1 + s, 3 + s], seed=s) for s in range(3)] + [landmarks("p", "n", [9, 9], seed=0)]
    row = rank(records, ["m", "n"]).row("m")
    assert row.mean == pytest.approx(3.0)
    assert row.spread == pytest.approx(1.0)


def test_a_method_that_fails_comes_last_and_means_are_over_shared_pairs():
    records = cohort(8, safe=(0.5, 0.01), risky=(0.0, 0.01))
    lost = next(r for r in records if r.method == "risky")
    records = [r if r is not lost else RunRecord(r.pair, r.method, error="elastix failed") for r in records]
    ranking = rank(records, ["risky", "safe"])
    assert [row.name for row in ranking.rows] == ["safe", "risky"]
    assert ranking.count == 7
    assert ranking.row("risky").failed == 1
    assert any("7 of 8 pairs" in note for note in ranking.notes)


def test_a_method_that_always_fails_has_no_figures():
    records = [*cohort(7, safe=(0.0, 0.1)), *(RunRecord(f"pair{n}", "broken", error="no") for n in range(7))]
    ranking = rank(records, ["broken", "safe"])
    assert ranking.rows[-1].mean is None
    assert ranking.verdict(ranking.rows[-1]) == "failed"


def test_without_truth_nothing_is_ranked():
    ranking = rank([RunRecord("p", name, seconds=1.0) for name in ("b", "a")], ["b", "a"])
    assert ranking.measure is None
    assert [row.name for row in ranking.rows] == ["b", "a"]
    assert "nothing is ranked" in ranking.sentence


def test_pairs_without_the_common_truth_are_named():
    records = [landmarks("one", "m", [1.0]), RunRecord("two", "m", overlaps={"1": 0.5}), landmarks("three", "m", [1.0])]
    ranking = rank(records, ["m"])
    assert ranking.measure == LANDMARKS
    assert "two" in ranking.notes[0]
