"""Read Siemens mosaics, in which the slices of a volume are tiles of one image, from left to right and top to bottom.

Private elements of Siemens (the "CSA header", described at https://nipy.org/nibabel/dicom/siemens_csa.html) give the
number of slices, and on which side of the first slice the others follow. Everything is in LPS mm.
"""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import InputError
from ...wording import said

if TYPE_CHECKING:
    from .headers import Frame, Instance

_CSA_BLOCK, _MR_BLOCK = "SIEMENS CSA HEADER", "SIEMENS MR HEADER"
_MAX_ENTRIES = 1000
#: Smallest cosine of the angle between the normal in the Siemens header and that of rows and columns.
_PARALLEL = 0.99


def is_mosaic(header: Any) -> bool:
    return "MOSAIC" in [str(value) for value in header.get("ImageType") or ()]


def frames_of_mosaic(instance: Instance, picture: Frame) -> list[Frame]:
    """Return the slices in ``picture``, the frame of the whole file. Raises InputError if its private header is
    missing."""
    entries = _csa_entries(_private(instance.header, 0x29, _CSA_BLOCK, 0x10))
    count = _count(entries.get("NumberOfImagesInMosaic") or [_private(instance.header, 0x19, _MR_BLOCK, 0x0A)])
    normal = _normal(entries.get("SliceNormalVector"), picture)
    across = math.ceil(math.sqrt(count))
    columns, rows = picture.size[0] // across if count else 0, picture.size[1] // across if count else 0
    has_place = picture.position is not None and picture.axes is not None and picture.spacing is not None
    if normal is None or not has_place or not columns or not rows or (columns * across, rows * across) != picture.size:
        raise InputError(
            said(
                "The DICOM file {path} is a mosaic (all slices are tiles of one image), and the private "
                "Siemens header with their positions is missing or damaged. Convert the original file, before "
                "anonymization, with dcm2niix.",
                path=instance.path,
            )
        )
    assert picture.position is not None
    assert picture.axes is not None
    assert picture.spacing is not None
    # The position is that of an image of all tiles centered on a slice.
    shift = (np.array(picture.size) - (columns, rows)) / 2 * picture.spacing
    first = picture.position + shift @ picture.axes
    step = normal * (picture.thickness or 1.0)
    return [
        replace(
            picture,
            number=number,
            size=(columns, rows),
            position=np.asarray(first + number * step),
            tile=(number % across * columns, number // across * rows),
        )
        for number in range(count)
    ]


def _private(header: Any, group: int, creator: str, element: int) -> Any:
    """Return the value of a private element; None if it is missing."""
    try:
        return header.private_block(group, creator)[element].value
    except KeyError:
        return None


def _count(values: list[Any]) -> int:
    try:
        return int(values[0])
    except (TypeError, ValueError, IndexError):
        return 0


def _normal(values: list[str] | None, picture: Frame) -> np.ndarray | None:
    """Return the (3,) unit vector toward the next slice. It is normal to the image and points to the side that the
    Siemens header gives."""
    try:
        toward = np.array(values, float)
    except (TypeError, ValueError):
        return None
    if toward.shape != (3,) or picture.axes is None or not abs(cosine := float(toward @ picture.normal)) > _PARALLEL:
        return None
    return np.asarray(picture.normal * np.sign(cosine))


def _csa_entries(data: Any) -> dict[str, list[str]]:
    """Return the texts of a CSA header by name. For a damaged header, return those before the damage."""
    entries: dict[str, list[str]] = {}
    if not isinstance(data, bytes):
        return entries
    is_second = data[:4] == b"SV10"
    at, first_count = (8 if is_second else 0), None
    try:
        (number,) = struct.unpack_from("<I", data, at)
        at += 8
        for _ in range(min(number, _MAX_ENTRIES)):
            name, _, _, _, items, _ = struct.unpack_from("<64si4s3i", data, at)
            at += 84
            first_count = items if first_count is None else first_count
            texts = []
            for _ in range(min(items, _MAX_ENTRIES)):
                lengths = struct.unpack_from("<4i", data, at)
                # In the first layout, each length includes the number of items of the first entry.
                length = lengths[1] if is_second else lengths[0] - first_count
                at += 16
                texts.append(data[at : at + max(length, 0)].split(b"\0")[0].decode("latin-1").strip())
                at += -(-max(length, 0) // 4) * 4
            entries[name.split(b"\0")[0].decode("latin-1")] = [text for text in texts if text]
    except struct.error:
        pass
    return entries
