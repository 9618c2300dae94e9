from __future__ import annotations

import itk
import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.system.itk_access import wrapped_class
from ElastixRegistrationLib.core.transforms import planes
from ElastixRegistrationLib.core.transforms.plain_data import TransformData
from ElastixRegistrationLib.mrml.nodes import transforms
from ElastixRegistrationLib.mrml.nodes.chains import map_lps_points
from support import builders


def a_slice(rng, axis=2, *, rotation=None):
    size = [20, 24, 28]
    size[axis] = 1
    axes = np.eye(3) if rotation is None else rotation
    origin = tuple(rng.uniform(-50, 50, 3).tolist())
    return Geometry(tuple(size), (1.0, 1.2, 1.4), origin, tuple(map(tuple, axes.tolist())))


def test_an_axial_slice_has_its_lps_x_and_y_as_plane_coordinates(rng):
    geometry = a_slice(rng)
    flat = planes.flat_geometry(geometry, planes.plane_of(geometry))
    assert flat.size == (20, 24)
    assert np.allclose(flat.origin, geometry.origin[:2])
    assert np.allclose(flat.direction, np.eye(2))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_voxel_has_the_same_place_in_its_plane_and_in_space(axis, rng):
    geometry = a_slice(rng, axis, rotation=builders.rotation(rng))
    plane = planes.plane_of(geometry)
    flat = planes.flat_geometry(geometry, plane)
    indices = rng.integers(0, 20, (10, 2))
    in_space = geometry.points_of(np.insert(indices, axis, 0, axis=1))
    assert np.allclose(plane.lifted(flat.points_of(indices)), in_space)
    assert np.allclose(plane.flat(in_space), flat.points_of(indices))


def test_parallel_slices_share_their_coordinates(rng):
    rotation = builders.rotation(rng)
    fixed, moving = a_slice(rng, rotation=rotation), a_slice(rng, rotation=rotation * [1, -1, -1])
    plane = planes.plane_of(fixed)
    beside = planes.plane_of(moving, plane)
    points = rng.uniform(-50, 50, (10, 2))
    shift = beside.lifted(points) - plane.lifted(points)
    assert np.allclose(np.cross(shift, rotation[:, 2]), 0)
    assert np.allclose(
        planes.flat_geometry(moving, beside).points_of([[3, 4]]), beside.flat(moving.points_of([[3, 4, 0]]))
    )


def itk_bspline_2d(rng):
    transform = wrapped_class("BSplineTransform", "D23").New()
    fixed = wrapped_class("OptimizerParameters", "D")(10)
    for n, value in enumerate([14, 15, -70, -80, 10, 11, 1, 0, 0, 1]):
        fixed.SetElement(n, float(value))
    transform.SetFixedParameters(fixed)
    coefficients = np.pad(rng.normal(0, 2, (2, 9, 8)), [(0, 0), (3, 3), (3, 3)])
    parameters = wrapped_class("OptimizerParameters", "D")(coefficients.size)
    for n, value in enumerate(coefficients.ravel().tolist()):
        parameters.SetElement(n, value)
    transform.SetParameters(parameters)
    return transform


def itk_field_2d(rng):
    vectors = np.zeros((16, 18, 2))
    vectors[1:-1, 1:-1] = rng.normal(0, 1, (14, 16, 2))
    image = itk.image_from_array(vectors, is_vector=True)
    image.SetSpacing([7.0, 6.0])
    image.SetOrigin([-60.0, -50.0])
    transform = wrapped_class("DisplacementFieldTransform", "D2").New()
    transform.SetDisplacementField(image)
    return transform


def itk_rigid_2d(rng):
    transform = wrapped_class("Euler2DTransform", "D").New()
    transform.SetRotation(0.3)
    transform.SetTranslation([4.0, -5.0])
    return transform


@pytest.mark.parametrize("build", [itk_rigid_2d, itk_bspline_2d, itk_field_2d])
def test_a_lifted_transform_does_in_space_what_it_did_in_the_plane(build, rng):
    """In the planes exactly, beside them as in them, for ITK and for the node made of it."""
    fixed = a_slice(rng, rotation=builders.rotation(rng))
    moving = a_slice(rng, rotation=builders.rotation(rng))
    fixed_plane = planes.plane_of(fixed)
    moving_plane = planes.plane_of(moving, fixed_plane)
    composite = wrapped_class("CompositeTransform", "D2").New()
    composite.AddTransform(build(rng))
    composite.AddTransform(itk_rigid_2d(rng))
    data = planes.lifted_transform(TransformData.of(composite), fixed_plane, moving_plane, reach=60.0)
    lifted = data.transform()

    points = np.concatenate([rng.uniform(-60, 60, (60, 2)), rng.uniform(-400, 400, (60, 2))])
    mapped = np.array([composite.TransformPoint(point) for point in points.tolist()])
    found = builders.itk_map(lifted, fixed_plane.lifted(points))
    assert np.abs(found - moving_plane.lifted(mapped)).max() < 1e-9
    by_node = map_lps_points(transforms.chain_from_data(data), fixed_plane.lifted(points))
    assert np.abs(by_node - found).max() < (1e-4 if build is itk_field_2d else 1e-6)

    off = 40 * fixed_plane.frame[:3, 2]
    beside = builders.itk_map(lifted, fixed_plane.lifted(points) + off)
    assert np.abs(beside - found - 40 * moving_plane.frame[:3, 2]).max() < 1e-9


def test_a_3d_start_is_seen_in_the_plane(rng):
    fixed = a_slice(rng)
    plane = planes.plane_of(fixed)
    matrix = np.eye(4)
    matrix[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    matrix[:3, 3] = [3, 4, 0]
    assert np.allclose(planes.flattened_matrix(matrix, plane, plane), matrix[np.ix_([0, 1, 3], [0, 1, 3])])
