"""Fixed and moving volume."""

from __future__ import annotations

from typing import Any

import slicer

from ...mrml.run.parameter_node import (
    FIXED_MASK,
    FIXED_POINTS,
    FIXED_VOLUME,
    INITIAL_TRANSFORM,
    MOVING_MASK,
    MOVING_POINTS,
    MOVING_SLIDING_MASK,
    MOVING_VOLUME,
    SLIDING_MASK,
)
from ..section import Section

_PAIRS = ((FIXED_VOLUME, MOVING_VOLUME), (FIXED_MASK, MOVING_MASK), (FIXED_POINTS, MOVING_POINTS))


class InputsSection(Section):
    def __init__(self, ui: Any):
        super().__init__(ui)
        ui.swapButton.connect("clicked(bool)", self.swap)

    def _show(self) -> None:
        """Does nothing, because the selectors are bound to the parameter node."""

    def swap(self, checked: bool = False) -> None:
        """Swap the volumes with their masks, segments and points. A sliding mask of only the fixed volume and a start
        no longer fit."""
        if not self.isFree():
            return
        choices = self.choices
        modified = choices.node.StartModify()
        try:
            for first, second in _PAIRS:
                fixed, moving = choices.reference(first), choices.reference(second)
                choices.set_reference(first, moving)
                choices.set_reference(second, fixed)
            fixedSegments, movingSegments = choices.segments("fixed"), choices.segments("moving")
            choices.set_segments("fixed", movingSegments or [])
            choices.set_segments("moving", fixedSegments or [])
            sliding, segments = choices.reference(SLIDING_MASK), choices.segments("sliding") or []
            choices.set_reference(SLIDING_MASK, choices.reference(MOVING_SLIDING_MASK))
            choices.set_segments("sliding", choices.segments("movingSliding") or [])
            isWhole = choices.reference(SLIDING_MASK) is not None  # one of the moving volume alone says nothing
            choices.set_reference(MOVING_SLIDING_MASK, sliding if isWhole else None)
            choices.set_segments("movingSliding", segments if isWhole else [])
            if choices.text("start") == "transform":
                choices.set("start", "preset")
                choices.set_reference(INITIAL_TRANSFORM, None)
        finally:
            choices.node.EndModify(modified)


def chooseDefaults(choices: Any, latest: bool = False) -> None:
    """Choose volumes if none are chosen: the two that the slice views show, otherwise the last two of the scene.

    ``latest``: always the last two. The later one is the moving volume.
    """
    fixed, moving = choices.reference(FIXED_VOLUME), choices.reference(MOVING_VOLUME)
    shown = [] if latest else _shownVolumes()
    volumes = shown if len(shown) == 2 else _volumes()
    free = [node for node in volumes if node is not fixed and node is not moving]
    wanted = [role for role, node in ((FIXED_VOLUME, fixed), (MOVING_VOLUME, moving)) if node is None]
    for role, node in zip(wanted, free[-len(wanted) :] if wanted else [], strict=False):
        choices.set_reference(role, node)


def _shownVolumes() -> list[Any]:
    """Background and foreground of the first slice view that has a background."""
    composites = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    for composite in composites:
        ids = (composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID())
        if ids[0]:
            nodes = [slicer.mrmlScene.GetNodeByID(nodeID) for nodeID in ids if nodeID]
            return [node for node in nodes if _isInput(node)]
    return []


def _volumes() -> list[Any]:
    return [node for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode") if _isInput(node)]


def _isInput(node: Any) -> bool:
    """Whether a selector of the panel offers the volume, and it has voxels."""
    return (
        node is not None
        and not node.IsA("vtkMRMLLabelMapVolumeNode")
        and not node.GetHideFromEditors()
        and node.GetImageData() is not None
    )
