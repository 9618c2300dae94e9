"""Recognize by its first bytes that a file is not the expected image, and give advice."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from ...wording import Said, said
from . import metaimage, nrrd

_START = 1024
_NIFTI = (b"n+1\0", b"ni1\0", b"n+2\0", b"ni2\0")
_UNPACK = said("Unpack it, and give the file or folder in it.")
_AS_PNG = said("Save it as PNG or TIFF.")
_AS_MINC_2 = said("Convert it to MINC 2: mincconvert -2 IN OUT.mnc.")
_EXPORT = said("Export it as NRRD or TIFF from there.")
#: First bytes, the kind of such a file, and advice.
_KINDS = (
    (b"PK\x03\x04", said("a zip archive"), _UNPACK),
    (b"Rar!", said("a RAR archive"), _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", said("a 7-Zip archive"), _UNPACK),
    (b"BZh", said("a file compressed by bzip2"), said("Unpack it: bunzip2.")),
    (b"\xfd7zXZ\0", said("a file compressed by xz"), said("Unpack it: unxz.")),
    (b"\x28\xb5\x2f\xfd", said("a file compressed by zstd"), said("Unpack it: unzstd.")),
    (
        b"version https://git-lfs",
        said("a pointer of Git LFS, not the file itself"),
        said("Fetch the file: git lfs pull."),
    ),
    (
        b"/annex/objects",
        said("a pointer of git-annex, not the file itself"),
        said("Fetch the file with git annex get or datalad get."),
    ),
    (
        b"\x93NUMPY",
        said("a NumPy array, which has no spacing"),
        said("In Python, core.as_image takes the array and its spacing."),
    ),
    (b"%PDF", said("a PDF document"), said("Export its images first.")),
    (b"GIF8", said("a GIF picture"), _AS_PNG),
    (b"RIFF", said("a WebP picture"), _AS_PNG),
    (b"\0\0\0\x18ftyphei", said("a HEIC picture"), _AS_PNG),
    (b"\0\0\0\x1cftyphei", said("a HEIC picture"), _AS_PNG),
    (b"CDF\x01", said("a file of MINC 1 (netCDF)"), _AS_MINC_2),
    (b"CDF\x02", said("a file of MINC 1 (netCDF)"), _AS_MINC_2),
    (b"MATRIX7", said("an ECAT file of PET"), said("Convert it to NIfTI, as nibabel does.")),
    (b"MATLAB 5.0", said("a file of MATLAB"), said("Save its voxels as NIfTI from there: niftiwrite.")),
    (b"AMIRA", said("an image of Amira or Avizo"), _EXPORT),
    (b"# AmiraMesh", said("an image of Amira or Avizo"), _EXPORT),
    (b"# Avizo", said("an image of Amira or Avizo"), _EXPORT),
)
#: First bytes of supported formats, and their suffixes.
_READ = (
    (b"NRRD0", (".nrrd", ".nhdr")),
    (b"\x89PNG", (".png",)),
    (b"\xff\xd8\xff", (".jpg", ".jpeg", ".jpe")),
    (b"II*\0", (".tif", ".tiff")),
    (b"MM\0*", (".tif", ".tiff")),
    (b"II+\0", (".tif", ".tiff")),
    (b"MM\0+", (".tif", ".tiff")),
    (b"ObjectType = Image", (".mha", ".mhd")),
    (b"NDims = ", (".mha", ".mhd")),
)


def what_it_is(path: Path) -> str:
    """Return sentences about a file that cannot be read, or "" if its content seems to match its name."""
    try:
        with open(path, "rb") as file:
            start = file.read(_START)
    except OSError:
        return ""
    if not start:
        return said("It is empty.")
    for first, kind, remedy in _KINDS:
        if start.startswith(first):
            return said("It is {kind}. {remedy}", kind=kind, remedy=remedy)
    if re.match(rb"\s*<(!DOCTYPE html|html|head)\b", start, re.IGNORECASE):
        return said("It is a web page, probably from a failed download. Download the file again.")
    if start.lstrip().startswith(b"<VTKFile") or b"<VTKFile" in start:
        return said("It is an XML file of VTK. Save it as .vtk (legacy, structured points) or .mha.")
    if missing := _missing_part(path):
        return missing
    if start.startswith(b"# vtk DataFile") and b"\nCELL_DATA" in start:
        return said("Its values belong to cells, not points. Convert them in ParaView (Cell Data to Point Data).")
    if start.startswith(b"# vtk DataFile") and b"\nFIELD " in start and b"\nSCALARS " not in start:
        return said("Its values are in a field of arrays. Save them as scalars: in ParaView, as one point array.")
    if start.startswith(b"# vtk DataFile") and b"\nDATASET STRUCTURED_POINTS" not in start:
        return said("It is not an image: its data are not structured points.")
    return _under_another_name(path, start)


def _missing_part(path: Path) -> str:
    """Return a sentence about a missing file that belongs to ``path``, or "" if nothing is missing."""
    suffix, what = path.suffix.lower(), "voxels"
    missing = ""
    if suffix in (".mhd", ".mha"):
        missing = metaimage.missing_voxels(path)
    elif suffix in (".nhdr", ".nrrd"):
        missing = nrrd.missing_voxels(path)
    elif suffix in (".hdr", ".img"):
        other = ".img" if suffix == ".hdr" else ".hdr"
        what = "voxels" if suffix == ".hdr" else "header"
        if not any(path.with_suffix(one).is_file() for one in (other, other.upper(), f"{other}.gz")):
            missing = path.with_suffix(other).name
    if not missing:
        return ""
    if what == "voxels":
        return said("Its voxels are expected in {missing}, which does not exist.", missing=missing)
    return said("Its header is expected in {missing}, which does not exist.", missing=missing)


def _under_another_name(path: Path, start: bytes) -> str:
    name = path.name.lower()
    is_packed = start.startswith(b"\x1f\x8b")
    if is_packed:
        try:
            start = zlib.decompressobj(wbits=31).decompress(start)
        except zlib.error:
            return ""
        if start[128:132] == b"DICM":
            return said("It is a DICOM file compressed by gzip. Unpack it: gunzip.")
        if start[257:262] == b"ustar":
            return said("It is an archive (.tar.gz). Unpack it, and give the file or folder in it.")
    if start[344:348] in _NIFTI:
        wanted = ".nii.gz" if is_packed else ".nii"
        is_right = name.endswith((wanted, ".hdr", ".hdr.gz", ".img", ".img.gz"))
        return "" if is_right else _misnamed("NIfTI", wanted, is_packed)
    for first, suffixes in _READ:
        if start.startswith(first) and not name.endswith(suffixes):
            return _misnamed(suffixes[0][1:].upper(), suffixes[0], is_packed)
    return ""


def _misnamed(kind: str, suffix: str, is_packed: bool) -> Said:
    if is_packed:
        return said("It is {kind}, compressed. Give it a name that ends in {suffix}.", kind=kind, suffix=suffix)
    return said("It is {kind}. Give it a name that ends in {suffix}.", kind=kind, suffix=suffix)
