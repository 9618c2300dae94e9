"""Single parameters changed in all stages or in one, as ``NAME=VALUE`` or ``STAGE:NAME=VALUE``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..errors import ParameterError
from ..wording import said
from .maps import ParameterMap
from .schema import close_name, components, find_parameter, is_known_name
from .validation import wrong_value

_FORM = re.compile(r"(?:(?P<stage>[0-9]{1,4}):)?(?P<name>[A-Za-z][A-Za-z0-9_]*)=(?P<value>.*)", re.DOTALL)
#: Parameters that a registration sets itself, and their replacements.
_SET_HERE = {
    "DefaultPixelValue": "use --background",
    "RandomSeed": "use --seed",
    "FixedImageDimension": "it is that of the images",
    "MovingImageDimension": "it is that of the images",
    "FixedInternalImagePixelType": "it is always float",
    "MovingInternalImagePixelType": "it is always float",
    "UseDirectionCosines": "it is always true",
    "HowToCombineTransforms": "it is always Compose",
    "ResultImageName": "outputs are named by --output-volume and the like",
    "ResultImageFormat": "outputs are named by --output-volume and the like",
}


@dataclass(frozen=True)
class ParameterChange:
    """``stage`` counts from 1, None: every stage that reads the parameter."""

    name: str
    values: tuple[str, ...]
    stage: int | None = None

    def __str__(self) -> str:
        place = "" if self.stage is None else f"{self.stage}:"
        return f"{place}{self.name}={' '.join(self.values)}"


def parse_change(text: str) -> ParameterChange:
    """Of ``FinalGridSpacingInPhysicalUnits=8`` or, for the second stage alone, ``2:NumberOfSpatialSamples=2000 4000``.

    Spaces separate several values. Raises ParameterError for a name unknown to elastix, with the closest known name,
    for an invalid value, and for a parameter that a registration sets itself.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ParameterError(
            said(
                "{text} changes no parameter; write NAME=VALUE, or STAGE:NAME=VALUE as in "
                "2:FinalGridSpacingInPhysicalUnits=8.",
                text=repr(text),
            )
        )
    name, values = match["name"], tuple(match["value"].split())
    stage = None if match["stage"] is None else int(match["stage"])
    if stage == 0:
        raise ParameterError(said("{text}: stages count from 1.", text=repr(text)), parameter=name)
    if not is_known_name(name):
        close = close_name(name)
        if close:
            raise ParameterError(
                said("elastix has no parameter {name!r}; did you mean {close}?", name=name, close=close)
            )
        raise ParameterError(said("elastix has no parameter {name!r}.", name=name))
    if name in _SET_HERE or name.startswith("Write"):
        raise ParameterError(
            said("it cannot be changed here; {value}.", value=_SET_HERE.get(name, "use --output-...")), parameter=name
        )
    if not values:
        raise ParameterError(said("it is given no value."), parameter=name)
    _check_values(name, values)
    return ParameterChange(name, values, stage)


def _check_values(name: str, values: Sequence[str]) -> None:
    parameter = find_parameter(name)
    if parameter is None:
        return
    if parameter.replacement is not None:
        instead = f"; use {parameter.replacement}" if parameter.replacement else ""
        raise ParameterError(said("elastix no longer reads it{instead}.", instead=instead), parameter=name)
    for value in values:
        wrong = wrong_value(parameter, value)
        if parameter.kind == "component" and value not in components().get(name, (value,)):
            close = close_name(value, components()[name])
            wrong = f"elastix has no {name} {value!r}{f'; did you mean {close}?' if close else '.'}"
        if wrong:
            raise ParameterError(wrong, parameter=name)


def changed(
    stages: Sequence[ParameterMap], changes: Iterable[ParameterChange | str], *, may_miss: bool = False
) -> list[ParameterMap]:
    """``stages`` with the changes made in order; the given maps stay unchanged.

    A change without a stage is made where a component of the stage reads the parameter (a grid spacing in deformable
    stages only). Raises ParameterError where no stage reads it, or there is no such stage, unless it ``may_miss``.
    """
    result: list[ParameterMap] = [dict(stage) for stage in stages]
    for change in changes:
        change = parse_change(change) if isinstance(change, str) else change
        if change.stage is not None and change.stage > len(result):
            if may_miss:
                continue
            count = "is 1 stage" if len(result) == 1 else f"are {len(result)} stages"
            raise ParameterError(
                said("stage {stage} is to be changed, but there {count}.", stage=change.stage, count=count),
                parameter=change.name,
            )
        places = range(len(result)) if change.stage is None else [change.stage - 1]
        reading = [place for place in places if _reads(result[place], change.name)]
        if not reading and not may_miss:
            parameter = find_parameter(change.name)
            users = ", ".join(parameter.components) if parameter is not None else ""
            where = "no stage reads it" if change.stage is None else f"stage {change.stage} does not read it"
            raise ParameterError(
                said("{where}, because it belongs to {users}.", where=where, users=users), parameter=change.name
            )
        for place in reading:
            result[place] = {**result[place], change.name: change.values}
    return result


def _reads(stage: ParameterMap, name: str) -> bool:
    parameter = find_parameter(name)
    if parameter is None or not parameter.components:
        return True
    used = {component for kind in components() for component in stage.get(kind, ())}
    return bool(used & set(parameter.components))
