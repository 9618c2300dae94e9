"""The box of the fixed image on which a dense deformation is computed: air around a body costs time and explains
nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..images.geometry import Geometry
from .evidence import Evidence

#: Voxels of the evidence between structures and the faces of the box.
_MARGIN = 4
#: A box with a larger share of the image is not worth it.
_LARGEST_SHARE = 0.85


@dataclass(frozen=True)
class Region:
    """``low`` and ``high`` (D,): opposite corners of the box, LPS mm; its axes are those of the fixed image."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, evidence: Evidence, transform: Any) -> Region | None:
        """Where the fixed image has structure, or the moving one under ``transform``, inside the masks; None for all of
        the fixed image."""
        structured = evidence.structured | evidence.moving_structured(transform)
        if not structured.any():
            return None
        grid, ends = evidence.grid, []
        for axis, count in enumerate(grid.size):
            others = tuple(n for n in range(structured.ndim) if n != structured.ndim - 1 - axis)
            filled = np.flatnonzero(structured.any(axis=others))
            ends.append((max(filled[0] - _MARGIN, 0), min(filled[-1] + _MARGIN, count - 1)))
        low, high = np.array(ends).T
        if np.prod((high - low + 1) / grid.size) > _LARGEST_SHARE:
            return None
        return cls(grid.points_of(low - 0.5), grid.points_of(high + 0.5))

    def part_of(self, grid: Geometry) -> Geometry:
        """The voxels of ``grid``, which has the axes of the fixed image, in the box."""
        size = np.asarray(grid.size)
        ends = np.stack([grid.indices_of(corner[None])[0] for corner in (self.low, self.high)])
        first = np.clip(np.floor(ends[0]), 0, size - 1).astype(int)
        last = np.clip(np.ceil(ends[1]), first, size - 1).astype(int)
        origin = tuple(grid.points_of(first.astype(float)).tolist())
        return replace(grid, size=tuple((last - first + 1).tolist()), origin=origin)
