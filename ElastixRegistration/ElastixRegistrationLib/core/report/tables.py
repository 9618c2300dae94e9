"""Tables of the report page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ..quality.figures import Figure, LandmarkRow
from ..quality.label_rows import LABEL_FIGURES, LabelRow, by_label

#: Number of landmarks shown at once; the rest can be expanded.
_SHOWN_LANDMARKS = 12
_OUTLIER = {False: "", True: ' class="outlier"'}


def figure_table(figures: Sequence[Figure], sampling: str = "") -> str:
    """``sampling``: a sentence on the voxels behind the figures."""
    if not figures:
        return ""
    note = f'<p class="quiet">{escape(sampling)}</p>' if sampling else ""
    rows = []
    others, labels = by_label(figures)
    for figure in others:
        mark = {True: '<td class="good">better</td>', False: '<td class="bad">worse</td>', None: "<td></td>"}
        before = "" if figure.before is None else number_text(figure.before, figure.digits)
        unit = f' <span class="quiet">{escape(figure.unit)}</span>' if figure.unit else ""
        place = f' <span class="quiet">({escape(figure.place)})</span>' if figure.place else ""
        rows.append(
            f"<tr><th>{escape(figure.name)}{unit}{place}</th><td>{before}</td>"
            f"<td>{number_text(figure.after, figure.digits)}</td>{mark[figure.improved]}</tr>"
        )
    return (
        '<section><h2>Figures</h2><table class="figures"><thead><tr><th></th><td>before</td><td>after</td><td></td>'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table>{_label_table(labels)}{note}</section>"
    )


def _label_table(rows: Sequence[LabelRow]) -> str:
    """A row for each label, with its figures before and after side by side."""
    if not rows:
        return ""
    units = [f' <span class="quiet">{unit}</span>' if unit else "" for unit in LABEL_FIGURES.values()]
    heads = "".join(f'<td colspan="2">{name}{unit}</td>' for name, unit in zip(LABEL_FIGURES, units, strict=True))
    lines = []
    for row in rows:
        cells = "".join(_before_and_after(figure) for figure in row.figures)
        lines.append(f"<tr><th>{escape(row.name)}</th>{cells}</tr>")
    return (
        f'<table class="figures labels"><thead><tr><td>label</td>{heads}</tr>'
        f"<tr><td></td>{'<td>before</td><td>after</td>' * len(LABEL_FIGURES)}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def _before_and_after(figure: Figure | None) -> str:
    if figure is None:
        return "<td></td><td></td>"
    kind = {True: ' class="good"', False: ' class="bad"', None: ""}[figure.improved]
    before = "" if figure.before is None else number_text(figure.before, figure.digits)
    return f"<td>{before}</td><td{kind}>{number_text(figure.after, figure.digits)}</td>"


def number_text(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}") if np.isfinite(value) else "\N{EN DASH}"


def landmark_table(rows: Sequence[LandmarkRow]) -> str:
    """All landmarks with bars, the farthest after registration first."""
    if not rows:
        return ""
    worst = max((value for row in rows for value in (row.before, row.after)), default=0) or 1.0
    ordered = sorted(rows, key=lambda row: -row.after)
    lines = [
        f"<tr{_OUTLIER[row.outlier]}><th>{escape(row.label)}{' stands out' * row.outlier}</th>"
        f"<td>{number_text(row.before, 2)}</td><td>{number_text(row.after, 2)}</td>"
        f'<td class="bar"><span class="before" style="width:{100 * row.before / worst:.1f}%"></span>'
        f'<span class="after" style="width:{100 * row.after / worst:.1f}%"></span></td></tr>'
        for row in ordered
    ]
    head = (
        '<table class="figures landmarks"><thead><tr><td>landmark</td><td>before, mm</td><td>after, mm</td><td></td>'
        "</tr></thead><tbody>"
    )
    shown, more = "".join(lines[:_SHOWN_LANDMARKS]), "".join(lines[_SHOWN_LANDMARKS:])
    table = f"{head}{shown}</tbody></table>"
    if more:
        count = len(lines) - _SHOWN_LANDMARKS
        table += f"<details><summary>{count} more</summary>{head}{more}</tbody></table></details>"
    return (
        '<section><h2>Landmarks</h2><p class="quiet">Sorted by distance after registration, largest '
        f"first.</p>{table}</section>"
    )
