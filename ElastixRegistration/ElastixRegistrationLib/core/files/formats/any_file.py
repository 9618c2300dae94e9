"""Read image files that are not DICOM, or only their grids. ITK's readers are used where they are right, otherwise our
own."""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError, NothingToChoose
from ...images.geometry import (
    Geometry,
    array_view,
    component_count,
    geometry_of,
    image_from_array,
    image_view,
    set_geometry,
)
from ...system.itk_access import suffix_of, wrapped_class
from ...system.native_messages import NATIVE_ERRORS, native_messages_of_success
from ...wording import named_role, said
from . import metaimage, mgh, nifti, nrrd
from .itk_readers import image_suffix_of, opened, read_by_itk, reason, unreadable
from .units import in_millimeters

NIFTI = frozenset({".nii", ".nii.gz", ".hdr"})
FREESURFER = frozenset({".mgh", ".mgz"})
_WITH_OPACITY = (".png",)
_NRRD, _META, _TIFF = (".nrrd", ".nhdr"), (".mha", ".mhd"), (".tif", ".tiff")
_DAMAGES = (OSError, EOFError, zlib.error, ValueError, struct.error, MemoryError)


def read_file(path: Path, name: str, frame: int | None) -> tuple[Any, list[str]]:
    """Return the ITK image of a file, or of its time point ``frame`` (from 1 on), and sentences for the user.

    Raises InputError with ``name``, as ``core.read_image`` does.
    """
    path = _header_file(path)
    suffix = image_suffix_of(path)
    if suffix in _TIFF:
        from .tiff import read_tiff

        found = read_tiff(path, name, frame)
        return found.image, list(found.notes)
    notes: list[str] = []
    is_series, may_choose, kind = False, False, "time points"
    if suffix in NIFTI:
        image, notes = _read_nifti(path, name)
    elif suffix in FREESURFER:
        header = _freesurfer_header(path, name)
        image, notes = nifti.placed(header, _by_header(header, path, name), f"the {name}")
        if header.form == mgh.NOWHERE:
            notes.append(
                f"The file of the {name} does not give the position of its voxels. They are placed as in "
                "FreeSurfer: coronal slices of 1 mm around the origin; check left and right."
            )
    elif suffix in _NRRD:
        words = nrrd.header_of(path)
        image, is_series = _read_copy(nrrd.readable, path, name), nrrd.is_series(words)
        may_choose = "list" in nrrd.kinds_of(words)
        kind = "gradients" if nrrd.is_diffusion(words) else kind
        image, notes = _nrrd_placed(image, words, f"the {name}")
    elif suffix in _META:
        image = _read_copy(metaimage.readable, path, name)
        image, notes = metaimage.as_said(image, metaimage.header_of(path), f"the {name}")
    else:
        image = read_by_itk(opened(path, name), path, name)
        # ITK reads the time axis as components.
        is_series = suffix == ".mnc" and not is_color(image)
        if suffix in _WITH_OPACITY and component_count(image) == 2:
            image, remarks = with_opacity(np.asarray(array_view(image)), geometry_of(image), f"the {name}")
            notes += remarks
    is_series = is_series or (may_choose and frame is not None)
    return _one_frame(image, f"{name} {path}", frame, is_series, kind), notes


def grid_of_file(path: Path, name: str, frame: int | None) -> Geometry:
    """Return the grid of the image that ``read_file`` returns. Most formats need only the header. If a file has several
    time points, the grid is that of one of them.

    Raises the same InputErrors, except for missing voxels in formats with separate headers.
    """
    path = _header_file(path)
    if image_suffix_of(path) in _TIFF:
        # These files are small, and their metadata are all over them.
        return geometry_of(read_file(path, name, frame or 1)[0])
    geometry = geometry_of(_placed_outline(path, name))
    if geometry.dimension < 4:
        return geometry
    if not 1 <= (frame or 1) <= geometry.size[3]:
        raise _no_frame(f"{name} {path}", frame, geometry.size[3])
    return _without_time(geometry)


def frame_count(path: Path) -> int:
    """Return how many time points a file has according to its header. Raises InputError."""
    path = _header_file(path)
    if image_suffix_of(path) in _NRRD and nrrd.is_series(nrrd.header_of(path)):
        components = int(opened(path, "image").GetNumberOfComponents())
        if components > 1:
            return components
    size = geometry_of(_placed_outline(path, "image")).size
    return size[3] if len(size) > 3 else 1


def _placed_outline(path: Path, name: str) -> Any:
    """Return an ITK image with a grid of 2 to 4 dimensions but without voxels. Raises InputError."""
    try:
        if image_suffix_of(path) in _META:
            metaimage.check(metaimage.header_of(path))
        return _outline_of(path, name)
    except InputError:
        raise
    except _DAMAGES as error:
        raise unreadable(path, name) from error
    except NATIVE_ERRORS as error:
        raise unreadable(path, name, said("cannot be read: {reason}", reason=reason(error))) from error


def _outline_of(path: Path, name: str) -> Any:
    suffix = image_suffix_of(path)
    if suffix in FREESURFER:
        header = _freesurfer_header(path, name)
        outline = nifti.placed(header, _outline(nifti.plain_geometry(header.size)), f"the {name}")[0]
    elif suffix in NIFTI:
        outline = _nifti_outline(path, name)
    else:
        outline = _outline(_grid_of(opened(path, name)))
    if suffix in _NRRD:
        outline = _nrrd_placed(outline, nrrd.header_of(path), f"the {name}")[0]
    if suffix in _META:
        outline = in_millimeters(outline, metaimage.units_of(metaimage.header_of(path)), f"the {name}")[0]
    return outline


def _header_file(path: Path) -> Path:
    """Return the header file of an Analyze voxel file. Other paths are unchanged."""
    is_voxels = path.suffix.lower() == ".img" and path.with_suffix(".hdr").is_file()
    return path.with_suffix(".hdr") if is_voxels else path


def _grid_of(io: Any) -> Geometry:
    """Return the grid of up to 4 dimensions that an ITK reader gives for a file."""
    count = int(io.GetNumberOfDimensions())
    while count > 3 and io.GetDimensions(count - 1) == 1:
        count -= 1
    axes = range(count)
    spacing = np.array([float(io.GetSpacing(axis)) for axis in axes])
    direction = np.array([[io.GetDirection(column)[row] for column in axes] for row in axes])
    # As ITK does, axes with a negative spacing are turned.
    direction = direction * np.where(spacing < 0, -1, 1)
    return Geometry(
        size=tuple(int(io.GetDimensions(axis)) for axis in axes),
        spacing=tuple(np.abs(spacing).tolist()),
        origin=tuple(float(io.GetOrigin(axis)) for axis in axes),
        direction=tuple(map(tuple, direction.tolist())),
    )


def _outline(geometry: Geometry) -> Any:
    """Return an ITK image that has a grid but no voxels."""
    if geometry.dimension not in (2, 3, 4):
        raise InputError(
            said("An image has {dimension} dimensions; 2, 3 or 4 are supported.", dimension=geometry.dimension)
        )
    image = wrapped_class("Image", f"UC{geometry.dimension}").New()
    image.SetRegions(list(geometry.size))
    return set_geometry(image, geometry)


def _read_copy(copied: Callable[[Path], AbstractContextManager[Path]], path: Path, name: str) -> Any:
    """Read with ITK the file that ``copied`` gives: ``path`` itself, or a copy in a form that ITK reads."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(copied(path))
        except _DAMAGES as error:
            raise unreadable(path, name) from error
        return read_by_itk(opened(file, name), file, name)


def _nrrd_placed(image: Any, words: dict[str, str], name: str) -> tuple[Any, list[str]]:
    """Return ``image`` with the header fields applied that ITK ignores, and sentences about them."""
    image, notes = in_millimeters(image, nrrd.units_of(words), name)
    signs = nrrd.signs_to_lps(words)
    if (signs < 0).any():
        found = geometry_of(image)
        turn = np.diag([*signs, *[1.0] * (found.dimension - 3)])
        direction = turn @ np.asarray(found.direction)
        set_geometry(
            image,
            Geometry(found.size, found.spacing, tuple(turn @ found.origin), tuple(map(tuple, direction.tolist()))),
        )
    if words.get("space", "").lower() in nrrd.VAGUE_SPACES:
        notes.append(
            f'The space of {name} is "{words["space"]}", which does not define left and posterior: LPS is assumed.'
        )
    return image, notes


def with_opacity(voxels: np.ndarray, geometry: Geometry, name: str) -> tuple[Any, list[str]]:
    """Return gray values with opacity, (j, i, 2), as an image. 8-bit values become RGBA, so the opacity counts in
    masks. Values with more bits lose their opacity, and a sentence says so."""
    if voxels.max() > np.iinfo(np.uint8).max:
        gray = image_from_array(np.ascontiguousarray(voxels[..., 0]), geometry)
        return gray, [f"The opacity of {name} is ignored."]
    colors = np.ascontiguousarray(voxels[..., [0, 0, 0, 1]].astype(np.uint8))
    return image_view(colors, geometry, f"IRGBAUC{geometry.dimension}"), []


def is_color(image: Any) -> bool:
    return suffix_of(image).startswith("IRGB")


def _freesurfer_header(path: Path, name: str) -> nifti.NiftiHeader:
    try:
        header = mgh.read_header(path)
    except _DAMAGES as error:
        raise unreadable(path, name) from error
    if header is None:
        raise unreadable(path, name, said("is not a FreeSurfer image, or has an unsupported voxel type."))
    return header


def _read_nifti(path: Path, name: str) -> tuple[Any, list[str]]:
    header = nifti.read_header(path)
    if header is None:
        # ITK warns that Analyze is deprecated.
        with native_messages_of_success(shown=False):
            image = read_by_itk(opened(path, name), path, name)
        return nifti.analyze_said(image, path, f"the {name}")
    image = None
    try:
        if not header.is_misread_by_itk:
            # The sentences here replace ITK's warnings.
            with native_messages_of_success(shown=False):
                image = read_by_itk(opened(path, name), path, name, header.voxel_bytes)
    except InputError as error:
        if "orthonormal" not in str(error) and header.version == 1:  # ITK does not support NIfTI-2
            raise
    return nifti.placed(header, _by_header(header, path, name) if image is None else image, f"the {name}")


def _nifti_outline(path: Path, name: str) -> Any:
    header = nifti.read_header(path)
    if header is None:
        return _outline(_grid_of(opened(path, name)))
    try:
        grid = nifti.plain_geometry(header.size) if header.is_misread_by_itk else _grid_of(opened(path, name))
    except InputError as error:
        if "orthonormal" not in str(error) and header.version == 1:
            raise
        grid = nifti.plain_geometry(header.size)
    return nifti.placed(header, _outline(grid), f"the {name}")[0]


def _by_header(header: nifti.NiftiHeader, path: Path, name: str) -> Any:
    """Read a NIfTI file that ITK refuses or misreads, guided by its ``header``."""
    try:
        image = nifti.read_voxels(header, path)
    except _DAMAGES as error:
        raise unreadable(path, name) from error
    if image is None:
        raise InputError(
            said(
                "The {name} {path} is a NIfTI file that ITK cannot read (axes that are not perpendicular, "
                "NIfTI-2, an unusual header), and its voxel type is not supported for such files.",
                name=named_role(name),
                path=path,
            )
        )
    return image


def _one_frame(image: Any, name: str, frame: int | None, is_series: bool, kind: str) -> Any:
    """Return frame number ``frame``, from 1 on, of a 4D image or of an image whose components are frames. Other images
    are unchanged.

    ``kind`` names the frames in sentences, such as "time points".
    """
    geometry = geometry_of(image)
    if is_series and component_count(image) > 1:
        voxels = np.moveaxis(array_view(image), -1, 0)
    elif geometry.dimension == 4:
        if frame is None and geometry.size[3] > 1:
            # A sequence is registered frame by frame.
            return image
        voxels = array_view(image)
    elif frame in (None, 1):
        return image
    else:
        raise NothingToChoose(
            said("The {name} is a single image; it has no frame {frame}.", name=named_role(name), frame=frame)
        )
    if frame is None and len(voxels) > 1:
        raise InputError(
            said(
                "The {name} contains {count} {kind}; choose one with --frame 1 to {count}.",
                name=named_role(name),
                count=len(voxels),
                kind=kind,
            )
        )
    if not 1 <= (frame or 1) <= len(voxels):
        raise _no_frame(name, frame, len(voxels))
    chosen = np.ascontiguousarray(voxels[(frame or 1) - 1])
    return image_from_array(chosen, _without_time(geometry))


def _no_frame(name: str, frame: int | None, count: int) -> InputError:
    return InputError(
        said(
            "The {name} has no frame {frame}; give a number from 1 to {count}.",
            name=named_role(name),
            frame=frame,
            count=count,
        )
    )


def _without_time(geometry: Geometry) -> Geometry:
    return Geometry(
        size=geometry.size[:3],
        spacing=geometry.spacing[:3],
        origin=geometry.origin[:3],
        direction=tuple(tuple(row[:3]) for row in geometry.direction[:3]),
    )
