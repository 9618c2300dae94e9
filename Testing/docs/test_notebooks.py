"""Every notebook runs, cell by cell, on a small pair, and what its cells show has pictures where it says so."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from docs.blocks import TOP
from docs.workspace import short_sources
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.presets.preset import Preset
from phantoms.images import blobs, grid

NOTEBOOKS = sorted((TOP / "docs").rglob("*.ipynb"))
GRID = grid((30, 28, 26), spacing=(5.0, 5.0, 5.0))


@pytest.fixture
def demo_output(tmp_path, monkeypatch) -> Path:
    """The files that the demo leaves, small, in the current folder."""
    pytest.importorskip("optuna")
    folder = tmp_path / "demo-output"
    folder.mkdir()
    for side, shift in (("fixed", None), ("moving", np.array([6.0, -4.0, 3.0]))):
        image = blobs(GRID, shift, count=40)
        voxels = array_view(image)
        labels = (voxels > 0.3 * voxels.max()).astype(np.uint8) + (voxels > 0.6 * voxels.max())
        write_image(image, folder / f"{side}.nrrd")
        write_image(image_from_array(labels.astype(np.uint8), geometry_of(image)), folder / f"{side}_labels.nrrd")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Preset, "sources", short_sources)
    return folder


def _run(code: str, names: dict) -> object:
    """The value of the last expression of a cell."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, demo_output):
    names: dict = {}
    shown = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            value = _run("".join(cell["source"]), names)
            shown.append(value._repr_html_() if hasattr(value, "_repr_html_") else repr(value))
    assert max(map(len, shown)) < 2_000_000
    assert sum("data:image/png" in text for text in shown) >= 2
    assert names["fractions"] == sorted(names["fractions"])
    assert names["comparison"].rows[0].mean > 0.5
    assert len(names["tuned"].trials) == 3


def test_there_is_a_notebook():
    assert NOTEBOOKS
