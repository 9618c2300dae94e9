"""The Transform section as a user works with it: choose, apply, put under, harden, invert, analyze, undo."""

from __future__ import annotations

import numpy as np
import pytest
import vtk
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from phantoms.images import grid
from support.panel import choose

SHIFT = [6.0, 0.0, 0.0]


@pytest.fixture
def section(open_panel):
    widget = open_panel()
    widget.ui.panelTabs.setCurrentIndex(1)
    return widget.panel.transform


@pytest.fixture
def a_transform(slicer):
    """What lies with the moving image lies SHIFT too far to the right."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "to fixed")
    matrix = vtk.vtkMatrix4x4()
    for row in range(3):
        matrix.SetElement(row, 3, -SHIFT[row])
    node.SetMatrixTransformToParent(matrix)
    return node


@pytest.fixture
def a_patient(slicer, a_volume):
    """(item, volume, points) of a patient with both."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "patient")
    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "landmarks")
    points.AddControlPoint(vtk.vtkVector3d(36, 30, 28))
    volume = a_volume("moving", shift=6.0)
    for node in (volume, points):
        own = hierarchy.GetItemByDataNode(node)
        if own:
            hierarchy.SetItemParent(own, item)
        else:
            hierarchy.CreateItem(item, node)
    return item, volume, points


def position(points):
    return list(points.GetNthControlPointPosition(0))


def test_buttons_say_what_can_be_done(section, a_transform, a_patient, a_volume):
    ui = section.ui
    ui.appliedTransformSelector.setCurrentNode(None)
    ui.referenceVolumeSelector.setCurrentNode(None)
    for button in (ui.transformCopiesButton, ui.hardenTransformButton, ui.analyzeTransformButton):
        assert not button.enabled
    ui.transformTreeView.setCurrentItem(a_patient[0])
    assert ui.hardenTransformButton.enabled
    assert not ui.transformCopiesButton.enabled
    ui.appliedTransformSelector.setCurrentNode(a_transform)
    assert ui.transformCopiesButton.enabled
    assert not ui.invertTransformButton.enabled
    ui.referenceVolumeSelector.setCurrentNode(a_volume("fixed"))
    assert ui.invertTransformButton.enabled
    assert not ui.revertTransformButton.enabled
    assert "points, surfaces and markups go the other way" in ui.directionSelector.toolTip


def test_all_of_a_patient_is_copied_onto_the_fixed_image_and_back(section, a_transform, a_patient, a_volume, slicer):
    item, _, points = a_patient
    fixed = a_volume("fixed")
    ui = section.ui
    ui.appliedTransformSelector.setCurrentNode(a_transform)
    ui.referenceVolumeSelector.setCurrentNode(fixed)
    ui.transformTreeView.setCurrentItem(item)
    ui.transformCopiesButton.click()
    copy = slicer.util.getNode("landmarks (transformed)")
    assert position(copy) == pytest.approx([30, 30, 28])
    assert position(points) == [36, 30, 28]
    moved = slicer.util.arrayFromVolume(slicer.util.getNode("moving (transformed)"))
    off = np.abs(moved.astype(float) - slicer.util.arrayFromVolume(fixed))
    assert off[:, :, :-3].max() < 3
    assert "landmarks (transformed)" in ui.transformMessageLabel.text
    choose(ui.directionSelector, "inverse")
    ui.transformTreeView.setCurrentNode(copy)
    ui.transformInPlaceButton.click()
    assert position(copy) == pytest.approx([36, 30, 28])
    ui.revertTransformButton.click()
    assert position(copy) == pytest.approx([30, 30, 28])
    ui.revertTransformButton.click()
    assert copy.GetScene() is None
    assert not ui.revertTransformButton.enabled


def test_put_under_and_harden_later(section, a_transform, a_patient):
    item, volume, points = a_patient
    ui = section.ui
    ui.appliedTransformSelector.setCurrentNode(a_transform)
    ui.referenceVolumeSelector.setCurrentNode(None)
    ui.transformTreeView.setCurrentItem(item)
    ui.putUnderTransformButton.click()
    assert volume.GetParentTransformNode() is a_transform
    assert position(points) == [36, 30, 28]
    ui.hardenTransformButton.click()
    assert points.GetParentTransformNode() is None
    assert position(points) == pytest.approx([30, 30, 28])
    assert volume.GetOrigin()[0] == pytest.approx(-6)
    ui.hardenTransformButton.click()
    assert "None of the chosen nodes is under a transform" in ui.transformMessageLabel.text


def test_a_file_is_loaded_inverted_and_analyzed(section, host, a_volume, slicer, tmp_path):
    matrix = np.diag([1.1, 0.9, 1.2, 1.0])
    write_transform(affine_from_matrix(matrix), tmp_path / "TransformParameters.txt", grid())
    host.dialogs.expect(str(tmp_path / "TransformParameters.txt"))
    ui = section.ui
    ui.loadTransformButton.click()
    node = ui.appliedTransformSelector.currentNode()
    assert node.GetName() == "TransformParameters"
    fixed = a_volume("fixed")
    ui.referenceVolumeSelector.setCurrentNode(fixed)
    ui.analyzeTransformButton.click()
    assert "The local volume changes by factors from 1.19 to 1.19. Nothing folds." in ui.transformMessageLabel.text
    shown = slicer.util.getNode("TransformParameters local volume")
    assert slicer.util.arrayFromVolume(shown) == pytest.approx(1.188, abs=1e-4)
    ui.invertTransformButton.click()
    assert "0.000 mm on average" in ui.transformMessageLabel.text
    inverse = slicer.util.getNode("TransformParameters (inverse)")
    for _ in range(3):
        ui.revertTransformButton.click()
    assert (node.GetScene(), shown.GetScene(), inverse.GetScene()) == (None, None, None)


def test_errors_come_in_a_dialog_and_change_nothing(section, host, a_transform, slicer):
    empty = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "hollow")
    ui = section.ui
    ui.appliedTransformSelector.setCurrentNode(a_transform)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    ui.transformTreeView.setCurrentItem(hierarchy.GetItemByDataNode(empty))
    host.dialogs.expect("OK")
    ui.transformCopiesButton.click()
    assert "hollow is empty" in host.dialogs.shown[-1].text
    assert slicer.mrmlScene.GetFirstNodeByName("hollow (transformed)") is None
    host.closeScene()
    assert not ui.transformCopiesButton.enabled


def test_the_tree_shows_the_names(section, a_patient, host):
    """Slicer's tree has columns beside the name, of which that of the IDs alone takes the whole width."""
    from PySide6.QtGui import QFontMetrics

    host.pump(0.1)
    tree = section.ui.transformTreeView._hostLiving("test")
    wanted = QFontMetrics(tree.font()).horizontalAdvance(a_patient[2].GetName()) + 2 * tree.indentation()
    assert tree.columnWidth(0) > max(wanted, 0.8 * tree.viewport().width())
