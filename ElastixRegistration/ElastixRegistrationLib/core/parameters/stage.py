"""A parameter map among its stages, as the rules look at it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

from .maps import ParameterMap

#: Severity, parameter, message.
Finding: TypeAlias = tuple[str, str | None, str]

#: Whole numbers and numbers as elastix reads them.
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+(\.0*)?")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def resolutions_of(stage: ParameterMap) -> int | None:
    """NumberOfResolutions of a map; elastix's default of 3 where it is not given, None where it is no such number."""
    values = stage.get("NumberOfResolutions") or ("3",)
    return int(float(values[0])) if WHOLE_NUMBER.fullmatch(values[0]) and 1 <= float(values[0]) <= 100 else None


@dataclass(frozen=True)
class Stage:
    """A parameter map, its place among the stages, and what it is used with."""

    number: int
    map: ParameterMap
    dimension: int
    fixed_mask: bool = False
    moving_mask: bool = False
    points: bool = False

    def first(self, name: str, default: str = "") -> str:
        return (self.map.get(name) or (default,))[0]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(self.map.get(name) or ())

    def erodes(self, side: str) -> bool:
        """Whether elastix shrinks the mask of the "Fixed" or "Moving" image in some resolution; it does by default."""
        return "true" in (self.all(f"Erode{side}Mask") or self.all("ErodeMask") or ("true",))


def finite_number(text: str) -> float | None:
    """``text`` as a number, None when it is none or infinite."""
    value = float(text) if NUMBER.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None
