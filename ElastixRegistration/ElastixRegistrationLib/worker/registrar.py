"""Registrations in a background process, one after another, for callers that register many times.

A crash of elastix then ends only one registration, and the caller's other threads keep running.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..core.errors import RegistrationError
from ..core.wording import said
from .client import State
from .pool import WorkerPool

if TYPE_CHECKING:
    from ..core.comparison.methods import Method
    from ..core.comparison.truth import Pair

_POLL_S = 0.2


class BackgroundRegistrar:
    """Runs a method on a pair in a background process, one for each calling thread, with ``threads`` of elastix each.
    Registrations slower than ``timeout_s`` fail, and so do all running ones after ``stop``."""

    def __init__(self, threads: int | None = None, timeout_s: float | None = None):
        self._threads, self._timeout_s = threads, timeout_s
        self._stopped = threading.Event()
        self._of_thread = threading.local()
        self._pools: list[WorkerPool] = []

    def __call__(
        self,
        method: Method,
        pair: Pair,
        seed: int | None,
        tell: Callable[[Any], None] | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """A BackgroundResult. ``tell`` gets elastix's progress while it runs. ``timeout_s``: of this one. Raises
        the errors of the registration."""
        handle = self._pool().submit(
            pair.inputs.fixed,
            pair.inputs.moving,
            **method.arguments_for(pair, seed),
            threads=self._threads,
            timeout_s=timeout_s or self._timeout_s,
        )
        while not handle.wait(_POLL_S):
            if tell is not None and handle.progress is not None:
                tell(handle.progress)
            if self._stopped.is_set():
                handle.cancel()
        if handle.state == State.CANCELLED:
            raise RegistrationError(said("The registration was stopped."))
        if handle.error is not None or handle.result is None:
            raise handle.error or RegistrationError(said("The registration failed."))
        return handle.result

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        """End all background processes."""
        self.stop()
        for pool in self._pools:
            pool.close()

    def __enter__(self) -> BackgroundRegistrar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pool(self) -> WorkerPool:
        # A pool is not thread-safe.
        if not hasattr(self._of_thread, "pool"):
            self._of_thread.pool = WorkerPool(1)
            self._pools.append(self._of_thread.pool)
        return self._of_thread.pool
