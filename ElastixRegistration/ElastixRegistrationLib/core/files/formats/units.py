"""Units of length in image files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...images.geometry import geometry_of, set_geometry

_MILLIMETERS = {
    "mm": 1.0, "millimeter": 1.0, "millimetre": 1.0,  # codespell:ignore
    "um": 1e-3, "micron": 1e-3, "micrometer": 1e-3, "micrometre": 1e-3, "\u00b5m": 1e-3, "\u03bcm": 1e-3,
    "\\u00b5m": 1e-3, "nm": 1e-6, "nanometer": 1e-6, "nanometre": 1e-6, "pm": 1e-9, "\u00c5": 1e-7,
    "cm": 10.0, "centimeter": 10.0, "dm": 100.0, "m": 1e3, "meter": 1e3,
    "centimetre": 10.0, "metre": 1e3,  # codespell:ignore
    "inch": 25.4, "in": 25.4,
}  # fmt: skip


def millimeters_per(unit: str) -> float | None:
    """Return the mm in a unit of length; None for an unknown unit."""
    plain = unit.strip()
    return _MILLIMETERS.get(plain, _MILLIMETERS.get(plain.lower().removesuffix("s") if len(plain) > 3 else plain))


def in_millimeters(image: Any, units: Sequence[str], name: str) -> tuple[Any, list[str]]:
    """Return ``image`` converted to mm from the ``units`` in its header, and sentences about that, which call it
    ``name``, such as "the image"."""
    factors = {millimeters_per(unit) for unit in units if unit}
    known = {factor for factor in factors if factor}
    if not units or factors <= {1.0}:
        return image, []
    if len(known) != 1 or None in factors:
        named = ", ".join(dict.fromkeys(units))
        return image, [f"Lengths of {name} are in an unknown unit, {named}; millimeters are assumed."]
    factor = known.pop()
    geometry = geometry_of(image)
    count = min(3, geometry.dimension)
    scale = np.array([factor] * count + [1.0] * (geometry.dimension - count))
    image.SetSpacing((np.array(geometry.spacing) * scale).tolist())
    image.SetOrigin((np.array(geometry.origin) * scale).tolist())
    return set_geometry(image, geometry_of(image)), [
        f"Lengths of {name} were converted from {units[0]} to millimeters."
    ]
