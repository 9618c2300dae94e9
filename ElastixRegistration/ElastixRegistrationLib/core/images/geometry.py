"""ITK images, their geometry, and NumPy views of their voxels. LPS, mm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..system.itk_access import DTYPES, component_of, matrix, numpy_bridge, suffix_of, wrapped_class
from ..wording import named_role, said

#: Tolerance for orthonormal axes, because file formats round directions to 6 digits.
_ORTHONORMAL = 1e-4


@dataclass(frozen=True)
class Geometry:
    """The geometry of a voxel grid. ``size`` in voxels, ``spacing`` and ``origin`` in mm, all in (i, j, k) order.

    ``direction`` is row-major: its column c is the unit vector, LPS, along which index c grows.
    """

    size: tuple[int, ...]
    spacing: tuple[float, ...]
    origin: tuple[float, ...]
    direction: tuple[tuple[float, ...], ...]

    @property
    def dimension(self) -> int:
        return len(self.size)

    def index_to_physical(self) -> np.ndarray:
        """(D+1, D+1) matrix from continuous voxel indices (i, j, k, 1) to LPS mm."""
        d = self.dimension
        matrix = np.eye(d + 1)
        matrix[:d, :d] = np.asarray(self.direction) * np.asarray(self.spacing)
        matrix[:d, d] = self.origin
        return matrix

    def points_of(self, indices: np.ndarray) -> np.ndarray:
        """LPS mm of (..., D) continuous indices (i, j, k)."""
        matrix = self.index_to_physical()
        d = self.dimension
        return np.asarray(indices, float) @ matrix[:d, :d].T + matrix[:d, d]

    def indices_of(self, points: np.ndarray) -> np.ndarray:
        """Continuous indices (i, j, k) of (..., D) points, LPS mm."""
        matrix = np.linalg.inv(self.index_to_physical())
        d = self.dimension
        return np.asarray(points, float) @ matrix[:d, :d].T + matrix[:d, d]

    def corners(self) -> np.ndarray:
        """(2**D, D) outer corners of the corner voxels, LPS mm."""
        ends = [(-0.5, n - 0.5) for n in self.size]
        return self.points_of(np.stack(np.meshgrid(*ends, indexing="ij"), -1).reshape(-1, self.dimension))

    def center(self) -> np.ndarray:
        """(D,) center of the grid, LPS mm."""
        return self.points_of((np.asarray(self.size) - 1) / 2)

    def moved(self, rigid: np.ndarray) -> Geometry:
        """The same voxels after a rigid motion, a homogeneous matrix, LPS mm."""
        origin = rigid[:-1, :-1] @ np.asarray(self.origin) + rigid[:-1, -1]
        direction = rigid[:-1, :-1] @ np.asarray(self.direction)
        return Geometry(self.size, self.spacing, tuple(origin.tolist()), tuple(map(tuple, direction.tolist())))

    def is_close(self, other: Geometry, tolerance: float = 1e-3) -> bool:
        """Whether both grids have the same voxels: no corner further apart than ``tolerance`` voxels."""
        if self.size != other.size:
            return False
        return bool(np.abs(self.corners() - other.corners()).max() <= tolerance * min(self.spacing))

    @property
    def is_orthogonal(self) -> bool:
        """Whether the axes are perpendicular, within the precision of file formats. elastix assumes that they are."""
        axes = np.asarray(self.direction)
        return bool(np.abs(axes.T @ axes - np.eye(self.dimension)).max() < _ORTHONORMAL)

    def orthogonal_box(self) -> Geometry:
        """The grid with perpendicular axes that contains a sheared grid, with voxels of the same volume.

        Its first axis is that of this grid, and its first two span the same plane: slices stay slices.
        """
        axes, upper = np.linalg.qr(np.asarray(self.direction) * np.asarray(self.spacing))
        axes *= np.sign(np.diag(upper))
        spacing = np.abs(np.diag(upper))
        centers = [(0, n - 1) for n in self.size]
        corners = self.points_of(np.stack(np.meshgrid(*centers, indexing="ij"), -1).reshape(-1, self.dimension)) @ axes
        low, high = corners.min(axis=0), corners.max(axis=0)
        return Geometry(
            size=tuple((np.ceil((high - low) / spacing - 1e-6).astype(int) + 1).tolist()),
            spacing=tuple(spacing.tolist()),
            origin=tuple((axes @ low).tolist()),
            direction=tuple(map(tuple, axes.tolist())),
        )

    def __str__(self) -> str:
        size = "x".join(map(str, self.size))
        spacing = "x".join(f"{s:.4g}" for s in self.spacing)
        return f"{size} voxels of {spacing} mm at ({', '.join(f'{o:.1f}' for o in self.origin)})"


def geometry_of(image: Any) -> Geometry:
    """Geometry, LPS mm, of an ITK image of any kind, wherever the index of its first voxel starts.

    Never raises for an ITK image.
    """
    dimension = image.GetImageDimension()
    start = image.GetLargestPossibleRegion().GetIndex()
    directions = image.GetDirection().GetVnlMatrix()
    return Geometry(
        size=tuple(int(n) for n in image.GetLargestPossibleRegion().GetSize()),
        spacing=tuple(float(s) for s in image.GetSpacing()),
        origin=tuple(float(o) for o in image.TransformIndexToPhysicalPoint(start)),
        direction=tuple(tuple(directions.get(row, col) for col in range(dimension)) for row in range(dimension)),
    )


def set_geometry(image: Any, geometry: Geometry) -> Any:
    """Place ``image`` (of the size of ``geometry``) and return it."""
    image.SetSpacing(list(geometry.spacing))
    image.SetOrigin(list(geometry.origin))
    image.SetDirection(matrix(np.array(geometry.direction)))
    return image


def component_count(image: Any) -> int:
    return int(image.GetNumberOfComponentsPerPixel())


def array_view(image: Any) -> np.ndarray:
    """Voxels of ``image`` as (k, j, i) or (k, j, i, components), sharing its memory, which the view keeps alive.

    Raises InputError for a pixel type that ITK's Python packages do not wrap.
    """
    suffix = suffix_of(image)
    view = numpy_bridge("PyBuffer", suffix, "_GetArrayViewFromImage")
    component = re.sub(r"^(?:VI|I)(?:RGBA?|CV|V)?|\d+$", "", suffix)
    shape = [int(n) for n in image.GetBufferedRegion().GetSize()][::-1]
    if component_count(image) > 1:
        shape.append(component_count(image))
    voxels = np.asarray(view(image)).view(DTYPES[component]).reshape(shape)
    return np.asarray(_Memory(voxels, image))


class _Memory:
    """Memory of an ITK image with NumPy's array interface. It holds the image, so that views of views keep it alive."""

    def __init__(self, voxels: np.ndarray, image: Any):
        self.__array_interface__ = voxels.__array_interface__
        self._image = image


def image_from_array(array: np.ndarray, geometry: Geometry) -> Any:
    """ITK image over ``array``: (k, j, i), or (k, j, i, c) for c = 1 + ``geometry.dimension`` axes.

    Shares the memory where ITK wraps the type and the array is C-contiguous, otherwise copies once. Vector images
    become ``itk.Image`` of ``itk.Vector``, double or float. The Python object keeps the array alive, ITK itself does
    not: keep it while ITK uses it, and give ITK objects that outlive it a ``new_image``. Raises InputError for an array
    whose size differs from the geometry, or whose type has no ITK image.
    """
    array = np.asarray(array)
    is_vector = array.ndim == geometry.dimension + 1
    if array.shape[: geometry.dimension] != geometry.size[::-1]:
        raise InputError(
            said("An array of shape {shape} does not fit a grid of {geometry}.", shape=array.shape, geometry=geometry)
        )
    component = component_of(array.dtype)
    if is_vector:
        component = component if component in "FD" else "F"
    array = np.ascontiguousarray(array, DTYPES[component])
    suffix = f"V{component}{array.shape[-1]}" if is_vector else component
    return image_view(array, geometry, f"I{suffix}{geometry.dimension}")


def image_view(array: np.ndarray, geometry: Geometry, suffix: str) -> Any:
    """ITK image of the type ``suffix`` over a C-contiguous array of just that type. Raises InputError without it."""
    components = array.shape[-1] if array.ndim > geometry.dimension else 1
    image = numpy_bridge("PyBuffer", suffix, "_GetImageViewFromArray")(array, list(geometry.size), components)
    image._SetBase(array)
    return set_geometry(image, geometry)


def new_image(geometry: Geometry, dtype: np.dtype | type, components: int = 1) -> Any:
    """Image that owns its memory, not initialized, of the type that ``image_from_array`` gives."""
    component = component_of(dtype)
    if components > 1:
        component = f"V{component if component in 'FD' else 'F'}{components}"
    image = wrapped_class("Image", f"{component}{geometry.dimension}").New()
    image.SetRegions(list(geometry.size))
    image.Allocate()
    return set_geometry(image, geometry)


def multi_component_image(array: np.ndarray, geometry: Geometry) -> Any:
    """itk.VectorImage of float32, a copy of (k, j, i, c) for any number of components."""
    image = wrapped_class("VectorImage", f"F{geometry.dimension}").New()
    image.SetRegions(list(geometry.size))
    image.SetNumberOfComponentsPerPixel(array.shape[-1])
    image.Allocate()
    array_view(image)[...] = array
    return set_geometry(image, geometry)


def as_scalar(image: Any) -> Any:
    """The scalar image to register: itself, the luminance of color (Rec. 709), or the magnitude of vectors."""
    if component_count(image) == 1:
        return image
    voxels = array_view(image)
    return image_from_array(scalar_from_components(voxels), geometry_of(image))


def scalar_from_components(voxels: np.ndarray) -> np.ndarray:
    """(..., c) -> (...), float32: luminance of 3 or 4 unsigned 8-bit components (Rec. 709), else the magnitude."""
    if voxels.dtype == np.uint8 and voxels.shape[-1] in (3, 4):
        return (voxels[..., :3] @ np.array([0.2126, 0.7152, 0.0722], np.float32)).astype(np.float32)
    squares = np.einsum("...c,...c->...", voxels, voxels, dtype=np.float64)
    return np.sqrt(squares).astype(np.float32)


def flattened(image: Any) -> Any:
    """2D image, sharing memory where it can, of a 3D image with one slice that lies in an axial plane."""
    geometry = geometry_of(image)
    direction = np.asarray(geometry.direction)
    if geometry.dimension != 3 or geometry.size[2] != 1 or not np.allclose(np.abs(direction[2]), (0, 0, 1)):
        raise InputError(
            said("Only a single axial slice can be taken as a 2D image, not {geometry}.", geometry=geometry)
        )
    plane = Geometry(
        size=geometry.size[:2],
        spacing=geometry.spacing[:2],
        origin=geometry.origin[:2],
        direction=tuple(map(tuple, direction[:2, :2].tolist())),
    )
    return image_like(image, array_view(image)[0], plane)


def one_slice(image: Any, geometry: Geometry) -> Any:
    """3D image with the one slice ``geometry`` of a 2D image: the way back from ``flattened``."""
    return image_like(image, array_view(image)[None], geometry)


def image_like(image: Any, voxels: np.ndarray, geometry: Geometry) -> Any:
    """Image of ``voxels`` with the type of ``image``, of any dimension: colors stay colors."""
    suffix = f"{suffix_of(image)[:-1]}{geometry.dimension}"
    if not suffix.startswith("VI"):
        return image_view(np.ascontiguousarray(voxels), geometry, suffix)
    result = wrapped_class("VectorImage", suffix.removeprefix("VI")).New()
    result.SetRegions(list(geometry.size))
    result.SetNumberOfComponentsPerPixel(voxels.shape[-1])
    result.Allocate()
    array_view(result)[...] = voxels
    return set_geometry(result, geometry)


def float_copy(image: Any, *, replace: np.ndarray | None = None, by: float = 0.0) -> Any:
    """float32 image of the same voxels, set to ``by`` where the (k, j, i) bools ``replace`` are true.

    A float32 image with nothing to replace is returned unchanged.
    """
    voxels = array_view(image)
    if replace is None and voxels.dtype == np.float32:
        return image
    voxels = np.array(voxels, np.float32, order="C")
    if replace is not None:
        voxels[replace] = by
    return image_from_array(voxels, geometry_of(image))


def check_image(image: Any, name: str) -> None:
    """Raise InputError unless a registration can use this scalar image: 2D or 3D, finite, not constant, not tiny."""
    check_voxels(array_view(image), geometry_of(image), name)


def check_voxels(voxels: np.ndarray, geometry: Geometry, name: str) -> None:
    """``check_image`` of voxels with a place."""
    if geometry.dimension not in (2, 3):
        text = said(
            "The {name} has {count} dimensions; 2 and 3 are supported.", name=named_role(name), count=geometry.dimension
        )
        raise InputError(text)
    if min(geometry.size) < 4:
        text = said(
            "The {name} is too small to register: {grid}; at least 4 voxels along each axis.",
            name=named_role(name),
            grid=str(geometry),
        )
        raise InputError(text)
    low, high = voxels.min(), voxels.max()
    # min and max are NaN or infinite if any voxel is, which saves a second pass over the voxels.
    if not (np.isfinite(low) and np.isfinite(high)):
        text = said(
            "The {name} has {count} voxels that are not a number or infinite; replace them first.",
            name=named_role(name),
            count=not_finite_count(voxels),
        )
        raise InputError(text)
    if low == high:
        text = said(
            "The {name} is constant: every voxel is {value:g}, so there is nothing to align.",
            name=named_role(name),
            value=float(low),
        )
        raise InputError(text)


def not_finite_count(voxels: np.ndarray) -> int:
    """How many voxels are NaN or infinite."""
    if voxels.dtype.kind != "f" or (np.isfinite(voxels.min()) and np.isfinite(voxels.max())):
        return 0
    return int(voxels.size - np.count_nonzero(np.isfinite(voxels)))


def check_overlap(fixed: Geometry, moving: Geometry, move: Any = None) -> None:
    """Raise InputError if the grids share no space. ``move`` maps (N, D) fixed points to moving points, LPS mm."""
    steps = [np.linspace(-0.5, n - 0.5, min(n + 1, 12)) for n in fixed.size]
    samples = fixed.points_of(np.stack(np.meshgrid(*steps, indexing="ij"), -1).reshape(-1, fixed.dimension))
    indices = moving.indices_of(samples if move is None else move(samples))
    inside = np.all((indices >= -0.5) & (indices <= np.asarray(moving.size) - 0.5), axis=1)
    if not inside.any():
        distance = float(np.linalg.norm(fixed.center() - moving.center()))
        text = said(
            "The fixed and the moving image do not overlap in space (their centers are {distance:.0f} mm apart);"
            " start from the geometric centers (initialization geometry) or give an initial transform.",
            distance=distance,
        )
        raise InputError(text)
