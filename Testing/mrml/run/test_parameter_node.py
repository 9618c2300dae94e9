"""Choices of a registration in a parameter node: equal after a way through a scene file."""

from __future__ import annotations

import pytest
import slicer
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.settings import RegistrationSettings
from ElastixRegistrationLib.mrml.run.parameter_node import ParameterSet, add_parameter_node, parameter_nodes

CHOICES = RegistrationSettings(
    preset="rigid", initialization="mass", background=-1024.0, interpolation="bspline", threads=2, seed=7
)


@pytest.fixture
def scene():
    return slicer.vtkMRMLScene()


def test_defaults(scene):
    choices = ParameterSet(add_parameter_node(scene, "first"))
    assert choices.settings == RegistrationSettings()
    assert choices.wants("outputVolume")
    assert not choices.wants("outputJacobian")
    assert choices.segments("fixed") is None


def test_settings_and_nodes_survive_a_scene_file(scene, tmp_path):
    choices = ParameterSet(add_parameter_node(scene, "first"))
    points = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "points")
    choices.set_settings(CHOICES)
    choices.set_reference("fixedPoints", points)
    choices.set_segments("moving", ["a", "b"])
    choices.set_wanted("outputVolume", False)
    scene.SetURL(str(tmp_path / "scene.mrml"))
    scene.Commit()

    loaded = slicer.vtkMRMLScene()
    loaded.RegisterNodeClass(slicer.vtkMRMLMarkupsFiducialNode())
    loaded.SetURL(scene.GetURL())
    loaded.Import()
    (node,) = parameter_nodes(loaded)
    restored = ParameterSet(node)
    assert restored.settings == CHOICES
    assert restored.reference("fixedPoints").GetName() == "points"
    assert restored.segments("moving") == ["a", "b"]
    assert not restored.wants("outputVolume")


def test_equal_values_do_not_modify_the_node(scene):
    choices = ParameterSet(add_parameter_node(scene, "first"))
    choices.set_settings(CHOICES)
    before = choices.node.GetMTime()
    choices.set_settings(CHOICES)
    choices.set_reference("fixedVolume", None)
    choices.set_wanted("outputVolume", True)
    assert choices.node.GetMTime() == before


def test_sets_are_separate_and_others_nodes_are_left_alone(scene):
    scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "of another module")
    first, second = (add_parameter_node(scene, "set") for _ in range(2))
    ParameterSet(first).set_settings(CHOICES)
    assert parameter_nodes(scene) == [first, second]
    assert first.GetName() != second.GetName()
    assert ParameterSet(second).settings == RegistrationSettings()


def test_a_role_that_does_not_exist_is_refused(scene):
    with pytest.raises(InputError, match="outputMagic"):
        ParameterSet(add_parameter_node(scene, "first")).set_reference("outputMagic", None)


def test_a_deleted_node_is_no_longer_chosen(scene):
    choices = ParameterSet(add_parameter_node(scene, "first"))
    points = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "points")
    choices.set_reference("fixedPoints", points)
    scene.RemoveNode(points)
    assert choices.reference("fixedPoints") is None


def test_a_scene_of_the_last_release_keeps_its_way(scene):
    choices = ParameterSet(add_parameter_node(scene, "set"))
    choices.node.SetParameter("many.way", "neighbours")  # codespell:ignore
    assert choices.text("many.way") == "neighbors"


def test_choices_have_types_and_a_broken_one_its_default(scene):
    choices = ParameterSet(add_parameter_node(scene, "set"))
    choices.set("many.workers", 3)
    choices.set("inBackground", False)
    assert (choices.number("many.workers"), choices.flag("inBackground")) == (3, False)
    assert choices.node.GetParameter("inBackground") == "0"  # as all releases read it
    choices.node.SetParameter("many.workers", "many")
    assert choices.number("many.workers") == 0
    with pytest.raises(InputError, match="must be int"):
        choices.set("many.workers", "3")


def test_flags_of_a_scene_can_be_in_slicers_words(scene):
    choices = ParameterSet(add_parameter_node(scene, "set"))
    for text, flag in (("1", True), ("True", True), ("0", False), ("False", False)):
        choices.node.SetParameter("many.resume", text)
        assert choices.flag("many.resume") is flag
