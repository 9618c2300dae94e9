"""Use the fields of NRRD headers that change the meaning of voxels and that ITK ignores: units, time, and the direction
of transforms."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

_MAX_HEADER = 2**20
#: ITK does not convert the axes of these spaces with time to LPS. These signs do.
_TIMED = {
    "right-anterior-superior-time": (-1, -1, 1), "rast": (-1, -1, 1),
    "left-anterior-superior-time": (1, -1, 1), "last": (1, -1, 1),
}  # fmt: skip
#: Scanner or undefined spaces that are treated as LPS.
VAGUE_SPACES = frozenset(
    f"{name}{time}" for name in ("scanner-xyz", "3d-right-handed", "3d-left-handed") for time in ("", "-time")
)
#: Fields that Slicer writes in series of volumes.
_SERIES_KEYS = ("axis 0 index type", "axis 0 index values", "multivolume.framelabels")


def header_of(path: Path) -> dict[str, str]:
    """Return the fields and keys of a NRRD header by lower-case name; empty for other files."""
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
    """Return whether a displacement field maps points of the moving image, as Slicer's transforms "to parent" do."""
    return header_of(path).get("displacement field type", "").lower() == "modeling"


def kinds_of(header: dict[str, str]) -> list[str]:
    return header.get("kinds", "").lower().split()


def is_diffusion(header: dict[str, str]) -> bool:
    """Return whether the components of the voxels are diffusion gradients, as Slicer writes them."""
    return header.get("modality", "").upper() == "DWMRI" and bool({"list", "vector"} & set(kinds_of(header)))


def is_series(header: dict[str, str]) -> bool:
    """Return whether the components of the voxels are time points, as in Slicer's sequences."""
    kinds = kinds_of(header)
    has_segments = any(name.startswith("segment0_") for name in header)
    return "time" in kinds or is_diffusion(header) or (
        "list" in kinds and not has_segments and any(name in header for name in _SERIES_KEYS)
    )  # fmt: skip


def signs_to_lps(header: dict[str, str]) -> np.ndarray:
    """Return (3,) factors that convert the spatial axes to LPS after ITK has read them."""
    return np.array(_TIMED.get(header.get("space", "").lower(), (1, 1, 1)), float)


def missing_voxels(path: Path) -> str:
    """Return the missing voxel file that a detached header names, or "" if it is there or if the header names
    several."""
    name = _voxel_file(header_of(path))
    return name if name and not (path.parent / name).is_file() else ""


def _voxel_file(header: dict[str, str]) -> str:
    """Return the single voxel file that a detached header names, or "" if it names several or none."""
    name = header.get("data file", header.get("datafile", ""))
    return "" if name.upper().startswith("LIST") or "%" in name else name


def units_of(header: dict[str, str]) -> list[str]:
    """Return the units of the spatial axes that the header gives."""
    return re.findall(r'"([^"]*)"', header.get("space units", "") or header.get("units", ""))


@contextlib.contextmanager
def readable(path: Path) -> Iterator[Path]:
    """Yield ``path``, or a copy without the bzip2 compression that ITK does not read. The copy exists within the block.

    ITK does not check the checksum of gzipped voxels. Of eight files with one wrong bit, it read one without an error,
    with up to all voxels wrong. This function checks it, which doubles the reading time. Raises OSError, EOFError,
    zlib.error or ValueError for damaged voxels.
    """
    header = header_of(path)
    is_detached = bool({"data file", "datafile"} & set(header))
    beside = path.parent / _voxel_file(header) if is_detached else path
    encoding = header.get("encoding", "").lower()
    if encoding in ("gzip", "gz") and beside.is_file() and not {"byte skip", "line skip"} & set(header):
        _check_gzip(beside, is_detached)
    if encoding not in ("bzip2", "bz2") or not beside.is_file():
        yield path
        return
    content = path.read_bytes()
    if is_detached:
        start, blank, packed = content.rstrip(), b"\n\n", beside.read_bytes()
        start = re.sub(rb"(?im)^data ?file:.*?\r?\n", b"", start + b"\n").rstrip()
    else:
        start, blank, packed = _parts(content)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.nrrd"
        text = re.sub(rb"(?im)^encoding:.*?(\r?)$", rb"encoding: raw\1", start)
        copy.write_bytes(text + blank + bz2.decompress(packed))
        yield copy


def _check_gzip(path: Path, is_detached: bool) -> None:
    with open(path, "rb") as file:
        if not is_detached:
            while file.readline(_MAX_HEADER).strip():
                pass
        with gzip.GzipFile(fileobj=file) as unpacked:
            while unpacked.read(2**20):
                pass


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Split the content of a file into the header, the blank line after it, and the voxels."""
    found = re.search(rb"\r?\n\r?\n", content)
    if found is None:
        raise ValueError("no end of the header")
    return content[: found.start()], found.group(), content[found.end() :]
