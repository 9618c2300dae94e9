"""Time against accuracy as an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..report.convergence_plot import with_look

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 78, 150, 18, 44
#: Colors of dots that no other dot beats, and of the rest.
_ACCENT, _BEHIND = "#1f6fb2", "#9aa5b1"


@dataclass(frozen=True)
class Dot:
    """``x`` in seconds, ``y`` in the unit of the measure; ``on_front``: nothing is both faster and better."""

    name: str
    x: float
    y: float
    on_front: bool = False


def pareto_front(points: Sequence[tuple[float, float]], *, less_is_better: bool) -> list[bool]:
    """For each (seconds, value), whether no other point is at least as good in both and better in one."""
    costs = [(x, y if less_is_better else -y) for x, y in points]
    return [not any(o[0] <= c[0] and o[1] <= c[1] and (o[0] < c[0] or o[1] < c[1]) for o in costs) for c in costs]


def scatter_svg(
    dots: Sequence[Dot], y_label: str, *, x_label: str = "seconds", x_unit: str = " s", named: bool = True
) -> str:
    """``named``: write the names next to the dots; otherwise they are tool tips."""
    xs, ys = np.array([dot.x for dot in dots]), np.array([dot.y for dot in dots])
    x_ticks, y_ticks = _ticks(0.0, float(xs.max())), _ticks(float(ys.min()), float(ys.max()))
    x_low, x_high = 0.0, max(float(xs.max()), float(x_ticks[-1]))
    y_low, y_high = min(float(ys.min()), float(y_ticks[0])), max(float(ys.max()), float(y_ticks[-1]))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (WIDTH - LEFT - RIGHT) * (x - x_low) / (x_high - x_low or 1)
        down = (HEIGHT - TOP - BOTTOM) * (y_high - y) / (y_high - y_low or 1)
        return LEFT + across, TOP + down

    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(y_label)} over {x_label}">'
    ]
    for tick in y_ticks:
        y = place(0, float(tick))[1]
        parts.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="y" x="{LEFT - 8}" y="{y + 4:.1f}">{tick:.4g}</text>')
    for tick in x_ticks:
        x = place(float(tick), y_low)[0]
        parts.append(f'<text class="x" x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}">{tick:.4g}</text>')
    front = sorted((dot.x, dot.y) for dot in dots if dot.on_front)
    if len(front) > 1:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in front))
        parts.append(f'<polyline class="trend" points="{line}"/>')
    taken: list[tuple[float, float]] = []
    for dot in sorted(dots, key=lambda one: one.y):
        x, y = place(dot.x, dot.y)
        color = f' style="fill:{_ACCENT if dot.on_front else _BEHIND}"'
        title = f"<title>{escape(dot.name)}: {dot.x:.4g}{x_unit}, {dot.y:.4g}</title>"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{5 if named else 3.5}"{color}>{title}</circle>')
        if named:
            at = y + 4
            while any(
                abs(at - down) < 13 and abs(x - across) < 130 for across, down in taken
            ):  # so that names of neighbors do not overlap
                at -= 13
            taken.append((x, at))
            parts.append(f'<text class="name" x="{x + 9:.1f}" y="{at:.1f}">{escape(dot.name)}</text>')
    parts.append(f'<text class="x" x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}">{x_label}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text class="x" transform="translate(14 {middle:.0f}) rotate(-90)">{escape(y_label)}</text>')
    return with_look("".join(parts) + "</svg>")


def _ticks(low: float, high: float) -> np.ndarray:
    if not low < high:
        low, high = low - max(abs(low), 1) * 0.05, high + max(abs(high), 1) * 0.05
    raw = (high - low) / 5
    power = 10.0 ** np.floor(np.log10(raw))
    step = min(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw)
    return step * np.arange(np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9) + 1)
