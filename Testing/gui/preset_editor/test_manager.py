"""The menu of presets: copy, rename, delete, keep in the scene, export and import; and what the panel says of them."""

from __future__ import annotations

import os

import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.presets.catalog import DEFAULT_PRESET, find_preset
from ElastixRegistrationLib.core.presets.importing import import_presets
from ElastixRegistrationLib.core.presets.user_presets import export_preset, user_presets
from ElastixRegistrationLib.mrml.run.scene_presets import scene_presets
from phantoms.images import stage


@pytest.fixture
def a_module(open_panel, a_pair, preset_folder):
    return open_panel()


@pytest.fixture
def menu(a_module):
    return a_module.panel.presets.manager.actions


def choose(comboBox, value):
    index = comboBox.findData(value)
    assert index >= 0, f"{value} is not offered"
    comboBox.setCurrentIndex(index)


def chosen(module):
    return module.ui.presetSelector.itemData(module.ui.presetSelector.currentIndex)


def test_a_built_in_preset_can_be_copied_not_changed(host, a_module, menu):
    choose(a_module.ui.presetSelector, "rigid")
    assert not menu["rename"].enabled
    assert not menu["delete"].enabled
    host.dialogs.expect("Rigid for knees")
    menu["copy"].trigger()
    assert chosen(a_module) == "rigid-for-knees"
    assert menu["rename"].enabled
    host.dialogs.expect("Knees")
    menu["rename"].trigger()
    assert a_module.ui.presetSelector.currentText == "Knees (yours)"
    host.dialogs.expect("Cancel")
    menu["delete"].trigger()
    assert chosen(a_module) == "rigid-for-knees"
    host.dialogs.expect("OK")
    menu["delete"].trigger()
    assert (chosen(a_module), user_presets().presets()) == (DEFAULT_PRESET, [])


def test_kept_in_the_scene_it_is_there_without_the_folder(host, a_module, menu, slicer):
    choose(a_module.ui.presetSelector, "affine")
    menu["keep"].trigger()
    (kept,) = scene_presets(slicer.mrmlScene)
    assert chosen(a_module) == kept.id == "affine-2"
    assert not menu["keep"].enabled
    host.dialogs.expect("Ours")
    menu["rename"].trigger()
    assert a_module.ui.presetSelector.currentText == "Ours (scene)"
    assert a_module.ui.applyButton.text == "Apply"
    host.dialogs.expect("OK")
    menu["delete"].trigger()
    assert scene_presets(slicer.mrmlScene) == []
    assert a_module.ui.applyButton.text == "Apply"


def test_a_node_that_is_removed_takes_its_preset_along(a_module, menu, slicer):
    menu["keep"].trigger()
    node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTextNode")
    slicer.mrmlScene.RemoveNode(node)
    assert a_module.ui.applyButton.text == "Choose a preset"
    assert "is not available here" in a_module.ui.presetDescriptionLabel.text
    assert not a_module.ui.editPresetButton.enabled


def test_a_name_that_a_preset_has_is_refused_and_never_proposed(host, a_module, menu):
    choose(a_module.ui.presetSelector, "rigid")
    for _time in range(2):
        host.dialogs.expect(lambda dialog: dialog.accept())  # with the name that is proposed
        choose(a_module.ui.presetSelector, "rigid")
        menu["copy"].trigger()
    assert {preset.title for preset in user_presets().presets()} == {"Rigid (copy)", "Rigid (copy) 2"}
    for action, name, said in (
        ("copy", "affine", "There is already a preset 'Affine' (affine, built-in); choose another name."),
        (
            "rename",
            "Rigid (copy)",
            "There is already a preset 'Rigid (copy)' (rigid-copy, yours); choose another name.",
        ),
    ):
        host.dialogs.expect(name)
        host.dialogs.expect("OK")
        menu[action].trigger()
        assert host.dialogs.shown[-1].text == said
    assert {preset.title for preset in user_presets().presets()} == {"Rigid (copy)", "Rigid (copy) 2"}


def test_an_export_under_a_name_that_the_dialog_did_not_ask_for_is_asked_for(host, a_module, menu, tmp_path):
    (tmp_path / "ours.zip").write_text("of mine")
    host.dialogs.expect(str(tmp_path / "ours"))
    host.dialogs.expect("Cancel")
    menu["export"].trigger()
    assert "ours.zip already exists" in host.dialogs.shown[-1].text
    assert (tmp_path / "ours.zip").read_text() == "of mine"
    host.dialogs.expect(str(tmp_path / "ours"))
    host.dialogs.expect("OK")
    menu["export"].trigger()
    assert (tmp_path / "ours.zip").read_bytes() != b"of mine"


def test_a_damaged_zip_and_a_broken_stage_are_named(host, a_module, menu, tmp_path):
    archive = tmp_path / "ours.zip"
    export_preset(find_preset("rigid"), archive)
    archive.write_bytes(archive.read_bytes()[:-40])
    export_preset(find_preset("ct-lung"), tmp_path / "ours")
    (tmp_path / "ours" / "1-lung-affine.txt").write_text("(Transform\n")
    manager = a_module.panel.presets.manager
    with pytest.raises(InputError, match=r"ours\.zip: the archive is damaged"):
        manager.importPath(str(archive))
    with pytest.raises(InputError, match=r"1-lung-affine\.txt: line 1: "):
        manager.importPath(str(tmp_path / "ours"))


def test_a_preset_that_was_kept_to_be_mended_says_so(host, a_module, tmp_path):
    export_preset(find_preset("ct-lung"), tmp_path / "ours")
    (tmp_path / "ours" / "1-lung-affine.txt").write_text("(Transform\n")
    (kept,) = import_presets(tmp_path / "ours", keep_unusable=True).presets
    a_module.ui.presetSearchBox.text = "lungs"
    choose(a_module.ui.presetSelector, kept.id)
    assert "1-lung-affine.txt, line 1" in a_module.ui.presetProblemsLabel.text
    assert a_module.ui.presetStagesLabel.text == ""
    a_module.ui.editPresetButton.click()
    editor = a_module.panel.presets.manager.editor
    assert len(editor.draft.stages) == 2
    assert "Errors: 1" in editor.ui.problemsLabel.text


def test_export_and_import(host, a_module, menu, tmp_path):
    choose(a_module.ui.presetSelector, "rigid")
    host.dialogs.expect(str(tmp_path / "ours.zip"))
    menu["export"].trigger()
    assert (tmp_path / "ours.zip").is_file()
    host.dialogs.expect(str(tmp_path / "ours.zip"))
    host.dialogs.expect("OK")
    menu["importFile"].trigger()
    assert host.dialogs.shown[-1].text == "1 preset was imported."
    assert chosen(a_module) == "rigid-2"


def test_an_import_says_what_became_of_each_file(host, a_module, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    write_parameter_file(stage("AffineTransform", Metric="NormalizedCorrelation"), folder / "affine.txt")
    (folder / "README.md").write_text("# Hands of ours\n\n### Image data\nultrasound of the hand\n")
    (folder / "broken.txt").write_text("(Transform\n")
    host.dialogs.expect("OK")
    a_module.panel.presets.manager.importPath(str(folder))
    shown = host.dialogs.shown[-1]
    assert shown.text == "1 preset was imported. 1 file for an older elastix was upgraded. 1 file was refused."
    assert "refused: broken.txt: line 1" in shown.details
    assert "NormalizedCorrelation is AdvancedNormalizedCorrelation now" in shown.details
    assert a_module.ui.presetSelector.currentText == "Hands of ours (yours)"
    choose(a_module.ui.modalityFilter, "us")
    choose(a_module.ui.anatomyFilter, "wrist")
    assert chosen(a_module) == "given"


def test_an_import_of_nothing_changes_nothing(a_module, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing here")
    before = chosen(a_module)
    with pytest.raises(InputError, match="no usable preset"):
        a_module.panel.presets.manager.importPath(str(tmp_path / "notes.txt"))
    assert chosen(a_module) == before
    assert not os.path.exists(user_presets().folder)


def test_the_panel_says_what_is_wrong_before_apply(a_module, a_volume, tmp_path, host):
    write_parameter_file(stage(ErodeMask="true", FixedImageDimension="3"), tmp_path / "x.txt")
    host.dialogs.expect("OK")
    a_module.panel.presets.manager.importPath(str(tmp_path / "x.txt"))
    label = a_module.ui.presetProblemsLabel
    assert not label.visible
    a_module.ui.fixedMaskSelector.setCurrentNode(a_volume("mask", node_class="vtkMRMLLabelMapVolumeNode"))
    assert "Stage 1, ErodeMask" in label.text
    flat = [a_volume(name, shape=(1, 24, 27)) for name in ("flat", "flat too")]
    a_module.ui.fixedVolumeSelector.setCurrentNode(flat[0])
    assert "images of 3 axes, and these have 2" in label.text
