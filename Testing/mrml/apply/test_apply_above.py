"""Transforms put above nodes, hierarchies, files and matrices as transforms, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.mrml.apply.apply import apply_incrementally, harden_incrementally, is_movable, put_under
from ElastixRegistrationLib.mrml.apply.inverse import add_inverse_node
from ElastixRegistrationLib.mrml.nodes.hierarchy import branch_nodes
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.transform_sources import transform_node_from_file, transform_node_from_matrix
from phantoms.scans import scene_state, voxels_of
from support import builders
from support.applying import (
    FIXED,
    MOVING,
    by_simpleitk,
    point_list,
    positions,
    smooth,
    volume,
)
from support.builders import itk_map, ras


@pytest.mark.parametrize("suffix", [".h5", ".tfm", ".txt", ".toml"])
@pytest.mark.parametrize("kind", ["affine", "composite"])
def test_files_do_what_nodes_do(kind, suffix, a_scene, a_transform, landmarks, tmp_path):
    transform, _ = a_transform(kind)
    path = tmp_path / f"t{suffix}"
    write_transform(transform, path, FIXED)
    there = point_list(a_scene, itk_map(transform, landmarks))
    assert positions(run_to_completion(apply_incrementally(path, [there])).nodes[0]) == pytest.approx(
        landmarks, abs=1e-5
    )
    node = transform_node_from_file(path, a_scene)
    assert positions(run_to_completion(apply_incrementally(node, [there])).nodes[0]) == pytest.approx(
        landmarks, abs=1e-5
    )


def test_a_bspline_that_ends_with_displacements_is_continued(a_scene, landmarks, tmp_path):
    """As the elastix program writes it: its grid reaches the images, not beyond, and does not end in zeros."""
    from ElastixRegistrationLib.core.transforms.itk_transforms import bspline_transform

    coefficients = np.random.default_rng(1).normal(3, 1, (3, 9, 9, 9))
    transform = bspline_transform(coefficients, np.full(3, -80.0), np.full(3, 20.0), np.eye(3))
    write_transform(transform, tmp_path / "t.txt", FIXED)
    there = point_list(a_scene, itk_map(transform, landmarks))
    (result,) = run_to_completion(apply_incrementally(tmp_path / "t.txt", [there])).nodes
    assert positions(result) == pytest.approx(landmarks, abs=1e-5)


def test_under_the_transform_and_hardened_later(a_scene, a_transform, a_volume_node, landmarks, tmp_path):
    transform, node = a_transform("bspline")
    there = point_list(a_scene, itk_map(transform, landmarks))
    moving = volume(a_volume_node, smooth(MOVING), MOVING)
    put_under(node, [there, moving])
    shown = np.array([list(there.GetNthControlPointPositionWorld(n)) for n in range(len(landmarks))])
    assert ras(shown) == pytest.approx(landmarks, abs=1e-5)
    assert np.array_equal(voxels_of(moving), smooth(MOVING))
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    hardened = run_to_completion(harden_incrementally([there, moving, fixed], reference_node=fixed, background=0.0))
    assert hardened.nodes == [there, moving]
    assert there.GetParentTransformNode() is None
    assert positions(there) == pytest.approx(landmarks, abs=1e-5)
    theirs = by_simpleitk(smooth(MOVING), MOVING, transform, FIXED, sitk.sitkLinear, tmp_path)
    assert np.percentile(np.abs(voxels_of(moving) - theirs), 99.5) < 0.01
    hardened.revert()
    assert there.GetParentTransformNode() is node
    assert np.array_equal(voxels_of(moving), smooth(MOVING))


def test_the_inverse_can_be_put_above(a_scene, a_transform, landmarks):
    transform, node = a_transform("composite")
    here = point_list(a_scene, landmarks)
    applied = put_under(node, [here], inverted=True)
    shown = np.array([list(here.GetNthControlPointPositionWorld(n)) for n in range(len(landmarks))])
    assert ras(shown) == pytest.approx(itk_map(transform, landmarks), abs=1e-5)
    assert here.GetParentTransformNode().GetName() == "T (inverse)"
    applied.revert()
    assert here.GetParentTransformNode() is None
    assert a_scene.GetFirstNodeByName("T (inverse)") is None


def test_a_branch_of_the_hierarchy_goes_along(a_scene, a_transform, a_volume_node, landmarks):
    transform, node = a_transform("affine")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "patient")
    study = hierarchy.CreateStudyItem(patient, "study")
    there = point_list(a_scene, itk_map(transform, landmarks))
    moving = volume(a_volume_node, smooth(MOVING), MOVING)
    other = point_list(a_scene, landmarks)
    for parent, member in ((study, there), (study, moving), (patient, node)):
        hierarchy.CreateItem(parent, member)
    nodes = branch_nodes(a_scene, patient, is_movable)
    assert set(nodes) == {there, moving}
    applied = run_to_completion(apply_incrementally(node, nodes))
    assert positions(applied.nodes[nodes.index(there)]) == pytest.approx(landmarks, abs=1e-5)
    for made in applied.nodes:
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(made)) == study
    assert other not in nodes
    with pytest.raises(InputError, match="no item 999"):
        branch_nodes(a_scene, 999, is_movable)


def test_what_cannot_be_transformed_is_named_and_nothing_changes(a_scene, a_transform, a_volume_node, tmp_path):
    _, node = a_transform("affine")
    moving = volume(a_volume_node, smooth(MOVING), MOVING)
    empty = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "hollow")
    table = a_scene.AddNewNodeByClass("vtkMRMLTableNode", "list")
    before = scene_state(a_scene)
    for source, nodes, words in (
        (node, [moving, empty], "hollow is empty"),
        (node, [moving, table], "list, a Table node"),
        (node, [], "Nothing"),
        (moving, [moving], "volume, a Volume node"),
        (tmp_path / "none.h5", [moving], "none.h5 does not exist"),
        (tmp_path / "none.txt", [moving], "none.txt does not exist"),
    ):
        with pytest.raises(InputError, match=words):
            run_to_completion(apply_incrementally(source, nodes))
    for background in ("black", float("nan"), None):
        with pytest.raises(InputError, match="background is"):
            run_to_completion(apply_incrementally(node, [moving], background=background))
    (tmp_path / "bad.h5").write_text("no", "ascii")
    with pytest.raises(InputError, match=r"bad\.h5 is damaged"):
        run_to_completion(apply_incrementally(tmp_path / "bad.h5", [moving]))
    assert scene_state(a_scene) == before


@pytest.mark.parametrize("inverted", [False, True])
def test_only_transforms_are_parents(inverted, a_scene, a_volume_node):
    moving, other = (volume(a_volume_node, smooth(MOVING), MOVING, name=name) for name in ("m", "other"))
    elsewhere = slicer.vtkMRMLScene()
    stranger = elsewhere.AddNewNodeByClass("vtkMRMLLinearTransformNode", "stranger")
    before = scene_state(a_scene)
    for source, words in (
        (other, "other, a Volume node"),
        (moving, "m, a Volume node"),
        (None, "nothing was given"),
        (np.eye(4), "a ndarray was given"),
    ):
        with pytest.raises(InputError, match=words):
            put_under(source, [moving], inverted=inverted)
    if not inverted:
        with pytest.raises(InputError, match="stranger is not in the scene of m"):
            put_under(stranger, [moving])
    assert scene_state(a_scene) == before


@pytest.mark.parametrize("inverted", [False, True])
def test_a_file_is_put_above_as_a_node_of_its_name(inverted, a_scene, a_transform, landmarks, tmp_path):
    transform, _ = a_transform("affine")
    write_transform(transform, tmp_path / "found.tfm", FIXED)
    there = point_list(a_scene, landmarks if inverted else itk_map(transform, landmarks))
    applied = put_under(tmp_path / "found.tfm", [there], inverted=inverted)
    assert there.GetParentTransformNode().GetName() == ("found (inverse)" if inverted else "found")
    shown = np.array([list(there.GetNthControlPointPositionWorld(n)) for n in range(len(landmarks))])
    assert ras(shown) == pytest.approx(itk_map(transform, landmarks) if inverted else landmarks, abs=1e-5)
    applied.revert()
    assert a_scene.GetFirstNodeByName(there.GetName()) is there
    assert there.GetParentTransformNode() is None


@pytest.mark.parametrize(
    ("kind", "method"), [("rigid", "iterative"), ("composite", "iterative"), ("composite", "elastix")]
)
def test_an_inverse_node_brings_back_to_within_its_residual(
    kind, method, a_scene, a_transform, a_volume_node, landmarks
):
    transform, node = a_transform(kind)
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    inverse = add_inverse_node(node, fixed, method=method)
    limit = {"rigid": 1e-9, "iterative": 0.05, "elastix": 0.1}["rigid" if kind == "rigid" else method]
    assert inverse.mean_residual < limit
    assert inverse.max_residual < 20 * limit
    # Under the inverse node, what lies at the fixed landmark is seen at the moving one.
    here = point_list(a_scene, landmarks)
    put_under(inverse.node, [here])
    shown = np.array([list(here.GetNthControlPointPositionWorld(n)) for n in range(len(landmarks))])
    off = np.linalg.norm(ras(shown) - itk_map(transform, landmarks), axis=1)
    assert off.max() <= 1.3 * inverse.max_residual + 1e-6
    assert "come back to" in inverse.node.GetDescription()


@pytest.mark.parametrize("space", ["RAS", "voxel"])
def test_a_matrix_becomes_a_node(space, a_scene, a_volume_node, a_transform_node, rng):
    """A voxel of the fixed volume leads to the voxel of the moving one that the matrix says, under parents too."""
    parent = a_transform_node(builders.rigid(rng))
    fixed = a_volume_node(np.zeros((5, 6, 7), np.uint8), builders.oblique_ijk_to_ras(rng), parent=parent)
    moving = a_volume_node(
        np.zeros((8, 6, 5), np.uint8), builders.oblique_ijk_to_ras(rng, left_handed=True), parent=parent
    )
    matrix = builders.affine(rng, 0.1, 3)
    node = transform_node_from_matrix(matrix, space, a_scene, fixed_node=fixed, moving_node=moving)
    index = np.array([1.0, 2, 3, 1])
    found = np.array(node.GetTransformFromParent().TransformPoint(_ras_of(fixed, index)[:3]))
    if space == "RAS":
        assert found == pytest.approx((matrix @ _ras_of(fixed, index))[:3])
    else:
        own = vtk.vtkMatrix4x4()
        moving.GetIJKToRASMatrix(own)
        assert found == pytest.approx(np.array(own.MultiplyPoint(matrix @ index))[:3], abs=1e-6)


def test_a_matrix_of_a_plane_is_no_node(a_scene):
    with pytest.raises(InputError, match="2 dimensions"):
        transform_node_from_matrix(np.eye(3), "RAS", a_scene)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTransformNode") == 0


def _ras_of(node, index):
    """World RAS (x, y, z, 1) of a voxel, under a linear parent."""
    own, above = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(own)
    node.GetParentTransformNode().GetMatrixTransformToWorld(above)
    return np.array(above.MultiplyPoint(own.MultiplyPoint(index)))
