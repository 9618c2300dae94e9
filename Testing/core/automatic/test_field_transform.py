"""A dense deformation as one B-spline: the same mapping, on oblique grids, and back."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.field_transform import (
    regridded,
    spline_then,
    voxel_displacements,
)
from ElastixRegistrationLib.core.deformation.analysis import jacobian_determinant_of
from ElastixRegistrationLib.core.images.reduction import grid_of, widened
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, chain_of, map_points
from phantoms.images import grid, oblique


def wave(shape, voxels=1.0):
    axes = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    return np.stack(
        [voxels * np.sin(2 * np.pi * axes[(k + 1) % len(shape)] / 16 + k) for k in range(len(shape))]
    ).astype(np.float32)


@pytest.mark.parametrize("left_handed", [False, True])
def test_the_spline_maps_voxels_as_the_displacements_say_and_then_linearly(left_handed):
    geometry = grid((22, 20, 18), (2.0, 2.5, 3.0), direction=oblique(3, left_handed=left_handed))
    u = wave((18, 20, 22))
    matrix = np.eye(4)
    matrix[:3, :3] += np.random.default_rng(0).normal(0, 0.05, (3, 3))
    matrix[:3, 3] = 10, -4, 7
    transform = spline_then(u, geometry, affine_from_matrix(matrix))
    assert [part.GetNameOfClass() for part in chain_of(transform)] == ["BSplineTransform", "AffineTransform"]
    index = np.random.default_rng(1).integers(4, 14, (50, 3))  # i, j, k
    shift = u[:, index[:, 2], index[:, 1], index[:, 0]][::-1].T
    expected = geometry.points_of(index + shift) @ matrix[:3, :3].T + matrix[:3, 3]
    assert map_points(transform, geometry.points_of(index)) == pytest.approx(expected, abs=5e-3)
    assert voxel_displacements(transform, affine_from_matrix(matrix), geometry)[:, 4:-4, 4:-4, 4:-4] == pytest.approx(
        u[:, 4:-4, 4:-4, 4:-4], abs=5e-3
    )


def test_far_outside_nothing_is_displaced_and_nothing_folds_on_the_way():
    geometry = grid((20, 20), (1.0, 1.0))
    u = np.full((2, 20, 20), 6.0, np.float32)
    transform = spline_then(u, geometry, affine_from_matrix(np.eye(3)))
    far = geometry.points_of(np.array([[150.0, 150.0]]))
    assert map_points(transform, far) == pytest.approx(far)
    assert jacobian_determinant_of(transform, widened(geometry, 60)).min() > 0


def test_displacements_keep_their_mm_on_another_grid():
    coarse = grid((16, 16), (4.0, 4.0))
    fine = grid_of(coarse, 2.0)
    assert fine.size == (16, 16)  # never finer than the image
    finer_image = grid((32, 32), (2.0, 2.0), origin=(-38.0, 11.0))
    coarse = grid_of(finer_image, 4.0)
    y, x = np.meshgrid(np.arange(16.0), np.arange(16.0), indexing="ij")
    u = np.stack([0.1 * y, 0.2 * x]).astype(np.float32)  # linear, so that interpolation is exact
    moved = regridded(u, coarse, finer_image)
    index = np.array([[9.0, 12.0]])
    there = coarse.indices_of(finer_image.points_of(index))[0]
    assert moved[0, 12, 9] * 2.0 == pytest.approx(0.1 * there[1] * 4.0, rel=1e-4)
    assert moved[1, 12, 9] * 2.0 == pytest.approx(0.2 * there[0] * 4.0, rel=1e-4)
