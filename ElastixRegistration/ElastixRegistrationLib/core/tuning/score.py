"""The score of a trial over several pairs, with penalties for failures and folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..comparison.records import LANDMARKS, OVERLAP, RunRecord

#: Penalty for a failure, as a multiple of the start's error.
FAILED = 3.0
#: Penalty for each percent of folded voxels.
PER_FOLDED_PERCENT = 0.25


def loss_of(record: RunRecord) -> float:
    """Mean landmark distance, mm, or 1 - mean Dice without landmarks; NaN without ground truth."""
    if record.landmarks:
        return float(np.mean(list(record.landmarks.values())))
    return 1.0 - float(np.mean(list(record.overlaps.values()))) if record.overlaps else float("nan")


def measure_of(record: RunRecord) -> str:
    return LANDMARKS if record.landmarks else OVERLAP


def relative_loss(record: RunRecord, start: float) -> float:
    """The loss as a multiple of that of the start on the same pair, so that mm and overlaps can be averaged."""
    if record.error:
        return FAILED
    return min(FAILED, loss_of(record) / max(start, 1e-6)) + PER_FOLDED_PERCENT * (record.folded_percent or 0.0)


def score_of(records: Sequence[RunRecord], starts: Mapping[str, float], time_limit_s: float | None = None) -> float:
    """Mean over pairs, 1 for the start; multiplied in proportion if slower than ``time_limit_s`` on average."""
    score = float(np.mean([relative_loss(record, starts[record.pair]) for record in records]))
    seconds = [record.seconds for record in records if record.seconds is not None]
    if time_limit_s and seconds and np.mean(seconds) > time_limit_s:
        score += float(np.mean(seconds)) / time_limit_s - 1.0
    return score
