"""Judge a registration by figures that compare the images before and after it on one grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..deformation.plausibility import Plausibility, check_deformation
from ..images.background import padding_mask
from ..images.geometry import Geometry, array_view, as_scalar, geometry_of, image_from_array
from ..images.labels import shared_labels
from ..images.object import object_mask
from ..parameters.component_rules import POINTS_METRIC
from ..registration.result import RegistrationResult
from ..resampling.images import resample
from ..transforms.displacements import displacement_vectors
from ..transforms.itk_transforms import identity, map_points
from ..wording import said
from .figures import Comparison, Figure
from .similarity import LandmarkErrors, compare, dice, landmark_errors
from .surface_distance import surface_distances

#: Labels are compared at full resolution on fixed grids of up to this many voxels, because surfaces depend on single
#: voxels.
_MAX_LABEL_VOXELS = 8e6


@dataclass(frozen=True)
class Assessment:
    """The arrays that were compared, (k, j, i) on ``geometry``: the fixed image, the moving image before and after,
    and T(x) - x in LPS mm."""

    comparison: Comparison
    geometry: Geometry
    fixed: np.ndarray = field(repr=False)
    before: np.ndarray = field(repr=False)
    after: np.ndarray = field(repr=False)
    displacement: np.ndarray = field(repr=False)
    mask: np.ndarray | None = field(repr=False)


def assess(
    fixed: Any,
    result: RegistrationResult,
    *,
    fixed_mask: Any = None,
    moving_mask: Any = None,
    fixed_points: np.ndarray | None = None,
    moving_points: np.ndarray | None = None,
    landmark_labels: Sequence[str] = (),
    fixed_labels: Any = None,
    moving_labels: Any = None,
    label_names: Mapping[int, str] | None = None,
    most_voxels: float = 1e6,
) -> Assessment:
    """Compare the images before and after on the fixed grid, thinned to at most ``most_voxels``. Folds are searched in
    all of it.

    Similarity is measured inside the fixed mask, without the padding of the fixed image. If both masks are given, their
    Dice overlap is a figure, unless they mark the same region before registration. If points are given, their distances
    are figures. Label maps of both images, on any grid, give the overlap and surface distances of each label, named by
    ``label_names``. Points are (N, D), LPS mm, paired by order. Raises InputError for points that are not paired, and
    for label maps without a common label.
    """
    fixed = as_scalar(fixed)
    grid, step = thinned(geometry_of(fixed), most_voxels)
    every = (slice(None, None, step),) * grid.dimension
    moving = as_scalar(result.moving)
    unmoved = identity(grid.dimension)
    padding = None if result.keep_padding else result.background
    before, after = (
        array_view(resample(moving, transform, grid, background=result.background.value, padding=padding))
        for transform in (unmoved, result.transform)
    )
    on_grid = None if fixed_mask is None else _labels(fixed_mask, unmoved, grid)
    landmarks = landmarks_before_and_after(result.transform, fixed_points, moving_points)
    segments = []
    if fixed_labels is not None and moving_labels is not None:
        segments = _segments(fixed_labels, moving_labels, result.transform, geometry_of(fixed), label_names or {})
    displacement = displacement_vectors(result.transform, grid, result.threads)
    fixed_voxels = np.asarray(array_view(fixed)[every])
    counted = on_grid
    if not result.keep_padding and result.fixed_background.padding is not None:
        measured = ~padding_mask(fixed_voxels, result.fixed_background)
        counted = (measured if on_grid is None else measured & (on_grid != 0)).view(np.uint8)
    comparison = compare(
        fixed_voxels,
        before,
        after,
        mask=counted,
        labels=_outlines(on_grid, moving_mask, result.transform, grid),
        segments=segments,
        landmarks=landmarks,
        landmark_labels=landmark_labels,
        landmark_points=fixed_points,
        swapped=_swapped(result.transform, fixed_points, moving_points),
        deformation=_deformation(fixed, fixed_mask, result),
        sliding=result.sliding,
        guided=landmarks is not None and any(POINTS_METRIC in stage.get("Metric", ()) for stage in result.stages),
        voxel_mm=float(np.mean(geometry_of(fixed).spacing)),
        sampled_every=step,
    )
    return Assessment(comparison, grid, fixed_voxels, before, after, displacement, on_grid)


def _outlines(
    fixed: np.ndarray | None, moving_mask: Any, transform: Any, grid: Geometry
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Return the fixed mask, and the moving mask before and after, (k, j, i) on ``grid``. Return None unless they
    outline objects."""
    if fixed is None or moving_mask is None:
        return None
    before = _labels(moving_mask, identity(grid.dimension), grid)
    if np.array_equal(fixed, before):
        # A common region outlines neither image.
        return None
    return fixed, before, _labels(moving_mask, transform, grid)


def landmarks_before_and_after(
    transform: Any, fixed_points: np.ndarray | None, moving_points: np.ndarray | None
) -> tuple[LandmarkErrors, LandmarkErrors] | None:
    """Return the distances of (N, D) points, LPS mm, paired by order, before and after ``transform``; None without
    both lists."""
    if fixed_points is None or moving_points is None:
        return None
    after = landmark_errors(fixed_points, moving_points, lambda points: map_points(transform, points))
    return landmark_errors(fixed_points, moving_points), after


def _swapped(
    transform: Any, fixed_points: np.ndarray | None, moving_points: np.ndarray | None
) -> LandmarkErrors | None:
    """Return the landmark distances after registration with the lists of fixed and moving points swapped."""
    if fixed_points is None or moving_points is None:
        return None
    return landmark_errors(moving_points, fixed_points, lambda points: map_points(transform, points))


def _deformation(fixed: Any, fixed_mask: Any, result: RegistrationResult) -> Plausibility:
    """Check the deformation over all voxels of the fixed grid, and over the object, which is the fixed mask, or the
    image without its surroundings."""
    grid = geometry_of(fixed)
    voxels = np.asarray(array_view(fixed))
    if result.transform.IsLinear():
        # The deformation is the same everywhere.
        return check_deformation(result.transform, grid)
    if fixed_mask is not None:
        inside = _labels(fixed_mask, identity(grid.dimension), grid) != 0
    else:
        inside = object_mask(voxels, result.fixed_background)
    if not inside.any():
        inside = None
    return check_deformation(result.transform, grid, inside=inside, threads=result.threads)


def _segments(
    fixed_labels: Any, moving_labels: Any, transform: Any, grid: Geometry, names: Mapping[int, str]
) -> list[Figure]:
    """Return ``label_figures`` of two label maps on any grids, resampled to ``grid`` or to one nearly as fine."""
    fine, _ = thinned(grid, _MAX_LABEL_VOXELS)
    unmoved = identity(grid.dimension)
    drawn, before, after = (
        array_view(resample(labels, way, fine, interpolation="nearest"))
        for labels, way in ((fixed_labels, unmoved), (moving_labels, unmoved), (moving_labels, transform))
    )
    shared = shared_labels(array_view(fixed_labels), array_view(moving_labels))
    return label_figures(drawn, before, after, fine, {n: names.get(n, f"label {n}") for n in shared})


def label_figures(
    fixed: np.ndarray, before: np.ndarray, after: np.ndarray, grid: Geometry, labels: Mapping[int, str]
) -> list[Figure]:
    """Return the overlap and surface distances of each of ``labels``, under their names.

    The arrays (k, j, i) on ``grid`` are the labels of the fixed image, and of the moving image before and after.
    Distances, mm, are NaN if the moving label lies beyond the grid.
    """
    figures = []
    for label, name in labels.items():
        inside = fixed == label
        if not inside.any():
            # The label was drawn only outside the fixed image.
            continue
        first, then = (surface_distances(inside, moved == label, grid) for moved in (before, after))
        overlap = dice(inside, before == label), dice(inside, after == label)
        percentiles = first.percentile95, then.percentile95
        figures += [
            Figure(said("Dice overlap, {name}", name=name), "", *overlap, 1, 4),
            Figure(said("Surface distance, {name}", name=name), "mm", first.mean, then.mean, -1, 2),
            Figure(said("Hausdorff distance 95 %, {name}", name=name), "mm", *percentiles, -1, 2),
        ]
    return figures


def thinned(geometry: Geometry, most_voxels: float) -> tuple[Geometry, int]:
    """Return a grid of every n-th voxel of ``geometry`` along each axis, with at most ``most_voxels``, and n."""
    step = max(1, int(np.ceil((np.prod(geometry.size) / most_voxels) ** (1 / geometry.dimension))))
    thin = Geometry(
        size=tuple(-(-n // step) for n in geometry.size),
        spacing=tuple(s * step for s in geometry.spacing),
        origin=geometry.origin,
        direction=geometry.direction,
    )
    return thin, step


def _labels(mask: Any, transform: Any, grid: Geometry) -> np.ndarray:
    inside = image_from_array((np.asarray(array_view(mask)) != 0).view(np.uint8), geometry_of(mask))
    return np.asarray(array_view(resample(inside, transform, grid, interpolation="nearest")))
