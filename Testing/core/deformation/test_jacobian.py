"""Jacobian determinants against closed forms and against SimpleITK, on oblique and left-handed grids."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation import jacobian
from ElastixRegistrationLib.core.deformation.jacobian import (
    jacobian_determinant,
    jacobian_determinant_of_points,
    jacobian_statistics,
)
from ElastixRegistrationLib.core.errors import InputError

SIZE, SPACING, ORIGIN = (14, 11, 9), (0.7, 1.9, 3.2), (12.0, -80.0, 33.0)


def _oblique(dimension=3, seed=4, flip=False):
    axes, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(dimension, dimension)))
    axes *= np.sign(np.linalg.det(axes))
    if flip:
        axes[:, 0] *= -1
    return axes


def _points(size=SIZE, spacing=SPACING, direction=None, origin=ORIGIN):
    """(k, j, i, D) centers of the voxels, LPS mm."""
    direction = np.eye(len(size)) if direction is None else direction
    index = np.stack(np.meshgrid(*[np.arange(n) for n in size[::-1]], indexing="ij")[::-1], -1)
    return index @ (direction * spacing).T + origin


@pytest.mark.parametrize("flip", [False, True])
def test_affine_map_has_its_own_determinant_everywhere_also_at_the_faces(flip):
    direction = _oblique(flip=flip)
    matrix = np.eye(3) + np.random.default_rng(1).normal(0, 0.2, (3, 3))
    points = _points(direction=direction)
    mapped = points @ matrix.T + [5, 6, 7]
    expected = np.linalg.det(matrix)
    np.testing.assert_allclose(jacobian_determinant(mapped - points, SPACING, direction), expected, rtol=1e-10)
    np.testing.assert_allclose(jacobian_determinant_of_points(mapped, SPACING, direction), expected, rtol=1e-10)


def test_smooth_field_converges_to_its_closed_form():
    """u = a sin(q.x): det(I + a q' cos(q.x)) = 1 + (a.q) cos(q.x), the matrix determinant lemma."""
    direction = _oblique(seed=8)
    a, q = np.array([2.0, -1.0, 0.5]), np.array([0.05, 0.04, -0.06])
    errors = []
    for spacing in (2.0, 1.0):
        size = tuple(int(40 / spacing) for _ in range(3))
        points = _points(size, (spacing,) * 3, direction)
        phase = points @ q
        expected = 1 + (a @ q) * np.cos(phase)
        found = jacobian_determinant(np.sin(phase)[..., None] * a, (spacing,) * 3, direction)
        errors.append(np.abs(found - expected)[1:-1, 1:-1, 1:-1].max())
    assert errors[1] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1), "central differences are of second order"


@pytest.mark.parametrize("dimension", [2, 3])
def test_agrees_with_simpleitk_inside(dimension):
    sitk = pytest.importorskip("SimpleITK")
    size, spacing, direction = SIZE[:dimension], SPACING[:dimension], _oblique(dimension)
    field = np.random.default_rng(2).normal(0, 0.3, (*size[::-1], dimension))
    # SimpleITK differentiates along the axes of the grid, so it gets the vectors in that frame.
    image = sitk.GetImageFromArray(field @ direction, isVector=True)
    image.SetSpacing(spacing)
    expected = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(image))
    found = jacobian_determinant(field, spacing, direction)
    inside = (slice(1, -1),) * dimension
    np.testing.assert_allclose(found[inside], expected[inside], rtol=1e-5, atol=1e-5)


def test_slabs_give_what_the_whole_gives(monkeypatch):
    field = np.random.default_rng(3).normal(0, 0.3, (*SIZE[::-1], 3)).astype(np.float32)
    whole = jacobian_determinant(field, SPACING)
    monkeypatch.setattr(jacobian, "SLAB_VOXELS", 2 * SIZE[0] * SIZE[1])
    np.testing.assert_array_equal(jacobian_determinant(field, SPACING), whole)


def test_folding_is_counted():
    points = _points()
    mapped = points.copy()
    mapped[:, :, 5:, 0] = 2 * points[:, :, 5:6, 0] - points[:, :, 5:, 0]  # mirrored from column 5 on
    statistics = jacobian_statistics(jacobian_determinant_of_points(mapped, SPACING))
    # The difference across column 5 itself is zero: a determinant of zero is folded too.
    assert statistics.folded_count == SIZE[1] * SIZE[2] * (SIZE[0] - 5)
    assert statistics.folded_fraction == pytest.approx((SIZE[0] - 5) / SIZE[0])
    assert statistics.minimum == pytest.approx(-1)
    assert statistics.maximum == pytest.approx(1)


def test_statistics_within_a_mask():
    determinant = np.linspace(0.5, 1.5, 101).reshape(1, 101)
    everywhere = jacobian_statistics(determinant)
    assert everywhere.p5 == pytest.approx(0.55)
    assert everywhere.p95 == pytest.approx(1.45)
    assert (everywhere.mean, everywhere.voxels) == (pytest.approx(1.0), 101)
    upper = jacobian_statistics(determinant, mask=determinant > 1.2)
    assert upper.minimum > 1.2
    with pytest.raises(InputError, match="empty"):
        jacobian_statistics(determinant, mask=np.zeros_like(determinant))


def test_a_single_slice_counts_as_unchanged_across():
    field = np.zeros((1, 8, 9, 3))
    field[..., 0] = 0.1 * np.arange(9)
    np.testing.assert_allclose(jacobian_determinant(field, (1.0, 1.0, 5.0)), 1.1)
    with pytest.raises(InputError, match="derivative"):
        jacobian_determinant_of_points(field, (1.0, 1.0, 5.0))


def test_a_field_of_the_wrong_shape_is_refused():
    with pytest.raises(InputError, match=r"\(4, 5, 6, 2\)"):
        jacobian_determinant(np.zeros((4, 5, 6, 2)), (1, 1, 1))
