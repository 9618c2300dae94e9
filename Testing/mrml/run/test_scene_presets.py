"""Presets in text nodes: they come back from a saved scene, and registerVolumes uses them."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import format_parameter_text
from ElastixRegistrationLib.core.presets.catalog import find_preset, list_presets
from ElastixRegistrationLib.core.presets.preset import Preset, PresetStage
from ElastixRegistrationLib.core.presets.user_presets import user_presets
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.run.scene_presets import (
    ATTRIBUTE,
    free_scene_id,
    preset_nodes,
    preset_of_node,
    remove_from_scene,
    rename_in_scene,
    save_in_scene,
    scene_presets,
)
from phantoms.images import stage

TEXT = '// with "quotes", a\ttab, <signs> & umlauts: Jürgen 北京\n' + format_parameter_text(stage())


@pytest.fixture
def a_preset():
    texts = (PresetStage("1-shift.txt", TEXT), PresetStage("2-rigid.txt", TEXT, enabled=False))
    return Preset("ours", "Ours <&>", dimension=(3,), initialization="none", description="line", texts=texts)


def test_a_preset_comes_back_from_its_node(a_scene, a_preset):
    saved = save_in_scene(a_scene, a_preset)
    assert saved.origin == "scene"
    assert saved.all_stages() == a_preset.all_stages()
    assert scene_presets(a_scene) == [saved]
    (node,) = preset_nodes(a_scene)
    assert (node.GetName(), node.GetAttribute(ATTRIBUTE)) == ("Ours <&>", "ours")


def test_a_preset_is_saved_in_the_file_of_the_scene(a_scene, a_preset, tmp_path):
    saved = save_in_scene(a_scene, a_preset)
    path = str(tmp_path / "scene.mrml")
    a_scene.SetURL(path)
    assert a_scene.Commit(path)
    assert [file.name for file in tmp_path.iterdir()] == ["scene.mrml"]
    again = slicer.vtkMRMLScene()
    again.SetURL(path)
    assert again.Connect()
    assert scene_presets(again) == [saved]


def test_saving_again_replaces(a_scene, a_preset):
    save_in_scene(a_scene, a_preset)
    (node,) = preset_nodes(a_scene)
    changed = Preset("ours", "Other", texts=a_preset.texts[:1])
    save_in_scene(a_scene, changed)
    assert preset_nodes(a_scene) == [node]
    assert preset_of_node(node).title == node.GetName() == "Other"
    renamed = rename_in_scene(a_scene, "ours", " Third ")
    assert (renamed.id, renamed.title, node.GetName()) == ("ours", "Third", "Third")


def test_renaming_gives_each_its_own_title(a_scene, a_preset):
    for preset_id in ("ours", "theirs"):
        save_in_scene(a_scene, replace(a_preset, id=preset_id, title=preset_id))
    for title, said in (
        ("THEIRS", r"'theirs' \(theirs, in the scene\)"),
        ("Rigid", "built-in"),
        (" ", "empty"),
    ):
        with pytest.raises(InputError, match=said):
            rename_in_scene(a_scene, "ours", title)
    assert [preset.title for preset in scene_presets(a_scene)] == ["ours", "theirs"]
    assert rename_in_scene(a_scene, "ours", "Ours").title == "Ours"


def test_a_user_preset_and_a_built_in_one_can_be_kept_in_the_scene(a_scene, preset_folder, a_preset):
    mine = user_presets().save(a_preset)
    assert save_in_scene(a_scene, mine).stages() == mine.stages()
    with pytest.raises(InputError, match="'rigid' is a built-in preset"):
        save_in_scene(a_scene, find_preset("rigid"))
    assert free_scene_id(a_scene, "Rigid", user_presets()) == "rigid-2"
    assert free_scene_id(a_scene, "Ours", user_presets()) == "ours-2"


def test_removing(a_scene, a_preset):
    save_in_scene(a_scene, a_preset)
    with pytest.raises(InputError, match="no preset 'other'; it has ours"):
        remove_from_scene(a_scene, "other")
    remove_from_scene(a_scene, "ours")
    assert scene_presets(a_scene) == []
    with pytest.raises(InputError, match="it has none"):
        rename_in_scene(a_scene, "ours", "x")
    assert scene_presets(None) == []


def test_other_text_nodes_and_broken_ones_are_left_out(a_scene, a_preset, caplog):
    a_scene.AddNewNodeByClass("vtkMRMLTextNode", "notes").SetText("hello")
    broken = a_scene.AddNewNodeByClass("vtkMRMLTextNode", "edited by hand")
    broken.SetAttribute(ATTRIBUTE, "broken")
    broken.SetText("{")
    save_in_scene(a_scene, a_preset)
    with caplog.at_level(logging.WARNING):
        assert [preset.id for preset in scene_presets(a_scene)] == ["ours"]
    assert "edited by hand" in caplog.text


def test_presets_of_the_scene_are_listed(a_scene, a_preset):
    save_in_scene(a_scene, a_preset)
    found = list_presets(search="ours", others=scene_presets(a_scene))
    assert [(preset.id, preset.origin) for preset in found] == [("ours", "scene")]


def test_register_volumes_uses_a_preset_of_the_scene(a_scene, a_volume_node, a_preset):
    def scan(shift):
        k, j, i = np.indices((24, 26, 28)) * 3.0
        blob = np.exp(-((i - 40 - shift) ** 2 + (j - 38) ** 2 + (k - 35) ** 2) / 300)
        return a_volume_node((100 * blob).astype(np.float32), np.diag([3.0, 3.0, 3.0, 1.0]))

    save_in_scene(a_scene, a_preset)
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "result")
    RegistrationLogic().registerVolumes(scan(0.0), scan(4.0), outputTransformNode=transform, preset="ours")
    matrix = vtk.vtkMatrix4x4()
    transform.GetMatrixTransformToParent(matrix)
    assert matrix.GetElement(0, 3) == pytest.approx(-4.0, abs=0.3)
    with pytest.raises(InputError, match=r"'our'.*ours"):
        RegistrationLogic().registerVolumes(scan(0.0), scan(4.0), outputTransformNode=transform, preset="our")
