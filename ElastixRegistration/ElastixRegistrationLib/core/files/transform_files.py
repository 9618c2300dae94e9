"""Read and write transforms: ITK .h5, .tfm, .txt, .mat, displacement fields, chains of elastix TransformParameters.

Inside Slicer, use it only for elastix's files. Two HDF5 libraries in one process have crashed Slicer (issues 5907,
7838), so Slicer's own readers fill its nodes there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, ResourceError, damaged
from ..images.geometry import Geometry
from ..parameters.maps import ParameterMap, format_parameter_text, format_parameter_toml
from ..system.decimal_point import decimal_point
from ..system.itk_access import parameters_of, wrapped_class
from ..system.native_messages import NATIVE_ERRORS, native_messages_of_success, silence_hdf5_at_exit
from ..system.output_files import whole_file
from ..transforms.itk_transforms import (
    affine_from_matrix,
    chain_of,
    compose,
    displacement_field,
    map_points,
    matrix_of,
    rigid_where_it_is,
)
from ..transforms.sampling import lattice, sampled
from ..transforms.transform_parameters import (
    maps_from_transform,
    output_grid,
    transform_from_map,
    transforms_from_maps,
)
from ..wording import joined, said
from .dicom.headers import is_dicom
from .elastix_transform_files import is_elastix_file, read_transform_parameters
from .field_files import read_field
from .formats.itk_readers import image_suffix_of
from .image_files import IMAGE_SUFFIXES, write_image
from .itk_transform_files import read_itk_entries, read_itk_hdf5
from .linear_forms import is_linear_form, linear_text, read_linear

if TYPE_CHECKING:
    from .dicom.places import Place

#: Image formats that support float vectors.
FIELD_SUFFIXES = frozenset({".nrrd", ".nhdr", ".mha", ".mhd", ".nii", ".nii.gz"})

_ITK_FORMATS = {
    ".h5": "HDF5TransformIO",
    ".hdf5": "HDF5TransformIO",
    ".tfm": "TxtTransformIO",
    ".txt": "TxtTransformIO",
    ".mat": "MatlabTransformIO",
}
#: Formats of ``write_transform``, by name and suffix.
FORMS = {
    "itk": (".h5", ".hdf5", ".tfm", ".txt", ".mat"),
    "elastix": (".txt", ".toml"),
    "field": tuple(sorted(FIELD_SUFFIXES)),
    "lta": (".lta",),
    "afni": (".1d",),
    "fsl": (".mat",),
}
_FORM_OF = {
    **dict.fromkeys(FIELD_SUFFIXES, "field"),
    ".h5": "itk",
    ".hdf5": "itk",
    ".tfm": "itk",
    ".mat": "itk",
    ".txt": "elastix",
    ".toml": "elastix",
    ".lta": "lta",
    ".1d": "afni",
}
#: Parameters that name another file of the map.
_FILES_OF_MAPS = ("TransformFileName", "DeformationFieldFileName")
#: Sampling of a thin-plate spline, which is smooth.
_MAX_SAMPLES = 500_000
#: Advice for unsupported formats of other tools.
_CONVERTERS = {
    ".m3z": "mri_warp_convert --inm3z IN --outitk OUT.nii.gz (FreeSurfer)",
    ".xfm": "lta_convert --inmni IN --src MOVING --trg FIXED --outlta OUT.lta --ltatype 1 (FreeSurfer)",
    ".dat": "lta_convert --inreg IN --src MOVING --trg FIXED --outlta OUT.lta --ltatype 1 (FreeSurfer)",
    ".x5": "nitransforms, to ITK's .tfm or .nii.gz",
    ".dof": "mirtk convert-dof IN OUT.txt -output-format itk (MIRTK)",
    ".npy": "transform_from_matrix of ElastixRegistrationLib.core, in Python",
}
#: Enough bytes for the last line of a file in ITK's text format, the fixed parameters of a transform.
_MAX_END = 1_000_000


def read_transform(
    path: str | os.PathLike,
    read_binary: Callable[[Path], Any] | None = None,
    *,
    fixed: Geometry | None = None,
    moving: Geometry | None = None,
    places: tuple[Place | None, Place | None] = (None, None),
) -> Any:
    """Read an itk transform, fixed to moving, LPS mm, from an ITK file (elastix, ANTs, BRAINS, Slicer), a displacement
    field, a chain of elastix TransformParameters, or a matrix file of FSL, FreeSurfer or AFNI.

    A process with its own readers for .h5 files and displacement fields passes them as ``read_binary``. FSL's matrices
    need the grids of both images, ``fixed`` and ``moving``. DICOM registrations use ``places``, those of both images as
    far as they are DICOM (``read_registration``). Inverses of fields and B-splines, as Slicer writes them, are inverted
    numerically. Raises InputError naming the file, or the linked file, also for unsupported formats.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(said("The transform file {path} does not exist.", path=path))
    try:
        with native_messages_of_success():
            if is_linear_form(path):
                return affine_from_matrix(read_linear(path, fixed, moving))
            transform = _read(path, read_binary or _read_binary, places)
            _check_finite(transform, path)
        return transform
    except InputError:
        raise
    except RecursionError as error:
        raise InputError(said("The transform file {path} refers to itself.", path=path)) from error
    except Exception as error:  # ITK and NumPy raise it for inconsistent numbers
        raise damaged(said("The transform file {path}", path=path), error) from error


def _check_finite(transform: Any, path: Path) -> None:
    """Raise InputError for numbers that are not finite, which ITK rejects only when it maps points."""
    for element in chain_of(transform):
        numbers = [element.GetFixedParameters()]
        if element.GetNameOfClass() != "DisplacementFieldTransform":
            # A field may be undefined at some positions.
            numbers.append(element.GetParameters())
        if not all(np.isfinite(parameters_of(one)).all() for one in numbers):
            raise InputError(said("The transform file {path} contains numbers that are not finite.", path=path))


def _read(path: Path, read_binary: Callable[[Path], Any], places: tuple[Place | None, Place | None]) -> Any:
    if is_dicom(path):
        from .dicom_objects.spatial_registration_reader import read_registration

        return read_registration(path, *places)
    if is_elastix_file(path):
        build = partial(_transform_of_map, read_binary=read_binary)
        return compose(transforms_from_maps(read_transform_parameters(path), build))
    io = _ITK_FORMATS.get(path.suffix.lower())
    if io == "HDF5TransformIO" or image_suffix_of(path) in IMAGE_SUFFIXES:
        return read_binary(path)
    if io is None:
        hint = _CONVERTERS.get(path.suffix.lower())
        sentence = said(
            "The transform file {path} is not in a supported format; use .h5, .tfm, .mat, .lta, .1D, a "
            "displacement field, or elastix's .txt or .toml.",
            path=path,
        )
        raise InputError(joined(sentence, said("To convert it: {command}.", command=hint) if hint else ""))
    return _composed(read_itk_entries(path), path)


def _read_binary(path: Path) -> Any:
    """Read a transform with ITK."""
    return read_field(path) if image_suffix_of(path) in IMAGE_SUFFIXES else _composed(read_itk_hdf5(path), path)


def _composed(chain: list[Any], path: Path) -> Any:
    if not chain:
        raise InputError(said("The transform file {path} contains no transform.", path=path))
    return compose(chain)


def _transform_of_map(parameters: Mapping[str, Sequence[str]], read_binary: Callable[[Path], Any]) -> Any:
    kind = parameters.get("Transform", ("",))[0]
    if kind == "File":
        return read_transform(parameters["TransformFileName"][0], read_binary)
    if kind == "DeformationFieldTransform":
        if parameters.get("DeformationFieldInterpolationOrder", ("0",))[0] != "1":
            raise InputError(
                said("A DeformationFieldTransform can be read only with DeformationFieldInterpolationOrder 1.")
            )
        return read_binary(Path(parameters["DeformationFieldFileName"][0]))
    return transform_from_map(parameters)


def form_of(path: str | os.PathLike, form: str | None = None) -> str:
    """Return the format that ``write_transform`` uses for a file name. Raises InputError for an unknown suffix or
    format."""
    path = Path(path)
    suffix = image_suffix_of(path)
    chosen = _FORM_OF.get(suffix) if form is None else form
    if chosen is None:
        raise InputError(
            said(
                "No transform format is known for the name {path}; use .h5, .tfm, .mat, .txt, .toml, .lta, .1D, "
                "or the name of an image for a displacement field.",
                path=path.name,
            )
        )
    if chosen not in FORMS or suffix not in FORMS[chosen]:
        names = "; ".join(f"{name}: {', '.join(suffixes)}" for name, suffixes in FORMS.items())
        raise InputError(
            said(
                "{path} is not a name for the format {chosen}; known names are {names}.",
                path=path.name,
                chosen=chosen,
                names=names,
            )
        )
    return chosen


def write_transform(
    transform: Any,
    path: str | os.PathLike,
    fixed: Geometry | None,
    maps: list[ParameterMap] | None = None,
    *,
    moving: Geometry | None = None,
    form: str | None = None,
) -> None:
    """Write a transform, fixed to moving, LPS mm. The suffix decides the format: .h5, .tfm or .mat for ITK, SimpleITK,
    ANTs and Slicer, .txt or .toml for elastix, .lta for FreeSurfer, .1D for AFNI. The name of an image gives a
    displacement field on the grid ``fixed``. ``form`` chooses where a suffix has two formats: "fsl" for .mat, "itk" for
    .txt (see ``FORMS``).

    ITK's formats get sampled thin-plate splines (see ``readable_by_itk``). elastix's format is always exact. Those of
    FSL, FreeSurfer and AFNI store matrices only. ITK's formats store rigid transforms as rigid. elastix files name
    ``fixed`` as the grid for resampling, and ``maps``, if known, are written unchanged. In elastix's format, ``x.txt``
    is the last transform of a chain; the ones before it, and fields, go to files next to it. FSL's format also needs
    ``moving``.

    Files appear whole or not at all. Raises InputError if the transform cannot be written, or if a needed grid is None.
    """
    path = Path(path)
    suffix, form = path.suffix.lower(), form_of(path, form)
    if form in ("lta", "afni", "fsl"):
        matrix = matrix_of(transform)
        if matrix is None:
            raise InputError(
                said(
                    "{path} can only store a matrix, and this transform is not linear; write it as .h5 or as a "
                    "displacement field.",
                    path=path.name,
                )
            )
        with whole_file(path) as draft:
            draft.write_text(linear_text(matrix, path, form, fixed, moving), encoding="ascii")
        return
    if form == "field":
        write_image(displacement_field(transform, _needed(fixed, path)), path)
        return
    if form == "elastix":
        _write_elastix(maps or _maps_and_fields(transform, path, _needed(fixed, path)), path)
        return
    transform = rigid_where_it_is(readable_by_itk(transform, fixed))
    if suffix == ".mat" and not transform.IsLinear():
        raise InputError(
            said("{path} can only store a matrix, and this transform is not linear; write it as .h5.", path=path.name)
        )
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
            if suffix in (".h5", ".hdf5"):
                silence_hdf5_at_exit()
            raise ResourceError(said("The transform {path} cannot be written; is the disk full?", path=path)) from error
        if suffix in (".tfm", ".txt") and not _ends_whole(draft, transform):
            raise ResourceError(said("The transform {path} cannot be written; is the disk full?", path=path))


def _ends_whole(path: Path, transform: Any) -> bool:
    """Return whether a file in ITK's text format is complete. ITK does not notice a full disk."""
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - _MAX_END))
        end = file.read().decode("ascii", errors="replace")
    name, _, values = end.rpartition("\n")[0].rpartition("\n")[2].partition(":")
    counts = {len(element.GetFixedParameters()) for element in chain_of(transform)}
    return end.endswith("\n") and name == "FixedParameters" and len(values.split()) in counts


def _needed(fixed: Geometry | None, path: Path) -> Geometry:
    if fixed is None:
        raise InputError(said("Writing {path} needs the grid of the fixed image; give that image.", path=path.name))
    return fixed


def readable_by_itk(transform: Any, fixed: Geometry | None) -> Any:
    """Return ``transform`` with splines of landmarks sampled as displacement fields. ITK and SimpleITK write such
    splines but do not read them.

    They are sampled with the spacing of ``fixed``, up to a quarter of its size around it. All other transforms stay
    exact.
    """
    if not any(element.GetNameOfClass().endswith("KernelTransform") for element in chain_of(transform)):
        return transform
    if fixed is None:
        raise InputError(said("A spline of landmarks is sampled on the grid of the fixed image; give that image."))
    chain, points = [], lattice(fixed, margin=0.25)
    for element in chain_of(transform):
        if element.GetNameOfClass().endswith("KernelTransform"):
            chain += sampled(partial(map_points, element), points, fixed, most=_MAX_SAMPLES)
        else:
            chain.append(element)
        points = map_points(element, points)
    return compose(chain)


def _maps_and_fields(transform: Any, path: Path, fixed: Geometry) -> list[ParameterMap]:
    """Return the TransformParameters of a transform. Its displacement fields are written next to ``path``."""
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
                # elastix resolves relative names only in the working folder.
                "DeformationFieldFileName": (str(field.absolute()),),
                "DeformationFieldInterpolationOrder": ("1",),
                "NumberOfParameters": ("0",),
                "HowToCombineTransforms": ("Compose",),
                **output_grid(fixed),
            }
        )
    return maps


def check_parts_apart(path: str | os.PathLike, inputs: Iterable[str | os.PathLike | None]) -> None:
    """Raise InputError if the files that ``write_transform`` writes next to ``path`` could overwrite one of
    ``inputs``."""
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
                said(
                    "The output {path} would overwrite an input: all but the last transform of a chain are "
                    "written next to it, with names like {place}; choose another name.",
                    path=path,
                    place=place.name,
                )
            )


def _write_elastix(maps: list[ParameterMap], path: Path) -> None:
    """Write ``x.txt`` for the last map of the chain, and ``x.0.txt``, ``x.1.txt`` ... next to it for earlier ones."""
    form = format_parameter_toml if path.suffix.lower() == ".toml" else format_parameter_text
    names = [f"{path.stem}.{number}{path.suffix}" for number in range(len(maps) - 1)] + [path.name]
    for number, (parameters, name) in enumerate(zip(maps, names, strict=True)):
        link = names[number - 1] if number else "NoInitialTransform"
        linked = dict(parameters) | {"InitialTransformParameterFileName": (link,)}
        linked.pop("InitialTransformParametersFileName", None)
        with whole_file(path.with_name(name)) as draft:
            draft.write_text(form(linked), encoding="utf-8")
