"""Landmarks to and from files: elastix/transformix text, Slicer .fcsv and .mrk.json. In memory always LPS mm."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from ..system.output_files import check_folder_of, check_suffix, whole_file

_RAS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True)
class Points:
    """``coordinates`` (N, D), LPS mm; ``labels`` N texts, empty where the file has none."""

    coordinates: np.ndarray
    labels: tuple[str, ...]


def read_points(path: str | os.PathLike, image: Geometry | None = None) -> Points:
    """Points of a file, by its suffix; anything but .fcsv and .json is elastix text.

    ``image`` is needed for elastix files of voxel indices. Raises InputError naming the file and what is wrong in it.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"The point file {path} does not exist.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The point file {path} cannot be read: {error}.") from error
    try:
        if path.name.lower().endswith(".json"):
            points = _parse_markups(text)
        elif path.suffix.lower() == ".fcsv":
            points = _parse_fcsv(text)
        else:
            points = _parse_elastix(text, image)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise InputError(f"The point file {path} is damaged: {error}.") from error
    if not np.isfinite(points.coordinates).all():
        raise InputError(f"The point file {path} has coordinates that are not finite.")
    return points


def write_points(points: Points, path: str | os.PathLike) -> None:
    """Write (N, D) points, LPS mm, by suffix, as ``read_points`` reads; 2D points get z = 0 in Slicer's formats.

    All or nothing. Raises InputError where it cannot be written.
    """
    path = Path(path)
    if path.name.lower().endswith(".json"):
        text = _format_markups(points)
    elif path.suffix.lower() == ".fcsv":
        text = _format_fcsv(points)
    else:
        rows = [" ".join(map(repr, row)) for row in np.asarray(points.coordinates, float).tolist()]
        text = "\n".join(["point", str(len(rows)), *rows]) + "\n"
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8")


def check_point_output(path: str | os.PathLike) -> None:
    """Raise InputError when points cannot be written to ``path``."""
    check_suffix(Path(path), (".txt", ".pts", ".fcsv", ".json"), "point")
    check_folder_of(Path(path))


def _parse_elastix(text: str, image: Geometry | None) -> Points:
    lines = [line.split() for line in text.splitlines() if line.strip()]
    kind = lines[0][0].lower() if lines else ""
    if kind not in ("point", "index"):
        raise ValueError('the first line is neither "point" nor "index"')
    count = int(lines[1][0])
    rows = lines[2 : 2 + count]
    if len(rows) < count:
        raise ValueError(f"{count} points are announced, but {len(rows)} follow")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("its points have different numbers of coordinates")
    coordinates = np.array(rows, float).reshape(count, -1)
    if kind == "index":
        if image is None:
            raise ValueError("it holds voxel indices, which need their image")
        coordinates = image.points_of(coordinates)
    return Points(coordinates, ("",) * count)


def _parse_fcsv(text: str) -> Points:
    header = {}
    rows = []
    for line in text.splitlines():
        if line.startswith("#"):
            key, _, value = line.lstrip("# ").partition("=")
            header[key.strip()] = value.strip()
        elif line.strip():
            rows.append(next(csv.reader([line])))
    # 0 and RAS are what Slicer wrote before 4.13, 1 and LPS what it writes now.
    system = header.get("CoordinateSystem", "RAS")
    flip = 1.0 if system in ("LPS", "1") else _RAS
    columns = header.get("columns", "id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label").split(",")
    x, label = columns.index("x"), columns.index("label")
    coordinates = np.array([row[x : x + 3] for row in rows], float).reshape(len(rows), 3) * flip
    return Points(coordinates, tuple(row[label] if len(row) > label else "" for row in rows))


def _parse_markups(text: str) -> Points:
    markups = json.loads(text)["markups"][0]
    flip = 1.0 if markups.get("coordinateSystem", "LPS") == "LPS" else _RAS
    defined = [p for p in markups["controlPoints"] if p.get("positionStatus", "defined") == "defined"]
    coordinates = np.array([p["position"] for p in defined], float).reshape(len(defined), 3) * flip
    return Points(coordinates, tuple(str(p.get("label", "")) for p in defined))


def _rows3(points: Points) -> list[list[float]]:
    coordinates = np.asarray(points.coordinates, float)
    return np.pad(coordinates, [(0, 0), (0, 3 - coordinates.shape[1])]).tolist()


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
