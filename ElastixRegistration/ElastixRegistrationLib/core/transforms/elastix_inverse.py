"""The inverse found by elastix with its displacement magnitude penalty, as a B-spline.

As in the elastix manual, the fixed image is registered with itself, starting from the transform, and elastix minimizes
the distance of points from their original positions. The result is smoother than a displacement field, and small in a
file.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..elastix.run import run_elastix
from ..errors import InputError
from ..images.geometry import Geometry, image_from_array
from ..wording import said
from .itk_transforms import bspline_grid, chain_of
from .sampling import coarsened
from .transform_parameters import extend_bspline, output_grid, transforms_from_maps

#: Voxels of the image, which only gives positions; elastix never compares them.
_VOXELS = 64_000
_STAGE = {
    "Registration": "MultiResolutionRegistration",
    "FixedImagePyramid": "FixedSmoothingImagePyramid",
    "MovingImagePyramid": "MovingSmoothingImagePyramid",
    "Interpolator": "LinearInterpolator",
    "Metric": "DisplacementMagnitudePenalty",
    "Optimizer": "AdaptiveStochasticGradientDescent",
    "AutomaticParameterEstimation": "true",
    "ASGDParameterEstimationMethod": "Original",
    "Transform": "RecursiveBSplineTransform",
    "NumberOfResolutions": "2",
    "GridSpacingSchedule": "2 1",
    "MaximumNumberOfIterations": "300",
    "ImageSampler": "RandomCoordinate",
    "NumberOfSpatialSamples": "2000",
    "NewSamplesEveryIteration": "true",
    "RandomSeed": "121212",
    "WriteResultImage": "false",
    "HowToCombineTransforms": "Compose",
    "UseDirectionCosines": "true",
}


def bspline_inverse(near_identity: Any, fixed: Geometry, threads: int | None = None) -> Any:
    """ITK transform that takes ``near_identity(x)`` back to x for points x of ``fixed``, LPS mm.

    ``near_identity`` has linear and B-spline elements only, of which elastix can go on from. Raises InputError for
    others, RegistrationError when elastix fails.
    """
    spacings = []
    for element in chain_of(near_identity):
        name = element.GetNameOfClass()
        if name == "BSplineTransform":
            spacings.append(float(np.min(bspline_grid(element, copy=False)[2])))
        elif not element.IsLinear():
            raise InputError(
                said(
                    "elastix inverts linear and B-spline transforms, not a {name}; use the iterative inverse.",
                    name=name,
                )
            )
    grid = coarsened(fixed, _VOXELS)
    # The inverse must be able to bend as sharply as the transform.
    spacing = max(0.5 * min(spacings, default=max(fixed.spacing) * 8), 2 * min(grid.spacing))
    stage = {
        name: tuple(value.split()) if name == "GridSpacingSchedule" else (value,) for name, value in _STAGE.items()
    }
    stage |= {"FinalGridSpacingInPhysicalUnits": (repr(spacing),), **_dimensions(fixed)}
    nothing = image_from_array(np.zeros(grid.size[::-1], np.float32), grid)
    run = run_elastix([nothing], [_everywhere(fixed)], [stage], initial_transform=near_identity, threads=threads)
    return transforms_from_maps([extend_bspline(run.maps[0])])[0]


def _everywhere(fixed: Geometry) -> Any:
    """A moving image that contains every point the transform reaches, because points outside would not count."""
    extent = np.asarray(fixed.size) * np.asarray(fixed.spacing)
    wide = Geometry(
        size=(8,) * fixed.dimension,
        spacing=tuple((extent / 2).tolist()),
        origin=tuple((fixed.center() - np.asarray(fixed.direction) @ (extent / 2 * 3.5)).tolist()),
        direction=fixed.direction,
    )
    return image_from_array(np.zeros(wide.size[::-1], np.float32), wide)


def _dimensions(fixed: Geometry) -> dict[str, tuple[str, ...]]:
    kept = (
        "FixedImageDimension",
        "MovingImageDimension",
        "FixedInternalImagePixelType",
        "MovingInternalImagePixelType",
    )
    return {name: values for name, values in output_grid(fixed).items() if name in kept}
