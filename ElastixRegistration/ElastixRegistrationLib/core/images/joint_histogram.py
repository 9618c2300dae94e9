"""What a joint histogram says."""

from __future__ import annotations

import numpy as np


def information_in(joint: np.ndarray) -> np.ndarray:
    """Mutual information, nats, of the last two axes of histograms (..., B, B), counts or shares; 0 for empty ones."""
    total = joint.sum((-2, -1), keepdims=True)
    joint = joint / np.where(total > 0, total, 1)
    both = joint.reshape(*joint.shape[:-2], -1)
    return np.asarray(_entropy(joint.sum(-1)) + _entropy(joint.sum(-2)) - _entropy(both))


def _entropy(probabilities: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    return np.asarray(-(probabilities * np.log(np.where(probabilities > 0, probabilities, 1))).sum(-1))
