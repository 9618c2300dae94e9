"""The outcome of each registration of a comparison, and the measure for ranking them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..wording import said

LANDMARKS, OVERLAP = "landmark distance", "Dice overlap"
#: Units and digits of the measures.
UNIT_OF = {LANDMARKS: "mm", OVERLAP: ""}
DIGITS_OF = {LANDMARKS: 2, OVERLAP: 4}


@dataclass(frozen=True)
class RunRecord:
    """One registration of ``pair`` by ``method``.

    ``landmarks``: distances by the names of the landmarks, mm; ``overlaps``: Dice by the names of the labels; both
    empty if the pair has none. ``folded_percent``: of the voxels of the fixed grid. ``seconds``: of the registration
    alone. ``inverse_mm``: mean inverse inconsistency, if the reverse direction was registered too. ``error``: the
    reason for a failure.
    """

    pair: str
    method: str
    seed: int | None = None
    landmarks: Mapping[str, float] = field(default_factory=dict)
    overlaps: Mapping[str, float] = field(default_factory=dict)
    folded_percent: float | None = None
    seconds: float | None = None
    memory_mb: float | None = None
    inverse_mm: float | None = None
    error: str = ""

    def values(self, measure: str) -> Mapping[str, float]:
        return self.landmarks if measure == LANDMARKS else self.overlaps


def common_measure(records: Iterable[RunRecord]) -> tuple[str | None, list[str]]:
    """The measure that most pairs support (landmarks in a tie, None without ground truth), and notes on the other
    pairs."""
    pairs: dict[str, set[str]] = {LANDMARKS: set(), OVERLAP: set()}
    everyone = set()
    for record in records:
        everyone.add(record.pair)
        for measure, found in pairs.items():
            if record.values(measure):
                found.add(record.pair)
    measure = max(pairs, key=lambda name: len(pairs[name]))
    if not pairs[measure]:
        return None, []
    left = sorted(everyone - pairs[measure])
    if not left:
        return measure, []
    if measure == LANDMARKS:
        return measure, [said("Pairs without landmarks do not count in the ranking: {pairs}.", pairs=", ".join(left))]
    return measure, [said("Pairs without labels do not count in the ranking: {pairs}.", pairs=", ".join(left))]


def unit_values(records: Sequence[RunRecord], measure: str, method: str, pair: str) -> dict[str, float]:
    """The mean over seeds of each landmark or label of ``pair`` that all runs of the method have."""
    runs = [r for r in records if (r.method, r.pair) == (method, pair) and not r.error]
    if not runs:
        return {}
    names = [name for name in runs[0].values(measure) if all(name in run.values(measure) for run in runs)]
    return {name: float(np.mean([run.values(measure)[name] for run in runs])) for name in names}
