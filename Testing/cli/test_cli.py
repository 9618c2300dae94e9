"""The command line as a shell calls it: exit status, streams, files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from core.phantoms import blobs, grid, stage
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.point_files import Points, read_points, write_points
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix

LIBRARY = Path(__file__).resolve().parents[2] / "ElastixRegistration"
SHIFT = np.array([6.0, -4.0, 5.0])


@pytest.fixture
def pair(tmp_path):
    """Folder with two images SHIFT apart, their parameter file and corresponding points."""
    folder = tmp_path / "scans of Jürgen"
    folder.mkdir()
    geometry = grid()
    write_image(blobs(geometry, dtype=np.int16), folder / "fixed.nrrd")
    write_image(blobs(geometry, SHIFT, dtype=np.int16), folder / "moving.nrrd")
    write_parameter_file(stage("EulerTransform"), folder / "rigid.txt")
    write_parameter_file(stage("BSplineTransform", MaximumNumberOfIterations="30"), folder / "deformable.toml")
    points = geometry.center() + np.random.default_rng(1).uniform(-15, 15, (8, 3))
    labels = tuple(f"P, {n}" for n in range(8))
    write_points(Points(points, labels), folder / "fixed.fcsv")
    write_points(Points(points + SHIFT, labels), folder / "moving.mrk.json")
    return folder


def call(*arguments):
    return main([str(a) for a in arguments])


def shell(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "ElastixRegistrationLib", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
    )


def test_register_writes_every_output(pair, capsys):
    outputs = {
        "volume": pair / "out.nii.gz", "transform": pair / "t.h5", "field": pair / "d.nrrd",
        "jacobian": pair / "j.nrrd", "inverse": pair / "i.h5",
    }  # fmt: skip
    status = call(
        "register", pair / "fixed.nrrd", pair / "moving.nrrd",
        "--parameters", pair / "rigid.txt", pair / "deformable.toml",
        "--fixed-points", pair / "fixed.fcsv", "--moving-points", pair / "moving.mrk.json",
        *(word for name, path in outputs.items() for word in (f"--output-{name}", path)),
        "--report", pair / "report", "--seed", 3, "--threads", 2, "--json",
    )  # fmt: skip
    assert status == 0
    document = json.loads(capsys.readouterr().out)
    assert document["outputs"].keys() == {*outputs, "report"}
    distances = {f["name"]: (f["before"], f["after"]) for f in document["figures"]}["Landmark distance, mean"]
    assert distances[0] == pytest.approx(np.linalg.norm(SHIFT), abs=0.01)
    assert distances[1] < 2
    assert array_view(read_image(outputs["volume"])).dtype == np.int16
    transform, inverse = sitk.ReadTransform(str(outputs["transform"])), sitk.ReadTransform(str(outputs["inverse"]))
    for point in read_points(pair / "fixed.fcsv").coordinates.tolist():
        there = transform.TransformPoint(point)
        assert there == pytest.approx(point + SHIFT, abs=4)
        assert inverse.TransformPoint(there) == pytest.approx(point, abs=0.1)
    assert array_view(read_image(outputs["jacobian"])).mean() == pytest.approx(1, abs=0.1)
    page = (pair / "report" / "report.html").read_text(encoding="utf-8")
    assert "Jürgen" not in page
    assert "<svg" in page


def test_apply_does_what_register_did(pair):
    assert call(
        "register", pair / "fixed.nrrd", pair / "moving.nrrd", "--parameters", pair / "rigid.txt", "--quiet",
        "--output-volume", pair / "a.nrrd", "--output-transform", pair / "t.txt",
    ) == 0  # fmt: skip
    assert call(
        "apply", pair / "t.txt", pair / "moving.nrrd", "--reference", pair / "fixed.nrrd", "--quiet",
        "--output-volume", pair / "b.nrrd",
    ) == 0  # fmt: skip
    first, second = (array_view(read_image(pair / name)) for name in ("a.nrrd", "b.nrrd"))
    assert np.array_equal(first, second)


def test_apply_moves_points_there_and_back(pair):
    call("register", pair / "fixed.nrrd", pair / "moving.nrrd", "--parameters", pair / "rigid.txt", "--quiet",
         "--output-transform", pair / "t.tfm")  # fmt: skip
    assert call("apply", pair / "t.tfm", "--points", pair / "fixed.fcsv", "--output-points", pair / "q.txt") == 0
    moved = read_points(pair / "q.txt").coordinates
    assert moved == pytest.approx(read_points(pair / "moving.mrk.json").coordinates, abs=0.5)
    assert (
        call("apply", pair / "t.tfm", "--points", pair / "q.txt", "--inverse", "--output-points", pair / "r.mrk.json")
        == 0
    )
    assert read_points(pair / "r.mrk.json").coordinates == pytest.approx(
        read_points(pair / "fixed.fcsv").coordinates, abs=1e-5
    )


def test_two_single_slices_are_registered_in_2d(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flat, lifted = grid((64, 60)), grid((64, 60, 1), origin=(-37.0, 12.0, 77.0))
    for name, shift in (("fixed", None), ("moving", SHIFT[:2])):
        voxels = np.asarray(array_view(blobs(flat, shift)))[None]
        write_image(image_from_array(voxels.copy(), lifted), f"{name}.nii.gz")
    write_parameter_file(stage(), "p.txt")
    arguments = ("register", "fixed.nii.gz", "moving.nii.gz", "--parameters", "p.txt", "--quiet")
    assert (
        call(*arguments, "--output-transform", "t.tfm", "--output-volume", "v.nrrd", "--output-jacobian", "j.nrrd") == 0
    )
    center = flat.center()
    moved = sitk.ReadTransform("t.tfm").TransformPoint(center.tolist())
    assert moved == pytest.approx(center + SHIFT[:2], abs=0.3)
    # The results lie where the fixed slice lies, and the other commands take them as they are.
    assert call("apply", "t.tfm", "moving.nii.gz", "--reference", "fixed.nii.gz", "--output-volume", "w.nrrd") == 0
    assert call("analyze", "t.tfm", "--reference", "fixed.nii.gz", "--output-magnitude", "m.nrrd") == 0
    for name in ("v.nrrd", "j.nrrd", "w.nrrd", "m.nrrd"):
        assert geometry_of(read_image(name)).is_close(lifted), name
    assert np.array_equal(array_view(read_image("v.nrrd")), array_view(read_image("w.nrrd")))
    write_points(Points(np.array([[*center, 77.0]]), ("a",)), "p.fcsv")
    assert call("apply", "t.tfm", "--points", "p.fcsv", "--output-points", "q.fcsv") == 0
    assert read_points("q.fcsv").coordinates[0] == pytest.approx([*moved, 77.0])


def test_a_single_slice_of_color_stays_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flat, lifted = grid((64, 60)), grid((64, 60, 1))
    for name, shift in (("fixed", None), ("moving", SHIFT[:2])):
        red = np.asarray(array_view(blobs(flat, shift)), np.uint8)
        colors = np.stack([red, red // 2, 200 - red], -1)[None]
        sitk_image = sitk.GetImageFromArray(colors, isVector=True)
        sitk_image.SetSpacing(lifted.spacing)
        sitk_image.SetOrigin(lifted.origin)
        sitk.WriteImage(sitk_image, f"{name}.nrrd")
    write_parameter_file(stage(), "p.txt")
    arguments = ("register", "fixed.nrrd", "moving.nrrd", "--parameters", "p.txt", "--quiet")
    assert call(*arguments, "--output-volume", "v.nrrd") == 0
    written = sitk.ReadImage("v.nrrd")
    assert written.GetPixelIDTypeAsString() == "vector of 8-bit unsigned integer"
    expected = sitk.GetArrayFromImage(sitk.ReadImage("fixed.nrrd")).astype(float)
    assert np.abs(sitk.GetArrayFromImage(written) - expected)[:, 8:-8, 8:-8].mean() < 2


def test_a_color_image_keeps_its_components(tmp_path):
    flat = grid((64, 60))
    fixed, moving = (np.asarray(array_view(blobs(flat, shift))) for shift in (None, SHIFT[:2]))
    write_image(image_from_array(fixed.copy(), flat), tmp_path / "fixed.nrrd")
    color = np.stack([moving / 2, moving / 3, 50 + 0 * moving], -1).astype(np.uint8)
    image = sitk.GetImageFromArray(color, isVector=True)
    image.SetSpacing(flat.spacing)
    image.SetOrigin(flat.origin)
    sitk.WriteImage(image, str(tmp_path / "moving.nrrd"))
    write_parameter_file(stage(Metric="AdvancedNormalizedCorrelation"), tmp_path / "p.txt")
    arguments = ("register", tmp_path / "fixed.nrrd", tmp_path / "moving.nrrd", "--parameters", tmp_path / "p.txt")
    assert call(*arguments, "--output-volume", tmp_path / "out.nrrd", "--quiet") == 0
    out = sitk.ReadImage(str(tmp_path / "out.nrrd"))
    assert out.GetNumberOfComponentsPerPixel() == 3
    assert out.GetPixelIDValue() == sitk.sitkVectorUInt8
    inner = sitk.GetArrayFromImage(out)[20:40, 20:40, 0].astype(float)
    assert inner == pytest.approx(fixed[20:40, 20:40] / 2, abs=6)


def test_background_says_what_and_why(pair, capsys):
    assert call("background", pair / "fixed.nrrd", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["background"] == pytest.approx(0, abs=1)
    assert document["reason"].endswith(".")


def test_presets_are_listed_shown_and_exported(tmp_path, capsys):
    assert call("presets", "list", "--json", "--dimension", 2) == 0
    found = json.loads(capsys.readouterr().out)["presets"]
    assert {"rigid", "affine"} <= {preset["id"] for preset in found}
    assert call("presets", "show", "rigid") == 0
    assert '(Transform "EulerTransform")' in capsys.readouterr().out
    assert call("presets", "export", "rigid", tmp_path / "mine") == 0
    assert call("presets", "show", "rigit") == 2
    assert "rigid" in capsys.readouterr().err
    assert sorted(p.suffix for p in (tmp_path / "mine").iterdir()) == [".json", ".txt"]


def test_imported_presets_are_listed_changed_used_and_deleted(pair, tmp_path, capsys, preset_folder):
    assert call("presets", "import", pair / "rigid.txt", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["imported"] == [{"id": "rigid-2", "title": "rigid"}]
    assert [(file["path"], file["state"]) for file in document["files"]] == [("rigid.txt", "read")]
    assert call("presets", "rename", "rigid-2", "Ours") == 0
    assert call("presets", "copy", "rigid-2", "Ours too") == 0
    capsys.readouterr()
    assert call("presets", "--search", "ours") == 0
    assert capsys.readouterr().out.split() == ["rigid-2", "Ours", "[yours]", "ours-too", "Ours", "too", "[yours]"]
    assert call("presets", "delete", "ours-too") == 0
    assert [path.name for path in preset_folder.iterdir()] == ["rigid-2"]
    volume = tmp_path / "v.nrrd"
    assert (
        call("register", pair / "fixed.nrrd", pair / "moving.nrrd", "--preset", "rigid-2", "--output-volume", volume)
        == 0
    )
    assert volume.is_file()
    capsys.readouterr()
    assert call("presets", "delete", "rigid") == 2
    assert "built-in" in capsys.readouterr().err


def test_an_import_says_what_it_upgraded_and_left_out(tmp_path, capsys, preset_folder):
    (tmp_path / "old").mkdir()
    write_parameter_file(stage("AffineTransform", Metric="NormalizedCorrelation"), tmp_path / "old" / "affine.txt")
    (tmp_path / "groupwise").mkdir()
    write_parameter_file(stage(Metric="PCAMetric2"), tmp_path / "groupwise" / "x.txt")
    assert call("presets", "import", tmp_path) == 0
    out = capsys.readouterr().out
    assert "upgraded: old/affine.txt: Metric NormalizedCorrelation is AdvancedNormalizedCorrelation now (cdadf82" in out
    assert "left out: groupwise" in out
    assert out.splitlines()[-1] == "1 preset imported, 1 left out, 1 file upgraded, 0 refused."
    assert call("presets", "import", tmp_path / "nothing") == 2
    assert "nothing" in capsys.readouterr().err.splitlines()[-1]


def test_listing_presets_is_quick_as_it_loads_no_itk():
    load = "import sys; from ElastixRegistrationLib.cli.main import main;"
    code = f"{load} main(['presets']); sys.exit('itk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(LIBRARY)}, check=False)
    assert done.returncode == 0


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
        "The moving label map lies outside of its image.",
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


def test_from_a_shell_json_is_alone_on_stdout(pair):
    done = shell("register", "fixed.nrrd", "moving.nrrd", "--parameters", "rigid.txt", "--json", cwd=pair)
    assert done.returncode == 0
    assert json.loads(done.stdout)["command"] == "register"
    wrong = shell("register", "fixed.nrrd", "nothing.nrrd", "--json", cwd=pair)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "nothing.nrrd" in wrong.stderr.splitlines()[-1]


def test_a_reader_that_leaves_early_is_no_error(pair):
    process = subprocess.Popen(
        [sys.executable, "-m", "ElastixRegistrationLib", "presets", "show", "rigid"],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_progress_bar_and_the_result(pair):
    master, terminal = os.openpty()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "ElastixRegistrationLib", "register", "fixed.nrrd", "moving.nrrd",
            "--parameters", "rigid.txt", "--output-transform", "t.h5",
        ],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)}, cwd=pair, stdout=subprocess.PIPE, stderr=terminal, text=True,
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    try:
        while data := os.read(master, 4096):
            shown += data
    except OSError:  # the other end of a pseudo-terminal was closed
        pass
    os.close(master)
    table = process.stdout.read()
    assert process.wait() == 0
    assert re.search(rb"\]  8[45]%  stage 1 of 1", shown)
    assert shown.index(b"judging the result") < shown.index(b"writing the result")
    assert b"Traceback" not in shown
    assert "before" in table
    assert "1:ItNr" not in table
    assert (pair / "t.h5").is_file()


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
    "words",
    [
        ("--preset", "translation", "fixed.nrrd", "moving.nrrd"),
        ("--seed=3", "--json", "fixed.nrrd", "--background", "0", "moving.nrrd", "--preset=translation"),
    ],
)
def test_a_report_names_no_file_unless_asked(words, pair, monkeypatch):
    monkeypatch.chdir(pair)
    for names, times in (((), 0), (("--report-names",), 1)):
        assert call("register", *words, *names, "--report", "report", "--quiet") == 0
        text = Path("report", "report.html").read_text("utf-8")
        assert text.count("fixed.nrrd") == text.count("moving.nrrd") == times
        assert "register FIXED MOVING --preset translation" in text


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
        (("--output-volume", "v.png"), "v.png would lose the place"),
        (("--output-field", "f.jpg"), "f.jpg would lose the place"),
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
