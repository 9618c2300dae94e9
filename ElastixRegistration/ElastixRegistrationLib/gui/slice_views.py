"""Fitting of slice views to their content, after the layout has set their size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt
import slicer
import vtk

#: After a change of the layout, the views get their size in one of the next passes of the event loop.
_PASS_MS = 15
_EQUAL_PASSES = 3
_MAX_PASSES = 40


class WhenLaidOut:
    """Calls a function once the slice views have their size in a new layout; one call at a time."""

    def __init__(self) -> None:
        self._action: Callable[[], None] | None = None
        self._sizes: tuple[Any, ...] = ()
        self._passes = self._equal = 0
        self._timer = qt.QTimer()
        self._timer.setInterval(_PASS_MS)
        self._timer.connect("timeout()", self._look)

    def call(self, action: Callable[[], None]) -> None:
        """Schedule an action; it replaces a waiting one."""
        self._action, self._sizes, self._passes, self._equal = action, (), 0, 0
        self._timer.start()

    @property
    def isWaiting(self) -> bool:
        return self._action is not None

    def stop(self) -> None:
        """Cancel a waiting action."""
        self._timer.stop()
        self._action = None

    def _look(self) -> None:
        sizes = tuple(node.GetDimensions() for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"))
        self._passes += 1
        self._equal = self._equal + 1 if sizes == self._sizes else 0
        self._sizes = sizes
        if self._equal >= _EQUAL_PASSES or self._passes >= _MAX_PASSES:
            self._timer.stop()
            action, self._action = self._action, None
            if action is not None:
                action()


def fitViews(names: list[str] | None = None) -> None:
    """Fit the slice views with these names to their whole volumes, centered; None means all views."""
    manager = slicer.app.layoutManager()
    if manager is None:
        return
    for name in manager.sliceViewNames():
        if names is None or name in names:
            manager.sliceWidget(name).sliceLogic().FitSliceToAll()


def viewsToFit(volume: Any) -> list[str]:
    """Names of the slice views whose background is not ``volume``, or that do not show its center."""
    manager = slicer.app.layoutManager()
    if manager is None:
        return []
    widgets = {name: manager.sliceWidget(name) for name in manager.sliceViewNames()}
    return [
        name
        for name, widget in widgets.items()
        if widget.mrmlSliceCompositeNode().GetBackgroundVolumeID() != volume.GetID()
        or not _hasMiddleInView(widget.mrmlSliceNode(), volume)
    ]


def _hasMiddleInView(sliceNode: Any, volume: Any) -> bool:
    bounds = [0.0] * 6
    volume.GetRASBounds(bounds)
    middle = [(bounds[2 * axis] + bounds[2 * axis + 1]) / 2 for axis in range(3)]
    toSlice = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(sliceNode.GetSliceToRAS(), toSlice)
    x, y, _z, _one = toSlice.MultiplyPoint((*middle, 1.0))
    width, height = sliceNode.GetFieldOfView()[:2]
    left, bottom = sliceNode.GetXYZOrigin()[:2]
    return abs(x - left) <= width / 2 and abs(y - bottom) <= height / 2


def jumpTo(ras: Sequence[float]) -> None:
    """Move all slice views to a position in world, mm."""
    for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        node.JumpSliceByCentering(*ras)
