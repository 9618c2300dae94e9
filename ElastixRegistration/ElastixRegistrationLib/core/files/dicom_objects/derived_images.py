"""Write resampled images and doses as DICOM: a new series of the moving patient in the space of the fixed image."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError, ResourceError, file_error
from ...images.geometry import Geometry, array_view, component_count, geometry_of
from ...system.output_files import whole_folder
from ...wording import said
from ..dicom.headers import pydicom
from ..dicom.places import sources_of_dose
from ..dicom.volumes import DicomSeries
from .modules import (
    code,
    description_of,
    image_references,
    new_dataset,
    reference,
    save_dataset,
    set_instance_references,
    write_dataset,
)

CT, MR, PET = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
#: Slices of these classes must have these acquisition attributes. They are copied from the source; if it
#: lacks them, they get these values.
_ACQUISITION: dict[str, dict[str, Any]] = {
    CT: {"PatientPosition": "", "KVP": "", "AcquisitionNumber": "", "RescaleType": "HU"},
    MR: {
        "PatientPosition": "", "ScanningSequence": "RM",
        "SequenceVariant": "NONE", "ScanOptions": "", "MRAcquisitionType": "",
        "RepetitionTime": "", "EchoTime": "", "EchoTrainLength": "", "AcquisitionNumber": "",
    },
}  # fmt: skip
_WINDOW = ("WindowCenter", "WindowWidth", "RescaleType", "Units", "BodyPartExamined", "Laterality", "PatientPosition")


def write_series(
    image: Any, folder: str | os.PathLike, source: DicomSeries, frame: DicomSeries, *, anonymize: bool = False
) -> list[Path]:
    """Write a 3D scalar ITK ``image`` as slices in ``folder``. All of them appear, or none.

    ``source`` is the resampled series, which gives patient, study and modality. ``frame`` is the series in whose frame
    of reference the voxels lie now. Integers keep their values; others are scaled to 16 bits. Raises InputError for
    several components, sheared slices, and a folder that has files.
    """
    folder = Path(folder)
    check_series_folder(folder)
    geometry, voxels = geometry_of(image), array_view(image)
    if geometry.dimension != 3 or component_count(image) > 1:
        raise InputError(
            said("Only 3D images with one value per voxel can be written as a DICOM series; use .nrrd for others.")
        )
    _check_straight(geometry, "DICOM series")
    stored, slope, intercept = _stored(voxels, source)
    common = _common_header(source, frame, stored, geometry, anonymize=anonymize)
    common.RescaleSlope, common.RescaleIntercept = _decimal(slope), _decimal(intercept)
    names = []
    with whole_folder(folder) as draft:
        for number, plane in enumerate(stored):
            dataset = copy.deepcopy(common)
            dataset.SOPInstanceUID = pydicom().uid.generate_uid()
            dataset.InstanceNumber = number + 1
            dataset.ImagePositionPatient = [_decimal(value) for value in geometry.points_of(np.array([0, 0, number]))]
            dataset.PixelData = np.ascontiguousarray(plane).tobytes()
            dataset["PixelData"].VR = "OW"
            names.append(f"{number + 1:05d}.dcm")
            save_dataset(dataset, draft / names[-1])
    return [folder / name for name in names]


def write_dose(
    image: Any,
    path: str | os.PathLike,
    sources: Sequence[DicomSeries],
    frame: DicomSeries,
    *,
    anonymize: bool = False,
) -> None:
    """Write a dose on the grid of ``image``. Units, type, patient and study are those of the first of ``sources``.

    ``sources`` are the RTDOSE series that it was made from, several if they were added (``check_can_be_added``).
    ``frame`` are the images on which it lies, or a dose on them. Raises InputError for sheared grids.
    """
    source = sources[0]
    header, geometry = source.attributes, geometry_of(image)
    _check_straight(geometry, "DICOM dose")
    voxels = np.maximum(np.nan_to_num(np.asarray(array_view(image), float)), 0.0)
    # 16 bits resolve 1 mGy up to 65 Gy, and all readers accept them.
    scaling = float(_decimal(max(float(voxels.max()), 1e-6) / (2**16 - 2)))
    stored = np.round(voxels / scaling).astype(np.uint16)
    dataset = _common_header(source, frame, stored, geometry, RT_DOSE, anonymize=anonymize)
    for keyword, value in {"DoseUnits": "GY", "DoseType": "PHYSICAL", "DoseSummationType": "PLAN"}.items():
        setattr(dataset, keyword, header.get(keyword) or value)
    dataset.OperatorsName = ""
    if "TissueHeterogeneityCorrection" in header:
        dataset.TissueHeterogeneityCorrection = header.TissueHeterogeneityCorrection
    _set_plans(dataset, sources)
    _set_origin(dataset, sources, frame)
    dataset.ImagePositionPatient = [_decimal(value) for value in geometry.origin]
    dataset.NumberOfFrames = geometry.size[2]
    dataset.FrameIncrementPointer = pydicom().tag.Tag("GridFrameOffsetVector")
    step = geometry.spacing[2] * np.sign(np.linalg.det(np.asarray(geometry.direction)))
    dataset.GridFrameOffsetVector = [_decimal(n * step) for n in range(geometry.size[2])]
    dataset.DoseGridScaling = _decimal(scaling)
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    write_dataset(dataset, path)


def _set_plans(dataset: Any, sources: Sequence[DicomSeries]) -> None:
    """Name the plan of a single dose, or the plans of all doses of a sum."""
    plans = [item for one in sources for item in one.attributes.get("ReferencedRTPlanSequence") or ()]
    if len(sources) > 1:
        dataset.DoseComment = f"Sum of {len(sources)} registered doses"
        by_uid = {str(item.ReferencedSOPInstanceUID): str(item.ReferencedSOPClassUID) for item in plans}
        plans = [reference(sop_class, uid) for uid, sop_class in by_uid.items()]
        dataset.DoseSummationType = "MULTI_PLAN" if len(plans) > 1 else "PLAN"
    if plans:
        dataset.ReferencedRTPlanSequence = pydicom().Sequence(plans)


def _set_origin(dataset: Any, sources: Sequence[DicomSeries], frame: DicomSeries) -> None:
    """Name the doses that a dose was made from, and the images on which it lies now, because its plan refers to
    other images."""
    library = pydicom()
    doses = {one.instances[0].uid: reference(RT_DOSE, one.instances[0].uid) for one in sources}
    for one in sources:
        doses |= {uid: reference(RT_DOSE, uid) for uid in sorted(sources_of_dose(one.attributes))}
    for item in doses.values():
        item.PurposeOfReferenceCodeSequence = library.Sequence([code("121324", "DCM", "Source Image")])
    dataset.ReferencedInstanceSequence = library.Sequence(doses.values())
    images = frame.attributes.get("ReferencedImageSequence") if frame.is_dose else image_references(frame)
    if images:
        dataset.ReferencedImageSequence = library.Sequence(images)


def _check_straight(geometry: Geometry, what: str) -> None:
    if not geometry.is_orthogonal:
        raise InputError(said("The grid of the image is sheared, which a {what} cannot hold; use .nrrd.", what=what))


def check_series_folder(folder: Path) -> None:
    """Raise InputError if a series cannot be written to a folder, because its parent is missing or it has files."""
    if not folder.parent.is_dir():
        raise InputError(said("The folder {parent} for {name} does not exist.", parent=folder.parent, name=folder.name))
    if folder.exists() and not folder.is_dir():
        raise InputError(
            said("A DICOM series is written to a folder, but {folder} is a file; give another name.", folder=folder)
        )
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise InputError(
                said("The folder {folder} for the DICOM series is not empty; give a new folder.", folder=folder)
            )
    except OSError as error:
        raise file_error(
            error, said("The folder {folder} cannot be opened: {reason}.", folder=folder, reason=error.strerror)
        ) from error
    if not os.access(folder.parent, os.W_OK):
        raise ResourceError(said("{folder} cannot be written: its folder is read-only.", folder=folder))


def _stored(voxels: np.ndarray, source: DicomSeries) -> tuple[np.ndarray, float, float]:
    """Return 16-bit numbers (k, j, i), and the slope and intercept that turn them into the values."""
    low, high = float(voxels.min()), float(voxels.max())
    if voxels.dtype.kind in "iu" and high - low < 2**16:
        intercept = float(source.attributes.get("RescaleIntercept") or 0)
        if not (intercept == round(intercept) and low - intercept >= 0 and high - intercept < 2**16):
            intercept = float(np.floor(low))
        return (voxels.astype(np.int64) - int(intercept)).astype(np.uint16), 1.0, intercept
    slope = float(_decimal((high - low) / (2**16 - 1))) or 1.0
    intercept = float(_decimal(low))
    return np.clip(np.round((voxels - intercept) / slope), 0, 2**16 - 1).astype(np.uint16), slope, intercept


def _common_header(
    source: DicomSeries,
    frame: DicomSeries,
    stored: np.ndarray,
    geometry: Geometry,
    sop_class: str = "",
    *,
    anonymize: bool,
) -> Any:
    """Return the attributes that all slices of a series share."""
    library, header = pydicom(), source.attributes
    of_class = sop_class or {"CT": CT, "MR": MR}.get(source.modality, SECONDARY_CAPTURE)
    text = f"{description_of(source, anonymize)}, registered"
    dataset = new_dataset(source, of_class, source.modality or "OT", text, anonymize=anonymize)
    dataset.FrameOfReferenceUID = frame.frame_of_reference_uid
    dataset.PositionReferenceIndicator = frame.attributes.get("PositionReferenceIndicator", "")
    if of_class == SECONDARY_CAPTURE:
        dataset.ConversionType = "WSD"
    for keyword in _WINDOW:
        if header.get(keyword) not in (None, ""):
            setattr(dataset, keyword, header[keyword].value)
    for keyword, value in _ACQUISITION.get(of_class, {}).items():
        setattr(dataset, keyword, header[keyword].value if keyword in header else value)
    if of_class != RT_DOSE:
        # write_dose adds the origin of doses.
        dataset.ImageType = ["DERIVED", "SECONDARY", "AXIAL" if of_class == CT else "OTHER"]
        dataset.DerivationDescription = "Resampled after registration"
        dataset.DerivationCodeSequence = library.Sequence([code("113072", "DCM", "Multiplanar reformatting")])
        dataset.SourceImageSequence = library.Sequence(image_references(source))
        set_instance_references(dataset, (source, frame))
    rows = np.asarray(geometry.direction)[:, :2].T.ravel()
    dataset.ImageOrientationPatient = [_decimal(value) for value in rows]
    dataset.PixelSpacing = [_decimal(geometry.spacing[1]), _decimal(geometry.spacing[0])]
    dataset.SliceThickness = _decimal(geometry.spacing[2])
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape[1:]
    dataset.BitsAllocated = dataset.BitsStored = 8 * stored.dtype.itemsize
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, 0
    return dataset


def _decimal(value: float) -> str:
    return str(pydicom().valuerep.format_number_as_ds(float(value)))
