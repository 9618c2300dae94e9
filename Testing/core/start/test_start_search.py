"""Where a registration starts: found anywhere in a larger image, and turned by any angle."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of
from ElastixRegistrationLib.core.start.coarse import CoarseImage, FittedImage, coarse_image
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix, rigid_part
from ElastixRegistrationLib.core.start.shift_search import best_shifts
from ElastixRegistrationLib.core.start.similarity import SimilarityScorer, similarity_scorer
from ElastixRegistrationLib.core.start.start_search import UPRIGHT_DEGREES, find_start, find_starts
from phantoms.images import blobs, grid


def texture(shape, seed=0, width=3):
    """Random and smooth over some ``width`` voxels, float32, (k, j, i)."""
    values = np.random.default_rng(seed).normal(0, 1, shape)
    for axis in range(len(shape)):
        for _ in range(width):
            values = (np.roll(values, 1, axis) + 2 * values + np.roll(values, -1, axis)) / 4
    return (100 + 100 * values / values.std()).astype(np.float32)


def moved_header(geometry, motion):
    matrix = rigid_matrix(motion, geometry.center())
    direction = matrix[:-1, :-1] @ np.array(geometry.direction)
    origin = moved_points(matrix, np.array([geometry.origin]))[0]
    moved = Geometry(geometry.size, geometry.spacing, tuple(origin.tolist()), tuple(map(tuple, direction.tolist())))
    return moved, matrix


def information(one, other):
    """Mutual information of two arrays of whole numbers, nats, from their joint counts."""
    joint = np.histogram2d(one, other, bins=[np.arange(5) - 0.5] * 2)[0] / len(one)
    by_chance = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    return float((joint[joint > 0] * np.log(joint[joint > 0] / by_chance[joint > 0])).sum())


@pytest.mark.parametrize(("shape", "side"), [((9, 11, 12), 6), ((30, 34), 20)])
def test_information_at_a_shift_is_that_of_the_voxels_which_meet(shape, side):
    values = texture(shape)
    geometry = grid(shape[::-1], (2.0, 3.0, 2.5)[: len(shape)])
    whole = CoarseImage(values, geometry, 0.0)
    low = np.array([2, 3, 1][: len(shape)])
    part = tuple(slice(n, n + side) for n in low[::-1])
    origin = tuple(geometry.points_of(low.astype(float)).tolist())
    there = Geometry((side,) * len(shape), geometry.spacing, origin, geometry.direction)
    fixed = CoarseImage(values[part].copy(), there, 0.0)
    center = fixed.geometry.points_of(np.zeros(len(shape)))
    score, number, shift = max(best_shifts(fixed, whole, center, [np.eye(len(shape))]), key=lambda one: one[0])

    def bins(array):
        low, high = np.percentile(array, [0.5, 99.5])
        return np.clip((array - low) * (4 / (high - low)), 0, 3).astype(int)

    assert number == 0
    assert shift == pytest.approx(0, abs=1e-9)
    assert score == pytest.approx(information(bins(values[part]).ravel(), bins(values)[part].ravel()), rel=1e-3)


def test_a_small_region_is_found_anywhere_in_a_much_larger_image():
    """As a fetal brain in its mask, in a stack of the whole uterus whose header was moved."""
    geometry = grid((72, 72, 44), (4.0, 4.0, 4.0))
    values = texture((44, 72, 72))
    mask = np.zeros(values.shape, np.uint8)
    mask[14:30, 9:27, 45:65] = 1
    moved, truth = moved_header(geometry, np.concatenate([np.radians((25, -20, 30)), (40.0, -35.0, 25.0)]))
    found = find_starts(similarity_scorer(FittedImage(values, geometry, 0.0, mask), FittedImage(values, moved, 0.0)))
    points = geometry.points_of(np.argwhere(mask)[::50, ::-1].astype(float))
    errors = np.linalg.norm(moved_points(found.best.matrix, points) - moved_points(truth, points), axis=1)
    assert errors.max() < 9.0


@pytest.mark.parametrize("degrees", [pytest.param((90, 0, 0), marks=pytest.mark.slow), (90, 0, 100)])
def test_axes_that_were_taken_for_others_are_found(degrees):
    geometry = grid((44, 52, 48), (4.0, 4.0, 4.0))
    values = texture((48, 52, 44), seed=3)
    moved, truth = moved_header(geometry, np.concatenate([np.radians(degrees), (15.0, -20.0, 10.0)]))
    sides = (FittedImage(values, place, 0.0) for place in (geometry, moved))
    found = find_starts(similarity_scorer(*sides))
    points = geometry.corners() * 0.5 + geometry.center() * 0.5
    errors = np.linalg.norm(moved_points(found.best.matrix, points) - moved_points(truth, points), axis=1)
    assert errors.max() < 8.0
    assert found.upright.turn_degrees <= UPRIGHT_DEGREES < found.best.turn_degrees


def test_the_search_ignores_what_is_outside_the_mask():
    geometry = grid((40, 40, 40), (4.0, 4.0, 4.0))
    fixed, moving = (array_view(blobs(geometry, shift)) for shift in ((0, 0, 0), (24.0, 0, 0)))
    bright = np.zeros(fixed.shape, np.float32)
    bright[:, :, :4] = 900  # a couch, in the same place of both
    masks = [np.broadcast_to(np.arange(40) > 5, fixed.shape).astype(np.uint8)] * 2
    images = [
        coarse_image(FittedImage(np.maximum(values, bright), geometry, 0.0, mask), 4.0)
        for values, mask in zip((fixed, moving), masks, strict=True)
    ]
    start = find_start(SimilarityScorer(*images))
    assert start.matrix[:3, 3] == pytest.approx([24.0, 0, 0], abs=5)


def test_whichever_is_fixed_the_smaller_image_is_moved_about_in_the_larger_one():
    whole = grid((40, 40, 40), (4.0, 4.0, 4.0))
    part = Geometry((20, 22, 24), whole.spacing, (12.0, 20.0, 8.0), whole.direction)  # loaded where it is not
    large = coarse_image(FittedImage(array_view(blobs(whole)), whole, 0.0), 4.0)
    small = coarse_image(FittedImage(array_view(blobs(whole))[9:33, 8:30, 10:30], part, 0.0), 4.0)
    onto_large = find_start(SimilarityScorer(large, small), prefer_loaded=False)
    onto_small = find_start(SimilarityScorer(small, large), prefer_loaded=False)
    assert onto_large.matrix == pytest.approx(np.linalg.inv(onto_small.matrix))
    where_it_is = np.array(part.origin) - whole.points_of(np.array([10.0, 8.0, 9.0]))
    assert moved_points(onto_large.matrix, whole.center()[None])[0] - whole.center() == pytest.approx(
        where_it_is, abs=4.0
    )


@pytest.mark.parametrize("names", [("t1w", "t2"), ("t2", "t1w")])
@pytest.mark.parametrize("angles", [(0, 0, 0), (0, 0, 15), (0, 0, -30), (20, -10, 0)])
def test_contrasts_of_a_neck_that_tell_little_of_each_other_find_their_place(shared_data, names, angles):
    fixed, moving = (read_image(shared_data / "spinal_cord" / f"{name}.nii.gz") for name in names)
    geometry = geometry_of(moving)
    truth = rigid_matrix(np.concatenate([np.radians(angles), (17.0, 17.0, -17.0)]), geometry.center())
    direction = truth[:-1, :-1] @ np.array(geometry.direction)
    origin = moved_points(truth, np.array([geometry.origin]))[0]
    turned = Geometry(geometry.size, geometry.spacing, tuple(origin.tolist()), tuple(map(tuple, direction.tolist())))
    sides = [
        FittedImage(np.array(array_view(image), np.float32), place, 0.0)
        for image, place in ((fixed, geometry_of(fixed)), (moving, turned))
    ]
    start = find_start(similarity_scorer(*sides))
    points = geometry.center() + np.random.default_rng(1).uniform(-20, 20, (50, 3))
    assert np.linalg.norm(moved_points(start.matrix, points) - moved_points(truth, points), axis=1).mean() < 5


def test_the_rigid_part_of_a_linear_motion_is_what_it_was_made_of():
    geometry = grid((30, 40, 50), (1.0, 2.0, 3.0))
    center = geometry.center()
    rigid = rigid_matrix(np.array([0.3, -0.2, 0.5, 10.0, -20.0, 5.0]), center)
    stretched = np.diag([1.1, 0.8, 1.2, 1.0])
    stretched[:3, 3] = center - stretched[:3, :3] @ center
    assert rigid_part(rigid @ stretched, center) == pytest.approx(rigid)
    mirrored = rigid_part(rigid @ np.diag([-1.0, 1.0, 1.0, 1.0]), center)
    assert np.linalg.det(mirrored[:3, :3]) == pytest.approx(1)
