"""Many points at once go where ITK takes them one by one."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
)
from ElastixRegistrationLib.core.transforms.scattered import point_map
from ElastixRegistrationLib.core.transforms.spline_kernels import spline_kernel_transform
from phantoms.images import grid

RANDOM = np.random.default_rng(5)
OBLIQUE = np.linalg.qr(RANDOM.normal(size=(3, 3)))[0]


def an_affine(dimension=3):
    matrix = np.eye(dimension + 1)
    matrix[:-1, :-1] += RANDOM.normal(0, 0.1, (dimension, dimension))
    matrix[:-1, -1] = RANDOM.normal(0, 20, dimension)
    return affine_from_matrix(matrix)


def an_oblique_bspline():
    return bspline_transform(RANDOM.normal(0, 4, (3, 9, 8, 7)), np.array([-40.0, 10, -30]), np.full(3, 11.0), OBLIQUE)


def a_flat_bspline():
    return bspline_transform(RANDOM.normal(0, 4, (2, 6, 5)), np.array([-20.0, -30]), np.array([9.0, 12]), np.eye(2))


def a_field():
    place = grid((12, 11, 10), (5.0, 6.0, 7.0), (-30.0, -31.0, -32.0))
    return displacement_field_transform(RANDOM.normal(0, 4, (10, 11, 12, 3)), place)


def a_thin_plate():
    places = RANDOM.uniform(-40, 40, (9, 3))
    return spline_kernel_transform(places, places + RANDOM.normal(0, 3, places.shape))


@pytest.mark.parametrize("kind", [an_affine, an_oblique_bspline, a_flat_bspline, a_field, a_thin_plate])
def test_points_go_where_itk_takes_them(kind):
    transform = kind()
    dimension = transform.GetInputSpaceDimension()
    points = RANDOM.uniform(-90, 90, (3000, dimension))
    expected = np.array([transform.TransformPoint(point) for point in points.tolist()])
    if not transform.IsLinear():
        moved = np.linalg.norm(expected - points, axis=1)
        assert moved.max() > 2
    found = point_map(transform)(points.T).T
    assert found == pytest.approx(expected, abs=2e-5)


def test_a_chain_acts_in_its_order():
    transform = compose([an_affine(), an_oblique_bspline(), an_affine(), a_field(), a_thin_plate()])
    points = RANDOM.uniform(-60, 60, (500, 3))
    expected = np.array([transform.TransformPoint(point) for point in points.tolist()])
    found = point_map(transform)(points.T).T
    assert found == pytest.approx(expected, abs=5e-5)
