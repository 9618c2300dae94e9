"""Move the points of surface model files: .vtk (legacy), .stl, .ply, .obj. LPS or RAS, mm.

Only coordinates and normals are replaced; cells, colors and all other data are kept. As in Slicer, a file is in LPS
unless its header or comments contain ``SPACE=RAS``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..errors import Fault, InputError, damaged
from ..system.output_files import whole_file
from ..wording import said

Mapping = Callable[[np.ndarray], np.ndarray]

MODEL_SUFFIXES = (".vtk", ".stl", ".ply", ".obj")
_RAS = np.array([-1.0, -1.0, 1.0])
_HEADER = 4096
#: Step of the finite differences for normals, mm.
_STEP = 1e-3
_VTK_TYPES = {"float": "f4", "double": "f8"}
_PLY_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}


def check_model_names(path: str | os.PathLike, output: str | os.PathLike) -> None:
    """Raise InputError unless both are models in the same supported format."""
    suffixes = [Path(name).suffix.lower() for name in (path, output)]
    if suffixes[0] not in MODEL_SUFFIXES or suffixes[0] != suffixes[1]:
        raise InputError(
            said(
                "Models ({names}) keep their format; {name} cannot become {name2}.",
                names=", ".join(MODEL_SUFFIXES),
                name=Path(path).name,
                name2=Path(output).name,
            )
        )


def move_model(path: str | os.PathLike, output: str | os.PathLike, mapping: Mapping) -> int:
    """Write the model in ``path`` to ``output`` with its points mapped, and return their number. The file appears whole
    or not at all.

    ``mapping`` maps (N, 3) points, LPS mm. Raises InputError naming a file that is missing or damaged.
    """
    check_model_names(path, output)
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(said("The model {path} does not exist.", path=path)) from None
    except OSError as error:
        raise InputError(
            said("The model {path} cannot be read: {reason}.", path=path, reason=error.strerror)
        ) from error
    if b"SPACE=RAS" in data[:_HEADER]:
        in_lps = mapping
        mapping = lambda points: in_lps(points * _RAS) * _RAS  # noqa: E731
    try:
        moved, count = _MOVERS[path.suffix.lower()](data, mapping)
    except InputError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise damaged(
            said("The model {path}", path=path), error, said("is damaged, or of an unsupported kind")
        ) from error
    with whole_file(output) as draft:
        draft.write_bytes(moved)
    return count


def turned_normals(points: np.ndarray, normals: np.ndarray, mapping: Mapping) -> np.ndarray:
    """Return the (N, 3) unit normals of the surface after ``mapping``. Normals follow the inverse transpose of its
    Jacobian."""
    probes = points[:, None, None, :] + _STEP * np.array([1, -1])[:, None, None] * np.eye(3)
    mapped = mapping(probes.reshape(-1, 3)).reshape(probes.shape)
    # Row r of each matrix is the derivative by coordinate r, so this is the transposed Jacobian.
    transposed = (mapped[:, 0] - mapped[:, 1]) / (2 * _STEP)
    turned = np.linalg.solve(transposed, normals[..., None])[..., 0]
    return turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-30)


def _moved_vtk(data: bytes, mapping: Mapping) -> tuple[bytes, int]:
    lines = data[:_HEADER].split(b"\n", 3)
    if not lines[0].startswith(b"# vtk DataFile"):
        raise Fault(said("it does not start as a legacy VTK file"))
    is_binary = lines[2].strip().upper() == b"BINARY"
    head = re.search(rb"\nPOINTS[ \t]+(\d+)[ \t]+(\w+)[ \t]*\r?\n", data)
    if head is None:
        raise Fault(said("it has no POINTS"))
    count = int(head[1])
    points, replace_points = _vtk_block(data, head, count, is_binary)
    moved = mapping(points)
    normals_head = re.search(rb"\nNORMALS[ \t]+(\S+)[ \t]+(\w+)[ \t]*\r?\n", data)
    point_data = data.find(b"\nPOINT_DATA")
    cell_data = data.find(b"\nCELL_DATA")
    if normals_head is not None and point_data >= 0:
        is_of_points = normals_head.start() >= point_data and not point_data < cell_data < normals_head.start()
        if is_of_points:
            normals, replace_normals = _vtk_block(data, normals_head, count, is_binary)
            data = replace_normals(data, turned_normals(points, normals, mapping))
    return replace_points(data, moved), count


def _vtk_block(data: bytes, head: re.Match, count: int, is_binary: bool) -> tuple[np.ndarray, Callable]:
    """Return the (N, 3) numbers that follow ``head``, and a function that replaces them in the data."""
    kind = _VTK_TYPES[head[2].decode().lower()]
    start = head.end()
    if is_binary:
        values = np.frombuffer(data, f">{kind}", 3 * count, start)
        end = start + values.nbytes
    else:
        numbers = list(_numbers(data, start, 3 * count))
        values, end = np.array([float(text) for text, _ in numbers]), (numbers[-1][1] if numbers else start)

    def replaced(whole: bytes, new: np.ndarray) -> bytes:
        if is_binary:
            block = np.ascontiguousarray(new, f">{kind}").tobytes()
        else:
            block = "\n".join(" ".join(map(_text(kind), row)) for row in new.tolist()).encode()
        return whole[:start] + block + whole[end:]

    return values.astype(float).reshape(count, 3), replaced


def _numbers(data: bytes, start: int, count: int) -> Iterator[tuple[bytes, int]]:
    pattern = re.compile(rb"\S+")
    for _ in range(count):
        found = pattern.search(data, start)
        if found is None:
            raise Fault(said("it is truncated"))
        start = found.end()
        yield found[0], start


def _text(kind: str) -> Callable[[float], str]:
    return (lambda value: f"{value:.9g}") if kind == "f4" else repr


def _moved_stl(data: bytes, mapping: Mapping) -> tuple[bytes, int]:
    count = int.from_bytes(data[80:84], "little") if len(data) >= 84 else -1
    if len(data) == 84 + 50 * count:
        facets = np.frombuffer(
            data, [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("more", "<u2")], count, 84
        ).copy()
        corners = facets["corners"].astype(float)
        moved = mapping(corners.reshape(-1, 3)).reshape(corners.shape)
        facets["corners"], facets["normal"] = moved, _facet_normals(moved)
        return data[:84] + facets.tobytes(), 3 * count
    text = data.decode("utf-8")
    number = r"\s+(\S+)\s+(\S+)\s+(\S+)"
    corners = np.array(re.findall(rf"vertex{number}", text), float).reshape(-1, 3, 3)
    if not len(corners):
        raise Fault(said("it has no facets"))
    moved = mapping(corners.reshape(-1, 3)).reshape(corners.shape)
    vertices, normals = iter(moved.reshape(-1, 3)), iter(_facet_normals(moved))
    write = _text("f4")
    text = re.sub(rf"vertex{number}", lambda _: "vertex " + " ".join(map(write, next(vertices))), text)
    text = re.sub(rf"normal{number}", lambda _: "normal " + " ".join(map(write, next(normals))), text)
    return text.encode(), 3 * len(corners)


def _facet_normals(corners: np.ndarray) -> np.ndarray:
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)


def _moved_ply(data: bytes, mapping: Mapping) -> tuple[bytes, int]:
    head = re.search(rb"end_header\r?\n", data)
    if head is None or not data.startswith(b"ply"):
        raise Fault(said("it does not start as a PLY file"))
    header = data[: head.end()].decode("ascii")
    line = re.search(r"^format (\S+)", header, re.MULTILINE)
    form = "" if line is None else line[1]
    element = re.search(r"^element (\w+) (\d+)\s*((?:^property .*\s*)*)", header, re.MULTILINE)
    if element is None or element[1] != "vertex":
        raise Fault(said("its first element is not vertex"))
    count = int(element[2])
    fields = [line.split()[1:] for line in element[3].splitlines() if line.strip()]
    names = [name for *_, name in fields]
    if any(kind == "list" for kind, *_ in fields):
        raise Fault(said("its vertices have lists"))
    if form == "ascii":
        rows = data[head.end() :].decode("ascii").splitlines(keepends=True)
        table = np.array([row.split() for row in rows[:count]], object).reshape(count, len(names))
        columns = {name: table[:, n] for n, name in enumerate(names)}
    else:
        order = {"binary_little_endian": "<", "binary_big_endian": ">"}[form]
        vertices = np.frombuffer(
            data, [(name, order + _PLY_TYPES[kind]) for kind, name in fields], count, head.end()
        ).copy()
        columns = {name: vertices[name] for name in names}
    points = np.stack([columns[name] for name in "xyz"], axis=1).astype(float)
    new = dict(zip("xyz", mapping(points).T, strict=True))
    if {"nx", "ny", "nz"} <= set(names):
        normals = np.stack([columns[name] for name in ("nx", "ny", "nz")], axis=1).astype(float)
        new |= dict(zip(("nx", "ny", "nz"), turned_normals(points, normals, mapping).T, strict=True))
    for name, values in new.items():
        columns[name][...] = [repr(value) for value in values.tolist()] if form == "ascii" else values
    if form == "ascii":
        body = "".join(" ".join(row) + "\n" for row in table.tolist()) + "".join(rows[count:])
        return data[: head.end()] + body.encode(), count
    return data[: head.end()] + vertices.tobytes() + data[head.end() + vertices.nbytes :], count


def _moved_obj(data: bytes, mapping: Mapping) -> tuple[bytes, int]:
    lines = data.decode("utf-8").splitlines(keepends=True)
    places = [n for n, line in enumerate(lines) if line.startswith("v ")]
    if not places:
        raise Fault(said("it has no vertices"))
    words = [lines[n].split() for n in places]
    points = np.array([row[1:4] for row in words], float)
    for n, row, point in zip(places, words, mapping(points).tolist(), strict=True):
        lines[n] = " ".join(["v", *map(repr, point), *row[4:]]) + "\n"
    normals = [n for n, line in enumerate(lines) if line.startswith("vn ")]
    if len(normals) == len(points):
        # Slicer and VTK write one normal per vertex.
        turned = turned_normals(points, np.array([lines[n].split()[1:4] for n in normals], float), mapping)
        for n, normal in zip(normals, turned.tolist(), strict=True):
            lines[n] = " ".join(["vn", *map(repr, normal)]) + "\n"
    return "".join(lines).encode(), len(points)


_MOVERS = {".vtk": _moved_vtk, ".stl": _moved_stl, ".ply": _moved_ply, ".obj": _moved_obj}
