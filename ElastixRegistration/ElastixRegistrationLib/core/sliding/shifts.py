"""The one shift by which most of what does not stand still fits: an organ that slides moves nearly as one.

A field that starts from nothing follows no more than a window reaches, and a smooth one loses what moves further than
it may bend. Each shift of the coarsest voxels is looked at instead, in all windows at once.
"""

from __future__ import annotations

import itertools

import numpy as np

from . import axes
from .local_correlation import WINDOW, LocalCorrelation

#: How far is looked, in coarse voxels (edges of a cube): a sixth of the image, about.
_REACH = 5
#: Contrast, of the range of gray values, from which a window counts fully.
_FULL_CONTRAST = 0.05


def telling_shift(likeness: LocalCorrelation) -> np.ndarray:
    """The shift, LPS mm, that raises the correlation of windows most where it does raise it; those that
    ``likeness.weights`` count."""
    grid = likeness.nodes.voxels
    spacing = np.array(grid.spacing)
    edge = float(np.prod(spacing) ** (1 / 3))
    margin = [min(round(_REACH * edge / s), n // 2) for s, n in zip(spacing, grid.size, strict=True)]
    values, known = likeness.moving_around(margin)
    window = [axes.gaussian(n, WINDOW) for n in values.shape]
    mean = axes.apply(window, values)
    variance = np.maximum(axes.apply(window, values * values) - mean * mean, 0) + likeness.noise
    counts = likeness.weights * np.minimum(likeness.contrast / _FULL_CONTRAST, 1)

    def correlation(shift: tuple[int, ...]) -> np.ndarray:
        part = tuple(
            slice(most + step, most + step + n)
            for most, step, n in zip(margin[::-1], shift[::-1], grid.size[::-1], strict=True)
        )
        return np.where(known[part], likeness.of_moved(values[part], mean[part], variance[part]), 0)

    still = correlation((0, 0, 0))
    best: tuple[int, ...] = (0, 0, 0)
    most_gained = 0.0
    for shift in itertools.product(*(range(-n, n + 1) for n in margin)):
        gained = float((counts * np.maximum(correlation(shift) - still, 0)).sum(dtype=float))
        if gained > most_gained:
            best, most_gained = shift, gained
    return np.asarray(np.array(grid.direction) @ (best * spacing))
