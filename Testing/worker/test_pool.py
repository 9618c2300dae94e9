"""Many registrations: queue, threads, the worker that takes one after another, and what it holds meanwhile."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.worker.outputs import DisplacementField, ResampledVolume
from ElastixRegistrationLib.worker.pool import WorkerPool
from phantoms.images import stage
from support.processes import children, is_alive, until

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MAX_IDLE_BYTES = 250e6


def bytes_held(pid, kind="VmRSS"):
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{kind}:"))


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_all(handles, at_each_step=lambda: None, timeout=60.0):
    def polled():
        handles[0].poll()
        at_each_step()
        return all(handle.finished for handle in handles)

    assert until(polled, timeout)


def test_the_queue_keeps_its_order_and_the_cores_their_number(pair, quick):
    with WorkerPool(most_threads=2) as pool:
        wanted = [1, 1, 1, 2, 1, None]
        handles = [pool.submit(*pair, quick, threads=count, seed=1) for count in wanted]
        together, order = [], []

        def watch():
            running = [n for n, handle in enumerate(handles) if handle.state == "running"]
            together.append(running)
            order.extend(n for n in running if n not in order)

        wait_for_all(handles, watch)
        assert [handle.state for handle in handles] == ["done"] * len(handles)
        assert order == list(range(len(handles)))
        assert max(sum(wanted[n] or 2 for n in running) for running in together) == 2
        assert max(map(len, together)) == 2


@pytest.mark.parametrize(("workers", "cores", "threads"), [(2, 4, 2), (3, 4, 1), (4, 2, 1)])
def test_workers_share_the_cores(pair, quick, workers, cores, threads):
    with WorkerPool(workers=workers, most_threads=cores) as pool:
        handles = [pool.submit(*pair, quick) for _ in range(workers)]
        assert [handle.job.threads for handle in handles] == [threads] * workers
        assert sum(handle.state == "running" for handle in handles) == min(workers, cores // threads)


@pytest.mark.parametrize("wrong", [{"threads": "2"}, {"threads": 0}, {"seed": 1.5}, {"background": None}])
def test_what_makes_no_sense_is_refused_and_does_not_stay_in_the_queue(wrong, pair, quick):
    with WorkerPool(most_threads=2) as pool:
        with pytest.raises(InputError, match=next(iter(wrong))):
            pool.submit(*pair, quick, **wrong)
        handle = pool.submit(*pair, quick, threads=np.int64(1), seed=np.uint32(3), background=np.float32(2))
        assert handle.wait(60)
        assert handle.error is None
        assert handle.result.background.value == 2


def test_more_threads_than_cores_run_alone(pair, quick):
    with WorkerPool(most_threads=2) as pool:
        handles = [pool.submit(*pair, quick, threads=count) for count in (3, 1)]
        assert [handle.state for handle in handles] == ["running", "queued"]
        wait_for_all(handles)
        assert [handle.state for handle in handles] == ["done", "done"]


def test_a_queued_registration_can_be_cancelled(pair, quick, endless):
    with WorkerPool(most_threads=1) as pool:
        first, second, third = (pool.submit(*pair, stages, threads=1) for stages in (endless, endless, quick))
        second.cancel()
        assert [handle.state for handle in (first, second, third)] == ["running", "cancelled", "queued"]
        assert second.log == ""
        first.cancel()
        assert third.state == "running"
        assert third.wait(60)
        assert third.state == "done"


def test_an_unfit_number_of_workers_is_refused():
    with pytest.raises(InputError, match="workers is 0"):
        WorkerPool(workers=0)


@ON_LINUX
def test_one_worker_takes_one_after_another_and_neither_side_grows(pair, quick, nothing_left):
    outputs = [DisplacementField("field"), ResampledVolume("volume")]
    held, others = [], set(children(os.getpid()))
    with WorkerPool() as pool:
        for _ in range(15):
            handle = pool.submit(*pair, quick, outputs=outputs)
            assert handle.wait(60)
            assert handle.state == "done"
            held.append((bytes_held(pool.process_ids[0]), bytes_held(os.getpid(), "RssAnon"), pool.process_ids))
            assert len(set(children(os.getpid())) - others) == 1
    workers, clients, pids = zip(*held, strict=True)
    assert pids == (pids[0],) * len(pids)
    assert workers[-1] - workers[4] < 4e6
    assert clients[-1] - clients[4] < 4e6
    assert max(workers) < MAX_IDLE_BYTES
    nothing_left()


@ON_LINUX
def test_a_spare_holds_little_and_begins_at_once(pair, quick):
    """Seconds are those that the worker computes, for a busy machine; the benchmark measures those of the clock."""

    def is_at_rest(pid):
        before = cpu_seconds(pid)
        time.sleep(0.2)
        return before > 0.2 and cpu_seconds(pid) == before

    with WorkerPool() as pool:
        pool.warm_up()
        (pid,) = pool.process_ids
        assert until(lambda: is_at_rest(pid))
        assert bytes_held(pid) < MAX_IDLE_BYTES
        used = cpu_seconds(pid)
        handle = pool.submit(*pair, quick)
        assert pool.process_ids == [pid]
        assert until(lambda: handle.poll() and (handle.iterations or handle.finished), pause=0.001)
        assert cpu_seconds(pid) - used < 0.5


def test_what_was_cancelled_or_killed_is_replaced_by_a_spare_when_one_is_wanted(pair, quick, endless):
    with WorkerPool() as pool:
        pool.submit(*pair, endless).cancel()
        assert until(lambda: pool.poll() or not pool.process_ids, 5.0)
        pool.warm_up()
        pool.warm_up()
        (first,) = pool.process_ids
        pool.submit(*pair, endless).cancel()
        assert until(lambda: pool.poll() or len(pool.process_ids) == 1, 5.0)
        (second,) = pool.process_ids
        assert second != first
        assert is_alive(second)


def test_one_idle_worker_is_kept_not_all(pair, quick):
    with WorkerPool(most_threads=3) as pool:
        handles = [pool.submit(*pair, quick, threads=1) for _ in range(3)]
        assert len(pool.process_ids) == 3
        wait_for_all(handles)
        assert until(lambda: pool.poll() or len(pool.process_ids) == 1, 5.0)


def test_progress_comes_while_elastix_runs_and_the_table_is_for_plotting(pool, pair):
    stages = [
        stage(MaximumNumberOfIterations="150"),
        stage("BSplineTransform", MaximumNumberOfIterations="60", FinalGridSpacingInPhysicalUnits="32"),
    ]
    handle = pool.submit(*pair, stages, seed=1)
    seen = []

    def polled():
        handle.poll(0.0)
        if handle.progress is not None and (not seen or handle.progress is not seen[-1]):
            seen.append(handle.progress)
        return handle.finished

    assert until(polled, pause=0.001)
    assert handle.state == "done"
    fractions = [event.fraction for event in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len({round(fraction, 2) for fraction in fractions}) > 5
    assert {event.stage for event in seen} == {0, 1}
    assert {event.stages for event in seen} == {2}
    assert any(event.metric is not None and event.step_size is not None for event in seen)
    assert all(event.remaining_s is None or event.remaining_s >= 0 for event in seen)
    assert seen[-1].elapsed_s > seen[0].elapsed_s > 0
    rows = handle.result.iterations
    assert len(rows) == 2 * 150 + 2 * 60
    assert {row.stage for row in rows} == {0, 1}


def test_waiting_ends_in_time(pool, pair, endless):
    handle = pool.submit(*pair, endless)
    started = time.monotonic()
    assert not handle.wait(0.2)
    assert 0.15 < time.monotonic() - started < 1.0
    assert not handle.wait(0)
    handle.cancel()
    assert handle.wait(0)
