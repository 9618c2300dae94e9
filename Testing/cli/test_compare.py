"""The commands compare and tune on files: real registrations in a cohort, kept when asked, and what they refuse."""

from __future__ import annotations

import csv
import json
import time

import numpy as np
import pytest
from ElastixRegistrationLib import core
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, read_points, write_points
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from phantoms.images import blobs, grid, stage

SHIFT = np.array([5.0, -4.0, 3.0])
GRID = grid((24, 22, 20), spacing=(3.0, 3.0, 3.0))


@pytest.fixture
def pair(tmp_path):
    points = GRID.center() + np.random.default_rng(2).uniform(-18, 18, (8, 3))
    labels = tuple("abcdefgh")
    write_image(blobs(GRID), tmp_path / "fixed.nrrd")
    write_image(blobs(GRID, SHIFT), tmp_path / "moving.nrrd")
    write_points(Points(points, labels), tmp_path / "fixed.fcsv")
    write_points(Points(points + SHIFT, labels), tmp_path / "moving.fcsv")
    write_parameter_file(stage(MaximumNumberOfIterations="60"), tmp_path / "many.txt")
    return tmp_path


def words(pair, *more):
    points = ["--fixed-points", pair / "fixed.fcsv", "--moving-points", pair / "moving.fcsv"]
    return [str(word) for word in ("compare", pair / "fixed.nrrd", pair / "moving.nrrd", *points, *more)]


def test_variants_are_ranked_and_nothing_is_done_twice(pair, capsys):
    call = words(pair, "--parameters", pair / "many.txt", "--set", "MaximumNumberOfIterations=1",
                 "--output-dir", pair / "out", "--workers", 2, "--threads", 1, "--json")  # fmt: skip
    assert main(call) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads((pair / "out" / "comparison.json").read_text("utf-8"))
    assert document["outputs"]["runs folder"] == str(pair / "out" / "runs")
    names = [row["name"] for row in document["methods"]]
    assert names == ["many", "many MaximumNumberOfIterations=1"]
    folder = next((pair / "out" / "runs").glob("*many*"))
    transform = core.read_transform(next((pair / "out" / "runs").glob("*-1-many")) / "transform.h5")
    fixed, moving = (read_points(pair / f"{side}.fcsv").coordinates for side in ("fixed", "moving"))
    errors = [
        np.linalg.norm(np.array(transform.TransformPoint(p)) - q) for p, q in zip(fixed.tolist(), moving, strict=True)
    ]
    assert document["methods"][0]["mean"] == pytest.approx(np.mean(errors), abs=1e-4)
    assert document["methods"][1]["behind"]["behind_low"] > 0
    page = (pair / "out" / "comparison.html").read_text("utf-8")
    assert str(pair) not in page
    assert "data:image/png" in page
    assert len(list(csv.reader((pair / "out" / "runs.csv").open()))) == 3
    former = (folder / "result.json").stat().st_mtime_ns
    assert main([*call, "--resume"]) == 0
    assert (folder / "result.json").stat().st_mtime_ns == former


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([], "nothing to compare"),
        (["--preset", "rigid", "rigid"], "given twice"),
        (["--preset", "rigit"], "did you mean rigid"),
        (["--preset", "rigid", "--set", "NumberOfSpatialSample=5"], "did you mean NumberOfSpatialSamples"),
        (["--preset", "rigid", "landmarks"], "uses the landmarks"),
        (["--preset", "rigid", "--seeds", "0"], "at least 1"),
        (["--preset", "rigid", "--fixed-labels", "l.nrrd"], "must be given together"),
        (["--preset", "rigid", "--treads", "1"], "did you mean --threads"),
        (["--preset", "rigid", "--seed", "3"], "there is no option --seed; did you mean --seeds?"),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_runs(pair, more, sentence, capsys):
    assert main(words(pair, *more, "--output-dir", pair / "out")) == 2
    assert sentence in capsys.readouterr().err
    assert not (pair / "out" / "runs").exists()


def test_a_missing_image_leaves_a_former_comparison_as_it_is(pair, capsys):
    (pair / "out").mkdir()
    (pair / "out" / "comparison.html").write_text("former", "utf-8")
    call = words(pair, "--preset", "rigid", "--output-dir", pair / "out")
    assert main([call[0], call[1].replace("fixed", "nothing"), *call[2:]]) == 2
    assert "nothing.nrrd does not exist" in capsys.readouterr().err
    assert [path.name for path in (pair / "out").iterdir()] == ["comparison.html"]


def test_a_table_has_no_methods_of_its_own(table, capsys):
    rows = table.read_text("utf-8").splitlines()
    table.write_text("\n".join([f"{rows[0]},preset", *(f"{row},rigid" for row in rows[1:])]), "utf-8")
    assert main(["compare", str(table), "--preset", "rigid", "affine", "--output-dir", str(table.parent / "out")]) == 2
    assert "Case one chooses its own preset" in capsys.readouterr().err


def test_columns_that_are_not_compared_hold_for_every_method(table, monkeypatch):
    rows = table.read_text("utf-8").splitlines()
    table.write_text("\n".join([f"{rows[0]},background", *(f"{row},7" for row in rows[1:])]), "utf-8")
    given = []

    def taken(cases, *_arguments, **_named):
        given.extend(cases)
        raise KeyboardInterrupt

    monkeypatch.setattr("ElastixRegistrationLib.batch.comparison.run_cohort", taken)
    main(["compare", str(table), "--preset", "rigid", "affine", "--output-dir", str(table.parent / "out")])
    assert [dict(case.choices)["preset"] for case in given] == ["rigid", "affine"] * 2
    assert {dict(case.choices)["background"] for case in given} == {"7"}


@pytest.mark.parametrize("command", ["compare", "tune"])
def test_ctrl_c_has_its_own_status(table, command, monkeypatch, capsys):
    def interrupted(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("ElastixRegistrationLib.batch.comparison.compare_cohort", interrupted)
    monkeypatch.setattr("ElastixRegistrationLib.core.tuning.tune.tune", interrupted)
    assert main([command, str(table), "--preset", "rigid", "--output-dir", str(table.parent / "out")]) == 130
    assert "error: Interrupted" in capsys.readouterr().err


@pytest.fixture
def table(pair):
    row = f"{pair / 'fixed.nrrd'},{pair / 'moving.nrrd'},{pair / 'fixed.fcsv'},{pair / 'moving.fcsv'}"
    lines = ["case,fixed,moving,fixed_points,moving_points", *(f"{name},{row}" for name in ("one", "two"))]
    (pair / "pairs.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return pair / "pairs.csv"


def test_tune_runs_real_registrations_in_a_process_of_their_own(table, preset_folder, capsys):
    call = ["tune", table, "--preset", "translation", "--trials", 2, "--threads", 2, "--output-dir", table.parent / "t",
            "--search", "SP_A=10:40", "--json", "--seed", 2]  # fmt: skip
    assert main([str(word) for word in call]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads((table.parent / "t" / "tuning.json").read_text("utf-8"))
    assert [trial["state"] for trial in document["trials"]] == ["complete"] * 2
    assert len(document["held_out"]) == len(document["tuned_on"]) == 1
    assert (table.parent / "t" / "study.db").is_file()
    assert document["comparison"]["methods"][0]["mean"] < 2
    assert (document["preset"] is not None) == document["is_better"]


def test_registrations_beyond_four_times_the_time_limit_are_stopped_but_not_the_start(table, preset_folder, capsys):
    """Each would take minutes."""
    call = ["tune", table, "--preset", "translation", "--trials", 2, "--threads", 1, "--output-dir", table.parent / "t",
            "--search", "MaximumNumberOfIterations=1000000:2000000", "--time-limit", 0.25, "--json"]  # fmt: skip
    began = time.monotonic()
    assert main([str(word) for word in call]) == 0
    assert time.monotonic() - began < 90
    document = json.loads(capsys.readouterr().out)
    stopped = "The registration was stopped at its time limit of 1 s."
    assert [list(trial["errors"].values()) for trial in document["trials"]] == [[stopped]] * 2
    assert [run["error"] for run in document["comparison"]["runs"]] == [""] * 3 + [stopped] * 3
    assert not document["is_better"]
    assert document["preset"] is None


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--trials", "0"], "The budget is 0 trials"),
        (["--time-limit", "0"], "The time limit is 0"),
        (["--search", "SP_A"], "no default bounds"),
        (["--hold-out", "three"], "no pair three"),
        (["--preset", "translatoin"], "did you mean translation"),
    ],
)
def test_what_cannot_be_tuned_is_said(table, more, sentence, capsys):
    assert main(["tune", str(table), "--output-dir", str(table.parent / "t"), *more]) == 2
    assert sentence in capsys.readouterr().err
    assert not (table.parent / "t").exists()


def test_one_pair_cannot_be_split(table, capsys):
    table.write_text("\n".join(table.read_text("utf-8").splitlines()[:2]) + "\n", "utf-8")
    assert main(["tune", str(table), "--output-dir", str(table.parent / "t")]) == 2
    assert "at least two pairs" in capsys.readouterr().err


def test_pairs_without_truth_are_named(table, capsys):
    lines = [",".join(line.split(",")[:3]) for line in table.read_text("utf-8").splitlines()]
    table.write_text("\n".join(lines) + "\n", "utf-8")
    assert main(["tune", str(table), "--output-dir", str(table.parent / "t")]) == 2
    assert "landmarks or labels for every pair, but these have none: one, two." in capsys.readouterr().err
