"""Rigid motions as parameters and as matrices.

The parameters, along the last axis: angles in radians about the axes, one in 2D, then the shift of the center in mm.
"""

from __future__ import annotations

import numpy as np

_PLANES = {2: ((0, 1),), 3: ((1, 2), (2, 0), (0, 1))}


def rigid_matrix(motion: np.ndarray, center: np.ndarray) -> np.ndarray:
    """Homogeneous matrices, (..., D+1, D+1), of motions (..., P) that turn about ``center``, (D,), mm."""
    dimension = len(center)
    angles, shift = motion[..., :-dimension], motion[..., -dimension:]
    rotation = np.broadcast_to(np.eye(dimension), (*motion.shape[:-1], dimension, dimension))
    for number, (first, second) in enumerate(_PLANES[dimension]):
        turn = np.zeros_like(rotation)
        turn[..., range(dimension), range(dimension)] = 1
        cosine, sine = np.cos(angles[..., number]), np.sin(angles[..., number])
        turn[..., first, first] = turn[..., second, second] = cosine
        turn[..., first, second], turn[..., second, first] = -sine, sine
        rotation = rotation @ turn
    matrix = np.zeros((*motion.shape[:-1], dimension + 1, dimension + 1))
    matrix[..., :-1, :-1] = rotation
    matrix[..., :-1, -1] = center + shift - rotation @ center
    matrix[..., -1, -1] = 1
    return matrix


def moved_points(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(..., N, D): the points (N, D) under homogeneous matrices (..., D+1, D+1)."""
    return points @ np.swapaxes(matrix[..., :-1, :-1], -1, -2) + matrix[..., None, :-1, -1]


def rigid_part(matrix: np.ndarray, center: np.ndarray) -> np.ndarray:
    """The rigid motion nearest to a linear one, homogeneous (D+1, D+1), that moves ``center``, (D,), alike."""
    left, _, right = np.linalg.svd(matrix[:-1, :-1])
    left[:, -1] *= np.sign(np.linalg.det(left @ right))  # no mirror image
    rigid = np.eye(len(matrix))
    rigid[:-1, :-1] = left @ right
    rigid[:-1, -1] = matrix[:-1, :-1] @ center + matrix[:-1, -1] - rigid[:-1, :-1] @ center
    return rigid
