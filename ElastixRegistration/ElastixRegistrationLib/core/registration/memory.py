"""The memory that a registration needs, and the memory available."""

from __future__ import annotations

import ctypes
import math
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import ResourceError
from ..images.geometry import Geometry
from ..images.reduction import reduced_geometry
from ..images.slabs import SLAB
from ..parameters.maps import is_bspline
from ..wording import said
from .working_resolution import working_factors, working_voxel

ParameterMap = Mapping[str, Sequence[str]]

#: Bytes for the code of Python, ITK and elastix.
_PROGRAM = 250e6
#: Bytes per transform parameter in elastix: values, gradients, scales, and all of them as text.
_PARAMETER = 300.0
#: Bytes per voxel of an image that elastix gets reduced: 2 or 4 for the image, 1 each for padding and mask.
_INPUT = 5.0


#: The same during the search for padding, with masks of padding, the rest, and the metric's samples.
_LOOKING = 3.0
#: Per voxel of the two working images when stages are tried, because the criteria need smooth copies.
_TRYING = 12.0
#: Per voxel of the dense stage, for its arrays and two B-splines that extend beyond it, and its number of voxels on
#: large images: 1.5 million on most pairs, 5 million where the last level is worth it. Runs on a lung of three sizes
#: took 0.92 to 1.9 GB, where 0.90 to 2.0 were expected, and two brains 1.4 GB, where 1.2 were.
_DENSE, _DENSE_VOXELS = 200.0, 3e6
#: Per voxel of a slab during resampling: its value and its mapped position.
_SLAB, _SPLINE_SLAB = 8.0, 32.0
#: Both processes, without images. They share much of their code in memory.
_PROGRAMS = 400e6
#: From this amount on, the panel states the memory before a registration starts.
WORTH_TELLING = 1e9

Pairs = Sequence[tuple[Geometry, Geometry]]


def estimate_bytes(
    fixed: Geometry,
    moving: Geometry,
    stages: Sequence[ParameterMap],
    more: Pairs = (),
    voxel_mm: float | None = None,
) -> float:
    """Peak memory of a registration in bytes, images included: an upper bound from the data that elastix holds at once.

    ``more`` are further pairs of images. ``voxel_mm``: smallest voxels that elastix gets, see ``working_resolution``.
    """
    pairs = [(fixed, moving), *more]
    kept = 0.0
    if voxel_mm is not None:
        reduced = [tuple(reduced_geometry(g, working_factors(g, voxel_mm)) for g in pair) for pair in pairs]
        # In addition to elastix's images: the original ones, and masks of their padding.
        kept = sum(_INPUT * _voxels(g) for pair, less in zip(pairs, reduced, strict=True) for g in pair if pair != less)
        pairs = [(one, other) for one, other in reduced]
    return _PROGRAM + kept + max((sum(_stage_bytes(*pair, stage) for pair in pairs) for stage in stages), default=0.0)


def run_bytes(
    fixed: Geometry,
    moving: Geometry,
    stages: Sequence[ParameterMap],
    voxel_bytes: tuple[float, float] = (2.0, 2.0),
    *,
    full_resolution: bool = False,
    adapts: bool = False,
    effort: str = "normal",
) -> float:
    """Expected peak memory of a whole registration, of caller and worker together. This is not an upper bound.

    ``voxel_bytes``: of a voxel of the fixed and the moving image. ``adapts``: whether stages are tried one by one, as
    by the preset Automatic.
    """
    voxel_mm = None if full_resolution else working_voxel(fixed, moving, stages, effort)
    working = [g if voxel_mm is None else reduced_geometry(g, working_factors(g, voxel_mm)) for g in (fixed, moving)]
    sizes, (own, of_moving) = [_voxels(fixed), _voxels(moving)], voxel_bytes
    images = sizes[0] * own + sizes[1] * of_moving
    # The worker holds the images as well. It either searches one of them for padding or runs elastix.
    looking = _LOOKING * max(sizes)
    at_work = max((_stage_bytes(working[0], working[1], stage) for stage in stages), default=0.0)
    if adapts:
        at_work = _TRYING * sum(map(_voxels, working))
        if fixed.dimension > 2 and any(map(is_bspline, stages)):
            at_work += _DENSE * min(_voxels(working[0]), _DENSE_VOXELS)
    registering = 2 * images + max(looking, at_work)
    # Afterwards the moving image is resampled as float, into one of the size of the fixed image and its own type.
    slab = min(sizes[0], SLAB) * (_SPLINE_SLAB if any(map(is_bspline, stages)) else _SLAB)
    resampling = images + sizes[1] * (4.0 + 1.0) + sizes[0] * of_moving + slab
    return _PROGRAMS + max(registering, resampling)


def _voxels(geometry: Geometry) -> float:
    return math.prod(map(float, geometry.size))


def _stage_bytes(fixed: Geometry, moving: Geometry, stage: ParameterMap) -> float:
    levels = int(float(stage.get("NumberOfResolutions", ("3",))[0]))
    total = 0.0
    for side, geometry in (("Fixed", fixed), ("Moving", moving)):
        voxels = _voxels(geometry)
        # The input and its float copy, a mask, and the pyramid: full-size levels when only smoothed, small ones when
        # shrunk. Smoothing takes one more image while it runs.
        smoothed = "Smoothing" in stage.get(f"{side}ImagePyramid", ("",))[0]
        total += voxels * (4 + 4 + 1 + 4 * (levels + 1 if smoothed else 2.2))
        if side == "Moving" and stage.get("Interpolator", ("",))[0] == "BSplineInterpolator":
            total += voxels * 8
    return total + _PARAMETER * _parameter_count(fixed, stage)


def _parameter_count(fixed: Geometry, stage: ParameterMap) -> float:
    """Of a B-spline on its finest grid; other transforms have few."""
    if not is_bspline(stage):
        return 0.0
    in_voxels = stage.get("FinalGridSpacingInVoxels")
    values = [float(value) for value in in_voxels or stage.get("FinalGridSpacingInPhysicalUnits", ("16",))]
    count = float(fixed.dimension)
    for axis, (size, spacing) in enumerate(zip(fixed.size, fixed.spacing, strict=True)):
        voxels = values[min(axis, len(values) - 1)] / (1.0 if in_voxels else spacing)
        count *= size / voxels + 4  # a grid reaches beyond the image for the support of its splines
    return count


def available_bytes() -> float | None:
    """Bytes available without swapping, within container limits; None if the system does not say."""
    amounts = [amount for amount in (_system_available(), _container_available()) if amount is not None]
    return min(amounts, default=None)


def check_memory(
    fixed: Geometry, moving: Geometry, stages: Sequence[ParameterMap], more: Pairs = (), voxel_mm: float | None = None
) -> None:
    """Raise ResourceError when a registration would not fit in memory. ``voxel_mm``: see ``working_resolution``."""
    needed, available = estimate_bytes(fixed, moving, stages, more, voxel_mm), available_bytes()
    if available is not None and needed > available:
        raise ResourceError(
            said(
                "Not enough memory: registering {fixed} with {moving} takes about {needed:.1f} GB and "
                "{available:.1f} GB is free; crop or downsample the images, or close other programs.",
                fixed=fixed,
                moving=moving,
                needed=needed / 1e9,
                available=available / 1e9,
            )
        )


def _system_available() -> float | None:
    if sys.platform == "win32":
        return _windows_available()
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return float(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        # macOS has no cheap figure for free memory; total memory is the upper limit.
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):
        return None


def _windows_available() -> float | None:
    class MemoryStatus(ctypes.Structure):
        _fields_ = [
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *(
                (name, ctypes.c_ulonglong)
                for name in ("total", "available", "total_page", "page", "total_virtual", "virtual", "extended")
            ),
        ]

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return float(status.available)


def _container_available(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> float | None:
    """Bytes left by the control groups of this process (containers, cluster jobs; version 2 or 1); None without limits.

    Control groups count cached file pages as used, but the system frees them before it refuses memory.
    """
    try:
        lines = own.read_text("utf-8").splitlines()
    except OSError:
        return None
    amounts = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            folder, limit_name, used_name = root, "memory.max", "memory.current"
        elif "memory" in controllers.split(","):
            folder, limit_name, used_name = root / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        # Inside a container the path may be that of the host; its own group is then at the root.
        innermost = folder / path.lstrip("/")
        for group in (innermost, *innermost.parents):
            try:
                limit = (group / limit_name).read_text("ascii").strip()
                used = float((group / used_name).read_text("ascii"))
                statistics = dict(map(str.split, (group / "memory.stat").read_text("ascii").splitlines()))
            except (OSError, ValueError):
                continue
            if limit != "max":
                cached = sum(float(statistics.get(name, 0)) for name in ("active_file", "inactive_file"))
                amounts.append(float(limit) - used + cached)
    return min(amounts, default=None)
