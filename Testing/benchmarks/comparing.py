"""What comparing costs beside the registrations that are compared, in seconds and in seconds of all cores.

    python Testing/benchmarks/comparing.py [--presets ID ...] [--runs 3] [--data FOLDER]

FOLDER holds ``fixed.mha``, ``moving.mha``, ``fixed_points.txt`` and ``moving_points.txt`` (default: the lung of
shared/data beside the checkout). Two figures, each the median of ``--runs``:

- Python: the time of ``core.compare``, including ranking, pictures and page, minus that of its calls of
  ``core.register``, as a share of the latter.
- shell: the time of ``compare`` with one worker, including all processes that it starts, minus the sum of one
  ``register`` for each preset, as a share of the latter. It can be negative, as ``compare`` loads ITK and reads the
  images fewer times.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(Path(__file__).parent)]

from ElastixRegistrationLib import core  # noqa: E402
from ElastixRegistrationLib.core.comparison.methods import in_this_process  # noqa: E402
from processes import machine  # noqa: E402

PRESETS = ("rigid", "affine", "deformable", "ct-lung")
#: (wall, CPU)
Seconds = tuple[float, float]
_PR_SET_CHILD_SUBREAPER = 36


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presets", nargs="+", default=PRESETS, metavar="ID")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared/data/lung", metavar="FOLDER")
    options = parser.parse_args(arguments)
    print(machine())
    if sys.platform == "linux":  # what a child leaves behind is waited for here, and counted
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for name, measure in (("Python", in_python), ("shell", in_shell)):
        runs = [measure(options.data, options.presets) for _ in range(options.runs)]
        for what, index in (("s", 0), ("s of all cores", 1)):
            plain, compared = (statistics.median(run[kind][index] for run in runs) for kind in (0, 1))
            share = statistics.median(run[1][index] / run[0][index] - 1 for run in runs)
            print(f"{name:8}registrations {plain:6.1f}, compare {compared:6.1f} {what}: {share:+.1%}", flush=True)


def in_python(data: Path, presets: Sequence[str]) -> tuple[Seconds, Seconds]:
    """(wall, CPU) seconds of the registrations, and of everything."""
    fixed, moving = (core.read_image(data / f"{side}.mha") for side in ("fixed", "moving"))
    points = {
        f"{side}_points": core.read_points(data / f"{side}_points.txt").coordinates for side in ("fixed", "moving")
    }
    plain = [0.0, 0.0]

    def registrar(*arguments: Any) -> Any:
        began = time.perf_counter(), time.process_time()
        result = in_this_process(*arguments)
        plain[0] += time.perf_counter() - began[0]
        plain[1] += time.process_time() - began[1]
        return result

    began = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        core.compare(fixed, moving, presets, **points, registrar=registrar).write(folder)
    return (plain[0], plain[1]), (time.perf_counter() - began[0], time.process_time() - began[1])


def in_shell(data: Path, presets: Sequence[str]) -> tuple[Seconds, Seconds]:
    """(wall, CPU) seconds of one ``register`` for each preset, and of ``compare``."""
    images = [data / "fixed.mha", data / "moving.mha"]
    points = ["--fixed-points", data / "fixed_points.txt", "--moving-points", data / "moving_points.txt"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        each = [
            _seconds("register", *images, *points, "--preset", preset,
                     "--output-transform", out / "t.h5", "--output-volume", out / "v.nrrd")
            for preset in presets
        ]  # fmt: skip
        compared = _seconds(
            "compare", *images, *points, "--preset", *presets, "--workers", 1, "--output-dir", out / "compared"
        )
    return (sum(wall for wall, _ in each), sum(cpu for _, cpu in each)), compared


def _seconds(*words: Any) -> tuple[float, float]:
    """Wall and CPU of a command and of all that it started."""
    before, began = _children_cpu(), time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(TOP / "ElastixRegistration")}
    command = [sys.executable, "-m", "ElastixRegistrationLib", *map(str, words), "--quiet"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return wall, _children_cpu() - before


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
