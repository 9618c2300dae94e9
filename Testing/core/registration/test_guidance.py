"""Landmarks, further images and labels in one registration: each pulls where the first images say nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.channels import Channel, label_channels, signed_distance
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.parameters.metric_stages import with_channels, with_landmarks
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from ElastixRegistrationLib.core.transforms.spline_kernels import spline_kernel_transform
from phantoms.images import blobs, grid, oblique, stage

SHIFT = np.array([6.0, -4.0, 5.0])
GRID = grid((32, 30, 28), (2.5, 2.5, 3.0))
NEAR = GRID.center() + np.eye(3)
BENDING = stage(
    "BSplineTransform",
    Registration="MultiMetricMultiResolutionRegistration",
    MaximumNumberOfIterations="60",
    FinalGridSpacingInPhysicalUnits="30",
) | {
    "Metric": ("AdvancedMeanSquares", "TransformBendingEnergyPenalty"),
    "Metric0Weight": ("1.0",),
    "Metric1Weight": ("5.0",),
}


def noise(seed, geometry=GRID):
    return image_from_array(np.random.default_rng(seed).normal(0, 1, geometry.size[::-1]).astype(np.float32), geometry)


def shift_of(result):
    center = GRID.center()[None]
    return (map_points(result.transform, center) - center)[0]


# What becomes of the parameters


def test_channels_come_before_penalties_and_weights_follow_their_metric():
    result = with_channels(
        BENDING | {"Metric1Use": ("true", "false")}, 1, [(None, 0.5), ("AdvancedKappaStatistic", 2.0)], 1
    )
    assert result["Metric"] == (
        "AdvancedMeanSquares", "AdvancedMeanSquares", "AdvancedKappaStatistic", "TransformBendingEnergyPenalty"
    )  # fmt: skip
    weights = [float(result[f"Metric{n}Weight"][0]) for n in range(4)]
    assert weights == [1.0, 0.5, 2.0, 5.0]
    assert result["Metric3Use"] == ("true", "false")
    assert "Metric1Use" not in result
    assert [len(result[kind]) for kind in ("FixedImagePyramid", "MovingImagePyramid", "Interpolator")] == [4, 4, 4]


def test_weights_that_elastix_would_take_by_itself_are_kept():
    two = stage() | {"Metric": ("AdvancedMattesMutualInformation", "TransformBendingEnergyPenalty")}
    result = with_landmarks(two, 0.1)
    assert [float(result[f"Metric{n}Weight"][0]) for n in range(3)] == [0.5, 0.5, 0.1]
    assert result["Metric"][2] == "CorrespondingPointsEuclideanDistanceMetric"
    again = with_landmarks(result, 0.2)
    assert again["Metric"] == result["Metric"]
    assert again["Metric2Weight"] == ("0.2",)


def test_a_stage_with_fewer_metrics_than_another_gets_some_that_are_not_used():
    result = with_channels(stage(), 2, [(None, 1.0)], 1)
    assert result["Metric"] == ("AdvancedMeanSquares",) * 4
    assert [result.get(f"Metric{n}Use") for n in range(4)] == [None, ("false",), None, ("false",)]


# What elastix makes of it


def test_landmarks_pull_where_images_are_noise():
    points = GRID.points_of(np.random.default_rng(2).uniform(6, 22, (10, 3)))
    guided = register(
        noise(1), noise(2), [stage()], fixed_points=points, moving_points=points + SHIFT, landmark_weight=10.0
    )
    assert shift_of(guided) == pytest.approx(SHIFT, abs=0.3)
    unguided = register(noise(1), noise(2), [stage()], fixed_points=points, moving_points=points + SHIFT)
    assert np.abs(shift_of(unguided) - SHIFT).max() > 1


def test_more_weight_means_closer_landmarks():
    """Landmarks that contradict the images by 4 mm: the larger the weight, the nearer the compromise is to them."""
    fixed, moving = blobs(GRID), blobs(GRID, SHIFT)
    points = GRID.points_of(np.random.default_rng(2).uniform(6, 22, (10, 3)))
    elsewhere = points + SHIFT + [4, 0, 0]
    off = []
    for weight in (0.0, 20.0, 2000.0):
        result = register(
            fixed, moving, [stage()], fixed_points=points, moving_points=elsewhere, landmark_weight=weight
        )
        off.append(np.linalg.norm(map_points(result.transform, points) - elsewhere, axis=1).mean())
    assert off[0] == pytest.approx(4, abs=0.3)
    assert off[0] > off[1] + 0.05
    assert off[1] > off[2] + 0.05
    assert off[2] < 0.5


def test_landmarks_count_in_the_moving_image_also_after_a_start_that_is_no_bspline():
    points = GRID.points_of(np.random.default_rng(2).uniform(6, 22, (10, 3)))
    sources = GRID.points_of(np.random.default_rng(3).uniform(0, 28, (8, 3)))
    start = spline_kernel_transform(sources, sources + np.array([10.0, 3, -2]))
    result = register(
        noise(1), noise(2), [stage()], fixed_points=points, moving_points=points + SHIFT, landmark_weight=10.0,
        initial_transform=start,
    )  # fmt: skip
    assert map_points(result.transform, points) == pytest.approx(points + SHIFT, abs=0.4)


@pytest.mark.parametrize("transform", ["TranslationTransform", pytest.param("bending", marks=pytest.mark.slow)])
def test_a_second_contrast_aligns_what_the_first_cannot(transform):
    """The first images are noise; the second lie on other grids, and hold the shift."""
    other = grid((30, 32, 26), (2.6, 2.4, 3.1), direction=oblique(1))
    other = replace(other, origin=tuple((np.array(other.origin) + GRID.center() - other.center()).tolist()))
    channel = Channel(blobs(GRID), blobs(other, SHIFT), name="T2")
    stages = [stage()] if transform != "bending" else [BENDING]
    result = register(noise(1), noise(2), stages, channels=[channel], threads=2)
    assert shift_of(result) == pytest.approx(SHIFT, abs=0.4 if transform != "bending" else 1.2)
    assert result.stages[0]["UseMultiThreadingForMetrics"] == ("false",)


def test_each_image_has_its_own_mask():
    """A block that stays in place is masked out in the second pair only; the first pair is noise."""
    fixed, moving = np.array(array_view(blobs(GRID))), np.array(array_view(blobs(GRID, SHIFT)))
    mask = np.ones(GRID.size[::-1], np.uint8)
    for voxels in (fixed, moving):
        voxels[6:12, 6:14, 6:16] = 400
    mask[5:13, 5:15, 5:17] = 0
    mask = image_from_array(mask, GRID)
    pair = [image_from_array(voxels, GRID) for voxels in (fixed, moving)]
    masked = register(noise(1), noise(2), [BENDING, stage()][1:], channels=[Channel(*pair, mask, mask, weight=1.0)])
    assert shift_of(masked) == pytest.approx(SHIFT, abs=0.7)
    whole = register(noise(1), noise(2), [stage()], channels=[Channel(*pair)])
    assert np.abs(shift_of(whole) - SHIFT).max() > 2


def test_a_mask_of_the_first_pair_is_not_lost_to_the_penalty():
    fixed, moving = np.array(array_view(blobs(GRID))), np.array(array_view(blobs(GRID, SHIFT)))
    mask = np.ones(GRID.size[::-1], np.uint8)
    for voxels in (fixed, moving):
        voxels[6:12, 6:14, 6:16] = 400
    mask[5:13, 5:15, 5:17] = 0
    mask = image_from_array(mask, GRID)
    pair = [image_from_array(voxels, GRID) for voxels in (fixed, moving)]
    quiet = Channel(noise(1), noise(2))
    masked = register(*pair, [stage("TranslationTransform"), BENDING], mask, mask, channels=[quiet])
    assert shift_of(masked) == pytest.approx(SHIFT, abs=1.0)


@pytest.mark.parametrize("kind", ["distance", "labels"])
def test_labels_guide_images_that_show_nothing(kind):
    def balls(shift):
        points = voxel_centers(GRID).reshape(*GRID.size[::-1], 3) - GRID.center() - shift
        one = np.linalg.norm(points - [8, 0, 0], axis=-1) < 14
        two = np.linalg.norm(points - [-14, 5, 4], axis=-1) < 10
        return image_from_array((one + 2 * (two & ~one)).astype(np.uint8), GRID)

    channels = label_channels(balls(0), balls(SHIFT), kind=kind, weight=20.0)
    assert [channel.name for channel in channels] == ["label 1", "label 2"]
    result = register(noise(1), noise(2), [stage()], channels=channels)
    assert shift_of(result) == pytest.approx(SHIFT, abs=0.6)


def test_distances_agree_with_simpleitk():
    inside = np.zeros(GRID.size[::-1], np.uint8)
    inside[8:20, 10:18, 6:25] = 1
    theirs = sitk.GetImageFromArray(inside)
    theirs.SetSpacing(GRID.spacing)
    expected = sitk.SignedMaurerDistanceMap(theirs, insideIsPositive=False, squaredDistance=False, useImageSpacing=True)
    mine = signed_distance(image_from_array(inside, GRID))
    assert array_view(mine) == pytest.approx(sitk.GetArrayFromImage(expected), abs=1e-4)
    assert geometry_of(mine).is_close(GRID)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"landmark_weight": 1.0}, "no corresponding points"),
        ({"landmark_weight": -1.0, "fixed_points": NEAR, "moving_points": NEAR}, "must be 0 or more"),
        ({"channels": [Channel(blobs(grid((20, 20))), blobs(GRID), name="T2")]}, "fixed T2 has 2 dimensions"),
        ({"channels": [Channel(blobs(GRID), blobs(GRID), weight=0.0)]}, "weight of the channel is 0.0"),
        ({"channels": [Channel(blobs(GRID), image_from_array(np.ones((9, 9, 9)), grid((9, 9, 9))), name="T2")]},
         "moving T2 is constant"),
    ],
)  # fmt: skip
def test_guidance_that_cannot_be_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        register(noise(1), noise(2), [stage()], **options)
    with pytest.raises(InputError, match="no label in common"):
        label_channels(image_from_array(np.ones((4, 4, 4), np.uint8), grid((4, 4, 4))), noise(1))
