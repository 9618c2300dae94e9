"""The subcommand apply: a transform applied to an image, to points or to a surface model."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.request import KEEP
from .dicom_output import check_dicom_volume, check_volume_output, write_volume
from .options import add_choice, add_resampling, chosen_request
from .terminal.outcome import Outcome

if TYPE_CHECKING:
    from ..core.images.geometry import Geometry
    from ..core.request import RegistrationRequest

_log = logging.getLogger(__name__)


def add_parser(subparsers: Any, common: argparse.ArgumentParser) -> None:
    apply = subparsers.add_parser(
        "apply",
        parents=[common],
        help="apply a transform to an image, to points or to a model",
        description="Apply a transform: of ITK, ANTs, BRAINS or Slicer (.h5, .tfm, .txt, .mat), an image of"
        " displacements, or TransformParameters of elastix (.txt, .toml) with all that they link to. A registration's"
        " transform maps points of the fixed image to the moving image: an image of the moving space is resampled onto"
        " the fixed grid, and points and models go from fixed to moving. --inverse does the opposite of either.",
    )
    add = apply.add_argument
    add("transform", metavar="TRANSFORM")
    add("moving", metavar="MOVING", nargs="?", help="image to resample; segmentations (.seg.nrrd) stay segmentations")
    add(
        "--reference",
        metavar="FIXED",
        help="image whose grid the resampled MOVING gets; needed with it, and for points that are voxel indices",
    )
    add("--output-volume", metavar="V", help="the resampled MOVING; needed with it; FOLDER/ for a DICOM series of it")
    add(
        "--points", metavar="P", help="elastix text (also outputpoints.txt and indices), .csv, .pts, .fcsv or .mrk.json"
    )
    add("--output-points", metavar="Q", help="needed with --points")
    add("--model", metavar="M", help="surface: .vtk, .stl, .ply or .obj")
    add("--output-model", metavar="N", help="in the same format; needed with --model")
    add("--inverse", action="store_true", help="the other way")
    add_choice(apply)
    add_resampling(apply)
    apply.set_defaults(run=run)


def run(options: argparse.Namespace) -> Outcome:
    wanted = [name for name in ("moving", "points", "model") if getattr(options, name)]
    if len(wanted) != 1:
        raise InputError("Give one of MOVING, --points and --model to apply the transform to.")
    return {"moving": _resample, "points": _move_points, "model": _move_model}[wanted[0]](options)


def _move_points(options: argparse.Namespace) -> Outcome:
    from ..core.files.image_files import read_geometry
    from ..core.files.point_files import check_point_output, read_points, write_points
    from ..core.files.transform_files import read_transform
    from ..core.system.output_files import check_apart

    if not options.output_points:
        raise InputError("To move points, give --points and --output-points, and no image.")
    check_point_output(options.output_points)
    check_apart([options.output_points], [options.transform, options.points, options.reference])
    reference = read_geometry(options.reference, "reference image") if options.reference else None
    transform = read_transform(options.transform, fixed=reference)
    points = read_points(options.points, reference)
    dimension = transform.GetInputSpaceDimension()
    if points.coordinates.shape[1] < dimension:
        raise InputError(
            f"The points in {options.points} have {points.coordinates.shape[1]} coordinates, the transform {dimension}."
        )
    moved = points.coordinates.copy()  # what a transform in a plane leaves alone stays
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
        raise InputError("To move a model, give --model and --output-model, and no image.")
    check_model_names(options.model, options.output_model)
    check_folder_of(Path(options.output_model))
    check_apart([options.output_model], [options.transform, options.model])
    transform = read_transform(options.transform)
    if transform.GetInputSpaceDimension() != 3:
        raise InputError(f"The transform {options.transform} has 2 dimensions, and a model has 3.")
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


def _resample(options: argparse.Namespace) -> Outcome:
    import numpy as np

    from ..core.files.image_files import is_picture, read_volume
    from ..core.files.segmentation_files import is_segmentation, placed_segmentation
    from ..core.files.transform_files import read_transform
    from ..core.images.geometry import array_view, geometry_of, not_finite_count, one_slice
    from ..core.registration.inputs import in_dimension
    from ..core.system.output_files import check_apart

    if not (options.reference and options.output_volume):
        raise InputError("To resample, give MOVING, --reference and --output-volume; to move points, give --points.")
    request = chosen_request(options)
    check_volume_output(options.output_volume, picture=is_picture(options.moving))
    check_apart([options.output_volume], [options.transform, options.moving, options.reference])
    read = [
        read_volume(path, name, series=_chosen(options.series, place), frame=_chosen(options.frame, place))
        for path, name, place in ((options.moving, "moving image", 1), (options.reference, "reference image", 0))
    ]
    for note in (*read[0].notes, *read[1].notes):
        _log.warning("%s", note)
    source, reference_image = read[0].image, read[1].image
    is_dose = check_dicom_volume(options.output_volume, read[0].series, read[1].series)
    transform = read_transform(options.transform, fixed=geometry_of(reference_image), moving=geometry_of(source))
    dimension = transform.GetInputSpaceDimension()
    moving, flat_reference = in_dimension(source, dimension), in_dimension(reference_image, dimension)
    reference = geometry_of(flat_reference)
    if not dimension == moving.GetImageDimension() == reference.dimension:
        raise InputError(
            f"The transform has {dimension} dimensions, {options.moving} {moving.GetImageDimension()} and"
            f" {options.reference} {reference.dimension}; they must agree."
        )
    if bad := not_finite_count(array_view(moving)):
        _log.info(
            "%d voxels of %s are infinite or not a number, and so are their neighbors in the result.",
            bad,
            options.moving,
        )
    if options.inverse:
        transform = _inverse(transform, geometry_of(moving))
    image, outside = _on_grid(options.moving, moving, transform, reference, request, is_dose=is_dose)
    if flat_reference is not reference_image:
        image = one_slice(image, geometry_of(reference_image))
    if is_segmentation(options.moving):
        image = placed_segmentation(image, source)
    write_volume(image, options.output_volume, read[0].series, read[1].series)
    return Outcome(
        f"{options.output_volume} written, background {', '.join(f'{value:g}' for value in np.atleast_1d(outside))}.",
        {"command": "apply", "background": outside, "outputs": {"volume": options.output_volume}},
    )


def _on_grid(
    path: str, moving: Any, transform: Any, reference: Geometry, request: RegistrationRequest, *, is_dose: bool
) -> tuple[Any, Any]:
    """``moving``, of the file ``path``, on the grid ``reference``, and what was put outside of it.

    A dose ends at 0; labels are not mixed.
    """
    from ..core.files.segmentation_files import is_segmentation
    from ..core.images.background import background_of, looks_like_labels
    from ..core.images.geometry import as_scalar
    from ..core.transforms.resampling import outside_of, resample

    how, padding = request.interpolation, None
    outside: Any = 0.0
    has_labels = looks_like_labels(as_scalar(moving))
    if is_segmentation(path) or (how == "nearest" and has_labels and not is_dose):
        how = "nearest"
        if not isinstance(request.background, str):  # not the label that happens to fill the faces
            outside = request.background
    elif not is_dose:
        if has_labels:
            _log.info("%s looks like a label map: --interpolation nearest keeps its labels, others mix them.", path)
        estimate = background_of(as_scalar(moving), request.background)
        outside = outside_of(moving, estimate.value, request.background)
        padding = None if request.background == KEEP else estimate
    image = resample(moving, transform, reference, interpolation=how, background=outside, padding=padding)
    return image, outside


def _chosen(given: list[Any] | None, place: int) -> Any:
    """The choice for FIXED (0) or MOVING (1) among several images; one alone is for MOVING."""
    if not given or (len(given) == 1 and place == 0):
        return None
    return given[min(place, len(given) - 1)]


def _inverse(transform: Any, fixed: Any) -> Any:
    from ..core.transforms.inverse import invert

    inverse = invert(transform, fixed)
    if inverse.max_residual:
        _log.info(
            "There and back, points end up %.3f mm from where they started on average, %.3f mm at most.",
            inverse.mean_residual,
            inverse.max_residual,
        )
    return inverse.transform
