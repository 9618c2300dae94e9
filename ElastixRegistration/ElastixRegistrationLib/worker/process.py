"""The client's side of a worker process: started, written to and read without waiting, and ended with its children."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import RegistrationError
from ..core.wording import said
from .pipes import PipeReader, PipeWriter, new_pipe, wait_for_any
from .protocol import Frame, FrameReader, Outbox, ProtocolError

if sys.platform == "win32":
    from .windows_job import WindowsJob

_FOLDER = Path(__file__).resolve().parents[2]
_PACKAGE = __package__.rpartition(".")[0]
#: The worker gets the client's import path, in the same order, without the current folder.
_START = (
    "import sys; idle = float(sys.argv[1]); sys.path[:] = sys.argv[2:];"
    f"from {_PACKAGE}.worker.server import main; main(idle)"
)
_LOG_CHUNK = 1 << 16
_MAX_SILENCE_S = 2.0

_CRASHES = {
    "SIGKILL": "was killed by the system, most likely out of memory",
    "SIGSEGV": "crashed (segmentation fault)",
    "SIGBUS": "crashed (bus error)",
    "SIGABRT": "crashed (aborted)",
    "SIGILL": "crashed (illegal instruction; is this processor too old for the package?)",
    "SIGFPE": "crashed (arithmetic error)",
    "SIGTERM": "was ended by another program",
    "SIGALRM": "was stopped at its time limit",
    "SIGIO": "was ended because the connection to it was closed",
}
_WINDOWS_CRASHES = {
    0xC0000005: "crashed (access violation)",
    0xC0000017: "was ended by the system, out of memory",
    0xC00000FD: "crashed (stack overflow)",
    0xC000001D: "crashed (illegal instruction; is this processor too old for the package?)",
    0xC0000135: "could not start (a library is missing)",
    0xC0000409: "crashed (aborted)",
}


#: Message of Slicer's launcher, with exit code 1, however the program that it started ends.
_LAUNCHER_SAYS = "exit abnormally - Report the problem"


def describe_exit(code: int, log: str = "") -> str:
    """What happened to elastix, in words, from its log and the exit code of its process, as given by ``subprocess``."""
    if code == 1 and _LAUNCHER_SAYS in log:
        return "elastix crashed, or was killed by the system, out of memory"
    if code < 0 or 128 < code < 160:  # the second is how launchers and shells report a signal
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code if code < 0 else code - 128).name
            return f"elastix {_CRASHES.get(name, f'was ended by signal {name}')}"
    if code & 0xFFFFFFFF in _WINDOWS_CRASHES:
        return f"elastix {_WINDOWS_CRASHES[code & 0xFFFFFFFF]}"
    return f"the process of elastix ended unexpectedly (exit code {code})"


class WorkerProcess:
    """A worker process. ``pump`` transfers data without waiting;

    ``frames`` and ``log`` hold the received data. Raises RegistrationError if it cannot be started. ``python``: a
    different interpreter.
    """

    def __init__(self, *, idle_s: float = 300.0, python: str | None = None):
        self.frames: list[Frame] = []
        self.log = bytearray()
        self.garbage: str | None = None
        self._silent_since: float | None = None
        self._outbox, self._reader = Outbox(), FrameReader()
        ends = [new_pipe() for _ in range(3)]
        (to_worker, our_in), (our_out, from_worker), (our_log, log_of_worker) = ends
        program = python or own_python()
        try:
            self._popen = subprocess.Popen(
                _command(idle_s, program),
                stdin=to_worker,
                stdout=from_worker,
                stderr=log_of_worker,
                env=child_environment(),
                **start_options(),
            )
        except OSError as error:
            for descriptor in (our_in, our_out, our_log):
                os.close(descriptor)
            raise RegistrationError(
                said(
                    "The background process could not be started with {program}: {error}.", program=program, error=error
                )
            ) from error
        finally:
            for descriptor in (to_worker, from_worker, log_of_worker):
                os.close(descriptor)
        self._job: Any = None
        if sys.platform == "win32":
            self._job = WindowsJob(int(self._popen._handle))
        self._in, self._out, self._err = PipeWriter(our_in), PipeReader(our_out), PipeReader(our_log)
        _alive.add(self)
        self._end = weakref.finalize(self, end_process, self._popen, self._job, (self._in, self._out, self._err))

    @property
    def pid(self) -> int:
        return self._popen.pid

    def send(self, buffers: Iterator[memoryview]) -> None:
        """Queue a frame from ``protocol.frame_buffers``."""
        self._outbox.add(buffers)

    def limit_memory(self, limit_bytes: int | None) -> None:
        """On Windows; elsewhere the worker does it itself."""
        if self._job is not None:
            self._job.limit_memory(limit_bytes)

    def pump(self) -> bool:
        """Write and read once without waiting. Returns whether any data moved."""
        return any([self._write(), self._read_frames(), self._read_log()])

    def wait(self, timeout: float) -> None:
        """Wait until data can be moved."""
        readers = [pipe for pipe in (self._out, self._err) if not pipe.closed]
        writers = [self._in] if not self._in.closed and self._outbox.pending() else []
        if readers or writers:
            wait_for_any(readers, writers, timeout)
        elif timeout > 0:
            time.sleep(min(timeout, 0.005))

    @property
    def is_transferring(self) -> bool:
        """Whether large data is being transferred."""
        return bool(self._outbox.pending()) or not self._reader.is_between_frames

    @property
    def exit_code(self) -> int | None:
        """None until the process has ended and all its output was read."""
        code = _reap(self._popen, self._job)
        if code is None and self._out.closed and self._err.closed:
            # It cannot send anything anymore and should end very soon.
            self._silent_since = self._silent_since or time.monotonic()
            if time.monotonic() - self._silent_since > _MAX_SILENCE_S:
                self.kill()
        if code is None or any([self._read_frames(), self._read_log()]):
            return None
        return code

    def _write(self) -> bool:
        pending = self._outbox.pending()
        if not pending or self._in.closed:
            return False
        try:
            count = self._in.write(pending)
        except OSError:
            self._in.close()  # the other pipes show that it ended, with the reason
            return False
        self._outbox.advance(count)
        return count > 0

    def _read_frames(self) -> bool:
        if self._out.closed:
            return False
        count = self._out.read_into(self._reader.free())
        if count == 0:
            self._out.close()
            return False
        if count is None:
            return False
        try:
            frame = self._reader.advance(count)
        except ProtocolError as error:
            self.garbage = str(error)
            self._out.close()
            return False
        if frame is not None:
            self.frames.append(frame)
        return True

    def _read_log(self) -> bool:
        if self._err.closed:
            return False
        chunk = bytearray(_LOG_CHUNK)
        count = self._err.read_into(memoryview(chunk))
        if count == 0:
            self._err.close()
        if not count:
            return False
        self.log += memoryview(chunk)[:count]
        return True

    def kill(self) -> None:
        """End the worker and its child processes at once. Data that it has already sent can still be read."""
        kill_tree(self._popen, self._job)
        self._in.close()

    def close(self) -> None:
        """End it and release all resources."""
        self._end()


def own_python() -> str:
    """The interpreter of this process. In Slicer, which is not an interpreter itself, the PythonSlicer next to it."""
    own = sys.executable or ""
    if "python" not in Path(own).name.lower():
        own = shutil.which("PythonSlicer") or own
    return own


def _command(idle_s: float, program: str) -> list[str]:
    return [*python_command(program), "-c", _START, str(idle_s), *module_paths()]


def python_command(program: str) -> list[str]:
    """Command for ``program``, a Python, without additions from the user's environment."""
    # Embedding applications like Slicer tell their Python by environment variables where its packages are.
    embedded = "PYTHONHOME" in os.environ or "Slicer" in Path(program).name
    return [program, *([] if embedded else ["-I"])]


def module_paths() -> list[str]:
    """Import path for a child: this package, and the path of this process."""
    return list(dict.fromkeys([str(_FOLDER), *(path for path in sys.path if os.path.isabs(path))]))


def child_environment() -> dict[str, str]:
    """The environment of this process without ITK_AUTOLOAD_PATH, because an ITK from pip that loads Slicer's plugins
    can crash.

    Slicer issue 8947.
    """
    unwanted = ("ITK_AUTOLOAD_PATH", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHONFAULTHANDLER")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def start_options() -> dict[str, Any]:
    """Of subprocess.Popen."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}  # its own process group, so that launcher and worker end together


def _reap(popen: subprocess.Popen, job: Any) -> int | None:
    """The exit code, None while it runs. Its child processes end with it."""
    if popen.returncode is None and popen.poll() is not None:
        _kill_group(popen.pid, job)
    return popen.returncode


def _kill_group(pid: int, job: Any) -> None:
    if job is not None:
        job.kill()
    elif sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def job_of(popen: subprocess.Popen) -> Any:
    """On Windows, the job object that holds a process and its children; None elsewhere."""
    if sys.platform == "win32":
        return WindowsJob(int(popen._handle))
    return None


def kill_tree(popen: subprocess.Popen, job: Any) -> None:
    """End a process and its children."""
    # The id of a finished process may be reused.
    if _reap(popen, job) is None:
        _kill_group(popen.pid, job)


def end_process(popen: subprocess.Popen, job: Any, pipes: Sequence[Any]) -> None:
    """Close ``pipes`` to a process, end it with its children, and wait a little."""
    for pipe in pipes:
        pipe.close()
    kill_tree(popen, job)
    if job is not None:
        job.close()
    # The system may take a while to free gigabytes; subprocess waits for the rest later.
    with contextlib.suppress(subprocess.TimeoutExpired):
        popen.wait(0.5)


_alive: weakref.WeakSet[WorkerProcess] = weakref.WeakSet()


def _after_fork() -> None:
    """A forked copy of the client must not keep the pipes open, or workers would not notice that the client died."""
    for worker in list(_alive):
        worker._end.detach()
        for pipe in (worker._in, worker._out, worker._err):
            pipe.close()
    _alive.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
