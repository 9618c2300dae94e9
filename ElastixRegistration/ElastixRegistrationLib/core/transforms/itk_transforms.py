"""ITK transforms and elastix TransformParameters, both mapping fixed points to moving points, LPS mm.

A chain is a list of transforms or maps in the order in which they act on a point. elastix's "Compose" and ITK's
composite are equivalent to it. Composites here are always flat, and linear neighbors are merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from ..images.geometry import Geometry, array_view, new_image, set_geometry
from ..system.itk_access import fill_parameters, parameters_of, quickly_wrapped_class, wrapped_class

#: Largest slopes, mm per mm, of a displacement that fades out beyond its control points: of its part that points
#: outward, and of the whole. Where a displacement d fades by a factor w, the local volume is 1 + d * grad w. So inward
#: and sideways parts cannot fold, but are limited because d also varies along the border.
_OUTWARD_SLOPE, _ANY_SLOPE = 0.4, 0.6
#: A cubic B-spline is zero, and ends without a jump, where this many control points are zero.
_SUPPORT = 3
#: A limit for damaged or extreme grids only: this many control points are added at most on each side.
_MAX_ADDED = 40
#: Added control points are rounded to about this part of the spacing. More digits would only lengthen files.
_ADDED_DIGIT = 0.01
#: How far the columns of a matrix may be from orthonormal to be a rotation.
_ROTATION = 1e-9


def identity(dimension: int) -> Any:
    return affine_from_matrix(np.eye(dimension + 1))


def affine_from_matrix(matrix: np.ndarray) -> Any:
    """itk.AffineTransform that maps points, LPS mm, by a (D+1, D+1) homogeneous matrix."""
    matrix = np.asarray(matrix, float)
    dimension = len(matrix) - 1
    transform = wrapped_class("AffineTransform", f"D{dimension}").New()
    values = np.concatenate([matrix[:dimension, :dimension].ravel(), matrix[:dimension, dimension]])
    transform.SetParameters(fill_parameters(transform.GetParameters(), values))
    return transform


def rigid_where_it_is(transform: Any) -> Any:
    """An affine transform that only turns and shifts, as the Euler transform that says so; others unchanged."""
    matrix = matrix_of(transform) if transform.GetNameOfClass() == "AffineTransform" else None
    if matrix is None:
        return transform
    dimension = len(matrix) - 1
    turn, shift = matrix[:dimension, :dimension], matrix[:dimension, dimension]
    if np.abs(turn.T @ turn - np.eye(dimension)).max() > _ROTATION or np.linalg.det(turn) < 0:
        return transform
    if dimension == 2:
        rigid = wrapped_class("Euler2DTransform", "D").New()
        values = np.array([np.arctan2(turn[1, 0], turn[0, 0]), *shift])
    else:
        rigid = wrapped_class("Euler3DTransform", "D").New()
        values = np.concatenate([_euler_angles(turn), shift])
    rigid.SetParameters(fill_parameters(rigid.GetParameters(), values))
    return rigid


def _euler_angles(turn: np.ndarray) -> tuple[float, float, float]:
    """About x, y and z, of a (3, 3) rotation that turns about y first, then about x, then about z, as ITK's does."""
    across = np.hypot(turn[2, 0], turn[2, 2])
    about_x = np.arctan2(turn[2, 1], across)
    if across < _ROTATION:  # y and z are about one axis
        return float(about_x), 0.0, float(np.arctan2(turn[1, 0], turn[0, 0]))
    return float(about_x), float(np.arctan2(-turn[2, 0], turn[2, 2])), float(np.arctan2(-turn[0, 1], turn[1, 1]))


def matrix_of(transform: Any) -> np.ndarray | None:
    """(D+1, D+1) homogeneous matrix of a linear transform, LPS mm; None for any other."""
    if not transform.IsLinear():
        return None
    dimension = transform.GetInputSpaceDimension()
    matrix = np.eye(dimension + 1)
    offset = np.array(transform.TransformPoint([0.0] * dimension))
    for axis in range(dimension):
        # A long lever keeps the cancellation error of the difference far below 1e-12 of the matrix.
        lever = 1024.0
        point = [0.0] * dimension
        point[axis] = lever
        matrix[:dimension, axis] = (np.array(transform.TransformPoint(point)) - offset) / lever
    matrix[:dimension, dimension] = offset
    return matrix


def matrix_of_linear(transform: Any) -> np.ndarray:
    """The same of a transform that must be linear. Raises ValueError for any other."""
    matrix = matrix_of(transform)
    if matrix is None:
        raise ValueError(f"a linear transform is needed, not {transform.GetNameOfClass()}")
    return matrix


def whole_matrix(transform: Any) -> np.ndarray | None:
    """``matrix_of`` a transform that is linear as a whole; composites do not say so themselves."""
    whole = np.eye(transform.GetInputSpaceDimension() + 1)
    for element in chain_of(transform):
        matrix = matrix_of(element)
        if matrix is None:
            return None
        whole = matrix @ whole
    return whole


def down_cast(transform: Any) -> Any:
    """``transform`` as its own class, where the wheels give back a plain ``itkTransform``."""
    name = transform.GetNameOfClass()
    if type(transform).__name__.startswith(f"itk{name}"):
        return transform
    dimension = transform.GetInputSpaceDimension()
    for suffix in ("D", f"D{dimension}", f"D{dimension}{dimension}", f"D{dimension}3"):
        own_class = quickly_wrapped_class(name, suffix)
        if own_class is not None and hasattr(own_class, "cast"):
            return own_class.cast(transform)
    return transform


def chain_of(transform: Any) -> list[Any]:
    """The elementary transforms inside ``transform``, the one that acts first on a point first."""
    transform = down_cast(transform)
    if not transform.GetNameOfClass().endswith("CompositeTransform"):
        return [transform]
    parts = [transform.GetNthTransform(n) for n in reversed(range(transform.GetNumberOfTransforms()))]
    return [element for part in parts for element in chain_of(part)]


def compose(chain: Sequence[Any]) -> Any:
    """The simplest transform that equals ``chain``: linear neighbors merged, a composite only where it must be.

    A single linear element keeps its type (an Euler transform stays one); merged ones become an affine.
    """
    if not chain:
        raise ValueError("an empty chain has no dimension")
    flat = [element for transform in chain for element in chain_of(transform)]
    merged: list[Any] = []
    for element in flat:
        matrix = matrix_of(element)
        if matrix is not None and np.array_equal(matrix, np.eye(len(matrix))) and len(flat) > 1:
            continue
        previous = matrix_of(merged[-1]) if merged else None
        if matrix is not None and previous is not None:
            merged[-1] = affine_from_matrix(matrix @ previous)
        else:
            merged.append(element)
    return composite_of(merged) if merged else identity(flat[0].GetInputSpaceDimension())


def composite_of(elements: Sequence[Any]) -> Any:
    """The one transform itself, or a composite of several, the first applied first."""
    if len(elements) == 1:
        return elements[0]
    composite = wrapped_class("CompositeTransform", f"D{elements[0].GetInputSpaceDimension()}").New()
    for element in reversed(elements):  # ITK applies the last added first
        composite.AddTransform(element)
    return composite


def map_points(transform: Any, points: np.ndarray) -> np.ndarray:
    """Map (N, D) points, LPS mm. Raises RuntimeError or TypeError, of ITK, for points of another dimension."""
    points = np.atleast_2d(np.asarray(points, float))
    matrix = matrix_of(transform)
    if matrix is not None:
        return points @ matrix[:-1, :-1].T + matrix[:-1, -1]
    return np.array([transform.TransformPoint(point) for point in points.tolist()]).reshape(points.shape)


def displacement_field(transform: Any, geometry: Geometry) -> Any:
    """Image of float32 vectors T(x) - x, LPS mm, at the voxel centers x of ``geometry``.

    Raises RuntimeError, of ITK, for a transform of another dimension.
    """
    dimension = geometry.dimension
    sampler = wrapped_class("TransformToDisplacementFieldFilter", f"IVF{dimension}{dimension}D").New()
    sampler.SetTransform(transform)
    sampler.SetSize(list(geometry.size))
    sampler.SetOutputSpacing(list(geometry.spacing))
    sampler.SetOutputOrigin(list(geometry.origin))
    sampler.SetOutputDirection(set_geometry(wrapped_class("Image", f"F{dimension}").New(), geometry).GetDirection())
    sampler.Update()
    field = sampler.GetOutput()
    field.DisconnectPipeline()
    return field


def displacement_field_transform(vectors: np.ndarray, geometry: Geometry) -> Any:
    """ITK transform that adds ``vectors`` (k, j, i, D), LPS mm, interpolated linearly; identity outside of the grid."""
    field = new_image(geometry, np.float64, geometry.dimension)
    array_view(field)[...] = vectors
    transform = wrapped_class("DisplacementFieldTransform", f"D{geometry.dimension}").New()
    transform.SetDisplacementField(field)
    return transform


def bspline_transform(coefficients: np.ndarray, origin: np.ndarray, spacing: np.ndarray, direction: np.ndarray) -> Any:
    """itk.BSplineTransform of order 3.

    ``coefficients`` are (D, nk, nj, ni), mm; ``origin`` (LPS mm), ``spacing`` (mm) and ``direction`` (D, D; columns are
    axes) place the grid of control points.
    """
    transform = wrapped_class("BSplineTransform", f"D{len(coefficients)}3").New()
    fixed = bspline_fixed_parameters(coefficients, origin, spacing, direction)
    transform.SetFixedParameters(fill_parameters(transform.GetFixedParameters(), fixed))
    transform.SetParameters(fill_parameters(transform.GetParameters(), coefficients.ravel()))
    return transform


def then_rigid(transform: Any, rigid: np.ndarray) -> Any:
    """``transform``, followed by a rigid motion, a homogeneous matrix, LPS mm.

    A B-spline after a linear transform is turned with its control points, so that both stay two.
    """
    *before, last = chain_of(transform)
    motion = affine_from_matrix(rigid)
    if not before or last.GetNameOfClass() != "BSplineTransform":
        return compose([transform, motion])
    coefficients, origin, spacing, direction = bspline_grid(last, copy=False)
    turn = rigid[:-1, :-1]
    turned = bspline_transform(
        np.tensordot(turn, coefficients, 1), turn @ origin + rigid[:-1, -1], spacing, turn @ direction
    )
    return compose([*before, motion, turned])


def bspline_fixed_parameters(
    coefficients: np.ndarray, origin: np.ndarray, spacing: np.ndarray, direction: np.ndarray
) -> np.ndarray:
    """What ITK calls the fixed parameters of a B-spline transform: where its control points lie."""
    return np.concatenate([coefficients.shape[:0:-1], origin, spacing, np.ravel(direction)]).astype(float)


def bspline_grid(transform: Any, copy: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(coefficients, origin, spacing, direction) of an itk.BSplineTransform, as ``bspline_transform`` takes them.

    With ``copy=False``, the coefficients are the memory of ``transform``, which must live as long and not be changed: a
    fine grid has a hundred megabytes.
    """
    return bspline_grid_of(
        parameters_of(transform.GetParameters(), copy), parameters_of(transform.GetFixedParameters())
    )


def bspline_grid_of(
    parameters: np.ndarray, fixed_parameters: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The same of ITK's two lists of parameters."""
    dimension = int(np.sqrt(len(fixed_parameters) + 2.25) - 1.5)  # there are D * (D + 3)
    size = fixed_parameters[:dimension].astype(int)
    origin, spacing, direction = np.split(fixed_parameters[dimension:], [dimension, 2 * dimension])
    return parameters.reshape(dimension, *size[::-1]), origin, spacing, direction.reshape(dimension, dimension)


def extended_grid(
    coefficients: np.ndarray, origin: np.ndarray, spacing: np.ndarray, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(coefficients, origin) of a larger grid, inside of whose former part every point maps as before.

    Beyond it, displacements fade to zero. The length of the fade is that of the largest displacement on each side, so
    that a uniform one folds nothing there. The arguments are those of ``bspline_transform``.
    """
    size = coefficients.shape[:0:-1]
    steps = _steps_to_zero(coefficients, spacing, direction)
    added = steps + _SUPPORT - 1  # the last step is one of the zeros
    faded = np.pad(coefficients, [(0, 0), *map(tuple, added[::-1])], mode="edge")
    windows = []
    for axis, (low, high) in enumerate(steps):
        start, end = (np.append(np.linspace(1, 0, n + 1)[1:], np.zeros(_SUPPORT - 1)) for n in (low, high))
        window = np.concatenate([start[::-1], np.ones(size[axis]), end]).astype(faded.dtype)
        windows.append(window.reshape([-1 if n == axis else 1 for n in reversed(range(len(size)))]))
    # A product would add up the slopes in corners.
    faded *= reduce(np.minimum, windows)
    digit = faded.dtype.type(2.0 ** np.floor(np.log2(min(spacing) * _ADDED_DIGIT)))
    faded /= digit
    np.rint(faded, out=faded)
    faded *= digit
    former = tuple(slice(low, low + n) for (low, _), n in zip(added[::-1], size[::-1], strict=True))
    for component, own in zip(faded, coefficients, strict=True):
        component[former] = own
    return faded, origin - direction @ (added[:, 0] * spacing)


def _steps_to_zero(coefficients: np.ndarray, spacing: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """(D, 2) steps between control points in which a displacement can fade out at both ends of each axis, (i, j, k)."""
    dimension = len(coefficients)
    by_axis = np.linalg.inv(direction)
    lengths = np.empty((dimension, 2))  # mm
    for axis in range(dimension):
        for end, outward in ((0, -1), (-1, 1)):
            rim = np.take(coefficients, end, axis=dimension - axis)
            most_outward = np.max(outward * np.tensordot(by_axis[axis], rim, 1))
            lengths[axis, end] = max(most_outward / _OUTWARD_SLOPE, np.linalg.norm(rim, axis=0).max() / _ANY_SLOPE)
    steps = np.ceil(lengths / np.reshape(spacing, (-1, 1)))
    return np.clip(steps, 1, _MAX_ADDED - _SUPPORT + 1).astype(int)
