"""Real MRML: scenes, nodes and transforms of slicer-core, small enough to read."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.mrml.nodes.coordinates import vtk_matrix_from_array
from vtk.util.numpy_support import get_vtk_array_type, vtk_to_numpy


@pytest.fixture
def a_scene():
    return slicer.vtkMRMLScene()


@pytest.fixture
def segmentations_module():
    """What Slicer registers when it starts: without it no segmentation node can be copied."""
    factory = slicer.vtkSegmentationConverterFactory.GetInstance()
    rule = slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule()
    factory.RegisterConverterRule(rule)
    yield
    factory.UnregisterConverterRule(rule)


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@pytest.fixture
def a_volume_node(a_scene):
    """Makes a volume node of (k, j, i[, components]) voxels; ``ijk_to_ras`` defaults to the identity."""

    def make(
        voxels, ijk_to_ras=None, *, name="volume", node_class="vtkMRMLScalarVolumeNode", scalar_type=None, parent=None
    ):
        voxels = np.asarray(voxels)
        components = voxels.shape[3] if voxels.ndim == 4 else 1
        if scalar_type is None:
            scalar_type = get_vtk_array_type(voxels.dtype)
        image = vtk.vtkImageData()
        image.SetDimensions(*voxels.shape[2::-1])
        image.AllocateScalars(scalar_type, components)
        scalars = vtk_to_numpy(image.GetPointData().GetScalars())
        scalars[:] = voxels.reshape(scalars.shape)
        node = a_scene.AddNewNodeByClass(node_class, name)
        node.SetAndObserveImageData(image)
        if ijk_to_ras is not None:
            node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras))
        if parent is not None:
            node.SetAndObserveTransformNodeID(parent.GetID())
        return node

    return make


@pytest.fixture
def a_transform_node(a_scene):
    """Makes a transform node from a (4, 4) to-parent matrix, RAS, or a VTK transform (to-parent or from-parent)."""

    def make(transform, *, name="transform", parent=None, from_parent=False, node_class="vtkMRMLTransformNode"):
        node = a_scene.AddNewNodeByClass(node_class, name)
        if isinstance(transform, np.ndarray):
            node.SetMatrixTransformToParent(vtk_matrix_from_array(transform))
        elif from_parent:
            node.SetAndObserveTransformFromParent(transform)
        else:
            node.SetAndObserveTransformToParent(transform)
        if parent is not None:
            node.SetAndObserveTransformNodeID(parent.GetID())
        return node

    return make
