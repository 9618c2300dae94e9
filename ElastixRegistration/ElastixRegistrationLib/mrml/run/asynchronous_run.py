"""The common base of background registrations of many images: state, end, and waiting."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ...core.errors import ElastixRegistrationError, InputError
from ...core.wording import said
from ...worker.client import State
from ..nodes.incremental import Steps, run_to_completion

Outcome = TypeVar("Outcome")
_OVER = (State.DONE, State.FAILED, State.CANCELLED)


class AsynchronousRun(ABC, Generic[Outcome]):
    """Call ``poll`` from a timer until ``finished``, then ``result_incrementally`` or ``apply``; or ``wait`` for both.

    ``state`` at the end: done, with a result; failed, with ``error``; or cancelled, where ``has_result`` says whether
    there are partial results. The scene changes only in ``result_incrementally``, ``apply`` and ``wait``, and only if
    there is a result. ``outcome``: what was written into the scene, None before.
    """

    _state: State = State.RUNNING
    _error: ElastixRegistrationError | None = None
    outcome: Outcome | None = None

    @property
    def state(self) -> State:
        return self._state

    @property
    def error(self) -> ElastixRegistrationError | None:
        return self._error

    @property
    @abstractmethod
    def has_result(self) -> bool:
        """Whether partial results are worth writing into the scene."""

    @abstractmethod
    def poll(self) -> State:
        """Advance without waiting."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop. Finished parts may still be summarized, so keep calling ``poll`` until ``finished``."""

    @abstractmethod
    def _outcome_incrementally(self) -> Steps[Outcome]:
        """Write the result into the scene. If the steps are closed early, the scene stays unchanged."""

    @abstractmethod
    def _wait_for_news(self) -> None:
        """Sleep until ``poll`` may have something to do, at most a tenth of a second."""

    def close(self) -> None:
        """Stop at once and release everything, for callers that cannot wait. Does nothing after the end."""
        self.cancel()

    @property
    def finished(self) -> bool:
        return self.state in _OVER

    def wait(self, timeout: float | None = None, progress: Callable[[Any], None] | None = None) -> Outcome | None:
        """Wait for the end, and write the result; ``progress`` is called with the run meanwhile.

        Returns None after ``timeout`` (s), or if the run was cancelled with nothing to keep. Raises the errors of
        ``apply``.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() not in _OVER:
            if end is not None and time.monotonic() > end:
                return None
            if progress is not None:
                progress(self)
            self._wait_for_news()
        return self.apply()

    def apply(self) -> Outcome | None:
        """Write the results into the scene, once; None if it was cancelled with nothing to keep.

        Raises InputError or RegistrationError if the whole run failed or a node was removed meanwhile.
        """
        return run_to_completion(self.result_incrementally())

    def result_incrementally(self) -> Steps[Outcome | None]:
        """``apply`` in steps that let a window respond in between."""
        if not self.finished:
            raise InputError(said("The images are still being registered."))
        if self.error is not None:
            raise self.error
        if self.has_result and self.outcome is None:
            self.outcome = yield from self._outcome_incrementally()
        return self.outcome
