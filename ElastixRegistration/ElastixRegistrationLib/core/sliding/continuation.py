"""Extrapolate the field of a region to where no window of the region has information."""

from __future__ import annotations

import numpy as np

from . import axes
from .local_correlation import LocalCorrelation

#: Nodes beyond a region take the mean of the surrounding nodes that have at least this share of the weights.
_REACHED = 0.02


def extended(field: np.ndarray, scorer: LocalCorrelation) -> np.ndarray:
    """``field``, extrapolated from its region to the nodes that no window of the region determines."""
    blur = [axes.gaussian(n, 1.0) for n in field.shape[1:]]
    voxels = scorer.nodes.sums(scorer.inside.astype(np.float32))
    known = voxels > float(voxels.max()) / 2
    while not known.all():
        share = axes.apply(blur, known.astype(np.float32))
        reached = ~known & (share > _REACHED)
        if not reached.any():
            break
        means = np.stack([axes.apply(blur, np.where(known, component, 0)) for component in field])
        field = np.where(reached, means / np.maximum(share, _REACHED), field)
        known |= reached
    return field
