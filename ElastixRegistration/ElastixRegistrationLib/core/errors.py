"""Errors that a user can act on: one sentence that names the file, node or parameter and says what to do.

Only the panel and the command line show them; everything below raises them.
"""

from __future__ import annotations

import errno
import re

from .wording import joined, said, sentence_of


class ElastixRegistrationError(Exception):
    """Base of everything this package raises on purpose."""


class InputError(ElastixRegistrationError, ValueError):
    """The call or its input is wrong, and nothing ran. Exit status 2 on the command line."""


class Fault(ValueError):
    """A fault in a file, in words for the user. Readers of its parts raise it, and ``damaged`` adds the file."""


class NothingToChoose(InputError):
    """The chosen series or frame does not exist, because the file holds a single image or other series."""


class ParameterError(InputError):
    """A parameter map is wrong.

    ``file``, ``line`` (1-based) and ``parameter`` say where, None if unknown; the message includes the known ones.
    """

    def __init__(self, problem: str, *, file: str | None = None, line: int | None = None, parameter: str | None = None):
        self.problem, self.file, self.line, self.parameter = problem, file, line, parameter
        in_line = said("line {line}", line=line) if line else ""
        of_parameter = said("parameter {parameter}", parameter=parameter) if parameter else ""
        place = joined(file or "", in_line, of_parameter, by=", ")
        super().__init__(joined(place, problem, by=": "))


class EnvironmentFault(ElastixRegistrationError):
    """The computer is at fault: a full disk, too little memory, a missing permission. Exit status 4 on the command
    line, because the same call may work later or elsewhere.
    """


class ResourceError(EnvironmentFault, InputError):
    """A fault known before anything runs, or found when a result is written."""


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
    """Whether the computer is at fault, rather than the call."""
    return problem.errno in _FAULTS


def file_error(problem: OSError, sentence: str) -> InputError:
    """The error to raise for ``problem``: a ResourceError where the computer is at fault."""
    return ResourceError(sentence) if is_fault(problem) else InputError(sentence)


def sentence_of_os_error(problem: OSError) -> str:
    """What to tell of a ``problem`` that nothing more specific has caught."""
    reason = problem.strerror or str(problem)
    if problem.filename is None:
        return said("A file cannot be read or written: {reason}.", reason=reason)
    return said("{path} cannot be read or written: {reason}.", path=problem.filename, reason=reason)


_IS_DAMAGED = said("is damaged")
_NUMBER = re.compile(r"could not convert string to float: '(.*)'|invalid literal for int\(\) with base 10: '(.*)'")
_LACKS = re.compile(r"has no attribute '([A-Z]\w+)'")


def damaged(what: str, error: BaseException, verb: str = _IS_DAMAGED) -> InputError:
    """The error to raise for ``what``, "The point file X", when reading it raised ``error``.

    It says what is wrong if that is known. Python's own words would not help the owner of the file.
    """
    reason = fault_of(error)
    if not reason:
        return InputError(said("{what} {verb}.", what=what, verb=verb))
    return InputError(said("{what} {verb}: {reason}.", what=what, verb=verb, reason=reason))


def fault_of(error: BaseException) -> str:
    """What is wrong, in words for the user; "" if only Python's words are known."""
    text = " ".join(str(error).split())
    if isinstance(error, Fault):
        return sentence_of(error) if len(text) <= 200 else text[:200]
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnicodeError):
        return said("it is not text")
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        return said("it lacks {name}", name=error.args[0][:60])
    if isinstance(error, AttributeError) and (lacks := _LACKS.search(text)):
        return said("it lacks {name}", name=lacks[1])
    if isinstance(error, ValueError) and (number := _NUMBER.search(text)):
        found = number[1] or number[2]
        if not found:
            return said("a number is missing")
        return said("it has {found} where a number should be", found=found[:60])
    return ""
