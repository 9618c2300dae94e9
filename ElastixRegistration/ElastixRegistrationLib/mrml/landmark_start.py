"""A start position from pairs of landmarks."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from ..core.errors import InputError
from .coordinates import lps_from_ras
from .points import paired_points

_FEWEST = 3


def landmark_transform_node(fixed_points_node: Any, moving_points_node: Any, pairing: str = "auto") -> Any:
    """A transform node, in no scene, that brings the moving to the fixed landmarks: rigid, least squares.

    Put over the moving volume it would do so, as initial transforms are meant. Raises InputError for fewer than three
    pairs.
    """
    fixed, moving = paired_points(fixed_points_node, moving_points_node, pairing)
    if len(fixed) < _FEWEST:
        raise InputError(f"A start position from landmarks needs {_FEWEST} pairs of points; there are {len(fixed)}.")
    points = []
    for side in (moving, fixed):
        points.append(vtk.vtkPoints())
        for point in lps_from_ras(side):  # its own inverse
            points[-1].InsertNextPoint(*point)
    transform = vtk.vtkLandmarkTransform()
    transform.SetModeToRigidBody()
    transform.SetSourceLandmarks(points[0])
    transform.SetTargetLandmarks(points[1])
    transform.Update()
    node = slicer.vtkMRMLLinearTransformNode()
    node.SetMatrixTransformToParent(transform.GetMatrix())
    return node
