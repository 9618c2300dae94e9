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
from typing import Any

TOP = Path(__file__).resolve().parents[2]
_RUN = (
    "import json, resource, subprocess, sys; status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);"
    "print(json.dumps([status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))"
)


class ProcessFailed(Exception):
    """A timed process ended with another status than 0; the last of what it said."""


def timed(command: Sequence[Any], **surroundings: str) -> tuple[float, float]:
    """Wall seconds of a process and its peak memory in MB. It finds this project's library."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *map(str, command)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TOP / "ElastixRegistration"), **surroundings},
        check=True,
    )
    seconds = time.perf_counter() - started
    status, kilobytes = json.loads(done.stdout)
    if status:
        raise ProcessFailed(f"{command[0]} failed ({status}): {done.stderr.strip()[-500:]}")
    return seconds, kilobytes / (1024 if sys.platform != "darwin" else 1024**2)


def machine() -> str:
    """Processor, cores and Python, in a line."""
    return f"{platform.machine()}, {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()
