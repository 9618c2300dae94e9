"""The verdict as data: a row of the documented table each, and what outranks what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.plausibility import plausibility_of
from ElastixRegistrationLib.core.quality.figures import STATUSES
from ElastixRegistrationLib.core.quality.similarity import compare, landmark_errors

ROOT = Path(__file__).resolve().parents[3]
RANDOM = np.random.default_rng(0)
FIXED = RANDOM.normal(size=(10, 30, 30))
OTHER = 0.5 * FIXED + RANDOM.normal(size=FIXED.shape)
MOVED = np.roll(FIXED, 5, axis=-1)
LABELS = (FIXED > 0.5).astype(np.uint8)
MOVED_LABELS = np.roll(LABELS, 5, axis=-1)
POINTS = RANDOM.uniform(-50, 50, (7, 3))
APART, TOP = np.zeros((2, 10, 30, 30), np.uint8)
APART[:, 20:], TOP[:, :5] = 1, 1
NEARLY_APART = np.roll(TOP, 5, axis=1) | (TOP & (np.arange(30) < 1))


def errors(before, after):
    return tuple(landmark_errors(POINTS, POINTS + np.asarray(by)) for by in (before, after))


def a_landmark_off():
    after = np.full((7, 3), 0.3)
    after[4] = [0, 15, 0]
    return errors([9, 0, 0], after)


#: Reason codes, with images and what else to compare: (before, after, arguments, status).
CASES = {
    "folds": (MOVED, FIXED, {"deformation": plausibility_of(np.r_[np.ones(99), -0.5])}, "implausible"),
    "extreme-volume": (MOVED, FIXED, {"deformation": plausibility_of(np.r_[np.ones(99), 0.1])}, "implausible"),
    "landmark-outliers": (MOVED, FIXED, {"landmarks": a_landmark_off()}, "implausible"),
    "unseen-samples-disagree": (FIXED, OTHER, {"labels": (LABELS, MOVED_LABELS, LABELS)}, "implausible"),
    "labels-apart": (OTHER, FIXED, {"labels": (TOP, APART, APART)}, "uncertain"),
    "labels-hardly-overlap": (OTHER, FIXED, {"labels": (TOP, APART, NEARLY_APART)}, "uncertain"),
    "points-equal": (MOVED, FIXED, {"landmarks": errors([0, 0, 0], [3, 0, 0])}, "better"),
    "points-swapped": (
        MOVED,
        FIXED,
        {"landmarks": errors([35, 0, 0], [69.6, 0, 0]), "swapped": landmark_errors(POINTS, POINTS + 0.5)},
        "worse",
    ),
    "landmarks-guided": (MOVED, FIXED, {"landmarks": errors([9, 0, 0], [0.1, 0, 0]), "guided": True}, "better"),
    "folds-outside": (
        MOVED,
        FIXED,
        {"deformation": plausibility_of(np.r_[np.ones(99), -0.5], inside=np.arange(100) < 50)},
        "better",
    ),
    "images-only": (MOVED, FIXED, {}, "better"),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_each_reason_has_its_code_and_its_status(code):
    before, after, given, status = CASES[code]
    verdict = compare(FIXED, before, after, **given).verdict
    assert code in verdict.codes, verdict
    assert verdict.status == status, verdict
    assert verdict.text.count(":") >= 1
    json.dumps(verdict.as_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("code", "other"), [("images-only", ""), ("points-equal", "other "), ("landmarks-guided", "other ")]
)
def test_landmarks_that_prove_nothing_are_not_called_missing(code, other):
    before, after, given, _ = CASES[code]
    assert f"No {other}landmarks or labels were given" in compare(FIXED, before, after, **given).verdict.text


def test_images_that_tell_little_leave_it_uncertain():
    """Of a correlation of 0.29, 0.04 nats, in enough voxels for chance to give less."""
    random = np.random.default_rng(1)
    image, before, noise = random.normal(size=(3, 40, 100, 100))
    verdict = compare(image, before, 0.3 * image + noise).verdict
    assert verdict.status == "uncertain"
    assert "images-tell-little" in verdict.codes
    assert verdict.text.startswith("Uncertain, because the images share too little information: the mutual information")


@pytest.mark.parametrize(
    ("before", "after", "status", "words"),
    [
        (MOVED, FIXED + 0.1, "better", "Better aligned: the mutual information went from 0."),
        (FIXED, MOVED, "worse", "Worse than before: the mutual information"),
        (FIXED, FIXED, "unchanged", "No better than before: the mutual information stayed at "),
        (FIXED, FIXED + RANDOM.normal(0, 0.0004, FIXED.shape), "unchanged", "No better than before"),
    ],
)
def test_images_alone_tell_better_from_worse_beyond_interpolation(before, after, status, words):
    verdict = compare(FIXED, before, after).verdict
    assert verdict.status == status
    assert verdict.text.startswith(words)


def test_landmarks_count_before_overlap_and_overlap_before_intensities():
    given = {"labels": (LABELS, MOVED_LABELS, LABELS), "landmarks": errors([9, 0, 0], [0, 1.5, 0])}
    verdict = compare(FIXED, MOVED, FIXED, **given).verdict
    assert [(one.kind, one.rank) for one in verdict.evidence] == [("landmarks", 1), ("labels", 2), ("images", 3)]
    assert verdict.text == "Better aligned: the mean distance of 7 landmarks went from 9.00 mm to 1.50 mm."
    worse = compare(FIXED, MOVED, FIXED, **given | {"landmarks": errors([1, 0, 0], [0, 9, 0])}).verdict
    assert worse.status == "worse"
    guided = compare(FIXED, MOVED, FIXED, **given, guided=True).verdict
    assert guided.evidence[-1].kind == "landmarks"


def test_what_nobody_can_see_is_no_change():
    """0.01 mm between an image and itself; and a mean that two landmarks of many make, by chance."""
    same = compare(FIXED, FIXED, FIXED, landmarks=errors([0.001, 0, 0], [0.012, 0, 0]), voxel_mm=1.0).verdict
    assert same.status == "unchanged"
    same = compare(FIXED, FIXED, FIXED, landmarks=errors([9.001, 0, 0], [9.004, 0, 0]), voxel_mm=1.0).verdict
    assert same.text == "No better than before: the mean distance of 7 landmarks stayed at 9.00 mm."
    labels = compare(FIXED, FIXED, FIXED, labels=(LABELS, LABELS, LABELS)).verdict
    assert labels.text == "No better than before: the Dice overlap stayed at 1.0000."
    random = np.random.default_rng(2)
    by_chance = [random.normal(0, 3, (7, 3)) for _ in range(2)]
    assert compare(FIXED, FIXED, FIXED, landmarks=errors(*by_chance)).verdict.status == "unchanged"


def test_a_fold_outranks_landmarks_that_fit():
    deformation = plausibility_of(np.r_[np.ones(9999), -0.5])
    verdict = compare(FIXED, MOVED, FIXED, landmarks=errors([9, 0, 0], [0.1, 0, 0]), deformation=deformation).verdict
    assert verdict.text == (
        "Implausible: the deformation folds onto itself in 1 voxel of the object (0.01 %), where no tissue can have"
        " moved like that. The mean distance of 7 landmarks went from 9.00 mm to 0.10 mm."
    )


def test_every_code_and_status_is_in_the_documentation():
    text = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE))
    assert documented >= {*CASES, "images-tell-little", *STATUSES}
