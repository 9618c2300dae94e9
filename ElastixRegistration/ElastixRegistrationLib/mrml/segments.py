"""Segments of a segmentation node on the grid of an image.

Binary label maps are read at the nearest voxel; closed surfaces are filled on the grid itself, without the converters
of Slicer's Segmentations module, which are registered in Slicer only and would write into the node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ..core.errors import InputError
from ..core.images import Geometry
from .chains import Chain, inverse, map_lps_points
from .coordinates import (
    array_from_vtk_matrix,
    array_from_vtk_points,
    geometry_from_ijk_to_ras,
    lps_from_ras,
    vtk_points_from_array,
)
from .resampling import resample_steps
from .steps import Steps


def segments_on_grid_steps(
    node: Any, segments: Sequence[str] | None, grid: Geometry, from_world: Chain, name: str
) -> Steps[tuple[np.ndarray, bool]]:
    """((k, j, i) bool, is_empty): the union of segments on ``grid``, and whether nothing is in them anywhere."""
    inside = np.zeros(grid.size[::-1], bool)
    is_empty = True
    label_maps: dict[int, tuple[Any, list[int]]] = {}
    for segment in chosen_segments(node, segments, name):
        representation = representation_of(node, segment, name)
        if representation is None:
            continue
        if representation.IsA("vtkPolyData"):
            is_empty = False
            inside |= _filled(representation, from_world, grid)
            yield
        else:
            # Several segments share one label map, each with its own value.
            label_maps.setdefault(id(representation), (representation, []))[1].append(segment.GetLabelValue())
    for label_map, values in label_maps.values():
        found = _labelled(label_map, values)
        if found is not None:
            is_empty = False
            voxels, geometry = found
            moved = yield from resample_steps(voxels, geometry, from_world, grid, interpolation="nearest")
            inside |= moved != 0
    return inside, is_empty


def segment_names(node: Any) -> list[str]:
    """Names of the segments of a segmentation node, in its order, each once."""
    segmentation = node.GetSegmentation()
    names = (segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments()))
    return list(dict.fromkeys(names))


def chosen_segments(node: Any, segments: Sequence[str] | None, name: str) -> list[Any]:
    """The vtkSegments of those ids or names, all for None. Raises InputError naming those that there are."""
    segmentation = node.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(n) for n in range(segmentation.GetNumberOfSegments())]
    if not ids:
        raise InputError(f"The {name} has no segments.")
    if segments is None:
        return [segmentation.GetSegment(segment_id) for segment_id in ids]
    by_name = {segmentation.GetSegment(segment_id).GetName(): segment_id for segment_id in reversed(ids)}
    wanted = [segments] if isinstance(segments, str) else list(segments)
    if not wanted:
        raise InputError(f"No segment of the {name} was chosen.")
    for segment in wanted:
        if segment not in ids and segment not in by_name:
            raise InputError(f"The {name} has no segment {segment!r}; it has {', '.join(by_name)}.")
    return [segmentation.GetSegment(s if s in ids else by_name[s]) for s in wanted]


def representation_of(node: Any, segment: Any, name: str) -> Any:
    """The label map or surface that a segment is defined by, or the other one where it is defined by neither."""
    label_map = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    surface = slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName()
    source = node.GetSegmentation().GetSourceRepresentationName()
    for kind in (source, label_map, surface):
        found = segment.GetRepresentation(kind) if kind in (label_map, surface) else None
        if found is not None:
            return found if found.GetNumberOfPoints() > 0 else None
    if source in (label_map, surface):
        return None
    raise InputError(
        f"The segment {segment.GetName()} of the {name} has neither a binary label map nor a closed surface;"
        f" create one of them from its {source}."
    )


def _labelled(label_map: Any, values: list[int]) -> tuple[np.ndarray, Geometry] | None:
    """((k, j, i) uint8, geometry in the space of the node) of the voxels with one of ``values``, None without any."""
    scalars = label_map.GetPointData().GetScalars()
    if scalars is None:
        return None
    size = label_map.GetDimensions()
    voxels = np.isin(vtk_to_numpy(scalars).reshape(size[::-1]), values)
    if not voxels.any():
        return None
    matrix = vtk.vtkMatrix4x4()
    label_map.GetImageToWorldMatrix(matrix)
    return voxels.view(np.uint8), geometry_from_ijk_to_ras(
        array_from_vtk_matrix(matrix), size, label_map.GetExtent()[::2]
    )


def _filled(surface: vtk.vtkPolyData, from_world: Chain, grid: Geometry) -> np.ndarray:
    """(k, j, i) bool: voxels of ``grid`` with their centre inside of a closed surface in the space of its node."""
    points = lps_from_ras(array_from_vtk_points(surface.GetPoints()))
    moved = vtk.vtkPolyData()
    moved.ShallowCopy(surface)
    moved.SetPoints(vtk_points_from_array(grid.indices_of(map_lps_points(inverse(from_world), points))))
    stencil = vtk.vtkPolyDataToImageStencil()
    stencil.SetInputData(moved)
    stencil.SetOutputOrigin(0, 0, 0)
    stencil.SetOutputSpacing(1, 1, 1)
    stencil.SetOutputWholeExtent(0, grid.size[0] - 1, 0, grid.size[1] - 1, 0, grid.size[2] - 1)
    image = vtk.vtkImageStencilToImage()
    image.SetInputConnection(stencil.GetOutputPort())
    image.SetInsideValue(1)
    image.SetOutsideValue(0)
    image.SetOutputScalarTypeToUnsignedChar()
    image.Update()
    return vtk_to_numpy(image.GetOutput().GetPointData().GetScalars()).reshape(grid.size[::-1]) != 0
