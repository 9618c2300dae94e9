"""What tests of the panel share: choosing items, reading labels and tables, small volumes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import slicer
import vtk

MODULE_FILE = Path(__file__).resolve().parents[2] / "ElastixRegistration" / "ElastixRegistration.py"


def choose(comboBox, value):
    """Choose the item behind which ``value`` stands, as a user does by its text."""
    index = comboBox.findData(value)
    assert index >= 0, f"{value} is not offered"
    comboBox.setCurrentIndex(index)


def said(label):
    """The text of a label, without the places where it may be broken."""
    return label.text.replace("\N{ZERO WIDTH SPACE}", "")


def shift_of(node):
    """Where a linear transform node moves what lies under it, RAS mm."""
    matrix = vtk.vtkMatrix4x4()
    node.GetMatrixTransformToParent(matrix)
    return [matrix.GetElement(row, 3) for row in range(3)]


def shown_table(table):
    """The texts of the result table: measure to (before, after)."""
    return {
        table.item(row, 0).text(): (table.item(row, 1).text(), table.item(row, 2).text())
        for row in range(table.rowCount)
    }


def add_node(scene, name="volume", kind="vtkMRMLScalarVolumeNode"):
    return scene.AddNewNodeByClass(kind, name)


def blobs_volume(name, shift=0.0, shape=(22, 24, 27), node_class="vtkMRMLScalarVolumeNode"):
    """A volume of three blobs, ``shift`` mm to the right, with the shape (k, j, i) and 3 mm voxels."""
    k, j, i = np.indices(shape) * 3.0
    voxels = sum(
        height * np.exp(-((i - x - shift) ** 2 + (j - y) ** 2 + (k - z) ** 2) / (2 * width**2))
        for x, y, z, width, height in ((30, 30, 28, 9, 900), (48, 40, 36, 6, 600), (38, 44, 24, 5, 750))
    )
    if node_class == "vtkMRMLLabelMapVolumeNode":
        voxels = voxels > 200
    elif node_class == "vtkMRMLVectorVolumeNode":
        voxels = np.stack([voxels / 4, voxels / 5, 250 - voxels / 4], -1)
    dtype = "uint8" if node_class == "vtkMRMLVectorVolumeNode" else "int16"
    node = slicer.util.addVolumeFromArray(voxels.astype(dtype), name=name, nodeClassName=node_class)
    node.SetSpacing(3, 3, 3)
    return node


class KeptPool:
    """The pool of a module that does not end with it."""

    def __init__(self, pool):
        self.submit, self.warm_up, self.close = pool.submit, pool.warm_up, lambda: None
