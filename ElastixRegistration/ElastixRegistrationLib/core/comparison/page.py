"""A comparison as one HTML page: ranking, time, differences between results, and pictures.

It loads nothing from elsewhere and contains no file names, only the caller's names of pairs and methods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from html import escape

import numpy as np

from ..images.overlay import data_uri, side_by_side
from ..images.pictures import gray, normalized, planes_of, png_bytes, window_of
from ..report.document import html_document
from .agreement import Agreement
from .plot import Dot, pareto_front, scatter_svg
from .ranking import Ranking
from .records import LANDMARKS
from .text import better_word, cells, heads

PAGE_STYLE = """
.ranking { width: 100%; } .ranking td, .ranking th { padding: 6px 8px; border-bottom: 1px solid var(--rule);
  text-align: right; vertical-align: top; } .ranking td:first-child, .ranking th:first-child { text-align: left; }
.ranking thead th { color: var(--quiet); } .ranking tbody tr:first-child td { font-weight: 600; }
.side { display: grid; gap: 10px; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); }
.side figure { background: none; } .side img { background: #000; }
.map { width: min(100%, 620px); }
.side figcaption { font-size: 13px; color: var(--quiet); }
.plot text { text-anchor: start; } .plot .x { text-anchor: middle; } .plot .y { text-anchor: end; }
"""
#: Colors of the map of disagreement, from 0 to ``_RED_FACTOR`` times the threshold.
_RED_FACTOR = 3.0


@dataclass(frozen=True)
class PairPictures:
    """``overlays``: PNG for each method, by name. ``agreement``: of the methods, drawn over ``fixed`` (k, j, i) on its
    grid."""

    name: str
    overlays: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    agreement: Agreement | None = None
    fixed: np.ndarray | None = field(default=None, repr=False)


def comparison_html(ranking: Ranking, pairs: Sequence[PairPictures] = (), title: str = "Comparison") -> str:
    """The page as text."""
    sections = [
        _header(ranking, title),
        f"<section><h2>Ranking</h2>{ranking_table(ranking)}{_explained(ranking)}</section>",
    ]
    sections += [_cost(ranking), _agreement(ranking, pairs), _pictures(ranking, pairs)]
    return html_document(title, sections, PAGE_STYLE)


def ranking_table(ranking: Ranking) -> str:
    """The table alone, for a page or a notebook."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads(ranking))
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in cells(ranking, row))}</tr>" for row in ranking.rows
    )
    return f'<table class="ranking"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _header(ranking: Ranking, title: str) -> str:
    made = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    pairs = len({record.pair for record in ranking.records})
    runs = len(ranking.records)
    mood = "even" if ranking.measure is None else "good"
    notes = "".join(f"<li>{escape(note)}</li>" for note in ranking.notes)
    notes = f'<ul style="margin-top:12px">{notes}</ul>' if notes else ""
    return (
        f"<header><h1>{escape(title)}</h1>"
        f'<p class="quiet">{len(ranking.rows)} methods, {pairs} pair{"s" * (pairs != 1)}, {runs} registrations.'
        f' Made {made}.</p><p class="verdict {mood}">{escape(ranking.sentence)}</p>'
        f"{notes}</header>"
    )


def _explained(ranking: Ranking) -> str:
    if ranking.measure is None:
        return ""
    compared = [row.behind for row in ranking.rows if row.behind is not None and row.behind.is_known]
    if not compared:
        return ""
    level = f"{100 * compared[0].confidence:.2f} %"
    return (
        f'<p class="quiet" style="margin-top:12px">From the best: mean paired difference over {ranking.count} '
        f"{ranking.units} and its bootstrap interval (BCa), each at {level} so that all hold simultaneously at 95 "
        "%. If an interval includes 0, no difference is shown, which does not mean that there is none.</p>"
    )


def _cost(ranking: Ranking) -> str:
    rows = [
        (row.name, row.seconds, row.mean) for row in ranking.rows if row.seconds is not None and row.mean is not None
    ]
    if len(rows) < 2:
        return ""
    points = [(seconds, mean) for _, seconds, mean in rows if seconds is not None and mean is not None]
    front = pareto_front(points, less_is_better=ranking.measure == LANDMARKS)
    dots = [Dot(name, *point, on) for (name, _, _), point, on in zip(rows, points, front, strict=True)]
    unit = f", {ranking.unit}" if ranking.unit else ""
    return (
        '<section><h2>Time and accuracy</h2><p class="quiet">Mean seconds of a registration against the mean'
        f" {ranking.measure} ({better_word(ranking.measure)} is better). Gray: another method is both faster and"
        f" better.</p>{scatter_svg(dots, f'{ranking.measure}{unit}')}</section>"
    )


def _agreement(ranking: Ranking, pairs: Sequence[PairPictures]) -> str:
    blocks = []
    for pair in pairs:
        if pair.agreement is None or pair.fixed is None:
            continue
        picture = data_uri(agreement_png(pair.agreement, pair.fixed))
        rows = "".join(
            f"<tr><th>{escape(one)} and {escape(other)}</th><td>{mm:.2f}</td></tr>"
            for (one, other), mm in sorted(pair.agreement.between.items(), key=lambda item: item[1])
        )
        blocks.append(
            f'<div class="block"><h3>{escape(pair.name)}</h3><p>{escape(pair.agreement.sentence())}</p>'
            f'<img src="{picture}" alt="Disagreement, {escape(pair.name, quote=True)}" class="map">'
            f'<details><summary>Mean distance between two methods, mm</summary><table class="figures"><tbody>{rows}'
            "</tbody></table></details></div>"
        )
    if not blocks:
        return ""
    threshold = next(pair.agreement.threshold_mm for pair in pairs if pair.agreement is not None)
    left_out = "" if len(ranking.contenders) == len(ranking.rows) else " Methods that are worse are left out."
    return (
        '<section><h2>Where the results differ</h2><p class="quiet">The largest distance between the points to '
        f"which two methods map the same point: yellow from {threshold:g} mm, red from {_RED_FACTOR * threshold:g} mm. "
        f"Agreement proves nothing: methods can share an error.{left_out}</p>{''.join(blocks)}</section>"
    )


def agreement_png(agreement: Agreement, fixed: np.ndarray) -> bytes:
    """The distances in color over the fixed image, (k, j, i) on the agreement's grid, in up to three planes."""
    window = window_of(fixed)
    tiles = []
    for plane in planes_of(agreement.geometry, max_pixels=280):
        base = np.repeat(gray(normalized(plane.cut(fixed), window))[..., None], 3, axis=-1).astype(float)
        amount = plane.cut(agreement.distance) / agreement.threshold_mm
        hot = np.clip((amount - 1) / (_RED_FACTOR - 1), 0, 1)[..., None]
        color = (1 - hot) * np.array([255.0, 214, 10]) + hot * np.array([214.0, 40, 40])
        weight = np.where(amount >= 1, 0.6, 0.0)[..., None]
        tiles.append(((1 - weight) * base + weight * color).astype(np.uint8))
    return png_bytes(side_by_side(tiles))


def _pictures(ranking: Ranking, pairs: Sequence[PairPictures]) -> str:
    blocks = []
    for pair in pairs:
        names = [row.name for row in ranking.rows if row.name in pair.overlays]
        figures = "".join(
            f'<figure><img src="{data_uri(pair.overlays[name])}" alt="{escape(pair.name, quote=True)} by'
            f' {escape(name, quote=True)}"><figcaption>{escape(name)}</figcaption></figure>'
            for name in names
        )
        if figures:
            name = escape(pair.name)
            blocks.append(f'<div class="block"><h3>{name}</h3><div class="side">{figures}</div></div>')
    if not blocks:
        return ""
    return (
        '<section><h2>Side by side</h2><p class="quiet">The fixed image is <span class="fixed">orange</span>, the moved'
        f' image <span class="moving">blue</span>; gray where they agree.</p>{"".join(blocks)}</section>'
    )
