"""Words in MetaImage headers (.mha, .mhd) that ITK passes over: units, the scale of values, where the voxels are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...images.geometry import array_view, geometry_of, image_from_array
from .units import in_millimeters

_MAX_HEADER = 2**16
_LAST = "elementdatafile"


def header_of(path: Path) -> dict[str, str]:
    """Fields by name, lower case, up to the last, which names the voxels."""
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
    """The file beside ``path`` that has its voxels, where that is one and is not there; else empty."""
    name = header_of(path).get(_LAST, "LOCAL")
    is_one = name.upper() != "LOCAL" and not name.startswith("LIST") and "%" not in name
    return name if is_one and not (path.parent / name).is_file() else ""


def units_of(header: dict[str, str]) -> list[str]:
    return [header.get("distanceunits", "mm").replace("?", "mm")]


def as_said(image: Any, header: dict[str, str], name: str) -> tuple[Any, list[str]]:
    """``image`` in mm and with the values that its header says, and sentences about that. ``name``: "the image"."""
    image, notes = in_millimeters(image, units_of(header), name)
    slope = _number(header, "elementtointensityfunctionslope", 1.0)
    offset = _number(header, "elementtointensityfunctionoffset", 0.0)
    if (slope, offset) != (1.0, 0.0) and slope:
        values = array_view(image).astype(np.float64) * slope + offset
        image = image_from_array(values.astype(np.float32), geometry_of(image))
        notes.append(f"The values of {name} are multiplied by {slope:g} and raised by {offset:g}, as its header says.")
    return image, notes


def _number(header: dict[str, str], name: str, default: float) -> float:
    try:
        value = float(header.get(name, default))
    except ValueError:
        return default
    return value if np.isfinite(value) else default
