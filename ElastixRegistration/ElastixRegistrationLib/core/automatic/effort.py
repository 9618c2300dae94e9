"""How much work Automatic puts in: one choice of three."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """Of the dense deformation: about ``voxels`` over the fixed image, in 2D ``pixels``, which are as fine along each
    axis or finer, as they cost little; and at most so many iterations."""

    voxels: float
    pixels: float
    iterations: int

    def count(self, dimension: int) -> float:
        """Voxels over a fixed image of this dimension."""
        return self.pixels if dimension == 2 else self.voxels


@dataclass(frozen=True)
class Effort:
    """``linear_iterations`` and ``spline_iterations``: for each resolution. ``levels``: of the dense deformation."""

    linear_iterations: int
    spline_iterations: tuple[int, ...]
    spline_samples: int
    levels: tuple[Level, ...]


_NORMAL_LEVELS = (Level(60e3, 4e3, 60), Level(500e3, 25e3, 30), Level(1.5e6, 150e3, 15))
_THOROUGH_LEVELS = (Level(60e3, 4e3, 80), Level(500e3, 25e3, 50), Level(1.5e6, 150e3, 25), Level(6e6, 1e6, 12))
_EFFORTS: Mapping[str, Effort] = {
    "fast": Effort(120, (60, 80, 100), 2000, (Level(60e3, 16e3, 40),)),
    "normal": Effort(200, (100, 120, 150, 200), 3000, _NORMAL_LEVELS),
    "thorough": Effort(250, (100, 150, 250, 400), 4000, _THOROUGH_LEVELS),
}


def effort_named(name: str) -> Effort:
    return _EFFORTS[name]
