"""Use the fields of MetaImage headers (.mha, .mhd) that ITK ignores: units, the scale of values, and the location of
the voxels."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...images.geometry import array_view, geometry_of, image_from_array
from .units import in_millimeters

_MAX_HEADER = 2**16
_LAST = "elementdatafile"
_MAX_DIMENSIONS = 10


def header_of(path: Path) -> dict[str, str]:
    """Return the fields of a header by lower-case name, up to the last field, which names the voxel file."""
    try:
        with open(path, "rb") as file:
            text = file.read(_MAX_HEADER)
    except OSError:
        return {}
    header: dict[str, str] = {}
    for line in text.split(b"\n"):
        name, separator, value = line.decode("latin-1").partition("=")
        if not separator:
            break
        header[name.strip().lower()] = value.strip()
        if name.strip().lower() == _LAST:
            break
    return header


def missing_voxels(path: Path) -> str:
    """Return the first missing voxel file of the header ``path``, or "" if there is none."""
    header = header_of(path)
    name = header.get(_LAST, "LOCAL")
    if name.upper() == "LOCAL":
        return ""
    if name.upper().startswith("LIST"):
        lines = path.read_bytes()[: 2**20].decode("latin-1").splitlines()
        at = next((n for n, line in enumerate(lines) if line.partition("=")[0].strip().lower() == _LAST), len(lines))
        names = [line.strip() for line in lines[at + 1 :] if line.strip()]
    elif "%" in name:
        names = _numbered(name, header)
    else:
        names = [name]
    return next((one for one in names if not (path.parent / one).is_file()), "")


def _numbered(pattern: str, header: dict[str, str]) -> list[str]:
    """Return the file names that a C pattern with first, last and step gives, such as ``m%03d.raw 1 7 1``."""
    words = pattern.split()
    try:
        slices = int(header["dimsize"].split()[-1])
        first, last, step = (int(word) for word in (*words[1:], "1", str(slices), "1")[:3])
        return [words[0] % number for number in range(first, last + 1, step)]
    except (ValueError, KeyError, IndexError, TypeError):
        return []


def check(header: dict[str, str]) -> None:
    """Raise ValueError for invalid dimensions and sizes. Some of them crash ITK."""
    count = int(header.get("ndims", "3"))
    sizes = [int(size) for size in header.get("dimsize", "").split()]
    if not 1 <= count <= _MAX_DIMENSIONS or len(sizes) < count or min(sizes[:count]) < 1:
        raise ValueError(f"{count} dimensions of {sizes}")


@contextlib.contextmanager
def readable(path: Path) -> Iterator[Path]:
    """Yield ``path``. If its header lacks the size of the compressed voxels, or gives a wrong one, yield an
    uncompressed copy, which exists within the block.

    ITK would return random memory for voxels that it cannot decompress. Raises ValueError for these.
    """
    header = header_of(path)
    check(header)
    place = header.get(_LAST, "LOCAL")
    voxels = path if place.upper() == "LOCAL" else path.parent / place
    is_compressed = header.get("compresseddata", "")[:1] in ("T", "t", "1")  # as MetaIO reads it
    if not is_compressed or not voxels.is_file():
        yield path
        return
    with open(voxels, "rb") as file:
        start = b""
        if voxels == path:
            while line := file.readline(_MAX_HEADER):
                start += line
                if line.split(b"=")[0].strip().lower() == _LAST.encode():
                    break
        length = os.fstat(file.fileno()).st_size - file.tell()
        stated = _number(header, "compresseddatasize", -1.0)
        if stated == length:
            for _ in _decompressed(file):
                pass
            yield path
            return
        start = start or path.read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.mha"
            text = re.sub(rb"(?im)^(CompressedData|CompressedDataSize|HeaderSize)\s*=.*\n", b"", start)
            text = re.sub(rb"(?im)^ElementDataFile\s*=.*", b"ElementDataFile = LOCAL", text).rstrip() + b"\n"
            with open(copy, "wb") as whole:
                whole.write(text)
                for block in _decompressed(file):
                    whole.write(block)
            yield copy


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    """Yield the decompressed bytes from the current position of ``file`` on. Raises zlib.error or EOFError if they are
    damaged or truncated."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)  # zlib or gzip format
    while not stream.eof:
        block = file.read(2**20)
        if not block:
            raise EOFError("the compressed voxels end early")
        yield stream.decompress(block)


def units_of(header: dict[str, str]) -> list[str]:
    return [header.get("distanceunits", "mm").replace("?", "mm")]


def as_said(image: Any, header: dict[str, str], name: str) -> tuple[Any, list[str]]:
    """Return ``image`` in mm and with its values scaled as the header says, and sentences about that. The sentences
    call it ``name``, such as "the image"."""
    image, notes = in_millimeters(image, units_of(header), name)
    slope = _number(header, "elementtointensityfunctionslope", 1.0)
    offset = _number(header, "elementtointensityfunctionoffset", 0.0)
    if (slope, offset) != (1.0, 0.0) and slope:
        values = array_view(image).astype(np.float64) * slope + offset
        image = image_from_array(values.astype(np.float32), geometry_of(image))
        notes.append(f"The values of {name} are multiplied by {slope:g}, then {offset:g} is added, as its header says.")
    return image, notes


def _number(header: dict[str, str], name: str, default: float) -> float:
    try:
        value = float(header.get(name, default))
    except ValueError:
        return default
    return value if np.isfinite(value) else default
