"""The option --output-registration, which writes the registration of two DICOM series as a DICOM object."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError

if TYPE_CHECKING:
    from ..core.files.dicom.volumes import DicomSeries
    from ..core.registration.inputs import RegistrationInputs


@dataclass(frozen=True)
class DicomOutput:
    """The path of the object, and the series that it relates."""

    path: Path
    fixed: DicomSeries
    moving: DicomSeries
    grid_mm: float
    anonymize: bool

    def write(self, transform: Any, geometry: Any) -> tuple[str, dict[str, Any]]:
        """Write a transform, fixed to moving points, LPS mm. Return a sentence, and entries for the document."""
        from ..core.files.dicom_objects.spatial_registration import write_registration

        written = write_registration(
            transform, self.path, self.fixed, self.moving, geometry, grid_mm=self.grid_mm, anonymize=self.anonymize
        )
        figures = {"path": written.path, "sop_instance_uid": written.sop_instance_uid, "error_mm": written.error_mm}
        if written.grid is None:
            return f"{self.path} contains the transform as a matrix.", figures
        return (
            f"{self.path} contains the transform on a grid of {self.grid_mm:g} mm; it differs from the transform "
            f"by at most {written.error_mm:.3f} mm.",
            figures | {"grid_mm": self.grid_mm},
        )


def add_dicom_options(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("--output-registration", metavar="REG.dcm", help="DICOM registration object; both images must be DICOM series")
    add(
        "--registration-grid",
        type=float,
        default=3.0,
        metavar="MM",
        help="spacing of its displacement grid; default: 3 mm",
    )
    add("--anonymize", action="store_true", help="write no patient data into DICOM objects")


def check_anonymize(options: argparse.Namespace, outputs: Sequence[str | None]) -> None:
    """Raise InputError if --anonymize is given and none of the ``outputs`` is DICOM, because it affects only DICOM."""
    if options.anonymize and not any(path and Path(path).suffix.lower() in ("", ".dcm") for path in outputs):
        raise InputError(
            "--anonymize applies to DICOM objects only, and no DICOM output was requested; other files contain "
            "no patient data except the image."
        )


def check_dicom_output(options: argparse.Namespace) -> None:
    """Raise InputError for a path or a grid that cannot be used. Call it before images are read."""
    from ..core.system.output_files import check_apart, check_folder_of

    check_anonymize(options, [options.output_registration, options.output_volume])
    if not options.output_registration:
        return
    path = Path(options.output_registration)
    if path.suffix.lower() != ".dcm":
        raise InputError(f"The DICOM registration object {path} needs a name that ends in .dcm.")
    if not options.registration_grid > 0:
        raise InputError(f"The registration grid is {options.registration_grid:g} mm; it must be more than 0.")
    check_folder_of(path)
    check_apart([path], [options.fixed, options.moving])


def dicom_output(options: argparse.Namespace, given: RegistrationInputs) -> DicomOutput | None:
    """Return the output that the options request, if any. Raises InputError for images that are not DICOM series or
    cannot be related."""
    from ..core.files.dicom_objects.spatial_registration import check_can_be_related

    if not options.output_registration:
        return None
    for side, series in zip(("fixed", "moving"), given.series, strict=True):
        if series is None:
            raise InputError(
                f"The {side} image {getattr(options, side)} is not a DICOM series, so a DICOM registration object "
                "cannot refer to it; register the DICOM folders, or leave out --output-registration."
            )
        if not series.frame_of_reference_uid:
            raise InputError(
                f"The DICOM series of the {side} image {getattr(options, side)} has no frame of reference, which "
                "a DICOM registration object needs."
            )
    fixed, moving = given.series
    if fixed is not None and moving is not None:
        check_can_be_related(fixed, moving)
    if fixed is None or moving is None or given.fixed.GetImageDimension() != 3:
        raise InputError("DICOM supports registrations of 3D images only, and these are single slices.")
    path = Path(options.output_registration)
    return DicomOutput(path, fixed, moving, options.registration_grid, options.anonymize)


def is_folder(path: str | Path) -> bool:
    """Return whether an output is a DICOM series, which has a name without a suffix."""
    return Path(path).suffix == ""


def check_volume_output(path: str | Path, *, picture: bool) -> None:
    """Raise InputError for a resampled image that cannot be written. A name without a suffix is a DICOM folder."""
    from ..core.files.dicom_objects.derived_images import check_series_folder
    from ..core.files.image_files import check_output

    if is_folder(path):
        check_series_folder(Path(path))
    else:
        check_output(path, picture=picture)


def check_dicom_volume(path: str | Path, moving: DicomSeries | None, reference: DicomSeries | None) -> None:
    """Raise InputError for DICOM output that cannot be made from the input."""
    suffix = Path(path).suffix.lower()
    is_dose = moving is not None and moving.is_dose
    if suffix not in ("", ".dcm"):
        return
    if moving is None or reference is None:
        raise InputError(f"DICOM output like {path} needs DICOM images; give a name like moved.nrrd.")
    if suffix == "" and moving.instances[0].is_segmentation:
        raise InputError(f"{path} needs a suffix that gives the format of segments: .dcm, .seg.nrrd or .nrrd.")
    if suffix == ".dcm" and not is_dose:
        raise InputError(f"A DICOM series is written to a folder; give one, such as {Path(path).stem}/.")
    if suffix == "" and is_dose:
        raise InputError(f"A dose is a single DICOM file; give a name such as {Path(path).name}.dcm.")


def write_volume(
    image: Any,
    path: str | Path,
    moving: DicomSeries | None,
    reference: DicomSeries | None,
    *,
    added: Sequence[DicomSeries] = (),
    anonymize: bool = False,
) -> None:
    """Write an image file, a DICOM series in a folder, or a dose in a .dcm file. A dose may be a sum; ``added`` are
    its other doses."""
    from ..core.files.dicom_objects.derived_images import write_dose, write_series
    from ..core.files.image_files import write_image

    suffix = Path(path).suffix.lower()
    if moving is None or reference is None or suffix not in ("", ".dcm"):
        write_image(image, path)
    elif suffix == "":
        write_series(image, path, moving, reference, anonymize=anonymize)
    else:
        write_dose(image, path, [moving, *added], reference, anonymize=anonymize)
