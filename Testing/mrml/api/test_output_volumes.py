"""Outputs have the type, names and components of the moving volume; single slices stay slices."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.mrml.nodes.volumes import ijk_to_ras_of_node
from phantoms.scans import SHIFT, residual, voxels_in_world, voxels_of
from support import builders
from support.builders import SCALAR_TYPES


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
        moving.ApplyTransformMatrix(builders.vtk_matrix(np.linalg.inv(turn)))
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
