"""From Apply to the result: outputs, messages, failures."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import RegistrationError
from ElastixRegistrationLib.core.wording import Said
from support.panel import choose, shift_of, shown_table


@pytest.mark.parametrize("background", [True, False])
def test_apply_to_result(host, a_panel, a_pair, slicer, apply_and_wait, background):
    ui = a_panel.ui
    ui.inBackgroundCheckBox.checked = background
    apply_and_wait(a_panel)
    transform, volume = ui.outputTransformSelector.currentNode(), ui.outputVolumeSelector.currentNode()
    assert shift_of(transform) == pytest.approx([-6, 0, 0], abs=0.5)
    fixed, result = (slicer.util.arrayFromVolume(node).astype(float) for node in (a_pair[0], volume))
    assert np.abs(fixed - result).mean() < 10
    assert ui.verdictLabel.text.startswith("Better aligned")
    before, after = shown_table(ui.resultTable)["Correlation"]
    assert float(before) < 0.95 < float(after)
    assert a_panel.panel.run.plot.curve.count > 100
    assert "Done in" in ui.progressLabel.text
    assert "Resolution" in a_panel.panel.run.log.text
    # Threads starve while Qt's event loop idles. Pools that are waited for do not, in a run that the window waits for.
    left = {thread.name for thread in threading.enumerate()}
    assert host.threads == [] if background else left.isdisjoint(host.threads)


def test_figures_of_some_voxels_say_so(a_panel, a_pair, apply_and_wait, monkeypatch):
    monkeypatch.setattr("ElastixRegistrationLib.mrml.run.asynchronous.JUDGED_VOXELS", 1000)
    a_panel.ui.inBackgroundCheckBox.checked = False
    apply_and_wait(a_panel)
    table = a_panel.ui.resultTable
    assert all("one voxel in" in table.item(0, column).toolTip() for column in range(3))


def test_all_outputs(a_panel, a_pair, slicer, apply_and_wait):
    ui = a_panel.ui
    for name in ("Field", "Jacobian", "Inverse"):
        getattr(ui, f"output{name}CheckBox").click()
    apply_and_wait(a_panel)
    inverse = ui.outputInverseSelector.currentNode()
    assert shift_of(inverse) == pytest.approx([6, 0, 0], abs=0.5)
    field = ui.outputFieldSelector.currentNode()
    assert field.IsA("vtkMRMLGridTransformNode")
    moved = field.GetTransformFromParent().TransformPoint(30, 30, 30)
    linear = ui.outputTransformSelector.currentNode().GetTransformFromParent().TransformPoint(30, 30, 30)
    assert moved == pytest.approx(linear, abs=0.01)
    jacobian = slicer.util.arrayFromVolume(ui.outputJacobianSelector.currentNode())
    assert jacobian.shape == slicer.util.arrayFromVolume(a_pair[0]).shape
    assert jacobian[5:-5, 5:-5, 5:-5] == pytest.approx(1, abs=0.02)


def _shown_nodes(slicer):
    """IDs of what users see of a scene; the history keeps a hidden text of each run."""
    nodes = slicer.util.getNodesByClass("vtkMRMLNode")
    return {node.GetID() for node in nodes if not node.GetHideFromEditors()}


def test_the_second_run_writes_the_same_nodes(a_panel, slicer, apply_and_wait):
    apply_and_wait(a_panel)
    shown = _shown_nodes(slicer)
    apply_and_wait(a_panel)
    assert _shown_nodes(slicer) == shown


def test_a_failure_is_a_dialog_with_the_log_behind_it(host, a_panel, a_fake_run):
    handle = a_fake_run(a_panel)
    handle.log = "line one\nline two"
    handle.error = RegistrationError("Too few samples.", log=handle.log)
    handle.state = "failed"
    host.dialogs.expect("OK")
    host.waitUntil(lambda: a_panel.ui.applyButton.text == "Apply", 5)
    host.pump(0.1)
    (shown,) = host.dialogs.shown
    assert "Too few samples." in shown.text
    assert "line two" in shown.details
    assert "line two" in a_panel.panel.run.log.text


def test_a_failure_without_a_log_has_no_details(host, a_panel, a_fake_run):
    """Nothing, rather than the word None."""
    handle = a_fake_run(a_panel)
    handle.error, handle.state = RegistrationError("The worker ended."), "failed"
    host.dialogs.expect("OK")
    host.waitUntil(lambda: host.dialogs.shown, 5)
    assert host.dialogs.shown[0].details == ""


def test_what_the_scene_cannot_give_is_said_before_a_run(host, a_panel, a_volume, slicer, apply_and_wait):
    mask = a_volume("empty mask", node_class="vtkMRMLLabelMapVolumeNode")
    slicer.util.updateVolumeFromArray(mask, np.zeros((22, 24, 27), "int16"))
    a_panel.ui.fixedMaskSelector.setCurrentNode(mask)
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    host.dialogs.expect("OK")
    apply_and_wait(a_panel)
    assert "empty mask" in host.dialogs.shown[0].text
    assert a_panel.ui.progressLabel.text.startswith("Not started. ")
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes


def test_what_is_said_of_a_run_goes_when_the_choices_change(host, a_panel, a_volume, slicer, apply_and_wait):
    mask = a_volume("empty mask", node_class="vtkMRMLLabelMapVolumeNode")
    slicer.util.updateVolumeFromArray(mask, np.zeros((22, 24, 27), "int16"))
    ui = a_panel.ui
    ui.fixedMaskSelector.setCurrentNode(mask)
    host.dialogs.expect("OK")
    apply_and_wait(a_panel)
    assert ui.progressLabel.visible
    assert not ui.plotFrame.visible  # there is nothing to draw
    ui.fixedMaskSelector.setCurrentNode(None)
    assert not ui.progressLabel.visible


def test_another_scene_has_no_run_yet(host, a_panel, a_result, slicer, tmp_path):
    slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
    slicer.mrmlScene.Commit()
    ui = a_result().ui
    assert ui.progressLabel.visible
    host.closeScene()
    slicer.mrmlScene.Import()
    host.pump(0.1)
    assert not any(widget.visible for widget in (ui.progressLabel, ui.plotFrame, ui.progressBar))
    assert a_panel.panel.run.log.text == ""
    assert ui.resultTable.rowCount == 0


def test_a_result_is_shown_with_the_pair_and_set_that_it_is_of(host, a_panel, a_pair, a_volume, a_result):
    ui = a_result().ui
    third = a_volume("third", 3.0)
    assert ui.verdictLabel.text.startswith("Better aligned")
    ui.movingVolumeSelector.setCurrentNode(third)
    assert not ui.verdictLabel.text.startswith("Better aligned")
    assert not ui.resultTable.visible
    ui.movingVolumeSelector.setCurrentNode(a_pair[1])
    assert ui.verdictLabel.text.startswith("Better aligned")
    assert ui.revertButton.enabled
    first = a_panel.panel.choices.node
    ui.parameterSetSelector.addNode()
    assert not ui.verdictLabel.text.startswith("Better aligned")
    ui.parameterSetSelector.setCurrentNode(first)
    assert ui.verdictLabel.text.startswith("Better aligned")


@pytest.mark.parametrize("role", ["Jacobian", "Inverse", "Field"])
def test_an_output_that_would_overwrite_something_is_refused(host, a_panel, a_pair, slicer, apply_and_wait, role):
    """The fixed volume as Jacobian; the same transform twice; a transform above the fixed volume."""
    ui = a_panel.ui
    getattr(ui, f"output{role}CheckBox").click()
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "above")
    node = a_pair[0] if role == "Jacobian" else transform
    getattr(ui, f"output{role}Selector").setCurrentNode(node)
    if role == "Inverse":
        ui.outputTransformSelector.setCurrentNode(transform)
    if role == "Field":
        a_pair[0].SetAndObserveTransformNodeID(transform.GetID())
    host.dialogs.expect("OK")
    apply_and_wait(a_panel)
    assert node.GetName() in host.dialogs.shown[0].text
    assert slicer.util.arrayFromVolume(a_pair[0]).max() > 800


@pytest.mark.parametrize("pairing", ["label", "order"])
def test_landmarks_give_the_start_and_are_paired_as_chosen(a_panel, slicer, apply_and_wait, pairing):
    for name, shift in (("fixed", 0.0), ("moving", 6.0)):
        points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", f"{name} points")
        places = [(30, 30, 28, "a"), (48, 40, 36, "b"), (38, 44, 24, "c")]
        if name == "moving" and pairing == "label":
            places.reverse()
        for x, y, z, label in places:
            # In the same order, the labels of the moving points are wrong.
            points.AddControlPoint(x + shift, y, z, label if pairing == "label" or name == "fixed" else label.upper())
        getattr(a_panel.ui, f"{name}PointsSelector").setCurrentNode(points)
    choose(a_panel.ui.pairingSelector, pairing)
    choose(a_panel.ui.startSelector, "landmarks")
    apply_and_wait(a_panel)
    assert "3 pairs" in a_panel.ui.pairingMessageLabel.text
    before, after = shown_table(a_panel.ui.resultTable)["Landmark distance, mean (mm)"]
    assert float(before) == pytest.approx(6, abs=0.01)
    assert float(after) < 0.5


def test_the_modules_own_test_passes(host, open_panel, slicer):
    open_panel()
    slicer.selfTests["ElastixRegistration"](msec=0)


def test_what_automatic_found_and_chose_stays_beside_the_verdict(host, a_panel, a_pair, slicer, apply_and_wait):
    """Also that padding was replaced; translated; and gone with the result."""
    voxels = slicer.util.arrayFromVolume(a_pair[1])
    voxels[:, :2] = -2000
    slicer.util.arrayFromVolumeModified(a_pair[1])
    ui = a_panel.ui
    assert not ui.notesLabel.visible
    choose(ui.presetSelector, "automatic")
    ui.inBackgroundCheckBox.checked = True
    apply_and_wait(a_panel)
    notes = ui.notesLabel.text.splitlines()
    assert notes[0].startswith("Automatic: ")
    assert "nats" in notes[0]
    assert any("Padding -2000 of the moving image" in note for note in notes)
    run = a_panel.panel.result._run
    assert all(isinstance(note, Said) for note in run.notes)
    ui.revertButton.click()
    assert not ui.notesLabel.visible
