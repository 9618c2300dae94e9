"""Deformations that are not what tissue does, and their repair."""

from dataclasses import replace

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.field_transform import spline_then
from ElastixRegistrationLib.core.automatic.repair import MAX_VOLUME, MIN_VOLUME, repaired
from ElastixRegistrationLib.core.deformation.analysis import jacobian_determinant_of
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, map_points

GRID = Geometry((32, 32, 10), (1.0, 1.0, 6.0), (0.0, 0.0, 0.0), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
INSIDE = np.ones(GRID.size[::-1], bool)
IDENTITY = affine_from_matrix(np.eye(4))
SMALL = affine_from_matrix(np.diag([0.5, 0.5, 0.5, 1.0]))


def bumps(height: float) -> np.ndarray:
    """Displacements, voxels: a bump along i and one across the slices."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in GRID.size[::-1]), indexing="ij")
    u = np.zeros((3, *GRID.size[::-1]), np.float32)
    u[2] = height * np.exp(-((i - 8) ** 2 + (j - 8) ** 2 + 9 * (k - 5) ** 2) / 8)
    u[0] = height / 4 * np.exp(-((i - 24) ** 2 + (j - 24) ** 2 + 9 * (k - 5) ** 2) / 8)
    return u


def test_a_plausible_deformation_is_kept_as_it_is():
    transform = spline_then(bumps(1.0), GRID, IDENTITY)
    assert repaired(transform, IDENTITY, INSIDE, GRID, GRID) is transform


def test_a_small_body_is_no_fault_of_the_deformation():
    transform = spline_then(bumps(1.0), GRID, SMALL)
    assert jacobian_determinant_of(transform, GRID).max() < MIN_VOLUME
    assert repaired(transform, SMALL, INSIDE, GRID, GRID) is transform


@pytest.mark.parametrize("linear", [IDENTITY, SMALL])
def test_folds_are_smoothed_away_and_the_rest_stays(linear):
    transform = spline_then(bumps(5.0), GRID, linear)
    assert jacobian_determinant_of(transform, GRID).min() < 0
    found = repaired(transform, linear, INSIDE, GRID, GRID)
    volume = jacobian_determinant_of(found, GRID)
    size = jacobian_determinant_of(linear, GRID).min()
    assert volume.min() > 0
    low, high = np.percentile(volume / size, [0.05, 99.95])
    assert low >= MIN_VOLUME
    assert high <= MAX_VOLUME
    far = GRID.points_of(np.array([[8.0, 24.0, 5.0], [24.0, 8.0, 1.0]]))
    assert map_points(found, far) == pytest.approx(map_points(transform, far), abs=0.2)


def test_folds_outside_count_too():
    transform = spline_then(bumps(5.0), GRID, IDENTITY)
    nowhere_near = np.zeros_like(INSIDE)
    nowhere_near[:2] = True
    assert jacobian_determinant_of(repaired(transform, IDENTITY, nowhere_near, GRID, GRID), GRID).min() > 0


def test_thick_slices_that_fold_onto_one_another_are_mixed():
    grid = replace(GRID, spacing=(1.0, 1.0, 30.0))
    u = np.zeros((3, *grid.size[::-1]), np.float32)
    u[0, 1:-1, 2:-2, 2:-2] = (0.9 * (-1.0) ** np.arange(1, grid.size[2] - 1))[:, None, None]
    transform = spline_then(u, grid, IDENTITY)
    assert jacobian_determinant_of(transform, grid).min() < 0
    found = repaired(transform, IDENTITY, INSIDE, grid, grid)
    assert jacobian_determinant_of(found, grid).min() > 0
