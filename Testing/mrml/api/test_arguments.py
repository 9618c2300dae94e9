"""Points, masks, parameter files and progress reach the registration; it runs elsewhere too."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.registration.register import register
from phantoms.images import stage
from phantoms.scans import SHIFT, residual, scene_state, voxels_in_world, voxels_of
from support import builders


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


def test_one_parameter_file_need_not_be_in_a_list(logic, a_scan, a_transform, translation_file):
    logic.registerVolumes(a_scan(), a_scan(SHIFT), translation_file, outputTransformNode=a_transform)
    assert residual(a_transform) < 0.25


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


def test_progress_is_told(logic, a_scan, a_transform, translation_file):
    events = []
    logic.registerVolumes(
        a_scan(), a_scan(SHIFT), [translation_file], outputTransformNode=a_transform, progress=events.append
    )
    assert len(events) > 10
