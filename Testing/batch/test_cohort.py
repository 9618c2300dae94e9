"""Cohorts on clusters that the tests start: figures, failures, resuming, kills."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import psutil
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib import batch
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.images.geometry import geometry_of
from ElastixRegistrationLib.core.settings import RegistrationSettings
from support.processes import dask_workers, descendants, results_in, start, until

pytest.importorskip("distributed")


def settings_of(parameters) -> RegistrationSettings:
    return RegistrationSettings(parameter_files=(str(parameters),), seed=1)


@pytest.fixture(scope="module")
def table(scans, tmp_path_factory):
    """A table with everything, one image that is none, and one that is missing."""
    folder = tmp_path_factory.mktemp("table")
    (folder / "broken.nrrd").write_text("no image", encoding="ascii")
    rows = [["case", "fixed", "moving", "fixed_mask", "fixed_points", "moving_points", "fixed_labels", "moving_labels"]]
    everything = ["fixed_mask.nrrd", "fixed.fcsv", "moving.fcsv", "fixed_label.nrrd", "moving_label.nrrd"]
    rows.append(["full", scans.fixed, scans.moving[0], *(scans.folder / name for name in everything)])
    rows += [["", scans.fixed, path, *[""] * 5] for path in scans.moving[1:4]]
    rows.append(["broken", scans.fixed, folder / "broken.nrrd", *[""] * 5])
    rows.append(["gone", scans.fixed, folder / "gone.nrrd", *[""] * 5])
    with open(folder / "cohort.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder / "cohort.csv"


@pytest.fixture(scope="module")
def finished(scans, table, tmp_path_factory):
    """(result, output folder, what was listened on) of a run over the table."""
    output = tmp_path_factory.mktemp("output") / "new folder"
    listening = set()

    def look(_progress):
        for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
            try:
                connections = process.net_connections("inet")
            except psutil.Error:
                continue
            listening.update(c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN)

    result = batch.run_cohort(batch.find_cases([table]), output, settings_of(scans.quick), workers=2, progress=look)
    return result, output, listening


def test_every_case_but_the_failing_ones_is_registered(finished, scans):
    result, output, _ = finished
    assert [o.case for o in result.outcomes] == ["full", "scan_1", "scan_2", "scan_3", "broken", "gone"]
    assert [o.state for o in result.outcomes] == ["done"] * 4 + ["failed"] * 2
    assert "broken.nrrd" in result.failed[0].error
    assert "gone.nrrd does not exist" in result.failed[1].error
    center = geometry_of(read_image(scans.fixed)).center()
    for name, shift in zip(("full", "scan_1", "scan_2", "scan_3"), scans.shifts, strict=False):
        moved = sitk.ReadTransform(str(output / name / "transform.h5")).TransformPoint(center.tolist())
        assert np.linalg.norm(moved - center - shift) < 0.5
        assert sitk.ReadImage(str(output / name / "resampled.nrrd")).GetPixelID() == sitk.sitkInt16


def test_what_a_case_was_given_is_in_its_figures_and_its_record(finished, scans):
    result, output, _ = finished
    figures = {figure.name: figure for figure in result.outcomes[0].figures}
    assert figures["Landmark distance, mean"].before == pytest.approx(np.linalg.norm(scans.shifts[0]), abs=0.01)
    assert figures["Landmark distance, mean"].after < 0.5
    assert figures["Dice overlap, label 1"].after > max(0.9, figures["Dice overlap, label 1"].before)
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(output / "full" / "labels.nrrd")))
    assert set(np.unique(labels)) == {0, 1}
    record = json.loads((output / "full" / "result.json").read_text(encoding="utf-8"))
    assert record["inputs"]["moving_labels"]["path"] == str(scans.folder / "moving_label.nrrd")
    assert record["stages"][0]["Transform"] == ["TranslationTransform"]
    assert json.loads((output / "gone" / "result.json").read_text(encoding="utf-8"))["state"] == "failed"
    assert sorted(p.name for p in output.iterdir() if not p.is_dir()) == [".lock", "index.html", "summary.csv"]
    report = (output / "full" / "report.html").read_text(encoding="utf-8")
    assert "Case full" in report
    assert "Vector field" in report
    page = (output / "index.html").read_text(encoding="utf-8")
    assert 'href="full/report.html"' in page
    assert "gone/report.html" not in page
    assert f"with {Path(scans.fixed).name}" in page


def test_memory_is_limited_and_measured(finished):
    result = finished[0]
    limit = result.memory_per_worker
    assert limit is not None
    assert limit * result.workers < psutil.virtual_memory().total
    if os.path.isdir("/proc/self"):
        assert all(100e6 < outcome.memory_mb * 1e6 < limit for outcome in result.outcomes[:4])


def test_nothing_listens_beyond_this_computer(finished):
    assert finished[2] == {"127.0.0.1"}


def test_resume_does_again_only_what_does_not_hold(finished, scans, table, tmp_path):
    output = tmp_path / "copy"
    shutil.copytree(finished[1], output)
    (output / "scan_1" / "resampled.nrrd").write_bytes(b"half a file")
    shutil.rmtree(output / "scan_2")
    cases = batch.find_cases([table])
    result = batch.run_cohort(cases, output, settings_of(scans.quick), workers=1, resume=True)
    assert [o.state for o in result.outcomes] == ["kept", "done", "done", "kept", "failed", "failed"]
    assert result.outcomes[0].figures == finished[0].outcomes[0].figures
    again = sitk.ReadImage(str(output / "scan_1" / "resampled.nrrd"))
    first = sitk.ReadImage(str(finished[1] / "scan_1" / "resampled.nrrd"))
    assert np.array_equal(sitk.GetArrayFromImage(again), sitk.GetArrayFromImage(first))


@pytest.mark.slow  # test_cluster.py kills one of a cluster each time
def test_a_killed_worker_loses_nothing(scans, tmp_path):
    killed = []

    def kill_one(progress):
        workers = dask_workers(descendants(os.getpid()))
        if progress.over >= 1 and not killed and len(workers) == 2:
            workers[0].kill()
            killed.append(workers[0].pid)

    cases = batch.find_cases([scans.fixed, scans.folder / "moving"])
    result = batch.run_cohort(cases, tmp_path, settings_of(scans.slow), workers=2, progress=kill_one)
    assert killed
    assert [o.state for o in result.outcomes] == ["done"] * len(cases)
    assert results_in(tmp_path) == [case.name for case in cases]


def test_a_crash_of_elastix_ends_its_own_case_only(scans, tmp_path):
    killed = []

    def kill_elastix(progress):
        if progress.over == 1 and not killed:
            (worker,) = dask_workers(descendants(os.getpid()))
            (elastix,) = worker.children()
            idle = elastix.cpu_times().user
            assert until(lambda: elastix.cpu_times().user > idle + 0.2)  # the next case is with elastix by now
            elastix.send_signal(signal.SIGSEGV)
            killed.append(elastix.pid)

    cases = batch.find_cases([scans.fixed, *scans.moving[:3]])
    result = batch.run_cohort(cases, tmp_path, settings_of(scans.slow), workers=1, progress=kill_elastix)
    assert killed
    assert sorted(o.state for o in result.outcomes) == ["done", "done", "failed"]
    assert "segmentation fault" in result.failed[0].error
    assert (tmp_path / result.failed[0].case / "elastix.log").stat().st_size > 0


def test_wrong_calls_are_told_before_anything_is_run(scans, tmp_path):
    cases = batch.find_cases([scans.fixed, *scans.moving])
    with pytest.raises(InputError, match="no case"):
        batch.run_cohort([], tmp_path / "out")
    with pytest.raises(InputError, match="number of workers"):
        batch.run_cohort(cases, tmp_path / "out", workers=2, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(InputError, match=r"nothing\.nrrd does not exist"):
        batch.run_cohort(batch.find_cases(["/nothing.nrrd", *scans.moving]), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(InputError, match="cannot be created"):
        batch.run_cohort(cases, tmp_path / "file" / "out")
    with pytest.raises(InputError, match=r"ca\.pem does not exist"):
        batch.run_cohort(cases, tmp_path / "out", scheduler="tls://127.0.0.1:1", tls=batch.Tls("ca.pem"))


def test_from_the_shell_a_failed_case_gives_status_1_after_the_rest(scans, tmp_path):
    (tmp_path / "broken.nrrd").write_text("no image", encoding="ascii")
    arguments = [scans.fixed, scans.moving[0], tmp_path / "broken.nrrd", "--parameters", scans.quick]
    process = start(*arguments, "--output-dir", tmp_path / "out", "--workers", 1, "--json")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    document = json.loads(out)
    assert (document["done"], document["kept"], len(document["failed"])) == (1, 0, 1)
    assert err.strip().splitlines()[-1].startswith("error: 1 of 2 cases failed (broken); see ")
    assert (tmp_path / "out" / "index.html").is_file()
    again = start(*arguments, "--output-dir", tmp_path / "out", "--workers", 1, "--resume")
    reasons = [line for line in again.communicate(timeout=120)[0].splitlines() if line.startswith("broken failed: ")]
    assert len(reasons) == 1
    assert "broken.nrrd" in reasons[0]


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_a_killed_run_leaves_no_process_and_is_resumed(scans, tmp_path):
    arguments = [scans.fixed, scans.folder / "moving", "--output-dir", tmp_path / "out", "--workers", 2]
    process = start(*arguments, "--parameters", scans.slow, "--quiet")
    assert until(lambda: results_in(tmp_path / "out"))
    # A second run on the same folder is refused while the first one lives.
    second = start(*arguments, "--parameters", scans.slow, "--resume")
    message = second.communicate(timeout=60)[1].strip().splitlines()[-1]
    assert second.returncode == 2
    assert f"Another run uses the folder {tmp_path / 'out'} (process {process.pid} on " in message
    assert process.poll() is None
    family = descendants(process.pid)
    assert len(dask_workers(family)) == 2
    process.kill()
    process.communicate()
    assert until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), 10)
    done = results_in(tmp_path / "out")
    assert 0 < len(done) < len(scans.moving)
    again = start(*arguments, "--parameters", scans.slow, "--resume", "--json")
    document = json.loads(again.communicate(timeout=120)[0])
    assert again.returncode == 0
    assert document["kept"] >= len(done)
    assert document["kept"] + document["done"] == len(scans.moving)
    assert results_in(tmp_path / "out") == [f"scan_{n}" for n in range(len(scans.moving))]
    assert not (tmp_path / "out" / ".drafts").exists()


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
def test_ctrl_c_sums_up_what_is_there_and_leaves_nothing_else(scans, tmp_path):
    process = start(
        scans.fixed, *scans.moving[:4], "--output-dir", tmp_path, "--workers", 1, "--parameters", scans.slow
    )
    assert until(lambda: results_in(tmp_path))
    family = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert "4 cases, 1 worker, dashboard: http://127.0.0.1:" in err
    last = err.strip().splitlines()[-1]
    assert last.startswith("error: Interrupted after ")
    assert last.endswith("of 4 cases; run the same command with --resume to continue.")
    assert until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family), 10)
    with open(tmp_path / "summary.csv", encoding="utf-8", newline="") as file:
        states = [row["state"] for row in csv.DictReader(file)]
    assert "not run" in states
    assert set(states) <= {"done", "not run"}
    assert not (tmp_path / ".drafts").exists()
