"""The mutual information of two coarse images at all shifts at once, for one rotation after another.

The joint histogram at a shift is a correlation of indicator images, one for each bin of intensity. Fourier transforms
compute it for all shifts at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np

from .coarse import CoarseImage, box_of
from .similarity import binned, intensity_range

_BINS = 4
#: Smallest share of the fixed voxels that must lie in the moving image for a score.
_LEAST_OVERLAP = 0.25
#: Number of best places for one rotation, and their smallest distance, voxels.
_PLACES, _APART = 4, 2


def best_shifts(
    fixed: CoarseImage, moving: CoarseImage, center: np.ndarray, turns: Iterable[np.ndarray]
) -> Iterator[tuple[float, int, np.ndarray]]:
    """(Score, index of the rotation, shift of ``center``, mm) of the best places of the fixed image in the moving one.

    ``turns``: (D, D) rotations of the fixed image about ``center``, LPS mm. The score is the mutual information of the
    overlap, nats, times its share of the fixed image.
    """
    to_points = moving.geometry.index_to_physical()
    axes = to_points[:-1, :-1]
    known = np.ones(moving.values.shape, bool) if moving.inside is None else moving.inside
    seen = fixed.values if fixed.inside is None else fixed.values[fixed.inside]
    if not (known.any() and seen.size):
        return
    image = np.where(known, binned(moving.values, *intensity_range(moving.values[known]), _BINS), -1)
    limits = intensity_range(seen)
    for number, turn in enumerate(turns):
        template, first = _template(fixed, center, axes, turn, limits)
        for score, index in _peaks(_scores(template, image)):
            corner = np.array(index[::-1]) - np.array(template.shape[::-1]) // 2
            there = to_points[:-1, :-1] @ (corner - first) + to_points[:-1, -1]
            yield score, number, there - center


def _template(
    fixed: CoarseImage, center: np.ndarray, axes: np.ndarray, turn: np.ndarray, limits: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Bins of the rotated fixed image, (k, j, i), -1 outside it, on a grid whose steps are the columns of ``axes``; and
    the index (i, j, k) of its first voxel, counted from ``center``."""
    low, high = box_of(fixed.geometry, fixed.inside)
    corners = fixed.geometry.points_of(np.array(list(itertools.product(*zip(low, high, strict=True))))) - center
    reach = corners @ (np.linalg.inv(axes) @ turn).T
    first, last = np.floor(reach.min(axis=0)).astype(int), np.ceil(reach.max(axis=0)).astype(int)
    ranges = [np.arange(a, b + 1) for a, b in zip(first, last, strict=True)]
    offsets = np.stack(np.meshgrid(*ranges, indexing="ij"), axis=-1)
    places = (offsets.reshape(-1, len(first)) @ axes.T) @ turn + center  # the inverse turn, of row vectors
    values, inside = fixed.at(places)
    bins = np.where(inside & fixed.is_inside(places), binned(values, *limits, _BINS), -1)
    return bins.reshape(offsets.shape[:-1]).transpose(), first


def _scores(template: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Scores in an array like the image, by the voxel on which the middle voxel of the template, n // 2, lies.

    Beyond the image, less than half of the template would overlap it.
    """
    halves = [n // 2 for n in template.shape]
    # Long enough that nothing wraps around into these places.
    padded = [
        _smooth_length(n + most - least) for n, most, least in zip(image.shape, template.shape, halves, strict=True)
    ]
    axes = tuple(range(image.ndim))
    parts = [
        [np.fft.rfftn((one == number).astype(np.float32), padded, axes) for number in range(_BINS)]
        for one in (template, image)
    ]
    counts = np.empty((_BINS, _BINS, *image.shape), np.float32)
    for a, b in itertools.product(range(_BINS), repeat=2):
        meeting = np.fft.irfftn(parts[0][a].conj() * parts[1][b], padded, axes)
        for axis, (half, n) in enumerate(zip(halves, image.shape, strict=True)):
            meeting = np.roll(meeting, half, axis).take(range(n), axis)
        counts[a, b] = meeting
    np.maximum(counts, 0, out=counts)
    total = float(np.count_nonzero(template >= 0))
    overlap = counts.sum(axis=(0, 1))
    entropies = sum(_n_log_n(one).sum(axis=0) for one in (counts.sum(axis=0), counts.sum(axis=1)))
    information = _n_log_n(counts).sum(axis=(0, 1)) - entropies + _n_log_n(overlap)
    return np.where(overlap > _LEAST_OVERLAP * total, information / max(total, 1.0), 0.0)


def _n_log_n(counts: np.ndarray) -> np.ndarray:
    return np.asarray(counts * np.log(np.maximum(counts, 1.0)))


def _peaks(scores: np.ndarray) -> Iterator[tuple[float, tuple[int, ...]]]:
    scores = scores.copy()
    for _ in range(_PLACES):
        index = np.unravel_index(int(scores.argmax()), scores.shape)
        if scores[index] <= 0:
            return
        yield float(scores[index]), tuple(int(one) for one in index)
        scores[tuple(slice(max(n - _APART, 0), n + _APART + 1) for n in index)] = 0


def _smooth_length(least: int) -> int:
    """The next length without prime factors above 5."""
    length = least
    while True:
        rest = length
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return length
        length += 1
