"""ITK transforms (fixed to moving, LPS mm) and MRML transform nodes.

An elastix result maps points of the fixed image to points of the moving image. A transform node above the moving volume
maps in the opposite direction, to its parent. So the result is the node's *from-parent* transform.

A B-spline with a linear part is stored as two concatenated transforms, as Slicer reads it from an ITK composite file,
not as vtkOrientedBSplineTransform with a bulk matrix. Slicer would write that form as a legacy ITKv3 transform, which
current ITK packages cannot read, and could not save it at all after another transform was hardened on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import slicer

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.transforms.itk_transforms import affine_from_matrix, compose, identity
from ...core.transforms.itk_transforms import map_points as map_itk_points
from ...core.transforms.plain_data import TransformData
from ...core.transforms.sampling import coarsened, grown, lattice, sampled
from ...core.wording import said
from .chains import (
    Chain,
    chain_to_world,
    displacement_incrementally,
    inverse,
    is_matrix,
    map_lps_points,
    simplified,
    vtk_from_chain,
)
from .chains import matrix_of as matrix_of_chain
from .coordinates import lps_from_ras_matrix
from .incremental import Steps, run_to_completion
from .warps import NoExactForm, itk_from_vtk_warp, vector_image, vtk_grid, vtk_warp_incrementally

#: Largest difference, mm, of an ITK counterpart that counts as exact. Most differ by 1e-12. VTK's grid transform
#: rounds fractions of a voxel to 1/65536, so its precision is that part of the step between neighbors.
_EXACT = 1e-3


def chain_from_data(transform: TransformData) -> Chain:
    """``chain_incrementally`` in one step."""
    return run_to_completion(chain_incrementally(transform))


def chain_incrementally(transform: TransformData) -> Steps[Chain]:
    """The elements, RAS, of a 3D transform: linear, B-spline, displacement field, thin plate spline, or a composite.

    B-spline grids must end in zeros, as in ``core``. Raises InputError for other kinds.
    """
    elements: Chain = []
    for element in transform.elements:
        if element.matrix is None:
            elements.append((yield from vtk_warp_incrementally(element)))
        else:
            elements.append(lps_from_ras_matrix(element.matrix))
    return simplified(elements)


def itk_from_chain(chain: Sequence[Any], domain: Geometry) -> Any:
    """The ITK transform, LPS, of a chain, exact if ITK has an exact counterpart.

    Others, such as the inverse of a B-spline, are sampled to a displacement field with the spacing of ``domain``, which
    covers it and a quarter of its size around it. Beyond, they fade out.
    """
    points = lattice(domain, margin=0.25)
    elements = [identity(3)]
    for element in simplified(chain):
        if is_matrix(element):
            elements.append(affine_from_matrix(lps_from_ras_matrix(element)))
        else:
            elements += _exact(element, points) or sampled(partial(map_lps_points, [element]), points, domain)
        points = map_lps_points([element], points)
    return compose(elements)


def _exact(element: Any, points: np.ndarray) -> list[Any] | None:
    try:
        transforms = itk_from_vtk_warp(element, points)
    except NoExactForm:
        return None
    # Verified, because unexpected settings of a VTK transform must not shift a registration.
    expected, found = map_lps_points([element], points), points
    for transform in transforms:
        found = map_itk_points(transform, found)
    return transforms if np.abs(found - expected).max() <= _EXACT else None


def grid_incrementally(chain: Sequence[Any], geometry: Geometry) -> Steps[Chain]:
    """The same mapping as one displacement grid sampled at the voxel centers of ``geometry``, double precision.

    Cubic interpolation is used between them, as Slicer does for every grid that it reads from a file.
    """
    image, vectors = vector_image(geometry)
    yield from displacement_incrementally(chain, geometry, vectors)
    return [vtk_grid(image, geometry, cubic=True)]


def covering_grid(fixed: Geometry, moving: Geometry, chain: Sequence[Any], most: int = 64_000_000) -> Geometry:
    """The grid of the fixed image, extended to contain the moving image under ``chain``.

    It keeps the voxels of the fixed image, unless there would be more than ``most``; then voxels become larger.
    """
    shown = map_lps_points(inverse(chain), lattice(moving))
    indices = fixed.indices_of(shown)
    before = np.maximum(np.ceil(-indices.min(0) - 0.5), 0)
    after = np.maximum(np.ceil(indices.max(0) - np.asarray(fixed.size) + 0.5), 0)
    return coarsened(grown(fixed, tuple(before), tuple(after)), most)


def node_class_of(chain: Sequence[Any]) -> str:
    """The class of node for a chain: linear, B-spline (with or without linear part), grid, or general."""
    warps = [element for element in simplified(chain) if not is_matrix(element)]
    if not warps:
        return "vtkMRMLLinearTransformNode"
    if len(warps) == 1 and warps[0].IsA("vtkBSplineTransform"):
        return "vtkMRMLBSplineTransformNode"
    if len(simplified(chain)) == 1 and warps[0].IsA("vtkGridTransform"):
        return "vtkMRMLGridTransformNode"
    return "vtkMRMLTransformNode"


def node_chain(chain: Sequence[Any], moving_parents: Sequence[Any], node_parents: Sequence[Any] = ()) -> Chain:
    """The from-parent chain of a transform node that aligns the moving volume when this is put directly under it.

    ``chain`` maps fixed points to moving points, in world, where the moving image is under its former parents.
    ``moving_parents``: these, from the volume to world. ``node_parents``: the parents of the transform node itself.
    """
    return simplified([*node_parents, *chain, *inverse(moving_parents)])


def set_from_parent(node: slicer.vtkMRMLTransformNode, chain: Sequence[Any], own: Sequence[Any] = ()) -> None:
    """Make ``chain``, RAS, the from-parent transform of ``node``, in its simplest exact form.

    ``own``: elements that nothing else uses, so that the node may keep them; others are copied.
    """
    matrix = matrix_of_chain(chain)
    if matrix is None:
        node.SetAndObserveTransformFromParent(vtk_from_chain(chain, own))
    else:
        # Slicer stores the matrix of linear nodes as to-parent, which handles, modules and files edit.
        node.SetAndObserveTransformToParent(vtk_from_chain([np.linalg.inv(matrix)]))


def set_registration_references(node: Any, fixed_node: Any, moving_node: Any) -> None:
    """Set references from a transform node to the nodes it registers, as Slicer's own registration modules do."""
    node.SetNodeReferenceID(slicer.vtkMRMLTransformNode.GetFixedNodeReferenceRole(), fixed_node.GetID())
    node.SetNodeReferenceID(slicer.vtkMRMLTransformNode.GetMovingNodeReferenceRole(), moving_node.GetID())


def initial_chain(node: slicer.vtkMRMLTransformNode, moving_node: Any) -> Chain:
    """The start of a registration: the chain from fixed to moving points, in world.

    The moving volume starts where it would be if it were put directly under ``node``, as with a node that a
    registration wrote. A moving volume that is already under ``node`` starts where it is displayed.
    """
    if node is None or not node.IsA("vtkMRMLTransformNode"):
        raise InputError(said("The initial transform is not a transform node."))
    return simplified([*inverse(chain_to_world(node)), *chain_to_world(moving_node.GetParentTransformNode())])
