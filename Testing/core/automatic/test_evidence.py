"""Evidence tells right from wrong, chance from neither, and contrasts apart."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.evidence import CERTAIN, CRITERIA, Difference, Evidence
from ElastixRegistrationLib.core.automatic.motion import remaining_motion
from ElastixRegistrationLib.core.automatic.working_pair import OneImage, WorkingPair
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, identity
from phantoms.images import blobs, grid

GEOMETRY = grid((40, 40, 36), (3.0, 3.0, 3.0))


def pair(fixed, moving):
    return WorkingPair(OneImage(fixed, None, 0.0), OneImage(moving, None, 0.0), 1)


def shift(*mm):
    matrix = np.eye(4)
    matrix[:3, 3] = mm
    return affine_from_matrix(matrix)


def noisy(image, seed, sigma=6.0):
    values = array_view(image) + np.random.default_rng(seed).normal(0, sigma, array_view(image).shape)
    return image_from_array(values.astype(np.float32), geometry_of(image))


def test_the_right_place_is_certainly_better_by_every_criterion():
    evidence = Evidence(pair(noisy(blobs(GEOMETRY), 0), noisy(blobs(GEOMETRY, (9.0, -6.0, 6.0)), 1)))
    right, wrong = evidence.measure(shift(9.0, -6.0, 6.0)), evidence.measure(identity(3))
    gains = right.gain_over(wrong).differences
    assert all(gains[name].certainty > CERTAIN for name in CRITERIA)
    assert right.gain_over(wrong).is_better()
    assert right.gain_over(wrong).is_clearly_better()
    assert wrong.gain_over(right).certainty < -CERTAIN
    assert not wrong.gain_over(right).is_better()


def test_of_unrelated_images_no_place_is_certain():
    noise = [
        image_from_array(np.random.default_rng(n).normal(100, 20, (36, 40, 40)).astype(np.float32), GEOMETRY)
        for n in (3, 4)
    ]
    evidence = Evidence(pair(*noise))
    here = evidence.measure(identity(3))
    assert abs(here.mean("information")) < 0.05
    for mm in (4.0, 8.0, 12.0):
        there = evidence.measure(shift(mm, 0, 0))
        assert not there.gain_over(here).is_clearly_better()


def test_a_difference_of_nothing_is_nothing():
    evidence = Evidence(pair(blobs(GEOMETRY), blobs(GEOMETRY)))
    one = evidence.measure(identity(3))
    assert not one.gain_over(one).is_better()
    assert one.gain_over(one).certainty == 0


@pytest.mark.parametrize("inverted", [False, True])
def test_mixed_contrast_is_told_from_one_contrast(inverted):
    fixed = blobs(GEOMETRY)
    other = blobs(GEOMETRY, seed=9)
    values = array_view(fixed) + array_view(other)
    both = image_from_array(values.astype(np.float32), GEOMETRY)
    # Half of the structures turn dark, as fluid does from T2 to FLAIR.
    second = array_view(fixed) - array_view(other) if inverted else 0.6 * values + 20
    moving = image_from_array(np.asarray(second, np.float32), GEOMETRY)
    same = Evidence(pair(both, moving)).measure(identity(3)).same_sign
    assert (same < 0.85) is inverted


def test_motion_that_neighbors_agree_on_is_measured_in_mm_and_noise_is_not():
    fixed = noisy(blobs(GEOMETRY, count=60), 0, 1.0)
    moving = noisy(blobs(GEOMETRY, (4.5, 0.0, 0.0), count=60), 1, 1.0)
    evidence = Evidence(pair(fixed, moving), 60e3)
    moved, still = remaining_motion(evidence, identity(3)), remaining_motion(evidence, shift(4.5, 0, 0))
    assert moved.agreed_mm == pytest.approx(4.5, abs=1.0)
    assert moved.agreed_share > 0.6
    assert still.agreed_share < 0.25
    assert still.agreed_mm < moved.agreed_mm / 2


@pytest.mark.parametrize("blocks", [4, 10, 25, 125])
def test_few_blocks_prove_less_by_as_much_as_student_says(blocks):
    distribution = pytest.importorskip("scipy.stats")
    for errors in (0.5, 2.0, 3.0, 4.5):
        truth = distribution.norm.isf(distribution.t.sf(errors, blocks - 1))
        assert Difference(errors, 1.0, blocks).certainty == pytest.approx(truth, abs=0.05)
        assert Difference(-errors, 1.0, blocks).certainty == -errors
