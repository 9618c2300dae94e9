"""Search for a start, and use it only if the images show that it is better than the scanner coordinates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..automatic.evidence import VOXELS, Evidence, Gain
from ..automatic.working_pair import OneImage, WorkingPair
from ..start.similarity import similarity_scorer
from ..start.start_search import LEVEL_DEGREES, UPRIGHT_DEGREES, Start, find_starts
from ..transforms.itk_transforms import affine_from_matrix
from ..wording import Said
from .prepared_images import PreparedSide

#: Voxels on which starts are compared, by dimension: about those of the search, to which its places are exact. On finer
#: pixels, sections of a lung looked as different 47 pixels apart as in their place.
_VOXELS = VOXELS | {2: 10_000}


class SearchedStart(NamedTuple):
    """``matrix``: homogeneous, fixed to moving points, LPS mm. ``words``: the start as part of a sentence. ``notes``:
    sentences on which parts of the images are used. ``pair``: those parts."""

    matrix: np.ndarray
    words: Said
    notes: list[str]
    pair: WorkingPair


def working_pair(fixed: PreparedSide, moving: PreparedSide, threads: int | None) -> WorkingPair:
    one, other = (OneImage(side.image, side.mask, side.estimate.value, threads or 2) for side in (fixed, moving))
    return WorkingPair(one, other, threads)


def searched_start(fixed: PreparedSide, moving: PreparedSide, threads: int | None) -> SearchedStart:
    """The position as loaded, unless another one is better beyond chance, and not only by the measure of the search.

    Scanner coordinates are evidence in themselves: a position far from them must be better on voxels and by criteria
    that the search did not use. A volume that is turned must be better than one that is hardly turned by the mean of
    the criteria: 3.4 to 16 standard errors where a turn was right, 0.9 to 2.5 where it was wrong. If it is turned away
    altogether, each criterion must support it: 4.3 to 12 standard errors by the least certain one where headers were
    turned, at most 2.3 where a turn was wrong.

    Once a 2D image is known to lie elsewhere, the measure of the search decides between places, and all criteria must
    agree. A hand was left 14 to 28 mm off for want of certainty, with a place 9 mm off at hand.

    If the moving image is much smaller than the fixed one, this removes everything far from it from the mask of
    ``fixed``.
    """
    pair = working_pair(fixed, moving, threads)
    found = find_starts(similarity_scorer(fixed.for_fitting, moving.for_fitting))
    evidence = Evidence(pair, _VOXELS[pair.dimension])
    starts = [found.loaded, found.level, found.near, found.upright, found.best]
    measured = [evidence.measure(affine_from_matrix(one.matrix)) for one in starts]
    chosen = chosen_start(starts, lambda one, other: measured[one].gain_over(measured[other]), pair.dimension)
    notes = fixed.look_around(moving.geometry, np.linalg.inv(chosen.matrix))
    if notes:
        pair = working_pair(fixed, moving, threads)
    return SearchedStart(chosen.matrix, chosen.words, notes, pair)


def chosen_start(starts: Sequence[Start], gain: Callable[[int, int], Gain], dimension: int) -> Start:
    """The one of ``starts`` to use; see ``searched_start``. The first is the loaded position; the others follow by how
    much they may turn. ``gain``: of one start over another, by their numbers."""
    chosen = 0
    for number, start in enumerate(starts[1:], 1):
        its = gain(number, chosen)
        is_better = _is_better(its, start.turn_degrees if dimension > 2 else 0.0)
        if dimension == 2 and chosen > 0:
            is_better = is_better or (start.score > starts[chosen].score and its.is_better_at_all())
        if is_better:
            chosen = number
    return starts[chosen]


def _is_better(gain: Gain, turn_degrees: float) -> bool:
    """Whether a start that turns a volume by so much is to replace one that turns it less."""
    if turn_degrees > UPRIGHT_DEGREES:
        return gain.is_better_by_all()
    return gain.is_clearly_better() and (turn_degrees <= LEVEL_DEGREES or gain.is_better_together())
