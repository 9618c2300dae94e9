"""Agreement between the results of several methods. It proves nothing, but without ground truth there is nothing
better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InputError
from ..images.geometry import Geometry
from ..quality.assessment import thinned
from ..transforms.displacements import displacement_vectors
from ..wording import said

#: Distance, mm, from which two results count as different.
THRESHOLD_MM = 2.0


@dataclass(frozen=True)
class Agreement:
    """``distance`` (k, j, i) on ``geometry``: the largest distance between the points to which any two methods map a
    voxel, mm.

    ``between``: the mean distance of each pair of methods, mm. ``share``: of the points (inside the mask, if any) where
    any two are more than ``threshold_mm`` apart.
    """

    geometry: Geometry
    distance: np.ndarray = field(repr=False)
    between: Mapping[tuple[str, str], float]
    share: float
    threshold_mm: float

    def sentence(self) -> str:
        if not self.share:
            return f"No two results are more than {self.threshold_mm:g} mm apart anywhere."
        return (
            f"In {100 * self.share:.1f} % of the points, two results are more than {self.threshold_mm:g} mm "
            "apart, so at most one of them is right there."
        )


def agreement(
    transforms: Mapping[str, Any],
    grid: Geometry,
    *,
    mask: np.ndarray | None = None,
    threshold_mm: float = THRESHOLD_MM,
    max_voxels: float = 3e5,
) -> Agreement:
    """Compare ``transforms``, fixed to moving, LPS mm, at the voxels of ``grid``, thinned to at most ``max_voxels``.

    ``mask`` (k, j, i) on ``grid``, nonzero where points count. Raises InputError for fewer than two transforms.
    """
    if len(transforms) < 2:
        raise InputError(said("Agreement needs the results of at least two methods."))
    thin, step = thinned(grid, max_voxels)
    every = (slice(None, None, step),) * grid.dimension
    inside = np.ones(thin.size[::-1], bool) if mask is None else np.asarray(mask)[every] != 0
    if not inside.any():
        inside = np.ones(thin.size[::-1], bool)
    fields = {name: displacement_vectors(one, thin) for name, one in transforms.items()}
    largest = np.zeros(thin.size[::-1], np.float32)
    between = {}
    names = list(fields)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            apart = np.linalg.norm(fields[one] - fields[other], axis=-1)
            between[one, other] = float(apart[inside].mean())
            np.maximum(largest, apart, out=largest)
    share = float(np.mean(largest[inside] > threshold_mm))
    return Agreement(thin, largest, between, share, threshold_mm)
