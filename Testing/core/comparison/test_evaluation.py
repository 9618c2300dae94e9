"""Transforms judged without registering: the figures are those of an independent computation."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib import core
from ElastixRegistrationLib.core.comparison.evaluation import AS_LOADED
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from phantoms.images import blobs, grid, oblique

SHIFT = np.array([6.0, -4.0, 5.0])


def shifted_by(vector):
    matrix = np.eye(4)
    matrix[:3, 3] = vector
    return affine_from_matrix(matrix)


@pytest.fixture
def landmarks():
    points = np.random.default_rng(3).uniform(-20, 20, (9, 3))
    return points, points + SHIFT


def test_landmarks_alone_are_enough(landmarks):
    table = core.evaluate(
        {"half": shifted_by(SHIFT / 2), "whole": shifted_by(SHIFT)},
        fixed_points=landmarks[0],
        moving_points=landmarks[1],
    )
    mean = table["half"].figure("Landmark distance, mean")
    assert mean.before == pytest.approx(np.linalg.norm(SHIFT))
    assert mean.after == pytest.approx(np.linalg.norm(SHIFT) / 2)
    assert table["whole"].figure("Landmark distance, largest").after == pytest.approx(0, abs=1e-9)
    assert table["whole"].verdict.startswith("Better aligned")
    assert len(repr(table).splitlines()) == 5


def test_without_a_transform_the_images_are_judged_as_they_lie(landmarks):
    (row,) = core.evaluate(fixed_points=landmarks[0], moving_points=landmarks[1])
    assert row.name == AS_LOADED
    assert row.figure("Landmark distance, mean").after == pytest.approx(np.linalg.norm(SHIFT))
    assert "before" not in repr(core.evaluate(fixed_points=landmarks[0], moving_points=landmarks[1]))


def test_labels_on_an_oblique_grid_overlap_as_simpleitk_says():
    geometry = grid((30, 28, 26), direction=oblique(2))
    fixed, moving = (
        image_from_array((array_view(blobs(geometry, shift)) > 60).astype(np.uint8), geometry)
        for shift in (None, SHIFT)
    )
    table = core.evaluate(shifted_by(0.8 * SHIFT), fixed_labels=fixed, moving_labels=moving)

    def as_sitk(image):
        other = sitk.GetImageFromArray(array_view(image))
        other.SetSpacing(geometry.spacing)
        other.SetOrigin(geometry.origin)
        other.SetDirection(np.ravel(geometry.direction).tolist())
        return other

    moved = sitk.Resample(
        as_sitk(moving), as_sitk(fixed), sitk.TranslationTransform(3, (0.8 * SHIFT).tolist()), sitk.sitkNearestNeighbor
    )
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(as_sitk(fixed), moved)
    assert table[0].figure("Dice overlap, label 1").after == pytest.approx(overlap.GetDiceCoefficient(), abs=1e-9)
    assert table[0].figure("Folded voxels").after == 0


def test_a_fold_is_found_where_there_are_labels_only():
    geometry = grid((20, 18, 16))
    labels = image_from_array(np.ones((16, 18, 20), np.uint8), geometry)
    mirrored = affine_from_matrix(np.diag([-1.0, 1, 1, 1]))
    table = core.evaluate(mirrored, fixed_labels=labels, moving_labels=labels)
    assert table[0].figure("Folded voxels").after == 20 * 18 * 16
    assert "folds" in table[0].verdict


def test_both_images_give_the_figures_of_a_registration(landmarks):
    geometry = grid()
    fixed, moving = blobs(geometry), blobs(geometry, SHIFT)
    table = core.evaluate(
        shifted_by(SHIFT), fixed=fixed, moving=moving,
        fixed_points=landmarks[0] + geometry.center(), moving_points=landmarks[1] + geometry.center(),
    )  # fmt: skip
    assert table[0].figure("Correlation").after > 0.99 > table[0].figure("Correlation").before
    assert table[0].assessment.after.shape == table[0].assessment.fixed.shape
    assert table[0].figure("Landmark distance, mean").after == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "nothing to judge by"),
        ({"fixed": blobs(grid((8, 8, 8)))}, "only one was given"),
        ({"fixed_points": np.zeros((2, 3))}, "only one list was given"),
        (
            {"fixed_points": np.zeros((2, 2)), "moving_points": np.zeros((2, 2))},
            "has 3 dimensions, but the other inputs have 2",
        ),
        ({"fixed_points": np.zeros((0, 3)), "moving_points": np.zeros((0, 3))}, "cannot be paired"),
        ({"transforms": {}, "fixed_points": np.zeros((1, 3)), "moving_points": np.zeros((1, 3))}, "No transform"),
    ],
)
def test_what_cannot_be_judged_is_said_in_a_sentence(arguments, sentence):
    with pytest.raises(core.InputError, match=sentence):
        core.evaluate(**{"transforms": shifted_by(SHIFT), **arguments})
