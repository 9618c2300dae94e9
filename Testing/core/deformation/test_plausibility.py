"""Whether tissue can have moved so: known folds and known changes of volume, inside and outside of the object."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.plausibility import check_deformation
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, displacement_field_transform
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from phantoms.images import grid

GRID = grid((40, 20, 20), (1.0, 1.0, 1.0), (-19.5, -9.5, -9.5))
X = voxel_centers(GRID).reshape(20, 20, 40, 3)


def along_x(displacement):
    vectors = np.zeros_like(X)
    vectors[..., 0] = displacement
    return displacement_field_transform(vectors, GRID)


def test_a_scaling_of_the_whole_is_plausible_however_large():
    """A child's brain onto an adult's, a mouse's onto a rat's: what counts is how parts change beside the rest."""
    found = check_deformation(affine_from_matrix(np.diag([2.0, 2, 2, 1])), GRID)
    assert found.is_plausible
    assert found.typical == pytest.approx(8)


def test_folds_count_in_the_object_and_are_known_outside_of_it():
    folding = along_x(np.where(X[..., 0] > 10, -1.5 * (X[..., 0] - 10), 0))
    everywhere = check_deformation(folding, GRID)
    assert everywhere.has_folds
    assert not everywhere.is_plausible
    left = check_deformation(folding, GRID, inside=X[..., 0] < 0)
    assert left.is_plausible
    assert left.folded == 0
    assert left.statistics.folded_count == everywhere.folded > 0


def test_volume_that_vanishes_without_a_fold_is_extreme():
    squeezed = along_x(np.where(np.abs(X[..., 0]) < 5, -0.9 * X[..., 0], 0))
    inside = np.abs(X[..., 0]) < 9
    found = check_deformation(squeezed, GRID, inside=inside)
    assert not found.has_folds
    assert found.has_extremes
    assert 0.3 < found.extreme_share < 0.6


def test_an_object_that_is_empty_or_elsewhere_is_refused():
    with pytest.raises(InputError, match="empty"):
        check_deformation(along_x(0.0), GRID, inside=np.zeros((20, 20, 40)))
    with pytest.raises(InputError, match="not on a grid"):
        check_deformation(along_x(0.0), GRID, inside=np.ones((3, 3, 3)))


def test_sliding_along_an_oblique_surface_is_no_fold_and_moving_against_it_is_one():
    """20 mm are passed within one voxel of steps, so that the determinant is negative at half of them."""
    normal, along = np.array([0.6, 0.8, 0.0]), np.array([0.8, -0.6, 0.0])
    upper = (X @ normal > 0)[..., None]
    slides = check_deformation(displacement_field_transform(upper * 20.0 * along, GRID), GRID)
    assert slides.border > 400
    assert slides.is_plausible
    assert slides.statistics.maximum == pytest.approx(1, abs=0.01)
    against = check_deformation(displacement_field_transform(upper * -20.0 * normal, GRID), GRID)
    assert against.has_folds
