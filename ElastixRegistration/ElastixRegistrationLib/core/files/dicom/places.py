"""Frames of reference of DICOM images, the images to which structures and doses belong, and their patients.

The references of an object tell which images it belongs to. The images that it names count most, then their series,
then its study. A dose names its plan, the plan names a structure set, and that names the images. Plan and structure set
are searched in the folder of the dose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...wording import named_role, said, slice_count
from .folders import instances_in
from .headers import Instance, is_dicom, pydicom, without_warnings

RT_PLAN, RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.5", "1.2.840.10008.5.1.4.1.1.481.3"
RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
#: Prefix of the patient IDs of objects that are written here without patient data.
ANONYMOUS = "Anonymous-"
#: At most this many files in the folder of a dose are searched for its plan.
_MAX_FILES = 5000


@dataclass(frozen=True)
class Patient:
    """The patient that headers name. Empty values are unknown."""

    number: str = ""
    issuer: str = ""
    born: str = ""

    @classmethod
    def of(cls, header: Any) -> Patient:
        number, *others = (
            str(header.get(name) or "") for name in ("PatientID", "IssuerOfPatientID", "PatientBirthDate")
        )
        if number.startswith(ANONYMOUS):
            # An anonymous number belongs to a study, so other studies of the patient may have another one.
            number = ""
        return cls(number, *others)

    def is_another_than(self, other: Patient) -> bool:
        """Return whether the headers contradict each other. A missing value is no contradiction."""
        pairs = zip((self.number, self.issuer, self.born), (other.number, other.issuer, other.born), strict=True)
        return any(one and two and one != two for one, two in pairs)


@dataclass(frozen=True)
class Place:
    """The space in which coordinates of an image or an object are given.

    It has the UID of a frame of reference, empty if unknown. The UIDs of images, series and studies distinguish images
    that moved within one frame of reference, such as breathing phases. ``object`` names structures or a dose in
    sentences, such as "structure set RS.dcm", and is empty for images. ``images`` are those on which it lies, and
    ``listed`` are the same by series. ``is_drawn`` says that it was drawn slice by slice, so that a missing slice loses
    a part of it. ``folders`` are those of the image files.
    """

    frame: str
    images: frozenset[str] = frozenset()
    series: frozenset[str] = frozenset()
    studies: frozenset[str] = frozenset()
    object: str = ""
    is_drawn: bool = False
    listed: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    folders: frozenset[Path] = field(default=frozenset(), repr=False)
    patient: Patient = field(default=Patient(), repr=False)

    def lies_on(self, other: Place) -> bool | None:
        """Return whether an object lies on the images ``other``, according to the images and series that it names;
        None if it names none."""
        for own, theirs in ((self.images, other.images), (self.series, other.series)):
            if own and theirs:
                return bool(own & theirs)
        return None

    def lacking(self, other: Place) -> frozenset[str]:
        """Return the images that this place names and that ``other`` lacks, even in the folders of its files, which
        may hold other phases of a series."""
        of_others = (images for series, images in self.listed.items() if series not in other.series)
        lacking = self.images.difference(other.images, *of_others)
        if not lacking:
            return lacking
        return lacking - {one.uid for folder in other.folders for one in instances_in(folder)}

    def check_lies_on(self, other: Place, role: str) -> None:
        """Raise InputError if an object does not lie on the images ``other``, or if some of these are missing.
        Sentences call ``other`` the ``role``."""
        if self.frame and other.frame and self.frame != other.frame:
            raise InputError(
                said(
                    "The {object} is in a different frame of reference from the {role}; give one that belongs "
                    "to that image, or carry this one over with apply.",
                    object=self.object,
                    role=named_role(role),
                )
            )
        if self.lies_on(other) is False:
            verb = said("was drawn") if self.is_drawn else said("lies")
            own = said("different slices of its series")
            on = own if self.series & other.series else said("a different series")
            raise InputError(
                said(
                    "The {object} {verb} on {on} from the {role}; give one that belongs to that image, or "
                    "carry this one over with apply.",
                    object=self.object,
                    verb=verb,
                    on=on,
                    role=named_role(role),
                )
            )
        self.check_whole(other, role)

    def check_whole(self, other: Place, role: str) -> None:
        """Raise InputError if slices of ``other`` on which an object was drawn are missing. Sentences call ``other``
        the ``role``."""
        lacking = self.lacking(other) if self.is_drawn else frozenset()
        if lacking:
            raise InputError(
                said(
                    "The {object} was drawn on {slices} that the {role} lacks; give the whole series.",
                    object=self.object,
                    slices=slice_count(len(lacking)),
                    role=named_role(role),
                )
            )


def place_of_dose(dose: Instance) -> Place:
    """Return the place of an RTDOSE. It comes from the images that the dose names, otherwise from the structure set of
    its plan, otherwise from its study.

    The place of a moved dose comes from its images, not from its plan.
    """
    header = dose.header
    images = frozenset(_uids(header.get("ReferencedImageSequence")))
    series: frozenset[str] = frozenset()
    studies = {str(header.get("StudyInstanceUID") or "")} - {""}
    if was_moved(header):
        studies = set()
    elif not images:
        images, series = _of_plan(dose)
    return Place(
        frame=str(header.get("FrameOfReferenceUID") or ""),
        images=images,
        series=series,
        studies=frozenset(studies),
        object=said("dose {path}", path=dose.path),
        patient=Patient.of(header),
    )


def was_moved(dose: Any) -> bool:
    """Return whether the header says that a dose was carried over from other images."""
    return dose.get("SpatialTransformOfDose") in ("RIGID", "NON_RIGID") or bool(sources_of_dose(dose))


def sources_of_dose(dose: Any) -> frozenset[str]:
    """Return the UIDs of the doses from which a dose was made, according to its header."""
    items = dose.get("ReferencedInstanceSequence") or ()
    return frozenset(_uids(one for one in items if one.get("ReferencedSOPClassUID") == RT_DOSE))


def _of_plan(dose: Instance) -> tuple[frozenset[str], frozenset[str]]:
    """Return the UIDs of the images and of the series in the structure set of a dose's plan, if both files are in
    the folder of the dose."""
    structure_sets = set(_uids(dose.header.get("ReferencedStructureSetSequence")))
    plans = set(_uids(dose.header.get("ReferencedRTPlanSequence")))
    if not structure_sets and not plans:
        return frozenset(), frozenset()
    beside = list(_headers_beside(dose.path))
    for one in beside:
        if one.get("SOPClassUID") == RT_PLAN and one.get("SOPInstanceUID") in plans:
            structure_sets |= set(_uids(one.get("ReferencedStructureSetSequence")))
    for one in beside:
        if one.get("SOPClassUID") == RT_STRUCTURE_SET and one.get("SOPInstanceUID") in structure_sets:
            listed = drawn_on(one)
            return frozenset().union(*listed.values()), frozenset(listed)
    return frozenset(), frozenset()


_OF_CHAIN = ("SOPClassUID", "SOPInstanceUID", "ReferencedStructureSetSequence", "ReferencedFrameOfReferenceSequence")


def _headers_beside(path: Path) -> Iterator[Any]:
    """Yield the headers of the DICOM files in the folder of a file, with the elements that plans and structure sets
    need."""
    files = (one for one in sorted(path.absolute().parent.iterdir()) if one.is_file() and one.name != path.name)
    for _, one in zip(range(_MAX_FILES), files, strict=False):
        if not is_dicom(one):
            continue
        try:
            with without_warnings():
                yield pydicom().dcmread(one, stop_before_pixels=True, force=True, specific_tags=list(_OF_CHAIN))
        except Exception:  # a damaged unrelated file, with any error of pydicom
            continue


def drawn_on(structure_set: Any) -> dict[str, frozenset[str]]:
    """Return the UIDs of the images that an RTSTRUCT lists, by the UID of their series."""
    listed: dict[str, frozenset[str]] = {}
    for frame in structure_set.get("ReferencedFrameOfReferenceSequence") or ():
        for study in frame.get("RTReferencedStudySequence") or ():
            for item in study.get("RTReferencedSeriesSequence") or ():
                uid = str(item.get("SeriesInstanceUID") or "")
                images = frozenset(_uids(item.get("ContourImageSequence")))
                if uid:
                    listed[uid] = listed.get(uid, frozenset()) | images
    return listed


def place_of_segmentation(segmentation: Instance) -> Place:
    """Return the place of a segmentation, which is that of the images that it names."""
    header = segmentation.header
    listed = images_by_series(header)
    return Place(
        frame=str(header.get("FrameOfReferenceUID") or ""),
        images=frozenset().union(*listed.values()),
        series=frozenset(listed),
        studies=frozenset({str(header.get("StudyInstanceUID") or "")}) - {""},
        object=said("segmentation {path}", path=segmentation.path),
        is_drawn=True,
        listed=listed,
        patient=Patient.of(header),
    )


def images_by_series(header: Any) -> dict[str, frozenset[str]]:
    """Return the UIDs of the images in its study that an object refers to, by the UID of their series."""
    return {
        str(item.SeriesInstanceUID): frozenset(_uids(item.get("ReferencedInstanceSequence")))
        for item in header.get("ReferencedSeriesSequence") or ()
        if item.get("SeriesInstanceUID")
    }


def _uids(items: Iterable[Any] | None) -> list[str]:
    found = (str(one.get("ReferencedSOPInstanceUID") or "") for one in items or ())
    return [uid for uid in found if uid]


def check_one_patient(patients: Sequence[Patient], what: str) -> None:
    """Raise InputError if the headers name different patients."""
    if any(one.is_another_than(patients[0]) for one in patients[1:]):
        raise InputError(
            said(
                "According to their DICOM headers, the {what} belong to different patients; they cannot be added.",
                what=what,
            )
        )
