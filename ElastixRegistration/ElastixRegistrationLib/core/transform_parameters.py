"""elastix TransformParameters maps <-> ITK transforms, exact, LPS mm.

Formulas: the elastix manual, section 2.6, and ITK's transform classes, whose parameter order elastix kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .errors import InputError
from .images import Geometry
from .itk_access import fill_parameters, wrapped_class
from .transforms import affine_from_matrix, bspline_grid, bspline_transform, chain_of, matrix_of

ParameterMap = Mapping[str, Sequence[str]]

#: Largest slope (mm per mm) of the displacement where it fades out beyond the control points. Below 1/sqrt(3) nothing
#: can fold there, whatever the direction.
_FADE_SLOPE = 0.4
#: A limit for damaged or extreme grids only: this many control points are added at most on each side.
_MOST_ADDED = 40


class UnsupportedTransform(InputError):
    """A TransformParameters map whose transform has no exact ITK counterpart here."""


def transform_from_map(parameters: ParameterMap) -> Any:
    """The ITK transform of one TransformParameters map. Raises UnsupportedTransform, or InputError on a damaged map."""
    kind = _text(parameters, "Transform")
    try:
        build = _BUILDERS[kind]
    except KeyError:
        raise UnsupportedTransform(
            f"Transform {kind} has no exact ITK form; supported are {', '.join(sorted(_BUILDERS))}."
        ) from None
    return build(parameters, _numbers(parameters, "TransformParameters"))


def transforms_from_maps(maps: Sequence[ParameterMap]) -> list[Any]:
    """Chain of the ITK transforms of TransformParameters maps, first applied first."""
    if any(_text(parameters, "HowToCombineTransforms", "Compose") != "Compose" for parameters in maps[1:]):
        raise UnsupportedTransform('Transforms combined by "Add" cannot be composed; use "Compose".')
    return [transform_from_map(parameters) for parameters in maps]


def maps_from_transform(transform: Any, fixed: Geometry) -> list[dict[str, tuple[str, ...]]]:
    """TransformParameters maps, first applied first, of an ITK transform, resampling onto the grid ``fixed``.

    Linear and B-spline elements only; raises UnsupportedTransform for others, such as displacement fields.
    """
    return [_map_of(element, fixed) for element in chain_of(transform)]


def extend_bspline(parameters: ParameterMap) -> dict[str, tuple[str, ...]]:
    """The same B-spline with control points added all around that fade to zero; other transforms unchanged.

    Beyond its grid a B-spline is the identity in elastix and ITK, so the displacement jumps there and the space folds.
    Inside the former grid every point maps as before; beyond it the displacement now fades to zero with a slope that
    cannot fold, and elastix, ITK, VTK and Slicer, whatever they do at the rim of a grid, agree everywhere.
    """
    if _text(parameters, "Transform") not in ("BSplineTransform", "RecursiveBSplineTransform"):
        return dict(parameters)
    size = _numbers(parameters, "GridSize").astype(int)
    spacing = _numbers(parameters, "GridSpacing")
    origin = _numbers(parameters, "GridOrigin")
    direction = _direction(parameters, "GridDirection", len(size))
    coefficients = _numbers(parameters, "TransformParameters").reshape(len(size), *size[::-1])
    added = _points_to_add(coefficients, spacing)
    faded = np.pad(coefficients, [(0, 0), *((n, n) for n in added[::-1])], mode="edge")
    for axis, count in enumerate(added):
        # Ends in 3 zeros, the support of a cubic B-spline: past the rim the displacement is zero by itself.
        ramp = np.cos(np.linspace(0, np.pi / 2, count - 3 + 1)[1:]) ** 2
        window = np.concatenate([np.zeros(3), ramp[::-1], np.ones(size[axis]), ramp, np.zeros(3)])
        shape = [1] * faded.ndim
        shape[faded.ndim - 1 - axis] = len(window)
        faded *= window.reshape(shape)
    moved = origin - direction @ (added * spacing)
    return dict(parameters) | {
        "GridSize": tuple(str(n) for n in size + 2 * added),
        "GridOrigin": _texts(moved),
        "NumberOfParameters": (str(faded.size),),
        "TransformParameters": _texts(faded.ravel()),
    }


def _points_to_add(coefficients: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """(D,) control points to add on each side, axes in (i, j, k) order."""
    dimension = len(coefficients)
    magnitude = np.sqrt(np.square(coefficients).sum(0))
    counts = []
    for axis in range(dimension):
        ends = np.take(magnitude, (0, -1), axis=dimension - 1 - axis)
        # The steepest slope of cos^2 over a length L is pi/2 / L.
        counts.append(3 + int(np.ceil(ends.max() * np.pi / 2 / _FADE_SLOPE / spacing[axis])))
    return np.minimum(np.maximum(counts, 4), _MOST_ADDED)


# One builder for each elastix transform. ``values`` are its TransformParameters.


def _translation(parameters: ParameterMap, values: np.ndarray) -> Any:
    matrix = np.eye(len(values) + 1)
    matrix[:-1, -1] = values
    return affine_from_matrix(matrix)


def _euler(parameters: ParameterMap, values: np.ndarray) -> Any:
    dimension = _dimension(parameters)
    transform = wrapped_class(f"Euler{dimension}DTransform", "D").New()
    if dimension == 3:
        transform.SetComputeZYX(_text(parameters, "ComputeZYX", "false") == "true")
    return _centred(transform, parameters, values)


def _similarity(parameters: ParameterMap, values: np.ndarray) -> Any:
    return _centred(wrapped_class(f"Similarity{_dimension(parameters)}DTransform", "D").New(), parameters, values)


def _affine(parameters: ParameterMap, values: np.ndarray) -> Any:
    return _centred(wrapped_class("AffineTransform", f"D{_dimension(parameters)}").New(), parameters, values)


def _affine_log(parameters: ParameterMap, values: np.ndarray) -> Any:
    dimension = _dimension(parameters)
    matrix = _matrix_exponential(values[: dimension**2].reshape(dimension, dimension))
    return _affine(parameters, np.concatenate([matrix.ravel(), values[dimension**2 :]]))


def _bspline(parameters: ParameterMap, values: np.ndarray) -> Any:
    if _text(parameters, "BSplineTransformSplineOrder", "3") != "3":
        raise UnsupportedTransform("Only cubic B-splines (BSplineTransformSplineOrder 3) have an exact ITK form.")
    if _text(parameters, "UseCyclicTransform", "false") == "true":
        raise UnsupportedTransform("Cyclic B-splines have no exact ITK form.")
    size = _numbers(parameters, "GridSize").astype(int)
    if values.size != len(size) * size.prod():
        raise InputError(f"{values.size} TransformParameters do not fill a GridSize of {' '.join(map(str, size))}.")
    return bspline_transform(
        values.reshape(len(size), *size[::-1]),
        _numbers(parameters, "GridOrigin"),
        _numbers(parameters, "GridSpacing"),
        _direction(parameters, "GridDirection", len(size)),
    )


_BUILDERS: dict[str, Callable[[ParameterMap, np.ndarray], Any]] = {
    "TranslationTransform": _translation,
    "EulerTransform": _euler,
    "SimilarityTransform": _similarity,
    "AffineTransform": _affine,
    "AffineLogTransform": _affine_log,
    "BSplineTransform": _bspline,
    "RecursiveBSplineTransform": _bspline,
}


def _centred(transform: Any, parameters: ParameterMap, values: np.ndarray) -> Any:
    expected = transform.GetNumberOfParameters()
    if len(values) != expected:
        raise InputError(f"{_text(parameters, 'Transform')} takes {expected} TransformParameters, not {len(values)}.")
    transform.SetCenter(_numbers(parameters, "CenterOfRotationPoint").tolist())
    transform.SetParameters(fill_parameters(transform.GetParameters(), values))
    return transform


def _map_of(element: Any, fixed: Geometry) -> dict[str, tuple[str, ...]]:
    matrix = matrix_of(element)
    name = element.GetNameOfClass()
    if matrix is not None:
        own = {
            "Transform": ("AffineTransform",),
            "CenterOfRotationPoint": _texts(np.zeros(fixed.dimension)),
            "TransformParameters": _texts(np.concatenate([matrix[:-1, :-1].ravel(), matrix[:-1, -1]])),
        }
    elif name == "BSplineTransform":
        coefficients, origin, spacing, direction = bspline_grid(element)
        own = {
            "Transform": ("RecursiveBSplineTransform",),
            "BSplineTransformSplineOrder": ("3",),
            "UseCyclicTransform": ("false",),
            "GridSize": tuple(str(n) for n in coefficients.shape[:0:-1]),
            "GridIndex": ("0",) * fixed.dimension,
            "GridOrigin": _texts(origin),
            "GridSpacing": _texts(spacing),
            "GridDirection": _texts(direction.T.ravel()),
            "TransformParameters": _texts(coefficients.ravel()),
        }
    else:
        raise UnsupportedTransform(f"A {name} cannot be written as elastix TransformParameters; save it as .h5.")
    return own | {
        "NumberOfParameters": (str(len(own["TransformParameters"])),),
        "InitialTransformParameterFileName": ("NoInitialTransform",),
        "HowToCombineTransforms": ("Compose",),
        **output_grid(fixed),
    }


def output_grid(fixed: Geometry) -> dict[str, tuple[str, ...]]:
    """The entries of a TransformParameters map that say onto which grid transformix resamples."""
    return {
        "FixedImageDimension": (str(fixed.dimension),),
        "MovingImageDimension": (str(fixed.dimension),),
        "FixedInternalImagePixelType": ("float",),
        "MovingInternalImagePixelType": ("float",),
        "Size": tuple(map(str, fixed.size)),
        "Index": ("0",) * fixed.dimension,
        "Spacing": _texts(fixed.spacing),
        "Origin": _texts(fixed.origin),
        "Direction": _texts(np.asarray(fixed.direction).T.ravel()),
        "UseDirectionCosines": ("true",),
        "Resampler": ("DefaultResampler",),
        "ResampleInterpolator": ("FinalLinearInterpolator",),
        "ResultImageFormat": ("nrrd",),
        "ResultImagePixelType": ("float",),
    }


def _text(parameters: ParameterMap, name: str, default: str | None = None) -> str:
    values = parameters.get(name)
    if values:
        return values[0]
    if default is None:
        raise InputError(f"The transform parameters have no {name}; is this a TransformParameters file?")
    return default


def _numbers(parameters: ParameterMap, name: str) -> np.ndarray:
    if name not in parameters:
        raise InputError(f"The transform parameters have no {name}; is this a TransformParameters file?")
    try:
        return np.array(parameters[name], dtype=np.float64)
    except ValueError as error:
        raise InputError(f"{name} of the transform parameters is not a list of numbers: {error}.") from error


def _texts(numbers: Any) -> tuple[str, ...]:
    """Shortest text of each number that reads back as the same float64."""
    return tuple(map(repr, np.asarray(numbers, np.float64).tolist()))


def _dimension(parameters: ParameterMap) -> int:
    return int(_text(parameters, "FixedImageDimension"))


def _direction(parameters: ParameterMap, name: str, dimension: int) -> np.ndarray:
    """elastix writes directions column after column."""
    if name not in parameters:
        return np.eye(dimension)
    return _numbers(parameters, name).reshape(dimension, dimension).T


def _matrix_exponential(matrix: np.ndarray) -> np.ndarray:
    """exp of a small matrix by scaling and squaring a Taylor series (Moler, Van Loan 2003, method 3)."""
    halvings = max(0, int(np.ceil(np.log2(max(np.abs(matrix).sum(1).max(), 1e-300)))) + 4)
    scaled = matrix / 2**halvings
    term = result = np.eye(len(matrix))
    for n in range(1, 20):
        term = term @ scaled / n
        result = result + term
    for _ in range(halvings):
        result = result @ result
    return result
