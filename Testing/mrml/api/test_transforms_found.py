"""registerVolumes finds the motion whatever the grids, parents and starts, and gives it in the wanted form."""

from __future__ import annotations

import numpy as np
import pytest
import vtk
from phantoms.scans import SHIFT, residual, voxels_in_world, voxels_of
from support import builders

PARENTS = {
    "rigid": lambda rng: builders.rigid(rng, translation=8),
    "similarity": lambda rng: builders.rigid(rng, translation=8) @ np.diag([1.2, 1.2, 1.2, 1.0]),
    "shear": lambda rng: builders.affine(rng, amount=0.15, translation=4),
    "bspline": lambda rng: builders.vtk_bspline(rng, size=(8, 8, 8), spacing=(30.0, 30.0, 30.0), amount=2.5),
}


@pytest.mark.parametrize(
    ("kind", "from_parent"), [*((kind, False) for kind in PARENTS), ("bspline", True)], ids=lambda value: str(value)
)
@pytest.mark.parametrize("side", ["fixed", "moving"])
def test_a_shift_comes_back_whatever_the_parents(
    side, kind, from_parent, rng, logic, a_scan, a_transform_node, a_transform, an_output, translation_file
):
    transform = PARENTS[kind](rng)
    parent = a_transform_node(transform, parent=a_transform_node(builders.rigid(rng, 3)), from_parent=from_parent)
    fixed = a_scan(parent=parent if side == "fixed" else None)
    moving = a_scan(SHIFT, size=(40, 40, 40), parent=parent if side == "moving" else None)
    former = None
    if side == "moving":
        former = vtk.vtkGeneralTransform()
        parent.GetTransformToWorld(former)

    logic.registerVolumes(fixed, moving, [translation_file], an_output, a_transform)

    assert residual(a_transform, former) < 0.25
    if isinstance(transform, np.ndarray):
        assert a_transform.IsLinear()
    # The output lies where the fixed volume lies, voxel by voxel, and shows the object where the fixed volume has it.
    assert np.allclose(voxels_in_world(an_output), voxels_in_world(fixed))
    inside = (np.abs(voxels_in_world(fixed)) < 30).all(axis=1)
    assert inside.sum() > 1000
    assert np.abs(voxels_of(an_output).ravel() - voxels_of(fixed).ravel())[inside].mean() < 2.5


@pytest.mark.parametrize("left_handed", [False, True])
def test_oblique_left_handed_grids(left_handed, rng, logic, a_scan, a_transform, translation_file):
    axes = builders.rotation(rng) * ([-1, 1, 1] if left_handed else [1, 1, 1])
    fixed, moving = a_scan(axes=axes), a_scan(SHIFT, axes=builders.rotation(rng), spacing=2.7, size=(40, 40, 40))
    logic.registerVolumes(fixed, moving, [translation_file], outputTransformNode=a_transform)
    assert residual(a_transform) < 0.25


def test_a_composite_maps_as_the_result_does_and_the_volume_shows_what_slicer_would(
    logic, a_scan, a_transform_node, a_transform, an_output, translation_file, bspline_file, rng
):
    parent = a_transform_node(builders.rigid(rng, 5))
    fixed, moving = a_scan(), a_scan(SHIFT, size=(40, 40, 40), parent=parent)
    outcome = logic.registerVolumes(fixed, moving, [translation_file, bspline_file], an_output, a_transform)

    from_world, to_world = vtk.vtkGeneralTransform(), vtk.vtkGeneralTransform()
    a_transform.GetTransformFromWorld(from_world)
    parent.GetTransformToWorld(to_world)
    points = np.concatenate([rng.uniform(-40, 40, (100, 3)), rng.uniform(-500, 500, (100, 3))])
    by_node = builders.vtk_map(to_world, builders.vtk_map(from_world, points))
    by_itk = builders.ras(builders.itk_map(outcome.result.transform, builders.lps(points)))
    assert np.abs(by_node - by_itk).max() < 1e-6

    moving.SetAndObserveTransformNodeID(a_transform.GetID())
    reslice = vtk.vtkImageReslice()  # what Slicer's slice views do
    reslice.SetInputData(moving.GetImageData())
    ijk_to_ras, ras_to_ijk = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    fixed.GetIJKToRASMatrix(ijk_to_ras)
    moving.GetRASToIJKMatrix(ras_to_ijk)
    whole = vtk.vtkGeneralTransform()
    whole.PostMultiply()
    whole.Concatenate(ijk_to_ras)
    whole.Concatenate(from_world)
    whole.Concatenate(ras_to_ijk)
    reslice.SetResliceTransform(whole)
    reslice.SetInterpolationModeToLinear()
    reslice.SetOutputExtent(fixed.GetImageData().GetExtent())
    reslice.SetOutputSpacing(1, 1, 1)
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.Update()
    shown = vtk.util.numpy_support.vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
    shown = shown.reshape(voxels_of(an_output).shape)
    inner = (slice(3, -3),) * 3
    assert np.abs(shown[inner] - voxels_of(an_output)[inner]).max() < 0.01


def test_the_initial_transform_can_be_the_output_and_the_parent_of_the_moving_volume(
    logic, a_scan, a_transform_node, translation_file
):
    far = np.eye(4)
    far[:3, 3] = [200, 0, 0]
    fixed, moving = a_scan(), a_scan(SHIFT)
    moving.ApplyTransformMatrix(builders.vtk_matrix(far))  # 200 mm away, and its parent brings it back
    back = a_transform_node(np.linalg.inv(far))
    moving.SetAndObserveTransformNodeID(back.GetID())
    logic.registerVolumes(
        fixed, moving, [translation_file], outputTransformNode=back, initialTransformNode=back, initialization=None
    )
    assert residual(back, _general(np.linalg.inv(far))) < 0.25


def test_an_initial_transform_brings_images_together_that_do_not_overlap(
    logic, a_scan, a_transform_node, a_transform, translation_file
):
    far = np.eye(4)
    far[:3, 3] = [200, 0, 0]
    fixed, moving = a_scan(), a_scan(SHIFT)
    moving.ApplyTransformMatrix(builders.vtk_matrix(far))
    start = a_transform_node(np.linalg.inv(far))
    logic.registerVolumes(
        fixed, moving, [translation_file], outputTransformNode=a_transform, initialTransformNode=start
    )
    assert residual(a_transform, shift=SHIFT + np.array([200, 0, 0])) < 0.25


@pytest.mark.parametrize("from_parent", [True, False])
def test_a_non_linear_start_is_part_of_the_result(
    from_parent, logic, a_scan, a_transform_node, a_transform, translation_file, rng
):
    warp = builders.vtk_bspline(rng, size=(8, 8, 8), spacing=(30.0, 30.0, 30.0), amount=1.5)
    start = a_transform_node(warp, from_parent=from_parent)
    fixed, moving = a_scan(), a_scan(SHIFT, size=(40, 40, 40))
    outcome = logic.registerVolumes(
        fixed, moving, [translation_file], outputTransformNode=a_transform, initialTransformNode=start
    )
    points = rng.uniform(-20, 20, (40, 3))
    from_start, found = vtk.vtkGeneralTransform(), vtk.vtkGeneralTransform()
    start.GetTransformFromWorld(from_start)
    a_transform.GetTransformFromWorld(found)
    by_itk = builders.ras(builders.itk_map(outcome.result.transform, builders.lps(points)))
    mapped = builders.vtk_map(found, points)
    assert np.abs(mapped - by_itk).max() < (1e-6 if from_parent else 1e-3)
    assert np.abs(mapped - points - SHIFT).mean() < 2.0  # a translation cannot undo a warp of up to 3 mm


class TestDeformationFields:
    def test_as_a_grid_transform_it_aligns_both_volumes(
        self, logic, a_scene, a_scan, a_transform, bspline_file, a_transform_node, rng
    ):
        grid = a_scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "field")
        parent = a_transform_node(builders.rigid(rng, 3))
        fixed, moving = a_scan(), a_scan(SHIFT, size=(40, 40, 40), parent=parent)
        logic.registerVolumes(fixed, moving, [bspline_file], outputTransformNode=a_transform, outputFieldNode=grid)
        exact, dense = vtk.vtkGeneralTransform(), vtk.vtkGeneralTransform()
        a_transform.GetTransformFromWorld(exact)
        grid.GetTransformFromWorld(dense)
        voxels = voxels_in_world(fixed)[::53]
        assert np.abs(builders.vtk_map(exact, voxels) - builders.vtk_map(dense, voxels)).max() < 1e-4
        between = rng.uniform(-58, 58, (200, 3))  # the moving volume, not only the fixed one
        assert np.abs(builders.vtk_map(exact, between) - builders.vtk_map(dense, between)).max() < 0.05

    def test_the_output_transform_is_dense_when_asked_for(self, logic, a_scan, a_transform, translation_file):
        logic.registerVolumes(a_scan(), a_scan(SHIFT), [translation_file], None, a_transform, None, None, True)
        assert a_transform.GetTransformFromParent().IsA("vtkOrientedGridTransform")
        assert residual(a_transform) < 0.25

    def test_as_a_vector_volume_it_has_the_displacements_at_the_fixed_voxels(
        self, logic, a_scene, a_scan, translation_file, a_transform_node, rng
    ):
        node = a_scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "field")
        fixed = a_scan(parent=a_transform_node(builders.rigid(rng, 3)))
        outcome = logic.registerVolumes(fixed, a_scan(SHIFT), [translation_file], outputFieldNode=node)
        assert np.allclose(voxels_in_world(node), voxels_in_world(fixed))
        points = voxels_in_world(fixed)[::101]
        by_itk = builders.ras(builders.itk_map(outcome.result.transform, builders.lps(points))) - points
        assert np.abs(voxels_of(node).reshape(-1, 3)[::101] - by_itk).max() < 1e-6
        assert outcome.volume_node is None
        assert outcome.transform_node is None


def test_head_slices_reach_the_published_overlap(logic, a_scene, shared_data):
    nodes = {}
    for name in ("fixed", "moving", "fixed_mask", "moving_mask"):
        node_class = "vtkMRMLLabelMapVolumeNode" if "mask" in name else "vtkMRMLScalarVolumeNode"
        nodes[name] = a_scene.AddNewNodeByClass(node_class, name)
        storage = a_scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        storage.SetFileName(str(shared_data / "head2d" / f"{name}.mha"))
        storage.SetSingleFile(1)
        assert storage.ReadData(nodes[name])
    outcome = logic.registerVolumes(nodes["fixed"], nodes["moving"], seed=1)

    from_world = vtk.vtkGeneralTransform()
    outcome.transform_node.GetTransformFromWorld(from_world)
    matrix = vtk.vtkMatrix4x4()
    nodes["moving_mask"].GetRASToIJKMatrix(matrix)
    to_ijk = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(3)])
    points = builders.vtk_map(from_world, voxels_in_world(nodes["fixed"]))
    indices = np.rint(points @ to_ijk[:, :3].T + to_ijk[:, 3]).astype(int)
    moving_mask, fixed_mask = voxels_of(nodes["moving_mask"])[0] != 0, voxels_of(nodes["fixed_mask"])[0] != 0
    inside = (indices[:, :2] >= 0).all(1) & (indices[:, :2] < np.array(moving_mask.shape[::-1])).all(1)
    moved = np.zeros(fixed_mask.size, bool)
    moved[inside] = moving_mask[indices[inside, 1], indices[inside, 0]]
    moved = moved.reshape(fixed_mask.shape)
    before = 2 * (fixed_mask & moving_mask).sum() / (fixed_mask.sum() + moving_mask.sum())
    after = 2 * (fixed_mask & moved).sum() / (fixed_mask.sum() + moved.sum())
    assert before == pytest.approx(0.9788, abs=1e-3)
    assert after >= 0.9937


def _general(array):
    transform = vtk.vtkGeneralTransform()
    transform.Concatenate(builders.vtk_matrix(array))
    return transform
