"""Windows held out from the fit of a field, to test how well it explains the images."""

from __future__ import annotations

import numpy as np

from ..images.geometry import Geometry

#: Edge of an unseen block, working voxels, and the share of all blocks that are unseen.
BLOCK, _UNSEEN_SHARE = 4, 0.2
MIN_UNSEEN = 20


def unseen_blocks(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(k, j, i) booleans: the blocks that are left out, always the same ones, and their centers."""
    counts = [-(-n // BLOCK) for n in shape]
    chosen = np.random.default_rng(0).random(counts) < _UNSEEN_SHARE
    part = tuple(slice(n) for n in shape)
    blocks = np.kron(chosen, np.ones((BLOCK,) * 3, bool))[part]
    center = np.zeros((BLOCK,) * 3, bool)
    center[(BLOCK // 2,) * 3] = True
    return blocks, np.kron(chosen, center)[part]


def mean_and_errors(gains: np.ndarray) -> tuple[float, float]:
    """Mean of the gains of separate windows, and that mean in standard errors; 0 for too few windows."""
    if len(gains) < MIN_UNSEEN:
        return 0.0, 0.0
    return float(gains.mean()), float(gains.mean() / (gains.std() / np.sqrt(len(gains)) + 1e-9))


def unseen_at(there: Geometry, unseen: np.ndarray, here: Geometry) -> np.ndarray:
    """(k, j, i) booleans at the voxels of ``here``, each from the nearest voxel of ``there``."""
    first = there.indices_of(np.array(here.origin))
    places = [
        np.clip(np.rint(first[axis] + np.arange(n) * here.spacing[axis] / there.spacing[axis]), 0, most - 1)
        for axis, (n, most) in enumerate(zip(here.size, there.size, strict=True))
    ]
    return unseen[np.ix_(*(place.astype(int) for place in places[::-1]))]
