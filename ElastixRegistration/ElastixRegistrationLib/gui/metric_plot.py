"""The metric over the iterations, drawn as it comes. Slicer's Python has no QtCharts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from ..core.convergence_curve import Curve, curve_of

_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 18, 20
_LINE, _RULE = "#1f77b4", "#909090"


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
        low, high = curve.low, curve.high

        def x(index: float) -> float:
            return _LEFT + width * index / span

        def y(value: float) -> float:
            return _TOP + height * (high - min(max(value, low), high)) / (high - low)

        text = self.palette.color(qt.QPalette.Text)
        painter.setPen(text)
        top, bottom = qt.QRect(_LEFT, 0, width, _TOP), qt.QRect(_LEFT, _TOP + height, width, _BOTTOM)
        painter.drawText(top, qt.Qt.AlignLeft | qt.Qt.AlignVCenter, f"{high:.4g}")
        painter.drawText(top, qt.Qt.AlignHCenter | qt.Qt.AlignVCenter, _("Metric"))
        painter.drawText(bottom, qt.Qt.AlignLeft | qt.Qt.AlignVCenter, f"{low:.4g}")
        count = _("{count} iterations").format(count=curve.count)
        painter.drawText(bottom, qt.Qt.AlignRight | qt.Qt.AlignVCenter, count)
        pen = qt.QPen(qt.QColor(_RULE))
        pen.setStyle(qt.Qt.DashLine)
        painter.setPen(pen)
        for start in curve.starts[1:]:
            painter.drawLine(int(x(start)), _TOP, int(x(start)), _TOP + height)
        painter.setRenderHint(qt.QPainter.Antialiasing)
        pen = qt.QPen(qt.QColor(_LINE))
        pen.setWidthF(1.5)
        painter.setPen(pen)
        for run in curve.runs:
            path = qt.QPainterPath()
            path.moveTo(x(run[0][0]), y(run[0][1]))
            for index, value in run[1:]:
                path.lineTo(x(index), y(value))
            painter.drawPath(path)
