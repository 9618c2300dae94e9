"""Series with known motion: frames of a 4D phantom, slices of a stack turned by large angles."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.multi_image.series import (
    FramePair,
    align_stack,
    compose_frames,
    frame_pairs,
    register_series,
    slices_of,
    stack_of,
)
from ElastixRegistrationLib.core.registration.any_rotation import any_rotation_start
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    displacement_field_transform,
    identity,
    map_points,
    matrix_of,
)
from phantoms.images import blobs, grid, stage

#: Of the phantom's frames, mm: a breath, there and back on another way, up to 5 voxels from the first frame.
MOTION = np.array([[0, 0, 0], [3, -2, 4], [6, -4, 8], [7, -1, 9], [3, 1, 4]], float)
VOXEL = 2.0


@pytest.fixture(scope="module")
def phantom():
    """One 3D image for each frame: the same object, moved by MOTION."""
    geometry = grid((30, 28, 26), spacing=(VOXEL,) * 3)
    return [blobs(geometry, motion, dtype=np.int16) for motion in MOTION]


def stages():
    return [stage("EulerTransform", MaximumNumberOfIterations="80", NumberOfSpatialSamples="1000")]


def points_in(image) -> np.ndarray:
    geometry = geometry_of(image)
    return geometry.center() + np.random.default_rng(4).uniform(-15, 15, (20, geometry.dimension))


def test_pairs_go_outward_from_the_reference():
    assert frame_pairs([0, 1, 2, 3], 1) == [
        FramePair(2, 1, 1, 2), FramePair(0, 1, 1, 0), FramePair(3, 1, 1, 3),
    ]  # fmt: skip
    assert frame_pairs([4, 2, 6], 2, neighbors=True) == [FramePair(4, 2, 2, 4), FramePair(6, 4, 4, 6)]
    assert frame_pairs([2, 4, 6], 6, neighbors=True, onto_reference=False) == [
        FramePair(4, 6, 4, 6), FramePair(2, 4, 2, 4),
    ]  # fmt: skip
    with pytest.raises(InputError, match="reference frame 9 is not among the frames 0, 1"):
        frame_pairs([0, 1], 9)


def _shift_and_scale(seed: int):
    random = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3, :3] += random.normal(0, 0.1, (3, 3))
    matrix[:3, 3] = random.normal(0, 5, 3)
    return affine_from_matrix(matrix)


@pytest.mark.parametrize("onto_reference", [True, False])
def test_neighbors_compose_in_the_right_order_and_gaps_end_the_way(onto_reference):
    pairs = frame_pairs(range(5), 1, neighbors=True, onto_reference=onto_reference)
    found = {pair.frame: _shift_and_scale(pair.frame) for pair in pairs if pair.frame != 3}
    whole = compose_frames(pairs, found, 1, identity(3), onto_reference=onto_reference)
    assert sorted(whole) == [0, 1, 2]
    found[3] = _shift_and_scale(3)
    whole = compose_frames(pairs, found, 1, identity(3), onto_reference=onto_reference)
    matrices = {frame: matrix_of(transform) for frame, transform in found.items()}
    expected = matrices[4] @ matrices[3] @ matrices[2] if onto_reference else matrices[2] @ matrices[3] @ matrices[4]
    assert np.allclose(matrix_of(whole[4]), expected)
    assert np.array_equal(matrix_of(whole[1]), np.eye(4))


@pytest.mark.parametrize(("neighbors", "onto_reference"), [(False, True), (True, True), (True, False)])
def test_known_motion_is_recovered_within_half_a_voxel(phantom, neighbors, onto_reference):
    result = register_series(
        phantom, stages(), 1, neighbors=neighbors, onto_reference=onto_reference, threads=1, seed=3
    )
    points = points_in(phantom[0])
    assert sorted(result.transforms) == [0, 1, 2, 3, 4]
    for frame, motion in enumerate(MOTION):
        moved = motion - MOTION[1] if onto_reference else MOTION[1] - motion
        error = np.linalg.norm(map_points(result.transforms[frame], points) - points - moved, axis=1)
        assert error.max() < 0.5 * VOXEL
    shown = array_view(result.resample(phantom, 3))
    target = array_view(phantom[1 if onto_reference else 3])
    inner = (slice(6, -6),) * 3
    assert shown.dtype == np.int16
    assert np.abs(shown[inner].astype(float) - target[inner]).mean() < 3


def test_a_breath_that_deforms_is_followed_within_half_a_voxel():
    geometry = grid((32, 30, 28), spacing=(VOXEL,) * 3)
    still = blobs(geometry, seed=2, count=30)
    index = np.stack(np.meshgrid(*map(np.arange, geometry.size), indexing="ij"), -1).transpose(2, 1, 0, 3)
    points = geometry.points_of(index)
    # Deepest in the middle, along z and a little along y, nothing at the rim; 0, 3 and 6 mm.
    bump = np.prod(np.sin(np.pi * (index + 0.5) / geometry.size), -1)
    fields = [np.stack([0 * bump, 0.4 * depth * bump, depth * bump], -1) for depth in (0.0, 3.0, 6.0)]
    breath = [resample(still, displacement_field_transform(field, geometry), geometry) for field in fields]
    deformable = stage(
        "BSplineTransform", FinalGridSpacingInPhysicalUnits="20", MaximumNumberOfIterations="200",
        NumberOfSpatialSamples="2000", NumberOfResolutions="3",
    )  # fmt: skip
    result = register_series(breath, [deformable], 0, neighbors=True, onto_reference=False, threads=2, seed=1)
    measured = bump > 0.3  # where there is an object to see
    for frame in (1, 2):
        found = map_points(result.transforms[frame], points[measured][::7]) - points[measured][::7]
        error = np.linalg.norm(found - fields[frame][measured][::7], axis=1)
        assert np.linalg.norm(fields[frame][measured], axis=1).max() > 3.0 * frame
        assert error.mean() < 0.15 * VOXEL
        assert np.percentile(error, 95) < 0.5 * VOXEL


def test_cancelling_keeps_what_is_done_and_a_bad_frame_only_itself(phantom):
    done = []
    result = register_series(
        phantom, stages(), 0, threads=1, cancelled=lambda: len(done) == 2, progress=lambda n, of: done.append((n, of))
    )
    assert done == [(1, 4), (2, 4)]
    assert sorted(result.transforms) == [0, 1, 2]
    constant = image_from_array(np.zeros((26, 28, 30), np.int16), geometry_of(phantom[0]))
    broken = [phantom[0], constant, phantom[2]]
    result = register_series(broken, stages(), 0, threads=1)
    assert sorted(result.transforms) == [0, 2]
    assert "constant" in result.failed[1]
    result = register_series(broken, stages(), 0, neighbors=True, threads=1)
    assert sorted(result.transforms) == [0]
    assert set(result.failed) == {1, 2}


def test_frames_and_masks_are_checked(phantom):
    with pytest.raises(InputError, match="no frame 7"):
        register_series(phantom, stages(), 0, frames=[0, 7])
    with pytest.raises(InputError, match="5 frames and 1 masks"):
        register_series(phantom, stages(), 0, masks=[None])
    with pytest.raises(InputError, match="2D images only"):
        any_rotation_start(phantom[0], phantom[1])


def turned(image, angle: float, shift, center=None):
    """(image turned by ``angle`` degrees and moved, (3, 3) matrix from points of ``image`` to points of the result)."""
    geometry = geometry_of(image)
    center = geometry.center() if center is None else center
    radians = np.deg2rad(angle)
    matrix = np.eye(3)
    matrix[:2, :2] = [[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]]
    matrix[:2, 2] = center + shift - matrix[:2, :2] @ center
    return resample(image, affine_from_matrix(np.linalg.inv(matrix)), geometry), matrix


@pytest.mark.parametrize("angle", [-170, -95, -31, 5, 64, 128, 179])
@pytest.mark.parametrize("inverted", [False, True])
def test_any_rotation_is_found_also_in_other_contrast(angle, inverted):
    section = blobs(grid((90, 80), spacing=(1.0, 1.2)), seed=8)
    moved, matrix = turned(section, angle, (9.0, -7.0))
    if inverted:
        array_view(moved)[...] = 150 - array_view(moved)
    start = any_rotation_start(section, moved)
    points = points_in(section)
    expected = points @ matrix[:2, :2].T + matrix[:2, 2]
    assert np.linalg.norm(map_points(start, points) - expected, axis=1).max() < 3


def test_a_stack_of_slices_turned_by_large_angles_is_aligned():
    geometry = grid((80, 76, 5), spacing=(1.0, 1.0, 3.0))
    random = np.random.default_rng(6)
    plane = grid((80, 76), spacing=(1.0, 1.0), origin=(0.0, 0.0))
    sections, truths = [], []
    for k in range(5):
        image, matrix = turned(blobs(plane, (0.4 * k, 0), seed=8), 60 * k - 110, random.uniform(-5, 5, 2))
        sections.append(image)
        truths.append(matrix)
    volume = stack_of(sections, geometry)
    assert all(
        np.array_equal(array_view(one), array_view(other))
        for one, other in zip(slices_of(volume), sections, strict=True)
    )
    rigid = [stage("EulerTransform", MaximumNumberOfIterations="120", NumberOfSpatialSamples="1500")]
    aligned, result = align_stack(volume, rigid, any_rotation=True, threads=1, seed=1)
    points = points_in(sections[2])
    for k in range(5):
        # From the middle slice back to the object, which drifts by 0.4 mm a slice, and from there to slice k.
        drift = np.eye(3)
        drift[0, 2] = 0.4 * (k - 2)
        through = truths[k] @ drift @ np.linalg.inv(truths[2])
        expected = points @ through[:2, :2].T + through[:2, 2]
        assert np.linalg.norm(map_points(result.transforms[k], points) - expected, axis=1).max() < 0.1
    assert geometry_of(aligned).is_close(geometry)
    middle = array_view(aligned)[2, 15:-15, 15:-15]
    for k in (0, 4):
        before = np.abs(array_view(volume)[k, 15:-15, 15:-15] - middle).mean()
        assert np.abs(array_view(aligned)[k, 15:-15, 15:-15] - middle).mean() < 0.25 * before
