"""How much work Automatic puts in: one choice of three."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """Of the dense deformation: about so many voxels over the fixed image, and at most so many iterations."""

    voxels: float
    iterations: int


@dataclass(frozen=True)
class Effort:
    """``linear_iterations`` and ``spline_iterations``: for each resolution. ``levels``: of the dense deformation."""

    linear_iterations: int
    spline_iterations: tuple[int, ...]
    spline_samples: int
    levels: tuple[Level, ...]


_EFFORTS: Mapping[str, Effort] = {
    "fast": Effort(120, (60, 80, 100), 2000, (Level(60e3, 40),)),
    "normal": Effort(200, (100, 120, 150, 200), 3000, (Level(60e3, 60), Level(500e3, 30), Level(1.5e6, 15))),
    "thorough": Effort(
        250, (100, 150, 250, 400), 4000, (Level(60e3, 80), Level(500e3, 50), Level(1.5e6, 25), Level(6e6, 12))
    ),
}


def effort_named(name: str) -> Effort:
    return _EFFORTS[name]
