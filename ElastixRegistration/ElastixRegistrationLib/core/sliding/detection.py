"""Find out whether organs slide along their surroundings, and follow them where they do.

Two motions are compared: the stiff start, and the result of a smooth registration. At a sliding border, the smooth
result drags along the still tissue next to it. So the two are fused, each where it fits better; if the stiff one is
hardly ever chosen, nothing slides. Otherwise a field that may tear is fitted to part of the image on coarse voxels
(``pyramid``). If it explains the unseen rest clearly better than the smooth registration, which has seen it, such a
field is fitted to the whole image on fine voxels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..images.geometry import Geometry, array_view
from ..transforms.itk_transforms import affine_from_matrix, compose, displacement_field, displacement_field_transform
from . import axes
from .field import fuse
from .figures import SlidingFigures
from .folds import without_folds
from .grids import SlidingImage, voxel_places, working_voxel_mm
from .held_out import MIN_UNSEEN, mean_and_errors, unseen_blocks
from .local_correlation import LocalCorrelation
from .pyramid import Pyramid, torn
from .rigid_fit import rigid_field
from .surface import surface_of

#: Smallest share of the textured tissue that must stand still where the free motion moves it by more than one node
#: spacing. Below it, the closer look is skipped to save time. Measured: 0.06 to 0.19 on MR of four breathing
#: livers, 0.04 to 0.27 with their headers moved, 0.00 to 0.03 on four that hardly move; 0.00 to 0.01 on CT of lungs;
#: 0.000 to 0.002 on brains, hearts and a mouse; 0.03 and 0.04 on hippocampi and a fetus, which later tests leave whole.
_LEAST_STILL = 0.02
#: Contrast, as a share of the range of gray values, from which a window has texture.
_TEXTURE = 0.03
#: Unseen windows must correlate better by this much, and by this many standard errors of their mean. Measured on four
#: pairs of breathing livers: 0.06 to 0.12, and 5.0 to 8.7 standard errors; on the heads of two mice 0.02.
_LEAST_GAIN, _LEAST_ERRORS = 0.04, 4.0
#: Sliding sides move along each other at least this many times farther than they move apart. Measured: 4.9 to 5.7 times
#: on breathing livers; 2.9 and 3.2 times where a field tore in images of two people's hippocampi or of two mice, in
#: which nothing slides.
_LEAST_ALONG = 4.0
#: The same of the coarse field, before time is spent on a fine one: 4.7 to 5.3 times on three breathing livers; 1.6
#: times where a brain without its skull was registered to a whole head.
_LEAST_ALONG_COARSE = 3.0
#: The same without the finest level, which takes three quarters of the time: 0.08 and 0.09, 3.7 and 5.4 standard errors
#: on two breathing livers; 0.00 on two stacks of a fetus that moved.
_MAYBE_GAIN, _MAYBE_ERRORS = 0.02, 1.5
#: Iterations on the working voxels before the motions are fused.
_FINE_ITERATIONS = 20


@dataclass(frozen=True)
class Sliding:
    """``transform``: fixed to moving points, LPS mm. ``field``: (3, k, j, i), mm, at the nodes ``grid``, applied before
    the linear start. ``figures``: of the surface where it tears, and its gain."""

    transform: Any
    field: np.ndarray
    grid: Geometry
    figures: SlidingFigures


@dataclass(frozen=True)
class _Start:
    """A start, as a homogeneous ``matrix``, fixed to moving points, LPS mm. ``free_on``: gives the free motion under
    it, (3, k, j, i), mm, on a grid. ``still_share``: share of the textured tissue that fits better unmoved although the
    free motion moves it by more than a node spacing."""

    matrix: np.ndarray
    pyramid: Pyramid
    free_on: Callable[[Geometry], np.ndarray]
    still_share: float

    @classmethod
    def of(cls, fixed: SlidingImage, moving: SlidingImage, free: Any, matrix: np.ndarray) -> _Start:
        def free_on(grid: Geometry) -> np.ndarray:
            return field_of(free, grid, matrix)

        pyramid = Pyramid(fixed, moving, matrix)
        scorer = pyramid.finest
        field = free_on(scorer.nodes.geometry)
        scorer.look_from(field, unseen_blocks(scorer.inside.shape)[0])
        is_free = fuse(scorer, [np.zeros_like(field), field])
        far = np.linalg.norm(scorer.nodes.at_voxels(field), axis=0) > _node_mm(scorer)
        still_there = axes.apply(scorer.nodes.to_voxels, is_free.astype(np.float32)) < 0.5
        textured = (scorer.weights > 0) & (scorer.contrast > _TEXTURE)
        share = np.count_nonzero(textured & far & still_there) / max(int(np.count_nonzero(textured)), 1)
        return cls(matrix, pyramid, free_on, share)


def find_sliding(
    fixed: SlidingImage, moving: SlidingImage, found: Any, free: Any, starts: Sequence[np.ndarray]
) -> Sliding | None:
    """Return a sliding transform that replaces the itk transform ``found``; None where nothing slides.

    ``free``: a smooth itk transform that follows the moving tissue and drags along the still tissue; the smoother it
    is, the clearer the difference. ``starts``: homogeneous matrices, fixed to moving points, LPS mm; under one of them,
    the still tissue is nearly aligned.
    """
    best = _best_start(fixed, moving, free, starts)
    if best.still_share < _LEAST_STILL:
        return None
    start, pyramid, free_on = best.matrix, best.pyramid, best.free_on
    if not _may_slide(pyramid, free_on, found, start):
        return None
    sources, coarse = pyramid.found(free_on)
    gain, errors = mean_and_errors(_unseen_gains(pyramid.finest, coarse, found, start))
    if gain < _LEAST_GAIN or errors < _LEAST_ERRORS:
        return None
    if not _slides(_figures(coarse, pyramid.finest.nodes.geometry, gain), _LEAST_ALONG_COARSE):
        return None
    voxel_mm = working_voxel_mm(fixed.geometry)
    scorer = LocalCorrelation(fixed.reduced(voxel_mm), moving.reduced(voxel_mm), start)
    nodes = scorer.nodes
    motions = [(pyramid.followed(source), source.weight) for source in sources]
    field = torn(scorer, [motion.improved(scorer, _FINE_ITERATIONS, weight) for motion, weight in motions])
    field = without_folds(field, nodes)
    figures = _figures(field, nodes.geometry, gain)
    if not _slides(figures, _LEAST_ALONG):
        return None
    return Sliding(
        transform=transform_of(field, nodes.geometry, start),
        field=field,
        grid=nodes.geometry,
        figures=figures,
    )


def _best_start(fixed: SlidingImage, moving: SlidingImage, free: Any, starts: Sequence[np.ndarray]) -> _Start:
    """The one of ``starts`` that aligns most of the still tissue, or a better one near it, because the start of a
    registration may have followed in part what slides. Scanner coordinates that are right to a working voxel stay."""
    best = max((_Start.of(fixed, moving, free, start) for start in starts), key=lambda one: one.still_share)
    refined = best.pyramid.still_start(best.free_on)
    if np.array_equal(best.matrix, np.eye(4)):
        off = np.linalg.norm(rigid_field(refined, best.pyramid.finest.nodes.geometry), axis=0)
        if np.sqrt(np.square(off).mean()) < working_voxel_mm(fixed.geometry):
            return best
    return max(best, _Start.of(fixed, moving, free, refined), key=lambda one: one.still_share)


def field_of(transform: Any, grid: Geometry, start: np.ndarray) -> np.ndarray:
    """(3, k, j, i) float32: u with transform(x) = start(x + u(x)), mm, at the voxels x of ``grid``."""
    added = np.moveaxis(array_view(displacement_field(transform, grid)), -1, 0).astype(float)
    back = np.linalg.inv(start)
    places = voxel_places(grid, np.eye(4))
    reached = np.tensordot(back[:3, :3], places + added, axes=1) + back[:3, 3, None, None, None]
    return (reached - places).astype(np.float32)


def transform_of(field: np.ndarray, grid: Geometry, start: np.ndarray) -> Any:
    """The itk transform x -> start(x + u(x)), with u interpolated linearly on ``grid``, exactly as it was optimized."""
    added = displacement_field_transform(np.moveaxis(field, 0, -1), grid)
    return compose([added, affine_from_matrix(start)])


def _figures(field: np.ndarray, grid: Geometry, gain: float) -> SlidingFigures:
    surface = surface_of(field, grid)
    return SlidingFigures.of(surface.along_mm, surface.across_mm, gain)


def _slides(figures: SlidingFigures, least_along: float) -> bool:
    """Whether the sides of the surface move along each other so many times farther than apart."""
    return figures.along_median / max(figures.mismatch_median, 1e-6) >= least_along


def _node_mm(scorer: LocalCorrelation) -> float:
    return float(np.prod(scorer.nodes.spacing) ** (1 / 3))


def _may_slide(pyramid: Pyramid, free_on: Callable[[Geometry], np.ndarray], found: Any, start: np.ndarray) -> bool:
    """Whether the levels before the finest one, which takes three quarters of the time, leave that open."""
    first = pyramid.without_finest()
    if first is None:
        return True
    gains = _unseen_gains(first.finest, first.found(free_on)[1], found, start)
    if len(gains) >= MIN_UNSEEN:
        gain, errors = mean_and_errors(gains)
        return gain >= _MAYBE_GAIN and errors >= _MAYBE_ERRORS
    return len(gains) * pyramid.finest.inside.size >= MIN_UNSEEN * first.finest.inside.size


def _unseen_gains(scorer: LocalCorrelation, field: np.ndarray, found: Any, start: np.ndarray) -> np.ndarray:
    """(N,) gains of the correlation in the unseen windows that ``field`` moves differently from the itk transform
    ``found``. Both are compared on the same nodes, so that a finer grid is no advantage."""
    _, centers = unseen_blocks(scorer.inside.shape)
    before = field_of(found, scorer.nodes.geometry, start)
    differ = np.linalg.norm(scorer.nodes.at_voxels(field - before), axis=0) > _node_mm(scorer) / 2
    return np.asarray((scorer.map(field) - scorer.map(before))[centers & scorer.inside & differ])
