"""A registration with regions that slide, and what is made of its transform afterwards."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.analysis import analyze_deformation
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.formats.segment_entries import set_segments
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, image_from_array
from ElastixRegistrationLib.core.multi_image.series import register_series
from ElastixRegistrationLib.core.quality.assessment import assess
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.transforms.inverse import invert
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, grid, stage
from phantoms.sliding import phantom
from phantoms.sliding_files import GRID, SLIDE_MM, VOXEL, smooth_stage
from phantoms.sliding_files import sides as points_of_sides


@pytest.fixture(scope="module")
def made():
    return phantom(SLIDE_MM)


@pytest.fixture(scope="module")
def images(made):
    return [image_from_array(voxels, GRID) for voxels in (made.fixed, made.moving)]


@pytest.fixture(scope="module")
def mask(made):
    return image_from_array((made.upper > 0).astype(np.uint8), GRID)


@pytest.fixture(scope="module")
def result(images, mask):
    return register(*images, [smooth_stage()], sliding_mask=mask, seed=1)


@pytest.fixture(scope="module")
def sides():
    return points_of_sides()


def test_both_sides_are_followed_and_it_is_said(result, sides, images):
    for points, truth in sides:
        errors = np.linalg.norm(map_points(result.transform, points) - points - truth, axis=1)
        assert np.percentile(errors, 98) < VOXEL / 2
    assert result.sliding.regions == (1,)
    assert result.sliding.mismatch_95 < VOXEL
    (sentence,) = [note for note in result.notes if note.startswith("Organs slide")]
    assert f"{result.sliding.mismatch_median:.1f} mm" in sentence
    smooth = register(*images, [smooth_stage()], seed=1)
    assert smooth.sliding is None
    points, _ = sides[1]
    assert np.percentile(np.linalg.norm(map_points(smooth.transform, points) - points, axis=1), 98) > VOXEL / 2


def test_the_border_is_told_from_folds(result, images):
    judged = assess(images[0], result)
    figures = {figure.name: figure.after for figure in judged.comparison.figures}
    assert figures["Folded voxels"] == 0
    assert figures["Voxels where it slides"] > 500
    assert figures["Slides along its surroundings"] == pytest.approx(SLIDE_MM, abs=1)
    assert figures["Gap or overlap where it slides, median"] == result.sliding.mismatch_median
    assert figures["Gap or overlap where it slides, 95 %"] < VOXEL
    assert judged.comparison.verdict.status == "better"
    analysis = analyze_deformation(result.transform, GRID)
    assert analysis.border.sum() == figures["Voxels where it slides"]
    assert not len(analysis.folded_points)


def test_the_inverse_comes_back_on_both_sides(result, sides):
    inverse = invert(result.transform, GRID)
    for points, _ in sides:
        there = map_points(result.transform, points)
        errors = np.linalg.norm(map_points(inverse.transform, there) - points, axis=1)
        assert np.percentile(errors, 90) < 0.1


@pytest.mark.parametrize("name", ["sliding.h5", "sliding.tfm", "sliding.txt", "sliding.nrrd"])
def test_files_keep_it(name, result, sides, tmp_path):
    write_transform(result.transform, tmp_path / name, GRID, result.transform_parameters)
    back = read_transform(tmp_path / name)
    for points, _ in sides:
        assert map_points(back, points) == pytest.approx(map_points(result.transform, points), abs=1e-3)


def test_the_resampled_image_is_the_fixed_one_on_both_sides(result, made):
    moved = array_view(result.resample(background=-1000))
    seen = (moved > -500) & (np.abs(made.upper) > 2 * VOXEL)
    assert np.corrcoef(moved[seen], made.fixed[seen])[0, 1] > 0.99


def test_a_mask_on_another_grid_counts_as_well(images, made, result, sides):
    inside = np.kron(made.upper > 0, np.ones((2, 2, 2), bool))
    origin = tuple((np.array(GRID.origin) - np.array(GRID.spacing) / 4).tolist())
    finer = Geometry(inside.shape[::-1], tuple(s / 2 for s in GRID.spacing), origin, GRID.direction)
    labels = image_from_array(inside.astype(np.int16) * 5, finer)
    other = register(*images, [smooth_stage()], sliding_mask=labels, seed=1)
    assert other.sliding.regions == (5,)
    for points, _ in sides:
        assert map_points(other.transform, points) == pytest.approx(map_points(result.transform, points), abs=0.3)


def test_the_same_regions_in_the_moving_image_count_as_well(images, mask, result, sides):
    """Here they add nothing, because each block has its own texture. They need not have the same grid."""
    larger = np.pad(np.asarray(array_view(mask)), ((0, 2), (0, 0), (3, 0)))
    origin = tuple((np.array(GRID.origin) - [3 * GRID.spacing[0], 0, 0]).tolist())
    moving_mask = image_from_array(larger, Geometry(larger.shape[::-1], GRID.spacing, origin, GRID.direction))
    other = register(*images, [smooth_stage()], sliding_mask=mask, moving_sliding_mask=moving_mask, seed=1)
    assert other.sliding.regions == (1,)
    assert other.sliding.mismatch_95 < VOXEL
    for points, _ in sides:
        assert map_points(other.transform, points) == pytest.approx(map_points(result.transform, points), abs=0.5)


def test_regions_of_the_moving_image_must_be_the_same(images, mask):
    labels = np.asarray(array_view(mask))

    def refused(voxels, problem: str, grid=GRID, **more) -> None:
        other = image_from_array(np.asarray(voxels, np.uint8), grid)
        with pytest.raises(InputError, match=problem):
            register(*images, [smooth_stage()], **{"sliding_mask": mask, "moving_sliding_mask": other} | more)

    refused(labels * 2, "labels 1 within the fixed image, but the moving sliding mask has 2 within the moving image")
    refused(labels + 1, "has 1, 2 within")
    refused(labels * 0, "moving sliding mask is empty")
    refused(
        labels, "moving sliding mask lies outside", Geometry(GRID.size, GRID.spacing, (900.0, 0.0, 0.0), GRID.direction)
    )
    refused(labels[0], "moving sliding mask has 2 dimensions", grid(GRID.size[:2]))
    refused(labels, "needs a sliding mask", sliding_mask=None)
    flat = grid((40, 40))
    with pytest.raises(InputError, match="3D"):
        register(blobs(flat), blobs(flat), [stage()], moving_sliding_mask=image_from_array(np.ones((40, 40)), flat))


def test_each_frame_of_a_series_slides_for_itself(images, mask, sides):
    """The reference in the middle; the first frame stays, the last one slides."""
    frames = [images[0], images[0], images[1]]
    result = register_series(frames, [smooth_stage()], 1, sliding_mask=mask, seed=1)
    for points, truth in sides:
        for frame, motion in ((0, 0 * truth), (2, truth)):
            errors = np.linalg.norm(map_points(result.transforms[frame], points) - points - motion, axis=1)
            assert np.percentile(errors, 98) < VOXEL / 2
    for way in ({"neighbors": True}, {"onto_reference": False}):
        with pytest.raises(InputError, match="A sliding mask lies on the reference frame"):
            register_series(frames, [smooth_stage()], 1, sliding_mask=mask, **way)


def test_without_need_the_mask_is_left_and_that_is_said(images, mask):
    off = register(*images, [smooth_stage()], sliding_mask=mask, sliding="off", seed=1)
    assert off.sliding is None
    still = register(images[0], images[0], [smooth_stage()], sliding_mask=mask, seed=1)
    assert still.sliding is None
    assert any("do not show that its regions slide" in note for note in still.notes)
    rigid = register(*images, [stage("EulerTransform")], sliding_mask=mask, seed=1)
    assert any("the transform is linear" in note for note in rigid.notes)


def test_masks_that_say_nothing_are_refused(images, mask):
    labels = np.asarray(array_view(mask))
    for voxels, problem in ((labels * 0, "empty"), (np.arange(labels.size).reshape(labels.shape) % 30, "29 labels")):
        with pytest.raises(InputError, match=problem):
            register(*images, [smooth_stage()], sliding_mask=image_from_array(voxels.astype(np.uint8), GRID))
    elsewhere = Geometry(GRID.size, GRID.spacing, (900.0, 0.0, 0.0), GRID.direction)
    with pytest.raises(InputError, match="outside its image"):
        register(*images, [smooth_stage()], sliding_mask=image_from_array(labels, elsewhere))
    flat = grid((40, 40))
    with pytest.raises(InputError, match="3D"):
        register(blobs(flat), blobs(flat), [stage()], sliding_mask=image_from_array(np.ones((40, 40), np.uint8), flat))


def test_a_mask_without_surroundings_slides_between_its_labels(images, mask, result, sides):
    """A parcellation of all voxels has no 0."""
    parcels = image_from_array(np.asarray(array_view(mask)) + np.uint8(4), GRID)
    same = register(*images, [smooth_stage()], sliding_mask=parcels, moving_sliding_mask=None, seed=1)
    points = np.concatenate([points for points, _ in sides])
    assert map_points(same.transform, points) == pytest.approx(map_points(result.transform, points), abs=0.05)
    assert same.sliding.regions == (5,)
    everywhere = image_from_array(np.ones(GRID.size[::-1], np.uint8), GRID)
    with pytest.raises(InputError, match="covers the whole image, so there is nothing"):
        register(*images, [smooth_stage()], sliding_mask=everywhere)


def test_a_mask_is_not_dropped_in_silence(images, mask):
    off = register(*images, [smooth_stage()], sliding_mask=mask, sliding="off", seed=1)
    assert "The sliding mask was not used, because sliding is off." in off.notes
    labels = np.array(array_view(mask))
    labels[:2, :2, :2] = 7
    few = register(*images, [smooth_stage()], sliding_mask=image_from_array(labels, GRID), seed=1)
    assert any(note.startswith("These labels of the sliding mask keep") and note.endswith(": 7.") for note in few.notes)


def test_named_segments_without_a_common_name_are_no_pair(images, mask):
    other = image_from_array(np.array(array_view(mask)), GRID)
    named = image_from_array(np.array(array_view(mask)), GRID)
    set_segments(named, {1: "Liver"}, {})
    set_segments(other, {1: "Spleen"}, {})
    with pytest.raises(InputError, match="the segments Liver, but the moving sliding mask has Spleen"):
        register(*images, [smooth_stage()], sliding_mask=named, moving_sliding_mask=other)
