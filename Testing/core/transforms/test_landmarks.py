"""Landmarks paired and fitted, against SimpleITK's landmark initializers and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points, matrix_of
from ElastixRegistrationLib.core.transforms.landmarks import LANDMARK_TRANSFORMS, fit_landmarks, pair_landmarks
from phantoms.images import oblique

RANDOM = np.random.default_rng(3)
FIXED = RANDOM.uniform(-60, 60, (12, 3))


def a_map(kind, dimension=3):
    """(D+1, D+1) of that kind."""
    matrix = np.eye(dimension + 1)
    matrix[:-1, :-1] = oblique(4, dimension) * (1.3 if kind == "similarity" else 1)
    if kind in ("affine", "thin-plate"):
        matrix[:-1, :-1] += np.random.default_rng(1).normal(0, 0.1, (dimension, dimension))
    matrix[:-1, -1] = [12, -30, 7][:dimension]
    return matrix


def mapped(matrix, points):
    return points @ matrix[:-1, :-1].T + matrix[:-1, -1]


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("kind", LANDMARK_TRANSFORMS)
def test_a_map_of_its_kind_comes_back(kind, dimension):
    fixed = FIXED[:, :dimension]
    fit = fit_landmarks(fixed, mapped(a_map(kind, dimension), fixed), kind)
    points = RANDOM.uniform(-80, 80, (20, dimension))
    assert map_points(fit.transform, points) == pytest.approx(mapped(a_map(kind, dimension), points), abs=1e-6)
    assert fit.residuals == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [("rigid", sitk.VersorRigid3DTransform()), ("similarity", sitk.Similarity3DTransform()), ("affine", None)],
)
def test_noisy_landmarks_agree_with_simpleitk(kind, theirs):
    moving = mapped(a_map(kind), FIXED) + RANDOM.normal(0, 3, FIXED.shape)
    theirs = sitk.AffineTransform(3) if theirs is None else theirs
    expected = sitk.LandmarkBasedTransformInitializer(theirs, FIXED.ravel().tolist(), moving.ravel().tolist())
    fit = fit_landmarks(FIXED, moving, kind)
    found = map_points(fit.transform, FIXED)
    # ITK's similarity has another scale: the ratio of the spreads, which minimizes the error in both directions.
    assert found == pytest.approx(
        np.array([expected.TransformPoint(p) for p in FIXED.tolist()]), abs=1.5 if kind == "similarity" else 1e-6
    )
    assert fit.residuals == pytest.approx(np.linalg.norm(found - moving, axis=1))


def test_no_similarity_fits_better():
    moving = mapped(a_map("similarity"), FIXED) + RANDOM.normal(0, 3, FIXED.shape)
    fit = fit_landmarks(FIXED, moving, "similarity")
    best = np.square(fit.residuals).sum()
    center, linear = moving.mean(0), matrix_of(fit.transform)[:3, :3]
    for _ in range(50):
        turn = oblique(int(RANDOM.integers(1000)))
        small = np.linalg.qr(np.eye(3) + 0.01 * turn)[0]
        small *= np.sign(np.diag(small))
        other = (FIXED - FIXED.mean(0)) @ (linear @ small * RANDOM.uniform(0.98, 1.02)).T + center
        assert np.square(other - moving).sum() >= best - 1e-9


def test_mirrored_landmarks_are_not_fitted_by_a_mirror():
    fit = fit_landmarks(FIXED, FIXED * [-1, 1, 1], "rigid")
    assert np.linalg.det(matrix_of(fit.transform)[:3, :3]) == pytest.approx(1)


def test_a_thin_plate_passes_through_all():
    moving = FIXED + RANDOM.normal(0, 5, FIXED.shape)
    assert fit_landmarks(FIXED, moving, "thin-plate").residuals.max() < 1e-9


@pytest.mark.parametrize(
    ("fixed", "kind", "words"),
    [
        (FIXED[:2], "rigid", "needs 3 pairs of points; there are 2"),
        (FIXED[:3], "affine", "needs 4 pairs"),
        (np.outer(np.arange(5), [1, 2, 3]), "rigid", "on one line"),
        (FIXED * [1, 1, 0], "affine", "in one plane"),
        (FIXED * [1, 1, 0], "thin-plate", "in one plane"),
        (FIXED * np.nan, "rigid", "finite"),
        (FIXED, "bspline", "bspline"),
        (FIXED[:, :1], "rigid", "pairs of 2D or 3D"),
    ],
)
def test_landmarks_that_leave_it_undefined_are_refused(fixed, kind, words):
    with pytest.raises(InputError, match=words):
        fit_landmarks(fixed, fixed, kind)


def test_labels_pair_whatever_their_order_and_what_is_missing_is_reported():
    fixed, moving = np.arange(9.0).reshape(3, 3), np.arange(12.0).reshape(4, 3) + 100
    pairs = pair_landmarks(fixed, moving, ["apex", "base", "tip"], ["tip", "apex", "rim", "node"])
    assert pairs.labels == ("apex", "tip")
    assert np.array_equal(pairs.fixed, fixed[[0, 2]])
    assert np.array_equal(pairs.moving, moving[[1, 0]])
    assert pairs.notes == (
        "2 landmarks are paired by label; the moving list lacks base and the fixed list lacks rim, node, so these are"
        " left out.",
    )
    assert pair_landmarks(fixed, fixed, "abc", "abc", "label").notes == ()


def test_without_common_labels_the_order_counts():
    points = np.arange(9.0).reshape(3, 3)
    for labels in ((), ("", "", ""), ("d", "e", "f")):
        pairs = pair_landmarks(points, points + 1, "abc", labels)
        assert np.array_equal(pairs.moving - pairs.fixed, np.ones((3, 3)))
        assert pairs.labels == ("a", "b", "c")
    assert np.array_equal(pair_landmarks(points, points, "abc", "bca", "order").moving, points)


def test_points_that_do_not_pair_are_refused():
    points = np.zeros((3, 3))
    with pytest.raises(InputError, match="there are 3 and 2"):
        pair_landmarks(points, points[:2])
    with pytest.raises(InputError, match="'a' occurs twice"):
        pair_landmarks(points, points, "aab", "abc", "label")
    with pytest.raises(InputError, match="none in common"):
        pair_landmarks(points, points, "abc", "def", "label")
    with pytest.raises(InputError, match="by-name"):
        pair_landmarks(points, points, pairing="by-name")
