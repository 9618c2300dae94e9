"""elastix's console lines as they arrive from the worker, without megabytes of coefficients and without paths."""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
from pathlib import Path

_BLOCK_START = re.compile(rb"^=+ start of TransformParameterFile =+", re.MULTILINE)
_BLOCK_END = re.compile(rb"=+ end of TransformParameterFile =+\r?\n?")
_MAX_MARK = 200
#: Longer lines are not part of elastix's table and are truncated.
_MAX_LINE = 100_000


def end_mark(job: str) -> bytes:
    """The mark that the worker writes to the log at the end of a job."""
    return f"\x1eend of {job}\x1e\n".encode("ascii")


class LogReader:
    """Converts bytes to the text of complete lines. Folders of the user are replaced, result blocks are left out."""

    def __init__(self, job: str):
        self._mark = end_mark(job)
        self._rest = b""
        self._in_block = False
        self._hidden = _hidden_folders()
        self.ended = False

    def feed(self, data: bytes) -> str:
        """Text of the lines that ``data`` completes. ``ended`` is true from the end mark on."""
        self._rest += data
        lines = []
        while not self.ended:
            if self._in_block:
                end = _BLOCK_END.search(self._rest)
                # An end mark without its line end is taken when more arrives.
                if end is None or (end.end() == len(self._rest) and not end[0].endswith(b"\n")):
                    self._rest = self._rest[-_MAX_MARK:]
                    break
                self._rest, self._in_block = self._rest[end.end() :], False
            start = _BLOCK_START.search(self._rest)
            mark = self._rest.find(self._mark)
            if mark >= 0 and (start is None or mark < start.start()):
                lines.append(self._rest[:mark])
                self._rest, self.ended = self._rest[mark + len(self._mark) :], True
            elif start is not None:
                lines.append(self._rest[: start.start()])
                self._rest, self._in_block = self._rest[start.end() :], True
            else:
                complete, newline, self._rest = self._rest.rpartition(b"\n")
                lines.append(complete + newline)
                self._rest = self._rest[-_MAX_LINE:]
                break
        return self._text(b"".join(lines))

    def flush(self) -> str:
        """The last line, which has no line end."""
        rest, self._rest = self._rest, b""
        return "" if self._in_block or not rest else self._text(rest + b"\n")

    def _text(self, data: bytes) -> str:
        text = data.decode("utf-8", "replace").replace("\r\n", "\n")
        for folder, name in self._hidden:
            if folder in text:
                text = text.replace(folder, name)
        return text


def _hidden_folders() -> list[tuple[str, str]]:
    """Folders whose names identify the user, longest first, and their replacements."""
    folders = {tempfile.gettempdir(): "<temporary folder>", str(Path(__file__).resolve().parents[2]): "<extension>"}
    for prefix in (sys.prefix, sys.base_prefix):
        folders.setdefault(prefix, "<python>")
    with contextlib.suppress(RuntimeError):  # a user without a home folder
        folders.setdefault(str(Path.home()), "~")
    folders |= {folder.replace("\\", "/"): name for folder, name in folders.items()}  # alternative spelling on Windows
    return sorted(((f, name) for f, name in folders.items() if len(f) > 3), key=lambda pair: -len(pair[0]))
