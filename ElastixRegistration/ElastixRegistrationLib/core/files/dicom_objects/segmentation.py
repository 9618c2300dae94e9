"""Write structures that were carried over to a series as a DICOM segmentation (SEG), with highdicom."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from .... import __version__
from ...errors import InputError
from ...images.geometry import Geometry
from ...wording import said
from ..dicom.headers import without_warnings
from ..dicom.volumes import DicomSeries
from .modules import MANUFACTURER, MODEL, PATIENT, STUDY, new_dataset, write_dataset
from .structure_set import CarriedStructure, check_can_refer

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
#: Attributes that highdicom copies from images, which may lack them.
_NEEDED = ("SeriesNumber", "PositionReferenceIndicator")
_TISSUE, _FAMILY = ("85756007", "SCT", "Tissue"), ("123111", "DCM", "Deformable Models")


def highdicom() -> Any:
    """Return the library. Raises InputError if it is not installed."""
    # highdicom logs everything that it copies.
    logging.getLogger("highdicom").setLevel(logging.WARNING)
    try:
        import highdicom as library
        import highdicom.seg
    except ImportError as error:
        raise InputError(
            said(
                "To write DICOM segmentations, install highdicom: python -m pip install highdicom. Structure "
                "sets (--form rtstruct) do not need it."
            )
        ) from error
    return library


def write_segmentation(
    structures: Sequence[CarriedStructure],
    path: str | os.PathLike,
    series: DicomSeries,
    grid: Geometry,
    *,
    description: str = "Segments, carried over",
    anonymize: bool = False,
) -> None:
    """Write the voxels of ``series`` that lie in ``structures`` as binary segments with the names of the structures.

    Raises InputError for a series that cannot be referred to, if highdicom is missing, and if the file cannot be
    written.
    """
    check_can_refer(series, grid, "segmentation")
    library = highdicom()
    owner = new_dataset(series, SEGMENTATION, "SEG", description, anonymize=anonymize)
    images, voxels = _images_and_voxels(structures, series, grid, owner)
    with without_warnings():
        dataset = library.seg.Segmentation(
            source_images=images,
            pixel_array=voxels,
            segmentation_type="BINARY",
            segment_descriptions=[_described(one, number, library) for number, one in enumerate(structures, 1)],
            series_instance_uid=owner.SeriesInstanceUID,
            series_number=owner.SeriesNumber,
            sop_instance_uid=owner.SOPInstanceUID,
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MODEL,
            software_versions=__version__,
            device_serial_number=__version__,
            content_label="SEGMENTATION",
            content_description=description[:64],
            series_description=description[:64],
        )
    for keyword in ("PatientIdentityRemoved", "DeidentificationMethod"):
        if keyword in owner:
            setattr(dataset, keyword, owner[keyword].value)
    write_dataset(dataset, path)


def _images_and_voxels(
    structures: Sequence[CarriedStructure], series: DicomSeries, grid: Geometry, owner: Any
) -> tuple[list[Any], np.ndarray]:
    """Return the headers of the slices that are not empty, or of the one file with all slices, with the patient and
    study of ``owner``; and the voxels (slices, rows, columns, segments), uint8, in the same order."""
    whole = [one.mask(grid) for one in structures]
    filled = np.flatnonzero(np.any([mask.any(axis=(1, 2)) for mask in whole], axis=0)).tolist()
    masks = np.stack([mask[filled] for mask in whole], axis=-1).astype(np.uint8)
    frames = [series.frames[k] for k in filled]
    if frames[0].tile is not None:
        raise InputError(
            said(
                "A DICOM segmentation cannot refer to the slices of the mosaic {path}; write a label map: "
                ".nrrd or .nii.gz.",
                path=frames[0].instance.path,
            )
        )
    if frames[0].instance.frame_count > 1:
        voxels = np.zeros((frames[0].instance.frame_count, *masks.shape[1:]), np.uint8)
        voxels[[frame.number for frame in frames]] = masks
        masks, frames = voxels, frames[:1]
    images = [copy.copy(frame.instance.header) for frame in frames]
    for image in images:
        for keyword in (*PATIENT, *STUDY):
            setattr(image, keyword, owner[keyword].value)
        for keyword in _NEEDED:
            if keyword not in image:
                setattr(image, keyword, None)
    return images, masks


def _described(one: CarriedStructure, number: int, library: Any) -> Any:
    """Return the description of a segment, with the codes of its source segmentation, or otherwise the generic codes
    for tissue."""
    given = one.entries[0] if len(one.entries) == 1 else None

    def coded(keyword: str) -> Any:
        items = None if given is None else given.get(keyword)
        found = (items[0].CodeValue, items[0].CodingSchemeDesignator, items[0].CodeMeaning) if items else _TISSUE
        return library.sr.CodedConcept(*map(str, found))

    return library.seg.SegmentDescription(
        segment_number=number,
        segment_label=one.name[:64],
        segmented_property_category=coded("SegmentedPropertyCategoryCodeSequence"),
        segmented_property_type=coded("SegmentedPropertyTypeCodeSequence"),
        algorithm_type="SEMIAUTOMATIC",
        algorithm_identification=library.AlgorithmIdentificationSequence(
            name=MODEL, family=library.sr.CodedConcept(*_FAMILY), version=__version__
        ),
    )
