"""B-splines oblique to the voxels, resampled along their axes, against the exact values at every voxel."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.resampling import images as resampling
from ElastixRegistrationLib.core.resampling import resampled_splines
from ElastixRegistrationLib.core.resampling.resampled_splines import ResampledSpline
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, bspline_transform, compose
from ElastixRegistrationLib.core.transforms.spline_derivatives import SplineChain
from phantoms.images import blobs, grid, oblique

HERE = grid((90, 80, 70), (1.0, 1.1, 0.9), (-11.0, 4.0, 7.0), oblique(4, left_handed=True))
FLAT = grid((300, 280), (0.5, 0.6), (3.0, -8.0))
TO_VOXELS = np.diag([1.2, 0.9, 1.1])


def a_chain(where, control_mm, cells, strength=2.0):
    """A turn by 0.1 and a B-spline around the center of the grid ``where``."""
    dimension = where.dimension
    matrix = np.eye(dimension + 1)
    matrix[:2, :2] = [[np.cos(0.1), -np.sin(0.1)], [np.sin(0.1), np.cos(0.1)]]
    matrix[:-1, -1] = where.center() - matrix[:-1, :-1] @ where.center() + 1.3
    size = (cells + 3,) * dimension
    coefficients = np.random.default_rng(3).normal(0, strength, (dimension, *size))
    origin = where.center() + 0.013 - control_mm * (cells + 2) / 2  # no voxel on the very border
    spline = bspline_transform(coefficients, origin, np.full(dimension, control_mm), np.eye(dimension))
    return compose([affine_from_matrix(matrix), spline])


@pytest.mark.parametrize(
    ("where", "cells"), [(HERE, 12), (HERE, 3), (FLAT, 11), (FLAT, 4)], ids=["3D", "3D, ends", "2D", "2D, ends"]
)
def test_every_voxel_has_the_value_of_the_exact_one_within_its_tolerance(where, cells):
    chain = SplineChain.of(a_chain(where, 20.0, cells))
    linear = TO_VOXELS[: where.dimension, : where.dimension]
    spline = ResampledSpline.of(chain, linear, where)
    exact = np.moveaxis(chain.values(where, linear), -1, 0)
    reached = (exact != 0).any(axis=0)
    assert reached.all() == (cells in (12, 11))
    planes = slice(5, where.size[-1] - 3)
    functions = np.stack(spline.functions(planes))
    assert np.array_equal((functions != 0).any(axis=0), reached[planes])
    assert np.abs(functions - exact[:, planes]).max() < 5e-3
    assert np.abs(exact).max() > 2


def test_detail_that_would_be_lost_is_left_to_the_exact_values(monkeypatch):
    """Motion that changes by hundreds of voxels from one control point to the next, and control points of the
    distance of voxels."""
    linear = np.eye(3)
    assert ResampledSpline.of(SplineChain.of(a_chain(HERE, 20.0, 12)), linear, HERE) is not None
    assert ResampledSpline.of(SplineChain.of(a_chain(HERE, 20.0, 12, strength=500.0)), linear, HERE) is None
    assert ResampledSpline.of(SplineChain.of(a_chain(HERE, 3.0, 12)), linear, HERE) is None
    monkeypatch.setattr(resampled_splines, "_TOLERANCE", 1e-9)
    assert ResampledSpline.of(SplineChain.of(a_chain(HERE, 20.0, 12)), linear, HERE) is None


def test_an_image_is_resampled_as_by_itk(monkeypatch):
    image, transform = blobs(HERE, seed=2), a_chain(HERE, 20.0, 3)
    result = array_view(resampling.resample(image, transform, HERE, background=-50.0))
    monkeypatch.setattr(resampling, "is_looked_up", lambda _: False)
    expected = array_view(resampling.resample(image, transform, HERE, background=-50.0))
    different = np.abs(result.astype(float) - expected)
    assert np.quantile(different, 0.9999) < 5e-3 * np.ptp(expected)
    assert np.abs(expected - array_view(image)).mean() > 100 * different.mean()
