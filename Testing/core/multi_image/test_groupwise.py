"""Groups with known motion, in 2D and 3D, moved to their common mean space."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.multi_image.groupwise import GroupSettings, register_group
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, grid

SHIFTS_2D = np.array([[-4, 2], [0, -3], [5, 1], [-1, 4], [3, -4], [-3, 0]], float)


def quick(*transforms: str, metric: str = "variance", **more) -> GroupSettings:
    more = {"iterations": 150, "samples": 800, "resolutions": 2, **more}
    return GroupSettings(transforms, metric=metric, seed=1, threads=2, **more)


def errors(result, shifts: np.ndarray) -> np.ndarray:
    """(members, points) mm: how far each transform is from the motion to the common middle."""
    center = result.geometry.center()
    points = center + np.random.default_rng(0).uniform(-14, 14, (30, len(center)))
    true = shifts - shifts.mean(0)
    found = np.array([map_points(transform, points) - points for transform in result.transforms])
    return np.linalg.norm(found - true[:, None], axis=-1)


@pytest.fixture(scope="module")
def images_2d():
    geometry = grid((44, 40), spacing=(1.5, 1.5))
    return [blobs(geometry, shift, dtype=np.int16, offset=20) for shift in SHIFTS_2D]


@pytest.mark.parametrize("metric", ["variance", "pca"])
def test_2d_and_time_known_shifts_are_found_to_a_tenth_of_a_pixel(images_2d, metric):
    result = register_group(images_2d, quick("translation", metric=metric))
    assert errors(result, SHIFTS_2D).max() < 0.15
    mean = array_view(result.mean())
    one = array_view(result.resample(0))
    inner = (slice(8, -8),) * 2
    assert one.dtype == np.int16
    assert np.abs(mean[inner] - one[inner]).mean() < 1
    unaligned = np.mean([array_view(image) for image in images_2d], axis=0)
    assert mean[inner].std() > 1.05 * unaligned[inner].std()  # sharper than the blurred mean


def test_pca_bears_a_change_of_contrast_along_the_series(images_2d):
    gains = [1.0, 0.6, 1.4, 0.8, 1.8, 1.2]
    changed = [
        image_from_array((array_view(image) * gain).astype(np.float32), geometry_of(image))
        for image, gain in zip(images_2d, gains, strict=True)
    ]
    assert errors(register_group(changed, quick("translation", metric="pca")), SHIFTS_2D).max() < 0.3


def test_stages_follow_each_other_and_a_mask_and_other_grids_are_taken(images_2d):
    geometry = geometry_of(images_2d[0])
    mask = np.zeros(geometry.size[::-1], np.uint8)
    mask[4:-4, 4:-4] = 1
    # The same object on a grid of its own: blobs() depends on the center and the shortest side only.
    own_grid = grid((60, 50), spacing=(1.2, 1.2))
    origin = np.asarray(own_grid.origin) + geometry.center() - own_grid.center()
    own_grid = grid((60, 50), spacing=(1.2, 1.2), origin=origin.tolist())
    images = [blobs(own_grid, SHIFTS_2D[0], offset=20), *images_2d[1:]]
    result = register_group(
        images,
        quick("rigid", "deformable", grid_spacing=20.0),
        reference=geometry,
        mask=image_from_array(mask, geometry),
    )
    assert errors(result, SHIFTS_2D).mean() < 0.5
    assert result.transforms[0].GetNameOfClass() == "CompositeTransform"
    elsewhere = register_group(images, quick("translation"))
    assert elsewhere.geometry == own_grid
    assert errors(elsewhere, SHIFTS_2D).max() < 0.3


@pytest.mark.parametrize(("kind", "metric"), [("affine", "variance"), ("translation", "pca")])
def test_3d_and_time_known_shifts_are_found(kind, metric):
    geometry = grid((26, 24, 22), spacing=(2.0, 2.0, 2.0))
    shifts = np.array([[3, 0, -2], [-2, 3, 1], [0, -2, 3], [-1, -1, -2]], float)
    images = [blobs(geometry, shift) for shift in shifts]
    result = register_group(images, quick(kind, metric=metric, iterations=100, samples=600))
    assert result.transforms[0].GetInputSpaceDimension() == 3
    assert errors(result, shifts).max() < 0.5
    center = geometry.center()
    middle = np.mean([map_points(transform, center)[0] for transform in result.transforms], 0)
    assert np.abs(middle - center).max() < 0.1


def test_wrong_groups_are_told(images_2d):
    with pytest.raises(InputError, match="at least 3 images, not 2"):
        register_group(images_2d[:2])
    with pytest.raises(InputError, match="all the same"):
        register_group([*images_2d[:3], blobs(grid((10, 10, 10)))])
    with pytest.raises(InputError, match="image 1 of the group is constant"):
        register_group([images_2d[0], image_from_array(np.zeros((40, 44)), geometry_of(images_2d[0])), images_2d[2]])
    with pytest.raises(InputError, match="metric 'mi'"):
        GroupSettings(metric="mi")
    with pytest.raises(InputError, match="elastic"):
        GroupSettings(("elastic",))
    with pytest.raises(InputError, match="samples is 0"):
        GroupSettings(samples=0)
