"""The remaining motion between two images under a transform, by block matching.

Block matching as in Ourselin et al. 2001, doi:10.1016/S0262-8856(00)00052-4, by squared correlation. Each block is
matched independently. Only motion that neighboring blocks agree on counts; the rest is noise.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..images.reduction import widened
from .evidence import Evidence
from .flow import NOISE_VARIANCE
from .windows import mean_and_variance, window_means

VOXELS = 60_000
#: Half of a block, and the search radius, in coarse voxels.
_HALF, _REACH = 3, 3
#: Smallest structure and match for a block to count.
_LEAST_VARIANCE, _LEAST_MATCH = 4 * NOISE_VARIANCE, 0.3
_MIN_BLOCKS = 20
#: Neighbors agree within this distance, in coarse voxels (standard deviation of a Gaussian weight).
_NEAR = 4.0
_MAX_BLOCKS = 2500


@dataclass(frozen=True)
class Motion:
    """``rms_mm``: of all blocks; ``agreed_mm``: of the motion on which neighbors agree. ``blocks``: number of matched
    blocks.
    """

    rms_mm: float
    agreed_mm: float
    blocks: int

    @property
    def agreed_share(self) -> float:
        """Share of the squared motion that neighbors agree on, 0 to 1."""
        return (self.agreed_mm / self.rms_mm) ** 2 if self.rms_mm > 0 else 0.0


def remaining_motion(evidence: Evidence, transform: Any) -> Motion:
    """Motion that ``transform`` does not explain; ``evidence`` on a grid of about ``VOXELS`` voxels."""
    places, shifts = _matches(evidence, transform)
    if len(places) < _MIN_BLOCKS:
        return Motion(0.0, 0.0, len(places))
    step = max(1, -(-len(places) // _MAX_BLOCKS))
    places, shifts = places[::step], shifts[::step]
    near = np.square(places[:, None] - places[None]).sum(-1)
    weight = np.exp(-0.5 * near / (_NEAR * min(evidence.grid.spacing)) ** 2)
    np.fill_diagonal(weight, 0)
    said = (weight @ shifts) / np.maximum(weight.sum(1), 1e-6)[:, None]
    off = np.linalg.norm(shifts - said, axis=1)
    trust = 1 / (1 + np.square(off / max(float(np.median(off)), 1e-6)))  # a wild match does not count as a neighbor
    weight *= trust
    said = (weight @ shifts) / np.maximum(weight.sum(1), 1e-6)[:, None]
    agreed = np.average((said * shifts).sum(1), weights=trust)
    return Motion(float(np.sqrt(np.square(shifts).sum(1).mean())), float(np.sqrt(max(agreed, 0.0))), len(places) * step)


def _matches(evidence: Evidence, transform: Any) -> tuple[np.ndarray, np.ndarray]:
    """((N, D) places, (N, D) shifts) of blocks that matched, mm along the axes of the grid."""
    fixed, grid = evidence.fixed, evidence.grid
    spacing = np.array(grid.spacing[::-1])
    many = np.array(fixed.shape) > 1
    finer = spacing.min() / spacing
    radii = np.where(many, np.maximum(1, np.rint(_HALF * finer)), 0).astype(int)
    reach = np.where(many, np.maximum(1, np.rint(_REACH * finer)), 0).astype(int)
    margin = int(reach.max())
    moving, known = evidence.pair.moving_on(widened(grid, margin), evidence.voxel_mm, transform)
    blocks = tuple(
        slice(r, n - r, max(1, r)) if n > 2 * r else slice(n // 2, n // 2 + 1)
        for n, r in zip(fixed.shape, radii, strict=True)
    )
    (mean, variance), (moving_mean, moving_variance) = (mean_and_variance(one, radii) for one in (fixed, moving))
    variance = variance[blocks]
    matches = []
    for shift in itertools.product(*(range(-r, r + 1) for r in reach)):
        there = tuple(
            slice(d + (margin if n > 1 else 0), d + (margin if n > 1 else 0) + n)
            for d, n in zip(shift, fixed.shape, strict=True)
        )
        covariance = window_means(fixed * moving[there], radii)[blocks]
        covariance = covariance - mean[blocks] * moving_mean[there][blocks]
        power = (variance + NOISE_VARIANCE) * (moving_variance[there][blocks] + NOISE_VARIANCE)
        matches.append(np.where(known[there][blocks], covariance**2 / power, 0).ravel())
    shifts, peak, at_rim = _peaks(np.array(matches), tuple(2 * reach + 1))
    good = (variance.ravel() > _LEAST_VARIANCE) & (peak > _LEAST_MATCH) & ~at_rim & evidence.inside[blocks].ravel()
    centers = np.meshgrid(
        *(np.arange(*part.indices(n)) for part, n in zip(blocks, fixed.shape, strict=True)), indexing="ij"
    )
    places = np.stack([center.ravel() for center in centers], axis=1) * spacing
    return places[good], ((shifts - reach) * spacing)[good]


def _peaks(matches: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """((N, D) places of the highest match, to a fraction of a voxel by a parabola; its height; whether at the rim)."""
    best = matches.argmax(0)
    columns = np.arange(matches.shape[1])
    index = np.stack(np.unravel_index(best, shape), axis=1)
    places = index.astype(float)
    at_rim = np.zeros(len(columns), bool)
    for axis, count in enumerate(shape):
        if count == 1:
            continue
        rim = (index[:, axis] == 0) | (index[:, axis] == count - 1)
        at_rim |= rim
        beside = []
        for step in (-1, 1):
            other = index.copy()
            other[:, axis] = np.clip(other[:, axis] + step, 0, count - 1)
            beside.append(matches[np.ravel_multi_index(tuple(other.T), shape), columns])
        bend = beside[0] - 2 * matches[best, columns] + beside[1]
        usable = ~rim & (bend < -1e-6)
        places[usable, axis] += (0.5 * (beside[0] - beside[1]) / np.where(usable, bend, -1))[usable]
    return places, matches[best, columns], at_rim
