"""Read DICOM headers into one record for each frame: position, orientation, spacing, scale, and time.

Positions and orientations are in LPS mm, as in DICOM (PS3.3, C.7.6.2 and C.7.6.16). A slice never gets a value from
another slice.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ElastixRegistrationError, Fault, InputError, damaged
from ...wording import said
from .mosaics import frames_of_mosaic, is_mosaic
from .nuclear import VECTORS, kinds_of_frame, slice_numbers

_MAGIC_AT, _MAGIC = 128, b"DICM"
#: DICOM files from before 1993, and some newer ones, begin with their first group instead.
_BARE_STARTS = (b"\x08\x00", b"\x02\x00")
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_DOSE = "1.2.840.10008.5.1.4.1.1.481.2"
_WHOLE_SLIDE = "1.2.840.10008.5.1.4.1.1.77.1.6"
_PIXEL_DATA = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
#: Attributes that distinguish frames at the same position, and names for such frames; the first one that explains them
#: counts.
KINDS = (
    ("TemporalPositionIndex", "time points"),
    ("TemporalPositionIdentifier", "time points"),
    ("DiffusionBValue", "b-values"),
    ("EffectiveEchoTime", "echoes"),
    ("EchoTime", "echoes"),
    ("EchoNumbers", "echoes"),
    ("TriggerTime", "phases"),
    ("NominalPercentageOfCardiacPhase", "phases"),
    ("NominalCardiacTriggerDelayTime", "phases"),
    ("FrameReferenceTime", "time points"),
    ("StackID", "stacks"),
    ("AcquisitionNumber", "acquisitions"),
    ("ImageType", "kinds of images"),
    ("FrameType", "kinds of images"),
    ("InversionTime", "inversion times"),
    ("FlipAngle", "flip angles"),
    ("ConvolutionKernel", "reconstructions"),
    ("EnergyWindowNumber", "energy windows"),
    *VECTORS,
    ("AcquisitionTime", "time points"),
    ("FrameAcquisitionDateTime", "time points"),
    ("ContentTime", "time points"),
)
_PLACES = (
    ("FrameContentSequence", ("TemporalPositionIndex", "StackID", "FrameAcquisitionDateTime")),
    ("MRDiffusionSequence", ("DiffusionBValue",)),
    ("MREchoSequence", ("EffectiveEchoTime",)),
    ("CardiacSynchronizationSequence", ("NominalPercentageOfCardiacPhase", "NominalCardiacTriggerDelayTime")),
    ("MRImageFrameTypeSequence", ("FrameType",)),
    ("CTImageFrameTypeSequence", ("FrameType",)),
    ("PETFrameTypeSequence", ("FrameType",)),
    ("MRModifierSequence", ("InversionTimes",)),
    ("CTReconstructionSequence", ("ConvolutionKernel",)),
)


@dataclass(frozen=True)
class Instance:
    """One DICOM file. ``header`` is its pydicom Dataset without the pixels."""

    path: Path
    header: Any = field(repr=False, compare=False)

    @property
    def uid(self) -> str:
        return _text(self.header, "SOPInstanceUID")

    @property
    def sop_class_uid(self) -> str:
        return _text(self.header, "SOPClassUID")

    @property
    def series_uid(self) -> str:
        return _text(self.header, "SeriesInstanceUID")

    @property
    def is_segmentation(self) -> bool:
        return self.sop_class_uid in _SEGMENTATIONS

    @property
    def is_dose(self) -> bool:
        return self.sop_class_uid == _DOSE

    @property
    def frame_count(self) -> int:
        return max(1, int(self.header.get("NumberOfFrames") or 1))

    @property
    def has_functional_groups(self) -> bool:
        return "PerFrameFunctionalGroupsSequence" in self.header


@dataclass(frozen=True)
class Frame:
    """One slice: the frame with the index ``number`` (from 0) of ``instance``.

    ``size`` is (columns, rows). ``spacing`` is the distance between columns and between rows, mm. ``position`` (3,) is
    the center of the first voxel, and ``axes`` (2, 3) are unit vectors in the directions in which columns and rows are
    counted, both in LPS. These three are None if the file lacks them. Values are stored * ``slope`` + ``intercept``.
    ``thickness`` is that of the slice or the distance to the next one, mm. ``kinds`` has values that may distinguish
    the frame from others at the same position, by the names of ``KINDS``. ``segment`` is the number of the segment, for
    a segmentation. ``tile`` is the first column and row of a slice that is one tile of the image ``number`` in the
    file.
    """

    instance: Instance = field(repr=False)
    number: int
    size: tuple[int, int]
    spacing: tuple[float, float] | None
    position: np.ndarray | None
    axes: np.ndarray | None
    thickness: float | None
    slope: float = 1.0
    intercept: float = 0.0
    samples: int = 1
    kinds: dict[str, Any] = field(default_factory=dict, repr=False)
    segment: int | None = None
    tile: tuple[int, int] | None = None

    @property
    def normal(self) -> np.ndarray:
        """Return the (3,) unit vector across the slice, or that along z if the file has no orientation."""
        return np.array([0.0, 0, 1]) if self.axes is None else np.asarray(np.cross(self.axes[0], self.axes[1]))

    @property
    def order(self) -> tuple[int, str, int]:
        """Return the sort key of frames that no other attribute orders."""
        return int(self.instance.header.get("InstanceNumber") or 0), str(self.instance.path), self.number


def is_dicom(path: Path) -> bool:
    """Return whether the first bytes of a file look like DICOM."""
    try:
        with open(path, "rb") as file:
            start = file.read(_MAGIC_AT + 4)
    except OSError:
        return False
    bare = start[:2] in _BARE_STARTS and start[3:4] == b"\x00" and len(start) > 16
    return start[_MAGIC_AT:] == _MAGIC or bare or (path.suffix.lower() == ".dcm" and len(start) > 0)


def pydicom() -> Any:
    """Return the library. Raises InputError if it is not installed."""
    try:
        import pydicom as library
    except ImportError as error:
        raise InputError(said("To read DICOM files, install pydicom: python -m pip install pydicom.")) from error
    return library


@contextmanager
def without_warnings() -> Iterator[None]:
    """Suppress pydicom's warnings about values that deviate slightly from the standard. They are read anyway."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def reported_as_damaged(what: str) -> Iterator[None]:
    """Replace any error of pydicom by an InputError about ``what``, such as "The DICOM file X". pydicom parses
    values only when they are accessed."""
    try:
        with without_warnings():
            yield
    except (ElastixRegistrationError, MemoryError, OSError):
        raise
    except Exception as error:
        raise damaged(what, error) from error


def instance_of(path: Path) -> Instance:
    """Read the header of a file. Raises InputError naming it."""
    library = pydicom()
    with reported_as_damaged(said("The DICOM file {path}", path=path)):
        header = library.dcmread(path, stop_before_pixels=True, force=True)
        header.get("SOPClassUID")
    return Instance(path, header)


def has_pixels(instance: Instance) -> bool:
    """Return whether the header is that of an image."""
    return bool(instance.header.get("Rows")) and bool(instance.header.get("Columns"))


def check_is_image(instance: Instance) -> None:
    """Raise InputError, which names the kind, for objects that are not images and for images that cannot be a
    volume."""
    name = getattr(instance.header.get("SOPClassUID"), "name", "") or "unknown kind"
    if not has_pixels(instance):
        raise InputError(
            said("The DICOM file {path} contains no image: it has no pixels ({name}).", path=instance.path, name=name)
        )
    if instance.sop_class_uid == _WHOLE_SLIDE:
        raise InputError(
            said("The DICOM file {path} is a tiled whole-slide image, which is not supported.", path=instance.path)
        )


def frames_of(instance: Instance) -> list[Frame]:
    """Return all frames of a file. Raises InputError naming the file and its fault."""
    with reported_as_damaged(said("The DICOM file {path}", path=instance.path)):
        check_is_image(instance)
        if instance.has_functional_groups:
            return _enhanced_frames(instance)
        return _classic_frames(instance)


def _classic_frames(instance: Instance) -> list[Frame]:
    header = instance.header
    first = _frame(instance, 0, [header], _detector(header))
    kinds = {name: _key(header.get(name)) for name, _ in KINDS if header.get(name) not in (None, "")}
    if is_mosaic(header):
        return frames_of_mosaic(instance, replace(first, kinds=kinds))
    positions = _positions_of_frames(instance, first)
    frames = []
    for number, position in enumerate(positions):
        own = kinds_of_frame(header, number, len(positions)) if header.get("Modality") == "NM" else {}
        frames.append(replace(first, number=number, position=position, kinds=kinds | own))
    return frames


def _detector(header: Any) -> Any:
    """Return the detector item, in which nuclear medicine keeps the position of reconstructed slices."""
    sequence = header.get("DetectorInformationSequence") or [None]
    return sequence[0]


def _positions_of_frames(instance: Instance, first: Frame) -> list[np.ndarray | None]:
    """Return the positions of the frames of a file that gives only one: dose grids, nuclear medicine, and
    ultrasound."""
    count, header = instance.frame_count, instance.header
    if count == 1 or first.position is None or first.axes is None:
        return [first.position] * count
    offsets = header.get("GridFrameOffsetVector")
    if offsets is not None and len(offsets) == count:
        along = np.asarray(np.array(offsets, float) - float(offsets[0]))
    elif header.get("Modality") == "NM" and first.thickness:
        # The position is that of the first slice. The distance is negative if the next slices lie against the normal.
        along = slice_numbers(header, count) * float(header.get("SpacingBetweenSlices") or first.thickness)
    else:
        return [first.position] * count
    return [np.asarray(first.position + distance * first.normal) for distance in along]


def _enhanced_frames(instance: Instance) -> list[Frame]:
    header = instance.header
    shared = (header.get("SharedFunctionalGroupsSequence") or [None])[0]
    frames = []
    groups = header.PerFrameFunctionalGroupsSequence
    if len(groups) != instance.frame_count:
        raise Fault(
            said(
                "it has {frame_count} frames but describes {count}", frame_count=instance.frame_count, count=len(groups)
            )
        )
    for number, own in enumerate(groups):
        places = [place for place in (own, shared) if place is not None]
        frame = _frame(instance, number, [_group(places, name) for name in _GEOMETRY_GROUPS] + [header])
        kinds = {name: _key(header.get(name)) for name, _ in KINDS if header.get(name) not in (None, "")}
        for sequence, names in _PLACES:
            item = _group(places, sequence)
            kinds |= {name: _key(item[name].value) for name in names if item is not None and name in item}
        segment = _group(places, "SegmentIdentificationSequence")
        number_of = None if segment is None else int(segment.ReferencedSegmentNumber)
        frames.append(replace(frame, kinds=kinds, segment=number_of))
    return frames


_GEOMETRY_GROUPS = (
    "PlanePositionSequence",
    "PlanePositionVolumeSequence",
    "PlaneOrientationSequence",
    "PlaneOrientationVolumeSequence",
    "PixelMeasuresSequence",
    "PixelValueTransformationSequence",
)


def _group(places: list[Any], name: str) -> Any:
    """Return the item of a functional group, from the frame or from those that all frames share."""
    for place in places:
        if place.get(name):
            return place[name][0]
    return None


def _frame(instance: Instance, number: int, places: list[Any], detector: Any = None) -> Frame:
    """Make a frame. Each value comes from the first of ``places`` that has it, otherwise from ``detector``."""
    header = instance.header

    def value(*names: str) -> Any:
        for name in names:
            for place in (*places, detector):
                found = None if place is None else place.get(name)
                if found not in (None, "") and np.size(found):
                    return found
        return None

    position = _numbers(value("ImagePositionPatient", "ImagePositionVolume"), 3)
    spacing = _numbers(value("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"), 2)
    if spacing is None:
        spacing = _of_ultrasound(header)
    if spacing is not None and not (spacing > 0).all():
        raise Fault(said("its pixel spacing is {spacing}", spacing=spacing.tolist()))
    thickness = value("SpacingBetweenSlices", "SliceThickness")
    slope, intercept = value("RescaleSlope"), value("RescaleIntercept")
    if instance.is_dose:
        slope = header.get("DoseGridScaling")
        if slope is None:
            raise Fault(said("it lacks DoseGridScaling"))
    return Frame(
        instance=instance,
        number=number,
        size=(int(header.Columns), int(header.Rows)),
        spacing=None if spacing is None else (float(spacing[1]), float(spacing[0])),
        position=position,
        axes=_axes(_numbers(value("ImageOrientationPatient", "ImageOrientationVolume"), 6)),
        thickness=abs(float(thickness)) or None if thickness is not None else None,
        slope=1.0 if slope is None else float(slope),
        intercept=0.0 if intercept is None else float(intercept),
        samples=int(header.get("SamplesPerPixel") or 1),
    )


_CENTIMETERS, _TISSUE_2D = 3, 1


def _of_ultrasound(header: Any) -> np.ndarray | None:
    """Return the mm between rows and between columns if all calibrated 2D regions of an image agree on them (PS3.3,
    C.8.5.5)."""
    found = {
        (abs(float(item.PhysicalDeltaY)) * 10, abs(float(item.PhysicalDeltaX)) * 10)
        for item in header.get("SequenceOfUltrasoundRegions") or ()
        if item.get("RegionSpatialFormat") == _TISSUE_2D
        and item.get("PhysicalUnitsXDirection") == item.get("PhysicalUnitsYDirection") == _CENTIMETERS
    }
    return np.array(found.pop()) if len(found) == 1 else None


def _numbers(value: Any, count: int) -> np.ndarray | None:
    """Return ``count`` finite numbers. Raises ValueError for anything else."""
    if value is None:
        return None
    numbers = np.array(value, float)
    if numbers.shape != (count,) or not np.isfinite(numbers).all():
        raise Fault(said("{count} numbers were expected instead of {value}", count=count, value=value))
    return numbers


#: Largest cosine between rows and columns. It is not 0, because orientations are written with few digits.
_MAX_COSINE = 1e-2


def _axes(numbers: np.ndarray | None) -> np.ndarray | None:
    """Return (2, 3) orthonormal axes from six direction cosines, which are rounded in some files. Raises ValueError."""
    if numbers is None or not numbers.any():
        return None
    axes: np.ndarray = numbers.reshape(2, 3)
    lengths = np.linalg.norm(axes, axis=1)
    if not (np.abs(lengths - 1) < 0.05).all():
        raise Fault(said("its image orientation {numbers} does not consist of unit vectors", numbers=numbers.tolist()))
    axes = np.asarray(axes / lengths[:, None])
    cosine = float(axes[0] @ axes[1])
    if abs(cosine) > _MAX_COSINE:
        raise Fault(
            said("its image orientation {numbers} does not consist of perpendicular vectors", numbers=numbers.tolist())
        )
    # Each gets half of the correction, because neither is more trustworthy.
    turned = np.stack([axes[0] - cosine / 2 * axes[1], axes[1] - cosine / 2 * axes[0]])
    return np.asarray(turned / np.linalg.norm(turned, axis=1)[:, None])


def _key(value: Any) -> Any:
    """Return a value that can be compared and counted."""
    if isinstance(value, (str, bytes, int, float)):
        return value
    try:
        return tuple(_key(item) for item in value)
    except TypeError:
        return str(value)


def _text(header: Any, name: str) -> str:
    return str(header.get(name) or "")
