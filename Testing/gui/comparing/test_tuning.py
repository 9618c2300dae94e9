"""The window that searches better parameters, as a user works with it."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.mrml.run.parameter_node import (
    FIXED_POINTS,
    FIXED_VOLUME,
    MOVING_POINTS,
    MOVING_VOLUME,
    ParameterSet,
    add_parameter_node,
)
from support.panel import blobs_volume, choose, said

pytest.importorskip("optuna")


def add_pair(slicer, number):
    """A parameter set of two volumes with landmarks of both."""
    choices = ParameterSet(add_parameter_node(slicer.mrmlScene, f"pair {number}"))
    places = np.random.default_rng(number).uniform(24, 50, (8, 3))
    for volume, points, shift in ((FIXED_VOLUME, FIXED_POINTS, 0.0), (MOVING_VOLUME, MOVING_POINTS, 3.0 + number)):
        choices.set_reference(volume, blobs_volume(f"{volume} {number}", shift))
        markups = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", f"{points} {number}")
        for place in places.tolist():
            markups.AddControlPoint(place[0] + shift, *place[1:])
        choices.set_reference(points, markups)


@pytest.fixture
def a_window(a_panel, slicer, tmp_path):
    for number in range(2):
        add_pair(slicer, number)
    a_panel.panel.comparing.runs.ui.tuneButton.click()
    window = a_panel.panel.comparing.tune
    assert window.ui.tuneButton.text == "Choose a folder for the results"
    window.ui.tuneFolderEdit.setCurrentPath(str(tmp_path))
    return window


def test_the_button_says_what_is_missing(a_panel, a_window, slicer, qt, tmp_path):
    ui = a_window.ui
    assert "starts from Translation" in said(ui.tuneStartLabel)
    assert ui.tunePairList.count == 2
    assert ui.tuneButton.text == "Tune"
    choose(ui.tuneJudgeSelector, 3)
    assert ui.tuneButton.text == "Three pairs with landmarks are needed"
    assert not ui.tuneButton.enabled
    add_pair(slicer, 2)
    a_window.open()
    assert ui.tuneButton.text == "Tune"
    ui.tunePairList.item(0).setCheckState(qt.Qt.Unchecked)
    assert ui.tuneButton.text == "Three pairs with landmarks are needed"
    choose(ui.tuneJudgeSelector, None)
    assert ui.tuneButton.text == "Tune"
    ui.tunePairList.item(1).setCheckState(qt.Qt.Unchecked)
    assert ui.tuneButton.text == "Two pairs with landmarks are needed"
    choose(ui.tuneSourceSelector, "table")
    assert ui.tuneButton.text == "Choose a table"
    assert ui.tuneTableEdit.visible
    (tmp_path / "pairs.csv").write_text("fixed,moving\n", encoding="utf-8")
    ui.tuneTableEdit.setCurrentPath(str(tmp_path / "pairs.csv"))
    assert ui.tuneButton.text == "Tune"


def test_a_table_that_cannot_be_used_is_said(a_panel, a_window, host, tmp_path):
    ui = a_window.ui
    choose(ui.tuneSourceSelector, "table")
    (tmp_path / "pairs.csv").write_text("fixed,moving\nhere.nrrd,there.nrrd\n", encoding="utf-8")
    ui.tuneTableEdit.setCurrentPath(str(tmp_path / "pairs.csv"))
    host.dialogs.expect("OK")
    ui.tuneButton.click()
    assert ui.tuneButton.text == "Cancel"
    host.waitUntil(lambda: not a_window.control.isRunning, 60)
    assert "here.nrrd" in said(ui.tuneMessageLabel)
    assert ui.tuneButton.text == "Tune"


@pytest.mark.slow
def test_a_search_in_turn_ends_with_a_page(a_panel, a_window, host, slicer, qt, tmp_path, preset_folder):
    add_pair(slicer, 2)
    a_window.open()
    ui = a_window.ui
    choose(ui.tuneJudgeSelector, 3)
    ui.tuneMinutesSpinBox.value = 1
    ui.tuneButton.click()
    host.waitUntil(lambda: not a_window.control.isRunning, 400)
    assert "each judging a search without it (3 folds)" in said(ui.tuneMessageLabel)
    assert ui.tunePageButton.enabled
    assert "<h2>Folds</h2>" in (tmp_path / "tuning.html").read_text(encoding="utf-8")
