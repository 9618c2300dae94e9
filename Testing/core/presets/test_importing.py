"""Folders, zips and files with presets of others, brought in."""

from __future__ import annotations

import json

import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import format_parameter_text, format_parameter_toml
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.presets.import_report import READ, REFUSED, SKIPPED, UPGRADED
from ElastixRegistrationLib.core.presets.importing import examine, import_presets
from ElastixRegistrationLib.core.presets.user_presets import UserPresets
from ElastixRegistrationLib.core.settings import RegistrationSettings
from phantoms.images import stage
from support.preset_files import DEFORMABLE, RIGID, folder_of, states

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
    with pytest.raises(InputError, match=r"it contains no usable preset\. .*groupwise"):
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


def test_misspelled_parameters_are_told(tmp_path):
    text = find_preset("rigid").all_stages()[0].text.replace("(NumberOfResolutions ", "(NumberOfResolution ")
    (tmp_path / "rigid.txt").write_text(text, encoding="utf-8")
    report = import_presets(tmp_path, UserPresets(tmp_path / "kept"))
    assert "look at: rigid.txt: NumberOfResolution: elastix has no such parameter" in report.text()
    settings = RegistrationSettings(parameter_files=(str(tmp_path / "rigid.txt"),))
    (sentence,) = settings.misspelled()
    assert "parameter NumberOfResolution: elastix has no such parameter and ignores it; did you mean" in sentence
    assert ", line " in sentence
