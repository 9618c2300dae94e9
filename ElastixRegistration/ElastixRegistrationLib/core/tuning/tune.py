"""Search for better parameters on pairs with landmarks or labels, and prove them on pairs that were kept apart."""

from __future__ import annotations

import hashlib
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
from ..comparison.truth import Pair, check_names, judged
from ..errors import ElastixRegistrationError, InputError, RegistrationError
from ..presets.catalog import find_preset
from ..presets.draft import PresetDraft
from ..presets.preset import USER, Preset
from .result import COMPLETE, FAILED, PRUNED, START, TUNED, TrialSummary, TuningResult, described
from .score import loss_of, score_of
from .space import Space, space_of
from .study import Study, check_optuna

DEFAULT_TRIALS = 40
#: The held-out pairs are registered with so many seeds.
_SEEDS = (1, 2, 3)
#: Trials are judged on at most so many voxels: a search needs the order of trials, not their last digit.
_MAX_VOXELS = 1e6
_WAIT_S = 2.0
#: Share of the pairs that is kept apart; at least one is.
_SHARE_HELD_OUT = 0.25


@dataclass(frozen=True)
class TuningProgress:
    """``trials`` over, of ``total`` (None: as many as the time allows); ``best`` score, 1 for the start."""

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
    search: Sequence[str] = (),
    time_limit_s: float | None = None,
    study: str | Path | None = None,
    seed: int = 1,
    workers: int = 1,
    registrar: Registrar | None = None,
    progress: Callable[[TuningProgress], None] | None = None,
) -> TuningResult:
    """Better parameters than those of ``preset`` for images like ``pairs``, which need landmarks or label maps.

    Optuna's TPE proposes values of the knobs of ``space.space_of``; trials that are worse on their first pairs than
    most others are given up. ``hold_out`` names pairs that the search does not see, by default a quarter of them, at
    least one: they judge the result. The budget is ``trials`` (40 unless ``minutes`` are given) or ``minutes``.
    ``search``: more elastix parameters to vary, "NAME" or "NAME=LOW:HIGH". Slower registrations than ``time_limit_s``
    on average cost in proportion. ``study``: an SQLite file; a search that was stopped goes on there, and several
    processes share it. ``workers`` trials run at once, where ``registrar`` runs registrations elsewhere; by default
    they run in this process, one by one. Failed registrations and folds cost; they end nothing.

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
    notes = []
    if start.adapts:
        notes.append(f"{start.id} fits itself to each pair; its files are tuned as they are, without that.")
        start = replace(start, adapts=False, initialization=start.initialization or "geometry")
    tuned_on, held_out = split(pairs, hold_out)
    identity = {
        "tuned on": [_fingerprint(pair) for pair in tuned_on],
        "start": [sorted(stage.items()) for stage in start.stages()] + [start.initialization],
        "knobs": [repr(knob) for knob in space.knobs],
        "limit": time_limit_s,
    }
    path = None if study is None else Path(study).absolute()
    opened = Study(space, identity, path, seed, trials)
    run = _Search(space, start, tuned_on, opened, registrar or in_this_process, time_limit_s)
    notes += run.measure_start()
    run.go(workers, None if minutes is None else time.monotonic() + 60 * minutes, progress)
    return _result(run, held_out, path, tuple(notes))


def split(pairs: Sequence[Pair], hold_out: Sequence[str] | None = None) -> tuple[list[Pair], list[Pair]]:
    """Pairs to tune on, and pairs to judge by. Raises InputError where no split is possible."""
    pairs = list(pairs)
    check_names(pairs)
    blind = [pair.name for pair in pairs if not pair.has_truth]
    if blind:
        raise InputError(f"Tuning needs landmarks or labels of every pair, and these have none: {', '.join(blind)}.")
    if len(pairs) < 2:
        raise InputError("Tuning needs at least two pairs: one to tune on and one, kept apart, to judge the result by.")
    names = [pair.name for pair in pairs]
    if hold_out is None:
        count = max(1, round(_SHARE_HELD_OUT * len(pairs)))
        # By their names, so that every process that joins makes the same choice, and the order of a table makes none.
        kept = set(sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())[:count])
    else:
        kept = set(hold_out)
        unknown = sorted(kept - set(names))
        if unknown:
            raise InputError(f"There is no pair {unknown[0]} to hold out; the pairs are {', '.join(names)}.")
        if not kept or len(kept) == len(pairs):
            raise InputError("Hold out at least one pair, and leave at least one to tune on.")
    return [p for p in pairs if p.name not in kept], [p for p in pairs if p.name in kept]


def _budget(trials: int | None, minutes: float | None, workers: int, registrar: Registrar | None) -> int | None:
    if trials is not None and trials < 1:
        raise InputError(f"The budget is {trials} trials; it must be at least 1.")
    if minutes is not None and not minutes > 0:
        raise InputError(f"The budget is {minutes:g} minutes; it must be more than 0.")
    if workers < 1:
        raise InputError(f"The number of workers is {workers}; it must be at least 1.")
    if workers > 1 and registrar is None:
        raise InputError("In this process one trial runs at a time; several need a registrar that runs them elsewhere.")
    return DEFAULT_TRIALS if trials is None and minutes is None else trials


def _fingerprint(pair: Pair) -> list[Any]:
    """What makes a pair the same for a search that goes on: its name, its grids and its truth."""
    points = pair.inputs.fixed_points
    return [pair.name, repr(pair.grid), None if points is None else np.round(points, 3).tolist()]


class _Search:
    """Trials on their way, in this process."""

    def __init__(
        self, space: Space, start: Preset, pairs: list[Pair], study: Study, registrar: Registrar, limit_s: float | None
    ):
        self.space, self.start, self.study, self.registrar = space, start, study, registrar
        self.pairs, self._limit_s = pairs, limit_s
        self._stop = threading.Event()
        self._problem: BaseException | None = None

    def method(self, name: str, draft: PresetDraft) -> Method:
        stages = tuple(map_ for stage, map_ in zip(draft.stages, draft.maps, strict=True) if stage.enabled and map_)
        return Method(name, stages, {"initialization": self.start.initialization, "adapt": False})

    def record(self, method: Method, pair: Pair, seed: int | None = None) -> RunRecord:
        """Of one registration; one that fails says why."""
        began = time.perf_counter()
        try:
            transform = self.registrar(method, pair, seed).transform
            seconds = time.perf_counter() - began
            return judged(pair, method.name, transform, seed=seed, seconds=seconds, max_voxels=_MAX_VOXELS)
        except ElastixRegistrationError as error:
            return RunRecord(pair.name, method.name, seed, error=" ".join(str(error).split()))

    def measure_start(self) -> list[str]:
        """Losses of the start, to compare with; pairs that it fails on are left out, which the notes say."""
        known, notes = self.study.starts, []
        method = self.method(START, self.space.draft)
        for pair in list(self.pairs):
            if pair.name not in known:
                record = self.record(method, pair)
                known[pair.name] = -1.0 if record.error else loss_of(record)
                if record.error:
                    notes.append(f"{pair.name} is left out, as the start fails on it: {record.error}")
            elif known[pair.name] < 0:
                notes.append(f"{pair.name} is left out, as the start fails on it.")
            if known[pair.name] < 0:
                self.pairs.remove(pair)
        self.study.set_starts(known)
        if not self.pairs:
            raise RegistrationError(f"The start {self.start.id} fails on every pair to tune on. {' '.join(notes)}")
        return notes

    def go(self, workers: int, end: float | None, progress: Callable[[TuningProgress], None] | None) -> None:
        """Until the budget is spent. After Ctrl-C trials under way are put back, and KeyboardInterrupt goes on."""
        began = time.monotonic()
        threads = [threading.Thread(target=self._work, args=(end,), daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(0.2)
                if progress is not None:
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
        except InputError as error:  # values that do not go together
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


def _result(run: _Search, held_out: Sequence[Pair], path: Path | None, notes: tuple[str, ...]) -> TuningResult:
    trials = run.study.summaries()
    done = [trial for trial in trials if trial.state == COMPLETE]
    if not done:
        raise RegistrationError("No trial came to an end within the budget; give it more.")
    best: TrialSummary = min(done, key=lambda trial: trial.score or 0.0)
    draft = run.space.applied(best.values)
    methods = [run.method(START, run.space.draft), run.method(TUNED, draft)]
    records = [run.record(method, pair, seed) for pair in held_out for method in methods for seed in _SEEDS]
    made = draft.to_preset(run.start.id, run.start.title, USER)
    result = TuningResult(
        preset=replace(made, adapts=False, initialization=run.start.initialization),
        start=run.start,
        values=best.values,
        score=best.score or 0.0,
        trials=tuple(trials),
        tuned_on=tuple(pair.name for pair in run.pairs),
        held_out=tuple(pair.name for pair in held_out),
        ranking=rank(records, [START, TUNED]),
        importance=run.study.importance(),
        notes=notes,
    )
    study = "" if path is None else path.name
    description = described(run.start, result.tuned_on, len(trials), study)
    described_preset = replace(
        result.preset, expected_accuracy=result.sentence, validated=True, description=description
    )
    return replace(result, preset=described_preset)
