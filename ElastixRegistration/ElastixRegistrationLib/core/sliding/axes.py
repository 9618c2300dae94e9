"""Separable operations on volumes, each as one small matrix per axis: NumPy's matrix product is faster here than any
loop over voxels, and the adjoint, which gradients need, is the transpose.

Matrices are in the order of the axes of an array, (k, j, i), with one row per output and one column per input.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

Matrices = Sequence[np.ndarray]

#: OpenBLAS runs products of at most this many multiplications on one thread. On larger ones its threads wait for each
#: other longer than they work, which triples the processor time.
_AT_ONCE = 2**18


def along(matrix: np.ndarray, volume: np.ndarray, axis: int) -> np.ndarray:
    """``matrix`` applied to every line of a (k, j, i) array along ``axis``."""
    shape = list(volume.shape)
    shape[axis] = len(matrix)
    result = np.empty(shape, np.result_type(matrix, volume))
    rows, columns = matrix.shape
    if axis == 1:
        each = max(1, _AT_ONCE // (columns * volume.shape[2]))
        for first in range(0, rows, each):
            np.matmul(matrix[first : first + each], volume, out=result[:, first : first + each])
        return result
    each = max(1, _AT_ONCE // matrix.size)
    lines, out = (one.reshape(-1, one.shape[2]) if axis == 2 else one.reshape(len(one), -1) for one in (volume, result))
    for first in range(0, len(lines) if axis == 2 else lines.shape[1], each):
        part = slice(first, first + each)
        if axis == 2:
            np.matmul(lines[part], matrix.T, out=out[part])
        else:
            np.matmul(matrix, lines[:, part], out=out[:, part])
    return result


def apply(matrices: Matrices, volume: np.ndarray) -> np.ndarray:
    """Apply all three, starting with the axes that leave the fewest voxels."""
    order = sorted(range(3), key=lambda axis: matrices[axis].shape[0] / matrices[axis].shape[1])
    return reduce(lambda part, axis: along(matrices[axis], part, axis), order, volume)


def transposed(matrices: Matrices) -> list[np.ndarray]:
    return [np.ascontiguousarray(matrix.T) for matrix in matrices]


def block_means(count: int, factor: int) -> np.ndarray:
    """(m, ``count``): means of ``factor`` neighbors each; the last block may be smaller."""
    blocks = np.arange(count) // factor
    matrix = (blocks == np.arange(blocks[-1] + 1)[:, None]).astype(np.float32)
    return matrix / matrix.sum(axis=1, keepdims=True)


def interpolation(places: np.ndarray, count: int) -> np.ndarray:
    """(len(places), ``count``): linear interpolation at continuous indices; the outermost values continue beyond the
    ends."""
    places = np.clip(places, 0, count - 1)
    low = np.minimum(places.astype(int), max(count - 2, 0))
    share = (places - low).astype(np.float32)
    rows = np.arange(len(places))
    matrix = np.zeros((len(places), count), np.float32)
    matrix[rows, low] = 1 - share
    if count > 1:
        matrix[rows, low + 1] = share
    return matrix


def means_of(matrices: Matrices, volume: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of the voxels that ``counts``, (k, j, i) booleans, by ``matrices``; and where there are such voxels."""
    share = apply(matrices, counts.astype(np.float32))
    known = share > 1e-6
    return np.where(known, apply(matrices, np.where(counts, volume, 0)) / np.where(known, share, 1), 0), known


def continued(volume: np.ndarray, known: np.ndarray) -> np.ndarray:
    """``volume``, (k, j, i), continued smoothly to the voxels that are not ``known``: from means of more and more
    voxels, the farther away."""
    if known.all() or volume.size == 1:
        return volume
    halves = [block_means(n, 2) for n in volume.shape]
    coarse = continued(*means_of(halves, volume, known))
    back = [interpolation((np.arange(n) - 0.5) / 2, m) for n, m in zip(volume.shape, coarse.shape, strict=True)]
    return np.where(known, volume, apply(back, coarse))


def gaussian(count: int, sigma: float) -> np.ndarray:
    """(``count``, ``count``): means weighted by a Gaussian of ``sigma`` elements; the weights always sum to 1."""
    distance = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    weights = np.exp(-0.5 * (distance / sigma) ** 2) * (distance <= np.ceil(3 * sigma))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def differences(field: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """(3, c, k, j, i): forward differences of a (c, k, j, i) field along i, j, k per mm; 0 at the far ends.

    ``spacing``: of the nodes, (i, j, k), mm.
    """
    result = np.zeros((3, *field.shape), np.float32)
    for axis in range(3):
        near, _ = _neighbors(axis)
        result[axis][near] = np.diff(field, axis=3 - axis) / np.float32(spacing[axis])
    return result


def differences_adjoint(flows: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """(c, k, j, i): the adjoint of ``differences``, minus a divergence."""
    result = np.zeros(flows.shape[1:], np.float32)
    for axis in range(3):
        near, far = _neighbors(axis)
        flow = flows[axis][near] / np.float32(spacing[axis])
        result[near] -= flow
        result[far] += flow
    return result


def _neighbors(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Slices of a (c, k, j, i) field: the nodes that have a next one along ``axis`` (0 is i), and those next ones."""
    near, far = [slice(None)] * 4, [slice(None)] * 4
    near[3 - axis], far[3 - axis] = slice(None, -1), slice(1, None)
    return tuple(near), tuple(far)
