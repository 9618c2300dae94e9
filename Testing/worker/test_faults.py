"""Whatever dies, by whatever signal, at whatever moment: a clear error, nothing left behind, and the next one works."""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from core.phantoms import blobs, grid, stage
from ElastixRegistrationLib.core.errors import InputError, RegistrationError
from ElastixRegistrationLib.worker.outputs import DisplacementField
from ElastixRegistrationLib.worker.pool import WorkerPool
from ElastixRegistrationLib.worker.process import describe_exit

from .conftest import children, is_alive, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc of POSIX systems")

LIBRARY = Path(__file__).resolve().parents[2] / "ElastixRegistration"
TESTING = LIBRARY.parent / "Testing"
WORDS = {signal.SIGKILL: "killed by the system, most likely out of memory", signal.SIGSEGV: "segmentation fault"}


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


def reach(handle, moment):
    """Let ``handle`` come to the start, the middle or the end of its run."""
    if moment == "running":
        poll_until(handle, is_iterating(handle))
    if moment == "returning":
        poll_until(handle, lambda: "Time spent on saving the results" in handle.log)
        time.sleep(0.5)  # the worker now waits for a pipe that nobody empties
    assert not handle.finished


@pytest.mark.parametrize("number", WORDS)
@pytest.mark.parametrize("moment", ["starting", "running", "returning"])
def test_a_worker_that_dies(pair, quick, endless, nothing_left, moment, number):
    with WorkerPool() as pool:
        stages = endless if moment == "running" else quick
        handle = pool.submit(*pair, stages, outputs=large_output() if moment == "returning" else ())
        reach(handle, moment)
        os.kill(pool.process_ids[0], number)
        assert handle.wait(10)
        assert handle.state == "failed"
        assert isinstance(handle.error, RegistrationError)
        assert WORDS[number] in str(handle.error)
        assert handle.error.log == handle.log
        assert (len(handle.iterations) > 3) == (moment != "starting")
        after = pool.submit(*pair, quick)
        assert after.wait(60)
        assert after.state == "done"
    nothing_left()


def test_cancel_at_random_moments(pair, endless, quick, nothing_left):
    moments = random.Random(4)
    with WorkerPool() as pool:
        for _ in range(6):
            handle = pool.submit(*pair, endless)
            end = time.monotonic() + moments.choice([0.0, 0.05, moments.uniform(0.1, 1.5)])
            while time.monotonic() < end:
                handle.poll()
                time.sleep(0.005)
            pids = pool.process_ids
            started = time.monotonic()
            handle.cancel()
            assert handle.state == "cancelled"
            assert time.monotonic() - started < 0.1
            assert until(lambda pids=pids: not any(map(is_alive, pids)), 1.0)
            assert handle.result is None
            assert handle.error is None
        assert pool.submit(*pair, quick).wait(60)
    nothing_left()


def test_cancel_keeps_the_log_and_the_table(pool, pair, endless):
    handle = pool.submit(*pair, endless)
    poll_until(handle, lambda: len(handle.iterations) > 20)
    handle.cancel()
    assert "Resolution: 0" in handle.log
    assert [row.iteration for row in handle.iterations[:20]] == list(range(20))
    handle.cancel()
    assert handle.state == "cancelled"


def test_a_finished_registration_cannot_be_cancelled(pool, pair, quick):
    handle = pool.submit(*pair, quick)
    assert handle.wait(60)
    handle.cancel()
    assert handle.state == "done"


def test_a_time_limit(pair, endless, quick, nothing_left):
    with WorkerPool() as pool:
        handle = pool.submit(*pair, endless, timeout_s=1.5)
        started = time.monotonic()
        assert handle.wait(20)
        assert time.monotonic() - started < 3.5
        assert handle.state == "failed"
        assert str(handle.error) == "The registration was stopped at its time limit of 1.5 s."
        assert pool.submit(*pair, quick).wait(60)
    nothing_left()


def test_a_time_limit_holds_also_when_nobody_polls(pool, pair, endless, quick):
    assert pool.submit(*pair, quick).wait(60)
    handle = pool.submit(*pair, endless, timeout_s=1.5)
    poll_until(handle, is_iterating(handle))
    (pid,) = pool.process_ids
    assert until(lambda: not is_alive(pid), 10.0)
    assert handle.wait(5)
    assert "time limit" in str(handle.error)


@pytest.mark.skipif(sys.platform != "linux", reason="memory limits are for Linux and Windows")
def test_a_memory_limit(quick, nothing_left):
    geometry = grid((128, 128, 128), (1.0, 1.0, 1.0))
    noise = np.random.default_rng(1).normal(size=(128, 128, 128)).astype(np.float32)
    images = (noise, geometry), (noise[::-1], geometry)
    with WorkerPool() as pool:
        handle = pool.submit(*images, quick, memory_limit_bytes=150_000_000)
        assert handle.wait(60)
        assert handle.state == "failed"
        assert "needed more memory than its limit of 0.15 GB" in str(handle.error)
        for limit in (4_000_000_000, None):
            handle = pool.submit(*images, quick, memory_limit_bytes=limit)
            assert handle.wait(60)
            assert handle.state == "done"
    nothing_left()


def test_parameters_that_make_elastix_fail(pool, quick):
    geometry = grid()
    fixed, moving = blobs(geometry), blobs(grid(origin=(25.0, 12.0, -55.0)))
    handle = pool.submit(fixed, moving, [stage(RequiredRatioOfValidSamples="0.9")])
    assert handle.wait(60)
    assert handle.state == "failed"
    assert isinstance(handle.error, RegistrationError)
    assert "overlap" in str(handle.error)
    assert "Too many samples map outside moving image buffer" in handle.error.log
    handle = pool.submit(fixed, fixed, quick)
    assert handle.wait(60)
    assert handle.state == "done"


def test_a_broken_pipe(pair, endless, quick, nothing_left):
    with WorkerPool() as pool:
        handle = pool.submit(*pair, endless)
        poll_until(handle, is_iterating(handle))
        pid = pool.process_ids[0]
        worker = pool._running[handle].worker
        worker._in.close()
        assert until(lambda: not is_alive(pid), 2.0)
        assert handle.wait(5)
        assert handle.state == "failed"
        assert "connection to it was closed" in str(handle.error)
        assert pool.submit(*pair, quick).wait(60)
    nothing_left()


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        ("cat /dev/urandom", "sent what it should not"),
        ("printf 'ELX1'; head -c 12 /dev/zero", "sent what it should not"),
        ("printf 'ELX1\\377\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\177'", "more than there is memory for"),
        ("echo 'no such library' >&2; exit 3", "exit code 3). Its last line was: no such library"),
        ("exit 0", "exit code 0"),
    ],
)
def test_a_worker_that_talks_nonsense(pair, quick, tmp_path, nothing_left, talk, expected):
    program = tmp_path / "worker"
    program.write_text(f"#!/bin/sh\n{talk}\n", encoding="ascii")
    program.chmod(0o700)
    with WorkerPool(python=str(program)) as pool:
        handle = pool.submit(*pair, quick)
        assert handle.wait(20)
        assert handle.state == "failed"
        assert expected in str(handle.error)
    nothing_left()


def test_a_python_that_is_not_there(pair, quick, nothing_left):
    with WorkerPool(python="/nowhere/python") as pool:
        handle = pool.submit(*pair, quick)
        assert handle.state == "failed"
        assert "could not be started with /nowhere/python" in str(handle.error)
    nothing_left()


def test_a_python_without_itk_says_so(pair, quick, tmp_path, nothing_left):
    program = tmp_path / "python"
    # The path that the client sends would have it all.
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$1" "$2" "$3" "$4" "$5"\n', encoding="ascii")
    program.chmod(0o700)
    with WorkerPool(python=str(program)) as pool:
        handle = pool.submit(*pair, quick)
        assert handle.wait(20)
        assert handle.state == "failed"
        assert "No module named" in str(handle.error)
    nothing_left()


def test_what_cannot_be_sent_is_refused_at_once(pool, pair, quick):
    geometry = grid()
    with pytest.raises(InputError, match="cannot be sent"):
        pool.submit((np.zeros(geometry.size[::-1], complex), geometry), pair[1], quick)
    with pytest.raises(InputError, match="does not fit a grid"):
        pool.submit((np.zeros((3, 4, 5), np.float32), geometry), pair[1], quick)
    with pytest.raises(InputError, match="time limit is 0"):
        pool.submit(*pair, quick, timeout_s=0)
    with pytest.raises(InputError, match="names of their own"):
        pool.submit(*pair, quick, outputs=[DisplacementField("a"), DisplacementField("a")])


CLIENT = """
    import json, os, signal, sys, time
    from core.phantoms import blobs, grid, stage
    from ElastixRegistrationLib.worker.pool import WorkerPool
    from ElastixRegistrationLib.worker.outputs import DisplacementField

    moment = sys.argv[1]
    geometry = grid()
    pool = WorkerPool()
    pool.warm_up()
    outputs = []
    settings = {"MaximumNumberOfIterations": "2000000"}
    if moment == "returning":
        settings, outputs = {"MaximumNumberOfIterations": "5"}, [DisplacementField("field", grid((120, 120, 120)))]
    points = geometry.centre() + [[1, 2, 3], [4, 5, 6], [8, 3, 1]]
    if moment != "idle":
        handle = pool.submit(
            blobs(geometry), blobs(geometry), [stage(**settings)], outputs=outputs,
            fixed_points=points, moving_points=points,
        )
        while moment == "running" and len(handle.iterations) < 4:
            handle.poll()
        while moment == "returning" and "saving the results" not in handle.log:
            handle.poll()
    if moment in ("idle", "returning"):
        time.sleep(0.7)
    print(json.dumps(pool.process_ids), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("moment", ["starting", "idle", "running", "returning"])
def test_a_client_that_is_killed(tmp_path, moment):
    surroundings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(LIBRARY), str(TESTING), *filter(None, sys.path)]),
        "TMPDIR": str(tmp_path),
    }
    shared = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CLIENT), moment], stdout=subprocess.PIPE, env=surroundings
    ) as client:
        pids = json.loads(client.stdout.readline())
        assert pids
        client.kill()
        assert until(lambda: not any(map(is_alive, pids)), 2.0)
    assert list(tmp_path.iterdir()) == []
    if shared:
        assert {name for name in os.listdir("/dev/shm") if "elastix" in name} <= shared


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_copy_of_the_client_does_not_keep_workers_alive(pair, endless):
    with WorkerPool() as pool:
        handle = pool.submit(*pair, endless)
        poll_until(handle, is_iterating(handle))
        pid = pool.process_ids[0]
        copy = os.fork()
        if copy == 0:
            time.sleep(30)
            os._exit(0)
        try:
            pool._running[handle].worker._in.close()  # as the death of this process would
            assert until(lambda: not is_alive(pid), 2.0)
        finally:
            os.kill(copy, signal.SIGKILL)
            os.waitpid(copy, 0)


def test_idle_workers_end(pair, quick, nothing_left):
    with WorkerPool(idle_s=0.5) as pool:
        assert pool.submit(*pair, quick).wait(60)
        (pid,) = pool.process_ids
        assert until(lambda: not is_alive(pid), 10.0)
        # The pool still thinks that it has one.
        handle = pool.submit(*pair, quick)
        assert handle.wait(60)
        assert handle.state == "done"
    nothing_left()


def test_a_pool_that_is_forgotten_ends_its_workers(pair, endless, nothing_left):
    pool = WorkerPool()
    handle = pool.submit(*pair, endless)
    poll_until(handle, is_iterating(handle))
    (pid,) = pool.process_ids
    assert pid in children(os.getpid())
    del pool, handle
    gc.collect()  # they know each other
    assert until(lambda: not is_alive(pid), 2.0)
    nothing_left()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-9, "most likely out of memory"),
        (137, "most likely out of memory"),
        (-11, "segmentation fault"),
        (139, "segmentation fault"),
        (-6, "aborted"),
        (-4, "illegal instruction"),
        (0xC0000005, "access violation"),
        (0xC0000005 - 2**32, "access violation"),
        (3, "exit code 3"),
        (0, "exit code 0"),
    ],
)
def test_exit_codes_in_words(code, words):
    assert words in describe_exit(code)
