"""Structures of one image carried over to another by a transform: RTSTRUCT, segmentations, label maps.

>>> grid, series = read_grid("fixed")                                                  # doctest: +SKIP
>>> carried = carry_structures(read_transform("t.h5"), "moving/RS.dcm:Heart,Lung_L", grid)
>>> write_carried(carried, "heart.dcm", "rtstruct", grid, series)
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, geometry_of
from ..images.labels import label_values
from ..resampling.regions import RegionCarrier
from ..system.file_names import split_choice
from ..transforms.itk_transforms import whole_matrix
from ..wording import said
from .dicom.layers import Layers
from .dicom.places import Place
from .dicom.structures import is_structure_set, read_structures
from .dicom_objects.segmentation import highdicom, write_segmentation
from .dicom_objects.structure_set import CarriedStructure, check_can_refer, write_structures
from .formats.choice import names_in
from .formats.segment_entries import segment_names, set_segments
from .image_files import read_volume, write_image
from .label_files import only
from .segmentation_files import is_segmentation, placed_segmentation
from .structure_fields import StructureField, copied_contours, drawn_field, label_fields

if TYPE_CHECKING:
    from .dicom.volumes import DicomSeries

_log = logging.getLogger(__name__)
#: DICOM forms in which structures can be written. The alternative is a label map.
DICOM_FORMS = ("rtstruct", "seg")
#: Contours are sampled this many times finer than the reference, small structures even finer.
_FINER = 2.0
#: New contours have this many pixels across the width of a structure, but are at most this many times finer than the
#: reference.
_ACROSS, _MAX_FINER = 32, 8
#: Point spacing of the box around contours, and its margin, in mm.
_BOX_MM, _AROUND = 2.0, 10.0


@dataclass(frozen=True)
class StructureSource:
    """The structures of a file. ``place`` gives the images on which they lie and their patient, as far as the file
    says; None for files that are not DICOM."""

    path: Path
    names: tuple[str, ...]
    place: Place | None
    form: str
    _content: Any = field(default=None, repr=False)
    _thickness: float = 0.0

    def box(self) -> Geometry:
        """Return a grid that encloses all structures."""
        if not isinstance(self._content, tuple):
            return geometry_of(self._content["image"])
        points = np.concatenate([contour for one in self._content for contour in one.contours])
        low, high = points.min(axis=0) - _AROUND, points.max(axis=0) + _AROUND
        size = np.ceil((high - low) / _BOX_MM).astype(int) + 1
        return Geometry(tuple(size.tolist()), (_BOX_MM,) * 3, tuple(low.tolist()), ((1, 0, 0), (0, 1, 0), (0, 0, 1)))

    def fields(self, spacing: float) -> Iterator[StructureField]:
        """Yield the field of each structure. ``spacing`` is the pixel size, mm, at which contours are sampled."""
        if isinstance(self._content, tuple):
            for one in self._content:
                yield drawn_field(one, spacing, self._thickness)
        else:
            image, names, entries = self._content.values()
            yield from label_fields(image, names, entries, spacing)


def read_structure_source(path: str | os.PathLike) -> StructureSource:
    """Read an RTSTRUCT, a DICOM segmentation, a .seg.nrrd or a label map. FILE:NAME,NAME chooses structures. Raises
    InputError."""
    file, choice = split_choice(path)
    if is_structure_set(file):
        whole = read_structures(file)
        chosen = whole.chosen(names_in(choice, [one.name for one in whole.structures]))
        drawn = tuple(one.name for one in chosen.structures)
        return StructureSource(file, drawn, whole.place, "rtstruct", chosen.structures, whole.thickness)
    read = read_volume(file, "label map")
    image = only(read.image, choice, said("the label map {file}", file=file)) if choice else read.image
    if image.GetImageDimension() != 3:
        raise InputError(
            said(
                "The label map {file} has {dimension} dimensions; 3 are needed.",
                file=file,
                dimension=image.GetImageDimension(),
            )
        )
    entries = {}
    if read.series is not None:
        segments = read.series.attributes.get("SegmentSequence") or ()
        entries = {int(one.SegmentNumber): (one,) for one in segments}
    names = segment_names(image)
    for value in label_values(np.asarray(array_view(image))):
        names.setdefault(int(value), f"Label {int(value)}")
    place = None if read.series is None else read.series.place
    content = {"image": image, "names": names, "entries": entries}
    return StructureSource(file, tuple(names.values()), place, "seg", content)


@dataclass(frozen=True)
class CarriedStructures:
    """Structures on the grid of the reference. ``outside`` names the structures that lie outside the grid, which are
    left out. ``cut`` names those with contours beyond its first or last slice."""

    structures: tuple[CarriedStructure, ...]
    outside: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()

    def volumes_ml(self) -> dict[str, float]:
        return {one.name: one.region.volume() / 1000 for one in self.structures}


def carry_structures(
    transform: Any, source: StructureSource | str | os.PathLike, reference: Geometry
) -> CarriedStructures:
    """Carry structures over with ``transform``, which maps points of ``reference`` to points of the structures, LPS mm.

    Raises InputError if none of the structures lies in the grid.
    """
    if not isinstance(source, StructureSource):
        source = read_structure_source(source)
    if not reference.dimension == transform.GetInputSpaceDimension() == 3:
        raise InputError(said("Carrying structures over needs 3D images and a 3D transform."))
    carrier = RegionCarrier(transform, reference)
    to_moving = whole_matrix(transform)
    drawn_on: frozenset[str] = frozenset() if source.place is None else source.place.series
    found, outside = [], []
    for one in source.fields(min(reference.spacing[:2]) / _FINER):
        pixels = max(one.width / min(reference.spacing[:2]), 1e-6)
        region = carrier.carried(one.image, int(np.clip(np.ceil(_ACROSS / pixels), 1, _MAX_FINER)))
        if region is None:
            outside.append(one.name)
            continue
        copied = None if one.drawn is None else copied_contours(one.drawn, to_moving, reference)
        found.append(CarriedStructure(one.number, one.name, region, one.entries, copied, drawn_on))
    if not found:
        raise InputError(said("No structure of {path} ends up in the reference image.", path=source.path))
    ends = range(reference.size[2])
    cut = tuple(one.name for one in found if any(contour.number not in ends for contour in one.copied or ()))
    return CarriedStructures(tuple(found), tuple(outside), cut)


def check_form(path: str | os.PathLike, form: str, series: DicomSeries | None, reference: Geometry) -> None:
    """Raise InputError if the structures cannot be written as DICOM. Call it before they are carried over."""
    if Path(path).suffix.lower() != ".dcm":
        return
    if series is None:
        raise InputError(
            said(
                "A DICOM file like {path} must refer to DICOM images; give the fixed series as --reference.", path=path
            )
        )
    if form == "seg":
        highdicom()
    check_can_refer(series, reference, "segmentation" if form == "seg" else "structure set")


def write_carried(
    carried: CarriedStructures,
    path: str | os.PathLike,
    form: str,
    reference: Geometry,
    series: DicomSeries | None = None,
    *,
    anonymize: bool = False,
) -> None:
    """Write the structures to ``path``. A name ending in .dcm gives a DICOM object of ``form``, one of ``DICOM_FORMS``,
    that refers to ``series``. Other names give a label map, with layers if structures overlap. Raises InputError."""
    check_form(path, form, series, reference)
    if Path(path).suffix.lower() == ".dcm":
        assert series is not None, "it was checked"
        if form == "seg":
            write_segmentation(_with_voxels(carried, reference), path, series, reference, anonymize=anonymize)
        else:
            write_structures(carried.structures, path, series, reference, anonymize=anonymize)
        return
    image = label_image(_with_voxels(carried, reference), reference)
    write_image(placed_segmentation(image, image) if is_segmentation(path) else image, path)


def _with_voxels(carried: CarriedStructures, reference: Geometry) -> list[CarriedStructure]:
    """Return the structures that contain the center of at least one voxel, and log a warning about the others, whose
    contours are smaller. Raises InputError if none does."""
    found = [one for one in carried.structures if one.mask(reference).any()]
    empty = [one.name for one in carried.structures if one not in found]
    if not found:
        raise InputError(said("No voxel of the reference image lies in {names}.", names=", ".join(empty)))
    if empty:
        _log.warning("Left out because they are smaller than a voxel of the reference image: %s.", ", ".join(empty))
    return found


def label_image(structures: Sequence[CarriedStructure], reference: Geometry) -> Any:
    """Return an ITK image on ``reference`` that is n inside structure n. Its header names the structures."""
    layers = Layers(reference.size, max(one.number for one in structures))
    for one in structures:
        layers.put(one.number, one.mask(reference))
    image, layer_of = layers.image(reference)
    set_segments(image, {one.number: one.name for one in structures}, layer_of)
    return image
