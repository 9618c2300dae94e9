"""Resample images under a transform: outside of the moving image comes its background, types are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.background import BackgroundEstimate, component_background, padding_mask
from ..images.geometry import (
    Geometry,
    array_view,
    component_count,
    geometry_of,
    image_from_array,
    not_finite_count,
    set_geometry,
)
from ..system.itk_access import suffix_of, wrapped_class
from .transform_parameters import is_small
from .transformix import is_known_to_elastix, transformix

INTERPOLATIONS = ("linear", "bspline", "nearest")


def resample(
    image: Any,
    transform: Any,
    reference: Geometry,
    *,
    interpolation: str = "linear",
    background: float | Sequence[float] = 0.0,
    padding: BackgroundEstimate | None = None,
    threads: int | None = None,
) -> Any:
    """``image`` on the grid ``reference``, with the pixel type it had, values rounded and clamped, not wrapped.

    ``transform`` maps points of ``reference`` to points of ``image``, LPS mm. Color and vector images are resampled
    component by component. Voxels that ``padding`` calls padding become ``background`` before any interpolation, so
    that no blurred rim remains; outside of the image is ``background`` too, one for all components or one for each (see
    ``outside_of``). Voxels that are not finite make those between them and their neighbors such too. Raises InputError
    for an interpolation that is none, and for B-splines of voxels that are not finite, which would reach everywhere.
    """
    if interpolation not in INTERPOLATIONS:
        raise InputError(f"Unknown interpolation {interpolation!r}; use one of {', '.join(INTERPOLATIONS)}.")
    voxels = array_view(image)
    if interpolation == "bspline" and (bad := not_finite_count(voxels)):
        raise InputError(
            f"The image has {bad} voxels that are not a number or infinite, and B-splines would spread them over all of"
            " it; choose linear or nearest."
        )
    result = _empty_like(image, reference)
    target = array_view(result)
    count = component_count(image)
    fill = padding_mask(voxels, padding) if count == 1 and padding is not None and padding.padding is not None else None
    values = background if isinstance(background, Sequence) else [background] * count
    for component, value in zip(range(count), values, strict=True):
        one = (..., component) if count > 1 else ...
        moved = _moved(voxels[one], geometry_of(image), transform, reference, interpolation, value, fill, threads)
        cast_into(target[one], array_view(moved))
    return result


def outside_of(image: Any, value: float, setting: float | str = "auto") -> float | list[float]:
    """What belongs outside of ``image``: ``value`` where it is scalar, else the background of each component.

    ``setting``: see ``background_of``.
    """
    count = component_count(image)
    if count == 1:
        return value
    voxels = array_view(image)
    return [component_background(voxels[..., component], setting) for component in range(count)]


def _moved(
    voxels: np.ndarray,
    geometry: Geometry,
    transform: Any,
    reference: Geometry,
    interpolation: str,
    background: float,
    fill: np.ndarray | None,
    threads: int | None,
) -> Any:
    """Float image on ``reference``, of double precision where the type needs it."""
    dtype = voxels.dtype
    exact_in_float32 = dtype.itemsize <= 2 or dtype == np.float32
    working = np.array(voxels, np.float32 if exact_in_float32 else np.float64, order="C")
    if fill is not None:
        working[fill] = background
    image = image_from_array(working, geometry)
    if exact_in_float32 and is_known_to_elastix(transform) and is_small(transform):
        return transformix(image, transform, reference, interpolation, background, threads)
    return _moved_by_itk(image, transform, reference, interpolation, background, threads)


def _moved_by_itk(
    image: Any, transform: Any, reference: Geometry, interpolation: str, background: float, threads: int | None
) -> Any:
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
    return resampler.GetOutput()


def cast_into(target: np.ndarray, values: np.ndarray) -> None:
    """Write float ``values`` into ``target``, for an integer type rounded and clamped to its range, not wrapped.

    Values of the type of ``target`` stay as they are.
    """
    if target.dtype.kind == "f" or target.dtype == values.dtype:
        target[...] = values
        return
    limits = np.iinfo(target.dtype)
    rounded = np.rint(values)
    # The largest float not above the limit: 2**32 - 1 is no float32, 2**63 - 1 no float64, and they would wrap.
    high = rounded.dtype.type(limits.max)
    if float(high) > limits.max:
        high = np.nextafter(high, rounded.dtype.type(0))
    np.copyto(target, np.clip(rounded, limits.min, high, out=rounded), casting="unsafe")


def _set_interpolator(resampler: Any, interpolation: str, suffix: str) -> None:
    if interpolation == "linear":
        return  # ITK's default
    if interpolation == "nearest":
        interpolator = wrapped_class("NearestNeighborInterpolateImageFunction", f"{suffix}D").New()
    else:
        interpolator = wrapped_class("BSplineInterpolateImageFunction", f"{suffix}D{suffix[1]}").New()
        interpolator.SetSplineOrder(3)
    resampler.SetInterpolator(interpolator)


def _empty_like(image: Any, reference: Geometry) -> Any:
    """Image of the same ITK type as ``image`` on the grid ``reference``, that owns its memory."""
    result = type(image).New()
    result.SetRegions(list(reference.size))
    if type(image).__name__.startswith("itkVector"):
        result.SetNumberOfComponentsPerPixel(component_count(image))
    result.Allocate()
    return set_geometry(result, reference)
