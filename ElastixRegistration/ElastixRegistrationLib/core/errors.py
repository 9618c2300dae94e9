"""Errors that a user can act on: one sentence that names the file, node or parameter and says what to do.

Only the panel and the command line show them; everything below raises them.
"""

from __future__ import annotations


class ElastixRegistrationError(Exception):
    """Base of everything this package raises on purpose."""


class InputError(ElastixRegistrationError, ValueError):
    """The call or its input is wrong: nothing was run. Exit status 2 on the command line."""


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


class RegistrationError(ElastixRegistrationError, RuntimeError):
    """elastix ran and failed. ``log`` is its log so far. Exit status 1 on the command line."""

    def __init__(self, message: str, *, log: str = ""):
        super().__init__(message)
        self.log = log
