"""A displacement field that may slide: candidates are fused, then improved under a total variation penalty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .local_correlation import LocalCorrelation
from .minimize import minimize
from .variation import fused, total_variation

#: Weight of total variation against local correlation. On MR of a breathing liver, weights of 0.1 to 0.3 gave errors
#: within a tenth of each other; smaller weights follow noise, larger ones drag ribs along.
WEIGHT = 0.2
#: Number of rounds in which each of several fields is compared with the current choice.
_SWEEPS = 2


def fuse(scorer: LocalCorrelation, fields: Sequence[np.ndarray]) -> np.ndarray:
    """(k, j, i) at the nodes: the number of the field chosen there.

    Each field is judged by windows of that field alone, because a window across a seam between two fields matches
    neither.
    """
    fits = [scorer.nodes.sums(scorer.weights * scorer.map(field)) / scorer.weights.size for field in fields]
    taken = np.zeros(fits[0].shape, int)
    for _ in range(_SWEEPS if len(fields) > 2 else 1):
        for number, field in enumerate(fields):
            if (taken == number).all():
                continue
            now = np.choose(taken, fits)
            better = fused(joined(fields, taken), field, fits[number] - now, WEIGHT, scorer.nodes.spacing) > 0.5
            taken[better] = number
    return taken


def joined(fields: Sequence[np.ndarray], taken: np.ndarray) -> np.ndarray:
    """The field that takes, at each node, the values of the field with the number in ``taken``."""
    return np.choose(taken[None], fields)


def improve(scorer: LocalCorrelation, field: np.ndarray, iterations: int, weight: float = WEIGHT) -> np.ndarray:
    """Maximize local correlation minus ``weight`` times total variation, starting from ``field``."""
    spacing = scorer.nodes.spacing

    def energy(place: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = scorer.value_and_gradient(place)
        variation, its_gradient = total_variation(place, spacing)
        return value + weight * variation, gradient + np.float32(weight) * its_gradient

    return minimize(energy, field, iterations, longest_step=float(spacing.min()) / 2)
