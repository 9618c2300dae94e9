"""Convert requests and results to JSON and arrays and back. Every part is checked: only the types named here come
out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.images.background import BackgroundEstimate, Padding
from ..core.images.channels import Channel
from ..core.images.geometry import Geometry
from ..core.quality.figures import Comparison, Evidence, Figure, LandmarkRow, Reason, Verdict
from ..core.sliding.figures import SlidingFigures
from ..core.transforms.plain_data import TransformData, TransformElement, VoxelData
from ..core.wording import Said, said
from .outputs import (
    DisplacementField,
    FiguresBeforeAndAfter,
    InverseData,
    InverseTransform,
    JacobianDeterminant,
    ResampledVolume,
)
from .protocol import ProtocolError

_TYPE = "$type"
#: Parameter values beyond this many travel as bytes: a B-spline has hundreds of thousands.
_LONG = 64
#: Dataclasses that are sent field by field.
PLAIN = {
    cls.__name__: cls
    for cls in (
        *(
            BackgroundEstimate,
            Padding,
            Comparison,
            Figure,
            LandmarkRow,
            Verdict,
            Evidence,
            Reason,
            TransformElement,
            TransformData,
            VoxelData,
            Channel,
            SlidingFigures,
        ),
        *(
            ResampledVolume,
            DisplacementField,
            JacobianDeterminant,
            InverseTransform,
            FiguresBeforeAndAfter,
            InverseData,
        ),
    )
}
_MAX_DEPTH = 20


class ParameterMaps(list):
    """Parameter maps, to distinguish them from other lists of dictionaries: their values are tuples of texts."""


def pack(value: Any, arrays: list[np.ndarray]) -> Any:
    """JSON for ``value``; its arrays are appended to ``arrays`` and named by their place there."""
    if isinstance(value, Said):
        return {_TYPE: "Said", "template": value.template, "values": pack(value.values, arrays), "case": value.case}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {_TYPE: "array", "index": len(arrays) - 1}
    if isinstance(value, ParameterMaps):
        return {_TYPE: "maps", "maps": [_pack_map(one, arrays) for one in value]}
    if isinstance(value, Geometry):
        numbers = {"size": value.size, "spacing": value.spacing, "origin": value.origin, "direction": value.direction}
        return {_TYPE: "Geometry", **numbers}
    if isinstance(value, tuple):
        return {_TYPE: "tuple", "items": [pack(item, arrays) for item in value]}
    if isinstance(value, list):
        return [pack(item, arrays) for item in value]
    if isinstance(value, Mapping):
        return {_plain_name(name): pack(item, arrays) for name, item in value.items()}
    if type(value).__name__ in PLAIN:
        entries = {name: pack(getattr(value, name), arrays) for name in value.__dataclass_fields__}
        return {_TYPE: type(value).__name__, **entries}
    raise InputError(said("A {type} cannot be sent to another process.", type=type(value).__name__))


def unpack(value: Any, arrays: Sequence[np.ndarray], _depth: int = 0) -> Any:
    """Inverse of ``pack``. Raises ProtocolError for anything that ``pack`` does not make."""
    if _depth > _MAX_DEPTH:
        raise ProtocolError("a message is nested too deeply")
    if isinstance(value, list):
        return [unpack(item, arrays, _depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    entries = {name: item for name, item in value.items() if name != _TYPE}
    if _TYPE not in value:
        return {name: unpack(item, arrays, _depth + 1) for name, item in entries.items()}
    kind = value[_TYPE]
    try:
        if kind in SPECIAL:
            return SPECIAL[kind](entries, arrays, _depth)
        return PLAIN[kind](**{name: unpack(item, arrays, _depth + 1) for name, item in entries.items()})
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ProtocolError(f"a message has a {str(kind)[:40]} that is not one: {error}") from error


def _plain_name(name: Any) -> str:
    if not isinstance(name, str) or name == _TYPE:
        raise InputError(said("An entry named {name} cannot be sent to another process.", name=repr(name)))
    return name


def _pack_map(one: Mapping[str, Sequence[str]], arrays: list[np.ndarray]) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    for name, values in one.items():
        if not isinstance(name, str) or not all(isinstance(text, str) for text in values):
            raise InputError(
                said("Parameter {name}: values must be texts, not {value}.", name=name, value=list(values)[:3])
            )
        if len(values) > _LONG and not any("\n" in text for text in values):
            packed[name] = {"lines": len(arrays)}
            arrays.append(np.frombuffer("\n".join(values).encode("utf-8"), np.uint8))
        else:
            packed[name] = list(values)
    return packed


def _array(entries: dict[str, Any], arrays: Sequence[np.ndarray], _depth: int) -> np.ndarray:
    index = entries["index"] if set(entries) == {"index"} else None
    if type(index) is not int or not 0 <= index < len(arrays):
        raise ValueError(f"there is no array {str(index)[:20]}")
    return arrays[index]


def _tuple(entries: dict[str, Any], arrays: Sequence[np.ndarray], depth: int) -> tuple[Any, ...]:
    if set(entries) != {"items"} or not isinstance(entries["items"], list):
        raise ValueError("no list of items")
    return tuple(unpack(item, arrays, depth + 1) for item in entries["items"])


def _maps(entries: dict[str, Any], arrays: Sequence[np.ndarray], _depth: int) -> ParameterMaps:
    maps = ParameterMaps()
    for one in entries["maps"]:
        maps.append({name: _values(values, arrays) for name, values in one.items()})
    return maps


def _values(values: Any, arrays: Sequence[np.ndarray]) -> tuple[str, ...]:
    if isinstance(values, dict):
        return tuple(_array({"index": values["lines"]}, arrays, 0).tobytes().decode("utf-8").split("\n"))
    if not isinstance(values, list) or not all(isinstance(text, str) for text in values):
        raise ValueError("values that are no texts")
    return tuple(values)


def _said(entries: dict[str, Any], arrays: Sequence[np.ndarray], depth: int) -> Said:
    values = unpack(entries["values"], arrays, depth + 1)
    template, case = entries["template"], entries["case"]
    if len(entries) != 3 or not isinstance(values, dict) or not all(isinstance(one, str) for one in (template, case)):
        raise ValueError("no template with values")
    # A template could access an attribute or set a width of its values, so only plain texts and numbers are allowed.
    if not all(isinstance(one, (str, int, float)) for one in values.values()):
        raise ValueError("values that are neither texts nor numbers")
    return Said(template, values, case)


def _geometry(entries: dict[str, Any], _arrays: Sequence[np.ndarray], _depth: int) -> Geometry:
    size, direction = entries.pop("size"), entries.pop("direction")
    spacing, origin = entries.pop("spacing"), entries.pop("origin")
    dimension = len(size)
    rows = [spacing, origin, *direction]
    if entries or not 1 <= dimension <= 4 or len(direction) != dimension:
        raise ValueError(f"{dimension} dimensions")
    if not all(type(n) is int and 0 < n < 2**31 for n in size):
        raise ValueError(f"a size of {str(size)[:40]}")
    if not all(len(row) == dimension and all(math.isfinite(number) for number in row) for row in rows):
        raise ValueError("numbers that are missing or not finite")
    return Geometry(
        size=tuple(size),
        spacing=tuple(map(float, spacing)),
        origin=tuple(map(float, origin)),
        direction=tuple(tuple(map(float, row)) for row in direction),
    )


SPECIAL: dict[str, Callable[[dict[str, Any], Sequence[np.ndarray], int], Any]] = {
    "array": _array,
    "tuple": _tuple,
    "maps": _maps,
    "Geometry": _geometry,
    "Said": _said,
}
