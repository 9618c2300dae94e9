"""Words in NRRD headers that change what the voxels mean and that ITK passes over: units, time, direction of fields."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from ...images.geometry import geometry_of, set_geometry
from .units import millimeters_per

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


def in_millimeters(image: Any, header: dict[str, str], name: str) -> tuple[Any, list[str]]:
    """``image`` in mm where the header says other units, and sentences about that."""
    units = re.findall(r'"([^"]*)"', header.get("space units", "") or header.get("units", ""))
    factors = {millimeters_per(unit) for unit in units if unit}
    known = {factor for factor in factors if factor}
    if not units or factors <= {1.0}:
        return image, []
    if len(known) != 1 or None in factors:
        named = ", ".join(dict.fromkeys(units))
        return image, [f"Lengths of {name} are in {named}, which is not known; they are taken as millimeters."]
    factor = known.pop()
    geometry = geometry_of(image)
    count = min(3, geometry.dimension)
    scale = np.array([factor] * count + [1.0] * (geometry.dimension - count))
    image.SetSpacing((np.array(geometry.spacing) * scale).tolist())
    image.SetOrigin((np.array(geometry.origin) * scale).tolist())
    return set_geometry(image, geometry_of(image)), [f"Lengths of {name} are in {units[0]}; they became millimeters."]
