"""Check that a transform that does not name its images fits the place of structures and doses.

DICOM registrations name their images; ``read_registration`` uses the same references.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence

from ...errors import InputError
from ...wording import said
from ..dicom.places import Patient, Place, check_one_patient, sources_of_dose
from ..dicom.volumes import DicomSeries

_log = logging.getLogger(__name__)


def check_direction(carried: Place, reference: Place | None, *, is_identity: bool) -> None:
    """Raise InputError if a transform, or the identity, would put an object into the wrong place on the image
    ``reference``.

    Logs a warning if that cannot be known.
    """
    if reference is None or not carried.object:
        return
    if is_identity:
        _check_stays(carried, reference)
        return
    if not carried.frame or carried.frame != reference.frame:
        return
    lies_on = carried.lies_on(reference)
    if lies_on:
        raise InputError(
            said(
                "The {object} already lies on the reference image, and the transform would move it; give "
                "identity instead of the transform to leave it there. To move it anyway, also give that image "
                "with --lies-on.",
                object=carried.object,
            )
        )
    if lies_on is None:
        _log.warning(
            "The %s is in the frame of reference of the reference image and names no image; it is assumed to lie "
            "on the moving image. If it lies on the reference image, give identity instead of the transform.",
            carried.object,
        )


def _check_stays(carried: Place, reference: Place) -> None:
    if carried.frame and reference.frame and carried.frame != reference.frame:
        raise InputError(
            said(
                "The {object} is in a different frame of reference from the reference image, and identity "
                "moves nothing; give a transform between the two.",
                object=carried.object,
            )
        )
    if carried.lies_on(reference) is not False:
        carried.check_whole(reference, "reference image")
    elif carried.is_drawn:
        raise InputError(
            said(
                "The {object} was drawn on a different series from the reference image; if nothing moved "
                "between the two, confirm that by giving that series with --lies-on.",
                object=carried.object,
            )
        )
    else:
        _log.warning(
            "The %s lies on a different series from the reference image, in the same frame of reference.",
            carried.object,
        )


def check_said_place(carried: Place, image: Place, path: str) -> None:
    """Raise InputError if the structures ``carried`` do not lie on ``image``, which was read from ``path``.

    For a dose, only the frames of reference must agree. A warning says if it was planned on another image.
    """
    if not carried.object:
        raise InputError(
            said("--lies-on applies to DICOM structures and doses only, not to what {path} is given for.", path=path)
        )
    whole = carried.is_drawn or carried.frame != image.frame
    if whole:
        carried.check_lies_on(image, f"image {path}")
    elif carried.lies_on(image) is False:
        _log.warning("The %s was not planned on %s; it is assumed to lie on this image.", carried.object, path)


def check_can_be_added(doses: Sequence[DicomSeries]) -> None:
    """Raise InputError for doses that cannot be added: relative doses, physical and effective ones together, doses
    of several patients, and a dose that is given twice or is already part of another. Logs a warning about parts of
    one plan."""
    for one in doses:
        if not one.is_dose:
            raise InputError(said("Only doses can be added, and {path} is not an RTDOSE.", path=one.instances[0].path))
        if len(doses) > 1 and one.attributes.get("DoseUnits") != "GY":
            raise InputError(
                said(
                    "The dose {path} is in relative units and cannot be added; give doses in gray.",
                    path=one.instances[0].path,
                )
            )
    kinds = sorted({str(one.attributes.get("DoseType") or "PHYSICAL") for one in doses})
    if len(kinds) > 1:
        raise InputError(said("Doses of different types ({names}) cannot be added.", names=", ".join(kinds).lower()))
    check_one_patient([one.patient for one in doses], "doses")
    _check_once(doses)
    for one, other in itertools.combinations(doses, 2):
        _tell_parts(one, other)


def _tell_parts(one: DicomSeries, other: DicomSeries) -> None:
    """Log a warning if one of two doses may be part of the other, as a beam is part of its plan."""
    listed = (dose.attributes.get("ReferencedRTPlanSequence") or () for dose in (one, other))
    plans = [{str(item.get("ReferencedSOPInstanceUID") or "") for item in items} for items in listed]
    kinds = [str(dose.attributes.get("DoseSummationType") or "") for dose in (one, other)]
    if plans[0] & plans[1] - {""} and kinds[0] != kinds[1]:
        _log.warning(
            "The doses %s and %s belong to one plan, as %s and %s; check that one is not part of the other.",
            one.instances[0].path,
            other.instances[0].path,
            kinds[0],
            kinds[1],
        )


def _check_once(doses: Sequence[DicomSeries]) -> None:
    held: dict[str, DicomSeries] = {}
    for one in doses:
        for uid in {one.instances[0].uid, *sources_of_dose(one.attributes)} - {""}:
            if uid not in held:
                held[uid] = one
                continue
            first, second = (str(dose.instances[0].path) for dose in (held[uid], one))
            if first == second or uid == held[uid].instances[0].uid == one.instances[0].uid:
                raise InputError(said("The dose {second} is given twice; give each dose once.", second=second))
            raise InputError(
                said("The files {first} and {second} contain the same dose; give it once.", first=first, second=second)
            )


def check_frames(paths: Sequence[tuple[str, str]], doses: Sequence[DicomSeries]) -> None:
    """Raise InputError if one transform is given for doses in several frames of reference.

    ``paths`` are pairs (transform, dose), without DICOM registrations, because these can relate several frames.
    """
    first: dict[str, tuple[str, str]] = {}
    for (transform, path), dose in zip(paths, doses, strict=True):
        frame, other = first.setdefault(transform, (dose.frame_of_reference_uid, path))
        if frame and dose.frame_of_reference_uid and frame != dose.frame_of_reference_uid:
            raise InputError(
                said(
                    "The doses {other} and {path} are in different frames of reference, so {transform} cannot "
                    "be right for both; give each one the transform of its own image.",
                    other=other,
                    path=path,
                    transform=transform,
                )
            )


def tell_patients(carried: Patient | None, reference: DicomSeries | None, what: str) -> None:
    """Log a warning if ``carried`` belongs to another patient than the reference image."""
    if carried is not None and reference is not None and carried.is_another_than(reference.patient):
        _log.warning(
            "According to their DICOM headers, the %s and the reference image belong to different patients.", what
        )
