"""Displacement, Jacobian, volumes and folds against closed forms, the point mapping, and VTK's volumes of surfaces."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation import analysis
from ElastixRegistrationLib.core.deformation.analysis import (
    analyze_deformation,
    jacobian_determinant_of,
    jacobian_slabs,
)
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
    map_points,
)
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from phantoms.images import grid, oblique

GRID = grid((24, 22, 20), (3.0, 2.5, 3.5), (-36.0, -27.0, -35.0), oblique(3, left_handed=True))


def an_affine():
    matrix = np.eye(4)
    matrix[:3, :3] += np.random.default_rng(1).normal(0, 0.1, (3, 3))
    matrix[:3, 3] = [3, -4, 5]
    return matrix


def a_bspline(amount=2.5):
    coefficients = np.pad(np.random.default_rng(2).normal(0, amount, (3, 9, 9, 9)), [(0, 0), (3, 3), (3, 3), (3, 3)])
    return bspline_transform(coefficients, np.full(3, -112.0), np.full(3, 16.0), np.eye(3))


def test_an_affine_has_one_jacobian_everywhere():
    analysis = analyze_deformation(affine_from_matrix(an_affine()), GRID, with_matrix=True)
    assert analysis.matrix == pytest.approx(np.broadcast_to(an_affine()[:3, :3], analysis.matrix.shape), abs=1e-6)
    assert analysis.determinant == pytest.approx(np.linalg.det(an_affine()[:3, :3]), abs=1e-5)
    points = voxel_centers(GRID)
    moved = points @ an_affine()[:3, :3].T + an_affine()[:3, 3]
    assert analysis.magnitude.ravel() == pytest.approx(np.linalg.norm(moved - points, axis=1), abs=1e-4)
    assert analysis.statistics.folded_count == 0


def test_jacobians_are_those_of_the_point_mapping(monkeypatch):
    """Against differences of single points, half a micrometer to each side, in several slabs and at the faces."""
    monkeypatch.setattr(analysis, "_SLAB", 24 * 22 * 3)
    transform = compose([affine_from_matrix(an_affine()), a_bspline()])
    matrices = np.concatenate([jacobian for _, jacobian in jacobian_slabs(transform, GRID)])
    centers = voxel_centers(GRID).reshape(*GRID.size[::-1], 3)
    for index in [(0, 0, 0), (19, 21, 23), (3, 10, 12), (10, 0, 23), (7, 7, 7)]:
        point, step = centers[index], 5e-4
        expected = np.stack(
            [
                (map_points(transform, point + step * axis) - map_points(transform, point - step * axis))[0]
                / (2 * step)
                for axis in np.eye(3)
            ],
            axis=1,
        )
        # The differences reach a quarter of a voxel, 0.9 mm at most, where splines of 16 mm bend by that much.
        assert matrices[index] == pytest.approx(expected, abs=2e-3)
    assert jacobian_determinant_of(transform, GRID) == pytest.approx(np.linalg.det(matrices), abs=4e-3)


def test_volumes_of_labels_agree_with_those_of_moved_surfaces():
    vtk = pytest.importorskip("vtk")
    numpy_support = pytest.importorskip("vtk.util.numpy_support")
    fine = grid((60, 60, 60), (1.0, 1.0, 1.0), (-29.5, -29.5, -29.5))
    points = voxel_centers(fine).reshape(60, 60, 60, 3)
    labels = (np.linalg.norm(points, axis=-1) < 20).astype(np.uint8)
    transform = compose([a_bspline(), affine_from_matrix(an_affine())])
    (ball,) = analyze_deformation(transform, fine, labels=labels, names={1: "ball"}).labels
    sphere = vtk.vtkSphereSource()
    sphere.SetRadius(20)
    sphere.SetThetaResolution(60)
    sphere.SetPhiResolution(60)
    volumes = []
    for mapping in (lambda p: p, lambda p: map_points(transform, p)):
        sphere.Update()
        surface = vtk.vtkPolyData()
        surface.DeepCopy(sphere.GetOutput())
        moved = mapping(numpy_support.vtk_to_numpy(surface.GetPoints().GetData()).astype(float))
        target = vtk.vtkPoints()
        target.SetData(numpy_support.numpy_to_vtk(np.ascontiguousarray(moved), deep=True))
        surface.SetPoints(target)
        properties = vtk.vtkMassProperties()
        properties.SetInputData(surface)
        properties.Update()
        volumes.append(properties.GetVolume())
    assert ball.name == "ball"
    assert ball.fixed_mm3 == pytest.approx(volumes[0], rel=0.01)
    assert ball.moved_mm3 / ball.fixed_mm3 == pytest.approx(volumes[1] / volumes[0], rel=0.005)
    assert ball.change_percent == pytest.approx(100 * (volumes[1] / volumes[0] - 1), abs=0.5)


def test_folds_are_counted_listed_worst_first_and_limited_to_the_mask():
    plain = grid((30, 20, 20), (2.0, 2.0, 2.0), (-29.0, -19.0, -19.0))
    x = voxel_centers(plain).reshape(20, 20, 30, 3)
    folding = np.zeros_like(x)
    folding[..., 0] = -2.2 * x[..., 0] * np.exp(-np.square(x).sum(-1) / 50)
    transform = displacement_field_transform(folding, plain)
    analysis = analyze_deformation(transform, plain)
    assert analysis.statistics.folded_count == np.count_nonzero(analysis.determinant <= 0) > 4
    listed = analysis.determinant[tuple(analysis.folded_indices[:, ::-1].T)]
    assert np.all(np.diff(listed) >= 0)
    assert listed[0] == analysis.determinant.min()
    assert np.linalg.norm(analysis.folded_points, axis=1).max() < 10
    left = (x[..., 0] < 0).astype(np.uint8)
    half = analyze_deformation(transform, plain, mask=left, labels=left)
    assert half.statistics.folded_count < analysis.statistics.folded_count
    assert half.labels[0].folded_voxels == half.statistics.folded_count
    assert (half.folded_points[:, 0] < 0).all()


def test_two_dimensions():
    plane = grid((20, 18), (2.0, 3.0))
    matrix = np.array([[1.2, 0.1, 4], [-0.2, 0.9, 1], [0, 0, 1.0]])
    analysis = analyze_deformation(affine_from_matrix(matrix), plane, with_matrix=True)
    assert analysis.matrix.shape == (18, 20, 2, 2)
    assert analysis.determinant == pytest.approx(1.1, abs=1e-6)
    field = displacement_field_transform(voxel_centers(plane).reshape(18, 20, 2) * 0.1, plane)
    assert analyze_deformation(field, plane).determinant[5:-5, 5:-5] == pytest.approx(1.21, abs=1e-4)


def test_labels_on_another_grid_are_refused():
    with pytest.raises(InputError, match="not on the grid"):
        analyze_deformation(affine_from_matrix(np.eye(4)), GRID, labels=np.ones((3, 3, 3)))
