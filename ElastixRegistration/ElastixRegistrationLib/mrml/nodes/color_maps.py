"""Colors and legends that make values of a deformation readable in a slice view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer

_COLORS = 256
#: Position from 0 to 1, and color. Local volume change is white where nothing changes, blue where space shrinks, red
#: where it grows, and yellow, the first color, where it folds. The colors are those of Moreland's diverging map.
VOLUME_CHANGE = (
    (0.0, (1.0, 0.9, 0.0)),
    (0.004, (0.230, 0.299, 0.754)),
    (0.5, (0.96, 0.96, 0.96)),
    (1.0, (0.706, 0.016, 0.150)),
)
#: Viridis, even in lightness: larger displacements are lighter.
DISPLACEMENT = (
    (0.0, (0.267, 0.005, 0.329)),
    (0.25, (0.229, 0.322, 0.546)),
    (0.5, (0.128, 0.567, 0.551)),
    (0.75, (0.369, 0.789, 0.383)),
    (1.0, (0.993, 0.906, 0.144)),
)


def color_node(scene: Any, name: str, stops: Sequence[tuple[float, tuple[float, float, float]]]) -> Any:
    """The color table of that name, created if the scene has none."""
    found = scene.GetFirstNode(name, "vtkMRMLColorTableNode")
    if found is not None:
        return found
    node = slicer.vtkMRMLColorTableNode()
    node.SetName(name)
    node.SetTypeToUser()
    node.SetNumberOfColors(_COLORS)
    positions = [position for position, _ in stops]
    channels = [np.interp(np.linspace(0, 1, _COLORS), positions, [rgb[n] for _, rgb in stops]) for n in range(3)]
    for index, (red, green, blue) in enumerate(zip(*channels, strict=True)):
        node.SetColor(index, str(index), float(red), float(green), float(blue), 1.0)
    scene.AddNode(node)
    return node


def show_in_colors(volume_node: Any, colors: Any, low: float, high: float, title: str) -> Any:
    """Show a scalar volume in ``colors`` from ``low`` to ``high``. Returns the display node of its legend."""
    if volume_node.GetDisplayNode() is None:
        volume_node.CreateDefaultDisplayNodes()
    display = volume_node.GetDisplayNode()
    display.SetAndObserveColorNodeID(colors.GetID())
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(high - low, (high + low) / 2)
    legend = next(
        (
            node
            for node in map(volume_node.GetNthDisplayNode, range(volume_node.GetNumberOfDisplayNodes()))
            if node is not None and node.IsA("vtkMRMLColorLegendDisplayNode")
        ),
        None,
    )
    if legend is None:
        # Slicer's module for this has its logic in a plugin, which only creates this node.
        legend = slicer.vtkMRMLColorLegendDisplayNode()
        volume_node.GetScene().AddNode(legend)
        volume_node.AddAndObserveDisplayNodeID(legend.GetID())
    legend.SetAndObservePrimaryDisplayNode(display)
    legend.SetTitleText(title)
    legend.SetLabelFormat("%.2f")
    legend.SetNumberOfLabels(5)
    legend.SetVisibility(True)
    return legend
