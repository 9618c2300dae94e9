"""A ranking as lines of text, as a row of a table for spreadsheets, and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from .ranking import MethodRow, Ranking
from .records import LANDMARKS, RunRecord


def heads(ranking: Ranking) -> list[str]:
    """Headers of the columns that ``cells`` fills."""
    unit = f", {ranking.unit}" if ranking.unit else ""
    figures = [] if ranking.measure is None else [f"mean{unit}", f"worst{unit}", f"from the best{unit}"]
    seeds = ["seeds, SD"] if any(row.spread is not None for row in ranking.rows) else []
    back = ["inverse inconsistency, mm"] if any(row.inverse_mm is not None for row in ranking.rows) else []
    failed = ["failed"] if any(row.failed for row in ranking.rows) else []
    memory = ["memory, MB"] if any(row.memory_mb is not None for row in ranking.rows) else []
    return ["method", *figures, *seeds, *back, "folded, %", "seconds", *memory, *failed]


def cells(ranking: Ranking, row: MethodRow) -> list[str]:
    """Texts of a row, in the order of ``heads``."""
    digits = ranking.digits
    known = {
        "method": row.name,
        "mean": _number(row.mean, digits),
        "worst": f"{_number(row.worst, digits)} ({row.worst_at})" if row.worst is not None else "",
        "from the best": ranking.verdict(row),
        "seeds": _number(row.spread, digits + 1),
        "inverse inconsistency": _number(row.inverse_mm, 2),
        "folded": _number(row.folded_percent, 3),
        "seconds": _number(row.seconds, 1),
        "memory": _number(row.memory_mb, 0),
        "failed": f"{row.failed} of {row.runs}" if row.failed else "",
    }
    return [known[head.partition(",")[0]] for head in heads(ranking)]


def table_text(ranking: Ranking) -> str:
    """The ranking in a few lines."""
    lines = [heads(ranking), *(cells(ranking, row) for row in ranking.rows)]
    return "\n".join([*aligned(lines), ranking.sentence, *ranking.notes])


def aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Lines of cells, with columns as wide as needed; the first column is aligned to the left, the others right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [_line(line, widths) for line in lines]


def as_dict(ranking: Ranking) -> dict[str, Any]:
    """For JSON."""
    return {
        "measure": ranking.measure,
        "unit": ranking.unit,
        "differences_over": ranking.units,
        "count": ranking.count,
        "sentence": ranking.sentence,
        "notes": list(ranking.notes),
        "methods": [_row_dict(ranking, place, row) for place, row in enumerate(ranking.rows, 1)],
        "runs": [_run_dict(record) for record in ranking.records],
    }


def table_csv(ranking: Ranking) -> str:
    """A row for each method: numbers without units, for spreadsheets."""
    rows = [_row_dict(ranking, place, row) for place, row in enumerate(ranking.rows, 1)]
    behind = [row.pop("behind") or {} for row in rows]
    return _csv([{**row, **one} for row, one in zip(rows, behind, strict=True)])


def runs_csv(records: Sequence[RunRecord]) -> str:
    """A row for each registration."""
    rows = []
    for record in records:
        row = _run_dict(record)
        landmarks, overlaps = row.pop("landmarks"), row.pop("overlaps")
        row["landmarks, mean mm"] = _mean(landmarks.values())
        row["Dice, mean"] = _mean(overlaps.values())
        rows.append(
            row | {f"{n}, mm": v for n, v in landmarks.items()} | {f"Dice, {n}": v for n, v in overlaps.items()}
        )
    return _csv(rows)


def _row_dict(ranking: Ranking, place: int, row: MethodRow) -> dict[str, Any]:
    values = {name: value for name, value in vars(row).items() if name != "behind"}
    behind = None
    if row.behind is not None:
        behind = {
            "behind_mean": row.behind.mean,
            "behind_low": row.behind.low if row.behind.is_known else None,
            "behind_high": row.behind.high if row.behind.is_known else None,
            "confidence": row.behind.confidence,
        }
    rank = None if ranking.measure is None or row.mean is None else place
    return {"rank": rank, **values, "behind": behind, "verdict": ranking.verdict(row)}


def _run_dict(record: RunRecord) -> dict[str, Any]:
    return {**vars(record), "landmarks": dict(record.landmarks), "overlaps": dict(record.overlaps)}


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({n: f"{v:.6g}" if isinstance(v, float) else v for n, v in row.items()} for row in rows)
    return text.getvalue()


def _mean(values: Any) -> float | None:
    values = list(values)
    return sum(values) / len(values) if values else None


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _line(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = line
    return "  ".join([first.ljust(widths[0]), *(text.rjust(w) for text, w in zip(others, widths[1:], strict=True))])


def better_word(measure: str | None) -> str:
    """Side of the plot with the better results."""
    return "lower" if measure == LANDMARKS else "higher"
