"""Registrations of made images whose truth is known, through the real itk-elastix."""

from __future__ import annotations

import os

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError, RegistrationError
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.registration import memory
from ElastixRegistrationLib.core.registration.masks import metric_mask
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
    map_points,
)
from phantoms.images import blobs, grid, oblique, stage
from support.elastix_points import transformix_points

SHIFT = np.array([6.0, -4.0, 5.0])


def center_points(geometry, count=40, seed=3):
    extent = np.asarray(geometry.size) * geometry.spacing
    return geometry.center() + np.random.default_rng(seed).uniform(-0.3, 0.3, (count, geometry.dimension)) * min(extent)


@pytest.mark.parametrize("left_handed", [False, True])
def test_a_shift_comes_back_on_oblique_anisotropic_grids(left_handed):
    fixed_grid = grid(direction=oblique(1))
    moving_grid = grid((44, 40, 26), (2.2, 2.0, 3.6), (-41.0, 3.0, -50.0), oblique(2, left_handed=left_handed))
    # Both grids are centered on the same point, the objects are SHIFT apart.
    moving_grid = type(moving_grid)(
        moving_grid.size,
        moving_grid.spacing,
        tuple((np.array(moving_grid.origin) + fixed_grid.center() - moving_grid.center()).tolist()),
        moving_grid.direction,
    )
    result = register(blobs(fixed_grid), blobs(moving_grid, SHIFT), [stage("EulerTransform")])
    points = center_points(fixed_grid)
    error = np.linalg.norm(map_points(result.transform, points) - points - SHIFT, axis=1)
    assert error.mean() < 0.3


def test_a_2d_shift_comes_back():
    geometry = grid((64, 60))
    result = register(blobs(geometry), blobs(geometry, SHIFT[:2]), [stage()])
    points = center_points(geometry)
    assert map_points(result.transform, points) - points == pytest.approx(np.tile(SHIFT[:2], (40, 1)), abs=0.2)


def test_stages_agree_with_elastix_inside_and_far_outside(tmp_path):
    geometry = grid(direction=oblique(4))
    fixed, moving = blobs(geometry), blobs(geometry, SHIFT)
    result = register(
        fixed, moving, [stage("EulerTransform"), stage("AffineTransform"), stage("BSplineTransform")],
        initialization="mass",
    )  # fmt: skip
    assert result.transform.GetNameOfClass() == "CompositeTransform"
    assert [m["Transform"][0] for m in result.transform_parameters] == [
        "AffineTransform", "EulerTransform", "AffineTransform", "BSplineTransform",
    ]  # fmt: skip
    far = geometry.center() + np.random.default_rng(1).uniform(-400, 400, (100, 3))
    points = np.concatenate([center_points(geometry), far])
    theirs = transformix_points(result.transform_parameters, moving, points, tmp_path)
    # elastix prints six decimals.
    assert map_points(result.transform, points) == pytest.approx(theirs, abs=1.01e-6)


def test_linear_stages_end_in_one_linear_transform():
    geometry = grid()
    result = register(blobs(geometry), blobs(geometry, SHIFT), [stage(), stage("AffineTransform")])
    assert result.transform.GetNameOfClass() == "AffineTransform"


INITIAL = {
    "linear": lambda: affine_from_matrix(np.array([[1, 0, 0, 26], [0, 1, 0, -24], [0, 0, 1, 25], [0, 0, 0, 1.0]])),
    "bspline": lambda: compose(
        [
            INITIAL["linear"](),
            bspline_transform(
                np.random.default_rng(2).normal(0, 1.0, (3, 8, 8, 8)), np.full(3, -120.0), np.full(3, 40.0), np.eye(3)
            ),
        ]
    ),
    "field": lambda: displacement_field_transform(
        np.full((10, 10, 10, 3), [26.0, -24, 25]), grid((10, 10, 10), (30, 30, 30), (-150, -150, -150))
    ),
}


@pytest.mark.parametrize("kind", INITIAL)
def test_every_kind_of_initial_transform_is_continued(kind):
    geometry = grid()
    shift = SHIFT + 20
    moving_grid = grid(origin=(-17.0, -8.0, -35.0))
    initial = INITIAL[kind]()
    result = register(blobs(geometry), _moved_blobs(moving_grid, geometry, shift), [stage()], initial_transform=initial)
    points = center_points(geometry)
    truth = points + np.array([26.0, -24.0, 25.0])
    error = np.linalg.norm(map_points(result.transform, points) - truth, axis=1).mean()
    assert error < (1.6 if kind == "bspline" else 0.4)
    assert (result.transform_parameters is None) == (kind == "field")


def _moved_blobs(moving_grid, fixed_grid, shift):
    """The fixed image's object, 26, -24, 25 mm away, on another grid."""
    apart = fixed_grid.center() - moving_grid.center()
    return blobs(moving_grid, apart + np.array([26.0, -24.0, 25.0]))


def test_padding_is_kept_out_and_no_rim_remains():
    geometry = grid((60, 56, 40))
    random = np.random.default_rng(0)

    def scan(shift):
        image = blobs(geometry, shift, dtype=np.float32)
        voxels = np.array(array_view(image)) * 8 - 1000 + random.normal(0, 12, geometry.size[::-1])
        _, j, i = np.indices(voxels.shape)
        outside = (i - 29.5) ** 2 / 29.5**2 + (j - 27.5) ** 2 / 27.5**2 > 1
        voxels[outside] = -3024
        return image_from_array(np.round(voxels).astype(np.int16), geometry)

    result = register(scan(None), scan(SHIFT), [stage("EulerTransform")])
    assert result.background.padding == -3024
    assert result.background.value == pytest.approx(-1000, abs=20)
    moved = array_view(result.resample())
    assert moved.dtype == np.int16
    assert moved.min() > -1100
    points = center_points(geometry)
    assert np.linalg.norm(map_points(result.transform, points) - points - SHIFT, axis=1).mean() < 0.5
    kept = register(scan(None), scan(SHIFT), [stage("EulerTransform")], background="keep")
    assert array_view(kept.resample()).min() == -3024
    fixed_value = register(scan(None), scan(SHIFT), [stage("EulerTransform")], background=77)
    assert (array_view(fixed_value.resample())[0, 0] == 77).any()


def test_a_mask_on_another_grid_hides_a_disturbance():
    geometry = grid()
    fixed, moving = blobs(geometry), blobs(geometry, SHIFT)
    spoiled = np.array(array_view(moving))
    spoiled[:, :, 28:] = 400
    mask_grid = grid((20, 18, 16), (4, 5, 6), (-36.0, 13.25, -53.5))
    mask = np.zeros((16, 18, 20), np.uint8)
    mask[:, :, :10] = 1
    result = register(
        fixed, image_from_array(spoiled, geometry), [stage()], fixed_mask=image_from_array(mask, mask_grid)
    )
    points = center_points(geometry)
    assert np.linalg.norm(map_points(result.transform, points) - points - SHIFT, axis=1).mean() < 0.6


def test_landmarks_guide():
    geometry = grid()
    blank = blobs(geometry, seed=9, count=2)
    points = center_points(geometry, 20)
    guided = stage(Registration="MultiMetricMultiResolutionRegistration", Metric0Weight="0.0", Metric1Weight="1.0")
    guided["Metric"] = ("AdvancedMeanSquares", "CorrespondingPointsEuclideanDistanceMetric")
    result = register(blank, blank, [guided], fixed_points=points, moving_points=points + SHIFT)
    assert map_points(result.transform, points) == pytest.approx(points + SHIFT, abs=0.3)


def test_a_single_metric_where_several_could_be_does_not_crash():
    """With several threads, elastix by itself does."""
    geometry = grid((24, 22, 20))
    alone = stage(Registration="MultiMetricMultiResolutionRegistration", MaximumNumberOfIterations="20")
    result = register(blobs(geometry), blobs(geometry), [alone], threads=2)
    points = center_points(geometry, 5)
    assert map_points(result.transform, points) == pytest.approx(points, abs=0.5)


def test_the_same_seed_gives_the_same_numbers_and_another_does_not():
    geometry = grid()
    fixed, moving = blobs(geometry), blobs(geometry, SHIFT)

    def run(seed):
        return register(fixed, moving, [stage("AffineTransform", MaximumNumberOfIterations="20")], seed=seed)

    parameters = [run(seed).transform_parameters[0]["TransformParameters"] for seed in (1, 1, 2)]
    assert parameters[0] == parameters[1]
    assert parameters[0] != parameters[2]


def test_inputs_are_left_as_they_are_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    geometry = grid()
    fixed, moving = blobs(geometry), blobs(geometry, SHIFT)
    before = [np.array(array_view(image)) for image in (fixed, moving)]
    register(fixed, moving, [stage(WriteResultImage="true", WriteTransformParametersEachIteration="true")])
    assert all(np.array_equal(array_view(i), b) for i, b in zip((fixed, moving), before, strict=True))
    assert os.listdir(tmp_path) == []


def test_the_log_and_the_iterations_come_back():
    geometry = grid()
    events = []
    result = register(
        blobs(geometry), blobs(geometry, SHIFT), [stage(), stage("AffineTransform")], progress=events.append
    )
    assert len(result.iterations) == 2 * 2 * 150
    assert "Stopping condition" in result.log
    assert "(TransformParameters " not in result.log
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1, abs=0.02)


def a_pair(**moving):
    geometry = grid()
    return {"fixed": blobs(geometry), "moving": blobs(geometry, SHIFT), "stages": [stage()]} | moving


def block(width, value=1, around=None):
    """A mask of a few voxels, or the image ``around`` that is flat there."""
    voxels = np.zeros(grid().size[::-1], np.float32) if around is None else np.array(array_view(around))
    voxels[(slice(12, 12 + width),) * 3] = value
    return image_from_array(voxels, grid())


def series():
    size = (8, 8, 8, 5)
    voxels = np.random.default_rng(1).normal(size=size[::-1]).astype(np.float32)
    return image_from_array(voxels, grid(size, (1.0,) * 4, (0.0,) * 4))


def padded(voxels):
    voxels[..., :5] = -2000
    return image_from_array(voxels.astype(np.float32), grid(voxels.shape[::-1]))


BAD = {
    "dimensions": (lambda: a_pair(moving=blobs(grid((30, 30)))), "dimensions"),
    "constant": (
        lambda: a_pair(fixed=image_from_array(np.ones((9, 9, 9)), grid((9, 9, 9)))),
        "fixed image is constant",
    ),
    "apart": (lambda: a_pair(moving=blobs(grid(origin=(900, 0, 0)))), "do not overlap"),
    "empty mask": (
        lambda: a_pair(moving_mask=image_from_array(np.zeros((32, 36, 40), np.uint8), grid())),
        "moving mask is empty",
    ),
    "mask elsewhere": (
        lambda: a_pair(fixed_mask=image_from_array(np.ones((9, 9, 9), np.uint8), grid((9, 9, 9), origin=(800, 0, 0)))),
        "fixed mask lies outside",
    ),
    "series": (
        lambda: {"fixed": series(), "moving": series(), "stages": [stage()]},
        "have 4 dimensions; 2 or 3 can be registered",
    ),
    "small mask": (
        lambda: a_pair(fixed_mask=block(3)),
        "fixed mask leaves too few voxels of its image to register on, 27",
    ),
    "mask of one value": (
        lambda: a_pair(moving=block(6, -7, blobs(grid())), moving_mask=block(6)),
        "Inside the moving mask, all voxels are -7, so there is nothing to align.",
    ),
    "padding and one value": (
        lambda: a_pair(fixed=padded(np.full((32, 36, 40), 100.0))),
        "Outside its padding, all voxels of the fixed image are 100, so there is nothing to align.",
    ),
    "one point list": (lambda: a_pair(fixed_points=np.zeros((3, 3))), "only one list"),
    "unequal points": (
        lambda: a_pair(fixed_points=np.zeros((3, 3)), moving_points=np.zeros((2, 3))),
        "3 fixed and 2 moving points",
    ),
    "points elsewhere": (
        lambda: a_pair(fixed_points=np.full((3, 3), 900.0), moving_points=np.zeros((3, 3))),
        "None of the 3 fixed points lies in the fixed image",
    ),
    "no stage": (lambda: a_pair(stages=[]), "no parameter map"),
    "unknown component": (lambda: a_pair(stages=[stage(Metric="AdvancedMeanSquare")]), "AdvancedMeanSquares"),
    "background": (lambda: a_pair(background="black"), "black"),
    "initialization": (lambda: a_pair(initialization="middle"), "middle"),
    "threads": (lambda: a_pair(threads=0), "threads"),
    "threads as text": (lambda: a_pair(threads="2"), "threads is '2'"),
    "half a thread": (lambda: a_pair(threads=1.5), "threads is 1.5"),
    "no background": (lambda: a_pair(background=None), "background is None"),
    "background of no float": (lambda: a_pair(background=1e39), "background is 1e"),
    "seed": (lambda: a_pair(seed=1.5), "seed is 1.5"),
}


def test_an_image_that_is_nearly_all_padding_is_named():
    padding = np.ones((32, 36, 40), bool)
    padding[:3, :3, :3] = False
    words = "Outside its padding, the moving image has too few voxels to register on, 27; 48 are needed."
    with pytest.raises(InputError, match=words):
        metric_mask(blobs(grid()), None, padding, "moving")


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_clear_sentence(case):
    make, words = BAD[case]
    with pytest.raises(InputError, match=words) as error:
        register(**make())
    assert "\n" not in str(error.value)


def test_images_that_do_not_fit_in_memory_are_refused_before_the_start(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 1e6)
    with pytest.raises(InputError, match="Not enough memory: registering 40x36x32 voxels"):
        register(**a_pair())


def test_the_memory_estimate_grows_with_images_and_smoothed_levels():
    small, large = grid(), grid((400, 360, 320))
    assert memory.estimate_bytes(large, large, [stage()]) > memory.estimate_bytes(small, small, [stage()])
    more = memory.estimate_bytes(large, large, [stage(NumberOfResolutions="4")])
    assert more > memory.estimate_bytes(large, large, [stage()])
    assert memory.available_bytes() > 1e8


def test_the_memory_estimate_counts_control_points():
    geometry = grid((400, 360, 320), (1.0, 1.0, 1.0))
    coarse, fine = (stage("BSplineTransform", FinalGridSpacingInPhysicalUnits=mm) for mm in ("16", "1"))
    parameters = 3 * 404 * 364 * 324
    added = memory.estimate_bytes(geometry, geometry, [fine]) - memory.estimate_bytes(geometry, geometry, [coarse])
    assert added > parameters * 200


def test_an_error_that_elastix_ignores_is_a_note():
    geometry = grid()
    ignoring = stage(Optimizer="ConjugateGradient", NumberOfResolutions="1", RequiredRatioOfValidSamples="0.97")
    result = register(blobs(geometry), blobs(geometry, SHIFT), [ignoring])
    assert "sample points" in result.notes[-1]


def barely_overlapping(geometry):
    return grid(geometry.size, origin=tuple(np.add(geometry.origin, (60.0, 70.0, 60.0)).tolist()))


def test_elastix_own_error_is_in_the_message():
    geometry = grid()
    with pytest.raises(RegistrationError, match=r"sample points .* overlap too little") as error:
        register(blobs(geometry), blobs(barely_overlapping(geometry), seed=2), [stage()])
    assert "elastix log" not in str(error.value)
    assert "ELASTIX version" in error.value.log


def test_the_next_registration_works_after_a_failure():
    geometry = grid()
    with pytest.raises(RegistrationError, match="elastix failed"):
        register(blobs(geometry), blobs(barely_overlapping(geometry), seed=2), [stage()])
    result = register(blobs(geometry), blobs(geometry, SHIFT), [stage()])
    assert map_points(result.transform, geometry.center())[0] == pytest.approx(geometry.center() + SHIFT, abs=0.3)


@pytest.mark.parametrize(
    ("masked", "most_mm"), [(True, 1.55), pytest.param(False, 1.65, marks=pytest.mark.slow)], ids=["masks", "no masks"]
)
def test_lung_landmarks(shared_data, masked, most_mm):
    from ElastixRegistrationLib.core.files.image_files import read_image
    from ElastixRegistrationLib.core.files.point_files import read_points

    lung = shared_data / "lung"
    fixed, moving = read_image(lung / "fixed.mha"), read_image(lung / "moving.mha")
    masks = [read_image(lung / f"{side}_mask.mha") for side in ("fixed", "moving")] if masked else []
    points, truth = (read_points(lung / f"{side}_points.txt").coordinates for side in ("fixed", "moving"))
    request = RegistrationRequest()
    result = register(fixed, moving, request.stages(), *masks, initialization=request.start())
    assert np.linalg.norm(map_points(result.transform, points) - truth, axis=1).mean() <= most_mm
    moved = array_view(result.resample())
    assert not ((moved > -2048) & (moved < -1200)).any()
    assert geometry_of(result.resample()).is_close(geometry_of(fixed))
