"""A start that is searched for goes with any stages, not with those of Automatic only."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, grid, stage


def with_moved_header(image, matrix):
    place = geometry_of(image)
    origin = moved_points(matrix, np.array([place.origin]))[0]
    direction = matrix[:-1, :-1] @ np.asarray(place.direction)
    moved = Geometry(place.size, place.spacing, tuple(origin.tolist()), tuple(map(tuple, direction.tolist())))
    return image_from_array(np.array(array_view(image)), moved)


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
