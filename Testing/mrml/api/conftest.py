"""A scan of one object on any grid, quick parameter files, and output nodes."""

from __future__ import annotations

import numpy as np
import pytest
import vtk
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from phantoms.images import stage
from phantoms.scans import the_object, voxels_in_world


@pytest.fixture
def logic():
    return RegistrationLogic()


@pytest.fixture
def a_scan(a_volume_node):
    """Makes a volume node, about 100 mm wide around the world's origin, that shows the object where it is in world."""

    def make(shift=(0, 0, 0), *, size=(34, 32, 30), spacing=3.0, axes=None, parent=None, scale=1.0, **settings):
        ijk_to_ras = np.eye(4)
        ijk_to_ras[:3, :3] = (np.eye(3) if axes is None else axes) * spacing
        ijk_to_ras[:3, 3] = -ijk_to_ras[:3, :3] @ ((np.array(size) - 1) / 2)
        settings.setdefault("scalar_type", vtk.VTK_FLOAT)
        node = a_volume_node(np.zeros(size[::-1], np.float32), ijk_to_ras, parent=parent, **settings)
        image = node.GetImageData()
        values = the_object(voxels_in_world(node), shift) * scale
        vtk.util.numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())[:] = (
            values if image.GetScalarType() in (vtk.VTK_FLOAT, vtk.VTK_DOUBLE) else np.rint(values)
        )
        image.Modified()
        return node

    return make


@pytest.fixture
def translation_file(tmp_path):
    path = tmp_path / "translation.txt"
    write_parameter_file(stage("TranslationTransform"), path)
    return str(path)


@pytest.fixture
def bspline_file(tmp_path):
    path = tmp_path / "bspline.txt"
    write_parameter_file(stage("BSplineTransform", FinalGridSpacingInPhysicalUnits="20"), path)
    return str(path)


@pytest.fixture
def a_transform(a_scene):
    return a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "result")


@pytest.fixture
def an_output(a_scene):
    return a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")
