"""A start that is searched for goes with any stages, not with those of Automatic only."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.evidence import CRITERIA, Difference, Gain
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.registration.searched_start import chosen_start
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix
from ElastixRegistrationLib.core.start.start_search import Start
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, grid, stage


@pytest.mark.parametrize(
    ("dimension", "scores", "gains", "expected"),
    [
        # 2D: the loaded position must be beaten beyond chance; then the search decides where the criteria agree.
        (2, (0.1, 0.3, 0.4), {(1, 0): 4.0, (2, 1): 0.5}, 2),
        (2, (0.1, 0.3, 0.4), {(1, 0): 0.5, (2, 0): 0.5}, 0),
        (2, (0.1, 0.4, 0.3), {(1, 0): 4.0, (2, 1): 0.5}, 1),
        (2, (0.1, 0.3, 0.4), {(1, 0): 4.0, (2, 1): -0.5}, 1),
        # 3D: a turn must be certain against what turns less.
        (3, (0.1, 0.3, 0.4), {(1, 0): 4.0, (2, 1): 2.5}, 1),
        (3, (0.1, 0.3, 0.4), {(1, 0): 4.0, (2, 1): 3.5}, 2),
    ],
)
def test_places_are_chosen_by_how_certain_they_are(dimension, scores, gains, expected):
    turns = (0.0, 10.0, 50.0)
    motions = [[0.0] * (2 * dimension - 3) + [0.0] * dimension for _ in turns]
    for motion, turn in zip(motions, turns, strict=True):
        motion[0] = np.radians(turn)
    starts = [
        Start(rigid_matrix(np.array(motion), np.zeros(dimension)), 0.0, score)
        for motion, score in zip(motions, scores, strict=True)
    ]

    def gain(one: int, other: int) -> Gain:
        mean = gains.get((one, other), 0.0)
        return Gain({name: Difference(mean, 1.0, 10**6) for name in CRITERIA})

    assert chosen_start(starts, gain, dimension) is starts[expected]


def with_moved_header(image, matrix):
    return image_from_array(np.array(array_view(image)), geometry_of(image).moved(matrix))


def error_of(initialization, degrees=(20.0, 15.0, 110.0), shift=(45.0, -30.0, 20.0)):
    """Mean mm after a rigid stage between an image and itself with its header moved."""
    fixed = blobs(grid(), count=30)
    matrix = rigid_matrix(np.concatenate([np.radians(degrees), shift]), geometry_of(fixed).center())
    result = register(
        fixed, with_moved_header(fixed, matrix), [stage("EulerTransform")], initialization=initialization, seed=1
    )
    points = geometry_of(fixed).center() + np.random.default_rng(3).uniform(-20, 20, (50, 3))
    found = map_points(result.transform, points)
    return float(np.linalg.norm(found - moved_points(matrix, points), axis=1).mean()), result.notes


def test_any_stage_starts_from_the_best_match():
    error, notes = error_of("search")
    assert error < 0.5
    starts = [note for note in notes if note.startswith("The registration starts ")]
    assert any("degrees from the loaded position" in note for note in starts)


def test_the_centers_alone_would_not_lead_there():
    assert error_of("geometry")[0] > 5


def test_images_that_fit_as_loaded_stay_there():
    error, notes = error_of("search", degrees=(0.0, 0.0, 0.0), shift=(0.0, 0.0, 0.0))
    assert error < 0.3
    assert "The registration starts as loaded." in notes


def test_an_unknown_start_is_named_with_those_that_exist():
    with pytest.raises(ValueError, match="search"):
        register(blobs(grid()), blobs(grid()), [stage()], initialization="sideways")
