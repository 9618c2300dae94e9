"""Background of real scans, and of tiny, constant, flat or non-finite images of any type."""

from __future__ import annotations

import time

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.background import estimate_background, padding_mask
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.images.grid_sample import connected_to_faces, step_of
from phantoms.images import blobs, grid
from phantoms.scanners import ct_scan, cylinder


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.float64])
def test_label_maps(dtype):
    labels = cylinder(0.7, 0.6).astype(dtype) + cylinder(0.4, 0.3).astype(dtype)
    estimate = estimate_background(labels)
    assert (estimate.value, estimate.padding) == (0, None)


def test_two_dimensions():
    image = np.round(ct_scan()).astype(np.int16)[16]
    image[~cylinder(1, 1)[16]] = -2048
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
    image = ct_scan().astype(np.float32)
    image[~cylinder(1, 1)] = -2048
    image[10:12, 30:40, 30:40] = np.nan
    image[5, 5, 50] = -np.inf
    estimate = estimate_background(image)
    assert estimate.padding == -2048
    assert estimate.value == pytest.approx(-1000, abs=6)
    assert estimate_background(np.full((4, 4), np.nan)).value == 0
    tissue = np.full((9, 9), np.nan)
    tissue[4:6, 4:6] = [[3, 4], [5, 6]]
    assert estimate_background(tissue).value == 3


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
    slab = np.round(ct_scan(shape=(10, 512, 512))).astype(np.int16)
    slab[~cylinder(1, 1, slab.shape)] = -2048
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
