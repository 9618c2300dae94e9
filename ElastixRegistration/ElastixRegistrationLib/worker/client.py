"""The client's view of a registration in the background."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.automatic.plan import expected_stages
from ..core.elastix.errors import error_lines, ignored_errors
from ..core.elastix.progress import Iteration, ProgressEvent, ProgressParser
from ..core.errors import (
    ElastixRegistrationError,
    InputError,
    OutOfMemoryError,
    ParameterError,
    RegistrationError,
    ResourceError,
)
from ..core.images.channels import Channel
from ..core.parameters.maps import ParameterMap
from ..core.request import RegistrationRequest
from ..core.transforms.plain_data import TransformData, VoxelData, channel_data
from ..core.wording import said
from .log_reader import LogReader
from .messages import ParameterMaps, pack
from .outputs import Output
from .protocol import frame_buffers
from .result import AsynchronousResult, unpacked_result

if TYPE_CHECKING:
    from .pool import WorkerPool


class State(str, enum.Enum):
    """The state of a background registration. Compares equal to its text."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    def __str__(self) -> str:
        return self.value


class Job:
    """One request: its data and its limits."""

    def __init__(
        self,
        number: int,
        moving: Any,
        arguments: dict[str, Any],
        outputs: Sequence[Output],
        timeout_s: float | None,
        memory_limit_bytes: int | None,
    ):
        self.name = f"job {number}"
        self.moving, self.threads = moving, arguments["threads"]
        self.timeout_s, self.memory_limit_bytes = timeout_s, memory_limit_bytes
        dimension = str(arguments["fixed"].geometry.dimension)
        stages = expected_stages(arguments["stages"], arguments.get("effort", "normal"), bool(arguments.get("adapt")))
        self.plan = [{**stage, "FixedImageDimension": (dimension,)} for stage in stages]
        self._arguments, self._outputs = arguments, list(outputs)

    def buffers(self) -> Iterator[memoryview]:
        """The frame to send. Raises InputError for data that cannot be sent."""
        arrays: list[np.ndarray] = []
        request = {
            "job": self.name,
            "arguments": self._arguments | {"threads": self.threads},
            "outputs": self._outputs,
            "timeout_s": self.timeout_s,
            "memory_limit_bytes": self.memory_limit_bytes,
        }
        body = pack(request, arrays)
        try:
            return frame_buffers("register", body, arrays)
        except TypeError as error:
            raise InputError(
                said("The images cannot be sent to the background process: {error}.", error=error)
            ) from error

    def release(self) -> None:
        """Release the images that were sent."""
        self._arguments, self._outputs = {}, []


class RegistrationHandle:
    """A registration that was submitted to a pool.

    ``state``: queued, running, done, failed or cancelled. ``progress``: the last ProgressEvent, None before the first.
    ``log``: elastix's lines so far. ``iterations``: its table so far. ``result``: an AsynchronousResult when done;
    ``error``: an InputError or RegistrationError when failed; otherwise None.
    """

    def __init__(self, pool: WorkerPool, job: Job):
        self.state = State.QUEUED
        self.progress: ProgressEvent | None = None
        self.result: AsynchronousResult | None = None
        self.error: ElastixRegistrationError | None = None
        self.pool, self.job = pool, job
        self._texts: list[str] = []
        self._parser = ProgressParser(job.plan)
        self._log_reader = LogReader(job.name)
        self._started: float | None = None
        self._answer: tuple[str, dict[str, Any]] | None = None

    @property
    def finished(self) -> bool:
        return self.state in (State.DONE, State.FAILED, State.CANCELLED)

    @property
    def log(self) -> str:
        """elastix's log so far. It contains neither patient data nor the user's folders."""
        if len(self._texts) > 1:
            self._texts = ["".join(self._texts)]
        return self._texts[0] if self._texts else ""

    @property
    def iterations(self) -> list[Iteration]:
        return self._parser.iterations

    def poll(self, budget_s: float = 0.02) -> State:
        """Advance without waiting, for at most about ``budget_s`` seconds; for timers."""
        self.pool.poll(budget_s)
        return self.state

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is finished, or for ``timeout`` seconds. Returns whether it is finished."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self.pool.poll()
            left = 1.0 if end is None else end - time.monotonic()
            if self.finished or left <= 0:
                return self.finished
            self.pool.wait_for_news(min(left, 0.1))

    def cancel(self) -> None:
        """Stop it in any state. ``log`` and ``iterations`` keep their content; finished registrations are not
        affected."""
        if not self.finished:
            self.pool.cancel(self)

    # Called by the pool.

    def begin(self) -> None:
        self.state, self._started = State.RUNNING, time.monotonic()
        self._parser = ProgressParser(self.job.plan)

    def take_log(self, data: bytes) -> None:
        self._take_text(self._log_reader.feed(data))

    def take_answer(self, kind: str, body: dict[str, Any]) -> None:
        self._answer = kind, body
        self.job.release()

    @property
    def is_answered(self) -> bool:
        """Whether the answer and the whole log have arrived."""
        return self._answer is not None and self._log_reader.ended

    @property
    def is_overdue(self) -> bool:
        limit = self.job.timeout_s
        return limit is not None and self._started is not None and time.monotonic() - self._started > limit

    def finish(self) -> None:
        """Take the answer, which must have arrived."""
        if self._answer is None:
            return
        kind, body = self._answer
        self._answer = None
        if kind == "failed":
            self.fail(self._error_of(body))
            return
        self.result = self.result_of(body)
        self.state = State.DONE

    def result_of(self, body: dict[str, Any]) -> Any:
        """The result from the worker's answer."""
        body["notes"] += ignored_errors(self.log)  # not available in the worker
        known = {"threads": self.job.threads, "iterations": self.iterations, "log": self.log}
        return unpacked_result(body, moving_voxels=self.job.moving, **known)

    def fail(self, error: ElastixRegistrationError) -> None:
        self._take_text(self._log_reader.flush())
        if isinstance(error, RegistrationError):
            error.log = self.log
        self.error, self.state = error, State.FAILED
        self.job.release()

    def fail_overdue(self) -> None:
        self.fail(
            RegistrationError(
                said("The registration was stopped at its time limit of {timeout_s:g} s.", timeout_s=self.job.timeout_s)
            )
        )

    def fail_crashed(self, what: str) -> None:
        """``what``: the end of the process, as a sentence without its period."""
        if self.job.timeout_s is not None and "time limit" in what:
            self.fail_overdue()
            return
        self._take_text(self._log_reader.flush())
        limit = self.job.memory_limit_bytes
        reason = error_lines(self.log)
        if limit is not None and ("memory" in reason or "aborted" in what):
            self.fail(self._out_of_memory())
            return
        last = reason or next((line for line in reversed(self.log.splitlines()) if line.strip()), "")
        self.fail(RegistrationError(f"{what}." + (f" Its last line was: {last.strip()}" if last else "")))

    def mark_cancelled(self) -> None:
        self._take_text(self._log_reader.flush())
        self.state = State.CANCELLED
        self.job.release()

    def _take_text(self, text: str) -> None:
        if text:
            self._texts.append(text)
            for event in self._parser.feed(text):
                self.progress = event

    def _error_of(self, body: dict[str, Any]) -> ElastixRegistrationError:
        kind, message = body["error"], body["message"]
        if kind == "ParameterError":
            return ParameterError(message, file=body["file"], line=body["line"], parameter=body["parameter"])
        if kind in ("InputError", "ResourceError"):
            return InputError(message) if kind == "InputError" else ResourceError(message)
        reason = error_lines(self.log)
        if kind == "MemoryError" or (self.job.memory_limit_bytes is not None and "memory" in f"{reason}{message}"):
            return self._out_of_memory()
        if kind == "RegistrationError":
            return RegistrationError(f"elastix failed: {reason}" if reason else message)
        return RegistrationError(said("The registration failed. {message}", message=message))

    def _out_of_memory(self) -> OutOfMemoryError:
        limit = self.job.memory_limit_bytes
        allowed = "there was" if limit is None else f"its limit of {limit / 1e9:.3g} GB"
        return OutOfMemoryError(
            said(
                "The registration needed more memory than {allowed}; crop or downsample the images, or "
                "use fewer threads.",
                allowed=allowed,
            )
        )


def job_arguments(
    fixed: Any,
    moving: Any,
    stages: Sequence[ParameterMap],
    fixed_mask: Any = None,
    moving_mask: Any = None,
    fixed_points: np.ndarray | None = None,
    moving_points: np.ndarray | None = None,
    initial_transform: Any = None,
    channels: Sequence[Channel] = (),
    adapt: bool = False,
    sliding_mask: Any = None,
    moving_sliding_mask: Any = None,
    **choices: Any,
) -> dict[str, Any]:
    """The arguments of ``core.register`` in a form that can be sent. Raises InputError for invalid ones.

    ``choices``: options of a RegistrationRequest.
    """
    request = RegistrationRequest(**choices)
    return {
        "fixed": VoxelData.of(fixed),
        "moving": VoxelData.of(moving),
        "stages": ParameterMaps({name: tuple(values) for name, values in stage.items()} for stage in stages),
        "fixed_mask": None if fixed_mask is None else VoxelData.of(fixed_mask),
        "moving_mask": None if moving_mask is None else VoxelData.of(moving_mask),
        "fixed_points": None if fixed_points is None else np.asarray(fixed_points, np.float64),
        "moving_points": None if moving_points is None else np.asarray(moving_points, np.float64),
        "initial_transform": None if initial_transform is None else TransformData.of(initial_transform),
        "channels": [channel_data(channel) for channel in channels],
        "adapt": bool(adapt),
        "sliding_mask": None if sliding_mask is None else VoxelData.of(sliding_mask),
        "moving_sliding_mask": None if moving_sliding_mask is None else VoxelData.of(moving_sliding_mask),
        **request.plain_arguments(),
    }
