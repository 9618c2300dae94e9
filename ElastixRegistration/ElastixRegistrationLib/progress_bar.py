"""A progress bar on a terminal for a registration in this process.

The itk wheels hold Python's interpreter lock while elastix runs, so no thread here could draw. elastix's log goes down
a pipe to a second, small Python process that follows it and draws on stderr.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .core.parameter_maps import ParameterMap
from .core.progress import ProgressEvent, ProgressParser

_WIDTH = 30


@contextmanager
def progress_bar(stages: Sequence[ParameterMap]) -> Iterator[None]:
    """In the block, what this process prints on its standard output is followed as elastix's log, not shown."""
    sys.stdout.flush()
    surroundings = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    follower = subprocess.Popen(
        [sys.executable, "-m", __name__, json.dumps([dict(stage) for stage in stages])],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=surroundings,
    )
    output = os.dup(1)
    try:
        os.dup2(follower.stdin.fileno(), 1)
        yield
    finally:
        os.dup2(output, 1)
        os.close(output)
        follower.stdin.close()
        follower.wait()


@contextmanager
def interruptible() -> Iterator[None]:
    """In the block, Ctrl-C ends this process at once: Python itself would hear of it only when elastix is done.

    A second process then says what happened, as this one cannot.
    """
    try:
        former = signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:  # not the main thread, which signals do not reach anyway
        yield
        return
    witness = subprocess.Popen([sys.executable, "-I", "-S", "-c", _WITNESS], stdin=subprocess.PIPE, **_APART)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
        witness.communicate(b"over")


#: Speaks when its standard input ends without a word.
_WITNESS = (
    "import sys\nif not sys.stdin.buffer.read():"
    " sys.stderr.write('error: The registration was interrupted; nothing was written.\\n')"
)
#: So that the Ctrl-C that is for this process does not reach the witness too.
_APART: dict[str, Any] = (
    {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {"start_new_session": True}
)


@contextmanager
def nothing_half_done(outputs: Iterable[Path]) -> Iterator[None]:
    """Take the ``outputs`` away again that the block had written when it did not end well, Ctrl-C included."""
    outputs = list(outputs)
    before = {path: path.stat().st_mtime_ns if path.exists() else None for path in outputs}
    try:
        yield
    except BaseException:
        for path in outputs:
            if path.is_file() and path.stat().st_mtime_ns != before[path]:
                path.unlink()
        raise


def bar(event: ProgressEvent) -> str:
    """One line, without its end."""
    done = round(event.fraction * _WIDTH)
    words = [f"stage {event.stage + 1} of {event.stages}"]
    if event.resolution is not None:
        words.append(f"resolution {event.resolution + 1} of {event.resolutions}")
    if event.iteration is not None:
        words.append(f"iteration {event.iteration + 1}")
    if event.remaining_s is not None:
        words.append(f"{event.remaining_s:.0f} s left")
    return f"[{'#' * done}{'.' * (_WIDTH - done)}] {event.fraction:4.0%}  {', '.join(words)}"


def _follow(stages: list[ParameterMap]) -> None:
    parser = ProgressParser(stages)
    shown = ""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ends with the process it follows
    while data := os.read(0, 65536):
        events = parser.feed(data.decode("utf-8", errors="replace"))
        if events:
            line = bar(events[-1])
            sys.stderr.write("\r" + line.ljust(len(shown)))
            sys.stderr.flush()
            shown = line
    sys.stderr.write("\r" + " " * len(shown) + "\r")


if __name__ == "__main__":
    _follow([{name: tuple(values) for name, values in stage.items()} for stage in json.loads(sys.argv[1])])
