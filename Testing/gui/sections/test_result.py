"""What a user does with a result: look, apply it to more, take it back, save it. Elastix has run once for all of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import vtk
from ElastixRegistrationLib.core.errors import RegistrationError
from ElastixRegistrationLib.core.files.dicom.volumes import read_dicom
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.dicom_patient import write_ct
from support.dicom_nodes import Database, loaded_volume
from support.panel import choose, said, shift_of, shown_table

VIEWS = ["Red", "Yellow"]
MODES = ["checkerboard", "fade", "flicker", "difference", "revealCursor", "sideBySide"]


def test_revert_removes_new_nodes_and_restores_old_ones(a_panel, a_result, slicer):
    ui = a_panel.ui
    mine = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "mine")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(1, 3, 44)
    mine.SetMatrixTransformToParent(matrix)
    ui.outputTransformSelector.setCurrentNode(mine)
    a_result()
    volume = ui.outputVolumeSelector.currentNode()
    assert shift_of(mine)[0] == pytest.approx(-6, abs=0.5)
    ui.revertButton.click()
    assert shift_of(mine) == [0, 44, 0]
    assert volume.GetScene() is None
    assert ui.outputVolumeSelector.currentNode() is None
    assert not ui.revertButton.enabled


def test_apply_also_to_all_kinds_of_nodes_and_revert(a_panel, a_pair, a_volume, a_result, slicer):
    classes = ("Model", "Segmentation", "MarkupsFiducial", "MarkupsCurve", "MarkupsROI")
    others = [slicer.mrmlScene.AddNewNodeByClass(f"vtkMRML{name}Node", name) for name in classes]
    others += [a_volume("PET"), a_volume("labels", node_class="vtkMRMLLabelMapVolumeNode"), a_pair[1]]
    elsewhere = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", "elsewhere")
    bed = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "bed")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(2, 3, 30)
    bed.SetMatrixTransformToParent(matrix)
    elsewhere.SetAndObserveTransformNodeID(bed.GetID())
    ui = a_result().ui
    transform = ui.outputTransformSelector.currentNode()
    for node in (*others, elsewhere, a_pair[0]):
        ui.applyToSelector.check(node)
    ui.applyToButton.click()
    assert [node.GetName() for node in others if node.GetParentTransformNode() is not transform] == []
    assert a_pair[0].GetParentTransformNode() is None
    assert elsewhere.GetParentTransformNode() is bed
    message = ui.applyToMessageLabel.text
    assert "PET" in message.split("Left")[0]
    assert "fixed" in message.split("Left")[1]
    assert "elsewhere" in message.split("Left")[2]
    assert ui.verdictLabel.text.startswith("Better aligned")
    assert not ui.applyToSelector.checkedNodes()
    ui.revertButton.click()
    assert [node.GetName() for node in others if node.GetParentTransformNode() is not None] == []


def test_apply_to_nothing_says_what_to_do(a_result):
    ui = a_result().ui
    ui.applyToButton.click()
    assert "First check the nodes" in ui.applyToMessageLabel.text


def view_state(slicer):
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    slices = slicer.util.getNodesByClass("vtkMRMLSliceNode")
    return (
        slicer.app.layoutManager().layout,
        [
            (c.GetBackgroundVolumeID(), c.GetForegroundVolumeID(), c.GetForegroundOpacity(), c.GetLinkedControl())
            for c in composites
        ],
        np.array([slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()).ravel() for node in slices]).round(6).tolist(),
    )


def scale_of(node):
    return node.GetFieldOfView()[0] / node.GetDimensions()[0]


@pytest.mark.parametrize("mode", MODES)
def test_views_come_and_go(host, a_pair, a_result, slicer, mode):
    """Back to the user's layout, oblique cuts and zoom included."""
    widget = a_result()
    ui = widget.ui
    host.waitUntil(lambda: not widget.panel.isSettling, 10)
    result = ui.outputVolumeSelector.currentNode()
    red = slicer.app.layoutManager().sliceWidget("Red")
    oblique = vtk.vtkTransform()
    oblique.RotateX(25)
    oblique.Translate(3, 4, 5)
    red.mrmlSliceNode().GetSliceToRAS().DeepCopy(oblique.GetMatrix())
    red.mrmlSliceNode().UpdateMatrices()
    red.mrmlSliceNode().SetFieldOfView(*[0.1 * n for n in red.mrmlSliceNode().GetDimensions()[:2]], 1)
    host.pump(0.02)
    before = view_state(slicer)
    nodes = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    button = getattr(ui, f"{mode}Button")
    button.click()
    composite = red.mrmlSliceCompositeNode()
    shown = slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID())
    if mode == "sideBySide":
        yellow = slicer.app.layoutManager().sliceWidget("Yellow").mrmlSliceCompositeNode()
        assert (shown, yellow.GetBackgroundVolumeID()) == (a_pair[0], result.GetID())
        assert yellow.GetLinkedControl()
        cuts = [slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode().GetSliceToRAS() for name in VIEWS]
        assert np.allclose(*map(slicer.util.arrayFromVTKMatrix, cuts))
    elif mode in ("fade", "flicker"):
        assert (shown, composite.GetForegroundVolumeID()) == (a_pair[0], result.GetID())
        opacity = composite.GetForegroundOpacity()
        if mode == "flicker":
            host.waitUntil(lambda: composite.GetForegroundOpacity() != opacity, 2)
        else:
            ui.fadeSlider.value = 0.8
            assert composite.GetForegroundOpacity() == pytest.approx(0.8)
    else:
        voxels = slicer.util.arrayFromVolume(shown)
        assert voxels.shape == slicer.util.arrayFromVolume(a_pair[0]).shape
        assert shown.GetHideFromEditors()
        assert (np.abs(voxels).mean() < 10) == (mode == "difference")
    button.click()
    host.waitUntil(lambda: not widget.panel.result.views.isSettling, 10)
    assert view_state(slicer) == before
    assert scale_of(red.mrmlSliceNode()) == pytest.approx(0.1, rel=1e-3)
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == nodes


def fitted(slicer, name="Red"):
    """How far the field of view of a slice view is from the one that fits its background: 1 is a fit."""
    logic = slicer.app.layoutManager().sliceWidget(name).sliceLogic()
    node = logic.GetSliceNode()
    shown, center = np.array(node.GetFieldOfView()[:2]), np.array(node.GetXYZOrigin())
    cut = slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS()).copy()
    logic.FitSliceToBackground()
    wanted = np.array(node.GetFieldOfView()[:2])
    moved = slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS())[:3, 3] - cut[:3, 3]
    assert np.abs(moved).max() < 3, "the volume is not in the middle"
    assert np.abs(center[:2]).max() < 3
    return (shown / wanted).tolist()


def test_the_zoom_fits_after_the_layout_has_changed(host, a_result, slicer):
    """The views get the size of another layout after the layout itself."""
    host.mainWindow.resize(1600, 700)  # views that are low in four, and high side by side
    widget = a_result()
    ui, views = widget.ui, widget.panel.result.views
    host.waitUntil(lambda: not widget.panel.isSettling, 10)
    for mode in ("sideBySide", "checkerboard", "sideBySide", "fade"):
        getattr(ui, f"{mode}Button").click()
        host.waitUntil(lambda: not views.isSettling, 10)
        assert fitted(slicer) == pytest.approx([1, 1], rel=0.01), mode


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_result_of_single_slices_is_seen_in_full(host, open_panel, slicer, axis, a_fake_run, apply_and_wait):
    """In the view of their plane; the other views stay empty."""
    from support.panel import blobs_volume

    nodes = []
    for name, shift in (("fixed slice", 0.0), ("moving slice", 3.0)):
        node = blobs_volume(name, shift)
        voxels = slicer.util.arrayFromVolume(node)
        slicer.util.updateVolumeFromArray(node, np.take(voxels, [9], axis=axis))
        node.SetOrigin(200, -300, 400)  # not where the views look
        nodes.append(node)
    widget = open_panel()
    choose(widget.ui.presetSelector, "translation")
    widget.ui.inBackgroundCheckBox.checked = False
    apply_and_wait(widget)
    host.waitUntil(lambda: not widget.panel.isSettling, 10)
    name = ("Red", "Green", "Yellow")[axis]
    assert fitted(slicer, name) == pytest.approx([1, 1], rel=0.01)


def test_the_cursor_reveals_the_result_where_it_is(a_pair, a_result, slicer):
    crosshair = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLCrosshairNode")  # Slicer always has one
    ui = a_result().ui
    ui.revealCursorButton.click()
    composite = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    shown = slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID())
    outside = slicer.util.arrayFromVolume(shown).copy()
    changed = []
    for ras in ((30.0, 30.0, 28.0), (48.0, 40.0, 36.0), (9999.0, 0.0, 0.0)):
        crosshair.SetCursorPositionRAS(ras)
        now = slicer.util.arrayFromVolume(shown)
        changed.append(np.argwhere(now != outside))
    # 25 mm to all sides are 8 voxels of 3 mm.
    center = np.array([28, 30, 30]) / 3
    assert len(changed[0]) > 50
    assert np.abs(changed[0] - center).max() <= 25 / 3
    assert np.abs(changed[1] - np.array([36, 40, 48]) / 3).max() <= 25 / 3
    assert len(changed[2]) == 0
    ui.revealCursorButton.click()
    assert shown.GetScene() is None
    crosshair.SetCursorPositionRAS((30.0, 30.0, 28.0))


def test_from_one_view_to_the_next_and_back(host, a_result, slicer):
    widget = a_result()
    ui = widget.ui
    host.waitUntil(lambda: not widget.panel.isSettling, 10)
    before = view_state(slicer)
    for mode in MODES:
        getattr(ui, f"{mode}Button").click()
        assert [name for name in MODES if getattr(ui, f"{name}Button").checked] == [mode]
    ui.sideBySideButton.click()
    host.waitUntil(lambda: not widget.panel.result.views.isSettling, 10)
    assert view_state(slicer) == before


def test_closing_the_scene_with_a_result_and_a_view(host, a_result):
    ui = a_result().ui
    ui.flickerButton.click()
    host.closeScene()
    host.pump(0.6)
    assert not ui.revertButton.enabled
    assert not ui.flickerButton.enabled
    assert ui.resultTable.rowCount == 0


def test_an_output_that_is_deleted_ends_its_views(a_result, slicer):
    ui = a_result().ui
    ui.checkerboardButton.click()
    slicer.mrmlScene.RemoveNode(ui.outputVolumeSelector.currentNode())
    assert not ui.checkerboardButton.enabled
    assert not ui.checkerboardButton.checked
    slicer.mrmlScene.RemoveNode(ui.outputTransformSelector.currentNode())
    assert not ui.applyToButton.enabled
    ui.revertButton.click()


def test_everything_is_saved_to_a_folder(a_panel, a_result, tmp_path):
    a_panel.ui.saveFolderEdit.setCurrentPath(str(tmp_path))
    a_result()
    (folder,) = tmp_path.iterdir()
    assert {path.name for path in folder.iterdir()} >= {
        "resampled.nrrd", "transform.h5", "parameters.0.txt", "TransformParameters.txt",
        "settings.json", "result.json", "elastix.log",
    }  # fmt: skip
    points = np.random.default_rng(1).uniform(0, 40, (20, 3))
    for_itk, for_elastix = (read_transform(folder / name) for name in ("transform.h5", "TransformParameters.txt"))
    assert map_points(for_elastix, points) == pytest.approx(map_points(for_itk, points), abs=1e-4)
    assert folder.name in said(a_panel.ui.progressLabel)


def test_a_dicom_object_needs_volumes_of_the_database(host, a_panel, apply_and_wait, tmp_path):
    ui = a_panel.ui
    assert not ui.dicomFolderEdit.enabled
    ui.dicomRegistrationCheckBox.click()
    ui.dicomFolderEdit.setCurrentPath(str(tmp_path))
    choices = a_panel.panel.choices
    assert (choices.flag("dicomRegistration"), choices.text("dicomFolder")) == (True, str(tmp_path))
    host.dialogs.expect("OK")
    apply_and_wait(a_panel)
    assert "does not come from Slicer's DICOM database" in host.dialogs.shown[0].text
    assert ui.progressLabel.text.startswith("Not started. ")
    assert not list(tmp_path.iterdir())


def test_a_dicom_object_goes_into_a_folder_or_the_database(open_panel, slicer, apply_and_wait, tmp_path, monkeypatch):
    for name, frame in (("fixed", "1.2.3.91"), ("moving", "1.2.3.92")):
        write_ct(tmp_path / name, frame, moving=name == "moving")
    database = Database(tmp_path / "fixed", tmp_path / "moving")
    monkeypatch.setattr(slicer, "dicomDatabase", database, raising=False)
    nodes = [loaded_volume(slicer.mrmlScene, tmp_path / name) for name in ("fixed", "moving")]
    panel = open_panel()
    ui = panel.ui
    choose(ui.presetSelector, "translation")
    ui.inBackgroundCheckBox.checked = False
    ui.dicomRegistrationCheckBox.click()
    (tmp_path / "out").mkdir()
    places = tuple(read_dicom(tmp_path / name).series.place for name in ("fixed", "moving"))
    for folder, inserted in ((str(tmp_path / "out"), 0), ("", 1)):
        ui.dicomFolderEdit.setCurrentPath(folder)
        apply_and_wait(panel)
        assert "differs from the transform by at most 0.000 mm" in said(ui.progressLabel)
        assert len(database.inserted) == inserted
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["registration.dcm"]
    assert [nodes[0], nodes[1]] == [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()]
    moved = map_points(read_transform(tmp_path / "out" / "registration.dcm", places=places), np.zeros((1, 3)))[0]
    assert moved * (-1, -1, 1) == pytest.approx(-np.array(shift_of(ui.outputTransformSelector.currentNode())), abs=1e-3)
    assert np.linalg.norm(moved) > 0.5
    named = {one.FrameOfReferenceUID for one in database.contents[0].RegistrationSequence}
    assert named == {"1.2.3.91", "1.2.3.92"}


@pytest.mark.parametrize("name", ["file/below", "long" * 100])
def test_a_folder_that_cannot_be_written_keeps_the_result(host, a_panel, a_result, tmp_path, name):
    (tmp_path / "file").write_text("")
    a_panel.ui.saveFolderEdit.setCurrentPath(str(tmp_path / name))
    host.dialogs.expect("OK")
    ui = a_result().ui
    assert name in host.dialogs.shown[0].text
    assert ui.verdictLabel.text.startswith("Better aligned")
    assert ui.progressLabel.text.startswith("Done in ")
    assert name in said(ui.progressLabel)
    assert ui.revertButton.enabled


@pytest.mark.parametrize("error", [RegistrationError("No voxel in common."), MemoryError("too large")])
def test_a_result_that_cannot_be_judged_can_be_seen_and_reverted(host, a_result, monkeypatch, error):
    """The message that the verdict speaks of is there, whether the error was expected or not."""

    def fail(job, result):
        raise error

    monkeypatch.setattr("ElastixRegistrationLib.gui.run_control.comparisonOf", fail)
    host.dialogs.expect("OK")
    ui = a_result().ui
    assert str(error) in host.dialogs.shown[0].text
    assert str(error) in ui.progressLabel.text
    assert "message above" in ui.verdictLabel.text
    made = ui.outputTransformSelector.currentNode()
    assert shift_of(made) == pytest.approx([-6, 0, 0], abs=0.5)
    ui.revertButton.click()
    assert made.GetScene() is None
    assert [type(problem) for problem in host.errors] == [MemoryError] * isinstance(error, MemoryError)
    host.errors.clear()


def test_the_log_can_be_copied_saved_and_shortened(host, a_result, slicer, tmp_path):
    widget = a_result()
    widget.ui.showLogButton.click()
    ui = widget.panel.run.log.ui
    assert widget.panel.run.log.window.visible
    assert ui.logPlotFrame.visible
    short = ui.logText.plainText
    choose(ui.logDetailSelector, "all")
    assert len(ui.logText.plainText) > len(short)
    ui.copyLogButton.click()
    assert slicer.app.clipboard().text() == ui.logText.plainText
    host.dialogs.expect(str(tmp_path / "run.log"))
    ui.saveLogButton.click()
    assert (tmp_path / "run.log").read_text(encoding="utf-8") == ui.logText.plainText


def test_the_report_opens_in_the_browser_and_is_made_once(a_pair, a_result, opened_pages):
    widget = a_result()
    a_pair[1].SetName("Jane Doe")
    widget.ui.reportButton.click()
    widget.ui.reportButton.click()
    first, second = opened_pages
    assert first == second
    page = Path(first).read_text(encoding="utf-8")
    assert "Mutual information" in page
    assert "data:image/png;base64," in page
    assert "Jane Doe" not in page
    widget.ui.revertButton.click()
    assert not widget.ui.reportButton.enabled


def test_a_report_that_cannot_be_made_says_so(host, a_result, opened_pages, monkeypatch):
    def fail(*_arguments):
        raise OSError("no space left on the disk")

    widget = a_result()
    monkeypatch.setattr("ElastixRegistrationLib.mrml.run.report.write_run_report", fail)
    host.dialogs.expect("OK")
    widget.ui.reportButton.click()
    assert "no space left on the disk" in host.dialogs.shown[-1].text
    assert [str(error) for error in host.errors] == ["no space left on the disk"]  # in the console, with its place
    host.errors.clear()
    assert opened_pages == []


def test_the_table_shows_all_of_its_rows(host, a_result):
    """No scroll bar, and colors where a figure says better or worse."""
    ui = a_result().ui
    host.pump(0.05)
    table = ui.resultTable
    assert "Correlation" in shown_table(table)
    assert table.rowCount >= 4
    last = table.visualItemRect(table.item(table.rowCount - 1, 0))
    assert last.bottom() <= table.viewport().height
    assert table.item(0, 2).foreground().color().name() == "#2e7d32"
