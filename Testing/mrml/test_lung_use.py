"""Real lungs: what is said about a result agrees whoever computes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
import slicer
import vtk
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.deformation.analysis import jacobian_slabs
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from ElastixRegistrationLib.core.quality.assessment import label_figures
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from ElastixRegistrationLib.core.transforms.plain_data import TransformData
from ElastixRegistrationLib.mrml.nodes.transforms import chain_from_data, set_from_parent
from phantoms.images import stage
from support.builders import ras
from support.elastix_points import transformix_points

QUICK = {"NumberOfResolutions": "2", "MaximumNumberOfIterations": "60"}


@pytest.fixture(scope="module")
def lung(shared_data, tmp_path_factory):
    """(result of a short registration with affine and B-spline stage, folder with its files, folder of the images)."""
    folder, images = tmp_path_factory.mktemp("lung"), shared_data / "lung"
    result = register(
        read_image(images / "fixed.mha"),
        read_image(images / "moving.mha"),
        [
            stage("AffineTransform", AutomaticTransformInitialization="true", **QUICK),
            stage("BSplineTransform", FinalGridSpacingInPhysicalUnits="24", **QUICK),
        ],
        read_image(images / "fixed_mask.mha"),
        read_image(images / "moving_mask.mha"),
    )
    for name in ("t.h5", "t.txt"):
        write_transform(result.transform, folder / name, result.fixed_geometry, result.transform_parameters)
    return result, folder, images


@pytest.mark.parametrize("file", ["t.h5", "t.txt"])
def test_landmarks_agree_whoever_moves_them(file, lung):
    """51 landmarks by ``apply --points``, by elastix, and back by a markups node under the output node."""
    result, folder, images = lung
    fixed = read_points(images / "fixed_points.txt").coordinates
    assert main(
        ["apply", str(folder / file), "--points", str(images / "fixed_points.txt"), "--output-points",
         str(folder / "moved.txt"), "--quiet"]
    ) == 0  # fmt: skip
    by_apply = read_points(folder / "moved.txt").coordinates
    by_elastix = transformix_points(result.transform_parameters, read_image(images / "moving.mha"), fixed, folder)
    assert len(fixed) == 51
    assert np.linalg.norm(by_apply - fixed, axis=1).mean() > 20
    assert by_apply == pytest.approx(by_elastix, abs=1e-5)

    scene = slicer.vtkMRMLScene()
    output = scene.AddNewNodeByClass("vtkMRMLTransformNode", "output")
    set_from_parent(output, chain_from_data(TransformData.of(result.transform)))
    markups = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "landmarks")
    for point in ras(by_elastix):
        markups.AddControlPoint(vtk.vtkVector3d(*point))
    markups.SetAndObserveTransformNodeID(output.GetID())
    shown = np.array([list(markups.GetNthControlPointPositionWorld(n)) for n in range(51)])
    assert ras(shown) == pytest.approx(fixed, abs=1e-5)
    # Under the inverse of the node, fixed landmarks are where elastix takes them.
    output.Inverse()
    for n, point in enumerate(ras(fixed)):
        markups.SetNthControlPointPosition(n, *point)
    shown = np.array([list(markups.GetNthControlPointPositionWorld(n)) for n in range(51)])
    assert ras(shown) == pytest.approx(by_elastix, abs=1e-5)


def test_jacobians_are_differences_of_the_point_mapping(lung):
    result, _, images = lung
    grid = geometry_of(read_image(images / "fixed.mha"))
    grid = replace(grid, size=(*grid.size[:2], 30), origin=tuple(grid.points_of([0, 0, 55]).tolist()))
    indices = np.random.default_rng(1).integers(0, grid.size, (60, 3))
    points, step = grid.points_of(indices), 1e-3
    expected = np.stack(
        [
            (map_points(result.transform, points + step * a) - map_points(result.transform, points - step * a))
            / (2 * step)
            for a in np.eye(3)
        ],
        axis=-1,
    )
    found = np.empty_like(expected)
    for part, jacobian in jacobian_slabs(result.transform, grid):
        inside = (indices[:, 2] >= part.start) & (indices[:, 2] < part.stop)
        i, j, k = indices[inside].T
        found[inside] = jacobian[k - part.start, j, i]
    assert found == pytest.approx(expected, abs=1e-3)
    assert np.linalg.det(found) == pytest.approx(np.linalg.det(expected), abs=1e-3)


def test_dice_and_hausdorff_agree_with_simpleitk(lung):
    result, folder, images = lung
    masks = [sitk.ReadImage(str(images / f"{side}_mask.mha")) for side in ("fixed", "moving")]
    moved = [
        sitk.Resample(masks[1], masks[0], transform, sitk.sitkNearestNeighbor, 0.0, masks[1].GetPixelID())
        for transform in (sitk.Transform(3, sitk.sitkIdentity), sitk.ReadTransform(str(folder / "t.h5")))
    ]
    arrays = [sitk.GetArrayFromImage(image) for image in (masks[0], *moved)]
    ours = array_view(result.resample(read_image(images / "moving_mask.mha"), interpolation="nearest", background=0))
    assert np.mean(ours != arrays[2]) < 1e-4
    figures = {f.name: f for f in label_figures(*arrays, geometry_of(read_image(images / "fixed.mha")), {1: "lung"})}
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    # Surfaces at the face of the image count here, and in SimpleITK once there is something beyond.
    padded = [sitk.ConstantPad(sitk.Cast(image, sitk.sitkUInt8), [1] * 3, [1] * 3, 0) for image in (masks[0], *moved)]
    surfaces = [sitk.LabelContour(image, fullyConnected=False) for image in padded]
    maps = [
        sitk.GetArrayFromImage(sitk.SignedMaurerDistanceMap(s, squaredDistance=False, useImageSpacing=True)).clip(0)
        for s in surfaces
    ]
    inside = [sitk.GetArrayFromImage(surface) > 0 for surface in surfaces]
    for n, when in ((1, "before"), (2, "after")):
        overlap.Execute(masks[0], moved[n - 1])
        assert getattr(figures["Dice overlap, lung"], when) == pytest.approx(overlap.GetDiceCoefficient(), abs=1e-9)
        there, back = maps[n][inside[0]], maps[0][inside[n]]
        assert getattr(figures["Surface distance, lung"], when) == pytest.approx(
            np.concatenate([there, back]).mean(), abs=1e-4
        )
        assert getattr(figures["Hausdorff distance 95 %, lung"], when) == pytest.approx(
            max(np.percentile(there, 95), np.percentile(back, 95)), abs=1e-4
        )
