"""Tables of the report page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ..quality.figures import Figure, LandmarkRow, with_mean_overlap

#: Number of landmarks shown at once; the rest can be expanded.
_SHOWN_LANDMARKS = 12
_OUTLIER = {False: "", True: ' class="outlier"'}


def figure_table(figures: Sequence[Figure], sampling: str = "") -> str:
    """``sampling``: a sentence on the voxels behind the figures."""
    if not figures:
        return ""
    note = f'<p class="quiet">{escape(sampling)}</p>' if sampling else ""
    rows = []
    for figure in with_mean_overlap(figures):
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
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table>{note}</section>"
    )


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
