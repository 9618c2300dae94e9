"""Whether tissue can have moved as a transform says: folds, and volume lost or gained beyond what tissue bears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from .deformation import JacobianStatistics, jacobian_statistics
from .deformation_analysis import jacobian_determinant_of

#: Local volume, moved / fixed, relative to that of most of the object, beyond which a change is called extreme: lung
#: holds up to four times its volume when it is filled, and little else changes by half.
SMALLEST_VOLUME, LARGEST_VOLUME = 0.2, 5.0
#: Share of the object from which on extreme changes are more than the noise of a few control points.
EXTREME_SHARE = 1e-3


@dataclass(frozen=True)
class Plausibility:
    """What speaks against a deformation. ``statistics`` are of all voxels, the rest is of the object.

    ``folded`` voxels of the object, of its ``voxels``. ``extreme_share`` of them, 0 to 1, not folded, change their
    volume by less than SMALLEST_VOLUME or more than LARGEST_VOLUME times the ``typical`` change, the median.
    """

    statistics: JacobianStatistics
    voxels: int
    folded: int
    extreme_share: float
    typical: float

    @property
    def has_folds(self) -> bool:
        return self.folded > 0

    @property
    def has_extremes(self) -> bool:
        return self.extreme_share > EXTREME_SHARE

    @property
    def is_plausible(self) -> bool:
        return not (self.has_folds or self.has_extremes)


def check_deformation(
    transform: Any, grid: Geometry, *, inside: np.ndarray | None = None, threads: int | None = None
) -> Plausibility:
    """Judge ``transform`` (fixed to moving, LPS mm) at all voxels of ``grid``.

    ``inside``: nonzero (k, j, i) where the object is, by default everywhere. Raises InputError for one that is not on
    the grid, or empty.
    """
    return plausibility_of(jacobian_determinant_of(transform, grid, threads), inside=inside)


def plausibility_of(determinant: np.ndarray, *, inside: np.ndarray | None = None) -> Plausibility:
    """The same from Jacobian determinants (k, j, i)."""
    if inside is not None and inside.shape != determinant.shape:
        raise InputError(f"The object of {inside.shape} voxels is not on a grid of {determinant.shape}.")
    of_object = determinant.reshape(-1) if inside is None else determinant[inside != 0]
    if not of_object.size:
        raise InputError("The object in which a deformation is judged is empty.")
    typical = float(np.median(of_object))
    folded = of_object.size - int(np.count_nonzero(of_object > 0))
    within = np.count_nonzero((of_object >= SMALLEST_VOLUME * typical) & (of_object <= LARGEST_VOLUME * typical))
    extreme = of_object.size - int(within) - folded
    return Plausibility(
        statistics=jacobian_statistics(determinant),
        voxels=int(of_object.size),
        folded=folded,
        extreme_share=max(extreme, 0) / of_object.size,
        typical=typical,
    )
