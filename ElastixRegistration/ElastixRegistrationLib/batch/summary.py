"""Summarize a run: a table for spreadsheets, and the cases to check first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..core.quality.figures import Figure
from ..core.system.output_files import whole_file

#: From this modified z-score on, a figure is called unusual: B. Iglewicz, D.C. Hoaglin, How to Detect and Handle
#: Outliers, 1993, 3.5.
UNUSUAL = 3.5
#: With fewer cases, no figure is called unusual.
_MIN_CASES = 5


@dataclass(frozen=True)
class CaseOutcome:
    """How a case ended: ``state`` is "done", "kept" (its earlier result is valid), "failed" or "not run".

    ``method``: preset or parameter files; ``fixed``: name of the fixed image's file. ``figures``: as in core.quality.
    ``verdict`` in words, and its ``status``, or "". ``seconds`` by step. ``memory_mb``: peak of Dask worker and
    elastix.
    """

    case: str
    state: str
    figures: tuple[Figure, ...] = ()
    verdict: str = ""
    status: str = ""
    error: str = ""
    background: float | None = None
    padding: float | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    memory_mb: float | None = None
    worker: str = ""
    method: str = ""
    fixed: str = ""

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> CaseOutcome:
        """From the answer of ``run_case``."""
        figures = []
        for entry in answer.get("figures", ()):
            numbers = {name: np.nan if entry[name] is None else entry[name] for name in ("after",)}
            figures.append(Figure(**{**entry, **numbers}))
        background = answer.get("background") or {}
        verdict = answer.get("verdict") or {}
        if isinstance(verdict, str):  # of an earlier version, whose cases are kept
            verdict = {"text": verdict}
        return cls(
            case=answer["case"],
            state=answer["state"],
            figures=tuple(figures),
            verdict=verdict.get("text", ""),
            status=verdict.get("status", ""),
            error=answer.get("error", ""),
            background=background.get("value"),
            padding=background.get("padding"),
            seconds=answer.get("seconds", {}),
            memory_mb=answer.get("memory_mb"),
            worker=answer.get("worker", ""),
            method=answer.get("method", ""),
            fixed=answer.get("fixed", ""),
        )

    @property
    def has_result(self) -> bool:
        return self.state in ("done", "kept")


@dataclass(frozen=True)
class RankedCase:
    """``score``: distance of the worst figure from the others in the bad direction, in robust standard deviations.

    ``reasons``: the figures beyond UNUSUAL, in words, worst first.
    """

    outcome: CaseOutcome
    score: float
    reasons: tuple[str, ...]


def ranked(outcomes: Sequence[CaseOutcome]) -> list[RankedCase]:
    """Cases in the order in which to check them: failed ones, then by their worst figure, then by name.

    A figure counts by its modified z-score, 0.6745 (x - median) / MAD over the cases that have it; if neither direction
    is better, both count.
    """
    scores: dict[str, list[tuple[float, str]]] = {}
    with_result = [outcome for outcome in outcomes if outcome.has_result]
    for name in _figure_names(with_result):
        found = [(one, figure) for one in with_result for figure in one.figures if figure.name == name]
        values = np.array([figure.after for _, figure in found])
        for (outcome, figure), z in zip(found, _modified_z(values), strict=True):
            bad = abs(z) if figure.better == 0 else -z * figure.better
            side = "high" if z > 0 else "low"
            scores.setdefault(outcome.case, []).append((float(bad), f"{name} is unusually {side}"))
    rows = []
    for outcome in outcomes:
        worst = sorted(scores.get(outcome.case, []), reverse=True)
        reasons = tuple(text for score, text in worst if score > UNUSUAL)
        rows.append(RankedCase(outcome, worst[0][0] if worst else 0.0, reasons))
    return sorted(rows, key=lambda row: (_URGENT.get(row.outcome.state, 2), -row.score, row.outcome.case))


_URGENT = {"failed": 0, "not run": 1}


def write_summary(outcomes: Sequence[CaseOutcome], path: Path) -> None:
    """Write a CSV with a row for each case and two columns for each figure, all or nothing."""
    names = _figure_names(outcomes)
    steps = list(dict.fromkeys(step for outcome in outcomes for step in outcome.seconds))
    has_before = {f.name for outcome in outcomes for f in outcome.figures if f.before is not None}
    header = ["case", "state", "verdict", "unusual"]
    for name in names:
        header += [f"{name}, before"] * (name in has_before) + [f"{name}, after" if name in has_before else name]
    header += ["background", "padding", *(f"seconds, {step}" for step in steps), "memory, MB", "worker", "error"]
    reasons = {row.outcome.case: "; ".join(row.reasons) for row in ranked(outcomes)}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for outcome in outcomes:
        figures = {figure.name: figure for figure in outcome.figures}
        row: list[Any] = [outcome.case, outcome.state, outcome.status, reasons[outcome.case]]
        for name in names:
            figure = figures.get(name)
            if name in has_before:
                row.append(None if figure is None else _number(figure.before))
            row.append(None if figure is None else _number(figure.after))
        row += [_number(outcome.background), _number(outcome.padding)]
        row += [outcome.seconds.get(step) for step in steps]
        writer.writerow([*row, outcome.memory_mb, outcome.worker, outcome.error])
    with whole_file(path) as draft:
        draft.write_text(text.getvalue(), encoding="utf-8")


def _figure_names(outcomes: Iterable[CaseOutcome]) -> list[str]:
    return list(dict.fromkeys(figure.name for outcome in outcomes for figure in outcome.figures))


def _modified_z(values: np.ndarray) -> np.ndarray:
    """0 for too few values or no spread. If nearly all values are equal, the mean deviation replaces the median
    deviation."""
    finite = np.isfinite(values)
    z = np.zeros(len(values))
    if np.count_nonzero(finite) < _MIN_CASES:
        return z
    distance = values[finite] - np.median(values[finite])
    spread = np.median(np.abs(distance)) / 0.6745
    if spread == 0:
        spread = np.mean(np.abs(distance)) * 1.2533
    if spread > 1e-6 * (1 + np.abs(np.median(values[finite]))):
        z[finite] = distance / spread
    return z


def _number(value: float | None) -> str | None:
    return None if value is None or not np.isfinite(value) else f"{value:.6g}"
