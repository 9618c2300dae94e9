"""The user's own presets: whole or not at all, whatever happens; built-in ones stay as they are."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.errors import InputError, ParameterError
from ElastixRegistrationLib.core.presets import user_presets as module
from ElastixRegistrationLib.core.presets.catalog import built_in_presets, find_preset, list_presets
from ElastixRegistrationLib.core.presets.importing import import_presets
from ElastixRegistrationLib.core.presets.preset import Preset, PresetStage, free_title, preset_from_json, preset_json
from ElastixRegistrationLib.core.presets.user_presets import (
    UserPresets,
    export_preset,
    id_of,
    presets_folder_of_user,
    use_presets_folder,
    user_presets,
)

_REST = """(Metric "AdvancedMeanSquares")
(Optimizer "AdaptiveStochasticGradientDescent")
(ImageSampler "RandomCoordinate")
"""
RIGID = '// ours\n(Transform "EulerTransform")\n' + _REST
DEFORMABLE = '(Transform "BSplineTransform")\n' + _REST


BUILT_IN = list(built_in_presets().values())


@pytest.fixture
def mine(tmp_path) -> UserPresets:
    return UserPresets(tmp_path / "not there yet" / "presets")


def preset(preset_id="lung-of-ours", **changes) -> Preset:
    texts = (PresetStage("rigid.txt", RIGID), PresetStage("bspline.txt", DEFORMABLE, enabled=False))
    values = {
        "title": "Lung of ours",
        "modality": ("ct",),
        "anatomy": ("lung",),
        "dimension": (3,),
        "description": "What we use.",
        "reference": "nobody 2020, doi:10.1000/x",
        "initialization": "mass",
        "texts": texts,
    }
    return Preset(preset_id, **values | changes)


def files_of(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def test_a_saved_preset_comes_back(mine):
    mine.save(preset())
    (found,) = mine.presets()
    assert found == mine.find("lung-of-ours")
    assert found.origin == "user"
    assert found.all_stages() == (
        PresetStage("1-rigid.txt", RIGID),
        PresetStage("2-bspline.txt", DEFORMABLE, enabled=False),
    )
    assert [stage["Transform"] for stage in found.stages()] == [("EulerTransform",)]
    for name in ("title", "modality", "anatomy", "dimension", "description", "reference", "initialization"):
        assert getattr(found, name) == getattr(preset(), name)
    assert sorted(path.name for path in (mine.folder / "lung-of-ours").iterdir()) == [
        "1-rigid.txt",
        "2-bspline.txt",
        "preset.json",
    ]


def test_a_saved_preset_is_found_by_everyone(preset_folder):
    user_presets().save(preset())
    assert find_preset("lung-of-ours").initialization == "mass"
    assert "lung-of-ours" in {found.id for found in list_presets(anatomy="lung", search="nobody")}
    with pytest.raises(InputError, match="lung-of-ours"):
        find_preset("lung-of-our")


def test_presets_of_a_caller_come_first(preset_folder):
    user_presets().save(preset())
    other = preset(title="From a scene")
    assert find_preset("lung-of-ours", [other]).title == "From a scene"
    assert [found.title for found in list_presets(others=[other]) if found.id == "lung-of-ours"] == ["From a scene"]


def test_saving_again_asks_for_it(mine):
    mine.save(preset())
    with pytest.raises(InputError, match="already"):
        mine.save(preset())
    mine.save(preset(title="Other", texts=(PresetStage("x.txt", RIGID),)), overwrite=True)
    assert mine.find("lung-of-ours").title == "Other"
    assert sorted(path.name for path in (mine.folder / "lung-of-ours").iterdir()) == ["1-x.txt", "preset.json"]


def test_copy_rename_delete(mine):
    copied = mine.copy(find_preset("rigid"), "Mein Röntgen: für 2D/3D!", BUILT_IN)
    assert copied.id == "mein-rontgen-fur-2d-3d"
    assert copied.stages() == find_preset("rigid").stages()
    again = mine.copy(copied, "Mein Rontgen für 2D, 3D")
    assert again.id == "mein-rontgen-fur-2d-3d-2"
    renamed = mine.rename(copied.id, " Other name ")
    assert (renamed.id, renamed.title) == (copied.id, "Other name")
    assert renamed.stages() == copied.stages()
    mine.delete(copied.id)
    assert [found.id for found in mine.presets()] == [again.id]
    assert os.listdir(mine.folder) == [again.id]


def test_built_in_presets_are_read_only(mine):
    for change in (lambda: mine.delete("rigid"), lambda: mine.rename("rigid", "Mine")):
        with pytest.raises(InputError, match="'rigid' is not one of your presets"):
            change()
    assert mine.copy(find_preset("rigid"), "Rigid!", BUILT_IN).id == "rigid-2"


@pytest.mark.parametrize("change", ["copy", "rename"])
def test_a_title_is_of_one_preset(mine, change):
    for title in ("Knees", "Hips"):
        mine.copy(find_preset("rigid"), title, BUILT_IN)
    before = files_of(mine.folder)
    run = partial(mine.copy, find_preset("affine")) if change == "copy" else partial(mine.rename, "hips")
    for title, said in [
        ("", "name of the preset is empty"),
        (" \t", "name of the preset is empty"),
        (" knees ", r"There is already a preset 'Knees' \(knees, yours\); choose another name\."),
        ("RIGID", r"There is already a preset 'Rigid' \(rigid, built-in\); choose another name\."),
    ]:
        with pytest.raises(InputError, match=said):
            run(title, BUILT_IN)
    assert files_of(mine.folder) == before
    assert mine.rename("hips", "HIPS", BUILT_IN).title == "HIPS"
    assert free_title("Knees", mine.presets()) == "Knees 2"
    assert free_title("Shoulders", mine.presets()) == "Shoulders"


@pytest.mark.parametrize("wrong", ["", "..", "a/b", "A", "a--b", "-a", "a" * 61, "con/../x", "a\\b"])
def test_an_id_cannot_lead_elsewhere(mine, wrong):
    with pytest.raises(InputError, match="preset id"):
        mine.save(preset(wrong))
    assert mine.find(wrong) is None


@pytest.mark.parametrize(
    ("title", "expected"), [("", "preset"), ("北京", "preset"), ("COM1", "preset-com1"), ("a_b", "a-b")]
)
def test_ids_of_titles(title, expected):
    assert id_of(title) == expected


def test_all_or_nothing(mine):
    mine.save(preset("one"))
    before = files_of(mine.folder)
    with pytest.raises(ParameterError, match="has no stages"):
        mine.save_all([preset("two"), preset("three", texts=())])
    assert files_of(mine.folder) == before


def test_a_disk_that_fails_half_way_leaves_what_was_there(mine, monkeypatch):
    mine.save(preset("one"))
    before = files_of(mine.folder)
    replaced = os.replace

    def fail(source, target):
        if Path(target).name == "two":
            raise OSError(28, "No space left on device")
        return replaced(source, target)

    monkeypatch.setattr(module.os, "replace", fail)
    with pytest.raises(InputError, match=r"cannot be saved in .*No space left"):
        mine.save_all([preset("one", title="New"), preset("two")], overwrite=True)
    assert files_of(mine.folder) == before
    assert os.listdir(mine.folder) == ["one"]


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_that_cannot_be_written_to(mine):
    mine.folder.mkdir(parents=True)
    mine.folder.chmod(0o500)
    with pytest.raises(InputError, match="cannot be saved"):
        mine.save(preset())


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be saved"):
        UserPresets(tmp_path / "file").save(preset())
    assert UserPresets(tmp_path / "file").presets() == []


BROKEN = {
    "no JSON": ("{", "cannot be read"),
    "a list": ("[]", "must be a JSON object"),
    "no files": ('{"title": "x"}', "names no parameter files"),
    "another folder": ('{"files": ["../../secret.txt"]}', "must be names of files beside it"),
    "a file twice": ('{"files": ["a.txt", "a.txt"]}', "the same file twice"),
    "a wrong title": ('{"files": ["a.txt"], "title": 3}', "title must be text, not 3"),
    "4D": ('{"files": ["a.txt"], "dimension": [4]}', r"dimension must have 2, 3 or both, not \[4\]"),
    "a wrong start": ('{"files": ["a.txt"], "initialization": "moments"}', "initialization must be"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_preset_is_named_and_left_out_of_the_list(mine, case, caplog):
    text, message = BROKEN[case]
    mine.save(preset("good"))
    (mine.folder / "bad").mkdir()
    (mine.folder / "bad" / "preset.json").write_text(text)
    with pytest.raises(InputError, match=message) as error:
        mine.find("bad")
    assert "bad" in str(error.value)
    assert [found.id for found in mine.presets()] == ["good"]
    assert "preset.json" in caplog.text


def test_a_preset_written_by_hand_needs_little(mine):
    folder = mine.folder / "by-hand"
    folder.mkdir(parents=True)
    (folder / "preset.json").write_text('{"files": ["my stage.toml"]}')
    (folder / "my stage.toml").write_text('Transform = "EulerTransform"\n')
    found = mine.find("by-hand")
    assert (found.title, found.modality, found.dimension) == ("by-hand", ("any",), (2, 3))
    assert found.stages() == [{"Transform": ("EulerTransform",)}]
    assert mine.copy(found, "A copy").all_stages()[0] == PresetStage("1-my-stage.txt", '(Transform "EulerTransform")\n')


@pytest.mark.parametrize("target", ["out", "out.zip", "Umlaut Ä.ZIP"])
def test_an_export_can_be_imported(mine, tmp_path, target):
    saved = mine.save(preset())
    written = export_preset(saved, tmp_path / target)
    assert all(path.is_file() for path in written)
    other = UserPresets(tmp_path / "other computer")
    (imported,) = import_presets(tmp_path / target, other).presets
    assert replace(imported, files=(), switched_off=()) == replace(saved, files=(), switched_off=())
    assert imported.all_stages() == saved.all_stages()
    if target.lower().endswith(".zip"):
        assert zipfile.ZipFile(tmp_path / target).testzip() is None


@pytest.mark.parametrize("target", ["out", "out.zip"])
def test_an_export_replaces_nothing_unasked(mine, tmp_path, target):
    edited = tmp_path / target
    export_preset(preset(), edited)
    edited = edited / "1-rigid.txt" if edited.is_dir() else edited
    edited.write_text("edited by hand")
    before = files_of(tmp_path)
    with pytest.raises(InputError, match=r"out(\.zip)? (is not empty|exists already); .*--overwrite\.$"):
        export_preset(preset(), tmp_path / target)
    assert files_of(tmp_path) == before
    export_preset(preset(), tmp_path / target, overwrite=True)
    assert edited.read_bytes() != b"edited by hand"
    assert files_of(tmp_path).keys() == before.keys()
    (tmp_path / "empty").mkdir()
    assert len(export_preset(preset(), tmp_path / "empty")) == 3


def test_an_export_that_fails_leaves_nothing(mine, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        export_preset(preset(), tmp_path / "no folder" / "x.zip")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"):
        export_preset(preset(), tmp_path / "file")
    assert os.listdir(tmp_path) == ["file"]


def test_a_preset_in_one_text_comes_back():
    text = preset_json(preset())
    assert json.loads(text)["stages"]["rigid.txt"][0] == "// ours"
    assert preset_from_json(text, "node X", "scene") == replace(preset(), origin="scene")
    for broken in ("", "[]", '{"files": ["a"]}', text.replace('"rigid.txt": [', '"other.txt": [')):
        with pytest.raises(InputError, match="node X"):
            preset_from_json(broken, "node X", "scene")


def test_where_the_folder_is(monkeypatch, tmp_path):
    monkeypatch.delenv("ELASTIX_REGISTRATION_PRESETS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if sys.platform.startswith("linux"):
        assert presets_folder_of_user() == tmp_path / "ElastixRegistration" / "Presets"
    try:
        use_presets_folder(tmp_path / "settings of Slicer")
        assert presets_folder_of_user() == tmp_path / "settings of Slicer"
    finally:
        use_presets_folder(None)
    monkeypatch.setenv("ELASTIX_REGISTRATION_PRESETS", str(tmp_path / "named"))
    assert presets_folder_of_user() == tmp_path / "named"


def test_nothing_is_made_by_looking(mine):
    assert mine.presets() == []
    assert mine.find("x") is None
    assert not mine.folder.exists()
    shutil.rmtree(mine.folder, ignore_errors=True)
