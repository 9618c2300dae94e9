"""Memory over many small registrations: in one process, and in the worker with its client.

    python Testing/benchmarks/soak.py [--count 200]

Prints resident memory (MB) as it goes. What counts is that it does not grow: the last column says by how much the
second half lies above the first. Reads /proc, so Linux only.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(TOP / "Testing"), str(Path(__file__).parent)]

from ElastixRegistrationLib.core.registration.register import register  # noqa: E402
from ElastixRegistrationLib.worker.outputs import ResampledVolume  # noqa: E402
from ElastixRegistrationLib.worker.pool import WorkerPool  # noqa: E402
from phantoms.images import blobs, grid, stage  # noqa: E402

GRID = grid((24, 22, 20))
STAGES = [
    stage("EulerTransform", MaximumNumberOfIterations="15", NumberOfResolutions="2"),
    stage("BSplineTransform", MaximumNumberOfIterations="15", NumberOfResolutions="2"),
]


def resident_mb(process: int | str = "self") -> float:
    with open(f"/proc/{process}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def open_files(process: int | str = "self") -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


class Course:
    """Memory of a process, as it goes."""

    def __init__(self, what: str, count: int):
        self._what, self._count, self._started = what, count, time.perf_counter()
        self._memory: list[float] = []
        sys.stdout.write(f"{what}, {count} registrations\n")

    def add(self, process: int | str = "self") -> None:
        self._memory.append(resident_mb(process))
        if len(self._memory) % max(1, self._count // 10) in (0, 1):
            files = open_files(process)
            sys.stdout.write(f"{self._what:21}{len(self._memory):5} {self._memory[-1]:8.1f} MB {files:4} files\n")
            sys.stdout.flush()

    def end(self) -> None:
        # The first ones fill caches and load code.
        settled = np.array(self._memory[len(self._memory) // 10 :])
        first, second = np.array_split(settled, 2)
        slope = np.polyfit(np.arange(len(settled)), settled, 1)[0]
        seconds = time.perf_counter() - self._started
        sys.stdout.write(
            f"{self._what}: median {np.median(first):.1f} MB in the first half, {np.median(second):.1f} MB in the"
            f" second, {1000 * slope:+.1f} kB for each; {seconds:.0f} s\n"
        )


def in_this_process(count: int) -> None:
    course = Course("one process", count)
    for number in range(count):
        shift = np.random.default_rng(number).uniform(-3, 3, 3)
        register(blobs(GRID), blobs(GRID, shift), STAGES, seed=number, threads=1).resample()
        gc.collect()
        course.add()
    course.end()


def in_the_worker(count: int) -> None:
    worker, client = Course("worker", count), Course("client of the worker", count)
    with WorkerPool(1) as pool:
        for number in range(count):
            shift = np.random.default_rng(number).uniform(-3, 3, 3)
            images = blobs(GRID), blobs(GRID, shift)
            handle = pool.submit(*images, STAGES, seed=number, threads=1, outputs=[ResampledVolume("volume")])
            handle.wait(60)
            if handle.error is not None:
                raise handle.error
            del handle
            gc.collect()
            (process,) = pool.process_ids
            worker.add(process)
            client.add()
    worker.end()
    client.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--part", choices=("process", "worker"))
    options = parser.parse_args()
    if options.part is None:
        for part in ("process", "worker"):  # each starts afresh
            subprocess.run([sys.executable, __file__, "--count", str(options.count), "--part", part], check=True)
    elif options.part == "process":
        in_this_process(options.count)
    else:
        in_the_worker(options.count)


if __name__ == "__main__":
    main()
