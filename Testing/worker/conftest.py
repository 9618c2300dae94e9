"""A pool for a whole file of tests, small registrations, and what must not be left behind."""

from __future__ import annotations

import os
import tempfile
import time

import pytest
from ElastixRegistrationLib.worker.pool import WorkerPool
from phantoms.images import blobs, grid, stage
from support.processes import children

SHIFT = (5.0, -3.0, 4.0)


@pytest.fixture(scope="module")
def pool():
    with WorkerPool() as pool:
        pool.warm_up()
        yield pool


@pytest.fixture(scope="session")
def pair():
    geometry = grid()
    return blobs(geometry), blobs(geometry, SHIFT)


@pytest.fixture
def quick():
    """Stages that take some tenths of a second."""
    return [stage(MaximumNumberOfIterations="30")]


@pytest.fixture
def endless():
    """Stages that do not end while a test runs."""
    return [stage(MaximumNumberOfIterations="2000000", NumberOfResolutions="1")]


@pytest.fixture
def nothing_left(tmp_path, monkeypatch):
    """Call it to hold that no process, descriptor, shared memory or temporary file is left not there before."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = _traces()

    def check(within: float = 5.0) -> None:
        end = time.monotonic() + within
        while (left := _traces() - before) and time.monotonic() < end:
            time.sleep(0.05)
        assert not left
        assert list(folder.iterdir()) == []

    return check


def _traces() -> set[str]:
    traces = {f"child {pid}" for pid in children(os.getpid())}
    if os.path.isdir("/proc/self/fd"):
        for name in os.listdir("/proc/self/fd"):
            try:
                target = os.readlink(f"/proc/self/fd/{name}")
            except OSError:
                continue
            if target.startswith(("pipe:", "socket:", "/memfd")):
                traces.add(f"descriptor {name} {target}")
    if os.path.isdir("/dev/shm"):
        traces |= {f"shared memory {name}" for name in os.listdir("/dev/shm") if "elastix" in name}
    return traces
