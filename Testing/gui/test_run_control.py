"""A run that is canceled, whose inputs go, or that ends after its panel."""

from __future__ import annotations

import time

import pytest
from ElastixRegistrationLib.mrml.run.parameter_node import ParameterSet
from PySide6.QtWidgets import QLabel
from support.panel import MODULE_FILE, choose, shift_of


def test_progress_while_it_runs_and_cancel(host, a_panel, a_fake_run, slicer):
    ui = a_panel.ui
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    handle = a_fake_run(a_panel)
    assert ui.applyButton.text == "Cancel"
    handle.advance()
    host.waitUntil(lambda: ui.progressBar.value == 300, 2)
    assert "Stage 1 of 2" in ui.progressLabel.text
    assert "iteration 11 of 250" in ui.progressLabel.text
    assert "about 10 s left" in ui.progressLabel.text
    assert a_panel.panel.run.plot.curve.count == 11
    ui.applyButton.click()
    assert handle.state == "cancelled"
    assert ui.applyButton.text == "Apply"
    assert "Canceled" in ui.progressLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("when", ["before elastix", "in elastix"])
def test_an_input_deleted_in_the_middle_cancels(host, a_panel, a_pair, a_fake_run, slicer, which, when):
    handle = a_fake_run(a_panel, start=when == "in elastix")
    if when == "before elastix":
        a_panel.ui.applyButton.click()
    slicer.mrmlScene.RemoveNode(a_pair[which])
    assert handle.state == ("cancelled" if when == "in elastix" else "running")
    assert f"{a_pair[which].GetName()} was removed" in a_panel.ui.progressLabel.text
    assert "volume" in a_panel.ui.applyButton.text
    host.pump(0.2)
    assert handle.job is None or when == "in elastix"


def test_a_mask_deleted_in_the_middle_does_not_matter(host, a_panel, a_volume, a_fake_run, slicer):
    mask = a_volume("mask", node_class="vtkMRMLLabelMapVolumeNode")
    a_panel.ui.fixedMaskSelector.setCurrentNode(mask)
    handle = a_fake_run(a_panel)
    slicer.mrmlScene.RemoveNode(mask)
    assert handle.state == "running"


def test_closing_the_scene_in_the_middle_cancels(host, a_panel, a_fake_run, slicer):
    handle = a_fake_run(a_panel)
    host.closeScene()
    assert handle.state == "cancelled"
    assert a_panel.ui.applyButton.text == "Choose a fixed volume"
    assert "scene was closed" in a_panel.ui.progressLabel.text


def test_reload_and_quit_in_the_middle_cancel(host, a_panel, a_fake_run, slicer):
    handle = a_fake_run(a_panel)
    slicer.util.reloadScriptedModule("ElastixRegistration")
    assert handle.state == "cancelled"
    again = slicer.modules.ElastixRegistrationWidget
    second = a_fake_run(again)
    host.unloadModule("ElastixRegistration")
    assert second.state == "cancelled"


def test_a_result_belongs_to_the_set_that_asked_for_it(host, a_panel, a_fake_run, a_real_handle, slicer):
    """The user goes on with another parameter set, and deletes the first one, while elastix runs."""
    ui = a_panel.ui
    first = a_panel.panel.choices.node
    handle = a_fake_run(a_panel)
    second = ui.parameterSetSelector.addNode()
    assert ui.applyButton.text == "Cancel"
    for name in ("result", "progress", "iterations", "log"):
        setattr(handle, name, getattr(a_real_handle, name))
    host.waitUntil(lambda: ui.applyButton.text == "Apply", 10)
    assert ParameterSet(first).reference("outputVolume").GetName() == "moving registered to fixed"
    assert ParameterSet(second).reference("outputVolume") is None
    handle = a_fake_run(a_panel)
    slicer.mrmlScene.RemoveNode(second)
    assert handle.state == "running"
    ui.applyButton.click()
    assert handle.state == "cancelled"


def test_cancel_of_a_real_run(host, a_panel, slicer, apply_and_wait, a_ready_worker):
    """In the middle of elastix: at once, the scene as it was, and the next run works."""
    ui = a_panel.ui
    ui.inBackgroundCheckBox.checked = True
    a_ready_worker(a_panel)
    choose(ui.presetSelector, "deformable")
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    ui.applyButton.click()
    host.waitUntil(lambda: ui.progressBar.value > 20, 30)
    assert "Resolution: 0" in a_panel.panel.run.log.text  # it comes while it runs
    a_panel.ui.showLogButton.click()
    assert a_panel.panel.run.log.ui.copyLogButton.enabled
    assert "Resolution: 0" in a_panel.panel.run.log.ui.logText.plainText
    start = time.perf_counter()
    ui.applyButton.click()
    assert time.perf_counter() - start < 1
    assert ui.applyButton.text == "Apply"
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes
    assert "Resolution" in a_panel.panel.run.log.text
    choose(ui.presetSelector, "translation")
    apply_and_wait(a_panel)
    assert ui.verdictLabel.text.startswith("Better aligned")


def test_scripts_can_start_it_in_the_background(a_panel, a_pair, slicer, a_ready_worker):
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "found")
    a_ready_worker(a_panel)
    handle = a_panel.logic.startRegistration(*a_pair, outputTransformNode=transform, preset="translation", seed=1)
    outcome = handle.wait(60)
    assert outcome.transform_node is transform
    assert shift_of(transform) == pytest.approx([-6, 0, 0], abs=0.5)


@pytest.mark.parametrize("fails", ["PresetSection", "RegistrationPanel._watch", "MasksSection._show"])
def test_a_set_up_that_fails_can_be_left_and_closed(host, slicer, monkeypatch, fails):
    """And says what failed, where the panel would be."""

    def fail(*arguments, **options):
        raise KeyError("no such widget")

    name, _, method = fails.partition(".")
    where = {"MasksSection": "sections.masks"}.get(name, "panel")
    target = f"ElastixRegistrationLib.gui.{where}.{name}"
    monkeypatch.setattr(f"{target}.{method}" if method else target, fail)
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "volume")
    host.loadModule(MODULE_FILE)
    if fails == "MasksSection._show":  # fails when it is entered, as there is no parameter set before
        with pytest.raises(KeyError):
            host.openModule("ElastixRegistration")
    else:
        with pytest.raises(KeyError):
            host.openModule("ElastixRegistration")
        label = host.mainWindow.panel.widget().findChildren(QLabel)[-1]
        assert "no such widget" in label.text()
        assert label.isVisible()
    host.errors.clear()
    host.leaveModule()
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "another")
    host.closeScene()
    host.unloadModule("ElastixRegistration")
    host.pump(0.3)
    if fails == "MasksSection._show":
        host.errors.clear()
    assert host.errors == []
