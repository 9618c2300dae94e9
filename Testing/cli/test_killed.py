"""compare and tune, killed by the system while elastix runs: nothing is lost, left running or half-written."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys

import numpy as np
import psutil
import pytest
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from phantoms.images import blobs, grid, stage
from support.processes import descendants, results_in, surroundings, until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="kills as Linux and macOS do")]
SHIFTS = {"one": (5.0, -4.0, 3.0), "two": (-3.0, 4.0, 2.0)}
GRID = grid((24, 22, 20), spacing=(3.0, 3.0, 3.0))
TRIALS = 8


@pytest.fixture
def folder(tmp_path):
    points = GRID.center() + np.random.default_rng(2).uniform(-18, 18, (8, 3))
    labels = tuple("abcdefgh")
    write_image(blobs(GRID), tmp_path / "fixed.nrrd")
    write_points(Points(points, labels), tmp_path / "fixed.fcsv")
    rows = ["case,fixed,moving,fixed_points,moving_points"]
    for name, shift in SHIFTS.items():
        write_image(blobs(GRID, np.array(shift)), tmp_path / f"{name}.nrrd")
        write_points(Points(points + shift, labels), tmp_path / f"{name}.fcsv")
        rows.append(f"{name},fixed.nrrd,{name}.nrrd,fixed.fcsv,{name}.fcsv")
    (tmp_path / "pairs.csv").write_text("\n".join(rows) + "\n", "utf-8")
    write_parameter_file(stage(MaximumNumberOfIterations="3000", NumberOfResolutions="1"), tmp_path / "long.txt")
    return tmp_path


def started(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "ElastixRegistrationLib", *map(str, words)],
        env=surroundings(ELASTIX_REGISTRATION_PRESETS=str(folder / "presets")),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def document_of(process, statuses=(0,)):
    out, err = process.communicate(timeout=600)
    assert process.returncode in statuses, err
    return json.loads(out)


def killed_with_all_that_it_started(process):
    """The parent is killed; what it has started ends by itself."""
    family = descendants(process.pid)
    process.kill()
    process.communicate()
    return until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), 20)


def half_written(folder):
    return [path for path in folder.rglob(".*") if path.name.startswith((".writing", ".draft"))]


def comparison(folder, *more):
    words = (
        "compare",
        "pairs.csv",
        "--preset",
        "translation",
        "--parameters",
        "long.txt",
        "--seeds",
        2,
        "--threads",
        1,
    )
    return started(folder, *words, "--workers", 1, "--output-dir", "out", "--json", *more)


def test_a_comparison_killed_in_the_middle_goes_on(folder):
    first = comparison(folder)
    runs = folder / "out" / "runs"
    assert until(lambda: len(results_in(runs)) >= 2, 300)
    assert killed_with_all_that_it_started(first)
    done = {name: (runs / name / "result.json").stat().st_mtime_ns for name in results_in(runs)}
    assert len(done) < 8
    document = document_of(comparison(folder, "--resume"))
    assert len(document["runs"]) == 8
    assert not [run for run in document["runs"] if run["error"]]
    assert {name: (runs / name / "result.json").stat().st_mtime_ns for name in done} == done
    for name in results_in(runs):
        read_transform(runs / name / "transform.h5")
    assert not half_written(folder)


def test_a_comparison_survives_the_death_of_what_registers(folder):
    """elastix's process is killed: its case fails or is done again, and all others are done."""
    process = comparison(folder)
    assert until(lambda: results_in(folder / "out" / "runs"), 300)
    leaves = [p for p in descendants(process.pid) if "server" in " ".join(p.cmdline()) and not p.children()]
    assert leaves
    leaves[-1].kill()
    document = document_of(process, (0, 1))  # 1 if its case failed
    assert len(document["runs"]) == 8
    assert sum(bool(run["error"]) for run in document["runs"]) <= 1
    assert not half_written(folder)


def search(folder, *more):
    words = ("tune", "pairs.csv", "--preset", "translation", "--trials", TRIALS, "--threads", 1, "--no-save", "--json")
    return started(folder, *words, "--output-dir", "out", *more)


def trials(folder):
    """(number, state) of all, straight from the file."""
    try:
        with sqlite3.connect(f"file:{folder / 'out' / 'study.db'}?mode=ro", uri=True) as study:
            return study.execute("select number, state from trials order by number").fetchall()
    except sqlite3.OperationalError:  # not made yet
        return []


def over(folder):
    return [number for number, state in trials(folder) if state in ("COMPLETE", "PRUNED")]


def test_a_search_killed_in_the_middle_goes_on(folder):
    first = search(folder)
    assert until(lambda: len(over(folder)) >= 2, 300, 0.1)
    assert killed_with_all_that_it_started(first)
    before = over(folder)
    assert len(before) < TRIALS
    document = document_of(search(folder))
    assert set(before) <= set(over(folder))
    states = [trial["state"] for trial in document["trials"]]
    assert sum(state in ("complete", "pruned") for state in states) == TRIALS
    assert (folder / "out" / "tuning.html").is_file()
    assert not half_written(folder)


def test_a_search_survives_the_death_of_what_registers(folder):
    process = search(folder)
    assert until(lambda: over(folder), 300, 0.1)
    leaves = [p for p in descendants(process.pid) if not p.children()]
    assert leaves
    leaves[-1].kill()
    document = document_of(process)
    assert len(document["trials"]) == TRIALS


def test_two_processes_share_a_search(folder):
    both = [search(folder), search(folder, "--seed", 2)]
    documents = [document_of(process) for process in both]
    assert len(over(folder)) == TRIALS
    for document in documents:
        assert [trial["number"] for trial in document["trials"]] == list(range(TRIALS))
