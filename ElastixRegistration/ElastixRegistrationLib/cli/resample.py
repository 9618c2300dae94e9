"""Apply a transform to an image, doses or structures, which are carried over to the reference image."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.request import KEEP, RegistrationRequest
from . import structures
from .dicom_output import check_dicom_volume, check_volume_output, is_folder, write_volume
from .options import chosen_request
from .terminal.outcome import Outcome

if TYPE_CHECKING:
    from ..core.files.dicom.places import Place
    from ..core.files.image_files import Volume
    from ..core.images.geometry import Geometry

_log = logging.getLogger(__name__)
IDENTITY = "identity"


def resample(options: argparse.Namespace) -> Outcome:
    from ..core.files.image_files import is_picture
    from ..core.system.output_files import check_apart

    if not (options.reference and options.output_volume):
        raise InputError("To resample, give MOVING, --reference and --output-volume; to move points, give --points.")
    request = chosen_request(options)
    are_structures = structures.are_structures(options.moving, options.output_volume)
    if are_structures and is_folder(options.output_volume):
        raise InputError(
            f"{options.output_volume} needs a suffix that gives the format of structures: .dcm, .seg.nrrd, or "
            ".nrrd for a label map."
        )
    check_volume_output(options.output_volume, picture=is_picture(options.moving))
    inputs = [*(path for pair in options.sum or () for path in pair), *(options.lies_on or ())]
    check_apart([options.output_volume], [options.transform, options.moving, options.reference, *inputs])
    if are_structures:
        return _carry_structures(options)
    if options.form:
        raise InputError(f"--form applies to structures, and {options.moving} has none.")
    is_dose = _is_dose(options.moving)
    moving, reference = (
        _read(options, path, f"{side} image", place, alone=0 if is_dose else 1)
        for path, side, place in ((options.moving, "moving", 1), (options.reference, "reference", 0))
    )
    check_dicom_volume(options.output_volume, moving.series, reference.series)
    if options.sum or is_dose:
        return _carry_doses(options, request, moving, reference)
    return _resample_image(options, request, moving, reference)


def _is_dose(path: str) -> bool:
    from ..core.files.dicom.headers import instance_of, is_dicom

    return Path(path).is_file() and is_dicom(Path(path)) and instance_of(Path(path)).is_dose


def _read(options: argparse.Namespace, path: str, name: str, place: int, alone: int) -> Volume:
    from ..core.files.image_files import read_volume

    read = read_volume(
        path, name, series=_chosen(options.series, place, alone), frame=_chosen(options.frame, place, alone)
    )
    for note in read.notes:
        _log.warning("%s", note)
    return read


def _chosen(given: list[Any] | None, place: int, alone: int) -> Any:
    """Return the choice for FIXED (0) or MOVING (1) among several images. A single choice is for ``alone``. That is
    FIXED for structures and doses, because these are one file."""
    if not given or (len(given) == 1 and place != alone):
        return None
    return given[min(place, len(given) - 1)]


def _transform(
    path: str, inverse: bool, reference: Geometry, moving: Geometry, places: tuple[Place | None, Place | None]
) -> Any:
    """Read the transform from points of ``reference`` to points of ``moving``, LPS mm. ``places`` are those of the
    two images."""
    from ..core.files.transform_files import read_transform
    from ..core.transforms.itk_transforms import identity

    if path == IDENTITY and not os.path.exists(path):
        return identity(reference.dimension)
    if not inverse:
        return read_transform(path, fixed=reference, moving=moving, places=places)
    from ..core.transforms.inverse import invert

    found = invert(read_transform(path, fixed=moving, moving=reference, places=places[::-1]), moving)
    if found.max_residual:
        _log.info(
            "With the inverse, points return to within %.3f mm on average, %.3f mm at most.",
            found.mean_residual,
            found.max_residual,
        )
    return found.transform


def _where(
    options: argparse.Namespace, number: int, transform: str, carried: Place | None, reference: Place | None
) -> Place | None:
    """Return the place of MOVING (0) or of a dose of --sum, after checking that its transform fits. Raises
    InputError."""
    from ..core.files.dicom.headers import is_dicom
    from ..core.files.dicom.places import Place
    from ..core.files.dicom_objects.direction import check_direction, check_said_place
    from ..core.files.image_files import read_place

    stays = transform == IDENTITY and not os.path.exists(transform)
    said = options.lies_on[number] if number < len(options.lies_on or ()) else None
    if said is None:
        if carried is not None and (stays or not is_dicom(Path(transform))):
            check_direction(carried, reference, is_identity=stays)
        return carried
    image = read_place(said, "image")
    if image is None:
        raise InputError(f"The image {said} of --lies-on is not a DICOM series.")
    check_said_place(carried or Place(""), image, said)
    if stays and carried is not None:
        check_direction(Place(image.frame, object=carried.object), reference, is_identity=True)
    return image


def _carry_structures(options: argparse.Namespace) -> Outcome:
    from ..core.files.dicom.volumes import place_of
    from ..core.files.image_files import read_grid

    if options.sum:
        raise InputError("--sum adds doses; structures are carried over one file at a time.")
    choice = {"series": _chosen(options.series, 0, alone=0), "frame": _chosen(options.frame, 0, alone=0)}
    reference, series = read_grid(options.reference, "reference image", **choice)

    def transform(place: Place | None, grid: Geometry) -> Any:
        fixed = place_of(series)
        places = fixed, _where(options, 0, options.transform, place, fixed)
        return _transform(options.transform, options.inverse, reference, grid, places)

    return structures.carry(options, (reference, series), transform)


def _carry_doses(
    options: argparse.Namespace, request: RegistrationRequest, moving: Volume, reference: Volume
) -> Outcome:
    """Write the dose, or the sum of several, on the grid of the reference. Each dose has its own transform, and is 0
    outside its grid."""
    import numpy as np

    from ..core.files.dicom.headers import is_dicom
    from ..core.files.dicom.volumes import place_of
    from ..core.files.dicom_objects.direction import check_can_be_added, check_frames, tell_patients
    from ..core.files.image_files import read_volume
    from ..core.images.geometry import array_view, geometry_of, image_from_array
    from ..core.resampling.images import resample

    paths = [(options.transform, options.moving), *map(tuple, options.sum or ())]
    doses = [moving, *(read_volume(path, "dose") for _, path in paths[1:])]
    for (_, path), dose in zip(paths, doses, strict=True):
        if dose.series is None:
            raise InputError(f"Only doses can be added, and {path} is not an RTDOSE.")
    series = [one.series for one in doses if one.series is not None]
    check_can_be_added(series)
    by_others = [n for n, (path, _) in enumerate(paths) if not is_dicom(Path(path))]
    check_frames([paths[n] for n in by_others], [series[n] for n in by_others])
    tell_patients(series[0].patient, reference.series, "dose")
    grid, place = geometry_of(reference.image), place_of(reference.series)
    total = np.zeros(grid.size[::-1], np.float32)
    for number, ((path, _), dose) in enumerate(zip(paths, doses, strict=True)):
        own = geometry_of(dose.image)
        where = _where(options, number, path, place_of(dose.series), place)
        transform = _transform(path, options.inverse, grid, own, (place, where))
        if transform.GetInputSpaceDimension() != grid.dimension or grid.dimension != 3:
            raise InputError(f"Doses need 3D; the transform {path} or the reference image is 2D.")
        image = image_from_array(np.asarray(array_view(dose.image), np.float32), own)
        total += array_view(resample(image, transform, grid, interpolation=request.interpolation, background=0.0))
    # Cubic B-splines overshoot, but a dose is not negative.
    total = np.maximum(np.nan_to_num(total), 0.0)
    write_volume(
        image_from_array(total, grid),
        options.output_volume,
        moving.series,
        reference.series,
        added=series[1:],
        anonymize=options.anonymize,
    )
    unit = "Gy" if series[0].attributes.get("DoseUnits") == "GY" else "relative"
    what = f"the sum of {len(doses)} doses" if len(doses) > 1 else "the dose"
    return Outcome(
        f"{options.output_volume} written, {what}, at most {total.max():.3f} {unit}.",
        {
            "command": "apply",
            "doses": len(doses),
            "most": float(total.max()),
            "units": unit,
            "outputs": {"volume": options.output_volume},
        },
    )


def _resample_image(
    options: argparse.Namespace, request: RegistrationRequest, moving: Volume, reference: Volume
) -> Outcome:
    import numpy as np

    from ..core.files.dicom.volumes import place_of
    from ..core.files.dicom_objects.direction import tell_patients
    from ..core.files.segmentation_files import is_segmentation, placed_segmentation
    from ..core.images.geometry import array_view, geometry_of, not_finite_count, one_slice
    from ..core.registration.checks import CHOOSE_FRAME
    from ..core.registration.inputs import in_dimension
    from ..core.resampling.images import resample as resampled

    place = place_of(reference.series)
    places = place, _where(options, 0, options.transform, place_of(moving.series), place)
    tell_patients(None if moving.series is None else moving.series.patient, reference.series, "moving image")
    of_reference, of_moving = geometry_of(reference.image), geometry_of(moving.image)
    transform = _transform(options.transform, options.inverse, of_reference, of_moving, places)
    dimension = transform.GetInputSpaceDimension()
    image, flat_reference = in_dimension(moving.image, dimension), in_dimension(reference.image, dimension)
    grid = geometry_of(flat_reference)
    if not dimension == image.GetImageDimension() == grid.dimension:
        raise InputError(
            f"The transform has {dimension} dimensions, {options.moving} {image.GetImageDimension()} and"
            f" {options.reference} {grid.dimension}; they must agree."
            f"{' ' + CHOOSE_FRAME if 4 in (image.GetImageDimension(), grid.dimension) else ''}"
        )
    if bad := not_finite_count(array_view(image)):
        _log.info(
            "%d voxels of %s are infinite or not a number, and so are their neighbors in the result.",
            bad,
            options.moving,
        )
    interpolation, outside, padding = _filling(options.moving, request, image)
    result = resampled(image, transform, grid, interpolation=interpolation, background=outside, padding=padding)
    if flat_reference is not reference.image:
        result = one_slice(result, of_reference)
    if is_segmentation(options.moving):
        result = placed_segmentation(result, moving.image)
    write_volume(result, options.output_volume, moving.series, reference.series, anonymize=options.anonymize)
    return Outcome(
        f"{options.output_volume} written, background {', '.join(f'{value:g}' for value in np.atleast_1d(outside))}.",
        {"command": "apply", "background": outside, "outputs": {"volume": options.output_volume}},
    )


def _filling(path: str, request: RegistrationRequest, image: Any) -> tuple[str, float | Sequence[float], Any]:
    """Return the interpolation, the fill value, and the padding to replace, which label maps do not have."""
    from ..core.files.segmentation_files import is_segmentation
    from ..core.images.background import background_of, looks_like_labels
    from ..core.images.geometry import as_scalar
    from ..core.resampling.images import outside_of

    background, are_labels = request.background, looks_like_labels(as_scalar(image))
    if is_segmentation(path) or (request.interpolation == "nearest" and are_labels):
        # The label that happens to lie at the faces must not fill the outside.
        return "nearest", 0.0 if isinstance(background, str) else background, None
    if are_labels:
        _log.info("%s looks like a label map: use --interpolation nearest, because others mix labels.", path)
    estimate = background_of(as_scalar(image), background)
    return (
        request.interpolation,
        outside_of(image, estimate.value, background),
        None if background == KEEP else estimate,
    )
