"""Processes that tests start and watch: the command line, and workers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

TESTING = Path(__file__).resolve().parents[1]
LIBRARY = TESTING.parent / "ElastixRegistration"


def start(*arguments, **options) -> subprocess.Popen:
    """The command line in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "ElastixRegistrationLib", "batch", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        **options,
    )


def until(condition, timeout: float = 60.0, pause: float = 0.005) -> bool:
    """Wait for ``condition()`` to hold; returns whether it does."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def dask_workers(processes) -> list[psutil.Process]:
    """Those of ``processes`` that are Dask workers: they, and no others, have children of their own."""
    return [process for process in processes if process.is_running() and "spawn_main" in " ".join(_line(process))]


def _line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def results_in(folder: Path) -> list[str]:
    """Names of the cases with a result."""
    return sorted(path.parent.name for path in folder.glob("*/resampled.nrrd"))


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


def poll_until(handle, condition, timeout=60.0):
    def polled():
        handle.poll()
        return condition() or handle.finished

    assert until(polled, timeout)


def is_iterating(handle):
    return lambda: len(handle.iterations) > 3


def surroundings(**more):
    """Environment of a process that finds what this one finds."""
    paths = os.pathsep.join([str(LIBRARY), str(TESTING), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": paths, **more}
