"""Two transforms there and back."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.quality.consistency import inverse_consistency
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from phantoms.images import grid

GRID = grid((20, 18, 16))


def a_matrix():
    matrix = np.eye(4)
    matrix[:3, :3] += np.random.default_rng(2).normal(0, 0.05, (3, 3))
    matrix[:3, 3] = [4, -3, 2]
    return matrix


def test_a_transform_and_its_inverse_are_consistent():
    found = inverse_consistency(affine_from_matrix(a_matrix()), affine_from_matrix(np.linalg.inv(a_matrix())), GRID)
    assert found.maximum < 1e-4


def test_what_is_left_is_measured_where_the_mask_is():
    """Back by a scaling about the origin too much: points end 1.02 times as far from it."""
    back = np.diag([1.02, 1.02, 1.02, 1]) @ np.linalg.inv(a_matrix())
    found = inverse_consistency(affine_from_matrix(a_matrix()), affine_from_matrix(back), GRID)
    expected = 0.02 * np.linalg.norm(voxel_centers(GRID), axis=1)
    assert found.distances.ravel() == pytest.approx(expected, abs=1e-4)
    assert found.mean == pytest.approx(expected.mean(), abs=1e-4)
    assert found.percentile95 == pytest.approx(np.percentile(expected, 95), abs=1e-4)
    mask = (expected < 1).reshape(GRID.size[::-1]).astype(np.uint8)
    near = inverse_consistency(affine_from_matrix(a_matrix()), affine_from_matrix(back), GRID, mask=mask)
    assert near.maximum == pytest.approx(expected[expected < 1].max(), abs=1e-4)
    with pytest.raises(InputError, match="empty"):
        inverse_consistency(affine_from_matrix(a_matrix()), affine_from_matrix(back), GRID, mask=mask * 0)
    with pytest.raises(InputError, match="dimensions"):
        inverse_consistency(affine_from_matrix(a_matrix()), affine_from_matrix(np.eye(3)), GRID)
