"""Thin-plate splines and their relatives: transforms that pairs of landmarks define, LPS mm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..system.itk_access import wrapped_class

#: (dimension, elastix's SplineKernelType) -> ITK's transform. In 2D elastix knows one only, whatever the name. Elastic
#: bodies are left out: ITK's files do not keep their stiffness.
SPLINE_KERNELS = {
    (3, "ThinPlateSpline"): "ThinPlateSplineKernelTransform",
    (3, "VolumeSpline"): "VolumeSplineKernelTransform",
    (2, "ThinPlateSpline"): "ThinPlateR2LogRSplineKernelTransform",
}


def spline_kernel_transform(
    sources: np.ndarray, targets: np.ndarray, kernel: str = "ThinPlateSpline", relaxation: float = 0.0
) -> Any:
    """ITK transform that maps (N, D) ``sources`` onto ``targets`` and bends space smoothly between them.

    ``kernel`` is a name in SPLINE_KERNELS. With ``relaxation`` above 0 it passes by the targets for a smoother map; as
    ITK keeps landmarks only, it is then made through the places where it sends the sources: the same spline.
    """
    transform = _build(np.asarray(sources, float), np.asarray(targets, float), kernel, relaxation)
    if relaxation:
        reached = np.array([transform.TransformPoint(point) for point in np.asarray(sources, float).tolist()])
        transform = _build(np.asarray(sources, float), reached, kernel, 0.0)
    return transform


def landmarks_of(transform: Any) -> tuple[np.ndarray, np.ndarray]:
    """(sources, targets), each (N, D), LPS mm, of a transform of this kind."""
    dimension = transform.GetInputSpaceDimension()
    sources, targets = (
        np.array([[points.GetPoint(n)[axis] for axis in range(dimension)] for n in range(points.GetNumberOfPoints())])
        for points in (transform.GetSourceLandmarks(), transform.GetTargetLandmarks())
    )
    return sources, targets


def _build(sources: np.ndarray, targets: np.ndarray, kernel: str, relaxation: float) -> Any:
    transform = wrapped_class(SPLINE_KERNELS[sources.shape[1], kernel], f"D{sources.shape[1]}").New()
    transform.SetStiffness(float(relaxation))
    for set_landmarks, points in ((transform.SetSourceLandmarks, sources), (transform.SetTargetLandmarks, targets)):
        landmarks = type(transform.GetSourceLandmarks()).New()
        for n, point in enumerate(points.tolist()):
            landmarks.SetPoint(n, point)
        set_landmarks(landmarks)
    transform.ComputeWMatrix()
    return transform
