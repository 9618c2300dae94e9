"""Search for better parameters on pairs with landmarks or labels, and test them on held-out pairs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..comparison.methods import Method, Registrar, in_this_process
from ..comparison.ranking import rank
from ..comparison.records import RunRecord
from ..comparison.truth import Pair, judged
from ..errors import ElastixRegistrationError, InputError, RegistrationError
from ..presets.catalog import find_preset
from ..presets.draft import PresetDraft
from ..presets.preset import USER, Preset
from ..wording import said
from .parts import Part, parts_of
from .result import COMPLETE, FAILED, PRUNED, START, TUNED, Fold, TrialSummary, TuningResult, described
from .score import loss_of, score_of
from .space import Space, space_of
from .study import Study, check_optuna

DEFAULT_TRIALS = 40
#: Number of seeds for the held-out pairs.
_SEEDS = (1, 2, 3)
#: Largest number of voxels for judging a trial; a search needs only the order of trials.
_MAX_VOXELS = 1e6
_WAIT_S = 2.0


@dataclass(frozen=True)
class TuningProgress:
    """``trials`` finished, of ``total`` (None: as many as the time allows); ``best`` score, 1 for the start."""

    trials: int
    total: int | None
    best: float | None
    seconds: float


def tune(
    pairs: Sequence[Pair],
    preset: str | Preset = "deformable",
    *,
    trials: int | None = None,
    minutes: float | None = None,
    hold_out: Sequence[str] | None = None,
    folds: int | None = None,
    search: Sequence[str] = (),
    time_limit_s: float | None = None,
    study: str | Path | None = None,
    seed: int = 1,
    workers: int = 1,
    registrar: Registrar | None = None,
    progress: Callable[[TuningProgress], None] | None = None,
) -> TuningResult:
    """Search for better parameters than those of ``preset`` for images like ``pairs``, which need landmarks or label
    maps.

    Optuna's TPE proposes values of the knobs of ``space.space_of``; trials that are worse than most others on their
    first pairs are stopped. ``hold_out`` names pairs that judge the result and are not used by the search, by default a
    quarter, at least one. With ``folds``, every pair judges a search without it: there is a search for each fold, and
    one on all pairs, which gives the preset. The budget is ``trials`` for each search (40 unless ``minutes`` are
    given), or ``minutes`` in total. ``search``: more elastix parameters to vary, "NAME" or "NAME=LOW:HIGH".
    Registrations slower than ``time_limit_s`` on average are penalized in proportion. ``study``: an SQLite file, from
    which a stopped search continues and which several processes can share. ``workers``: number of trials at once, if
    ``registrar`` runs registrations in other processes; by default they run in this process, one by one. Failed
    registrations and folds are penalized and do not stop the search.

    Raises InputError before anything is run, RegistrationError when the start fails on all pairs.

        result = core.tune(pairs, "brain-between-subjects", trials=40, study="tuning.db")
        print(result.sentence)
        if result.is_better:
            result.save("Brains of our scanner")
    """
    check_optuna()
    start = find_preset(preset) if isinstance(preset, str) else preset
    space = space_of(PresetDraft.of(start), search)
    trials = _budget(trials, minutes, workers, registrar)
    if time_limit_s is not None and not time_limit_s > 0:
        raise InputError(said("The time limit is {timeout_s}; it must be more than 0 s.", timeout_s=time_limit_s))
    notes = []
    if start.adapts:
        notes.append(f"{start.id} normally adapts to each pair; its files are tuned without that.")
        start = replace(start, adapts=False, initialization=start.initialization or "geometry")
    parts = parts_of(pairs, hold_out, folds)
    path = None if study is None else Path(study).absolute()
    counted = _Counted(len(parts), progress)
    runs: list[_Search] = []
    known: dict[str, float] = {}
    for part in parts:
        opened = Study(space, _identity(part, start, space, time_limit_s), path, seed, trials, part.name)
        run = _Search(space, start, part, opened, registrar or in_this_process, time_limit_s)
        notes += run.measure_start(known)
        run.go(workers, None if minutes is None else time.monotonic() + 60 * minutes / len(parts), counted.show)
        run.judge()
        counted.next()
        runs.append(run)
    return _result(runs, path, tuple(dict.fromkeys(notes)))


def _budget(trials: int | None, minutes: float | None, workers: int, registrar: Registrar | None) -> int | None:
    if trials is not None and trials < 1:
        raise InputError(said("The budget is {trials} trials; it must be at least 1.", trials=trials))
    if minutes is not None and not minutes > 0:
        raise InputError(said("The budget is {minutes:g} minutes; it must be more than 0.", minutes=minutes))
    if workers < 1:
        raise InputError(said("The number of workers is {workers}; it must be at least 1.", workers=workers))
    if workers > 1 and registrar is None:
        raise InputError(
            said(
                "In this process, only one trial can run at a time; several need a registrar that runs them in "
                "other processes."
            )
        )
    return DEFAULT_TRIALS if trials is None and minutes is None else trials


def _identity(part: Part, start: Preset, space: Space, limit_s: float | None) -> dict[str, Any]:
    """Values shared by all processes of a search."""
    return {
        "tuned on": [_fingerprint(pair) for pair in part.tuned_on],
        "start": [sorted(stage.items()) for stage in start.stages()] + [start.initialization],
        "knobs": [repr(knob) for knob in space.knobs],
        "limit": limit_s,
    }


def _fingerprint(pair: Pair) -> list[Any]:
    """Identifies a pair for a continued search: its name, grids and ground truth."""
    points = pair.inputs.fixed_points
    return [pair.name, repr(pair.grid), None if points is None else np.round(points, 3).tolist()]


class _Counted:
    """The progress of several searches as that of one."""

    def __init__(self, searches: int, told: Callable[[TuningProgress], None] | None):
        self._searches, self._told = searches, told
        self._before, self._trials = 0, 0
        self._began = time.monotonic()

    def show(self, news: TuningProgress) -> None:
        self._trials = news.trials
        if self._told is not None:
            total = None if news.total is None else self._searches * news.total
            seconds = time.monotonic() - self._began
            self._told(TuningProgress(self._before + news.trials, total, news.best, seconds))

    def next(self) -> None:
        """Another search begins."""
        self._before, self._trials = self._before + self._trials, 0


class _Search:
    """The trials of this process. ``records``: results on the pairs that judge it."""

    def __init__(
        self, space: Space, start: Preset, part: Part, study: Study, registrar: Registrar, limit_s: float | None
    ):
        self.space, self.start, self.study, self.registrar = space, start, study, registrar
        self.part, self.pairs, self._limit_s = part, list(part.tuned_on), limit_s
        self.records: list[RunRecord] = []
        self._stop = threading.Event()
        self._problem: BaseException | None = None

    def method(self, name: str, draft: PresetDraft) -> Method:
        stages = tuple(map_ for stage, map_ in zip(draft.stages, draft.maps, strict=True) if stage.enabled and map_)
        return Method(name, stages, {"initialization": self.start.initialization, "adapt": False})

    def record(self, method: Method, pair: Pair, seed: int | None = None) -> RunRecord:
        """The record of one registration, with the reason if it failed."""
        began = time.perf_counter()
        try:
            transform = self.registrar(method, pair, seed).transform
            seconds = time.perf_counter() - began
            return judged(pair, method.name, transform, seed=seed, seconds=seconds, max_voxels=_MAX_VOXELS)
        except ElastixRegistrationError as error:
            return RunRecord(pair.name, method.name, seed, error=" ".join(str(error).split()))

    def measure_start(self, known: dict[str, float]) -> list[str]:
        """Losses of the start, for comparison; pairs on which it fails are left out, with a note.

        ``known``: losses from other searches, by pair; new ones are added.
        """
        known |= self.study.starts
        notes = []
        method = self.method(START, self.space.draft)
        for pair in list(self.pairs):
            if pair.name not in known:
                record = self.record(method, pair)
                known[pair.name] = -1.0 if record.error else loss_of(record)
                if record.error:
                    notes.append(f"{pair.name} is left out because the start fails on it. {record.error}")
            elif known[pair.name] < 0:
                notes.append(f"{pair.name} is left out because the start fails on it.")
            if known[pair.name] < 0:
                self.pairs.remove(pair)
        self.study.set_starts({pair.name: known[pair.name] for pair in self.part.tuned_on})
        if not self.pairs:
            raise RegistrationError(
                said("The start {id} fails on every training pair. {names}", id=self.start.id, names=" ".join(notes))
            )
        return notes

    def best(self) -> TrialSummary:
        """The best complete trial. Raises RegistrationError if there is none."""
        done = [trial for trial in self.study.summaries() if trial.state == COMPLETE]
        if not done:
            raise RegistrationError(said("No trial finished within the budget; increase it."))
        return min(done, key=lambda trial: trial.score or 0.0)

    def judge(self) -> None:
        """Register the held-out pairs with the start and with the best trial."""
        methods = [self.method(START, self.space.draft), self.method(TUNED, self.space.applied(self.best().values))]
        self.records = [
            self.record(method, pair, seed) for pair in self.part.held_out for method in methods for seed in _SEEDS
        ]

    def go(self, workers: int, end: float | None, progress: Callable[[TuningProgress], None]) -> None:
        """Run trials until the budget is spent. After Ctrl-C, running trials are returned, and KeyboardInterrupt is
        raised again."""
        began = time.monotonic()
        threads = [threading.Thread(target=self._work, args=(end,), daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(0.2)
                progress(self._news(time.monotonic() - began))
        except BaseException:
            self._stop.set()
            for thread in threads:
                thread.join(10.0)
            raise
        if self._problem is not None:
            raise self._problem

    def _news(self, seconds: float) -> TuningProgress:
        done = [trial for trial in self.study.summaries() if trial.state in (COMPLETE, PRUNED, FAILED)]
        scores = [trial.score for trial in done if trial.score is not None]
        return TuningProgress(len(done), self.study.total, min(scores, default=None), seconds)

    def _work(self, end: float | None) -> None:
        try:
            while not self._stop.is_set() and (end is None or time.monotonic() < end):
                trial = self.study.ask()
                if trial is not None:
                    with self.study.alive(trial):
                        self._try(trial)
                elif self.study.is_full() or self._stop.wait(_WAIT_S):
                    return
        except BaseException as error:
            self._problem = error
            self._stop.set()

    def _try(self, trial: Any) -> None:
        values = self.study.values(trial)
        records: list[RunRecord] = []
        try:
            method = self.method(f"trial {trial.number}", self.space.applied(values))
        except InputError as error:  # inconsistent values
            self.study.tell(trial, None, FAILED, None, {"parameters": str(error)})
            return
        starts = self.study.starts
        for step, pair in enumerate(self.pairs):
            records.append(self.record(method, pair))
            if self._stop.is_set():
                self.study.put_back(trial)
                return
            score = score_of(records, starts, self._limit_s)
            if step + 1 < len(self.pairs) and self.study.should_give_up(trial, score, step):
                self.study.tell(trial, None, PRUNED, _seconds(records), _errors(records))
                return
        self.study.tell(trial, score, COMPLETE, _seconds(records), _errors(records))


def _seconds(records: Sequence[RunRecord]) -> float | None:
    known = [record.seconds for record in records if record.seconds is not None]
    return float(np.mean(known)) if known else None


def _errors(records: Sequence[RunRecord]) -> dict[str, str]:
    return {record.pair: record.error for record in records if record.error}


def _result(runs: Sequence[_Search], path: Path | None, notes: tuple[str, ...]) -> TuningResult:
    """``runs``: one for each part; the last one gives the preset."""
    run = runs[-1]
    best = run.best()
    draft = run.space.applied(best.values)
    made = draft.to_preset(run.start.id, run.start.title, USER)
    judging = [pair.name for each in runs for pair in each.part.held_out]
    result = TuningResult(
        preset=replace(made, adapts=False, initialization=run.start.initialization),
        start=run.start,
        values=best.values,
        score=best.score or 0.0,
        trials=tuple(run.study.summaries()),
        tuned_on=tuple(pair.name for pair in run.pairs),
        held_out=tuple(judging),
        ranking=rank([record for each in runs for record in each.records], [START, TUNED]),
        importance=run.study.importance(),
        notes=notes,
        folds=tuple(_fold(each) for each in runs[:-1]),
    )
    study = "" if path is None else path.name
    description = described(run.start, result.tuned_on, len(result.trials), study)
    described_preset = replace(
        result.preset, expected_accuracy=result.sentence, validated=True, description=description
    )
    return replace(result, preset=described_preset)


def _fold(run: _Search) -> Fold:
    best = run.best()
    return Fold(tuple(pair.name for pair in run.part.held_out), best.values, best.score or 0.0, run.records)
