"""The benchmark of the constants of Automatic replaces constants that exist."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def test_each_constant_is_where_the_benchmark_replaces_it():
    """The benchmark failed after an hour, because one had moved to another file."""
    code = "import constants; print([one.title for one in constants.CONSTANTS if not hasattr(one.module, one.name)])"
    done = subprocess.run([sys.executable, "-c", code], cwd=BENCHMARKS, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
