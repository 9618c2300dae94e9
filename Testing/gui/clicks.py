"""What tests of the panel do and look at again and again."""

from __future__ import annotations

import numpy as np
import slicer
import vtk


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


class OpenedUrls:
    """What would open in the web browser, from now on."""

    def __init__(self, qt):
        from PySide6.QtCore import QObject, QUrl, Slot
        from PySide6.QtGui import QDesktopServices

        class Receiver(QObject):
            def __init__(self):
                super().__init__()
                self.paths = []

            @Slot(QUrl)
            def take(self, url):
                self.paths.append(url.toLocalFile())

        self._receiver = Receiver()
        QDesktopServices.setUrlHandler("file", self._receiver, "take")

    @property
    def paths(self):
        return self._receiver.paths
