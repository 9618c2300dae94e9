"""Structures of one image carried over to another by a transform: RTSTRUCT, segmentations, label maps.

>>> grid, series = read_grid("fixed")                                                  # doctest: +SKIP
>>> carried = carry_structures(read_transform("t.h5"), "moving/RS.dcm:Heart,Lung_L", grid)
>>> write_carried(carried, "heart.dcm", "rtstruct", grid, series)
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view, component_count, geometry_of, image_from_array
from ..images.labels import label_values
from ..system.file_names import split_choice
from ..transforms.regions import RegionCarrier
from .dicom.layers import Layers
from .dicom.places import Place
from .dicom.structures import Structure, is_structure_set, read_structures, structure_region
from .dicom_objects.segmentation import highdicom, write_segmentation
from .dicom_objects.structure_set import CarriedStructure, check_can_refer, write_structures
from .formats.choice import names_in
from .formats.segment_entries import segment_layers, segment_names, set_segments
from .image_files import read_volume, write_image
from .label_files import only
from .segmentation_files import is_segmentation, placed_segmentation

if TYPE_CHECKING:
    from .dicom.volumes import DicomSeries

#: What structures are written as, beside images of labels.
DICOM_FORMS = ("rtstruct", "seg")
#: Contours are sampled with no more pixels along an axis.
_MOST_PIXELS = 1000
#: So many times finer than the reference, so that what is lost between pixels is some hundredths of one.
_FINER = 2.0
#: The distance of the points of a box around contours, and how much wider it is, mm.
_BOX_MM, _AROUND = 2.0, 10.0


@dataclass(frozen=True)
class StructureSource:
    """The structures of a file. ``place``: where they are, and whose, where the file says so."""

    path: Path
    names: tuple[str, ...]
    place: Place | None
    form: str
    _content: Any = field(default=None, repr=False)
    _thickness: float = 0.0

    def box(self) -> Geometry:
        """A grid around all structures."""
        if not isinstance(self._content, tuple):
            return geometry_of(self._content["image"])
        points = np.concatenate([contour for one in self._content for contour in one.contours])
        low, high = points.min(axis=0) - _AROUND, points.max(axis=0) + _AROUND
        size = np.ceil((high - low) / _BOX_MM).astype(int) + 1
        return Geometry(tuple(size.tolist()), (_BOX_MM,) * 3, tuple(low.tolist()), ((1, 0, 0), (0, 1, 0), (0, 0, 1)))

    def fields(self, spacing: float) -> Iterator[tuple[int, str, Any, tuple[Any, ...]]]:
        """Of each structure its number, its name, an ITK image that is more than 0 inside, and what describes it.

        ``spacing``: of the pixels that contours are sampled with, mm.
        """
        if isinstance(self._content, tuple):
            for one in self._content:
                yield one.number, one.name, _distances(one, spacing, self._thickness), one.entries
        else:
            yield from _label_fields(*self._content.values())


def read_structure_source(path: str | os.PathLike) -> StructureSource:
    """Of an RTSTRUCT, a DICOM segmentation, a .seg.nrrd or a label map; FILE:NAME,NAME chooses. Raises InputError."""
    file, choice = split_choice(path)
    if is_structure_set(file):
        whole = read_structures(file)
        chosen = whole.chosen(names_in(choice, [one.name for one in whole.structures]))
        drawn = tuple(one.name for one in chosen.structures)
        return StructureSource(file, drawn, whole.place, "rtstruct", chosen.structures, whole.thickness)
    read = read_volume(file, "label map")
    image = only(read.image, choice, f"the label map {file}") if choice else read.image
    if image.GetImageDimension() != 3:
        raise InputError(f"The label map {file} has {image.GetImageDimension()} dimensions; 3 are needed.")
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


def _distances(one: Structure, spacing: float, thickness: float) -> Any:
    extent = float(np.ptp(np.concatenate(one.contours), axis=0).max())
    return structure_region(one, max(spacing, extent / _MOST_PIXELS), thickness).image


def _label_fields(image: Any, names: dict[int, str], entries: dict[int, Any]) -> Iterator[tuple[int, str, Any, Any]]:
    """More than 0 where linear interpolation finds more than half of a label."""
    grid, voxels = geometry_of(image), np.asarray(array_view(image))
    layer_of, layered = segment_layers(image), component_count(image) > 1
    for value, name in names.items():
        inside = (voxels[..., layer_of.get(value, 0)] if layered else voxels) == value
        if not inside.any():
            continue
        box = [
            np.flatnonzero(inside.any(axis=tuple(other for other in range(3) if other != axis))) for axis in range(3)
        ]
        start = np.array([one[0] for one in box])
        part = np.pad(inside[tuple(slice(one[0], one[-1] + 1) for one in box)], 2).astype(np.float32) - np.float32(0.5)
        place = Geometry(part.shape[::-1], grid.spacing, tuple(grid.points_of(start[::-1] - 2)), grid.direction)
        yield value, name, image_from_array(part, place), entries.get(value, ())


@dataclass(frozen=True)
class CarriedStructures:
    """``outside``: names of those that lie outside of the grid, which are left out."""

    structures: tuple[CarriedStructure, ...]
    outside: tuple[str, ...] = ()

    def volumes_ml(self) -> dict[str, float]:
        """Of voxels whose centers lie inside."""
        return {
            one.name: float((one.region.distances > 0).sum() * np.prod(one.region.grid.spacing) / 1000)
            for one in self.structures
        }


def carry_structures(
    transform: Any, source: StructureSource | str | os.PathLike, reference: Geometry
) -> CarriedStructures:
    """The structures where ``transform``, from points of ``reference`` to points of theirs, LPS mm, puts them.

    Raises InputError where none of them lies in the grid.
    """
    if not isinstance(source, StructureSource):
        source = read_structure_source(source)
    if not reference.dimension == transform.GetInputSpaceDimension() == 3:
        raise InputError("Structures are carried over between 3D images, by a 3D transform.")
    carrier = RegionCarrier(transform, reference)
    found, outside = [], []
    for number, name, image, entries in source.fields(min(reference.spacing[:2]) / _FINER):
        region = carrier.carried(image)
        if region is None:
            outside.append(name)
        else:
            found.append(CarriedStructure(number, name, region, entries))
    if not found:
        raise InputError(f"No structure of {source.path} comes to lie in the reference image.")
    return CarriedStructures(tuple(found), tuple(outside))


def check_form(path: str | os.PathLike, form: str, series: DicomSeries | None, reference: Geometry) -> None:
    """Raise InputError for structures that cannot be written as DICOM, before they are carried over."""
    if Path(path).suffix.lower() != ".dcm":
        return
    if series is None:
        raise InputError(f"{path} would be DICOM, which refers to DICOM images; give the fixed series as --reference.")
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
    """Write .dcm as ``form``, one of ``DICOM_FORMS``, on ``series``; other names as a label map, in layers where
    structures overlap. Raises InputError."""
    check_form(path, form, series, reference)
    if Path(path).suffix.lower() == ".dcm":
        assert series is not None, "it was checked"
        write = write_segmentation if form == "seg" else write_structures
        write(carried.structures, path, series, reference, anonymize=anonymize)
        return
    image = label_image(carried.structures, reference)
    write_image(placed_segmentation(image, image) if is_segmentation(path) else image, path)


def label_image(structures: Sequence[CarriedStructure], reference: Geometry) -> Any:
    """ITK image on ``reference``: label n where structure n is, with names in the header."""
    layers = Layers(reference.size, max(one.number for one in structures))
    for one in structures:
        layers.put(one.number, one.region.mask(reference.size))
    image, layer_of = layers.image(reference)
    set_segments(image, {one.number: one.name for one in structures}, layer_of)
    return image
