"""RTSTRUCT: the structures drawn on a series, and the voxels of a grid inside them. LPS mm.

>>> structures = read_structures("RS.dcm").chosen(["Heart"])           # doctest: +SKIP
>>> image = structures_image(structures, geometry_of(ct))              # label n where structure n is
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import Fault, InputError
from ...images.contours import (
    Region,
    grid_of,
    inside_of,
    lie_in_slices,
    missing_planes,
    plane_distance,
    region_of,
    width_of,
)
from ...images.geometry import Geometry
from ...images.polygons import REACH
from ...resampling.regions import RegionCarrier
from ...transforms.itk_transforms import identity
from ...wording import counted, named_role, said
from ..formats.choice import chosen_names
from ..formats.segment_entries import set_segments
from .headers import instance_of, is_dicom, reported_as_damaged
from .layers import Layers
from .places import RT_STRUCTURE_SET, Patient, Place, drawn_on
from .volumes import DicomSeries

_AREAS = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
#: A structure set with a single plane gets this plane distance, mm.
_THICKNESS = 2.0
#: Number of pixels across the width of contours, and largest number along an axis. Linear interpolation of distances
#: takes 2 / (3 n^2) of its area from a circle that is n pixels wide.
_ACROSS, _MAX_PIXELS = 32, 1000
#: Distances are exact up to this many pixels from the edge.
_MAX_REACH = 24


@dataclass(frozen=True)
class Structure:
    """A structure of an RTSTRUCT. ``contours`` are closed polygons, (N, 3) each, LPS mm, combined by the even-odd rule.

    ``kinds`` are their ContourGeometricTypes. ``others`` is the number of points and open lines, which have no inside.
    ``images`` are the UIDs of the slices that it was drawn on. ``entries`` are the items of the structure set that
    describe it (name, color, kind), as pydicom Datasets.
    """

    number: int
    name: str
    contours: tuple[np.ndarray, ...] = field(repr=False)
    kinds: tuple[str, ...] = field(default=(), repr=False)
    others: int = 0
    images: frozenset[str] = field(default=frozenset(), repr=False)
    entries: tuple[Any, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True)
class StructureSet:
    """The structures of a file. ``frames_of_reference`` and ``listed``, the images of each series that it was drawn
    on, are UIDs, as far as the file gives them. ``thickness`` is the plane distance, mm. ``header`` is its pydicom
    Dataset."""

    path: Path
    structures: tuple[Structure, ...]
    frames_of_reference: tuple[str, ...]
    listed: Mapping[str, frozenset[str]]
    thickness: float
    header: Any = field(repr=False, compare=False)

    @property
    def areas(self) -> tuple[Structure, ...]:
        return tuple(one for one in self.structures if one.contours)

    @property
    def place(self) -> Place:
        with reported_as_damaged(said("The structure set {path}", path=self.path)):
            return self._place()

    def _place(self) -> Place:
        return Place(
            frame=self.frames_of_reference[0] if len(self.frames_of_reference) == 1 else "",
            images=frozenset().union(*(one.images for one in self.structures), *self.listed.values()),
            series=frozenset(self.listed),
            studies=frozenset({str(self.header.get("StudyInstanceUID") or "")}) - {""},
            object=said("structure set {path}", path=self.path),
            is_drawn=True,
            listed=self.listed,
            patient=Patient.of(self.header),
        )

    def chosen(self, names: Sequence[str]) -> StructureSet:
        """Return the structures with these names, by default all that have an area. Raises InputError, which lists
        the structures, for unknown names."""
        whole = said("the structure set {path}", path=self.path)
        if not self.areas:
            raise InputError(said("{whole} has no structure with an area.", whole=whole.as_a_sentence()))
        if not names:
            return replace(self, structures=self.areas)
        wanted = chosen_names(names, [one.name for one in self.structures], whole)
        found = tuple(one for one in self.structures if one.name in wanted)
        empty = next((one for one in found if not one.contours), None)
        if empty is not None:
            raise InputError(
                said(
                    "The structure {name} of {path} has no area: it has only points or lines, or is empty.",
                    name=empty.name,
                    path=self.path,
                )
            )
        return replace(self, structures=found)

    def check_drawn_on(self, series: DicomSeries | None, role: str) -> None:
        """Raise InputError if the structures were not drawn on ``series``, or if slices of it are missing. Sentences
        call it the ``role``.

        Images that are not DICOM cannot be checked.
        """
        if series is None:
            return
        place, frame = self.place, series.frame_of_reference_uid
        if frame in self.frames_of_reference:
            # The series lies in one of several frames of reference.
            place = replace(place, frame=frame)
        elif len(self.frames_of_reference) > 1 and frame:
            place = replace(place, frame=self.frames_of_reference[0])
        place.check_lies_on(series.place, role)


def is_structure_set(path: str | os.PathLike) -> bool:
    """Return whether the header of a file says that it is an RTSTRUCT. A folder counts too if its only DICOM file is
    one, as archives export them."""
    path = _only_file(Path(path))
    return path.is_file() and is_dicom(path) and instance_of(path).sop_class_uid == RT_STRUCTURE_SET


def _only_file(path: Path) -> Path:
    """Return the one DICOM file of a folder. Other paths are unchanged."""
    if not path.is_dir():
        return path
    found = list(islice((one for one in sorted(path.iterdir()) if one.is_file() and is_dicom(one)), 2))
    return found[0] if len(found) == 1 else path


def read_structures(path: str | os.PathLike) -> StructureSet:
    """Read an RTSTRUCT from a file, or from a folder that contains nothing else. Raises InputError for other and for
    damaged files."""
    path = _only_file(Path(path))
    instance = instance_of(path)
    if instance.sop_class_uid != RT_STRUCTURE_SET:
        kind = getattr(instance.header.get("SOPClassUID"), "name", "") or "not a DICOM object"
        raise InputError(said("The file {path} is not a structure set ({kind}).", path=path, kind=kind))
    header = instance.header
    with reported_as_damaged(said("The structure set {path}", path=path)):
        structures = _structures(header)
        frames, listed = _frames_of_reference(header), drawn_on(header)
    distances = [plane_distance(one.contours) for one in structures if one.contours]
    thickness = min((one for one in distances if one), default=_THICKNESS)
    return StructureSet(path, structures, frames, listed, thickness, header)


def _structures(header: Any) -> tuple[Structure, ...]:
    """Return the structures in the order of the file, with unique names."""
    drawn = {int(item.ReferencedROINumber): item for item in header.get("ROIContourSequence") or ()}
    observed = {int(item.ReferencedROINumber): item for item in header.get("RTROIObservationsSequence") or ()}
    structures: list[Structure] = []
    for item in header.StructureSetROISequence:
        number = int(item.ROINumber)
        name = str(item.get("ROIName") or "").strip() or f"Structure {number}"
        while any(one.name == name for one in structures):
            name += f" ({number})"
        areas, kinds, others, images = [], [], 0, set()
        for contour in (drawn[number].get("ContourSequence") or ()) if number in drawn else ():
            points = _points(contour)
            if not np.isfinite(points).all():
                raise Fault(said("the structure {name} has points that are not numbers", name=name))
            kind = str(contour.get("ContourGeometricType"))
            if kind in _AREAS and len(points) > 2:
                areas.append(points)
                kinds.append(kind)
                images |= {str(one.ReferencedSOPInstanceUID) for one in contour.get("ContourImageSequence") or ()}
            else:
                others += bool(len(points))
        entries = (item, drawn.get(number), observed.get(number))
        structures.append(Structure(number, name, tuple(areas), tuple(kinds), others, frozenset(images), entries))
    return tuple(structures)


def _points(contour: Any) -> np.ndarray:
    """Return the (N, 3) points of a contour, LPS mm. The stored text is parsed here, because pydicom does that
    slowly, and not at all for text of more than 64 kB, which has lost its type."""
    if "ContourData" not in contour:
        return np.empty((0, 3))
    value = contour.get_item("ContourData").value
    if isinstance(value, bytes):
        value = value.decode("ascii").rstrip("\0 ").split("\\") if value.strip(b"\0 ") else ()
    return np.array(value, float).reshape(-1, 3)


def _frames_of_reference(header: Any) -> tuple[str, ...]:
    """Return the UIDs of the frames of reference."""
    frames = {str(item.get("ReferencedFrameOfReferenceUID") or "") for item in header.StructureSetROISequence}
    frames |= {
        str(one.get("FrameOfReferenceUID") or "") for one in header.get("ReferencedFrameOfReferenceSequence") or ()
    }
    return tuple(sorted(frames - {""}))


def structure_region(structure: Structure, spacing: float, thickness: float) -> Region:
    """Return a structure on its own grid. Pixels have at most ``spacing`` mm, and are small enough to keep its edge
    within a hundredth of its width. Raises InputError that names it."""
    extent = float(np.ptp(np.concatenate(structure.contours), axis=0).max())
    fine = max(min(spacing, width_of(structure.contours) / _ACROSS), extent / _MAX_PIXELS, 1e-3)
    reach = min(max(REACH, round(REACH * spacing / fine)), _MAX_REACH)
    try:
        grid = grid_of(structure.contours, fine, thickness, reach)
    except InputError as error:
        raise InputError(
            said("The structure {name} has no area: its contours are not in parallel planes.", name=structure.name)
        ) from error
    region = region_of(structure.contours, grid, thickness, reach)
    assert region is not None, "the grid was made for it"
    return region


def structure_mask(structure: Structure, grid: Geometry, thickness: float) -> np.ndarray:
    """Return (k, j, i) booleans: the voxels of ``grid``, in any orientation, whose centers lie in a structure."""
    if lie_in_slices(structure.contours, grid):
        return inside_of(structure.contours, grid, thickness)
    region = structure_region(structure, min(grid.spacing), thickness)
    moved = RegionCarrier(identity(3), grid).carried(region.image)
    return np.zeros(grid.size[::-1], bool) if moved is None else moved.mask(grid.size)


def _planes_beyond(structure: Structure, grid: Geometry) -> int:
    """Return the number of contour planes before the first or after the last slice of ``grid``; 0 for oblique
    planes."""
    if not lie_in_slices(structure.contours, grid):
        return 0
    heights = {round(float(grid.indices_of(one)[:, 2].mean()), 1) for one in structure.contours}
    return sum(not -0.5 <= height <= grid.size[2] - 0.5 for height in heights)


def structures_image(chosen: StructureSet, grid: Geometry, role: str = "structure set") -> tuple[Any, list[str]]:
    """Return an ITK image on a 3D ``grid`` that is n in structure n, and sentences for the user. As for a DICOM
    segmentation, its header names the structures, and those that overlap are in layers.

    Raises InputError for a grid that is not 3D, and if no structure contains one of its voxels.
    """
    if grid.dimension != 3:
        raise InputError(
            said(
                "The {role} {path} is drawn in 3D, but the image has {dimension} dimensions.",
                role=named_role(role),
                path=chosen.path,
                dimension=grid.dimension,
            )
        )
    layers = Layers(grid.size, max(one.number for one in chosen.structures))
    empty, notes = [], []
    for one in chosen.structures:
        mask = structure_mask(one, grid, chosen.thickness)
        if not mask.any():
            empty.append(one.name)
        layers.put(one.number, mask)
        beyond = _planes_beyond(one, grid)
        if beyond:
            slices = counted(beyond, "slice")
            notes.append(f"{one.name} has contours on {slices} beyond the ends of the image; is the series complete?")
        missing = missing_planes(one.contours)
        if missing:
            slices = counted(missing, "slice")
            notes.append(f"{one.name} has no contour on {slices} between its contours; it is empty there.")
    if len(empty) == len(chosen.structures):
        raise InputError(
            said(
                "No structure of {path} contains a voxel of the image; were they drawn on a different image?",
                path=chosen.path,
            )
        )
    if empty:
        notes.append(f"No voxel of the image lies in {', '.join(empty)}.")
    image, layer_of = layers.image(grid)
    set_segments(image, {one.number: one.name for one in chosen.structures}, layer_of)
    return image, notes
