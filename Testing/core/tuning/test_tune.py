"""A search finds what is better, says when nothing is, and survives failures, interruptions and company."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib import core
from ElastixRegistrationLib.core.comparison.records import RunRecord
from ElastixRegistrationLib.core.errors import RegistrationError
from ElastixRegistrationLib.core.presets.draft import PresetDraft
from ElastixRegistrationLib.core.registration.inputs import RegistrationInputs
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from ElastixRegistrationLib.core.tuning.page import tuning_html
from ElastixRegistrationLib.core.tuning.parts import parts_of
from ElastixRegistrationLib.core.tuning.result import COMPLETE
from ElastixRegistrationLib.core.tuning.score import score_of
from ElastixRegistrationLib.core.tuning.space import space_of
from ElastixRegistrationLib.core.tuning.study import Study
from phantoms.images import blobs
from phantoms.searches import GRID, PAIRS, known_optimum


def test_the_optimum_is_found_and_proven_on_a_pair_kept_apart(tmp_path, preset_folder):
    result = core.tune(PAIRS, "deformable", trials=25, seed=3, registrar=known_optimum)
    assert 6 < result.values["grid spacing, mm"] < 11
    assert result.score < 0.75
    assert len(result.held_out) == 1
    assert set(result.held_out) | set(result.tuned_on) == {"a", "b", "c", "d"}
    assert result.is_shown
    assert "held-out pair" in result.sentence
    saved = result.save("Ours")
    assert core.find_preset(saved.id).stages()[-1]["FinalGridSpacingInPhysicalUnits"] != ("14.0",)
    assert "start" in saved.expected_accuracy
    assert "25 trials on 3 pairs" in saved.description
    paths = result.write(tmp_path, saved)
    assert json.loads(paths["document"].read_text("utf-8"))["preset"] == saved.id
    page = paths["page"].read_text("utf-8")
    assert result.sentence in page
    assert page.count("<svg") == 2
    done = min((trial for trial in result.trials if trial.score is not None), key=lambda trial: trial.score or 0.0)
    slow = replace(done, number=30, seconds=1000 * (done.seconds or 1.0))
    with_slow = tuning_html(replace(result, trials=(*result.trials, slow)))
    assert "outlying trial" in with_slow
    assert with_slow.count("<title>trial 31:") == 1  # in the history, which has no seconds
    assert len(repr(result).splitlines()) < 5


def test_it_is_said_when_nothing_is_better():
    def always_alike(method, given, seed):
        class Found:
            transform = affine_from_matrix(np.eye(4))

        return Found

    result = core.tune(PAIRS, "deformable", trials=5, registrar=always_alike)
    assert not result.is_better
    assert result.sentence.startswith("No better than the start")


def test_failures_and_folds_cost_and_end_nothing():
    def fragile(method, given, seed):
        if float(method.stages[-1]["FinalGridSpacingInPhysicalUnits"][0]) < 7:
            raise RegistrationError("too many samples map outside")
        return known_optimum(method, given, seed)

    result = core.tune(PAIRS, "deformable", trials=20, registrar=fragile)
    assert result.values["grid spacing, mm"] >= 7
    assert any(trial.errors for trial in result.trials)


@pytest.mark.parametrize(("seconds", "score"), [(19.0, 0.5), (30.0, 1.0), (80.0, 3.5)])
def test_what_is_slower_than_the_limit_costs_in_proportion_and_as_much_as_a_failure_when_it_is_stopped(seconds, score):
    record = RunRecord("a", "trial", landmarks={"1": 1.0}, folded_percent=0.0, seconds=seconds)
    assert score_of([record], {"a": 2.0}, time_limit_s=20.0) == pytest.approx(score)
    stopped = RunRecord("a", "trial", error="stopped")
    assert score_of([stopped], {"a": 2.0}, time_limit_s=20.0) == 3.0


def test_a_pair_that_always_fails_is_left_out_and_named():
    def one_fails(method, given, seed):
        if given.name == kept:
            raise RegistrationError("no overlap")
        return known_optimum(method, given, seed)

    kept = parts_of(PAIRS)[0].tuned_on[0].name
    result = core.tune(PAIRS, "deformable", trials=3, registrar=one_fails)
    assert kept not in result.tuned_on
    assert any(kept in note and "no overlap" in note for note in result.notes)


def test_a_start_that_always_fails_is_one_sentence():
    def fails(method, given, seed):
        raise RegistrationError("no overlap")

    with pytest.raises(RegistrationError, match="fails on every training pair"):
        core.tune(PAIRS, "deformable", trials=3, registrar=fails)


def test_a_search_that_was_stopped_goes_on_and_loses_nothing(tmp_path):
    first = core.tune(PAIRS, "deformable", trials=3, study=tmp_path / "s.db", registrar=known_optimum)
    more = core.tune(PAIRS, "deformable", trials=5, study=tmp_path / "s.db", registrar=known_optimum)
    assert [t.values for t in more.trials[:3]] == [t.values for t in first.trials]
    assert len(more.trials) == 5
    with pytest.raises(core.InputError, match="a different search"):
        core.tune(PAIRS[:3], "deformable", trials=10, study=tmp_path / "s.db", registrar=known_optimum)


def test_killed_in_the_middle_the_lost_trial_is_done_again(tmp_path, monkeypatch):
    code = (
        f"import sys; sys.path[:0] = {[str(Path(__file__).parents[2]), str(Path(core.__file__).parents[2])]!r}\n"
        "import importlib.util, time\n"
        f"spec = importlib.util.spec_from_file_location('t', {__file__!r}); t = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(t)\n"
        "def slow(method, given, seed):\n    print(method.name, flush=True); time.sleep(0.3)\n"
        "    return t.known_optimum(method, given, seed)\n"
        f"t.core.tune(t.PAIRS, 'deformable', trials=4, study={str(tmp_path / 's.db')!r}, registrar=slow)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if line.startswith("trial 1"):
            break
    process.kill()
    process.wait()
    monkeypatch.setattr("ElastixRegistrationLib.core.tuning.study._LOST_S", 0.5)
    time.sleep(0.6)
    result = core.tune(PAIRS, "deformable", trials=4, study=tmp_path / "s.db", registrar=known_optimum)
    assert len(result.trials) == 4
    (lost,) = (trial for trial in all_trials(tmp_path / "s.db") if trial.user_attrs.get("lost"))
    assert lost.params in [trial.values for trial in result.trials]


def all_trials(path):
    import optuna

    return optuna.load_study(study_name="tuning", storage=f"sqlite:///{path}").trials


def test_a_process_that_ends_while_it_returns_a_trial_does_not_lose_it(tmp_path, monkeypatch):
    """As after Ctrl-C, when the interpreter ends before the thread of the trial does."""
    study = started_study(tmp_path)
    trial = study.ask()
    values = study.values(trial)

    def ends(*_arguments, **_named):
        raise SystemExit

    monkeypatch.setattr(study._study, "tell", ends)
    with pytest.raises(SystemExit):
        study.put_back(trial)
    other = started_study(tmp_path)
    assert other.values(other.ask()) == values


def started_study(folder):
    """Two trials in all."""
    space = space_of(PresetDraft.of(core.find_preset("deformable")))
    return Study(space, {"a": 1}, folder / "s.db", 1, 2)


def test_two_workers_share_a_study(tmp_path):
    result = core.tune(PAIRS, "deformable", trials=5, study=tmp_path / "s.db", workers=2, registrar=known_optimum)
    assert any(trial.state == COMPLETE for trial in result.trials)
    assert len(result.trials) == 5


def test_nobody_proposes_more_than_the_budget(tmp_path):
    one, other = (started_study(tmp_path) for _ in range(2))
    assert one.ask() is not None
    assert other.ask() is not None
    assert one.ask() is None
    assert not other.is_full()


@pytest.mark.parametrize(
    ("pairs", "more", "sentence"),
    [
        (PAIRS[:1], {}, "at least two pairs"),
        (PAIRS, {"trials": 0}, "The budget is 0 trials"),
        (PAIRS, {"minutes": 0}, "The budget is 0 minutes"),
        (PAIRS, {"hold_out": ["z"]}, "no pair z to hold out"),
        (PAIRS, {"hold_out": ["a", "b", "c", "d"]}, "leave at least one"),
        ([*PAIRS[:3], core.Pair("blind", RegistrationInputs(blobs(GRID), blobs(GRID)))], {}, "these have none: blind"),
        ([PAIRS[0], PAIRS[0]], {}, "Two pairs are called a"),
        (PAIRS, {"search": ["SP_A"]}, "no default bounds"),
        (PAIRS, {"preset": "deformabel"}, "did you mean deformable"),
        (PAIRS, {"workers": 2}, "only one trial can run at a time"),
    ],
)
def test_what_cannot_be_tuned_is_said_before_anything_runs(pairs, more, sentence):
    with pytest.raises(core.InputError, match=re.escape(sentence)):
        core.tune(pairs, **{"preset": "deformable", **more})


def test_a_file_that_is_no_study_is_told(tmp_path):
    (tmp_path / "s.db").write_text("no database")
    with pytest.raises(core.InputError, match="cannot be opened"):
        core.tune(PAIRS, "deformable", trials=2, study=tmp_path / "s.db", registrar=known_optimum)
