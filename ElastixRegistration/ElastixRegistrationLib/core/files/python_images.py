"""Convert images of Python libraries to ITK images; the libraries are recognized without importing them.

>>> core.as_image(nibabel.load("head.nii.gz"))                          # doctest: +SKIP
>>> core.as_image((voxels, (0.7, 0.7, 2.5)))  # (k, j, i) and the spacing along i, j, k in mm
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, geometry_of, image_from_array, image_view, multi_component_image
from ..images.labels import as_labels
from ..wording import named_role, said
from .dicom.headers import is_dicom
from .dicom.volumes import dicom_geometry
from .image_files import read_image
from .label_files import Drawn, read_labels, read_mask

_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
#: Largest relative difference between coordinate steps.
_EVEN = 1e-3
#: Largest number of components of a (j, i, c) image; other arrays with three axes are volumes.
_MAX_COLORS = 4
_TAKEN = (
    "an ITK, SimpleITK, nibabel, xarray or MONAI image, a volume node of a MRML scene, the path of a file, or"
    " (array, spacing) with (k, j, i) voxels and mm along i, j, k"
)


def as_image(image: Any, name: str = "image") -> Any:
    """Convert an image to an ITK image, LPS mm, with its full geometry, including shear.

    Accepts ITK images (returned unchanged), SimpleITK images, nibabel images with their affine, xarray DataArrays with
    evenly spaced coordinates x, y, z in LPS mm (and an attribute ``direction``, as ITK writes them), MONAI MetaTensors
    of shape (channels, i, j, k) with their affine, volume nodes of a MRML scene without a parent transform, paths, and
    pairs (array, spacing) or (array, ``Geometry``) with arrays of shape (k, j, i) or (k, j, i, components).

    Raises InputError, with ``name``, for anything else, and for images without a regular grid.
    """
    if isinstance(image, (str, os.PathLike)):
        return read_image(image, name)
    if isinstance(image, tuple) and len(image) == 2:
        return _of_pair(*image, name)
    if _is_of(image, "itk") and hasattr(image, "GetLargestPossibleRegion"):
        return image
    for library, kind, convert in _KINDS:
        if _is_of(image, library) and any(one.__name__ == kind for one in type(image).__mro__):
            return convert(image, name)
    if callable(getattr(image, "GetIJKToRASDirections", None)):
        return _of_node(image, name)
    if isinstance(image, np.ndarray) or _is_of(image, "torch"):
        raise InputError(
            said(
                "The {name} is an array without a spacing; give (array, spacing), mm along i, j, k.",
                name=named_role(name),
            )
        )
    raise InputError(
        said("The {name} is a {type}; give {taken}.", name=named_role(name), type=type(image).__name__, taken=_TAKEN)
    )


def as_images(fixed: Any, moving: Any, fixed_mask: Any, moving_mask: Any) -> tuple[Any, Any, Any, Any]:
    """Convert a pair of images and their masks with ``as_image``. Masks may be None, or structures of a file by name
    (``read_mask``)."""
    images = as_image(fixed, "fixed image"), as_image(moving, "moving image")
    masks = (
        None if mask is None else _as_mask(mask, f"{side} mask", image, given)
        for mask, side, image, given in zip(
            (fixed_mask, moving_mask), ("fixed", "moving"), images, (fixed, moving), strict=True
        )
    )
    return (*images, *masks)


def as_labels_of(labels: Any, name: str, image: Any, given: Any) -> Any:
    """Convert a label map to an ITK image. It belongs to the ITK ``image``, which was made from ``given``. ``labels``
    is anything that ``as_image`` accepts, a file with labels or structures by name (``read_labels``), or None, which
    stays None."""
    if labels is None:
        return None
    if not isinstance(labels, (str, os.PathLike)):
        return as_labels(as_image(labels, name), name)
    return read_labels(labels, name, Drawn(geometry_of(image), _series_of(given)))


def _as_mask(mask: Any, name: str, image: Any, given: Any) -> Any:
    """Convert a mask of the ITK ``image``, which was made from ``given``."""
    if not isinstance(mask, (str, os.PathLike)):
        return as_image(mask, name)
    return read_mask(mask, name, Drawn(geometry_of(image), _series_of(given)))


def _series_of(given: Any) -> Any:
    if isinstance(given, (str, os.PathLike)) and (os.path.isdir(given) or is_dicom(Path(given))):
        return dicom_geometry(given)[1]
    return None


def _is_of(image: Any, library: str) -> bool:
    return any(one.__module__.partition(".")[0] == library for one in type(image).__mro__)


def _of_pair(voxels: Any, place: Any, name: str) -> Any:
    if hasattr(voxels, "detach"):
        # The voxels are a tensor.
        voxels = voxels.detach().cpu().numpy()
    array = np.asarray(voxels)
    if isinstance(place, Geometry):
        return _image(array, place)
    try:
        spacing = tuple(float(one) for one in place)
    except (TypeError, ValueError):
        raise InputError(
            said(
                "The spacing of the {name} is {place}; give numbers, mm along i, j, k.",
                name=named_role(name),
                place=repr(place),
            )
        ) from None
    count = len(spacing)
    is_volume = count == 2 and array.ndim == 3 and array.shape[-1] > _MAX_COLORS
    if (
        is_volume
        or count not in (2, 3)
        or array.ndim not in (count, count + 1)
        or not all(0 < one < np.inf for one in spacing)
    ):
        raise InputError(
            said(
                "The {name} has an array of shape {shape} and the spacing {spacing}; give (k, j, i) voxels and "
                "three positive numbers, mm along i, j, k, or (j, i) and two.",
                name=named_role(name),
                shape=array.shape,
                spacing=spacing,
            )
        )
    return _image(array, _grid(array.shape[:count][::-1], spacing, (0.0,) * count, np.eye(count)))


def _grid(size: Sequence[int], spacing: Any, origin: Any, direction: np.ndarray) -> Geometry:
    return Geometry(
        size=tuple(int(n) for n in size),
        spacing=tuple(float(one) for one in spacing),
        origin=tuple(float(one) for one in origin),
        direction=tuple(map(tuple, np.asarray(direction, float).tolist())),
    )


def _of_affine(size: Sequence[int], to_lps: np.ndarray, name: str) -> Geometry:
    """Return the grid of a (4, 4) matrix that maps voxel indices to LPS mm."""
    axes = np.asarray(to_lps, float)[:3, :3]
    spacing = np.linalg.norm(axes, axis=0)
    if not np.isfinite(to_lps).all() or not (spacing > 0).all() or abs(np.linalg.det(axes / spacing)) < 1e-6:
        raise InputError(
            said("The {name} has a singular affine matrix: its voxels have no volume.", name=named_role(name))
        )
    return _grid(size, spacing, np.asarray(to_lps, float)[:3, 3], axes / spacing)


def _image(voxels: np.ndarray, grid: Geometry) -> Any:
    """Return (k, j, i) or (k, j, i, components) voxels as an ITK image. Three or four 8-bit components are colors."""
    voxels = np.ascontiguousarray(voxels)
    if voxels.ndim == grid.dimension:
        return image_from_array(voxels, grid)
    count = voxels.shape[-1]
    if count == 1:
        return image_from_array(voxels[..., 0], grid)
    if count in (3, 4) and voxels.dtype == np.uint8:
        return image_view(voxels, grid, f"I{'RGB' if count == 3 else 'RGBA'}UC{grid.dimension}")
    return image_from_array(voxels, grid) if count <= 4 else multi_component_image(voxels, grid)


def _of_simpleitk(image: Any, name: str) -> Any:
    import sys

    dimension = image.GetDimension()
    if dimension not in (2, 3, 4):
        raise InputError(
            said(
                "The {name} has {dimension} dimensions; 2, 3 or 4 are supported.",
                name=named_role(name),
                dimension=dimension,
            )
        )
    voxels = sys.modules["SimpleITK"].GetArrayFromImage(image)
    direction = np.reshape(image.GetDirection(), (dimension, dimension))
    return _image(voxels, _grid(image.GetSize(), image.GetSpacing(), image.GetOrigin(), direction))


def _of_nibabel(image: Any, name: str) -> Any:
    voxels = np.asanyarray(image.dataobj)
    while voxels.ndim > 3 and voxels.shape[-1] == 1:
        voxels = voxels[..., 0]
    if voxels.ndim != 3:
        raise InputError(
            said(
                "The {name} has the shape {shape}; give one of its volumes, for example image.slicer[..., 0].",
                name=named_role(name),
                shape=voxels.shape,
            )
        )
    if voxels.dtype.names:
        voxels = np.stack([voxels[one] for one in voxels.dtype.names], axis=-1)
    if image.affine is None:
        raise InputError(said("The {name} has no affine matrix.", name=named_role(name)))
    grid = _of_affine(voxels.shape[:3], _LPS @ image.affine, name)
    native = voxels.astype(voxels.dtype.newbyteorder("="), copy=False)
    return _image(native.transpose(2, 1, 0, *range(3, native.ndim)), grid)


def _of_xarray(image: Any, name: str) -> Any:
    axes = [one for one in ("x", "y", "z") if one in image.dims]
    rest = [one for one in image.dims if one not in axes]
    if len(axes) < 2 or len(rest) > 1:
        raise InputError(
            said(
                "The {name} has the dimensions {dims}; it must have x, y and z, and at most one more.",
                name=named_role(name),
                dims=image.dims,
            )
        )
    spacing, origin = [], []
    for axis in axes:
        places = np.asarray(image[axis].values, float)
        steps = np.diff(places)
        if steps.size and (np.abs(steps - steps.mean()).max() > _EVEN * abs(steps.mean()) or steps.mean() == 0):
            raise InputError(
                said("The coordinates {axis} of the {name} are not evenly spaced.", axis=axis, name=named_role(name))
            )
        spacing.append((places[-1] - places[0]) / (len(places) - 1) if steps.size else 1.0)
        origin.append(places[0])
    signs = np.sign(spacing)
    direction = np.asarray(image.attrs.get("direction", np.eye(len(axes))), float)
    voxels = np.asarray(image.transpose(*axes[::-1], *rest).values)
    grid = _grid([image.sizes[axis] for axis in axes], np.abs(spacing), origin, direction * signs)
    return _image(voxels, grid)


def _of_metatensor(image: Any, name: str) -> Any:
    voxels = image.detach().cpu().numpy()
    if voxels.ndim != 4:
        raise InputError(
            said(
                "The {name} is a tensor of shape {shape}; it must be (channels, i, j, k).",
                name=named_role(name),
                shape=voxels.shape,
            )
        )
    affine = np.asarray(image.affine.detach().cpu().numpy(), float)
    space = str(getattr(image, "meta", {}).get("space", "RAS"))
    grid = _of_affine(voxels.shape[1:], affine if "LPS" in space else _LPS @ affine, name)
    return _image(voxels.transpose(3, 2, 1, 0), grid)


def _of_node(node: Any, name: str) -> Any:
    """Convert a vtkMRMLVolumeNode with its own methods, because VTK arrays expose their memory to Python."""
    called = f"{name} {node.GetName()}"
    if node.GetParentTransformNode() is not None:
        raise InputError(
            said("The {called} is under a transform; harden it, or use the Logic, which applies it.", called=called)
        )
    data = node.GetImageData()
    scalars = None if data is None else data.GetPointData().GetScalars()
    if scalars is None:
        raise InputError(said("The {called} is empty: it has no voxels.", called=called))
    size, components = data.GetDimensions(), scalars.GetNumberOfComponents()
    voxels = np.array(np.asarray(scalars)).reshape(*size[::-1], *([components] if components > 1 else []))
    axes = [[0.0] * 3 for _ in range(3)]
    node.GetIJKToRASDirections(axes)
    direction = np.diag([-1.0, -1, 1]) @ np.array(axes)
    first = np.array(node.GetOrigin()) * [-1, -1, 1]
    start = direction * node.GetSpacing() @ np.array(data.GetExtent()[::2])
    return _image(voxels, _grid(size, node.GetSpacing(), first + start, direction))


_KINDS = (
    ("SimpleITK", "Image", _of_simpleitk),
    ("nibabel", "SpatialImage", _of_nibabel),
    ("xarray", "DataArray", _of_xarray),
    ("monai", "MetaTensor", _of_metatensor),
)
