"""Surface distances against closed forms and SimpleITK."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.quality.surface_distance import surface_distances
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from phantoms.images import grid

GRID = grid((48, 44, 40), (1.2, 1.5, 1.8), (-28.0, -32.0, -35.0))
PLACES = voxel_centers(GRID).reshape(*GRID.size[::-1], 3)


def ball(center, radius):
    return (np.linalg.norm(PLACES - np.array(center), axis=-1) < radius).astype(np.uint8)


def test_concentric_balls_are_their_radii_apart():
    found = surface_distances(ball((0, 0, 0), 10), ball((0, 0, 0), 16), GRID)
    assert found.mean == pytest.approx(6, abs=0.3)
    assert found.maximum == pytest.approx(6, abs=1.5)


def test_the_same_label_is_at_distance_zero_and_an_empty_one_nowhere():
    one = ball((0, 0, 0), 10)
    found = surface_distances(one, one * 7, GRID)
    assert (found.mean, found.percentile95, found.maximum) == pytest.approx((0, 0, 0), abs=1e-4)
    assert np.isnan(surface_distances(one, one * 0, GRID).mean)


def sitk_image(array):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(GRID.spacing)
    image.SetOrigin(GRID.origin)
    return image


@pytest.mark.parametrize("shift", [(3, 0, 0), (2, -4, 5), (0, 0, 1.8)])
def test_simpleitk_finds_the_same(shift):
    first, second = ball((0, 0, 0), 14), ball(shift, 13)
    second[:, :4] = 0
    first[20:24, 20:24, 40:48] = 1  # up to the face of the image
    found = surface_distances(first, second, GRID)
    images = [sitk_image(array) for array in (first, second)]
    # LabelContour does not count voxels at the face of the image as surface, so both are padded.
    images = [sitk.ConstantPad(image, [1] * 3, [1] * 3, 0) for image in images]
    contours = [sitk.LabelContour(image, fullyConnected=False) for image in images]
    maps = [
        sitk.GetArrayFromImage(sitk.Abs(sitk.SignedMaurerDistanceMap(c, squaredDistance=False, useImageSpacing=True)))
        for c in contours
    ]
    surfaces = [sitk.GetArrayFromImage(contour) > 0 for contour in contours]
    there, back = maps[1][surfaces[0]], maps[0][surfaces[1]]
    assert found.mean == pytest.approx(np.concatenate([there, back]).mean(), abs=1e-5)
    assert found.percentile95 == pytest.approx(max(np.percentile(there, 95), np.percentile(back, 95)), abs=1e-5)
    assert found.maximum == pytest.approx(max(there.max(), back.max()), abs=1e-5)
    hausdorff = sitk.HausdorffDistanceImageFilter()
    hausdorff.Execute(*images)
    assert found.maximum == pytest.approx(hausdorff.GetHausdorffDistance(), abs=1e-4)


def test_two_dimensions():
    plane = grid((30, 28), (2.0, 1.0))
    square = np.zeros((28, 30), np.uint8)
    square[10:20, 10:20] = 1
    moved = np.roll(square, 3, axis=0)
    assert surface_distances(square, moved, plane).maximum == pytest.approx(3.0)
    assert surface_distances(square, np.roll(square, 3, axis=1), plane).maximum == pytest.approx(6.0)


@pytest.mark.parametrize("axis", range(3))
def test_single_voxels_in_one_row(axis):
    first, second = np.zeros((2, *GRID.size[::-1]), np.uint8)
    place = [20, 20, 20]
    first[tuple(place)] = 1
    place[axis] += 2
    second[tuple(place)] = 1
    apart = 2 * GRID.spacing[2 - axis]
    found = surface_distances(first, second, GRID)
    assert (found.mean, found.maximum) == pytest.approx((apart, apart))
