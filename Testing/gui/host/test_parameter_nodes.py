"""slicer.parameterNodeWrapper of the host does what Slicer's does, where that is easily taken for something else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest


@pytest.fixture
def node(host, slicer):
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "set")


def wrapped(annotations, node, **defaults):
    from slicer.parameterNodeWrapper import parameterNodeWrapper

    return parameterNodeWrapper(type("Parameters", (), {"__annotations__": annotations, **defaults}))(node)


def test_wrapping_writes_the_defaults_that_are_missing(node):
    parameters = wrapped({"count": int, "name": str, "on": bool}, node, count=3)
    assert (parameters.count, parameters.name, parameters.on) == (3, "", False)
    assert (node.GetParameter("count"), node.GetParameter("on")) == ("3", "False")


def test_only_the_word_true_is_true(node):
    node.SetParameter("on", "1")
    assert not wrapped({"on": bool}, node).on
    node.SetParameter("on", "True")
    assert wrapped({"on": bool}, node).on


def test_a_reference_without_a_text_of_its_name_is_lost(slicer, node):
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    node.SetNodeReferenceID("volume", volume.GetID())
    assert wrapped({"volume": slicer.vtkMRMLScalarVolumeNode}, node).volume is None
    assert node.GetNodeReference("volume") is None


def test_values_are_checked(slicer, node):
    from slicer.parameterNodeWrapper import Choice, WithinRange

    kinds = {
        "kind": Annotated[str, Choice(["a", "b"])],
        "count": Annotated[int, WithinRange(0, 9)],
        "volume": slicer.vtkMRMLVolumeNode,
    }
    parameters = wrapped(kinds, node, kind="a")
    for name, value, error in (
        ("kind", "c", ValueError),
        ("count", 10, ValueError),
        ("count", "1", TypeError),
        ("volume", node, TypeError),
    ):
        with pytest.raises(error):
            setattr(parameters, name, value)
    with pytest.raises(ValueError, match="param with the given name: other"):
        parameters.setValue("other", 1)


def test_members_that_slicer_refuses_are_refused(node):
    with pytest.raises(Exception, match="Unable to create serializer"):
        wrapped({"anything": object}, node)
    with pytest.raises(ValueError, match="reserved name 'default'"):
        wrapped({"default": int}, node)


def test_widgets_follow_and_lead(host, qt, ctk, slicer, node):
    parameters = wrapped({"on": bool, "count": int, "folder": Path}, node, count=3)
    box, spin, path = qt.QCheckBox(), qt.QSpinBox(), ctk.ctkPathLineEdit()
    spin.setRange(0, 5)
    tag = parameters.connectParametersToGui({"on": box, "count": spin, "folder": path})
    assert (spin.value, spin.maximum) == (3, 2**31 - 1)  # the range of the .ui file is lost
    assert path.currentPath == "."  # an empty path is the folder of the process
    box.click()
    spin.value = 7
    assert (parameters.on, parameters.count) == (True, 7)
    parameters.on = False
    assert not box.checked
    parameters.disconnectGui(tag)
    box.click()
    assert not parameters.on


def test_a_combo_box_wants_its_choices(qt, node):
    with pytest.raises(RuntimeError, match="Unable to create GUI connector"):
        wrapped({"kind": str}, node).connectParametersToGui({"kind": qt.QComboBox()})


def test_widgets_are_found_by_their_property(qt, node):
    parameters = wrapped({"on": bool}, node)
    root = qt.QWidget()
    box = qt.QCheckBox(root)
    box.setProperty("SlicerParameterName", "on")
    parameters.connectGui(root)
    box.click()
    assert parameters.on
