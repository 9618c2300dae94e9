"""Arrange the figures of many labels in tables that have a row for each label instead of one for each figure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .figures import Figure, with_mean_overlap

#: The names of the figures of a label begin like this. A comma and the name of the label follow. The values are units.
LABEL_FIGURES = {"Dice overlap": "", "Surface distance": "mm", "Hausdorff distance 95 %": "mm"}
#: The same names and units as headings.
LABEL_TITLES = tuple(f"{name} ({unit})" if unit else name for name, unit in LABEL_FIGURES.items())
#: Characters of a line of text at most, and of the name of a figure before it is broken.
_WIDEST, _TITLE = 80, 18
_GAP = "   "


@dataclass(frozen=True)
class LabelRow:
    """The figures of one label, in the order of LABEL_FIGURES. A figure that was not measured is None."""

    name: str
    figures: tuple[Figure | None, ...]


def by_label(figures: Sequence[Figure]) -> tuple[list[Figure], list[LabelRow]]:
    """Separate figures that belong to no single label from those of labels. Return the former, and a row for each
    label.

    The mean overlap, which stands for all labels, is among the former. If there are fewer than two labels, or if
    overlap is all that was measured, all figures are among the former.
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


def label_lines(columns: Sequence[str], labels: Mapping[str, Sequence[Sequence[str]]]) -> list[str]:
    """Return lines of text with a row for each label, below an empty line.

    ``columns`` are headings, such as "before" and "after". ``labels`` gives, for each name of a label and each of
    LABEL_FIGURES, a text for each column.

    The figures stand side by side, each with all columns under its name. If that needs more than 80 characters, they
    stand one below the other.
    """
    tables = [[columns, *texts] for texts in zip(*labels.values(), strict=True)]
    beside = _side_by_side(_left_aligned(["Labels", *labels]), tables)
    if max(map(len, beside)) <= _WIDEST:
        return ["", *beside]
    names = _left_aligned([name for title in LABEL_TITLES for name in (title, *labels)])
    below = map(_GAP.join, zip(names, _right_aligned([row for table in tables for row in table]), strict=True))
    return [text for n, line in enumerate(below) for text in ([line] if n % (1 + len(labels)) else ["", line])]


def _side_by_side(names: Sequence[str], tables: Sequence[Sequence[Sequence[str]]]) -> list[str]:
    blocks = [_right_aligned(table) for table in tables]
    heads = [
        textwrap.wrap(title, max(_TITLE, len(block[0]))) for title, block in zip(LABEL_TITLES, blocks, strict=True)
    ]
    height = max(map(len, heads))
    groups = [[" " * len(names[0])] * height + list(names)]
    for head, block in zip(heads, blocks, strict=True):
        width = max(map(len, [*head, *block]))
        above = [""] * (height - len(head)) + head
        groups.append([text.center(width) for text in above] + [line.rjust(width) for line in block])
    return [_GAP.join(parts).rstrip() for parts in zip(*groups, strict=True)]


def figure_text(figure: Figure | None, when: str) -> str:
    """Return the value "before" or "after" as text; a hyphen if it was not measured or is undefined."""
    value = None if figure is None else getattr(figure, when)
    if figure is None or value is None or not np.isfinite(value):
        return "-"
    return f"{value:.{figure.digits}f}"


def _left_aligned(texts: Sequence[str]) -> list[str]:
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def _right_aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a line for each row, with columns as wide as needed."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
