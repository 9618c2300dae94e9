"""A pool for a whole file of tests, small registrations, and what must not be left behind."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
from core.phantoms import blobs, grid, stage
from ElastixRegistrationLib.worker.outputs import DisplacementField
from ElastixRegistrationLib.worker.pool import WorkerPool

TESTING = Path(__file__).resolve().parents[1]
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


def children(pid: int) -> list[int]:
    """Processes started by ``pid``, on Linux; [] elsewhere."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs, on Linux also whether it is more than a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # gone meanwhile, or a system without /proc
        return not os.path.isdir("/proc")


def until(condition, timeout: float = 60.0, pause: float = 0.005) -> bool:
    """Wait for ``condition()`` to hold; returns whether it does."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def large_output():
    """More than a pipe holds, so that the worker is caught while it returns it."""
    return [DisplacementField("field", grid((120, 120, 120)))]


def poll_until(handle, condition, timeout=60.0):
    def polled():
        handle.poll()
        return condition() or handle.finished

    assert until(polled, timeout)


def is_iterating(handle):
    return lambda: len(handle.iterations) > 3


def surroundings(**more):
    """Environment of a process that finds what this one finds."""
    paths = os.pathsep.join([str(TESTING.parent / "ElastixRegistration"), str(TESTING), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": paths, **more}
