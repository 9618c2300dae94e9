"""Run the programs ``elastix`` and ``transformix`` of the elastix toolbox, with their arguments, by itk-elastix.

This serves scripts that start the programs and read their results in ``-out``: TransformParameters.N.txt, result.N.mhd
or result.mhd, deformationField.mhd, spatialJacobian.mhd, and outputpoints.txt. The log of elastix goes to the standard
output.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.deformation.analysis import jacobian_determinant_of
from ..core.errors import ElastixRegistrationError, InputError
from ..core.files.elastix_transform_files import read_transform_parameters
from ..core.files.image_files import read_image, write_image
from ..core.files.point_files import read_points
from ..core.files.transform_files import read_transform, write_transform
from ..core.images.geometry import Geometry, geometry_of, image_from_array
from ..core.parameters.as_elastix import as_elastix_reads
from ..core.parameters.maps import ParameterMap, read_parameter_file, write_parameter_file
from ..core.resampling.images import resample
from ..core.transforms.itk_transforms import displacement_field, map_points

#: These arguments have a value and change nothing here.
_WITHOUT_EFFECT = ("-priority", "-loglevel")
_ELASTIX = ("-f", "-m", "-fMask", "-mMask", "-p", "-out", "-t0", "-fp", "-mp", "-threads")
_TRANSFORMIX = ("-tp", "-in", "-out", "-def", "-jac", "-threads")
_INTERPOLATIONS = {"0": "nearest", "1": "linear"}


def main(arguments: Sequence[str]) -> int:
    """Run the program that the first argument names. Return its exit status. If that is not 0, the reason is printed
    to stdout."""
    programs = {"elastix": (run_elastix, _ELASTIX), "transformix": (run_transformix, _TRANSFORMIX)}
    try:
        program, known = programs[arguments[0]]
        program(options_of(arguments[1:], known))
    except ElastixRegistrationError as error:
        print(f"error: {error}", flush=True)
        return 1
    return 0


def options_of(arguments: Sequence[str], known: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each option in the order given. Raises InputError for unknown options, and without a
    folder to write to."""
    options: dict[str, list[str]] = {}
    rest = list(arguments)
    while rest:
        name = rest.pop(0)
        # If there are several images, the first ones are -f0 and -m0.
        plain = name[:-1] if name in ("-f0", "-m0") else name
        if plain not in (*known, *_WITHOUT_EFFECT):
            raise InputError(f"Unknown argument {name}; known arguments are {', '.join(known)}.")
        if not rest:
            raise InputError(f"The argument {name} needs a value.")
        options.setdefault(plain, []).append(rest.pop(0))
    if not Path(_one(options, "-out")).is_dir():
        raise InputError(f"The output folder {options['-out'][0]} does not exist.")
    return options


def run_elastix(options: dict[str, list[str]]) -> None:
    from ..core.registration.register import register  # this import loads elastix

    fixed, moving = (
        read_image(_one(options, name), what) for name, what in (("-f", "fixed image"), ("-m", "moving image"))
    )
    if not options.get("-p"):
        raise InputError("No parameter file is given; name one with -p.")
    stages = []
    for path in options["-p"]:
        stage, notes = as_elastix_reads(read_parameter_file(path), fixed.GetImageDimension())
        stages.append(stage)
        for note in notes:
            print(f"{path}, {note}", flush=True)
    outside = _number(stages[-1], "DefaultPixelValue", 0.0)
    result = register(
        fixed,
        moving,
        stages,
        fixed_mask=_optional(options, "-fMask", read_image),
        moving_mask=_optional(options, "-mMask", read_image),
        fixed_points=_optional(options, "-fp", lambda path: read_points(path, geometry_of(fixed)).coordinates),
        moving_points=_optional(options, "-mp", lambda path: read_points(path, geometry_of(moving)).coordinates),
        initial_transform=_optional(options, "-t0", read_transform),
        background=outside,
        threads=_optional(options, "-threads", int),
        log_to_console=True,
    )
    folder = Path(options["-out"][0])
    (folder / "elastix.log").write_text(result.log, encoding="utf-8")
    _write_transforms(result, folder, len(stages))
    last = stages[-1]
    if last.get("WriteITKCompositeTransform") == ("true",):
        suffix = (last.get("ITKTransformOutputFileNameExtension") or ("h5",))[0]
        name = f"TransformParameters.{len(stages) - 1}-Composite.{suffix}"
        write_transform(result.transform, folder / name, result.fixed_geometry)
    if last.get("WriteResultImage") != ("false",):
        interpolation = _INTERPOLATIONS.get((last.get("FinalBSplineInterpolationOrder") or ("3",))[0], "bspline")
        form = (last.get("ResultImageFormat") or ("mhd",))[0]
        moved = result.resample(interpolation=interpolation, background=outside)
        write_image(moved, folder / f"result.{len(stages) - 1}.{form}", compress=False)


def run_transformix(options: dict[str, list[str]]) -> None:
    path = _one(options, "-tp")
    transform, parameters = read_transform(path), read_transform_parameters(path)[-1]
    folder, grid = Path(options["-out"][0]), _grid(parameters)
    if "-in" in options:
        interpolation = _INTERPOLATIONS.get((parameters.get("FinalBSplineInterpolationOrder") or ("3",))[0], "bspline")
        outside = _number(parameters, "DefaultPixelValue", 0.0)
        moved = resample(
            read_image(options["-in"][0]), transform, grid, interpolation=interpolation, background=outside
        )
        form = (parameters.get("ResultImageFormat") or ("mhd",))[0]
        write_image(moved, folder / f"result.{form}", compress=False)
    for points in options.get("-def", ()):
        if points == "all":
            write_image(displacement_field(transform, grid), folder / "deformationField.mhd", compress=False)
        else:
            _write_points(points, transform, grid, folder / "outputpoints.txt")
    if options.get("-jac") == ["all"]:
        write_image(
            image_from_array(jacobian_determinant_of(transform, grid), grid),
            folder / "spatialJacobian.mhd",
            compress=False,
        )
    print("transformix has finished.", flush=True)


def _write_transforms(result: Any, folder: Path, count: int) -> None:
    """Write ``TransformParameters.N.txt`` for each stage N, linked to the one before it."""
    maps = result.transform_parameters
    last = folder / f"TransformParameters.{count - 1}.txt"
    if maps is None:
        # The start has no form in TransformParameters, so it is sampled.
        write_transform(result.transform, last, result.fixed_geometry)
        return
    names = [f"InitialTransformParameters.{n}.txt" for n in range(len(maps) - count)]
    names += [f"TransformParameters.{n}.txt" for n in range(count)]
    for number, (parameters, name) in enumerate(zip(maps, names, strict=True)):
        link = str(folder / names[number - 1]) if number else "NoInitialTransform"
        write_parameter_file(dict(parameters) | {"InitialTransformParameterFileName": (link,)}, folder / name)


def _write_points(path: str, transform: Any, grid: Geometry, output: Path) -> None:
    """Write points in transformix's own format, of which scripts read OutputPoint and Deformation."""
    points = read_points(path, grid).coordinates
    moved = map_points(transform, points)
    voxels, moved_voxels = (np.rint(grid.indices_of(each)).astype(int) for each in (points, moved))
    lines = []
    for number, (point, target) in enumerate(zip(points, moved, strict=True)):
        entries = {
            "InputIndex": voxels[number],
            "InputPoint": point,
            "OutputIndexFixed": moved_voxels[number],
            "OutputPoint": target,
            "Deformation": target - point,
        }
        texts = [f"{name} = {_list(values)}" for name, values in entries.items()]
        lines.append("\t; ".join([f"Point\t{number}", *texts]) + "\n")
    output.write_text("".join(lines), encoding="ascii")


def _list(values: np.ndarray) -> str:
    return f"[ {' '.join(map(str, values.tolist()))} ]"


def _grid(parameters: ParameterMap) -> Geometry:
    """Return the output grid in a TransformParameters file."""
    size = tuple(int(float(value)) for value in parameters["Size"])
    vectors = {name: np.array(parameters[name], float) for name in ("Spacing", "Origin", "Direction")}
    direction = vectors["Direction"].reshape(len(size), len(size)).T
    return Geometry(
        size,
        tuple(vectors["Spacing"].tolist()),
        tuple(vectors["Origin"].tolist()),
        tuple(map(tuple, direction.tolist())),
    )


def _one(options: dict[str, list[str]], name: str) -> str:
    if name not in options:
        raise InputError(f"The argument {name} is missing.")
    return options[name][0]


def _optional(options: dict[str, list[str]], name: str, read: Callable[[str], Any]) -> Any:
    return read(options[name][0]) if name in options else None


def _number(parameters: ParameterMap, name: str, default: float) -> float:
    values = parameters.get(name)
    return float(values[0]) if values else default


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
