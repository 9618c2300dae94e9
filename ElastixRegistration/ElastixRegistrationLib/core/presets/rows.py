"""The parameters of a stage as an editor shows them: one row each with a control, and a table by resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..parameters.maps import ParameterMap
from ..parameters.schema import Parameter, components, find_parameter, is_known_name, parameters, unusable_components
from ..parameters.stage import finite_number, resolutions_of
from .draft import PresetDraft

#: How a value is edited: "boolean", "choice", "integer", "number", "text", or "list" for several values in one line.
KNOWN, OBSOLETE, UNKNOWN = "known", "obsolete", "unknown"
_MAX_RESOLUTIONS = 12
#: Lists whose values decrease from one resolution to the next.
_HALVED = ("ImagePyramidSchedule", "GridSpacingSchedule", "RescaleSchedule", "SmoothingSchedule")


@dataclass(frozen=True)
class Row:
    """One parameter of a stage. ``state``: KNOWN, OBSOLETE (elastix no longer reads it), or UNKNOWN (it never did).

    ``choices``: the values of a "choice" or "boolean". ``expected``: kind, range and number of values, in words;
    ``default``: elastix's default, "" without one.
    """

    name: str
    values: tuple[str, ...]
    control: str
    group: str
    state: str = KNOWN
    meaning: str = ""
    default: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    expected: str = ""

    @property
    def text(self) -> str:
        """The values as one types them."""
        return " ".join(f'"{value}"' if " " in value or not value else value for value in self.values)


@dataclass(frozen=True)
class ResolutionTable:
    """Parameters with a value for each resolution. A single value fills all columns; missing values are empty."""

    resolutions: int
    names: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def rows(stage: ParameterMap) -> list[Row]:
    """The parameters of ``stage``, in the groups of the schema, unknown ones last."""
    order = {name: number for number, name in enumerate(parameters())}
    last = len(order)
    found = [row(name, values) for name, values in stage.items()]
    places = {name: order.get(known.name, last) if (known := find_parameter(name)) else last for name in stage}
    groups = list(dict.fromkeys(parameter.group for parameter in parameters().values()))
    return sorted(
        found, key=lambda each: (groups.index(each.group) if each.group in groups else last, places[each.name])
    )


def row(name: str, values: Sequence[str]) -> Row:
    """The row of one parameter with these values."""
    values = tuple(values)
    parameter = find_parameter(name)
    if parameter is None:
        state = KNOWN if is_known_name(name) else UNKNOWN
        meaning = "elastix reads it in a component that is not described here." if state == KNOWN else ""
        return Row(name, values, "list" if len(values) > 1 else "text", "Others", state, meaning)
    choices = _choices(parameter)
    if any(value not in choices for value in values):
        choices = (*choices, *(value for value in values if value not in choices)) if choices else ()
    return Row(
        name,
        values,
        _control(parameter, values),
        parameter.group,
        KNOWN if parameter.replacement is None else OBSOLETE,
        parameter.meaning,
        parameter.default or "",
        parameter.unit,
        choices,
        expected_text(parameter),
    )


def expected_text(parameter: Parameter) -> str:
    """The expected values of a parameter, in words: "whole number, at least 1, one for each resolution"."""
    kinds = {"integer": "whole number", "number": "number", "boolean": "true or false", "text": "text"}
    parts = [kinds.get(parameter.kind) or "one of " + ", ".join(_choices(parameter))]
    if parameter.minimum is not None:
        parts.append(f"{'more than' if parameter.above_minimum else 'at least'} {parameter.minimum:g}")
    if parameter.maximum is not None:
        parts.append(f"{'less than' if parameter.below_maximum else 'at most'} {parameter.maximum:g}")
    if parameter.per == "any":
        parts.append("any number of them")
    elif parameter.per:
        parts.append(f"one for each {parameter.per}")
    return ", ".join(parts)


def addable(stage: ParameterMap) -> list[Parameter]:
    """Parameters that ``stage`` could have but lacks: those of the framework and of its components."""
    used = {name for kind in components() for name in stage.get(kind, ())}
    return [
        parameter
        for parameter in parameters().values()
        if parameter.name not in stage
        and parameter.replacement is None
        and "<i>" not in parameter.name
        and (not parameter.components or used & set(parameter.components))
    ]


def first_values(parameter: Parameter, stage: ParameterMap) -> tuple[str, ...]:
    """Initial values of ``parameter`` when it is added to ``stage``: elastix's default, or the lowest allowed value."""
    if parameter.default is not None:
        return (parameter.default,)
    if choices := _choices(parameter):
        return (choices[0],)
    low = parameter.minimum or 0
    return (f"{low + 1 if parameter.above_minimum else low:g}",) if parameter.kind != "text" else ("?",)


def split_values(text: str) -> tuple[str, ...]:
    """Values from typed text, separated by spaces, in quotes if they contain spaces. Every text is valid."""
    parts = text.split('"')
    values: list[str] = []
    for number, part in enumerate(parts):
        values += [part] if number % 2 and part.strip() else part.split()
    return tuple(values)


# --- by resolution ---


def resolution_table(stage: ParameterMap, dimension: int) -> ResolutionTable | None:
    """The parameters with values by resolution; None where NumberOfResolutions is no number up to 12."""
    resolutions = resolutions_of(stage)
    if resolutions is None or resolutions > _MAX_RESOLUTIONS:
        return None
    names, cells = [], []
    for each in rows(stage):
        size = _size_per_resolution(each.name, len(each.values), resolutions, dimension)
        if size:
            values = each.values if len(each.values) > 1 else each.values * (size * resolutions)
            names.append(each.name)
            cells.append(tuple(" ".join(values[n * size : (n + 1) * size]) for n in range(resolutions)))
    return ResolutionTable(resolutions, tuple(names), tuple(cells))


def with_cell(draft: PresetDraft, number: int, name: str, resolution: int, text: str, dimension: int) -> PresetDraft:
    """A draft with one cell of the table of a stage changed. A cell that is emptied changes nothing."""
    stage = draft.maps[number] or {}
    table = resolution_table(stage, dimension)
    if table is None or name not in table.names or not text.split():
        return draft
    line = list(table.cells[table.names.index(name)])
    line[resolution] = " ".join(text.split())
    line = [cell or line[0] for cell in line]  # elastix takes the first value where one is missing
    values = [line[0]] if len(set(line)) == 1 and " " not in line[0] else " ".join(line).split()
    return draft.with_values(number, name, values)


def with_resolutions(draft: PresetDraft, number: int, count: int, dimension: int) -> PresetDraft:
    """Change NumberOfResolutions and all parameters with a value for each: coarse resolutions are removed or added.

    Added schedule values double; other values repeat the first one.
    """
    stage = draft.maps[number]
    before = resolutions_of(stage) if stage is not None else None
    if stage is None or before is None or count == before or not 1 <= count <= _MAX_RESOLUTIONS:
        return draft
    for name, values in stage.items():
        size = _size_per_resolution(name, len(values), before, dimension)
        if size and len(values) == size * before and len(values) > 1:
            changed = list(values)
            for _step in range(count - before):
                changed = [*_coarser(name, changed[:size]), *changed]
            draft = draft.with_values(number, name, changed[size * max(0, before - count) :])
    return draft.with_values(number, "NumberOfResolutions", [str(count)])


def _coarser(name: str, values: list[str]) -> list[str]:
    numbers = [number for value in values if (number := finite_number(value)) is not None]
    if not name.endswith(_HALVED) or len(numbers) < len(values):
        return values
    return [f"{2 * number:g}" for number in numbers]


def _size_per_resolution(name: str, count: int, resolutions: int, dimension: int) -> int:
    """Number of values per resolution; 0 if the parameter has none for each."""
    parameter = find_parameter(name)
    per = parameter.per if parameter is not None else ""
    if per == "resolution":
        return 1
    if per.startswith("resolution"):
        return 1 if per.startswith("resolution, or") and count in (1, resolutions) else dimension
    return 0


def _choices(parameter: Parameter) -> tuple[str, ...]:
    if parameter.kind == "boolean":
        return ("true", "false")
    if parameter.kind == "component":
        return tuple(name for name in components().get(parameter.name, ()) if name not in unusable_components())
    return parameter.choices


def _control(parameter: Parameter, values: tuple[str, ...]) -> str:
    if len(values) != 1:
        return "list"
    if parameter.kind in ("choice", "component"):
        return "choice"
    value = finite_number(values[0])
    if value is None and parameter.kind in ("integer", "number"):
        return "text"  # so that what is wrong can be seen
    if value is not None and parameter.kind == "integer":
        return "integer" if value == int(value) and abs(value) < 2**31 else "text"
    if parameter.kind == "boolean":
        return "boolean" if values[0] in ("true", "false") else "text"
    return parameter.kind
