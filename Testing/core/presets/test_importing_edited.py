"""Exported presets that were edited, and broken indexes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.presets.draft import PresetDraft
from ElastixRegistrationLib.core.presets.import_report import READ, REFUSED
from ElastixRegistrationLib.core.presets.importing import examine, import_presets
from ElastixRegistrationLib.core.presets.preset import NOT_MEASURED
from ElastixRegistrationLib.core.presets.user_presets import UserPresets, export_preset, write_preset_folder
from phantoms.images import stage
from support.preset_files import RIGID, folder_of, states


def exported(tmp_path: Path, preset_id: str = "ct-lung") -> Path:
    export_preset(find_preset(preset_id), tmp_path / "exported")
    return tmp_path / "exported"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


#: What becomes of the affine stage (None: all its text; no file at all), why it is refused, whether its text is kept.
BROKEN = {
    "a line": (
        '(Transform "AffineTransform")',
        '(Transform "AffineTransform"',
        r"line \d+: .* closes the parenthesis",
        True,
    ),
    "a parameter": (
        '(Transform "AffineTransform")',
        "(Transform )",
        r"line \d+, parameter Transform: it has no value",
        True,
    ),
    "all of it": (
        None,
        "Dear all,\nthis one (the last) is good.\n",
        "line 1: .* no opening parenthesis, 'Dear all,'",
        True,
    ),
    "gone": (None, None, "it is missing", False),
    "empty": (None, "", "there are no parameters in it", False),
    "a result": (None, "(TransformParameters 0 0)\n", "the result of a registration, a transform", False),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_preset_with_a_broken_stage_is_kept_only_to_be_mended(mine, tmp_path, case):
    old, new, reason, kept = BROKEN[case]
    source = exported(tmp_path)
    file = source / "1-lung-affine.txt"
    if new is None:
        file.unlink()
    else:
        edit(file, file.read_text() if old is None else old, new)
    broken = file.read_text() if file.is_file() else ""
    with pytest.raises(InputError, match=rf"exported: it contains no usable preset\. 1-lung-affine\.txt: {reason}"):
        import_presets(source, mine)
    assert not mine.folder.exists()
    report = import_presets(source, mine, keep_unusable=True)
    (preset,) = report.presets
    assert preset.expected_accuracy == NOT_MEASURED
    assert re.search(rf"cannot be run before it is edited: Lungs, CT: 1-lung-affine.txt: {reason}", report.text())
    assert "its expected accuracy is left out" in report.text()
    assert all(file.state == REFUSED for file in report.files if file.path == "1-lung-affine.txt")
    # Whoever runs it is told; the editor shows both stages, the broken one as it came.
    with pytest.raises(InputError, match=r"1-lung-affine\.txt"):
        preset.stages()
    draft = PresetDraft.of(preset)
    assert [each.enabled for each in draft.stages] == [True, True]
    assert draft.errors[0] is not None
    assert (draft.stages[0].text == broken) == kept
    mended = draft.with_text(0, RIGID).to_preset(preset.id, preset.title, "user")
    assert mended.stages() == [stage("EulerTransform"), find_preset("ct-lung").stages()[1]]
    assert import_presets(source, mine, keep_unusable=True).presets == ()


def test_a_preset_of_one_broken_stage(mine, tmp_path):
    source = exported(tmp_path, "rigid")
    (file,) = source.glob("*.txt")
    edit(file, "(", "")
    with pytest.raises(InputError, match=rf"{file.name}: line \d+: "):
        import_presets(source, mine)
    (preset,) = import_presets(source, mine, keep_unusable=True).presets
    assert preset.all_stages()[0].text == file.read_text()
    file.unlink()
    with pytest.raises(InputError, match="it is missing"):
        import_presets(source, UserPresets(tmp_path / "other"), keep_unusable=True)


def test_what_was_measured_is_not_said_of_stages_that_were_edited(mine, tmp_path):
    source = exported(tmp_path, "automatic")
    accuracy = find_preset("automatic").expected_accuracy
    file = sorted(source.glob("*.txt"))[-1]
    file.write_text("// of ours\n" + file.read_text())
    (same,) = import_presets(source, mine).presets
    assert same.expected_accuracy == accuracy
    edit(source / "preset.json", '"title": "Automatic"', '"title": "Ours"')
    edit(file, "(MaximumNumberOfIterations ", "(MaximumNumberOfIterations 7")
    report = import_presets(source, mine)
    assert report.presets[0].expected_accuracy == NOT_MEASURED
    assert "Ours: its stages are not those that were measured" in report.text()
    assert "Ours: it is fitted to each pair" in report.text()
    assert report.document()["notes"] == list(report.notes)
    # What somebody measured for stages of his own is taken along, until they are edited.
    edit(source / "preset.json", json.dumps(accuracy), '"0.9 mm on ours"')
    edit(source / "preset.json", '"title": "Ours"', '"title": "Ours, measured"')
    assert import_presets(source, mine).presets[0].expected_accuracy == "0.9 mm on ours"
    edit(file, "(MaximumNumberOfIterations ", "(MaximumNumberOfIterations 7")
    assert import_presets(source, mine).presets[0].expected_accuracy == NOT_MEASURED


@pytest.mark.parametrize("text", ["{", "[1]", '{"files": ["../x"]}', '{"presets": 3}'])
def test_a_broken_index_is_refused_and_its_files_are_read_all_the_same(tmp_path, text):
    report = examine(folder_of(tmp_path / "set", a_txt=RIGID, preset_json=text))
    assert states(report)["a.txt"] == READ
    assert states(report)["preset.json"] == REFUSED
    assert [found.preset.id for found in report.found] == ["set"]


def test_a_description_that_cannot_be_read_keeps_its_files_from_being_guessed_at(tmp_path):
    write_preset_folder(find_preset("histology"), tmp_path / "mine")
    entry = tmp_path / "mine" / "preset.json"
    entry.write_text(entry.read_text(encoding="utf-8").replace('",\n', '"\n', 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"preset\.json.*line 3"):
        import_presets(tmp_path / "mine", UserPresets(tmp_path / "kept"))
    kept = import_presets(tmp_path / "mine", UserPresets(tmp_path / "kept"), keep_unusable=True)
    assert len(kept.presets) == 1
    assert "cannot be run before it is edited: mine: preset.json: " in kept.text()
