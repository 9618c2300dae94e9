"""Find the one shift that aligns most of the moving tissue, because a sliding organ moves almost as one piece.

A field that starts from no motion follows tissue only as far as a window reaches, and a smooth field loses tissue that
moves farther than it can bend. Instead, every shift of the coarsest voxels is tried in all windows at once.
"""

from __future__ import annotations

import itertools

import numpy as np

from . import axes
from .local_correlation import WINDOW, LocalCorrelation

#: Search range in coarse voxels (half the edge of a cube), about a sixth of the image.
_REACH = 5
#: Contrast, as a share of the range of gray values, from which a window counts fully.
_FULL_CONTRAST = 0.05


def telling_shift(scorer: LocalCorrelation) -> np.ndarray:
    """The shift, LPS mm, with the largest sum of positive gains in correlation over the windows that
    ``scorer.weights`` count."""
    grid = scorer.nodes.voxels
    spacing = np.array(grid.spacing)
    edge = float(np.prod(spacing) ** (1 / 3))
    margin = [min(round(_REACH * edge / s), n // 2) for s, n in zip(spacing, grid.size, strict=True)]
    values, known = scorer.moving_around(margin)
    window = [axes.gaussian(n, WINDOW) for n in values.shape]
    mean = axes.apply(window, values)
    variance = np.maximum(axes.apply(window, values * values) - mean * mean, 0) + scorer.noise
    counts = scorer.weights * np.minimum(scorer.contrast / _FULL_CONTRAST, 1)

    def correlation(shift: tuple[int, ...]) -> np.ndarray:
        part = tuple(
            slice(most + step, most + step + n)
            for most, step, n in zip(margin[::-1], shift[::-1], grid.size[::-1], strict=True)
        )
        return np.where(known[part], scorer.of_moved(values[part], mean[part], variance[part]), 0)

    still = correlation((0, 0, 0))
    best: tuple[int, ...] = (0, 0, 0)
    most_gained = 0.0
    for shift in itertools.product(*(range(-n, n + 1) for n in margin)):
        gained = float((counts * np.maximum(correlation(shift) - still, 0)).sum(dtype=float))
        if gained > most_gained:
            best, most_gained = shift, gained
    return np.asarray(np.array(grid.direction) @ (best * spacing))
