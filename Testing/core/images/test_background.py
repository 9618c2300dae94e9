"""Background and padding of made images."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.background import estimate_background, padding_mask
from phantoms.scanners import SHAPE, corner_wedge, ct_scan, cylinder, mr_scan, unit_grid


@pytest.mark.parametrize("padding", [-3024, -2048, -2000, -1500, -32768])
@pytest.mark.parametrize("noise", [0, 4, 30])
def test_padding_around_the_round_field_of_view_of_a_ct_is_told_from_air(padding, noise):
    outside = ~cylinder(1, 1)
    image = np.round(ct_scan(noise=noise)).astype(np.int16)
    image[outside] = padding
    estimate = estimate_background(image)
    assert estimate.padding == padding
    assert estimate.value == pytest.approx(-1000, abs=6)
    assert estimate.padding_fraction == pytest.approx(outside.mean(), abs=1e-9)
    assert np.array_equal(padding_mask(image, estimate), outside)
    assert f"{padding}" in estimate.reason
    assert "air" in estimate.reason


def test_padding_is_found_when_the_body_fills_the_field_of_view():
    outside = ~cylinder(1, 1)
    image = np.round(ct_scan(body=(1.6, 1.8), couch=False)).astype(np.int16)
    image[image < -900] = 40
    image[outside] = -2048
    estimate = estimate_background(image)
    assert estimate.padding == -2048
    assert np.array_equal(padding_mask(image, estimate), outside)
    assert estimate.value == image[~outside].min(), "no air was measured: the lowest measured value"
    assert "no background" in estimate.reason


def test_air_of_an_mr_that_was_set_to_0_stays_0():
    """Also where the body is cut by the faces and has no dark edge: not its darkest tissue."""
    body = cylinder(0.7, 0.8)
    image = np.where(body, 300 + np.random.default_rng(2).normal(0, 20, body.shape), 0).astype(np.int16)
    estimate = estimate_background(image)
    assert estimate.value == 0
    assert "0" in estimate.reason


def test_padding_on_one_side_only_is_found():
    image = np.round(ct_scan()).astype(np.int16)
    image[:, :, :7] = -2048
    estimate = estimate_background(image)
    assert (estimate.padding, estimate.padding_fraction) == (-2048, pytest.approx(7 / 96))
    assert estimate.value == pytest.approx(-1000, abs=6)


def test_ct_without_padding():
    image = np.round(ct_scan()).astype(np.int16)
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.padding_fraction == 0
    assert not padding_mask(image, estimate).any()
    assert estimate.value == pytest.approx(-1000, abs=6)


@pytest.mark.parametrize(("air", "noise"), [(-1024, 12), (-1100, 20), (-1024, 0)])
def test_air_clamped_to_the_lowest_value_is_background_and_not_padding(air, noise):
    image = np.round(ct_scan(air=air, noise=noise)).clip(-1024).astype(np.int16)
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.value == pytest.approx(-1024, abs=12)


def test_padding_of_minus_1024_beside_noisy_air_has_no_influence_on_the_background():
    image = np.round(ct_scan(noise=5)).astype(np.int16)
    image[~cylinder(1, 1)] = -1024
    estimate = estimate_background(image)
    assert estimate.padding == -1024
    assert estimate.value == pytest.approx(-1000, abs=3)


def test_unsigned_ct_with_an_offset():
    image = np.round(ct_scan(noise=6) + 1024).clip(0).astype(np.uint16)
    assert estimate_background(image).padding is None
    assert estimate_background(image).value == pytest.approx(24, abs=3)
    image[~cylinder(1, 1)] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(24, abs=3)


def test_image_cropped_inside_the_body_has_no_background():
    image = np.round(ct_scan(body=(1.6, 1.8), couch=False)).astype(np.int16)[:, 35:60, 10:40]
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.value == image.min()
    assert "no background" in estimate.reason
    mr = np.round(mr_scan(body=(1.9, 1.8))).astype(np.int16)
    assert estimate_background(mr).value == mr.min()


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_gray_rim_of_an_earlier_resampling_is_padding_although_tissue_has_that_value(dtype):
    rim = corner_wedge()
    image = np.round(ct_scan()).astype(dtype)
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
    scanner, rim = ~cylinder(0.98, 0.98), corner_wedge(tilt=0.2)
    image = np.round(ct_scan()).astype(np.int16)
    image[scanner] = -3024
    image[rim] = 0
    estimate = estimate_background(image)
    assert {padding.value for padding in estimate.paddings} == {-3024, 0}
    assert np.array_equal(padding_mask(image, estimate), scanner | rim)
    assert estimate.value == pytest.approx(-1000, abs=6)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float32, np.float64])
def test_noise_floor_of_an_mr(dtype):
    image = np.round(mr_scan()).astype(dtype)
    estimate = estimate_background(image)
    assert estimate.padding is None
    assert estimate.value == pytest.approx(np.median(image[~cylinder(0.7, 0.6)]), abs=6)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_zeros_in_the_corners_of_a_rotated_mr_are_padding(dtype):
    wedge = corner_wedge()
    image = mr_scan().astype(dtype)
    image[wedge] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(15, abs=6)
    found = padding_mask(image, estimate)
    assert found[wedge].all()
    assert np.count_nonzero(found & ~wedge) <= 0.001 * found.size


def test_zeros_that_cut_through_tissue_are_padding():
    wedge = corner_wedge()
    image = mr_scan(body=(1.9, 1.8)).astype(np.int16)
    image[wedge] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == 0, "no signal, rather than the darkest tissue"


@pytest.mark.parametrize("crop", [0, 14])
def test_zeros_around_an_extracted_brain_are_background(crop):
    """The edge of the brain is what a metric aligns: masking the zeros away would take it from the metric."""
    z, y, x = unit_grid((64, 96, 96))
    brain = z**2 + (y / 0.7) ** 2 + (x / 0.6) ** 2 < 0.7
    image = np.where(brain, mr_scan(shape=(64, 96, 96)), 0).astype(np.int16)[:, crop : 96 - crop, crop : 96 - crop]
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


def test_zeros_around_a_brain_extracted_with_a_seam_of_dark_fluid_are_background():
    z, y, x = unit_grid((64, 96, 96))
    radius = np.sqrt(z**2 + (y / 0.7) ** 2 + (x / 0.6) ** 2)
    tissue = np.where(radius < 0.75, 600, 110) + np.random.default_rng(8).normal(0, 15, radius.shape)
    image = np.where(radius < 0.83, tissue, 0).astype(np.int16)
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


def test_rotated_head_in_a_larger_grid_of_zeros_is_padded():
    z, y, x = unit_grid((48, 128, 128))
    c, s = np.cos(0.3), np.sin(0.3)
    measured = (np.abs(z) < 0.8) & (np.abs(c * x + s * y) < 0.7) & (np.abs(c * y - s * x) < 0.7)
    image = np.where(measured, mr_scan(shape=(48, 128, 128), body=(0.5, 0.45)), 0).astype(np.int16)
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(15, abs=6)
    assert np.mean(padding_mask(image, estimate) == ~measured) > 0.999


def test_organ_cut_out_of_a_ct_is_surrounded_by_background():
    organ = cylinder(0.3, 0.4)
    organ[:4] = organ[-4:] = False
    for outside in (0, -1024, -2048):
        image = np.where(organ, np.round(ct_scan()), outside).astype(np.int16)
        estimate = estimate_background(image)
        assert (estimate.value, estimate.padding) == (outside, None)


def test_zeros_in_the_place_of_a_removed_face_are_padding():
    image = mr_scan(body=(0.9, 0.6)).astype(np.int16)
    image[:16, :30, :] = 0
    estimate = estimate_background(image)
    assert estimate.padding == 0
    assert estimate.value == pytest.approx(15, abs=6)


def test_noise_cut_off_at_a_threshold_is_background_and_not_padding():
    image = mr_scan(noise=8).astype(np.int16)
    image[image < 20] = 0
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


def test_normalized_brain_with_zero_outside_and_values_on_both_sides():
    z, y, x = unit_grid((64, 96, 96))
    brain = z**2 + (y / 0.7) ** 2 + (x / 0.6) ** 2 < 0.7
    image = np.where(brain, np.random.default_rng(3).normal(0, 1, brain.shape), 0).astype(np.float32)
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (0, None)


def test_radiograph_with_a_saturated_background():
    image = np.random.default_rng(5).normal(1500, 300, (200, 180)).clip(0, 4000).astype(np.uint16)
    y, x = unit_grid((200, 180))
    image[(y / 0.8) ** 2 + (x / 0.7) ** 2 > 1] = 4095
    estimate = estimate_background(image)
    assert (estimate.value, estimate.padding) == (4095, None)


def test_only_voxels_inside_a_mask_count():
    image = np.round(ct_scan()).astype(np.int16)
    image[:, :, :30] = -2048
    mask = np.ones(SHAPE, np.uint8)
    mask[:, :, :30] = 0
    estimate = estimate_background(image, mask=mask)
    assert estimate.padding is None
    assert estimate.value == pytest.approx(-1000, abs=6)
