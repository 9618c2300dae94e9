"""The inverse of a transform as a new node, with its residual. RAS, mm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.transforms.inverse import invert
from ...core.transforms.plain_data import TransformData
from ...core.transforms.sampling import coarsened, voxel_centers
from ...core.wording import said
from ..nodes.chains import Chain, chain_from_vtk, inverse, map_lps_points, matrix_of
from ..nodes.slicer_names import SlicerNames
from ..nodes.snapshots import SceneChange
from ..nodes.transform_sources import name_of, transform_chain
from ..nodes.transforms import chain_from_data, itk_from_chain, node_class_of, set_from_parent
from ..nodes.volumes import volume_image, world_grid

#: Voxels of the reference volume at which the residual is measured.
_MEASURED = 100_000


@dataclass
class InverseNode(SceneChange, SlicerNames):
    """``node``: nodes in the space of the fixed image that are put under it move onto the moving image.

    Residuals, mm: the distance of points of the fixed image from themselves after the transform and ``node``.
    ``revert`` removes the node.
    """

    node: Any
    mean_residual: float
    max_residual: float


def add_inverse_node(transform: Any, reference_node: Any, *, method: str = "iterative") -> InverseNode:
    """Add the inverse of a transform node (or file) to the scene of ``reference_node``, the fixed volume.

    Linear transforms are inverted exactly. VTK would invert others again for each point; this node is computed once
    over the volume, as a displacement grid ("iterative") or a B-spline that elastix finds ("elastix"), each with its
    linear part. Raises InputError for a transform without an inverse.
    """
    forth = transform_chain(transform)
    reference = volume_image(reference_node, "reference volume")
    grid = reference.geometry if reference.is_orthogonal_in_world else world_grid(reference)
    if matrix_of(forth) is not None:
        back = inverse(forth)
    else:
        itk_transform = itk_from_chain(forth, grid)
        back = chain_from_data(TransformData.of(invert(itk_transform, grid, method=method).transform))
    scene = reference_node.GetScene()
    if scene is None:
        raise InputError(
            said(
                "The reference volume {reference_node} is not in a scene; add it to one first.",
                reference_node=reference_node.GetName(),
            )
        )
    name = name_of(transform)
    node = scene.AddNewNodeByClass(node_class_of(back), scene.GenerateUniqueName(f"{name} (inverse)"))
    set_from_parent(node, back)
    mean, largest = _residual(forth, chain_from_vtk(node.GetTransformFromParent()), grid)
    node.SetDescription(
        f"Inverse of {name}: points of {reference_node.GetName()} come back to {mean:.3g} mm on average, {largest:.3g}"
        " mm at most."
    )
    inverse_node = InverseNode(node, mean, largest)
    inverse_node.made(node)
    return inverse_node


def _residual(forth: Chain, back: Chain, grid: Geometry) -> tuple[float, float]:
    points = voxel_centers(coarsened(grid, _MEASURED))
    distances = np.linalg.norm(map_lps_points(back, map_lps_points(forth, points)) - points, axis=1)
    return float(distances.mean()), float(distances.max())
