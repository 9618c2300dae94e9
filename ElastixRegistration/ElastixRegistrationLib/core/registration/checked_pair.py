"""The arguments of ``core.register``, checked and prepared before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..files.label_files import same_segments
from ..files.python_images import as_images, as_labels_of
from ..images.channels import Channel
from ..images.geometry import Geometry, check_overlap, geometry_of
from ..parameters.changes import changed
from ..parameters.maps import ParameterMap
from ..parameters.validation import validate_stages
from ..request import RegistrationRequest
from ..start.centers import initial_translation
from ..transforms.itk_transforms import affine_from_matrix, map_points
from ..wording import named_role, said
from .checks import check_dimensions, check_start, checked_pairs, landmark_notes, with_landmark_metric
from .memory import check_memory
from .prepared_images import PreparedSide
from .searched_start import searched_start
from .sliding import SlidingRegions, sliding_regions
from .working_resolution import working_voxel


@dataclass(frozen=True)
class CheckedPair:
    """One call of ``core.register``.

    ``moving``: ITK image, not prepared. ``geometries``: fixed and moving grids as given, first of the images, then of
    the channels; ``sides``: the images and channels as elastix gets them. ``start``: given itk transform, or one made
    as ``initialization`` says; None leaves the start to the stages. ``notes``: sentences for the user. ``regions``: the
    user's regions that slide along their surroundings.
    """

    request: RegistrationRequest
    stages: list[ParameterMap]
    channels: Sequence[Channel]
    moving: Any
    geometries: list[tuple[Geometry, Geometry]]
    sides: list[tuple[PreparedSide, PreparedSide]]
    fixed_points: np.ndarray | None
    moving_points: np.ndarray | None
    start: Any
    notes: list[str]
    regions: SlidingRegions | None = None

    @property
    def fixed_geometry(self) -> Geometry:
        return self.geometries[0][0]

    @property
    def dimension(self) -> int:
        return self.fixed_geometry.dimension

    def check_start_overlaps(self) -> None:
        """Raise InputError if the images do not overlap at the start."""
        check_overlap(*self.geometries[0], None if self.start is None else partial(map_points, self.start))


def checked_pair(
    request: RegistrationRequest,
    stages: Sequence[ParameterMap],
    images: tuple[Any, Any],
    masks: tuple[Any, Any],
    points: tuple[np.ndarray | None, np.ndarray | None],
    initial_transform: Any,
    channels: Sequence[Channel],
    sliding_masks: tuple[Any, Any] = (None, None),
) -> CheckedPair:
    """Pairs are (fixed, moving). Raises InputError for images that cannot be registered."""
    check_start(request, initial_transform)
    names = "fixed", "moving"
    fixed, moving, fixed_mask, moving_mask = as_images(*images, *masks)
    of_fixed = as_labels_of(sliding_masks[0], "sliding mask", fixed, images[0])
    of_moving = as_labels_of(sliding_masks[1], "moving sliding mask", moving, images[1])
    pairs = checked_pairs(fixed, moving, channels)
    geometries = [(geometry_of(one), geometry_of(other)) for one, other in pairs]
    dimension = geometries[0][0].dimension
    check_dimensions(dimension, initial_transform, *points)
    notes = [
        sentence
        for points_of_side, geometry, name in zip(points, geometries[0], names, strict=True)
        for sentence in landmark_notes(points_of_side, geometry, name)
    ]
    stages = changed(stages, request.parameter_changes)
    if request.landmark_weight is not None:
        stages = with_landmark_metric(stages, request.landmark_weight, points[0])
    validate_stages(
        stages,
        dimension,
        has_fixed_mask=fixed_mask is not None,
        has_moving_mask=moving_mask is not None,
        has_points=points[0] is not None,
    )
    voxel_mm = None if request.full_resolution else working_voxel(*geometries[0], stages, request.effort)
    check_memory(*geometries[0], stages, geometries[1:], voxel_mm)
    sides = _sides(pairs, channels, fixed_mask, moving_mask, request.background, voxel_mm, request.threads)
    notes += _words_on_resolution(*sides[0])
    start = initial_transform
    if start is None and request.initialization not in (None, "none"):
        start = _made_start(request.initialization, *sides[0], request.threads, notes)
    regions = sliding_regions(of_fixed, same_segments(of_fixed, of_moving), *sides[0])
    return CheckedPair(request, stages, channels, moving, geometries, sides, *points, start, notes, regions)


def _sides(
    pairs: Sequence[tuple[Any, Any]],
    channels: Sequence[Channel],
    fixed_mask: Any,
    moving_mask: Any,
    background: Any,
    voxel_mm: float | None,
    threads: int | None,
) -> list[tuple[PreparedSide, PreparedSide]]:
    """Fixed and moving sides, first of the images, then of the channels."""
    settings = [("fixed", "moving", fixed_mask, moving_mask, background)]
    for channel in channels:
        names = f"fixed {channel.name}", f"moving {channel.name}"
        settings.append((*names, channel.fixed_mask, channel.moving_mask, channel.stage_background))
    return [
        (
            # A number is for outside the moving image.
            PreparedSide(name, fixed, mask, "keep" if value == "keep" else "auto", voxel_mm, threads),
            PreparedSide(other_name, moving, other_mask, value, voxel_mm, threads),
        )
        for (fixed, moving), (name, other_name, mask, other_mask, value) in zip(pairs, settings, strict=True)
    ]


def _made_start(method: str, fixed: PreparedSide, moving: PreparedSide, threads: int | None, notes: list[str]) -> Any:
    """itk.AffineTransform that ``initialization`` asks for; the outcome of a search is added to ``notes``."""
    if method == "search":
        found = searched_start(fixed, moving, threads)
        notes += [said("The registration {starts}.", starts=found.words), *found.notes]
        return affine_from_matrix(found.matrix)
    return initial_translation(
        method, fixed.image, moving.image, fixed.estimate.value, moving.estimate.value, fixed.mask, moving.mask
    )


def _words_on_resolution(fixed: PreparedSide, moving: PreparedSide) -> list[str]:
    """Sentences on images that elastix gets at a reduced resolution."""
    return [
        said(
            "The {image} is registered with voxels of {size} mm.",
            image=named_role(f"{name} image"),
            size=" x ".join(f"{s:.3g}" for s in side.geometry.spacing),
        )
        for name, side in (("fixed", fixed), ("moving", moving))
        if max(side.factors) > 1
    ]
