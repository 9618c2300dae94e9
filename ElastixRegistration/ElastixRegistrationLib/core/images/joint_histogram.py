"""What a joint histogram says."""

from __future__ import annotations

import numpy as np


def information_in(joint: np.ndarray) -> float:
    """Mutual information, nats, of the two axes of a histogram (counts or shares); 0 where it is empty."""
    total = joint.sum()
    if total == 0:
        return 0.0
    joint = joint / total
    return _entropy(joint.sum(1)) + _entropy(joint.sum(0)) - _entropy(joint)


def _entropy(probabilities: np.ndarray) -> float:
    positive = probabilities[probabilities > 0]
    return float(-(positive * np.log(positive)).sum())
