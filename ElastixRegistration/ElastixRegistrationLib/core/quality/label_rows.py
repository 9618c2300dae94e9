"""Figures of many labels for tables: a row for each label instead of one for each figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .figures import Figure, with_mean_overlap

#: How names of the figures of a label begin, with their units; the name of the label follows after a comma.
LABEL_FIGURES = {"Dice overlap": "", "Surface distance": "mm", "Hausdorff distance 95 %": "mm"}
#: Above rows of texts that ``label_text`` makes.
LABEL_HEADING = "Labels: Dice overlap, surface distance in mm, Hausdorff distance 95 % in mm"


@dataclass(frozen=True)
class LabelRow:
    """``figures``: those of LABEL_FIGURES, in that order; None for one that was not measured."""

    name: str
    figures: tuple[Figure | None, ...]


def by_label(figures: Sequence[Figure]) -> tuple[list[Figure], list[LabelRow]]:
    """(figures that are of no single label, a row for each label).

    The mean overlap stands for the labels among the former. With fewer than two labels, all figures are among the
    former, as they are where overlap is all that was measured.
    """
    rows: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        kind, _, label = figure.name.partition(", ")
        if kind in LABEL_FIGURES:
            rows.setdefault(label, {})[kind] = figure
    shown = with_mean_overlap(figures)
    if len(rows) < 2 or all(len(found) < 2 for found in rows.values()):
        return shown, []
    own = {id(figure) for found in rows.values() for figure in found.values()}
    others = [figure for figure in shown if id(figure) not in own]
    return others, [LabelRow(name, tuple(map(found.get, LABEL_FIGURES))) for name, found in rows.items()]


def label_text(figures: Iterable[Figure | None], when: str) -> str:
    """The values of one row "before" or "after", as columns of fixed width."""
    widths = (9, 7, 7)
    return "".join(_value(figure, when).rjust(width) for figure, width in zip(figures, widths, strict=True))


def _value(figure: Figure | None, when: str) -> str:
    value = None if figure is None else getattr(figure, when)
    if figure is None or value is None or not np.isfinite(value):
        return "-"
    return f"{value:.{figure.digits}f}"
