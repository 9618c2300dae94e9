"""Choices are kept in parameter nodes: saved, loaded, undone, one set beside another."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.mrml.run.parameter_node import (
    ROLES,
    ParameterSet,
    parameter_nodes,
)
from support.panel import choose


def test_every_choice_reaches_the_parameter_node(open_panel, a_pair, slicer):
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "rough")
    widget = open_panel()
    ui = widget.ui
    choose(ui.startSelector, "transform")
    assert ui.applyButton.text == "Choose the transform to start from"
    ui.initialTransformSelector.setCurrentNode(transform)
    choose(ui.presetSelector, "rigid")
    choose(ui.interpolationSelector, "bspline")
    choose(ui.backgroundSelector, "value")
    ui.backgroundSpinBox.setValue(-7.5)
    choose(ui.fieldKindSelector, "volume")
    ui.outputJacobianCheckBox.click()
    ui.threadsSpinBox.value = 2
    ui.seedSpinBox.value = 11
    ui.inBackgroundCheckBox.click()
    ui.saveFolderEdit.setCurrentPath("/somewhere")
    widget.panel.run.log.open()
    choose(widget.panel.run.log.ui.logDetailSelector, "all")
    choices = widget.panel.choices
    assert choices.settings == RegistrationRequest(
        preset="rigid", interpolation="bspline", background=-7.5, threads=2, seed=11
    )
    assert choices.reference("initialTransform") is transform
    assert choices.wants("outputJacobian")
    kept = [choices.value(name) for name in ("start", "fieldKind", "inBackground", "saveFolder", "logDetail")]
    assert kept == ["transform", "volume", False, "/somewhere", "all"]


@pytest.mark.parametrize(("start", "initialization"), [("geometry", "geometry"), ("none", "none"), ("preset", None)])
def test_start_positions(open_panel, a_pair, start, initialization):
    widget = open_panel()
    choose(widget.ui.startSelector, "mass")
    choose(widget.ui.startSelector, start)
    assert widget.panel.choices.settings.initialization == initialization


def test_two_parameter_sets_side_by_side(open_panel, a_pair, slicer):
    widget = open_panel()
    ui = widget.ui
    choose(ui.presetSelector, "rigid")
    first = ui.parameterSetSelector.currentNode()
    second = ui.parameterSetSelector.addNode()
    assert second is not first
    assert ui.parameterSetSelector.currentNode() is second
    assert [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()] == list(a_pair)
    ui.movingVolumeSelector.setCurrentNode(a_pair[0])
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == RegistrationRequest().preset
    ui.parameterSetSelector.setCurrentNode(first)
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == "rigid"
    assert ui.movingVolumeSelector.currentNode() is a_pair[1]


def all_choices(panel):
    """Everything of the parameter set, nodes by their names."""
    choices = panel.choices
    nodes = {role: getattr(choices.reference(role), "GetName", lambda: None)() for role in ROLES}
    return nodes, {name: choices.node.GetParameter(name) for name in choices.node.GetParameterNames()}


def test_all_choices_survive_saving_closing_and_loading(open_panel, host, slicer, tmp_path):
    """Of nodes that a scene file holds all of: transforms, points, models, no voxels."""
    nodes = {
        name: slicer.mrmlScene.AddNewNodeByClass(f"vtkMRML{kind}Node", name)
        for name, kind in (
            ("rough", "LinearTransform"), ("aligned", "LinearTransform"), ("field", "GridTransform"),
            ("back", "LinearTransform"), ("a", "MarkupsFiducial"), ("b", "MarkupsFiducial"),
            ("Jacobian", "ScalarVolume"), ("one", "ScalarVolume"), ("two", "ScalarVolume"),
            ("mask", "LabelMapVolume"), ("organs", "Segmentation"), ("result", "ScalarVolume"),
            ("slides", "Segmentation"), ("slid", "Segmentation"),
        )
    }  # fmt: skip
    widget = open_panel()
    ui = widget.ui
    for role, name in zip(ROLES, ("one", "two", "mask", "organs", "slides", "slid", "a", "b", "rough",
                                  "result", "aligned", "field", "Jacobian", "back"), strict=True):  # fmt: skip
        getattr(ui, f"{role}Selector").setCurrentNode(nodes[name])
    widget.panel.choices.set_segments("moving", ["liver"])
    widget.panel.choices.set_segments("sliding", ["lung"])
    widget.panel.choices.set_segments("movingSliding", ["lung later"])
    for box in (ui.outputFieldCheckBox, ui.outputJacobianCheckBox, ui.outputInverseCheckBox, ui.outputVolumeCheckBox):
        box.click()
    choose(ui.presetSelector, "rigid")
    choose(ui.startSelector, "transform")
    choose(ui.pairingSelector, "order")
    choose(ui.fieldKindSelector, "volume")
    choose(ui.interpolationSelector, "nearest")
    choose(ui.backgroundSelector, "value")
    ui.backgroundSpinBox.setValue(-7.5)
    ui.threadsSpinBox.value = 2
    ui.seedSpinBox.value = 5
    ui.inBackgroundCheckBox.click()
    widget.panel.run.log.open()
    choose(widget.panel.run.log.ui.logDetailSelector, "all")
    ui.saveFolderEdit.setCurrentPath("/somewhere")
    before = all_choices(widget.panel)
    assert None not in before[0].values()

    slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
    slicer.mrmlScene.Commit()
    host.closeScene()
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == RegistrationRequest().preset
    assert ui.seedSpinBox.value == -1
    slicer.mrmlScene.Import()
    host.pump(0.05)
    assert len(parameter_nodes(slicer.mrmlScene)) == 1
    assert all_choices(widget.panel) == before
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == "rigid"
    shown = {role: getattr(ui, f"{role}Selector").currentNode().GetName() for role in ROLES}
    assert shown == before[0]
    assert ui.seedSpinBox.value == 5
    assert ui.backgroundSpinBox.value == -7.5
    assert ui.saveFolderEdit.currentPath == "/somewhere"
    assert not ui.inBackgroundCheckBox.checked


def test_undo_and_redo_leave_the_panel_consistent(open_panel, a_pair, slicer):
    scene = slicer.mrmlScene
    scene.SetUndoOn()
    try:
        widget = open_panel()
        ui = widget.ui
        scene.SaveStateForUndo()
        choose(ui.presetSelector, "rigid")
        scene.Undo()
        assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == RegistrationRequest().preset
        scene.Redo()
        assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == "rigid"
        assert widget.panel.choices.settings.preset == "rigid"
        scene.SaveStateForUndo()
        ui.movingVolumeSelector.setCurrentNode(None)
        assert ui.applyButton.text == "Choose a moving volume"
        scene.Undo()
        assert ui.movingVolumeSelector.currentNode() is a_pair[1]
        assert ui.applyButton.text == "Apply"
        scene.Redo()
        assert ui.movingVolumeSelector.currentNode() is None
        assert ui.applyButton.text == "Choose a moving volume"
    finally:
        scene.SetUndoOff()


def test_a_set_that_makes_no_sense_gets_the_defaults(open_panel, a_pair, caplog):
    widget = open_panel()
    widget.panel.choices.node.SetParameter("interpolation", "magic")
    assert widget.panel.choices.settings == RegistrationRequest()
    assert "magic" in caplog.text


def test_a_deleted_parameter_set_is_asked_for(open_panel, a_pair, slicer):
    widget = open_panel()
    slicer.mrmlScene.RemoveNode(widget.panel.choices.node)
    assert widget.ui.applyButton.text == "Choose a parameter set"
    widget.ui.parameterSetSelector.addNode()
    assert ParameterSet(widget.panel.choices.node).settings == RegistrationRequest()
