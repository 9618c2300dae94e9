"""Whether something slides is found out, and followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ElastixRegistrationLib.core.sliding.detection import find_sliding
from ElastixRegistrationLib.core.sliding.grids import SlidingImage
from ElastixRegistrationLib.core.sliding.local_correlation import LocalCorrelation
from ElastixRegistrationLib.core.sliding.shifts import telling_shift
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.sliding import FINE, GRID, phantom, smeared


@pytest.mark.parametrize("followed", [1.0, pytest.param(0.4, marks=pytest.mark.slow)])
def test_a_block_that_slides_is_followed_and_the_other_one_let_go(followed):
    """Also where a smooth registration lost most of its way."""
    fixed, moving, upper, shift = phantom(15.0, FINE)
    images, smooth = (SlidingImage(fixed, FINE), SlidingImage(moving, FINE)), smeared(followed * shift, FINE)
    found = find_sliding(*images, smooth, smooth, [np.eye(4)])
    assert found is not None
    assert found.figures.along_median == pytest.approx(15, abs=1.5)
    assert found.figures.mismatch_median < 1
    inner = np.zeros_like(upper, bool)
    inner[4:-4, 6:-6, 6:-6] = True
    two_voxels = 2 * np.cbrt(np.prod(FINE.spacing))
    for side, truth in ((upper > two_voxels, shift), (upper < -two_voxels, 0 * shift)):
        points = FINE.points_of(np.argwhere(side & inner)[::97, ::-1])
        # Where the block was taken out of the image there is nothing to find it by.
        seen = (np.abs(points + truth) < 45).all(axis=1)
        errors = np.linalg.norm(map_points(found.transform, points) - points - truth, axis=1)[seen]
        assert np.median(errors) < 0.2
        assert np.percentile(errors, 98) < two_voxels / 4


def test_few_voxels_are_enough():
    """On the coarse levels of this grid, fewer windows stay unseen than a decision needs."""
    size = np.array([45, 48, 29])
    spacing = np.multiply(FINE.size, FINE.spacing) / size
    here = replace(FINE, size=tuple(size.tolist()), spacing=tuple(spacing.tolist()))
    fixed, moving, _, shift = phantom(15.0, here)
    images, smooth = (SlidingImage(fixed, here), SlidingImage(moving, here)), smeared(shift, here)
    assert find_sliding(*images, smooth, smooth, [np.eye(4)]) is not None


def test_what_does_not_slide_is_left_alone():
    fixed, moving, _, _ = phantom(0.0, FINE)
    shift = np.array([1.0, -2.0, 1.5])
    images, smooth = (SlidingImage(fixed, FINE), SlidingImage(moving, FINE)), smeared(shift, FINE)
    assert find_sliding(*images, smooth, smooth, [np.eye(4)]) is None


def test_the_shift_that_tells_most_is_that_of_the_block_that_slides():
    fixed, moving, _, shift = phantom(15.0)
    images = [SlidingImage(voxels, GRID).reduced(4.0) for voxels in (fixed, moving)]
    scorer = LocalCorrelation(*images, np.eye(4))
    assert (np.abs(telling_shift(scorer) - shift) <= images[0].geometry.spacing).all()
    scorer.weights *= 0  # nothing counts, nothing is told
    assert (telling_shift(scorer) == 0).all()
