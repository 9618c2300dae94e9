"""Regions from the user, each of which moves as one along its surroundings: each is registered on its own, and the
results are joined where the regions meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..automatic.evidence import Difference
from ..images.geometry import Geometry
from ..transforms.sampling import coarsened, grown
from . import axes
from .border_gaps import Moved, pairs_of
from .continuation import extended
from .detection import field_of, transform_of
from .field import improve
from .figures import SlidingFigures
from .folds import without_folds, without_folds_in_band
from .grids import Nodes, SlidingImage, nodes_on, working_voxel_mm
from .held_out import BLOCK, unseen_blocks
from .joint import Part, Target, improve_together, meeting
from .local_correlation import LocalCorrelation
from .pyramid import Pyramid
from .regions import Regions
from .rigid_fit import no_motion

#: Standard errors by which unseen windows of a region must correlate better. The user says that the region slides; the
#: images must show that its motion is found.
_CERTAIN = 3.0
#: Fewest blocks of unseen windows that can show it; few must show it more clearly.
_MIN_BLOCKS = 8
#: The same as a difference: a smaller one says nothing about the position.
_LEAST_GAIN = 0.002
#: Smallest share of the squared window correlation with the same sign for images of one contrast, as in
#: ``automatic.pipeline``.
_ONE_CONTRAST = 0.7
#: Iterations on the finest level before the regions are optimized together.
_ITERATIONS = 10
#: Largest number of nodes of the joined field, which otherwise has the voxels of the fixed image.
_MAX_NODES = 4_000_000
#: Width of the band between two regions, in voxels of the joined field.
_BAND = 1.0
#: A region with fewer working voxels is not registered on its own.
_MIN_VOXELS = 200


@dataclass(frozen=True)
class Regional:
    """``field``: (3, k, j, i), mm, at the nodes ``grid``, applied before the linear ``start``. ``changed``: numbers of
    the regions that move differently than in the smooth registration. ``figures``: of the surfaces between these and
    the others."""

    transform: Any
    field: np.ndarray
    grid: Geometry
    changed: tuple[int, ...]
    figures: SlidingFigures


def register_regions(
    fixed: SlidingImage,
    moving: SlidingImage,
    regions: Regions,
    found: Any,
    free: Any,
    starts: Sequence[np.ndarray],
    moving_regions: Regions | None = None,
) -> Regional | None:
    """Return a transform that moves each of the ``regions`` on its own, to replace the smooth itk transform ``found``;
    None where no region gains from that, or where they move along each other by less than a voxel.

    ``regions`` are on the grid of ``fixed``. ``moving_regions``, with the same labels, are on that of ``moving``: then
    only the voxels of the same region count there. ``free`` and ``starts``: see ``find_sliding``.
    """
    voxel_mm = working_voxel_mm(fixed.geometry)
    pieces = [regions.part(fixed, number) for number in range(regions.count)]
    start = _best_start(fixed, moving, starts, voxel_mm)

    def free_on(grid: Geometry) -> np.ndarray:
        return field_of(free, grid, start)

    parts: list[Part] = []
    gains: list[float] = []
    changed = []
    for number, piece in enumerate(pieces):
        its_moving, shift = moving, None
        if moving_regions is not None:
            its_moving = moving_regions.only(moving, number)
            # The surroundings have no place of their own.
            shift = _shift(regions.center(number), moving_regions.center(number), start) if number else None
        part, gain = _fitted(piece, its_moving, found, free_on, start, voxel_mm, shift)
        parts.append(part)
        if part.scorer is not None:
            changed.append(number)
            gains.append(gain)
    if not changed:
        return None
    target = None if moving_regions is None else Target(moving_regions, start)
    moved = improve_together(regions, parts, voxel_mm, target)
    regional = _joined(regions, parts, moved, found, start, tuple(changed), float(np.mean(gains)))
    slides = regional.figures.along_95 > float(np.prod(regions.grid.spacing) ** (1 / 3))
    return regional if slides else None


def correlate_alike(fixed: SlidingImage, moving: SlidingImage, found: Any) -> bool:
    """Whether windows correlate with one sign under the itk transform ``found``, as in images of one contrast. For
    other images local correlation is meaningless."""
    voxel_mm = 2 * working_voxel_mm(fixed.geometry)
    scorer = LocalCorrelation(fixed.reduced(voxel_mm), moving.reduced(voxel_mm), np.eye(4))
    field = field_of(found, scorer.nodes.geometry, np.eye(4))
    scorer.look_from(field)
    correlation = scorer.weights * scorer.map(field)
    power = float(np.square(correlation).sum())
    return power > 0 and float((correlation * np.abs(correlation)).sum()) / power > _ONE_CONTRAST


def _shift(fixed: np.ndarray, moving: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The displacement, LPS mm, before the homogeneous matrix ``start``, that takes one point to the other."""
    return np.asarray(np.linalg.solve(start[:3, :3], moving - start[:3, 3]) - fixed)


def _best_start(fixed: SlidingImage, moving: SlidingImage, starts: Sequence[np.ndarray], voxel_mm: float) -> np.ndarray:
    """The start under which most of the image is aligned."""
    if len(starts) == 1:
        return starts[0]
    images = fixed.reduced(2 * voxel_mm), moving.reduced(2 * voxel_mm)
    scores = []
    for start in starts:
        scorer = LocalCorrelation(*images, start)
        still = no_motion(scorer.nodes.geometry)
        scorer.look_from(still)
        scores.append(float((scorer.weights * np.maximum(scorer.map(still), 0)).sum()))
    return starts[int(np.argmax(scores))]


def _fitted(
    piece: SlidingImage,
    moving: SlidingImage,
    found: Any,
    free_on: Callable[[Geometry], np.ndarray],
    start: np.ndarray,
    voxel_mm: float,
    shift: np.ndarray | None = None,
) -> tuple[Part, float]:
    """Register one region on part of its windows, and measure by how much the unseen rest correlates better than with
    ``found``, which has seen them. Without a certain gain, the region keeps the motion of ``found``. ``shift``: see
    ``Pyramid.of_region``."""
    image = piece.reduced(voxel_mm)
    nodes = Nodes(image.geometry).geometry
    kept = Part(Moved(field_of(found, nodes, start), nodes), None)
    if image.inside is None or np.count_nonzero(image.inside) < _MIN_VOXELS:
        return kept, 0.0
    pyramid = Pyramid(piece, moving, start, voxel_mm)
    coarse = pyramid.of_region(free_on, shift)
    gain = _gain(pyramid.finest, coarse, found, start)
    if gain is None:
        return kept, 0.0
    scorer = LocalCorrelation(image, moving.reduced(voxel_mm), start)
    field = nodes_on(nodes, extended(coarse, pyramid.finest), pyramid.finest.nodes.geometry)
    scorer.look_from(field)
    return Part(Moved(extended(improve(scorer, field, _ITERATIONS), scorer), nodes), scorer), gain


def _gain(scorer: LocalCorrelation, field: np.ndarray, found: Any, start: np.ndarray) -> float | None:
    """By how much unseen windows correlate better with ``field`` than with the itk transform ``found`` on the same
    nodes, so that the motion is judged, not the resolution of its grid. None where the gain is not certain, or where
    the windows correlate worse than with ``found`` at its own resolution: then its detail is worth more."""
    correlation, counts = scorer.map(field), unseen_blocks(scorer.inside.shape)[0] & scorer.inside
    blocks = [axes.block_means(n, 2 * BLOCK) for n in counts.shape]
    sizes = axes.apply(blocks, counts.astype(np.float32))
    filled = sizes > 0
    count = int(np.count_nonzero(filled))
    if count < _MIN_BLOCKS:
        return None

    def gain_and_errors(before: np.ndarray) -> tuple[float, float]:
        """Mean gain and its standard errors, with blocks of windows as independent samples."""
        sums = axes.apply(blocks, np.where(counts, correlation - before, 0).astype(np.float32))
        mean = float(sums.sum() / sizes.sum())
        spread = float(np.square(sums - mean * sizes)[filled].sum()) * count / (count - 1)
        return mean, Difference(mean, (np.sqrt(spread) + 1e-9) / float(sizes.sum()), count).certainty

    nodes, voxels = scorer.nodes.geometry, scorer.nodes.voxels
    gain, errors = gain_and_errors(scorer.map(field_of(found, nodes, start)))
    in_detail, _ = gain_and_errors(scorer.map_of_displaced(field_of(found, voxels, start)))
    return gain if errors >= _CERTAIN and gain >= _LEAST_GAIN and in_detail >= 0 else None


def _joined(
    regions: Regions,
    parts: Sequence[Part],
    moved: Sequence[Moved],
    found: Any,
    start: np.ndarray,
    changed: tuple[int, ...],
    gain: float,
) -> Regional:
    grid = grown(coarsened(regions.grid, _MAX_NODES), (1, 1, 1))
    shares = regions.shares(grid, _BAND * float(np.prod(grid.spacing) ** (1 / 3)))
    field = np.zeros((3, *grid.size[::-1]), np.float32)
    kept = np.zeros(grid.size[::-1], np.float32)
    calm = [
        one if part.scorer is None else Moved(without_folds(one.field, part.scorer.nodes), one.grid)
        for one, part in zip(moved, parts, strict=True)
    ]
    calm = meeting(regions, parts, calm)
    for number, (part, motion) in enumerate(zip(parts, calm, strict=True)):
        if part.scorer is None:
            kept += shares[number]
            continue
        field += shares[number] * nodes_on(grid, motion.field, motion.grid)
    if kept.any():
        field += kept * field_of(found, grid, start)
    field = without_folds_in_band(field, grid)
    pairs = [pair for pair in pairs_of(regions, calm) if pair.one in changed or pair.other in changed]
    return Regional(
        transform=transform_of(field, grid, start),
        field=field,
        grid=grid,
        changed=changed,
        figures=SlidingFigures.of(
            np.concatenate([np.empty(0), *(pair.along for pair in pairs)]),
            np.concatenate([np.empty(0), *(pair.distances for pair in pairs)]),
            gain,
            regions.names,
        ),
    )
