"""The metric over the iterations, drawn as it comes. Slicer's Python has no QtCharts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from ..core.report.convergence_curve import Curve, StageCurve, curve_of

_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 18, 20
# Between the words of one stage and those of the next.
_GAP = 8
_ROOM_FOR_NUMBER, _ROOM_FOR_RANGE = 60, 180
_LINE, _RULE, _FAINT = "#1f77b4", "#909090", "#808080"


class MetricPlot(qt.QWidget):
    """``setIterations(rows)`` shows elastix's iteration table; an empty one shows nothing."""

    def __init__(self, parent: Any = None):
        qt.QWidget.__init__(self, parent)
        self._curve: Curve | None = None
        self.minimumHeight = 130

    def setIterations(self, iterations: Sequence[Any]) -> None:
        self._curve = curve_of(iterations, points=max(50, self.width))
        self.update()

    @property
    def curve(self) -> Curve | None:
        """What is shown: None before the first iteration."""
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

        ends = [stage.starts[0] for stage in curve.stages[1:]] + [curve.count - 1]
        text = self.palette.color(qt.QPalette.Text)
        for number, (stage, end) in enumerate(zip(curve.stages, ends, strict=True), 1):
            left = int(x(stage.starts[0]))
            room = int(x(end)) - left
            self._paintStage(painter, stage, x, height)
            title = qt.QRect(left, 0, room - _GAP, _TOP)
            if room > _ROOM_FOR_NUMBER:
                painter.setPen(text)
                painter.drawText(title, qt.Qt.AlignLeft | qt.Qt.AlignVCenter, _("Stage {n}").format(n=number))
            if room > _ROOM_FOR_RANGE:
                painter.setPen(qt.QColor(_FAINT))
                values = _("{low} to {high}").format(low=f"{stage.low:.3g}", high=f"{stage.high:.3g}")
                painter.drawText(title, qt.Qt.AlignRight | qt.Qt.AlignVCenter, values)
        painter.setPen(text)
        below = qt.QRect(_LEFT, _TOP + height, width, _BOTTOM)
        painter.drawText(below, qt.Qt.AlignLeft | qt.Qt.AlignVCenter, _("Metric: lower is better"))
        count = _("{count} iterations").format(count=curve.count)
        painter.drawText(below, qt.Qt.AlignRight | qt.Qt.AlignVCenter, count)

    def _paintStage(self, painter: Any, stage: StageCurve, x: Callable[[float], float], height: int) -> None:
        def y(value: float) -> float:
            inside = min(max(value, stage.low), stage.high)
            return _TOP + height * (stage.high - inside) / (stage.high - stage.low)

        pen = qt.QPen(qt.QColor(_RULE))
        for n, start in enumerate(stage.starts):
            pen.setStyle(qt.Qt.DashLine if n else qt.Qt.SolidLine)
            painter.setPen(pen)
            painter.drawLine(int(x(start)), _TOP, int(x(start)), _TOP + height)
        painter.setRenderHint(qt.QPainter.Antialiasing)
        pen = qt.QPen(qt.QColor(_LINE))
        pen.setWidthF(1.5)
        painter.setPen(pen)
        for run in stage.runs:
            path = qt.QPainterPath()
            path.moveTo(x(run[0][0]), y(run[0][1]))
            for index, value in run[1:]:
                path.lineTo(x(index), y(value))
            painter.drawPath(path)
