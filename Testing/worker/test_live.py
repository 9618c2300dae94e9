"""Progress comes while elastix runs, and the result is that of the same process."""

from __future__ import annotations

import time

import numpy as np
import pytest
from ElastixRegistrationLib import core
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from ElastixRegistrationLib.worker.live import register
from phantoms.images import blobs, grid, stage

GRID = grid((24, 22, 20))
SHIFT = np.array([4.0, -3.0, 2.0])
STAGES = [stage(MaximumNumberOfIterations="300")]


def test_progress_comes_while_elastix_runs_and_the_result_is_the_same():
    seen = []
    fixed, moving = blobs(GRID), blobs(GRID, SHIFT)
    result = register(
        fixed, moving, STAGES, seed=5, threads=1, progress=lambda e: seen.append((e.fraction, time.time()))
    )
    over = time.time()
    fractions = [fraction for fraction, _ in seen]
    assert len(seen) > 1
    assert fractions == sorted(fractions)
    assert seen[0][1] < over - 0.05
    assert fractions[0] < 0.9
    here = core.register(fixed, moving, STAGES, seed=5, threads=1)
    points = GRID.corners()
    assert map_points(result.transform, points) == pytest.approx(map_points(here.transform, points), abs=1e-9)


def test_a_bar_of_tqdm_is_filled(capsys):
    pytest.importorskip("tqdm")
    register(blobs(GRID), blobs(GRID, SHIFT), STAGES, progress="tqdm")
    assert "stage 1 of 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "preset or stages"),
        ({"preset": "rigit"}, "did you mean rigid"),
        ({"preset": "rigid", "stages": STAGES}, "not both"),
        ({"preset": "rigid", "progress": "bar"}, "tqdm"),
    ],
)
def test_what_cannot_be_run_is_said(arguments, sentence):
    with pytest.raises(core.InputError, match=sentence):
        register(blobs(GRID), blobs(GRID), **arguments)
