"""Read the headers of FreeSurfer's images (.mgh, .mgz), which ITK does not read, as NIfTI headers.

The layout is described at https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat. All numbers are big endian.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from .nifti import LPS, NiftiHeader, opened_plain

_VERSION, _OFFSET = 1, 284
#: Voxel types by FreeSurfer's number: NIfTI's number and bits.
_TYPES = {0: (2, 8), 1: (8, 32), 3: (16, 32), 4: (4, 16), 10: (512, 16)}
#: This is the ``NiftiHeader.form`` of a file without a position.
NOWHERE = "nowhere"
#: Axes of columns, rows and slices, RAS, that FreeSurfer assumes for such a file, with voxels of 1 mm.
_CORONAL = ((-1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))


def read_header(path: Path) -> NiftiHeader | None:
    """Return the header of a file; None for other files and unsupported voxel types. Raises OSError, EOFError or
    zlib.error for a damaged file, and struct.error for one that is too short."""
    with opened_plain(path) as file:
        data = file.read(_OFFSET)
    version, *size, frames, kind, _ = struct.unpack_from(">7i", data)
    if version != _VERSION or kind not in _TYPES or not all(0 < n < 2**31 for n in (*size, frames)):
        return None
    spacing, axes, center = np.ones(3, np.float32), np.array(_CORONAL, np.float32), np.zeros(3)
    has_place = bool(struct.unpack_from(">h", data, 28)[0])
    if has_place:
        numbers = np.frombuffer(data, ">f4", 15, 30).astype(np.float32)
        spacing, axes, center = numbers[:3], numbers[3:12].reshape(3, 3), numbers[12:].astype(float)
    matrix = np.eye(4)
    matrix[:3, :3] = axes.T * spacing  # RAS
    matrix[:3, 3] = center - matrix[:3, :3] @ size / 2
    data_type, bits = _TYPES[kind]
    return NiftiHeader(
        order=">",
        size=(*size, *([frames] if frames > 1 else [])),
        data_type=data_type,
        bits=bits,
        offset=_OFFSET,
        slope=1.0,
        intercept=0.0,
        matrix=LPS @ matrix if np.isfinite(matrix).all() else None,
        other_matrix=None,
        form="header" if has_place else NOWHERE,
    )
