"""A start that is searched for, and taken only where the images show that it is better than the scanner's."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..automatic.evidence import Evidence
from ..automatic.pipeline import is_clearly_better
from ..automatic.working_pair import OneImage, WorkingPair
from ..start.similarity import similarity_scorer
from ..start.start_search import find_starts
from ..transforms.itk_transforms import affine_from_matrix
from .prepared_images import PreparedSide


class SearchedStart(NamedTuple):
    """``matrix``: homogeneous, fixed to moving points, LPS mm. ``words``: where it is, for a sentence. ``notes``:
    sentences on what of the images is used."""

    matrix: np.ndarray
    words: str
    notes: list[str]


def working_pair(fixed: PreparedSide, moving: PreparedSide, threads: int | None) -> WorkingPair:
    one, other = (OneImage(side.image, side.mask, side.estimate.value, threads or 2) for side in (fixed, moving))
    return WorkingPair(one, other, threads)


def searched_start(fixed: PreparedSide, moving: PreparedSide, pair: WorkingPair) -> SearchedStart:
    """Where the images lie as loaded, unless another place is better beyond chance by more than the search's measure.

    The coordinates of a scanner are evidence of their own: a place far away must be better on voxels that the search
    did not look at, and by criteria that it did not use. Where the moving image is much smaller than the fixed one,
    what is far from it leaves the fixed mask, and ``pair``, which is of the two, is out of date.
    """
    found = find_starts(similarity_scorer(fixed.for_fitting, moving.for_fitting))
    evidence = Evidence(pair)
    measured = [evidence.measure(affine_from_matrix(one.matrix)) for one in (found.loaded, found.near, found.best)]
    chosen, best = found.loaded, measured[0]
    for one, its in ((found.near, measured[1]), (found.best, measured[2])):
        if is_clearly_better(its, best):
            chosen, best = one, its
    notes = fixed.look_around(moving.geometry, np.linalg.inv(chosen.matrix))
    return SearchedStart(chosen.matrix, chosen.words, notes)
