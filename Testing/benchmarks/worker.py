"""What the background costs and holds: gaps of an event loop, start, Cancel, deaths, memory, overhead, transfer.

    python Testing/benchmarks/worker.py [--runs 5] [--data FOLDER] [--only PART ...]

FOLDER holds ``lung`` (default: the folder shared/data beside the checkout). Medians of the runs, and the worst of them.
Measured as a user would feel it, from this process and by the clock: other programs should rest meanwhile. Reads /proc,
so Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

TOP = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "ElastixRegistration"), str(TOP / "Testing"), str(Path(__file__).parent)]

from ElastixRegistrationLib.core.files.image_files import read_image  # noqa: E402
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view  # noqa: E402
from ElastixRegistrationLib.core.presets.catalog import find_preset  # noqa: E402
from ElastixRegistrationLib.core.registration.register import register  # noqa: E402
from ElastixRegistrationLib.core.transforms.plain_data import TransformData, VoxelData  # noqa: E402
from ElastixRegistrationLib.worker.outputs import FiguresBeforeAndAfter, ResampledVolume  # noqa: E402
from ElastixRegistrationLib.worker.pool import WorkerPool  # noqa: E402
from phantoms.images import stage  # noqa: E402
from processes import machine  # noqa: E402

ENDLESS = {"MaximumNumberOfIterations": "2000000", "NumberOfResolutions": "1"}
#: The preset that the deformable figures are of.
DEFORMABLE = "deformable"


def main() -> None:
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "gap": measure_gaps,
        "start": measure_start,
        "cancel": measure_cancel,
        "death": measure_deaths,
        "memory": measure_memory,
        "overhead": measure_overhead,
        "transfer": measure_transfer,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data", type=Path, default=TOP.parent / "shared" / "data")
    parser.add_argument("--only", nargs="+", choices=list(parts), default=list(parts))
    parser.add_argument("--panel", choices=("background", "here"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.panel:
        run_panel(options)
        return
    print(machine())
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}\n")
    print(f"{'':66}{'median':>10}{'worst':>10}  {'aim':>8}")
    for name in options.only:
        parts[name](options)


def _say(what: str, values: list[float], unit: str, aim: str = "", digits: int = 2) -> None:
    median, worst = statistics.median(values), max(values)
    print(f"{what:66}{median:>10.{digits}f}{worst:>10.{digits}f}  {aim:>8} {unit}", flush=True)


def _until(condition: Callable[[], Any], pause: float = 0.001, timeout: float = 300.0) -> float:
    """Seconds until ``condition()`` holds."""
    start = time.perf_counter()
    while not condition():
        if time.perf_counter() - start > timeout:
            raise TimeoutError("it took too long")
        time.sleep(pause)
    return time.perf_counter() - start


def _lung(data: Path) -> tuple[Any, Any]:
    return tuple(read_image(data / "lung" / f"{side}.mha") for side in ("fixed", "moving"))


# --- the event loop ---


def measure_gaps(options: argparse.Namespace) -> None:
    """The real panel, in a window without a screen, from the click on Apply to the result in the scene.

    Without the time that others kept it from a core, where the system tells that.
    """
    for how in ("background", "here"):
        command = [sys.executable, __file__, "--panel", how, "--data", options.data]
        command += ["--runs", str(options.runs if how == "background" else 1)]
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        )
        if done.returncode:
            print(f"gaps of the event loop: not measured ({done.stderr.strip().splitlines()[-1]})")
            return
        figures = json.loads(done.stdout.splitlines()[-1])
        title = "in a worker" if how == "background" else "in the process of the window"
        aim = "100" if how == "background" else ""
        _say(f"longest gap of a 10 ms timer, lung, {DEFORMABLE}, {title}", figures["gaps"], "ms", aim, 0)
        _say("  Apply to result in the scene", figures["seconds"], "s", "", 1)


def run_panel(options: argparse.Namespace) -> None:
    import SlicerHost

    host = SlicerHost.install()
    import slicer

    host.loadModule(TOP / "ElastixRegistration" / "ElastixRegistration.py")
    for side in ("moving", "fixed"):
        slicer.util.loadVolume(str(options.data / "lung" / f"{side}.mha"))
    widget = host.openModule("ElastixRegistration")
    ui = widget.ui
    ui.presetSelector.setCurrentIndex(ui.presetSelector.findData(DEFORMABLE))
    ui.inBackgroundCheckBox.checked = options.panel == "background"
    figures: dict[str, list[float]] = {"gaps": [], "seconds": []}
    for _ in range(options.runs):
        host.pump(4.0)  # the user looks at the panel
        start = time.perf_counter()
        with host.measureGaps() as meter:
            ui.applyButton.click()
            host.waitUntil(lambda: ui.applyButton.text == "Apply", 600)
            host.pump(0.2)
        if not ui.progressLabel.text or "Done in" not in ui.progressLabel.text:
            raise RuntimeError(ui.progressLabel.text)
        figures["gaps"].append(meter.longestOwn)
        figures["seconds"].append(time.perf_counter() - start)
    print(json.dumps(figures))


# --- start, Cancel, deaths ---


def measure_start(options: argparse.Namespace) -> None:
    """elastix's own preparation, image pyramids and step sizes, is told apart from ours."""
    images = _lung(options.data)
    for preset in ("rigid", DEFORMABLE):
        for title, is_warm in (("with a spare worker", True), ("without", False)):
            started, iterates = [], []
            for _ in range(options.runs):
                with WorkerPool() as pool:
                    if is_warm:
                        _warm(pool)
                    start = time.perf_counter()
                    handle = pool.submit(*images, find_preset(preset).stages())
                    _until(lambda handle=handle: handle.poll() and (handle.log or handle.finished))
                    started.append(time.perf_counter() - start)
                    _until(lambda handle=handle: handle.poll() and (handle.iterations or handle.finished))
                    iterates.append(time.perf_counter() - start)
            _say(f"submit to elastix's first line, lung, {preset}, {title}", started, "s", "0.5" if is_warm else "")
            _say("  to its first iteration", iterates, "s")


def measure_cancel(options: argparse.Namespace) -> None:
    called, gone = [], []
    with WorkerPool() as pool:
        for _ in range(options.runs):
            handle = pool.submit(*_lung(options.data), [stage(**ENDLESS)])
            _until(lambda handle=handle: handle.poll() and handle.iterations)
            (pid,) = pool.process_ids
            start = time.perf_counter()
            handle.cancel()
            called.append(time.perf_counter() - start)
            gone.append(called[-1] + _until(lambda pid=pid: not _is_alive(pid)))
    _say("Cancel returns, lung, while elastix iterates", called, "s", "1", 3)
    _say("  and its process is gone", gone, "s", "", 3)


def measure_deaths(options: argparse.Namespace) -> None:
    noticed = []
    with WorkerPool() as pool:
        for _ in range(options.runs):
            handle = pool.submit(*_lung(options.data), [stage(**ENDLESS)])
            _until(lambda handle=handle: handle.poll() and handle.iterations)
            os.kill(pool.process_ids[0], signal.SIGKILL)
            noticed.append(_until(lambda handle=handle: handle.poll() and handle.finished))
    _say("kill -9 of the worker, until the handle says failed", noticed, "s", "2", 3)
    gone = []
    for _ in range(options.runs):
        with subprocess.Popen([sys.executable, "-c", _CLIENT], stdout=subprocess.PIPE, env=_surroundings()) as client:
            pid = json.loads(client.stdout.readline())
            client.kill()
            gone.append(_until(lambda pid=pid: not _is_alive(pid)))
    _say("kill -9 of the client, until the worker is gone", gone, "s", "2", 3)


_CLIENT = f"""
import time
from phantoms.images import blobs, grid, stage
from ElastixRegistrationLib.worker.pool import WorkerPool
pool = WorkerPool()
handle = pool.submit(blobs(grid()), blobs(grid()), [stage(**{ENDLESS!r})])
while not handle.iterations:
    handle.poll()
print(pool.process_ids[0], flush=True)
time.sleep(60)
"""


def _surroundings() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path[:2])}


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _warm(pool: WorkerPool) -> None:
    """Start a spare and wait until it has loaded what it loads."""
    pool.warm_up()
    (pid,) = pool.process_ids

    def used() -> int:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = -1
    while used() != before or before < 20:
        before = used()
        time.sleep(0.3)


# --- memory ---


def measure_memory(options: argparse.Namespace) -> None:
    images = _lung(options.data)
    with WorkerPool() as pool:
        _warm(pool)
        (pid,) = pool.process_ids
        _say("memory of a spare worker (RSS)", [_held(pid, "status", "VmRSS")], "MB", "250", 0)
        _say(
            "  of that its own, not shared with other processes", [_held(pid, "smaps_rollup", "Anonymous")], "MB", "", 0
        )
        outputs = [ResampledVolume("volume"), FiguresBeforeAndAfter("figures", 3e5)]
        for preset in ("rigid", DEFORMABLE):
            handle = pool.submit(*images, find_preset(preset).stages(), outputs=outputs)
            handle.wait()
            if pool.process_ids == [pid]:
                _say(f"  idle after lung, {preset}", [_held(pid, "status", "VmRSS")], "MB", "250", 0)
            else:
                print(f"  ended after lung, {preset}")


def _held(pid: int, file: str, name: str) -> float:
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{name}:"))


# --- overhead and transfer ---


def measure_overhead(options: argparse.Namespace) -> None:
    fixed, moving = _lung(options.data)
    with WorkerPool() as pool:
        _warm(pool)
        for preset in ("rigid", DEFORMABLE):
            stages = find_preset(preset).stages()
            here, there, same = [], [], []
            for number in range(options.runs + 1):
                start = time.perf_counter()
                result = register(fixed, moving, stages, seed=1)
                volume = array_view(result.resample())
                middle = time.perf_counter()
                handle = pool.submit(fixed, moving, stages, seed=1, outputs=[ResampledVolume("volume")])
                handle.wait()
                end = time.perf_counter()
                if number:  # the first is to warm up
                    here.append(middle - start)
                    there.append(end - middle)
                same.append(_is_same(result, handle.result, volume))
            _say(f"lung, {preset}, with resampling, in this process", here, "s")
            _say(f"lung, {preset}, with resampling, in a warm worker", there, "s")
            more = statistics.median(there) - statistics.median(here)
            share = more / statistics.median(here)
            print(f"  overhead {more:+.2f} s, {share:+.1%} (aim: at most 0.3 s or 5 %); same bits: {all(same)}")


def _is_same(here: Any, there: Any, volume: np.ndarray) -> bool:
    pairs = zip(TransformData.of(here.transform).elements, there.transform_data.elements, strict=True)
    same = all(np.array_equal(a.parameters, b.parameters) and a.geometry == b.geometry for a, b in pairs)
    return same and np.array_equal(volume, there.outputs["volume"].array)


def measure_transfer(options: argparse.Namespace) -> None:
    size = (512, 512, 400)
    geometry = Geometry(size, (0.7, 0.7, 0.8), (0.0, 0.0, 0.0), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    coarse = Geometry((64, 64, 50), (5.6, 5.6, 6.4), (0.0, 0.0, 0.0), geometry.direction)
    noise = np.random.default_rng(1).integers(-1000, 1000, size[::-1], np.int16)
    small = VoxelData(np.random.default_rng(2).random(coarse.size[::-1], np.float32), coarse)
    once = stage(MaximumNumberOfIterations="1", NumberOfResolutions="1", AutomaticParameterEstimation="false")
    once |= {f"{side}ImagePyramid": (f"{side}ShrinkingImagePyramid",) for side in ("Fixed", "Moving")}
    once |= {f"{side}ImagePyramidSchedule": ("4", "4", "4") for side in ("Fixed", "Moving")}
    output = ResampledVolume("volume", small, reference=geometry)
    into, back, copies_here, copies_there, received = [], [], [], [], []
    for _ in range(options.runs):
        with WorkerPool() as pool:
            _warm(pool)
            (pid,) = pool.process_ids
            before, held = _held(pid, "status", "VmRSS"), _reset_peak()
            start = time.perf_counter()
            handle = pool.submit((noise, geometry), (noise, geometry), [once], outputs=[output])
            run = pool._running[handle]
            _until(lambda handle=handle, run=run: handle.poll() and (run.is_accepted or handle.finished), 0.0)
            into.append(time.perf_counter() - start)
            sent = 2 * noise.nbytes / 1e6
            copies_there.append((_held(pid, "status", "VmRSS") - before) / sent)
            copies_here.append((_held(os.getpid(), "status", "VmHWM") - held) / sent)
            _until(lambda handle=handle, run=run: handle.poll(0) and (handle.finished or _receives(run.worker)), 0.002)
            held, start = _reset_peak(), time.perf_counter()
            handle.wait()
            back.append(time.perf_counter() - start)
            if handle.error:
                raise handle.error
            volume = handle.result.outputs["volume"].array
            received.append((_held(os.getpid(), "status", "VmHWM") - held) / (volume.nbytes / 1e6))
            back_mb = volume.nbytes / 1e6
            del handle, volume, run
    name = "x".join(map(str, size))
    _say(f"{name} int16 pair into the worker ({sent:.0f} MB)", into, "s")
    _say(f"{name} float32 result back ({back_mb:.0f} MB)", back, "s")
    both = [a + b for a, b in zip(into, back, strict=True)]
    _say("  both", both, "s", "1.5")
    rate = (sent + back_mb) / 1e3 / statistics.median(both)
    print(f"  {rate:.1f} GB/s; memory that the transfer takes, in copies of the data:")
    _say("  here, sending", copies_here, "", "1", 2)
    _say("  in the worker, receiving", copies_there, "", "1", 2)
    _say("  here, receiving the result", received, "", "1", 2)


def _receives(worker: Any) -> bool:
    return worker._reader._array_bytes > 1e8


def _reset_peak() -> float:
    """Start a new peak of this process's memory; returns what it holds now, MB."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _held(os.getpid(), "status", "VmRSS")


if __name__ == "__main__":
    main()
