"""Transforms to and from files: ITK .h5, .tfm, .txt of ITK, and chains of elastix TransformParameters.

Not for use inside Slicer: two HDF5 libraries in one process have crashed it (Slicer issues 5907, 7838). There, nodes
are filled in memory.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .errors import InputError
from .image_files import whole_file
from .images import Geometry
from .itk_access import wrapped_class
from .parameter_maps import ParameterMap, format_parameter_text, read_parameter_file
from .transform_parameters import maps_from_transform, transforms_from_maps
from .transforms import compose, down_cast

_ITK_FORMATS = {".h5": "HDF5TransformIO", ".hdf5": "HDF5TransformIO", ".tfm": "TxtTransformIO", ".xfm": None}
_NO_INITIAL = ("", "NoInitialTransform")


def read_transform(path: str | os.PathLike) -> Any:
    """itk transform, fixed to moving, LPS mm, of an ITK file or of an elastix TransformParameters chain."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"The transform file {path} does not exist.")
    if _is_elastix(path):
        return compose(transforms_from_maps(read_transform_parameters(path)))
    io = _ITK_FORMATS.get(path.suffix.lower(), "TxtTransformIO")
    if io is None:
        raise InputError(f"The transform file {path} is in no format read here; use .h5, .tfm or elastix's .txt.")
    reader = wrapped_class("TransformFileReader", "TemplateD").New()
    reader.SetTransformIO(wrapped_class(io, "TemplateD").New())
    reader.SetFileName(str(path))
    try:
        reader.Update()
    except RuntimeError as error:
        raise InputError(f"The transform file {path} is damaged or holds no ITK transform.") from error
    # A file may hold several that are meant as one, in the order of a composite's queue: the last acts first.
    chain = []
    transforms = reader.GetModifiableTransformList()
    while not transforms.empty():
        chain.append(down_cast(transforms.pop()))
    if not chain:
        raise InputError(f"The transform file {path} holds no transform.")
    return compose(chain)


def read_transform_parameters(path: str | os.PathLike) -> list[ParameterMap]:
    """TransformParameters of ``path`` and, by its InitialTransform links, of all before it; first applied first.

    Links may be absolute or relative to the file that holds them.
    """
    maps: list[ParameterMap] = []
    seen: set[Path] = set()
    current: Path | None = Path(path)
    while current is not None:
        if current.resolve() in seen:
            raise InputError(f"The initial transforms of {path} lead back to {current.name}.")
        seen.add(current.resolve())
        if not current.is_file():
            raise InputError(f"The initial transform {current} named in {path} does not exist.")
        parameters = read_parameter_file(current, transform=True)
        maps.insert(0, parameters)
        link = _initial_transform(parameters)
        current = None if link in _NO_INITIAL else current.parent / link
    return maps


def write_transform(
    transform: Any, path: str | os.PathLike, fixed: Geometry, maps: list[ParameterMap] | None = None
) -> None:
    """Write by suffix: .h5 or .tfm for ITK, SimpleITK and Slicer, .txt for elastix. All or nothing.

    ``fixed`` is the grid that elastix files name for resampling; ``maps``, where known, are written as they are.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".txt":
        _write_elastix(maps or maps_from_transform(transform, fixed), path)
        return
    if _ITK_FORMATS.get(suffix) is None:
        raise InputError(f"No transform format is known for the name {path.name}; use .h5, .tfm or .txt.")
    writer = wrapped_class("TransformFileWriter", "TemplateD").New()
    with whole_file(path) as draft:
        writer.SetTransformIO(wrapped_class(_ITK_FORMATS[suffix], "TemplateD").New())
        writer.SetInput(transform)
        writer.SetFileName(str(draft))
        try:
            writer.Update()
        except RuntimeError as error:
            raise InputError(f"The transform {path} cannot be written.") from error


def _write_elastix(maps: list[ParameterMap], path: Path) -> None:
    """``x.txt`` is the last of the chain; what comes before it goes to ``x.0.txt``, ``x.1.txt`` ... beside it."""
    names = [f"{path.stem}.{number}{path.suffix}" for number in range(len(maps) - 1)] + [path.name]
    for number, (parameters, name) in enumerate(zip(maps, names, strict=True)):
        link = names[number - 1] if number else "NoInitialTransform"
        linked = dict(parameters) | {"InitialTransformParameterFileName": (link,)}
        linked.pop("InitialTransformParametersFileName", None)
        with whole_file(path.with_name(name)) as draft:
            draft.write_text(format_parameter_text(linked), encoding="utf-8")


def _is_elastix(path: Path) -> bool:
    if path.suffix.lower() not in (".txt", ".toml"):
        return False
    with open(path, "rb") as file:
        start = file.read(4096)
    return not start.lstrip().startswith(b"#Insight Transform File")


def _initial_transform(parameters: ParameterMap) -> str:
    # elastix before 5.1 wrote the name with an s.
    for name in ("InitialTransformParameterFileName", "InitialTransformParametersFileName"):
        if parameters.get(name):
            return parameters[name][0]
    return ""
