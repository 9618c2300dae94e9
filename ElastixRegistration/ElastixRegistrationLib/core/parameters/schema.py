"""The meaning of elastix's parameters: kinds, counts, defaults, allowed values. The table is schema.json beside it.

From the source of elastix 5.3, tested with itk-elastix 0.25. Imports neither itk nor numpy.
"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..wording import said

_TABLE = Path(__file__).with_name("schema.json")
# Component i of a kind reads parameters with its label before the name first: Metric1NumberOfHistogramBins.
_LABEL = re.compile(
    r"(Metric|ImageSampler|Interpolator|FixedImagePyramid|MovingImagePyramid|Optimizer|Transform|Registration"
    r"|Resampler|ResampleInterpolator)([0-9]+)(.+)"
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of elastix.

    ``kind``: "integer", "number", "boolean", "choice", "component" or "text". ``per``: how many values it takes: one
    ("" ), or one per "resolution", "dimension", "resolution and dimension", "metric", or "any" number.
    ``minimum`` and ``maximum`` are allowed themselves unless ``above_minimum`` or ``below_maximum``. ``default`` is
    elastix's own, None where elastix has none or works it out. ``components``: which of them read it, empty: the
    framework does. ``replacement``: set on names that elastix no longer reads, "" when nothing takes their place.
    """

    name: str
    kind: str
    group: str
    meaning: str
    per: str = ""
    default: str | None = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above_minimum: bool = False
    below_maximum: bool = False
    unit: str = ""
    components: tuple[str, ...] = ()
    replacement: str | None = None


@cache
def parameters() -> MappingProxyType[str, Parameter]:
    """All known parameters by name, those of a group together."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    return MappingProxyType({row["name"]: _parameter(row) for row in table["parameters"]})


@cache
def components() -> MappingProxyType[str, tuple[str, ...]]:
    """Names that each kind of component ("Metric", "Transform" ...) may have in itk-elastix."""
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    return MappingProxyType({kind: tuple(names) for kind, names in table["components"].items()})


@cache
def unusable_components() -> MappingProxyType[str, str]:
    """Why components that elastix documents cannot be used in a registration of two images here."""
    return MappingProxyType(json.loads(_TABLE.read_text(encoding="utf-8"))["unusable"])


@cache
def _other_names() -> frozenset[str]:
    return frozenset(json.loads(_TABLE.read_text(encoding="utf-8"))["other"])


def is_known_name(name: str) -> bool:
    """Whether elastix reads ``name`` somewhere, if only in a component that the table does not describe."""
    match = _LABEL.fullmatch(name)
    return find_parameter(name) is not None or name in _other_names() or bool(match and match[3] in _other_names())


def find_parameter(name: str) -> Parameter | None:
    """The parameter that elastix takes ``name`` for, also behind a component's label as in ``Metric1Weight``."""
    known = parameters()
    if name in known:
        return known[name]
    if match := _LABEL.fullmatch(name):
        return known.get(match[1] + "<i>" + match[3]) or known.get(match[3])
    if name.startswith("FullSearchSpace"):
        return known.get("FullSearchSpace<i>") if name[15:].isdecimal() else None
    return None


def label_index(name: str) -> tuple[str, int] | None:
    """Which component a labeled name is for: ("Metric", 1) of ``Metric1Weight``."""
    if name in parameters():
        return None
    match = _LABEL.fullmatch(name)
    return (match[1], int(match[2])) if match and len(match[2]) < 6 else None


def close_name(name: str, among: Any = None) -> str | None:
    """The known parameter (or the one in ``among``) that ``name`` is most likely a misspelling of."""
    candidates = list(parameters()) if among is None else list(among)
    folded = {candidate.lower(): candidate for candidate in candidates}
    if name.lower() in folded:
        return folded[name.lower()]
    found = difflib.get_close_matches(name, candidates, n=1, cutoff=0.75)
    return found[0] if found else None


def misspelling(name: str) -> str | None:
    """A sentence on a parameter that elastix does not know, where the name is close to one that it knows."""
    close = None if is_known_name(name) else close_name(name)
    if not close:
        return None
    return said("elastix has no such parameter and ignores it; did you mean {close}?", close=close)


def _parameter(row: dict[str, Any]) -> Parameter:
    listed: dict[str, Any] = {key: tuple(row[key]) for key in ("choices", "components") if key in row}
    return Parameter(**(row | listed))
