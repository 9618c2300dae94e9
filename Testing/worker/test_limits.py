"""Cancel, time limits and memory limits: at any moment, at once, and with what had come until then."""

from __future__ import annotations

import random
import sys
import time

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.worker.outputs import DisplacementField
from ElastixRegistrationLib.worker.pool import WorkerPool
from phantoms.images import grid
from support.processes import is_alive, is_iterating, poll_until, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc of POSIX systems")


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
def test_a_memory_limit(pair, quick, nothing_left):
    geometry = grid((200, 200, 200), (1.0, 1.0, 1.0))  # far beyond the limit, which 128 cubed is not everywhere
    noise = np.random.default_rng(1).random((200, 200, 200), np.float32)
    large = (noise, geometry), (noise[::-1], geometry)
    with WorkerPool() as pool:
        for images, limit, state in (
            (pair, 300_000_000, "done"),
            (large, 300_000_000, "failed"),
            (pair, None, "done"),
        ):
            handle = pool.submit(*images, quick, memory_limit_bytes=limit)
            assert handle.wait(60)
            assert handle.state == state
            if state == "failed":
                assert "needed more memory than its limit of 0.3 GB" in str(handle.error)
    nothing_left()


def test_what_cannot_be_sent_is_refused_at_once(pool, pair, quick):
    geometry = grid()
    with pytest.raises(InputError, match="cannot be sent"):
        pool.submit((np.zeros(geometry.size[::-1], complex), geometry), pair[1], quick)
    with pytest.raises(InputError, match="does not fit a grid"):
        pool.submit((np.zeros((3, 4, 5), np.float32), geometry), pair[1], quick)
    with pytest.raises(InputError, match="time limit is 0"):
        pool.submit(*pair, quick, timeout_s=0)
    with pytest.raises(InputError, match="unique names"):
        pool.submit(*pair, quick, outputs=[DisplacementField("a"), DisplacementField("a")])
