"""Corresponding points of two markups nodes, in world, LPS mm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.transforms.landmarks import LandmarkPairs, pair_landmarks
from ...core.wording import said
from .coordinates import lps_from_ras


def points_of(node: Any, role: str) -> tuple[np.ndarray, list[str]]:
    """((N, 3) points in world, LPS mm; their labels) of the placed control points of a markups node.

    ``role`` ("fixed points", ...) names it in messages. Raises InputError if it is not a markups node or has no points.
    """
    if node is None or not node.IsA("vtkMRMLMarkupsNode"):
        what = "nothing" if node is None else f"{node.GetName()}, a {node.GetNodeTagName()} node,"
        raise InputError(said("The {role} must be a point list; {what} was given.", role=role, what=what))
    placed = [
        n
        for n in range(node.GetNumberOfControlPoints())
        if node.GetNthControlPointPositionStatus(n) == node.PositionDefined
    ]
    if not placed:
        raise InputError(said("The list {name} has no points yet.", name=node.GetName()))
    ras = [node.GetNthControlPointPositionWorld(n) for n in placed]
    return lps_from_ras(np.array([tuple(point) for point in ras])), [node.GetNthControlPointLabel(n) for n in placed]


def landmark_pairs(fixed_node: Any, moving_node: Any, pairing: str = "auto") -> LandmarkPairs:
    """Corresponding points of two markups nodes, (N, 3), LPS mm in world: see ``core.landmarks.pair_landmarks``."""
    fixed, fixed_labels = points_of(fixed_node, "fixed points")
    moving, moving_labels = points_of(moving_node, "moving points")
    names = said(
        "fixed points {fixed} and the moving points {moving}", fixed=fixed_node.GetName(), moving=moving_node.GetName()
    )
    return pair_landmarks(fixed, moving, fixed_labels, moving_labels, pairing, names)
