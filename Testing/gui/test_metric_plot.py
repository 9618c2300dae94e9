"""The plot of the metric: it falls where the registration improves, in every resolution, and its words fit."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.elastix.progress import Iteration


def rows(stages, resolutions, count, level):
    """A metric that falls within each resolution, and jumps up to the next, as mutual information does."""
    return [
        Iteration(stage, resolution, n, level * resolution - np.exp(-n / 30), 1.0, 1.0, 1.0)
        for stage in range(stages)
        for resolution in range(resolutions)
        for n in range(count)
    ]


@pytest.fixture
def plot(host):
    from ElastixRegistrationLib.gui.metric_plot import MetricPlot

    return MetricPlot()


def drawn(host, plot, path, width):
    """Pixels of the curve's color, (rows, columns)."""
    from PySide6.QtGui import QImage

    host.screenshot(plot, path, width, 130)
    image = QImage(str(path))
    blue = [
        (y, x)
        for x in range(image.width())
        for y in range(image.height())
        if (c := image.pixelColor(x, y)).blue() > c.red() + 60
    ]
    return np.array(blue)


@pytest.mark.parametrize("width", [330, 430])
def test_each_resolution_fills_the_height(host, plot, tmp_path, width):
    """It reads as failure where the second resolution stands above the first."""
    plot.setIterations(rows(1, 2, 200, level=4.0))
    pixels = drawn(host, plot, tmp_path / "plot.png", width)
    halves = [pixels[pixels[:, 1] < width / 2 - 6], pixels[pixels[:, 1] > width / 2 + 6]]
    heights = [half[:, 0].max() - half[:, 0].min() for half in halves]
    assert min(heights) > 60
    assert abs(halves[0][:, 0].min() - halves[1][:, 0].min()) < 8
    assert abs(halves[0][:, 0].max() - halves[1][:, 0].max()) < 20
