"""Segments of a segmentation node on the grid of an image.

Binary label maps are sampled at the nearest voxel. Closed surfaces are filled on the grid itself, without the
converters of Slicer's Segmentations module, which are registered only in Slicer and would write into the node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.wording import said
from .chains import Chain, inverse, map_lps_points
from .coordinates import (
    array_from_vtk_matrix,
    array_from_vtk_points,
    geometry_from_ijk_to_ras,
    lps_from_ras,
    vtk_points_from_array,
)
from .incremental import Steps
from .resampling import resample_incrementally


def segments_on_grid_incrementally(
    node: Any, ids: Sequence[str], grid: Geometry, from_world: Chain, name: str
) -> Steps[tuple[np.ndarray, bool]]:
    """((k, j, i) bool, is_empty): the union of segments on ``grid``, and whether all of them are empty.

    ``ids``: from ``segment_ids``, ``chosen_segment_ids`` or ``shared_segment_ids``.
    """
    inside = np.zeros(grid.size[::-1], bool)
    is_empty = True
    label_maps: dict[int, tuple[Any, list[int]]] = {}
    for segment_id in ids:
        segment = node.GetSegmentation().GetSegment(segment_id)
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
        found = _labeled(label_map, values)
        if found is not None:
            is_empty = False
            voxels, geometry = found
            moved = yield from resample_incrementally(voxels, geometry, from_world, grid, interpolation="nearest")
            inside |= moved != 0
    return inside, is_empty


def segment_ids(node: Any) -> list[str]:
    """Ids of the segments of a segmentation node, in its order. Names need not be unique, or differ from ids."""
    segmentation = node.GetSegmentation()
    return [segmentation.GetNthSegmentID(n) for n in range(segmentation.GetNumberOfSegments())]


def segment_name(node: Any, segment_id: str) -> str:
    return str(node.GetSegmentation().GetSegment(segment_id).GetName())


def chosen_segment_ids(node: Any, segments: Sequence[str] | None, name: str) -> list[str]:
    """The ids, without duplicates, of segments that a user chose by id or name; None means all.

    Raises InputError for an unknown id or name, with a list of the known ones, and for an ambiguous name.
    """
    ids = segment_ids(node)
    if not ids:
        raise InputError(said("The {name} has no segments.", name=name))
    if segments is None:
        return ids
    by_name = _ids_by_name(node)
    wanted = [segments] if isinstance(segments, str) else list(segments)
    if not wanted:
        raise InputError(said("No segment of the {name} was chosen.", name=name))
    chosen: dict[str, None] = {}
    for segment in wanted:
        found = dict.fromkeys([*([segment] if segment in ids else []), *by_name.get(segment, [])])
        if not found:
            raise InputError(
                said(
                    "The {name} has no segment {segment}; it has {names}.",
                    name=name,
                    segment=repr(segment),
                    names=", ".join(by_name),
                )
            )
        if len(found) > 1:
            raise InputError(
                said(
                    "The {name} has {count} segments that {segment} stands for, as id or as name: those with "
                    "the ids {names}; give each its own name.",
                    name=name,
                    count=len(found),
                    segment=repr(segment),
                    names=", ".join(found),
                )
            )
        chosen |= found
    return list(chosen)


def alike_segment_ids(
    node: Any, segments: Sequence[str] | None, other: Any, other_segments: Sequence[str] | None
) -> list[str]:
    """Ids of ``other_segments`` of the segmentation ``other``, in the order of the ``segments`` of the same names of
    ``node``. Segments: ids or names; None means all. Raises InputError if the names are not the same."""
    sides = ((node, segments), (other, other_segments))
    ids = [chosen_segment_ids(one, chosen, one.GetName()) for one, chosen in sides]
    names = [[segment_name(one, each) for each in found] for (one, _), found in zip(sides, ids, strict=True)]
    if sorted(names[0]) != sorted(names[1]) or len(set(names[0])) < len(names[0]):
        raise InputError(
            said(
                "The segments of {node} are {names}, but those of {other} are {others}; each name must occur once in"
                " both.",
                node=node.GetName(),
                names=", ".join(names[0]),
                other=other.GetName(),
                others=", ".join(names[1]),
            )
        )
    return [ids[1][names[1].index(name)] for name in names[0]]


def shared_segment_ids(fixed: Any, moving: Any) -> dict[str, tuple[str, str]]:
    """Ids of the segments with the same name in two segmentation nodes, by name.

    Raises InputError if no name is shared, or if several segments have a shared name.
    """
    of_fixed, of_moving = _ids_by_name(fixed), _ids_by_name(moving)
    shared = [name for name in of_fixed if name in of_moving]
    if not shared:
        raise InputError(
            said(
                "{fixed} and {moving} have no segment of the same name.", fixed=fixed.GetName(), moving=moving.GetName()
            )
        )
    for name in shared:
        for node, ids in ((fixed, of_fixed[name]), (moving, of_moving[name])):
            if len(ids) > 1:
                raise InputError(
                    said(
                        "{node} has {count} segments named {name}, so that they cannot be paired by name; rename them.",
                        node=node.GetName(),
                        count=len(ids),
                        name=name,
                    )
                )
    return {name: (of_fixed[name][0], of_moving[name][0]) for name in shared}


def _ids_by_name(node: Any) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = {}
    for segment_id in segment_ids(node):
        by_name.setdefault(segment_name(node, segment_id), []).append(segment_id)
    return by_name


def representation_of(node: Any, segment: Any, name: str) -> Any:
    """The label map or surface that defines a segment; if neither does, the one that exists."""
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
        said(
            "The segment {segment} of the {name} has neither a binary label map nor a closed "
            "surface; create one of them from its {source}.",
            segment=segment.GetName(),
            name=name,
            source=source,
        )
    )


def _labeled(label_map: Any, values: list[int]) -> tuple[np.ndarray, Geometry] | None:
    """((k, j, i) uint8, geometry in the space of the node) of voxels with one of ``values``; None without any."""
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
    """(k, j, i) bool: voxels of ``grid`` whose center is inside a closed surface, given in the space of its node."""
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
