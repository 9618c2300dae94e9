"""Parameter maps of elastix, to and from its text files and TOML.

A map has the values as unquoted strings, as elastix itself keeps them: ``{"NumberOfResolutions": ("4",)}``. The same
forms hold TransformParameters, which may have a million numbers.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import ParameterError
from ..system.output_files import whole_file
from ..wording import said

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ParameterMap: TypeAlias = dict[str, tuple[str, ...]]

_MAX_BYTES = 50 * 10**6
_MAX_TRANSFORM_BYTES = 2 * 10**9
_TRANSFORM_ONLY = (
    *("TransformParameters", "NumberOfParameters", "ITKTransformParameters", "TransformFileName"),
    "DeformationFieldFileName",
)

_NEWLINE = re.compile(r"\r\n|\n|\r")
_TOKEN = re.compile(r'"([^"]*)"|([^\s"]+)')
# Characters that elastix refuses in a name, or that would not read back.
_BAD_IN_NAME = re.compile(r"[\s\"().,:;!@#$%^&'*+|<>?\x00-\x1f]")
_BAD_IN_VALUE = re.compile(r'["\x00-\x1f]|//')
# Values that elastix itself writes without quotes.
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|[0-9](?:\.[0-9]+)?e[+-][0-9]+)")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TOML_KEY_LINE = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+))\s*=")
_TOML_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_TOML_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')


@dataclass(frozen=True)
class ParameterFile:
    """A map with the 1-based line of each parameter in ``source``, for error messages and editors."""

    map: ParameterMap
    lines: dict[str, int]
    source: str | None = None


def read_parameter_file(path: str | os.PathLike, *, transform: bool = False) -> ParameterMap:
    """Map in an elastix text file, or in TOML by the suffix .toml.

    ``transform`` says which of the two kinds is wanted: parameters of a registration, or the TransformParameters that
    a registration gave. Raises ParameterError for the other kind and for whatever is wrong in the file.
    """
    if not transform:
        return read_stage_source(path).map
    parameters = read_parameter_source(path, max_bytes=_MAX_TRANSFORM_BYTES).map
    if not is_transform_map(parameters):
        raise ParameterError(
            said("this is not a TransformParameters file; it has no TransformParameters."), file=str(path)
        )
    return parameters


def read_stage_source(path: str | os.PathLike) -> ParameterFile:
    """Parameters of a registration in ``path``, with their lines. Raises ParameterError for TransformParameters too."""
    source = read_parameter_source(path)
    _refuse_transform(source.map, str(path))
    return source


def read_parameter_source(path: str | os.PathLike, *, max_bytes: int = _MAX_BYTES) -> ParameterFile:
    """Map in ``path``, of either kind, with the lines it came from. Raises ParameterError."""
    path = Path(path)
    text = decoded_text(_bytes_of(path, max_bytes), str(path))
    return parse_parameter_source(text, str(path), toml=path.suffix.lower() == ".toml")


def read_parameter_text(path: str | os.PathLike) -> str:
    """Text of a parameter file, in whatever encoding an editor left it. Raises ParameterError."""
    path = Path(path)
    return decoded_text(_bytes_of(path, _MAX_BYTES), str(path))


def parse_parameter_source(text: str, source: str | None, *, toml: bool = False) -> ParameterFile:
    """Map of either kind in elastix's text form or in TOML, with its lines. Raises ParameterError."""
    return _parse_toml(text, source) if toml else _parse_text(text, source)


def is_bspline(stage: Mapping[str, Sequence[str]]) -> bool:
    """Whether a stage finds a B-spline, of any of elastix's kinds."""
    return "BSpline" in (stage.get("Transform") or ("",))[0]


def is_transform_map(parameters: Mapping[str, Any]) -> bool:
    """Whether a map is the TransformParameters of a result rather than parameters of a registration."""
    return any(name in parameters for name in _TRANSFORM_ONLY)


def parse_parameter_text(text: str, source: str | None = None) -> ParameterMap:
    """Map in elastix's text form; ``source`` names it in errors. Raises ParameterError."""
    return _parse_text(text, source).map


def parse_stage_text(text: str, source: str | None = None) -> ParameterFile:
    """Parameters of a registration in elastix's text form. Raises ParameterError for TransformParameters too."""
    parsed = _parse_text(text, source)
    _refuse_transform(parsed.map, source)
    return parsed


def parse_parameter_toml(text: str, source: str | None = None) -> ParameterMap:
    """Map in TOML as elastix 5.1 and later read it: keys with a value or a list of values. Raises ParameterError."""
    return _parse_toml(text, source).map


def format_parameter_text(parameters: Mapping[str, Iterable[str]]) -> str:
    """elastix's text form: one parameter a line, what is no number in quotes.

    Raises ParameterError for what this form cannot hold: quotes, line ends and ``//`` in a value. A parameter of empty
    values reads back as one of no value.
    """
    lines = []
    for name, given in parameters.items():
        values = tuple(given)
        _check_name(name)
        lines.append(f"({name} {_text_values(name, values)})\n")
    return "".join(lines)


def format_parameter_toml(parameters: Mapping[str, Iterable[str]]) -> str:
    """TOML that reads back, here and in elastix, as the same map."""
    lines = []
    for name, given in parameters.items():
        values = [_toml_value(value) for value in given]
        key = name if _BARE_KEY.fullmatch(name) else _toml_string(name)
        lines.append(f"{key} = {values[0] if len(values) == 1 else '[' + ', '.join(values) + ']'}\n")
    return "".join(lines)


def write_parameter_file(parameters: Mapping[str, Iterable[str]], path: str | os.PathLike) -> None:
    """Write elastix text, or TOML by the suffix .toml. The file appears whole or not at all.

    Raises ParameterError for a value that elastix's text cannot hold, InputError where it cannot be written.
    """
    path = Path(path)
    write = format_parameter_toml if path.suffix.lower() == ".toml" else format_parameter_text
    text = write(parameters)
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def _refuse_transform(parameters: ParameterMap, source: str | None) -> None:
    if is_transform_map(parameters):
        raise ParameterError(
            said(
                "this is a TransformParameters file, the result of a registration; give the parameter "
                "file that says how to register, or use this one as initial transform."
            ),
            file=source,
        )


def _bytes_of(path: Path, max_bytes: int) -> bytes:
    try:
        if path.is_dir():
            raise ParameterError(said("this is a folder, not a parameter file."), file=str(path))
        with open(path, "rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise ParameterError(said("the parameter file does not exist."), file=str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ParameterError(
            said("the parameter file cannot be read ({reason}).", reason=reason), file=str(path)
        ) from error
    if len(data) > max_bytes:
        raise ParameterError(
            said("this is larger than {max_bytes} MB, so it is not a parameter file.", max_bytes=max_bytes // 10**6),
            file=str(path),
        )
    return data


def decoded_text(data: bytes, source: str) -> str:
    """Text of a file's bytes, in UTF-8, UTF-16 or Latin-1. Raises ParameterError that names ``source``."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # what editors of Windows call Unicode
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        raise ParameterError(said("this is not a text file."), file=source)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _parse_text(text: str, source: str | None) -> ParameterFile:
    parameters: ParameterMap = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(_NEWLINE.split(text.removeprefix("\ufeff")), start=1):
        content = _without_comment(line).strip()
        if not content:
            continue
        name, values = _parse_line(content, source, number)
        if name in lines:
            raise ParameterError(
                said("it is given twice, at lines {lines} and {number}; remove one.", lines=lines[name], number=number),
                file=source,
                line=number,
                parameter=name,
            )
        parameters[name], lines[name] = values, number
    if not parameters:
        raise ParameterError(said("there are no parameters in it."), file=source)
    return ParameterFile(parameters, lines, source)


def _without_comment(line: str) -> str:
    start = line.find("//")
    # elastix cuts inside quotes too; a network path there is a value all the same.
    while start >= 0 and line.count('"', 0, start) % 2:
        start = line.find("//", start + 2)
    return line if start < 0 else line[:start]


def _parse_line(content: str, source: str | None, number: int) -> tuple[str, tuple[str, ...]]:
    def refuse(problem: str, parameter: str | None = None) -> ParameterError:
        return ParameterError(problem, file=source, line=number, parameter=parameter)

    shown = content if len(content) <= 60 else content[:57] + "..."
    if not content.startswith("("):
        raise refuse(
            said(
                "a parameter is written (Name value), but this line has no opening parenthesis, {shown}",
                shown=repr(shown),
            )
        )
    if content.count('"') % 2:
        raise refuse(said("a quotation mark is missing in {shown}", shown=repr(shown)))
    if not content.endswith(")"):
        raise refuse(
            said(
                "a parameter is written (Name value) on one line, but nothing closes the parenthesis, {shown}",
                shown=repr(shown),
            )
        )
    body = content[1:-1].replace("\t", " ")
    name, _, rest = body.lstrip().partition(" ")
    quoted = '"' in rest
    bare = _TOKEN.sub(lambda match: match[2] or "", rest) if quoted else rest
    if "(" in bare or ")" in bare:
        raise refuse(said("there is a parenthesis within the value, {shown}", shown=repr(shown)))
    if not name or _BAD_IN_NAME.search(name):
        raise refuse(
            said(
                "{name} is not a parameter name; a name has no spaces, quotes or symbols such as .,:;!", name=repr(name)
            )
        )
    if not rest.strip():
        raise refuse(said("it has no value."), name)
    if not quoted:
        return name, tuple(rest.split())
    return name, tuple(value for match in _TOKEN.finditer(rest) if (value := match[1] or match[2]))


def _parse_toml(text: str, source: str | None) -> ParameterFile:
    text = text.removeprefix("\ufeff")
    try:
        # A lone \r ends a line nowhere in TOML.
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "lists are nested too deeply"
        place = re.search(r" \(at line (\d+), column \d+\)$", reason)
        if place:
            reason = reason[: place.start()]
        raise ParameterError(
            said("this is not valid TOML ({reason}).", reason=reason),
            file=source,
            line=int(place[1]) if place else None,
        ) from error
    lines: dict[str, int] = {}
    for number, line in enumerate(_NEWLINE.split(text), start=1):
        if match := _TOML_KEY_LINE.match(line):
            lines.setdefault(match[1] or match[2] or match[3], number)
    parameters: ParameterMap = {}
    for name, value in table.items():
        entries = value if isinstance(value, list) else [value]
        if _BAD_IN_NAME.search(name) or not name:
            raise ParameterError(
                said("{name} is not a parameter name.", name=repr(name)), file=source, line=lines.get(name)
            )
        try:
            parameters[name] = tuple(map(_toml_entry, entries))
        except TypeError as error:
            raise ParameterError(str(error), file=source, line=lines.get(name), parameter=name) from None
    if not parameters:
        raise ParameterError(said("there are no parameters in it."), file=source)
    return ParameterFile(parameters, {name: lines[name] for name in parameters if name in lines}, source)


def _toml_entry(value: Any) -> str:
    """The string elastix makes of a TOML value. Raises TypeError for values it does not read."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        return _shortest(value)
    kind = {"dict": "table", "list": "list in a list"}.get(type(value).__name__, type(value).__name__)
    raise TypeError(f"a {kind} is not a value that elastix reads; use text, numbers, true or false.")


def _shortest(value: float) -> str:
    """Fewest digits that read back, with an exponent from 1e21 on and below 1e-6: what ITK writes."""
    number = Decimal(repr(value)).normalize()
    if number.is_zero():
        return "0"
    exponent = number.adjusted()
    if -7 < exponent < 21:
        return format(number, "f")
    return f"{number.scaleb(-exponent):f}e{exponent:+d}"


def _check_name(name: str) -> None:
    if not name or _BAD_IN_NAME.search(name):
        raise ParameterError(said("{name} is not a parameter name.", name=repr(name)))


def _text_values(name: str, values: tuple[str, ...]) -> str:
    joined = " ".join(values)
    # A million numbers of a B-spline transform: looked at all at once, seconds become milliseconds.
    if len(values) > 100 and joined.count(" ") == len(values) - 1 and not joined.strip("0123456789 .e+-"):
        return joined
    if match := _BAD_IN_VALUE.search("".join(values)) or _BAD_IN_VALUE.search(joined):
        raise ParameterError(
            said("elastix's text form cannot hold a value with {match}; write a .toml file.", match=repr(match[0])),
            parameter=name,
        )
    return " ".join(value if _NUMBER.fullmatch(value) else f'"{value}"' for value in values) or '""'


def _toml_value(value: str) -> str:
    if value in ("true", "false"):
        return value
    # Numbers without quotes where they read back as they are, 1.50 for example does not.
    if _PLAIN_NUMBER.fullmatch(value) and len(value) < 18:
        number = float(value) if any(sign in value for sign in ".e") else int(value)
        if _toml_entry(number) == value:
            return value
    return _toml_string(value)


def _toml_string(value: str) -> str:
    return '"' + _TOML_ESCAPED.sub(lambda match: _TOML_ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04x}", value) + '"'
