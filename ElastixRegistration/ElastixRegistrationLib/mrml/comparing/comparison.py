"""Comparison of several presets on one pair of volumes, one after another in the background."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...core.comparison.ranking import Ranking, rank
from ...core.comparison.records import RunRecord
from ...core.errors import ElastixRegistrationError, InputError
from ...core.parameters.component_rules import POINTS_METRIC
from ...core.presets.preset import Preset
from ...core.quality.figures import Comparison
from ...core.request import RegistrationRequest
from ...core.wording import said, sentence_of
from ...worker.client import State
from ...worker.pool import WorkerPool
from ..nodes.incremental import Steps
from ..run.asynchronous import FIGURES, submit_job
from ..run.asynchronous_run import AsynchronousRun
from ..run.job import RegistrationJob
from ..run.scene_presets import scene_presets
from .history import method_name

_PAIR = "pair"
_OVERLAP = "Dice overlap, "


@dataclass(frozen=True)
class ComparedRun:
    """One method: its request and its outcome. ``result`` and ``comparison`` are None if it failed."""

    name: str
    job: RegistrationJob = field(repr=False)
    request: RegistrationRequest = field(repr=False)
    result: Any = field(default=None, repr=False)
    comparison: Comparison | None = None
    seconds: float | None = None
    error: str = ""

    def record(self) -> RunRecord:
        """The record for the ranking. The judges are landmarks, or masks of both images."""
        if self.comparison is None:
            return RunRecord(_PAIR, self.name, error=self.error or "it failed")
        figures = {figure.name: figure.after for figure in self.comparison.figures}
        voxels = max(1, self.job.fixed.voxels.size // self.job.fixed.components)
        folded = figures.get("Folded voxels")
        return RunRecord(
            pair=_PAIR,
            method=self.name,
            landmarks={row.label: row.after for row in self.comparison.landmarks},
            overlaps={n.removeprefix(_OVERLAP): v for n, v in figures.items() if n.startswith(_OVERLAP)},
            folded_percent=None if folded is None else 100 * folded / voxels,
            seconds=self.seconds,
        )


@dataclass(frozen=True)
class SceneComparison:
    """``runs`` by the name of their method, in the order of execution."""

    ranking: Ranking
    runs: dict[str, ComparedRun]


class ComparisonRun(AsynchronousRun[SceneComparison]):
    """A running comparison; ``comparison_incrementally`` starts it. After ``cancel``, finished results are ranked."""

    def __init__(self, runs: Sequence[ComparedRun]):
        self._waiting = list(runs)
        self._order = [run.name for run in runs]
        self.total = len(runs)
        self.runs: dict[str, ComparedRun] = {}
        self._current: ComparedRun | None = None
        self._handle: Any = None
        self._pool = WorkerPool(1)

    @property
    def done(self) -> int:
        return len(self.runs)

    @property
    def current(self) -> str:
        """The name of the running method; "" for none."""
        return "" if self._current is None else self._current.name

    @property
    def fraction(self) -> float:
        progress = None if self._handle is None else self._handle.progress
        return (self.done + (0.0 if progress is None else progress.fraction)) / self.total

    def poll(self) -> State:
        if self.finished:
            return self.state
        if self._handle is None:
            self._begin_next()
            return self.state
        self._handle.poll()
        if self._handle.finished:
            self._take()
            if not self._waiting:
                self._end(State.DONE)
        return self.state

    @property
    def has_result(self) -> bool:
        return any(run.comparison is not None for run in self.runs.values())

    def cancel(self) -> None:
        if not self.finished:
            if self._handle is not None:
                self._handle.cancel()
            self._end(State.CANCELLED)

    def _wait_for_news(self) -> None:
        self._pool.wait_for_news(0.1)

    def _outcome_incrementally(self) -> Steps[SceneComparison]:
        yield
        names = [name for name in self._order if name in self.runs]
        ranking = rank([self.runs[name].record() for name in names], names)
        return SceneComparison(ranking, {name: self.runs[name] for name in names})

    def _begin_next(self) -> None:
        self._current = self._waiting.pop(0)
        try:
            self._handle = submit_job(self._pool, self._current.job, wanted=())
        except ElastixRegistrationError as problem:
            self._note(replace(self._current, error=sentence_of(problem)))
            if not self._waiting:
                self._end(State.DONE)

    def _take(self) -> None:
        handle, run = self._handle, self._current
        if run is None:
            return
        seconds = None if handle.progress is None else handle.progress.elapsed_s
        if handle.result is None:
            self._note(replace(run, seconds=seconds, error=str(handle.error or "it was stopped")))
        else:
            figures = handle.result.outputs[FIGURES]
            self._note(replace(run, result=handle.result, comparison=figures, seconds=seconds))

    def _note(self, run: ComparedRun) -> None:
        self.runs[run.name] = run
        self._current = self._handle = None

    def _end(self, state: State) -> None:
        self._state, self._current, self._handle = state, None, None
        self._pool.close()
        if state == State.DONE and not self.has_result:
            first = next(iter(self.runs.values()))
            self._state, self._error = (
                State.FAILED,
                InputError(
                    said("All of them failed, the first with {first}. {error}", first=first.name, error=first.error)
                ),
            )


def comparison_incrementally(
    job: RegistrationJob, requests: Sequence[RegistrationRequest], scene: Any
) -> Steps[ComparisonRun]:
    """Run each of ``requests`` on the volumes and masks of ``job``, whose landmarks are the judges.

    Raises InputError if there is no request, if two are equal, and if one uses the landmarks.
    """
    presets = scene_presets(scene)
    if not requests:
        raise InputError(said("There is nothing to compare: choose presets."))
    runs: list[ComparedRun] = []
    for request in requests:
        request = request.without_landmarks()
        name = compared_name(request, presets)
        if any(run.name == name for run in runs):
            raise InputError(said("{name} is there twice.", name=name))
        own = job.with_request(request, presets)
        if any(POINTS_METRIC in stage.get("Metric", ()) for stage in own.inputs.stages):
            raise InputError(said("{name} uses the landmarks that would judge it; leave it out.", name=name))
        runs.append(ComparedRun(name, own, request))
        yield
    return ComparisonRun(runs)


def compared_name(request: RegistrationRequest, presets: Sequence[Preset]) -> str:
    """The name of a method: its preset, and the effort if it has an effect and is not the default."""
    name = method_name(request, presets)
    return f"{name} ({request.effort})" if request.effort != "normal" and request.adapts(presets) else name


def without_volumes(result: Any) -> Any:
    """``result`` without the images that a run in this process holds and without the volumes that the worker made for
    the scene, to save memory. The volume nodes and the transform are enough to show and keep it."""
    if not hasattr(result, "outputs"):
        return replace(result, fixed=None, moving=None)
    return replace(result, outputs={name: output for name, output in result.outputs.items() if name == FIGURES})


def write_page(folder: str | os.PathLike, comparison: SceneComparison) -> Path:
    """Write comparison.html with pictures, and tables, to ``folder``. Raises InputError if that fails."""
    from ...core.comparison.compare import ComparisonResult, pictures_of
    from ...core.comparison.truth import Pair
    from ...core.registration.inputs import RegistrationInputs

    done = {name: run for name, run in comparison.runs.items() if run.result is not None}
    given = next(iter(done.values())).job.inputs.arguments()
    inputs = RegistrationInputs(given["fixed"], given["moving"], given["fixed_mask"], given["moving_mask"])
    transforms = {(_PAIR, name): run.result.transform for name, run in done.items()}
    pictures = pictures_of([Pair(_PAIR, inputs)], comparison.ranking, transforms)
    return ComparisonResult(comparison.ranking, pictures).write(Path(folder))["page"]
