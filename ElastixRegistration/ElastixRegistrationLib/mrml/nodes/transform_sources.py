"""Transforms as chains, from a node or a file of elastix, ITK, ANTs, BRAINS or Slicer. RAS, mm."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import slicer

from ...core.errors import InputError
from ...core.files.formats.itk_readers import image_suffix_of
from ...core.images.geometry import Geometry
from ...core.transforms.plain_data import TransformData, TransformElement
from ...core.wording import said
from .chains import Chain, chain_from_vtk, chain_to_world, inverse, is_inverted
from .coordinates import geometry_from_ijk_to_ras
from .transforms import chain_from_data, itk_from_chain, node_class_of, set_from_parent
from .volumes import volume_image
from .warps import displacements_of

#: Suffixes of images from which Slicer reads displacements.
_FIELDS = frozenset({".nrrd", ".nhdr", ".mha", ".mhd", ".nii", ".nii.gz"})


def transform_chain(source: Any) -> Chain:
    """The chain from points of the fixed image to points of the moving image, in world: elastix's transform.

    ``source`` is a transform node, whose children lie in the space of the moving image, or the path of a file.
    Raises InputError for anything else.
    """
    if is_file(source):
        return read_chain(source)
    if not hasattr(source, "IsA") or not source.IsA("vtkMRMLTransformNode"):
        what = "nothing" if source is None else f"a {type(source).__name__}"
        if hasattr(source, "GetNodeTagName"):
            what = f"{source.GetName()}, a {source.GetNodeTagName()} node,"
        raise InputError(said("A transform node or the file of a transform is needed; {what} was given.", what=what))
    return inverse(chain_to_world(source))


def read_chain(path: str | os.PathLike) -> Chain:
    """The same for a file. Raises InputError, which names the file."""
    from ...core.files.transform_files import read_transform  # needs ITK

    path = Path(path)
    if path.suffix.lower() in (".h5", ".hdf5"):  # not by way of ITK, which has fewer forms
        return _read_by_slicer(path)
    transform = TransformData.of(read_transform(path, _itk_by_slicer))
    if transform.dimension != 3:
        raise InputError(
            said(
                "The transform file {path} has {dimension} dimensions; a scene has 3.",
                path=path,
                dimension=transform.dimension,
            )
        )
    return chain_from_data(TransformData(tuple(map(_ending_in_zeros, transform.elements))))


def transform_node_from_file(path: str | os.PathLike, scene: Any) -> Any:
    """A new transform node; nodes in the space of the moving image are aligned under it."""
    return transform_node_from_chain(read_chain(path), name_of(path), scene)


def transform_node_from_chain(chain: Chain, name: str, scene: Any) -> Any:
    """A new transform node from a result of ``transform_chain``."""
    node = scene.AddNewNodeByClass(node_class_of(chain), scene.GenerateUniqueName(name))
    set_from_parent(node, chain)
    return node


def is_file(source: Any) -> bool:
    """Whether a source of a transform is the path of a file."""
    return isinstance(source, (str, os.PathLike))


def name_of(source: Any) -> str:
    """The name of a transform node, or of a file without its folder and suffixes."""
    return Path(source).name.split(".")[0] if is_file(source) else str(source.GetName())


def transform_node_from_matrix(
    matrix: Any, space: str, scene: Any, *, fixed_node: Any = None, moving_node: Any = None, **options: Any
) -> Any:
    """A new transform node from an affine matrix; see ``core.matrices.transform_from_matrix`` for the arguments.

    Voxels are those of the fixed volume in world, and of the moving volume without its parents, because it will be put
    directly under the node.
    """
    from ...core.transforms.matrices import transform_from_matrix

    fixed = moving = None
    if fixed_node is not None and moving_node is not None:
        fixed = volume_image(fixed_node, "fixed volume").geometry
        volume = volume_image(moving_node, "moving volume")
        moving = geometry_from_ijk_to_ras(volume.ijk_to_ras, volume.geometry.size)
    transform = transform_from_matrix(matrix, space, fixed=fixed, moving=moving, **options)
    if transform.GetInputSpaceDimension() != 3:
        raise InputError(
            said("The matrix is one of 2 dimensions; a transform node needs one of 3, that is 4x4 or 3x4.")
        )
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", scene.GenerateUniqueName("matrix"))
    set_from_parent(node, chain_from_data(TransformData.of(transform)))
    return node


def _read_by_slicer(path: Path) -> Chain:
    """Read by Slicer, because two ITKs that open files in one process can crash in HDF5 (Slicer issues 5907, 7838)."""
    if not path.is_file():
        raise InputError(said("The transform file {path} does not exist.", path=path))
    node = slicer.vtkMRMLTransformNode()
    storage = slicer.vtkMRMLTransformStorageNode()
    storage.SetFileName(str(path))
    if not storage.ReadData(node):
        raise InputError(
            said("The transform file {path} is damaged, or holds no transform of 3 dimensions.", path=path)
        )
    return chain_from_vtk(node.GetTransformFromParent())


def _itk_by_slicer(path: Path) -> Any:
    """The same as an ITK transform: for displacements, and for files that elastix's TransformParameters name."""
    if image_suffix_of(path) not in _FIELDS:
        return _sampled(_read_by_slicer(path))
    from ...core.files.field_files import check_header, displacements

    check_header(path)
    (warp,) = _read_by_slicer(path)
    grid = warp.GetInverse() if is_inverted(warp) else warp
    return displacements(*displacements_of(grid), path)


def _sampled(chain: Chain) -> Any:
    side, spacing = 600.0, 10.0  # region in which transforms without an exact form are sampled, large enough for a body
    size = (int(side / spacing),) * 3
    unit = tuple(map(tuple, np.eye(3).tolist()))
    domain = Geometry(size, (spacing,) * 3, (-side / 2,) * 3, unit)
    return itk_from_chain(chain, domain)


def _ending_in_zeros(element: TransformElement) -> TransformElement:
    """Extend a B-spline whose grid ends with displacements, as elastix writes it, until it fades out.

    At such a rim, elastix and ITK jump to the identity, but VTK does not.
    """
    if element.name != "BSplineTransform":
        return element
    from ...core.transforms.itk_transforms import bspline_grid_of, extended_grid

    coefficients, origin, spacing, direction = bspline_grid_of(element.parameters, element.fixed_parameters)
    within = (slice(None), *(slice(3, -3) for _ in coefficients.shape[1:]))
    inner = coefficients[within]
    if np.square(coefficients).sum() == np.square(inner).sum():
        return element
    coefficients, origin = extended_grid(coefficients, origin, spacing, direction)
    return TransformElement.bspline(coefficients, origin, spacing, direction)
