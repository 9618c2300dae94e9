"""One run of many images from its start to its end, followed by a timer. No step takes longer than one image does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import qt

from ...core.errors import ElastixRegistrationError
from ...mrml.nodes.incremental import STEP_S

#: ms between two looks at a run.
_INTERVAL = 100


class ManyControl:
    """One run at a time, of which a listener hears ``onProgress(run)``, and at the end ``onEnd(run, outcome, reason)``
    with ``outcome`` None where nothing came of it, or ``onFailed(message, details)``.
    """

    def __init__(self, listener: Any):
        self._listener = listener
        self._part: Any = None
        self._steps: Iterator[None] | None = None
        self._run: Any = None
        self._nodes: list[Any] = []
        self._reason = ""
        self._isFollowing = False
        self._timer = qt.QTimer()
        self._timer.setInterval(_INTERVAL)
        self._timer.connect("timeout()", self.poll)

    @property
    def isRunning(self) -> bool:
        return self._steps is not None

    def start(self, part: Any) -> None:
        self._part, self._run, self._reason = part, None, ""
        self._nodes = list(part.nodes())
        self._steps = self._whole(part)
        self._timer.setInterval(0)
        self._timer.start()

    def missingNode(self) -> str:
        """The name of a node that the run needs and that is no longer in the scene; "" for none."""
        return next((node.GetName() for node in self._nodes if node.GetScene() is None), "")

    def cancel(self, reason: str = "") -> None:
        """Stop; what is finished is kept. Nothing when nothing runs, or when it stops already."""
        if self._run is None or self._run.state == "done":
            self.drop(reason)
        elif not self._run.finished:
            self._reason = reason
            self._run.cancel()
            self._timer.setInterval(0)

    def drop(self, reason: str = "") -> None:
        """Stop and forget: what a run would write into has gone, or nobody is there to hear of it."""
        if self.isRunning:
            run = self._run
            self._end()
            self._listener.onEnd(run, None, reason)

    def poll(self) -> None:
        """What the timer does."""
        try:
            end = time.perf_counter() + STEP_S
            for _step in self._steps:
                if self._isFollowing or time.perf_counter() >= end:
                    return
        except ElastixRegistrationError as problem:
            self._end()
            self._listener.onFailed(str(problem), getattr(problem, "log", ""))
        except BaseException:
            self._end()
            self._listener.onFailed("", "")
            raise

    def _whole(self, part: Any) -> Iterator[None]:
        """From nodes to files or arrays, to the end of the run, to nodes."""
        run = self._run = yield from part.start()
        self._isFollowing = True
        while not run.finished:
            run.poll()
            self._listener.onProgress(run)
            if self._timer.interval != _INTERVAL:
                self._timer.setInterval(_INTERVAL)
            yield
        self._isFollowing = False
        self._timer.setInterval(0)
        outcome = yield from run.result_incrementally()
        self._end()
        self._listener.onEnd(run, outcome, self._reason)

    def _end(self) -> None:
        """However it came to it, no process and no file of the run stays."""
        self._timer.stop()
        steps, self._steps = self._steps, None
        run, self._run = self._run, None
        self._nodes, self._isFollowing = [], False
        if steps is not None and not steps.gi_running:
            steps.close()
        if run is not None:
            run.close()
