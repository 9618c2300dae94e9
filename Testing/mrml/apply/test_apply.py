"""A transform applied to all kinds of nodes: what lies at the moving landmark must land at the fixed one."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
import vtk
from core.phantoms import grid
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.transforms.plain_data import TransformData
from ElastixRegistrationLib.mrml.apply.apply import apply_incrementally, harden_incrementally, is_movable, put_under
from ElastixRegistrationLib.mrml.apply.inverse import add_inverse_node
from ElastixRegistrationLib.mrml.nodes.hierarchy import branch_nodes
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.transform_sources import transform_node_from_file, transform_node_from_matrix
from ElastixRegistrationLib.mrml.nodes.transforms import chain_from_data, set_from_parent
from mrml import builders
from mrml.builders import itk_map, ras
from mrml.scans import scene_state, voxels_of
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

TRANSFORMS = {
    "rigid": lambda rng: builders.itk_affine(builders.FLIP @ builders.rigid(rng, 8) @ builders.FLIP),
    "affine": lambda rng: builders.itk_affine(builders.affine(rng, translation=5)),
    "bspline": lambda rng: builders.itk_bspline(rng),
    "composite": lambda rng: builders.itk_composite(
        builders.itk_affine(builders.affine(rng, 0.05, 5)), builders.itk_bspline(rng)
    ),
    "thin plate": lambda rng: thin_plate(rng),
}


def thin_plate(rng):
    from ElastixRegistrationLib.core.transforms.spline_kernels import spline_kernel_transform

    sources = rng.uniform(-60, 60, (12, 3))
    return spline_kernel_transform(sources, sources + rng.normal(0, 3, sources.shape))


@pytest.fixture
def a_transform(a_scene, rng):
    """Makes (itk transform, fixed to moving, LPS; the node that a registration would write of it)."""

    def make(kind):
        transform = TRANSFORMS[kind](rng)
        node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
        set_from_parent(node, chain_from_data(TransformData.of(transform)))
        return transform, node

    return make


@pytest.fixture
def landmarks(rng):
    """(N, 3) of the fixed image, LPS mm."""
    return rng.uniform(-25, 25, (20, 3))


def point_list(scene, points_lps, kind="Fiducial"):
    node = scene.AddNewNodeByClass(f"vtkMRMLMarkups{kind}Node", "landmarks")
    for point in ras(points_lps):
        node.AddControlPoint(vtk.vtkVector3d(*point))
    return node


def positions(node):
    """LPS, as the node holds them."""
    return ras(np.array([list(node.GetNthControlPointPosition(n)) for n in range(node.GetNumberOfControlPoints())]))


def model(scene, points_lps):
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", "surface")
    points, cells = vtk.vtkPoints(), vtk.vtkCellArray()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(ras(points_lps)), deep=True))
    for n in range(len(points_lps)):
        cells.InsertNextCell(1, [n])
    mesh = vtk.vtkPolyData()
    mesh.SetPoints(points)
    mesh.SetVerts(cells)
    node.SetAndObservePolyData(mesh)
    return node


@pytest.mark.parametrize("kind", TRANSFORMS)
def test_a_landmark_lands(kind, a_scene, a_transform, landmarks):
    transform, node = a_transform(kind)
    there = itk_map(transform, landmarks)
    markups, curve, surface = point_list(a_scene, there), point_list(a_scene, there, "Curve"), model(a_scene, there)
    applied = run_to_completion(apply_incrementally(node, [markups, curve, surface]))
    assert positions(applied.nodes[0]) == pytest.approx(landmarks, abs=1e-5)
    assert positions(applied.nodes[1]) == pytest.approx(landmarks, abs=1e-5)
    moved = vtk_to_numpy(applied.nodes[2].GetPolyData().GetPoints().GetData())
    assert ras(moved) == pytest.approx(landmarks, abs=1e-5)
    assert positions(markups) == pytest.approx(there, abs=1e-9)
    back = run_to_completion(apply_incrementally(node, [applied.nodes[0]], inverted=True))
    assert positions(back.nodes[0]) == pytest.approx(there, abs=1e-5)


def itk_grid(size, spacing, center=(0.0, 0.0, 0.0)):
    return grid(size, spacing, tuple(np.array(center) - (np.array(size) - 1) / 2 * np.array(spacing)))


def volume(a_volume_node, voxels, geometry, **options):
    matrix = builders.FLIP @ geometry.index_to_physical()
    return a_volume_node(voxels, matrix, **options)


def by_simpleitk(voxels, geometry, transform, reference, interpolator, tmp_path):
    write_transform(transform, tmp_path / "theirs.h5", reference)
    image = sitk.GetImageFromArray(voxels)
    image.SetOrigin(geometry.origin)
    image.SetSpacing(geometry.spacing)
    like = sitk.Image(list(reference.size), sitk.sitkUInt8)
    like.SetOrigin(reference.origin)
    like.SetSpacing(reference.spacing)
    moved = sitk.Resample(image, like, sitk.ReadTransform(str(tmp_path / "theirs.h5")), interpolator, 0.0)
    return sitk.GetArrayFromImage(moved)


MOVING, FIXED = itk_grid((40, 38, 36), (2.0, 2.2, 2.4)), itk_grid((30, 32, 34), (2.5, 2.4, 2.3), (2, 1, 0))


def smooth(geometry):
    """A function of the place, so that interpolation errors are small, without padding or background."""
    k, j, i = np.indices(geometry.size[::-1])
    p = geometry.points_of(np.stack([i, j, k], -1))
    return (100 * np.sin(p[..., 0] / 9) + 80 * np.cos(p[..., 1] / 11) + 3 * p[..., 2]).astype(np.float32)


@pytest.mark.parametrize("kind", ["affine", "bspline", "composite"])
def test_volumes_agree_with_simpleitk(kind, a_transform, a_volume_node, tmp_path):
    transform, node = a_transform(kind)
    moving = volume(a_volume_node, smooth(MOVING), MOVING)
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [moving], reference_node=fixed, background=0.0)).nodes
    theirs = by_simpleitk(smooth(MOVING), MOVING, transform, FIXED, sitk.sitkLinear, tmp_path)
    # At the very rim of the image one of both may call a voxel inside.
    assert np.percentile(np.abs(voxels_of(result) - theirs), 99.5) < 0.01
    assert voxels_of(result).dtype == np.float32
    assert result.GetName() == "volume (transformed)"


def test_outside_of_a_dose_there_is_none(a_scene, a_volume_node):
    node = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "T")
    dose = volume(a_volume_node, np.full(MOVING.size[::-1], 7, np.float32), MOVING)
    dose.SetAttribute("DicomRtImport.DoseVolume", "1")
    wide = itk_grid((30, 32, 34), (6.0, 6.0, 6.0))
    reference = volume(a_volume_node, np.zeros(wide.size[::-1], np.uint8), wide, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [dose], reference_node=reference)).nodes
    assert set(np.unique(voxels_of(result))) == {0, 7}


def labels(geometry):
    k, j, i = np.indices(geometry.size[::-1])
    p = geometry.points_of(np.stack([i, j, k], -1))
    return ((np.linalg.norm(p, axis=-1) < 20) * 1 + (np.linalg.norm(p - [0, 0, 12], axis=-1) < 9) * 2).astype(np.uint8)


def test_label_maps_take_the_nearest_voxel(a_transform, a_volume_node, tmp_path):
    transform, node = a_transform("bspline")
    moving = volume(a_volume_node, labels(MOVING), MOVING, node_class="vtkMRMLLabelMapVolumeNode")
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [moving], reference_node=fixed)).nodes
    theirs = by_simpleitk(labels(MOVING), MOVING, transform, FIXED, sitk.sitkNearestNeighbor, tmp_path)
    assert result.IsA("vtkMRMLLabelMapVolumeNode")
    assert np.mean(voxels_of(result) != theirs) < 1e-3
    assert set(np.unique(voxels_of(result))) == {0, 1, 2, 3}


def segmentation(scene, voxels, geometry, kind="label map"):
    """Two segments that share a label map, or a sphere as surface."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "segments")
    converter = slicer.vtkSegmentationConverter
    if kind == "surface":
        name = converter.GetClosedSurfaceRepresentationName()
        sphere = vtk.vtkSphereSource()
        sphere.SetRadius(20)
        sphere.SetThetaResolution(40)
        sphere.SetPhiResolution(40)
        sphere.Update()
        shapes = [(name, "ball", sphere.GetOutput(), 1)]
    else:
        name = converter.GetBinaryLabelmapRepresentationName()
        image = slicer.vtkOrientedImageData()
        image.SetDimensions(*geometry.size)
        image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
        vtk_to_numpy(image.GetPointData().GetScalars())[:] = voxels.ravel()
        image.SetImageToWorldMatrix(builders._matrix(builders.FLIP @ geometry.index_to_physical()))
        shapes = [(name, "ball", image, 1), (name, "core", image, 3)]
    node.GetSegmentation().SetSourceRepresentationName(name)
    for name, label, shape, value in shapes:
        segment = slicer.vtkSegment()
        segment.SetName(label)
        segment.SetLabelValue(value)
        segment.AddRepresentation(name, shape)
        node.GetSegmentation().AddSegment(segment, label)
    return node


def test_segments_that_share_a_label_map_still_do(a_scene, a_transform, a_volume_node, tmp_path):
    transform, node = a_transform("composite")
    segments = segmentation(a_scene, labels(MOVING), MOVING)
    fixed = volume(a_volume_node, np.zeros(FIXED.size[::-1], np.uint8), FIXED, name="fixed")
    (result,) = run_to_completion(apply_incrementally(node, [segments], reference_node=fixed)).nodes
    name = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    images = [result.GetSegmentation().GetSegment(s).GetRepresentation(name) for s in ("ball", "core")]
    assert images[0] is images[1]
    found = vtk_to_numpy(images[0].GetPointData().GetScalars()).reshape(FIXED.size[::-1])
    theirs = by_simpleitk(labels(MOVING), MOVING, transform, FIXED, sitk.sitkNearestNeighbor, tmp_path)
    assert np.mean(found != theirs) < 1e-3
    original = segments.GetSegmentation().GetSegment("ball").GetRepresentation(name)
    assert np.array_equal(vtk_to_numpy(original.GetPointData().GetScalars()).reshape(MOVING.size[::-1]), labels(MOVING))


def test_segments_without_reference_keep_their_volume_where_they_land(a_scene, a_transform):
    """A ball of 20 mm under a shear-free and a shearing map: volume times determinant, center at the mapped center."""
    for kind in ("rigid", "affine"):
        transform, node = a_transform(kind)
        segments = segmentation(a_scene, (labels(MOVING) == 1).astype(np.uint8), MOVING)
        (result,) = run_to_completion(apply_incrementally(node, [segments])).nodes
        name = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
        image = result.GetSegmentation().GetSegment("ball").GetRepresentation(name)
        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        matrix = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
        voxels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
        k, j, i = np.nonzero(voxels)
        center = (matrix @ [i.mean(), j.mean(), k.mean(), 1])[:3]
        origin = itk_map(transform, np.zeros((1, 3)))[0]
        linear = np.stack([itk_map(transform, np.eye(3)[[n]])[0] - origin for n in range(3)], 1)
        k, j, i = np.nonzero(labels(MOVING) == 1)
        before = MOVING.points_of([i.mean(), j.mean(), k.mean()])
        assert linear @ ras(center) + origin == pytest.approx(before, abs=0.2)
        volume_ratio = (len(voxels.nonzero()[0]) * np.linalg.det(matrix[:3, :3])) / (
            len(i) * np.linalg.det(MOVING.index_to_physical()[:3, :3])
        )
        assert volume_ratio == pytest.approx(1 / np.linalg.det(linear), rel=0.02)


def test_surfaces_of_segments_move_with_their_points(a_scene, a_transform):
    transform, node = a_transform("bspline")
    segments = segmentation(a_scene, None, None, "surface")
    name = slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName()
    before = vtk_to_numpy(
        segments.GetSegmentation().GetSegment("ball").GetRepresentation(name).GetPoints().GetData()
    ).copy()
    (result,) = run_to_completion(apply_incrementally(node, [segments])).nodes
    after = vtk_to_numpy(result.GetSegmentation().GetSegment("ball").GetRepresentation(name).GetPoints().GetData())
    assert itk_map(transform, ras(after.astype(float))) == pytest.approx(ras(before), abs=1e-4)


def test_a_volume_under_a_rigid_transform_keeps_its_voxels(a_transform, a_volume_node):
    transform, node = a_transform("rigid")
    moving = volume(a_volume_node, smooth(MOVING), MOVING)
    (result,) = run_to_completion(apply_incrementally(node, [moving])).nodes
    assert np.array_equal(voxels_of(result), smooth(MOVING))
    corner = MOVING.points_of([3.0, 4.0, 5.0])
    matrix = vtk.vtkMatrix4x4()
    result.GetIJKToRASMatrix(matrix)
    found = ras(np.array(matrix.MultiplyPoint([3, 4, 5, 1]))[:3])
    assert itk_map(transform, found[None])[0] == pytest.approx(corner, abs=1e-6)


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
