"""registerVolumes on real nodes through the real itk-elastix, held against where the object truly is."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import slicer
import vtk
from core.phantoms import stage
from ElastixRegistrationLib.core.errors import InputError, RegistrationError
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.volumes import ijk_to_ras_of_node
from ElastixRegistrationLib.mrml.run.channels import VolumePair
from mrml import builders
from mrml.conftest import SCALAR_TYPES
from mrml.scans import scene_state, the_object, voxels_in_world, voxels_of

SHIFT = np.array([4.0, -3.0, 2.5])  # RAS mm: where the object of the moving scan is, less where it is in the fixed


@pytest.fixture
def logic():
    return RegistrationLogic()


@pytest.fixture
def a_scan(a_volume_node):
    """Makes a volume node, about 100 mm wide around the world's origin, that shows the object where it is in world."""

    def make(shift=(0, 0, 0), *, size=(34, 32, 30), spacing=3.0, axes=None, parent=None, scale=1.0, **settings):
        ijk_to_ras = np.eye(4)
        ijk_to_ras[:3, :3] = (np.eye(3) if axes is None else axes) * spacing
        ijk_to_ras[:3, 3] = -ijk_to_ras[:3, :3] @ ((np.array(size) - 1) / 2)
        settings.setdefault("scalar_type", vtk.VTK_FLOAT)
        node = a_volume_node(np.zeros(size[::-1], np.float32), ijk_to_ras, parent=parent, **settings)
        image = node.GetImageData()
        values = the_object(voxels_in_world(node), shift) * scale
        vtk.util.numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())[:] = (
            values if image.GetScalarType() in (vtk.VTK_FLOAT, vtk.VTK_DOUBLE) else np.rint(values)
        )
        image.Modified()
        return node

    return make


@pytest.fixture
def translation_file(tmp_path):
    path = tmp_path / "translation.txt"
    write_parameter_file(stage("TranslationTransform"), path)
    return str(path)


@pytest.fixture
def bspline_file(tmp_path):
    path = tmp_path / "bspline.txt"
    write_parameter_file(stage("BSplineTransform", FinalGridSpacingInPhysicalUnits="20"), path)
    return str(path)


@pytest.fixture
def a_transform(a_scene):
    return a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "result")


@pytest.fixture
def an_output(a_scene):
    return a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")


def residual(transform_node, former_to_world=None, shift=SHIFT):
    """Largest distance, mm, between where the object is and where the node says, near the center of world."""
    points = np.random.default_rng(1).uniform(-25, 25, (60, 3))
    from_world = vtk.vtkGeneralTransform()
    transform_node.GetTransformFromWorld(from_world)
    local = builders.vtk_map(from_world, points)
    was = local if former_to_world is None else builders.vtk_map(former_to_world, local)
    return np.abs(was - points - shift).max()


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


@pytest.mark.parametrize("scalar_type", SCALAR_TYPES)
def test_the_output_has_the_type_of_the_moving_volume(scalar_type, logic, a_scan, an_output, translation_file):
    fixed = a_scan(scalar_type=vtk.VTK_SHORT)
    moving = a_scan(SHIFT, scalar_type=SCALAR_TYPES[scalar_type], scale=0.9)
    logic.registerVolumes(fixed, moving, [translation_file], an_output)
    assert an_output.GetImageData().GetScalarType() == SCALAR_TYPES[scalar_type]
    inner = (slice(5, -5),) * 3
    assert np.abs(voxels_of(an_output)[inner] - 0.9 * voxels_of(fixed)[inner]).mean() < 2.5


def test_new_outputs_are_named_and_look_like_the_moving_volume(logic, a_scene, a_scan, translation_file):
    fixed, moving = a_scan(name="Before"), a_scan(SHIFT, name="After")
    moving.CreateDefaultDisplayNodes()
    colors = a_scene.AddNewNodeByClass("vtkMRMLColorTableNode")
    display = moving.GetDisplayNode()
    display.SetAndObserveColorNodeID(colors.GetID())
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(77, 33)
    moving.SetName("After")
    outcome = logic.registerVolumes(fixed, moving, [translation_file])

    assert outcome.volume_node.GetName() == "After registered to Before"
    shown = outcome.volume_node.GetDisplayNode()
    assert (shown.GetWindow(), shown.GetLevel(), shown.GetColorNodeID()) == (77, 33, colors.GetID())
    assert shown is not display
    assert outcome.transform_node.GetClassName() == "vtkMRMLLinearTransformNode"
    role = slicer.vtkMRMLTransformNode.GetFixedNodeReferenceRole()
    assert outcome.transform_node.GetNodeReference(role) is fixed
    again = logic.registerVolumes(fixed, moving, [translation_file])
    assert again.volume_node.GetName() == "After registered to Before_1"


def test_the_moving_volume_itself_can_be_the_output(logic, a_scan, translation_file, a_transform_node, rng):
    fixed = a_scan()
    moving = a_scan(SHIFT, size=(40, 40, 40), parent=a_transform_node(builders.rigid(rng, 3)))
    logic.registerVolumes(fixed, moving, [translation_file], outputVolumeNode=moving)
    assert np.allclose(voxels_in_world(moving), voxels_in_world(fixed))
    inner = (slice(5, -5),) * 3
    assert np.abs(voxels_of(moving)[inner] - voxels_of(fixed)[inner]).mean() < 2.5


def test_the_initial_transform_can_be_the_output_and_the_parent_of_the_moving_volume(
    logic, a_scan, a_transform_node, translation_file
):
    far = np.eye(4)
    far[:3, 3] = [200, 0, 0]
    fixed, moving = a_scan(), a_scan(SHIFT)
    moving.ApplyTransformMatrix(_vtk(far))  # its voxels are 200 mm away now, and its parent brings them back
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
    moving.ApplyTransformMatrix(_vtk(far))
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


def test_points_that_correspond_take_part(logic, a_scene, a_scan, a_transform, tmp_path):
    path = tmp_path / "points.txt"
    with_points = stage(
        "TranslationTransform",
        Registration="MultiMetricMultiResolutionRegistration",
        Metric0Weight="0.0001",
        Metric1Weight="1.0",
    )
    with_points["Metric"] = ("AdvancedMeanSquares", "CorrespondingPointsEuclideanDistanceMetric")
    write_parameter_file(with_points, path)
    fixed_points = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    moving_points = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    for point in np.random.default_rng(2).uniform(-20, 20, (8, 3)):
        fixed_points.AddControlPoint(*point)
        moving_points.AddControlPoint(*(point + np.array([8, 8, -8])))
    logic.registerVolumes(
        a_scan(), a_scan([8, 8, -8]), [str(path)], outputTransformNode=a_transform,
        fixedPointsNode=fixed_points, movingPointsNode=moving_points,
    )  # fmt: skip
    assert residual(a_transform, shift=[8, 8, -8]) < 0.5


def test_a_segment_keeps_what_is_outside_of_it_out_of_the_metric(
    logic, a_scene, a_scan, a_transform, translation_file, rng
):
    fixed, moving = a_scan(), a_scan(SHIFT)
    for node, at in ((fixed, (28, 5, 5)), (moving, (5, 28, 5))):  # something bright that did not move along
        voxels = vtk.util.numpy_support.vtk_to_numpy(node.GetImageData().GetPointData().GetScalars())
        voxels.reshape(voxels_of(node).shape)[at[2] - 4 : at[2] + 4, at[1] - 4 : at[1] + 4, at[0] - 4 : at[0] + 4] = 900
    segmentation = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    segmentation.GetSegmentation().SetSourceRepresentationName("Closed surface")
    ball = vtk.vtkSphereSource()
    ball.SetRadius(26)
    ball.Update()
    segmentation.AddSegmentFromClosedSurfaceRepresentation(ball.GetOutput(), "object", [1, 0, 0])
    logic.registerVolumes(
        fixed, moving, [translation_file], outputTransformNode=a_transform,
        fixedVolumeMaskNode=segmentation, fixedSegments=["object"],
    )  # fmt: skip
    assert residual(a_transform) < 0.5


def test_a_debugger_may_look_on(logic):
    """Whoever reads f_locals refills what ``locals()`` gave before: with names of comprehensions, from Python 3.12."""

    def look(frame, _event, _argument):
        frame.f_locals  # noqa: B018
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        with pytest.raises(InputError, match="No fixed volume was given"):
            logic.registerVolumes(None, None)
    finally:
        sys.settrace(before)


def test_color_is_resampled_component_by_component(logic, a_scene, a_scan, a_volume_node, translation_file):
    fixed, gray = a_scan(), a_scan(SHIFT)
    values = voxels_of(gray)
    colors = np.stack([values, values, 200 - values], -1).clip(0, 255).astype(np.uint8)
    matrix = np.eye(4)
    matrix[:3, :3] *= 3.0
    matrix[:3, 3] = -1.5 * (np.array(values.shape[::-1]) - 1)
    moving = a_volume_node(colors, matrix, node_class="vtkMRMLVectorVolumeNode", name="slide")
    outcome = logic.registerVolumes(fixed, moving, [translation_file])
    result, expected = voxels_of(outcome.volume_node), voxels_of(fixed)
    assert outcome.volume_node.GetClassName() == "vtkMRMLVectorVolumeNode"
    assert result.shape == (*expected.shape, 3)
    inner = (slice(6, -6),) * 3
    assert np.abs(result[inner][..., 0] - expected[inner]).mean() < 3
    assert np.abs(result[inner][..., 2] - (200 - expected[inner])).mean() < 3
    assert np.array_equal(result[..., 0], result[..., 1])
    assert np.abs(result[0, 0, 0] - np.array([0, 0, 200.0])).max() <= 3  # each component has its own background


@pytest.mark.parametrize("scalar_type", [vtk.VTK_LONG_LONG, vtk.VTK_UNSIGNED_LONG_LONG])
def test_vectors_that_slicer_cannot_display_are_resampled_without_a_display(
    scalar_type, logic, a_scene, a_scan, a_volume_node, translation_file
):
    def vectors(scan):
        values = np.rint(voxels_of(scan)).astype(np.int64)
        return a_volume_node(
            np.stack([values - values.min(), np.zeros_like(values)], axis=-1),
            ijk_to_ras_of_node(scan),
            node_class="vtkMRMLVectorVolumeNode",
            scalar_type=scalar_type,
        )

    fixed, moving = vectors(a_scan()), vectors(a_scan(SHIFT))
    outcome = logic.registerVolumes(fixed, moving, [translation_file])
    assert residual(outcome.transform_node) < 0.25
    assert outcome.volume_node.GetImageData().GetScalarType() == scalar_type
    assert voxels_of(outcome.volume_node).shape == voxels_of(fixed).shape
    assert outcome.volume_node.GetDisplayNode() is None


def test_one_parameter_file_need_not_be_in_a_list(logic, a_scan, a_transform, translation_file):
    logic.registerVolumes(a_scan(), a_scan(SHIFT), translation_file, outputTransformNode=a_transform)
    assert residual(a_transform) < 0.25


def test_labels_stay_labels(logic, a_scan, a_scene, translation_file):
    fixed = a_scan(node_class="vtkMRMLLabelMapVolumeNode", scalar_type=vtk.VTK_SHORT)
    moving = a_scan(SHIFT, node_class="vtkMRMLLabelMapVolumeNode", scalar_type=vtk.VTK_SHORT)
    for node in (fixed, moving):
        voxels = vtk.util.numpy_support.vtk_to_numpy(node.GetImageData().GetPointData().GetScalars())
        voxels[:] = np.select([voxels > 90, voxels > 40], [50, 10], 0)
    outcome = logic.registerVolumes(fixed, moving, [translation_file])
    assert outcome.volume_node.GetClassName() == "vtkMRMLLabelMapVolumeNode"
    assert set(np.unique(voxels_of(outcome.volume_node))) == {0, 10, 50}
    assert (voxels_of(outcome.volume_node) == voxels_of(fixed)).mean() > 0.93


class TestSingleSlices:
    @pytest.fixture
    def two_slices(self, a_scan, rng):
        axes = builders.rotation(rng)
        shift = axes @ [5.0, -4.0, 0.0]
        fixed = a_scan(axes=axes, size=(60, 56, 1), spacing=1.6)
        moving = a_scan(shift, axes=axes * [1, -1, -1], size=(64, 64, 1), spacing=1.6)
        return fixed, moving, shift

    def test_they_are_registered_in_their_plane(self, two_slices, logic, a_transform, an_output, translation_file):
        fixed, moving, shift = two_slices
        job = logic.prepareRegistration(fixed, moving, [translation_file])
        assert job.inputs.fixed.geometry.dimension == 2
        logic.registerVolumes(fixed, moving, [translation_file], an_output, a_transform)
        assert residual(a_transform, shift=shift) < 0.2
        assert voxels_of(an_output).shape == (1, 56, 60)
        assert np.abs(voxels_of(an_output) - voxels_of(fixed))[:, 5:-5, 5:-5].mean() < 1.5

    def test_a_deformation_in_the_plane_is_a_bspline_node(
        self, two_slices, logic, a_transform, an_output, translation_file, bspline_file, rng
    ):
        fixed, moving, _ = two_slices
        outcome = logic.registerVolumes(fixed, moving, [translation_file, bspline_file], an_output, a_transform)
        job = logic.prepareRegistration(fixed, moving, [translation_file])
        flat = rng.uniform(-60, 60, (50, 2))
        from_world = vtk.vtkGeneralTransform()
        a_transform.GetTransformFromWorld(from_world)
        found = builders.vtk_map(from_world, builders.ras(job.fixed_plane.lifted(flat)))
        expected = job.moving_plane.lifted(builders.itk_map(outcome.result.transform, flat))
        assert np.abs(found - builders.ras(expected)).max() < 1e-6

    def test_parents_masks_and_starts_work_in_the_plane_too(
        self, two_slices, logic, a_volume_node, a_transform_node, a_transform, translation_file, rng
    ):
        fixed, moving, shift = two_slices
        turn = builders.rigid(rng, 30)
        matrix = vtk.vtkMatrix4x4()
        moving.GetIJKToRASMatrix(matrix)
        moving.ApplyTransformMatrix(_vtk(np.linalg.inv(turn)))
        start = a_transform_node(turn)  # the slice lies elsewhere, its start brings it back
        fixed.GetIJKToRASMatrix(matrix)
        ijk_to_ras = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
        mask = a_volume_node(np.ones((1, 56, 60), np.uint8), ijk_to_ras, node_class="vtkMRMLLabelMapVolumeNode")
        logic.registerVolumes(
            fixed, moving, [translation_file], outputTransformNode=a_transform,
            initialTransformNode=start, fixedVolumeMaskNode=mask,
        )  # fmt: skip
        points = voxels_in_world(fixed)[::97]
        from_world = vtk.vtkGeneralTransform()
        a_transform.GetTransformFromWorld(from_world)
        found = builders.vtk_map(from_world, points)
        expected = (points + shift - turn[:3, 3]) @ turn[:3, :3]
        assert np.abs(found - expected).max() < 0.3

    def test_one_slice_and_one_volume_are_refused(self, two_slices, logic, a_scan, translation_file):
        fixed, _, _ = two_slices
        with pytest.raises(InputError, match="fixed volume volume is a single slice and the moving volume volume"):
            logic.registerVolumes(fixed, a_scan(), [translation_file])

    def test_a_slice_that_could_be_bent_is_refused(self, two_slices, logic, a_transform_node, translation_file, rng):
        fixed, moving, _ = two_slices
        moving.SetAndObserveTransformNodeID(a_transform_node(builders.vtk_bspline(rng)).GetID())
        with pytest.raises(InputError, match="out of its plane"):
            logic.registerVolumes(fixed, moving, [translation_file])


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


class TestTheSceneStaysAsItWas:
    """When the input is wrong, with one sentence that names node or parameter."""

    def refused(self, logic, scene, match, *arguments, error=InputError, **options):
        before = scene_state(scene)
        with pytest.raises(error, match=match) as caught:
            logic.registerVolumes(*arguments, **options)
        assert scene_state(scene) == before
        return str(caught.value)

    def test_missing_and_empty_volumes(self, logic, a_scene, a_scan, translation_file, an_output):
        scan = a_scan()
        self.refused(logic, a_scene, "No moving volume was given", scan, None, [translation_file])
        self.refused(logic, a_scene, "moving volume output is empty", scan, an_output, [translation_file])
        self.refused(logic, a_scene, "are the same node", scan, scan, [translation_file])

    def test_volumes_of_no_scene_or_of_another_one(self, logic, a_scene, a_scan, translation_file):
        scan, loose, foreign = a_scan(), slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLScalarVolumeNode()
        other_scene = slicer.vtkMRMLScene()
        for node, name in ((loose, "Loose"), (foreign, "Foreign")):
            node.SetName(name)
            node.SetAndObserveImageData(scan.GetImageData())
        other_scene.AddNode(foreign)
        self.refused(logic, a_scene, "moving volume Loose is not in a scene", scan, loose, [translation_file])
        self.refused(logic, a_scene, "moving volume Foreign are in different", scan, foreign, [translation_file])
        output = other_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Abroad")
        self.refused(
            logic, a_scene, "output Abroad is not in the scene", scan, a_scan(SHIFT), [translation_file], output
        )

    @pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
    def test_places_that_are_none(
        self, value, logic, a_scene, a_scan, a_transform_node, a_volume_node, translation_file
    ):
        broken = np.diag([1, 1, value, 1.0])
        nowhere = a_transform_node(broken, name="Nowhere")
        scan, lost = a_scan(), a_scan(SHIFT, name="Lost")
        match = "transform Nowhere .* singular matrix"
        self.refused(logic, a_scene, match, scan, lost, [translation_file], initialTransformNode=nowhere)
        lost.SetAndObserveTransformNodeID(nowhere.GetID())
        self.refused(logic, a_scene, match, scan, lost, [translation_file])
        self.refused(logic, a_scene, match, scan, a_scan(SHIFT), [translation_file], fixedVolumeMaskNode=lost)
        flat = a_volume_node(np.ones((9, 9, 9)), broken, name="Flat")
        self.refused(logic, a_scene, "moving volume Flat has a singular IJK", scan, flat, [translation_file])

    def test_voxels_that_cannot_be_registered(self, logic, a_scene, a_scan, a_volume_node, translation_file):
        voxels = np.zeros((9, 9, 9), np.float32)
        constant = a_volume_node(voxels, name="Flat")
        voxels[4, 4, 4] = np.nan
        broken = a_volume_node(voxels, name="Broken")
        self.refused(logic, a_scene, "moving volume Flat is constant", a_scan(), constant, [translation_file])
        self.refused(logic, a_scene, "fixed volume Broken has 1 voxels", broken, a_scan(), [translation_file])

    def test_no_overlap(self, logic, a_scene, a_scan, a_transform_node, translation_file):
        away = np.eye(4)
        away[:3, 3] = 900
        moving = a_scan()
        moving.SetAndObserveTransformNodeID(a_transform_node(away).GetID())
        self.refused(logic, a_scene, "do not overlap", a_scan(), moving, [translation_file], initialization="none")

    def test_parameters(self, logic, a_scene, a_scan, translation_file, tmp_path):
        scans = a_scan(), a_scan(SHIFT)
        broken = tmp_path / "broken.txt"
        broken.write_text('(Transform "Tran\n')
        self.refused(logic, a_scene, "broken.txt", *scans, [str(broken)])
        self.refused(logic, a_scene, "There is no preset 'rigit'", *scans, preset="rigit")
        self.refused(logic, a_scene, "The preset is 5; it must be a text", *scans, preset=5)
        self.refused(logic, a_scene, "not both", *scans, [translation_file], preset="rigid")
        self.refused(logic, a_scene, "is empty", *scans, [])
        self.refused(logic, a_scene, "Unknown interpolation", *scans, [translation_file], interpolation="cubic")

    def test_masks_and_points(self, logic, a_scene, a_scan, a_volume_node, translation_file):
        scans = a_scan(), a_scan(SHIFT)
        void = a_volume_node(np.zeros((9, 9, 9), np.uint8), name="Void")
        self.refused(logic, a_scene, "mask Void is empty", *scans, [translation_file], fixedVolumeMaskNode=void)
        self.refused(logic, a_scene, "no segmentation was given", *scans, [translation_file], movingSegments=["lung"])
        points = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "F")
        points.AddControlPoint(1, 2, 3)
        self.refused(
            logic, a_scene, "moving points must be a point list", *scans, [translation_file], fixedPointsNode=points
        )

    def test_outputs_that_will_not_do(self, logic, a_scene, a_scan, a_transform_node, translation_file, rng):
        above = a_transform_node(builders.rigid(rng), name="Above")
        fixed, moving = a_scan(name="Fixed", parent=above), a_scan(SHIFT, name="Moving")
        labels = a_scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels")
        vectors = a_scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "Vectors")
        mask = a_scan(name="Mask")
        for match, options in (
            (
                "Labels is a LabelMapVolume node; the moving volume Moving has one component",
                {"outputVolumeNode": labels},
            ),
            ("Vectors is a VectorVolume node", {"outputVolumeNode": vectors}),
            ("output volume Fixed is the fixed volume", {"outputVolumeNode": fixed}),
            ("Mask is an input", {"outputVolumeNode": mask, "fixedVolumeMaskNode": mask}),
            ("Mask is an input", {"outputVolumeNode": mask, "channels": [VolumePair(moving, mask)]}),
            ("Mask is an input", {"outputVolumeNode": mask, "channels": [VolumePair(mask, moving, mask)]}),
            ("Vectors is an input", {"outputFieldNode": vectors, "channels": [VolumePair(vectors, moving)]}),
            ("output volume Above is a Transform node", {"outputVolumeNode": above}),
            ("output transform Labels is a LabelMapVolume node", {"outputTransformNode": labels}),
            ("output transform Above is above the fixed volume Fixed", {"outputTransformNode": above}),
            ("deformation field Above is above the fixed", {"outputFieldNode": above}),
            ("deformation field Labels is a LabelMapVolume node", {"outputFieldNode": labels}),
            ("Vectors is named for two outputs", {"outputVolumeNode": vectors, "outputFieldNode": vectors}),
        ):
            self.refused(logic, a_scene, match, fixed, moving, [translation_file], **options)

    def test_a_registration_that_fails_in_elastix(self, logic, a_scene, a_scan, a_transform_node, an_output, tmp_path):
        path = tmp_path / "stage.txt"
        write_parameter_file(stage("TranslationTransform"), path)
        away = np.eye(4)
        away[:3, 3] = [92, 85, 80]
        moving = a_scan()
        moving.SetAndObserveTransformNodeID(a_transform_node(away).GetID())
        message = self.refused(
            logic, a_scene, "overlap too little", a_scan(), moving, [str(path)], an_output,
            error=RegistrationError, initialization="none",
        )  # fmt: skip
        assert "\n" not in message


class TestRunElsewhere:
    def test_what_is_run_is_plain_data(self, logic, a_scan, a_transform, an_output, translation_file, a_scene):
        fixed, moving = a_scan(), a_scan(SHIFT)
        before = scene_state(a_scene)
        job = logic.prepareRegistration(fixed, moving, [translation_file], an_output, a_transform, seed=3)
        result = register(**job.inputs.arguments())
        assert scene_state(a_scene) == before
        outcome = logic.applyResult(job, result)
        assert outcome.volume_node is an_output
        assert residual(a_transform) < 0.25

    @pytest.mark.parametrize("change", ["moved", "reparented", "hardened", "replaced", "emptied"])
    def test_the_outputs_agree_with_each_other_when_the_volumes_change_meanwhile(
        self, change, logic, a_scan, a_transform, an_output, a_transform_node, translation_file, rng
    ):
        parent = a_transform_node(builders.rigid(rng, translation=8))
        fixed, moving = a_scan(name="fixed", parent=parent), a_scan(SHIFT, name="moving", parent=parent)
        before = voxels_in_world(fixed)
        job = logic.prepareRegistration(
            fixed, moving, [translation_file], an_output, a_transform, forceDisplacementFieldOutputTransform=True
        )
        result = register(**job.inputs.arguments())
        for node in (fixed, moving):
            if change == "moved":
                node.SetOrigin(50, 60, 70)
            elif change == "reparented":
                node.SetAndObserveTransformNodeID(a_transform_node(builders.rigid(rng)).GetID())
            elif change == "hardened":
                node.HardenTransform()
            elif change == "replaced":
                node.SetAndObserveImageData(a_scan(size=(9, 8, 7)).GetImageData())
            else:
                node.SetAndObserveImageData(None)
        logic.applyResult(job, result)
        assert np.abs(voxels_in_world(an_output) - before).max() < 1e-9
        former = vtk.vtkGeneralTransform()
        parent.GetTransformToWorld(former)
        assert residual(a_transform, former) < 0.25

    @pytest.mark.parametrize("gone", ["fixed", "moving", "output"])
    def test_a_node_that_is_gone_by_then_is_named(self, gone, logic, a_scan, an_output, translation_file, a_scene):
        nodes = {"fixed": a_scan(name="fixed"), "moving": a_scan(SHIFT, name="moving"), "output": an_output}
        job = logic.prepareRegistration(nodes["fixed"], nodes["moving"], [translation_file], an_output)
        result = register(**job.inputs.arguments())
        a_scene.RemoveNode(nodes[gone])
        before = scene_state(a_scene)
        with pytest.raises(InputError, match=f"{gone} was removed"):
            logic.applyResult(job, result)
        assert scene_state(a_scene) == before


def test_one_undo_takes_back_the_whole_registration(logic, a_scene, a_scan, a_transform, an_output, translation_file):
    a_scene.SetUndoOn()
    fixed, moving = a_scan(), a_scan(SHIFT)
    for node in (fixed, moving, a_transform, an_output):
        node.SetUndoEnabled(True)
    logic.registerVolumes(fixed, moving, [translation_file], an_output, a_transform)
    assert an_output.GetImageData() is not None
    a_scene.Undo()
    assert an_output.GetImageData() is None
    assert a_transform.GetTransformFromParent() is None


def test_progress_is_told(logic, a_scan, a_transform, translation_file):
    events = []
    logic.registerVolumes(
        a_scan(), a_scan(SHIFT), [translation_file], outputTransformNode=a_transform, progress=events.append
    )
    assert len(events) > 10


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


def _vtk(array):
    matrix = vtk.vtkMatrix4x4()
    for (row, column), value in np.ndenumerate(array):
        matrix.SetElement(row, column, value)
    return matrix


def _general(array):
    transform = vtk.vtkGeneralTransform()
    transform.Concatenate(_vtk(array))
    return transform
