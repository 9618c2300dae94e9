"""Products of bands against whole matrices, and the filters made of them against what they are by definition."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.band_matrices import band_matrix, convolution, interpolation, product

KERNEL = (0.4, 0.2, 0.1)


def values_of(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape).astype(np.float32)


def dense(matrix):
    return matrix.along(np.eye(matrix.columns, dtype=np.float32), 0)


@pytest.mark.parametrize("shape", [(70, 9, 50), (5, 90, 40), (120, 80), (1, 60, 3)])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_band_along_any_axis_is_the_whole_matrix(shape, threads):
    values = values_of(*shape)
    for axis, count in enumerate(shape):
        whole = np.tril(np.triu(values_of(count + 7, count), -9), 4)
        found = band_matrix(whole).along(values, axis, threads=threads)
        expected = np.moveaxis(np.tensordot(whole, values, axes=(1, axis)), 0, axis)
        assert np.allclose(found, expected, rtol=0, atol=1e-4)


def test_a_large_volume_is_the_same_by_several_threads():
    values = values_of(60, 70, 80)
    for axis, count in enumerate(values.shape):
        matrix = convolution(count, KERNEL, goes_on=True)
        assert (matrix.along(values, axis) == matrix.along(values, axis, threads=3)).all()


@pytest.mark.parametrize("count", [2, 5, 40, 130])
def test_a_convolution_goes_on_beyond_the_ends_or_has_zeros_there(count):
    line = values_of(count)
    weights = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
    for go_on, mode in ((True, "edge"), (False, "constant")):
        expected = np.convolve(np.pad(line, 2, mode=mode), weights, "valid")
        found = convolution(count, KERNEL, go_on).along(line[:, None], 0)[:, 0]
        assert found == pytest.approx(expected, abs=1e-5)
    mean = convolution(count, (1.0, 1.0), False, True).along(line[:, None], 0)[:, 0]
    assert mean[0] == pytest.approx(line[:2].mean(), abs=1e-5)
    assert mean[count // 2] == pytest.approx(line[max(count // 2 - 1, 0) : count // 2 + 2].mean(), abs=1e-5)


def test_places_between_elements_after_a_convolution():
    line = values_of(50)
    places = np.array([-3.0, 0.0, 0.25, 17.5, 48.9, 49.0, 70.0])
    smooth = np.convolve(np.pad(line, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], "valid")
    for kernel, values in (((1.0,), line), (KERNEL, smooth)):
        found = interpolation(50, places, kernel).along(line[:, None], 0)[:, 0]
        assert found == pytest.approx(np.interp(places, np.arange(50), values), abs=1e-5)


def test_some_rows_of_a_matrix():
    matrix = convolution(200, KERNEL, goes_on=True)
    for rows in (slice(0, 3), slice(30, 101), slice(199, 200)):
        assert (dense(matrix.part(rows)) == dense(matrix)[rows]).all()


def test_a_product_in_parts():
    rows, matrix = values_of(5000, 30), values_of(30, 20)
    assert product(rows, matrix) == pytest.approx(rows @ matrix, abs=1e-4)
