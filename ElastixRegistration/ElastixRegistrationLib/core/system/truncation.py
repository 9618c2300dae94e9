"""Whether a file is as long as its header says. ITK silently fills missing data in some formats."""

from __future__ import annotations

import gzip
import os
import re
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO

#: Formats with uncompressed voxels in the file itself, after a header of at least this many bytes.
_HEADER_BYTES = {".nii": 352, ".vtk": 0, ".gipl": 256, ".hdr": 0}
_VTK_VOXELS = re.compile(rb"^(?:LOOKUP_TABLE|VECTORS|TENSORS|COLOR_SCALARS)[^\n]*\n", re.MULTILINE)
_STRIPS = {273: "offsets", 279: "sizes", 324: "offsets", 325: "sizes"}
_TIFF_NUMBERS = {3: "H", 4: "I", 13: "I", 16: "Q"}
_MAX_TIFF_PAGES = 100_000
_HDF5 = b"\x89HDF\r\n\x1a\n"


def is_truncated(path: Path, suffix: str, io: Any, voxel_bytes: int | None = None) -> bool:
    """Whether an image file ends before its voxels do. ``io`` is the ITK reader that has read its header.

    ``voxel_bytes``, where known, is what the voxels take in the file: ITK tells that of the type it will give them.
    """
    if voxel_bytes is None:
        voxel_bytes = int(io.GetImageSizeInBytes())
    if suffix == ".nii.gz":
        return _is_gzip_truncated(path, voxel_bytes)
    if suffix in (".tif", ".tiff"):
        return _is_tiff_truncated(path)
    if suffix not in _HEADER_BYTES or "ASCII" in io.GetFileTypeAsString(io.GetFileType()):
        return False
    if suffix == ".hdr":  # the voxels of Analyze and of two-part NIfTI lie beside it
        path = path.with_suffix(".img")
        if not path.is_file():  # it may be compressed
            return False
    header = _vtk_header_bytes(path) if suffix == ".vtk" else _HEADER_BYTES[suffix]
    return path.stat().st_size < header + voxel_bytes


def _vtk_header_bytes(path: Path) -> int:
    with open(path, "rb") as file:
        match = _VTK_VOXELS.search(file.read(4096))
    return match.end() if match else 0


def is_hdf5_truncated(path: Path) -> bool:
    """Whether an HDF5 file is shorter than its first block says, or has no such block at its start."""
    with open(path, "rb") as file:
        start = file.read(48)
        length = os.fstat(file.fileno()).st_size
    if not start.startswith(_HDF5) or len(start) < 48:
        return True
    # Sizes and places: versions 0 and 1 keep the end of the file behind two more addresses, 2 and 3 behind one.
    version = start[8]
    if version > 3:
        return False
    width_at, end_at = (13, 40) if version == 0 else (13, 44) if version == 1 else (9, 28)
    if start[width_at] != 8 or end_at + 8 > len(start):
        return False
    return length < int.from_bytes(start[end_at : end_at + 8], "little")


def _is_gzip_truncated(path: Path, voxel_bytes: int) -> bool:
    with open(path, "rb") as file:
        file.seek(-4, os.SEEK_END)
        size = int.from_bytes(file.read(4), "little")
    # A whole single-member file ends with its length: the header and at most some extensions more than the voxels.
    if 0 <= size - voxel_bytes % 2**32 < 2**20:
        return False
    try:
        with gzip.open(path) as unpacked:
            while unpacked.read(2**24):
                pass
    except (EOFError, OSError, zlib.error):
        return True
    return False


def _is_tiff_truncated(path: Path) -> bool:
    """Whether a page of a TIFF file has strips or tiles that end behind the file."""
    length = path.stat().st_size
    with open(path, "rb") as file:
        try:
            return any(end > length for end in _tiff_ends(file))
        except struct.error:
            return True


def tiff_bits(path: Path) -> int:
    """Bits of a sample in the first page of a TIFF file; 0 where it cannot be told."""
    try:
        with open(path, "rb") as file:
            return _bits_per_sample(file)
    except (OSError, struct.error, IndexError):
        return 0


def is_tiff_circular(path: Path) -> bool:
    """Whether the pages of a TIFF file lead back to one of them: readers go around without an end."""
    try:
        with open(path, "rb") as file:
            order = "<" if file.read(2) == b"II" else ">"
            big = _number(file, order + "H") == 43
            count_form, width, place = ("Q", 20, "Q") if big else ("H", 12, "I")
            file.seek(8 if big else 4)
            page, seen = _number(file, order + place), set[int]()
            while page:
                if page in seen:
                    return True
                seen.add(page)
                file.seek(page)
                file.seek(_number(file, order + count_form) * width, os.SEEK_CUR)
                page = _number(file, order + place)
    except (OSError, struct.error, OverflowError):
        pass
    return False


def _bits_per_sample(file: BinaryIO) -> int:
    order = "<" if file.read(2) == b"II" else ">"
    big = _number(file, order + "H") == 43
    count_form, entry_form, place = ("Q", "HHQ", "Q") if big else ("H", "HHI", "I")
    file.seek(8 if big else 4)
    file.seek(_number(file, order + place))
    for _ in range(_number(file, order + count_form)):
        tag, _, count = struct.unpack(order + entry_form, file.read(struct.calcsize(order + entry_form)))
        value = file.read(struct.calcsize(order + place))
        if tag == 258:
            room = struct.calcsize(order + place) // 2
            if count > room:
                file.seek(struct.unpack(order + place, value)[0])
                value = file.read(2)
            return int(struct.unpack_from(order + "H", value)[0])
    return 0


def _tiff_ends(file: BinaryIO) -> list[int]:
    """Where the strips and tiles of all pages end, bytes from the start. Raises struct.error when it cannot be read."""
    order = "<" if file.read(2) == b"II" else ">"
    big = _number(file, order + "H") == 43
    count_form, entry_form, place = ("Q", "HHQ", "Q") if big else ("H", "HHI", "I")
    file.seek(8 if big else 4)
    page = _number(file, order + place)
    ends: list[int] = []
    seen: set[int] = set()
    while page and page not in seen and len(seen) < _MAX_TIFF_PAGES:
        seen.add(page)
        file.seek(page)
        parts: dict[str, tuple[int, ...]] = {}
        width = struct.calcsize(order + entry_form) + struct.calcsize(order + place)
        entries = file.read(_number(file, order + count_form) * width)
        following = _number(file, order + place)
        for start in range(0, len(entries), width):
            tag, kind, count = struct.unpack_from(order + entry_form, entries, start)
            if tag in _STRIPS and kind in _TIFF_NUMBERS:
                form = f"{order}{count}{_TIFF_NUMBERS[kind]}"
                value = start + struct.calcsize(order + entry_form)
                if struct.calcsize(form) <= struct.calcsize(order + place):
                    parts[_STRIPS[tag]] = struct.unpack_from(form, entries, value)
                else:
                    file.seek(struct.unpack_from(order + place, entries, value)[0])
                    parts[_STRIPS[tag]] = struct.unpack(form, file.read(struct.calcsize(form)))
        ends += [sum(pair) for pair in zip(parts.get("offsets", ()), parts.get("sizes", ()), strict=False)]
        page = following
    return ends


def _number(file: BinaryIO, form: str) -> int:
    return int(struct.unpack(form, file.read(struct.calcsize(form)))[0])
