"""Whatever the grid, the voxel type and the size: images come back as they were, and a registration keeps both."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, identity, map_points
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phantoms.images import grid, oblique, stage

TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "float32", "float64"]


def quietly(examples: int) -> settings:
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks, derandomize=True)


@st.composite
def grids(draw, smallest=2, largest=9):
    dimension = draw(st.sampled_from([2, 3]))
    size = draw(st.lists(st.integers(smallest, largest), min_size=dimension, max_size=dimension))
    spacing = draw(st.lists(st.floats(0.01, 25), min_size=dimension, max_size=dimension))
    origin = draw(st.lists(st.floats(-2000, 2000), min_size=dimension, max_size=dimension))
    direction = oblique(draw(st.integers(0, 99)), dimension, draw(st.booleans())) if draw(st.booleans()) else None
    return grid(size, spacing, origin, direction)


@st.composite
def images(draw, **more):
    place, dtype = draw(grids(**more)), np.dtype(draw(st.sampled_from(TYPES)))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    low, high = (
        (-1000, 1000) if dtype.kind == "f" else (max(np.iinfo(dtype).min, -(2**31)), min(np.iinfo(dtype).max, 2**31))
    )
    return image_from_array(random.uniform(low, high, place.size[::-1]).astype(dtype), place)


@quietly(40)
@given(image=images(), suffix=st.sampled_from([".nrrd", ".mha", ".nii.gz"]))
def test_files_keep_voxels_and_place(tmp_path, image, suffix):
    path = tmp_path / f"image{suffix}"
    write_image(image, path)
    back = read_image(path)
    assert np.array_equal(array_view(back), array_view(image))
    if suffix != ".nii.gz":  # which has single precision, and rotations only
        assert geometry_of(back).is_close(geometry_of(image))


@quietly(40)
@given(image=images(), interpolation=st.sampled_from(["linear", "nearest"]))
def test_identity_leaves_an_image_as_it_is(image, interpolation):
    place = geometry_of(image)
    moved = resample(image, identity(place.dimension), place, interpolation=interpolation, background=7.0)
    assert array_view(moved).dtype == array_view(image).dtype
    scale = float(np.abs(array_view(image).astype(float)).max()) or 1.0
    difference = array_view(moved).astype(float) - array_view(image).astype(float)
    assert np.abs(difference).max() <= 1e-5 * scale + (0 if array_view(image).dtype.kind == "f" else 1)


@quietly(40)
@given(image=images(smallest=4), axis=st.integers(0, 2), steps=st.integers(-2, 2))
def test_a_shift_by_whole_voxels_moves_the_array(image, axis, steps):
    place, array = geometry_of(image), array_view(image).astype(float)
    axis %= place.dimension
    step = np.array(place.direction)[:, axis] * place.spacing[axis] * steps
    matrix = np.eye(place.dimension + 1)
    matrix[:-1, -1] = step
    moved = array_view(resample(image, affine_from_matrix(matrix), place, interpolation="nearest", background=0.0))
    of_array = place.dimension - 1 - axis
    expected = np.roll(array, -steps, of_array)
    inside = [slice(None)] * array.ndim
    inside[of_array] = slice(max(0, -steps), array.shape[of_array] - max(0, steps))
    # Halfway between voxels rounding decides; a shift by whole ones is never there.
    assert np.array_equal(moved[tuple(inside)].astype(float), expected[tuple(inside)])


@pytest.mark.parametrize("dtype", TYPES)
@quietly(3)
@given(place=grids(smallest=8, largest=14), seed=st.integers(0, 99))
def test_a_registration_keeps_type_and_grid(dtype, place, seed):
    random = np.random.default_rng(seed)
    noise = random.uniform(0, 100, place.size[::-1])
    fixed, moving = (image_from_array((noise + random.uniform(0, 5, noise.shape)).astype(dtype), place) for _ in "ab")
    few = {"MaximumNumberOfIterations": "5", "NumberOfResolutions": "1", "NumberOfSpatialSamples": "60"}
    quick = stage(**few, MaximumStepLength="0.001")  # noise would lead it anywhere
    result = register(fixed, moving, [quick], seed=1, threads=1)
    moved = result.resample()
    assert array_view(moved).dtype == array_view(moving).dtype
    assert geometry_of(moved).is_close(place)
    assert np.isfinite(map_points(result.transform, place.corners())).all()
