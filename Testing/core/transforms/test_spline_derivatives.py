"""Exact derivatives of B-splines at every voxel, against differences of ITK's own point mapping in double precision."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.analysis import analyze_deformation, jacobian_determinant_of
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
    map_points,
)
from ElastixRegistrationLib.core.transforms.sampling import voxel_centers
from ElastixRegistrationLib.core.transforms.spline_derivatives import SplineChain
from phantoms.images import grid, oblique

SPACING = (1.1, 0.8, 1.7)


def a_grid(size=(26, 23, 17), direction=None):
    dimension = len(size)
    return grid(size, SPACING[:dimension], (-11.0, 4.0, 7.0)[:dimension], direction)


def a_spline(place, control_mm, direction, seed=3, cells=4):
    """A B-spline around the center of a grid, that ends within it where it has few cells."""
    dimension = len(direction)
    size = (cells + 3,) * dimension
    coefficients = np.random.default_rng(seed).normal(0, 0.15 * control_mm, (dimension, *size))
    spacing = control_mm * np.array([1.0, 1.2, 0.8][:dimension])
    origin = place - direction @ (spacing * (np.array(size) - 1) / 2)
    return bspline_transform(coefficients, origin, spacing, direction)


def a_linear(dimension, turn, place):
    """A turn by some angle, with different scales along the axes, about a place."""
    c, s = np.cos(turn), np.sin(turn)
    rotation = np.eye(dimension)
    for one, other in itertools.combinations(range(dimension), 2):
        step = np.eye(dimension)
        step[[one, one, other, other], [one, other, one, other]] = c, -s, s, c
        rotation = rotation @ step
    matrix = np.eye(dimension + 1)
    matrix[:-1, :-1] = rotation @ np.diag([1.05, 0.93, 1.02][:dimension])
    matrix[:-1, -1] = place - matrix[:-1, :-1] @ place + 0.7
    return affine_from_matrix(matrix)


def differences(transform, points, step=1e-5):
    """(N, D, D) d T_r / d x_c at (N, D) points."""
    columns = [
        (map_points(transform, points + step * axis) - map_points(transform, points - step * axis)) / (2 * step)
        for axis in np.eye(points.shape[1])
    ]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("turn", [0.0, 0.05, 0.25, 0.9])
@pytest.mark.parametrize(("control_mm", "cells"), [(2.5, 14), (9.0, 4), (60.0, 3)])
def test_matrices_and_determinants_are_those_of_the_point_mapping(turn, control_mm, cells):
    """On a grid that is oblique and left-handed, from control points closer than voxels to ones further than the grid.

    The coarsest spline ends beyond the grid, the middle one within it: outside of it, nothing moves.
    """
    direction = oblique(4, left_handed=True)
    here = a_grid(direction=direction)
    before, after = a_linear(3, turn, here.center()), a_linear(3, 0.4, here.center())
    transform = compose([before, a_spline(here.center(), control_mm, direction, cells=cells), after])
    chain = SplineChain.of(transform)
    matrix, determinant = chain.jacobian(here), chain.determinant(here, threads=2)
    chosen = np.random.default_rng(0).choice(determinant.size, 150, replace=False)
    expected = differences(transform, voxel_centers(here)[chosen])
    assert np.abs(matrix.reshape(-1, 3, 3)[chosen] - expected).max() < 2e-5
    assert np.abs(determinant.reshape(-1)[chosen] - np.linalg.det(expected)).max() < 2e-5
    assert expected.std() > 0.1  # it does deform


def test_in_two_dimensions():
    here = a_grid((31, 27))
    transform = compose([a_linear(2, 0.2, here.center()), a_spline(here.center(), 6.0, np.eye(2), cells=5)])
    expected = np.linalg.det(differences(transform, voxel_centers(here)))
    assert np.abs(SplineChain.of(transform).determinant(here).reshape(-1) - expected).max() < 2e-5


def test_every_voxel_comes_on_borders_of_cells_too():
    """Control points on voxel centers: each voxel of every fourth plane lies on a border, the worst for rounding."""
    here = grid((33, 33, 33), (0.5, 0.5, 0.5), (0.0, 0.0, 0.0))
    coefficients = np.zeros((3, 14, 14, 14))
    coefficients[0] = 0.25 * 2.0 * (np.arange(14) - 1)  # stretches x by a quarter: B-splines keep straight lines
    transform = bspline_transform(coefficients, np.full(3, -2.0), np.full(3, 2.0), np.eye(3))
    assert SplineChain.of(transform).determinant(here) == pytest.approx(1.25, abs=1e-5)


def test_other_transforms_are_not_taken_for_splines():
    here = a_grid()
    field = displacement_field_transform(np.zeros((*here.size[::-1], 3)), here)
    spline = a_spline(here.center(), 9.0, np.eye(3))
    assert SplineChain.of(field) is None
    assert SplineChain.of(a_linear(3, 0.1, here.center())) is None
    assert SplineChain.of(compose([spline, spline])) is None
    assert SplineChain.of(compose([spline, field])) is None


def test_a_single_fold_between_thinned_voxels_is_found():
    """A fold of a few voxels, which every seventh voxel misses: what made a folding result look sound."""
    here = grid((64, 64, 40), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    coefficients = np.zeros((3, 20, 26, 26))
    coefficients[0, 9, 12, 13], coefficients[0, 9, 12, 12] = -6.0, 6.0
    transform = bspline_transform(coefficients, np.full(3, -9.0), np.full(3, 3.0), np.eye(3))
    determinant = jacobian_determinant_of(transform, here)
    folded = np.argwhere(determinant <= 0)
    assert 0 < len(folded) < 60
    assert (determinant[::7, ::7, ::7] > 0).all()
    analysis = analyze_deformation(transform, here)
    assert analysis.statistics.folded_count == len(folded)
    worst = differences(transform, analysis.folded_points[:1])
    assert analysis.statistics.minimum == pytest.approx(float(np.linalg.det(worst)[0]), abs=1e-4)
