"""qMRMLNodeComboBox shows, selects, makes, renames and removes nodes as in Slicer."""

from __future__ import annotations

import pytest
from support.panel import add_node


@pytest.fixture
def selector(slicer):
    """A volume selector without "None" and without actions, as an input selector usually is."""
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.addEnabled = False
    box.removeEnabled = False
    return box


def nodes_of(box):
    return [box.nodeFromIndex(i) for i in range(box.nodeCount())]


def test_without_a_scene_the_selector_is_disabled(selector, scene):
    assert selector.enabled is False
    assert selector.currentNode() is None
    selector.setMRMLScene(scene)
    assert selector.enabled is True
    assert selector.mrmlScene() is scene


def test_setting_the_scene_selects_the_first_node(selector, scene):
    first, second = add_node(scene), add_node(scene)
    selector.setMRMLScene(scene)
    assert nodes_of(selector) == [first, second]
    assert selector.currentNode() is first


def test_with_none_enabled_nothing_is_selected_at_first(selector, scene):
    add_node(scene)
    selector.noneEnabled = True
    selector.setMRMLScene(scene)
    assert selector.currentNode() is None
    assert selector.currentNodeID == ""


def test_the_first_node_that_comes_is_selected_when_there_is_no_none(selector, scene):
    selector.setMRMLScene(scene)
    volume = add_node(scene)
    assert selector.currentNode() is volume
    add_node(scene)
    assert selector.currentNode() is volume


def test_only_nodes_of_the_types_and_their_subclasses(selector, scene):
    labels = add_node(scene, "labels", "vtkMRMLLabelMapVolumeNode")
    volume = add_node(scene)
    add_node(scene, "points", "vtkMRMLMarkupsFiducialNode")
    selector.setMRMLScene(scene)
    assert nodes_of(selector) == [labels, volume]
    selector.showChildNodeTypes = False
    assert nodes_of(selector) == [volume]
    selector.showChildNodeTypes = True
    selector.hideChildNodeTypes = ["vtkMRMLLabelMapVolumeNode"]
    assert nodes_of(selector) == [volume]


def test_hidden_nodes_come_and_go_with_their_flag(selector, scene):
    volume = add_node(scene)
    selector.setMRMLScene(scene)
    volume.SetHideFromEditors(True)
    assert selector.nodeCount() == 0
    assert selector.currentNode() is None
    volume.SetHideFromEditors(False)
    assert nodes_of(selector) == [volume]


def test_attribute_filters(selector, scene):
    plain, marked, other = add_node(scene, "plain"), add_node(scene, "marked"), add_node(scene, "other")
    marked.SetAttribute("role", "fixed")
    other.SetAttribute("role", "moving")
    selector.setMRMLScene(scene)
    selector.addAttribute("vtkMRMLScalarVolumeNode", "role", "fixed")
    assert nodes_of(selector) == [marked]
    selector.addAttribute("vtkMRMLScalarVolumeNode", "role")
    assert nodes_of(selector) == [marked, other]
    plain.SetAttribute("role", "any")
    assert plain in nodes_of(selector)
    selector.removeAttribute("vtkMRMLScalarVolumeNode", "role")
    assert set(nodes_of(selector)) == {plain, marked, other}


def test_current_node_changed_has_three_forms_and_fires_several_times(selector, scene):
    first, second = add_node(scene), add_node(scene)
    selector.setMRMLScene(scene)
    nodes, valid, ids = [], [], []
    assert selector.connect("currentNodeChanged(vtkMRMLNode*)", nodes.append)
    assert selector.connect("currentNodeChanged(bool)", valid.append)
    assert selector.connect("currentNodeIDChanged(QString)", ids.append)
    selector.setCurrentNode(second)
    assert nodes[-1] is second
    assert set(map(id, nodes)) == {id(second)}
    assert len(nodes) > 1
    assert valid[-1] is True
    assert ids[-1] == second.GetID()
    assert first is not second


def test_setting_the_same_node_again_is_no_change(selector, scene):
    volume = add_node(scene)
    selector.setMRMLScene(scene)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    selector.setCurrentNode(volume)
    assert heard == []


@pytest.mark.parametrize("wrong", ["currentNodeChanged()", "currentNodeChanged(PyObject)", "nodeChanged(vtkMRMLNode*)"])
def test_a_signature_the_class_lacks_is_refused(selector, wrong, capfd):
    assert selector.connect(wrong, print) is False
    assert "does not exist on qMRMLNodeComboBox" in capfd.readouterr().err


def test_plain_cpp_methods_are_not_there(selector):
    for name in ("nodes", "model", "sceneModel", "comboBox", "nodeFactory", "setNodeTypes", "setNoneEnabled"):
        with pytest.raises(AttributeError):
            getattr(selector, name)


def test_a_node_argument_must_be_a_node(selector, scene, slicer):
    selector.setMRMLScene(scene)
    with pytest.raises(ValueError, match="matching overload"):
        selector.addMenuAction("Save")
    with pytest.raises(ValueError, match="matching overload"):
        selector.setMRMLScene(add_node(scene))
    with pytest.raises(AttributeError, match="does not accept"):
        selector.nodeTypes = 5


def test_current_node_is_the_very_object(selector, scene):
    volume = add_node(scene)
    selector.setMRMLScene(scene)
    selector.currentNodeID = volume.GetID()
    assert selector.currentNode() is volume


def test_none_selects_nothing(selector, scene):
    add_node(scene)
    selector.setMRMLScene(scene)
    selector.setCurrentNode(None)
    assert selector.currentNode() is None


def test_a_node_requested_before_the_scene_is_selected_with_it(selector, scene):
    add_node(scene)
    second = add_node(scene)
    selector.setCurrentNode(second)
    selector.setMRMLScene(scene)
    assert selector.currentNode() is second


def test_add_node_names_selects_and_tells(slicer, scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLTransformNode", "vtkMRMLLinearTransformNode"]
    box.baseName = "Output transform"
    box.noneEnabled = True
    box.addAttribute("vtkMRMLTransformNode", "made", "here")
    box.setMRMLScene(scene)
    by_user = []
    box.nodeAddedByUser.connect(by_user.append)
    node = box.addNode()
    assert node.GetName() == "Output transform"
    assert node.GetAttribute("made") == "here"
    assert box.currentNode() is node
    assert by_user == [node]
    box.selectNodeUponCreation = False
    linear = box.addNode("vtkMRMLLinearTransformNode")
    assert linear.GetClassName() == "vtkMRMLLinearTransformNode"
    assert box.currentNode() is node


def test_add_node_of_a_type_that_is_not_allowed(selector, scene, capfd):
    selector.setMRMLScene(scene)
    assert selector.addNode("vtkMRMLModelNode") is None
    assert "not allowed" in capfd.readouterr().err


def pick(host, box, text):
    """Pick the row that shows `text`, as a user does in the popup."""
    combo = box._hostObject._combo
    row = combo.findText(text)
    assert row >= 0, [combo.itemText(i) for i in range(combo.count())]
    combo.setCurrentIndex(row)
    combo.activated.emit(row)
    host.pump()


def test_the_popup_offers_create_rename_and_delete(host, slicer, scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.noneEnabled = True
    box.renameEnabled = True
    box.setMRMLScene(scene)
    actions = []
    box.nodeAddedByUserAction.connect(actions.append)
    label = box.nodeTypeLabel("vtkMRMLScalarVolumeNode")
    pick(host, box, f"Create new {label}")
    node = box.currentNode()
    assert actions == [node]
    host.dialogs.expect("result")
    pick(host, box, f"Rename current {label}")
    assert node.GetName() == "result"
    pick(host, box, f"Delete current {label}")
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0
    assert box.currentNode() is None


def test_a_user_choice_tells_of_activation_too(host, selector, scene):
    add_node(scene, "one")
    second = add_node(scene, "two")
    selector.setMRMLScene(scene)
    activated, changed = [], []
    selector.nodeActivated.connect(activated.append)
    selector.currentNodeChanged.connect(changed.append)
    pick(host, selector, "two")
    assert activated == [second]
    assert changed[-1] is second


def test_a_renamed_node_shows_its_new_name(selector, scene):
    volume = add_node(scene, "before")
    selector.setMRMLScene(scene)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    volume.SetName("after")
    assert selector._hostObject._combo.itemText(0) == "after"
    assert heard[-1] is volume


def test_when_the_current_node_goes_its_neighbor_is_selected(selector, scene):
    first, second, third = (add_node(scene, n) for n in "abc")
    selector.setMRMLScene(scene)
    selector.setCurrentNode(second)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    scene.RemoveNode(second)
    assert selector.currentNode() is third
    assert heard[-1] is third
    scene.RemoveNode(third)
    assert selector.currentNode() is first
    scene.RemoveNode(first)
    assert selector.currentNode() is None


def test_closing_the_scene_empties_the_selector(host, selector, scene):
    add_node(scene)
    selector.setMRMLScene(scene)
    heard = []
    selector.currentNodeChanged.connect(heard.append)
    host.closeScene()
    assert selector.nodeCount() == 0
    assert heard[-1] is None
    volume = add_node(scene)
    assert nodes_of(selector) == [volume]


def test_a_selector_keeps_no_node_alive(selector, scene):
    import vtk

    volume = add_node(scene)
    selector.setMRMLScene(scene)
    gone = []
    volume.AddObserver(vtk.vtkCommand.DeleteEvent, lambda *_: gone.append(True))
    scene.RemoveNode(volume)
    del volume
    assert gone == [True]


def test_a_dead_selector_observes_nothing(slicer, scene):
    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    box.setMRMLScene(scene)
    add_node(scene)
    observers = box._hostObject._observations._entries
    assert observers
    del box
    assert observers == []


def test_200_nodes_are_quick(selector, scene):
    import time

    selector.setMRMLScene(scene)
    started = time.perf_counter()
    for number in range(200):
        add_node(scene, f"volume {number}")
    assert selector.nodeCount() == 200
    assert time.perf_counter() - started < 5
