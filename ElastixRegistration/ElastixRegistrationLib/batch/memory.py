"""The memory of a case: estimated from the headers of its files, limited, and measured. Bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from ..core.errors import InputError
from ..core.files.image_files import read_geometry
from ..core.images.geometry import Geometry
from ..core.parameters.maps import ParameterMap
from ..core.registration.memory import estimate_bytes
from ..core.registration.working_resolution import working_voxel
from .cases import Case

#: Memory of an idle Dask worker, with ITK's readers.
OF_A_WORKER = 350e6
#: Smallest memory with which elastix is started.
_LEAST = 300e6
#: Number of largest files whose headers are read.
_MAX_HEADERS = 20


def estimate_case_bytes(
    cases: Sequence[Case], stages: Sequence[ParameterMap], *, full_resolution: bool = True
) -> float:
    """Upper bound of a worker's memory for any of ``cases``: elastix, the images, and the worker itself.

    Reads only the headers of the largest files, because opening ten thousand would take minutes. Unreadable files are
    ignored, because their cases will fail.
    """
    fixed = _largest(case.fixed for case in cases)
    moving = _largest(case.moving for case in cases)
    if fixed is None or moving is None:
        return OF_A_WORKER + _LEAST
    # The worker itself: both images, the result on the fixed grid, and one more while it is read or written.
    own = 4 * (3 * _voxels(fixed) + 2 * _voxels(moving))
    voxel_mm = None if full_resolution else working_voxel(fixed, moving, stages)
    return OF_A_WORKER + own + estimate_bytes(fixed, moving, stages, voxel_mm=voxel_mm)


def elastix_limit(slot_bytes: float | None, slots: int) -> int | None:
    """The memory limit for elastix: ``slot_bytes`` of the case minus the share of this process. None: no limit."""
    if not slot_bytes:
        return None
    return int(max(_LEAST, slot_bytes - (peak_bytes(os.getpid()) or 0) / slots))


def forget_peak(pid: int) -> None:
    """Reset ``peak_bytes`` (Linux)."""
    try:
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


def peak_bytes(pid: int) -> float | None:
    """Peak memory of a process; None on systems other than Linux."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return float(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def _largest(paths: Iterable[str]) -> Geometry | None:
    geometries = []
    for path in sorted(set(paths), key=_file_size)[-_MAX_HEADERS:]:
        try:
            geometries.append(read_geometry(path))
        except (InputError, OSError):
            continue
    return max(geometries, key=_voxels, default=None)


def _file_size(path: str) -> float:
    try:
        if os.path.isdir(path):
            return float(sum(entry.stat().st_size for entry in os.scandir(path)))
        return float(os.path.getsize(path))
    except OSError:
        return 0.0


def _voxels(geometry: Geometry) -> float:
    voxels = 1.0
    for size in geometry.size:
        voxels *= size
    return voxels
