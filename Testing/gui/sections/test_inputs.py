"""Choosing the fixed and the moving volume, and what happens when nodes come and go."""

from __future__ import annotations


def test_the_button_says_what_is_missing(open_panel, a_volume, host):
    ui = open_panel().ui
    assert ui.applyButton.text == "Choose a fixed volume"
    assert not ui.applyButton.enabled
    first = a_volume("first")
    ui.fixedVolumeSelector.setCurrentNode(first)
    assert ui.applyButton.text == "Choose a moving volume"
    ui.movingVolumeSelector.setCurrentNode(first)
    assert ui.applyButton.text == "Fixed and moving volume are the same"
    ui.movingVolumeSelector.setCurrentNode(a_volume("second"))
    assert ui.applyButton.text == "Apply"
    ui.outputVolumeCheckBox.click()
    ui.outputTransformCheckBox.click()
    assert ui.applyButton.text == "Choose an output"


def test_volumes_that_come_while_the_panel_is_open_are_chosen(open_panel, a_volume, host):
    """The last two, each once, and none in place of what the user has chosen."""
    ui = open_panel().ui

    def chosen():
        return [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()]

    first = a_volume("first")
    host.pump(0.4)
    assert chosen() == [first, None]
    second = a_volume("second")
    a_volume("labels", node_class="vtkMRMLLabelMapVolumeNode")
    host.pump(0.4)
    assert chosen() == [first, second]
    assert ui.applyButton.text == "Apply"
    third = a_volume("third")
    host.pump(0.4)
    assert chosen() == [first, second]
    for selector in (ui.fixedVolumeSelector, ui.movingVolumeSelector):
        selector.setCurrentNode(None)
    host.pump(0.4)
    assert chosen() == [None, None]
    fourth = a_volume("fourth")
    host.pump(0.4)
    assert chosen() == [third, fourth]


def test_the_last_two_of_many_that_come_at_once(open_panel, a_volume, host):
    ui = open_panel().ui
    volumes = [a_volume(f"series {n}") for n in range(4)]
    host.pump(0.4)
    assert [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()] == volumes[2:]


def test_swap_takes_masks_and_points_along(open_panel, a_pair, a_volume, slicer):
    fixed, moving = a_pair
    mask = a_volume("mask", node_class="vtkMRMLLabelMapVolumeNode")
    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "points")
    ui = open_panel().ui
    ui.fixedMaskSelector.setCurrentNode(mask)
    ui.slidingMaskSelector.setCurrentNode(mask)
    ui.movingPointsSelector.setCurrentNode(points)
    ui.swapButton.click()
    assert (ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()) == (moving, fixed)
    assert (ui.fixedMaskSelector.currentNode(), ui.movingMaskSelector.currentNode()) == (None, mask)
    assert (ui.fixedPointsSelector.currentNode(), ui.movingPointsSelector.currentNode()) == (points, None)
    sliding = [ui.slidingMaskSelector, ui.movingSlidingMaskSelector]
    assert [one.currentNode() for one in sliding] == [None, None]  # it is drawn on the former fixed volume
    other = a_volume("other", node_class="vtkMRMLLabelMapVolumeNode")
    for selector, node in zip(sliding, (mask, other), strict=True):
        selector.setCurrentNode(node)
    ui.swapButton.click()
    assert [one.currentNode() for one in sliding] == [other, mask]


def test_a_deleted_input_is_asked_for_again(open_panel, a_pair, slicer):
    ui = open_panel().ui
    slicer.mrmlScene.RemoveNode(a_pair[0])
    assert ui.applyButton.text == "Choose a fixed volume"


def test_a_node_that_goes_while_another_one_goes_makes_no_choice(open_panel, a_pair, a_volume, slicer):
    """Other modules remove what belongs to a node before it is gone."""
    panel = open_panel().panel
    other, helper = a_volume("other"), a_volume("helper")
    scene, rest = slicer.mrmlScene, [helper]

    def remove(caller, event):
        if rest:
            scene.RemoveNode(rest.pop())

    tag = scene.AddObserver(scene.NodeAboutToBeRemovedEvent, remove, 5.0)  # after the panel, before its selectors
    scene.RemoveNode(a_pair[0])
    scene.RemoveObserver(tag)
    assert panel.choices.reference("fixedVolume") is None
    panel.ui.fixedVolumeSelector.setCurrentNode(other)
    assert panel.choices.reference("fixedVolume") is other
