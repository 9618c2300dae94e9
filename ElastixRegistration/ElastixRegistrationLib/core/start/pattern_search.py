"""Direct search for the best motions near given ones, all of them at once (Hooke and Jeeves 1961,
doi:10.1145/321062.321069)."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np


def refined(
    motions: np.ndarray, scores_of: Callable[[np.ndarray], np.ndarray], steps: np.ndarray, least: float
) -> tuple[np.ndarray, np.ndarray]:
    """The best motions near each of ``motions``, (M, P), and their scores, (M,).

    ``scores_of``: of motions (K, P), higher is better. Each motion is searched for itself: its parameters change one at
    a time by ``steps``, (P,), which are halved when none of them helps, down to the share ``least``.
    """
    motions, best = motions.copy(), scores_of(motions)
    sizes = np.ones(len(motions))
    active = np.arange(len(motions))
    while len(active):
        improved = np.zeros(len(active), bool)
        for parameter, sign in itertools.product(range(motions.shape[1]), (1, -1)):
            trials = motions[active]
            trials[:, parameter] += sign * sizes[active] * steps[parameter]
            scores = scores_of(trials)
            better = scores > best[active]
            motions[active[better]], best[active[better]] = trials[better], scores[better]
            improved |= better
        sizes[active[~improved]] /= 2
        active = active[sizes[active] >= least]
    return motions, best
