"""Regions carried over by a transform: their distance maps, resampled."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..images.contours import Region, part_of
from ..images.geometry import Geometry, array_view, geometry_of
from ..transforms.itk_transforms import map_points
from .images import resample

#: Places along each axis at which it is looked where a region comes to lie.
_PLACES = 33
#: So many places are looked at between voxels at most.
_MAX_SAMPLES = 2e7


class RegionCarrier:
    """``transform`` maps points of ``reference``, a 3D grid, to points of the space that regions lie in, LPS mm."""

    def __init__(self, transform: Any, reference: Geometry):
        self._transform, self._reference = transform, reference
        size = np.array(reference.size)
        self._step = np.maximum(np.ceil((size - 1) / (_PLACES - 1)), 1).astype(int)
        axes = [np.arange(0, n - 1 + step, step) for n, step in zip(size, self._step, strict=True)]
        self._indices = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
        self._mapped = map_points(transform, reference.points_of(self._indices))

    def carried(self, image: Any, finer: int = 1) -> Region | None:
        """Where ``image``, the distances of a region, is more than 0 on the reference grid; None where nowhere.

        ``finer``: with so many times as many rows and columns, or less where that would take too much memory.
        """
        box = self._box(geometry_of(image))
        if box is None:
            return None
        start, size = box
        moved = self._moved(image, start, size, 1)
        if finer > 1:
            near = np.argwhere(moved > float(array_view(image).min()))[:, ::-1]
            if not len(near):
                return None
            low = np.maximum(near.min(axis=0) - 1, 0)
            size = np.minimum(near.max(axis=0) + 1, size - 1) - low + 1
            start = start + low
            finer = max(1, min(finer, int(np.sqrt(_MAX_SAMPLES / np.prod(size)))))
            moved = self._moved(image, start, size, finer)
        if not (moved > 0).any():
            return None
        return Region(moved, part_of(self._reference, start, size, finer), tuple(map(int, start)), finer)

    def _moved(self, image: Any, start: np.ndarray, size: np.ndarray, finer: int) -> np.ndarray:
        part = part_of(self._reference, start, size, finer)
        outside = float(array_view(image).min())
        return np.array(array_view(resample(image, self._transform, part, background=outside)))

    def _box(self, grid: Geometry) -> tuple[np.ndarray, np.ndarray] | None:
        """First index and size of the part of the reference grid that can reach ``grid``."""
        step = float(np.linalg.norm(self._step * self._reference.spacing))
        margin = 1.5 * step / np.array(grid.spacing)  # space may be stretched so much between the places
        found = grid.indices_of(self._mapped)
        near = ((found >= -margin) & (found <= np.array(grid.size) - 1 + margin)).all(axis=1)
        if not near.any():
            return None
        indices = self._indices[near]
        start = np.maximum(indices.min(axis=0) - self._step, 0)
        end = np.minimum(indices.max(axis=0) + self._step, np.array(self._reference.size) - 1)
        return start, end - start + 1
