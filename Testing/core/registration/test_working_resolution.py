"""What elastix gets of a large image: blocks of voxels in the right place, and the same result as from small images."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.images.reduction import block_means, reduced_geometry
from ElastixRegistrationLib.core.registration.prepared_images import PreparedSide
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.registration.working_resolution import working_factors, working_voxel
from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, stage

FINE = Geometry((60, 50, 40), (0.5, 0.4, 0.9), (3.0, -7.0, 11.0), ((0.8, -0.6, 0.0), (0.6, 0.8, 0.0), (0.0, 0.0, -1.0)))
BSPLINE = {"Transform": ("RecursiveBSplineTransform",), "FinalGridSpacingInPhysicalUnits": ("12",)}
RIGID = {"Transform": ("EulerTransform",)}


@pytest.mark.parametrize("factors", [(1, 1, 1), (2, 3, 4), (7, 1, 3), (4, 4, 16)])
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float64])
def test_means_of_blocks_are_those_of_numpy(factors, dtype):
    voxels = np.random.default_rng(1).integers(0, 200, FINE.size[::-1]).astype(dtype)
    padded = np.pad(voxels, [(0, -n % f) for n, f in zip(voxels.shape, factors[::-1], strict=True)], mode="edge")
    split = [part for n, f in zip(padded.shape, factors[::-1], strict=True) for part in (n // f, f)]
    expected = padded.reshape(split).mean(axis=(1, 3, 5))
    assert np.allclose(block_means(voxels, factors), expected, rtol=1e-5, atol=0)


def test_a_linear_ramp_keeps_its_place():
    """Each block's mean is the ramp's value at the center of the block."""
    index = np.stack(np.meshgrid(*(np.arange(float(n)) for n in FINE.size[::-1]), indexing="ij")[::-1], -1)
    slope = np.array([1.0, -2.0, 0.5])
    factors = (4, 5, 2)
    reduced = reduced_geometry(FINE, factors)
    means = block_means(FINE.points_of(index) @ slope, factors)
    coarse = np.stack(np.meshgrid(*(np.arange(float(n)) for n in reduced.size[::-1]), indexing="ij")[::-1], -1)
    assert means == pytest.approx(reduced.points_of(coarse) @ slope, abs=1e-3)


def test_padding_is_replaced_before_it_is_averaged():
    voxels = np.full((8, 8, 8), 10, np.int16)
    voxels[:, :, :3] = -2048
    means = block_means(voxels, (2, 2, 2), replace=voxels == -2048, by=0.0)
    assert means[0, 0].tolist() == [0.0, 5.0, 10.0, 10.0]


def test_small_images_and_fine_grids_stay_as_they_are():
    small = Geometry((115, 157, 129), (1.4, 1.4, 2.5), (0.0,) * 3, FINE.direction)
    brain = Geometry((256, 256, 256), (1.0,) * 3, (0.0,) * 3, FINE.direction)
    for geometry, stages in ((small, [RIGID, BSPLINE]), (brain, [RIGID, BSPLINE])):
        assert working_factors(geometry, working_voxel(geometry, geometry, stages)) == (1, 1, 1)
    fine = BSPLINE | {"FinalGridSpacingInPhysicalUnits": ("3",)}
    chest = Geometry((512, 512, 400), (0.7, 0.7, 0.8), (0.0,) * 3, FINE.direction)
    assert working_factors(chest, working_voxel(chest, chest, [fine])) == (1, 1, 1)
    assert working_factors(chest, working_voxel(chest, chest, [BSPLINE])) == (2, 2, 2)
    assert min(working_factors(chest, working_voxel(chest, chest, [RIGID]))) >= 3


def test_a_deformation_that_is_to_be_fast_needs_fewer_voxels_but_for_a_fine_grid():
    brain = Geometry((256, 256, 256), (1.0,) * 3, (0.0,) * 3, FINE.direction)
    fine = BSPLINE | {"FinalGridSpacingInPhysicalUnits": ("5",)}
    for stages, factor in (([RIGID, BSPLINE], 2), ([RIGID, fine], 1), ([RIGID], 2)):
        assert working_factors(brain, working_voxel(brain, brain, stages, "fast")) == (factor,) * 3
        assert working_voxel(brain, brain, stages, "thorough") == working_voxel(brain, brain, stages)


def test_what_the_other_image_cannot_show_is_not_kept():
    fine = Geometry((400, 400, 300), (0.5,) * 3, (0.0,) * 3, FINE.direction)
    coarse = Geometry((50, 50, 38), (4.0,) * 3, (0.0,) * 3, FINE.direction)
    assert working_voxel(fine, coarse, [RIGID]) == pytest.approx(2.0)
    assert working_factors(fine, 2.0) == (4, 4, 4)


def test_a_reduced_mask_is_inside_where_half_of_a_block_is():
    image = image_from_array(np.random.default_rng(2).normal(size=(96, 96, 96)).astype(np.float32), _cube(96, 1.0))
    mask = np.zeros((96, 96, 96), np.uint8)
    mask[:, :, 31:64] = 1
    side = PreparedSide("fixed", image, image_from_array(mask, _cube(96, 1.0)), "auto", voxel_mm=2.0)
    inside = array_view(side.mask)[10, 10]
    assert side.geometry.size == (48, 48, 48) == geometry_of(side.image).size
    assert np.flatnonzero(inside).tolist() == list(range(15, 32))


@pytest.mark.parametrize("size", [(64, 64, 40), (256, 256, 40)])
def test_a_shift_is_found_whatever_the_sampling(size):
    """The same blobs sampled finely: elastix works on blocks, and the transform and its grid are those of the image."""
    spacing = (80 / size[0], 80 / size[1], 2.0)
    geometry = Geometry(size, spacing, tuple((s - 80 / 64) / 2 for s in spacing), _cube(1, 1.0).direction)
    fixed, moving = blobs(geometry), blobs(geometry, (3.0, -2.0, 1.5))
    quick = stage("EulerTransform", NumberOfResolutions="2", MaximumNumberOfIterations="120")
    result = register(fixed, moving, [quick], seed=1)
    middle = geometry.center()[None]
    assert map_points(result.transform, middle) - middle == pytest.approx(np.array([[3.0, -2.0, 1.5]]), abs=0.1)
    assert result.transform_parameters[-1]["Size"] == tuple(map(str, size))
    assert ("registered with voxels of" in " ".join(result.notes)) == (size[0] == 256)


def test_own_parameter_files_run_on_all_voxels():
    own = RegistrationRequest(parameter_files=("mine.txt",))
    assert [one.plain_arguments()["full_resolution"] for one in (own, RegistrationRequest())] == [True, False]


def _cube(count: int, spacing: float) -> Geometry:
    return Geometry((count,) * 3, (spacing,) * 3, (0.0,) * 3, tuple(map(tuple, np.eye(3).tolist())))
