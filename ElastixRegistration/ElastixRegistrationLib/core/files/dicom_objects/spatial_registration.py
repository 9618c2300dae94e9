"""Write transforms as DICOM Spatial Registrations and Deformable Spatial Registrations. LPS mm (PS3.3, C.20.2 and
C.20.3).

Transforms here map fixed to moving points. A Spatial Registration has matrices from each source to the registered frame
of reference, so the matrix of the moving images is the inverse. A Deformable Spatial Registration maps a point of the
registered frame to the source, by a matrix, displacements on a grid, and a second matrix. That is the direction used
here.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError
from ...images.geometry import Geometry
from ...transforms.itk_transforms import (
    affine_from_matrix,
    compose,
    displacement_field_transform,
    map_points,
    whole_matrix,
)
from ...transforms.sampling import best_affine, lattice, voxel_centers
from ...wording import said
from ..dicom.headers import pydicom
from ..dicom.volumes import DicomSeries
from .modules import (
    code,
    description_of,
    image_references,
    new_dataset,
    set_frame_of_reference,
    set_instance_references,
    write_dataset,
)

_log = logging.getLogger(__name__)
SPATIAL_REGISTRATION = "1.2.840.10008.5.1.4.1.1.66.1"
DEFORMABLE_SPATIAL_REGISTRATION = "1.2.840.10008.5.1.4.1.1.66.3"
REGISTRATIONS = (SPATIAL_REGISTRATION, DEFORMABLE_SPATIAL_REGISTRATION)
#: Default grid spacing, mm.
GRID_MM = 3.0
_MAX_GRID_POINTS = 20_000_000
#: Number of points at which the written grid is compared with the transform.
_COMPARED = 20_000
#: The surroundings of this many of these points are searched more finely.
_LOOKED_AROUND = 40
_ORTHOGONAL = 1e-6


@dataclass(frozen=True)
class RegistrationObject:
    """The file that was written. ``error_mm`` is the largest distance found between the transform and the file, mm;
    0 for matrices. ``grid`` is that of the displacements, None for a matrix."""

    path: str
    sop_instance_uid: str
    error_mm: float = 0.0
    grid: Geometry | None = None


def write_registration(
    transform: Any,
    path: str | os.PathLike,
    fixed: DicomSeries,
    moving: DicomSeries,
    geometry: Geometry,
    *,
    grid_mm: float = GRID_MM,
    description: str = "",
    anonymize: bool = False,
) -> RegistrationObject:
    """Write a 3D itk ``transform``, fixed to moving points, LPS mm. A linear one is written as matrices, others on a
    grid.

    ``geometry`` is the grid of the fixed image. The displacement grid covers it with points that are ``grid_mm`` apart.
    Outside that grid, the file continues with the best affine fit. Raises InputError for a transform that is not 3D,
    for series without a frame of reference or both in the same one, and for a grid that is too fine.
    """
    if transform.GetInputSpaceDimension() != 3:
        raise InputError(said("DICOM supports registrations of 3D images only, and this transform is for 2D images."))
    check_can_be_related(fixed, moving)
    if fixed.patient.is_another_than(moving.patient):
        _log.warning(
            "The DICOM registration relates images of different patients; it is written for the patient of the fixed "
            "image."
        )
    matrix = whole_matrix(transform)
    sop_class = SPATIAL_REGISTRATION if matrix is not None else DEFORMABLE_SPATIAL_REGISTRATION
    text = description or " to ".join(description_of(one, anonymize) for one in (moving, fixed))
    dataset = new_dataset(fixed, sop_class, "REG", text, anonymize=anonymize)
    set_frame_of_reference(dataset, fixed)
    if not moving.frame_of_reference_uid:
        # This raises the error for a missing frame of reference.
        set_frame_of_reference(pydicom().Dataset(), moving)
    dataset.ContentLabel, dataset.ContentDescription = "REGISTRATION", text[:64]
    dataset.ContentCreatorName = ""
    set_instance_references(dataset, (fixed, moving))
    if matrix is not None:
        _set_matrices(dataset, matrix, fixed, moving)
        error, grid = 0.0, None
    else:
        error, grid = _set_deformation(dataset, transform, fixed, moving, geometry, grid_mm)
    write_dataset(dataset, path)
    return RegistrationObject(str(path), str(dataset.SOPInstanceUID), error, grid)


def check_can_be_related(fixed: DicomSeries, moving: DicomSeries) -> None:
    """Raise InputError if both images are the same, with one frame of reference and the same slices."""
    same_frame = fixed.frame_of_reference_uid == moving.frame_of_reference_uid
    if same_frame and {one.uid for one in fixed.instances} & {one.uid for one in moving.instances}:
        raise InputError(
            said("The fixed and the moving image are the same DICOM series; there is nothing to register.")
        )


def matrix_type(matrix: np.ndarray) -> str:
    """Return RIGID, RIGID_SCALE or AFFINE, as PS3.3, C.20.2.1.2 defines them."""
    product = matrix[:3, :3].T @ matrix[:3, :3]
    if np.abs(product - np.eye(3)).max() <= _ORTHOGONAL:
        return "RIGID"
    off_diagonal = product - np.diag(np.diag(product))
    return "RIGID_SCALE" if np.abs(off_diagonal).max() <= _ORTHOGONAL * product.max() else "AFFINE"


def _matrix_entry(matrix: np.ndarray) -> Any:
    """Return an item with a matrix and its type. Decimal strings have 16 characters, which gives about 1e-10 mm."""
    entry = pydicom().Dataset()
    values = np.asarray(matrix, float).copy()
    values[3] = (0, 0, 0, 1)
    entry.FrameOfReferenceTransformationMatrix = _decimals(values.ravel())
    entry.FrameOfReferenceTransformationMatrixType = matrix_type(values)
    return entry


def _decimals(values: np.ndarray) -> list[str]:
    return [pydicom().valuerep.format_number_as_ds(float(value)) for value in values]


def _by_image_content() -> Any:
    return pydicom().Sequence([code("125024", "DCM", "Image Content-based Alignment")])


def _set_matrices(dataset: Any, fixed_to_moving: np.ndarray, fixed: DicomSeries, moving: DicomSeries) -> None:
    library = pydicom()
    items = []
    for series, matrix in ((fixed, np.eye(4)), (moving, np.linalg.inv(fixed_to_moving))):
        item, registration = library.Dataset(), library.Dataset()
        item.FrameOfReferenceUID = series.frame_of_reference_uid
        item.ReferencedImageSequence = library.Sequence(image_references(series))
        registration.MatrixSequence = library.Sequence([_matrix_entry(matrix)])
        registration.RegistrationTypeCodeSequence = _by_image_content()
        item.MatrixRegistrationSequence = library.Sequence([registration])
        items.append(item)
    dataset.RegistrationSequence = library.Sequence(items)


def _set_deformation(
    dataset: Any, transform: Any, fixed: DicomSeries, moving: DicomSeries, geometry: Geometry, grid_mm: float
) -> tuple[float, Geometry]:
    """Fill in the deformation. Return the largest error found, mm, and the grid of the displacements."""
    library = pydicom()
    grid = _grid_over(geometry, grid_mm)
    places = lattice(geometry, most=12)
    after = best_affine(places, map_points(transform, places))
    points = voxel_centers(grid)
    back = np.linalg.inv(after)
    vectors = (map_points(transform, points) @ back[:3, :3].T + back[:3, 3] - points).astype("<f4")
    still, item, field = library.Dataset(), library.Dataset(), library.Dataset()
    for one, series in ((still, fixed), (item, moving)):
        one.SourceFrameOfReferenceUID = series.frame_of_reference_uid
        one.ReferencedImageSequence = library.Sequence(image_references(series))
        one.RegistrationTypeCodeSequence = _by_image_content()
    item.PreDeformationMatrixRegistrationSequence = library.Sequence([_matrix_entry(np.eye(4))])
    item.PostDeformationMatrixRegistrationSequence = library.Sequence([_matrix_entry(after)])
    field.ImagePositionPatient = _decimals(np.asarray(grid.origin))
    field.ImageOrientationPatient = _decimals(np.asarray(grid.direction)[:, :2].T.ravel())
    field.GridDimensions = list(grid.size)
    field.GridResolution = list(map(float, grid.spacing))
    field.VectorGridData = vectors.tobytes()
    item.DeformableRegistrationGridSequence = library.Sequence([field])
    dataset.DeformableRegistrationSequence = library.Sequence([still, item])
    written = deformation(np.eye(4), vectors.reshape(*grid.size[::-1], 3).astype(float), grid, after)
    return _largest_difference(written, transform, geometry, grid_mm), grid


def _largest_difference(written: Any, transform: Any, geometry: Geometry, grid_mm: float) -> float:
    """Return the largest difference between two transforms, mm, at points all over ``geometry``, and at more points
    around the largest ones."""
    random, last = np.random.default_rng(0), np.asarray(geometry.size) - 1
    places, reach = random.uniform(0, last, (_COMPARED, 3)), grid_mm / np.asarray(geometry.spacing)
    worst = 0.0
    for closer in (1.0, 0.5, 0.1, 0.02):
        points = geometry.points_of(places)
        apart = np.linalg.norm(map_points(written, points) - map_points(transform, points), axis=1)
        worst = max(worst, float(apart.max()))
        around = places[np.argsort(apart)[-_LOOKED_AROUND:]].repeat(_COMPARED // (10 * _LOOKED_AROUND), axis=0)
        places = np.clip(around + random.uniform(-1, 1, around.shape) * reach * closer, 0, last)
    return worst


def _grid_over(geometry: Geometry, grid_mm: float) -> Geometry:
    """Return a grid of points ``grid_mm`` apart over the box of ``geometry`` and one step beyond.

    DICOM's third axis is the cross product of the other two, so a right-handed grid encloses left-handed and sheared
    ones.
    """
    if not grid_mm > 0:
        raise InputError(said("The grid spacing is {grid_mm} mm; it must be more than 0.", grid_mm=grid_mm))
    first, second = np.asarray(geometry.direction)[:, :2].T
    axes = np.stack([first, second, np.cross(first, second)])
    ends = np.stack(np.meshgrid(*[(0, n - 1) for n in geometry.size]), -1).reshape(-1, 3)
    corners = geometry.points_of(ends) @ axes.T
    low, high = corners.min(0) - grid_mm, corners.max(0) + grid_mm
    size = tuple(int(np.ceil(length / grid_mm - 1e-9)) + 1 for length in high - low)
    if np.prod(size, dtype=float) > _MAX_GRID_POINTS:
        raise InputError(
            said(
                "A grid of {grid_mm:g} mm has {value:.3g} points; choose a coarser one.",
                grid_mm=grid_mm,
                value=np.prod(size, dtype=float),
            )
        )
    return Geometry(size, (grid_mm,) * 3, tuple((low @ axes).tolist()), tuple(map(tuple, axes.T.tolist())))


def deformation(before: np.ndarray, vectors: np.ndarray, grid: Geometry, after: np.ndarray) -> Any:
    """Return an itk transform that applies the matrix ``before`` (4, 4), displacements (k, j, i, 3) on a grid, and
    the matrix ``after`` (4, 4), LPS mm."""
    parts = [displacement_field_transform(vectors, grid)]
    if not np.array_equal(before, np.eye(4)):
        parts.insert(0, affine_from_matrix(before))
    if not np.array_equal(after, np.eye(4)):
        parts.append(affine_from_matrix(after))
    return compose(parts)
