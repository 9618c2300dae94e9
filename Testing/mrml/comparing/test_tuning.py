"""A search for better parameters on the pairs of a scene, in its real process."""

from __future__ import annotations

import numpy as np
import psutil
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.presets.preset import SCENE, Preset, PresetStage
from ElastixRegistrationLib.core.presets.user_presets import user_presets
from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.mrml.comparing.tuning import TuningOptions, pairs_of_scene
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.coordinates import ijk_to_ras_of, lps_from_ras
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.run.parameter_node import (
    FIXED_POINTS,
    FIXED_VOLUME,
    MOVING_POINTS,
    MOVING_VOLUME,
    ParameterSet,
    add_parameter_node,
)
from ElastixRegistrationLib.mrml.run.scene_presets import save_in_scene, scene_presets
from phantoms.images import blobs, grid, stage

GRID = grid((24, 22, 20))
pytest.importorskip("optuna")


@pytest.fixture
def three_pairs(a_scene, a_volume_node):
    """Parameter nodes of three pairs with landmarks, and a preset of the scene whose steps are far too small."""
    text = "\n".join(
        f"({name} {' '.join(_quoted(value) for value in values)})"
        for name, values in stage(MaximumNumberOfIterations="12", MaximumStepLength="0.01").items()
    )
    save_in_scene(a_scene, Preset("slow", "Slow", texts=(PresetStage("a.txt", text),), origin=SCENE))
    points = GRID.center() + np.random.default_rng(1).uniform(-12, 12, (8, 3))
    for number in range(3):
        shift = np.array([5.0 + number, -4.0, 3.0])
        choices = ParameterSet(add_parameter_node(a_scene, "pair"))
        for role, points_role, moved in (
            (FIXED_VOLUME, FIXED_POINTS, np.zeros(3)),
            (MOVING_VOLUME, MOVING_POINTS, shift),
        ):
            voxels = array_view(blobs(GRID, moved, dtype=np.int16))
            choices.set_reference(role, a_volume_node(voxels, ijk_to_ras_of(GRID), name=role))
            markups = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", points_role)
            for point in lps_from_ras(points + moved).tolist():
                markups.AddControlPoint(*point)
            choices.set_reference(points_role, markups)
    add_parameter_node(a_scene, "without landmarks")
    return a_scene


def _quoted(value):
    try:
        float(value)
    except ValueError:
        return f'"{value}"'
    return value


@pytest.mark.slow
def test_a_better_preset_is_found_on_the_pairs_of_the_scene_and_kept(three_pairs, tmp_path, preset_folder):
    nodes = pairs_of_scene(three_pairs)
    assert len(nodes) == 3
    logic = RegistrationLogic()
    options = TuningOptions(str(tmp_path / "tuned"), minutes=0.2, title="Mine", threads=1)
    run = run_to_completion(
        logic.tuningSteps(RegistrationRequest(preset="slow"), options, scene=three_pairs, nodes=nodes)
    )
    outcome = run.wait(240)
    assert run.error is None
    assert run.news.trials > 0
    assert outcome.sentence.startswith("Better than the start")
    assert outcome.page.is_file()
    assert (tmp_path / "tuned" / "study.db").is_file()
    kept = next(preset for preset in user_presets().presets() if preset.title == "Mine")
    assert outcome.preset == kept
    assert kept.stages() != RegistrationRequest(preset="slow").stages(presets=scene_presets(three_pairs))


@pytest.mark.slow
def test_cancel_leaves_the_study_and_no_process(three_pairs, tmp_path):
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    options = TuningOptions(str(tmp_path / "tuned"), minutes=5, threads=1)
    steps = RegistrationLogic().tuningSteps(
        RegistrationRequest(preset="slow"), options, scene=three_pairs, nodes=pairs_of_scene(three_pairs)
    )
    run = run_to_completion(steps)
    run.wait(120, progress=lambda one: one.cancel() if one.news is not None and one.news.trials else None)
    assert run.state == "cancelled"
    assert (tmp_path / "tuned" / "study.db").is_file()
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= before


def test_what_is_missing_is_said_before_a_process_starts(three_pairs, tmp_path):
    logic = RegistrationLogic()
    with pytest.raises(InputError, match="needs a folder"):
        run_to_completion(logic.tuningSteps(RegistrationRequest(), TuningOptions("", 1), scene=three_pairs))
    request = RegistrationRequest(parameter_files=("mine.txt",))
    with pytest.raises(InputError, match="starts from a preset"):
        run_to_completion(logic.tuningSteps(request, TuningOptions(str(tmp_path), 1), scene=three_pairs))
