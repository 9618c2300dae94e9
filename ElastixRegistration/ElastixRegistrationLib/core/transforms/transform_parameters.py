"""elastix TransformParameters maps <-> ITK transforms, exact, LPS mm.

Formulas: the elastix manual, section 2.6, and ITK's transform classes, whose parameter order elastix kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import Fault, InputError, fault_of
from ..images.geometry import Geometry, array_view, geometry_of
from ..system.itk_access import fill_parameters, quickly_wrapped_class, wrapped_class
from ..system.native_messages import NATIVE_ERRORS
from ..wording import said, wrong_order
from .itk_transforms import (
    affine_from_matrix,
    bspline_grid,
    bspline_transform,
    chain_of,
    compose,
    displacement_field_transform,
    down_cast,
    extended_grid,
    matrix_of,
)
from .parameter_values import (
    ParameterMap,
    dimension_of,
    direction_of,
    matrix_exponential,
    numbers_of,
    text_of,
    texts_of,
)
from .spline_kernels import SPLINE_KERNELS, landmarks_of, spline_kernel_transform

#: Some 6 MB of text, half a second to write and to read.
_MAX_PARAMETERS = 300_000


class UnsupportedTransform(InputError):
    """A TransformParameters map whose transform has no exact ITK counterpart here."""


def transform_from_map(parameters: ParameterMap) -> Any:
    """The ITK transform of one TransformParameters map. Raises UnsupportedTransform, or InputError on a damaged map.

    What a map keeps in another file must be in it already: see ``transform_files.read_transform_parameters``.
    """
    kind = text_of(parameters, "Transform")
    if "ITKTransformParameters" not in parameters and kind not in _BUILDERS:
        raise UnsupportedTransform(
            said(
                "Transform {kind} has no exact ITK form; supported are {names}.",
                kind=kind,
                names=", ".join(sorted(_BUILDERS)),
            )
        )
    try:
        if "ITKTransformParameters" in parameters:
            return _of_itk_parameters(parameters)
        return _BUILDERS[kind](parameters, numbers_of(parameters, "TransformParameters"))
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, *NATIVE_ERRORS) as error:
        reason = fault_of(error)
        if reason:
            sentence = said("The parameters of the {kind} do not fit each other: {reason}.", kind=kind, reason=reason)
            raise InputError(sentence) from error
        raise InputError(said("The parameters of the {kind} do not fit each other.", kind=kind)) from error


def transforms_from_maps(
    maps: Sequence[ParameterMap], build: Callable[[ParameterMap], Any] = transform_from_map
) -> list[Any]:
    """Chain of the ITK transforms of TransformParameters maps, first applied first; ``build`` makes one of one map."""
    chain: list[Any] = []
    for parameters in maps:
        transform = build(parameters)
        if chain and text_of(parameters, "HowToCombineTransforms", "Compose") == "Add":
            chain = _added(chain, transform)
        else:
            chain.append(transform)
    return chain


def _added(chain: list[Any], transform: Any) -> list[Any]:
    """T0(x) + T1(x) - x as a chain: exact where one of both is linear, since L x + t + u(x) = L (x + L^-1 u(x)) + t."""
    before = compose(chain)
    linear, other = (before, transform) if before.IsLinear() else (transform, before)
    matrix, added = matrix_of(linear), matrix_of(other)
    if matrix is not None and added is not None:
        return [affine_from_matrix(matrix + added - np.eye(len(matrix)))]
    if matrix is None or len(chain_of(other)) > 1:
        raise UnsupportedTransform(said('Two deformations combined by "Add" cannot be composed; use "Compose".'))
    back = np.linalg.inv(matrix[:-1, :-1])
    other = down_cast(other)
    if other.GetNameOfClass() == "BSplineTransform":
        coefficients, *grid = bspline_grid(other)
        deformation = bspline_transform(np.einsum("rc,c...->r...", back, coefficients), *grid)
    elif other.GetNameOfClass() == "DisplacementFieldTransform":
        field = other.GetDisplacementField()
        deformation = displacement_field_transform(array_view(field) @ back.T, geometry_of(field))
    else:
        raise UnsupportedTransform(
            said('A {value} combined by "Add" cannot be composed.', value=other.GetNameOfClass())
        )
    return [deformation, linear]


def _of_itk_parameters(parameters: ParameterMap) -> Any:
    """What elastix writes of a transform that came from an ITK file: type, parameters and fixed parameters."""
    return itk_transform(
        text_of(parameters, "ITKTransformType"),
        numbers_of(parameters, "ITKTransformParameters"),
        numbers_of(parameters, "ITKTransformFixedParameters"),
    )


def itk_transform(type_name: str, values: np.ndarray, fixed_values: np.ndarray) -> Any:
    """The transform that ITK's files describe by a type such as AffineTransform_double_3_3 and two lists of numbers.

    Raises UnsupportedTransform, ValueError or RuntimeError where there is none.
    """
    kind, _, sizes = type_name.partition("_")
    # double_3_3, and double_3_3_2 for B-splines of order 2
    words = sizes.split("_")
    dimension, order = words[min(2, len(words) - 1)], words[3:]
    if kind == "BSplineTransform" and order not in ([], ["3"]):
        raise UnsupportedTransform(wrong_order(order[0]))
    if kind == "MatrixOffsetTransformBase":  # as older versions of ANTs write it
        kind = "AffineTransform"
    for suffix in ("D", f"D{dimension}", f"D{dimension}{dimension}", f"D{dimension}3"):
        transform_class = quickly_wrapped_class(kind, suffix)
        if transform_class is not None:
            break
    else:
        raise UnsupportedTransform(said("The installed ITK has no transform of type {type_name}.", type_name=type_name))
    transform = transform_class.New()
    if kind in ("BSplineTransform", "DisplacementFieldTransform"):
        axes = int(dimension)
        # Before ITK makes room for a grid of any size.
        count = axes * np.prod(fixed_values[:axes]) if fixed_values.size == axes * (3 + axes) else -1
    else:
        count = values.size if kind.endswith("KernelTransform") else transform.GetNumberOfParameters()
    if values.size != count:
        raise Fault(said("a {kind} of {size} parameters", kind=kind, size=values.size))
    if fixed_values.size:
        transform.SetFixedParameters(fill_parameters(transform.GetFixedParameters(), fixed_values))
    if values.size:  # the identity has none
        transform.SetParameters(fill_parameters(transform.GetParameters(), values))
    if kind.endswith("KernelTransform"):
        transform.ComputeWMatrix()  # ITK does so in time only for landmarks that were set as such
    return transform


def maps_from_transform(transform: Any, fixed: Geometry) -> list[dict[str, tuple[str, ...]]]:
    """TransformParameters maps, first applied first, of an ITK transform, resampling onto the grid ``fixed``.

    Linear, B-spline and thin-plate elements only; raises UnsupportedTransform for others, such as displacement fields.
    """
    return [_map_of(element, fixed) for element in chain_of(transform)]


def is_small(transform: Any) -> bool:
    """Whether the parameters of a transform are few enough to travel as text, which is how elastix takes them."""
    return sum(element.GetNumberOfParameters() for element in chain_of(transform)) <= _MAX_PARAMETERS


def maps_if_small(transform: Any, fixed: Geometry) -> list[dict[str, tuple[str, ...]]] | None:
    """``maps_from_transform``; None for a transform of so many parameters that their text would be a burden, or that
    has no such form."""
    if not is_small(transform):
        return None
    try:
        return maps_from_transform(transform, fixed)
    except UnsupportedTransform:
        return None


def extend_bspline(parameters: ParameterMap) -> dict[str, tuple[str, ...]]:
    """The same B-spline with control points added all around that fade to zero; other transforms unchanged.

    Beyond its grid a B-spline is the identity in elastix and ITK, so the displacement jumps there and the space folds.
    Inside the former grid every point maps as before; beyond it the displacement now fades to zero with a slope that
    cannot fold, and elastix, ITK, VTK and Slicer, whatever they do at the rim of a grid, agree everywhere.
    """
    whole = {name: tuple(values) for name, values in parameters.items()}
    if text_of(parameters, "Transform") not in ("BSplineTransform", "RecursiveBSplineTransform"):
        return whole
    size = numbers_of(parameters, "GridSize").astype(int)
    faded, origin = extended_grid(
        numbers_of(parameters, "TransformParameters").reshape(len(size), *size[::-1]),
        numbers_of(parameters, "GridOrigin"),
        numbers_of(parameters, "GridSpacing"),
        direction_of(parameters, "GridDirection", len(size)),
    )
    return whole | {
        "GridSize": tuple(str(n) for n in faded.shape[:0:-1]),
        "GridOrigin": texts_of(origin),
        "NumberOfParameters": (str(faded.size),),
        "TransformParameters": texts_of(faded.ravel()),
    }


# One builder for each elastix transform. ``values`` are its TransformParameters.


def _translation(parameters: ParameterMap, values: np.ndarray) -> Any:
    matrix = np.eye(len(values) + 1)
    matrix[:-1, -1] = values
    return affine_from_matrix(matrix)


def _euler(parameters: ParameterMap, values: np.ndarray) -> Any:
    dimension = dimension_of(parameters)
    transform = wrapped_class(f"Euler{dimension}DTransform", "D").New()
    if dimension == 3:
        transform.SetComputeZYX(text_of(parameters, "ComputeZYX", "false") == "true")
    return _centered(transform, parameters, values)


def _similarity(parameters: ParameterMap, values: np.ndarray) -> Any:
    return _centered(wrapped_class(f"Similarity{dimension_of(parameters)}DTransform", "D").New(), parameters, values)


def _affine(parameters: ParameterMap, values: np.ndarray) -> Any:
    return _centered(wrapped_class("AffineTransform", f"D{dimension_of(parameters)}").New(), parameters, values)


def _affine_log(parameters: ParameterMap, values: np.ndarray) -> Any:
    dimension = dimension_of(parameters)
    matrix = matrix_exponential(values[: dimension**2].reshape(dimension, dimension))
    return _affine(parameters, np.concatenate([matrix.ravel(), values[dimension**2 :]]))


def _bspline(parameters: ParameterMap, values: np.ndarray) -> Any:
    if text_of(parameters, "BSplineTransformSplineOrder", "3") != "3":
        raise UnsupportedTransform(said("Only cubic B-splines (BSplineTransformSplineOrder 3) have an exact ITK form."))
    if text_of(parameters, "UseCyclicTransform", "false") == "true":
        raise UnsupportedTransform(said("Cyclic B-splines have no exact ITK form."))
    size = numbers_of(parameters, "GridSize").astype(int)
    if values.size != len(size) * size.prod():
        raise InputError(
            said(
                "{size} TransformParameters do not fill a GridSize of {names}.",
                size=values.size,
                names=" ".join(map(str, size)),
            )
        )
    return bspline_transform(
        values.reshape(len(size), *size[::-1]),
        numbers_of(parameters, "GridOrigin"),
        numbers_of(parameters, "GridSpacing"),
        direction_of(parameters, "GridDirection", len(size)),
    )


def _affine_dti(parameters: ParameterMap, values: np.ndarray) -> Any:
    """From the matrix that elastix writes beside angles, shears and scales, whose order it does not say."""
    return _affine(parameters, numbers_of(parameters, "MatrixTranslation"))


def _spline_kernel(parameters: ParameterMap, values: np.ndarray) -> Any:
    dimension = dimension_of(parameters)
    sources = numbers_of(parameters, "FixedImageLandmarks")
    if sources.size != values.size or sources.size % dimension:
        raise InputError(
            said(
                "{size} FixedImageLandmarks do not pair with {size2} TransformParameters.",
                size=sources.size,
                size2=values.size,
            )
        )
    kernel = "ThinPlateSpline" if dimension == 2 else text_of(parameters, "SplineKernelType")
    if (dimension, kernel) not in SPLINE_KERNELS:
        raise UnsupportedTransform(said("A SplineKernelType {kernel} has no exact ITK form.", kernel=kernel))
    relaxation = float(text_of(parameters, "SplineRelaxationFactor", "0"))
    return spline_kernel_transform(sources.reshape(-1, dimension), values.reshape(-1, dimension), kernel, relaxation)


_BUILDERS: dict[str, Callable[[ParameterMap, np.ndarray], Any]] = {
    "TranslationTransform": _translation,
    "EulerTransform": _euler,
    "SimilarityTransform": _similarity,
    "AffineTransform": _affine,
    "AffineDTITransform": _affine_dti,
    "AffineLogTransform": _affine_log,
    "BSplineTransform": _bspline,
    "RecursiveBSplineTransform": _bspline,
    "SplineKernelTransform": _spline_kernel,
}


_SPLINE_KERNEL_TYPES = {(dimension, name): kind for (dimension, kind), name in SPLINE_KERNELS.items()}


def _centered(transform: Any, parameters: ParameterMap, values: np.ndarray) -> Any:
    expected = transform.GetNumberOfParameters()
    if len(values) != expected:
        raise InputError(
            said(
                "{value} takes {expected} TransformParameters, not {count}.",
                value=text_of(parameters, "Transform"),
                expected=expected,
                count=len(values),
            )
        )
    transform.SetCenter(numbers_of(parameters, "CenterOfRotationPoint").tolist())
    transform.SetParameters(fill_parameters(transform.GetParameters(), values))
    return transform


def _map_of(element: Any, fixed: Geometry) -> dict[str, tuple[str, ...]]:
    matrix = matrix_of(element)
    name = element.GetNameOfClass()
    if matrix is not None:
        own = {
            "Transform": ("AffineTransform",),
            "CenterOfRotationPoint": texts_of(np.zeros(fixed.dimension)),
            "TransformParameters": texts_of(np.concatenate([matrix[:-1, :-1].ravel(), matrix[:-1, -1]])),
        }
    elif name == "BSplineTransform":
        coefficients, origin, spacing, direction = bspline_grid(element)
        own = {
            "Transform": ("RecursiveBSplineTransform",),
            "BSplineTransformSplineOrder": ("3",),
            "UseCyclicTransform": ("false",),
            "GridSize": tuple(str(n) for n in coefficients.shape[:0:-1]),
            "GridIndex": ("0",) * fixed.dimension,
            "GridOrigin": texts_of(origin),
            "GridSpacing": texts_of(spacing),
            "GridDirection": texts_of(direction.T.ravel()),
            "TransformParameters": texts_of(coefficients.ravel()),
        }
    elif (fixed.dimension, name) in _SPLINE_KERNEL_TYPES:
        sources, targets = landmarks_of(element)
        own = {
            "Transform": ("SplineKernelTransform",),
            "SplineKernelType": (_SPLINE_KERNEL_TYPES[fixed.dimension, name],),
            "SplineRelaxationFactor": ("0.0",),
            "FixedImageLandmarks": texts_of(sources.ravel()),
            "TransformParameters": texts_of(targets.ravel()),
        }
    else:
        raise UnsupportedTransform(
            said("A {name} cannot be written as elastix TransformParameters; save it as .h5.", name=name)
        )
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
        **grid_entries(fixed),
        "UseDirectionCosines": ("true",),
        "Resampler": ("DefaultResampler",),
        "ResampleInterpolator": ("FinalLinearInterpolator",),
        "ResultImageFormat": ("nrrd",),
        "ResultImagePixelType": ("float",),
    }


def grid_entries(grid: Geometry) -> dict[str, tuple[str, ...]]:
    """The entries of a TransformParameters map that place a voxel grid."""
    return {
        "Size": tuple(map(str, grid.size)),
        "Index": ("0",) * grid.dimension,
        "Spacing": texts_of(grid.spacing),
        "Origin": texts_of(grid.origin),
        "Direction": texts_of(np.asarray(grid.direction).T.ravel()),
    }
