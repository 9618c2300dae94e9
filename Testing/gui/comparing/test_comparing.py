"""The history of a pair's runs, and the window that compares presets, as a user works with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.mrml.comparing import comparison as scene_comparison
from ElastixRegistrationLib.mrml.comparing.expected import expected_place
from ElastixRegistrationLib.mrml.comparing.history import is_kept, run_nodes
from support.panel import KeptPool, choose, said, shift_of


def rows_of(table):
    return [[table.item(row, column).text() for column in range(table.columnCount)] for row in range(table.rowCount)]


def click_row(table, row):
    table.selectRow(row)
    table.cellClicked.emit(row, 0)


def test_runs_are_listed_shown_kept_and_saved(a_panel, a_result, host, slicer, tmp_path, open_panel):
    runs = a_panel.panel.comparing.runs
    assert runs.ui.runsTable.rowCount == 0
    a_result()
    transform = a_panel.ui.outputTransformSelector.currentNode()
    host.pump(0.1)
    a_result()  # overwrites what the first one found
    assert a_panel.ui.outputTransformSelector.currentNode() is transform
    table = runs.ui.runsTable
    assert table.rowCount == 2
    (name, after, folds, seconds), _first = rows_of(table)
    assert (name, folds) == ("Translation", "0")
    assert float(after.removesuffix(" nats")) > 0
    assert seconds.endswith(" s")
    click_row(table, 1)
    assert runs.ui.showRunButton.checked
    composite = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")[0]
    shown = slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID())
    fixed = a_panel.ui.fixedVolumeSelector.currentNode()
    assert np.abs(slicer.util.arrayFromVolume(shown) - slicer.util.arrayFromVolume(fixed)).mean() < 20
    assert said(runs.ui.runsMessageLabel).startswith("Mutual information: Better aligned")
    count = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTransformNode")
    runs.ui.keepRunButton.click()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLTransformNode") == count + 1
    assert not runs.ui.keepRunButton.enabled
    kept = run_nodes(slicer.mrmlScene)[0]
    assert is_kept(kept)
    assert shift_of(kept.GetNodeReference("outputTransform"))[0] == pytest.approx(-6, abs=0.5)
    runs.ui.showRunButton.click()
    assert shown.GetScene() is None
    a_panel.ui.revertButton.click()  # the first run's outputs were overwritten by the second
    assert [node.GetNodeReference("outputVolume") for node in run_nodes(slicer.mrmlScene)][1] is None
    slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
    slicer.mrmlScene.Commit()
    host.closeScene()
    assert table.rowCount == 0
    slicer.mrmlScene.Import()
    host.pump(0.1)
    assert [row[0] for row in rows_of(table)] == ["Translation", "Translation"]
    click_row(table, 1)
    assert runs.ui.showRunButton.enabled
    assert not runs.ui.keepRunButton.enabled
    click_row(table, 0)
    assert "no longer available" in runs.ui.runsMessageLabel.text


@pytest.fixture
def a_window(a_panel, a_pool, monkeypatch):
    """The window, with translation and rigid checked, and landmarks that judge."""
    monkeypatch.setattr(scene_comparison, "WorkerPool", lambda workers: KeptPool(a_pool))
    import slicer

    for side, shift in (("fixed", 0), ("moving", 6)):
        points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", f"{side} points")
        for x, y, z in ((30, 30, 28), (48, 40, 36), (38, 44, 24)):
            points.AddControlPoint(x + shift, y, z)
        getattr(a_panel.ui, f"{side}PointsSelector").setCurrentNode(points)
    a_panel.panel.comparing.runs.ui.comparePresetsButton.click()
    window = a_panel.panel.comparing.compare
    check(window, "rigid")
    return window


def check(window, preset):
    widget = window.ui.comparePresetList
    import qt

    item = next(widget.item(n) for n in range(widget.count) if widget.item(n).data(qt.Qt.UserRole) == preset)
    item.setCheckState(qt.Qt.Checked)


def test_presets_are_compared_and_a_row_is_shown_and_kept(a_panel, a_window, host, slicer, opened_pages):
    ui = a_window.ui
    assert "Judged by 3 pairs of landmarks" in said(ui.comparePairLabel)
    assert ui.compareButton.text == "Compare"
    with host.measureGaps() as gaps:
        ui.compareButton.click()
        assert ui.compareButton.text == "Cancel"
        host.waitUntil(lambda: not a_window.control.isRunning, 60)
    assert gaps.longestOwn < 300
    rows = rows_of(ui.compareTable)
    assert {row[0] for row in rows} == {"Translation", "Rigid"}
    assert ui.compareTable.horizontalHeaderItem(1).text() == "Landmark distance (mm)"
    assert float(rows[0][1]) <= float(rows[1][1]) < 1.0
    assert rows[0][3] == "best"
    assert "too few" in said(ui.compareMessageLabel)  # three landmarks tell no difference
    assert a_panel.panel.comparing.runs.ui.runsTable.rowCount == 2
    click_row(ui.compareTable, 1)
    composite = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")[0]
    assert rows[1][0] in slicer.mrmlScene.GetNodeByID(composite.GetForegroundVolumeID()).GetName()
    ui.compareKeepButton.click()
    assert a_panel.ui.presetSelector.currentText == rows[1][0]
    assert sum(is_kept(node) for node in run_nodes(slicer.mrmlScene)) == 1
    ui.comparePageButton.click()
    page = Path(opened_pages[0]).read_text(encoding="utf-8")
    assert "Translation" in page
    assert "data:image/png" in page


def test_a_comparison_is_cancelled_and_what_is_missing_is_said(a_panel, a_window, a_pair, host):
    ui = a_window.ui
    choose(a_panel.ui.presetSelector, "rigid")
    check(a_window, "affine")
    ui.compareButton.click()
    host.waitUntil(lambda: ui.compareMessageLabel.text.startswith("0 of 3"), 20)
    ui.compareButton.click()
    host.waitUntil(lambda: not a_window.control.isRunning, 10)
    assert ui.compareMessageLabel.text.startswith("Canceled")
    assert ui.compareButton.text == "Compare"
    a_panel.ui.movingVolumeSelector.setCurrentNode(a_pair[0])
    assert ui.compareButton.text == "Choose a fixed and a moving volume"
    assert not ui.compareButton.enabled


def test_a_map_of_confidence_is_shown_and_its_places_are_visited(a_panel, a_result, host, slicer):
    part = a_panel.panel.result.confidence
    assert not part.widget.visible
    a_result()
    ui = part.ui
    ui.confidenceButton.click()
    assert ui.confidenceButton.text == "Cancel"
    host.pump(0.03)
    ui.confidenceButton.click()
    host.waitUntil(lambda: not part.control.isRunning, 10)
    assert ui.confidenceLabel.text == "Canceled."
    assert not ui.showConfidenceButton.enabled
    with host.measureGaps() as gaps:
        ui.confidenceButton.click()
        host.waitUntil(lambda: not part.control.isRunning, 60)
    assert gaps.longestOwn < 300
    assert ui.showConfidenceButton.checked
    volume = part._found.volume
    composite = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")[0]
    assert composite.GetForegroundVolumeID() == volume.GetID()
    values = slicer.util.arrayFromVolume(volume)
    assert values.min() == -1
    assert ui.uncertainTable.rowCount == len(part._found.places) > 1
    place = part._found.places[1]
    assert ui.uncertainTable.item(1, 1).text() == f"{place.error_mm:.1f} mm"
    click_row(ui.uncertainTable, 1)
    red = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    assert red.GetSliceToRAS().GetElement(2, 3) == pytest.approx(place.ras[2], abs=0.01)
    ijk = [0.0] * 3
    inverse = slicer.vtkMRMLSliceNode().GetSliceToRAS().NewInstance()
    volume.GetRASToIJKMatrix(inverse)
    ijk = inverse.MultiplyPoint((*place.ras, 1))[:3]
    assert values[tuple(round(n) for n in ijk[::-1])] == pytest.approx(place.error_mm, rel=1e-5)
    a_panel.ui.revertButton.click()
    assert not part.widget.visible
    assert composite.GetForegroundVolumeID() != volume.GetID()


def test_landmarks_are_placed_in_pairs_and_the_views_go_to_where_they_are_expected(a_panel, a_pair, host, slicer, qt):
    placing = next(section for section in a_panel.panel.sections if hasattr(section, "placing")).placing
    ui = placing.ui
    selection = slicer.mrmlScene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    interaction = slicer.mrmlScene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    a_pair[1].SetOrigin(100, 0, 0)  # another scanner: the centers say where to look first
    red = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    composite = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")[0]

    def middle():
        return [red.GetSliceToRAS().GetElement(axis, 3) for axis in range(3)]

    def click(*ras):
        """Where the next click goes, and what is shown then."""
        shown = slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID())
        slicer.mrmlScene.GetNodeByID(selection.GetActivePlaceNodeID()).AddControlPoint(*ras)
        host.pump(0.05)
        return shown

    ui.placePairsButton.click()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    assert ui.placeLabel.text.startswith("Landmark 1: click it in the fixed volume")
    assert click(30, 30, 28) is a_pair[0]
    assert "same place in the moving volume" in ui.placeLabel.text
    assert middle() == pytest.approx([130, 30, 28])  # by the centers
    assert click(136, 30, 28) is a_pair[1]
    assert middle() == pytest.approx([30, 30, 28])
    click(48, 40, 36)
    assert middle() == pytest.approx([154, 40, 36])  # by the first pair
    ui.undoPointButton.click()
    host.pump(0.05)
    assert ui.placeLabel.text.startswith("Landmark 2: click it in the fixed volume")
    click(38, 44, 24)
    click(144, 44, 24)
    lists = [getattr(a_panel.ui, f"{side}PointsSelector").currentNode() for side in ("fixed", "moving")]
    assert [node.GetNumberOfControlPoints() for node in lists] == [2, 2]
    assert [[node.GetNthControlPointLabel(n) for n in range(2)] for node in lists] == [["1", "2"]] * 2
    ui.placePairsButton.click()
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform
    assert not ui.placeLabel.visible


def test_lists_in_which_nothing_was_placed_do_not_stay(a_panel, slicer):
    placing = next(section for section in a_panel.panel.sections if hasattr(section, "placing")).placing
    before = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode")
    for _turn in range(2):
        placing.ui.placePairsButton.click()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLMarkupsFiducialNode") == before
    assert a_panel.ui.fixedPointsSelector.currentNode() is None
    assert a_panel.ui.applyButton.text == "Apply"


def test_a_registration_says_where_a_landmark_is_expected(a_panel, a_pair, a_result, slicer):
    a_result()
    transform = a_panel.ui.outputTransformSelector.currentNode()
    found = expected_place((30, 30, 28), *a_pair, transform=transform)
    assert found == pytest.approx((36, 30, 28), abs=0.5)
    a_pair[1].SetAndObserveTransformNodeID(transform.GetID())  # where it is seen, it is aligned
    assert expected_place((30, 30, 28), *a_pair, transform=transform) == pytest.approx((30, 30, 28), abs=1e-6)
