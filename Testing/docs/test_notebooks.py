"""Every notebook runs, cell by cell, on a small pair, and what it stores for the web is what its cells show."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from docs.notebook import NOTEBOOKS, code_cells, run, shown_everywhere
from docs.workspace import short_sources
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.presets.preset import Preset
from phantoms.images import blobs, grid

GRID = grid((30, 28, 26), spacing=(5.0, 5.0, 5.0))
MAX_BYTES = 1_500_000
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


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


@every_notebook
def test_a_notebook_runs_and_shows_what_is_stored_in_it(path, demo_output):
    notebook = json.loads(path.read_text("utf-8"))
    outputs, names = run(notebook)
    for cell, shown in zip(code_cells(notebook), outputs, strict=True):
        assert shown_everywhere(cell["outputs"]) == shown_everywhere(shown), "".join(cell["source"])
    assert names["fractions"] == sorted(names["fractions"])
    assert names["comparison"].rows[0].mean > 0.5
    assert len(names["tuned"].trials) == 3


@every_notebook
def test_what_is_stored_was_run_in_order_and_can_be_read_on_the_web(path):
    text = path.read_text("utf-8")
    assert len(text) < MAX_BYTES
    cells = code_cells(json.loads(text))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"stream", "execute_result"}  # no error
    shown = json.dumps(outputs)
    assert shown.count("data:image/png") >= 5
    words = re.sub(r"base64,[^\"\\]+", "", shown)
    assert not re.search(r"(^|[\s\"'(])(/|[A-Za-z]:\\)\w+[/\\]|file:|\.py\b|0x[0-9a-f]{6}", words)


def test_there_is_a_notebook():
    assert NOTEBOOKS
