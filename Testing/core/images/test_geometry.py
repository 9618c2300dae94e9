from __future__ import annotations

import gc

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import (
    Geometry,
    array_view,
    as_scalar,
    check_image,
    check_overlap,
    flattened,
    float_copy,
    geometry_of,
    image_from_array,
)
from phantoms.images import grid, oblique

TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]


@pytest.mark.parametrize("dimension", [2, 3, 4])
@pytest.mark.parametrize("dtype", TYPES)
def test_voxels_and_grid_come_back(dtype, dimension):
    geometry = grid((5, 6, 7, 4)[:dimension], (1, 2, 3, 4)[:dimension], (9, 8, 7, 6)[:dimension])
    voxels = np.arange(np.prod(geometry.size)).reshape(geometry.size[::-1]).astype(dtype)
    image = image_from_array(voxels, geometry)
    assert np.array_equal(array_view(image), voxels)
    assert geometry_of(image) == geometry


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_wrapped_types_share_memory(dtype):
    geometry = grid()
    voxels = np.zeros(geometry.size[::-1], dtype)
    image = image_from_array(voxels, geometry)
    voxels[1, 2, 3] = 7
    assert array_view(image)[1, 2, 3] == 7


def test_a_view_keeps_its_image_alive():
    def image():
        return float_copy(image_from_array(np.full((6, 5, 4), 3, np.int16), grid((4, 5, 6))))

    view = np.asarray(array_view(image()))[1:].T
    again = array_view(image_from_array(array_view(image()), grid((4, 5, 6))))
    gc.collect()
    junk = [np.ones((6, 5, 4), np.float32) for _ in range(50)]
    assert len(junk) == 50
    assert (view == 3).all()
    assert (again == 3).all()


@pytest.mark.parametrize("left_handed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_points_agree_with_itk_on_oblique_grids(seed, left_handed):
    geometry = grid(spacing=(0.01, 2.5, 100.0), direction=oblique(seed, left_handed=left_handed))
    image = image_from_array(np.zeros(geometry.size[::-1], np.uint8), geometry)
    for index in ([0, 0, 0], [3, 7, 11], [39, 35, 31]):
        expected = np.array(image.TransformIndexToPhysicalPoint(index))
        assert geometry.points_of(np.array(index)) == pytest.approx(expected, abs=1e-9)
        assert geometry.indices_of(expected) == pytest.approx(index, abs=1e-6)


def test_luminance_and_magnitude():
    color = np.zeros((4, 5, 6, 3), np.float32)
    color[..., 0], color[..., 1] = 3, 4
    scalar = array_view(as_scalar(image_from_array(color, grid((6, 5, 4)))))
    assert scalar == pytest.approx(5)


def test_a_single_slice_becomes_2d():
    geometry = grid((6, 5, 1), (1, 2, 9), (3, 4, 5))
    flat = flattened(image_from_array(np.arange(30, dtype=np.int16).reshape(1, 5, 6), geometry))
    assert geometry_of(flat) == grid((6, 5), (1, 2), (3, 4))
    assert array_view(flat)[4, 5] == 29


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda v: v.__setitem__((1, 1, 1), np.nan), "1 voxels that are not a number"),
        (lambda v: v.__setitem__((0, 0), np.inf), "not a number or infinite"),
        (lambda v: v.fill(4), "constant: every voxel is 4"),
    ],
)
def test_useless_images_are_refused(spoil, sentence):
    voxels = np.random.default_rng(0).normal(size=(6, 5, 4)).astype(np.float32)
    spoil(voxels)
    with pytest.raises(InputError, match=sentence) as error:
        check_image(image_from_array(voxels, grid((4, 5, 6))), "fixed image")
    assert str(error.value).startswith("The fixed image")


def test_a_tiny_image_is_refused():
    with pytest.raises(InputError, match="too small"):
        check_image(image_from_array(np.arange(60.0).reshape(5, 4, 3), grid((3, 4, 5))), "moving image")


def test_images_apart_in_space_are_refused_unless_moved():
    here, there = grid(), grid(origin=(900.0, 0, 0))
    with pytest.raises(InputError, match="do not overlap in space"):
        check_overlap(here, there)
    check_overlap(here, there, lambda points: points + np.array([937.0, 0, 50]))


def test_grids_differ_by_more_than_rounding():
    first = grid()
    assert first.is_close(grid(origin=(-37.0001, 12, -55)))
    assert not first.is_close(grid(origin=(-36.0, 12, -55)))
    assert not first.is_close(Geometry((40, 36, 31), first.spacing, first.origin, first.direction))
