"""All outputs of a registration in a scene, and the way back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.run.background_text import background_text
from ElastixRegistrationLib.mrml.run.in_process import InProcessRun
from ElastixRegistrationLib.mrml.run.job_nodes import OutputNodes
from ElastixRegistrationLib.mrml.run.landmark_start import landmark_transform_node
from ElastixRegistrationLib.mrml.run.outputs import output_incrementally
from ElastixRegistrationLib.mrml.run.parameter_node import OUTPUTS
from phantoms.scans import scene_state

SHIFT = np.array([4.0, -3.0, 2.0])


def blobs(shift):
    k, j, i = np.indices((22, 24, 27)) * 3.0
    x, y, z = shift
    return sum(
        height * np.exp(-((i - a - x) ** 2 + (j - b - y) ** 2 + (k - c - z) ** 2) / (2 * width**2))
        for a, b, c, width, height in ((30, 30, 28, 9, 900), (48, 40, 36, 6, 600), (38, 44, 24, 5, 750))
    ).astype(np.int16)


@pytest.fixture(scope="module")
def results():
    """The result of the pair of ``finished``, once it is registered."""
    return []


@pytest.fixture
def finished(a_volume_node, results):
    """(job, result) of a pair that is ``SHIFT`` apart: nodes of a scene of its own, registered by the first test."""
    grid = np.diag([3.0, 3, 3, 1])
    fixed, moving = a_volume_node(blobs((0, 0, 0)), grid, name="f"), a_volume_node(blobs(SHIFT), grid, name="m")
    job = RegistrationLogic().prepareRegistration(fixed, moving, preset="translation", seed=1)
    if not results:
        run = InProcessRun(job.inputs)
        assert (run.state, run.error) == ("done", None)
        assert run.progress.fraction == pytest.approx(1, abs=0.05)
        results.append(run.result)
    return job, results[0]


def apply_outputs(job, result, wanted, **settings):
    return run_to_completion(output_incrementally(job, result, wanted, **settings))


def center_maps_to(node, point=(36.0, 36, 30)):
    return np.array(node.GetTransformFromParent().TransformPoint(*point)) - point


def test_new_nodes_are_of_the_right_kind(finished):
    applied = apply_outputs(*finished, dict.fromkeys(OUTPUTS))
    kinds = {role: node.GetClassName() for role, node in applied.nodes.items()}
    assert kinds == {
        "outputVolume": "vtkMRMLScalarVolumeNode",
        "outputTransform": "vtkMRMLLinearTransformNode",
        "outputField": "vtkMRMLGridTransformNode",
        "outputJacobian": "vtkMRMLScalarVolumeNode",
        "outputInverse": "vtkMRMLLinearTransformNode",
    }
    assert center_maps_to(applied.nodes["outputTransform"]) == pytest.approx(SHIFT, abs=0.6)
    assert center_maps_to(applied.nodes["outputField"]) == pytest.approx(SHIFT, abs=0.6)
    assert center_maps_to(applied.nodes["outputInverse"]) == pytest.approx(-SHIFT, abs=0.6)
    assert applied.nodes["outputJacobian"].GetImageData().GetScalarRange() == pytest.approx((1, 1), abs=0.01)


@pytest.mark.parametrize("role", OUTPUTS)
def test_one_output_makes_one_node(finished, role):
    scene = finished[0].fixed.node.GetScene()
    before = scene.GetNumberOfNodesByClass("vtkMRMLTransformableNode")
    applied = apply_outputs(*finished, {role: None})
    assert list(applied.nodes) == [role]
    assert scene.GetNumberOfNodesByClass("vtkMRMLTransformableNode") == before + 1


def test_the_inverse_alone_is_the_inverse(finished):
    node = apply_outputs(*finished, {"outputInverse": None}).nodes["outputInverse"]
    assert center_maps_to(node) == pytest.approx(-SHIFT, abs=0.6)


def test_scripts_get_jacobian_and_inverse_into_their_nodes(finished, a_scene):
    job, result = finished
    jacobian = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "jacobian")
    inverse = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "inverse")
    logic = RegistrationLogic()
    job = logic.prepareRegistration(
        job.fixed.node, job.moving.node, preset="translation", outputJacobianNode=jacobian, outputInverseNode=inverse
    )
    outcome = logic.applyResult(job, result)
    assert (outcome.jacobian_node, outcome.inverse_node) == (jacobian, inverse)
    assert (outcome.volume_node, outcome.transform_node) == (None, None)
    assert jacobian.GetImageData().GetScalarRange() == pytest.approx((1, 1), abs=0.01)
    assert center_maps_to(inverse) == pytest.approx(-SHIFT, abs=0.6)


def test_scripts_cannot_lose_an_input_in_the_jacobian(finished):
    job, _ = finished
    with pytest.raises(InputError, match="is an input, which would be lost"):
        RegistrationLogic().prepareRegistration(job.fixed.node, job.moving.node, outputJacobianNode=job.moving.node)


def test_a_field_of_vectors(finished):
    node = apply_outputs(*finished, {"outputField": None}, field_is_volume=True).nodes["outputField"]
    vectors = np.array(node.GetImageData().GetPointData().GetScalars().GetTuple3(5000))
    assert vectors == pytest.approx(SHIFT, abs=0.6)


def test_revert_brings_everything_back(finished, a_volume_node, a_transform_node):
    scene = finished[0].fixed.node.GetScene()
    old = a_volume_node(np.full((4, 5, 6), 7, np.int16), np.diag([1.0, 2, 3, 1]), name="old")
    above = a_transform_node(np.diag([1.0, 1, 1, 1]), name="above")
    old.SetAndObserveTransformNodeID(above.GetID())
    model = scene.AddNewNodeByClass("vtkMRMLModelNode", "model")
    elsewhere = scene.AddNewNodeByClass("vtkMRMLModelNode", "elsewhere")
    shifted = np.eye(4)
    shifted[0, 3] = 5
    elsewhere.SetAndObserveTransformNodeID(a_transform_node(shifted, name="shifted").GetID())
    field = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "old field")
    grid = vtk.vtkImageData()
    grid.SetDimensions(4, 4, 4)
    grid.AllocateScalars(vtk.VTK_DOUBLE, 3)
    grid.GetPointData().GetScalars().Fill(1.5)
    warp = slicer.vtkOrientedGridTransform()
    warp.SetDisplacementGridData(grid)
    field.SetAndObserveTransformFromParent(warp)
    before = scene.GetNumberOfNodesByClass("vtkMRMLTransformableNode")
    applied = apply_outputs(*finished, {"outputVolume": old, "outputTransform": None, "outputField": field})
    assert applied.put_under_transform([model, elsewhere]) == [elsewhere]
    assert center_maps_to(field) == pytest.approx(SHIFT, abs=0.6)
    assert old.GetImageData().GetDimensions() == (27, 24, 22)
    applied.revert()
    assert old.GetImageData().GetDimensions() == (6, 5, 4)
    assert old.GetImageData().GetScalarRange() == (7, 7)
    assert old.GetSpacing() == (1, 2, 3)
    assert old.GetParentTransformNode() is above
    assert model.GetParentTransformNode() is None
    assert center_maps_to(field, (1.0, 1, 1)) == pytest.approx([1.5, 1.5, 1.5])
    assert scene.GetNumberOfNodesByClass("vtkMRMLTransformableNode") == before
    applied.revert()  # nothing is left to do


@pytest.fixture
def shown_outputs(finished, a_volume_node):
    """Nodes for all outputs, with displays and references of their own; the Jacobian has no display yet."""
    (job, _), scene = finished, finished[0].fixed.node.GetScene()
    for node, window in ((job.moving.node, 77), (a_volume_node(np.full((4, 5, 6), 7, np.int16), name="old"), 10)):
        colors = scene.AddNewNodeByClass("vtkMRMLColorTableNode", f"colors {window}")
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetAutoWindowLevel(False)
        node.GetDisplayNode().SetWindowLevel(window, window / 2)
        node.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    transforms = [
        scene.AddNewNodeByClass(f"vtkMRML{kind}TransformNode", f"old {kind}") for kind in ("Linear", "Grid", "")
    ]
    transforms[0].SetNodeReferenceID("spatialRegistrationFixed", node.GetID())
    jacobian = a_volume_node(np.ones((3, 3, 3), np.float32), name="old Jacobian")
    return dict(zip(OUTPUTS, (node, transforms[0], transforms[1], jacobian, transforms[2]), strict=True))


def test_revert_brings_back_how_nodes_are_shown_and_what_they_refer_to(finished, shown_outputs):
    scene, old = finished[0].fixed.node.GetScene(), shown_outputs["outputVolume"]
    before = scene_state(scene)[0]
    applied = apply_outputs(*finished, shown_outputs)
    display = old.GetDisplayNode()
    assert (display.GetWindow(), display.GetColorNode().GetName()) == (77, "colors 77")
    assert shown_outputs["outputJacobian"].GetDisplayNode() is not None
    applied.revert()
    assert (display.GetWindow(), display.GetColorNode().GetName()) == (10, "colors 10")
    assert scene_state(scene)[0] == before


def test_a_failure_in_the_middle_leaves_given_nodes_as_they_were(finished, shown_outputs, monkeypatch):
    from ElastixRegistrationLib.mrml.run import outputs

    def fail(*_):
        raise InputError("no volume")

    monkeypatch.setattr(outputs, "write_resampled_volume", fail)
    job, result = finished
    nodes = OutputNodes(*(shown_outputs[role] for role in ("outputVolume", "outputTransform", "outputField")))
    before = scene_state(job.fixed.node.GetScene())[0]
    with pytest.raises(InputError, match="no volume"):
        outputs.apply_result(replace(job, outputs=nodes), result)
    assert scene_state(job.fixed.node.GetScene())[0] == before


def test_a_node_removed_meanwhile_is_named_and_nothing_appears(finished):
    job, _ = finished
    scene = job.fixed.node.GetScene()
    scene.RemoveNode(job.moving.node)
    before = scene.GetNumberOfNodes()
    with pytest.raises(InputError, match="m was removed"):
        apply_outputs(*finished, dict.fromkeys(OUTPUTS))
    assert scene.GetNumberOfNodes() == before


def test_a_failure_in_the_middle_leaves_nothing(finished, monkeypatch):
    from ElastixRegistrationLib.mrml.run import outputs

    def fail(*_):
        raise InputError("no Jacobian")

    monkeypatch.setattr(outputs, "write_jacobian_volume", fail)
    scene = finished[0].fixed.node.GetScene()
    before = scene.GetNumberOfNodes()
    with pytest.raises(InputError, match="no Jacobian"):
        apply_outputs(*finished, dict.fromkeys(OUTPUTS))
    assert scene.GetNumberOfNodes() == before


def test_landmarks_make_a_start(a_scene):
    lists = []
    points = np.array([[0.0, 0, 0], [30, 0, 0], [0, 40, 0], [0, 0, 20]])
    for shift in (np.zeros(3), SHIFT):
        lists.append(a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode"))
        for point in points + shift:
            lists[-1].AddControlPoint(*point)
    node = landmark_transform_node(*lists)
    matrix = vtk.vtkMatrix4x4()
    node.GetMatrixTransformToParent(matrix)
    assert [matrix.GetElement(row, 3) for row in range(3)] == pytest.approx(-SHIFT)
    lists[0].RemoveNthControlPoint(3)
    lists[1].RemoveNthControlPoint(3)
    landmark_transform_node(*lists)
    lists[0].RemoveNthControlPoint(2)
    lists[1].RemoveNthControlPoint(2)
    with pytest.raises(InputError, match="3 pairs of points; there are 2"):
        landmark_transform_node(*lists)


def test_the_background_in_words(a_volume_node, a_scene):
    assert "background" in background_text(a_volume_node(blobs((0, 0, 0))))
    assert "empty" in background_text(a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "nothing"))
