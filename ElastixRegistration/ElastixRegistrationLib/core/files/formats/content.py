"""Recognize a file that is not the expected image by its first bytes, with advice."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from . import metaimage, nrrd

_START = 1024
_NIFTI = (b"n+1\0", b"ni1\0", b"n+2\0", b"ni2\0")
#: First bytes, the kind of such a file, and advice.
_KINDS = (
    (b"PK\x03\x04", "a zip archive", "Unpack it, and give the file or folder in it."),
    (b"Rar!", "a RAR archive", "Unpack it, and give the file or folder in it."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it, and give the file or folder in it."),
    (b"BZh", "a file compressed by bzip2", "Unpack it: bunzip2."),
    (b"\xfd7zXZ\0", "a file compressed by xz", "Unpack it: unxz."),
    (b"\x28\xb5\x2f\xfd", "a file compressed by zstd", "Unpack it: unzstd."),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "Fetch the file: git lfs pull."),
    (b"/annex/objects", "a pointer of git-annex, not the file itself", "Fetch the file: git annex get (DataLad: get)."),
    (
        b"\x93NUMPY",
        "a NumPy array, which has no spacing",
        "In Python, core.as_image takes the array and its spacing.",
    ),
    (b"%PDF", "a PDF document", "Export its images first."),
    (b"GIF8", "a GIF picture", "Save it as PNG or TIFF."),
    (b"RIFF", "a WebP picture", "Save it as PNG or TIFF."),
    (b"\0\0\0\x18ftyphei", "a HEIC picture", "Save it as PNG or TIFF."),
    (b"\0\0\0\x1cftyphei", "a HEIC picture", "Save it as PNG or TIFF."),
    (b"CDF\x01", "a file of MINC 1 (netCDF)", "Convert it to MINC 2: mincconvert -2 IN OUT.mnc."),
    (b"CDF\x02", "a file of MINC 1 (netCDF)", "Convert it to MINC 2: mincconvert -2 IN OUT.mnc."),
    (b"MATRIX7", "an ECAT file of PET", "Convert it to NIfTI, as nibabel does."),
    (b"MATLAB 5.0", "a file of MATLAB", "Save its voxels as NIfTI from there: niftiwrite."),
    (b"AMIRA", "an image of Amira or Avizo", "Export it as NRRD or TIFF from there."),
    (b"# AmiraMesh", "an image of Amira or Avizo", "Export it as NRRD or TIFF from there."),
    (b"# Avizo", "an image of Amira or Avizo", "Export it as NRRD or TIFF from there."),
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
    """Sentences, each with a leading blank, about a file that cannot be read; empty if its content seems to match its
    name."""
    try:
        with open(path, "rb") as file:
            start = file.read(_START)
    except OSError:
        return ""
    if not start:
        return " It is empty."
    for first, kind, remedy in _KINDS:
        if start.startswith(first):
            return f" It is {kind}. {remedy}"
    if re.match(rb"\s*<(!DOCTYPE html|html|head)\b", start, re.IGNORECASE):
        return " It is a web page, probably from a failed download. Download the file again."
    if start.lstrip().startswith(b"<VTKFile") or b"<VTKFile" in start:
        return " It is an XML file of VTK. Save it as .vtk (legacy, structured points) or .mha."
    if missing := _missing_part(path):
        return missing
    if start.startswith(b"# vtk DataFile") and b"\nCELL_DATA" in start:
        return " Its values belong to cells, not points. Convert them in ParaView (Cell Data to Point Data)."
    if start.startswith(b"# vtk DataFile") and b"\nFIELD " in start and b"\nSCALARS " not in start:
        return " Its values are in a field of arrays. Save them as scalars: in ParaView, as one point array."
    if start.startswith(b"# vtk DataFile") and b"\nDATASET STRUCTURED_POINTS" not in start:
        return " It is not an image: its data are not structured points."
    return _under_another_name(path, start)


def _missing_part(path: Path) -> str:
    """A sentence on a missing file that belongs to ``path``; empty if nothing is missing."""
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
    return f" Its {what} {'are' if what == 'voxels' else 'is'} expected in {missing}, which does not exist."


def _under_another_name(path: Path, start: bytes) -> str:
    name = path.name.lower()
    is_packed = start.startswith(b"\x1f\x8b")
    if is_packed:
        try:
            start = zlib.decompressobj(wbits=31).decompress(start)
        except zlib.error:
            return ""
        if start[128:132] == b"DICM":
            return " It is a DICOM file compressed by gzip. Unpack it: gunzip."
        if start[257:262] == b"ustar":
            return " It is an archive (.tar.gz). Unpack it, and give the file or folder in it."
    if start[344:348] in _NIFTI:
        wanted = ".nii.gz" if is_packed else ".nii"
        is_right = name.endswith((wanted, ".hdr", ".hdr.gz", ".img", ".img.gz"))
        return "" if is_right else f" It is NIfTI{', compressed' * is_packed}. Give it a name that ends in {wanted}."
    for first, suffixes in _READ:
        if start.startswith(first) and not name.endswith(suffixes):
            kind = suffixes[0][1:].upper()
            return f" It is {kind}{', compressed by gzip' * is_packed}. Give it a name that ends in {suffixes[0]}."
    return ""
