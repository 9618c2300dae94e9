"""A cohort as one HTML page, with the cases to check first at the top. It loads nothing from other sites.

The pictures of the first cases are embedded, so that the page can be sent; the others are loaded from the case folders.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from html import escape
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ..core.quality.figures import MEAN_OVERLAP, REFUSED, Figure, with_mean_overlap
from ..core.report.page import FILE_NAME as REPORT
from ..core.report.style import STYLE
from ..core.system.file_names import CASE_RESULT
from ..core.system.output_files import whole_file
from .summary import CaseOutcome, RankedCase, ranked
from .task import PREVIEW

_MAX_EMBEDDED = 300
_MAX_COLUMNS = 8

_STYLE = """
main { max-width: 1500px; } table { width: 100%; } th, td { padding: 6px 10px; vertical-align: middle; }
thead th { position: sticky; top: 0; background: #fff; color: var(--quiet); font-size: 12.5px; vertical-align: bottom; }
tbody tr { border-top: 1px solid var(--rule); } td.number { text-align: right; white-space: nowrap; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 9em; } td.number .quiet { font-size: 12px; }
img.preview { display: block; height: 84px; background: #000; border-radius: 4px; }
.why { color: var(--bad); font-weight: 400; font-size: 13px; } td.odd { color: var(--bad); font-weight: 600; }
.tiles { display: flex; gap: 28px; flex-wrap: wrap; } .tiles b { font-size: 24px; display: block; line-height: 1.3; }
@media print { thead th { position: static; } img.preview { height: 56px; } }
"""


def write_page(outcomes: Sequence[CaseOutcome], folder: Path, name: str) -> Path:
    """Write the page as ``folder/name``, all or nothing; ``folder`` contains the case folders."""
    path = folder / name
    with whole_file(path) as draft:
        draft.write_text(cohort_html(outcomes, folder), encoding="utf-8")
    return path


def cohort_html(outcomes: Sequence[CaseOutcome], folder: Path) -> str:
    """The page as text."""
    rows = ranked(outcomes)
    columns = _columns(outcomes)
    heads = "".join(f'<th scope="col" style="text-align:right">{escape(text)}</th>' for text in columns.values())
    body = "".join(_row(place, row, list(columns), folder) for place, row in enumerate(rows))
    table = (
        f'<section><table><thead><tr><th scope="col">Case</th><th scope="col">Fixed orange, moved blue</th>{heads}'
        f'<th scope="col" style="text-align:right">Seconds</th></tr></thead><tbody>{body}</tbody></table></section>'
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data: file: 'self';"
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Cohort of {len(outcomes)} cases</title><style>{STYLE}{_STYLE}</style></head>\n<body><main>\n"
        f"{_header(rows)}\n{table}\n</main></body></html>\n"
    )


def _header(rows: Sequence[RankedCase]) -> str:
    states = Counter(row.outcome.state for row in rows)
    unusual = sum(bool(row.reasons) for row in rows)
    tiles = {
        "cases": len(rows),
        "done": states["done"],
        "kept from an earlier run": states["kept"],
        "failed": states["failed"],
    }
    tiles |= {"not run": states["not run"], "unusual": unusual}
    shown = "".join(f"<div><b>{count}</b>{text}</div>" for text, count in tiles.items() if count or text == "failed")
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    return (
        f'<header><h1>Cohort</h1><div class="tiles">{shown}</div><p class="quiet" '
        f'style="margin-top:12px">Made {made}. Failed cases come first, then those whose worst figure is '
        "farthest from the others in the bad direction (modified z-score; unusual from 3.5 on).</p></header>"
    )


def _columns(outcomes: Sequence[CaseOutcome]) -> dict[str, str]:
    """Names and headers of the figures to show. The mean overlap of many labels replaces the single ones."""
    found = {figure.name: figure for outcome in outcomes for figure in outcome.figures}
    figures = with_mean_overlap(list(found.values()))
    if len(figures) > _MAX_COLUMNS:
        figures = [one for one in figures if one.name == MEAN_OVERLAP or not one.name.startswith("Dice")]
    return {figure.name: f"{figure.name} {figure.unit}".strip() for figure in figures}


def _row(place: int, row: RankedCase, columns: Sequence[str], folder: Path) -> str:
    outcome = row.outcome
    why = escape("; ".join(row.reasons) or outcome.error)
    state = "" if outcome.state == "done" else f'<div class="why">{escape(outcome.state)}</div>'
    if outcome.state == "kept":
        state = '<div class="quiet">kept</div>'
    verdict = ""
    if outcome.status:
        kind = "why" if outcome.status in REFUSED else "quiet"
        links = f'<a href="{quote(outcome.case)}/{CASE_RESULT}">figures</a>'
        if (folder / outcome.case / REPORT).is_file():
            links = f'<a href="{quote(outcome.case)}/{REPORT}">report</a>, {links}'
        verdict = f'<div class="{kind}" title="{escape(outcome.verdict, quote=True)}">{outcome.status}, {links}</div>'
    how = " with ".join(filter(None, (outcome.method, outcome.fixed)))
    made = f'<div class="quiet">{escape(how)}</div>' if how else ""
    head = f'<th scope="row">{escape(outcome.case)}{made}{state}{verdict}<div class="why">{why}</div></th>'
    figures = {figure.name: figure for figure in with_mean_overlap(outcome.figures, fewest=1)}
    cells = "".join(
        _cell(figures.get(name), odd=any(r.startswith(f"{name} is") for r in row.reasons)) for name in columns
    )
    seconds = outcome.seconds.get("all")
    time = f'<td class="number">{"" if seconds is None else f"{seconds:.1f}"}</td>'
    return f"<tr>{head}<td>{_picture(place, outcome, folder)}</td>{cells}{time}</tr>\n"


def _cell(figure: Figure | None, *, odd: bool) -> str:
    if figure is None or not np.isfinite(figure.after):
        return "<td></td>"
    before = "" if figure.before is None else f'<div class="quiet">{figure.before:.{figure.digits}f} before</div>'
    return f'<td class="number{" odd" * odd}">{figure.after:.{figure.digits}f}{before}</td>'


def _picture(place: int, outcome: CaseOutcome, folder: Path) -> str:
    path = folder / outcome.case / PREVIEW
    if not outcome.has_result or not path.is_file():
        return ""
    source = f"{quote(outcome.case)}/{PREVIEW}"
    if place < _MAX_EMBEDDED:
        source = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    alt = escape(f"Overlay of {outcome.case}", quote=True)
    return f'<img class="preview" loading="lazy" src="{source}" alt="{alt}">'
