"""The dense deformation finds a known one, folds nothing, and leaves alone what it may not see."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.flow import FlowImages, FlowSettings, flow
from ElastixRegistrationLib.core.automatic.local_volume import LARGEST_VOLUME, SMALLEST_VOLUME, eased, local_volume
from ElastixRegistrationLib.core.automatic.warping import nearest, warped
from ElastixRegistrationLib.core.automatic.windows import smoothed


def texture(shape, seed=0):
    noise = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    values = smoothed(noise, (2.0,) * len(shape))
    return (values - values.min()) / np.ptp(values)


def bump(shape, height):
    """Displacement of ``height`` voxels along the last axis in the middle, none at the faces."""
    axes = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    u = np.zeros((len(shape), *shape), np.float32)
    u[-1] = height * np.prod([np.cos(np.pi / 2 * axis) ** 2 for axis in axes], axis=0)
    return u


@pytest.mark.parametrize("shape", [(64, 60), (30, 32, 34)])
def test_a_known_deformation_is_found_whatever_the_brightness(shape):
    moving = texture(shape)
    truth = bump(shape, 2.2)
    (fixed,) = warped([moving], truth, (0,) * len(shape))
    ones = np.ones(shape, np.float32)
    # The fixed image shows at x what the moving image has at x + u(x), through another brightness.
    images = FlowImages(0.2 + 0.5 * fixed, moving, ones, ones, (0,) * len(shape), (1.0,) * len(shape))
    told = []
    found = flow(images, settings=FlowSettings(iterations=80), progress=lambda n, value: told.append((n, value)))
    displaced = np.linalg.norm(truth, axis=0) > 1
    error = np.linalg.norm(found - truth, axis=0)[displaced].mean()
    assert error < 0.4 * np.linalg.norm(truth, axis=0)[displaced].mean()
    assert [n for n, _ in told] == list(range(len(told)))
    assert told[-1][1] > told[0][1]
    assert local_volume(found).min() > 0


def test_equal_images_stay_where_they_are():
    fixed = texture((40, 40))
    ones = np.ones_like(fixed)
    found = flow(FlowImages(fixed, fixed, ones, ones, (0, 0), (1.0, 1.0)), settings=FlowSettings(iterations=30))
    assert np.abs(found).mean() < 0.1


def test_unrelated_images_do_not_fold_the_space():
    fixed, moving = texture((48, 48), 1), texture((48, 48), 2)
    ones = np.ones_like(fixed)
    settings = FlowSettings(iterations=60, step=1.0)
    found = flow(FlowImages(fixed, moving, ones, ones, (0, 0), (1.0, 1.0)), settings=settings)
    volume = local_volume(found)
    assert volume.min() > 0
    assert volume.max() < 2 * LARGEST_VOLUME


def test_a_fold_is_eased_and_the_rest_kept():
    u = bump((60, 60), 0.0)
    u[1, 10:14, 10:14] = 6.0
    u[0, 40:, :] = 1.0  # a shift far away, with a step that keeps its order
    assert local_volume(u).min() < 0
    found = eased(u, (1.0,) * (u.ndim - 1), 30)
    volume = local_volume(found)
    assert volume.min() > SMALLEST_VOLUME
    assert volume.max() < LARGEST_VOLUME
    assert found[0, 50:, 30:] == pytest.approx(1.0, abs=0.05)


def test_values_between_voxels_are_linear_and_the_rim_goes_on():
    values = np.arange(20, dtype=np.float32).reshape(4, 5)
    u = np.zeros((2, 4, 5), np.float32)
    u[1] = 0.25
    u[0, 3] = 9.0
    (moved,) = warped([values], u, (0, 0))
    assert moved[1, 1] == pytest.approx(values[1, 1] + 0.25)
    assert moved[1, 4] == values[1, 4]
    assert moved[3, 2] == pytest.approx(values[3, 2] + 0.25)


@pytest.mark.parametrize("shape", [(90, 300), (9, 90, 100), (40, 70, 60)])
def test_warped_voxels_are_those_of_scipy_in_every_slab(shape):
    ndimage = pytest.importorskip("scipy.ndimage")
    margin = tuple(2 * n for n in range(1, len(shape) + 1))
    source = texture(tuple(n + 2 * m for n, m in zip(shape, margin, strict=True)))
    u = np.random.default_rng(3).normal(scale=4.0, size=(len(shape), *shape)).astype(np.float32)
    places = np.indices(shape) + u + np.reshape(margin, (-1, *[1] * len(shape)))
    for found, order in ((warped([source], u, margin)[0], 1), (nearest(source, u, margin), 0)):
        wanted = ndimage.map_coordinates(source, places, order=order, mode="nearest")
        # float32 places may fall on the other side of the middle between two voxels.
        assert np.mean(np.abs(found - wanted) > 1e-4) < 1e-4
