"""Every figure of the table against SimpleITK, SciPy or a derivative by differences, on all voxels of an oblique grid.

Nothing is registered: a known B-spline that folds in one place is judged.
"""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.comparison.evaluation import as_result
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.quality.assessment import assess
from ElastixRegistrationLib.core.transforms.itk_transforms import bspline_transform, compose, map_points
from phantoms.images import blobs, grid, oblique

sitk = pytest.importorskip("SimpleITK")
ndimage = pytest.importorskip("scipy.ndimage")
GRID = grid((40, 36, 32), direction=oblique(3))


@pytest.fixture(scope="module")
def case():
    """Images, labels and landmarks, the transform, and the figures of ``assess`` by their names."""
    rng = np.random.default_rng(3)
    direction = np.asarray(GRID.direction)
    spacing = np.asarray(GRID.size) * GRID.spacing / 4
    coefficients = rng.normal(0, 2.0, (3, 8, 8, 8))
    coefficients[0, 3:5, 3:5, 3:5] += (60, -60)  # folds
    transform = compose([bspline_transform(coefficients, GRID.origin - direction @ (2 * spacing), spacing, direction)])
    fixed, moving = blobs(GRID), blobs(GRID, np.array([2.0, -1.0, 1.0]))
    labels = [
        image_from_array((np.asarray(array_view(one)) > 0.4 * np.max(array_view(one))).astype(np.uint8), GRID)
        for one in (fixed, moving)
    ]
    points = GRID.center() + rng.uniform(-20, 20, (9, 3))
    others = map_points(transform, points) + rng.normal(0, 1.0, (9, 3))
    judged = assess(
        fixed,
        as_result(transform, fixed, moving, background=0.0),
        fixed_points=points,
        moving_points=others,
        fixed_labels=labels[0],
        moving_labels=labels[1],
        label_names={1: "blobs"},
    )
    figures = {figure.name: (figure.before, figure.after) for figure in judged.comparison.figures}
    return fixed, moving, labels, points, others, transform, figures


@pytest.fixture(scope="module")
def independent(case, tmp_path_factory):
    """The same figures without any code of ours but the writer of the transform's file."""
    fixed, moving, labels, points, others, transform, _figures = case
    path = tmp_path_factory.mktemp("figures") / "t.tfm"
    write_transform(transform, path, GRID)
    read = sitk.ReadTransform(str(path))
    still, moved, drawn, borders = (_sitk(image) for image in (fixed, moving, *labels))
    places = [read.TransformPoint(point) for point in points.tolist()]
    found = {}
    for name, measure in (("mean", np.mean), ("median", np.median), ("95 %", _percentile95), ("largest", np.max)):
        found[f"Landmark distance, {name}"] = tuple(
            float(measure(np.linalg.norm(np.asarray(where) - others, axis=1))) for where in (points, places)
        )
    images, masks = [], []
    for way in (sitk.Transform(3, sitk.sitkIdentity), read):
        images.append(sitk.GetArrayFromImage(sitk.Resample(moved, still, way, sitk.sitkLinear, 0.0)))
        masks.append(sitk.Resample(borders, still, way, sitk.sitkNearestNeighbor, 0))
    here = sitk.GetArrayFromImage(still)
    found["Correlation"] = tuple(float(np.corrcoef(here.ravel(), image.ravel())[0, 1]) for image in images)
    found["Mutual information"] = tuple(_information(here, image) for image in images)
    found["Dice overlap, blobs"] = tuple(_dice(drawn, mask) for mask in masks)
    distances = [_surface_distances(drawn, mask) for mask in masks]
    found["Surface distance, blobs"] = tuple(float(np.mean(np.concatenate(pair))) for pair in distances)
    found["Hausdorff distance 95 %, blobs"] = tuple(max(map(_percentile95, pair)) for pair in distances)
    determinants = _determinants(read)
    found["Folded voxels"] = (None, int((determinants <= 0).sum()))
    found["Local volume, smallest"] = (None, float(determinants.min()))
    found["Local volume, largest"] = (None, float(determinants.max()))
    return found


def test_all_figures_are_those_of_an_independent_computation(case, independent):
    figures = case[-1]
    assert figures.keys() == independent.keys()
    assert independent["Folded voxels"][1] > 10
    for name, expected in independent.items():
        before, after = figures[name]
        if expected[0] is None:
            assert before is None
        else:
            assert before == pytest.approx(expected[0], rel=1e-4, abs=1e-4), f"{name}, before"
        assert after == pytest.approx(expected[1], rel=1e-4, abs=1e-4), f"{name}, after"


def _sitk(image):
    array = np.asarray(array_view(image))
    made = sitk.GetImageFromArray(array)
    made.SetSpacing(GRID.spacing)
    made.SetOrigin(GRID.origin)
    made.SetDirection(np.ravel(GRID.direction).tolist())
    return made


def _percentile95(values):
    return float(np.percentile(values, 95))


def _information(first, second):
    """From NumPy's own joint histogram; its bins are those that the documentation names."""
    clipped = [np.clip(image, *np.percentile(image, [0.1, 99.9])).ravel().astype(float) for image in (first, second)]
    joint = np.histogram2d(*clipped, bins=64)[0]
    joint /= joint.sum()
    apart = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    some = joint > 0
    return float((joint[some] * np.log(joint[some] / apart[some])).sum())


def _dice(first, second):
    measured = sitk.LabelOverlapMeasuresImageFilter()
    measured.Execute(first, second)
    return measured.GetDiceCoefficient()


def _surface_distances(first, second):
    surfaces = []
    for label in (first, second):
        inside = sitk.GetArrayFromImage(label) != 0
        surfaces.append(inside & ~ndimage.binary_erosion(inside))
    to = [ndimage.distance_transform_edt(~surface, sampling=GRID.spacing[::-1]) for surface in surfaces]
    return to[1][surfaces[0]], to[0][surfaces[1]]


def _determinants(transform, step=1e-3):
    """At each voxel center, by central differences of the mapping of points."""
    indices = np.stack(np.meshgrid(*[np.arange(n) for n in GRID.size], indexing="ij"), -1).reshape(-1, 3)
    centers = GRID.points_of(indices)
    columns = []
    for axis in np.eye(3) * step:
        ahead, behind = (
            np.array([transform.TransformPoint(point) for point in (centers + sign * axis).tolist()])
            for sign in (1, -1)
        )
        columns.append((ahead - behind) / (2 * step))
    return np.linalg.det(np.stack(columns, -1))
