"""Windows, smoothing and splines against what they are by definition."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.windows import gradient, smoothed, spline_coefficients, window_sums


@pytest.mark.parametrize(("shape", "radii"), [((7, 9), (1, 2)), ((6, 5, 8), (2, 0, 1)), ((1, 9, 8), (2, 1, 1))])
def test_sums_are_those_of_each_window(shape, radii):
    array = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    expected = np.empty(shape)
    for index in np.ndindex(*shape):
        window = tuple(slice(max(i - r, 0), i + r + 1) for i, r in zip(index, radii, strict=True))
        expected[index] = array[window].sum(dtype=float)
    assert window_sums(array, radii) == pytest.approx(expected, abs=1e-4)


def test_smoothing_keeps_a_constant_and_spreads_a_point_by_its_variance():
    assert smoothed(np.full((9, 8), 3.0, np.float32), (1.5, 2.0)) == pytest.approx(3.0, abs=1e-5)
    point = np.zeros((31, 31), np.float32)
    point[15, 15] = 1
    spread = smoothed(point, (2.0, 0.0))
    rows = np.arange(31) - 15
    assert spread.sum() == pytest.approx(1, abs=1e-5)
    assert float((spread.sum(1) * rows**2).sum()) == pytest.approx(4.0, rel=0.15)  # cut off at 2.5 sigma
    assert np.count_nonzero(spread.sum(0)) == 1


def test_the_gradient_of_a_plane_is_its_slope_also_along_a_single_voxel():
    z, y, x = np.meshgrid(np.arange(1.0), np.arange(6.0), np.arange(5.0), indexing="ij")
    slopes = gradient((3 * y - 2 * x + z).astype(np.float32))
    assert [float(np.ptp(slope)) for slope in slopes] == [0, 0, 0]
    assert [float(slope[0, 2, 2]) for slope in slopes] == [0.0, 3.0, -2.0]


def test_a_spline_of_the_coefficients_passes_through_the_values():
    values = np.random.default_rng(1).normal(size=(24, 20)).astype(np.float32)
    coefficients = spline_coefficients(values)
    for axis in range(2):  # the cubic B-spline is 1/6, 2/3, 1/6 at its knots
        coefficients = (np.roll(coefficients, 1, axis) + 4 * coefficients + np.roll(coefficients, -1, axis)) / 6
    assert coefficients[3:-3, 3:-3] == pytest.approx(values[3:-3, 3:-3], abs=1e-3)
