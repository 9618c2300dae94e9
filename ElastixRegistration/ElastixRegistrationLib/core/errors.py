"""Errors that a user can act on: one sentence that names the file, node or parameter and says what to do.

Only the panel and the command line show them; everything below raises them.
"""

from __future__ import annotations

import errno
import re


class ElastixRegistrationError(Exception):
    """Base of everything this package raises on purpose."""


class InputError(ElastixRegistrationError, ValueError):
    """The call or its input is wrong: nothing was run. Exit status 2 on the command line."""


class Fault(ValueError):
    """What is wrong in a file, in words for the user: raised by what reads a part of it, for ``damaged`` to say."""


class NothingToChoose(InputError):
    """A series or a frame was chosen of what does not hold it: a single image, or other series."""


class ParameterError(InputError):
    """A parameter map is wrong.

    ``file``, ``line`` (1-based) and ``parameter`` say where, each None when not known; the message has the known.
    """

    def __init__(self, problem: str, *, file: str | None = None, line: int | None = None, parameter: str | None = None):
        self.problem, self.file, self.line, self.parameter = problem, file, line, parameter
        place = ", ".join(
            part
            for part in (file, f"line {line}" if line else None, f"parameter {parameter}" if parameter else None)
            if part
        )
        super().__init__(f"{place}: {problem}" if place else problem)


class EnvironmentFault(ElastixRegistrationError):
    """The computer cannot: a disk is full, memory is short, a permission is missing. Exit status 4 on the command line,
    as the same call may do tomorrow, or elsewhere."""


class ResourceError(EnvironmentFault, InputError):
    """It is known before anything is run, or after, when a result is to be written."""


class RegistrationError(ElastixRegistrationError, RuntimeError):
    """elastix ran and failed. ``log`` is its log so far. Exit status 1 on the command line."""

    def __init__(self, message: str, *, log: str = ""):
        super().__init__(message)
        self.log = log


class OutOfMemoryError(EnvironmentFault, RegistrationError):
    """Memory ran out while elastix ran."""


#: A full disk, a quota, a limit of the size of files, a missing permission, a disk that is read-only or broken, too
#: many open files, no memory.
_FAULTS = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM")
    if hasattr(errno, name)
)


def is_fault(problem: OSError) -> bool:
    """Whether the computer is at fault, and not what was asked for."""
    return problem.errno in _FAULTS


def file_error(problem: OSError, sentence: str) -> InputError:
    """The error to raise for ``problem``: a ResourceError where the computer is at fault."""
    return ResourceError(sentence) if is_fault(problem) else InputError(sentence)


_NUMBER = re.compile(r"could not convert string to float: '(.*)'|invalid literal for int\(\) with base 10: '(.*)'")
_LACKS = re.compile(r"has no attribute '([A-Z]\w+)'")


def damaged(what: str, error: BaseException, verb: str = "is damaged") -> InputError:
    """The error to raise for ``what``, "The point file X", where reading it came to ``error``.

    It says what is wrong where that is known; Python's own words are of no use to whoever has the file.
    """
    reason = fault_of(error)
    return InputError(f"{what} {verb}{f': {reason}' if reason else ''}.")


def fault_of(error: BaseException) -> str:
    """What is wrong in words for the user, empty where only Python's are known."""
    text = " ".join(str(error).split())
    if isinstance(error, Fault):
        return text[:200]
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnicodeError):
        return "it is no text"
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        return f"it lacks {error.args[0][:60]}"
    if isinstance(error, AttributeError) and (lacks := _LACKS.search(text)):
        return f"it lacks {lacks[1]}"
    if isinstance(error, ValueError) and (number := _NUMBER.search(text)):
        return f"it has {(number[1] or number[2] or 'nothing')[:60]} where a number should be"
    return ""
