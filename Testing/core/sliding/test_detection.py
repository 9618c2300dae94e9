"""Whether something slides is found out, and followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, image_from_array
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.sliding.detection import field_of, find_sliding
from ElastixRegistrationLib.core.sliding.grids import SlidingImage
from ElastixRegistrationLib.core.sliding.local_correlation import LocalCorrelation
from ElastixRegistrationLib.core.sliding.pyramid import Pyramid
from ElastixRegistrationLib.core.sliding.rigid_fit import fitted_rigidly, no_motion, rigid_field, shift_matrix
from ElastixRegistrationLib.core.sliding.shifts import telling_shift
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, map_points
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


def test_a_start_that_followed_part_of_what_slides_is_mended():
    """As where the header of the moving image tells nothing, and the start was searched."""
    fixed, moving, upper, shift = phantom(15.0, FINE)
    start = rigid_matrix(np.concatenate([np.radians([1.6, -2.0, 2.0]), 0.4 * shift]), FINE.center())
    pyramid = Pyramid(SlidingImage(fixed, FINE), SlidingImage(moving, FINE), start)
    free = smeared(shift, FINE)
    found = pyramid.still_start(lambda grid: field_of(free, grid, start))
    still = FINE.points_of(np.argwhere(upper < 0)[::197, ::-1])
    before, after = (np.linalg.norm(moved_points(one, still) - still, axis=1) for one in (start, found))
    assert before.mean() > 5
    assert after.max() < 1


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


def test_a_rigid_motion_is_fitted_to_what_moves_with_it():
    """The lower half stands still, and counts for nothing."""
    grid = FINE
    motion = rigid_matrix(np.array([0.02, -0.03, 0.025, 5.0, -4.0, 2.0]), grid.center())
    fixed, _, upper, _ = phantom(0.0, grid)
    turned = _resampled(fixed, grid, np.linalg.inv(motion))
    moving = np.where(_resampled(upper, grid, np.linalg.inv(motion)) > 0, turned, fixed)
    levels = [
        LocalCorrelation(*(SlidingImage(voxels, grid).reduced(edge) for voxels in (fixed, moving)), np.eye(4))
        for edge in (6.0, 4.0)
    ]
    found = fitted_rigidly(levels, shift_matrix(motion[:3, 3]), no_motion)
    inner = grid.points_of(np.argwhere(upper > 2 * max(grid.spacing))[::197, ::-1])
    assert np.linalg.norm(moved_points(found, inner) - moved_points(motion, inner), axis=1).max() < 1
    field = np.moveaxis(rigid_field(motion, grid), 0, -1)[upper > 2 * max(grid.spacing)][::197]
    assert np.allclose(field, moved_points(motion, inner) - inner, atol=1e-3)


def _resampled(voxels: np.ndarray, grid: Geometry, matrix: np.ndarray) -> np.ndarray:
    image = image_from_array(voxels.astype(np.float32), grid)
    return np.asarray(array_view(resample(image, affine_from_matrix(matrix), grid, background=0)))
