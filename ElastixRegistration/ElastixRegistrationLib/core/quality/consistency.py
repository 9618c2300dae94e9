"""Inverse consistency of two registrations of the same images, one in each direction. LPS, mm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry, array_view
from ..transforms.itk_transforms import compose, displacement_field
from ..wording import said


@dataclass(frozen=True)
class InverseConsistency:
    """The distances, mm, of points of the fixed image from themselves after both transforms.

    ``distances`` is (k, j, i) on the fixed grid.
    """

    mean: float
    percentile95: float
    maximum: float
    distances: np.ndarray = field(repr=False)


def inverse_consistency(
    forward: Any, backward: Any, fixed: Geometry, *, mask: np.ndarray | None = None
) -> InverseConsistency:
    """Measure the inverse consistency of ``forward``, fixed to moving, and ``backward``, moving to fixed, at the voxels
    of ``fixed``.

    Both transforms map LPS mm. The figures, mm, are over all voxels, or over those where ``mask`` (k, j, i) is nonzero.
    Consistency does not prove that the transforms are right, because both can have the same error. Raises InputError
    for transforms of different dimensions, or an empty mask.
    """
    if forward.GetInputSpaceDimension() != backward.GetInputSpaceDimension():
        raise InputError(said("The two transforms have different dimensions."))
    distances = np.linalg.norm(array_view(displacement_field(compose([forward, backward]), fixed)), axis=-1)
    inside = distances if mask is None else distances[mask != 0]
    if not inside.size:
        raise InputError(said("The mask for the inverse consistency is empty."))
    return InverseConsistency(float(inside.mean()), float(np.percentile(inside, 95)), float(inside.max()), distances)
