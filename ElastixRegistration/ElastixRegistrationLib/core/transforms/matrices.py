"""Affine matrices of other programs as transforms: in world or voxel space, of MONAI and of torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from ..wording import said
from .itk_transforms import affine_from_matrix

#: Spaces that a matrix can be given in.
MATRIX_SPACES = ("LPS", "RAS", "voxel", "array", "monai", "torch")


def transform_from_matrix(
    matrix: Any,
    space: str,
    *,
    fixed: Geometry | None = None,
    moving: Geometry | None = None,
    maps_moving_to_fixed: bool = False,
    align_corners: bool = False,
) -> Any:
    """itk transform that maps fixed to moving points, LPS mm, of a (D+1, D+1) or (D, D+1) homogeneous matrix.

    ``matrix`` is anything that NumPy takes, or a tensor with ``detach`` and ``cpu``; leading axes of length 1 are
    dropped. It maps points of the fixed to points of the moving image, which is how images are resampled, unless
    ``maps_moving_to_fixed``. ``space`` says of what kind its points are:

    - "LPS", "RAS": world, mm, as of ITK or of Slicer and NIfTI;
    - "voxel": indices (i, j, k) of the two grids; "array": indices in the order of NumPy, (k, j, i);
    - "monai": voxels (i, j, k) from the centers of the grids, as ``monai.transforms.Affine`` and
      ``monai.data.itk_torch_bridge`` have it;
    - "torch": normalized coordinates (x, y, z) from -1 to 1, as ``torch.nn.functional.affine_grid`` takes them, with
      its ``align_corners``.

    All but world need the geometries ``fixed`` and ``moving``. Raises InputError for what is no invertible matrix.
    """
    if space not in MATRIX_SPACES:
        raise InputError(
            said(
                "Unknown space {space} of a matrix; use one of {names}.",
                space=repr(space),
                names=", ".join(MATRIX_SPACES),
            )
        )
    values = _homogeneous(matrix)
    dimension = len(values) - 1
    if maps_moving_to_fixed:
        values = np.linalg.inv(values)
    if space == "RAS":
        flip = np.diag([-1.0, -1.0, *(1.0 for _ in range(dimension - 1))])
        values = flip @ values @ flip
    elif space != "LPS":
        if fixed is None or moving is None:
            raise InputError(
                said("A matrix in {space} space needs the grids of the fixed and the moving image.", space=space)
            )
        if not fixed.dimension == moving.dimension == dimension:
            raise InputError(
                said(
                    "A matrix of {dimension} dimensions does not fit images of {dimension2} and {dimension3}.",
                    dimension=dimension,
                    dimension2=fixed.dimension,
                    dimension3=moving.dimension,
                )
            )
        from_world = np.linalg.inv(_to_world(fixed, space, align_corners))
        values = _to_world(moving, space, align_corners) @ values @ from_world
    return affine_from_matrix(values)


def _homogeneous(matrix: Any) -> np.ndarray:
    if hasattr(matrix, "detach"):
        matrix = matrix.detach().cpu().numpy()
    values = np.asarray(matrix, np.float64)
    while values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    if values.ndim == 2 and values.shape[1] == values.shape[0] + 1:
        values = np.vstack([values, np.eye(values.shape[1])[-1]])
    if values.ndim != 2 or values.shape not in ((3, 3), (4, 4)):
        raise InputError(
            said(
                "A matrix of shape {shape} is not affine; it must be 4x4 or 3x4, in 2D 3x3 or 2x3.", shape=values.shape
            )
        )
    if not np.isfinite(values).all() or not np.allclose(values[-1], np.eye(len(values))[-1]):
        raise InputError(
            said(
                "The last row of an affine matrix must be 0 ... 0 1 and all finite, not {value}.",
                value=values[-1].tolist(),
            )
        )
    if abs(np.linalg.det(values)) < 1e-12:
        raise InputError(said("The matrix is singular: it collapses space to a plane."))
    return values


def _to_world(geometry: Geometry, space: str, align_corners: bool) -> np.ndarray:
    """(D+1, D+1) from coordinates of that space to LPS mm."""
    dimension, size = geometry.dimension, np.asarray(geometry.size, float)
    to_voxel = np.eye(dimension + 1)
    if space == "array":
        to_voxel[:-1, :-1] = np.eye(dimension)[::-1]
    elif space in ("monai", "torch"):
        to_voxel[:-1, -1] = (size - 1) / 2
    if space == "torch":
        # From -1 to 1 are the centers of the first and last voxel, or their outer faces.
        to_voxel[:-1, :-1] = np.diag((size - 1 if align_corners else size) / 2)
    return geometry.index_to_physical() @ to_voxel
