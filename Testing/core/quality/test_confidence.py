"""The map of confidence: where a registration is known to be off it says so, and it says how far."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.comparison.evaluation import as_result
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.quality.confidence import confidence_steps, estimate_confidence
from ElastixRegistrationLib.core.transforms.itk_transforms import identity
from phantoms.images import blobs, grid

SPACING = 2.0


def textured(dimension=3, seed=1):
    """An image whose every part can be told from the others, and its grid."""
    here = grid((40, 36, 32)[:dimension], (SPACING,) * dimension)
    noise = np.random.default_rng(seed).normal(size=here.size[::-1])
    for axis in range(dimension):
        noise = noise + np.roll(noise, 1, axis) + np.roll(noise, -1, axis)
    return noise.astype(np.float32), here


def estimated(fixed, moving, here):
    """Of the identity: nothing is registered."""
    images = [image_from_array(voxels, here) for voxels in (fixed, moving)]
    result = as_result(identity(here.dimension), *images, background=0.0)
    return estimate_confidence(images[0], result, mask=image_from_array(np.ones(fixed.shape, np.uint8), here))


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("contrast", [1.0, -1.0])
def test_where_the_images_are_shifted_the_shift_is_said(dimension, contrast):
    """Half of the moving image lies two voxels off along i, whatever is bright in it."""
    fixed, here = textured(dimension)
    moving = fixed.copy()
    moving[..., 20:] = np.roll(fixed, 2, axis=-1)[..., 20:]
    found = estimated(fixed, contrast * moving, here)
    right, off = found.error_mm[..., 4:14], found.error_mm[..., 26:-6]
    assert np.median(right) == pytest.approx(1.1 * SPACING, abs=0.01)  # nobody knows better than a voxel
    assert np.median(off) == pytest.approx(np.hypot(2 * SPACING, 1.1 * SPACING), abs=0.2)
    assert all(place.point[0] > here.points_of(np.full(dimension, 17.0))[0] for place in found.places[:2])


def test_what_matches_nowhere_is_less_certain():
    fixed, here = textured()
    moving = fixed.copy()
    moving[..., 20:] = textured(seed=2)[0][..., 20:]
    found = estimated(fixed, moving, here)
    assert np.median(found.error_mm[..., 26:-4]) > 2 * np.median(found.error_mm[..., 4:14])


def test_the_map_is_an_image_in_mm_with_its_places_apart():
    fixed, here = textured()
    moving = fixed.copy()
    moving[:, 8:16, 8:16] = np.roll(fixed, 2, axis=0)[:, 8:16, 8:16]
    found = estimated(fixed, moving, here)
    assert np.asarray(array_view(found.image(here))).shape == here.size[::-1]
    document = found.as_dict()
    first, second = (np.array(place["point_lps_mm"]) for place in document["least_certain"][:2])
    extent = np.linalg.norm((np.array(here.size) - 1) * SPACING)
    assert np.linalg.norm(first - second) > 0.15 * extent
    assert document["least_certain"][0]["error_mm"] == pytest.approx(document["largest_mm"])
    assert found.error_mm[tuple(np.rint(here.indices_of(first)).astype(int)[::-1])] == found.error_mm.max()


def test_constant_images_say_nothing_and_stop_nothing():
    here = grid((12, 10, 8))
    flat = np.zeros(here.size[::-1], np.float32)
    found = estimated(flat, flat, here)
    assert np.isfinite(found.error_mm).all()


def test_the_share_that_is_done_grows_to_one():
    images = blobs(grid((16, 14, 12))), blobs(grid((16, 14, 12)))
    shares = list(confidence_steps(images[0], as_result(identity(3), *images)))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
