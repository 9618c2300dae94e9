"""Folders and zips of parameter files become presets; every file is accounted for, and nothing is left half-done."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from core.phantoms import stage
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import format_parameter_text, format_parameter_toml
from ElastixRegistrationLib.core.presets import sources as preset_sources
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.presets.draft import PresetDraft
from ElastixRegistrationLib.core.presets.import_report import READ, REFUSED, SKIPPED, UPGRADED
from ElastixRegistrationLib.core.presets.importing import examine, import_presets
from ElastixRegistrationLib.core.presets.preset import NOT_MEASURED
from ElastixRegistrationLib.core.presets.user_presets import UserPresets, export_preset, write_preset_folder
from ElastixRegistrationLib.core.settings import RegistrationSettings

RIGID, DEFORMABLE = format_parameter_text(stage("EulerTransform")), format_parameter_text(stage("BSplineTransform"))
OLD = format_parameter_text(
    {
        name: values
        for name, values in stage("BSplineTransform", Metric="MattesMutualInformation", FinalGridSpacing="8").items()
        if name != "FinalGridSpacingInPhysicalUnits"
    }
)
README = """# Knee MRI at 3T

### Image data
* 3D MRI of the knee

### Published in
A. Author, "Knees and other joints", Journal of Knees, 2015, doi:10.1000/knees
"""


@pytest.fixture
def mine(tmp_path) -> UserPresets:
    return UserPresets(tmp_path / "mine")


def folder_of(path: Path, **files: str) -> Path:
    """A folder with these files; double underscores in names are slashes, single ones dots."""
    for name, text in files.items():
        file = path / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return path


def zipped(path: Path, **files: bytes | str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def states(report) -> dict[str, str]:
    return {file.path: file.state for file in report.files}


def test_a_folder_becomes_a_preset_with_what_its_readme_says(mine, tmp_path):
    source = folder_of(tmp_path / "Knees", bspline_txt=OLD, rigid_txt=RIGID, README_md=README)
    report = import_presets(source, mine)
    (preset,) = report.presets
    assert preset.title == "Knee MRI at 3T"
    assert (preset.id, preset.modality, preset.anatomy, preset.dimension) == ("knees", ("mr",), ("knee",), (3,))
    assert preset.reference == 'A. Author, "Knees and other joints", Journal of Knees, 2015, doi:10.1000/knees'
    assert [s["Transform"] for s in preset.stages()] == [("EulerTransform",), ("BSplineTransform",)]
    assert preset.stages()[1]["Metric"] == ("AdvancedMattesMutualInformation",)
    assert states(report) == {"README.md": SKIPPED, "bspline.txt": UPGRADED, "rigid.txt": READ}
    changed = next(file for file in report.files if file.state == UPGRADED)
    assert [change.parameter for change in changed.changes] == ["FinalGridSpacing", "Metric"]
    assert changed.presets == ("Knee MRI at 3T",)
    json.dumps(report.document())


def test_variants_and_folders_below_become_presets_of_their_own(mine, tmp_path):
    source = folder_of(
        tmp_path / "zoo",
        README_md="# A zoo of ours\n",
        a__rigid_txt=RIGID,
        a__bspline08_txt=DEFORMABLE,
        a__bspline16_txt=DEFORMABLE,
        b__deep__one_toml=format_parameter_toml(stage("AffineTransform")),
        b__README_md="# Deep\n",
    )
    report = import_presets(source, mine)
    assert {preset.title: [s["Transform"][0] for s in preset.stages()] for preset in report.presets} == {
        "A zoo of ours (bspline08)": ["EulerTransform", "BSplineTransform"],
        "A zoo of ours (bspline16)": ["EulerTransform", "BSplineTransform"],
        "Deep": ["AffineTransform"],
    }
    assert sorted(preset.id for preset in mine.presets()) == ["a-bspline08", "a-bspline16", "deep"]


def test_what_is_here_already_is_not_added_again(mine, tmp_path):
    source = folder_of(tmp_path / "Knees", rigid_txt=RIGID)
    import_presets(source, mine)
    again = import_presets(source, mine)
    assert (again.presets, again.already_here) == ((), 1)
    (source / "rigid.txt").write_text(DEFORMABLE)
    assert [preset.id for preset in import_presets(source, mine).presets] == ["knees-2"]


def test_every_file_is_accounted_for(tmp_path):
    source = folder_of(
        tmp_path / "mixed",
        good_txt=RIGID,
        broken_txt="// mine\n(Transform Euler\n",
        notes_txt="Dear all,\nthis one (the last) is good.\n",
        TransformParameters_0_txt="(NumberOfParameters 6)\n(TransformParameters 0 0 0 0 0 0)\n",
        broken_toml="Transform = ",
        inner_zip="x",
        image_mhd="not looked at",
    )
    report = examine(source)
    assert states(report) == {
        "TransformParameters.0.txt": SKIPPED,
        "broken.toml": SKIPPED,
        "broken.txt": REFUSED,
        "good.txt": READ,
        "inner.zip": REFUSED,
        "notes.txt": SKIPPED,
    }
    reasons = {file.path: file.reason for file in report.files}
    assert reasons["broken.txt"].startswith("line 2:")
    assert "transform" in reasons["TransformParameters.0.txt"]
    assert len(report.found) == 1


UNUSABLE = {
    "four axes": (stage(FixedImageDimension="4", MovingImageDimension="4"), "images of 4 axes"),
    "groupwise": (stage(Metric="PCAMetric2"), "groupwise registration"),
    "a file": (
        stage(
            "BSplineTransform",
            Metric="TransformRigidityPenalty",
            FixedRigidityImageName="/no/such/file.mhd",
        ),
        "it needs the file /no/such/file.mhd",
    ),
    "no optimizer": ({"Transform": ("EulerTransform",)}, "no Metric is named"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_run_here_is_told_and_left_out(mine, tmp_path, case):
    parameters, reason = UNUSABLE[case]
    source = folder_of(tmp_path / "given", bad__x_txt=format_parameter_text(parameters), good__x_txt=RIGID)
    report = import_presets(source, mine)
    assert [preset.id for preset in report.presets] == ["good"]
    assert reason in next(found.unusable for found in report.found if found.unusable)
    kept = import_presets(source, UserPresets(tmp_path / "all"), keep_unusable=True)
    assert len(kept.presets) == 2


def test_a_folder_without_presets_is_refused(mine, tmp_path):
    source = folder_of(tmp_path / "given", notes_txt="nothing", bad_txt=format_parameter_text(UNUSABLE["groupwise"][0]))
    with pytest.raises(InputError, match=r"it contains no usable preset: .*groupwise"):
        import_presets(source, mine)
    with pytest.raises(InputError, match="no such file"):
        import_presets(tmp_path / "nowhere", mine)
    assert not mine.folder.exists()


def test_a_single_file_and_one_of_windows(mine, tmp_path):
    path = tmp_path / "von Jürgen.txt"
    path.write_bytes(RIGID.replace("\n", "\r\n").encode("utf-16"))
    (preset,) = import_presets(path, mine).presets
    assert (preset.id, preset.title) == ("von-jurgen", "von Jürgen")
    assert preset.stages()[0] == stage("EulerTransform")


def test_a_per_axis_value_tells_the_dimension(tmp_path):
    flat = stage("EulerTransform", NumberOfResolutions="2") | {"ImagePyramidSchedule": ("4", "4", "1", "1")}
    report = examine(folder_of(tmp_path / "flat", x_txt=format_parameter_text(flat)))
    assert report.found[0].preset.dimension == (2,)
    assert states(report) == {"x.txt": READ}


# --- zips ---


def test_a_zip_as_mac_os_makes_it(mine, tmp_path):
    source = zipped(
        tmp_path / "set.zip",
        **{
            "set/": "",
            "set/rigid.txt": RIGID,
            "set/bspline.txt": DEFORMABLE,
            "__MACOSX/set/._rigid.txt": b"\0\5\x16\7",
            "set/.DS_Store": b"\0",
        },
    )
    report = import_presets(source, mine)
    assert [preset.id for preset in report.presets] == ["set"]
    assert set(states(report)) == {"set/rigid.txt", "set/bspline.txt"}


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt", "c:evil.txt"]
)
def test_a_zip_cannot_write_elsewhere(mine, tmp_path, name):
    source = zipped(tmp_path / "set.zip", **{name: RIGID, "good/rigid.txt": RIGID})
    before = set(tmp_path.rglob("*"))
    report = import_presets(source, mine)
    assert next(file.reason for file in report.files if file.state == REFUSED) == "its name leads out of the zip"
    made = set(tmp_path.rglob("*")) - before
    assert all(path == mine.folder or mine.folder in path.parents for path in made)
    assert [preset.id for preset in mine.presets()] == ["good"]


def test_links_are_not_followed(mine, tmp_path):
    link = zipfile.ZipInfo("set/link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("set/rigid.txt", RIGID)
    assert states(examine(tmp_path / "set.zip"))["set/link.txt"] == REFUSED
    if sys.platform != "win32":
        source = folder_of(tmp_path / "set", rigid_txt=RIGID)
        os.symlink(tmp_path / "set.zip", source / "link.txt")
        os.symlink("/", source / "everything")
        assert states(examine(source)) == {"link.txt": REFUSED, "rigid.txt": READ}


def test_a_zip_bomb_is_not_inflated(mine, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"(" * (200 * 10**6))
        archive.writestr("rigid.txt", RIGID)
    assert (tmp_path / "bomb.zip").stat().st_size < 10**6
    assert states(examine(tmp_path / "bomb.zip")) == {"bomb.txt": REFUSED, "rigid.txt": READ}
    monkeypatch.setattr(preset_sources, "MAX_ALL_BYTES", 100)
    with pytest.raises(InputError, match="more than"):
        import_presets(tmp_path / "bomb.zip", mine)
    assert not mine.folder.exists()


def test_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(preset_sources, "MAX_FILES", 3)
    source = folder_of(tmp_path / "set", **{f"f{n}_txt": RIGID for n in range(4)})
    with pytest.raises(InputError, match="more than 3 files"):
        examine(source)
    with pytest.raises(InputError, match="more than 3"):
        examine(zipped(tmp_path / "set.zip", **{f"f{n}.txt": RIGID for n in range(4)}))


@pytest.mark.parametrize("cut", [30, 200, -30])
def test_a_broken_zip_leaves_nothing(mine, tmp_path, cut):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(5):
            archive.writestr(f"set{n}/rigid.txt", RIGID)
    data = bytearray(whole.getvalue())
    if cut < 0:
        data[40:60] = b"\xff" * 20  # of the first file's content
    else:
        del data[:cut]
    (tmp_path / "broken.zip").write_bytes(bytes(data))
    with pytest.raises(InputError, match=r"broken\.zip: the archive is damaged: (it is cut off|set0/rigid\.txt in it)"):
        import_presets(tmp_path / "broken.zip", mine)
    assert not mine.folder.exists()


def test_a_damaged_zip_in_a_folder_is_called_so(tmp_path):
    source = folder_of(tmp_path / "given", rigid_txt=RIGID)
    whole = zipped(source / "whole.zip", **{"rigid.txt": RIGID}).read_bytes()
    (source / "cut.zip").write_bytes(whole[:-30])
    reasons = {file.path: file.reason for file in examine(source).files}
    assert reasons["whole.zip"] == "it is a zip inside; import it by itself"
    assert reasons["cut.zip"].startswith("the archive is damaged")


def test_a_zip_that_is_packed_otherwise_is_refused_by_file(tmp_path):
    data = zipped(tmp_path / "set.zip", **{"a.txt": RIGID}).read_bytes()
    for method in (14, 99):  # LZMA, which some Pythons cannot read, and one that none can
        changed = bytearray(data)
        changed[8] = changed[data.index(b"PK\1\2") + 10] = method
        (tmp_path / "set.zip").write_bytes(bytes(changed))
        (file,) = examine(tmp_path / "set.zip").files
        assert (file.state, "compression" in file.reason) == (REFUSED, True)


def test_an_encrypted_file_is_refused(tmp_path):
    source = zipped(tmp_path / "set.zip", **{"rigid.txt": RIGID, "secret.txt": RIGID})
    data = bytearray(source.read_bytes())
    for place in (data.rindex(b"secret.txt") - 46 + 8, data.index(b"secret.txt") - 30 + 6):
        data[place] |= 1
    source.write_bytes(bytes(data))
    assert states(examine(source)) == {"rigid.txt": READ, "secret.txt": REFUSED}


def test_an_index_of_several_presets(mine, tmp_path):
    entries = [
        {"id": "one", "title": "One", "files": ["a.txt"], "anatomy": ["Lung"]},
        {"id": "two", "title": "Two", "files": ["a.txt", "gone.txt"]},
    ]
    source = folder_of(tmp_path / "set", a_txt=RIGID, b_txt=DEFORMABLE, presets_json=json.dumps({"presets": entries}))
    report = import_presets(source, mine)
    assert {preset.id: preset.title for preset in report.presets} == {"one": "One", "set": "set"}
    assert report.presets[0].anatomy == ("lung",)
    assert "gone.txt: it is missing" in next(found.unusable for found in report.found if found.unusable)


# --- exported presets that were edited ---


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
        "line 1: .* no opening parenthesis: 'Dear all,'",
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
    with pytest.raises(InputError, match=rf"exported: it contains no usable preset.*: 1-lung-affine\.txt: {reason}"):
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


def test_misspelled_parameters_are_told(tmp_path):
    text = find_preset("rigid").all_stages()[0].text.replace("(NumberOfResolutions ", "(NumberOfResolution ")
    (tmp_path / "rigid.txt").write_text(text, encoding="utf-8")
    report = import_presets(tmp_path, UserPresets(tmp_path / "kept"))
    assert "look at: rigid.txt: NumberOfResolution: elastix has no such parameter" in report.text()
    settings = RegistrationSettings(parameter_files=(str(tmp_path / "rigid.txt"),))
    (sentence,) = settings.misspelled()
    assert "parameter NumberOfResolution: elastix has no such parameter and ignores it; did you mean" in sentence
    assert ", line " in sentence
