"""Conversion between RAS (MRML) and LPS (ITK, elastix), both in mm. All conversions are in this module.

Slicer's own ``slicer.util.itkImageFromVolume`` flips the directions but not the origin, and its transforms are not true
LPS. Here every point, vector and matrix is flipped completely.
"""

from __future__ import annotations

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from ...core.images.geometry import Geometry

_FLIP = np.array([-1.0, -1.0, 1.0])
_FLIP_MATRIX = np.diag([-1.0, -1.0, 1.0, 1.0])


def lps_from_ras(points: np.ndarray) -> np.ndarray:
    """Flip x and y of (..., 3) points or vectors, mm. Its own inverse."""
    return np.asarray(points, float) * _FLIP


def lps_from_ras_matrix(matrix: np.ndarray) -> np.ndarray:
    """The (4, 4) matrix that maps LPS points as the given one maps RAS points. Its own inverse."""
    return _FLIP_MATRIX @ np.asarray(matrix, float) @ _FLIP_MATRIX


def geometry_from_ijk_to_ras(
    ijk_to_ras: np.ndarray, size: tuple[int, ...], start: tuple[int, ...] = (0, 0, 0)
) -> Geometry:
    """Geometry (LPS, mm) of a grid of ``size`` voxels whose first voxel has index ``start``.

    ``ijk_to_ras`` is (4, 4) and invertible. Its axes need not be orthogonal; ``Geometry.direction`` then is not either.
    """
    matrix = _FLIP_MATRIX @ np.asarray(ijk_to_ras, float)
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    origin = matrix @ [*start, 1]
    return Geometry(
        size=tuple(int(n) for n in size),
        spacing=tuple(spacing.tolist()),
        origin=tuple(origin[:3].tolist()),
        direction=tuple(map(tuple, (matrix[:3, :3] / spacing).tolist())),
    )


def ijk_to_ras_of(geometry: Geometry) -> np.ndarray:
    """(4, 4) matrix from voxel indices (i, j, k, 1) of a 3D grid to RAS mm."""
    return _FLIP_MATRIX @ geometry.index_to_physical()


def array_from_vtk_matrix(matrix: vtk.vtkMatrix4x4) -> np.ndarray:
    """A (4, 4) copy."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def vtk_matrix_from_array(array: np.ndarray) -> vtk.vtkMatrix4x4:
    """A vtkMatrix4x4 from a (4, 4) or (3, 3) array, which is extended with the last row and column of the identity."""
    matrix = vtk.vtkMatrix4x4()
    for (row, column), value in np.ndenumerate(np.asarray(array, float)):
        matrix.SetElement(row, column, float(value))
    return matrix


def vtk_points_from_array(points: np.ndarray) -> vtk.vtkPoints:
    """vtkPoints, double, with a copy of (N, 3) points in the same frame."""
    result = vtk.vtkPoints()
    result.SetData(numpy_to_vtk(np.ascontiguousarray(points, np.float64), deep=True))
    return result


def array_from_vtk_points(points: vtk.vtkPoints) -> np.ndarray:
    """An (N, 3) float64 copy in the same frame."""
    if points is None or points.GetNumberOfPoints() == 0:
        return np.empty((0, 3))
    return np.array(vtk_to_numpy(points.GetData()), np.float64)
