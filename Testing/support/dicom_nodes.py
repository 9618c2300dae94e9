"""Volumes as Slicer's DICOM module loads them, and a stand-in for its database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import vtk
from ElastixRegistrationLib.core.files.dicom.volumes import read_dicom
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.mrml.apply.dicom_export import INSTANCES
from phantoms.dicom_patient import GRID
from vtk.util.numpy_support import numpy_to_vtk


class Database:
    """What of ctkDICOMDatabase is used: paths by UID of the slices in ``folders``, and files put in."""

    def __init__(self, *folders: Path):
        self.files, self.inserted, self.contents = {}, [], []
        for path in (path for folder in folders for path in folder.iterdir()):
            self.files[str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)] = str(path)

    def fileForInstance(self, uid):
        return self.files.get(uid, "")

    def insert(self, path):
        self.inserted.append(path)
        self.contents.append(pydicom.dcmread(path))


def loaded_volume(scene: Any, folder: Path) -> Any:
    """A volume node of the series in ``folder``, which lies on ``GRID``, under the name of the folder."""
    read = read_dicom(folder)
    voxels = np.ascontiguousarray(array_view(read.image)[:, ::-1, ::-1])  # from LPS to RAS axes
    image = vtk.vtkImageData()
    image.SetDimensions(*GRID.size)
    image.GetPointData().SetScalars(numpy_to_vtk(voxels.ravel(), deep=True))
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", folder.name)
    node.SetAndObserveImageData(image)
    node.SetSpacing(*GRID.spacing)
    last = GRID.points_of([GRID.size[0] - 1, GRID.size[1] - 1, 0])
    node.SetOrigin(-last[0], -last[1], last[2])
    node.SetAttribute(INSTANCES, " ".join(one.uid for one in read.series.instances))
    return node
