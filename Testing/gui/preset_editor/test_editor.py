"""The preset editor as a user works with it: stages, parameters, text, quick edits, problems, undo and saving."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.parameters.maps import format_parameter_text
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.presets.preset import Preset, PresetStage
from ElastixRegistrationLib.core.presets.user_presets import user_presets
from ElastixRegistrationLib.mrml.run.parameter_node import ParameterSet, parameter_nodes
from ElastixRegistrationLib.mrml.run.scene_presets import scene_presets
from phantoms.images import stage


def choose(comboBox, value):
    comboBox.setCurrentIndex(comboBox.findData(value))


def texts(listWidget):
    return [listWidget.item(n).text() for n in range(listWidget.count)]


TRANSFORMS = ("EulerTransform", "AffineTransform", "BSplineTransform")


@pytest.fixture
def a_module(open_panel, a_pair, preset_folder):
    """The panel, where the user has a preset "three" of three stages."""
    texts = tuple(
        PresetStage(f"{transform}.txt", format_parameter_text(stage(transform, ErodeMask="false")))
        for transform in TRANSFORMS
    )
    user_presets().save(Preset("three", "Three stages", dimension=(3,), texts=texts))
    return open_panel()


def mine():
    return {preset.id: preset for preset in user_presets().presets() if preset.id != "three"}


@pytest.fixture
def open_editor(host, a_module):
    """Opens the editor on a preset and gives it."""

    def make(preset="ct-lung"):
        choose(a_module.ui.presetSelector, preset)
        a_module.ui.editPresetButton.click()
        editor = a_module.panel.presets.manager.editor
        host.pump()
        return editor

    return make


def test_it_opens_on_the_last_stage_with_a_control_for_each_parameter(host, open_editor):
    editor = open_editor()
    assert editor.window.isVisible()
    assert editor.ui.titleEdit.text == f"{find_preset('ct-lung').title} (edited)"
    last = len(find_preset("ct-lung").files) - 1
    assert [text[:2] for text in texts(editor.ui.stageList)] == [f"{n + 1}." for n in range(last + 1)]
    assert editor.ui.stageList.currentRow == last
    shown = editor.draft.maps[last]
    assert set(shown) == {name for name in shown if editor.table.control(name) is not None}
    assert editor.table.control("Transform").currentText == shown["Transform"][0]
    assert editor.table.control("NumberOfResolutions").value == int(shown["NumberOfResolutions"][0])
    assert editor.ui.stageText.plainText == editor.draft.stages[last].text
    assert editor.ui.problemsLabel.text == "No problems for 3D volumes."
    assert not editor.ui.problemList.visible


def test_controls_change_the_text_and_typing_changes_the_controls(host, open_editor):
    editor = open_editor("three")
    editor.table.control("NumberOfSpatialSamples").value = 1234
    assert "(NumberOfSpatialSamples 1234)" in editor.ui.stageText.plainText
    transform = editor.table.control("Transform")
    transform.setCurrentIndex(transform.findText("RecursiveBSplineTransform"))
    assert '(Transform "RecursiveBSplineTransform")' in editor.ui.stageText.plainText
    grid = editor.table.control("FinalGridSpacingInPhysicalUnits")
    grid.text = "12.5"
    grid.editingFinished()
    assert editor.draft.maps[2]["FinalGridSpacingInPhysicalUnits"] == ("12.5",)
    text = editor.ui.stageText.plainText.replace("1234", "4321") + "// a note of ours\n"
    editor.ui.stageText.setPlainText(text)
    host.waitUntil(lambda: editor.table.control("NumberOfSpatialSamples").value == 4321, 3)
    assert editor.draft.stages[2].text == text
    assert editor.ui.stageText.plainText == text


def test_unknown_parameters_are_marked_kept_and_explained(host, open_editor):
    editor = open_editor("three")
    editor.ui.addParameterSelector.lineEdit().text = "MyOwnParameter"
    editor.ui.addParameterButton.click()
    host.pump()
    table = editor.ui.parameterTable
    line = next(n for n in range(table.rowCount) if table.item(n, 0).text().startswith("MyOwnParameter"))
    assert table.item(line, 0).text() == "MyOwnParameter (unknown)"
    assert "It is kept" in editor.ui.meaningLabel.text
    control = editor.table.control("MyOwnParameter")
    control.text = 'one "two three"'
    control.editingFinished()
    assert editor.draft.maps[2]["MyOwnParameter"] == ("one", "two three")
    assert "no such parameter" in texts(editor.ui.problemList)[0]
    editor.ui.removeParameterButton.click()
    assert "MyOwnParameter" not in editor.draft.maps[2]


def test_a_known_parameter_is_added_with_its_default_and_meaning(host, open_editor):
    editor = open_editor("three")
    selector = editor.ui.addParameterSelector
    selector.setCurrentIndex(selector.findText("RandomSeed"))
    editor.ui.addParameterButton.click()
    host.pump()
    assert "RandomSeed" in editor.draft.maps[2]
    assert editor.ui.meaningLabel.text.startswith("<b>RandomSeed</b>: ")
    assert selector.findText("RandomSeed") == -1
    editor.ui.parameterSearchBox.text = "random seed"
    host.pump()
    assert editor.table.control("Transform") is None
    editor.ui.parameterSearchBox.text = ""
    host.pump()
    assert editor.table.control("Transform") is not None


def test_stages_are_switched_off_moved_added_and_removed(host, qt, open_editor):
    editor = open_editor("three")
    ui = editor.ui
    ui.stageList.item(1).setCheckState(qt.Qt.Unchecked)
    assert [each.enabled for each in editor.draft.stages] == [True, False, True]
    ui.stageList.setCurrentRow(0)
    assert not ui.stageUpButton.enabled
    ui.stageDownButton.click()
    assert [parameters["Transform"][0] for parameters in editor.draft.maps][:2] == ["AffineTransform", "EulerTransform"]
    assert ui.stageList.currentRow == 1
    editor.stages.add("similarity")
    host.pump()
    assert ui.stageList.currentRow == 3
    assert editor.table.control("Transform").currentText == "SimilarityTransform"
    for _ in range(4):
        ui.removeStageButton.click()
    host.pump()
    assert editor.draft.stages == ()
    assert "no stage is switched on" in texts(ui.problemList)[0]
    assert not ui.stageTabs.enabled
    for _ in range(6):
        ui.undoButton.click()
    assert [each.enabled for each in editor.draft.stages] == [True, False, True]
    ui.undoButton.click()
    assert editor.draft.stages == find_preset("three").all_stages()
    assert not ui.undoButton.enabled
    ui.redoButton.click()
    assert not editor.draft.stages[1].enabled


def test_quick_edits_concern_all_stages(open_editor):
    editor = open_editor("three")
    ui = editor.ui
    ui.iterationsSpinBox.value = 2 * ui.iterationsSpinBox.value
    before = [parameters["MaximumNumberOfIterations"] for parameters in find_preset("three").stages()]
    after = [parameters["MaximumNumberOfIterations"] for parameters in editor.draft.maps]
    assert [[2 * int(n) for n in each] for each in before] == [[int(n) for n in each] for each in after]
    assert ui.gridSpinBox.value == 16.0
    ui.gridSpinBox.value = 7.0
    assert editor.draft.maps[2]["FinalGridSpacingInPhysicalUnits"] == ("7",)
    ui.stiffnessSpinBox.value = 0.5
    assert "TransformBendingEnergyPenalty" in editor.draft.maps[2]["Metric"]
    choose(ui.metricSelector, "AdvancedNormalizedCorrelation")
    assert all("AdvancedNormalizedCorrelation" in each["Metric"] for each in editor.draft.maps)
    choose(ui.motionSelector, "translation")
    assert [each["Transform"] for each in editor.draft.maps] == [("TranslationTransform",)]
    assert not ui.gridSpinBox.enabled
    assert ui.problemsLabel.text == "No problems for 3D volumes."


def test_values_by_resolution(host, open_editor):
    editor = open_editor("three")
    table = editor.ui.resolutionTable
    names = [table.verticalHeaderItem(n).text() for n in range(table.rowCount)]
    line = names.index("MaximumNumberOfIterations")
    table.item(line, 1).setText("77")
    assert editor.draft.maps[2]["MaximumNumberOfIterations"][1] == "77"
    count = table.columnCount
    editor.ui.resolutionsSpinBox.value = count + 1
    assert table.columnCount == count + 1
    assert table.item(line, 2).text() == "77"
    assert len(editor.draft.maps[2]["MaximumNumberOfIterations"]) == count + 1
    assert editor.ui.problemsLabel.text == "No problems for 3D volumes."


def test_problems_are_shown_as_they_arise_and_lead_to_the_place(host, a_module, a_volume, open_editor):
    editor = open_editor("three")
    editor.ui.stageList.setCurrentRow(0)
    editor.ui.stageText.setPlainText(editor.ui.stageText.plainText.replace('(ErodeMask "false")', '(ErodeMask "true")'))
    host.waitUntil(lambda: "true" in editor.draft.maps[0].get("ErodeMask", ()), 3)
    assert editor.ui.problemList.count == 0
    a_module.ui.fixedMaskSelector.setCurrentNode(a_volume("mask", node_class="vtkMRMLLabelMapVolumeNode"))
    (text,) = texts(editor.ui.problemList)
    assert text.startswith("Stage 1, ErodeMask: ")
    assert editor.ui.problemsLabel.text == "Can run for 3D volumes with masks. Remarks: 1."
    editor.ui.stageList.setCurrentRow(2)
    editor.ui.problemList.itemClicked(editor.ui.problemList.item(0))
    host.pump()
    assert editor.ui.stageList.currentRow == 0
    assert editor.ui.meaningLabel.text.startswith("<b>ErodeMask</b>")
    assert editor.ui.stageText.textCursor().selectedText() == '(ErodeMask "true")'


def test_a_text_that_is_broken_for_a_while_costs_nothing(host, open_editor):
    editor = open_editor("three")
    whole = editor.ui.stageText.plainText
    editor.ui.stageText.setPlainText(whole + "(NumberOf")
    host.waitUntil(lambda: editor.draft.maps[2] is None, 3)
    assert texts(editor.ui.stageList)[2] == "3. cannot be read"
    assert "Errors: 1" in editor.ui.problemsLabel.text
    assert not editor.ui.stageTabs.enabled
    host.dialogs.expect("OK")
    editor.saveMine()
    assert "NumberOf" in host.dialogs.shown[-1].text
    assert mine() == {}
    editor.ui.stageText.setPlainText(whole)
    host.waitUntil(lambda: editor.draft.maps[2] is not None, 3)
    assert editor.ui.stageTabs.enabled


def test_saved_among_mine_it_is_the_chosen_preset(a_module, open_editor, slicer):
    editor = open_editor()
    editor.ui.iterationsSpinBox.value = 42
    editor.ui.titleEdit.text = "Lungs of ours"
    editor.ui.saveMineButton.click()
    (saved,) = mine().values()
    assert (saved.id, saved.title) == ("lungs-of-ours", "Lungs of ours")
    ui = a_module.ui
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == "lungs-of-ours"
    assert ui.presetSelector.currentText == "Lungs of ours (yours)"
    assert ParameterSet(parameter_nodes(slicer.mrmlScene)[0]).settings.preset == "lungs-of-ours"
    editor.ui.iterationsSpinBox.value = 50
    editor.ui.saveMineButton.click()
    assert list(mine()) == ["lungs-of-ours"]
    assert find_preset("lungs-of-ours").stages()[-1]["MaximumNumberOfIterations"][-1] == "50"
    editor.ui.titleEdit.text = "Another"
    editor.ui.saveMineButton.click()
    assert set(mine()) == {"lungs-of-ours", "another"}


def test_a_name_that_a_preset_has_is_not_saved_again(host, open_editor):
    editor = open_editor("rigid")
    for title, said in (("three STAGES", "'Three stages' (three, yours)"), ("Affine", "(affine, built-in)")):
        editor.ui.titleEdit.text = title
        host.dialogs.expect("OK")
        editor.ui.saveMineButton.click()
        assert said in host.dialogs.shown[-1].text
    assert mine() == {}
    editor.ui.titleEdit.text = "Rigid (edited)"
    editor.ui.iterationsSpinBox.value = 42
    editor.ui.saveMineButton.click()
    assert mine()["rigid-edited"].expected_accuracy == "not measured"
    assert open_editor("rigid").ui.titleEdit.text == "Rigid (edited) 2"
    host.dialogs.expect("OK")
    editor.ui.titleEdit.text = "Affine"
    editor.ui.saveInSceneButton.click()
    assert "(affine, built-in)" in host.dialogs.shown[-1].text
    editor.ui.titleEdit.text = "Rigid (edited)"  # in the scene there is none of that name
    editor.ui.saveInSceneButton.click()
    assert editor.draft.preset.origin == "scene"


def test_saved_in_the_scene_it_goes_with_the_scene(host, a_module, open_editor, slicer):
    editor = open_editor("rigid")
    editor.ui.saveInSceneButton.click()
    (kept,) = scene_presets(slicer.mrmlScene)
    assert (kept.id, kept.title) == ("rigid-edited", kept.title)
    assert a_module.ui.presetSelector.currentText == f"{kept.title} (scene)"
    assert a_module.ui.applyButton.enabled
    assert mine() == {}


def test_changes_that_were_not_saved_are_asked_for(host, a_module, open_editor):
    editor = open_editor()
    editor.ui.iterationsSpinBox.value = 42
    host.dialogs.expect("Cancel")
    editor.ui.closeButton.click()
    assert editor.window.isVisible()
    editor.window.close()
    editor = open_editor()
    assert editor.ui.iterationsSpinBox.value == 42
    host.dialogs.expect("Cancel")
    open_editor("rigid")
    assert editor.draft.preset.id == "ct-lung"
    host.dialogs.expect("OK")
    editor.ui.closeButton.click()
    assert not editor.window.isVisible()
    assert open_editor("rigid").draft.preset.id == "rigid"


def test_it_goes_away_with_the_module(host, a_module, open_editor):
    editor = open_editor()
    host.unloadModule("ElastixRegistration")
    assert editor.window is None
