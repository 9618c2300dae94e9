"""The three warps that ITK and VTK share, each exact in both directions: B-spline, displacement grid, thin plate.

VTK transforms are in RAS, ITK transforms in LPS, mm. They differ only beyond the grid: an ITK B-spline or displacement
field is the identity there, a VTK B-spline fades out or continues its rim, and a VTK grid continues its rim. Here the
rim of a grid is extended so that both map alike; results of ``core`` end in zeros and need no extension.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_grid_of,
    bspline_transform,
    displacement_field_transform,
)
from ...core.transforms.plain_data import TransformElement
from ...core.transforms.sampling import faded, grown
from ...core.transforms.spline_kernels import spline_kernel_transform
from ...core.wording import said
from .coordinates import (
    array_from_vtk_matrix,
    array_from_vtk_points,
    geometry_from_ijk_to_ras,
    ijk_to_ras_of,
    lps_from_ras,
    lps_from_ras_matrix,
    vtk_matrix_from_array,
    vtk_points_from_array,
)
from .incremental import Pace, Steps

#: Number of vectors that the first step copies.
_FIRST_VECTORS = 200_000
#: 1.2 GB; limits how far a fine grid is continued over a large image.
_MAX_VECTORS = 50_000_000
_ZEROS = 3  # support of a cubic B-spline beyond its last control point


class NoExactForm(Exception):
    """ITK has no transform that maps like this VTK transform."""


# ITK -> VTK


def vtk_warp_incrementally(element: TransformElement) -> Steps[vtk.vtkAbstractTransform]:
    """The VTK transform of one 3D B-spline, displacement field or thin plate spline.

    A B-spline grid must end in zeros, as in ``core``, so that ITK and VTK agree at its rim and beyond.
    """
    build = {
        "BSplineTransform": _vtk_bspline,
        "DisplacementFieldTransform": _vtk_grid_of_field,
        "ThinPlateSplineKernelTransform": _vtk_thin_plate,
    }.get(element.name)
    if build is None:
        raise InputError(
            said("A {element} has no counterpart among the transforms of a MRML scene.", element=element.name)
        )
    return (yield from build(element))


def _vtk_bspline(element: TransformElement) -> Steps[vtk.vtkAbstractTransform]:
    coefficients, origin, spacing, direction = bspline_grid_of(element.parameters, element.fixed_parameters)
    geometry = Geometry(
        coefficients.shape[:0:-1], tuple(spacing), tuple(origin), tuple(map(tuple, np.asarray(direction)))
    )
    warp = slicer.vtkOrientedBSplineTransform()
    warp.SetBorderModeToZero()
    warp.SetGridDirectionMatrix(_direction_matrix(geometry))
    # A copy of the image, because the transform keeps a reference, and another user of the image would change it.
    warp.SetCoefficientData((yield from _filled_vector_image(np.moveaxis(coefficients, 0, -1), geometry)))
    warp.Update()
    return warp


def _vtk_grid_of_field(element: TransformElement) -> Steps[vtk.vtkAbstractTransform]:
    vectors, geometry = element.parameters, element.geometry
    if geometry is None:
        raise InputError(said("A {element} has no grid of displacements.", element=element.name))
    faces = [np.take(vectors, end, axis=axis) for axis in range(3) for end in (0, -1)]
    around = int(any(face.any() for face in faces))  # zeros, because VTK continues with the vectors of the rim
    return vtk_grid((yield from _filled_vector_image(vectors, grown(geometry, (around,) * 3), around)), geometry)


def vtk_grid(vectors: vtk.vtkImageData, geometry: Geometry, *, cubic: bool = False) -> vtk.vtkAbstractTransform:
    """vtkOrientedGridTransform that adds vectors of a ``vector_image``, interpolated linearly or by cubics.

    Beyond ``geometry`` VTK continues with the vectors of the rim.
    """
    warp = slicer.vtkOrientedGridTransform()
    warp.SetInterpolationMode(vtk.VTK_CUBIC_INTERPOLATION if cubic else vtk.VTK_LINEAR_INTERPOLATION)
    warp.SetGridDirectionMatrix(_direction_matrix(geometry))
    warp.SetDisplacementGridData(vectors)
    warp.Update()
    return warp


def _vtk_thin_plate(element: TransformElement) -> Steps[vtk.vtkAbstractTransform]:
    yield

    def points(landmarks: np.ndarray) -> vtk.vtkPoints:
        return vtk_points_from_array(lps_from_ras(landmarks.reshape(-1, 3)))

    warp = vtk.vtkThinPlateSplineTransform()
    warp.SetBasisToR()
    warp.SetSourceLandmarks(points(element.parameters))
    warp.SetTargetLandmarks(points(element.fixed_parameters))
    warp.Update()
    return warp


def _direction_matrix(geometry: Geometry) -> vtk.vtkMatrix4x4:
    return vtk_matrix_from_array(ijk_to_ras_of(geometry)[:3, :3] / np.asarray(geometry.spacing))


def vector_image(geometry: Geometry) -> tuple[vtk.vtkImageData, np.ndarray]:
    """vtkImageData of vectors with the spacing and RAS origin of ``geometry``, and its (k, j, i, 3) doubles to fill."""
    image = vtk.vtkImageData()
    image.SetDimensions(*geometry.size)
    image.SetSpacing(*geometry.spacing)
    image.SetOrigin(*lps_from_ras(np.array(geometry.origin)))
    image.AllocateScalars(vtk.VTK_DOUBLE, 3)
    return image, vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*geometry.size[::-1], 3)


def _filled_vector_image(vectors: np.ndarray, geometry: Geometry, around: int = 0) -> Steps[vtk.vtkImageData]:
    """The same with a copy of (k, j, i, 3) vectors, LPS mm, and ``around`` layers of zeros around them."""
    image, target = vector_image(geometry)
    inner = target
    if around:
        target[...] = 0
        inner = target[(slice(around, -around),) * 3]
    pace, first = Pace(max(1, _FIRST_VECTORS * len(vectors) // (vectors.size // 3))), 0
    while first < len(vectors):
        pace.begin()
        last = first + pace.count
        inner[first:last] = lps_from_ras(vectors[first:last])
        first = last
        pace.next()
        yield
    return image


# VTK -> ITK


def itk_from_vtk_warp(warp: vtk.vtkAbstractTransform, reach: np.ndarray) -> list[Any]:
    """ITK transforms, first applied first, that map like one VTK warp within its grid.

    If the warp continues the rim of its grid, so does the result, over the box around the (N, 3) points ``reach``
    (LPS mm), and fades to zero beyond. Raises NoExactForm if ITK has no counterpart, as for inverted warps.
    """
    warp.Update()  # an inverse does not know that it is one before
    if not warp.IsA("vtkWarpTransform") or warp.GetInverseFlag():
        raise NoExactForm
    if warp.IsA("vtkOrientedBSplineTransform"):
        return _itk_bspline(warp, reach)
    if warp.IsA("vtkGridTransform"):
        return _itk_field(warp, reach)
    if warp.IsA("vtkThinPlateSplineTransform") and warp.GetBasis() == vtk.VTK_RBF_R:
        return [_itk_thin_plate(warp)]
    raise NoExactForm


def _itk_bspline(warp: Any, reach: np.ndarray) -> list[Any]:
    image = warp.GetCoefficientData()
    mode = warp.GetBorderModeAsString()
    if image is None or mode not in ("Zero", "Edge"):
        raise NoExactForm
    coefficients, geometry = _vectors_of(image, warp.GetGridDirectionMatrix(), warp.GetDisplacementScale())
    linear = []
    if warp.GetBulkTransformMatrix() is not None:
        # Slicer adds the displacement at x to bulk * x; ITK's chain evaluates it at bulk * x. Moving the grid with
        # the bulk transform makes both equal.
        bulk = lps_from_ras_matrix(array_from_vtk_matrix(warp.GetBulkTransformMatrix()))
        linear = [affine_from_matrix(bulk)]
        geometry = _moved(geometry, bulk)
        reach = reach @ bulk[:3, :3].T + bulk[:3, 3]
    if mode == "Edge":
        coefficients, geometry = _continued(coefficients, geometry, reach, beyond=2)
    coefficients = np.pad(coefficients, ((_ZEROS, _ZEROS),) * 3 + ((0, 0),))
    geometry = grown(geometry, (_ZEROS,) * 3)
    bspline = bspline_transform(
        np.ascontiguousarray(np.moveaxis(coefficients, -1, 0)),
        np.array(geometry.origin),
        np.array(geometry.spacing),
        np.array(geometry.direction),
    )
    return [*linear, bspline]


def displacements_of(warp: Any) -> tuple[np.ndarray, Geometry]:
    """The (k, j, i, 3) displacements, LPS mm, of a VTK grid, without interpolation, and their geometry."""
    direction = warp.GetGridDirectionMatrix() if warp.IsA("vtkOrientedGridTransform") else None
    scale, shift = warp.GetDisplacementScale(), warp.GetDisplacementShift()
    return _vectors_of(warp.GetDisplacementGrid(), direction, scale, shift)


def _itk_field(warp: Any, reach: np.ndarray) -> list[Any]:
    if warp.GetDisplacementGrid() is None or warp.GetInterpolationMode() != vtk.VTK_LINEAR_INTERPOLATION:
        raise NoExactForm
    vectors, geometry = displacements_of(warp)
    vectors, geometry = _continued(vectors, geometry, reach, beyond=1)
    # ITK keeps the last vector for half a voxel and then jumps to zero; surrounding zeros avoid the jump.
    return [displacement_field_transform(np.pad(vectors, ((1, 1),) * 3 + ((0, 0),)), grown(geometry, (1, 1, 1)))]


def _itk_thin_plate(warp: Any) -> Any:
    sources, targets = (
        lps_from_ras(array_from_vtk_points(points)) for points in (warp.GetSourceLandmarks(), warp.GetTargetLandmarks())
    )
    return spline_kernel_transform(sources, targets)


def _vectors_of(
    image: vtk.vtkImageData, direction: Any, scale: float, shift: float = 0.0
) -> tuple[np.ndarray, Geometry]:
    """The (k, j, i, 3) vectors, LPS mm, of a VTK coefficient or displacement image, and its geometry."""
    scalars = image.GetPointData().GetScalars()
    if scalars is None or scalars.GetNumberOfComponents() != 3:
        raise NoExactForm
    size = image.GetDimensions()
    vectors = np.asarray(vtk_to_numpy(scalars), np.float64).reshape(*size[::-1], 3) * scale + shift
    ijk_to_ras = np.eye(4)
    ijk_to_ras[:3, :3] = np.eye(3) if direction is None else array_from_vtk_matrix(direction)[:3, :3]
    ijk_to_ras[:3, :3] = ijk_to_ras[:3, :3] * np.asarray(image.GetSpacing())
    ijk_to_ras[:3, 3] = image.GetOrigin()
    return lps_from_ras(vectors), geometry_from_ijk_to_ras(ijk_to_ras, size, image.GetExtent()[::2])


def _moved(geometry: Geometry, matrix: np.ndarray) -> Geometry:
    """``geometry`` moved by a (4, 4) matrix, LPS."""
    ijk_to_lps = matrix @ geometry.index_to_physical()
    spacing = np.linalg.norm(ijk_to_lps[:3, :3], axis=0)
    return Geometry(
        size=geometry.size,
        spacing=tuple(spacing.tolist()),
        origin=tuple(ijk_to_lps[:3, 3].tolist()),
        direction=tuple(map(tuple, (ijk_to_lps[:3, :3] / spacing).tolist())),
    )


def _continued(vectors: np.ndarray, geometry: Geometry, reach: np.ndarray, beyond: int) -> tuple[np.ndarray, Geometry]:
    """``vectors``, continued with their rim over the box around ``reach`` plus ``beyond`` voxels, then faded out."""
    indices = geometry.indices_of(reach)
    before = np.maximum(np.ceil(-indices.min(0)) + beyond, 0).astype(int)
    after = np.maximum(np.ceil(indices.max(0) - (np.asarray(geometry.size) - 1)) + beyond, 0).astype(int)
    if np.prod(before + after + geometry.size, dtype=float) > _MAX_VECTORS:
        raise NoExactForm
    pad = list(zip(before[::-1], after[::-1], strict=True))
    vectors, geometry = np.pad(vectors, [*pad, (0, 0)], mode="edge"), grown(geometry, tuple(before), tuple(after))
    return faded(vectors, geometry)
