from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.mrml.nodes import coordinates
from hypothesis import given, settings
from hypothesis import strategies as st
from support import builders


def test_points_and_their_matrices_flip_together(rng):
    matrix, point = builders.affine(rng), rng.uniform(-100, 100, 3)
    moved = matrix @ [*point, 1]
    flipped = coordinates.lps_from_ras_matrix(matrix) @ [*coordinates.lps_from_ras(point), 1]
    assert np.allclose(flipped[:3], coordinates.lps_from_ras(moved[:3]))


def test_vtk_matrices_and_points_keep_every_bit(rng):
    matrix, points = rng.normal(size=(4, 4)), rng.normal(size=(10, 3))
    assert np.array_equal(coordinates.array_from_vtk_matrix(coordinates.vtk_matrix_from_array(matrix)), matrix)
    assert np.array_equal(coordinates.array_from_vtk_points(coordinates.vtk_points_from_array(points)), points)
    assert coordinates.array_from_vtk_points(None).shape == (0, 3)


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    spacing=st.tuples(*[st.floats(0.01, 100)] * 3),
    left_handed=st.booleans(),
)
def test_any_grid_survives_the_way_to_itk_and_back(seed, spacing, left_handed):
    ijk_to_ras = builders.oblique_ijk_to_ras(np.random.default_rng(seed), spacing, left_handed=left_handed)
    geometry = coordinates.geometry_from_ijk_to_ras(ijk_to_ras, (5, 6, 7))
    assert np.allclose(coordinates.ijk_to_ras_of(geometry), ijk_to_ras, rtol=1e-12, atol=1e-12)
    assert geometry.spacing == pytest.approx(spacing)
    assert np.linalg.det(geometry.direction) == pytest.approx(-1 if left_handed else 1)


def test_a_grid_that_starts_at_another_index_lies_where_its_voxels_are(rng):
    ijk_to_ras = builders.oblique_ijk_to_ras(rng)
    geometry = coordinates.geometry_from_ijk_to_ras(ijk_to_ras, (5, 6, 7), (2, -3, 4))
    assert np.allclose(builders.ras(np.array(geometry.origin)), (ijk_to_ras @ [2, -3, 4, 1])[:3])
