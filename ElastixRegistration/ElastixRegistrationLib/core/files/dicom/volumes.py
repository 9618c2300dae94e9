"""Read a volume from DICOM files, with its series. LPS mm.

>>> volume = read_dicom("scans/patient 7", series="2")          # doctest: +SKIP
>>> volume.image                                                # an ITK image
>>> volume.series.frame_of_reference_uid, volume.series.attributes.PatientID
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry, image_from_array, image_view
from ...wording import Said, named_role, said
from .headers import Frame, Instance, frames_of, instance_of, reported_as_damaged
from .pixels import values_of
from .places import Patient, Place, place_of_dose, place_of_segmentation
from .segments import segmentation_image
from .selection import chosen_stack, volumes_in
from .stacks import Stack, geometry_of_stack, stacks_of


def place_of(series: DicomSeries | None) -> Place | None:
    return None if series is None else series.place


@dataclass(frozen=True)
class DicomSeries:
    """The files of a volume, with the data that an object needs in order to refer to it.

    ``instances`` are its files in the order of the third axis, each once. ``frames`` are its slices. ``attributes`` is
    the pydicom Dataset of the first file without pixels; it has patient, study and equipment.
    """

    instance_uid: str
    study_uid: str
    frame_of_reference_uid: str
    modality: str
    number: int | None
    description: str
    instances: tuple[Instance, ...] = field(repr=False)
    frames: tuple[Frame, ...] = field(repr=False, compare=False)
    attributes: Any = field(repr=False, compare=False)

    @property
    def is_dose(self) -> bool:
        return self.instances[0].is_dose

    @property
    def patient(self) -> Patient:
        with reported_as_damaged(said("The DICOM file {path}", path=self.instances[0].path)):
            return Patient.of(self.attributes)

    @property
    def place(self) -> Place:
        """Return the place of the series. A dose or a segmentation is not one of the images that a registration
        names, but lies on some of them."""
        first = self.instances[0]
        if self.is_dose or first.is_segmentation:
            with reported_as_damaged(said("The DICOM file {path}", path=first.path)):
                return (place_of_dose if self.is_dose else place_of_segmentation)(first)
        return Place(
            frame=self.frame_of_reference_uid,
            images=frozenset(one.uid for one in self.instances),
            series=frozenset({self.instance_uid}),
            studies=frozenset({self.study_uid}) - {""},
            folders=frozenset(one.path.absolute().parent for one in self.instances),
            patient=self.patient,
        )

    @classmethod
    def of(cls, frames: Sequence[Frame]) -> DicomSeries:
        header = frames[0].instance.header
        number = header.get("SeriesNumber")
        return cls(
            instance_uid=str(header.get("SeriesInstanceUID") or ""),
            study_uid=str(header.get("StudyInstanceUID") or ""),
            frame_of_reference_uid=str(header.get("FrameOfReferenceUID") or ""),
            modality=str(header.get("Modality") or ""),
            number=None if number is None else int(number),
            description=str(header.get("SeriesDescription") or ""),
            instances=tuple(dict.fromkeys(frame.instance for frame in frames)),
            frames=tuple(frames),
            attributes=header,
        )


@dataclass(frozen=True)
class DicomVolume:
    """An ITK ``image``, 3D. ``geometry`` is its grid; the third axis is sheared if the gantry was tilted.

    ``frames`` are the slices in the order of the third axis, with their files; there are none for segmentations.
    ``notes`` are sentences for the user.
    """

    image: Any = field(repr=False)
    geometry: Geometry
    series: DicomSeries
    frames: tuple[Frame, ...] = field(repr=False)
    notes: tuple[str, ...] = ()


def read_dicom(
    path: str | os.PathLike, name: str = "image", *, series: str | None = None, frame: int | None = None
) -> DicomVolume:
    """Read the volume in a folder of DICOM files, or the one that a DICOM file contains or belongs to.

    The header of each slice gives its place and the scale of its values. ``series`` (a UID, or a number from 1 on) and
    ``frame`` (from 1 on) choose among several volumes. Messages call the image ``name``.

    Raises InputError if there is no volume, if there are several to choose from, for damaged files, and for slices that
    do not form a regular stack.
    """
    path = Path(path)
    with reported_as_damaged(_input(path)):
        return _read(path, name, series, frame)


def _read(path: Path, name: str, series: str | None, frame: int | None) -> DicomVolume:
    stack, notes = _find(path, name, series, frame)
    if stack.frames[0].instance.is_segmentation:
        image, geometry, more = segmentation_image(stack.frames, said("the segmentation {file}", file=path.name), name)
        return DicomVolume(image, geometry, DicomSeries.of(stack.frames), stack.frames, (*notes, *more))
    geometry, more = geometry_of_stack(stack, _called(stack, path), name)
    image = _image(values_of(stack.frames), geometry)
    if stack.header.get("PhotometricInterpretation") == "MONOCHROME1":
        more = [*more, f"Low values of the {name} are bright (MONOCHROME1); the stored values are used unchanged."]
    return DicomVolume(image, geometry, DicomSeries.of(stack.frames), stack.frames, (*notes, *more))


def dicom_geometry(
    path: str | os.PathLike, name: str = "image", *, series: str | None = None, frame: int | None = None
) -> tuple[Geometry, DicomSeries]:
    """Return the grid and the series of the volume that ``read_dicom`` reads, from the headers alone. Raises the
    same errors."""
    path = Path(path)
    with reported_as_damaged(_input(path)):
        stack, _ = _find(path, name, series, frame)
        return geometry_of_stack(stack, _called(stack, path))[0], DicomSeries.of(stack.frames)


def series_of_files(paths: Sequence[Path]) -> DicomSeries:
    """Return the series of these slices, in the order of their positions. Raises InputError for damaged files."""
    frames = [frame for path in paths for frame in frames_of(instance_of(path))]
    stacks = stacks_of(frames)
    return DicomSeries.of(stacks[0].frames if len(stacks) == 1 else frames)


def _find(path: Path, name: str, series: str | None, frame: int | None) -> tuple[Stack, list[str]]:
    if not path.exists():
        raise InputError(said("The {name} {path} does not exist.", name=named_role(name), path=path))
    if path.name.upper() == "DICOMDIR" and path.is_file():
        # The file is an index of the folders next to it.
        path = path.parent
    stacks, notes = volumes_in(path, name)
    return chosen_stack(stacks, path, name, series, frame), notes


def _called(stack: Stack, path: Path) -> Said:
    """Return what a sentence calls the volume."""
    if path.is_dir() or len(stack.frames) > 1:
        return said("the DICOM series in {path}", path=path)
    return said("the DICOM file {path}", path=path)


def _input(path: Path) -> Said:
    return said("The DICOM folder {path}", path=path) if path.is_dir() else said("The DICOM file {path}", path=path)


def _image(values: np.ndarray, geometry: Geometry) -> Any:
    """Return an ITK image that shares the memory of ``values``. 8-bit colors become RGB(A) pixels, other colors
    vectors."""
    if values.ndim == 4 and values.dtype == np.uint8 and values.shape[-1] in (3, 4):
        return image_view(np.ascontiguousarray(values), geometry, f"I{'RGB' if values.shape[-1] == 3 else 'RGBA'}UC3")
    return image_from_array(values, geometry)
