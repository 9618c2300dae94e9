"""Start modules of this package as programs for scripts, as ``subprocess.Popen``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence

from ..core.errors import RegistrationError
from ..core.wording import said
from .process import child_environment, module_paths, own_python, python_command, start_options

_PACKAGE = __package__.rpartition(".")[0]
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1));"
    f"from {_PACKAGE}.cli.elastix_programs import main; sys.exit(main(sys.argv[1:]))"
)


def program_command(arguments: Sequence[str]) -> list[str]:
    """The command line that runs ``elastix`` or ``transformix``, the first of ``arguments``, with the others."""
    return [*python_command(own_python()), "-c", _START, json.dumps(module_paths()), *arguments]


def start_program(arguments: Sequence[str]) -> subprocess.Popen[str]:
    """Start that command line. All output, including errors, is text on ``stdout``. Raises RegistrationError."""
    try:
        return subprocess.Popen(
            program_command(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=child_environment() | {"PYTHONIOENCODING": "utf-8"},
            **start_options(),
        )
    except OSError as error:
        raise RegistrationError(
            said("The program {arguments} could not be started: {error}.", arguments=arguments[0], error=error)
        ) from error
