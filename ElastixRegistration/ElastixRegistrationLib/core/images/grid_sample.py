"""The data of the background estimate: a regular sample of an image, its faces, and voxels connected to them."""

from __future__ import annotations

import numpy as np

SAMPLED_VOXELS = 2_000_000
FLAT = 0.6  # share of equal neighbors; about 0.8 for a layer one voxel thin, at most 0.5 for clamped noise


def connected_to_faces(mask: np.ndarray) -> np.ndarray:
    """Part of a boolean array that is connected (through faces of voxels) to the faces of the array.

    Sweeps along the axes, but the last one, whose voxels are not planes in memory, go on while they reach much more.
    What then lies around corners follows from voxel to voxel.
    """
    inside = np.ascontiguousarray(mask, dtype=bool)
    reached = inside & _faces(inside.shape)
    count, former = int(np.count_nonzero(reached)), 0
    while count > 1.02 * former:
        for axis in range(inside.ndim - 1):
            along, allowed = np.moveaxis(reached, axis, 0), np.moveaxis(inside, axis, 0)
            for i in range(1, len(along)):
                along[i] |= along[i - 1] & allowed[i]
            for i in range(len(along) - 2, -1, -1):
                along[i] |= along[i + 1] & allowed[i]
        former, count = count, int(np.count_nonzero(reached))
    within = (slice(1, -1),) * inside.ndim
    left = np.zeros([n + 2 for n in inside.shape], dtype=bool)  # a border, so that every voxel has all neighbors
    left[within] = inside & ~reached
    _take_neighbors(left, np.ravel_multi_index([index + 1 for index in np.nonzero(_beside(reached))], left.shape))
    return inside & ~left[within]


def _beside(mask: np.ndarray) -> np.ndarray:
    """Voxels that share a face with one of ``mask``."""
    result = np.zeros_like(mask)
    for axis in range(mask.ndim):
        near, there = np.moveaxis(result, axis, 0), np.moveaxis(mask, axis, 0)
        near[1:] |= there[:-1]
        near[:-1] |= there[1:]
    return result


def _take_neighbors(left: np.ndarray, front: np.ndarray) -> None:
    """Clear the voxels of ``left`` at the flat indices ``front`` and all that are connected to them there."""
    flat = left.reshape(-1)
    steps = np.array([sign * stride // left.itemsize for stride in left.strides for sign in (1, -1)])
    front = front[flat[front]]
    while front.size:
        flat[front] = False
        beside = (front[:, None] + steps).reshape(-1)
        front = np.unique(beside[flat[beside]])


def step_of(values: np.ndarray) -> float:
    """Distance between neighboring gray levels; 0 for values that know no levels.

    Told from the values, not from their type: most NIfTI files hold a scanner's whole numbers as floats, and many
    scale them by a slope that is no whole number.
    """
    if np.issubdtype(values.dtype, np.integer):
        return 1.0
    levels = np.unique(values[:: max(1, values.size // 100_000)]).astype(np.float64)
    if levels.size < 2:
        return 0.0
    step = float(np.diff(levels).min())
    # float32 keeps seven digits: what rounding alone could have put between two levels is no step.
    if step < 1e-6 * np.abs(levels).max():
        return 0.0
    places = (levels - levels[0]) / step
    return step if np.abs(places - np.rint(places)).max() < 0.05 else 0.0


class GridSample:
    """Voxels of an image on a regular sub-grid that keeps the first and last index of every axis."""

    values: np.ndarray
    valid: np.ndarray  # finite and inside the mask
    faces: np.ndarray  # on a face of the image

    def __init__(self, array: np.ndarray, mask: np.ndarray | None):
        self.array = array
        side = round(SAMPLED_VOXELS ** (1 / array.ndim))
        self.indices = [np.unique(np.linspace(0, n - 1, min(n, side)).astype(int)) for n in array.shape]
        self.values = array[np.ix_(*self.indices)]
        self.valid = np.isfinite(self.values)
        if mask is not None:
            self.valid &= mask[np.ix_(*self.indices)] != 0
        self.faces = _faces(self.values.shape)
        self.step = step_of(self.values[self.valid])
        self._filled: dict[float, np.ndarray] = {}

    def center(self, fills: list[float]) -> np.ndarray:
        """Central half of the image along every axis, without the fills."""
        box = np.zeros(self.values.shape, dtype=bool)
        shape: tuple[int, ...] = box.shape
        box[tuple(slice(n // 4, n - n // 4) for n in shape)] = True
        return box & self.without(fills)

    def flat_values(self) -> list[float]:
        """Exact values that fill parts of the faces, most common first."""
        on_faces = self.values[self.faces & self.valid]
        values, counts = np.unique(on_faces, return_counts=True)
        common = np.argsort(counts)[::-1][:8]
        candidates = values[common[counts[common] >= max(4, 0.004 * on_faces.size)]]
        return [
            float(value)
            for value in candidates
            if self._equal_neighbors((self.values == value) & self.faces & self.valid, value).mean() >= FLAT
        ]

    def filled(self, fills: list[float]) -> np.ndarray:
        result = np.zeros(self.values.shape, dtype=bool)
        for value in fills:
            if value not in self._filled:
                self._filled[value] = connected_to_faces(self.values == value)
            result |= self._filled[value]
        return result

    def without(self, fills: list[float]) -> np.ndarray:
        return self.valid & ~self.filled(fills)

    def rim(self, fills: list[float]) -> np.ndarray:
        """What is left on the faces of the image and next to the fills."""
        filled = self.filled(fills)
        near = filled.copy()
        for axis in range(near.ndim):
            ahead, behind = _pair(near.ndim, axis)
            grown = near.copy()
            grown[ahead] |= near[behind]
            grown[behind] |= near[ahead]
            near = grown
        return (near | self.faces) & self.valid & ~filled

    def share_of_faces(self, fills: list[float]) -> float:
        return float(np.mean(self.filled(fills)[self.faces & self.valid]))

    def is_speckled(self, value: float) -> bool:
        """Single voxels of other values are strewn into the flat value: noise that was cut off at a threshold."""
        near = self._equal_neighbors(self.rim([value]), value)
        near = near[near > 0]
        return near.size > 0 and float(np.mean(near >= 0.6)) > 0.1

    def is_piecewise_constant(self) -> bool:
        near = self._equal_neighbors(self.center([]), None)
        return near.size > 0 and float(near.mean()) > FLAT

    def _equal_neighbors(self, positions: np.ndarray, value: float | None, limit: int = 5000) -> np.ndarray:
        """For up to ``limit`` positions: share of the neighbors in the full image with this (None: the same) value."""
        found = np.flatnonzero(positions)
        chosen = np.unravel_index(found[:: max(1, len(found) // limit)], positions.shape)
        index = [axis[places] for axis, places in zip(self.indices, chosen, strict=True)]
        value = self.array[tuple(index)] if value is None else value
        equal = np.zeros(len(index[0]))
        count = np.zeros(len(index[0]))
        for axis, length in enumerate(self.array.shape):
            for step in (-1, 1):
                moved = index[axis] + step
                inside = (moved >= 0) & (moved < length)
                neighbor = [np.where(inside, moved, index[axis]) if a == axis else index[a] for a in range(len(index))]
                equal += inside & (self.array[tuple(neighbor)] == value)
                count += inside
        return equal / np.maximum(count, 1)


def _faces(shape: tuple[int, ...]) -> np.ndarray:
    faces = np.ones(shape, dtype=bool)
    if all(n > 2 for n in shape):
        faces[tuple(slice(1, -1) for _ in shape)] = False
    return faces


def _pair(ndim: int, axis: int) -> tuple[tuple, tuple]:
    ahead, behind = [slice(None)] * ndim, [slice(None)] * ndim
    ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
    return tuple(ahead), tuple(behind)
