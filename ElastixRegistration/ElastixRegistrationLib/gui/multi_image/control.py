"""One run of many images, polled by a timer. No step takes longer than one image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.errors import ElastixRegistrationError
from ..messages import errorText
from ..step_loop import StepLoop

#: Interval at which a run is polled, ms.
_INTERVAL = 100


class ManyControl:
    """Controls one run at a time, and calls a listener: ``onProgress(run)``, and at the end ``onEnd(run, outcome,
    reason)``, with ``outcome`` None without a result, or ``onFailed(message, details)``.
    """

    def __init__(self, listener: Any):
        self._listener = listener
        self._run: Any = None
        self._nodes: list[Any] = []
        self._reason = ""
        self._loop = StepLoop(self._failed)

    @property
    def isRunning(self) -> bool:
        return self._loop.isRunning

    def start(self, part: Any) -> None:
        self._run, self._reason = None, ""
        self._nodes = list(part.nodes())
        self._loop.start(self._whole(part))

    def missingNode(self) -> str:
        """The name of a node that the run needs and that was removed from the scene; "" for none."""
        return next((node.GetName() for node in self._nodes if node.GetScene() is None), "")

    def cancel(self, reason: str = "") -> None:
        """Stop, and keep finished results. Does nothing if nothing runs, or if it is already stopping."""
        if self._run is None or self._run.state == "done":
            self.drop(reason)
        elif not self._run.finished:
            self._reason = reason
            self._run.cancel()
            self._loop.hurry()

    def drop(self, reason: str = "") -> None:
        """Stop and discard the run, because its outputs or the panel are gone."""
        if self.isRunning:
            run = self._run
            self._end()
            self._listener.onEnd(run, None, reason)

    def _failed(self, problem: BaseException) -> bool:
        """Handle an error of a step. Returns whether it is one for the user."""
        isKnown = isinstance(problem, ElastixRegistrationError)
        self._end()
        self._listener.onFailed(*((errorText(problem), getattr(problem, "log", "")) if isKnown else ("", "")))
        return isKnown

    def _whole(self, part: Any) -> Iterator[int | None]:
        """All steps: nodes to files or arrays, the run, and results to nodes."""
        run = self._run = yield from part.start()
        while not run.finished:
            run.poll()
            self._listener.onProgress(run)
            yield _INTERVAL
        outcome = yield from run.result_incrementally()
        self._end()
        self._listener.onEnd(run, outcome, self._reason)

    def _end(self) -> None:
        """Clean up the processes and files of the run."""
        self._loop.stop()
        run, self._run = self._run, None
        self._nodes = []
        if run is not None:
            run.close()
