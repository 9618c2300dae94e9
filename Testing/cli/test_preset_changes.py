"""What presets of the command line takes and refuses, and how a preset is changed from a shell."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.presets.user_presets import user_presets
from phantoms.images import blobs, grid
from support.command_line import call

ORDERS = [
    "presets import --all broken --json",
    "presets import broken --json --all",
    "presets --json import --all broken",
    "presets show --json rigid",
    "presets --json show rigid",
    "presets --modality ct list --json",
    "presets list --json --search lungs",
    "presets --json --search lungs",
    "presets export --overwrite rigid there --json",
    "presets copy --json rigid Ours",
]


@pytest.mark.parametrize("words", ORDERS)
def test_options_of_presets_may_stand_anywhere(words, tmp_path, capsys, preset_folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("presets", "export", "ct-lung", "broken", "--quiet") == 0
    Path("broken/1-lung-affine.txt").write_text("(Transform\n", encoding="utf-8")
    assert main(words.split()) == 0
    document = json.loads(capsys.readouterr().out)
    if "import" in words:
        assert document["imported"] == [{"id": "ct-lung-2", "title": "Lungs, CT"}]
    if "list" in words or "search" in words:
        assert "ct-lung" in {preset["id"] for preset in document["presets"]}
        assert "prostate" not in {preset["id"] for preset in document["presets"]}


def test_each_action_has_its_own_help(capsys):
    for action, there, not_there in [
        ("import", "--all", "--modality"),
        ("export", "--overwrite", "--all"),
        ("list", "lung, chest, abdomen", "--all"),
        ("copy", "TITLE", "--search"),
    ]:
        with pytest.raises(SystemExit) as end:
            main(["presets", action, "--help"])
        text = " ".join(capsys.readouterr().out.split())
        assert end.value.code == 0
        assert there in text
        assert not_there not in text


WRONG_PRESETS = {
    "presets --modality mri": "No preset is for the modality 'mri'; did you mean mr? Known are ct, mr, pet, histology",
    "presets list --anatomy xx": "No preset is for the anatomy 'xx'; known are lung, chest, abdomen",
    "presets --modality ct show rigid": "presets show has no option --modality",
    "presets list lung": "use --search lung",
    "presets list --dimension 4": "choose from 2, 3",
    "presets lung": "invalid choice: 'lung'",
    "presets copy rigid": "required: TITLE",
    "presets copy rigid ''": "name of the preset is empty",
    "presets copy affine rigid": "There is already a preset 'Rigid' (rigid, built-in)",
    "presets rename ours affine": "There is already a preset 'Affine' (affine, built-in)",
    "presets copy rigid ours": "There is already a preset 'Ours' (ours, yours)",
    "presets export rigid there": "The folder there is not empty; choose another one, or use --overwrite.",
    "presets import cut.zip": "cut.zip: the archive is damaged",
}


@pytest.mark.parametrize("words", WRONG_PRESETS)
def test_a_wrong_call_of_presets_is_told_and_changes_nothing(words, tmp_path, capsys, preset_folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for made in (("export", "rigid", "there"), ("export", "rigid", "cut.zip"), ("copy", "rigid", "Ours")):
        assert call("presets", *made, "--quiet") == 0
    Path("cut.zip").write_bytes(Path("cut.zip").read_bytes()[:-40])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main(shlex.split(words)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert WRONG_PRESETS[words] in err.replace("'2', '3'", "2, 3").splitlines()[-1]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_words_of_own_presets_are_known(capsys, preset_folder):
    user_presets().save(
        replace(find_preset("rigid"), id="ours", modality=("opt",), texts=find_preset("rigid").all_stages())
    )
    assert call("presets", "--modality", "OPT", "--json") == 0
    assert "ours" in {preset["id"] for preset in json.loads(capsys.readouterr().out)["presets"]}


def test_a_preset_is_changed_from_the_shell(tmp_path, capsys, preset_folder, monkeypatch):
    """Export, edit, import and register, as docs/scripting.md says, with the id that the import prints."""
    monkeypatch.chdir(tmp_path)
    assert call("presets", "export", "rigid", "my-rigid") == 0
    exported = Path(capsys.readouterr().out.splitlines()[0])
    text = exported.read_text(encoding="utf-8")
    assert "(MaximumNumberOfIterations " in text
    lines = [line for line in text.splitlines() if not line.startswith("(MaximumNumberOfIterations ")]
    exported.write_text("\n".join([*lines, "(MaximumNumberOfIterations 33)", ""]), encoding="utf-8")
    described = Path("my-rigid/preset.json")
    entry = json.loads(described.read_text(encoding="utf-8"))
    described.write_text(json.dumps(entry | {"id": "my-rigid", "title": "My rigid"}), encoding="utf-8")
    assert call("presets", "import", "my-rigid") == 0
    out = capsys.readouterr().out.splitlines()
    preset_id = out[0].split()[0]
    assert out[0] == "my-rigid  My rigid"
    assert "its expected accuracy is left out" in out[1]
    assert call("presets", "show", preset_id) == 0
    shown = capsys.readouterr().out
    assert "expected accuracy: not measured" in shown
    assert "(MaximumNumberOfIterations 33)" in shown
    write_image(blobs(grid(), dtype=np.int16), "fixed.nrrd")
    write_image(blobs(grid(), np.array([2.0, 1.0, -1.0]), dtype=np.int16), "moving.nrrd")
    assert (
        call("register", "fixed.nrrd", "moving.nrrd", "--preset", preset_id, "--output-transform", "t.h5", "--json")
        == 0
    )
    assert Path("t.h5").is_file()
    assert call("presets", "delete", preset_id) == 0


def test_a_preset_that_is_kept_to_be_mended_is_not_run(tmp_path, capsys, preset_folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("presets", "export", "ct-lung", "mine") == 0
    Path("mine/1-lung-affine.txt").write_text("// ours\n(Transform\n", encoding="utf-8")
    capsys.readouterr()
    assert call("presets", "import", "mine") == 2
    assert "1-lung-affine.txt: line 2: " in capsys.readouterr().err
    assert call("presets", "import", "mine", "--all") == 0
    out = capsys.readouterr().out
    assert "cannot be run before it is edited: Lungs, CT: 1-lung-affine.txt: line 2: " in out
    assert out.splitlines()[-1] == "1 preset imported, 0 files upgraded, 1 refused."
    write_image(blobs(grid(), dtype=np.int16), "fixed.nrrd")
    assert call("register", "fixed.nrrd", "fixed.nrrd", "--preset", "ct-lung-2", "--output-transform", "t.h5") == 2
    assert "1-lung-affine.txt, line 2" in capsys.readouterr().err
    assert call("presets", "show", "ct-lung-2") == 0
    assert "(Transform\n" in capsys.readouterr().out
