"""Clicks before a registration: defaults, each section, several parameter sets, and the scene around them."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.mrml.run.parameter_node import (
    ROLES,
    ParameterSet,
    parameter_nodes,
    registration_arguments,
)
from gui.clicks import choose

LIBRARY = Path(__file__).resolve().parents[2] / "ElastixRegistration"


def test_opens_with_two_volumes_a_preset_and_outputs_chosen(open_panel, a_pair):
    ui = open_panel().ui
    assert [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()] == list(a_pair)
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == RegistrationRequest().preset
    assert ui.outputVolumeCheckBox.checked
    assert ui.outputTransformCheckBox.checked
    assert (ui.applyButton.text, ui.applyButton.enabled) == ("Apply", True)


FIRST_OPENING = """
import sys
import SlicerHost

host = SlicerHost.install()
host.loadModule(sys.argv[1])
before = set(sys.modules)
panel = host.openModule("ElastixRegistration").panel
loaded = lambda: " ".join(sorted(set(sys.modules) - before))
print(loaded())
panel.ui.panelTabs.setCurrentIndex(2)
print(loaded())
"""


def test_the_first_opening_loads_what_it_shows_and_no_more():
    """itk, the run, the editor and the other tabs come when they are used. A process of its own has loaded nothing."""
    paths = [str(LIBRARY), str(LIBRARY.parent / "Testing")]
    opened = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path[:0] = {paths!r}\n{FIRST_OPENING}",
            LIBRARY / f"{LIBRARY.name}.py",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = (line.split() for line in opened.stdout.splitlines())
    ours = [name.removeprefix("ElastixRegistrationLib.") for name in first if name.startswith("ElastixRegistrationLib")]
    late = (
        "batch", "worker", "core.registration.register", "core.transforms", "core.images.background",
        "core.elastix.run", "core.quality.assessment", "gui.comparing.compare_window", "gui.comparing.tune_window",
        "gui.multi_image.section", "gui.preset_editor.editor", "gui.reveal_cursor",
        "gui.sections.transform",
    )  # fmt: skip
    assert [name for name in ours if name.startswith(late)] == []
    assert [name for name in first if name.split(".")[0] in ("itk", "scipy", "pandas", "SimpleITK")] == []
    assert len(ours) < 92
    assert "ElastixRegistrationLib.gui.multi_image.section" in second


def test_the_button_says_what_is_missing(open_panel, a_volume, host):
    ui = open_panel().ui
    assert ui.applyButton.text == "Choose a fixed volume"
    assert not ui.applyButton.enabled
    first = a_volume("first")
    ui.fixedVolumeSelector.setCurrentNode(first)
    assert ui.applyButton.text == "Choose a moving volume"
    ui.movingVolumeSelector.setCurrentNode(first)
    assert ui.applyButton.text == "Fixed and moving volume are the same"
    ui.movingVolumeSelector.setCurrentNode(a_volume("second"))
    assert ui.applyButton.text == "Apply"
    ui.outputVolumeCheckBox.click()
    ui.outputTransformCheckBox.click()
    assert ui.applyButton.text == "Choose an output"


def test_volumes_that_come_while_the_panel_is_open_are_chosen(open_panel, a_volume, host):
    """The last two, each once, and none in place of what the user has chosen."""
    ui = open_panel().ui

    def chosen():
        return [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()]

    first = a_volume("first")
    host.pump(0.4)
    assert chosen() == [first, None]
    second = a_volume("second")
    a_volume("labels", node_class="vtkMRMLLabelMapVolumeNode")
    host.pump(0.4)
    assert chosen() == [first, second]
    assert ui.applyButton.text == "Apply"
    third = a_volume("third")
    host.pump(0.4)
    assert chosen() == [first, second]
    for selector in (ui.fixedVolumeSelector, ui.movingVolumeSelector):
        selector.setCurrentNode(None)
    host.pump(0.4)
    assert chosen() == [None, None]
    fourth = a_volume("fourth")
    host.pump(0.4)
    assert chosen() == [third, fourth]


def test_the_last_two_of_many_that_come_at_once(open_panel, a_volume, host):
    ui = open_panel().ui
    volumes = [a_volume(f"series {n}") for n in range(4)]
    host.pump(0.4)
    assert [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()] == volumes[2:]


def test_swap_takes_masks_and_points_along(open_panel, a_pair, a_volume, slicer):
    fixed, moving = a_pair
    mask = a_volume("mask", node_class="vtkMRMLLabelMapVolumeNode")
    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "points")
    ui = open_panel().ui
    ui.fixedMaskSelector.setCurrentNode(mask)
    ui.slidingMaskSelector.setCurrentNode(mask)
    ui.movingPointsSelector.setCurrentNode(points)
    ui.swapButton.click()
    assert (ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()) == (moving, fixed)
    assert (ui.fixedMaskSelector.currentNode(), ui.movingMaskSelector.currentNode()) == (None, mask)
    assert (ui.fixedPointsSelector.currentNode(), ui.movingPointsSelector.currentNode()) == (points, None)
    assert ui.slidingMaskSelector.currentNode() is None  # it is drawn on the former fixed volume


def test_filters_shorten_the_list_but_keep_the_chosen_preset(open_panel, a_pair):
    ui = open_panel().ui
    everything = ui.presetSelector.count
    choose(ui.presetSelector, "rigid")
    assert not ui.presetSearchBox.visible
    ui.findPresetButton.click()
    assert ui.presetSearchBox.visible
    choose(ui.anatomyFilter, "lung")
    ui.presetSearchBox.text = "lung"
    assert ui.presetSelector.count < everything
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == "rigid"
    ui.presetSearchBox.text = ""
    choose(ui.anatomyFilter, "")
    assert ui.presetSelector.count == everything
    choose(ui.anatomyFilter, "lung")
    ui.findPresetButton.click()
    assert ui.presetSelector.count == everything  # nothing is hidden by what is not seen


def test_a_preset_is_described_with_citation_stages_and_time(open_panel, a_pair):
    ui = open_panel().ui
    choose(ui.presetSelector, "rigid")
    assert ui.presetDescriptionLabel.text.startswith("Rotation and translation only")
    assert "https://doi.org/" in ui.presetReferenceLabel.text
    assert ui.presetReferenceLabel.openExternalLinks
    assert ui.presetStagesLabel.text.startswith("1. rigid, mutual information")
    assert " s for these two volumes" in ui.presetAccuracyLabel.text


def test_memory_is_told_before_apply_where_it_is_much(open_panel, a_pair, monkeypatch):
    ui = open_panel().ui
    assert "memory" not in ui.presetAccuracyLabel.text
    monkeypatch.setattr("ElastixRegistrationLib.gui.sections.preset.WORTH_TELLING", 1e6)
    choose(ui.presetSelector, "rigid")
    assert re.search(r"About \d+ s and 0\.\d GB of memory for these two volumes\.", ui.presetAccuracyLabel.text)


def test_how_exact_a_preset_is_stands_where_it_is_chosen(open_panel, a_pair):
    ui = open_panel().ui
    choose(ui.presetSelector, "ct-lung")
    assert "1.34 mm" in ui.presetAccuracyLabel.text
    choose(ui.presetSelector, "pet-ct")
    assert ui.presetAccuracyLabel.text.startswith("Not validated.")


def test_background_and_padding_are_shown_before_a_run(open_panel, a_pair, host, slicer):
    import numpy as np

    rng = np.random.default_rng(3)
    voxels = rng.normal(-1000, 15, (22, 24, 27)).astype("int16")
    voxels[6:16, 6:18, 6:20] = rng.normal(60, 20, (10, 12, 14))
    voxels[:, :3] = -2048
    slicer.util.updateVolumeFromArray(a_pair[1], voxels)
    ui = open_panel().ui
    ui.outputsCollapsibleButton.collapsed = False
    host.waitUntil(lambda: "-2048" in ui.backgroundMessageLabel.text, 5)
    assert "%" in ui.backgroundMessageLabel.text
    choose(ui.backgroundSelector, "value")
    assert ui.backgroundSpinBox.visible
    assert not ui.backgroundMessageLabel.visible


def test_segments_are_offered_for_a_segmentation_only(open_panel, a_pair, slicer):
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "organs")
    ids = [segmentation.GetSegmentation().AddEmptySegment(name, name) for name in ("liver", "spleen")]
    widget = open_panel()
    ui = widget.ui
    ui.masksCollapsibleButton.collapsed = False
    assert not ui.fixedSegmentSelector.visible
    ui.fixedMaskSelector.setCurrentNode(segmentation)
    assert ui.fixedSegmentSelector.visible
    ui.fixedSegmentSelector.setSelectedSegmentIDs(ids[1:])
    assert widget.panel.choices.segments("fixed") == ids[1:]
    ui.fixedMaskSelector.setCurrentNode(None)
    assert widget.panel.choices.segments("fixed") is None


def test_what_slides_is_chosen_by_segments_and_named_in_the_header(open_panel, a_pair, slicer):
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "organs")
    ids = [segmentation.GetSegmentation().AddEmptySegment(name, name) for name in ("liver", "ribs")]
    widget = open_panel()
    ui = widget.ui
    ui.masksCollapsibleButton.collapsed = False
    assert not ui.slidingSegmentSelector.visible
    ui.slidingMaskSelector.setCurrentNode(segmentation)
    assert ui.slidingSegmentSelector.visible
    ui.slidingSegmentSelector.setSelectedSegmentIDs(ids[:1])
    arguments = registration_arguments(widget.panel.choices)
    assert arguments["slidingMaskNode"] is segmentation
    assert arguments["slidingSegments"] == ids[:1]
    masks = next(section for section in widget.panel.sections if type(section).__name__ == "MasksSection")
    assert masks.summary() == "what slides"


def test_point_lists_say_whether_they_make_pairs(open_panel, a_pair, slicer):
    lists = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name) for name in ("a", "b")]
    for node in lists:
        node.AddControlPoint(0, 0, 0, "tip")
    lists[0].AddControlPoint(5, 0, 0, "base")
    ui = open_panel().ui
    ui.fixedPointsSelector.setCurrentNode(lists[0])
    assert ui.applyButton.text == "Choose both point lists, or none"
    ui.movingPointsSelector.setCurrentNode(lists[1])
    assert "base" in ui.pairingMessageLabel.text
    lists[1].AddControlPoint(6, 0, 0, "base")
    assert ui.pairingMessageLabel.text == "2 pairs of points."  # while the points are placed
    lists[1].RemoveNthControlPoint(1)
    assert "base" in ui.pairingMessageLabel.text
    lists[1].AddControlPoint(6, 0, 0, "bottom")
    choose(ui.pairingSelector, "order")
    assert ui.pairingMessageLabel.text == "2 pairs of points."
    choose(ui.pairingSelector, "label")
    assert "bottom" in ui.pairingMessageLabel.text


def test_landmarks_are_asked_for_by_presets_that_need_them(host, open_panel, a_pair, slicer):
    ui = open_panel().ui
    choose(ui.presetSelector, "landmarks")
    assert "This preset needs landmarks." in ui.presetProblemsLabel.text
    assert (ui.applyButton.text, ui.applyButton.enabled) == ("Choose the landmarks that the preset needs", False)
    for side in ("fixed", "moving"):
        points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", side)
        points.AddControlPoint(1, 2, 3)
        getattr(ui, f"{side}PointsSelector").setCurrentNode(points)
    assert (ui.applyButton.text, ui.presetProblemsLabel.text) == ("Apply", "")
    choose(ui.presetSelector, "translation")
    assert "does not use the landmarks" in ui.presetProblemsLabel.text
    choose(ui.startSelector, "landmarks")
    assert ui.presetProblemsLabel.text == ""
    choose(ui.startSelector, "preset")
    host.find("landmarkWeightControl").value = 0.5
    assert (ui.applyButton.text, ui.presetProblemsLabel.text) == ("Apply", "")


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
            ("slides", "Segmentation"),
        )
    }  # fmt: skip
    widget = open_panel()
    ui = widget.ui
    for role, name in zip(ROLES, ("one", "two", "mask", "organs", "slides", "a", "b", "rough", "result",
                                  "aligned", "field", "Jacobian", "back"), strict=True):  # fmt: skip
        getattr(ui, f"{role}Selector").setCurrentNode(nodes[name])
    widget.panel.choices.set_segments("moving", ["liver"])
    widget.panel.choices.set_segments("sliding", ["lung"])
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


def test_a_preset_of_another_version_is_named(open_panel, a_pair):
    widget = open_panel()
    widget.panel.choices.node.SetParameter("preset", "from-the-future")
    assert "from-the-future" in widget.ui.presetDescriptionLabel.text
    assert widget.ui.applyButton.text == "Choose a preset"


def test_a_deleted_input_is_asked_for_again(open_panel, a_pair, slicer):
    ui = open_panel().ui
    slicer.mrmlScene.RemoveNode(a_pair[0])
    assert ui.applyButton.text == "Choose a fixed volume"


def test_a_node_that_goes_while_another_one_goes_makes_no_choice(open_panel, a_pair, a_volume, slicer):
    """Other modules remove what belongs to a node before it is gone."""
    panel = open_panel().panel
    other, helper = a_volume("other"), a_volume("helper")
    scene, rest = slicer.mrmlScene, [helper]

    def remove(caller, event):
        if rest:
            scene.RemoveNode(rest.pop())

    tag = scene.AddObserver(scene.NodeAboutToBeRemovedEvent, remove, 5.0)  # after the panel, before its selectors
    scene.RemoveNode(a_pair[0])
    scene.RemoveObserver(tag)
    assert panel.choices.reference("fixedVolume") is None
    panel.ui.fixedVolumeSelector.setCurrentNode(other)
    assert panel.choices.reference("fixedVolume") is other


def test_a_deleted_parameter_set_is_asked_for(open_panel, a_pair, slicer):
    widget = open_panel()
    slicer.mrmlScene.RemoveNode(widget.panel.choices.node)
    assert widget.ui.applyButton.text == "Choose a parameter set"
    widget.ui.parameterSetSelector.addNode()
    assert ParameterSet(widget.panel.choices.node).settings == RegistrationRequest()


def test_long_names_do_not_widen_the_panel(open_panel, a_pair, host):
    widget = open_panel()
    root = widget.ui.applyButton.parent()
    before = root.minimumSizeHint.width()
    a_pair[0].SetName("a very long name of a volume " * 20)
    host.pump(0.05)
    assert root.minimumSizeHint.width() <= before + 5


def test_every_control_has_a_tool_tip():
    tree = ElementTree.parse(LIBRARY / "Resources" / "UI" / "ElastixRegistration.ui")
    controls = [widget for widget in tree.iter("widget") if widget.get("class") not in ("qMRMLWidget", "QWidget")]
    assert len(controls) > 60
    bare = [
        widget.get("name")
        for widget in controls
        if not any(prop.get("name") == "toolTip" for prop in widget.findall("property"))
        and not (widget.get("class") == "QLabel" and widget.get("name").endswith("Label"))
        and not (widget.get("class") == "QFrame" and widget.get("name").endswith("Frame"))
    ]
    assert not bare


def test_the_tab_key_goes_through_the_panel_in_reading_order(open_panel, a_pair, host, qt):
    ui = open_panel().ui
    for name in ("masks", "start", "outputs", "preset", "advanced", "result"):
        getattr(ui, f"{name}CollapsibleButton").collapsed = False
    ui.findPresetButton.click()
    ui.applyButton.window().activateWindow()
    ui.fixedVolumeSelector.setFocus()
    assert host.waitUntil(qt.QApplication.focusWidget, 2)
    reached = []
    for _ in range(60):
        inner = qt.QApplication.focusWidget()
        assert inner is not None, f"the focus was lost after {reached[-1:]}"
        control = inner
        while control and (control.name.startswith("qt_") or control.name not in vars(ui)):
            control = control.parent()
        isPlace = not control or control.name.endswith(("Frame", "Contents", "Tabs", "ElastixRegistration"))
        if not isPlace and control.name not in reached:
            reached.append(control.name)
        qt.QApplication.sendEvent(inner, qt.QKeyEvent(qt.QEvent.KeyPress, qt.Qt.Key_Tab, qt.Qt.NoModifier))
        host.pump()
    reached = [name for name in reached if name != "swapButton"]  # beside both volumes
    places = {}
    for name in reached:
        control = getattr(ui, name)
        corner = control.mapTo(ui.applyButton.parent(), control.rect.topLeft())
        places[name] = (corner.y() // 12, corner.x())
    assert sorted(places, key=places.get) == reached
    assert {"fixedVolumeSelector", "presetSelector", "pairingSelector", "applyButton", "seedSpinBox"} <= set(reached)


def test_two_hundred_nodes_do_not_slow_the_panel(open_panel, a_pair, slicer, host):
    import time

    widget = open_panel()
    start = time.process_time()  # not the time of other processes on a busy machine
    for number in range(200):
        slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", f"volume {number}")
    host.pump()
    each = (time.process_time() - start) / 200
    start = time.process_time()
    choose(widget.ui.presetSelector, "rigid")
    assert time.process_time() - start < 0.3
    assert each < 0.05


def test_reload_keeps_the_choices_and_connects_once(open_panel, a_pair, host, slicer):
    widget = open_panel()
    choose(widget.ui.presetSelector, "rigid")
    slicer.util.reloadScriptedModule("ElastixRegistration")
    host.pump()
    again = slicer.modules.ElastixRegistrationWidget
    assert again is not widget
    assert again.ui.presetSelector.itemData(again.ui.presetSelector.currentIndex) == "rigid"
    assert len(parameter_nodes(slicer.mrmlScene)) == 1
