"""The expected position in the moving volume of a point in the fixed volume, to mark it there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer

from ...core.errors import InputError
from ...core.transforms.landmarks import landmark_matrix
from ..nodes.chains import chain_to_world, map_lps_points
from ..nodes.coordinates import lps_from_ras
from ..nodes.transform_sources import transform_chain
from ..nodes.volumes import volume_image

Point = Sequence[float]


def expected_place(
    ras: Point,
    fixed: Any,
    moving: Any,
    *,
    transform: Any = None,
    start: Any = None,
    pairs: tuple[Sequence[Point], Sequence[Point]] = ((), ()),
) -> tuple[float, float, float]:
    """The position in the moving volume, where it is now, of the point ``ras`` of the fixed volume; RAS mm, world.

    It comes from the first that is available: ``transform``, a node that registers these two volumes; ``pairs`` of
    points that were placed before; ``start``, a transform node that roughly aligns the moving volume; the centers.
    """
    point = lps_from_ras(np.array([ras]))
    if transform is not None and _registers(transform, fixed, moving):
        found = _seen(map_lps_points(transform_chain(transform), point), moving)
    elif len(pairs[0]):
        found = _by_pairs(point, *(lps_from_ras(np.array(side)) for side in pairs))
    elif start is not None:
        found = _seen(map_lps_points(transform_chain(start), point), moving)
    else:
        centers = [volume_image(node, "volume") for node in (fixed, moving)]
        found = point + _center(centers[1]) - _center(centers[0])
    right, anterior, superior = lps_from_ras(found)[0].tolist()
    return right, anterior, superior


def _registers(transform: Any, fixed: Any, moving: Any) -> bool:
    """Whether a registration of these two volumes wrote this node."""
    node_class = slicer.vtkMRMLTransformNode
    roles = (node_class.GetFixedNodeReferenceRole(), node_class.GetMovingNodeReferenceRole())
    return all(transform.GetNodeReference(role) is node for role, node in zip(roles, (fixed, moving), strict=True))


def _seen(points: np.ndarray, moving: Any) -> np.ndarray:
    """The displayed positions of points of the moving image, which are given without its parents."""
    return map_lps_points(chain_to_world(moving.GetParentTransformNode()), points)


def _by_pairs(point: np.ndarray, fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    try:
        matrix = landmark_matrix(fixed, moving, "rigid") if len(fixed) > 2 else None
    except InputError:  # on one line
        matrix = None
    if matrix is None:
        return point + (moving - fixed).mean(0)
    return point @ matrix[:3, :3].T + matrix[:3, 3]


def _center(volume: Any) -> np.ndarray:
    center: np.ndarray = map_lps_points(volume.to_world, np.array([volume.geometry.center()]))
    return center
