"""A handle for a command of this package in a separate process: a cohort or a parameter search."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import Any, TypeVar

from ...core.errors import InputError, RegistrationError
from ...worker.client import State
from ...worker.cohort_messages import error_of_data_line, error_of_line
from ...worker.command import CommandProcess
from ...worker.process import describe_exit
from .asynchronous_run import AsynchronousRun

#: Seconds that a stopping run has to save its results before it is killed.
_MAX_STOP_S = 30.0
Outcome = TypeVar("Outcome")


class CommandRun(AsynchronousRun[Outcome]):
    """``log``: the command's messages. ``files``: closed at the end of the run. Finished results are kept."""

    def __init__(self, process: CommandProcess, files: Any):
        self._process, self._files = process, files
        self._read = 0
        self._stopping: float | None = None

    @abstractmethod
    def _takes(self, line: str, again: bool = False) -> bool:
        """Whether a line of the messages is for programs. Stores its news, unless ``again``."""

    @abstractmethod
    def _state_of_output(self, code: int) -> State | None:
        """The final state of a run that ended with this exit status; None without a result."""

    @property
    def is_stopping(self) -> bool:
        return self._stopping is not None and not self.finished

    @property
    def log(self) -> str:
        lines = self._process.messages.splitlines()
        return "\n".join(one for one in lines if not self._takes(one, again=True) and error_of_data_line(one) is None)

    def poll(self) -> State:
        if self.finished:
            return self.state
        code = self._process.poll()
        lines = self._process.messages[self._read :].split("\n")
        self._read = len(self._process.messages) - len(lines[-1])
        for line in lines[:-1]:
            self._takes(line)
        if code is not None:
            self._end(code)
        elif self._stopping is not None and time.monotonic() > self._stopping + _MAX_STOP_S:
            self._process.kill()
        return self.state

    def cancel(self) -> None:
        if not self.finished and self._stopping is None:
            self._stopping = time.monotonic()
            self._process.stop()

    def close(self) -> None:
        if not self.finished:
            self._state = State.CANCELLED
        self._process.close()
        self._files.close()

    def _wait_for_news(self) -> None:
        time.sleep(0.05)

    def _end(self, code: int) -> None:
        state = self._state_of_output(code)
        if state is not None:
            self._state = state
        elif self._stopping is not None:  # it had not begun, or had to be killed
            self._state = State.CANCELLED
        else:
            self._state = State.FAILED
            last = next((line for line in reversed(self.log.splitlines()) if line.strip()), "")
            translatable = next(filter(None, map(error_of_data_line, self._process.messages.splitlines())), None)
            sentence = translatable or error_of_line(last) or f"{describe_exit(code, last)}. {last}"
            self._error = InputError(sentence) if code == 2 else RegistrationError(sentence, log=self.log)
        self._process.close()
        self._files.close()
