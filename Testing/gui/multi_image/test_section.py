"""The section Many images as a user works with it: sequences, groups and cohorts, with real runs."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import psutil
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.mrml.run.parameter_node import GROUP_VOLUMES, ParameterSet
from support.panel import MODULE_FILE, blobs_volume, choose, shift_of

SHIFTS = (0.0, 3.0, 6.0, 3.0)
SMALL = (16, 18, 20)


def a_blobs_sequence(slicer, shifts, name="cine"):
    """A sequence node of volumes at 0, 40, 80 ms ..."""
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("ms")
    for number, shift in enumerate(shifts):
        node = blobs_volume("frame", shift)
        sequence.SetDataNodeAtValue(node, str(40 * number))
        slicer.mrmlScene.RemoveNode(node)
    return sequence


@pytest.fixture
def sequence(slicer):
    return a_blobs_sequence(slicer, SHIFTS)


@pytest.fixture
def section(open_panel):
    """Opened, with the quickest preset and a seed."""
    widget = open_panel()
    choose(widget.ui.presetSelector, "translation")
    widget.ui.seedSpinBox.value = 1
    widget.panel._warmUpTimer.stop()  # whose process is none of those that runs start
    widget.ui.panelTabs.setCurrentIndex(2)
    return widget.panel.many


def take(section, kind):
    section.ui.manyTabs.setCurrentIndex(("sequence", "group", "cohort").index(kind))
    return section.ui


def finish(host, section, timeout=90):
    host.waitUntil(lambda: not section.control.isRunning, timeout)
    return section.ui.manyMessageLabel.text


def one_at_a_time(section):
    """With more threads than there are cores, so that there is time to cancel."""
    section.choices.set_settings(section.choices.settings.__class__(preset="translation", threads=64, seed=1))


def shifts_in(transforms):
    """To the right, mm, of what lies under the transform of each frame."""
    return [shift_of(transforms.GetNthDataNode(n))[0] for n in range(transforms.GetNumberOfDataNodes())]


def test_a_sequence_is_registered_with_a_chosen_frame(section, sequence, host, slicer):
    ui = take(section, "sequence")
    assert ui.manyRunButton.text == "Choose a sequence"
    assert not ui.manyRunButton.enabled
    ui.sequenceSelector.setCurrentNode(sequence)
    assert (ui.lastFrameSpinBox.value, ui.lastFrameSpinBox.maximum) == (4, 4)
    ui.referenceFrameSpinBox.value = 4
    assert ui.referenceFrameSpinBox.suffix == "  (time 120 ms)"
    ui.lastFrameSpinBox.value = 3
    assert ui.manyRunButton.text == "Choose a reference within the frames"
    ui.referenceFrameSpinBox.value = 2
    assert ui.manyRunButton.text == "Register the sequence"
    assert not ui.outputSegmentationSequenceSelector.visible
    drawn = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "heart")
    drawn.CreateDefaultDisplayNodes()
    labels = slicer.util.addVolumeFromArray(
        (slicer.util.arrayFromVolume(sequence.GetNthDataNode(1)) > 250).astype(np.uint8),
        nodeClassName="vtkMRMLLabelMapVolumeNode",
    )
    labels.CopyOrientation(sequence.GetNthDataNode(1))
    slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labels, drawn)
    slicer.mrmlScene.RemoveNode(labels)
    ui.sequenceSegmentationSelector.setCurrentNode(drawn)
    assert ui.outputSegmentationSequenceSelector.visible
    with host.measureGaps() as gaps:
        ui.manyRunButton.click()
        assert ui.manyRunButton.text == "Cancel"
        assert not ui.manyTabs.enabled
        message = finish(host, section)
    assert gaps.longestOwn < 300
    assert message.startswith("2 frames were registered, in step with the input: cine registered, cine transforms, ")
    volumes, transforms, segmentations = (
        getattr(ui, f"output{kind}SequenceSelector").currentNode() for kind in ("", "Transform", "Segmentation")
    )
    assert shifts_in(transforms) == pytest.approx([3, 0, -3], abs=0.5)
    assert [volumes.GetNthIndexValue(n) for n in range(3)] == ["0", "40", "80"]
    heart = segmentations.GetNthDataNode(2).GetSegmentation().GetNthSegment(0)
    here = slicer.vtkOrientedImageData()
    here.DeepCopy(heart.GetRepresentation("Binary labelmap"))
    assert here.GetScalarRange()[1] == 1
    # The browser that was made shows what is chosen in it; the next run writes into the same nodes.
    browser = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    assert browser.IsSynchronizedSequenceNode(volumes)
    browser.SetSelectedItemNumber(2)
    ui.shownFrameButton.click()
    assert ui.referenceFrameSpinBox.value == 3
    count = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSequenceNode")
    ui.manyRunButton.click()
    finish(host, section)
    assert shifts_in(transforms) == pytest.approx([6, 3, 0], abs=0.5)
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSequenceNode") == count


def test_cancel_keeps_the_frames_that_are_finished(section, host, slicer):
    sequence = a_blobs_sequence(slicer, np.linspace(0, 6, 8))
    one_at_a_time(section)
    ui = take(section, "sequence")
    ui.sequenceSelector.setCurrentNode(sequence)
    ui.manyRunButton.click()
    host.waitUntil(lambda: ui.manyMessageLabel.text[:1] in tuple("123"), 60)
    assert ui.manyProgressBar.visible
    ui.manyRunButton.click()
    message = finish(host, section)
    assert message.startswith("Canceled. ")
    finished = int(message.split()[1])
    assert 1 <= finished < 7
    assert ui.outputTransformSequenceSelector.currentNode().GetNumberOfDataNodes() == finished + 1
    assert ui.manyRunButton.text == "Register the sequence"
    assert not ui.manyProgressBar.visible


def test_a_sequence_cancelled_with_nothing_to_keep_leaves_the_scene_as_it_was(section, host, slicer):
    """What was found between other frames does not lead to the reference, which is constant."""
    sequence = a_blobs_sequence(slicer, np.linspace(0, 6, 8))
    slicer.util.arrayFromVolume(sequence.GetNthDataNode(0))[:] = 0
    one_at_a_time(section)
    ui = take(section, "sequence")
    ui.sequenceSelector.setCurrentNode(sequence)
    choose(ui.waySelector, "neighbors")
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    ui.manyRunButton.click()
    host.waitUntil(lambda: ui.manyMessageLabel.text[:1] in tuple("234"), 60)
    ui.manyRunButton.click()
    assert finish(host, section) == "Canceled. The scene is as it was before."
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes


@pytest.mark.parametrize("kind", ["sequence", "cohort"])
def test_an_unexpected_error_ends_the_processes(section, sequence, host, slicer, monkeypatch, tmp_path, kind):
    ui = take(section, kind)
    blobs_volume("fixed", 0.0, SMALL)
    slicer.modules.ElastixRegistrationWidget.ui.fixedVolumeSelector.setCurrentNode(blobs_volume("scan", 3.0, SMALL))
    ui.sequenceSelector.setCurrentNode(sequence)
    ui.cohortOutputEdit.setCurrentPath(str(tmp_path))
    before = {process.pid for process in psutil.Process().children()}

    def fail(run):
        raise ZeroDivisionError("in the line of progress")

    monkeypatch.setattr(section.parts[kind], "progressText", fail)
    kept = []
    follow = section.onProgress
    monkeypatch.setattr(section, "onProgress", lambda run: (kept.append(run), follow(run)))
    ui.manyRunButton.click()
    assert finish(host, section, 30) == ""
    assert len(kept) == 1  # what a traceback holds is not collected: the run itself must have ended
    assert kept[0].state == "cancelled"
    assert {process.pid for process in psutil.Process().children()} <= before
    assert [type(problem) for problem in host.errors] == [ZeroDivisionError]
    host.errors.clear()


@pytest.mark.parametrize("event", ["scene closed", "sequence removed", "module reloaded", "logic closed"])
def test_what_ends_a_run_leaves_no_process_and_no_node(section, sequence, host, slicer, event):
    ui = take(section, "sequence")
    ui.sequenceSelector.setCurrentNode(sequence)
    before = {process.pid for process in psutil.Process().children()}
    ui.manyRunButton.click()
    started = host.waitUntil(lambda: {p.pid for p in psutil.Process().children()} - before, 10)
    if event == "scene closed":
        host.closeScene()
        assert ui.manyMessageLabel.text == "Canceled, because the scene was closed."
    elif event == "sequence removed":
        slicer.mrmlScene.RemoveNode(sequence)
        assert ui.manyMessageLabel.text == "Canceled, because cine was removed."
    elif event == "module reloaded":
        slicer.util.reloadScriptedModule("ElastixRegistration")
    else:
        slicer.modules.ElastixRegistrationWidget.logic.close()
        assert finish(host, section, 5) == "Canceled. The scene is as it was before."
    assert not section.control.isRunning
    host.waitUntil(lambda: not any(psutil.pid_exists(pid) for pid in started), 10)
    names = [node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLSequenceNode")]
    assert names == (["cine"] if event in ("module reloaded", "logic closed") else [])


def test_a_frame_that_cannot_be_registered_is_said(section, host, slicer):
    sequence = a_blobs_sequence(slicer, (0.0, 3.0))
    slicer.util.arrayFromVolume(sequence.GetNthDataNode(1))[:] = 0
    ui = take(section, "sequence")
    ui.sequenceSelector.setCurrentNode(sequence)
    host.dialogs.expect("OK")
    ui.manyRunButton.click()
    message = finish(host, section)
    assert "constant" in message
    assert "constant" in host.dialogs.shown[-1].text
    assert ui.outputSequenceSelector.currentNode() is None


def test_a_group_of_chosen_volumes(section, host, slicer):
    nodes = [blobs_volume(name, shift, SMALL) for name, shift in (("a", -3.0), ("b", 0.0), ("c", 3.0))]
    ui = take(section, "group")
    assert ui.manyRunButton.text == "Choose a sequence"
    choose(ui.groupOfSelector, "volumes")
    assert ui.groupVolumesSelector.visible
    assert not ui.groupSequenceSelector.visible
    assert ui.manyRunButton.text == "Check at least three volumes"
    for node in nodes:
        ui.groupVolumesSelector.check(node)
    assert section.choices.references(GROUP_VOLUMES) == nodes
    choose(ui.groupTransformsSelector, "translation")
    choose(ui.groupMetricSelector, "variance")
    ui.manyRunButton.click()
    seen = set()
    host.waitUntil(lambda: seen.add(ui.manyMessageLabel.text) or not section.control.isRunning, 60)
    assert any("iteration" in text for text in seen)
    assert ui.manyMessageLabel.text.startswith(
        "3 images are aligned to a common mean space; a group mean is their mean."
    )
    for name, shift in (("a", 3.0), ("b", 0.0), ("c", -3.0)):
        assert shift_of(slicer.util.getNode(f"{name} in the group (transform)"))[0] == pytest.approx(shift, abs=0.5)
    slicer.mrmlScene.RemoveNode(nodes[2])
    assert ui.manyRunButton.text == "Check at least three volumes"


def test_a_cohort_of_all_volumes_of_the_scene(section, host, slicer, opened_pages, tmp_path):
    pytest.importorskip("distributed")
    for name, shift in (("fixed", 0.0), ("scan", 6.0)):
        blobs_volume(name, shift, SMALL)
    slicer.util.addVolumeFromArray(np.zeros((8, 8, 8)), name="hollow")
    panel = slicer.modules.ElastixRegistrationWidget.ui
    ui = take(section, "cohort")
    panel.fixedVolumeSelector.setCurrentNode(None)
    assert ui.manyRunButton.text == "Choose a fixed volume in Register"
    panel.fixedVolumeSelector.setCurrentNode(slicer.util.getNode("fixed"))
    assert ui.manyRunButton.text == "Choose a folder for the results"
    ui.cohortOutputEdit.setCurrentPath(str(tmp_path))
    ui.cohortWorkersSpinBox.value = 1
    assert "Moving: 2 volumes (scan, hollow)" in ui.cohortInfoLabel.text
    late = blobs_volume("late", 0.0, SMALL)
    host.waitUntil(lambda: "3 volumes (scan, hollow, late)" in ui.cohortInfoLabel.text, 5)
    slicer.mrmlScene.RemoveNode(late)
    assert "2 volumes" in ui.cohortInfoLabel.text
    assert not ui.openPageButton.enabled
    host.pip.missing = {"distributed"}
    host.dialogs.expect("Cancel")
    host.dialogs.expect("OK")
    ui.manyRunButton.click()
    assert "dask" in host.dialogs.shown[-1].text
    assert ui.manyRunButton.text == "Register the cohort"
    host.dialogs.expect("OK")
    with host.measureGaps() as gaps:
        ui.manyRunButton.click()
        seen = set()
        host.waitUntil(lambda: seen.add(ui.manyMessageLabel.text) or not section.control.isRunning, 90)
    assert any("1 worker" in text for text in seen)
    assert host.pip.installs
    assert gaps.longestOwn < 300
    message = ui.manyMessageLabel.text
    assert message.startswith("1 of 2 cases are registered. hollow: The moving volume hollow is constant")
    assert shift_of(slicer.util.getNode("scan registered to fixed (transform)"))[0] == pytest.approx(-6, abs=0.5)
    assert ui.openPageButton.enabled
    ui.openPageButton.click()
    assert opened_pages == [str(tmp_path / "index.html")]


def test_a_cohort_sums_up_when_the_scene_is_closed(section, host, slicer, tmp_path):
    pytest.importorskip("distributed")
    for number in range(4):
        blobs_volume(f"scan {number}", number)
    slicer.modules.ElastixRegistrationWidget.ui.fixedVolumeSelector.setCurrentNode(slicer.util.getNode("scan 0"))
    choose(slicer.modules.ElastixRegistrationWidget.ui.presetSelector, "rigid")
    ui = take(section, "cohort")
    ui.cohortOutputEdit.setCurrentPath(str(tmp_path))
    ui.cohortWorkersSpinBox.value = 1
    ui.manyRunButton.click()
    host.waitUntil(lambda: ui.manyMessageLabel.text.startswith("1 of 3"), 60)
    alive = [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]
    command = next(p for p in alive if "--attended" in p.cmdline())
    family = [command, *command.children(recursive=True)]
    host.closeScene()
    message = finish(host, section)
    assert message.startswith("Canceled, because the scene was closed. ")
    assert (tmp_path / "index.html").is_file()
    assert "not run" in (tmp_path / "summary.csv").read_text(encoding="utf-8")
    assert (tmp_path / "scan_1" / "transform.h5").is_file()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLVolumeNode") == 0
    host.waitUntil(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), 10)


def test_choices_are_kept_in_the_parameter_set(section, sequence, host, slicer, tmp_path):
    (tmp_path / "cohort.csv").write_text("moving\n", encoding="utf-8")
    ui = take(section, "cohort")
    choose(ui.cohortSourceSelector, "table")
    assert (ui.cohortTableEdit.visible, ui.cohortFolderEdit.visible) == (True, False)
    assert ui.manyRunButton.text == "Choose a table"
    ui.cohortTableEdit.setCurrentPath(str(tmp_path / "cohort.csv"))
    ui.cohortResumeCheckBox.checked = True
    ui.cohortWorkersSpinBox.value = 3
    choose(ui.groupMetricSelector, "variance")
    ui.sequenceSelector.setCurrentNode(sequence)
    choose(ui.waySelector, "neighbors")
    choose(ui.sequenceDirectionSelector, "from")
    ui.firstFrameSpinBox.value = 2
    node = section.choices.node
    slicer.util.reloadScriptedModule("ElastixRegistration")
    host.pump()
    again = slicer.modules.ElastixRegistrationWidget.panel.many
    assert again.choices.node is node
    ui = again.ui
    assert ui.manyTabs.currentIndex == 2
    assert ui.cohortTableEdit.currentPath == str(tmp_path / "cohort.csv")
    assert (ui.cohortResumeCheckBox.checked, ui.cohortWorkersSpinBox.value) == (True, 3)
    assert ui.sequenceSelector.currentNode() is sequence
    shown = [box.itemData(box.currentIndex) for box in (ui.waySelector, ui.sequenceDirectionSelector)]
    assert shown == ["neighbors", "from"]
    assert ui.groupMetricSelector.itemData(ui.groupMetricSelector.currentIndex) == "variance"
    assert ui.firstFrameSpinBox.value == 2
    assert ParameterSet(node).text("many.kind") == "cohort"


def test_every_control_has_a_tool_tip():
    tree = ElementTree.parse(Path(MODULE_FILE).parent / "Resources" / "UI" / "ManyImagesSection.ui")
    controls = [widget for widget in tree.iter("widget") if widget.get("class") not in ("qMRMLWidget", "QLabel")]
    assert len(controls) > 25
    bare = [
        widget.get("name")
        for widget in controls
        if not any(one.get("name") == "toolTip" for one in (*widget.findall("property"), *widget.findall("attribute")))
    ]
    assert not bare


def _failed(section, sequence, host, monkeypatch):
    """The section after a sequence that fails without a log, and its dialog."""

    def start():
        yield
        raise InputError("The frames have no voxels.")

    ui = take(section, "sequence")
    ui.sequenceSelector.setCurrentNode(sequence)
    monkeypatch.setattr(section.parts["sequence"], "start", start)
    host.dialogs.expect("OK")
    ui.manyRunButton.click()
    host.waitUntil(lambda: host.dialogs.shown, 5)
    return ui


def test_a_failure_without_a_log_has_no_details(section, sequence, host, monkeypatch):
    """Nothing, rather than the word None."""
    _failed(section, sequence, host, monkeypatch)
    assert (host.dialogs.shown[0].text, host.dialogs.shown[0].details) == ("The frames have no voxels.", "")


def test_what_was_said_of_a_tab_stays_with_it(section, sequence, host, monkeypatch):
    ui = _failed(section, sequence, host, monkeypatch)
    host.pump(0.05)
    assert "no voxels" in ui.manyMessageLabel.text
    take(section, "group")
    assert not ui.manyMessageLabel.visible
    take(section, "sequence")
    assert ui.manyMessageLabel.visible
    ui.sequenceSelector.setCurrentNode(None)
    assert not ui.manyMessageLabel.visible
