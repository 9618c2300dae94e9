"""The subcommand apply, which applies a transform to an image, to points or to a surface model."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from .dicom_output import check_anonymize
from .options import add_choice, add_resampling
from .resample import resample
from .terminal.outcome import Outcome


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    apply = subparsers.add_parser(
        "apply",
        parents=[common],
        help="apply a transform to an image, to points or to a model",
        description="Apply a transform: of ITK, ANTs, BRAINS or Slicer (.h5, .tfm, .txt, .mat), a displacement field, "
        "TransformParameters of elastix (.txt, .toml) with linked files, or a DICOM registration object (.dcm). "
        "A registration's transform maps points of the fixed image to the moving image: an image of the moving "
        "space is resampled onto the fixed grid, and points and models go from fixed to moving. --inverse "
        "reverses both. DICOM structures (RTSTRUCT, SEG) and doses (RTDOSE) of the moving image are carried over "
        "to the fixed one.",
    )
    add = apply.add_argument
    add("transform", metavar="TRANSFORM", help="a file, or the word identity")
    add(
        "moving",
        metavar="MOVING",
        nargs="?",
        help="image to resample; segmentations (.seg.nrrd) stay segmentations; FILE:NAME,NAME chooses structures",
    )
    add(
        "--reference",
        metavar="FIXED",
        help="image that gives the grid of the resampled MOVING; required with MOVING, and for points given as voxel "
        "indices",
    )
    add(
        "--output-volume",
        metavar="V",
        help="the resampled MOVING; required with MOVING; FOLDER/ for a DICOM series, .dcm for structures and doses",
    )
    add(
        "--sum",
        action="append",
        nargs=2,
        metavar=("TRANSFORM", "DOSE"),
        help="add this RTDOSE to MOVING, carried over by its own transform; repeat for each dose",
    )
    add(
        "--lies-on",
        action="append",
        metavar="IMAGE",
        help="DICOM series to which the structures or the dose MOVING belong, if they do not say; repeat for each "
        "--sum",
    )
    add("--form", choices=("rtstruct", "seg"), help="format of structures in a .dcm file; default: as in MOVING")
    add("--anonymize", action="store_true", help="write no patient data into DICOM objects")
    add(
        "--points", metavar="P", help="elastix text (also outputpoints.txt and indices), .csv, .pts, .fcsv or .mrk.json"
    )
    add("--output-points", metavar="Q", help="needed with --points")
    add("--model", metavar="M", help="surface: .vtk, .stl, .ply or .obj")
    add("--output-model", metavar="N", help="in the same format; needed with --model")
    add("--inverse", action="store_true", help="apply the inverse transform")
    add_choice(apply)
    add_resampling(apply)
    apply.set_defaults(run=run)


def run(options: argparse.Namespace) -> Outcome:
    wanted = [name for name in ("moving", "points", "model") if getattr(options, name)]
    if len(wanted) != 1:
        raise InputError("Give one of MOVING, --points and --model to apply the transform to.")
    check_anonymize(options, [options.output_volume if options.moving else None])
    return {"moving": resample, "points": _move_points, "model": _move_model}[wanted[0]](options)


def _move_points(options: argparse.Namespace) -> Outcome:
    from ..core.files.image_files import read_geometry, read_place
    from ..core.files.point_files import check_point_output, read_points, write_points
    from ..core.files.transform_files import read_transform
    from ..core.system.output_files import check_apart

    if not options.output_points:
        raise InputError("To move points, give --points and --output-points, but no image.")
    check_point_output(options.output_points)
    check_apart([options.output_points], [options.transform, options.points, options.reference])
    reference = read_geometry(options.reference, "reference image") if options.reference else None
    place = read_place(options.reference, "reference image") if options.reference else None
    transform = read_transform(options.transform, fixed=reference, places=(place, None))
    points = read_points(options.points, reference)
    dimension = transform.GetInputSpaceDimension()
    if points.coordinates.shape[1] < dimension:
        raise InputError(
            f"The points in {options.points} have {points.coordinates.shape[1]} coordinates, but the transform "
            f"has {dimension} dimensions."
        )
    # A transform of a plane keeps the coordinates outside it.
    moved = points.coordinates.copy()
    moved[:, :dimension] = _mapping(transform, options.inverse)(points.coordinates[:, :dimension])
    write_points(replace(points, coordinates=moved), options.output_points)
    return Outcome(
        f"{len(moved)} points written to {options.output_points}.",
        {"command": "apply", "points": len(moved), "outputs": {"points": options.output_points}},
    )


def _move_model(options: argparse.Namespace) -> Outcome:
    from ..core.files.model_files import check_model_names, move_model
    from ..core.files.transform_files import read_transform
    from ..core.system.output_files import check_apart, check_folder_of

    if not options.output_model:
        raise InputError("To move a model, give --model and --output-model, but no image.")
    check_model_names(options.model, options.output_model)
    check_folder_of(Path(options.output_model))
    check_apart([options.output_model], [options.transform, options.model])
    transform = read_transform(options.transform)
    if transform.GetInputSpaceDimension() != 3:
        raise InputError(f"The transform {options.transform} has 2 dimensions, but a model has 3.")
    count = move_model(options.model, options.output_model, _mapping(transform, options.inverse))
    return Outcome(
        f"{options.output_model} written, {count} points.",
        {"command": "apply", "points": count, "outputs": {"model": options.output_model}},
    )


def _mapping(transform: Any, inverse: bool) -> Callable:
    from functools import partial

    from ..core.transforms.inverse import invert_points
    from ..core.transforms.itk_transforms import map_points

    return partial(invert_points if inverse else map_points, transform)
