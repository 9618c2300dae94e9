"""Similarity figures against closed forms and independent computations."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.quality import similarity
from ElastixRegistrationLib.core.quality.similarity import (
    LandmarkErrors,
    compare,
    dice,
    dice_by_label,
    landmark_errors,
    mutual_information,
    normalized_correlation,
)


def _gaussian_pair(rho, shape=(40, 100, 100), seed=0):
    random = np.random.default_rng(seed)
    a = random.normal(size=shape)
    return a, rho * a + np.sqrt(1 - rho**2) * random.normal(size=shape)


def test_correlation_agrees_with_numpy_and_with_simpleitk():
    sitk = pytest.importorskip("SimpleITK")
    a, b = _gaussian_pair(0.6, (8, 20, 30))
    expected = np.corrcoef(a.ravel(), b.ravel())[0, 1]
    assert normalized_correlation(a, b) == pytest.approx(expected, rel=1e-10)
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsCorrelation()  # minus the squared correlation
    method.SetInterpolator(sitk.sitkNearestNeighbor)
    method.SetInitialTransform(sitk.TranslationTransform(3))
    images = [sitk.GetImageFromArray(x) for x in (a, b)]
    assert normalized_correlation(a, b) ** 2 == pytest.approx(-method.MetricEvaluate(*images), rel=1e-5)


@pytest.mark.parametrize("offset", [0, 1e6])
def test_correlation_of_large_images_is_computed_in_parts(monkeypatch, offset):
    monkeypatch.setattr(similarity, "CHUNK", 1000)
    a, b = _gaussian_pair(-0.4, (8, 20, 31))
    expected = np.corrcoef(a.ravel(), b.ravel())[0, 1]
    assert normalized_correlation(a + offset, b * 100 - offset) == pytest.approx(expected, rel=1e-6)


def test_figures_keep_to_the_mask_and_to_finite_voxels():
    a, b = _gaussian_pair(0.6, (8, 20, 30))
    mask = np.zeros(a.shape, np.uint8)
    mask[2:6, 3:15] = 1
    inside = mask != 0
    spoiled = b.copy()
    spoiled[~inside] = np.random.default_rng(9).normal(0, 100, np.count_nonzero(~inside))
    spoiled[2, 3, 0] = np.nan
    keep = inside & np.isfinite(spoiled)
    expected = np.corrcoef(a[keep], b[keep])[0, 1]
    assert normalized_correlation(a, spoiled, mask=mask) == pytest.approx(expected, rel=1e-10)
    assert mutual_information(a, spoiled, mask=mask) == pytest.approx(mutual_information(a[keep], b[keep]))


def test_integer_images_do_not_overflow():
    image = np.array([[0, 30000], [30000, -30000]], np.int16)
    assert normalized_correlation(image, image) == pytest.approx(1)
    assert normalized_correlation(image, -image) == pytest.approx(-1)


def test_constant_images_have_no_correlation_and_no_mutual_information():
    flat, other = np.full((4, 5), 3), np.arange(20).reshape(4, 5)
    assert np.isnan(normalized_correlation(flat, other))
    assert mutual_information(flat, other) == 0
    assert np.isnan(normalized_correlation(flat, other, mask=np.zeros((4, 5))))
    assert mutual_information(other, other, mask=np.zeros((4, 5))) == 0


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_mutual_information_of_gaussians_has_its_closed_form(rho):
    """-ln(1 - rho^2) / 2 nats; the bins lose a little of it, the finite sample adds (bins-1)^2 / 2N."""
    a, b = _gaussian_pair(rho)
    bias = 63**2 / (2 * a.size)
    assert mutual_information(a, b) - bias == pytest.approx(-0.5 * np.log(1 - rho**2), abs=0.01)
    assert mutual_information(np.exp(a / 4), -b) - bias == pytest.approx(-0.5 * np.log(1 - rho**2), abs=0.02)


def test_mutual_information_of_an_image_with_itself_is_its_entropy():
    labels = np.repeat([0, 1, 2, 3], [10, 20, 30, 40]).reshape(10, 10)
    p = np.array([0.1, 0.2, 0.3, 0.4])
    assert mutual_information(labels, labels) == pytest.approx(-(p * np.log(p)).sum(), rel=1e-9)
    assert mutual_information(labels, labels % 2) == pytest.approx(-(0.4 * np.log(0.4) + 0.6 * np.log(0.6)), rel=1e-9)


def test_dice_agrees_with_simpleitk():
    sitk = pytest.importorskip("SimpleITK")
    random = np.random.default_rng(4)
    a, b = (random.integers(0, 3, (6, 7, 8)).astype(np.uint8) for _ in range(2))
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(*(sitk.GetImageFromArray(x) for x in (a, b)))
    found = dice_by_label(a, b)
    assert found.keys() == {1, 2}
    for label, value in found.items():
        assert value == pytest.approx(overlap.GetDiceCoefficient(label))
    overlap.Execute(*(sitk.GetImageFromArray((x > 0).astype(np.uint8)) for x in (a, b)))
    assert dice(a, b) == pytest.approx(overlap.GetDiceCoefficient(1))
    assert np.isnan(dice(np.zeros((2, 2)), np.zeros((2, 2))))
    assert dice(a, b, mask=a > 0) == pytest.approx(2 * np.mean(b[a > 0] > 0) / (1 + np.mean(b[a > 0] > 0)))


def test_landmark_errors():
    fixed = np.array([[0.0, 0, 0], [10, 0, 0], [0, 20, 0]])
    moving = fixed + np.array([3, 4, 0])
    before = landmark_errors(fixed, moving)
    assert (before.mean, before.median, before.max) == (5, 5, 5)
    left = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 5]])
    after = landmark_errors(fixed, moving, lambda points: points + np.array([3, 4, 0]) + left)
    np.testing.assert_allclose(after.distances, [0, 1, 5])
    assert (after.mean, after.median, after.max) == (2, 1, 5)
    with pytest.raises(InputError, match="3 fixed and 2 moving"):
        landmark_errors(fixed, moving[:2])
    with pytest.raises(InputError, match="No landmarks"):
        landmark_errors(np.empty((0, 3)), np.empty((0, 3)))


def test_images_on_different_grids_are_refused():
    with pytest.raises(InputError, match=r"\(2, 3\) and \(3, 2\)"):
        normalized_correlation(np.zeros((2, 3)), np.zeros((3, 2)))


def _shifted(image, by):
    return np.roll(image, by, axis=-1)


def test_the_sampling_of_figures_is_said():
    fixed, _ = _gaussian_pair(0.5, (10, 30, 30))
    assert compare(fixed, fixed, fixed).sampling == ""
    assert "one voxel in 7" in compare(fixed, fixed, fixed, sampled_every=7).sampling


def test_landmark_figures_name_the_furthest_and_mark_what_stands_out():
    """Distances drawn for one sigma on each axis; one landmark is 14 mm off, as a wrong annotation would be."""
    random = np.random.default_rng(3)
    points = random.uniform(-80, 80, (50, 3))
    after = random.normal(0, 0.8, (50, 3))
    after[20] = [14, 0, 0]
    errors = landmark_errors(points, points + 20), landmark_errors(points, points + after)
    labels = [f"carina {n}" for n in range(50)]
    found = compare(None, None, None, landmarks=errors, landmark_labels=labels, landmark_points=points, voxel_mm=1.5)
    figures = {figure.name: figure for figure in found.figures}
    distances = np.linalg.norm(after, axis=1)
    for word, value in (
        ("mean", distances.mean()), ("median", np.median(distances)), ("95 %", np.percentile(distances, 95)),
        ("largest", 14.0),
    ):  # fmt: skip
        assert figures[f"Landmark distance, {word}"].after == pytest.approx(value)
    assert figures["Landmark distance, largest"].place == "carina 20"
    assert [row.label for row in found.outliers] == ["carina 20"]
    assert found.outliers[0].point == pytest.approx(points[20])


@pytest.mark.parametrize("seed", range(5))
def test_honest_spread_has_no_outliers(seed):
    """Neither normal errors nor two groups of them, as where the liver slides along ribs, are called outliers."""
    random = np.random.default_rng(seed)
    normal = LandmarkErrors(np.linalg.norm(random.normal(0, 1.2, (60, 3)), axis=1))
    assert not normal.outliers(1.0).any()
    two = LandmarkErrors(np.concatenate([normal.distances[:35], 6 + normal.distances[35:]]))
    assert not two.outliers(1.0).any()
    assert not LandmarkErrors(np.array([0.1, 0.1, 30.0])).outliers().any()


def test_comparison_goes_to_json():
    flat = np.ones((3, 4))
    document = json.loads(json.dumps(compare(flat, flat, flat).as_dict(), allow_nan=False))
    assert document["figures"][1] == {"name": "Correlation", "unit": "", "before": None, "after": None}
    assert document["verdict"]["status"] == "unchanged"
