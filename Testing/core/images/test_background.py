"""Padding and background of images whose truth is known: phantoms with a measured and an unmeasured part."""

from __future__ import annotations

import time

import numpy as np
import pytest
from core.phantoms import blobs, grid
from ElastixRegistrationLib.core.images.background import estimate_background, padding_mask
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.images.grid_sample import connected_to_faces, step_of

SHAPE = (32, 96, 96)


def _grid(shape=SHAPE):
    """Coordinates from -1 to 1 along each axis, z y x."""
    return np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij")


def _cylinder(radius_y, radius_x, shape=SHAPE):
    _, y, x = _grid(shape)
    return (y / radius_y) ** 2 + (x / radius_x) ** 2 <= 1


def _wedge(shape=SHAPE, tilt=0.35):
    """Corners that a volume rotated in its plane leaves empty."""
    _, y, x = _grid(shape)
    c, s = np.cos(tilt), np.sin(tilt)
    return (np.abs(c * x + s * y) > 0.95) | (np.abs(c * y - s * x) > 0.95)


def _ct(seed=1, air=-1000.0, noise=15.0, couch=True, body=(0.45, 0.7), shape=SHAPE):
    """Float HU: body with fat, muscle, lung and bone, on a couch with a shell and foam, in air."""
    random = np.random.default_rng(seed)
    hu = np.full(shape, air)
    if couch:
        _, y, x = _grid(shape)
        table = (np.abs(y - 0.7) < 0.12) & (np.abs(x) < 0.6)
        foam = (np.abs(y - 0.7) < 0.07) & (np.abs(x) < 0.56)
        hu[table], hu[foam] = -300, -930
    hu[_cylinder(*body, shape)] = -100
    hu[_cylinder(body[0] * 0.85, body[1] * 0.85, shape)] = 40
    _, y, x = _grid(shape)
    for side in (-1, 1):
        lung = (y / (body[0] * 0.5)) ** 2 + ((x - side * body[1] * 0.4) / (body[1] * 0.25)) ** 2 <= 1
        hu[lung] = -830
    hu[_cylinder(0.06, 0.06, shape)] = 700
    return hu + random.normal(0, noise, shape)


def _mr(seed=2, noise=12.0, body=(0.7, 0.6), shape=SHAPE):
    """Float magnitude: a head of two tissues with Rician noise everywhere."""
    random = np.random.default_rng(seed)
    signal = np.zeros(shape)
    signal[_cylinder(*body, shape)] = 700
    signal[_cylinder(body[0] * 0.8, body[1] * 0.8, shape)] = 350
    signal[_cylinder(body[0] * 0.5, body[1] * 0.5, shape)] = 500
    signal *= 1 + 0.1 * np.sin(5 * _grid(shape)[2])
    return np.hypot(signal + random.normal(0, noise, shape), random.normal(0, noise, shape))


@pytest.mark.parametrize("padding", [-3024, -2048, -2000, -1500, -32768])
@pytest.mark.parametrize("noise", [0, 4, 30])
def test_padding_around_the_round_field_of_view_of_a_ct_is_told_from_air(padding, noise):
    outside = ~_cylinder(1, 1)
    image = np.round(_ct(noise=noise)).astype(np.int16)
    image[outside] = padding
    estimate = estimate_background(image)
    assert estimate.padding == padding
    assert estimate.value == pytest.approx(-1000, abs=6)
    assert estimate.padding_fraction == pytest.approx(outside.mean(), abs=1e-9)
    assert np.array_equal(padding_mask(image, estimate), outside)
    assert f"{padding}" in estimate.reason
    assert "air" in estimate.reason


def test_padding_is_found_when_the_body_fills_the_field_of_view():
    outside = ~_cylinder(1, 1)
    image = np.round(_ct(body=(1.6, 1.8), couch=False)).astype(np.int16)
    image[image < -900] = 40
    image[outside] = -2048
    estimate = estimate_background(image)
    assert estimate.padding == -2048
    assert np.array_equal(padding_mask(image, estimate), outside)
    assert estimate.value == image[~outside].min(), "no air was measured: the lowest measured value"
    assert "no background" in estimate.reason


def test_padding_on_one_side_only_is_found():
    image = np.round(_ct()).astype(np.int16)
    image[:, :, :7] = -2048
    estimate = estimate_background(image)
    assert (estimate.padding, estimate.padding_fraction) == (-2048, pytest.approx(7 / 96))
    assert estimate.value == pytest.approx(-1000, abs=6)


def test_ct_without_padding():
    image = np.round(_ct()).astype(np.int16)
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.padding_fraction == 0
    assert not padding_mask(image, estimate).any()
    assert estimate.value == pytest.approx(-1000, abs=6)


@pytest.mark.parametrize(("air", "noise"), [(-1024, 12), (-1100, 20), (-1024, 0)])
def test_air_clamped_to_the_lowest_value_is_background_and_not_padding(air, noise):
    image = np.round(_ct(air=air, noise=noise)).clip(-1024).astype(np.int16)
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.value == pytest.approx(-1024, abs=12)


def test_padding_of_minus_1024_beside_noisy_air_has_no_influence_on_the_background():
    image = np.round(_ct(noise=5)).astype(np.int16)
    image[~_cylinder(1, 1)] = -1024
    estimate = estimate_background(image)
    assert estimate.padding == -1024
    assert estimate.value == pytest.approx(-1000, abs=3)


def test_unsigned_ct_with_an_offset():
    image = np.round(_ct(noise=6) + 1024).clip(0).astype(np.uint16)
    assert estimate_background(image).padding is None
    assert estimate_background(image).value == pytest.approx(24, abs=3)
    image[~_cylinder(1, 1)] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(24, abs=3)


def test_image_cropped_inside_the_body_has_no_background():
    image = np.round(_ct(body=(1.6, 1.8), couch=False)).astype(np.int16)[:, 35:60, 10:40]
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.value == image.min()
    assert "no background" in estimate.reason
    mr = np.round(_mr(body=(1.9, 1.8))).astype(np.int16)
    assert estimate_background(mr).value == mr.min()


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_gray_rim_of_an_earlier_resampling_is_padding_although_tissue_has_that_value(dtype):
    rim = _wedge()
    image = np.round(_ct()).astype(dtype)
    image[rim] = 0
    inside_zeros = (image == 0) & ~rim
    assert inside_zeros.any(), "water-like voxels of exactly 0 HU must exist for this test to mean something"
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(-1000, abs=6)
    assert estimate.padding_fraction == pytest.approx(rim.mean(), rel=0.05)
    found = padding_mask(image, estimate)
    assert found[rim].all()
    assert not found[:, 20:-20, 20:-20].any(), "0 HU inside the body is tissue"
    assert estimate.paddings[0].inside_range


def test_two_paddings_one_from_the_scanner_and_one_from_an_earlier_resampling():
    scanner, rim = ~_cylinder(0.98, 0.98), _wedge(tilt=0.2)
    image = np.round(_ct()).astype(np.int16)
    image[scanner] = -3024
    image[rim] = 0
    estimate = estimate_background(image)
    assert {padding.value for padding in estimate.paddings} == {-3024, 0}
    assert np.array_equal(padding_mask(image, estimate), scanner | rim)
    assert estimate.value == pytest.approx(-1000, abs=6)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float32, np.float64])
def test_noise_floor_of_an_mr(dtype):
    image = np.round(_mr()).astype(dtype)
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.value == pytest.approx(np.median(image[~_cylinder(0.7, 0.6)]), abs=6)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_zeros_in_the_corners_of_a_rotated_mr_are_padding(dtype):
    wedge = _wedge()
    image = _mr().astype(dtype)
    image[wedge] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(15, abs=6)
    found = padding_mask(image, estimate)
    assert found[wedge].all()
    assert np.count_nonzero(found & ~wedge) <= 0.001 * found.size


def test_zeros_that_cut_through_tissue_are_padding():
    wedge = _wedge()
    image = _mr(body=(1.9, 1.8)).astype(np.int16)
    image[wedge] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == image[~wedge].min()


@pytest.mark.parametrize("crop", [0, 14])
def test_zeros_around_an_extracted_brain_are_background(crop):
    """The edge of the brain is what a metric aligns: masking the zeros away would take it from the metric."""
    z, y, x = _grid((64, 96, 96))
    brain = z**2 + (y / 0.7) ** 2 + (x / 0.6) ** 2 < 0.7
    image = np.where(brain, _mr(shape=(64, 96, 96)), 0).astype(np.int16)[:, crop : 96 - crop, crop : 96 - crop]
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


def test_zeros_around_a_brain_extracted_with_a_seam_of_dark_fluid_are_background():
    z, y, x = _grid((64, 96, 96))
    radius = np.sqrt(z**2 + (y / 0.7) ** 2 + (x / 0.6) ** 2)
    tissue = np.where(radius < 0.75, 600, 110) + np.random.default_rng(8).normal(0, 15, radius.shape)
    image = np.where(radius < 0.83, tissue, 0).astype(np.int16)
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


def test_rotated_head_in_a_larger_grid_of_zeros_is_padded():
    z, y, x = _grid((48, 128, 128))
    c, s = np.cos(0.3), np.sin(0.3)
    measured = (np.abs(z) < 0.8) & (np.abs(c * x + s * y) < 0.7) & (np.abs(c * y - s * x) < 0.7)
    image = np.where(measured, _mr(shape=(48, 128, 128), body=(0.5, 0.45)), 0).astype(np.int16)
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(15, abs=6)
    assert np.mean(padding_mask(image, estimate) == ~measured) > 0.999


def test_organ_cut_out_of_a_ct_is_surrounded_by_background():
    organ = _cylinder(0.3, 0.4)
    organ[:4] = organ[-4:] = False
    for outside in (0, -1024, -2048):
        image = np.where(organ, np.round(_ct()), outside).astype(np.int16)
        estimate = estimate_background(image)
        assert (estimate.value, estimate.padding) == (outside, None)


def test_zeros_in_the_place_of_a_removed_face_are_padding():
    image = _mr(body=(0.9, 0.6)).astype(np.int16)
    image[:16, :30, :] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(15, abs=6)


def test_noise_cut_off_at_a_threshold_is_background_and_not_padding():
    image = _mr(noise=8).astype(np.int16)
    image[image < 20] = 0
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


def test_normalized_brain_with_zero_outside_and_values_on_both_sides():
    z, y, x = _grid((64, 96, 96))
    brain = z**2 + (y / 0.7) ** 2 + (x / 0.6) ** 2 < 0.7
    image = np.where(brain, np.random.default_rng(3).normal(0, 1, brain.shape), 0).astype(np.float32)
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.float64])
def test_label_maps(dtype):
    labels = _cylinder(0.7, 0.6).astype(dtype) + _cylinder(0.4, 0.3).astype(dtype)
    estimate = estimate_background(labels)
    assert (estimate.value, estimate.padding) == (0, None)


def test_radiograph_with_a_saturated_background():
    image = np.random.default_rng(5).normal(1500, 300, (200, 180)).clip(0, 4000).astype(np.uint16)
    y, x = _grid((200, 180))
    image[(y / 0.8) ** 2 + (x / 0.7) ** 2 > 1] = 4095
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (4095, None)


def test_two_dimensions():
    image = np.round(_ct()).astype(np.int16)[16]
    image[~_cylinder(1, 1)[16]] = -2048
    estimate = estimate_background(image)
    assert estimate.padding == -2048
    assert estimate.value == pytest.approx(-1000, abs=8)
    assert padding_mask(image, estimate).shape == image.shape


@pytest.mark.parametrize("value", [0, -2048, 7])
def test_constant_image(value):
    estimate = estimate_background(np.full((5, 6, 7), value, np.int16))
    assert (estimate.value, estimate.padding) == (value, None)
    assert "constant" in estimate.reason


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 3, 3), (2, 2, 2), (3, 3, 3), (1, 64, 64), (5,)])
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint32, np.uint64, np.float32, np.float64])
def test_tiny_images_of_any_type_give_a_value_of_the_image(shape, dtype):
    image = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    estimate = estimate_background(image)
    assert image.min() <= estimate.value <= image.max()
    assert padding_mask(image, estimate).shape == shape


def test_voxels_that_are_not_finite_are_left_out():
    image = _ct().astype(np.float32)
    image[~_cylinder(1, 1)] = -2048
    image[10:12, 30:40, 30:40] = np.nan
    image[5, 5, 50] = -np.inf
    estimate = estimate_background(image)
    assert estimate.padding == -2048
    assert estimate.value == pytest.approx(-1000, abs=6)
    assert estimate_background(np.full((4, 4), np.nan)).value == 0
    tissue = np.full((9, 9), np.nan)
    tissue[4:6, 4:6] = [[3, 4], [5, 6]]
    assert estimate_background(tissue).value == 3


def test_only_voxels_inside_a_mask_count():
    image = np.round(_ct()).astype(np.int16)
    image[:, :, :30] = -2048
    mask = np.ones(SHAPE, np.uint8)
    mask[:, :, :30] = 0
    estimate = estimate_background(image, mask=mask)
    assert estimate.padding is None
    assert estimate.value == pytest.approx(-1000, abs=6)


def test_connection_to_the_faces_follows_bends():
    maze = np.array(
        [
            [0, 0, 0, 0, 0, 0, 0],
            [0, 1, 1, 1, 1, 1, 0],
            [0, 1, 0, 0, 0, 1, 0],
            [0, 1, 1, 1, 0, 1, 0],
            [1, 0, 0, 0, 0, 1, 0],
            [1, 1, 1, 1, 1, 1, 0],
            [0, 0, 0, 0, 0, 0, 0],
        ],
        bool,
    )
    assert np.array_equal(connected_to_faces(maze), maze)
    closed = maze.copy()
    closed[5, 3] = False
    assert connected_to_faces(closed)[5, :3].all()
    assert not connected_to_faces(closed)[1:4].any()
    assert not connected_to_faces(closed)[5, 4:].any()


def test_connection_agrees_with_an_independent_labeling():
    sitk = pytest.importorskip("SimpleITK")
    mask = np.random.default_rng(11).random((20, 25, 30)) < 0.4
    labels = sitk.GetArrayFromImage(sitk.ConnectedComponent(sitk.GetImageFromArray(mask.astype(np.uint8))))
    faces = np.ones(mask.shape, bool)
    faces[1:-1, 1:-1, 1:-1] = False
    expected = mask & np.isin(labels, np.unique(labels[faces & mask]))
    assert np.array_equal(connected_to_faces(mask), expected)


@pytest.mark.slow
def test_large_ct_takes_a_fraction_of_a_second():
    slab = np.round(_ct(shape=(10, 512, 512))).astype(np.int16)
    slab[~_cylinder(1, 1, slab.shape)] = -2048
    image = np.tile(slab, (30, 1, 1))
    start = time.perf_counter()
    estimate = estimate_background(image)
    seconds = time.perf_counter() - start
    assert estimate.padding == -2048
    assert seconds < 1.5, "0.3 s on two idle cores; the margin is for a machine at work"


@pytest.mark.parametrize(("name", "share"), [("fixed", 0.0128), ("moving", 0.0336)])
def test_lung_ct(shared_data, name, share):
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(shared_data / "lung" / f"{name}.mha")))
    estimate = estimate_background(image)
    assert estimate.padding == -2048
    assert estimate.padding_fraction == pytest.approx(share, abs=1e-4)
    assert -1060 <= estimate.value <= -1000, "the air beside the patient peaks near -1040"
    assert np.array_equal(padding_mask(image, estimate), image == -2048)


@pytest.mark.parametrize("outside", [0, -2048, -3024])
def test_lung_ct_that_was_turned_before(shared_data, outside):
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.ReadImage(str(shared_data / "lung" / "moving.mha"))
    turn = sitk.Euler3DTransform()
    turn.SetCenter(image.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in image.GetSize()]))
    turn.SetRotation(0.1, 0.05, 0.25)
    turned = sitk.GetArrayFromImage(sitk.Resample(image, image, turn, sitk.sitkLinear, outside))
    estimate = estimate_background(turned)
    assert {padding.value for padding in estimate.paddings} == {-2048, outside}
    assert -1060 <= estimate.value <= -1000
    never = sitk.GetArrayFromImage(sitk.Resample(image * 0 + 1, image, turn, sitk.sitkNearestNeighbor, 0)) == 0
    assert np.mean(padding_mask(turned, estimate)[never]) > 0.995


def test_lung_ct_stored_unsigned_and_cut_into_slices(shared_data):
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(shared_data / "lung" / "moving.mha")))
    unsigned = np.where(image == -2048, 0, image + 1200).astype(np.uint16)
    estimate = estimate_background(unsigned)
    assert estimate.padding == 0
    assert 140 <= estimate.value <= 200
    for index in range(0, len(image), 10):
        assert estimate_background(image[index]).padding == -2048
    inside = estimate_background(image[40:90, 60:130, 30:90])
    assert (inside.value, inside.padding) == (image[40:90, 60:130, 30:90].min(), None)


@pytest.mark.parametrize("name", ["t1w", "t2"])
def test_neck_mr_is_cropped_inside_the_body(shared_data, name):
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(shared_data / "spinal_cord" / f"{name}.nii.gz")))
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (image.min(), None)
    assert "no background" in estimate.reason


@pytest.mark.parametrize(("name", "value"), [("fixed", 0), ("moving", 4)])
def test_head_slices(shared_data, name, value):
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(shared_data / "head2d" / f"{name}.mha")))
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.value == pytest.approx(value, abs=3)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "int16", "uint8"])
def test_the_same_whole_numbers_get_the_same_answer_whatever_their_type(dtype):
    voxels = np.round(np.array(array_view(blobs(grid())))).astype(dtype)
    estimate = estimate_background(voxels)
    assert (estimate.value, estimate.padding) == (0.0, None)


def test_a_slope_in_the_file_does_not_make_padding_of_the_background():
    voxels = np.round(np.array(array_view(blobs(grid())))) * np.float32(1.5) + np.float32(0.25)
    estimate = estimate_background(voxels)
    assert (estimate.value, estimate.padding) == (0.25, None)


@pytest.mark.parametrize(
    ("values", "step"),
    [
        (np.arange(50, dtype=np.int16), 1.0),
        (np.arange(50, dtype=np.float32), 1.0),
        (np.arange(50) * 0.37 - 1024, 0.37),
        (np.random.default_rng(0).normal(size=5000), 0.0),
        (np.zeros(9, np.float32), 0.0),
    ],
)
def test_gray_levels_are_told_from_the_values(values, step):
    assert step_of(values) == pytest.approx(step, rel=1e-6)
