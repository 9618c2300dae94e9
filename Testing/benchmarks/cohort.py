"""What a cohort gains from workers, what memory they hold, and what the scheduler itself costs.

    python Testing/benchmarks/cohort.py [--cases 24] [--workers 2] [--size 64] [--preset deformable] [--no-op 2000]
                                        [--only alone|together|overhead]

Cases of one fixed image and ``--cases`` moving ones, made here, registered one after the other in this process' own
elastix process with one thread, as a plain loop would, and then by a cohort on ``--workers`` local workers with one
thread each: the same work, so the ratio is the gain. The start of the workers and of their Python counts for the
cohort. CPU time is that of all processes: on a computer that does other things meanwhile, the gain that it allows says
more than the seconds; there, run ``--only alone`` and ``--only together`` at the same time, so that both meet the same
load. Then ``--no-op`` tasks that take nothing, with the arguments of real cases: what remains is Dask.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import psutil

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(TOP / "Testing")]

from ElastixRegistrationLib import batch  # noqa: E402
from ElastixRegistrationLib.batch import cluster, cohort  # noqa: E402
from ElastixRegistrationLib.batch.progress import duration  # noqa: E402
from ElastixRegistrationLib.batch.task import run_case  # noqa: E402
from ElastixRegistrationLib.core.files.image_files import write_image  # noqa: E402
from ElastixRegistrationLib.core.settings import RegistrationSettings  # noqa: E402
from phantoms.images import blobs, grid  # noqa: E402

FEW, MANY, WORKERS = 2000, 10_000, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--size", type=int, default=64, help="voxels along each axis")
    parser.add_argument("--preset", default="deformable")
    parser.add_argument("--no-op", type=int, default=FEW)
    parser.add_argument("--only", choices=("alone", "together", "overhead"))
    parser.add_argument("--case-seconds", type=float, help="of registration, for --only overhead", default=8.0)
    options = parser.parse_args()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}{load}")
    with tempfile.TemporaryDirectory() as folder:
        cases = make_cases(Path(folder), options.cases, options.size)
        settings = RegistrationSettings(preset=options.preset, threads=1, seed=1)
        print(f"{options.cases} cases of {options.size}^3 voxels, preset {options.preset}, one thread each\n")
        case_s = options.case_seconds
        if options.only in (None, "alone"):
            alone, alone_cpu = one_after_the_other(cases, Path(folder, "alone"), settings)
            case_s = alone_cpu / len(cases)
        if options.only in (None, "together"):
            together, together_cpu = on_workers(cases, Path(folder, "together"), settings, options.workers)
        if options.only is None:
            by_cpu = alone_cpu / (together_cpu / options.workers)
            print(f"gain with {options.workers} workers: {alone / together:.2f} times, by CPU time {by_cpu:.2f}\n")
        if options.only in (None, "overhead"):
            overhead(cases, Path(folder, "overhead"), settings, options.workers, options.no_op, case_s)


def make_cases(folder: Path, count: int, size: int) -> list[batch.Case]:
    geometry = grid((size, size, size), spacing=(2.0, 2.0, 2.0))
    random = np.random.default_rng(0)
    write_image(blobs(geometry, dtype=np.int16), folder / "fixed.nrrd")
    (folder / "moving").mkdir()
    for n in range(count):
        write_image(blobs(geometry, random.uniform(-8, 8, 3), dtype=np.int16), folder / "moving" / f"case{n:03}.nrrd")
    return batch.find_cases([folder / "fixed.nrrd", folder / "moving"])


class CpuMeter(threading.Thread):
    """CPU seconds of this process and of all that it starts, from ``with`` on, sampled twice a second."""

    def __enter__(self) -> CpuMeter:
        self._over, self._seen, self._before = threading.Event(), {}, {}
        self._look()
        self._before = dict(self._seen)
        self._own_before = _cpu_seconds()
        self.started = time.perf_counter()
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.wall = time.perf_counter() - self.started
        self._over.set()
        self.join()
        children = sum(seconds - self._before.get(pid, 0.0) for pid, seconds in self._seen.items())
        self.cpu = children + _cpu_seconds() - self._own_before

    def run(self) -> None:
        while not self._over.wait(0.5):
            self._look()

    def _look(self) -> None:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._seen[process.pid] = times.user + times.system


def one_after_the_other(cases: list[batch.Case], output: Path, settings: RegistrationSettings) -> tuple[float, float]:
    """Seconds, and CPU seconds."""
    output.mkdir()
    plan = asdict(cohort.plan_of(output, settings, settings.stages(), resume=False))
    with CpuMeter() as meter:
        answers = [run_case(asdict(case), plan) for case in cases]
    _print("one after the other", meter, answers)
    return meter.wall, meter.cpu


def on_workers(
    cases: list[batch.Case], output: Path, settings: RegistrationSettings, workers: int
) -> tuple[float, float]:
    with CpuMeter() as meter:
        result = batch.run_cohort(cases, output, settings, workers=workers)
    _print(f"{workers} workers", meter, [asdict(outcome) for outcome in result.outcomes])
    print(f"{'':22}memory limit for each worker {result.memory_per_worker / 1e6:.0f} MB")
    return meter.wall, meter.cpu


def overhead(
    cases: list[batch.Case], folder: Path, settings: RegistrationSettings, workers: int, count: int, case_s: float
) -> None:
    folder.mkdir()
    plan = cohort.plan_of(folder, settings, settings.stages(), resume=False)
    size = cluster.local_size(count, 1e9, workers, 1)
    named = [{**asdict(cases[n % len(cases)]), "name": f"case{n:05}"} for n in range(count)]
    with cluster.local_client(size) as client:
        run = cohort.CaseQueue(client, [batch.Case(**case) for case in named], [plan] * len(named), None, task=no_op)
        started, busy = time.perf_counter(), _cpu_seconds()
        run.go()
        seconds, busy = time.perf_counter() - started, _cpu_seconds() - busy
    per_case = seconds / count
    print(f"Dask alone, {count} tasks: {1e3 * per_case:.2f} ms for each case; scheduler and client {busy:.1f} s of CPU")
    wall = MANY * case_s / WORKERS
    print(
        f"\n{MANY} such cases of {case_s:.1f} s on {WORKERS} workers: {duration(wall)} of registration. Handing out and"
        f" gathering takes {duration(MANY * per_case)} of that time, {MANY * per_case / wall:.1%}, beside the workers."
    )
    by_cpu = case_s / (busy / count)
    print(
        f"The scheduler would be the limit from {case_s / per_case:.0f} workers on, by its CPU time from {by_cpu:.0f}."
    )


def no_op(case: dict[str, str], plan: dict) -> dict:
    """What a case sends back, without its work."""
    figure = {"name": "Mutual information", "unit": "nats", "before": 1.0, "after": 2.0, "better": 1, "digits": 3}
    figures = [{**figure, "name": f"{figure['name']} {n}"} for n in range(5)]
    return {"case": case["name"], "state": "done", "figures": figures, "seconds": {"all": float(len(plan["stages"]))}}


def _cpu_seconds() -> float:
    """Of this process, in which the scheduler and the client of a local cluster live."""
    times = os.times()
    return times.user + times.system


def _print(what: str, meter: CpuMeter, answers: list[dict]) -> None:
    failed = [answer["case"] for answer in answers if answer["state"] != "done"]
    if failed:
        raise SystemExit(f"These cases failed: {', '.join(failed)}.")
    memory = [answer["memory_mb"] for answer in answers if answer["memory_mb"]]
    largest = f", memory at most {max(memory):.0f} MB" if memory else ""
    each = meter.wall / len(answers)
    print(f"{what:22}{meter.wall:7.1f} s, {each:.2f} s for each case, CPU {meter.cpu:.1f} s{largest}", flush=True)


if __name__ == "__main__":
    main()
