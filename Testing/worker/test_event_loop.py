"""A window of the client stays alive: a 10 ms timer of Qt goes on ticking, conversions of the images included."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest
from support.processes import surroundings

pytest.importorskip("PySide6.QtCore")

#: Registers a pair by deformation, in the background or not, from a timer as the panel does. Prints what the other
#: timer saw: its longest gap in ms, without what others kept this process from a core (Linux tells that), that in ms of
#: this process's own work, and its ticks.
WINDOW = """
    import json, sys, time
    import numpy as np
    from PySide6.QtCore import QCoreApplication, QTimer, Qt
    from phantoms.images import blobs, grid, stage
    from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
    from ElastixRegistrationLib.core.registration.register import register
    from ElastixRegistrationLib.worker.outputs import DisplacementField, ResampledVolume
    from ElastixRegistrationLib.worker.pool import WorkerPool

    application = QCoreApplication([])
    coarse, geometry = grid((32, 32, 25), (6.0, 6.0, 6.0)), grid((96, 96, 75), (2.0, 2.0, 2.0))

    def voxels(shift):
        image = np.array(array_view(blobs(coarse, shift)))
        return np.kron(image, np.ones((3, 3, 3), np.float32))

    fixed, moving = ((voxels(shift), geometry) for shift in (None, (5.0, -3.0, 4.0)))
    fast = {"NumberOfResolutions": "1", "MaximumStepLength": "1"}
    stages = [stage(**fast), stage("BSplineTransform", FinalGridSpacingInPhysicalUnits="60", **fast)]
    stages[1]["ASGDParameterEstimationMethod"] = ("DisplacementDistribution",)
    def waited():
        try:
            return int(open("/proc/thread-self/schedstat").read().split()[1]) / 1e9
        except OSError:
            return 0.0

    def now():
        return [time.perf_counter() - waited(), time.thread_time()]

    gaps, last = [], now()

    def tick():
        gaps.append([new - old for new, old in zip(now(), last)])
        last[:] = now()

    def timer(interval, called):
        one = QTimer()
        one.setTimerType(Qt.TimerType.PreciseTimer)
        one.setInterval(interval)
        one.timeout.connect(called)
        return one

    pool, handles = WorkerPool(), []
    outputs = [ResampledVolume("volume"), DisplacementField("field")]

    def apply():
        handles.append(pool.submit(fixed, moving, stages, outputs=outputs, seed=1))

    def apply_here():
        application.quit()
        register(*(image_from_array(*one) for one in (fixed, moving)), stages, seed=1).resample()

    def follow():
        if handles and handles[0].poll() in ("done", "failed"):
            application.quit()
            copies = [np.array(handles[0].result.outputs[output.name].array) for output in outputs]
            assert copies[1].shape == (75, 96, 96, 3)
            handles.clear()

    is_background = sys.argv[1] == "background"
    ticking, following = timer(10, tick), timer(50, follow)
    if is_background:
        pool.warm_up()
        following.start()
    QTimer.singleShot(500, apply if is_background else apply_here)
    ticking.start()
    application.exec()
    tick()
    pool.close()
    longest, busiest = (max(column) * 1000 for column in zip(*gaps))
    print(json.dumps([longest, busiest, len(gaps)]))
"""


def gaps(how):
    code = textwrap.dedent(WINDOW)
    done = subprocess.run(
        [sys.executable, "-c", code, how],
        capture_output=True,
        text=True,
        env=surroundings(QT_QPA_PLATFORM="offscreen"),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_the_event_loop_goes_on_while_a_worker_registers():
    longest, busiest, ticks = gaps("background")
    assert longest <= 100
    assert busiest <= 50
    assert ticks > 60


def test_the_event_loop_stands_still_while_this_process_registers():
    longest, _, _ = gaps("here")
    assert longest > 200
