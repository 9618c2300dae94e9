"""Inverses of transforms: where they bring points back to, and what they say about it."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.deformation.analysis import jacobian_determinant_of
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.transforms.inverse import interpolating_bspline, invert, invert_points
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field,
    displacement_field_transform,
    map_points,
)
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from ElastixRegistrationLib.core.transforms.spline_kernels import spline_kernel_transform
from phantoms.images import grid

GRID = grid((36, 34, 32), (3.0, 3.2, 3.4), (-52.0, -53.0, -54.0))
RANDOM = np.random.default_rng(8)
INSIDE = GRID.points_of(RANDOM.uniform(3, 28, (60, 3)))


def an_affine(seed=1):
    random = np.random.default_rng(seed)
    matrix = np.eye(4)
    matrix[:3, :3] += random.normal(0, 0.08, (3, 3))
    matrix[:3, 3] = random.normal(0, 8, 3)
    return affine_from_matrix(matrix)


def a_bspline(seed=2):
    coefficients = np.pad(np.random.default_rng(seed).normal(0, 2.5, (3, 7, 7, 7)), [(0, 0), (4, 4), (4, 4), (4, 4)])
    return bspline_transform(coefficients, np.full(3, -126.0), np.full(3, 18.0), np.eye(3))


def moves(transform):
    return np.linalg.norm(array_view(displacement_field(transform, GRID)), axis=-1)


def test_inverse_of_linear_is_exact():
    transform = compose([an_affine(1), an_affine(2)])
    inverse = invert(transform, GRID)
    assert inverse.max_residual == 0
    assert map_points(inverse.transform, map_points(transform, INSIDE)) == pytest.approx(INSIDE, abs=1e-9)


@pytest.mark.parametrize(("method", "mean", "largest"), [("iterative", 0.03, 0.15), ("elastix", 0.03, 0.5)])
def test_a_deformation_comes_back_to_within_the_residual_that_is_told(method, mean, largest):
    transform = compose([an_affine(), a_bspline()])
    assert moves(a_bspline()).max() > 2.5
    inverse = invert(transform, GRID, method=method)
    points = voxel_centers(GRID)[::97]
    back = map_points(inverse.transform, map_points(transform, points))
    distances = np.linalg.norm(back - points, axis=1)
    assert distances.max() <= inverse.max_residual + 1e-4
    assert distances.mean() == pytest.approx(inverse.mean_residual, abs=0.005)
    assert inverse.mean_residual < mean
    assert inverse.max_residual < largest


def test_the_iterative_inverse_agrees_with_simpleitk(tmp_path):
    transform = a_bspline()
    inverse = invert(transform, GRID)
    write_transform(transform, tmp_path / "t.h5", GRID)
    field = sitk.TransformToDisplacementField(
        sitk.ReadTransform(str(tmp_path / "t.h5")), sitk.sitkVectorFloat64, list(GRID.size), GRID.origin, GRID.spacing
    )
    theirs = sitk.DisplacementFieldTransform(sitk.InvertDisplacementField(field, 100, 1e-4, 1e-5))
    expected = np.array([theirs.TransformPoint(point) for point in INSIDE.tolist()])
    assert map_points(inverse.transform, INSIDE) == pytest.approx(expected, abs=0.15)


def a_dense_bspline():
    """Control points at every voxel; where it presses most, to a seventh of the volume, plain iterations crawl."""
    x = voxel_centers(GRID).reshape(*GRID.size[::-1], 3)
    pressed = -9.5 * np.sin(x / 14) * np.exp(-np.square(x).sum(-1, keepdims=True) / 800)
    return interpolating_bspline(pressed, GRID)


def a_smooth_field():
    return displacement_field_transform(array_view(displacement_field(a_dense_bspline(), GRID)), GRID)


@pytest.mark.parametrize("kind", [a_dense_bspline, a_smooth_field])
def test_what_has_detail_of_voxels_comes_back(kind):
    transform = compose([kind(), an_affine()])
    assert 0 < jacobian_determinant_of(kind(), GRID).min() < 0.2
    inverse = invert(transform, GRID)
    back = map_points(inverse.transform, map_points(transform, INSIDE))
    distances = np.linalg.norm(back - INSIDE, axis=1)
    assert distances.max() <= inverse.max_residual + 1e-4
    assert inverse.mean_residual < 0.03
    assert inverse.typical_residual < 0.4


@pytest.mark.parametrize("kind", ["bspline", "thin plate", "field"])
def test_points_are_inverted_one_by_one(kind):
    sources = RANDOM.uniform(-45, 45, (10, 3))
    smooth = np.zeros((*GRID.size[::-1], 3))
    smooth[3:-3, 3:-3, 3:-3] = 2 * np.sin(voxel_centers(GRID).reshape(smooth.shape)[3:-3, 3:-3, 3:-3] / 15)
    transform = {
        "bspline": lambda: compose([an_affine(), a_bspline()]),
        "thin plate": lambda: spline_kernel_transform(sources, sources + RANDOM.normal(0, 2, sources.shape)),
        "field": lambda: displacement_field_transform(smooth, GRID),
    }[kind]()
    assert invert_points(transform, map_points(transform, INSIDE)) == pytest.approx(INSIDE, abs=1e-5)


def test_a_fold_has_no_inverse_and_says_so():
    geometry = grid((30, 30, 30), (4.0, 4, 4), (-60.0, -60, -60))
    x = voxel_centers(geometry).reshape(30, 30, 30, 3)
    folding = np.zeros_like(x)
    folding[..., 0] = -2.0 * x[..., 0] * np.exp(-np.square(x).sum(-1) / 800)
    assert invert(displacement_field_transform(folding, geometry), geometry).max_residual > 1


def test_what_cannot_be_inverted_is_refused():
    with pytest.raises(InputError, match="no inverse"):
        invert(affine_from_matrix(np.diag([1.0, 1, 0, 1])), GRID)
    with pytest.raises(InputError, match="backwards"):
        invert(an_affine(), GRID, method="backwards")
    field = displacement_field_transform(np.ones((*GRID.size[::-1], 3)), GRID)
    with pytest.raises(InputError, match="DisplacementFieldTransform; use the iterative"):
        invert(field, GRID, method="elastix")
