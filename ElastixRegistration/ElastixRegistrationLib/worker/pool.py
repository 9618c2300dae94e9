"""A pool of workers, and the registrations that run in them or wait for one."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from ..core.errors import InputError, RegistrationError
from ..core.multi_image.groupwise import GroupSettings
from ..core.wording import said
from .client import Job, RegistrationHandle, job_arguments
from .group import GroupHandle, GroupJob
from .messages import unpack
from .outputs import Output
from .process import WorkerProcess, describe_exit
from .protocol import Frame, ProtocolError


class WorkerPool:
    """Runs registrations in separate processes; those that do not fit on the cores wait.

    ``workers``: largest number at once; a registration without a number of threads gets its share of the cores.
    ``most_threads``: limit of workers times threads, by default the number of cores. ``idle_s``: idle workers end after
    this many seconds. ``python``: a different interpreter for the workers.

    Nothing happens automatically: call ``poll`` from a timer, or wait for a handle. Not thread-safe.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        most_threads: int | None = None,
        idle_s: float = 300.0,
        python: str | None = None,
    ):
        if workers is not None and workers < 1:
            raise InputError(said("The number of workers is {workers}; it must be at least 1.", workers=workers))
        self._workers, self._idle_s, self._python = workers, idle_s, python
        self._most_threads = most_threads or core_count()
        self._numbers = itertools.count(1)
        self._queue: deque[RegistrationHandle] = deque()
        self._running: dict[RegistrationHandle, _WorkerRun] = {}
        self._idle: list[WorkerProcess] = []
        self._ending: list[WorkerProcess] = []
        self._is_warm = False

    def warm_up(self) -> None:
        """Start a spare worker if there is none, so that the next registration begins at once.

        From then on, a worker that was cancelled or has failed is replaced by a new spare.
        """
        self._is_warm = True
        self._forget_dead_spares()
        self._replace_spare()

    def submit(
        self,
        fixed: Any,
        moving: Any,
        stages: Sequence[Any],
        *,
        outputs: Sequence[Output] = (),
        timeout_s: float | None = None,
        memory_limit_bytes: int | None = None,
        **arguments: Any,
    ) -> RegistrationHandle:
        """Register in the background; arguments as in ``core.register``.

        Images and masks are ITK images, pairs (array, Geometry), or VoxelData. They are read when the registration
        starts: do not change them until its state is running and its progress has begun. ``outputs`` are computed in
        the worker when elastix is done. It fails after ``timeout_s`` seconds of running, or beyond
        ``memory_limit_bytes`` (Linux and Windows).

        Raises InputError for data that cannot be sent; the worker makes all other checks, and the handle gets their
        InputError.
        """
        if memory_limit_bytes is not None and sys.platform not in ("linux", "win32"):
            raise InputError(said("A memory limit cannot be set on this system, only on Linux and Windows."))
        if timeout_s is not None and not timeout_s > 0:
            raise InputError(said("The time limit is {timeout_s}; it must be more than 0 s.", timeout_s=timeout_s))
        names = [output.name for output in outputs]
        if len(set(names)) < len(names):
            raise InputError(said("Outputs need unique names, not {names}.", names=", ".join(names)))
        job = Job(
            next(self._numbers),
            moving,
            job_arguments(fixed, moving, stages, **arguments),
            outputs,
            timeout_s,
            memory_limit_bytes,
        )
        if job.threads is None and self._workers is not None and self._workers > 1:
            job.threads = max(1, self._most_threads // self._workers)
        return self._queued(RegistrationHandle(self, job))

    def submit_group(self, images: Sequence[Any], settings: GroupSettings) -> GroupHandle:
        """``core.groupwise.register_group`` in the background. Images as above; the handle's result is a GroupFound.

        Raises InputError for data that cannot be sent.
        """
        return self._queued(GroupHandle(self, GroupJob(next(self._numbers), images, settings)))

    def _queued(self, handle: RegistrationHandle) -> Any:
        handle.job.buffers()  # raises here for data that cannot be sent
        self._queue.append(handle)
        self._start_what_fits()
        return handle

    def poll(self, budget_s: float = 0.02) -> None:
        """Advance all registrations without waiting; takes up to ``budget_s`` seconds while data is moved."""
        end = time.monotonic() + budget_s
        while True:
            moved = False
            for handle, run in list(self._running.items()):
                moved |= run.worker.pump()
                self._look_at(handle, run)
            self._start_what_fits()
            transferring = [run.worker for run in self._running.values() if run.worker.is_transferring]
            left = end - time.monotonic()
            if left <= 0 or not (moved or transferring):
                break
            if not moved:
                transferring[0].wait(min(left, 0.001))
        self._forget_dead_spares()
        self._reap()

    def wait_for_news(self, timeout: float) -> None:
        """Sleep until a worker sends something, for at most ``timeout`` seconds."""
        workers = [run.worker for run in self._running.values()]
        if len(workers) == 1:
            workers[0].wait(timeout)
        else:
            time.sleep(min(timeout, 0.005))

    def cancel(self, handle: RegistrationHandle) -> None:
        """Implements ``handle.cancel``."""
        run = self._running.pop(handle, None)
        if run is None:
            self._queue.remove(handle)
        else:
            run.worker.kill()
            run.worker.pump()
            handle.take_log(run.take_log())
            self._ending.append(run.worker)
        handle.mark_cancelled()
        self._start_what_fits()
        self._replace_spare()

    def close(self) -> None:
        """Cancel everything, and end all workers."""
        self._is_warm = False
        queued, self._queue = self._queue, deque()
        for handle in queued:
            handle.mark_cancelled()
        for handle in list(self._running):
            self.cancel(handle)
        for worker in [*self._idle, *self._ending]:
            worker.close()
        self._idle, self._ending = [], []

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def process_ids(self) -> list[int]:
        """Process ids of all workers that are not known to have ended."""
        workers = [run.worker for run in self._running.values()] + self._idle + self._ending
        return [worker.pid for worker in workers]

    def _new_worker(self) -> WorkerProcess:
        return WorkerProcess(idle_s=self._idle_s, python=self._python)

    def _start_what_fits(self) -> None:
        while self._queue:
            used = sum(self._threads_of(handle) for handle in self._running)
            fits = used + self._threads_of(self._queue[0]) <= self._most_threads
            if self._running and (not fits or len(self._running) == self._workers):
                return
            self._start(self._queue.popleft())

    def _threads_of(self, handle: RegistrationHandle) -> int:
        return handle.job.threads or self._most_threads

    def _start(self, handle: RegistrationHandle, *, is_second_try: bool = False) -> None:
        handle.begin()
        self._forget_dead_spares()
        try:
            worker = self._idle.pop() if self._idle else self._new_worker()
        except RegistrationError as error:
            handle.fail(error)
            return
        worker.limit_memory(handle.job.memory_limit_bytes)
        worker.send(handle.job.buffers())
        self._running[handle] = _WorkerRun(worker, is_second_try=is_second_try)

    def _look_at(self, handle: RegistrationHandle, run: _WorkerRun) -> None:
        handle.take_log(run.take_log())
        worker = run.worker
        try:
            for frame in run.take_frames():
                self._take(handle, run, frame)
            if handle.is_answered and run.is_over:
                handle.finish()
        except (ProtocolError, KeyError, TypeError, AttributeError) as error:
            worker.garbage = worker.garbage or str(error)
        if worker.garbage is not None:
            worker.kill()
            run.is_reusable = False
            self._over(handle, run)
            handle.fail(
                RegistrationError(said("The background process sent invalid data: {garbage}.", garbage=worker.garbage))
            )
        elif handle.finished:
            self._over(handle, run)
        elif handle.is_overdue:
            worker.kill()
            self._over(handle, run)
            handle.fail_overdue()
        else:
            code = worker.exit_code
            if code is not None and not worker.frames and not worker.log:
                self._ended_early(handle, run, code)

    def _take(self, handle: RegistrationHandle, run: _WorkerRun, frame: Frame) -> None:
        if frame.kind in ("result", "failed"):
            handle.take_answer(frame.kind, unpack(frame.body, frame.arrays))
        elif frame.kind == "accepted":
            run.is_accepted = True
        elif frame.kind == "over":
            run.is_over, run.is_reusable = True, frame.body["stays"] is True
        elif frame.kind != "hello":
            raise ProtocolError(f"a frame of kind {frame.kind[:20]!r}")

    def _over(self, handle: RegistrationHandle, run: _WorkerRun) -> None:
        del self._running[handle]
        if run.is_reusable and (self._queue or not self._idle):
            self._idle.append(run.worker)
            return
        if run.is_reusable:  # one spare is enough
            run.worker.kill()
        self._ending.append(run.worker)
        self._replace_spare()

    def _replace_spare(self) -> None:
        if self._is_warm and not (self._idle or self._running or self._queue):
            with contextlib.suppress(RegistrationError):  # the next registration will report the problem
                self._idle.append(self._new_worker())

    def _ended_early(self, handle: RegistrationHandle, run: _WorkerRun, code: int) -> None:
        if code == 0 and not run.is_accepted and not run.is_second_try:
            # A spare that was idle for a long time ended just when it was needed.
            self._ending.append(self._running.pop(handle).worker)
            self._start(handle, is_second_try=True)
            return
        self._over(handle, run)
        handle.fail_crashed(describe_exit(code, handle.log))

    def _forget_dead_spares(self) -> None:
        for worker in list(self._idle):
            worker.pump()
            if worker.exit_code is not None or worker.garbage is not None:
                self._idle.remove(worker)
                self._ending.append(worker)

    def _reap(self) -> None:
        for worker in list(self._ending):
            worker.pump()
            if worker.exit_code is not None:
                worker.close()
                self._ending.remove(worker)


class _WorkerRun:
    """A registration in a worker."""

    def __init__(self, worker: WorkerProcess, *, is_second_try: bool = False):
        self.worker, self.is_second_try = worker, is_second_try
        self.is_accepted = self.is_over = self.is_reusable = False

    def take_log(self) -> bytes:
        data, self.worker.log = bytes(self.worker.log), bytearray()
        return data

    def take_frames(self) -> list[Frame]:
        frames, self.worker.frames = self.worker.frames, []
        return frames


def core_count() -> int:
    """Cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
