"""Whether a transform applies to the place of structures and doses, for transforms that do not name their images.

DICOM registrations do: ``read_registration`` chooses by the same references.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence

from ...errors import InputError
from ..dicom.places import Patient, Place, check_one_patient, sources_of_dose
from ..dicom.volumes import DicomSeries

_log = logging.getLogger(__name__)


def check_direction(carried: Place, reference: Place | None, *, is_identity: bool) -> None:
    """Raise InputError for an object that a transform, or none, would put to a wrong place on the image ``reference``.

    Logs a warning where nothing tells.
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
            f"The {carried.object} lies on the reference image already, and the transform would move it; the word"
            " identity in its place leaves it there. To move it all the same, give that image by --lies-on too."
        )
    if lies_on is None:
        _log.warning(
            "The %s lies in the frame of reference of the reference image and does not tell on which image; it is taken"
            " as lying on the moving image. If it lies on the reference image, give identity, not the transform.",
            carried.object,
        )


def _check_stays(carried: Place, reference: Place) -> None:
    if carried.frame and reference.frame and carried.frame != reference.frame:
        raise InputError(
            f"The {carried.object} lies in another frame of reference than the reference image, and identity moves"
            " nothing; give a transform between the two."
        )
    if carried.lies_on(reference) is not False:
        carried.check_whole(reference, "reference image")
    elif carried.is_drawn:
        raise InputError(
            f"The {carried.object} was drawn on another series than the reference image; if nothing moved between the"
            " two, say so by giving that series by --lies-on."
        )
    else:
        _log.warning("The %s lies on another series than the reference image, in the same frame.", carried.object)


def check_said_place(carried: Place, image: Place, path: str) -> None:
    """Raise InputError if the structures ``carried`` do not lie on ``image``, of a file ``path``.

    Of a dose the frame of reference must agree; that it was planned on another image is told in a warning.
    """
    if not carried.object:
        raise InputError(f"--lies-on is for DICOM structures and doses; {path} is given for others.")
    whole = carried.is_drawn or carried.frame != image.frame
    if whole:
        carried.check_lies_on(image, f"image {path}")
    elif carried.lies_on(image) is False:
        _log.warning("The %s was planned on another image than %s; it is taken as lying on this.", carried.object, path)


def check_can_be_added(doses: Sequence[DicomSeries]) -> None:
    """Raise InputError for doses that make no sum: relative ones, physical with effective ones, those of several
    patients, and one that is given twice, or that another was made of. Logs a warning for parts of one plan."""
    for one in doses:
        if not one.is_dose:
            raise InputError(f"Only doses are added, and {one.instances[0].path} is no RTDOSE.")
        if len(doses) > 1 and one.attributes.get("DoseUnits") != "GY":
            raise InputError(
                f"The dose {one.instances[0].path} is in relative units, which cannot be added; give doses in gray."
            )
    kinds = sorted({str(one.attributes.get("DoseType") or "PHYSICAL") for one in doses})
    if len(kinds) > 1:
        raise InputError(f"Doses of different types ({', '.join(kinds).lower()}) cannot be added.")
    check_one_patient([one.patient for one in doses], "doses")
    _check_once(doses)
    for one, other in itertools.combinations(doses, 2):
        _tell_parts(one, other)


def _tell_parts(one: DicomSeries, other: DicomSeries) -> None:
    """Log a warning where one of two doses may be a part of the other: a beam, and the plan that it belongs to."""
    listed = (dose.attributes.get("ReferencedRTPlanSequence") or () for dose in (one, other))
    plans = [{str(item.get("ReferencedSOPInstanceUID") or "") for item in items} for items in listed]
    kinds = [str(dose.attributes.get("DoseSummationType") or "") for dose in (one, other)]
    if plans[0] & plans[1] - {""} and kinds[0] != kinds[1]:
        _log.warning(
            "The doses %s and %s are of one plan, as %s and %s: is the one a part of the other?",
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
                raise InputError(f"The dose {second} is given twice; a sum takes each once.")
            raise InputError(f"The doses {first} and {second} hold the same dose; a sum takes each once.")


def check_frames(paths: Sequence[tuple[str, str]], doses: Sequence[DicomSeries]) -> None:
    """Raise InputError where one transform is given for doses of several frames of reference.

    ``paths``: (transform, dose); DICOM registrations, which relate several, are none of the transforms.
    """
    first: dict[str, tuple[str, str]] = {}
    for (transform, path), dose in zip(paths, doses, strict=True):
        frame, other = first.setdefault(transform, (dose.frame_of_reference_uid, path))
        if frame and dose.frame_of_reference_uid and frame != dose.frame_of_reference_uid:
            raise InputError(
                f"The doses {other} and {path} lie in different frames of reference, and {transform} cannot be right"
                " for both; give each the transform of its own image."
            )


def tell_patients(carried: Patient | None, reference: DicomSeries | None, what: str) -> None:
    """Log a warning if ``carried`` belongs to another patient than the reference image."""
    if carried is not None and reference is not None and carried.is_another_than(reference.patient):
        _log.warning("The %s and the reference image are of different patients by their DICOM headers.", what)
