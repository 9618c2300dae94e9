"""Landmarks placed in pairs, alternating between the fixed and the moving volume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ...mrml.run.parameter_node import FIXED_POINTS, FIXED_VOLUME, INITIAL_TRANSFORM, MOVING_POINTS, MOVING_VOLUME
from ..comparison_views import ComparisonViews
from ..messages import tell
from ..section import Section
from ..slice_views import jumpTo

_UI = Path(__file__).resolve().parents[3] / "Resources" / "UI" / "LandmarksPart.ui"
_SIDES = ("fixed", "moving")


class LandmarksPart(Section):
    """``layout``: for its widgets. The number of points in each list determines which volume is next."""

    def __init__(self, layout: Any):
        self.widget = slicer.util.loadUI(str(_UI))
        super().__init__(slicer.util.childWidgetVariables(self.widget))
        layout.addWidget(self.widget)
        self._views = ComparisonViews()
        self._observers = VTKObservationMixin()
        self._lists: tuple[Any, ...] = ()
        self._pair: tuple[Any, ...] = ()
        self._made: list[Any] = []
        self.ui.placePairsButton.connect("toggled(bool)", self._toggled)
        self.ui.undoPointButton.connect("clicked(bool)", self.undo)
        self._tell()

    @property
    def isPlacing(self) -> bool:
        return bool(self._lists)

    def start(self) -> None:
        """Start placing: create missing lists, and begin with the first volume."""
        volumes = [self.choices.reference(role) for role in (FIXED_VOLUME, MOVING_VOLUME)]
        modified = self.choices.node.StartModify()
        try:
            for role, volume in zip((FIXED_POINTS, MOVING_POINTS), volumes, strict=True):
                if self.choices.reference(role) is None:
                    self._made.append(_newList(f"{volume.GetName()} landmarks"))
                    self.choices.set_reference(role, self._made[-1])
        finally:
            self.choices.node.EndModify(modified)
        self._pair = tuple(volumes)
        self._lists = tuple(self.choices.reference(role) for role in (FIXED_POINTS, MOVING_POINTS))
        for node in self._lists:
            for event in (node.PointPositionDefinedEvent, node.PointRemovedEvent):
                self._observers.addObserver(node, event, self._changed)
        self._turn()

    def stop(self) -> None:
        """Restore the views and the mouse mode."""
        if self.isPlacing:
            self._observers.removeObservers()
            self._lists = self._pair = ()
            _setPlacing(None)
            self._views.stop()
        self.ui.placePairsButton.checked = False
        self._tell()

    def undo(self, checked: bool = False) -> None:
        """Remove the last point; its volume is next again."""
        counts = [_placed(node) for node in self._lists]
        last = self._lists[0 if len(counts[0]) > len(counts[1]) else 1]
        if _placed(last):
            last.RemoveNthControlPoint(_placed(last)[-1])

    def nodeRemoved(self) -> None:
        if any(node.GetScene() is None for node in (*self._lists, *self._pair)):
            self.stop()

    def sceneClosed(self) -> None:
        self._views.forget()
        self.stop()

    def cleanup(self) -> None:
        self.stop()

    def _show(self) -> None:
        volumes = tuple(self.choices.reference(role) for role in (FIXED_VOLUME, MOVING_VOLUME))
        lists = tuple(self.choices.reference(role) for role in (FIXED_POINTS, MOVING_POINTS))
        if self.isPlacing and (volumes != self._pair or lists != self._lists):
            self.stop()
        self.ui.placePairsButton.enabled = None not in volumes and volumes[0] is not volumes[1]
        self._tell()

    def _toggled(self, checked: bool) -> None:
        if checked and not self.isPlacing and self.choices is not None:
            self.start()
        elif not checked and self.isPlacing:
            self.stop()
            self._dropEmpty()

    def _dropEmpty(self) -> None:
        """Remove lists that were created and stayed empty, because a registration could not use them."""
        made, self._made = self._made, []
        for node in made:
            if node.GetScene() is not None and not _placed(node):
                slicer.mrmlScene.RemoveNode(node)

    def _changed(self, caller: Any, event: Any) -> None:
        """A point was placed or removed. Continue after the event that placed it has ended."""
        qt.QTimer.singleShot(0, self._turn)

    def _turn(self) -> None:
        """Show the next volume at the expected position of the point, and let the next click place it."""
        if not self.isPlacing:
            return
        placed = [_placed(node) for node in self._lists]
        side = 1 if len(placed[0]) > len(placed[1]) else 0
        self._views.show("single", self._pair[side], None)
        if side == 1:
            place = len(placed[1])
            here = self._lists[0].GetNthControlPointPositionWorld(placed[0][place])
            self._lists[0].SetNthControlPointLabel(placed[0][place], str(place + 1))
            jumpTo(self._expected(tuple(here), placed))
        elif placed[1]:
            self._lists[1].SetNthControlPointLabel(placed[1][-1], str(len(placed[1])))
            jumpTo(self._lists[0].GetNthControlPointPositionWorld(placed[0][len(placed[1]) - 1]))
        _setPlacing(self._lists[side])
        self._tell()

    def _expected(self, here: tuple[float, ...], placed: list[list[int]]) -> tuple[float, float, float]:
        from ...mrml.comparing.expected import expected_place  # not when the panel opens

        count = len(placed[1])
        points = [
            [tuple(node.GetNthControlPointPositionWorld(n)) for n in own[:count]]
            for node, own in zip(self._lists, placed, strict=True)
        ]
        start = self.choices.reference(INITIAL_TRANSFORM) if self.choices.text("start") == "transform" else None
        transform = self.choices.reference("outputTransform")
        return expected_place(here, *self._pair, transform=transform, start=start, pairs=(points[0], points[1]))

    def _tell(self) -> None:
        ui = self.ui
        counts = [len(_placed(node)) for node in self._lists] or [0, 0]
        ui.undoPointButton.visible = self.isPlacing
        ui.undoPointButton.enabled = any(counts)
        text = ""
        if self.isPlacing:
            number = counts[1] + 1
            fixed = _("Landmark {number}: click it in the fixed volume.")
            moving = _(
                "Landmark {number}: click the same place in the moving volume. The views show where it is expected."
            )
            text = (moving if counts[0] > counts[1] else fixed).format(number=number)
        tell(ui.placeLabel, text)


def _newList(name: str) -> Any:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", slicer.mrmlScene.GenerateUniqueName(name))
    node.CreateDefaultDisplayNodes()
    return node


def _placed(node: Any) -> list[int]:
    """Indices of the placed points; a point that follows the mouse is not placed."""
    return [
        n
        for n in range(node.GetNumberOfControlPoints())
        if node.GetNthControlPointPositionStatus(n) == node.PositionDefined
    ]


def _setPlacing(node: Any) -> None:
    """Make clicks in the views add points to ``node``; None restores the former mouse mode."""
    interaction = slicer.mrmlScene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    selection = slicer.mrmlScene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    if interaction is None or selection is None:
        return
    if node is None:
        interaction.SetPlaceModePersistence(0)
        interaction.SetCurrentInteractionMode(interaction.ViewTransform)
        return
    selection.SetReferenceActivePlaceNodeClassName(node.GetClassName())
    selection.SetActivePlaceNodeID(node.GetID())
    interaction.SetPlaceModePersistence(1)
    interaction.SetCurrentInteractionMode(interaction.Place)
