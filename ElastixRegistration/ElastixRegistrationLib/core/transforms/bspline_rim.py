"""The rim of a B-spline: control points added around its grid, so that the displacement fades to zero there."""

from __future__ import annotations

import numpy as np

#: Largest slope (mm per mm) of the displacement where it fades out beyond the control points. Below 1/sqrt(3) nothing
#: can fold there, whatever the direction.
_FADE_SLOPE = 0.4
#: A limit for damaged or extreme grids only: this many control points are added at most on each side.
_MAX_ADDED = 40


def extended_grid(
    coefficients: np.ndarray, origin: np.ndarray, spacing: np.ndarray, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(coefficients, origin) of a larger grid, inside of whose former part every point maps as before.

    The arguments are those of ``bspline_transform``.
    """
    size = np.array(coefficients.shape[:0:-1])
    added = _points_to_add(coefficients, spacing)
    faded = np.pad(coefficients, [(0, 0), *((n, n) for n in added[::-1])], mode="edge")
    for axis, count in enumerate(added):
        # Ends in 3 zeros, the support of a cubic B-spline: past the rim the displacement is zero by itself.
        ramp = np.cos(np.linspace(0, np.pi / 2, count - 3 + 1)[1:]) ** 2
        window = np.concatenate([np.zeros(3), ramp[::-1], np.ones(size[axis]), ramp, np.zeros(3)])
        shape = [1] * faded.ndim
        shape[faded.ndim - 1 - axis] = len(window)
        faded *= window.reshape(shape)
    return faded, origin - direction @ (added * spacing)


def _points_to_add(coefficients: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """(D,) control points to add on each side, axes in (i, j, k) order."""
    dimension = len(coefficients)
    magnitude = np.sqrt(np.square(coefficients).sum(0))
    counts = []
    for axis in range(dimension):
        ends = np.take(magnitude, (0, -1), axis=dimension - 1 - axis)
        # The steepest slope of cos^2 over a length L is pi/2 / L.
        counts.append(3 + int(np.ceil(ends.max() * np.pi / 2 / _FADE_SLOPE / spacing[axis])))
    return np.minimum(np.maximum(counts, 4), _MAX_ADDED)
