"""One-click views of a result, from a checkerboard to a reveal cursor. Leaving them restores the former views."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _

from .slice_views import WhenLaidOut, fitViews

MODES = ("checkerboard", "fade", "flicker", "difference", "sideBySide", "revealCursor")
_FLICKER_MS = 500


class ComparisonViews:
    """Shows a fixed volume and a result on its grid in the slice views."""

    def __init__(self) -> None:
        self.mode = ""
        self._before: list[Callable[[], None]] = []
        self._helper: Any = None
        self._cursor: Any = None
        self._opacity = 0.5
        self._later = WhenLaidOut()
        self._timer = qt.QTimer()
        self._timer.setInterval(_FLICKER_MS)
        self._timer.connect("timeout()", self._flick)

    def show(self, mode: str, fixed: Any, result: Any) -> None:
        """End the current mode, and begin one of MODES, or "single", which shows only ``fixed``."""
        self._end()
        if not self._before:
            self._remember()
        self.mode = mode
        if mode in ("checkerboard", "difference"):
            self._helper = _helperVolume(mode, fixed, _comparedVoxels(mode, fixed, result))
            self._setLayers(self._helper, None, 0.0)
        elif mode == "revealCursor":
            from .reveal_cursor import RevealCursor  # not when the panel opens

            self._helper = _helperVolume(mode, fixed, None)
            self._cursor = RevealCursor(self._helper, fixed, result, _windows(fixed, result))
            slicer.util.updateVolumeFromArray(self._helper, self._cursor.voxels.copy())
            self._setLayers(self._helper, None, 0.0)
        elif mode == "sideBySide":
            self._showSideBySide(fixed, result)
        elif mode == "single":
            self._setLayers(fixed, None, 0.0)
            return  # keeps the zoom
        else:
            self._setLayers(fixed, result, self._opacity if mode == "fade" else 1.0)
            if mode == "flicker":
                self._timer.start()
        self._later.call(fitViews)

    @property
    def isSettling(self) -> bool:
        """Whether the views have not been fitted yet, or their zoom not been restored."""
        return self._later.isWaiting

    def stop(self) -> None:
        """Restore the views as they were before the first ``show``."""
        self._end()
        before, self._before = self._before, []
        if before:  # again when the views have their old size, to which the zoom belongs
            self._later.call(lambda: _restoreAll(before[1:]))

    def _end(self) -> None:
        """Restore the views, and stop animations and remove helper volumes."""
        self._stopMoving()
        self.mode = ""
        _restoreAll(self._before)
        if self._helper is not None and self._helper.GetScene() is not None:
            slicer.mrmlScene.RemoveNode(self._helper)
        self._helper = None

    def forget(self) -> None:
        """The scene is closed: nothing needs to be restored."""
        self._stopMoving()
        self.mode, self._before, self._helper = "", [], None

    def _stopMoving(self) -> None:
        self._timer.stop()
        self._later.stop()
        if self._cursor is not None:
            self._cursor.stop()
        self._cursor = None

    def setFade(self, opacity: float) -> None:
        """0 shows the fixed volume, 1 the result."""
        self._opacity = opacity
        if self.mode == "fade":
            for composite in _composites():
                composite.SetForegroundOpacity(opacity)

    def _flick(self) -> None:
        for composite in _composites():
            composite.SetForegroundOpacity(0.0 if composite.GetForegroundOpacity() > 0.5 else 1.0)

    def _setLayers(self, background: Any, foreground: Any, opacity: float) -> None:
        for composite in _composites():
            composite.SetBackgroundVolumeID(background.GetID())
            composite.SetForegroundVolumeID(foreground.GetID() if foreground is not None else None)
            composite.SetForegroundOpacity(opacity)

    def _showSideBySide(self, fixed: Any, result: Any) -> None:
        slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView)
        # While they are linked, each composite would pass its volumes on to the others.
        for composite in _composites():
            composite.SetLinkedControl(False)
        cut = None
        for name, volume in (("Red", fixed), ("Yellow", result)):
            widget = slicer.app.layoutManager().sliceWidget(name)
            composite, sliceNode = widget.mrmlSliceCompositeNode(), widget.mrmlSliceNode()
            composite.SetBackgroundVolumeID(volume.GetID())
            composite.SetForegroundVolumeID(None)
            if cut is None:
                cut = sliceNode.GetSliceToRAS()
            else:
                sliceNode.GetSliceToRAS().DeepCopy(cut)
                sliceNode.UpdateMatrices()
        for composite in _composites():
            composite.SetLinkedControl(True)

    def _remember(self) -> None:
        manager = slicer.app.layoutManager()
        self._before.append(partial(manager.setLayout, manager.layout))
        for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
            self._before.append(_sliceRestorer(node))
        for composite in _composites():
            state = (
                composite.GetBackgroundVolumeID(),
                composite.GetForegroundVolumeID(),
                composite.GetForegroundOpacity(),
                composite.GetLinkedControl(),
            )
            self._before.append(partial(_restore, composite, *state))


def _restoreAll(before: list[Callable[[], None]]) -> None:
    for restore in reversed(before):
        restore()


def _restore(composite: Any, background: str, foreground: str, opacity: float, linked: bool) -> None:
    if composite.GetScene() is None:
        return
    composite.SetLinkedControl(False)
    scene = composite.GetScene()
    composite.SetBackgroundVolumeID(background if background and scene.GetNodeByID(background) else None)
    composite.SetForegroundVolumeID(foreground if foreground and scene.GetNodeByID(foreground) else None)
    composite.SetForegroundOpacity(opacity)
    composite.SetLinkedControl(linked)


def _sliceRestorer(node: Any) -> Callable[[], None]:
    """A function that restores the plane of a slice node, oblique or not, and its field of view."""
    cut = vtk.vtkMatrix4x4()
    cut.DeepCopy(node.GetSliceToRAS())
    origin, shown = node.GetXYZOrigin(), node.GetFieldOfView()

    def restore() -> None:
        if node.GetScene() is None:
            return
        node.GetSliceToRAS().DeepCopy(cut)
        node.UpdateMatrices()
        node.SetXYZOrigin(*origin)
        node.SetFieldOfView(*shown)

    return restore


def _windows(fixed: Any, result: Any) -> Any:
    """The ranges of values of the two volumes that are shown, black to white; None if a display defines none."""
    displays = [node.GetDisplayNode() for node in (fixed, result)]
    if not all(display is not None and display.IsA("vtkMRMLScalarVolumeDisplayNode") for display in displays):
        return None
    return tuple((display.GetWindowLevelMin(), display.GetWindowLevelMax()) for display in displays)


def _composites() -> list[Any]:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")


def _comparedVoxels(mode: str, fixed: Any, result: Any) -> Any:
    """Voxels (k, j, i) of a checkerboard or of the difference."""
    from ..core.report.comparison_volumes import checkerboard_volume, difference_volume
    from ..mrml.nodes.volumes import volume_image

    arrays = [volume_image(node, "volume").scalars() for node in (fixed, result)]
    make = checkerboard_volume if mode == "checkerboard" else difference_volume
    return make(*arrays, windows=_windows(fixed, result))


def _helperVolume(mode: str, fixed: Any, voxels: Any) -> Any:
    """A hidden volume on the grid of the fixed one that is not saved with the scene. ``voxels`` None: filled later."""
    node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScalarVolumeNode")
    node.UnRegister(None)
    names = {"checkerboard": _("Checkerboard"), "difference": _("Difference"), "revealCursor": _("Reveal cursor")}
    node.SetName(names[mode])
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    matrix = vtk.vtkMatrix4x4()
    fixed.GetIJKToRASMatrix(matrix)
    node.SetIJKToRASMatrix(matrix)
    slicer.mrmlScene.AddNode(node)
    if voxels is not None:
        slicer.util.updateVolumeFromArray(node, voxels)
    node.SetAndObserveTransformNodeID(fixed.GetTransformNodeID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID("vtkMRMLColorTableNodeGrey")
    display.SetAutoWindowLevel(False)
    display.SetWindowLevel(*((510, 0) if mode == "difference" else (255, 127.5)))
    return node
