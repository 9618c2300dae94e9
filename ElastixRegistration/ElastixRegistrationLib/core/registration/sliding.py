"""Sliding organs: a registration's result, torn where that explains the images better or where the user says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import InputError
from ..images.geometry import array_view, geometry_of
from ..images.labels import label_values
from ..resampling.images import resample
from ..sliding.detection import find_sliding
from ..sliding.figures import SlidingFigures
from ..sliding.grids import SlidingImage
from ..sliding.regions import Regions
from ..sliding.regionwise import correlate_alike, register_regions
from ..transforms.itk_transforms import identity
from ..wording import named_role, said
from .prepared_images import PreparedSide

#: Each region is registered separately, which takes time.
_MAX_REGIONS = 20


SLIDING_IS_OFF = said("The sliding mask was not used, because sliding is off.")


class Slid(NamedTuple):
    """``transform``: fixed to moving points; ``figures``: None where it does not slide; ``notes``: sentences."""

    transform: Any
    figures: SlidingFigures | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SlidingRegions:
    """The user's regions on the grid of the fixed image, and, if given, the same ones on that of the moving image."""

    fixed: Regions
    moving: Regions | None = None


def sliding_regions(mask: Any, moving_mask: Any, fixed: PreparedSide, moving: PreparedSide) -> SlidingRegions | None:
    """The labels of two itk images on any grid in the space of the fixed and of the moving image; None for no mask.
    Raises InputError for a mask that has no voxels there, has too many labels, or is not 3D, for different labels, and
    for a moving mask alone."""
    if mask is None and moving_mask is None:
        return None
    if fixed.geometry.dimension != 3:
        raise InputError(said("A sliding mask needs 3D images, but these have 2 dimensions."))
    if mask is None:
        raise InputError(said("A moving sliding mask needs a sliding mask, of the fixed image, with the same labels."))
    labels = _labels_of(mask, "sliding mask", fixed)
    others = None if moving_mask is None else _labels_of(moving_mask, "moving sliding mask", moving)
    if labels.all():
        labels, others = _with_surroundings(labels, others)
    regions = Regions(labels, fixed.geometry)
    if others is None:
        return SlidingRegions(regions)
    same = Regions(others, moving.geometry)
    if same.names != regions.names:
        raise InputError(
            said(
                "The sliding mask has the labels {labels} within the fixed image, but the moving sliding mask has "
                "{others} within the moving image; they must be the same.",
                labels=", ".join(map(str, regions.names)),
                others=", ".join(map(str, same.names)),
            )
        )
    return SlidingRegions(regions, same)


def _with_surroundings(labels: np.ndarray, others: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """The labels of a mask that covers all of the fixed image, and those of the moving one, with the lowest label as
    the surroundings. Raises InputError if there is no other label."""
    lowest = labels.min()
    if (labels == lowest).all():
        raise InputError(
            said("The sliding mask covers the whole image, so there is nothing that it could slide along.")
        )
    return np.where(labels == lowest, 0, labels), None if others is None else np.where(others == lowest, 0, others)


def _labels_of(mask: Any, role: str, side: PreparedSide) -> np.ndarray:
    """The labels of ``mask``, named by its ``role`` in errors, (k, j, i) on the grid of its image."""
    name = named_role(role)
    if mask.GetImageDimension() != 3:
        value = mask.GetImageDimension()
        raise InputError(
            said(
                "The {name} has {value} dimensions, but its image has {dimension}.", name=name, value=value, dimension=3
            )
        )
    found = label_values(np.asarray(array_view(mask)))
    if not found.size:
        raise InputError(said("The {name} is empty.", name=name))
    if found.size > _MAX_REGIONS:
        raise InputError(
            said(
                "The {name} has {size} labels; each one is a region that moves on its own, and there can be at most "
                "{most_regions}.",
                name=name,
                size=found.size,
                most_regions=_MAX_REGIONS,
            )
        )
    if not geometry_of(mask).is_close(side.geometry):
        mask = resample(mask, identity(3), side.geometry, interpolation="nearest", background=0)
    labels = np.asarray(array_view(mask))
    if not labels.any():
        raise InputError(said("The {name} lies outside its image.", name=name))
    return labels


def where_it_slides(
    found: Any,
    smooth: Any,
    fixed: PreparedSide,
    moving: PreparedSide,
    start: np.ndarray,
    regions: SlidingRegions | None = None,
) -> Slid:
    """Return ``found``, an itk transform from fixed to moving points, or a sliding one that replaces it.

    ``smooth``: a smoother transform found on the way, None where ``found`` is the only one that deforms. ``start``:
    homogeneous matrix, fixed to moving points, LPS mm, that the registration started from. ``regions``: from the user;
    None: detect sliding. Applies to 3D images only, and only after a deformable registration.
    """
    if fixed.geometry.dimension != 3 or found.IsLinear():
        why = said("The sliding mask was not used, because the transform is linear.")
        return Slid(found, notes=() if regions is None else (why,))
    # Still tissue mostly keeps its scanner coordinates, but a start may have followed moving tissue.
    as_loaded = np.eye(4)
    starts = [start] if np.allclose(start, as_loaded, atol=1e-6) else [start, as_loaded]
    images = _image_of(fixed), _image_of(moving)
    free = found if smooth is None else smooth
    if regions is None:
        sliding = find_sliding(*images, found, free, starts)
        return Slid(found) if sliding is None else Slid(sliding.transform, sliding.figures, (sliding.figures.sentence,))
    if not correlate_alike(*images, found):
        why = said("The sliding mask was not used: it works only for images of one contrast.")
        return Slid(found, notes=(why,))
    regional = register_regions(*images, regions.fixed, found, free, starts, regions.moving)
    if regional is None:
        why = said(
            "The sliding mask was not used, because the images do not show that its regions slide, or these are too "
            "small to show it."
        )
        return Slid(found, notes=(why,))
    kept = [name for number, name in enumerate(regions.fixed.names, 1) if number not in regional.changed]
    notes = [regional.figures.sentence]
    if kept:
        notes.append(
            said(
                "These labels of the sliding mask keep the smooth result, because the images do not show a better "
                "motion of their own: {labels}.",
                labels=", ".join(map(str, kept)),
            )
        )
    return Slid(regional.transform, regional.figures, tuple(notes))


def _image_of(side: PreparedSide) -> SlidingImage:
    inside = None if side.mask is None else np.asarray(array_view(side.mask)) != 0
    return SlidingImage(np.asarray(array_view(side.image)), side.geometry, inside)
