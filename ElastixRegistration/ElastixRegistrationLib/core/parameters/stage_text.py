"""Changes in the text of a parameter file that preserve comments and order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .maps import format_parameter_text, parse_stage_text
from .schema import find_parameter

_LINE_END = re.compile(r"\r\n|\n|\r")


def with_values(text: str, name: str, values: Iterable[str]) -> str:
    """``text`` with the parameter set: in its own line where it is there, else after the last one of its group.

    Raises ParameterError for a text that cannot be read, and for values that the text form cannot hold.
    """
    written = format_parameter_text({name: tuple(values)}).rstrip("\n")
    lines, places = _lines(text)
    if name in places:
        number = places[name]
        lines[number] = written + _comment_of(lines[number])
    else:
        lines.insert(_place_for(name, places, lines), written)
    return "\n".join(lines)


def without(text: str, name: str) -> str:
    """``text`` without the line of that parameter; unchanged when there is none. Raises ParameterError."""
    lines, places = _lines(text)
    if name not in places:
        return text
    del lines[places[name]]
    return "\n".join(lines)


def renamed(text: str, old: str, new: str) -> str:
    """``text`` with another name for the values of ``old``, in the same line. Raises ParameterError."""
    lines, places = _lines(text)
    if old in places:
        number = places[old]
        lines[number] = re.sub(rf"\(\s*{re.escape(old)}\b", lambda match: f"({new}", lines[number], count=1)
    return "\n".join(lines)


def _lines(text: str) -> tuple[list[str], dict[str, int]]:
    """Lines, and in which of them, from 0, each parameter is."""
    places = parse_stage_text(text).lines if _has_parameters(text) else {}
    return _LINE_END.split(text.removeprefix("\ufeff")), {name: line - 1 for name, line in places.items()}


def _has_parameters(text: str) -> bool:
    """A text of comments only is the start of a stage, not a mistake."""
    return any(line.split("//")[0].strip() for line in _LINE_END.split(text.removeprefix("\ufeff")))


def _comment_of(line: str) -> str:
    start = line.find("//")
    while start >= 0 and line.count('"', 0, start) % 2:
        start = line.find("//", start + 2)
    return "" if start < 0 else "  " + line[start:]


def _place_for(name: str, places: dict[str, int], lines: list[str]) -> int:
    known = find_parameter(name)
    group = known.group if known is not None else None
    alike = [line for other, line in places.items() if (found := find_parameter(other)) and found.group == group]
    if alike:
        return max(alike) + 1
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end
