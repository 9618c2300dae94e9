"""One object in world, scanned by volume nodes of any grid, type and parents; where it is, is known."""

from __future__ import annotations

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

#: RAS mm: where the object of the moving scan is, less where it is in the fixed one.
SHIFT = np.array([4.0, -3.0, 2.5])
_RANDOM = np.random.default_rng(5)
PLACES = _RANDOM.uniform(-28, 28, (16, 3))
WIDTHS = _RANDOM.uniform(5, 11, 16)
HEIGHTS = _RANDOM.uniform(40, 90, 16)


def the_object(world_ras: np.ndarray, shift=(0.0, 0.0, 0.0)) -> np.ndarray:
    """Gaussian blobs around the origin, moved by ``shift``: 0 to about 120, at (N, 3) points."""
    points = world_ras - np.asarray(shift)
    values = np.zeros(len(points))
    for place, width, height in zip(PLACES, WIDTHS, HEIGHTS, strict=True):
        values += height * np.exp(-np.square(points - place).sum(-1) / (2 * width**2))
    return values


def blobs(shift=(0, 0, 0), size=(26, 24, 22)):
    """(k, j, i) of ``the_object`` on a grid of 4 mm around the world's origin."""
    indices = np.stack(np.meshgrid(*[np.arange(n) for n in size[::-1]], indexing="ij")[::-1], -1)
    points = (indices - (np.array(size) - 1) / 2) * 4.0
    return the_object(points.reshape(-1, 3), shift).reshape(size[::-1])


def voxels_in_world(node) -> np.ndarray:
    """(N, 3) RAS of all voxel centers of a volume node, first index fastest, by MRML itself."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    dimensions = node.GetImageData().GetDimensions()
    k, j, i = np.meshgrid(*[np.arange(n) for n in dimensions[::-1]], indexing="ij")
    to_ras = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(3)])
    points = np.stack([i.ravel(), j.ravel(), k.ravel(), np.ones(i.size)], -1) @ to_ras.T
    parent = node.GetParentTransformNode()
    if parent is None:
        return points
    to_world = vtk.vtkGeneralTransform()
    parent.GetTransformToWorld(to_world)
    before, after = vtk.vtkPoints(), vtk.vtkPoints()
    before.SetData(numpy_to_vtk(np.ascontiguousarray(points), deep=True))
    after.SetDataTypeToDouble()
    to_world.TransformPoints(before, after)
    return np.array(vtk_to_numpy(after.GetData()))


def voxels_of(node) -> np.ndarray:
    """(k, j, i[, c]) copy."""
    image = node.GetImageData()
    scalars = vtk_to_numpy(image.GetPointData().GetScalars())
    return np.array(scalars.reshape(*image.GetDimensions()[::-1], *scalars.shape[1:]))


def scene_state(scene) -> tuple[str, list]:
    """Everything that can be seen to change: the scene as XML, and when each node and its data were last modified."""
    scene.SetSaveToXMLString(1)
    scene.Commit()
    nodes = [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]
    times = [(node.GetID(), node.GetMTime()) for node in nodes]
    for node in nodes:
        if node.IsA("vtkMRMLVolumeNode") and node.GetImageData() is not None:
            times.append((node.GetID(), node.GetImageData().GetMTime()))
    return scene.GetSceneXMLString(), times


def residual(transform_node, former_to_world=None, shift=SHIFT):
    """Largest distance, mm, between where the object is and where the node says, near the center of world."""
    from support.builders import vtk_map  # loads itk, which a test of the window must not

    points = np.random.default_rng(1).uniform(-25, 25, (60, 3))
    from_world = vtk.vtkGeneralTransform()
    transform_node.GetTransformFromWorld(from_world)
    local = vtk_map(from_world, points)
    was = local if former_to_world is None else vtk_map(former_to_world, local)
    return np.abs(was - points - shift).max()
