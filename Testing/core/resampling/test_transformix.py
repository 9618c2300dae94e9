"""elastix resamples as SimpleITK does: on other grids, in 2D and 3D, by each interpolation."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.resampling.transformix import is_known_to_elastix
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
    identity,
)
from phantoms.images import blobs, grid

INTERPOLATORS = {"linear": sitk.sitkLinear, "nearest": sitk.sitkNearestNeighbor, "bspline": sitk.sitkBSpline}


def moving_and_reference(dimension):
    moving = blobs(grid((40, 36, 32)[:dimension], (2.0, 2.5, 3.0)[:dimension]))
    turned = np.eye(dimension)
    turned[:2, :2] = [[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]]
    center = geometry_of(moving).center()
    size, spacing = np.array((50, 30, 20)[:dimension]), np.array((1.7, 3.1, 4.3)[:dimension])
    origin = center - turned @ (spacing * (size - 1) / 2)
    reference = Geometry(
        tuple(size.tolist()), tuple(spacing.tolist()), tuple(origin.tolist()), tuple(map(tuple, turned))
    )
    return moving, reference


def warp(geometry):
    """A shear and shift, then a B-spline whose grid covers half of the image."""
    dimension = geometry.dimension
    matrix = np.eye(dimension + 1)
    matrix[0, 1], matrix[:-1, -1] = 0.05, np.arange(3.0, 3.0 + dimension)
    coefficients = np.random.default_rng(1).uniform(-4, 4, (dimension, *(8,) * dimension))
    spline = bspline_transform(
        coefficients, geometry.center() - 30.0, np.full(dimension, 9.0), np.asarray(geometry.direction)
    )
    return compose([affine_from_matrix(matrix), spline])


@pytest.mark.parametrize("interpolation", list(INTERPOLATORS))
@pytest.mark.parametrize("dimension", [2, 3])
def test_voxels_are_those_of_simpleitk(dimension, interpolation, tmp_path):
    moving, reference = moving_and_reference(dimension)
    transform = warp(geometry_of(moving))
    assert is_known_to_elastix(transform)
    mine = np.asarray(array_view(resample(moving, transform, reference, interpolation=interpolation, background=-7.0)))
    write_transform(transform, tmp_path / "warp.h5", reference)
    image = sitk.GetImageFromArray(np.asarray(array_view(moving)))
    geometry = geometry_of(moving)
    image.SetSpacing(geometry.spacing)
    image.SetOrigin(geometry.origin)
    image.SetDirection(np.asarray(geometry.direction).ravel().tolist())
    theirs = sitk.Resample(
        image, reference.size, sitk.ReadTransform(str(tmp_path / "warp.h5")), INTERPOLATORS[interpolation],
        reference.origin, reference.spacing, np.asarray(reference.direction).ravel().tolist(), -7.0,
    )  # fmt: skip
    assert (mine == -7.0).any()
    assert np.ptp(mine) > 50
    assert mine == pytest.approx(sitk.GetArrayFromImage(theirs), abs=2e-3)


def test_fields_of_displacements_are_left_to_itk():
    geometry = grid((12, 12, 12))
    field = displacement_field_transform(np.zeros((*geometry.size[::-1], 3)), geometry)
    assert not is_known_to_elastix(compose([identity(3), field]))
