"""Where DICOM images lie, which of them structures and doses lie on, and whose they are.

What an object lies on is told by its own references, the strongest first: images that it names, their series, and the
study that it belongs to. A dose names its plan, which names a structure set, which names the images; plan and structure
set are looked for beside the dose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...wording import counted
from .folders import instances_in
from .headers import Instance, is_dicom, pydicom, without_warnings

RT_PLAN, RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.5", "1.2.840.10008.5.1.4.1.1.481.3"
RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
#: How the numbers of patients begin that objects written here without the patient's data have.
ANONYMOUS = "Anonymous-"
#: So many files beside a dose are looked through for its plan.
_MOST_FILES = 5000


@dataclass(frozen=True)
class Patient:
    """As far as headers say; empty where they do not."""

    number: str = ""
    issuer: str = ""
    born: str = ""

    @classmethod
    def of(cls, header: Any) -> Patient:
        number, *others = (
            str(header.get(name) or "") for name in ("PatientID", "IssuerOfPatientID", "PatientBirthDate")
        )
        if number.startswith(ANONYMOUS):  # of a study, and so not the same in another of the same patient
            number = ""
        return cls(number, *others)

    def is_another_than(self, other: Patient) -> bool:
        """Whether headers contradict each other; a missing value is no contradiction."""
        pairs = zip((self.number, self.issuer, self.born), (other.number, other.issuer, other.born), strict=True)
        return any(one and two and one != two for one, two in pairs)


@dataclass(frozen=True)
class Place:
    """What says where coordinates are: the UID of a frame of reference, empty where it is not known, and the UIDs of
    images in it, of their series and studies, which tell apart what moved within one frame of reference, such as phases
    of breathing.

    ``object``: what sentences call structures or a dose, "structure set RS.dcm", whose ``images`` are those that they
    lie on, and ``listed`` of which series; empty for images. ``is_drawn``: whether it was drawn slice by slice, so that
    a part of it is lost where slices are missing. ``folders``: where the files of images are.
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
        """Whether an object lies on the images ``other``, by the images and the series that it names; None where it
        names none."""
        for own, theirs in ((self.images, other.images), (self.series, other.series)):
            if own and theirs:
                return bool(own & theirs)
        return None

    def lacking(self, other: Place) -> frozenset[str]:
        """Images that this names and ``other`` lacks, beside its files too: other phases of a series may lie there."""
        of_others = (images for series, images in self.listed.items() if series not in other.series)
        lacking = self.images.difference(other.images, *of_others)
        if not lacking:
            return lacking
        return lacking - {one.uid for folder in other.folders for one in instances_in(folder)}

    def check_lies_on(self, other: Place, role: str) -> None:
        """Raise InputError where an object does not lie on the images ``other``, the ``role``, or not all are there."""
        if self.frame and other.frame and self.frame != other.frame:
            raise InputError(
                f"The {self.object} lies in another frame of reference than the {role}; give what lies on that image,"
                " or carry this over by apply."
            )
        if self.lies_on(other) is False:
            verb = "was drawn" if self.is_drawn else "lies"
            on = "other slices of its series" if self.series & other.series else "another series"
            raise InputError(
                f"The {self.object} {verb} on {on} than the {role}; give what lies on that image, or carry this over by"
                " apply."
            )
        self.check_whole(other, role)

    def check_whole(self, other: Place, role: str) -> None:
        """Raise InputError where an object was drawn on slices of ``other``, the ``role``, that are missing."""
        lacking = self.lacking(other) if self.is_drawn else frozenset()
        if lacking:
            raise InputError(
                f"The {self.object} was drawn on {counted(len(lacking), 'slice')} that the {role} lacks; give the whole"
                " series."
            )


def place_of_dose(dose: Instance) -> Place:
    """By the images that an RTDOSE names, else by the structure set of its plan, else by its study.

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
        object=f"dose {dose.path}",
        patient=Patient.of(header),
    )


def was_moved(dose: Any) -> bool:
    """Whether a dose was carried over from other images, by its header."""
    return dose.get("SpatialTransformOfDose") in ("RIGID", "NON_RIGID") or bool(sources_of_dose(dose))


def sources_of_dose(dose: Any) -> frozenset[str]:
    """UIDs of the doses that a dose was made of, by its header."""
    items = dose.get("ReferencedInstanceSequence") or ()
    return frozenset(_uids(one for one in items if one.get("ReferencedSOPClassUID") == RT_DOSE))


def _of_plan(dose: Instance) -> tuple[frozenset[str], frozenset[str]]:
    """UIDs of the images and the series of the structure set of the plan of a dose, where both lie beside it."""
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
    """Headers of the DICOM files in the folder of a file, so much of them as plans and structure sets need."""
    files = (one for one in sorted(path.absolute().parent.iterdir()) if one.is_file() and one.name != path.name)
    for _, one in zip(range(_MOST_FILES), files, strict=False):
        if not is_dicom(one):
            continue
        try:
            with without_warnings():
                yield pydicom().dcmread(one, stop_before_pixels=True, force=True, specific_tags=list(_OF_CHAIN))
        except Exception:  # a damaged unrelated file, with any error of pydicom
            continue


def drawn_on(structure_set: Any) -> dict[str, frozenset[str]]:
    """UIDs of the images of each series that an RTSTRUCT lists, by the UID of the series."""
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
    """A segmentation lies on the images that it names."""
    header = segmentation.header
    listed = images_by_series(header)
    return Place(
        frame=str(header.get("FrameOfReferenceUID") or ""),
        images=frozenset().union(*listed.values()),
        series=frozenset(listed),
        studies=frozenset({str(header.get("StudyInstanceUID") or "")}) - {""},
        object=f"segmentation {segmentation.path}",
        is_drawn=True,
        listed=listed,
        patient=Patient.of(header),
    )


def images_by_series(header: Any) -> dict[str, frozenset[str]]:
    """UIDs of the images of each series of its study that an object refers to, by the UID of the series."""
    return {
        str(item.SeriesInstanceUID): frozenset(_uids(item.get("ReferencedInstanceSequence")))
        for item in header.get("ReferencedSeriesSequence") or ()
        if item.get("SeriesInstanceUID")
    }


def _uids(items: Iterable[Any] | None) -> list[str]:
    found = (str(one.get("ReferencedSOPInstanceUID") or "") for one in items or ())
    return [uid for uid in found if uid]


def check_one_patient(patients: Sequence[Patient], what: str) -> None:
    """Raise InputError where headers say that they are several."""
    if any(one.is_another_than(patients[0]) for one in patients[1:]):
        raise InputError(f"The {what} are of different patients by their DICOM headers, and cannot be added.")
