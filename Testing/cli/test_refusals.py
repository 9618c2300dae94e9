"""Wrong calls exit with one sentence and write nothing; outputs overwrite neither inputs nor each other."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from phantoms.images import blobs, grid, stage
from support.command_line import call

KEPT = "--output-transform", "new.h5"
WRONG = {
    "no command": ([], "COMMAND"),
    "missing file": (["register", "fixed.nrrd", "gone.nrrd", *KEPT], "gone.nrrd"),
    "unknown preset": (["register", "fixed.nrrd", "moving.nrrd", "--preset", "deformabel"], "deformable"),
    "broken parameters": (["register", "fixed.nrrd", "moving.nrrd", "--parameters", "broken.txt"], "broken.txt"),
    "wrong count": (
        ["register", "fixed.nrrd", "moving.nrrd", *KEPT, "--parameters", "short.txt"],
        "short.txt, line 3, parameter GridSpacingSchedule",
    ),
    "output folder": (["register", "fixed.nrrd", "moving.nrrd", "--output-volume", "none/v.nrrd"], "none"),
    "output format": (["register", "fixed.nrrd", "moving.nrrd", "--output-transform", "t.nrrd"], "t.nrrd"),
    "background": (["register", "fixed.nrrd", "moving.nrrd", "--background", "dark"], "dark"),
    "two starts": (
        ["register", "fixed.nrrd", "moving.nrrd", "--initialization", "mass", "--initial-transform", "t.h5"],
        "not allowed with",
    ),
    "one point list": (
        ["register", "fixed.nrrd", "moving.nrrd", *KEPT, "--fixed-points", "fixed.fcsv"],
        "only one list",
    ),
    "preset of another dimension": (
        ["register", "fixed.nrrd", "moving.nrrd", *KEPT, "--preset", "histology"],
        "is for 2D images, and these have 3 dimensions",
    ),
    "labels of one image": (
        ["register", "fixed.nrrd", "moving.nrrd", *KEPT, "--fixed-labels", "one.nrrd"],
        "give both",
    ),
    "labels that differ": (
        ["register", "fixed.nrrd", "moving.nrrd", *KEPT, "--fixed-labels", "one.nrrd", "--moving-labels", "two.nrrd"],
        "labels of one.nrrd and two.nrrd have no label in common: the fixed ones hold 1, the moving ones 2.",
    ),
    "labels elsewhere": (
        ["register", "fixed.nrrd", "moving.nrrd", *KEPT, "--fixed-labels", "one.nrrd", "--moving-labels", "far.nrrd"],
        "The moving label map lies outside its image.",
    ),
    "points in space on a picture": (
        [
            "register",
            "flat.nrrd",
            "flat.nrrd",
            *KEPT,
            "--fixed-points",
            "fixed.fcsv",
            "--moving-points",
            "moving.mrk.json",
        ],
        "apart across the plane of the 2D image",
    ),
    "a voxel that is none": (
        [
            "apply",
            "t.tfm",
            "hole.nrrd",
            "--reference",
            "fixed.nrrd",
            "--output-volume",
            "v.nrrd",
            "--interpolation",
            "bspline",
        ],
        "1 voxels that are not a number",
    ),
    "nothing to apply to": (["apply", "t.h5"], "--points"),
    "no image": (["background", "broken.txt"], "broken.txt"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_call_exits_2_with_one_sentence_and_writes_nothing(case, pair, capsys, monkeypatch):
    monkeypatch.chdir(pair)
    Path("broken.txt").write_text('(Transform "EulerTransform"\n', encoding="ascii")
    write_parameter_file(
        {"NumberOfResolutions": ("3",), "Transform": ("BSplineTransform",), "GridSpacingSchedule": ("4", "2")}
        | {name: values for name, values in stage().items() if name not in ("NumberOfResolutions", "Transform")},
        "short.txt",
    )
    flat = blobs(grid((30, 28)))
    write_image(flat, "flat.nrrd")
    for name, value, origin in (("one", 1, None), ("two", 2, None), ("far", 1, (900.0, 0.0, 0.0))):
        labels = np.full((6, 6, 6), value, np.uint8)
        write_image(image_from_array(labels, grid((6, 6, 6), origin=origin)), f"{name}.nrrd")
    holed = np.array(array_view(blobs(grid())))
    holed[3, 4, 5] = np.nan
    write_image(image_from_array(holed, grid()), "hole.nrrd")
    write_transform(affine_from_matrix(np.eye(4)), "t.tfm", grid())
    before = sorted(os.listdir())
    arguments, words = WRONG[case]
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err.strip().splitlines()[-1]
    assert sorted(os.listdir()) == before


def test_a_failed_registration_exits_1_and_leaves_old_outputs(pair, capsys):
    corner = grid(origin=(23.0, 82.0, 5.0))
    write_image(blobs(corner, seed=2), pair / "elsewhere.nrrd")
    (pair / "v.nrrd").write_text("an older result", encoding="ascii")
    arguments = ("register", pair / "fixed.nrrd", pair / "elsewhere.nrrd", "--parameters", pair / "rigid.txt")
    assert call(*arguments, "--output-volume", pair / "v.nrrd") == 1
    assert "elastix" in capsys.readouterr().err.splitlines()[-1]
    assert (pair / "v.nrrd").read_text(encoding="ascii") == "an older result"


def test_outputs_do_not_overwrite_inputs_or_each_other(pair, capsys):
    before = (pair / "fixed.nrrd").read_bytes()
    images = pair / "fixed.nrrd", pair / "moving.nrrd"
    same = pair / "same.nrrd"
    for outputs, named in (
        (("--output-volume", pair / "fixed.nrrd"), "fixed.nrrd would overwrite an input"),
        (("--output-volume", same, "--output-field", pair / "." / "same.nrrd"), "would overwrite another output"),
    ):
        assert call("register", *images, "--preset", "rigid", *outputs) == 2
        assert named in capsys.readouterr().err.splitlines()[-1]
    (pair / "t.tfm").write_text(
        "#Insight Transform File V1.0\nTransform: TranslationTransform_double_3_3\nParameters: 1 2 3\n",
        encoding="ascii",
    )
    points = pair / "fixed.fcsv"
    assert call("apply", pair / "t.tfm", "--points", points, "--output-points", points) == 2
    assert (pair / "fixed.nrrd").read_bytes() == before
    assert not same.exists()


@pytest.mark.parametrize(
    ("options", "output"),
    [
        (("--parameters", "rigid.txt"), "rigid.txt"),
        (("--channel", "fixed.nrrd", "moving.nrrd", "fixed-mask=mask.txt"), "mask.txt"),
        # elastix's form of several transforms is several files.
        (("--preset", "rigid", "--initial-transform", "t.0.txt"), "t.txt"),
        (("--preset", "rigid", "--output-inverse", "t.12.txt"), "t.txt"),
    ],
)
def test_a_transform_in_elastix_form_does_not_overwrite_inputs(options, output, pair, monkeypatch, capsys):
    monkeypatch.chdir(pair)
    before = {path.name: path.read_bytes() for path in pair.iterdir()}
    assert call("register", "fixed.nrrd", "moving.nrrd", *options, "--output-transform", output) == 2
    assert "would overwrite an" in capsys.readouterr().err.splitlines()[-1]
    assert {path.name: path.read_bytes() for path in pair.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output-volume", "v.png"), "v.png would lose the position"),
        (("--output-field", "f.jpg"), "f.jpg would lose the position"),
        (("--output-transform", "t.xyz"), "use .h5, .tfm, .txt or .toml"),
        (("--report", "fixed.nrrd"), "is a file"),
        (("--report", "page.html"), "looks like a file"),
    ],
)
def test_an_output_that_cannot_be_is_told_before_anything_runs(pair, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(pair)
    before = sorted(pair.iterdir())
    assert call("register", "fixed.nrrd", "moving.nrrd", "--preset", "rigid", *arguments) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert sorted(pair.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("apply", "t.tfm", "--points", "fixed.fcsv", "--output-points", "q.xyz"), "No point format is known"),
        (("apply", "t.tfm", "--points", "fixed.fcsv", "--output-points", "none/q.fcsv"), "does not exist"),
        (("apply", "t.tfm", "--model", "m.stl", "--output-model", "m.stl"), "would overwrite an input"),
        (("apply", "t.tfm", "--model", "m.stl", "--output-model", "none/m.stl"), "does not exist"),
        (("presets", "export", "rigid", "rigid.txt"), "exported as a folder or as a .zip"),
        (("presets", "export", "rigid", "none/rigid"), "does not exist"),
    ],
)
def test_outputs_of_the_other_commands_are_checked_too(pair, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(pair)
    (pair / "m.stl").write_text("solid\nendsolid\n", encoding="ascii")
    before = sorted(pair.iterdir())
    assert call(*arguments) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert sorted(pair.iterdir()) == before


def test_what_was_written_is_taken_back_when_the_rest_fails(pair, monkeypatch, capsys):
    def interrupted(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("ElastixRegistrationLib.core.transforms.inverse.invert", interrupted)
    outputs = {"volume": pair / "v.nrrd", "transform": pair / "t.h5", "inverse": pair / "i.h5"}
    named = [str(part) for name, path in outputs.items() for part in (f"--output-{name}", path)]
    outputs["volume"].write_text("an older result", encoding="ascii")
    before = sorted(path.name for path in pair.iterdir())
    arguments = ("register", pair / "fixed.nrrd", pair / "moving.nrrd", "--parameters", pair / "rigid.txt")
    assert call(*arguments, *named) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "error: Interrupted; nothing was written."
    assert outputs["volume"].read_text(encoding="ascii") == "an older result"
    assert sorted(path.name for path in pair.iterdir()) == before
