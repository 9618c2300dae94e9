"""Clients that die, fork or forget their pool: no worker, no shared memory and no file stays behind."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from ElastixRegistrationLib.worker.pool import WorkerPool
from support.processes import children, is_alive, is_iterating, poll_until, surroundings, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and /proc of POSIX systems")

CLIENT = """
    import json, os, signal, sys, time
    import numpy as np
    from phantoms.images import blobs, grid, stage
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
    if moment == "sending":
        geometry = grid((400, 400, 200))
        blobs = lambda geometry: (np.zeros(geometry.size[::-1], np.float32), geometry)
    points = geometry.center() + [[1, 2, 3], [4, 5, 6], [8, 3, 1]]
    if moment != "idle":
        handle = pool.submit(
            blobs(geometry), blobs(geometry), [stage(**settings)], outputs=outputs,
            fixed_points=points, moving_points=points,
        )
        moved = 0
        while moment == "sending" and moved < 50:  # of more than 200 pieces
            moved += pool._running[handle].worker.pump()
        while moment == "running" and len(handle.iterations) < 4:
            handle.poll()
        while moment == "returning" and "saving the results" not in handle.log:
            handle.poll()
    if moment in ("idle", "returning"):
        time.sleep(0.7)
    print(json.dumps(pool.process_ids), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("moment", ["starting", "idle", "sending", "running", "returning"])
def test_a_client_that_is_killed(tmp_path, moment):
    shared = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CLIENT), moment],
        stdout=subprocess.PIPE,
        env=surroundings(TMPDIR=str(tmp_path)),
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


SMALL_SHARED_MEMORY = """
    import os
    from phantoms.images import blobs, grid, stage
    from ElastixRegistrationLib.worker.pool import WorkerPool
    from ElastixRegistrationLib.worker.outputs import DisplacementField

    assert os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize <= 65536
    geometry = grid((80, 80, 80))
    with WorkerPool() as pool:
        quick = stage(MaximumNumberOfIterations="5")
        handle = pool.submit(blobs(geometry), blobs(geometry), [quick], outputs=[DisplacementField("field")])
        handle.wait(60)
        print(handle.state, handle.error, handle.result.outputs["field"].array.nbytes)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mount namespaces are Linux'")
def test_little_shared_memory_as_in_containers():
    mount = "mount -t tmpfs -o size=64k tmpfs /dev/shm"
    enter = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*enter, mount], capture_output=True).returncode:
        pytest.skip("this system does not let a test mount a small /dev/shm")
    done = subprocess.run(
        [*enter, f'{mount} && exec "$0" -c "$1"', sys.executable, textwrap.dedent(SMALL_SHARED_MEMORY)],
        capture_output=True,
        text=True,
        env=surroundings(),
    )
    assert done.stdout == "done None 6144000\n", done.stderr
