"""The result of a search for better parameters, and its reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..comparison.page import ranking_table
from ..comparison.plot import pareto_front
from ..comparison.ranking import Ranking
from ..comparison.records import RunRecord
from ..comparison.text import as_dict
from ..errors import InputError
from ..presets.preset import Preset, free_title
from ..presets.user_presets import user_presets
from ..system.output_files import whole_file, write_json
from ..wording import Said, said, term, to_data
from .score import loss_of

START, TUNED = "start", "tuned"
COMPLETE, PRUNED, FAILED, RUNNING = "complete", "pruned", "failed", "running"


@dataclass(frozen=True)
class TrialSummary:
    """One trial. ``score``: its mean loss as a multiple of the start's, below 1 if better; None if it was stopped
    early. ``seconds``: mean of a registration. ``errors``: by pair."""

    number: int
    state: str
    values: Mapping[str, Any]
    score: float | None
    seconds: float | None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fold:
    """One search of a cross-validation. ``held_out``: names of its test pairs; ``records``: results of its best trial
    and of the start on them. ``score``: on the training pairs, with the knobs in ``values``."""

    held_out: tuple[str, ...]
    values: Mapping[str, Any]
    score: float
    records: Sequence[RunRecord] = field(repr=False, default=())

    @property
    def share(self) -> float | None:
        """Loss on the held-out pairs, relative to the start; None if one was not registered."""
        losses = []
        for name in (TUNED, START):
            own = [record for record in self.records if record.method == name]
            if not own or any(record.error for record in own):
                return None
            losses.append(float(np.mean([loss_of(record) for record in own])))
        return losses[0] / max(losses[1], 1e-6)


@dataclass(frozen=True, repr=False)
class TuningResult:
    """``preset`` is the best one found, ``values`` the knobs that made it. ``ranking`` compares it with the start on
    the ``held_out`` pairs;

    ``score`` is on the training pairs. With ``folds`` it was cross-validated: the ranking combines the results of each
    fold's search on its held-out pairs, and the preset comes from one more search on all pairs.
    """

    preset: Preset
    start: Preset
    values: Mapping[str, Any]
    score: float
    trials: tuple[TrialSummary, ...]
    tuned_on: tuple[str, ...]
    held_out: tuple[str, ...]
    ranking: Ranking
    importance: Mapping[str, float]
    notes: tuple[str, ...] = ()
    folds: tuple[Fold, ...] = ()

    @property
    def is_better(self) -> bool:
        """Whether the tuned preset did better on the held-out pairs, beyond chance or not."""
        return self.score < 1 and self.ranking.rows[0].name == TUNED and self.ranking.rows[0].mean is not None

    @property
    def is_shown(self) -> bool:
        """Whether it was better beyond chance."""
        behind = self.ranking.row(START).behind
        return self.is_better and behind is not None and behind.is_known and behind.low > 0

    @property
    def sentence(self) -> Said:
        ranking = self.ranking
        tuned, start = ranking.row(TUNED), ranking.row(START)
        if tuned.mean is None or start.mean is None:
            return said("The held-out pairs could not be registered, so the tuned preset could not be judged.")
        unit = f" {ranking.unit}" if ranking.unit else ""
        count = said("1 held-out pair")
        if len(self.held_out) != 1:
            count = said("{count} held-out pairs", count=len(self.held_out))
        if self.folds:
            count = said(
                "{count} pairs, each judging a search without it ({folds} folds)",
                count=len(self.held_out),
                folds=len(self.folds),
            )
        figures = said(
            "mean {measure} {tuned}{unit}, start {start}{unit}",
            measure=term(ranking.measure or ""),
            tuned=f"{tuned.mean:.{ranking.digits}f}",
            start=f"{start.mean:.{ranking.digits}f}",
            unit=unit,
        )
        if not self.is_better:
            return said(
                "No better than the start: on {count}, {figures}. Keep {start}.",
                count=count,
                figures=figures,
                start=self.start.id,
            )
        if self.is_shown and ranking.units != "pairs":
            return said(
                "Better than the start on the held-out pair ({figures}), beyond chance within that pair; other pairs "
                "may differ.",
                figures=figures,
            )
        if self.is_shown:
            return said("Better than the start beyond chance: on {count}, {figures}.", count=count, figures=figures)
        return said(
            "Better than the start on {count} ({figures}), but that may be chance.", count=count, figures=figures
        )

    @property
    def front(self) -> tuple[TrialSummary, ...]:
        """Complete trials that no other trial beats in both time and score, the fastest first."""
        done = [t for t in self.trials if t.score is not None and t.seconds is not None and t.state == COMPLETE]
        on = pareto_front([(t.seconds or 0.0, t.score or 0.0) for t in done], less_is_better=True)
        return tuple(sorted((t for t, is_on in zip(done, on, strict=True) if is_on), key=lambda t: t.seconds or 0.0))

    def save(self, title: str = "", *, others: Sequence[Preset] = ()) -> Preset:
        """Save as one of the user's presets, with ``title`` or one derived from the start's. Raises InputError."""
        folder = user_presets()
        title = title or free_title(f"{self.start.title}, tuned", [*folder.presets(), *others])
        return folder.copy(self.preset, title, others)

    def write(self, folder: str | Path, saved: Preset | None = None) -> dict[str, Path]:
        """Write ``tuning.html`` and ``tuning.json`` to ``folder``, each completely or not at all. ``saved``: the preset
        that ``save`` made of the result."""
        from .page import tuning_html

        folder = Path(folder)
        paths = {"page": folder / "tuning.html", "document": folder / "tuning.json"}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(paths["page"]) as draft:
                draft.write_text(tuning_html(self), encoding="utf-8")
            write_json(paths["document"], self.document(paths, saved))
        except OSError as error:
            raise InputError(
                said("The page cannot be written to {folder}: {reason}.", folder=folder, reason=error.strerror)
            ) from error
        return paths

    def document(self, outputs: Mapping[str, Path], saved: Preset | None = None) -> dict[str, Any]:
        """What ``tuning.json`` and ``tune --json`` say."""
        written = {what: str(path) for what, path in outputs.items()}
        preset = None if saved is None else saved.id
        return {"command": "tune", **self.as_dict(), "outputs": written, "preset": preset}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "sentence": self.sentence,
            "sentence_data": to_data(self.sentence),
            "is_better": self.is_better,
            "is_shown": self.is_shown,
            "score": self.score,
            "values": dict(self.values),
            "tuned_on": list(self.tuned_on),
            "held_out": list(self.held_out),
            "importance": dict(self.importance),
            "notes": list(self.notes),
            "folds": [
                {"held_out": list(f.held_out), "values": dict(f.values), "score": f.score, "held_out_score": f.share}
                for f in self.folds
            ],
            "trials": [
                {**vars(trial), "values": dict(trial.values), "errors": dict(trial.errors)} for trial in self.trials
            ],
            "comparison": as_dict(self.ranking),
        }

    def changes(self) -> list[tuple[str, str]]:
        """Knobs and values of the best trial, as texts."""
        return [
            (name, f"{value:.4g}" if isinstance(value, float) else str(value)) for name, value in self.values.items()
        ]

    def __repr__(self) -> str:
        states = [trial.state for trial in self.trials]
        counts = f"{len(states)} trials ({states.count(COMPLETE)} complete, {states.count(PRUNED)} stopped early)"
        best = ", ".join(f"{name} {text}" for name, text in self.changes())
        return "\n".join([self.sentence, f"{counts}; best loss {self.score:.3f} (start: 1): {best}", *self.notes])

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(name)}: {escape(text)}</li>" for name, text in self.changes())
        return f"<p><b>{escape(self.sentence)}</b></p>{ranking_table(self.ranking)}<ul>{rows}</ul>"


def described(preset: Preset, tuned_on: Sequence[str], trials: int, study: str) -> str:
    """The tuned preset's description of its origin."""
    where = f", study {study}" if study else ""
    pairs = f"{len(tuned_on)} pair{'s' * (len(tuned_on) != 1)} ({', '.join(tuned_on)})"
    return f"{preset.title}, tuned in {trials} trials on {pairs}{where}."
