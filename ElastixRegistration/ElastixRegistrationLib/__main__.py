"""``python -m ElastixRegistrationLib``, and the command ``elastix-registration``."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

from .cli.terminal.interrupts import INTERRUPTED, remembered_interrupts, was_interrupted


def main() -> NoReturn:
    """Do what the command line says and end the process.

    Python's own ending takes ITK's modules apart, 0.2 s for what the system does at once.
    """
    status = run()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def run() -> int:
    """As ``cli.main``, also when Ctrl-C comes while that is loaded, or makes what it interrupts fail otherwise."""
    with remembered_interrupts():
        try:
            from .cli.main import main as run_command
            from .core.system.itk_access import use_itk_alone

            use_itk_alone()
            return run_command()
        except BaseException:
            if not was_interrupted():
                raise
            sys.stderr.write("error: Interrupted; nothing was written.\n")
            return INTERRUPTED


if __name__ == "__main__":
    main()
