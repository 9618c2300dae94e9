"""Corresponding points of two markups nodes, in world, LPS mm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.errors import InputError
from .coordinates import lps_from_ras

PAIRINGS = ("auto", "order", "label")


def points_of(node: Any, role: str) -> tuple[np.ndarray, list[str]]:
    """((N, 3) points in world, LPS mm; their labels) of the placed control points of a markups node.

    ``role`` ("fixed points", ...) names it in messages. Raises InputError when it is no markups node or has no points.
    """
    if node is None or not node.IsA("vtkMRMLMarkupsNode"):
        what = "nothing" if node is None else f"{node.GetName()}, a {node.GetNodeTagName()} node,"
        raise InputError(f"The {role} must be a point list; {what} was given.")
    placed = [
        n
        for n in range(node.GetNumberOfControlPoints())
        if node.GetNthControlPointPositionStatus(n) == node.PositionDefined
    ]
    if not placed:
        raise InputError(f"The {role} {node.GetName()} have no placed points.")
    ras = [node.GetNthControlPointPositionWorld(n) for n in placed]
    return lps_from_ras([tuple(point) for point in ras]), [node.GetNthControlPointLabel(n) for n in placed]


def paired_points(fixed_node: Any, moving_node: Any, pairing: str = "auto") -> tuple[np.ndarray, np.ndarray]:
    """Two (N, 3) arrays, LPS mm in world, of points that correspond: by "order", or by "label".

    "auto" pairs by label when both lists have the same labels, each once, and by order otherwise. Raises InputError
    that names the labels which one list has and the other has not.
    """
    if pairing not in PAIRINGS:
        raise InputError(f"Unknown pairing {pairing!r} of points; use one of {', '.join(PAIRINGS)}.")
    fixed, fixed_labels = points_of(fixed_node, "fixed points")
    moving, moving_labels = points_of(moving_node, "moving points")
    names = f"fixed points {fixed_node.GetName()} and the moving points {moving_node.GetName()}"
    unique = len(set(fixed_labels)) == len(fixed) and len(set(moving_labels)) == len(moving)
    shared = set(fixed_labels) & set(moving_labels)
    if pairing == "label" or (pairing == "auto" and unique and set(fixed_labels) == set(moving_labels)):
        if not unique:
            raise InputError(f"The {names} cannot be paired by label: some labels occur twice.")
        if set(fixed_labels) != set(moving_labels):
            raise InputError(f"The {names} do not correspond: {_missing(fixed_labels, moving_labels)}.")
        return fixed, moving[[moving_labels.index(label) for label in fixed_labels]]
    if len(fixed) != len(moving):
        detail = f": {_missing(fixed_labels, moving_labels)}" if unique and shared else ""
        raise InputError(f"The {names} do not make pairs, {len(fixed)} and {len(moving)} points{detail}.")
    return fixed, moving


def _missing(fixed: list[str], moving: list[str]) -> str:
    def listed(labels: list[str], side: str) -> str:
        return f"the {side} list lacks {', '.join(labels[:10])}{' ...' if len(labels) > 10 else ''}" if labels else ""

    parts = (
        listed([label for label in fixed if label not in moving], "moving"),
        listed([label for label in moving if label not in fixed], "fixed"),
    )
    return " and ".join(part for part in parts if part)
