"""The command line, called in this process or in a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ElastixRegistrationLib.cli.main import main

LIBRARY = Path(__file__).resolve().parents[2] / "ElastixRegistration"


def call(*arguments):
    return main([str(argument) for argument in arguments])


def shell(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "ElastixRegistrationLib", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
    )
