"""Transforms to and from files: ITK .h5, .tfm, .txt, .mat, displacement fields, chains of elastix TransformParameters.

Not for use inside Slicer, but for elastix's: two HDF5 libraries in one process have crashed it (Slicer issues 5907,
7838). There, Slicer's own readers fill nodes.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError, ResourceError
from ..images.geometry import Geometry, array_view, component_count, geometry_of
from ..parameters.maps import ParameterMap, format_parameter_text, format_parameter_toml, read_parameter_file
from ..system.decimal_point import decimal_point
from ..system.itk_access import parameters_of, wrapped_class
from ..system.native_messages import NATIVE_ERRORS, native_messages_of_success, silence_hdf5_at_exit
from ..system.output_files import whole_file
from ..system.probe import failure_reason
from ..system.truncation import is_hdf5_truncated
from ..transforms.itk_transforms import chain_of, compose, displacement_field_transform, down_cast, map_points
from ..transforms.sampling import lattice, sampled
from ..transforms.transform_parameters import (
    itk_transform,
    maps_from_transform,
    output_grid,
    transform_from_map,
    transforms_from_maps,
)
from ..wording import counted
from .dicom.headers import is_dicom
from .formats.itk_readers import image_suffix_of
from .image_files import IMAGE_SUFFIXES, read_image, write_image

_ITK_FORMATS = {
    ".h5": "HDF5TransformIO",
    ".hdf5": "HDF5TransformIO",
    ".tfm": "TxtTransformIO",
    ".txt": "TxtTransformIO",
    ".mat": "MatlabTransformIO",
}
_WRITTEN = (".h5", ".hdf5", ".tfm")
_NO_INITIAL = ("", "NoInitialTransform")
#: Parameters that name another file which belongs to the map.
_FILES_OF_MAPS = ("TransformFileName", "DeformationFieldFileName")
#: Of a thin plate, which is smooth.
_MAX_SAMPLES = 500_000
#: So many bytes hold the last line of a file in ITK's text form, the fixed parameters of a transform.
_MAX_END = 1_000_000
#: HDF5 files up to this size are tried in another process first, as HDF5 does not survive every damaged one, and asks
#: for gigabytes that some announce: deflate makes at most 1032 bytes of one.
_LEAST_MEMORY, _MAX_COMPRESSED = 256 * 2**20, 1032
_MAX_PROBED_BYTES = 50_000_000
_FULL_PATH = re.compile(r"[\\/]|[A-Za-z]:")


def read_transform(path: str | os.PathLike, read_hdf5: Callable[[Path], list[Any]] | None = None) -> Any:
    """itk transform, fixed to moving, LPS mm: of an ITK file (elastix, ANTs, BRAINS, Slicer), of an image of
    displacements, or of an elastix TransformParameters chain.

    ``read_hdf5`` gives the transforms of an .h5 file, first applied first, in a process that has an HDF5 of its own.
    Raises InputError naming the file, also for one that it links to.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"The transform file {path} does not exist.")
    try:
        with native_messages_of_success():
            transform = _read(path, read_hdf5 or _read_hdf5)
            _check_finite(transform, path)
        return transform
    except InputError:
        raise
    except RecursionError as error:
        raise InputError(f"The transform file {path} leads back to itself.") from error
    except Exception as error:  # of ITK and NumPy, by numbers that make no sense together
        raise InputError(f"The transform file {path} is damaged: {' '.join(str(error).split())[:200]}.") from error


def _check_finite(transform: Any, path: Path) -> None:
    """Raise InputError for numbers that ITK stops at only when points are mapped."""
    for element in chain_of(transform):
        numbers = [element.GetFixedParameters()]
        if element.GetNameOfClass() != "DisplacementFieldTransform":  # it may say nothing of some places
            numbers.append(element.GetParameters())
        if not all(np.isfinite(parameters_of(one)).all() for one in numbers):
            raise InputError(f"The transform file {path} holds numbers that are not finite.")


def _read(path: Path, read_hdf5: Callable[[Path], list[Any]]) -> Any:
    if is_dicom(path):
        from .dicom_objects.spatial_registration_reader import read_registration

        return read_registration(path)
    if is_elastix_file(path):
        build = partial(_transform_of_map, read_hdf5=read_hdf5)
        return compose(transforms_from_maps(read_transform_parameters(path), build))
    if image_suffix_of(path) in IMAGE_SUFFIXES:
        return _read_field(path)
    io = _ITK_FORMATS.get(path.suffix.lower())
    if io is None:
        raise InputError(
            f"The transform file {path} is not in a supported format; use .h5, .tfm, .mat, an image of displacements,"
            " or elastix's .txt or .toml."
        )
    chain = read_hdf5(path) if io == "HDF5TransformIO" else _built(path, _ENTRIES[io](path))
    if not chain:
        raise InputError(f"The transform file {path} contains no transform.")
    return compose(chain)


def _what_is_wrong(why: str) -> str:
    """The rest of a sentence on an HDF5 file that fails with the text ``why``, or without any."""
    if not why:
        return "is truncated, damaged, or not an HDF5 file."
    if "KernelTransform_" in why:
        return (
            "holds a thin-plate or similar spline of landmarks, which ITK's Python packages do not read from this"
            " format; save it as .tfm."
        )
    return "is damaged or holds no ITK transform."


def _read_hdf5(path: Path) -> list[Any]:
    """Transforms of ITK's HDF5 form, first applied first."""
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
        raise InputError(f"The transform file {path} {_what_is_wrong(why)}")
    # A file may hold several that are meant as one, in the order of a composite's queue: the last acts first.
    chain = []
    transforms = reader.GetModifiableTransformList()
    while not transforms.empty():
        chain += chain_of(down_cast(transforms.pop()))
    return chain


def _built(path: Path, entries: Iterable[tuple[str, np.ndarray, np.ndarray]]) -> list[Any]:
    """Transforms of (type, parameters, fixed parameters), in the order of a file, first applied first."""
    try:
        built = [itk_transform(*entry) for entry in entries if not entry[0].startswith("CompositeTransform")]
    except (KeyError, ValueError, RuntimeError, struct.error) as error:
        raise InputError(f"The transform file {path} is damaged.") from error
    return built[::-1]


def _text_entries(path: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Of ITK's text form."""
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
    """Of ITK's Matlab form (level 4): parameters in a variable named by the type, then one of the fixed parameters."""
    content, at = path.read_bytes(), 0
    variables: list[tuple[str, np.ndarray]] = []
    while at < len(content):
        kind, rows, columns, _, length = struct.unpack_from("<5i", content, at)
        if min(rows, columns, length) < 0:
            raise ValueError(f"a matrix of {rows} x {columns} numbers")
        at += 20 + length
        name = content[at - length : at].rstrip(b"\0").decode("ascii")
        values = np.frombuffer(content, "<f4" if kind // 10 % 10 else "<f8", rows * columns, at)
        at += values.nbytes
        variables.append((name, values.astype(float)))
    for (name, values), (_, fixed_values) in zip(variables[::2], variables[1::2], strict=True):
        yield name, values, fixed_values


#: Readers of ITK's other forms. ITK's own do not know all types of transforms, and do not survive all that is damaged.
_ENTRIES = {"TxtTransformIO": _text_entries, "MatlabTransformIO": _matlab_entries}


def _transform_of_map(parameters: Mapping[str, Sequence[str]], read_hdf5: Callable[[Path], list[Any]]) -> Any:
    kind = parameters.get("Transform", ("",))[0]
    if kind == "File":
        return read_transform(parameters["TransformFileName"][0], read_hdf5)
    if kind == "DeformationFieldTransform":
        if parameters.get("DeformationFieldInterpolationOrder", ("0",))[0] != "1":
            raise InputError("A DeformationFieldTransform is read with DeformationFieldInterpolationOrder 1 only.")
        return _read_field(Path(parameters["DeformationFieldFileName"][0]))
    return transform_from_map(parameters)


def _read_field(path: Path) -> Any:
    image = read_image(path, "displacement field")
    geometry = geometry_of(image)
    if component_count(image) != geometry.dimension:
        raise InputError(
            f"The file {path} is not a transform: its voxels have {counted(component_count(image), 'component')}, and"
            f" displacements in {geometry.dimension} dimensions have {geometry.dimension}."
        )
    return displacement_field_transform(np.asarray(array_view(image), np.float64), geometry)


def read_transform_parameters(path: str | os.PathLike) -> list[ParameterMap]:
    """TransformParameters of ``path`` and, by its InitialTransform links, of all before it; first applied first.

    Links may be absolute or relative to the file that holds them. An absolute link that leads nowhere, as after a
    folder was moved, is looked for beside the file. Names of other files in the maps become full paths.
    """
    maps: list[ParameterMap] = []
    seen: set[Path] = set()
    current: Path | None = Path(path)
    while current is not None:
        if current.resolve() in seen:
            raise InputError(f"The initial transforms of {path} lead back to {current.name}.")
        seen.add(current.resolve())
        parameters = read_parameter_file(current, transform=True)
        for name in _FILES_OF_MAPS:
            if parameters.get(name):
                parameters = {**parameters, name: (str(_linked(current, parameters[name][0], name)),)}
        maps.insert(0, parameters)
        link = _initial_transform(parameters)
        current = None if link in _NO_INITIAL else _linked(current, link, "initial transform")
    return maps


def _linked(file: Path, link: str, what: str) -> Path:
    """The file that ``file`` names by ``link``."""
    places = [file.parent / link]
    if _FULL_PATH.match(link):
        places.append(file.parent / re.split(r"[\\/]", link)[-1])
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise InputError(f"The {what} {link} named in {file} does not exist.")
    return found.absolute()


def write_transform(
    transform: Any, path: str | os.PathLike, fixed: Geometry, maps: list[ParameterMap] | None = None
) -> None:
    """Write a transform, fixed to moving, LPS mm, by suffix: .h5 or .tfm for ITK, SimpleITK and Slicer, .txt or .toml
    for elastix. All or nothing; raises InputError where it cannot be written.

    ITK's forms hold thin plates sampled (see ``readable_by_itk``), elastix's hold everything exactly. ``fixed`` is the
    grid that elastix files name for resampling; ``maps``, where known, are written as they are. In
    elastix's form ``x.txt`` is the last of a chain; what comes before it, and fields, go to files beside it.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in (".txt", ".toml"):
        _write_elastix(maps or _maps_and_fields(transform, path, fixed), path)
        return
    if suffix not in _WRITTEN:
        raise InputError(f"No transform format is known for the name {path.name}; use .h5, .tfm, .txt or .toml.")
    transform = readable_by_itk(transform, fixed)
    writer = wrapped_class("TransformFileWriter", "TemplateD").New()
    with whole_file(path) as draft:
        writer.SetTransformIO(wrapped_class(_ITK_FORMATS[suffix], "TemplateD").New())
        writer.SetInput(transform)
        writer.SetFileName(str(draft))
        writer.SetUseCompression(True)
        try:
            with native_messages_of_success(), decimal_point():
                writer.Update()
        except NATIVE_ERRORS as error:
            if suffix != ".tfm":
                silence_hdf5_at_exit()
            raise ResourceError(f"The transform {path} cannot be written; is the disk full?") from error
        if suffix == ".tfm" and not _ends_whole(draft, transform):
            raise ResourceError(f"The transform {path} cannot be written; is the disk full?")


def _ends_whole(path: Path, transform: Any) -> bool:
    """Whether ITK's text form ends as it does when all was written: ITK does not notice when the disk is full."""
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - _MAX_END))
        end = file.read().decode("ascii", errors="replace")
    name, _, values = end.rpartition("\n")[0].rpartition("\n")[2].partition(":")
    counts = {len(element.GetFixedParameters()) for element in chain_of(transform)}
    return end.endswith("\n") and name == "FixedParameters" and len(values.split()) in counts


def readable_by_itk(transform: Any, fixed: Geometry) -> Any:
    """``transform`` with splines of landmarks, which ITK and SimpleITK write but do not read, sampled to displacements.

    That is done on ``fixed`` and as far around it as a quarter of its size, with its spacing; all else stays exact.
    """
    chain, points = [], lattice(fixed, margin=0.25)
    for element in chain_of(transform):
        if element.GetNameOfClass().endswith("KernelTransform"):
            chain += sampled(partial(map_points, element), points, fixed, most=_MAX_SAMPLES)
        else:
            chain.append(element)
        points = map_points(element, points)
    return transform if len(chain) == len(chain_of(transform)) else compose(chain)


def _maps_and_fields(transform: Any, path: Path, fixed: Geometry) -> list[ParameterMap]:
    """TransformParameters of a transform; its displacement fields are written beside ``path``."""
    maps: list[ParameterMap] = []
    for number, element in enumerate(chain_of(transform)):
        if element.GetNameOfClass() != "DisplacementFieldTransform":
            maps += maps_from_transform(element, fixed)
            continue
        field = path.with_name(f"{path.stem}.{number}.field.nrrd")
        write_image(element.GetDisplacementField(), field)
        maps.append(
            {
                "Transform": ("DeformationFieldTransform",),
                # elastix looks for relative names in the working folder only.
                "DeformationFieldFileName": (str(field.absolute()),),
                "DeformationFieldInterpolationOrder": ("1",),
                "NumberOfParameters": ("0",),
                "HowToCombineTransforms": ("Compose",),
                **output_grid(fixed),
            }
        )
    return maps


def check_parts_apart(path: str | os.PathLike, inputs: Iterable[str | os.PathLike | None]) -> None:
    """Raise InputError when what ``write_transform`` writes beside ``path`` could overwrite one of ``inputs``."""
    path = Path(path)
    if path.suffix.lower() not in (".txt", ".toml"):
        return
    part = re.compile(rf"{re.escape(path.stem)}\.\d+({re.escape(path.suffix)}|\.field\.nrrd)")
    folder = os.path.realpath(path.parent)
    for given in inputs:
        if given is None:
            continue
        place = Path(os.path.realpath(given))
        if str(place.parent) == folder and part.fullmatch(place.name):
            raise InputError(
                f"The output {path} would overwrite an input: what comes before the last transform of a chain is"
                f" written beside it, under names like {place.name}; give it another name."
            )


def _write_elastix(maps: list[ParameterMap], path: Path) -> None:
    """``x.txt`` is the last of the chain; what comes before it goes to ``x.0.txt``, ``x.1.txt`` ... beside it."""
    form = format_parameter_toml if path.suffix.lower() == ".toml" else format_parameter_text
    names = [f"{path.stem}.{number}{path.suffix}" for number in range(len(maps) - 1)] + [path.name]
    for number, (parameters, name) in enumerate(zip(maps, names, strict=True)):
        link = names[number - 1] if number else "NoInitialTransform"
        linked = dict(parameters) | {"InitialTransformParameterFileName": (link,)}
        linked.pop("InitialTransformParametersFileName", None)
        with whole_file(path.with_name(name)) as draft:
            draft.write_text(form(linked), encoding="utf-8")


def is_elastix_file(path: str | os.PathLike) -> bool:
    """Whether a file is one of elastix's TransformParameters, not ITK's text form."""
    path = Path(path)
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
