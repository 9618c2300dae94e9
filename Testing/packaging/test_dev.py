"""dev.py runs with the standard library only, on every supported Python."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core import Geometry, image_from_array, write_image

DEV = Path(__file__).resolve().parents[2] / "dev.py"


def test_dev_imports_the_standard_library_only():
    tree = ast.parse(DEV.read_text(encoding="utf-8"))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names <= sys.stdlib_module_names | {"__future__"}


def test_the_demo_finds_files_from_where_the_user_stands(tmp_path, monkeypatch, capfd):
    """``dev.py demo scans/fixed.nrrd scans/moving.nrrd``, run in another folder than that of dev.py."""
    pytest.importorskip("slicer")
    specification = importlib.util.spec_from_file_location("dev", DEV)
    dev = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(dev)
    monkeypatch.setattr(dev, "environment", lambda extra: sys.executable)  # this one has what the demo needs
    (tmp_path / "scans").mkdir()
    grid = Geometry((6, 5, 4), (1.0,) * 3, (0.0,) * 3, ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    write_image(image_from_array(np.zeros((4, 5, 6), np.uint8), grid), tmp_path / "scans" / "fixed.nrrd")
    monkeypatch.chdir(tmp_path)
    assert dev.main(["demo", "scans/fixed.nrrd", "scans/missing.nrrd"]) != 0
    said = capfd.readouterr().err
    assert "scans/missing.nrrd" in said.replace("\\", "/")
    assert "fixed.nrrd" not in said
