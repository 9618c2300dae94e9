"""Read ITK's transform files. Inverses (as Slicer writes them) and splines of landmarks, which ITK does not read, are
included."""

from __future__ import annotations

import re
import struct
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Fault, InputError
from ..images.geometry import Geometry, geometry_of
from ..system.itk_access import wrapped_class
from ..system.native_messages import NATIVE_ERRORS, silence_hdf5_at_exit
from ..system.probe import failure_reason
from ..system.truncation import is_hdf5_truncated
from ..transforms.inverse import invert
from ..transforms.itk_transforms import affine_from_matrix, bspline_grid, chain_of, down_cast, matrix_of
from ..transforms.transform_parameters import UnsupportedTransform, itk_transform
from ..wording import said, wrong_order

#: HDF5 files up to this size are first read in another process, because damaged ones can crash HDF5 or make it
#: allocate gigabytes. Deflate expands one byte to at most 1032.
_LEAST_MEMORY, _MAX_COMPRESSED = 256 * 2**20, 1032
_MAX_PROBED_BYTES = 50_000_000
#: Names of transforms in ITK's files, with the prefix "Inverse" if Slicer means the inverse.
_TYPE = re.compile(rb"(Inverse)?([A-Z][A-Za-z0-9]*Transform)_(?:double|float)_\d_\d(?:_(\d))?")
#: Largest number of grid points of an inverse, which is finer than the grid of the transform if possible.
_MAX_POINTS = 150_000
_RESIDUAL = 5e-3


def inverted(transform: Any, path: Path) -> Any:
    """Return the inverse of a transform: exact for a linear one, otherwise numerical and sampled on the grid of the
    field or B-spline. Raises InputError for transforms without a grid."""
    name = transform.GetNameOfClass()
    if name == "DisplacementFieldTransform":
        grid = geometry_of(transform.GetDisplacementField())
    elif name == "BSplineTransform":
        coefficients, origin, spacing, direction = bspline_grid(transform)
        rows = tuple(map(tuple, np.asarray(direction).tolist()))
        grid = Geometry(coefficients.shape[:0:-1], tuple(spacing.tolist()), tuple(origin.tolist()), rows)
    elif transform.IsLinear():
        matrix = matrix_of(transform)
        assert matrix is not None
        return affine_from_matrix(np.linalg.inv(matrix))
    else:
        raise InputError(_no_end(path, name))
    return invert(transform, _refined(grid), tolerance=_RESIDUAL).transform


def _no_end(path: Path, name: str) -> str:
    what = "thin-plate spline" if "ThinPlate" in name else name.removesuffix("Transform")
    return (
        f"The transform file {path} contains the inverse of a {what}, which is not limited to a grid. In Slicer's "
        "Transforms module, click Invert and export it again, or convert it to a grid transform."
    )


def _refined(grid: Geometry) -> Geometry:
    """Return the grid with as many points in between as ``_MAX_POINTS`` allows."""
    times = max(1, int((_MAX_POINTS / np.prod(grid.size)) ** (1 / grid.dimension)))
    return Geometry(
        size=tuple((n - 1) * times + 1 for n in grid.size),
        spacing=tuple(one / times for one in grid.spacing),
        origin=grid.origin,
        direction=grid.direction,
    )


def read_itk_entries(path: Path) -> list[Any]:
    """Read the transforms of ITK's text and Matlab files, the first one applied first. Raises InputError."""
    return _built(path, _matlab_entries(path) if path.suffix.lower() == ".mat" else _text_entries(path))


def _what_is_wrong(why: str) -> str:
    """Return the end of a sentence about an HDF5 file that ITK cannot read. ``why`` is the text of the error and may be
    empty."""
    if not why:
        return said("is truncated, damaged, or not an HDF5 file.")
    if "KernelTransform_" in why:
        return said(
            "contains a thin-plate or similar spline of landmarks, which ITK's Python packages cannot read from "
            "this format; save it as .tfm."
        )
    return said("is damaged or contains no ITK transform.")


def read_itk_hdf5(path: Path) -> list[Any]:
    """Read the transforms of ITK's HDF5 files, the first one applied first. Raises InputError."""
    types = [match for match in _types(path) if match[2] != b"CompositeTransform"]
    for match in types:
        if match[2] == b"BSplineTransform" and match[3] not in (None, b"3"):
            raise InputError(
                said(
                    "The transform file {path} cannot be read: {value}", path=path, value=wrong_order(match[3].decode())
                )
            )
    names = [(bool(match[1]), match[2]) for match in types]
    if not any(inverse for inverse, _ in names):
        return _chain_of_hdf5(path, path)
    spline = next((name for inverse, name in names if inverse and name.endswith(b"KernelTransform")), None)
    if spline is not None:
        raise InputError(_no_end(path, spline.decode()))
    # ITK does not support inverses, so it reads a copy with the forward transforms.
    content = _TYPE.sub(lambda found: found[0].removeprefix(b"Inverse").ljust(len(found[0]), b"\0"), path.read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.h5"
        copy.write_bytes(content)
        chain = _chain_of_hdf5(copy, path)
    if len(chain) != len(names):
        raise InputError(said("The transform file {path} contains inverses in an unsupported order.", path=path))
    return [
        inverted(transform, path) if inverse else transform
        for transform, (inverse, _) in zip(chain, reversed(names), strict=True)
    ]


def _types(path: Path) -> Iterator[re.Match[bytes]]:
    """Yield the types of the transforms, including composites, in the order of the file. Types precede the voxels of
    fields, which can be large."""
    with open(path, "rb") as file:
        yield from _TYPE.finditer(file.read())


def _chain_of_hdf5(path: Path, name: Path) -> list[Any]:
    """Return the transforms in ``path``, which may be a copy. Messages call it ``name``."""
    reader = wrapped_class("TransformFileReader", "TemplateD").New()
    reader.SetTransformIO(wrapped_class("HDF5TransformIO", "TemplateD").New())
    reader.SetFileName(str(path))
    size = path.stat().st_size
    why = None
    if is_hdf5_truncated(path):
        why = ""
    elif size < _MAX_PROBED_BYTES:
        why = failure_reason(reader.Update, _LEAST_MEMORY + _MAX_COMPRESSED * size)
    if why is None:
        try:
            reader.Update()
        except NATIVE_ERRORS as error:
            silence_hdf5_at_exit()
            why = str(error)
    if why is not None:
        raise InputError(said("The transform file {name} {fault}", name=name, fault=_what_is_wrong(why)))
    # A file may contain several transforms that act as one, in the order of a composite's queue: the last acts first.
    chain = []
    transforms = reader.GetModifiableTransformList()
    while not transforms.empty():
        chain += chain_of(down_cast(transforms.pop()))
    return chain


def _built(path: Path, entries: Iterable[tuple[str, np.ndarray, np.ndarray]]) -> list[Any]:
    """Return the transforms of (type, parameters, fixed parameters) entries, which are in the order of a file. The
    first one applied comes first."""
    built = []
    try:
        for name, values, fixed_values in entries:
            if name.startswith("CompositeTransform"):
                continue
            plain = itk_transform(name.removeprefix("Inverse"), values, fixed_values)
            built.append(inverted(plain, path) if name.startswith("Inverse") else plain)
    except UnsupportedTransform as error:
        raise InputError(said("The transform file {path} cannot be read. {error}", path=path, error=error)) from error
    except InputError:
        raise
    except (KeyError, ValueError, RuntimeError, struct.error) as error:
        raise InputError(said("The transform file {path} is damaged.", path=path)) from error
    return built[::-1]


def _text_entries(path: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield the entries of ITK's text format."""
    entries: list[dict[str, str]] = []
    for line in path.read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name == "Transform":
            entries.append({})
        if entries and not line.startswith("#") and value:
            entries[-1][name.strip()] = value.strip()
    for entry in entries:
        values, fixed_values = (
            np.array(entry.get(name, "").split(), float) for name in ("Parameters", "FixedParameters")
        )
        yield entry["Transform"], values, fixed_values


def _matlab_entries(path: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield the entries of ITK's Matlab format (level 4). A variable with the name of the type has the parameters; the
    next one has the fixed parameters."""
    content, at = path.read_bytes(), 0
    if content.startswith(b"MATLAB"):
        raise InputError(
            said(
                "The transform file {path} is in MATLAB 5 format or later, but ITK's format is version 4; write "
                "it as text.",
                path=path,
            )
        )
    variables: list[tuple[str, np.ndarray]] = []
    while at < len(content):
        kind, rows, columns, _, length = struct.unpack_from("<5i", content, at)
        if min(rows, columns, length) < 0:
            raise Fault(said("a matrix of {rows} x {columns} numbers", rows=rows, columns=columns))
        at += 20 + length
        name = content[at - length : at].rstrip(b"\0").decode("ascii")
        values = np.frombuffer(content, "<f4" if kind // 10 % 10 else "<f8", rows * columns, at)
        at += values.nbytes
        variables.append((name, values.astype(float)))
    for (name, values), (_, fixed_values) in zip(variables[::2], variables[1::2], strict=True):
        yield name, values, fixed_values
