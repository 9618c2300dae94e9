"""Images to and from files: anything ITK reads, and DICOM folders."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, component_count, geometry_of, new_image, set_geometry
from ..system.decimal_point import decimal_point
from ..system.itk_access import suffix_of, wrapped_class
from ..system.native_messages import NATIVE_ERRORS, native_messages_of_success
from ..system.output_files import check_folder_of, check_suffix, is_disk_full, whole_file
from ..system.truncation import is_truncated

#: Which ITK reader a file name calls for. Loading only that one takes 10 ms, all of them 1.4 s.
_READERS = {
    ".mha": "MetaImageIO",
    ".mhd": "MetaImageIO",
    ".nrrd": "NrrdImageIO",
    ".nhdr": "NrrdImageIO",
    ".nii": "NiftiImageIO",
    ".nii.gz": "NiftiImageIO",
    ".hdr": "NiftiImageIO",
    ".dcm": "GDCMImageIO",
    ".png": "PNGImageIO",
    ".tif": "TIFFImageIO",
    ".tiff": "TIFFImageIO",
    ".jpg": "JPEGImageIO",
    ".vtk": "VTKImageIO",
    ".mnc": "MINCImageIO",
    ".gipl": "GiplImageIO",
}
IMAGE_SUFFIXES = frozenset(_READERS)
_WRITTEN_UNCHECKED = frozenset({".nii", ".nii.gz", ".hdr", ".gipl"})
# Pictures of whole numbers without a place in space: written only where a picture was read.
_PICTURES = frozenset({".png", ".jpg"})
_COMPONENTS = {
    "float": "F",
    "double": "D",
    "unsigned_char": "UC",
    "unsigned_short": "US",
    "unsigned_int": "UI",
    "unsigned_long": "D",
    "unsigned_long_long": "D",
    "char": "SS",
    "short": "SS",
    "int": "SI",
    "long": "D",
    "long_long": "D",
}
#: Slices of a DICOM series may lie so far from even distances, as a share of one.
_MAX_UNEVEN = 0.1
_UNEVEN = "ITK_non_uniform_sampling_deviation"
_LONG = frozenset({"unsigned_long", "unsigned_long_long", "long", "long_long"})


def read_image(path: str | os.PathLike, name: str = "image") -> Any:
    """ITK image in ``path``: a file that ITK reads, or a folder with one DICOM series.

    Scalar images keep their type where ITK's Python packages wrap it: signed integers of 8 bits get 16, those of 64
    bits 32, or become doubles where that is too few. Color and vector images become images of RGB(A) pixels or
    vectors. Raises InputError, with ``name``, for a missing, unreadable or truncated file, and for a folder with no or
    several series.
    """
    path = Path(path)
    with native_messages_of_success(), decimal_point():
        if path.is_dir():
            return _read_dicom_folder(path, name)
        if not path.is_file():
            raise InputError(f"The {name} {path} does not exist.")
        return _read_file(path, name)


def _read_file(path: Path, name: str) -> Any:
    io = _image_io(path, name)
    try:
        io.SetFileName(str(path))
        io.ReadImageInformation()
        if is_truncated(path, image_suffix_of(path), io):
            raise InputError(f"The {name} {path} is truncated or damaged.")
        reader = wrapped_class("ImageFileReader", _image_suffix(io, path, name)).New()
        reader.SetImageIO(io)
        reader.SetFileName(str(path))
        reader.Update()
    except NATIVE_ERRORS as error:
        raise InputError(f"The {name} {path} cannot be read: {_reason(error)}") from error
    image = reader.GetOutput()
    image.DisconnectPipeline()
    long = io.GetComponentTypeAsString(io.GetComponentType()) in _LONG and io.GetNumberOfComponents() == 1
    return _as_whole_numbers(image) if long else image


def _as_whole_numbers(image: Any) -> Any:
    """An image of 64-bit integers, read as doubles, of 32 bits where that holds its values: labels stay labels."""
    voxels = array_view(image)
    low, high = voxels.min(), voxels.max()
    for dtype in (np.int32, np.uint32):
        limits = np.iinfo(dtype)
        if limits.min <= low and high <= limits.max:
            whole = new_image(geometry_of(image), dtype)
            array_view(whole)[...] = voxels
            return whole
    return image


def read_geometry(path: str | os.PathLike, name: str = "image") -> Geometry:
    """Where the voxels of ``path`` lie, from the header of a file. Raises InputError as ``read_image`` does.

    Of a folder with a DICOM series only the size counts: that of its first file, as many times as there are files.
    """
    path = Path(path)
    files = sorted(entry for entry in path.iterdir() if entry.is_file()) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise InputError(f"The {name} {path} does not exist.")
    with native_messages_of_success(), decimal_point():
        io = _image_io(files[0], name)
        try:
            io.SetFileName(str(files[0]))
            io.ReadImageInformation()
        except NATIVE_ERRORS as error:
            raise InputError(f"The {name} {path} cannot be read: {_reason(error)}") from error
    axes = range(io.GetNumberOfDimensions())
    size = [int(io.GetDimensions(axis)) for axis in axes]
    if path.is_dir():
        size[2:] = [len(files)]
        axes = range(3)
    direction = np.array([[io.GetDirection(column)[row] for column in axes] for row in axes])
    return Geometry(
        size=tuple(size),
        spacing=tuple(float(io.GetSpacing(axis)) for axis in axes),
        origin=tuple(float(io.GetOrigin(axis)) for axis in axes),
        direction=tuple(map(tuple, direction.tolist())),
    )


def write_image(image: Any, path: str | os.PathLike, *, compress: bool = True) -> None:
    """Write ``image`` in the format of the suffix of ``path``: the file appears whole or not at all.

    Raises InputError for a suffix that is no format, and where it cannot be written.
    """
    path = Path(path)
    image = with_writable_type(image)
    writer = wrapped_class("ImageFileWriter", suffix_of(image)).New()
    io = _io_for(path)
    if io is None:
        raise InputError(f"No image format is known for the name {path.name}; use .nrrd, .nii.gz or .mha.")
    with whole_file(path) as draft:
        writer.SetImageIO(io)
        writer.SetInput(image)
        writer.SetFileName(str(draft))
        writer.SetUseCompression(compress)
        try:
            with native_messages_of_success(), decimal_point():
                writer.Update()
                if not _is_whole(draft):
                    raise InputError(f"The image {path} cannot be written; is the disk full?")
        except NATIVE_ERRORS as error:
            why = "the disk is full." if is_disk_full(path.parent) else _reason(error)
            raise InputError(f"The image {path} cannot be written: {why}") from error


def _is_whole(path: Path) -> bool:
    """Whether all of an image was written; of some formats ITK does not notice when the disk is full."""
    suffix = image_suffix_of(path)
    if suffix not in _WRITTEN_UNCHECKED:
        return True
    io = _io_for(path)
    io.SetFileName(str(path))
    io.ReadImageInformation()
    return not is_truncated(path, suffix, io)


def with_writable_type(image: Any) -> Any:
    """``image``, as itk.VectorImage where its voxels are vectors of doubles, which has a writer."""
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
    """Raise InputError when ``path`` cannot become a result: an unknown format, a folder that is missing or closed.

    ``picture``: the result has whole numbers and its place in space may be lost, so that PNG and JPEG do.
    """
    path = Path(path)
    if transform:
        check_suffix(path, (".h5", ".tfm", ".txt", ".toml"), "transform")
    elif image_suffix_of(path) not in _READERS:
        raise InputError(f"No image format is known for the name {path.name}; use .nrrd, .nii.gz or .mha.")
    elif is_picture(path) and not picture:
        raise InputError(f"{path.name} would lose the place and the values of the image; use .nrrd, .nii.gz or .mha.")
    check_folder_of(path)


def is_picture(path: str | os.PathLike) -> bool:
    """Whether an image comes from a file of whole numbers without a place in space."""
    return image_suffix_of(Path(path)) in _PICTURES


def image_suffix_of(path: Path) -> str:
    """The suffix of an image file, lower case, of two parts for .nii.gz."""
    name = path.name.lower()
    return ".nii.gz" if name.endswith(".nii.gz") else path.suffix.lower()


def _io_for(path: Path) -> Any:
    name = _READERS.get(image_suffix_of(path))
    return wrapped_class(name, "").New() if name else None


def _image_io(path: Path, name: str) -> Any:
    io = _io_for(path)
    try:
        if io is not None and io.CanReadFile(str(path)):
            return io
    except NATIVE_ERRORS as error:  # of .vtk files
        raise InputError(f"The {name} {path} cannot be read: {_reason(error)}") from error
    import itk

    itk.imread  # noqa: B018  resolving it registers every reader
    io = itk.ImageIOFactory.CreateImageIO(str(path), itk.CommonEnums.IOFileMode_ReadMode)
    if io is None:
        raise InputError(f"The {name} {path} is in no image format that ITK reads, or it is damaged.")
    return io


def _image_suffix(io: Any, path: Path, name: str) -> str:
    """Suffix of the wrapped image type that holds what the file has."""
    dimension = io.GetNumberOfDimensions()
    while dimension > 3 and io.GetDimensions(dimension - 1) == 1:
        dimension -= 1
    if dimension not in (2, 3, 4):
        raise InputError(f"The {name} {path} has {dimension} dimensions; 2, 3 or 4 are supported.")
    component = _COMPONENTS[io.GetComponentTypeAsString(io.GetComponentType())]
    count = io.GetNumberOfComponents()
    if count == 1:
        return f"I{component}{dimension}"
    if component == "UC" and count in (3, 4):
        return f"I{'RGB' if count == 3 else 'RGBA'}UC{dimension}"
    if count in (2, 3, 4) and component != "D":  # files of images of double vectors are not wrapped
        return f"IVF{count}{dimension}"
    return f"VI{component if component in ('F', 'D', 'UC', 'SS', 'US') else 'F'}{dimension}"


def _read_dicom_folder(folder: Path, name: str) -> Any:
    finder = wrapped_class("GDCMSeriesFileNames", "").New()
    finder.SetUseSeriesDetails(True)
    finder.SetDirectory(str(folder))
    series = list(finder.GetSeriesUIDs())
    if not series:
        raise InputError(f"The folder {folder} of the {name} has no DICOM images.")
    if len(series) > 1:
        raise InputError(f"The folder {folder} of the {name} has {len(series)} DICOM series; give a folder with one.")
    files = finder.GetFileNames(series[0])
    io = wrapped_class("GDCMImageIO", "").New()
    try:
        io.SetFileName(files[0])
        io.ReadImageInformation()
        component = _COMPONENTS[io.GetComponentTypeAsString(io.GetComponentType())]
        reader = wrapped_class("ImageSeriesReader", f"I{component}3").New()
        reader.SetImageIO(io)
        reader.SetFileNames(files)
        reader.SetSpacingWarningRelThreshold(_MAX_UNEVEN)
        reader.Update()
    except NATIVE_ERRORS as error:
        raise InputError(f"The DICOM series in {folder} cannot be read: {_reason(error)}") from error
    image = reader.GetOutput()
    image.DisconnectPipeline()
    tags = image.GetMetaDataDictionary()
    if tags.HasKey(_UNEVEN):
        raise InputError(
            f"The DICOM series in {folder} lacks slices, or they are not evenly spaced: some lie {tags[_UNEVEN]:.3g} mm"
            " from where they should. Load it into Slicer, whose DICOM module evens it out, and save it from there."
        )
    return image


def _reason(error: BaseException) -> str:
    """The sentence in an ITK exception, without source positions and addresses."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it, or it is damaged."
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = [line.partition("): ")[2] or line for line in lines if ".hxx:" not in line and ".cxx:" not in line]
    sentence = (" ".join(text) or str(error)).rstrip(".") + "."
    if "File cannot be read" in sentence:  # MetaImage, with a reason that is the system's last error, whatever it was
        return "it is truncated or damaged."
    # NRRD tells its whole way to the problem; the problem comes last.
    return re.sub(r"^_nrrd\w+: ", "", sentence.rpartition("[nrrd] ")[2])
