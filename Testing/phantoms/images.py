"""Images made in the tests: smooth blobs whose exact shift is known."""

from __future__ import annotations

from typing import Any

import numpy as np
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array


def grid(size=(40, 36, 32), spacing=None, origin=None, direction=None) -> Geometry:
    dimension = len(size)
    return Geometry(
        size=tuple(size),
        spacing=tuple(spacing or (2.0, 2.5, 3.0)[:dimension]),
        origin=tuple(origin or (-37.0, 12.0, -55.0)[:dimension]),
        direction=tuple(map(tuple, np.asarray(np.eye(dimension) if direction is None else direction).tolist())),
    )


def oblique(seed: int, dimension: int = 3, left_handed: bool = False) -> np.ndarray:
    """Random rotation matrix, or one with a mirror."""
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimension, dimension)))
    q = q * np.sign(np.diag(r))
    if (np.linalg.det(q) < 0) != left_handed:
        q[:, 0] = -q[:, 0]
    return q


def blobs(geometry: Geometry, shift=None, *, seed: int = 5, count: int = 14, dtype=np.float32, offset=0.0) -> Any:
    """Gaussian blobs at random places of space around the center of ``geometry``, moved by ``shift`` mm.

    A function of the physical point, so that grids of any orientation show the same object.
    """
    random = np.random.default_rng(seed)
    extent = min(n * s for n, s in zip(geometry.size, geometry.spacing, strict=True))
    center = geometry.center()
    places = random.uniform(-0.32, 0.32, (count, geometry.dimension)) * extent
    widths = random.uniform(0.06, 0.14, count) * extent
    heights = random.uniform(40, 100, count)
    index = np.stack(np.meshgrid(*map(np.arange, geometry.size), indexing="ij"), -1)
    points = geometry.points_of(index) - center - (0 if shift is None else np.asarray(shift))
    values = np.zeros(geometry.size)
    for place, width, height in zip(places, widths, heights, strict=True):
        values += height * np.exp(-np.square(points - place).sum(-1) / (2 * width**2))
    return image_from_array(np.ascontiguousarray(values.T + offset).astype(dtype), geometry)


def stage(transform: str = "TranslationTransform", **changes: str) -> dict[str, tuple[str, ...]]:
    """A small, fast stage that a test can change."""
    values = {
        "Registration": "MultiResolutionRegistration",
        "FixedImagePyramid": "FixedSmoothingImagePyramid",
        "MovingImagePyramid": "MovingSmoothingImagePyramid",
        "Interpolator": "LinearInterpolator",
        "Metric": "AdvancedMeanSquares",
        "Optimizer": "AdaptiveStochasticGradientDescent",
        "ResampleInterpolator": "FinalLinearInterpolator",
        "Resampler": "DefaultResampler",
        "Transform": transform,
        "NumberOfResolutions": "2",
        "MaximumNumberOfIterations": "150",
        "ImageSampler": "RandomCoordinate",
        "NumberOfSpatialSamples": "1500",
        "NewSamplesEveryIteration": "true",
        "AutomaticParameterEstimation": "true",
        "ASGDParameterEstimationMethod": "Original",
        "AutomaticScalesEstimation": "true",
        "FinalGridSpacingInPhysicalUnits": "16",
        "BSplineTransformSplineOrder": "3",
    }
    return {name: (value,) for name, value in (values | changes).items()}
