"""The subcommands convert, invert and compose, which write transforms in the formats of other tools."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from .terminal.outcome import Outcome

if TYPE_CHECKING:
    from ..core.images.geometry import Geometry

_log = logging.getLogger(__name__)

_FORMS = ("itk", "elastix", "field", "fsl", "lta", "afni")
_WRITTEN = (
    " The name of OUTPUT decides its format: .h5, .tfm and .mat for ITK, SimpleITK, ANTs and Slicer, .txt and .toml for"
    " elastix, .lta for FreeSurfer, .1D for AFNI, an image name for displacements on the grid of --fixed; with --form,"
    " .mat for FSL and .txt for ITK."
)


def add_parsers(subparsers: Any, common: argparse.ArgumentParser) -> None:
    commands = (
        (
            _convert,
            "convert a transform to the format of another tool",
            "Convert a transform to the format of another tool. Reads everything that apply reads, and matrices "
            "of FSL's flirt, FreeSurfer and AFNI.",
        ),
        (
            _invert,
            "invert a transform",
            "Write the inverse of a transform: exact for linear ones, displacements on the grid of --fixed for others.",
        ),
        (
            _compose,
            "combine several transforms into one",
            "Write several transforms as one. The first is applied first, to points of the fixed image.",
        ),
    )
    for run, help_text, description in commands:
        name = run.__name__.removeprefix("_")
        command = subparsers.add_parser(name, parents=[common], help=help_text, description=description + _WRITTEN)
        add = command.add_argument
        add("transforms", metavar="TRANSFORM", nargs="+" if run is _compose else 1)
        add("output", metavar="OUTPUT")
        add("--fixed", "--reference", metavar="F", help="the image whose points the transform maps; gives its grid")
        add("--moving", metavar="M", help="the image that it maps them to; needed for FSL")
        add("--form", choices=_FORMS, help="format, if the name of OUTPUT is ambiguous")
        command.set_defaults(run=run)


def _convert(options: argparse.Namespace) -> Outcome:
    fixed, moving = _checked(options)
    return _written(options, _read(options, fixed, moving), fixed, moving)


def _invert(options: argparse.Namespace) -> Outcome:
    from ..core.transforms.inverse import invert
    from ..core.transforms.itk_transforms import affine_from_matrix, matrix_of

    fixed, moving = _checked(options)
    transform = _read(options, fixed, moving)
    matrix = matrix_of(transform)
    if matrix is not None:
        import numpy as np

        if abs(np.linalg.det(matrix)) < 1e-9:
            raise InputError(f"The transform {options.transforms[0]} is singular and has no inverse.")
        return _written(options, affine_from_matrix(np.linalg.inv(matrix)), moving, fixed)
    if fixed is None:
        raise InputError("Inverting a transform that is not linear needs a grid: give --fixed.")
    inverse = invert(transform, fixed)
    _log.info(
        "With the inverse, points return to within %.3f mm on average, %.3f mm at most.",
        inverse.mean_residual,
        inverse.max_residual,
    )
    residual = {"mean": inverse.mean_residual, "max": inverse.max_residual}
    return _written(options, inverse.transform, moving or fixed, fixed, inverse_residual_mm=residual)


def _compose(options: argparse.Namespace) -> Outcome:
    from ..core.files.transform_files import read_transform
    from ..core.transforms.itk_transforms import compose

    fixed, moving = _checked(options)
    chain = [read_transform(path, fixed=fixed, moving=moving) for path in options.transforms]
    dimensions = [one.GetInputSpaceDimension() for one in chain]
    if len(set(dimensions)) > 1:
        given = ", ".join(f"{path}: {count}" for path, count in zip(options.transforms, dimensions, strict=True))
        raise InputError(f"The transforms have different dimensions ({given}).")
    return _written(options, compose(chain), fixed, moving)


def _checked(options: argparse.Namespace) -> tuple[Geometry | None, Geometry | None]:
    """Check that the output can be written, and return the grids of both images, None if they are not given. Raises
    InputError."""
    from ..core.files.image_files import read_geometry
    from ..core.files.transform_files import check_parts_apart, form_of
    from ..core.system.output_files import check_apart, check_folder_of

    form_of(options.output, options.form)
    check_folder_of(Path(options.output))
    read = [*options.transforms, options.fixed, options.moving]
    check_apart([options.output], read)
    check_parts_apart(options.output, read)
    fixed, moving = (
        read_geometry(path, f"{side} image") if path else None
        for side, path in (("fixed", options.fixed), ("moving", options.moving))
    )
    return fixed, moving


def _read(options: argparse.Namespace, fixed: Geometry | None, moving: Geometry | None) -> Any:
    from ..core.files.image_files import read_place
    from ..core.files.transform_files import read_transform

    places = (
        read_place(options.fixed, "fixed image") if options.fixed else None,
        read_place(options.moving, "moving image") if options.moving else None,
    )
    return read_transform(options.transforms[0], fixed=fixed, moving=moving, places=places)


def _written(
    options: argparse.Namespace, transform: Any, fixed: Geometry | None, moving: Geometry | None, **more: Any
) -> Outcome:
    from ..core.files.transform_files import write_transform
    from ..core.system.output_files import all_or_none

    with all_or_none():
        write_transform(transform, options.output, fixed, moving=moving, form=options.form)
    command = options.run.__name__.removeprefix("_")
    return Outcome(
        f"{options.output} written.",
        {"command": command, "linear": bool(transform.IsLinear()), "outputs": {"transform": options.output}, **more},
    )
