"""Total variation of displacements, which allows jumps along a surface that a smooth penalty would smear.

Fields are (3, k, j, i) float32, mm, on a grid of nodes with ``spacing`` (i, j, k) mm.
"""

from __future__ import annotations

import numpy as np

from .axes import differences, differences_adjoint

#: Slopes below this are penalized quadratically, so that the sum has a gradient where the field is constant.
_ROUNDED = 0.02
_FUSING_STEPS = 150


def total_variation(field: np.ndarray, spacing: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of the Frobenius norm of the gradient over all nodes (no unit), and its derivative.

    One norm for all components and directions (isotropic and vectorial): no axis is preferred, and a jump of the whole
    vector costs less than the jumps of its components at different places.
    """
    slopes = differences(field, spacing)
    norms = np.sqrt(np.einsum("acxyz,acxyz->xyz", slopes, slopes) + np.float32(_ROUNDED**2))
    value = float(norms.sum(dtype=float)) / norms.size - _ROUNDED
    slopes /= norms * np.float32(norms.size)
    return value, differences_adjoint(slopes, spacing)


def steepness(field: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """(k, j, i): Frobenius norm of the gradient, no unit; 1 where the displacements of neighbors differ by their
    distance."""
    slopes = differences(field, spacing)
    return np.sqrt(np.einsum("acxyz,acxyz->xyz", slopes, slopes))


def fused(
    first: np.ndarray, second: np.ndarray, advantage: np.ndarray, weight: float, spacing: np.ndarray
) -> np.ndarray:
    """(k, j, i) shares l of ``second``, 0 to 1, that minimize -sum(l * advantage) + weight * TV(first + l (second -
    first)), TV being the mean of ``total_variation``.

    ``advantage``: how much better the second field fits around each node. The problem is convex, so that this is the
    best choice of all, found by the primal-dual method with a step for each node (Pock and Chambolle 2011,
    doi:10.1109/ICCV.2011.6126441).
    """
    change = second - first
    scaled = advantage * np.float32(advantage.size / weight)
    slopes = differences(first, spacing)
    largest = np.abs(change).sum(axis=0)
    node_step = 1 / (2 * largest * float((1 / spacing).sum()) + 1e-6)
    dual_step = np.float32(1 / (2 * float(np.abs(change).max()) / float(spacing.min()) + 1e-6))
    shares = np.full(advantage.shape, 0.5, np.float32)
    ahead, flows = shares, np.zeros_like(slopes)
    for _ in range(_FUSING_STEPS):
        flows += dual_step * (slopes + differences(change * ahead, spacing))
        flows /= np.maximum(1, np.sqrt(np.einsum("acxyz,acxyz->xyz", flows, flows)))
        pull = np.einsum("cxyz,cxyz->xyz", differences_adjoint(flows, spacing), change)
        following = np.clip(shares - node_step * (pull - scaled), 0, 1)
        ahead, shares = 2 * following - shares, following
    return shares
