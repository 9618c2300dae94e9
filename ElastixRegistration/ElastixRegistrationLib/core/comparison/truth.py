"""The ground truth of a pair of images, and the errors of a transform against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..deformation.analysis import determinant_and_border
from ..deformation.jacobian import jacobian_statistics, without_border
from ..deformation.spline_folds import folded_voxels
from ..errors import InputError
from ..images.geometry import Geometry, array_view, geometry_of
from ..images.labels import shared_labels
from ..quality.assessment import thinned
from ..quality.similarity import dice
from ..registration.inputs import RegistrationInputs
from ..resampling.images import resample
from ..transforms.itk_transforms import identity, map_points
from ..transforms.spline_derivatives import SplineChain
from ..wording import said
from .records import RunRecord

#: Largest number of voxels of the fixed grid for overlap and folds; larger grids are sampled at every n-th voxel.
MAX_VOXELS = 8e6


@dataclass(frozen=True)
class Pair:
    """Two images to register, and their ground truth: landmarks in ``inputs``, or label maps, on any grid.
    ``initial_transform``: fixed to moving, LPS mm, where every registration of the pair starts.
    """

    name: str
    inputs: RegistrationInputs = field(repr=False)
    fixed_labels: Any = field(default=None, repr=False)
    moving_labels: Any = field(default=None, repr=False)
    label_names: Mapping[int, str] = field(default_factory=dict, repr=False)
    initial_transform: Any = field(default=None, repr=False)

    @property
    def has_landmarks(self) -> bool:
        return self.inputs.fixed_points is not None and self.inputs.moving_points is not None

    @property
    def has_truth(self) -> bool:
        return self.has_landmarks or (self.fixed_labels is not None and self.moving_labels is not None)

    @property
    def grid(self) -> Geometry:
        return geometry_of(self.inputs.fixed)


def landmark_distances(pair: Pair, transform: Any) -> dict[str, float]:
    """mm by name; unnamed landmarks are numbered from 1."""
    fixed, moving = pair.inputs.fixed_points, pair.inputs.moving_points
    if fixed is None or moving is None:
        return {}
    distances = np.linalg.norm(map_points(transform, fixed) - moving, axis=1)
    labels = pair.inputs.labels
    unique = len(labels) == len(distances) and len(set(labels)) == len(labels) and all(labels)
    names = labels if unique else [f"landmark {n}" for n in range(1, len(distances) + 1)]
    return dict(zip(names, distances.tolist(), strict=True))


def overlaps(pair: Pair, transform: Any, max_voxels: float = MAX_VOXELS) -> dict[str, float]:
    """Dice of each label that is in both maps and in the fixed grid; 0 if the moved label left the grid."""
    if pair.fixed_labels is None or pair.moving_labels is None:
        return {}
    grid, _ = thinned(geometry_of(pair.fixed_labels), max_voxels)
    drawn = array_view(resample(pair.fixed_labels, identity(grid.dimension), grid, interpolation="nearest"))
    moved = array_view(resample(pair.moving_labels, transform, grid, interpolation="nearest"))
    shared = shared_labels(array_view(pair.fixed_labels), array_view(pair.moving_labels), f"labels of {pair.name}")
    found = {pair.label_names.get(n, f"label {n}"): dice(drawn == n, moved == n) for n in shared if (drawn == n).any()}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def folded_percent(pair: Pair, transform: Any, max_voxels: float = MAX_VOXELS) -> float:
    """Share of the voxels of the fixed grid, thinned to ``max_voxels``, where space folds onto itself, without those
    where it slides along a surface."""
    grid, _ = thinned(pair.grid, max_voxels)
    mask = pair.inputs.fixed_mask
    inside = None
    if mask is not None:
        inside = array_view(resample(mask, identity(grid.dimension), grid, interpolation="nearest"))
        inside = inside if (inside != 0).any() else None
    chain = SplineChain.of(transform)
    if chain is not None:
        folded = folded_voxels(chain, grid)
        return 100 * float(np.mean(folded if inside is None else folded[inside != 0]))
    determinant, border = determinant_and_border(transform, grid)
    return 100 * jacobian_statistics(determinant, mask=without_border(inside, border)).folded_fraction


def judged(
    pair: Pair,
    method: str,
    transform: Any,
    *,
    seed: int | None = None,
    seconds: float | None = None,
    memory_mb: float | None = None,
    max_voxels: float = MAX_VOXELS,
) -> RunRecord:
    """Errors of ``transform``, fixed to moving, LPS mm, against the ground truth of ``pair``."""
    return RunRecord(
        pair=pair.name,
        method=method,
        seed=seed,
        landmarks=landmark_distances(pair, transform),
        overlaps=overlaps(pair, transform, max_voxels),
        folded_percent=folded_percent(pair, transform, max_voxels),
        seconds=seconds,
        memory_mb=memory_mb,
    )


def check_names(pairs: list[Pair]) -> None:
    """Raise InputError for two pairs of the same name."""
    names = [pair.name for pair in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(said("Two pairs are called {twice}; give each its own name.", twice=twice))
