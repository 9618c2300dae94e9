"""Read and write landmarks: elastix/transformix text, tables (.csv), .pts, Slicer's .fcsv and .mrk.json.

Points in memory are always in LPS mm.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import Fault, InputError, damaged, file_error
from ..images.geometry import Geometry
from ..system.output_files import check_folder_of, check_suffix, whole_file
from ..wording import said, sentence_of
from .formats.units import millimeters_per

_RAS = np.array([-1.0, -1.0, 1.0])
_TABLES = (".csv", ".tsv")
_PTS_HEADER = re.compile(r"\s*version\b", re.IGNORECASE)
_PTS_COUNT = ("number_of_points", "n_points")
_OUTPUT_POINT = re.compile(r"OutputPoint\s*=\s*\[([^\]]*)\]")
#: Names of the three columns of a table, and whether to flip x and y.
_COLUMNS = (("x", "y", "z"), ("l", "p", "s"), ("r", "a", "s"))
#: These words count at the end of a name too, as in x_ras.
_SAYS_RAS, _SAYS_LPS = (re.compile(rf"(?<![a-z]){word}(?![a-z])", re.IGNORECASE) for word in ("RAS", "LPS"))


class _OtherForm(Exception):
    """Raised for a file whose content has another format. The message is the end of a sentence about the file."""


@dataclass(frozen=True)
class Points:
    """``coordinates`` (N, D), LPS mm. ``labels`` are N texts, or empty if the file has none.

    ``form`` is "pts" for a .pts file that begins with a version and the number of points, as other programs than
    elastix write it.
    """

    coordinates: np.ndarray
    labels: tuple[str, ...]
    form: str = ""


def read_points(path: str | os.PathLike, image: Geometry | None = None) -> Points:
    """Read points. The suffixes .mrk.json, .fcsv, .csv and .tsv decide the format. Other files are elastix text, the
    output of transformix (whose output points are read), or .pts files with a version and the number of points.

    Tables have a header with x, y and z (as in ANTs), l, p and s, or r, a and s, and an optional column for labels.
    They are in LPS unless the header or a comment says RAS. ``image`` is needed for elastix files with voxel indices.

    Raises InputError naming the file and its fault.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        text = _decoded(content)
    except FileNotFoundError:
        raise InputError(said("The point file {path} does not exist.", path=path)) from None
    except OSError as error:
        raise file_error(
            error, said("The point file {path} cannot be read: {reason}.", path=path, reason=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise damaged(said("The point file {path}", path=path), error) from error
    try:
        if path.name.lower().endswith(".json"):
            points = _parse_markups(text)
        elif path.suffix.lower() == ".fcsv":
            points = _parse_fcsv(text)
        elif path.suffix.lower() in _TABLES:
            points = _parse_table(text)
        elif _PTS_HEADER.match(text):
            points = _parse_pts(text)
        elif _OUTPUT_POINT.search(text):
            points = _parse_output_points(text)
        else:
            points = _parse_elastix(text, image)
    except _OtherForm as form:
        raise InputError(said("The point file {path} {form}", path=path, form=sentence_of(form))) from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise damaged(said("The point file {path}", path=path), error) from error
    if not np.isfinite(points.coordinates).all():
        raise InputError(said("The point file {path} has coordinates that are not finite.", path=path))
    return points


def write_points(points: Points, path: str | os.PathLike) -> None:
    """Write (N, D) points, LPS mm. The suffix decides the format as in ``read_points``. 2D points get z = 0 in Slicer's
    formats.

    The file appears whole or not at all. Raises InputError if it cannot be written.
    """
    path = Path(path)
    if path.name.lower().endswith(".json"):
        text = _format_markups(points)
    elif path.suffix.lower() == ".fcsv":
        text = _format_fcsv(points)
    elif path.suffix.lower() in _TABLES:
        text = _format_table(points, "," if path.suffix.lower() == ".csv" else "\t")
    elif path.suffix.lower() == ".pts" and points.form == "pts":
        text = _format_pts(points)
    else:
        rows = [" ".join(map(repr, row)) for row in np.asarray(points.coordinates, float).tolist()]
        text = "\n".join(["point", str(len(rows)), *rows]) + "\n"
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")


def check_point_output(path: str | os.PathLike) -> None:
    """Raise InputError if points cannot be written to ``path``."""
    check_suffix(Path(path), (".txt", ".pts", ".csv", ".tsv", ".fcsv", ".json"), "point")
    check_folder_of(Path(path))


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8 or a Windows encoding. Raises UnicodeDecodeError."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in content:
            raise
        return content.decode("cp1252")


def _parse_elastix(text: str, image: Geometry | None) -> Points:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    kind = lines[0][0].lower() if lines else ""
    if kind not in ("point", "index"):
        raise _OtherForm(
            said(
                'has an unknown format: elastix text begins with a line "point" (mm) or "index" (voxels) and a '
                "line with the number of points; tables (.csv) begin with the column names x, y, z."
            )
        )
    count, rows = int(lines[1][0]), lines[2:]
    if len(rows) != count:
        raise Fault(said("{count} points are announced, but {count2} follow", count=count, count2=len(rows)))
    if len({len(row) for row in rows}) > 1:
        raise Fault(said("its points have different numbers of coordinates"))
    coordinates = np.array(rows, float).reshape(count, -1)
    if kind == "index":
        if image is None:
            raise _OtherForm(said("contains voxel indices, which need their image; give it with --reference."))
        coordinates = image.points_of(coordinates)
    return Points(coordinates, ("",) * count)


def _parse_table(text: str) -> Points:
    lines = [line for line in text.splitlines() if line.strip()]
    comments = [line for line in lines if line.startswith("#")]
    lines = [line for line in lines if not line.startswith("#")]
    if not lines:
        raise Fault(said("it is empty"))
    separator = max(",;\t", key=lines[0].count)
    header, *rows = csv.reader(lines, delimiter=separator)
    headline = " ".join([lines[0], *comments])
    plain = [re.sub(r"[^a-z]", "", re.sub(r"\b(ras|lps|mm)\b|[(_\[].*", "", name.strip().lower())) for name in header]
    columns: tuple[str, ...] | None = next((names for names in _COLUMNS if set(names) <= set(plain)), None)
    if columns is None and {"x", "y"} <= set(plain):
        columns = ("x", "y")
    if columns is None:
        raise _OtherForm(
            said(
                "has a first line {lines}, which does not name the columns x, y, z (or l, p, s; r, a, s).",
                lines=repr(lines[0]),
            )
        )
    is_ras = columns == ("r", "a", "s") or (columns[0] == "x" and bool(_SAYS_RAS.search(headline)))
    if is_ras and _SAYS_LPS.search(headline):
        raise Fault(said("it says both RAS and LPS"))
    places = [plain.index(name) for name in columns]
    if separator == ";":
        # Programs write semicolons in locales with a decimal comma.
        rows = [
            [value.replace(",", ".") if place in places else value for place, value in enumerate(row)] for row in rows
        ]
    coordinates = np.array([[row[place] for place in places] for row in rows], float).reshape(len(rows), len(places))
    flip = _RAS[: len(places)] if is_ras else 1.0
    label = next((plain.index(name) for name in ("label", "name") if name in plain), None)
    labels = ("",) * len(rows) if label is None else tuple(row[label].strip() for row in rows)
    return Points(coordinates * flip, labels)


def _parse_pts(text: str) -> Points:
    """Parse a version, the number of points, and a line for each point, which may begin with the name of the point."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    start = next((n for n, words in enumerate(lines) if words[0].lower().startswith(_PTS_COUNT)), None)
    if start is None:
        raise Fault(said("it does not say how many points follow"))
    count, rows = int(lines[start][-1]), [words for words in lines[start + 1 :] if words not in (["{"], ["}"])]
    if len(rows) < count:
        raise Fault(said("{count} points are announced, but {count2} follow", count=count, count2=len(rows)))
    rows = rows[:count]
    if any(len(row) not in (3, 4) for row in rows):
        raise Fault(said("a line does not have three coordinates"))
    coordinates = np.array([row[-3:] for row in rows], float).reshape(count, 3)
    return Points(coordinates, tuple(row[0] if len(row) == 4 else "" for row in rows), "pts")


def _parse_output_points(text: str) -> Points:
    """Parse the mapped points in transformix's output."""
    rows = [found.group(1).split() for found in _OUTPUT_POINT.finditer(text)]
    if len({len(row) for row in rows}) > 1:
        raise Fault(said("its points have different numbers of coordinates"))
    return Points(np.array(rows, float), ("",) * len(rows))


def _parse_fcsv(text: str) -> Points:
    header = {}
    rows = []
    for line in text.splitlines():
        if line.startswith("#"):
            key, _, value = line.lstrip("# ").partition("=")
            header[key.strip()] = value.strip()
        elif line.strip():
            rows.append(next(csv.reader([line])))
    # Slicer wrote 0 or RAS before version 4.13, and writes 1 or LPS now.
    system = header.get("CoordinateSystem", "RAS")
    flip = _flip_of({"0": "RAS", "1": "LPS"}.get(system, system))
    columns = header.get("columns", "id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label").split(",")
    x, label = columns.index("x"), columns.index("label")
    coordinates = np.array([row[x : x + 3] for row in rows], float).reshape(len(rows), 3) * flip
    return Points(coordinates, tuple(row[label] if len(row) > label else "" for row in rows))


def _flip_of(system: str) -> np.ndarray:
    """Return the factors for x, y and z that convert a coordinate system of Slicer to LPS."""
    if system not in ("LPS", "RAS"):
        raise _OtherForm(
            said("has points in the coordinate system {system}; only LPS and RAS are supported.", system=system)
        )
    return _RAS if system == "RAS" else np.ones(3)


def _parse_markups(text: str) -> Points:
    lists = json.loads(text)["markups"]
    if len(lists) != 1:
        raise _OtherForm(
            said("contains {count} lists of points; save the one you need as its own file.", count=len(lists))
        )
    markups = lists[0]
    # The unit may be a code with its scheme and meaning.
    units = markups.get("coordinateUnits") or "mm"
    factor = millimeters_per(units if isinstance(units, str) else str(units[0]))
    if factor is None:
        raise _OtherForm(said("has points in {units}; only lengths are supported.", units=units))
    defined = [p for p in markups["controlPoints"] if p.get("positionStatus", "defined") == "defined"]
    coordinates = np.array([p["position"] for p in defined], float).reshape(len(defined), 3) * factor
    labels = tuple(str(p.get("label", "")) for p in defined)
    return Points(coordinates * _flip_of(markups.get("coordinateSystem", "LPS")), labels)


def _rows3(points: Points) -> list[list[float]]:
    coordinates = np.asarray(points.coordinates, float)
    return np.pad(coordinates, [(0, 0), (0, 3 - coordinates.shape[1])]).tolist()


def _format_table(points: Points, separator: str) -> str:
    """Return the table that ANTs reads: x, y and z in LPS mm, a time of 0, and a label."""
    memory = io.StringIO()
    writer = csv.writer(memory, delimiter=separator, lineterminator="\n")
    writer.writerow(["x", "y", "z", "t", "label"])
    for row, label in zip(_rows3(points), points.labels, strict=True):
        writer.writerow([*map(repr, row), 0, label])
    return memory.getvalue()


def _format_pts(points: Points) -> str:
    rows = [
        " ".join([*([label] if label else []), *map(repr, row)])
        for row, label in zip(_rows3(points), points.labels, strict=True)
    ]
    return "\n".join(["Version 1.0", f"Number_of_points {len(rows)}", *rows]) + "\n"


def _format_fcsv(points: Points) -> str:
    lines = [
        "# Markups fiducial file version = 4.11",
        "# CoordinateSystem = LPS",
        "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID",
    ]
    for number, (row, label) in enumerate(zip(_rows3(points), points.labels, strict=True), 1):
        quoted = '"' + label.replace('"', '""') + '"' if set(label) & set(',"') else label
        lines.append(",".join([str(number), *map(repr, row), "0,0,0,1,1,1,0", quoted, "", ""]))
    return "\n".join(lines) + "\n"


def _format_markups(points: Points) -> str:
    control_points = [
        {"id": str(number), "label": label, "position": row, "positionStatus": "defined"}
        for number, (row, label) in enumerate(zip(_rows3(points), points.labels, strict=True), 1)
    ]
    schema = "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    document = {
        "@schema": f"{schema}markups-schema-v1.0.3.json#",
        "markups": [
            {
                "type": "Fiducial",
                "coordinateSystem": "LPS",
                "coordinateUnits": "mm",
                "controlPoints": control_points,
            }
        ],
    }
    return json.dumps(document, indent=1) + "\n"
