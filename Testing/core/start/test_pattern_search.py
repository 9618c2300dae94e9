"""The direct search for the best motions."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.start.pattern_search import refined


def test_each_motion_finds_its_own_hilltop():
    tops = np.array([[0.3, -2.0], [9.0, 4.0]])

    def scores_of(motions):
        return -np.square(motions[:, None] - tops).sum(-1).min(1)

    found, scores = refined(np.array([[1.0, -1.0], [8.0, 5.0]]), scores_of, np.array([1.0, 1.0]), 1 / 64)
    assert np.abs(found - tops).max() < 0.02
    assert scores == pytest.approx(scores_of(found))


def test_searching_together_is_searching_one_by_one():
    random = np.random.default_rng(0)
    slopes = random.normal(size=(3, 3))

    def scores_of(motions):
        return -np.abs(np.sin(motions @ slopes)).sum(-1)

    motions, steps = random.normal(size=(6, 3)), np.array([0.5, 0.3, 0.2])
    together, scores = refined(motions, scores_of, steps, 0.1)
    alone = [refined(motion[None], scores_of, steps, 0.1) for motion in motions]
    assert together == pytest.approx(np.concatenate([one[0] for one in alone]))
    assert (scores >= scores_of(motions)).all()


def test_no_motions_give_no_motions():
    found, scores = refined(np.empty((0, 6)), lambda motions: np.zeros(len(motions)), np.ones(6), 0.1)
    assert found.shape == (0, 6)
    assert scores.shape == (0,)
