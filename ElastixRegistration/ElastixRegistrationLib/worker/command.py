"""Run the command line of this package in a separate process, for callers that must not wait."""

from __future__ import annotations

import json
import os
import subprocess
import weakref
from collections.abc import Mapping, Sequence

from ..core.errors import RegistrationError
from ..core.wording import said
from .pipes import PipeReader, new_pipe
from .process import (
    child_environment,
    end_process,
    job_of,
    kill_tree,
    module_paths,
    own_python,
    python_command,
    start_options,
)

_PACKAGE = __package__.rpartition(".")[0]
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1));"
    f"from {_PACKAGE}.cli.main import main; sys.exit(main(sys.argv[1:]))"
)
_CHUNK = 1 << 16


class CommandProcess:
    """``elastix-registration ARGUMENTS``. Call ``poll`` from a timer; nothing here waits.

    ``output`` and ``messages``: its stdout and stderr so far. It ends with this process and with this object.
    ``variables`` are added to its environment. Raises RegistrationError if it cannot be started.
    """

    def __init__(self, arguments: Sequence[str], *, variables: Mapping[str, str] | None = None):
        self._texts = [bytearray(), bytearray()]
        program = own_python()
        ends = [new_pipe(), new_pipe()]
        try:
            self._popen = subprocess.Popen(
                [*python_command(program), "-c", _START, json.dumps(module_paths()), *arguments],
                stdin=subprocess.PIPE,
                stdout=ends[0][1],
                stderr=ends[1][1],
                env=child_environment() | {"PYTHONIOENCODING": "utf-8"} | dict(variables or {}),
                **start_options(),
            )
        except OSError as error:
            for read, _ in ends:
                os.close(read)
            raise RegistrationError(
                said("The command line could not be started with {program}: {error}.", program=program, error=error)
            ) from error
        finally:
            for _, write in ends:
                os.close(write)
        self._job = job_of(self._popen)
        self._pipes = [PipeReader(read) for read, _ in ends]
        self._end = weakref.finalize(self, end_process, self._popen, self._job, (*self._pipes, self._popen.stdin))

    @property
    def output(self) -> str:
        return self._texts[0].decode("utf-8", "replace")

    @property
    def messages(self) -> str:
        return self._texts[1].decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        return self._popen.pid

    def poll(self) -> int | None:
        """Read available output. Returns the exit status after the end of the process and its output."""
        code = self._popen.poll()
        for pipe, text in zip(self._pipes, self._texts, strict=True):
            chunk = bytearray(_CHUNK)
            while not pipe.closed:
                count = pipe.read_into(memoryview(chunk))
                if count is None:
                    break
                if count == 0:
                    pipe.close()
                text += memoryview(chunk)[:count]
        # Child processes that outlive the process may still hold the pipes.
        return code

    def stop(self) -> None:
        """Close its standard input, which asks the command to end."""
        if self._popen.stdin is not None:
            self._popen.stdin.close()

    def kill(self) -> None:
        """End it and its child processes at once."""
        kill_tree(self._popen, self._job)

    def close(self) -> None:
        """End it and release all resources."""
        self._end()
