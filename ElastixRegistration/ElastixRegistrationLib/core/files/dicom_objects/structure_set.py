"""Write structures that were carried over to a series as an RTSTRUCT. New contours lie in its slices and refer to them
(PS3.3, A.19).

Contours that land in slices again, under the identity or shifts by whole slices, are copied point by point. For others,
the signed distance to the edge of the structure is resampled, and the new contours are its zero lines in each slice.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.contours import CopiedContour, Region, inside_of
from ...images.geometry import Geometry
from ...images.polygons import polygons_of
from ...wording import said
from ..dicom.headers import Frame, pydicom
from ..dicom.places import RT_STRUCTURE_SET
from ..dicom.volumes import DicomSeries
from .modules import new_dataset, reference, set_frame_of_reference, write_dataset

_STUDY_COMPONENT = "1.2.840.10008.3.1.2.3.1"
#: Structures without a color get these, in turn.
COLORS = ((230, 75, 53), (77, 187, 213), (0, 160, 135), (243, 155, 127), (132, 145, 180), (145, 209, 194), (220, 0, 0))
_OF_ITEM = ("ROIDescription", "ROIPhysicalPropertiesSequence")
_OF_OBSERVATION = (
    "ROIObservationLabel", "RTROIInterpretedType", "RTROIIdentificationCodeSequence", "ROIObservationDescription",
    "TherapeuticRoleCategoryCodeSequence", "TherapeuticRoleTypeCodeSequence", "ROIPhysicalPropertiesSequence",
)  # fmt: skip


@dataclass(frozen=True)
class CarriedStructure:
    """A structure on the grid of a series. ``region`` is its inside. ``entries`` are the items that describe it in
    an RTSTRUCT, if any, or the item of its segment in a DICOM segmentation. ``copied`` are its contours if they lie
    in slices, otherwise None. ``drawn_on`` are the UIDs of the series that the contours were drawn on."""

    number: int
    name: str
    region: Region
    entries: tuple[Any, ...] = field(default=(), repr=False, compare=False)
    copied: tuple[CopiedContour, ...] | None = field(default=None, repr=False, compare=False)
    drawn_on: frozenset[str] = frozenset()

    def mask(self, grid: Geometry) -> np.ndarray:
        """Return (k, j, i) booleans: the voxels of the series whose centers lie inside. They are exact if contours
        are copied."""
        if self.copied is None:
            return self.region.mask(grid.size)
        return inside_of([one.points for one in self.copied], grid)


def check_can_refer(series: DicomSeries, grid: Geometry, what: str) -> None:
    """Raise InputError if structures cannot refer to a series."""
    if series.is_dose or series.instances[0].is_segmentation:
        raise InputError(
            said("A {what} refers to the images on which it lies; give a series of images as --reference.", what=what)
        )
    if grid.dimension != 3 or len(series.frames) != grid.size[2]:
        raise InputError(said("A {what} lies on a series of slices, which the reference is not.", what=what))


def write_structures(
    structures: Sequence[CarriedStructure],
    path: str | os.PathLike,
    series: DicomSeries,
    grid: Geometry,
    *,
    description: str = "Structures, carried over",
    anonymize: bool = False,
) -> None:
    """Write ``structures`` on ``series``, whose voxels lie on ``grid``, with its patient, study and frame of reference.

    Raises InputError for a series that cannot be referred to, and if the file cannot be written.
    """
    check_can_refer(series, grid, "structure set")
    library = pydicom()
    dataset = new_dataset(series, RT_STRUCTURE_SET, "RTSTRUCT", description, anonymize=anonymize)
    set_frame_of_reference(dataset, series)
    frame_uid = dataset.FrameOfReferenceUID
    dataset.OperatorsName = ""
    dataset.StructureSetLabel, dataset.StructureSetDescription = "REGISTERED", description
    dataset.StructureSetDate, dataset.StructureSetTime = dataset.ContentDate, dataset.ContentTime
    del dataset.ContentDate, dataset.ContentTime
    dataset.ApprovalStatus = "UNAPPROVED"
    dataset.ReferencedFrameOfReferenceSequence = library.Sequence([_frame_item(series, str(frame_uid))])
    parts: tuple[list[Any], ...] = ([], [], [])
    for place, one in enumerate(structures):
        items = _items_of(one, place, series, grid, str(frame_uid))
        for part, item in zip(parts, items, strict=True):
            part.append(item)
    dataset.StructureSetROISequence, dataset.ROIContourSequence, dataset.RTROIObservationsSequence = map(
        library.Sequence, parts
    )
    write_dataset(dataset, path, implicit=True)


def _frame_item(series: DicomSeries, frame_uid: str) -> Any:
    library = pydicom()
    frame, study, item = library.Dataset(), library.Dataset(), library.Dataset()
    frame.FrameOfReferenceUID = frame_uid
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = _STUDY_COMPONENT, series.study_uid
    item.SeriesInstanceUID = series.instance_uid
    item.ContourImageSequence = library.Sequence([reference(one.sop_class_uid, one.uid) for one in series.instances])
    study.RTReferencedSeriesSequence = library.Sequence([item])
    frame.RTReferencedStudySequence = library.Sequence([study])
    return frame


def _items_of(one: CarriedStructure, place: int, series: DicomSeries, grid: Geometry, frame_uid: str) -> list[Any]:
    """Return the items of a structure for the three sequences of a structure set."""
    library = pydicom()
    given = one.entries if len(one.entries) == 3 else (None, None, None)
    item, drawn, observed = library.Dataset(), library.Dataset(), library.Dataset()
    item.ROINumber, item.ReferencedFrameOfReferenceUID, item.ROIName = one.number, frame_uid, one.name[:64]
    item.ROIGenerationAlgorithm = "SEMIAUTOMATIC"
    item.ROIGenerationDescription = "Carried over by registration"
    color = given[1].get("ROIDisplayColor") if given[1] is not None else None
    drawn.ROIDisplayColor = list(color or COLORS[place % len(COLORS)])
    drawn.ReferencedROINumber = one.number
    contours = _contours(one, series, grid)
    if contours:
        drawn.ContourSequence = library.Sequence(contours)
    observed.ObservationNumber, observed.ReferencedROINumber = place + 1, one.number
    observed.RTROIInterpretedType, observed.ROIInterpreter = "", ""
    for target, source, keywords in ((item, given[0], _OF_ITEM), (observed, given[2], _OF_OBSERVATION)):
        for keyword in keywords:
            if source is not None and keyword in source:
                setattr(target, keyword, copy.deepcopy(source[keyword].value))
    return [item, drawn, observed]


def _contours(one: CarriedStructure, series: DicomSeries, grid: Geometry) -> list[Any]:
    """Return the contour items, slice by slice: the copied ones, and new ones in slices without.

    In a series with closer slices, the slices between the copied contours get new ones. Slices of the series on which
    the contours were drawn stay as they are.
    """
    items: list[Any] = []
    copied: dict[int, list[CopiedContour]] = {}
    for contour in one.copied or ():
        copied.setdefault(contour.number, []).append(contour)
    redrawn = _between(sorted(copied), series, one.drawn_on) if copied else range(len(series.frames))
    for number, frame in enumerate(series.frames):
        if number in copied or number not in redrawn:
            for contour in copied.get(number, ()):
                text = [f"{value:.10g}"[:16] for value in contour.points.ravel()]
                items.append(_contour_item(frame, contour.kind, text, len(items) + 1))
            continue
        k = number - one.region.start[2]
        distances = one.region.distances[k] if 0 <= k < len(one.region.distances) else np.zeros((0, 0))
        for polygon in polygons_of(distances) if (distances > 0).any() else ():
            indices = np.c_[polygon / one.region.finer + one.region.start[:2], np.full(len(polygon), number)]
            text = [f"{value:.4f}" for value in grid.points_of(indices).ravel()]
            items.append(_contour_item(frame, "CLOSED_PLANAR", text, len(items) + 1))
    return items


def _between(copied: Sequence[int], series: DicomSeries, drawn_on: frozenset[str]) -> range:
    """Return the slices that the structure reaches even without a ``copied`` contour, from half a contour distance
    before the first contour to as much behind the last."""
    if series.instance_uid in drawn_on or len(copied) < 2:
        return range(0)
    beyond = int(np.ceil(np.median(np.diff(copied)) / 2)) - 1
    return range(copied[0] - beyond, copied[-1] + beyond + 1)


def _contour_item(frame: Frame, kind: str, text: list[str], number: int) -> Any:
    library = pydicom()
    item = library.Dataset()
    image = reference(frame.instance.sop_class_uid, frame.instance.uid)
    if frame.instance.frame_count > 1:
        image.ReferencedFrameNumber = frame.number + 1
    item.ContourImageSequence = library.Sequence([image])
    item.ContourGeometricType = kind
    item.NumberOfContourPoints = len(text) // 3
    item.ContourNumber = number
    item.ContourData = text
    return item
