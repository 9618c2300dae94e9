"""A registration of volume nodes that runs in the worker, for scripts: wait for it, and it is in the scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class BackgroundRegistration:
    """``state``, ``progress``, ``log``, ``error``, ``iterations``, ``poll()`` and ``cancel()`` are those of the
    worker's handle, ``result`` too. ``wait`` brings the result into the scene, as ``registerVolumes`` would.
    """

    def __init__(self, job: Any, handle: Any, apply: Callable[[Any, Any], Any]):
        self.job, self.handle = job, handle
        self._apply = apply
        self.outcome: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.handle, name)

    def wait(self, timeout: float | None = None) -> Any:
        """The outcome with the nodes that were written; None after a cancel or when ``timeout`` (s) is over first.

        Raises RegistrationError when the registration failed, InputError when a node was removed meanwhile.
        """
        if self.outcome is None:
            self.handle.wait(timeout)
            if self.handle.error is not None:
                raise self.handle.error
            if self.handle.result is not None:
                self.outcome = self._apply(self.job, self.handle.result)
        return self.outcome
