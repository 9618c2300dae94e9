"""Rank methods by accuracy, with the certainty of each rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..wording import joined, said
from .records import DIGITS_OF, LANDMARKS, OVERLAP, UNIT_OF, RunRecord, common_measure, unit_values
from .statistics import MIN_UNITS, Interval, paired_interval

#: Simultaneous confidence of all comparisons with the best method.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class MethodRow:
    """A method over all pairs. ``mean`` and ``worst`` in the unit of the measure, None without ground truth;
    ``worst_at`` names pair and landmark or label. ``spread``: standard deviation of the mean over seeds, None for one
    seed. ``behind``: paired difference from the best method, positive where this one is worse; None for the best
    itself. ``failed`` of ``runs`` registrations. ``folded_percent`` is the largest of any run, ``seconds`` the mean of
    all, ``memory_mb`` the largest.
    """

    name: str
    runs: int
    failed: int
    mean: float | None = None
    worst: float | None = None
    worst_at: str = ""
    spread: float | None = None
    behind: Interval | None = None
    folded_percent: float | None = None
    seconds: float | None = None
    memory_mb: float | None = None
    inverse_mm: float | None = None


@dataclass(frozen=True)
class Ranking:
    """``rows``: best first if there is a ``measure``, otherwise in the given order.

    ``units``: the samples of the differences, "pairs", or "landmarks" or "labels" of a single pair; ``count``: their
    number. ``sentence``: the conclusion; ``notes``: its limits.
    """

    rows: tuple[MethodRow, ...]
    measure: str | None
    units: str
    count: int
    sentence: str
    notes: tuple[str, ...]
    records: tuple[RunRecord, ...] = field(repr=False, default=())

    @property
    def unit(self) -> str:
        return UNIT_OF.get(self.measure or "", "")

    @property
    def digits(self) -> int:
        return DIGITS_OF.get(self.measure or "", 2)

    def row(self, name: str) -> MethodRow:
        return next(row for row in self.rows if row.name == name)

    @property
    def contenders(self) -> list[str]:
        """Methods that are not worse than the best beyond chance; all, if fewer than two are left."""
        names = [row.name for row in self.rows]
        worse = {row.name for row in self.rows if row.behind is not None and row.behind.is_known and row.behind.low > 0}
        left = [name for name in names if name not in worse]
        return left if len(left) > 1 else names

    def verdict(self, row: MethodRow) -> str:
        """The last column of the table."""
        if self.measure is None:
            return ""
        if row.mean is None:
            return said("failed")
        if row.behind is None:
            return said("best") if row is self.rows[0] else ""
        mean, low, high = (f"{one:+.{self.digits}f}" for one in (row.behind.mean, row.behind.low, row.behind.high))
        if not row.behind.is_known:
            return said("{mean}; too few {units} to tell", mean=mean, units=_UNITS[self.units])
        if row.behind.low > 0:
            return said("worse ({low} to {high})", low=low, high=high)
        if row.behind.high < 0:
            return said("better ({low} to {high})", low=low, high=high)
        return said("no difference shown ({low} to {high})", low=low, high=high)


def rank(records: Sequence[RunRecord], methods: Sequence[str]) -> Ranking:
    """Rank ``methods`` by their ``records``.

    Landmark distances or overlaps are averaged over seeds, then within each pair, then over the pairs for which every
    method that counts has a result. Methods with failures rank after those without. Each other method is compared with
    the best one by a bootstrap interval of the paired difference. The intervals hold simultaneously with CONFIDENCE
    (Bonferroni), so that none of many methods appears significant by chance.
    """
    records = tuple(records)
    measure, notes = common_measure(records)
    rows = [_plain_row(records, name) for name in methods]
    if measure is None:
        sentence = said(
            "There is no ground truth (landmarks or labels), so nothing is ranked: agreement is not accuracy."
        )
        return Ranking(tuple(rows), None, "", 0, sentence, tuple(notes), records)
    pairs = _pairs_of(records, measure)
    working = [row.name for row in rows if _finished_pairs(records, measure, row.name)]
    shared = [pair for pair in pairs if all(unit_values(records, measure, name, pair) for name in working)]
    if len(shared) < len(pairs):
        notes.append(
            said(
                "Means and differences include the {shared} of {count} pairs that every method finished.",
                shared=len(shared),
                count=len(pairs),
            )
        )
    values = _same_units({name: _values(records, measure, name, shared) for name in working})
    rows = [_with_values(row, records, measure, shared, values.get(row.name)) for row in rows]
    sign = 1.0 if measure == LANDMARKS else -1.0
    rows.sort(key=lambda row: (row.mean is None, row.failed > 0, sign * (row.mean or 0.0)))
    compared = [row.name for row in rows[1:] if row.mean is not None and shared]
    level = 1 - (1 - CONFIDENCE) / max(1, len(compared))
    best = values.get(rows[0].name, {})
    rows = [
        _behind(row, {unit: sign * (values[row.name][unit] - best[unit]) for unit in best}, level)
        if row.name in compared
        else row
        for row in rows
    ]
    units = "pairs" if len(shared) > 1 else "landmarks" if measure == LANDMARKS else "labels"
    if len(shared) == 1:
        notes.append(
            said(
                "There is one pair, so the intervals are over its {count} {units}. They say how certain the "
                "ranking is for this pair, not for the next patient.",
                count=len(best),
                units=_UNITS[units],
            )
        )
    return Ranking(
        tuple(rows), measure, units, len(best), _sentence(rows, measure, units, len(best)), tuple(notes), records
    )


def _pairs_of(records: Sequence[RunRecord], measure: str) -> list[str]:
    return list(dict.fromkeys(record.pair for record in records if record.values(measure)))


def _finished_pairs(records: Sequence[RunRecord], measure: str, method: str) -> list[str]:
    return [pair for pair in _pairs_of(records, measure) if unit_values(records, measure, method, pair)]


def _values(records: Sequence[RunRecord], measure: str, method: str, pairs: Sequence[str]) -> dict[str, float]:
    """The values to compare: the mean of each pair, or each landmark or label of a single pair."""
    if len(pairs) == 1:
        return unit_values(records, measure, method, pairs[0])
    return {pair: float(np.mean(list(unit_values(records, measure, method, pair).values()))) for pair in pairs}


def _same_units(values: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Only the values that all methods have, because a label may be outside the grid for one of them."""
    common = set.intersection(*(set(own) for own in values.values())) if values else set()
    return {name: {unit: value for unit, value in own.items() if unit in common} for name, own in values.items()}


def _plain_row(records: Sequence[RunRecord], name: str) -> MethodRow:
    runs = [record for record in records if record.method == name]

    def known(attribute: str) -> list[float]:
        return [value for run in runs if not run.error and (value := getattr(run, attribute)) is not None]

    folded, seconds, memory, back = (known(a) for a in ("folded_percent", "seconds", "memory_mb", "inverse_mm"))
    return MethodRow(
        name=name,
        runs=len(runs),
        failed=sum(bool(run.error) for run in runs),
        folded_percent=max(folded, default=None),
        seconds=float(np.mean(seconds)) if seconds else None,
        memory_mb=max(memory, default=None),
        inverse_mm=float(np.mean(back)) if back else None,
    )


def _with_values(
    row: MethodRow,
    records: Sequence[RunRecord],
    measure: str,
    pairs: Sequence[str],
    values: Mapping[str, float] | None,
) -> MethodRow:
    if not values:
        return row
    all_values = {
        (f"{pair}, {name}" if len(pairs) > 1 else name): value
        for pair in pairs
        for name, value in unit_values(records, measure, row.name, pair).items()
    }
    worst_at = (max if measure == LANDMARKS else min)(all_values, key=lambda name: all_values[name])
    return _replaced(
        row,
        mean=float(np.mean(list(values.values()))),
        worst=all_values[worst_at],
        worst_at=worst_at,
        spread=_spread_over_seeds(records, measure, row.name, pairs),
    )


def _spread_over_seeds(records: Sequence[RunRecord], measure: str, method: str, pairs: Sequence[str]) -> float | None:
    seeds = list(dict.fromkeys(record.seed for record in records if record.method == method))
    means = []
    for seed in seeds:
        of_seed = [r for r in records if r.seed == seed and r.method == method and not r.error and r.pair in pairs]
        if len(of_seed) == len(pairs):
            means.append(np.mean([np.mean(list(r.values(measure).values())) for r in of_seed]))
    return float(np.std(means, ddof=1)) if len(means) > 1 else None


def _behind(row: MethodRow, differences: Mapping[str, float], confidence: float) -> MethodRow:
    return _replaced(row, behind=paired_interval(np.array(list(differences.values())), confidence))


def _replaced(row: MethodRow, **changes: Any) -> MethodRow:
    return MethodRow(**{**vars(row), **changes})


def _sentence(rows: Sequence[MethodRow], measure: str, units: str, count: int) -> str:
    best = rows[0]
    if best.mean is None:
        return said("No method has a result to rank.")
    mean = f"{best.mean:.{DIGITS_OF[measure]}f} {UNIT_OF[measure]}".strip()
    figure = said(
        "{name} has the best mean {measure}, {mean}", name=best.name, measure=MEASURE_WORDS[measure], mean=mean
    )
    others = [row for row in rows[1:] if row.behind is not None]
    if not others:
        return said("{figure}.", figure=figure)
    if any(row.behind is not None and not row.behind.is_known for row in others):
        return said(
            "{figure}, but {count} {units} are too few to rule out chance; {needed} are needed.",
            figure=figure,
            count=count,
            units=_UNITS[units],
            needed=MIN_UNITS,
        )
    shown = [row.name for row in others if row.behind is not None and row.behind.low > 0]
    equal = [row.name for row in others if row.name not in shown]
    if not equal:
        return said("{figure}, better than all others beyond chance.", figure=figure)
    no_difference = said("{figure}. No difference from {others} is shown.", figure=figure, others=_listed(equal))
    if not shown:
        return no_difference
    return joined(no_difference, said("It is better than {others} beyond chance.", others=_listed(shown)))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else said("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


_UNITS = {"pairs": said("pairs"), "landmarks": said("landmarks"), "labels": said("labels")}
MEASURE_WORDS = {LANDMARKS: said("landmark distance"), OVERLAP: said("Dice overlap")}
