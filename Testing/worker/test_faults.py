"""Whatever a worker dies of, at whatever moment: a clear error, nothing left behind, and the next one works."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest
from ElastixRegistrationLib.core.errors import RegistrationError
from ElastixRegistrationLib.worker.outputs import DisplacementField
from ElastixRegistrationLib.worker.pool import WorkerPool
from ElastixRegistrationLib.worker.process import describe_exit, own_python
from phantoms.images import blobs, grid, stage
from support.processes import children, is_alive, is_iterating, poll_until, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc of POSIX systems")

WORDS = {signal.SIGKILL: "killed by the system, most likely out of memory", signal.SIGSEGV: "segmentation fault"}


def large_output():
    """More than a pipe holds, so that the worker is caught while it returns it."""
    return [DisplacementField("field", grid((60, 60, 60)))]


def reach(handle, moment):
    """Let ``handle`` come to the start, the middle or the end of its run."""
    if moment == "running":
        poll_until(handle, is_iterating(handle))
    if moment == "returning":
        poll_until(handle, lambda: "Time spent on saving the results" in handle.log)
        time.sleep(0.5)  # the worker now waits for a pipe that nobody empties
    assert not handle.finished


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("starting", signal.SIGKILL),
        ("running", signal.SIGSEGV),
        ("running", signal.SIGKILL),
        ("returning", signal.SIGSEGV),
    ],
)
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
        ("cat /dev/urandom", "sent invalid data"),
        ("printf 'ELX1'; head -c 12 /dev/zero", "sent invalid data"),
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


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
@pytest.mark.parametrize("passes_it_on", [True, False])
def test_a_worker_under_a_launcher_that_dies(pair, endless, tmp_path, nothing_left, number, passes_it_on):
    """PythonSlicer is a program that starts Python; it tells of a crash in words of its own."""
    program = tmp_path / "PythonSlicer"
    words = (
        "exit $?" if passes_it_on else "echo 'error: [python-real] exit abnormally - Report the problem.' >&2; exit 1"
    )
    program.write_text(f'#!/bin/sh\n"{sys.executable}" "$@"\n{words}\n', encoding="ascii")
    program.chmod(0o700)
    with WorkerPool(python=str(program)) as pool:
        handle = pool.submit(*pair, endless)
        poll_until(handle, is_iterating(handle))
        (python,) = children(pool.process_ids[0])
        os.kill(python, number)
        assert handle.wait(10)
        assert handle.state == "failed"
        assert (WORDS[number] if passes_it_on else "crashed, or was killed by the system") in str(handle.error)
    nothing_left()


def test_a_launcher_that_is_killed_takes_its_worker_with_it(pair, endless, tmp_path, nothing_left):
    program = tmp_path / "PythonSlicer"
    program.write_text(f'#!/bin/sh\n"{sys.executable}" "$@"\nexit $?\n', encoding="ascii")
    program.chmod(0o700)
    with WorkerPool(python=str(program)) as pool:
        handle = pool.submit(*pair, endless)
        poll_until(handle, is_iterating(handle))
        (launcher,) = pool.process_ids
        (python,) = children(launcher)
        os.kill(launcher, signal.SIGKILL)
        assert handle.wait(2)
        assert "killed by the system" in str(handle.error)
        assert until(lambda: not is_alive(python), 2.0)
    nothing_left()


def test_in_slicer_python_slicer_runs_the_worker(monkeypatch, tmp_path):
    assert own_python() == sys.executable
    launcher = tmp_path / "PythonSlicer"
    launcher.write_text("#!/bin/sh\n", encoding="ascii")
    launcher.chmod(0o700)
    monkeypatch.setattr(sys, "executable", "/opt/Slicer/bin/SlicerApp-real")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert own_python() == str(launcher)


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
