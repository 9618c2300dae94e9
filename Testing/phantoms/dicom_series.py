"""DICOM series made in the tests, with the place and the value of every voxel as pydicom states them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"


def text(value: float) -> str:
    """A decimal as DICOM holds it, 16 characters at most."""
    return next(short for digits in range(14, 0, -1) if len(short := f"{value:.{digits}g}") <= 16)


@dataclass
class Slice:
    """One slice: ``values`` (rows, columns) as stored; ``position``, LPS mm; a value is stored * slope + intercept."""

    values: np.ndarray
    position: np.ndarray
    slope: float = 1.0
    intercept: float = 0.0


@dataclass
class Series:
    """``rows`` (2, 3): directions of rows and columns; ``spacing``: between rows, between columns, mm."""

    slices: list[Slice]
    axes: np.ndarray
    spacing: tuple[float, float]

    def place(self, k: int, column: float, row: float) -> np.ndarray:
        """Where a voxel lies, LPS mm, by the formula of the standard (PS3.3, C.7.6.2.1.1)."""
        between_rows, between_columns = self.spacing
        return self.slices[k].position + self.axes[0] * between_columns * column + self.axes[1] * between_rows * row

    def true_values(self) -> np.ndarray:
        return np.array([one.values * one.slope + one.intercept for one in self.slices])


def a_header(sop_class: str = CT, **tags: Any) -> Dataset:
    header = Dataset()
    header.file_meta = FileMetaDataset()
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header.SOPClassUID = header.file_meta.MediaStorageSOPClassUID = sop_class
    header.SOPInstanceUID = header.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    header.Modality, header.PatientName, header.PatientID = "CT", "Phantom", "7"
    header.StudyInstanceUID, header.SeriesInstanceUID, header.FrameOfReferenceUID = "1.2.3", "1.2.3.4", "1.2.3.9"
    header.SeriesNumber = 4
    for name, value in tags.items():
        setattr(header, name, value)
    return header


def set_pixels(header: Dataset, values: np.ndarray) -> Dataset:
    """``values``: (rows, columns), or (frames, rows, columns); whole numbers."""
    header.Rows, header.Columns = values.shape[-2:]
    if values.ndim == 3:
        header.NumberOfFrames = len(values)
    header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
    header.BitsAllocated = header.BitsStored = 8 * values.dtype.itemsize
    header.HighBit = header.BitsStored - 1
    header.PixelRepresentation = int(values.dtype.kind == "i")
    header.PixelData = values.tobytes() + b"\0" * (values.nbytes % 2)
    header["PixelData"].VR = "OW" if values.dtype.itemsize > 1 else "OB"
    return header


def save(header: Dataset, path: Path) -> Path:
    pydicom.dcmwrite(path, header, enforce_file_format=True)
    return path


def random_series(random: np.random.Generator, *, count: int = 7, tilt: float | None = None) -> Series:
    """A regular stack of any orientation, spacing and start, with a scale for each slice, perhaps tilted."""
    turn, _ = np.linalg.qr(random.normal(size=(3, 3)))
    if random.random() < 0.3:
        turn = np.eye(3)[random.permutation(3)]
    axes = np.array([[float(text(value)) for value in axis] for axis in turn[:2]])
    normal = np.cross(*axes)
    distance = float(random.choice([0.6, 0.625, 1.0, 2.5, 3.27, 5.0]))
    angle = np.radians(random.uniform(5, 30)) if tilt is None and random.random() < 0.4 else np.radians(tilt or 0)
    step = distance * (normal + np.tan(angle) * axes[1])
    start = random.uniform(-300, 300, 3)
    shape = tuple(random.integers(5, 12, 2))
    one_scale = random.random() < 0.5
    slices = []
    for k in range(count):
        position = np.array([float(text(value)) for value in start + k * step])
        slope = 1.0 if one_scale else float(text(random.uniform(0.01, 3)))
        intercept = float(random.choice([0, -1024])) if one_scale else float(text(random.uniform(-5, 5)))
        slices.append(Slice(random.integers(0, 4096, shape).astype(np.uint16), position, slope, intercept))
    return Series(slices, axes, (float(random.choice([0.7, 1.2])), float(random.choice([0.7, 0.9765625]))))


def write_series(series: Series, folder: Path, random: np.random.Generator, **tags: Any) -> None:
    """A file for each slice, under names that say nothing of the order."""
    folder.mkdir(exist_ok=True)
    for k, one in enumerate(series.slices):
        header = a_header(**tags)
        header.InstanceNumber = int(random.integers(1, 1000)) if random.random() < 0.5 else k + 1
        header.ImagePositionPatient = [text(value) for value in one.position]
        header.ImageOrientationPatient = [text(value) for value in series.axes.ravel()]
        header.PixelSpacing = [text(value) for value in series.spacing]
        header.SliceThickness = "5"
        header.RescaleSlope, header.RescaleIntercept = text(one.slope), text(one.intercept)
        save(set_pixels(header, one.values), folder / f"{random.integers(0, 2**40)}")


def write_enhanced(series: Series, path: Path, random: np.random.Generator) -> None:
    """All slices as frames of one file, in any order."""
    order = random.permutation(len(series.slices))
    header = a_header(ENHANCED_MR, Modality="MR")
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [text(value) for value in series.spacing], "5"
    orientation.ImageOrientationPatient = [text(value) for value in series.axes.ravel()]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    header.SharedFunctionalGroupsSequence = [shared]
    frames = []
    for place in order:
        one, own, position, scale, content = series.slices[place], Dataset(), Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [text(value) for value in one.position]
        scale.RescaleSlope, scale.RescaleIntercept, scale.RescaleType = text(one.slope), text(one.intercept), "US"
        content.StackID, content.InStackPositionNumber = "1", int(place) + 1
        own.PlanePositionSequence, own.PixelValueTransformationSequence = [position], [scale]
        own.FrameContentSequence = [content]
        frames.append(own)
    header.PerFrameFunctionalGroupsSequence = frames
    save(set_pixels(header, np.array([series.slices[place].values for place in order])), path)
