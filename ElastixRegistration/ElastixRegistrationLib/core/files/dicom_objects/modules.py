"""Make the parts that every DICOM object of a registration has: patient, study, series, equipment, and references to
images."""

from __future__ import annotations

import datetime
import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .... import __version__
from ...errors import InputError
from ...system.output_files import whole_file
from ...wording import said
from ..dicom.headers import pydicom, reported_as_damaged, without_warnings
from ..dicom.places import ANONYMOUS
from ..dicom.volumes import DicomSeries

MANUFACTURER, MODEL = "ElastixRegistration developers", "ElastixRegistration"
#: Attributes of patient and study that are copied from the series to which an object belongs, or empty if it has none.
PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
STUDY = ("StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber")
_MORE_OF_PATIENT = ("IssuerOfPatientID", "PatientAge", "PatientSize", "PatientWeight", "StudyDescription")
_ANONYMOUS = {"PatientName": "Anonymous", "PatientIdentityRemoved": "YES"}


def description_of(series: DicomSeries, anonymize: bool = False) -> str:
    """Return what the description of an object calls the series that it was made from. The description of a series
    is free text that may contain names, so ``anonymize`` leaves it out."""
    return (not anonymize and series.description) or series.modality


def anonymous_number(study_uid: str) -> str:
    """Return a patient ID by which archives can tell patients apart. It depends only on the study UID, which
    anonymous objects keep."""
    return f"{ANONYMOUS}{hashlib.sha256(study_uid.encode()).hexdigest()[:12].upper()}"


def new_dataset(owner: DicomSeries, sop_class: str, modality: str, description: str, *, anonymize: bool = False) -> Any:
    """Return the pydicom Dataset of an object in a new series, with the study and patient of ``owner``.

    With ``anonymize``, it contains neither the patient nor the date, physician or numbers of the study. Study and
    images keep their UIDs, because nothing could refer to them otherwise. The patient ID is ``anonymous_number``.
    """
    library = pydicom()
    dataset = library.Dataset()
    now = datetime.datetime.now()
    source = owner.attributes
    with reported_as_damaged(said("The DICOM file {path}", path=owner.instances[0].path)):
        if "SpecificCharacterSet" in source:
            dataset.SpecificCharacterSet = source.SpecificCharacterSet
        for keyword in (*PATIENT, *STUDY):
            setattr(dataset, keyword, "" if anonymize else source.get(keyword, ""))
    dataset.StudyInstanceUID = owner.study_uid or library.uid.generate_uid()
    if anonymize:
        for keyword, value in _ANONYMOUS.items():
            setattr(dataset, keyword, value)
        dataset.PatientID = anonymous_number(str(dataset.StudyInstanceUID))
        dataset.DeidentificationMethod = "Written without the patient's data"
    else:
        for keyword in _MORE_OF_PATIENT:
            if keyword in source:
                setattr(dataset, keyword, source[keyword].value)
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = library.uid.generate_uid()
    dataset.SeriesInstanceUID = library.uid.generate_uid()
    dataset.Modality = modality
    dataset.SeriesNumber = (owner.number or 0) + 1000
    dataset.SeriesDescription = description[:64]
    dataset.SeriesDate = dataset.ContentDate = dataset.InstanceCreationDate = now.strftime("%Y%m%d")
    dataset.SeriesTime = dataset.ContentTime = dataset.InstanceCreationTime = now.strftime("%H%M%S.%f")
    dataset.InstanceNumber = 1
    if "BodyPartExamined" not in source:
        # The body part may be paired, and its side is unknown.
        dataset.Laterality = ""
    dataset.Manufacturer, dataset.ManufacturerModelName = MANUFACTURER, MODEL
    dataset.DeviceSerialNumber = dataset.SoftwareVersions = __version__
    return dataset


def set_frame_of_reference(dataset: Any, owner: DicomSeries) -> None:
    """Give ``dataset`` the frame of reference of ``owner``. Raises InputError if that has none."""
    if not owner.frame_of_reference_uid:
        raise InputError(
            said(
                "The DICOM series {value} has no frame of reference, which a DICOM registration needs.",
                value=owner.description or owner.instance_uid,
            )
        )
    dataset.FrameOfReferenceUID = owner.frame_of_reference_uid
    dataset.PositionReferenceIndicator = owner.attributes.get("PositionReferenceIndicator", "")


def image_references(series: DicomSeries) -> list[Any]:
    """Return a reference to each instance of a series."""
    return [reference(one.sop_class_uid, one.uid) for one in series.instances]


def reference(sop_class: str, instance_uid: str) -> Any:
    item = pydicom().Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance_uid
    return item


def set_instance_references(dataset: Any, several: Iterable[DicomSeries]) -> None:
    """Set the Common Instance Reference module, which lists the images that an object names. Those of its study come
    first."""
    library = pydicom()
    studies: dict[str, list[Any]] = {}
    for series in several:
        items = studies.setdefault(series.study_uid, [])
        item = next((one for one in items if one.SeriesInstanceUID == series.instance_uid), None)
        if item is None:
            item = library.Dataset()
            item.SeriesInstanceUID, item.ReferencedInstanceSequence = series.instance_uid, library.Sequence()
            items.append(item)
        named = {one.ReferencedSOPInstanceUID for one in item.ReferencedInstanceSequence}
        item.ReferencedInstanceSequence.extend(
            one for one in image_references(series) if one.ReferencedSOPInstanceUID not in named
        )
    own = studies.pop(str(dataset.StudyInstanceUID), [])
    if own:
        dataset.ReferencedSeriesSequence = library.Sequence(own)
    if studies:
        others = []
        for uid, items in studies.items():
            study = library.Dataset()
            study.StudyInstanceUID = uid
            study.ReferencedSeriesSequence = library.Sequence(items)
            others.append(study)
        dataset.StudiesContainingOtherReferencedInstancesSequence = library.Sequence(others)


def code(value: str, scheme: str, meaning: str) -> Any:
    """Return an item of a sequence of coded entries."""
    item = pydicom().Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def write_dataset(dataset: Any, path: str | os.PathLike, *, implicit: bool = False) -> None:
    """Write a DICOM file as explicit VR little endian. It appears whole or not at all. Raises InputError naming the
    path.

    ``implicit`` leaves out the types of elements, for objects with texts of more than 64 kB.
    """
    with whole_file(Path(path)) as draft:
        save_dataset(dataset, draft, implicit=implicit)


def save_dataset(dataset: Any, path: Path, *, implicit: bool = False) -> None:
    """Write like ``write_dataset`` into a draft that ``whole_file`` or ``whole_folder`` gave. Raises OSError."""
    library = pydicom()
    meta = library.dataset.FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = library.uid.ImplicitVRLittleEndian if implicit else library.uid.ExplicitVRLittleEndian
    dataset.file_meta = meta
    # pydicom wraps errors of files and loses the system's message, so it writes to memory.
    content = io.BytesIO()
    with without_warnings():
        dataset.save_as(content, enforce_file_format=True)
    path.write_bytes(content.getbuffer())


def read_dataset(path: str | os.PathLike, sop_classes: Sequence[str], what: str) -> Any:
    """Read the Dataset of a file with one of ``sop_classes``. Raises InputError if the file is damaged, or is not a
    ``what``."""
    library = pydicom()
    path = Path(path)
    if not path.is_file():
        raise InputError(said("The file {path} does not exist.", path=path))
    with reported_as_damaged(said("The DICOM file {path}", path=path)):
        dataset = library.dcmread(path, force=True)
        found = str(dataset.get("SOPClassUID", ""))
    if found not in sop_classes:
        name = getattr(dataset.get("SOPClassUID"), "name", "") or "not a DICOM object"
        raise InputError(said("The file {path} is not a {what} ({name}).", path=path, what=what, name=name))
    return dataset
