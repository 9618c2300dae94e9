"""ITK's image readers, loaded one at a time, and their image types."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import array_view, geometry_of, new_image
from ...system.itk_access import before_itk, wrapped_class
from ...system.native_messages import NATIVE_ERRORS
from ...system.truncation import is_truncated
from ...wording import joined, named_role, said
from .content import what_it_is

#: ITK readers by suffix. Loading one takes 10 ms, all of them 1.4 s.
READERS = {
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
_TRUNCATED = said("is truncated or damaged.")
#: Advice for files of other tools that ITK does not read.
_CONVERTERS = {
    **dict.fromkeys((".par", ".rec"), said("Convert it to NIfTI first: {command}", command="dcm2niix IN.PAR.")),
    **dict.fromkeys(
        (".head", ".brik"), said("Convert it to NIfTI first: {command}", command="3dAFNItoNIFTI IN (AFNI).")
    ),
}
_LONG = frozenset({"unsigned_long", "unsigned_long_long", "long", "long_long"})


def image_suffix_of(path: Path) -> str:
    """Return the suffix of an image file in lower case, with two parts for .nii.gz."""
    name = path.name.lower()
    return ".nii.gz" if name.endswith(".nii.gz") else path.suffix.lower()


def reader_for(path: Path) -> Any:
    """Return ITK's reader, which also writes, for the name of a file; None for an unknown suffix."""
    name = READERS.get(image_suffix_of(path))
    return wrapped_class(name, "").New() if name else None


def opened(path: Path, name: str) -> Any:
    """Return the ITK reader that accepts a file, with the header read. Raises InputError with ``name``."""
    io = _reader_of(path, name)
    try:
        io.SetFileName(str(path))
        io.ReadImageInformation()
    except NATIVE_ERRORS as error:
        raise unreadable(path, name, said("cannot be read: {reason}", reason=reason(error))) from error
    return io


def _reader_of(path: Path, name: str) -> Any:
    io = reader_for(path)
    try:
        if io is not None and io.CanReadFile(str(path)):
            return io
    except NATIVE_ERRORS as error:
        # ITK raises this for .vtk files.
        raise InputError(
            said("The {name} {path} cannot be read: {reason}", name=named_role(name), path=path, reason=reason(error))
        ) from error
    before_itk()
    import itk

    itk.imread  # noqa: B018  resolving it registers every reader
    io = itk.ImageIOFactory.CreateImageIO(str(path), itk.CommonEnums.IOFileMode_ReadMode)
    if io is None:
        raise unreadable(path, name, said("is not in an image format that ITK reads, or it is damaged."))
    return io


def unreadable(path: Path, name: str, why: str = _TRUNCATED) -> InputError:
    """Return the error for an unreadable file. It says what kind of file it is, if that is known, otherwise ``why``."""
    known, hint = what_it_is(path), _CONVERTERS.get(Path(path.name.lower().removesuffix(".gz")).suffix, "")
    if known:
        cannot = said("The {name} {path} cannot be read.", name=named_role(name), path=path)
        return InputError(joined(cannot, known))
    return InputError(joined(said("The {name} {path} {why}", name=named_role(name), path=path, why=why), hint))


def read_by_itk(io: Any, path: Path, name: str, voxel_bytes: int | None = None) -> Any:
    """Read the image of a file that ``opened`` has opened. Raises InputError if it is truncated or cannot be read.

    ``voxel_bytes`` is the size of the voxels in the file in bytes, if known.
    """
    try:
        if is_truncated(path, image_suffix_of(path), io, voxel_bytes):
            raise unreadable(path, name)
        reader = wrapped_class("ImageFileReader", pixel_suffix(io, path, name)).New()
        reader.SetImageIO(io)
        reader.SetFileName(str(path))
        reader.Update()
    except NATIVE_ERRORS as error:
        raise unreadable(path, name, said("cannot be read: {reason}", reason=reason(error))) from error
    image = reader.GetOutput()
    image.DisconnectPipeline()
    long = io.GetComponentTypeAsString(io.GetComponentType()) in _LONG and io.GetNumberOfComponents() == 1
    return _as_whole_numbers(image) if long else image


def _as_whole_numbers(image: Any) -> Any:
    """Convert an image of 64-bit integers, which was read as doubles, to 32-bit integers if these can hold its values.
    Labels so stay labels."""
    voxels = array_view(image)
    low, high = voxels.min(), voxels.max()
    for dtype in (np.int32, np.uint32):
        limits = np.iinfo(dtype)
        if limits.min <= low and high <= limits.max:
            whole = new_image(geometry_of(image), dtype)
            array_view(whole)[...] = voxels
            return whole
    return image


def pixel_suffix(io: Any, path: Path, name: str) -> str:
    """Return the suffix of the wrapped image type that fits the voxels of the file."""
    dimension = io.GetNumberOfDimensions()
    while dimension > 3 and io.GetDimensions(dimension - 1) == 1:
        dimension -= 1
    if dimension not in (2, 3, 4):
        raise InputError(
            said(
                "The {name} {path} has {dimension} dimensions; 2, 3 or 4 are supported.",
                name=named_role(name),
                path=path,
                dimension=dimension,
            )
        )
    component = _COMPONENTS[io.GetComponentTypeAsString(io.GetComponentType())]
    count = io.GetNumberOfComponents()
    if count == 1:
        return f"I{component}{dimension}"
    if component == "UC" and count in (3, 4):
        return f"I{'RGB' if count == 3 else 'RGBA'}UC{dimension}"
    if count in (2, 3, 4) and component != "D":
        # Readers of double vectors are not wrapped.
        return f"IVF{count}{dimension}"
    return f"VI{component if component in ('F', 'D', 'UC', 'SS', 'US') else 'F'}{dimension}"


def reason(error: BaseException) -> str:
    """Return the sentence in an ITK exception, without source positions and addresses."""
    if isinstance(error, MemoryError):
        return said("there is not enough memory for it, or its header is damaged.")
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = [line.partition("): ")[2] or line for line in lines if ".hxx:" not in line and ".cxx:" not in line]
    sentence = (" ".join(text) or str(error)).rstrip(".") + "."
    if "Zero-valued spacing" in sentence:
        return said("its header has a spacing of 0.")
    if "determinant is 0" in sentence:
        return said("the axes in its header are linearly dependent (determinant 0).")
    if "File cannot be read" in sentence:
        # MetaImage gives the last system error as the reason, even if it is unrelated.
        return said("it is truncated or damaged.")
    # NRRD reports the whole chain of calls; the problem comes last.
    words = re.sub(r"^_nrrd\w+: ", "", sentence.rpartition("[nrrd] ")[2])
    # A colon precedes these words.
    return words.replace(": ", ", ")
