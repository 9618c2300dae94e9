"""The trials of a search in an Optuna study, which several processes can share and which outlives them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..wording import said
from .result import COMPLETE, FAILED, PRUNED, RUNNING, TrialSummary
from .space import Space

_NAME = "tuning"
#: Seconds without a heartbeat after which a running trial counts as lost and is repeated.
_LOST_S = 60.0
_BEAT_S = 5.0
_ALIVE, _IDENTITY, _STARTS, _SECONDS, _ERRORS = "alive", "identity", "start losses", "seconds", "errors"
#: Of trials that were interrupted and are repeated.
_LOST = "lost"


@contextlib.contextmanager
def _alone(path: Path | None) -> Iterator[None]:
    """One process at a time makes the study, as two that start at once would make its tables twice. What a process
    that was killed left behind counts no longer than opening may take."""
    if path is None:
        yield
        return
    lock = path.with_name(f"{path.name}.opening")
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - lock.stat().st_mtime > _LOST_S:
                    lock.unlink()
            time.sleep(0.05)
        except OSError:  # opening the study says what is wrong
            yield
            return
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def check_optuna() -> None:
    """Raise InputError, with what to install, when Optuna is missing."""
    try:
        import optuna  # noqa: F401
    except ImportError as error:
        raise InputError(
            said(
                "Tuning needs Optuna, which is not installed: pip install optuna, or pip install '.[tune]' in "
                "a checkout."
            )
        ) from error


class Study:
    """``trials``: total of all processes. In memory without a ``path``, otherwise an SQLite file.

    ``identity``: values that must be equal for two searches to share a study. ``part``: a name, if a file contains
    several studies. Raises InputError for the study of a different search, or a file that is not a study.
    """

    def __init__(
        self,
        space: Space,
        identity: Mapping[str, Any],
        path: Path | None,
        seed: int,
        trials: int | None,
        part: str = "",
    ):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._optuna, self._space, self._trials = optuna, space, trials
        self._lock = threading.Lock()
        with _alone(path):
            self._open(path, part)
            self._check_identity(identity, path)
        # A process that joins later must not propose what the first one has proposed.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # grouping, for knobs that depend on others, is called experimental
            self._study.sampler = optuna.samplers.TPESampler(
                seed=seed + 7919 * self._known, multivariate=True, group=True, constant_liar=True, n_startup_trials=8
            )
        self._study.pruner = optuna.pruners.MedianPruner(n_startup_trials=5)

    def _open(self, path: Path | None, part: str) -> None:
        try:
            storage = None
            if path is not None:
                storage = self._optuna.storages.RDBStorage(
                    f"sqlite:///{path}", engine_kwargs={"connect_args": {"timeout": 120}}
                )
            self._study = self._optuna.create_study(
                storage=storage,
                study_name=f"{_NAME}, {part}" if part else _NAME,
                load_if_exists=True,
                direction="minimize",
            )
            self._known = len(self._study.trials)
        except Exception as error:  # of SQLAlchemy, SQLite and the file system
            text = " ".join(str(getattr(error, "orig", error)).split())[:200]  # without SQLAlchemy's links
            raise InputError(said("The study {path} cannot be opened: {text}.", path=path, text=text)) from error

    def _check_identity(self, identity: Mapping[str, Any], path: Path | None) -> None:
        text = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
        former = self._study.user_attrs.get(_IDENTITY)
        if former is None:
            self._study.set_user_attr(_IDENTITY, text)
            self._study.enqueue_trial(self._space.start())
        elif former != text:
            raise InputError(
                said(
                    "The study {path} belongs to a different search (pairs, start, parameters or limits); give "
                    "a new file.",
                    path=path,
                )
            )

    @property
    def total(self) -> int | None:
        return self._trials

    @property
    def starts(self) -> dict[str, float]:
        """Losses of the start by pair, as far as known."""
        return dict(self._study.user_attrs.get(_STARTS, {}))

    def set_starts(self, losses: Mapping[str, float]) -> None:
        self._study.set_user_attr(_STARTS, dict(losses))

    def ask(self) -> Any:
        """A new trial; None if enough are finished or running. Lost trials are repeated first."""
        with self._lock:
            self._give_up_lost()
            if self._trials is not None and self._count(COMPLETE, PRUNED, FAILED, RUNNING) >= self._trials:
                return None
            trial = self._study.ask()
            trial.set_user_attr(_ALIVE, time.time())
            return trial

    def is_full(self) -> bool:
        """Whether enough trials are finished, not just running."""
        return self._trials is not None and self._count(COMPLETE, PRUNED, FAILED) >= self._trials

    def values(self, trial: Any) -> dict[str, Any]:
        """The values that the sampler proposes for ``trial``, by the names of the knobs."""
        values: dict[str, Any] = {}
        for knob in self._space.knobs:
            if knob.only_with is not None and values.get(knob.only_with[0]) != knob.only_with[1]:
                continue
            if knob.choices:
                values[knob.name] = trial.suggest_categorical(knob.name, list(knob.choices))
            elif knob.whole:
                values[knob.name] = trial.suggest_int(knob.name, int(knob.low), int(knob.high), log=knob.log)
            else:
                values[knob.name] = trial.suggest_float(knob.name, knob.low, knob.high, log=knob.log)
        return values

    @contextlib.contextmanager
    def alive(self, trial: Any) -> Iterator[None]:
        """Within the block, other processes see that ``trial`` is running."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(_BEAT_S):
                with contextlib.suppress(Exception):
                    trial.set_user_attr(_ALIVE, time.time())

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def should_give_up(self, trial: Any, score: float, step: int) -> bool:
        """Whether ``trial`` is worse after its first pairs than most others were at that point."""
        trial.report(score, step)
        return bool(trial.should_prune())

    def tell(
        self, trial: Any, score: float | None, state: str, seconds: float | None, errors: Mapping[str, str]
    ) -> None:
        if seconds is not None:
            trial.set_user_attr(_SECONDS, seconds)
        if errors:
            trial.set_user_attr(_ERRORS, dict(errors))
        states = self._optuna.trial.TrialState
        kind = {COMPLETE: states.COMPLETE, PRUNED: states.PRUNED, FAILED: states.FAIL}[state]
        with self._lock, contextlib.suppress(RuntimeError, ValueError):  # was considered lost, and is repeated
            self._study.tell(trial, score if state == COMPLETE else None, state=kind)

    def put_back(self, trial: Any) -> None:
        """Return an interrupted ``trial``; its values are tried by the next process that continues."""
        self._again(trial.number, trial.params)

    def summaries(self) -> list[TrialSummary]:
        """All trials by number, without those that were interrupted and are repeated."""
        states = self._optuna.trial.TrialState
        names = {states.COMPLETE: COMPLETE, states.PRUNED: PRUNED, states.FAIL: FAILED, states.RUNNING: RUNNING}
        return [
            TrialSummary(
                trial.number,
                names[trial.state],
                dict(trial.params),
                trial.value if trial.state == states.COMPLETE else None,
                trial.user_attrs.get(_SECONDS),
                trial.user_attrs.get(_ERRORS, {}),
            )
            for trial in self._study.trials
            if trial.state in names and trial.params and not trial.user_attrs.get(_LOST)
        ]

    def importance(self) -> dict[str, float]:
        """Importance of each knob, from 0 to 1; empty for too few trials."""
        evaluator = self._optuna.importance.PedAnovaImportanceEvaluator()
        if self._count(COMPLETE) < 12:
            return {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it says so for each knob that was rarely in use
                return dict(self._optuna.importance.get_param_importances(self._study, evaluator=evaluator))
        except Exception:  # if trials do not differ enough
            return {}

    def _count(self, *names: str) -> int:
        states = self._optuna.trial.TrialState
        of = {COMPLETE: states.COMPLETE, PRUNED: states.PRUNED, FAILED: states.FAIL, RUNNING: states.RUNNING}
        wanted = tuple(of[name] for name in names)
        counted = self._study.get_trials(deepcopy=False, states=wanted)
        return sum(not trial.user_attrs.get(_LOST) for trial in counted)

    def _give_up_lost(self) -> None:
        running = self._optuna.trial.TrialState.RUNNING
        for trial in self._study.get_trials(deepcopy=False, states=(running,)):
            if time.time() - trial.user_attrs.get(_ALIVE, 0.0) > _LOST_S:
                self._again(trial.number, trial.params)

    def _again(self, number: int, values: Mapping[str, Any]) -> None:
        storage = self._study._storage  # Optuna has no other way to mark a trial of another process
        trial_id = storage.get_trial_id_from_study_id_trial_number(self._study._study_id, number)
        with contextlib.suppress(Exception):  # another process was quicker
            storage.set_trial_user_attr(trial_id, _LOST, True)
            # If the process ends between the two, the trial is repeated twice, rather than never.
            if values and not storage.get_trial(trial_id).state.is_finished():
                self._study.enqueue_trial(dict(values))
            self._study.tell(number, state=self._optuna.trial.TrialState.FAIL)
