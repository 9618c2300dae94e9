"""A registration of volume nodes in the worker process, for scripts."""

from __future__ import annotations

from typing import Any

from ...core.errors import ElastixRegistrationError
from ...worker.client import RegistrationHandle, State
from ..nodes.incremental import Steps
from .asynchronous_run import AsynchronousRun
from .job import RegistrationJob
from .outputs import apply_result
from .results import RegistrationOutcome


class AsynchronousRegistration(AsynchronousRun[RegistrationOutcome]):
    """A registration that a script started; ``wait`` writes its result into the scene.

    ``state``: queued, running, done, failed or cancelled. ``progress``: the last ProgressEvent, None before elastix
    iterates. ``iterations``: elastix's table; ``log``: its lines so far. ``error``: why it failed. Reading any of these
    also advances the registration, without waiting. ``wait`` writes the result as ``registerVolumes`` would.
    """

    def __init__(self, job: RegistrationJob, handle: RegistrationHandle):
        self.job, self.handle = job, handle

    @property
    def state(self) -> State:
        return self.poll()

    @property
    def error(self) -> ElastixRegistrationError | None:
        return self.handle.error

    @property
    def progress(self) -> Any:
        self.poll()
        return self.handle.progress

    @property
    def iterations(self) -> Any:
        self.poll()
        return self.handle.iterations

    @property
    def log(self) -> str:
        self.poll()
        return self.handle.log

    @property
    def result(self) -> Any:
        return self.handle.result

    @property
    def has_result(self) -> bool:
        return self.handle.result is not None

    def poll(self) -> State:
        return self.handle.poll()

    def cancel(self) -> None:
        """Stop the registration; the scene stays unchanged."""
        self.handle.cancel()

    def _outcome_incrementally(self) -> Steps[RegistrationOutcome]:
        yield
        return apply_result(self.job, self.handle.result)

    def _wait_for_news(self) -> None:
        self.handle.pool.wait_for_news(0.1)
