"""Cross-validation: each pair judges a search that never saw it, and the score that is told is theirs."""

from __future__ import annotations

import itertools
import json
import re

import numpy as np
import pytest
from ElastixRegistrationLib import core
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from ElastixRegistrationLib.core.tuning.parts import parts_of
from ElastixRegistrationLib.core.tuning.tune import tune
from phantoms.searches import PAIRS, SHIFT, known_optimum


def names(pairs):
    return {pair.name for pair in pairs}


@pytest.mark.parametrize("folds", [2, 3, 4])
def test_each_pair_is_kept_apart_once_and_the_last_search_sees_all(folds):
    *parts, last = parts_of(PAIRS, folds=folds)
    assert len(parts) == folds
    assert sorted(name for part in parts for name in names(part.held_out)) == ["a", "b", "c", "d"]
    assert all(names(part.tuned_on) == {"a", "b", "c", "d"} - names(part.held_out) for part in parts)
    assert (names(last.tuned_on), last.held_out) == ({"a", "b", "c", "d"}, ())
    assert [names(part.held_out) for part in parts_of(PAIRS[::-1], folds=folds)[:-1]] == [
        names(part.held_out) for part in parts
    ]


def test_no_search_registers_what_judges_it_before_it_is_over(tmp_path):
    calls = []

    def watched(method, given, seed):
        calls.append((method.name, given.name, seed))
        return known_optimum(method, given, seed)

    result = core.tune(PAIRS, "deformable", trials=12, folds=2, seed=3, registrar=watched, study=tmp_path / "s.db")
    # Only what judges has a seed, so the calls are in turns of a search and of its judges, and a last search.
    searches = [
        list(calls) for is_judging, calls in itertools.groupby(calls, lambda c: c[2] is not None) if not is_judging
    ]
    assert len(searches) == 3
    for fold, search in zip(result.folds, searches, strict=False):
        assert {pair for name, pair, _seed in search if name.startswith("trial")} == set("abcd") - set(fold.held_out)
    assert {pair for name, pair, _seed in searches[-1] if name.startswith("trial")} == set("abcd")
    judged = [(name, pair) for name, pair, seed in calls if seed is not None]
    assert sorted(set(judged)) == sorted((name, pair) for name in ("start", "tuned") for pair in "abcd")
    assert len(judged) == 3 * 8
    assert set(result.held_out) == set(result.tuned_on) == {"a", "b", "c", "d"}
    assert len(result.trials) == 12
    assert result.is_better
    assert "4 pairs, each judging a search without it (2 folds)" in result.sentence
    assert result.sentence == result.preset.expected_accuracy
    page = result.write(tmp_path)["page"].read_text("utf-8")
    assert "<h2>Folds</h2>" in page
    assert [fold["held_out"] for fold in json.loads(json.dumps(result.as_dict()))["folds"]] == [
        list(fold.held_out) for fold in result.folds
    ]


def test_what_fits_only_the_pairs_it_was_tuned_on_is_told():
    """On each pair another grid is best, so that what a search finds is no good for the pair it never saw."""
    best = {"a": 5.0, "b": 30.0, "c": 5.0, "d": 30.0}

    def by_heart(method, given, seed):
        spacing = float(method.stages[-1]["FinalGridSpacingInPhysicalUnits"][0])
        matrix = np.eye(4)
        matrix[:3, 3] = SHIFT + np.array([0.5 + abs(np.log(spacing / best[given.name])), 0, 0])

        class Found:
            transform = affine_from_matrix(matrix)

        return Found

    pairs = [PAIRS[0], PAIRS[2], PAIRS[1]]  # two of one kind, and one of the other
    result = core.tune(pairs, "deformable", trials=25, folds=3, seed=1, registrar=by_heart)
    odd = next(fold for fold in result.folds if fold.held_out == ("b",))
    assert odd.score < 0.8
    assert odd.share > 1.2


def test_a_search_in_folds_goes_on_where_it_stopped(tmp_path):
    done = []

    def counted(method, given, seed):
        done.append(method.name)
        return known_optimum(method, given, seed)

    how = {"folds": 2, "study": tmp_path / "s.db", "registrar": counted}
    first = core.tune(PAIRS, "deformable", trials=3, **how)
    done.clear()
    again = core.tune(PAIRS, "deformable", trials=3, **how)
    assert {name for name in done if name.startswith("trial")} == set()  # nothing is tried twice
    assert again.values == first.values
    assert [fold.values for fold in again.folds] == [fold.values for fold in first.folds]


def test_the_progress_counts_all_searches():
    news = []
    core.tune(PAIRS, "deformable", trials=3, folds=2, registrar=known_optimum, progress=news.append)
    assert {one.total for one in news} == {9}
    trials = [one.trials for one in news]
    assert trials == sorted(trials)
    assert trials[-1] == 9


@pytest.mark.parametrize(
    ("pairs", "more", "sentence"),
    [
        (PAIRS[:2], {"folds": 2}, "at least three pairs, but there are 2"),
        (PAIRS, {"folds": 1}, "cannot be split into 1 folds"),
        (PAIRS, {"folds": 5}, "give 2 to 4 folds"),
        (PAIRS, {"folds": 2, "hold_out": ["a"]}, "every pair is held out in turn"),
    ],
)
def test_folds_that_cannot_be_are_said_before_anything_runs(pairs, more, sentence):
    with pytest.raises(core.InputError, match=re.escape(sentence)):
        tune(pairs, "deformable", **more)
