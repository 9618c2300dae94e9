"""Words in NRRD headers that change what the voxels mean and that ITK passes over: units, time, direction of fields."""

from __future__ import annotations

import bz2
import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

_MAX_HEADER = 2**20
#: What Slicer writes in volumes that are series of volumes.
_SERIES_KEYS = ("axis 0 index type", "axis 0 index values", "multivolume.framelabels")


def header_of(path: Path) -> dict[str, str]:
    """Fields and keys of a header by name, lower case; empty for what is no NRRD file."""
    try:
        with open(path, "rb") as file:
            text = file.read(_MAX_HEADER)
    except OSError:
        return {}
    if not text.startswith(b"NRRD"):
        return {}
    header = {}
    for line in re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0].decode("latin-1").splitlines()[1:]:
        name, separator, value = line.partition(":=") if ":=" in line else line.partition(": ")
        if separator and not line.startswith("#"):
            header[name.strip().lower()] = value.strip()
    return header


def is_modeling_field(path: Path) -> bool:
    """Whether the displacements of a field move points of the moving image: Slicer's transforms "to parent"."""
    return header_of(path).get("displacement field type", "").lower() == "modeling"


def kinds_of(header: dict[str, str]) -> list[str]:
    return header.get("kinds", "").lower().split()


def is_series(header: dict[str, str]) -> bool:
    """Whether the components of the voxels are time points, as in Slicer's sequences."""
    kinds = kinds_of(header)
    has_segments = any(name.startswith("segment0_") for name in header)
    return "time" in kinds or (
        "list" in kinds and not has_segments and any(name in header for name in _SERIES_KEYS)
    )  # fmt: skip


def units_of(header: dict[str, str]) -> list[str]:
    """Of the axes in space, as far as they are named."""
    return re.findall(r'"([^"]*)"', header.get("space units", "") or header.get("units", ""))


@contextlib.contextmanager
def without_bzip2(path: Path) -> Iterator[Path]:
    """``path``, or while the block lasts a copy whose voxels are not compressed by bzip2, which ITK does not read.

    Raises OSError, EOFError or ValueError where they are damaged.
    """
    header = header_of(path)
    if header.get("encoding", "").lower() not in ("bzip2", "bz2") or {"data file", "datafile"} & set(header):
        yield path
        return
    start, blank, packed = _parts(path.read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.nrrd"
        text = re.sub(rb"(?im)^encoding:.*?(\r?)$", rb"encoding: raw\1", start)
        copy.write_bytes(text + blank + bz2.decompress(packed))
        yield copy


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Header, the blank line behind it, voxels."""
    found = re.search(rb"\r?\n\r?\n", content)
    if found is None:
        raise ValueError("no end of the header")
    return content[: found.start()], found.group(), content[found.end() :]
