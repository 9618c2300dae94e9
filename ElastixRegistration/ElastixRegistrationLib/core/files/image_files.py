"""Read and write images: anything ITK reads, and DICOM folders."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, ResourceError
from ..images.geometry import Geometry, array_view, component_count, geometry_of, set_geometry
from ..system.decimal_point import decimal_point
from ..system.itk_access import suffix_of, wrapped_class
from ..system.native_messages import NATIVE_ERRORS, native_messages_of_success
from ..system.output_files import check_folder_of, check_suffix, is_disk_full, whole_file
from ..system.truncation import is_truncated
from ..wording import named_role, said
from .dicom.headers import is_dicom
from .formats.any_file import FREESURFER, NIFTI, grid_of_file, read_file
from .formats.itk_readers import READERS, image_suffix_of, reader_for, reason
from .formats.nifti import write_shear
from .formats.parallel_deflate import PLAIN_SUFFIXES, pack

if TYPE_CHECKING:
    from .dicom.places import Place
    from .dicom.volumes import DicomSeries

_log = logging.getLogger(__name__)

IMAGE_SUFFIXES = frozenset(READERS) | FREESURFER
_WRITTEN_UNCHECKED = frozenset({".nii", ".nii.gz", ".hdr", ".gipl"})
#: Images of more bytes are compressed in several threads.
_LARGE_BYTES = 2**25
#: Formats of integers without a position in space. They are written only if the input was such a picture.
_PICTURES = frozenset({".png", ".jpg"})


def read_image(
    path: str | os.PathLike, name: str = "image", *, series: str | None = None, frame: int | None = None
) -> Any:
    """Return the ITK image in ``path``. Works like ``read_volume``, but logs the notes as warnings.

    Raises the same InputErrors.
    """
    volume = read_volume(path, name, series=series, frame=frame)
    for note in volume.notes:
        _log.warning("%s", note)
    return volume.image


@dataclass(frozen=True)
class Volume:
    """An ITK ``image``. ``notes`` are sentences for the user about how the file was read. ``series`` is its DICOM
    series, None for other files."""

    image: Any
    notes: tuple[str, ...] = ()
    series: DicomSeries | None = None


def read_volume(
    path: str | os.PathLike, name: str = "image", *, series: str | None = None, frame: int | None = None
) -> Volume:
    """Read an ITK image from ``path``: a file that ITK reads, a DICOM file, or a folder with a DICOM series.

    Scalar images keep their type if ITK's Python packages wrap it. Signed 8-bit integers become 16-bit integers. 64-bit
    integers become 32-bit integers, or doubles if their values do not fit. Color and vector images become images of
    RGB(A) pixels or vectors. ``series`` (a UID, or a number from 1 on) chooses one of several series in a DICOM folder.
    ``frame`` (from 1 on) chooses a time point.

    Raises InputError, with ``name``, for a missing, unreadable or truncated file, for slices that do not form a regular
    stack, and if there are several images to choose from.
    """
    path = Path(path)
    with native_messages_of_success(), decimal_point():
        if path.is_dir() or (path.is_file() and is_dicom(path)):
            from .dicom.volumes import read_dicom

            found = read_dicom(path, name, series=series, frame=frame)
            return Volume(found.image, found.notes, found.series)
        if not path.is_file():
            raise InputError(said("The {name} {path} does not exist.", name=named_role(name), path=path))
        image, notes = read_file(path, name, frame)
        return Volume(image, tuple(notes))


def read_geometry(path: str | os.PathLike, name: str = "image") -> Geometry:
    """Return the grid of the image in ``path``, LPS mm, from its header. Raises the InputErrors of ``read_image``."""
    return read_grid(path, name)[0]


def read_grid(
    path: str | os.PathLike, name: str = "image", *, series: str | None = None, frame: int | None = None
) -> tuple[Geometry, DicomSeries | None]:
    """Return the grid of the image in ``path``, LPS mm, from its header, and its DICOM series (None for other files).

    ``series`` and ``frame`` choose as in ``read_volume``. If the file has several time points, the grid is that of one
    of them. Raises the same InputErrors as ``read_image``.
    """
    path = Path(path)
    if path.is_dir() or (path.is_file() and is_dicom(path)):
        from .dicom.volumes import dicom_geometry

        return dicom_geometry(path, name, series=series, frame=frame)
    if not path.is_file():
        raise InputError(said("The {name} {path} does not exist.", name=named_role(name), path=path))
    with native_messages_of_success(), decimal_point():
        return grid_of_file(path, name, frame), None


def read_place(path: str | os.PathLike, name: str = "image") -> Place | None:
    """Return the frame of reference and the images that the headers of ``path`` name; None if it is not DICOM. Raises
    the same InputErrors as ``read_image``."""
    series = read_grid(path, name)[1]
    return None if series is None else series.place


def write_image(image: Any, path: str | os.PathLike, *, compress: bool = True) -> None:
    """Write ``image`` in the format that the suffix of ``path`` names. The file appears whole or not at all.

    Raises InputError for an unknown suffix, and if the file cannot be written.
    """
    path = Path(path)
    image = with_writable_type(image)
    suffix = image_suffix_of(path)
    if suffix not in READERS:
        raise InputError(
            said("No image format is known for the name {name}; use .nrrd, .nii.gz or .mha.", name=path.name)
        )
    in_parallel = compress and suffix in PLAIN_SUFFIXES and array_view(image).nbytes >= _LARGE_BYTES
    with whole_file(path) as draft:
        try:
            if not in_parallel:
                _write(image, draft, path, compress)
                return
            plain = draft.with_name(f"voxels{PLAIN_SUFFIXES[suffix]}")
            _write(image, plain, path, compress=False)
            pack(plain, draft)
            plain.unlink()
        except NATIVE_ERRORS as error:
            if is_disk_full(path.parent):
                raise ResourceError(said("The image {path} cannot be written: the disk is full.", path=path)) from error
            raise InputError(
                said("The image {path} cannot be written: {reason}", path=path, reason=reason(error))
            ) from error


def _write(image: Any, draft: Path, path: Path, compress: bool) -> None:
    """Write the ``draft`` of ``path`` with ITK."""
    writer = wrapped_class("ImageFileWriter", suffix_of(image)).New()
    writer.SetImageIO(reader_for(draft))
    writer.SetInput(image)
    writer.SetFileName(str(draft))
    writer.SetUseCompression(compress)
    with native_messages_of_success(), decimal_point():
        is_sheared = image_suffix_of(draft) in NIFTI and not geometry_of(image).is_orthogonal
        # ITK warns that it makes the axes perpendicular.
        with native_messages_of_success(shown=not is_sheared):
            writer.Update()
        if not _is_whole(draft):
            raise ResourceError(said("The image {path} cannot be written; is the disk full?", path=path))
        if is_sheared and geometry_of(image).dimension > 2:
            write_shear(draft, geometry_of(image))


def _is_whole(path: Path) -> bool:
    """Return whether the whole image was written. ITK does not notice a full disk for some formats."""
    suffix = image_suffix_of(path)
    if suffix not in _WRITTEN_UNCHECKED:
        return True
    io = reader_for(path)
    io.SetFileName(str(path))
    io.ReadImageInformation()
    return not is_truncated(path, suffix, io)


def with_writable_type(image: Any) -> Any:
    """Return ``image`` as itk.VectorImage, which has a writer, if its voxels are vectors of doubles; otherwise
    unchanged."""
    suffix = suffix_of(image)
    if not suffix.startswith("IVD"):
        return image
    converted = wrapped_class("VectorImage", f"D{image.GetImageDimension()}").New()
    converted.SetRegions(image.GetLargestPossibleRegion())
    converted.SetNumberOfComponentsPerPixel(component_count(image))
    converted.Allocate()
    array_view(converted)[...] = array_view(image)
    return set_geometry(converted, geometry_of(image))


def check_output(path: str | os.PathLike, *, transform: bool = False, picture: bool = False) -> None:
    """Raise InputError if a result cannot be written to ``path``: its format is unknown, or its folder is missing or
    read-only.

    ``transform`` says that the result is a transform. ``picture`` says that it has integers and may lose its position
    in space, so PNG and JPEG are allowed.
    """
    path = Path(path)
    if transform:
        check_suffix(path, (".h5", ".tfm", ".txt", ".toml"), "transform")
    elif image_suffix_of(path) not in READERS:
        raise InputError(
            said("No image format is known for the name {name}; use .nrrd, .nii.gz or .mha.", name=path.name)
        )
    elif is_picture(path) and not picture:
        raise InputError(
            said(
                "{name} would lose the position and the values of the image; use .nrrd, .nii.gz or .mha.",
                name=path.name,
            )
        )
    check_folder_of(path)


def check_can_hold(path: str | os.PathLike, image: Any) -> None:
    """Raise InputError if the format of ``path`` cannot store the voxels of ``image``."""
    path = Path(path)
    suffix = image_suffix_of(path)
    if suffix not in _PICTURES:
        return
    dtype, components = array_view(image).dtype, component_count(image)
    most = 1 if suffix == ".jpg" else 2
    if image.GetImageDimension() != 2 or dtype.kind != "u" or dtype.itemsize > most or components not in (1, 3, 4):
        raise InputError(
            said(
                "{name} cannot store {dimension}D images of {dtype} voxels like the result; use .nrrd, .nii.gz "
                "or .mha.",
                name=path.name,
                dimension=image.GetImageDimension(),
                dtype=dtype,
            )
        )


def is_picture(path: str | os.PathLike) -> bool:
    """Return whether ``path`` is in a format of integers without a position in space."""
    return image_suffix_of(Path(path)) in _PICTURES
