"""The default preset on pairs that differ in place, turn, extent and contrast."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.registration.stage_fitting import fit_stages
from ElastixRegistrationLib.core.start.coarse import FittedImage
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, map_points
from phantoms.images import blobs, grid

STAGES = find_preset("automatic").stages()


def turned_header(image, degrees, shift):
    """The same voxels on a grid turned about its center and shifted, and the map of points that truly belongs to it."""
    geometry = geometry_of(image)
    dimension = geometry.dimension
    angles = np.zeros(1 if dimension == 2 else 3)
    angles[-1] = np.radians(degrees)
    if dimension == 3:
        angles[0] = np.radians(degrees) / 2
    matrix = rigid_matrix(np.concatenate([angles, shift]), geometry.center())
    origin, rotation = moved_points(matrix, np.array([geometry.origin]))[0], matrix[:-1, :-1]
    direction = tuple(map(tuple, (rotation @ np.array(geometry.direction)).tolist()))
    moved = Geometry(geometry.size, geometry.spacing, tuple(origin.tolist()), direction)
    return image_from_array(np.array(array_view(image)), moved), matrix


def fitted_image(image):
    return FittedImage(array_view(image), geometry_of(image), 0.0)


def mean_error(transform, matrix, geometry):
    extent = min(n * s for n, s in zip(geometry.size, geometry.spacing, strict=True))
    points = geometry.center() + np.random.default_rng(1).uniform(-0.25, 0.25, (50, geometry.dimension)) * extent
    return np.linalg.norm(map_points(transform, points) - moved_points(matrix, points), axis=1).mean()


@pytest.mark.parametrize(
    ("size", "spacing", "shift"),
    [((48, 44, 40), (4.0, 4.0, 5.0), (50.0, -28.0, 18.0)), ((96, 90), (2.5, 2.5), (50.0, -33.0))],
)
def test_sixty_millimeters_and_thirty_degrees_are_found(size, spacing, shift):
    geometry = grid(size, spacing)
    fixed = blobs(geometry)
    moving, truth = turned_header(fixed, 30.0, shift)
    result = register(fixed, moving, STAGES, adapt=True, effort="fast", seed=1)
    assert mean_error(result.transform, truth, geometry) < min(spacing) / 2
    assert "mm and " in result.notes[0]


def test_an_image_of_a_part_finds_its_place_in_the_whole():
    whole = blobs(grid((60, 56, 52), (4.0, 4.0, 4.0)))
    geometry = geometry_of(whole)
    low, high = np.array([22, 18, 12]), np.array([48, 44, 38])
    part = np.ascontiguousarray(array_view(whole)[low[2] : high[2], low[1] : high[1], low[0] : high[0]])
    origin = geometry.points_of(low.astype(float)) + np.array([40.0, -30.0, 25.0])
    fixed = image_from_array(part, Geometry((26, 26, 26), geometry.spacing, tuple(origin.tolist()), geometry.direction))
    result = register(fixed, whole, STAGES, adapt=True, effort="fast", seed=1)
    truth = np.eye(4)
    truth[:3, 3] = -40.0, 30.0, -25.0
    assert mean_error(result.transform, truth, geometry_of(fixed)) < 4.0


@pytest.mark.parametrize("size", [(40, 36, 32), (64, 60)])
def test_proportional_gray_values_are_compared_by_correlation_and_others_are_not(size):
    fixed = blobs(grid(size))
    values = array_view(fixed)
    brighter = image_from_array(values * 3 + 7, geometry_of(fixed))
    other = image_from_array(np.abs(values - 0.4 * values.max()), geometry_of(fixed))
    chosen = [
        fit_stages(STAGES, fitted_image(fixed), fitted_image(moving)).stages[-1]["Metric"]
        for moving in (brighter, other)
    ]
    assert chosen == [("AdvancedNormalizedCorrelation",), ("AdvancedMattesMutualInformation",)]


def test_well_placed_images_start_as_loaded():
    fixed = blobs(grid())
    found = fit_stages(STAGES, fitted_image(fixed), fitted_image(fixed))
    assert np.array_equal(found.start, np.eye(4))
    assert "as loaded" in found.sentence


def test_a_given_start_is_kept():
    geometry = grid()
    fixed, moving = blobs(geometry), blobs(geometry, (6.0, -4.0, 5.0))
    matrix = np.eye(4)
    matrix[:3, 3] = 5.0, -4.0, 4.0
    result = register(fixed, moving, STAGES, adapt=True, seed=1, initial_transform=affine_from_matrix(matrix))
    truth = np.eye(4)
    truth[:3, 3] = 6.0, -4.0, 5.0
    assert "starts" not in result.notes[0]
    assert mean_error(result.transform, truth, geometry) < 2.0


def test_the_grid_follows_the_object():
    def spacing(size, voxel):
        image = FittedImage(np.random.default_rng(0).random(size[::-1]), grid(size, voxel), 0.0)
        return float(fit_stages(STAGES, image, image).stages[-1]["FinalGridSpacingInPhysicalUnits"][0])

    assert spacing((200, 200, 100), (1.0, 1.0, 2.0)) == 14.0
    assert spacing((40, 40, 40), (0.15, 0.15, 0.15)) == pytest.approx(1.5)
    assert spacing((60, 60, 60), (4.0, 4.0, 4.0)) == 30.0


def test_thick_slices_are_merged_less_than_pixels_and_the_two_finest_resolutions_see_the_voxels():
    thick, even = blobs(grid((48, 48, 12), (2.0, 2.0, 8.0))), blobs(grid((48, 48, 48), (2.0, 2.0, 2.0)))
    stage = fit_stages(STAGES, fitted_image(thick), fitted_image(even)).stages[-1]
    assert " ".join(stage["FixedImagePyramidSchedule"]) == "4 4 1 2 2 1 1 1 1 1 1 1"
    assert " ".join(stage["MovingImagePyramidSchedule"]) == "4 4 4 2 2 2 1 1 1 1 1 1"


def test_images_that_tell_little_of_each_other_stay_rigid():
    fixed = blobs(grid())
    noise = np.random.default_rng(2).normal(0, 120, array_view(fixed).shape)
    moving = image_from_array((array_view(fixed) + noise).astype(np.float32), geometry_of(fixed))
    found = fit_stages(STAGES, fitted_image(fixed), fitted_image(moving), given_start=np.asarray)
    assert [stage["Transform"] for stage in found.stages] == [("EulerTransform",)]
    assert "rigid only" in found.sentence


def textured(geometry):
    """Blobs, and a random texture some four voxels wide: smooth blobs alone allow any scale."""
    texture = np.random.default_rng(1).normal(0, 30, [n // 4 + 1 for n in geometry.size[::-1]])
    for axis, count in enumerate(geometry.size[::-1]):
        texture = texture.repeat(4, axis).take(range(count), axis)
    for axis in (0, 1, 2) * 2:
        texture = (np.roll(texture, 1, axis) + 2 * texture + np.roll(texture, -1, axis)) / 4
    return image_from_array((array_view(blobs(geometry)) + texture).astype(np.float32), geometry)


@pytest.mark.parametrize("preset", ["automatic", "rigid"])
def test_a_part_is_registered_with_the_whole_whichever_is_fixed(preset):
    """Most of the whole lies outside of the part, where elastix asks for a quarter of the samples inside."""
    geometry = grid((60, 56, 52), (4.0, 4.0, 4.0))
    whole = textured(geometry)
    low, high = np.array([22, 18, 12]), np.array([46, 42, 36])
    box = tuple(slice(a, b) for a, b in zip(low[::-1], high[::-1], strict=True))
    origin = tuple(geometry.points_of(low).tolist())
    part = image_from_array(
        np.ascontiguousarray(array_view(whole)[box]),
        Geometry((24, 24, 24), geometry.spacing, origin, geometry.direction),
    )
    made = find_preset(preset)
    start = None if made.adapts else "none"
    for fixed, moving in ((whole, part), (part, whole)):
        result = register(fixed, moving, made.stages(), adapt=made.adapts, effort="fast", initialization=start, seed=1)
        assert mean_error(result.transform, np.eye(4), geometry_of(part)) < 1.0
