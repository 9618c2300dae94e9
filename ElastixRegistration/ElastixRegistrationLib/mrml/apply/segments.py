"""Segments moved by a transform, as a new segmentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ...core.images.geometry import Geometry
from ..nodes.chains import Chain, inverse, matrix_of, vtk_from_chain
from ..nodes.coordinates import array_from_vtk_matrix, geometry_from_ijk_to_ras, ijk_to_ras_of, vtk_matrix_from_array
from ..nodes.incremental import Steps
from ..nodes.resampling import resample_incrementally
from ..nodes.segments import chosen_segment_ids, representation_of
from ..nodes.volumes import VolumeImage, is_orthogonal, moved_grid, world_grid


def moved_segmentation_incrementally(
    node: Any, chain: Chain, reference: VolumeImage | None
) -> Steps[Callable[[Any], None]]:
    """Compute the data of ``node`` moved by ``chain``, which maps to the node's own space.

    Label maps are resampled to the grid of ``reference``, surfaces are moved. Other representations are left out,
    because Slicer recreates them. Returns a function that writes the data into a node.
    """
    name = f"segmentation {node.GetName()}"
    moved: dict[int, tuple[Any, Any]] = {}  # keeps the original, so that its id is not reused
    by_segment: dict[str, dict[str, Any]] = {}
    segmentation = node.GetSegmentation()
    to_here = vtk_from_chain(inverse(chain))
    for segment_id in chosen_segment_ids(node, None, name):
        segment = segmentation.GetSegment(segment_id)
        representation_of(node, segment, name)  # says what is missing
        own = by_segment[segment_id] = {}
        for kind in _kinds():
            found = segment.GetRepresentation(kind)
            if found is None:
                continue
            # Several segments share one label map.
            if id(found) not in moved:
                if found.IsA("vtkPolyData"):
                    result = _moved_surface(found, to_here)
                else:
                    result = yield from _moved_label_map_incrementally(found, chain, reference)
                moved[id(found)] = found, result
            own[kind] = moved[id(found)][1]
            yield

    def write(target: Any) -> None:
        modified = target.StartModify()
        try:
            target.SetAndObserveTransformNodeID(None)
            target.SetAndObserveSegmentation(_segmentation_like(segmentation, by_segment))
            if reference is not None:
                target.SetReferenceImageGeometryParameterFromVolumeNode(reference.node)
        finally:
            target.EndModify(modified)

    return write


def _segmentation_like(source: Any, by_segment: Mapping[str, Mapping[str, Any]]) -> Any:
    """A new segmentation with the segments of ``source`` in other shapes.

    Copies by vtkSegmentation itself need converters that are registered only in Slicer.
    """
    result = slicer.vtkSegmentation()
    result.SetSourceRepresentationName(source.GetSourceRepresentationName())
    result.CopyConversionParameters(source)
    for segment_id, representations in by_segment.items():
        segment = slicer.vtkSegment()
        segment.DeepCopyMetadata(source.GetSegment(segment_id))
        for kind, representation in representations.items():
            segment.AddRepresentation(kind, representation)
        result.AddSegment(segment, segment_id)
    return result


def _kinds() -> tuple[str, str]:
    converter = slicer.vtkSegmentationConverter
    return converter.GetBinaryLabelmapRepresentationName(), converter.GetClosedSurfaceRepresentationName()


def _moved_surface(surface: vtk.vtkPolyData, transform: vtk.vtkAbstractTransform) -> vtk.vtkPolyData:
    if surface.GetNumberOfPoints() == 0:
        return surface
    mover = vtk.vtkTransformPolyDataFilter()
    mover.SetInputData(surface)
    mover.SetTransform(transform)
    mover.Update()
    return mover.GetOutput()


def _moved_label_map_incrementally(label_map: Any, chain: Chain, reference: VolumeImage | None) -> Steps[Any]:
    scalars = label_map.GetPointData().GetScalars()
    size = label_map.GetDimensions()
    if scalars is None or min(size) < 1:
        return label_map
    image_to_world = vtk.vtkMatrix4x4()
    label_map.GetImageToWorldMatrix(image_to_world)
    own = geometry_from_ijk_to_ras(array_from_vtk_matrix(image_to_world), size, label_map.GetExtent()[::2])
    voxels = vtk_to_numpy(scalars).reshape(size[::-1])
    if reference is not None:
        grid = reference.geometry if not reference.to_world else world_grid(reference)
    else:
        matrix = matrix_of(inverse(chain))
        if matrix is not None:
            grid = geometry_from_ijk_to_ras(matrix @ ijk_to_ras_of(own), size)
            if is_orthogonal(grid):
                return _oriented_image(voxels, grid, scalars.GetDataType())
        grid = moved_grid(own, inverse(chain))
    moved = yield from resample_incrementally(voxels, own, chain, grid, interpolation="nearest")
    return _oriented_image(moved, grid, scalars.GetDataType())


def _oriented_image(voxels: np.ndarray, grid: Geometry, scalar_type: int) -> Any:
    image = slicer.vtkOrientedImageData()
    image.SetDimensions(*grid.size)
    image.AllocateScalars(scalar_type, 1)
    vtk_to_numpy(image.GetPointData().GetScalars())[:] = voxels.reshape(-1)
    image.SetImageToWorldMatrix(vtk_matrix_from_array(ijk_to_ras_of(grid)))
    return image
