"""Error over seconds as an SVG file that needs nothing else: a panel for each pair, a dot for each method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

WIDTH, HEIGHT, COLUMNS = 560, 330, 2
LEFT, RIGHT, TOP, BOTTOM = 58, 16, 34, 44
COLORS = {
    "ours": "#c2410c",
    "SlicerElastix": "#1d4ed8",
    "ANTs": "#047857",
    "Greedy": "#7c3aed",
    "SimpleITK": "#52525b",
}
LETTER = 5.6  # width of a letter of a label, roughly


@dataclass(frozen=True)
class Dot:
    group: str
    label: str
    seconds: float
    error: float


def scatter_svg(panels: dict[str, Sequence[Dot]], unit: dict[str, str], footer: str) -> str:
    """``unit``: what the error of a panel is, by its title. Dots far above the others are drawn at the upper rim."""
    rows = -(-len(panels) // COLUMNS)
    columns = min(COLUMNS, len(panels))
    width, height = WIDTH * columns, HEIGHT * rows + 48
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="11" fill="#18181b"><rect width="100%" height="100%" fill="white"/>'
    ]
    for number, (title, dots) in enumerate(panels.items()):
        x, y = number % COLUMNS * WIDTH, number // COLUMNS * HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{_panel(title, dots, unit[title])}</g>')
    groups = [g for g in COLORS if any(dot.group == g for dots in panels.values() for dot in dots)]
    for number, group in enumerate(groups):
        at = LEFT + 98 * number
        parts.append(f'<circle cx="{at}" cy="{height - 34}" r="5" fill="{COLORS[group]}"/>')
        parts.append(f'<text x="{at + 10}" y="{height - 30}">{escape(group)}</text>')
    parts.append(f'<text x="{LEFT}" y="{height - 10}" fill="#52525b">{escape(footer)}</text></svg>')
    return "".join(parts) + "\n"


def _panel(title: str, dots: Sequence[Dot], unit: str) -> str:
    errors, seconds = (np.array([getattr(dot, name) for dot in dots]) for name in ("error", "seconds"))
    top = min(errors.max(), 4 * np.median(errors)) * 1.1 or 1.0
    low, high = np.log(seconds.min() / 1.3), np.log(seconds.max() * 1.6)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (np.log(value) - low) / (high - low)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(value, top) / top)

    parts = [f'<text x="{LEFT}" y="18" font-size="14" font-weight="bold">{escape(title)}</text>']
    step = _step(top)
    for tick in np.arange(0, top, step):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#e4e4e7"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.4g}</text>')
    for tick in (t * 10.0**p for p in range(-1, 4) for t in (1, 2, 5)):
        if low <= np.log(tick) <= high:
            parts.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick:g}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">seconds</text>')
    parts.append(f'<text transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">{escape(unit)}</text>')
    # No label covers a dot.
    taken = [(y(dot.error) + 4, x(dot.seconds) - 5, x(dot.seconds) + 5) for dot in dots]
    for dot in sorted(dots, key=lambda dot: (dot.group != "ours", dot.error)):
        at = x(dot.seconds), y(dot.error)
        parts.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="4.5" fill="{COLORS.get(dot.group, "#000")}"/>')
        label = dot.label + (f" ({dot.error:.3g})" if dot.error > top else "")
        length = LETTER * len(label)
        left = at[0] + 8 if at[0] + 8 + length < WIDTH else at[0] - 8 - length
        lines = [at[1] + 4 + offset for n in range(12) for offset in (11 * n, -11 * n)]
        line = next((line for line in lines if _is_free(line, left, left + length, taken)), lines[0])
        taken.append((line, left, left + length))
        color = COLORS.get(dot.group, "#000")
        if line != lines[0]:
            ends = f'x1="{at[0]:.1f}" y1="{at[1]:.1f}" x2="{left:.1f}" y2="{line - 4:.1f}"'
            parts.append(f'<line {ends} stroke="{color}" stroke-width="0.6"/>')
        parts.append(f'<text x="{left:.1f}" y="{line:.1f}" fill="{color}">{escape(label)}</text>')
    return "".join(parts)


def _is_free(line: float, left: float, right: float, taken: list[tuple[float, float, float]]) -> bool:
    inside = TOP < line < HEIGHT - BOTTOM
    return inside and not any(abs(line - other) < 11 and left < end and right > start for other, start, end in taken)


def _step(top: float) -> float:
    power = 10.0 ** np.floor(np.log10(top / 4))
    return min(s * power for s in (1, 2, 5, 10) if s * power >= top / 5)
