"""The parameter node of the module as Slicer wraps it: typed members over the texts and references of all releases."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.mrml.run.parameter_node import (
    CHOICES,
    MANY_ROLES,
    ROLES,
    ParameterSet,
    add_parameter_node,
)
from support.panel import blobs_volume, choose

UI = Path(__file__).resolve().parents[2] / "ElastixRegistration" / "Resources" / "UI"


@pytest.fixture
def a_node(slicer):
    return add_parameter_node(slicer.mrmlScene, "set")


@pytest.fixture
def wrapper(a_node):
    from ElastixRegistrationLib.gui.parameter_node import RegistrationParameterNode

    return RegistrationParameterNode(a_node)


def test_every_choice_is_a_member_and_lies_where_scenes_have_it(slicer, wrapper, a_node):
    from ElastixRegistrationLib.gui.parameter_node import memberOf

    choices = ParameterSet(a_node)
    assert set(wrapper.allParameters) == {"request", *ROLES, *MANY_ROLES, *map(memberOf, CHOICES)}
    others = {bool: lambda value: not value, int: lambda value: value + 2, str: lambda value: value + "other"}
    for name, default in CHOICES.items():
        assert getattr(wrapper, memberOf(name)) == default
        wanted = others[type(default)](default)
        setattr(wrapper, memberOf(name), wanted)
        assert choices.value(name) == wanted
        choices.set(name, default)
        assert getattr(wrapper, memberOf(name)) == default
    request = RegistrationRequest(preset="rigid", seed=7, sliding="off", landmark_weight=0.5)
    wrapper.request = request
    assert choices.settings == request
    assert a_node.GetParameter("landmark_weight") == "0.5"
    volume = blobs_volume("fixed")
    wrapper.fixedVolume = volume
    assert choices.reference("fixedVolume") is volume
    wrapper.groupVolumes = [volume]
    assert wrapper.groupVolumes == (volume,)


def test_wrapping_changes_nothing(wrapper, a_node):
    from ElastixRegistrationLib.gui.parameter_node import RegistrationParameterNode

    before = a_node.GetMTime()
    RegistrationParameterNode(a_node)
    wrapper.wantedOutputVolume = True
    wrapper.request = RegistrationRequest()
    wrapper.fixedVolume = None
    assert a_node.GetMTime() == before


def test_a_value_of_another_type_is_refused(slicer, wrapper):
    for member, value in (("fixedVolume", slicer.vtkMRMLModelNode()), ("request", {"preset": "rigid"})):
        with pytest.raises(TypeError):
            setattr(wrapper, member, value)
    with pytest.raises(ValueError, match=r"inBackground.*must be bool"):
        wrapper.inBackground = "1"


def test_a_scene_of_the_last_release_is_read(slicer, wrapper, a_node):
    volume = blobs_volume("fixed")
    for name, text in (("wanted.outputJacobian", "1"), ("inBackground", "0"), ("many.lastFrame", ""), ("seed", "4")):
        a_node.SetParameter(name, text)
    a_node.SetNodeReferenceID("fixedVolume", volume.GetID())
    assert (wrapper.wantedOutputJacobian, wrapper.inBackground, wrapper.manyLastFrame) == (True, False, -1)
    assert (wrapper.request.seed, wrapper.fixedVolume) == (4, volume)


def test_the_logic_gives_it_as_those_of_slicers_modules_do(slicer, open_panel, a_pair):
    widget = open_panel()
    parameters = widget.logic.getParameterNode()
    assert parameters.parameterNode is widget.panel.choices.node
    parameters.request = replace(parameters.request, preset="affine")
    parameters.movingVolume = a_pair[0]
    assert widget.ui.presetSelector.itemData(widget.ui.presetSelector.currentIndex) == "affine"
    assert widget.ui.movingVolumeSelector.currentNode() is a_pair[0]
    slicer.mrmlScene.RemoveNode(parameters.parameterNode)
    assert widget.logic.getParameterNode().request == RegistrationRequest()  # a new one


@pytest.mark.parametrize("file", ["ElastixRegistration", "ManyImagesSection"])
def test_a_bound_widget_and_its_member_follow_each_other(slicer, open_panel, file):
    """Each widget with a SlicerParameterName, by what a user does to a widget of its kind."""
    widget = open_panel()
    panel = widget.panel
    ui = widget.ui if file == "ElastixRegistration" else panel.many.ui
    parameters = widget.logic.getParameterNode()
    bound = [
        (element.get("name"), one.findtext("string"))
        for element in ElementTree.parse(UI / f"{file}.ui").iter("widget")
        for one in element.findall("property")
        if one.get("name") == "SlicerParameterName"
    ]
    assert len(bound) > 15
    for name, member in bound:
        control, before = getattr(ui, name), getattr(parameters, member)
        if control.inherits("qMRMLNodeComboBox"):
            value = slicer.mrmlScene.AddNewNodeByClass(control.nodeTypes[0], name)
            control.setCurrentNode(value)
        elif control.inherits("ctkPathLineEdit"):
            value = "/data/some where/cases.csv"
            control.setCurrentPath(value)
        elif control.inherits("QComboBox"):
            value = control.itemData(control.count - 1)
            choose(control, value)
        else:
            control.click()
            value = not before
        assert getattr(parameters, member) == value, name
        assert value != before
        setattr(parameters, member, before)
        assert _shown(control) == before, name


def _shown(control):
    """What a widget shows, by its kind."""
    if control.inherits("qMRMLNodeComboBox"):
        return control.currentNode()
    if control.inherits("ctkPathLineEdit"):
        return control.currentPath
    return control.itemData(control.currentIndex) if control.inherits("QComboBox") else control.checked


def test_a_removed_node_is_not_followed_by_its_neighbor(slicer, open_panel, a_pair):
    widget = open_panel()
    blobs_volume("third")
    parameters = widget.logic.getParameterNode()
    assert parameters.movingVolume is a_pair[1]
    slicer.mrmlScene.RemoveNode(a_pair[1])
    assert parameters.movingVolume is None
    assert widget.ui.movingVolumeSelector.currentNode() is None


def test_a_selector_that_moved_while_a_node_went_comes_back(slicer, open_panel, a_pair):
    """Slicer's selectors move on before or after the parameter node has let go of what is removed."""
    widget = open_panel()
    third, other = blobs_volume("third"), blobs_volume("other")
    widget.panel.binding.hold(True)
    widget.ui.movingVolumeSelector.setCurrentNode(third)
    widget.panel.binding.hold(False)
    slicer.mrmlScene.RemoveNode(other)
    assert widget.logic.getParameterNode().movingVolume is a_pair[1]
    assert widget.ui.movingVolumeSelector.currentNode() is a_pair[1]


def test_two_sets_keep_their_own(slicer, open_panel, a_pair):
    widget = open_panel()
    first = widget.panel.choices.node
    second = add_parameter_node(slicer.mrmlScene, "second")
    widget.ui.parameterSetSelector.setCurrentNode(second)
    widget.ui.outputJacobianCheckBox.click()
    widget.ui.fixedVolumeSelector.setCurrentNode(None)
    assert ParameterSet(second).wants("outputJacobian")
    assert not ParameterSet(first).wants("outputJacobian")
    assert ParameterSet(first).reference("fixedVolume") is a_pair[0]
    widget.ui.parameterSetSelector.setCurrentNode(first)
    assert not widget.ui.outputJacobianCheckBox.checked
    assert widget.ui.fixedVolumeSelector.currentNode() is a_pair[0]
