"""Structures that are to be carried over, as images that are positive inside, and as contours that can be copied.

Everything is in LPS mm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..images.contours import CopiedContour, width_of
from ..images.geometry import Geometry, array_view, component_count, geometry_of
from ..images.polygons import outlines_of
from .dicom.structures import Structure, structure_region
from .formats.segment_entries import segment_layers

#: Largest distance of a contour from its slice, in slice distances.
_IN_SLICE = 0.05


@dataclass(frozen=True)
class StructureField:
    """A structure as an ITK ``image`` that is positive inside and is interpolated linearly. ``width`` is that of
    ``width_of``, mm. ``entries`` are the DICOM items that describe it. ``drawn`` has its contours, if it was drawn as
    contours."""

    number: int
    name: str
    image: Any
    width: float
    entries: tuple[Any, ...] = ()
    drawn: Structure | None = None


def drawn_field(structure: Structure, spacing: float, thickness: float) -> StructureField:
    """Sample the contours of a structure with pixels of at most ``spacing`` mm, as ``structure_region`` does."""
    image = structure_region(structure, spacing, thickness).image
    return StructureField(
        structure.number, structure.name, image, width_of(structure.contours), structure.entries, structure
    )


def copied_contours(
    structure: Structure, to_structure: np.ndarray | None, grid: Geometry
) -> tuple[CopiedContour, ...] | None:
    """Return the contours of a structure on ``grid``, copied point by point, if each one lands in a slice. Otherwise
    return None.

    ``to_structure`` is the (4, 4) matrix from points of ``grid`` to points of the structure, LPS mm; None if the
    transform is not linear. Slices beyond the grid count too.
    """
    if to_structure is None or abs(np.linalg.det(to_structure)) < 1e-9:
        return None
    stays, back = np.array_equal(to_structure, np.eye(4)), np.linalg.inv(to_structure)
    found = []
    for contour, kind in zip(structure.contours, structure.kinds, strict=True):
        points = contour if stays else contour @ back[:3, :3].T + back[:3, 3]
        heights = grid.indices_of(points)[:, 2]
        number = round(float(heights.mean()))
        if np.abs(heights - number).max() > _IN_SLICE:
            return None
        found.append(CopiedContour(number, points, kind))
    return tuple(found)


def label_fields(
    image: Any, names: Mapping[int, str], entries: Mapping[int, Any], spacing: float
) -> Iterator[StructureField]:
    """Yield a field for each label of an ITK image, like ``drawn_field``, from the outlines of its voxels in each
    slice."""
    grid, voxels = geometry_of(image), np.asarray(array_view(image))
    layer_of, layered = segment_layers(image), component_count(image) > 1
    for value, name in names.items():
        inside = (voxels[..., layer_of.get(value, 0)] if layered else voxels) == value
        contours = tuple(_outlines(inside, grid))
        if contours:
            kinds = ("CLOSED_PLANAR",) * len(contours)
            structure = Structure(value, name, contours, kinds, entries=entries.get(value, ()))
            yield drawn_field(structure, spacing, grid.spacing[2])


def _outlines(inside: np.ndarray, grid: Geometry) -> Iterator[np.ndarray]:
    """Yield the (N, 3) outlines, LPS mm, of the voxels (k, j, i) that are inside."""
    for number in np.flatnonzero(inside.any(axis=(1, 2))):
        plane = inside[number]
        rows, columns = (np.flatnonzero(plane.any(axis=axis)) for axis in (1, 0))
        part = plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        for polygon in outlines_of(part):
            yield grid.points_of(np.c_[polygon + np.array([columns[0], rows[0]]), np.full(len(polygon), number)])
