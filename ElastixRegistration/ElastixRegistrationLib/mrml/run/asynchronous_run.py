"""What registrations of many images in the background have in common: a state, an end, and the wait for it."""

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

    ``state`` says how it ended: done, with a result; failed, with ``error``; or cancelled, where ``has_result`` tells
    whether there is anything to keep. The scene changes in ``result_incrementally``, ``apply`` and ``wait`` only, and
    where there is no result it does not. ``outcome``: what has come into the scene, None before.
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
        """Stop. What is finished may have to be summed up, so go on calling ``poll`` until ``finished``."""

    @abstractmethod
    def _outcome_incrementally(self) -> Steps[Outcome]:
        """Write the result into the scene. Closed before their end, the steps leave the scene as it was."""

    @abstractmethod
    def _wait_for_news(self) -> None:
        """Sleep until ``poll`` may have something to do, for a tenth of a second at most."""

    def close(self) -> None:
        """Stop at once and release everything, for callers that cannot wait. Does nothing after the end."""
        self.cancel()

    @property
    def finished(self) -> bool:
        return self.state in _OVER

    def wait(self, timeout: float | None = None, progress: Callable[[Any], None] | None = None) -> Outcome | None:
        """Until it is over, and in the scene; ``progress`` is called with the run meanwhile.

        None when ``timeout`` (s) is over first, or it was cancelled with nothing to keep. Raises as ``apply``.
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

        Raises InputError or RegistrationError when it failed as a whole, or a node was removed meanwhile.
        """
        return run_to_completion(self.result_incrementally())

    def result_incrementally(self) -> Steps[Outcome | None]:
        """``apply`` in steps between which a window can move."""
        if not self.finished:
            raise InputError(said("The images are still being registered."))
        if self.error is not None:
            raise self.error
        if self.has_result and self.outcome is None:
            self.outcome = yield from self._outcome_incrementally()
        return self.outcome
