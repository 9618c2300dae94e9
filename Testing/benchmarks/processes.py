"""Run a process by the clock, and say on what machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

TOP = Path(__file__).resolve().parents[2]
_RUN = (
    "import json, resource, subprocess, sys; status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
    "print(json.dumps([status, used.ru_maxrss, used.ru_utime + used.ru_stime]))"
)


class ProcessFailed(Exception):
    """A timed process ended with another status than 0; the last of what it said."""


class Cost(NamedTuple):
    """Wall seconds, peak memory in MB, and seconds of all cores, which count where others use the machine too."""

    seconds: float
    memory: float
    cpu: float

    def and_then(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, max(self.memory, other.memory), self.cpu + other.cpu)


def timed(command: Sequence[Any], **surroundings: str) -> Cost:
    """What a process takes. It finds this project's library."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *map(str, command)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOP / "ElastixRegistration"), **surroundings},
        check=True,
    )
    seconds = time.perf_counter() - started
    status, kilobytes, cpu = json.loads(done.stdout)
    if status:
        raise ProcessFailed(f"{command[0]} failed ({status}): {done.stderr.strip()[-500:]}")
    return Cost(seconds, kilobytes / (1024 if sys.platform != "darwin" else 1024**2), cpu)


def machine() -> str:
    """Processor, cores and Python, in a line."""
    return f"{platform.machine()}, {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
