"""A node, the ITK transform it came from or became, and nothing else, map every point alike."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.transforms.plain_data import TransformData
from ElastixRegistrationLib.mrml.nodes import chains, transforms
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from support import builders
from support.builders import itk_map, lps, ras, vtk_map


def chain_from_itk(transform):
    return transforms.chain_from_data(TransformData.of(transform))


TOLERANCE = 1e-6  # mm
GRID_TOLERANCE = 1e-4  # mm: vtkGridTransform rounds fractions of a voxel to 1/65536, here of steps of several mm
DOMAIN = Geometry((40, 44, 36), (2.0, 2.0, 2.5), (-40.0, -44.0, -45.0), tuple(map(tuple, np.eye(3))))

RESULTS = {
    "linear": lambda rng: builders.itk_affine(builders.affine(rng)),
    "bspline": lambda rng: builders.itk_bspline(rng),
    "oblique bspline": lambda rng: builders.itk_bspline(rng, axes=builders.rotation(rng)),
    "affine + bspline": lambda rng: builders.itk_composite(
        builders.itk_affine(builders.affine(rng)), builders.itk_bspline(rng)
    ),
    "rigid + affine + two bsplines": lambda rng: builders.itk_composite(
        builders.itk_affine(builders.rigid(rng)),
        builders.itk_affine(builders.affine(rng)),
        builders.itk_bspline(rng),
        builders.itk_bspline(rng, spacing=(6.0, 7.0, 8.0), origin=(-30.0, -30.0, -30.0)),
    ),
    "bspline + affine + bspline": lambda rng: builders.itk_composite(
        builders.itk_bspline(rng), builders.itk_affine(builders.affine(rng)), builders.itk_bspline(rng, amount=1.0)
    ),
    "field": lambda rng: builders.itk_field(rng, axes=builders.rotation(rng)),
    "affine + field": lambda rng: builders.itk_composite(
        builders.itk_affine(builders.affine(rng)), builders.itk_field(rng)
    ),
}
CLASSES = {
    "linear": "vtkMRMLLinearTransformNode",
    "bspline": "vtkMRMLBSplineTransformNode",
    "oblique bspline": "vtkMRMLBSplineTransformNode",
    "affine + bspline": "vtkMRMLBSplineTransformNode",
    "field": "vtkMRMLGridTransformNode",
    "rigid + affine + two bsplines": "vtkMRMLTransformNode",
    "bspline + affine + bspline": "vtkMRMLTransformNode",
    "affine + field": "vtkMRMLTransformNode",
}


def tolerance_of(kind):
    return GRID_TOLERANCE if "field" in kind or "grid" in kind else TOLERANCE


@pytest.fixture
def points(rng):
    """RAS points inside the grids of the transforms, at their rims, and 10 times as far away."""
    return np.concatenate(
        [rng.uniform(-60, 60, (300, 3)), rng.uniform(-150, 150, (300, 3)), rng.uniform(-900, 900, (99, 3))]
    )


@pytest.mark.parametrize("kind", RESULTS)
def test_a_node_maps_from_its_parent_as_the_itk_transform_does(kind, rng, a_scene, points):
    transform = RESULTS[kind](rng)
    chain = chain_from_itk(transform)
    node = a_scene.AddNewNodeByClass(transforms.node_class_of(chain))
    transforms.set_from_parent(node, chain)

    assert node.GetClassName() == CLASSES[kind]
    mapped = vtk_map(node.GetTransformFromParent(), points)
    assert np.abs(mapped - ras(itk_map(transform, lps(points)))).max() < tolerance_of(kind)
    assert np.abs(mapped - points).max() > 1  # it moves something


@pytest.mark.parametrize("kind", RESULTS)
def test_a_saved_node_maps_the_same_when_slicer_reads_it_again(kind, rng, a_scene, points, tmp_path):
    chain = chain_from_itk(RESULTS[kind](rng))
    node = a_scene.AddNewNodeByClass(transforms.node_class_of(chain))
    transforms.set_from_parent(node, chain)
    storage = a_scene.AddNewNodeByClass("vtkMRMLTransformStorageNode")
    storage.SetFileName(str(tmp_path / "transform.h5"))
    assert storage.WriteData(node)

    again = a_scene.AddNewNodeByClass(node.GetClassName())
    assert storage.ReadData(again)
    for element in chains.chain_from_vtk(again.GetTransformFromParent()):
        if not chains.is_matrix(element) and element.IsA("vtkGridTransform"):
            # Slicer interpolates grids by cubics whatever their files say: compare what was stored.
            element.SetInterpolationModeToLinear()
    error = np.abs(vtk_map(again.GetTransformFromParent(), points) - vtk_map(node.GetTransformFromParent(), points))
    assert error.max() < TOLERANCE


def test_itk_packages_read_a_saved_bspline_with_its_linear_part(rng, a_scene, points, tmp_path):
    sitk = pytest.importorskip("SimpleITK")
    transform = RESULTS["affine + bspline"](rng)
    node = a_scene.AddNewNodeByClass("vtkMRMLBSplineTransformNode")
    transforms.set_from_parent(node, chain_from_itk(transform))
    storage = a_scene.AddNewNodeByClass("vtkMRMLTransformStorageNode")
    storage.SetFileName(str(tmp_path / "transform.h5"))
    storage.WriteData(node)

    read = sitk.ReadTransform(str(tmp_path / "transform.h5"))
    mapped = np.array([read.TransformPoint(point) for point in lps(points).tolist()])
    assert np.abs(mapped - itk_map(transform, lps(points))).max() < TOLERANCE


@pytest.mark.parametrize("kind", RESULTS)
def test_the_itk_transform_of_a_node_is_the_one_it_came_from(kind, rng, points):
    transform = RESULTS[kind](rng)
    again = transforms.itk_from_chain(chain_from_itk(transform), DOMAIN)
    assert np.abs(itk_map(again, points) - itk_map(transform, points)).max() < TOLERANCE


@pytest.mark.parametrize(
    ("kind", "warp", "reach"),
    [
        ("bspline", lambda rng: builders.vtk_bspline(rng, axes=builders.rotation(rng)), 300),
        ("scaled bspline", lambda rng: builders.vtk_bspline(rng, scale=2.5), 300),
        ("bulk", lambda rng: builders.vtk_bspline(rng, bulk=builders.affine(rng)), 300),
        ("edge", lambda rng: builders.vtk_bspline(rng, mode="edge"), 40),
        ("edge with bulk", lambda rng: builders.vtk_bspline(rng, mode="edge", bulk=builders.affine(rng)), 40),
        ("grid", lambda rng: builders.vtk_grid(rng, axes=builders.rotation(rng)), 40),
        ("thin plate", builders.vtk_thin_plate, 300),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_transforms_that_slicer_users_make_have_exact_itk_counterparts(kind, warp, reach, rng, a_transform_node):
    node = a_transform_node(warp(rng), from_parent=True)
    transform = transforms.itk_from_chain(chains.chain_from_vtk(node.GetTransformFromParent()), DOMAIN)
    points = rng.uniform(-reach, reach, (300, 3))
    expected = vtk_map(node.GetTransformFromParent(), points)
    assert np.abs(ras(itk_map(transform, lps(points))) - expected).max() < tolerance_of(kind)
    assert "Displacement" not in transform.GetNameOfClass() or kind == "grid"


def test_an_inverse_without_itk_counterpart_is_sampled_closely_and_fades_out_without_folding(rng, a_transform_node):
    warp = builders.vtk_bspline(rng, spacing=(30.0, 30.0, 30.0))
    node = a_transform_node(warp)  # to-parent: from-parent has to be solved for
    transform = transforms.itk_from_chain(chains.chain_from_vtk(node.GetTransformFromParent()), DOMAIN)
    points = rng.uniform(-44, 44, (400, 3))
    expected = vtk_map(node.GetTransformFromParent(), points)
    assert np.abs(ras(itk_map(transform, lps(points))) - expected).max() < 0.02

    line = np.column_stack([np.linspace(-400, 400, 1601), np.full(1601, 3.0), np.full(1601, -5.0)])
    assert np.diff(itk_map(transform, line)[:, 0]).min() > 0


def test_hierarchies_with_inverses_simplify_to_what_is_left(rng, a_transform_node):
    warp = builders.vtk_bspline(rng)
    top = a_transform_node(builders.affine(rng))
    below = a_transform_node(warp, parent=top, from_parent=True)
    to_world = chains.chain_to_world(below)
    assert chains.simplified([*to_world, *chains.inverse(to_world)]) == []
    assert len(chains.inverse(to_world)) == 2
    assert not chains.is_inverted(chains.inverse(to_world)[1])


def test_a_thin_plate_spline_survives_the_way_through_itk(rng, points):
    chain = [builders.vtk_thin_plate(rng)]
    transform = transforms.itk_from_chain(chain, DOMAIN)
    again = chain_from_itk(transform)
    assert np.abs(chains.map_points(again, points) - chains.map_points(chain, points)).max() < TOLERANCE


def test_a_node_put_under_another_transform_still_aligns_the_moving_volume(rng, a_scene, a_transform_node, points):
    """world = T^-1(where the moving volume was in world), with parents on the volume and on the node."""
    transform = builders.itk_composite(builders.itk_affine(builders.affine(rng)), builders.itk_bspline(rng, amount=0.8))
    volume_parent = a_transform_node(
        builders.vtk_bspline(rng, scale=2.0, amount=0.8), parent=a_transform_node(builders.affine(rng))
    )
    node_parent = a_transform_node(builders.affine(rng))
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode")
    node.SetAndObserveTransformNodeID(node_parent.GetID())
    before, after = vtk.vtkGeneralTransform(), vtk.vtkGeneralTransform()
    volume_parent.GetTransformToWorld(before)
    was_in_world = vtk_map(before, points[:300])

    chain = transforms.node_chain(
        chain_from_itk(transform), chains.chain_to_world(volume_parent), chains.chain_to_world(node_parent)
    )
    transforms.set_from_parent(node, chain)
    node.GetTransformToWorld(after)
    is_in_world = vtk_map(after, points[:300])
    assert np.abs(ras(itk_map(transform, lps(is_in_world))) - was_in_world).max() < 1e-4


def test_a_node_keeps_its_transform_when_the_former_parent_changes(rng, a_scene, a_transform_node, points):
    warp = builders.vtk_bspline(rng)
    parent = a_transform_node(warp)
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode")
    transforms.set_from_parent(node, chains.inverse(chains.chain_to_world(parent)))
    before = vtk_map(node.GetTransformFromParent(), points[:50])
    warp.GetCoefficientData().GetPointData().GetScalars().Fill(7)
    warp.GetCoefficientData().Modified()
    warp.Modified()
    assert np.array_equal(vtk_map(node.GetTransformFromParent(), points[:50]), before)


def test_linear_results_are_kept_as_a_matrix_that_slicer_can_edit(rng, a_scene):
    matrix = builders.affine(rng)
    node = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transforms.set_from_parent(node, chain_from_itk(builders.itk_affine(matrix)))
    to_parent = vtk.vtkMatrix4x4()
    assert node.IsLinear()
    assert node.GetMatrixTransformToParent(to_parent)
    found = np.array([[to_parent.GetElement(r, c) for c in range(4)] for r in range(4)])
    expected = builders.FLIP @ np.linalg.inv(matrix) @ builders.FLIP
    assert np.abs(found - expected).max() < 1e-9


def test_a_linear_result_replaces_a_nonlinear_one_in_the_same_node(rng, a_transform_node):
    node = a_transform_node(builders.vtk_bspline(rng), from_parent=True)
    transforms.set_from_parent(node, [builders.rigid(rng)])
    assert node.IsLinear()


def test_a_dense_grid_has_the_vectors_of_the_transform_and_covers_both_volumes(rng):
    transform = RESULTS["affine + bspline"](rng)
    chain = chain_from_itk(transform)
    moving = Geometry((30, 30, 30), (3.0, 3.0, 3.0), (60.0, -20.0, -10.0), tuple(map(tuple, builders.rotation(rng))))
    geometry = transforms.covering_grid(DOMAIN, moving, chain)
    grid = run_to_completion(transforms.grid_incrementally(chain, geometry))

    assert transforms.node_class_of(grid) == "vtkMRMLGridTransformNode"
    shown = chains.map_lps_points(chains.inverse(chain), moving.corners())
    indices = geometry.indices_of(np.concatenate([shown, DOMAIN.corners()]))
    assert (indices > -0.6).all()
    assert (indices < np.array(geometry.size) - 0.4).all()
    assert np.abs(geometry.indices_of(DOMAIN.origin) - np.round(geometry.indices_of(DOMAIN.origin))).max() < 1e-9
    voxels = geometry.points_of(rng.integers(0, np.array(geometry.size), (200, 3)))
    assert np.abs(chains.map_lps_points(grid, voxels) - itk_map(transform, voxels)).max() < TOLERANCE


def test_a_grid_that_would_not_fit_in_memory_gets_larger_voxels():
    geometry = transforms.coarsened(DOMAIN, 5000)
    assert np.prod(geometry.size) <= 5000
    assert np.allclose(geometry.points_of(np.array(geometry.size) - 1), DOMAIN.points_of(np.array(DOMAIN.size) - 1))
    assert transforms.coarsened(DOMAIN, 10**6) is DOMAIN


def test_the_initial_transform_says_where_the_moving_volume_would_be_under_it(rng, a_volume_node, a_transform_node):
    start, parent = builders.affine(rng), builders.rigid(rng)
    initial = a_transform_node(start)
    moving = a_volume_node(np.zeros((2, 2, 2)), parent=a_transform_node(parent))
    chain = transforms.initial_chain(initial, moving)
    assert np.abs(chains.matrix_of(chain) - parent @ np.linalg.inv(start)).max() < 1e-12

    moving.SetAndObserveTransformNodeID(initial.GetID())
    assert transforms.initial_chain(initial, moving) == []


def test_something_else_is_no_initial_transform(a_volume_node):
    volume = a_volume_node(np.zeros((2, 2, 2)))
    with pytest.raises(InputError, match="not a transform node"):
        transforms.initial_chain(volume, volume)


def test_registered_nodes_are_referenced_as_slicer_does(a_scene, a_volume_node):
    node = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    fixed, moving = a_volume_node(np.zeros((2, 2, 2))), a_volume_node(np.zeros((2, 2, 2)))
    transforms.set_registration_references(node, fixed, moving)
    transforms.set_registration_references(node, fixed, moving)
    role = slicer.vtkMRMLTransformNode.GetMovingNodeReferenceRole()
    assert node.GetNodeReference(role) is moving
    assert node.GetNumberOfNodeReferences(role) == 1
    assert node.GetNodeReference(slicer.vtkMRMLTransformNode.GetFixedNodeReferenceRole()) is fixed
