"""A start position from pairs of landmarks."""

from __future__ import annotations

from typing import Any

import slicer

from ...core.transforms.landmarks import landmark_matrix
from ...core.transforms.plain_data import TransformData, TransformElement
from ..nodes.points import landmark_pairs
from ..nodes.transforms import chain_from_data, set_from_parent


def landmark_transform_node(
    fixed_points_node: Any, moving_points_node: Any, pairing: str = "auto", kind: str = "rigid"
) -> Any:
    """A transform node, outside any scene, that moves the moving landmarks onto the fixed ones.

    ``kind``: "rigid", "similarity", "affine" (least squares) or "thin-plate" (exact at all landmarks). It is an initial
    transform, that is, it would align the moving volume if put above it. Raises InputError if the landmarks do not
    determine it.
    """
    pairs = landmark_pairs(fixed_points_node, moving_points_node, pairing)
    matrix = landmark_matrix(pairs.fixed, pairs.moving, kind)
    if matrix is None:
        node = slicer.vtkMRMLTransformNode()
        element = TransformElement.thin_plate(pairs.fixed, pairs.moving)
    else:
        node = slicer.vtkMRMLLinearTransformNode()
        element = TransformElement.affine(matrix)
    set_from_parent(node, chain_from_data(TransformData((element,))))
    return node
