"""The metric over the iterations as an inline SVG, one panel per stage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any, Protocol

import numpy as np

WIDTH, HEIGHT = 760, 220
LEFT, RIGHT, TOP, BOTTOM = 78, 20, 22, 40
_LOOK = {
    "rule": 'stroke="#dde2e8"',
    "change": 'stroke="#9aa5b1" stroke-dasharray="4 4"',
    "x": 'text-anchor="middle" fill="#66717f" font-size="12"',
    "y": 'text-anchor="end" fill="#66717f" font-size="12"',
    "name": 'fill="#66717f" font-size="12"',
    "raw": 'fill="none" stroke="#a9c8e3" stroke-width="1"',
    "trend": 'fill="none" stroke="#1f6fb2" stroke-width="1.8"',
}
MAX_POINTS = 600  # per resolution; more cannot be seen


class IterationRow(Protocol):
    """One line of elastix's iteration table."""

    @property
    def stage(self) -> int: ...

    @property
    def resolution(self) -> int: ...

    @property
    def metric(self) -> float | None: ...


def convergence_svgs(iterations: Iterable[IterationRow]) -> list[str]:
    """An SVG element for each stage, in order.

    Rows without a finite metric are left out. Resolutions follow each other along the axis, separated by dashed lines,
    because each level of the image pyramid has its own scale of the metric.
    """
    rows = [row for row in iterations if row.metric is not None and np.isfinite(row.metric)]
    stages = groupby(rows, key=lambda row: row.stage)
    return [with_look(_stage_svg(number, list(group))) for number, (_, group) in enumerate(stages, 1)]


def with_look(svg: str) -> str:
    """Repeats ``style.STYLE`` as attributes, for programs that ignore style sheets inside an SVG."""
    return re.sub(r'class="(\w+)"', lambda match: f"{match[0]} {_LOOK.get(match[1], '')}".rstrip(), svg)


def _stage_svg(stage: int, rows: list[IterationRow]) -> str:
    runs = [
        np.array([row.metric for row in group], float) for _, group in groupby(rows, key=lambda row: row.resolution)
    ]
    total = len(rows)
    low, high = _range(np.concatenate(runs))
    ticks = _ticks(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])

    def x(i: Any) -> Any:
        return LEFT + (WIDTH - LEFT - RIGHT) * i / max(total - 1, 1)

    def y(value: Any) -> Any:
        inside = np.clip(value, low, high)
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - inside) / (high - low)

    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="Metric over {total} iterations of stage {stage}">'
    ]
    for tick in ticks:
        parts.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="y" x="{LEFT - 8}" y="{y(tick) + 4:.1f}">{_label(tick, ticks)}</text>')
    bottom, start = HEIGHT - BOTTOM, 0
    for resolution, metric in enumerate(runs, 1):
        if start:
            parts.append(f'<line class="change" x1="{x(start):.1f}" x2="{x(start):.1f}" y1="{TOP}" y2="{bottom}"/>')
        middle = x(start + (len(metric) - 1) / 2)
        parts.append(f'<text class="x" x="{middle:.1f}" y="{TOP - 8}">resolution {resolution}</text>')
        at = np.arange(start, start + len(metric))
        if len(metric) < 40:
            parts.append(_line("trend", x(at), y(metric)))
        else:
            # The running median shows the trend, because random sampling makes the metric jump between iterations.
            parts.append(_line("raw", x(at), y(metric)))
            parts.append(_line("trend", x(at), y(_running_median(metric, max(5, len(metric) // 40) | 1))))
        start += len(metric)
    for i in {0, *(int(f * (total - 1)) for f in (0.25, 0.5, 0.75)), total - 1}:
        parts.append(f'<text class="x" x="{x(i):.1f}" y="{bottom + 17}">{i + 1}</text>')
    parts.append(f'<text class="x" x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}">iteration</text>')
    parts.append(f'<text class="x" transform="translate(14 {(TOP + bottom) / 2:.0f}) rotate(-90)">metric</text>')
    return "".join(parts) + "</svg>"


def _line(name: str, x: np.ndarray, y: np.ndarray) -> str:
    step = max(1, len(x) // MAX_POINTS)
    if len(x) == 1:
        return f'<circle class="{name}" cx="{x[0]:.1f}" cy="{y[0]:.1f}" r="2"/>'
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[::step], y[::step], strict=True))
    return f'<polyline class="{name}" points="{points}"/>'


def _range(values: np.ndarray) -> tuple[float, float]:
    """Range without single outliers, because the first iterations of a stage can be far off."""
    low, high = np.percentile(values, [0.2, 99.8]) if len(values) > 500 else (values.min(), values.max())
    if low == high:
        low, high = low - max(abs(low), 1) * 0.05, high + max(abs(high), 1) * 0.05
    return float(low), float(high)


def _ticks(low: float, high: float) -> np.ndarray:
    raw = (high - low) / 5
    power = 10.0 ** np.floor(np.log10(raw))
    step = min(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw)
    return step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)


def _label(value: float, ticks: np.ndarray) -> str:
    step = ticks[1] - ticks[0] if len(ticks) > 1 else max(abs(value), 1)
    if max(abs(ticks[0]), abs(ticks[-1])) >= 1e5:
        return f"{value:.3g}"
    return f"{value:.{max(0, int(np.ceil(-np.log10(step) + 0.3)))}f}".replace("-", "\N{MINUS SIGN}")


def _running_median(values: np.ndarray, width: int) -> np.ndarray:
    padded = np.pad(values, width // 2, mode="reflect")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=-1)
