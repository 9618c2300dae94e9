"""The map of confidence: where a registration is known to be wrong it says so, and it says how far it may be."""

from __future__ import annotations

import numpy as np
import pytest
from core.phantoms import blobs, grid, oblique, stage
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.quality.confidence import (
    Signs,
    confidence_of,
    estimate_confidence,
    perturbed_start,
)
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, compose, matrix_of

GRID = grid((40, 36, 32))
SHIFT = np.array([4.0, -3.0, 5.0])


@pytest.fixture(scope="module")
def half_wrong():
    """(fixed, moving, i from which on the moving image is another object): a shift aligns the lower half of i only."""
    fixed = blobs(GRID)
    moving = np.array(array_view(blobs(GRID, SHIFT)))
    moving[..., 24:] = array_view(blobs(GRID, SHIFT, seed=99))[..., 24:]
    return fixed, image_from_array(moving, GRID), 24


def test_what_does_not_match_is_less_certain(half_wrong):
    fixed, moving, border = half_wrong
    stages = [stage(MaximumNumberOfIterations="60")]
    result = register(fixed, moving, stages, seed=1)
    found = estimate_confidence(fixed, moving, result, stages)
    right, wrong = found.error_mm[..., 4 : border - 4], found.error_mm[..., border + 2 : -4]
    assert np.median(wrong) > 1.2 * np.median(right)
    image = found.image(GRID)
    assert np.asarray(array_view(image)).shape == GRID.size[::-1]
    assert found.as_dict()["least_certain"][0]["error_mm"] == pytest.approx(max(p.error_mm for p in found.places))


def some_signs(**changes):
    zeros = np.zeros((8, 9, 10))
    values = {"spread": zeros, "inconsistency": zeros, "dissimilarity": zeros, "flatness": zeros}
    return Signs(grid((10, 9, 8)), **(values | changes), inside=np.ones(zeros.shape, bool), voxel_mm=2.0)


def test_each_sign_counts_and_they_add_up_as_independent_errors():
    calm = some_signs().estimate()
    assert (calm > 0).all()  # nobody knows better than a part of a voxel
    for name in ("spread", "inconsistency", "dissimilarity", "flatness"):
        assert (some_signs(**{name: np.full((8, 9, 10), 0.8)}).estimate() > calm).all()
    both = some_signs(spread=np.full((8, 9, 10), 3.0), inconsistency=np.full((8, 9, 10), 4.0)).estimate()
    alone = [
        some_signs(**{name: np.full((8, 9, 10), value)}).estimate()
        for name, value in (("spread", 3.0), ("inconsistency", 4.0))
    ]
    assert both**2 == pytest.approx(alone[0] ** 2 + alone[1] ** 2 - calm**2, rel=1e-5)


def test_the_least_certain_places_lie_apart_and_in_the_object():
    spread = np.zeros((8, 9, 10))
    spread[1, 1, 1], spread[1, 1, 2], spread[6, 7, 8], spread[4, 4, 4] = 9, 8, 7, 20
    inside = np.ones(spread.shape, bool)
    inside[4, 4, 4] = False
    geometry = grid((10, 9, 8))
    signs = Signs(geometry, spread, *[np.zeros(spread.shape)] * 3, inside=inside, voxel_mm=2.0)
    first, second = confidence_of(signs, 2).places
    assert np.allclose(first.point, geometry.points_of([1, 1, 1]))
    assert np.allclose(second.point, geometry.points_of([8, 7, 6]))


@pytest.mark.parametrize("dimension", [2, 3])
def test_a_perturbed_start_is_turned_and_shifted_by_what_is_said(dimension):
    here = grid((40, 36, 32)[:dimension], direction=oblique(3, dimension))
    linear = np.eye(dimension + 1)
    linear[:-1, -1] = 7.0
    moves = []
    for number in (1, 2):
        start = perturbed_start(compose([affine_from_matrix(linear)]), here, number)
        move = np.linalg.inv(linear) @ matrix_of(start)
        turn = move[:-1, :-1]
        assert turn @ turn.T == pytest.approx(np.eye(dimension), abs=1e-9)
        cosine = turn[0, 0] if dimension == 2 else (np.trace(turn) - 1) / 2
        assert np.rad2deg(np.arccos(cosine)) == pytest.approx(2.0, abs=0.01)
        shift = turn @ here.center() + move[:-1, -1] - here.center()
        assert np.linalg.norm(shift) == pytest.approx(2 * np.mean(here.spacing))
        moves.append(move)
    assert not np.allclose(*moves)
