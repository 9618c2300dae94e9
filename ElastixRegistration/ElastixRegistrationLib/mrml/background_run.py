"""What registrations of many images in the background have in common: a state, and the wait for their end."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..core.errors import ElastixRegistrationError
from ..worker.client import State
from .steps import Steps, completed

Outcome = TypeVar("Outcome")


class BackgroundRun(ABC, Generic[Outcome]):
    """Call ``poll`` from a timer, or ``wait``. The scene changes in ``apply`` only, which ``wait`` calls.

    ``state``: running, done, cancelled, or failed with ``error``. ``outcome``: what ``apply`` gave, None before.
    """

    state: State = State.RUNNING
    error: ElastixRegistrationError | None = None
    outcome: Outcome | None = None
    #: Whether there is something to apply after ``cancel``.
    keeps_finished = True

    @abstractmethod
    def poll(self) -> State:
        """Move on what can be moved without waiting."""

    @abstractmethod
    def apply_steps(self) -> Steps[Outcome]:
        """``apply`` in steps between which a window can move."""

    @abstractmethod
    def _wait_for_news(self) -> None:
        """Sleep until ``poll`` may have something to do, for a tenth of a second at most."""

    @property
    def finished(self) -> bool:
        return self.state != State.RUNNING

    def wait(self, timeout: float | None = None, progress: Callable[[Any], None] | None = None) -> Outcome | None:
        """Until it is over, and in the scene; ``progress`` is called with the run meanwhile.

        None when ``timeout`` (s) is over first, or it was cancelled with nothing to keep. Raises InputError or
        RegistrationError when it failed as a whole.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() == State.RUNNING:
            if end is not None and time.monotonic() > end:
                return None
            if progress is not None:
                progress(self)
            self._wait_for_news()
        if self.error is not None:
            raise self.error
        return None if self.state == State.CANCELLED and not self.keeps_finished else self.apply()

    def apply(self) -> Outcome:
        """Write what was found into the scene, once. Raises InputError when a node was removed meanwhile."""
        return completed(self.apply_steps())
