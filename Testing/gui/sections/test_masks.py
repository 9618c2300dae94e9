"""Masks, segments and landmarks."""

from __future__ import annotations

from ElastixRegistrationLib.mrml.run.parameter_node import (
    registration_arguments,
)
from support.panel import choose


def test_segments_are_offered_for_a_segmentation_only(open_panel, a_pair, slicer):
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "organs")
    ids = [segmentation.GetSegmentation().AddEmptySegment(name, name) for name in ("liver", "spleen")]
    widget = open_panel()
    ui = widget.ui
    ui.masksCollapsibleButton.collapsed = False
    assert not ui.fixedSegmentSelector.visible
    ui.fixedMaskSelector.setCurrentNode(segmentation)
    assert ui.fixedSegmentSelector.visible
    ui.fixedSegmentSelector.setSelectedSegmentIDs(ids[1:])
    assert widget.panel.choices.segments("fixed") == ids[1:]
    ui.fixedMaskSelector.setCurrentNode(None)
    assert widget.panel.choices.segments("fixed") is None


def test_what_slides_is_chosen_by_segments_and_named_in_the_header(open_panel, a_pair, slicer):
    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "organs")
    ids = [segmentation.GetSegmentation().AddEmptySegment(name, name) for name in ("liver", "ribs")]
    widget = open_panel()
    ui = widget.ui
    ui.masksCollapsibleButton.collapsed = False
    assert not ui.slidingSegmentSelector.visible
    assert not ui.movingSlidingMaskSelector.visible
    ui.slidingMaskSelector.setCurrentNode(segmentation)
    assert ui.slidingSegmentSelector.visible
    assert ui.movingSlidingMaskSelector.visible
    ui.slidingSegmentSelector.setSelectedSegmentIDs(ids[:1])
    arguments = registration_arguments(widget.panel.choices)
    assert arguments["slidingMaskNode"] is segmentation
    assert arguments["slidingSegments"] == ids[:1]
    ui.movingSlidingMaskSelector.setCurrentNode(segmentation)
    ui.movingSlidingSegmentSelector.setSelectedSegmentIDs(ids[1:])
    arguments = registration_arguments(widget.panel.choices)
    assert arguments["movingSlidingMaskNode"] is segmentation
    assert (arguments["slidingSegments"], arguments["movingSlidingSegments"]) == (ids[:1], ids[1:])
    masks = next(section for section in widget.panel.sections if type(section).__name__ == "MasksSection")
    assert masks.summary() == "what slides"


def test_point_lists_say_whether_they_make_pairs(open_panel, a_pair, slicer):
    lists = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name) for name in ("a", "b")]
    for node in lists:
        node.AddControlPoint(0, 0, 0, "tip")
    lists[0].AddControlPoint(5, 0, 0, "base")
    ui = open_panel().ui
    ui.fixedPointsSelector.setCurrentNode(lists[0])
    assert ui.applyButton.text == "Choose both point lists, or none"
    ui.movingPointsSelector.setCurrentNode(lists[1])
    assert "base" in ui.pairingMessageLabel.text
    lists[1].AddControlPoint(6, 0, 0, "base")
    assert ui.pairingMessageLabel.text == "2 pairs of points."  # while the points are placed
    lists[1].RemoveNthControlPoint(1)
    assert "base" in ui.pairingMessageLabel.text
    lists[1].AddControlPoint(6, 0, 0, "bottom")
    choose(ui.pairingSelector, "order")
    assert ui.pairingMessageLabel.text == "2 pairs of points."
    assert ui.applyButton.text == "Apply"
    lists[0].AddControlPoint(9, 0, 0, "next")  # and its partner is still to be placed
    assert ui.applyButton.text == "Complete the landmarks, or choose none"
    assert not ui.applyButton.enabled
    lists[0].RemoveNthControlPoint(2)
    assert ui.applyButton.enabled
    choose(ui.pairingSelector, "label")
    assert "bottom" in ui.pairingMessageLabel.text


def test_landmarks_are_asked_for_by_presets_that_need_them(host, open_panel, a_pair, slicer):
    ui = open_panel().ui
    choose(ui.presetSelector, "landmarks")
    assert "This preset needs landmarks." in ui.presetProblemsLabel.text
    assert (ui.applyButton.text, ui.applyButton.enabled) == ("Choose the landmarks that the preset needs", False)
    for side in ("fixed", "moving"):
        points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", side)
        points.AddControlPoint(1, 2, 3)
        getattr(ui, f"{side}PointsSelector").setCurrentNode(points)
    assert (ui.applyButton.text, ui.presetProblemsLabel.text) == ("Apply", "")
    choose(ui.presetSelector, "translation")
    assert "does not use the landmarks" in ui.presetProblemsLabel.text
    choose(ui.startSelector, "landmarks")
    assert ui.presetProblemsLabel.text == ""
    choose(ui.startSelector, "preset")
    host.find("landmarkWeightControl").value = 0.5
    assert (ui.applyButton.text, ui.presetProblemsLabel.text) == ("Apply", "")
