"""No file makes a reader crash, hang, or raise anything but its own errors.

``pytest -m slow Testing/fuzz`` reads garbled files for ten minutes with each reader; ELASTIX_REGISTRATION_FUZZ_SECONDS
says another time. The daily run reads a few.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTING = Path(__file__).resolve().parents[1]
SECONDS = float(os.environ.get("ELASTIX_REGISTRATION_FUZZ_SECONDS", "600"))
READERS = [
    *("parameters", "elastix-transforms", "itk-transforms", "hdf5-transforms", "matlab-transforms", "points"),
    *("preset-zips", "protocol"),
    *(f"images{suffix}" for suffix in (".nii", ".mgh", ".nrrd", ".mha", ".tif", ".vtk", ".dcm")),
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("seconds", [pytest.param(SECONDS, marks=pytest.mark.slow), 0.5], ids=["long", "short"])
def test_garbled_files_are_read_or_refused(tmp_path, reader, seconds):
    if reader == "matlab-transforms":
        pytest.importorskip("SimpleITK")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTING), str(TESTING.parent / "ElastixRegistration")])
    }
    command = [sys.executable, str(TESTING / "fuzz" / "readers.py"), reader, str(seconds), "1", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    sys.stdout.write(f"{reader}: {done.stdout}")
    kept = tmp_path / "current"
    assert done.returncode == 0, f"{kept.read_bytes() if kept.exists() else ''!r}\n{done.stderr[-4000:]}"
