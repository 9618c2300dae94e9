"""Volume nodes as voxels with a position in world: every scalar type, any grid, with parent transforms.

Linear parents are merged into the geometry of the image, which is exact for rigid and similarity parents. A grid that
is not orthogonal in world (parents with shear, a sheared IJKToRAS) is still exact for resampling, because ITK maps
indices with the whole matrix, but not for elastix, whose gradients assume orthonormal axes. Such images, and images
under non-linear parents, are resampled to a grid in world for the metric only; outputs come from the original voxels.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from vtk.util.numpy_support import vtk_to_numpy

from ...core.errors import InputError
from ...core.images.geometry import Geometry, scalar_from_components
from ...core.resampling.images import cast_into
from ...core.transforms.sampling import best_affine, coarsened, lattice
from ...core.wording import named_role as named
from ...core.wording import said
from .chains import Chain, chain_to_world, is_invertible, map_lps_points, matrix_of
from .coordinates import array_from_vtk_matrix, geometry_from_ijk_to_ras, vtk_matrix_from_array


@dataclass(frozen=True)
class VolumeImage:
    """A volume node as it was read: its voxels, not copied, and their position.

    ``voxels``: (k, j, i) or (k, j, i, components). ``geometry`` (3D, LPS mm) is in world; with non-linear parents, it
    is in the space of the node, and ``to_world`` maps from there to world. ``parents`` always map from the space of the
    node to world. ``ijk_to_ras`` (4, 4), from voxel (0, 0, 0) on, maps to the space of the node below ``parent_node``
    (None for world); both are kept, because the node may have changed when a result is written. ``scalar_type`` is
    VTK's.
    """

    node: Any
    name: str
    voxels: np.ndarray = field(repr=False)
    geometry: Geometry
    to_world: Chain
    parents: Chain
    parent_node: Any
    ijk_to_ras: np.ndarray = field(repr=False)
    scalar_type: int
    is_label_map: bool
    is_color: bool

    @property
    def components(self) -> int:
        return self.voxels.shape[3] if self.voxels.ndim == 4 else 1

    @property
    def slice_axis(self) -> int | None:
        """The axis, 0 to 2 for i to k, along which there is only one slice; None for volumes."""
        return self.geometry.size.index(1) if 1 in self.geometry.size else None

    @property
    def is_orthogonal_in_world(self) -> bool:
        """Whether elastix can use the grid directly."""
        return not self.to_world and is_orthogonal(self.geometry)

    def scalars(self) -> np.ndarray:
        """Voxels (k, j, i) to register: scalars, luminance of colors (Rec. 709), or magnitude of other vectors.

        Luminance has the type of the color; magnitude is float32.
        """
        if self.components == 1:
            return narrowed(self.voxels)
        if not self.is_color:
            return scalar_from_components(np.asarray(self.voxels, np.float32))
        luminance = self.voxels[..., :3] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        if self.voxels.dtype.kind == "f":
            return luminance
        # Rounded, so that exact values that fill the outside of an image stay exact and recognizable.
        result = np.empty(luminance.shape, self.voxels.dtype)
        cast_into(result, luminance)
        return narrowed(result)


def is_orthogonal(geometry: Geometry) -> bool:
    """Whether the axes of a grid are perpendicular, within the precision of file formats."""
    return geometry.is_orthogonal


def volume_image(node: Any, role: str) -> VolumeImage:
    """The voxels and the position of a volume node. ``role`` ("fixed volume", ...) names it in messages.

    Raises InputError if it is missing, not a volume, or empty.
    """
    if node is None:
        raise InputError(said("No {name} was given.", name=named(role)))
    name = named(role, node.GetName())
    if not node.IsA("vtkMRMLVolumeNode"):
        raise InputError(said("The {name} is a {kind} node, not a volume.", name=name, kind=node.GetNodeTagName()))
    image = node.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0:
        raise InputError(said("The {name} is empty: it has no voxels.", name=name))
    scalars = image.GetPointData().GetScalars()
    if scalars is None:
        raise InputError(said("The {name} has no scalar voxels; diffusion tensors cannot be registered.", name=name))
    if scalars.GetDataTypeAsString() == "bit":
        raise InputError(
            said("The {name} has voxels of one bit, which are not supported; cast it to another type.", name=name)
        )
    size, components = image.GetDimensions(), scalars.GetNumberOfComponents()
    if sum(n == 1 for n in size) > 1:
        shape = "x".join(map(str, size))
        raise InputError(said("The {name} is too small to register: {size} voxels.", name=name, size=shape))
    voxels = vtk_to_numpy(scalars).reshape(*size[::-1], *([components] if components > 1 else []))
    parents = chain_to_world(node.GetParentTransformNode())
    parent_matrix = matrix_of(parents)
    to_world = parents if parent_matrix is None else []
    ijk_to_ras = ijk_to_ras_of_node(node)
    if not is_invertible(ijk_to_ras):
        raise InputError(said("The {name} has a singular IJK to RAS matrix: its voxels have no volume.", name=name))
    ijk_to_ras[:3, 3] = (ijk_to_ras @ [*image.GetExtent()[::2], 1])[:3]
    to_linear_world = np.eye(4) if parent_matrix is None else parent_matrix
    return VolumeImage(
        node=node,
        name=name,
        voxels=voxels,
        geometry=_with_normal(geometry_from_ijk_to_ras(to_linear_world @ ijk_to_ras, size)),
        to_world=to_world,
        parents=parents,
        parent_node=node.GetParentTransformNode(),
        ijk_to_ras=ijk_to_ras,
        scalar_type=scalars.GetDataType(),
        is_label_map=node.IsA("vtkMRMLLabelMapVolumeNode"),
        is_color=_is_color(node, voxels),
    )


def narrowed(voxels: np.ndarray) -> np.ndarray:
    """64-bit integers, which ITK's Python packages do not wrap, as 32-bit integers if all fit; others unchanged."""
    if voxels.dtype.kind not in "iu" or voxels.dtype.itemsize < 8:
        return voxels
    for dtype in (np.int32, np.uint32):
        if np.iinfo(dtype).min <= voxels.min() and voxels.max() <= np.iinfo(dtype).max:
            return voxels.astype(dtype)
    return voxels


def ijk_to_ras_of_node(node: Any) -> np.ndarray:
    """The (4, 4) IJKToRAS of a volume node, without its parents."""
    matrix = vtk_matrix_from_array(np.eye(4))
    node.GetIJKToRASMatrix(matrix)
    return array_from_vtk_matrix(matrix)


def _is_color(node: Any, voxels: np.ndarray) -> bool:
    if voxels.ndim == 3 or voxels.shape[3] not in (3, 4):
        return False
    kind = node.GetVoxelVectorType()
    if kind == node.VoxelVectorTypeUndefined:
        return voxels.dtype == np.uint8
    return kind in (node.VoxelVectorTypeColorRGB, node.VoxelVectorTypeColorRGBA)


def _with_normal(geometry: Geometry) -> Geometry:
    """A single slice with its third axis along the normal of its plane."""
    if 1 not in geometry.size:
        return geometry
    axis = geometry.size.index(1)
    axes = np.array(geometry.direction)
    first, second = np.delete(axes, axis, axis=1).T
    normal = np.cross(first, second)
    normal *= np.sign(normal @ axes[:, axis]) / np.linalg.norm(normal)
    axes[:, axis] = normal
    return replace(geometry, direction=tuple(map(tuple, axes.tolist())))


def world_grid(volume: VolumeImage) -> Geometry:
    """An orthogonal grid in world that contains the whole volume, with the same voxel size and nearly the same axes."""
    return moved_grid(volume.geometry, volume.to_world)


def moved_grid(geometry: Geometry, chain: Chain) -> Geometry:
    """An orthogonal grid that contains ``geometry`` as moved by ``chain``, with nearly the same voxel size and axes."""
    points = lattice(geometry, most=13)
    in_world = map_lps_points(chain, points)
    axes = best_affine(points, in_world)[:3, :3] @ np.asarray(geometry.direction)
    left, _, right = np.linalg.svd(axes)
    direction = left @ right  # the rotation or reflection closest to the axes
    spacing = np.asarray(geometry.spacing) * np.linalg.norm(axes, axis=0)
    coordinates = in_world @ direction
    low, high = coordinates.min(0), coordinates.max(0)
    size = np.maximum(np.ceil((high - low) / spacing - 1e-6), 1).astype(int)
    start = (low + high - (size - 1) * spacing) / 2
    if 1 in geometry.size:
        slice_axis = geometry.size.index(1)
        size[slice_axis] = 1
        start[slice_axis] = coordinates[:, slice_axis].mean()
    grid = Geometry(
        size=tuple(size.tolist()),
        spacing=tuple(spacing.tolist()),
        origin=tuple((direction @ start).tolist()),
        direction=tuple(map(tuple, direction.tolist())),
    )
    return coarsened(grid, 4 * int(np.prod(geometry.size)))
