"""Folds of B-splines, found without derivatives at every voxel, against those at every voxel."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.spline_folds import folded_voxels, may_fold
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, bspline_transform, compose
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from ElastixRegistrationLib.core.transforms.spline_derivatives import SplineChain
from phantoms.images import grid, oblique


def a_grid(size=(26, 23, 17)):
    dimension = len(size)
    direction = oblique(4, left_handed=True) if dimension == 3 else None
    return grid(size, (1.1, 0.8, 1.7)[:dimension], (-11.0, 4.0, 7.0)[:dimension], direction)


def a_chain(here, amplitude, *, turn=0.3, scales=(1.1, 0.9, 1.2), shift=0.0, growth=1.0):
    """A random B-spline of 5 mm around ``here``, after a matrix that is not aligned with it. Along one axis, its
    ``amplitude`` (of 5 mm) grows up to ``growth`` times."""
    dimension = len(here.size)
    direction, place = np.asarray(here.direction), np.asarray(here.center())
    cells = 12
    coefficients = np.random.default_rng(3).normal(shift, 5 * amplitude, (dimension, *(cells + 3,) * dimension))
    coefficients *= np.geomspace(1, growth, cells + 3)
    origin = place - direction @ np.full(dimension, 5.0 * (cells + 2) / 2)
    spline = bspline_transform(coefficients, origin, (5.0,) * dimension, direction)
    matrix = np.eye(dimension + 1)
    matrix[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    matrix[:-1, :-1] = matrix[:-1, :-1] @ np.diag(scales[:dimension])
    matrix[:-1, -1] = place - matrix[:-1, :-1] @ place
    return SplineChain.of(compose([affine_from_matrix(matrix), spline]))


@pytest.mark.parametrize("amplitude", [0.02, 0.1, 0.3, 0.8, 1.5])
@pytest.mark.parametrize("size", [(26, 23, 17), (40, 31)])
def test_the_same_voxels_fold_as_at_every_voxel(size, amplitude):
    here = a_grid(size)
    chain = a_chain(here, amplitude)
    expected = chain.determinant(here) <= 0
    assert (folded_voxels(chain, here, threads=2) == expected).all()
    assert expected.any() == (amplitude >= 0.8)  # both cases are there


def test_cells_said_not_to_fold_do_not_wherever_one_looks_in_them():
    here = a_grid((50, 60, 30))
    chain = a_chain(here, 0.01, growth=300.0)
    maybe = may_fold(chain)
    assert 0.05 < maybe.mean() < 0.95  # it tells something
    fine = grid(tuple(2 * n for n in here.size), tuple(s / 2 for s in here.spacing), here.origin, here.direction)
    determinant = chain.determinant(fine).reshape(-1)
    points = voxel_centers(fine)
    index = np.floor(
        (points @ chain.before[:-1, :-1].T + chain.before[:-1, -1]) @ chain.to_control[:-1, :-1].T
        + chain.to_control[:-1, -1]
    ).astype(int)
    within = np.all((index >= 1) & (index <= np.array(maybe.shape[::-1])), axis=1)
    i, j, k = index[within].T - 1
    certain = ~maybe[k, j, i]
    assert certain.sum() > 1000
    assert determinant[within][certain].min() > 0
    assert determinant.min() < 0  # in others


def test_a_shift_and_a_mirror():
    here = a_grid()
    assert not may_fold(a_chain(here, 0.0, shift=50.0)).any()
    mirrored = a_chain(here, 0.02, scales=(-1.0, 1.0, 1.0))
    assert folded_voxels(mirrored, here).all()
