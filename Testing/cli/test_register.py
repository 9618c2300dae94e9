"""The command register: its outputs, single slices, color, reports, a terminal."""

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
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.point_files import Points, read_points, write_points
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from phantoms.images import blobs, grid, stage
from support.command_line import LIBRARY, call, shell


def test_register_writes_every_output(pair, capsys, shift):
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
    assert distances[0] == pytest.approx(np.linalg.norm(shift), abs=0.01)
    assert distances[1] < 2
    assert array_view(read_image(outputs["volume"])).dtype == np.int16
    transform, inverse = sitk.ReadTransform(str(outputs["transform"])), sitk.ReadTransform(str(outputs["inverse"]))
    for point in read_points(pair / "fixed.fcsv").coordinates.tolist():
        there = transform.TransformPoint(point)
        assert there == pytest.approx(point + shift, abs=4)
        assert inverse.TransformPoint(there) == pytest.approx(point, abs=0.1)
    assert array_view(read_image(outputs["jacobian"])).mean() == pytest.approx(1, abs=0.1)
    page = (pair / "report" / "report.html").read_text(encoding="utf-8")
    assert "Jürgen" not in page
    assert "<svg" in page


def test_two_single_slices_are_registered_in_2d(tmp_path, monkeypatch, shift):
    monkeypatch.chdir(tmp_path)
    flat, lifted = grid((64, 60)), grid((64, 60, 1), origin=(-37.0, 12.0, 77.0))
    for name, offset in (("fixed", None), ("moving", shift[:2])):
        voxels = np.asarray(array_view(blobs(flat, offset)))[None]
        write_image(image_from_array(voxels.copy(), lifted), f"{name}.nii.gz")
    write_parameter_file(stage(), "p.txt")
    arguments = ("register", "fixed.nii.gz", "moving.nii.gz", "--parameters", "p.txt", "--quiet")
    assert (
        call(*arguments, "--output-transform", "t.tfm", "--output-volume", "v.nrrd", "--output-jacobian", "j.nrrd") == 0
    )
    center = flat.center()
    moved = sitk.ReadTransform("t.tfm").TransformPoint(center.tolist())
    assert moved == pytest.approx(center + shift[:2], abs=0.3)
    # The results lie where the fixed slice lies, and the other commands take them as they are.
    assert call("apply", "t.tfm", "moving.nii.gz", "--reference", "fixed.nii.gz", "--output-volume", "w.nrrd") == 0
    assert call("analyze", "t.tfm", "--reference", "fixed.nii.gz", "--output-magnitude", "m.nrrd") == 0
    for name in ("v.nrrd", "j.nrrd", "w.nrrd", "m.nrrd"):
        assert geometry_of(read_image(name)).is_close(lifted), name
    assert np.array_equal(array_view(read_image("v.nrrd")), array_view(read_image("w.nrrd")))
    write_points(Points(np.array([[*center, 77.0]]), ("a",)), "p.fcsv")
    assert call("apply", "t.tfm", "--points", "p.fcsv", "--output-points", "q.fcsv") == 0
    assert read_points("q.fcsv").coordinates[0] == pytest.approx([*moved, 77.0])


def test_a_single_slice_of_color_stays_one(tmp_path, monkeypatch, shift):
    monkeypatch.chdir(tmp_path)
    flat, lifted = grid((64, 60)), grid((64, 60, 1))
    for name, offset in (("fixed", None), ("moving", shift[:2])):
        red = np.asarray(array_view(blobs(flat, offset)), np.uint8)
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


def test_a_color_image_keeps_its_components(tmp_path, shift):
    flat = grid((64, 60))
    fixed, moving = (np.asarray(array_view(blobs(flat, offset))) for offset in (None, shift[:2]))
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
