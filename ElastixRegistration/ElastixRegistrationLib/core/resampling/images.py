"""Resample images under a transform, with background outside the moving image and the original types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.background import BackgroundEstimate, component_background, padding_mask
from ..images.cells import Cells, working_type
from ..images.geometry import (
    Geometry,
    array_view,
    component_count,
    geometry_of,
    image_from_array,
    not_finite_count,
    set_geometry,
)
from ..images.slabs import slabs_of
from ..system.itk_access import suffix_of, wrapped_class
from ..transforms.displacements import displacement_vectors
from ..transforms.itk_transforms import matrix_of
from ..transforms.sampling import voxel_centers
from ..transforms.transform_parameters import is_small
from ..wording import said
from .lookup import Lookup, is_looked_up
from .transformix import is_known_to_elastix, transformix

#: Of so many times fewer voxels than the image has, only what they need is looked at.
_FEW = 20

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
    check_interpolation(interpolation)
    voxels = array_view(image)
    if interpolation == "bspline" and (bad := not_finite_count(voxels)):
        raise InputError(
            said(
                "The image has {bad} voxels that are not a number or infinite, and B-splines would "
                "spread them over all of it; choose linear or nearest.",
                bad=bad,
            )
        )
    result = _empty_like(image, reference)
    target = array_view(result)
    count = component_count(image)
    fill = padding_mask(voxels, padding) if count == 1 and padding is not None and padding.padding is not None else None
    if interpolation == "nearest" and fill is None and geometry_of(image).is_close(reference) and _stays(transform):
        target[...] = voxels
        return result
    values = background if isinstance(background, Sequence) else [background] * count
    few = interpolation != "bspline" and np.prod(reference.size) * _FEW < np.prod(geometry_of(image).size)
    for component, value in zip(range(count), values, strict=True):
        one = (..., component) if count > 1 else ...
        source = _Source(voxels[one], geometry_of(image), value, fill)
        if few:
            cast_into(target[one], _sampled(source, transform, reference, interpolation, threads))
        else:
            _resample_into(target[one], source, transform, reference, interpolation, threads)
    return result


def check_interpolation(interpolation: str) -> None:
    """Raise InputError for a name that is none of ``INTERPOLATIONS``."""
    if interpolation not in INTERPOLATIONS:
        raise InputError(
            said(
                "Unknown interpolation {interpolation}; use one of {names}.",
                interpolation=repr(interpolation),
                names=", ".join(INTERPOLATIONS),
            )
        )


def _stays(transform: Any) -> bool:
    """Whether nothing moves."""
    matrix = matrix_of(transform)
    return matrix is not None and np.array_equal(matrix, np.eye(len(matrix)))


def outside_of(image: Any, value: float, setting: float | str = "auto") -> float | list[float]:
    """What belongs outside of ``image``: ``value`` where it is scalar, else the background of each component.

    ``setting``: see ``background_of``.
    """
    count = component_count(image)
    if count == 1:
        return value
    voxels = array_view(image)
    return [component_background(voxels[..., component], setting) for component in range(count)]


@dataclass(frozen=True)
class _Source:
    """Voxels (k, j, i) to resample, ``background`` outside of them, and where the bools ``fill`` say so."""

    voxels: np.ndarray
    geometry: Geometry
    background: float
    fill: np.ndarray | None

    @property
    def working_type(self) -> type:
        return working_type(self.voxels.dtype)

    @property
    def is_finite(self) -> bool:
        return not not_finite_count(self.voxels)

    def replaced(self) -> np.ndarray:
        """The voxels with their background, in their own type where that can hold it."""
        if self.fill is None:
            return self.voxels
        dtype = self.voxels.dtype
        fits = dtype.kind == "f" or (
            float(self.background).is_integer() and np.iinfo(dtype).min <= self.background <= np.iinfo(dtype).max
        )
        voxels = np.array(self.voxels, dtype if fits else self.working_type)
        voxels[self.fill] = self.background
        return voxels

    def image(self) -> Any:
        working: np.ndarray = np.array(self.voxels, self.working_type, order="C")
        if self.fill is not None:
            working[self.fill] = self.background
        return image_from_array(working, self.geometry)


def _sampled(
    source: _Source, transform: Any, reference: Geometry, interpolation: str, threads: int | None
) -> np.ndarray:
    """(k, j, i) of a ``reference`` of few voxels: only what they need is looked at, and no copy made of the rest.

    As ITK does it: outermost voxels go on for half a voxel.
    """
    points = voxel_centers(reference) + displacement_vectors(transform, reference, threads).reshape(
        -1, reference.dimension
    )
    index = source.geometry.indices_of(points)[:, ::-1].T
    shape = np.array(source.voxels.shape)[:, None]
    inside = ((index >= -0.5) & (index <= shape - 0.5)).all(axis=0)
    index = np.clip(index, 0, shape - 1)
    low = np.floor(index + 0.5 if interpolation == "nearest" else index).astype(np.intp)
    part = index - low

    def at(place: np.ndarray) -> np.ndarray:
        values = source.voxels[tuple(place)].astype(source.working_type)
        return values if source.fill is None else np.where(source.fill[tuple(place)], source.background, values)

    def between(axis: int, place: np.ndarray) -> np.ndarray:
        if axis == len(place):
            return at(place)
        near = between(axis + 1, place)
        if shape[axis] == 1:
            return near
        further = place.copy()
        further[axis] = np.minimum(further[axis] + 1, shape[axis] - 1)
        far = between(axis + 1, further)
        return np.where(part[axis] > 0, near + (far - near) * part[axis], near)  # what is not finite stays on its side

    values = at(np.minimum(low, shape - 1)) if interpolation == "nearest" else between(0, low)
    return np.where(inside, values, source.background).astype(source.working_type).reshape(reference.size[::-1])


def _resample_into(
    target: np.ndarray,
    source: _Source,
    transform: Any,
    reference: Geometry,
    interpolation: str,
    threads: int | None,
) -> None:
    """Some planes of the result at a time, so that beside one float copy of the image nothing is as large as it."""
    if interpolation == "linear" and is_looked_up(transform) and source.is_finite:
        _look_up(target, source, transform, reference, threads)
        return
    image, background = source.image(), source.background
    exact_in_float32 = source.working_type == np.float32
    by_elastix = exact_in_float32 and is_known_to_elastix(transform) and is_small(transform)
    # B-splines have coefficients of all of the image, which no slab should compute anew.
    slabs = [(slice(None), reference)] if interpolation == "bspline" else slabs_of(reference)
    for planes, slab in slabs:
        if by_elastix:
            moved = transformix(image, transform, slab, interpolation, background, threads)
        else:
            moved = _moved_by_itk(image, transform, slab, interpolation, background, threads)
        cast_into(target[planes], array_view(moved))


def _look_up(target: np.ndarray, source: _Source, transform: Any, reference: Geometry, threads: int | None) -> None:
    """By products of matrices: needs no class of ITK or elastix, which take a second or two to load."""
    flat = np.ravel(source.replaced())

    def fill(planes: slice, cells: Cells, inside: np.ndarray) -> None:
        values = cells.linear(flat)
        cast_into(target[planes], np.where(inside, values, values.dtype.type(source.background)))

    Lookup(transform, reference, source.geometry, threads).visit(fill)


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

    Values of the type of ``target`` stay unchanged.
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
