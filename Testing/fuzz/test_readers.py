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


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_garbled_files_are_read_or_refused(tmp_path, reader):
    feed([reader], SECONDS, tmp_path)


def test_a_few_garbled_files_are_read_or_refused_by_each_reader(tmp_path):
    """In one process, because starting it takes longer than what it reads."""
    lines = feed(READERS, 0.5, tmp_path).splitlines()
    assert [line.split(":")[0] for line in lines] == READERS
    assert all(int(line.split()[1]) > 10 for line in lines)


def feed(readers: list[str], seconds: float, folder: Path) -> str:
    """Output of a process that feeds ``readers`` one after another, each for ``seconds``; a failure fails the test."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTING), str(TESTING.parent / "ElastixRegistration")])
    }
    command = [sys.executable, str(TESTING / "fuzz" / "readers.py"), ",".join(readers), str(seconds), "1", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    kept = folder / "current"
    assert done.returncode == 0, f"{done.stdout}{kept.read_bytes() if kept.exists() else ''!r}\n{done.stderr[-4000:]}"
    return done.stdout
