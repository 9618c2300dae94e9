"""Masks and landmarks of both volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ...core.errors import ElastixRegistrationError
from ...mrml.run.parameter_node import (
    FIXED_MASK,
    FIXED_POINTS,
    MOVING_MASK,
    MOVING_POINTS,
    MOVING_SLIDING_MASK,
    SLIDING_MASK,
)
from ..comparing.landmarks import LandmarksPart
from ..messages import errorText, tell, translated
from ..section import Section, connectSelectors, fillComboBox, selectNode


class MasksSection(Section):
    def __init__(self, ui: Any, whenPointsChange: Callable[[], None]):
        """``whenPointsChange`` is called when points are placed, moved or removed."""
        super().__init__(ui)
        self._whenPointsChange = whenPointsChange
        self._areUnpaired = False
        self._lists: tuple[Any, ...] = ()
        self._observers = VTKObservationMixin()
        self._selectors = (
            (ui.fixedMaskSelector, FIXED_MASK),
            (ui.movingMaskSelector, MOVING_MASK),
            (ui.slidingMaskSelector, SLIDING_MASK),
            (ui.movingSlidingMaskSelector, MOVING_SLIDING_MASK),
        )
        self._segments = (
            ("fixed", FIXED_MASK, ui.fixedSegmentSelector, ui.fixedSegmentsLabel),
            ("moving", MOVING_MASK, ui.movingSegmentSelector, ui.movingSegmentsLabel),
            ("sliding", SLIDING_MASK, ui.slidingSegmentSelector, ui.slidingSegmentsLabel),
            ("movingSliding", MOVING_SLIDING_MASK, ui.movingSlidingSegmentSelector, ui.movingSlidingSegmentsLabel),
        )
        fillComboBox(
            ui.pairingSelector,
            [(_("label, else order"), "auto"), (_("order"), "order"), (_("label"), "label")],
        )
        connectSelectors(self._selectors, self._nodeChanged)
        for side, _role, selector, _label in self._segments:
            selector.connect(
                "segmentSelectionChanged(QStringList)", lambda ids, side=side: self._segmentsChanged(side, ids)
            )
        self.placing = LandmarksPart(ui.masksContents.layout())

    def show(self, choices: Any) -> None:
        self.placing.show(choices)
        super().show(choices)

    def _show(self) -> None:
        for selector, role in self._selectors:
            selectNode(selector, self.choices.reference(role))
        # It says more about what slides, so it makes sense only with that.
        slides = any(self.choices.reference(role) is not None for role in (SLIDING_MASK, MOVING_SLIDING_MASK))
        self.ui.movingSlidingMaskLabel.visible = self.ui.movingSlidingMaskSelector.visible = slides
        for side, role, selector, label in self._segments:
            node = self.choices.reference(role)
            isSegmentation = node is not None and node.IsA("vtkMRMLSegmentationNode")
            label.visible = selector.visible = isSegmentation
            if isSegmentation:
                if selector.currentNode() is not node:
                    selector.setCurrentNode(node)
                wanted = self.choices.segments(side) or []
                if list(selector.selectedSegmentIDs()) != wanted:
                    selector.setSelectedSegmentIDs(wanted)
        self._showPairs()

    def _nodeChanged(self, role: str, node: Any) -> None:
        if not self.isFree() or self.choices.reference(role) is node:
            return
        modified = self.choices.node.StartModify()
        try:
            self.choices.set_reference(role, node)
            for side, mask, _selector, _label in self._segments:
                if role == mask:
                    self.choices.set_segments(side, [])
        finally:
            self.choices.node.EndModify(modified)

    def _segmentsChanged(self, side: str, ids: Any) -> None:
        if self.isFree():
            self.choices.set_segments(side, list(ids))

    def summary(self) -> str:
        """The text for the header of the folded section."""
        choices = self.choices
        masks = [choices.reference(role) for role in (FIXED_MASK, MOVING_MASK)]
        points = [choices.reference(role) for role in (FIXED_POINTS, MOVING_POINTS)]
        words = {
            (True, True): _("both masks"),
            (True, False): _("fixed mask"),
            (False, True): _("moving mask"),
            (False, False): "",
        }[masks[0] is not None, masks[1] is not None]
        slides = _("what slides") if choices.reference(SLIDING_MASK) is not None else ""
        return ", ".join(filter(None, (words, slides, _("landmarks") if None not in points else ""))) or _("none")

    def cleanup(self) -> None:
        self._observers.removeObservers()
        self.placing.cleanup()

    def _watch(self, lists: tuple[Any, ...]) -> None:
        """Observe the points, because they are placed while the panel is open."""
        if all(node is one for node, one in zip(lists, self._lists, strict=False)) and len(lists) == len(self._lists):
            return
        self._observers.removeObservers()
        self._lists = lists
        for node in lists:
            if node is not None:
                for event in (node.PointPositionDefinedEvent, node.PointRemovedEvent, node.PointModifiedEvent):
                    self._observers.addObserver(node, event, self._pointsChanged)

    def _pointsChanged(self, caller: Any, event: Any) -> None:
        if self.choices is not None:
            self._showPairs()
            self._whenPointsChange()

    def missing(self) -> str:
        """What the landmarks lack, as a text for the button; "" if nothing."""
        return _("Complete the landmarks, or choose none") if self._areUnpaired else ""

    def _showPairs(self) -> None:
        message = self.ui.pairingMessageLabel
        self._areUnpaired = False
        fixed, moving = self.choices.reference(FIXED_POINTS), self.choices.reference(MOVING_POINTS)
        self._watch((fixed, moving))
        if fixed is None or moving is None:
            tell(message, _("Choose both point lists, or none.") if fixed is not moving else "")
            return
        from ...mrml.nodes.points import landmark_pairs

        try:
            pairs = landmark_pairs(fixed, moving, self.choices.text("pairing"))
            count = len(pairs.fixed)
            text = _("1 pair of points.") if count == 1 else _("{count} pairs of points.").format(count=count)
            tell(message, " ".join((text, *map(translated, pairs.notes))))
        except ElastixRegistrationError as problem:
            self._areUnpaired = True
            tell(message, errorText(problem))
