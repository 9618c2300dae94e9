"""A scheduler and workers started from the shell, with TLS, on loopback addresses of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import psutil
import pytest
from ElastixRegistrationLib import batch
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.settings import RegistrationSettings
from support.processes import LIBRARY, results_in, start, until

pytest.importorskip("distributed")
pytest.importorskip("cryptography")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have 127.0.0.1 only")


@pytest.fixture(scope="module")
def shell_cluster(tmp_path_factory):
    """(address, TLS options, the two workers): ``dask scheduler`` on 127.0.0.1, workers on 127.0.0.2 and 127.0.0.3."""
    from distributed.security import Security

    folder = tmp_path_factory.mktemp("cluster")
    made = Security.temporary()
    for name, pem in (("ca", made.tls_ca_file), ("cert", made.tls_scheduler_cert), ("key", made.tls_scheduler_key)):
        (folder / f"{name}.pem").write_text(pem, encoding="ascii")
    tls = batch.Tls(*(str(folder / f"{name}.pem") for name in ("ca", "cert", "key")))
    options = ["--tls-ca-file", tls.ca_file, "--tls-cert", tls.cert, "--tls-key", tls.key]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tls://127.0.0.1:{port}"
    surroundings = {**os.environ, "PYTHONPATH": str(LIBRARY)}

    def dask(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, words), *options],
            env=surroundings, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    scheduler = dask(
        "scheduler", "--host", "127.0.0.1", "--port", port, "--protocol", "tls", "--no-dashboard", "--no-show"
    )
    one_case_at_a_time = ["--nthreads", 1, "--no-nanny", "--no-dashboard", "--memory-limit", "2GB"]
    workers = [dask("worker", address, "--host", f"127.0.0.{n}", *one_case_at_a_time) for n in (2, 3)]
    yield address, tls, workers
    for process in [*workers, scheduler]:
        process.kill()
        process.wait()


def test_who_has_no_certificate_is_not_let_in(shell_cluster, scans, tmp_path):
    address, tls, _ = shell_cluster
    cases = batch.find_cases([scans.fixed, *scans.moving])
    own = batch.Tls(tls.ca_file)
    with pytest.raises(InputError, match="does not answer"):
        batch.run_cohort(cases, tmp_path, scheduler=address, tls=own)
    assert results_in(tmp_path) == []


def test_the_command_line_runs_on_it_with_tls(shell_cluster, scans, tmp_path):
    address, tls, _ = shell_cluster
    _wait_for_both_workers(address, tls)
    to_cluster = ["--scheduler", address, "--tls-ca-file", tls.ca_file, "--tls-cert", tls.cert, "--tls-key", tls.key]
    process = start(scans.fixed, *scans.moving[:2], "--output-dir", tmp_path, "--parameters", scans.quick, *to_cluster)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "2 cases, 2 workers, dashboard: " in err
    assert "2 cases registered, 0 failed" in out
    assert "Memory for a case: at most " in out
    assert results_in(tmp_path) == ["scan_0", "scan_1"]


def test_an_interrupted_run_is_given_up_by_the_workers(shell_cluster, scans, tmp_path):
    address, tls, workers = shell_cluster
    endless = RegistrationSettings(parameter_files=(str(scans.endless),))
    at_work = []

    def children():
        return [child for worker in workers for child in psutil.Process(worker.pid).children()]

    _wait_for_both_workers(address, tls)
    before = {child.pid: child.cpu_times().user for child in children()}  # processes of other tests may wait for work

    def interrupt(_progress):
        at_work[:] = [child for child in children() if _is_busy(child, before.get(child.pid, 0.0))]
        if len(at_work) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run_cohort(
            batch.find_cases([scans.fixed, *scans.moving]), tmp_path, endless, scheduler=address, tls=tls,
            progress=interrupt,
        )  # fmt: skip
    assert until(lambda: not any(map(_is_busy, at_work)), 30)
    assert results_in(tmp_path) == []


def test_a_worker_killed_in_the_middle_loses_nothing(shell_cluster, scans, tmp_path):
    address, tls, workers = shell_cluster
    over_at_death = []

    def kill_one(progress):
        if 1 <= progress.over < progress.total and not over_at_death:
            assert progress.workers == 2
            workers[0].kill()
            over_at_death.append(progress.over)

    settings = RegistrationSettings(parameter_files=(str(scans.slow),))
    cases = batch.find_cases([scans.fixed, scans.folder / "moving"])
    _wait_for_both_workers(address, tls)
    result = batch.run_cohort(cases, tmp_path, settings, scheduler=address, tls=tls, progress=kill_one)
    assert over_at_death
    assert [o.state for o in result.outcomes] == ["done"] * len(cases)
    assert result.memory_per_worker == 2e9
    # What was under way on the dead worker was done by the other one.
    by_the_other = [outcome for outcome in result.outcomes if outcome.worker.endswith(f" {workers[1].pid}")]
    assert len(by_the_other) >= len(cases) - over_at_death[0] - 2
    assert results_in(tmp_path) == [case.name for case in cases]


def test_workers_that_cannot_see_the_folder_are_told(shell_cluster, scans, tmp_path, monkeypatch):
    address, tls, _ = shell_cluster
    from ElastixRegistrationLib.batch import cohort

    monkeypatch.setattr(cohort, "LOCK", ".not-there")
    with pytest.raises(InputError, match="does not see the folder"):
        batch.run_cohort(batch.find_cases([scans.fixed, *scans.moving]), tmp_path, scheduler=address, tls=tls)


def _is_busy(process: psutil.Process, before_s: float = 0.0) -> bool:
    """Whether a process of elastix lives and has begun with a case: starting alone takes less.

    ``before_s``: the CPU time it had used before, in s.
    """
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.cpu_times().user > before_s + 1.5
    except psutil.Error:
        return False


def _wait_for_both_workers(address: str, tls: batch.Tls) -> None:
    from distributed import Client

    with Client(address, security=tls.security(), set_as_default=False, timeout=60) as client:
        client.wait_for_workers(2, timeout=60)


def test_a_call_that_ctrl_c_cut_short_leaves_no_traceback_on_the_screen(shell_cluster):
    address, tls, _ = shell_cluster
    script = f"""
import threading
from ElastixRegistrationLib.batch import cluster

def fail():
    raise NameError("as in distributed's cancel()")

with cluster.remote_client({address!r}, cluster.{tls!r}) as client:
    client.loop.add_callback(fail)
    after = threading.Event()
    client.loop.add_callback(after.set)
    assert after.wait(10)
print("ended")
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.stdout == "ended\n", ended.stderr
    assert "NameError" not in ended.stderr
