"""Resample images under a transform: outside of the moving image comes its background, types are kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from .background import BackgroundEstimate, padding_mask
from .errors import InputError
from .images import Geometry, array_view, component_count, geometry_of, image_from_array, set_geometry
from .itk_access import suffix_of, wrapped_class

INTERPOLATIONS = ("linear", "bspline", "nearest")


def resample(
    image: Any,
    transform: Any,
    reference: Geometry,
    *,
    interpolation: str = "linear",
    background: float = 0.0,
    padding: BackgroundEstimate | None = None,
    threads: int | None = None,
) -> Any:
    """``image`` on the grid ``reference``, with the pixel type it had, values rounded and clamped, not wrapped.

    ``transform`` maps points of ``reference`` to points of ``image``, LPS mm. Colour and vector images are resampled
    component by component. Voxels that ``padding`` calls padding become ``background`` before any interpolation, so
    that no blurred rim remains; outside of the image is ``background`` too.
    """
    if interpolation not in INTERPOLATIONS:
        raise InputError(f"Unknown interpolation {interpolation!r}; use one of {', '.join(INTERPOLATIONS)}.")
    voxels = array_view(image)
    count = component_count(image)
    if count > 1:
        result = np.empty((*reference.size[::-1], count), voxels.dtype)
        for component in range(count):
            result[..., component] = _resample_scalar(
                np.ascontiguousarray(voxels[..., component]), geometry_of(image), transform, reference,
                interpolation, background, None, threads,
            )  # fmt: skip
        return _same_kind(result, image, reference)
    fill = padding_mask(voxels, padding) if padding is not None and padding.padding is not None else None
    result = _resample_scalar(
        voxels, geometry_of(image), transform, reference, interpolation, background, fill, threads
    )
    return image_from_array(result, reference)


def _resample_scalar(
    voxels: np.ndarray,
    geometry: Geometry,
    transform: Any,
    reference: Geometry,
    interpolation: str,
    background: float,
    fill: np.ndarray | None,
    threads: int | None,
) -> np.ndarray:
    dtype = voxels.dtype
    exact_in_float32 = dtype.itemsize <= 2 or dtype == np.float32
    working = np.array(voxels, np.float32 if exact_in_float32 else np.float64, order="C", subok=False)
    if fill is not None:
        working[fill] = background
    image = image_from_array(working, geometry)
    suffix = suffix_of(image)
    resampler = wrapped_class("ResampleImageFilter", suffix * 2).New()
    resampler.SetInput(image)
    resampler.SetTransform(transform)
    _set_interpolator(resampler, interpolation, suffix)
    resampler.SetDefaultPixelValue(float(background))
    resampler.SetSize(list(reference.size))
    resampler.SetOutputSpacing(list(reference.spacing))
    resampler.SetOutputOrigin(list(reference.origin))
    resampler.SetOutputDirection(
        set_geometry(wrapped_class("Image", f"F{reference.dimension}").New(), reference).GetDirection()
    )
    if threads:
        resampler.SetNumberOfWorkUnits(int(threads))
    resampler.Update()
    return cast_to(array_view(resampler.GetOutput()), dtype)


def cast_to(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """``values`` as ``dtype``: rounded to the nearest integer and clamped to its range, a copy only where needed."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return np.ascontiguousarray(values, dtype)
    limits = np.iinfo(dtype)
    rounded = np.rint(values)
    # The largest float not above the limit: 2**63 - 1 itself is no float64 and would wrap.
    high = np.nextafter(values.dtype.type(limits.max), -np.inf) if float(limits.max) > limits.max else limits.max
    return np.clip(rounded, limits.min, high, out=rounded).astype(dtype)


def _set_interpolator(resampler: Any, interpolation: str, suffix: str) -> None:
    if interpolation == "linear":
        return  # ITK's default
    if interpolation == "nearest":
        interpolator = wrapped_class("NearestNeighborInterpolateImageFunction", f"{suffix}D").New()
    else:
        interpolator = wrapped_class("BSplineInterpolateImageFunction", f"{suffix}D{suffix[1]}").New()
        interpolator.SetSplineOrder(3)
    resampler.SetInterpolator(interpolator)


def _same_kind(components: np.ndarray, like: Any, reference: Geometry) -> Any:
    """Image of ``components`` of the same ITK type as ``like``."""
    result = type(like).New()
    result.SetRegions(list(reference.size))
    if type(like).__name__.startswith("itkVector"):
        result.SetNumberOfComponentsPerPixel(components.shape[-1])
    result.Allocate()
    array_view(result)[...] = components
    return set_geometry(result, reference)
