"""Chains of transforms as in MRML: RAS, mm. The first element acts on a point first.

An element is a (4, 4) matrix or a VTK warp: a B-spline, grid or thin plate spline, or the inverse of one, which VTK
computes point by point. Hierarchies of transform nodes, inverses and results are all handled as chains, which are
concatenated, inverted, simplified and sampled only here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer
import vtk

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.wording import said
from .coordinates import (
    array_from_vtk_matrix,
    array_from_vtk_points,
    ijk_to_ras_of,
    lps_from_ras,
    vtk_matrix_from_array,
    vtk_points_from_array,
)
from .incremental import Pace, Steps

#: A matrix this close to the identity (mm, and mm per mm) is rounding left over from a matrix and its inverse.
_ROUNDING = 1e-12
#: Tolerance of VTK's inverse, mm. The error of its default, 0.001 mm, is visible in comparisons; the error after one
#: more step of Newton's method is not.
INVERSE_TOLERANCE = 1e-7
#: Points in the first step, whose duration determines the size of the next one.
_FIRST_POINTS = 20_000

Chain = list[Any]


def chain_from_vtk(transform: vtk.vtkAbstractTransform | None) -> Chain:
    """The elements of a VTK transform; general transforms are split into their parts. None is the identity."""
    flat = vtk.vtkCollection()
    slicer.vtkMRMLTransformNode.FlattenGeneralTransform(flat, transform)
    elements = [flat.GetItemAsObject(n) for n in range(flat.GetNumberOfItems())]
    chain = []
    for element in elements:
        element.Update()  # the matrix of an inverse is out of date before
        is_matrix = element.IsA("vtkHomogeneousTransform")
        chain.append(array_from_vtk_matrix(element.GetMatrix()) if is_matrix else element)
    return simplified(chain)


def chain_to_world(transform_node: slicer.vtkMRMLTransformNode | None) -> Chain:
    """The chain from the space below ``transform_node`` to world; None is world itself.

    Raises InputError if a matrix in the chain has no inverse or contains values that are not finite.
    """
    if transform_node is None:
        return []
    transform = vtk.vtkGeneralTransform()
    transform_node.GetTransformToWorld(transform)
    chain = chain_from_vtk(transform)
    if not all(is_invertible(element) for element in chain if is_matrix(element)):
        raise InputError(
            said(
                "The transform {transform_node} (or one above it) has a singular matrix, which has no "
                "inverse; reset or replace it.",
                transform_node=transform_node.GetName(),
            )
        )
    return chain


def simplified(chain: Sequence[Any]) -> Chain:
    """The same mapping with adjacent matrices multiplied, and each warp next to its inverse removed."""
    result: Chain = []
    for element in chain:
        previous = result[-1] if result else None
        if is_matrix(element):
            if is_matrix(previous):
                element = element @ result.pop()
            if (
                not np.abs(element - np.eye(4)).max() <= _ROUNDING
            ):  # keeps values that are not finite, so that checks find them
                result.append(element)
        elif previous is not None and not is_matrix(previous) and previous.GetInverse() is element:
            result.pop()
        else:
            result.append(element)
    # Removal can make other elements adjacent.
    return result if len(result) == len(chain) else simplified(result)


def inverse(chain: Sequence[Any]) -> Chain:
    return [np.linalg.inv(element) if is_matrix(element) else element.GetInverse() for element in reversed(chain)]


def is_invertible(matrix: np.ndarray) -> bool:
    """Whether a (4, 4) matrix is finite and keeps three dimensions, that is, has no scale below 1e-9."""
    linear = matrix[:3, :3]
    if not np.isfinite(matrix).all():
        return False
    lengths = np.linalg.norm(linear, axis=0)
    return bool(lengths.min() > 1e-9 and abs(np.linalg.det(linear / lengths)) > 1e-9)


def is_matrix(element: Any) -> bool:
    return isinstance(element, np.ndarray)


def matrix_of(chain: Sequence[Any]) -> np.ndarray | None:
    """The (4, 4) matrix of a linear chain; None for other chains."""
    chain = simplified(chain)
    if not chain:
        return np.eye(4)
    return chain[0] if len(chain) == 1 and is_matrix(chain[0]) else None


def is_inverted(element: Any) -> bool:
    """Whether VTK computes this warp as an inverse, point by point."""
    element.Update()  # an inverse does not know that it is one before
    return bool(element.IsA("vtkWarpTransform") and element.GetInverseFlag())


def map_points(chain: Sequence[Any], points: np.ndarray) -> np.ndarray:
    """Map (N, 3) points, RAS mm."""
    points = np.array(points, float)
    for element in chain:
        if is_matrix(element):
            points = points @ element[:3, :3].T + element[:3, 3]
        else:
            mapped = vtk.vtkPoints()
            mapped.SetDataTypeToDouble()
            element.TransformPoints(vtk_points_from_array(points), mapped)
            points = array_from_vtk_points(mapped)
    return points


def map_lps_points(chain: Sequence[Any], points: np.ndarray) -> np.ndarray:
    """Map (N, 3) points, LPS mm."""
    return lps_from_ras(map_points(chain, lps_from_ras(points)))


def displacement_incrementally(chain: Sequence[Any], geometry: Geometry, vectors: np.ndarray) -> Steps[None]:
    """Write T(x) - x, RAS mm, at the voxel centers x of ``geometry`` into (k, j, i, 3) ``vectors``."""
    matrix = matrix_of(chain)
    if matrix is not None:
        yield from _linear_displacement_incrementally(matrix, geometry, vectors)
        return
    rows = vectors.reshape(-1, geometry.size[0], 3)  # a view, because VTK and NumPy allocate contiguous memory
    first, count = 0, len(rows)
    pace = Pace(max(1, _FIRST_POINTS // geometry.size[0]))
    while first < count:
        pace.begin()
        last = min(first + pace.count, count)
        row = np.arange(first, last)
        indices = np.empty((last - first, geometry.size[0], 3))
        indices[..., 0] = np.arange(geometry.size[0])
        indices[..., 1] = (row % geometry.size[1])[:, None]
        indices[..., 2] = (row // geometry.size[1])[:, None]
        points = lps_from_ras(geometry.points_of(indices.reshape(-1, 3)))
        rows[first:last] = (map_points(chain, points) - points).reshape(indices.shape)
        first = last
        pace.next()
        yield


def _linear_displacement_incrementally(matrix: np.ndarray, geometry: Geometry, vectors: np.ndarray) -> Steps[None]:
    """Displacements of a (4, 4) RAS matrix, which change by a constant from voxel to voxel."""
    growth = (matrix - np.eye(4)) @ ijk_to_ras_of(geometry)
    i, j, k = (np.arange(n)[:, None] * growth[:3, axis] for axis, n in enumerate(geometry.size))
    plane = j[:, None] + i + growth[:3, 3]
    pace = Pace(max(1, _FIRST_POINTS // (geometry.size[0] * geometry.size[1])))
    first = 0
    while first < geometry.size[2]:
        pace.begin()
        last = min(first + pace.count, geometry.size[2])
        np.add(plane, k[first:last, None, None], out=vectors[first:last])
        first = last
        pace.next()
        yield


def vtk_from_chain(chain: Sequence[Any], own: Sequence[Any] = ()) -> vtk.vtkAbstractTransform:
    """One VTK transform: a vtkTransform or a warp for a single element, otherwise a vtkGeneralTransform.

    Elements are copied, except those in ``own``, so that later changes to their nodes have no effect.
    """
    elements = [
        _for_scene(element) if any(element is one for one in own) else _copy(element) for element in simplified(chain)
    ] or [vtk.vtkTransform()]
    if len(elements) == 1:
        return elements[0]
    transform = vtk.vtkGeneralTransform()
    transform.PostMultiply()
    for element in elements:
        transform.Concatenate(element)
    return transform


def _copy(element: Any) -> vtk.vtkAbstractTransform:
    if is_matrix(element):
        transform = vtk.vtkTransform()
        transform.SetMatrix(vtk_matrix_from_array(element))
        return transform
    if is_inverted(element):
        return _copy(element.GetInverse()).GetInverse()
    copy = element.MakeTransform()
    slicer.vtkMRMLTransformNode.DeepCopyTransform(copy, element)
    return _for_scene(copy)


def _for_scene(element: vtk.vtkAbstractTransform) -> vtk.vtkAbstractTransform:
    if element.IsA("vtkWarpTransform"):
        element.SetInverseTolerance(min(element.GetInverseTolerance(), INVERSE_TOLERANCE))
    return element
