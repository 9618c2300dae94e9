"""A local copy of SuperElastix/ElastixModelZoo, named by the variable ELASTIX_MODEL_ZOO: all of it is read, and what
two images can be registered with runs. Nothing of it is part of this project."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "model_zoo.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("ELASTIX_MODEL_ZOO"), reason="ELASTIX_MODEL_ZOO names no copy of the zoo"),
]


def test_every_file_is_read_and_at_least_95_percent_of_the_usable_presets_run():
    spec = importlib.util.spec_from_file_location("model_zoo", SCRIPT)
    model_zoo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model_zoo)
    figures = model_zoo.measure(os.environ["ELASTIX_MODEL_ZOO"])
    assert figures["read"] == figures["parameter files"] >= 295
    assert figures["of these valid"] == figures["different stages in usable presets"]
    assert figures["ran"] >= 0.95 * figures["runs"], figures["failed"]
