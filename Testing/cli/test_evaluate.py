"""The command evaluate on files: transforms of any origin, tables, reports, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from phantoms.images import blobs, grid

SHIFT = np.array([6.0, -4.0, 5.0])
LABELS = tuple("abcdef")


@pytest.fixture
def case(tmp_path):
    geometry = grid((24, 22, 20))
    points = geometry.center() + np.random.default_rng(1).uniform(-12, 12, (6, 3))
    write_points(Points(points, LABELS), tmp_path / "fixed.fcsv")
    write_points(Points(points + SHIFT, LABELS), tmp_path / "moving.fcsv")
    write_image(blobs(geometry), tmp_path / "fixed.nrrd")
    write_image(blobs(geometry, SHIFT), tmp_path / "moving.nrrd")
    for name, share in (("half", 0.5), ("whole", 1.0)):
        folder = tmp_path / name
        folder.mkdir()
        sitk.WriteTransform(sitk.TranslationTransform(3, (share * SHIFT).tolist()), str(folder / "t.tfm"))
    return tmp_path


def by_points(case):
    return ["--fixed-points", str(case / "fixed.fcsv"), "--moving-points", str(case / "moving.fcsv")]


def test_several_transforms_give_a_table_with_a_row_each(case, capsys):
    transforms = [str(case / name / "t.tfm") for name in ("half", "whole")]
    assert main(["evaluate", *transforms, *by_points(case), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["transforms"]
    means = {
        row["name"]: next(f["after"] for f in row["figures"] if f["name"] == "Landmark distance, mean") for row in rows
    }
    assert means == pytest.approx({"half/t.tfm": np.linalg.norm(SHIFT) / 2, "whole/t.tfm": 0}, abs=1e-6)


@pytest.mark.parametrize("strict", [True, False])
def test_strict_refuses_one_bad_transform_among_several(case, strict, capsys):
    sitk.WriteTransform(sitk.TranslationTransform(3, (-SHIFT).tolist()), str(case / "away.tfm"))
    words = [str(case / "whole/t.tfm"), str(case / "away.tfm"), *by_points(case), *["--strict"] * strict]
    assert main(["evaluate", *words]) == (3 if strict else 0)
    last = capsys.readouterr().err.splitlines()[-1:]
    assert not strict or last[0].startswith("error: away.tfm: Worse than before")


def test_figures_of_some_voxels_say_so(tmp_path, capsys):
    large = grid((110, 100, 100))
    for name, shift in (("fixed", np.zeros(3)), ("moving", SHIFT)):
        write_image(blobs(large, shift), tmp_path / f"{name}.nrrd")
    images = ["--fixed", str(tmp_path / "fixed.nrrd"), "--moving", str(tmp_path / "moving.nrrd")]
    assert main(["evaluate", *images]) == 0
    assert "use one voxel in 2 along each axis" in capsys.readouterr().out


def test_the_report_is_that_of_a_registration(case, capsys):
    status = main(["evaluate", str(case / "whole/t.tfm"), "--fixed", str(case / "fixed.nrrd"), "--moving",
                   str(case / "moving.nrrd"), *by_points(case), "--report", str(case / "report")])  # fmt: skip
    assert status == 0
    assert "Better aligned" in capsys.readouterr().out
    page = (case / "report" / "report.html").read_text(encoding="utf-8")
    assert "Color overlay" in page
    assert str(case) not in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "nothing to judge by"),
        (["--fixed-points", "a.fcsv"], "must be given together"),
        (["--fixed-labels", "a.nrrd"], "must be given together"),
        (["--fixed-points", "a.fcsv", "--moving-points", "b.fcsv", "--report", "r"], "need the images"),
        (["--fixed-points", "a.fcsv", "--moving-points", "b.fcsv"], "a.fcsv"),
    ],
)
def test_what_is_missing_is_said(words, sentence, case, capsys, monkeypatch):
    monkeypatch.chdir(case)
    assert main(["evaluate", "half/t.tfm", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_transform_given_twice_is_refused(case, capsys):
    path = str(case / "half/t.tfm")
    assert main(["evaluate", path, path, *by_points(case)]) == 2
    assert "given twice" in capsys.readouterr().err
