"""A plot of the metric over the iterations, during a run. Slicer's Python has no QtCharts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from ..core.report.convergence_curve import Curve, ResolutionCurve, curve_of

_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 18, 20
_GAP = 6  # above and below a curve, and between the words of two stages
_LINE, _RULE = "#1f77b4", "#909090"


class MetricPlot(qt.QWidget):
    """``setIterations(rows)`` shows elastix's iteration table; an empty one shows nothing.

    Each resolution has its own range, because it compares finer images, whose metric has a different level.
    """

    def __init__(self, parent: Any = None):
        qt.QWidget.__init__(self, parent)
        self._curve: Curve | None = None
        self.minimumHeight = 110

    def setIterations(self, iterations: Sequence[Any]) -> None:
        self._curve = curve_of(iterations, points=max(50, self.width // 2))
        self.update()

    @property
    def curve(self) -> Curve | None:
        """The displayed curve; None before the first iteration."""
        return self._curve

    def paintEvent(self, event: Any) -> None:
        painter = qt.QPainter()
        painter.begin(self)
        painter.fillRect(self.rect, self.palette.color(qt.QPalette.Base))
        if self._curve is not None:
            self._paint(painter, self._curve)
        painter.end()

    def _paint(self, painter: Any, curve: Curve) -> None:
        width, height = self.width - _LEFT - _RIGHT, self.height - _TOP - _BOTTOM
        span = max(1, curve.count - 1)

        def x(index: float) -> float:
            return _LEFT + width * index / span

        ends = [stage.start for stage in curve.stages[1:]] + [curve.count - 1]
        text = self.palette.color(qt.QPalette.Text)
        for number, (stage, end) in enumerate(zip(curve.stages, ends, strict=True), 1):
            for n, resolution in enumerate(stage.resolutions):
                self._paintRule(painter, int(x(resolution.start)), height, isStage=n == 0)
                self._paintResolution(painter, resolution, x, height)
            painter.setPen(text)
            left, room = int(x(stage.start)), int(x(end) - x(stage.start)) - _GAP
            title = self._title(number, room)
            painter.drawText(qt.QRect(left, 0, room, _TOP), qt.Qt.AlignLeft | qt.Qt.AlignVCenter, title)
        painter.setPen(text)
        self._paintCaption(painter, curve.count, qt.QRect(_LEFT, _TOP + height, width, _BOTTOM))

    def _title(self, number: int, room: int) -> str:
        """The title, shortened to the available width."""
        texts = (_("Stage {n}").format(n=number), str(number))
        return next((text for text in texts if self.fontMetrics().boundingRect(text).width() < room), "")

    def _paintCaption(self, painter: Any, count: int, place: Any) -> None:
        caption, counted = _("Metric in each resolution"), _("{count} iterations").format(count=count)
        painter.drawText(place, qt.Qt.AlignLeft | qt.Qt.AlignVCenter, caption)
        metrics = self.fontMetrics()
        if metrics.boundingRect(caption).width() + metrics.boundingRect(counted).width() + 2 * _GAP < place.width():
            painter.drawText(place, qt.Qt.AlignRight | qt.Qt.AlignVCenter, counted)

    def _paintRule(self, painter: Any, x: int, height: int, isStage: bool) -> None:
        pen = qt.QPen(qt.QColor(_RULE))
        pen.setStyle(qt.Qt.SolidLine if isStage else qt.Qt.DotLine)
        painter.setPen(pen)
        painter.drawLine(x, _TOP, x, _TOP + height)

    def _paintResolution(
        self, painter: Any, resolution: ResolutionCurve, x: Callable[[float], float], height: int
    ) -> None:
        low, high = resolution.low, resolution.high

        def y(value: float) -> float:
            return _TOP + _GAP + (height - 2 * _GAP) * (high - min(max(value, low), high)) / (high - low)

        painter.setRenderHint(qt.QPainter.Antialiasing)
        pen = qt.QPen(qt.QColor(_LINE))
        pen.setWidthF(1.5)
        painter.setPen(pen)
        path = qt.QPainterPath()
        path.moveTo(x(resolution.points[0][0]), y(resolution.points[0][1]))
        for index, value in resolution.points[1:]:
            path.lineTo(x(index), y(value))
        painter.drawPath(path)
