"""Resampling of volumes to other grids along chains of transforms, with VTK, as when Slicer hardens transforms.

This needs no ITK in the window's process, and runs slab by slab, so that the window can respond in between.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from ...core.images.background import BackgroundEstimate, background_of, component_background, padding_mask
from ...core.images.geometry import Geometry
from ...core.request import KEEP
from ...core.resampling.images import cast_into, check_interpolation
from .chains import Chain, inverse, vtk_from_chain
from .coordinates import ijk_to_ras_of
from .incremental import Pace, Steps
from .volumes import VolumeImage

#: Voxels in the first slab, whose duration determines the size of the next one.
_FIRST_SLAB = 50_000
#: Voxels around an image that a cubic B-spline uses at half a voxel outside it.
_RIM = 2


def resample_incrementally(
    voxels: np.ndarray,
    geometry: Geometry,
    chain: Chain,
    reference: Geometry,
    *,
    interpolation: str = "linear",
    background: float = 0.0,
    padding: BackgroundEstimate | None = None,
    threads: int | None = None,
) -> Steps[np.ndarray]:
    """(k, j, i) ``voxels`` of ``geometry`` on the grid ``reference``, in their own type, rounded and clamped.

    ``chain`` (RAS) maps points of ``reference`` to points of ``geometry``. Every voxel of ``reference`` is mapped
    exactly. Farther than half a voxel outside ``geometry``, the value is ``background``, which also replaces
    ``padding``.
    """
    check_interpolation(interpolation)
    source = _working(voxels, interpolation, background, padding)
    yield
    if interpolation == "bspline":
        source = _coefficients(source)
        yield
    # VTK reads the memory of ``source`` until the end of this function.
    reslice = _reslice(source, geometry, chain, reference, interpolation, background, threads)
    result = np.empty(reference.size[::-1], voxels.dtype)
    pace = Pace(max(1, _FIRST_SLAB // (reference.size[0] * reference.size[1])))
    first = 0
    while first < reference.size[2]:
        pace.begin()
        last = min(first + pace.count, reference.size[2])
        reslice.SetOutputExtent(0, reference.size[0] - 1, 0, reference.size[1] - 1, first, last - 1)
        reslice.Update()
        slab = vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
        cast_into(result[first:last], slab.reshape(last - first, *reference.size[1::-1]))
        first = last
        pace.next()
        yield
    if interpolation == "bspline":  # which VTK extrapolates beyond half a voxel
        everywhere = np.ones(geometry.size[::-1], np.uint8)
        inside = yield from resample_incrementally(
            everywhere, geometry, chain, reference, interpolation="nearest", threads=threads
        )
        outside = np.empty(1, result.dtype)
        cast_into(outside, np.array([background], np.float64))
        result[inside == 0] = outside
    return result


def resample_volume_incrementally(
    voxels: np.ndarray,
    geometry: Geometry,
    chain: Chain,
    reference: Geometry,
    background: float | str = "auto",
    *,
    estimate: BackgroundEstimate | None = None,
    **options: Any,
) -> Steps[np.ndarray]:
    """``resample_incrementally`` of (k, j, i) or (k, j, i, c) voxels, with their background outside.

    ``background``: "auto", "keep" or a number. ``estimate``: the background of scalar voxels, if known.
    """
    if voxels.ndim == 3:
        estimate = background_of(voxels, background) if estimate is None else estimate
        yield
        padding = None if background == KEEP else estimate
        more = {"background": estimate.value, "padding": padding, **options}
        return (yield from resample_incrementally(voxels, geometry, chain, reference, **more))
    result = np.empty((*reference.size[::-1], voxels.shape[3]), voxels.dtype)
    for component in range(voxels.shape[3]):
        one = np.ascontiguousarray(voxels[..., component])
        yield
        more = {"background": component_background(one, background), **options}
        yield
        result[..., component] = yield from resample_incrementally(one, geometry, chain, reference, **more)
    return result


def in_world_incrementally(
    volume: VolumeImage, grid: Geometry, background: BackgroundEstimate, *, keep_padding: bool, threads: int | None
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """A volume that elastix cannot use directly, resampled: (scalars, inside) on ``grid``, (k, j, i), float32.

    ``inside`` is uint8, 1 where ``grid`` is inside the volume, that is, where something was measured.
    """
    to_volume = inverse(volume.to_world)
    scalars = np.asarray(volume.scalars(), np.float32)
    padding = None if keep_padding else background
    warped = yield from resample_incrementally(
        scalars, volume.geometry, to_volume, grid, background=background.value, padding=padding, threads=threads
    )
    everywhere = np.ones(volume.geometry.size[::-1], np.uint8)
    inside = yield from resample_incrementally(
        everywhere, volume.geometry, to_volume, grid, interpolation="nearest", threads=threads
    )
    return warped, inside


def _working(
    voxels: np.ndarray, interpolation: str, background: float, padding: BackgroundEstimate | None
) -> np.ndarray:
    """C-contiguous voxels for interpolation, exact: as 32-bit floats if these hold the type, otherwise 64-bit."""
    if interpolation == "nearest" and padding is None and voxels.dtype == np.uint8:
        return np.ascontiguousarray(voxels)
    exact_in_float32 = voxels.dtype.itemsize <= 2 or voxels.dtype == np.float32
    working = np.array(voxels, np.float32 if exact_in_float32 else np.float64, order="C")
    if padding is not None and padding.padding is not None:
        working[padding_mask(voxels, padding)] = background
    return working


def _reslice(
    source: np.ndarray,
    geometry: Geometry,
    chain: Chain,
    reference: Geometry,
    interpolation: str,
    background: float,
    threads: int | None,
) -> vtk.vtkImageReslice:
    """A filter that maps voxel indices to voxel indices; the transform includes both geometries."""
    reslice = vtk.vtkImageReslice()
    rim = 0
    if interpolation == "bspline":
        rim = _RIM
        interpolator = vtk.vtkImageBSplineInterpolator()
        interpolator.SetSplineDegree(3)
        reslice.SetInterpolator(interpolator)
    elif interpolation == "nearest":
        reslice.SetInterpolationModeToNearestNeighbor()
    else:
        reslice.SetInterpolationModeToLinear()
    image = vtk.vtkImageData()
    image.SetExtent(*(end for n in geometry.size for end in (-rim, n - 1 + rim)))
    image.GetPointData().SetScalars(numpy_to_vtk(source.reshape(-1)))
    reslice.SetInputData(image)
    to_indices = np.linalg.inv(ijk_to_ras_of(geometry))
    reslice.SetResliceTransform(vtk_from_chain([ijk_to_ras_of(reference), *chain, to_indices]))
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputSpacing(1, 1, 1)
    reslice.TransformInputSamplingOff()
    reslice.SetBackgroundLevel(background)
    if threads:
        reslice.SetNumberOfThreads(int(threads))
    return reslice


def _coefficients(voxels: np.ndarray) -> np.ndarray:
    """Cubic B-spline coefficients of (k, j, i) voxels, mirrored at the ends as in ITK, with a rim of ``_RIM``."""
    image = vtk.vtkImageData()
    image.SetDimensions(*voxels.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(voxels.reshape(-1)))
    spline = vtk.vtkImageBSplineCoefficients()
    spline.SetInputData(image)
    spline.SetSplineDegree(3)
    spline.SetBorderModeToMirror()
    spline.SetOutputScalarTypeToDouble()
    spline.Update()
    coefficients = vtk_to_numpy(spline.GetOutput().GetPointData().GetScalars()).reshape(voxels.shape)
    # vtkImageReslice repeats the last voxels, regardless of the settings of the interpolator.
    return np.pad(coefficients, _RIM, mode="reflect")
