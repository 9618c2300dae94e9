"""A displacement field that may slide: fused of two candidates, then improved, with total variation as its price."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .local_correlation import LocalCorrelation
from .minimize import minimize
from .variation import fused, total_variation

#: Price of total variation against local correlation. Measured on MR of a breathing liver: with 0.1 to 0.3 errors
#: differ by a tenth; with less noise is followed, with more ribs are dragged along.
WEIGHT = 0.2
#: Times that each of several fields is set against what was chosen of all.
_SWEEPS = 2


def fuse(likeness: LocalCorrelation, fields: Sequence[np.ndarray]) -> np.ndarray:
    """(k, j, i) at the nodes: the number of the field that is taken there.

    Each field is judged by what windows see of it alone: across a seam between two fields they see neither.
    """
    fits = [likeness.nodes.sums(likeness.weights * likeness.map(field)) / likeness.weights.size for field in fields]
    taken = np.zeros(fits[0].shape, int)
    for _ in range(_SWEEPS if len(fields) > 2 else 1):
        for number, field in enumerate(fields):
            if (taken == number).all():
                continue
            now = np.choose(taken, fits)
            better = fused(joined(fields, taken), field, fits[number] - now, WEIGHT, likeness.nodes.spacing) > 0.5
            taken[better] = number
    return taken


def joined(fields: Sequence[np.ndarray], taken: np.ndarray) -> np.ndarray:
    """The field that is the one that ``taken`` says at each node."""
    return np.choose(taken[None], fields)


def improve(likeness: LocalCorrelation, field: np.ndarray, iterations: int, weight: float = WEIGHT) -> np.ndarray:
    """The field near ``field`` that weighs local correlation against total variation, ``weight`` its price, best."""
    spacing = likeness.nodes.spacing

    def energy(place: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = likeness.value_and_gradient(place)
        variation, its_gradient = total_variation(place, spacing)
        return value + weight * variation, gradient + np.float32(weight) * its_gradient

    return minimize(energy, field, iterations, longest_step=float(spacing.min()) / 2)
