"""A patient made in the tests, in two states of breathing: CT, structures and dose, all known in closed form. LPS mm.

Structures, dose and tissue are functions of the moving point. Of a fixed point they are those of ``breathe(point)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ElastixRegistrationLib.core.images.geometry import Geometry
from pydicom.dataset import Dataset

from phantoms.dicom_series import Series, Slice, a_header, save, set_pixels, text, write_series

RT_STRUCT, RT_DOSE = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.481.2"
AXIAL = np.array([[1.0, 0, 0], [0, 1.0, 0]])
GRID = Geometry((44, 40, 22), (2.5, 2.5, 4.0), (-52.0, -48.0, -40.0), ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))
#: Center and radii of ellipsoids, and their brightness.
ORGANS = {
    "Body": ((2.0, 0.0, 2.0), (46.0, 40.0, 60.0), 1000.0),
    "Liver": ((12.0, -6.0, -4.0), (18.0, 15.0, 16.0), 120.0),
    "GTV": ((9.0, -2.0, -2.0), (7.0, 7.0, 8.0), 160.0),
    "Spine": ((0.0, 28.0, 2.0), (8.0, 7.0, 60.0), 500.0),
}
DOSE_CENTER, DOSE_WIDTH, DOSE_MOST = np.array([10.0, -3.0, -1.0]), 14.0, 60.0


def breathe(points: np.ndarray) -> np.ndarray:
    """Where points of the fixed state, (..., 3), are in the moving one: the diaphragm goes down, the spine stays."""
    points = np.asarray(points, float)
    depth = 7.0 * np.exp(-np.square((points - (12.0, -8.0, 0.0)) / (30.0, 24.0, 34.0)).sum(-1))
    return points + depth[..., None] * np.array([0.1, -0.3, 1.0])


def holds(name: str, points: np.ndarray) -> np.ndarray:
    center, radii, _ = ORGANS[name]
    return np.asarray(np.square((points - center) / np.array(radii)).sum(-1) < 1)


def dose_at(points: np.ndarray) -> np.ndarray:
    return DOSE_MOST * np.exp(-np.square(points - DOSE_CENTER).sum(-1) / (2 * DOSE_WIDTH**2))


def tissue(points: np.ndarray) -> np.ndarray:
    """Stored CT numbers, soft at the edges so that a grid can hold them, with some texture."""
    value = np.zeros(points.shape[:-1])
    for center, radii, brightness in ORGANS.values():
        inside = 1 - np.sqrt(np.square((points - center) / np.array(radii)).sum(-1))
        value += brightness / (1 + np.exp(-inside * min(radii) / 1.5))
    wave = np.sin(points[..., 0] / 5) * np.sin(points[..., 1] / 6) + np.sin(points[..., 2] / 7)
    return np.asarray(value + 60 * wave)


def centers(grid: Geometry) -> np.ndarray:
    """(k, j, i, 3)."""
    index = np.stack(np.meshgrid(*map(np.arange, grid.size), indexing="ij"), -1)
    return np.asarray(grid.points_of(index).transpose(2, 1, 0, 3))


@dataclass
class Region:
    """What a structure set says of a structure. ``contours``: (N, 3) each; ``kind``: ContourGeometricType."""

    contours: Sequence[np.ndarray]
    kind: str = "CLOSED_PLANAR"
    images: Sequence[str] = ()
    color: Sequence[int] = field(default=(200, 30, 30))


def ellipses(name: str, grid: Geometry = GRID, corners: int = 240) -> list[np.ndarray]:
    """Exact contours of an organ in the axial slices of a grid, with many corners on the edge."""
    center, radii, _ = ORGANS[name]
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    found = []
    for k in range(grid.size[2]):
        z = float(grid.points_of([0, 0, k])[2])
        rest = 1 - ((z - center[2]) / radii[2]) ** 2
        if rest > 1e-6:
            x, y = (center[axis] + radii[axis] * np.sqrt(rest) * one(angle) for axis, one in ((0, np.cos), (1, np.sin)))
            found.append(np.column_stack([x, y, np.full(corners, z)]))
    return found


def write_structure_set(path: Path, regions: Mapping[str, Region], frame: str, series: str = "", **tags: Any) -> Path:
    """An RTSTRUCT as a planning system writes it, by pydicom alone."""
    header = a_header(RT_STRUCT, Modality="RTSTRUCT", StructureSetLabel="PLAN", StructureSetDate="", **tags)
    header.SeriesInstanceUID, header.FrameOfReferenceUID = f"{frame}.7", frame
    item, study, of_series = Dataset(), Dataset(), Dataset()
    of_series.SeriesInstanceUID = series
    study.RTReferencedSeriesSequence, study.ReferencedSOPInstanceUID = [of_series], "1.2.3"
    item.FrameOfReferenceUID = frame
    item.RTReferencedStudySequence = [study] if series else []
    header.ReferencedFrameOfReferenceSequence = [item]
    header.StructureSetROISequence, header.ROIContourSequence, header.RTROIObservationsSequence = [], [], []
    for number, (name, region) in enumerate(regions.items(), 3):
        roi, drawn, observed = Dataset(), Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = number, name, frame
        drawn.ReferencedROINumber, drawn.ROIDisplayColor, drawn.ContourSequence = number, list(region.color), []
        for place, points in enumerate(region.contours):
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = region.kind, len(points)
            contour.ContourData = [text(value) for value in np.asarray(points, float).ravel()]
            if region.images:
                image = Dataset()
                image.ReferencedSOPInstanceUID = region.images[place % len(region.images)]
                contour.ContourImageSequence = [image]
            drawn.ContourSequence.append(contour)
        observed.ObservationNumber, observed.ReferencedROINumber = number, number
        observed.RTROIInterpretedType = "GTV" if name == "GTV" else "ORGAN"
        header.StructureSetROISequence.append(roi)
        header.ROIContourSequence.append(drawn)
        header.RTROIObservationsSequence.append(observed)
    return save(header, path)


def write_dose(path: Path, frame: str, grid: Geometry = GRID, scaling: float = 2e-5, **tags: Any) -> Path:
    """The dose on ``grid``, axial, as RTDOSE."""
    header = a_header(RT_DOSE, Modality="RTDOSE", DoseUnits="GY", DoseType="PHYSICAL", DoseSummationType="PLAN")
    header.SeriesInstanceUID, header.FrameOfReferenceUID = f"{frame}.8", frame
    plan = Dataset()
    plan.ReferencedSOPClassUID, plan.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.481.5", f"{frame}.9"
    header.ReferencedRTPlanSequence = [plan]
    for name, value in tags.items():
        setattr(header, name, value)
    header.ImagePositionPatient = [text(value) for value in grid.origin]
    header.ImageOrientationPatient = [text(value) for value in AXIAL.ravel()]
    header.PixelSpacing = [text(grid.spacing[1]), text(grid.spacing[0])]
    header.GridFrameOffsetVector = [text(n * grid.spacing[2]) for n in range(grid.size[2])]
    header.DoseGridScaling = text(scaling)
    return save(set_pixels(header, np.round(dose_at(centers(grid)) / scaling).astype(np.uint32)), path)


def write_ct(folder: Path, frame: str, *, moving: bool, **tags: Any) -> None:
    """The CT of a state of breathing, its slices the instances ``frame.1.<slice>``."""
    points = centers(GRID)
    voxels = np.clip(np.round(tissue(points if moving else breathe(points))), 0, 4000).astype(np.uint16)
    slices = [Slice(voxels[k], GRID.points_of([0, 0, k]), 1.0, -1024.0) for k in range(len(voxels))]
    tags = {"SeriesInstanceUID": f"{frame}.1", "SeriesDescription": folder.name, **tags}
    write_series(Series(slices, AXIAL, (2.5, 2.5)), folder, np.random.default_rng(4), FrameOfReferenceUID=frame, **tags)


def write_patient(folder: Path) -> Path:
    """Folders fixed and moving with CT, and rs.dcm and dose.dcm of the moving state. Frames 1.2.3.91 and 1.2.3.92."""
    write_ct(folder / "fixed", "1.2.3.91", moving=False)
    write_ct(folder / "moving", "1.2.3.92", moving=True)
    regions = {name: Region(ellipses(name)) for name in ORGANS}
    write_structure_set(folder / "rs.dcm", regions, "1.2.3.92", "1.2.3.92.1")
    write_dose(folder / "dose.dcm", "1.2.3.92")
    return folder
