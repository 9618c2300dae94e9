"""The resampled volume is what Slicer shows: the moving volume put directly under the output transform.

The check uses nothing of the package: world positions come from the scene, values from a trilinear interpolation here.
"""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from support.builders import oblique_ijk_to_ras, rigid, vtk_bspline, vtk_grid, vtk_thin_plate
from vtk.util.numpy_support import vtk_to_numpy

STAGE = """
(Registration "MultiResolutionRegistration")
(FixedImagePyramid "FixedSmoothingImagePyramid")
(MovingImagePyramid "MovingSmoothingImagePyramid")
(Interpolator "LinearInterpolator")
(ResampleInterpolator "FinalLinearInterpolator")
(Resampler "DefaultResampler")
(Transform "{transform}")
(Metric "AdvancedMeanSquares")
(Optimizer "AdaptiveStochasticGradientDescent")
(ImageSampler "RandomCoordinate")
(AutomaticTransformInitialization "false")
(AutomaticScalesEstimation "true")
(HowToCombineTransforms "Compose")
(NumberOfResolutions 1)
(MaximumNumberOfIterations {iterations})
(NumberOfSpatialSamples 1500)
(NewSamplesEveryIteration "true")
(MaximumNumberOfSamplingAttempts 10)
(RequiredRatioOfValidSamples 0.02)
(ErodeMask "false")
{more}
"""


def blobs(shape, seed=3):
    """(k, j, i) float, 0 to about 1000, faint at the faces."""
    rng = np.random.default_rng(seed)
    axes = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    image = np.zeros(shape)
    for _ in range(14):
        center = [rng.uniform(0.3, 0.7) * n if n > 1 else 0 for n in shape]
        width = [rng.uniform(0.08, 0.16) * n if n > 1 else 1 for n in shape]
        image += rng.uniform(200, 500) * np.exp(
            -sum(((a - c) / w) ** 2 for a, c, w in zip(axes, center, width, strict=True)) / 2
        )
    return image


def centered(ijk_to_ras, shape):
    """The grid moved so that its center is near the world origin, where the test transforms bend."""
    matrix = ijk_to_ras.copy()
    matrix[:3, 3] = -matrix[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    return matrix


def to_world(node, points):
    transform = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(node.GetParentTransformNode(), None, transform)
    return np.array([transform.TransformPoint(point) for point in points])


def from_world(node, points):
    transform = vtk.vtkGeneralTransform()
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(None, node.GetParentTransformNode(), transform)
    return np.array([transform.TransformPoint(point) for point in points])


def ijk_to_ras_of(node):
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def voxels_of(node):
    image = node.GetImageData()
    scalars = vtk_to_numpy(image.GetPointData().GetScalars())
    return scalars.reshape(*image.GetDimensions()[::-1], -1)


def trilinear(voxels, indices):
    """(N, c) values at (N, 3) continuous indices (i, j, k), all of them inside."""
    low = np.minimum(np.floor(indices + 1e-9).astype(int), np.maximum(np.array(voxels.shape[2::-1]) - 2, 0))
    part = np.clip(indices - low, 0, 1)
    result = 0
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=1)
        i, j, k = np.minimum(low + corner, np.array(voxels.shape[2::-1]) - 1).T
        result = result + weight[:, None] * voxels[k, j, i].astype(float)
    return result


def assert_shown_as_resampled(output, moving, transform_node, rng, tolerance, least=300):
    """``output`` at its voxels equals ``moving`` at the same places of world, once it is under ``transform_node``."""
    moving.SetAndObserveTransformNodeID(transform_node.GetID())
    result, source = voxels_of(output), voxels_of(moving)
    size = np.array(result.shape[2::-1])
    ijk = np.stack([rng.integers(0, n, 4000) for n in size], axis=1)
    matrix = ijk_to_ras_of(output)
    world = to_world(output, ijk @ matrix[:3, :3].T + matrix[:3, 3])
    back = np.linalg.inv(ijk_to_ras_of(moving))
    local = from_world(moving, world)
    indices = local @ back[:3, :3].T + back[:3, 3]
    flat = np.array(source.shape[2::-1]) == 1
    assert np.abs(indices[:, flat]).max(initial=0) < 1e-6, "a slice is left"
    indices[:, flat] = 0
    inside = np.all((indices >= 0) & (indices <= np.array(source.shape[2::-1]) - 1), axis=1)
    assert inside.sum() > least, "the two must overlap for the test to mean something"
    expected = trilinear(source, indices[inside])
    found = result[ijk[inside, 2], ijk[inside, 1], ijk[inside, 0]].astype(float)
    assert expected.max() > 300
    np.testing.assert_allclose(found, expected, atol=tolerance, rtol=0)


@pytest.fixture
def stage_files(tmp_path):
    def write(*transforms, iterations=30):
        paths = []
        for n, transform in enumerate(transforms):
            more = "(FinalGridSpacingInPhysicalUnits 14)" if "BSpline" in transform else ""
            path = tmp_path / f"{n}.txt"
            path.write_text(STAGE.format(transform=transform, iterations=iterations, more=more))
            paths.append(str(path))
        return paths

    return write


@pytest.fixture
def a_parent(rng, a_transform_node):
    def make(kind):
        if kind == "none":
            return None
        small = rigid(rng, 4)
        if kind == "rigid":
            return a_transform_node(small)
        if kind == "similarity":
            return a_transform_node(small @ np.diag([1.2, 1.2, 1.2, 1]))
        if kind == "reflection":
            return a_transform_node(small @ np.diag([-1, 1, 1, 1]))
        if kind == "shear":
            shear = np.eye(4)
            shear[0, 1], shear[2, 2], shear[1, 3] = 0.15, 1.1, 5
            return a_transform_node(shear)
        if kind == "bspline":
            return a_transform_node(vtk_bspline(rng))
        if kind == "from-parent bspline":
            return a_transform_node(vtk_bspline(rng), from_parent=True)
        if kind == "grid":
            return a_transform_node(vtk_grid(rng, spacing=(14.0, 14.0, 14.0)))
        if kind == "thin plate below rigid":
            return a_transform_node(vtk_thin_plate(rng), parent=a_transform_node(small))
        raise ValueError(kind)

    return make


PARENTS = ["none", "rigid", "similarity", "reflection", "shear", "bspline", "from-parent bspline", "grid"]
PARENTS += ["thin plate below rigid"]
PAIRS = [(kind, "none") for kind in PARENTS] + [("none", kind) for kind in PARENTS[1:]]
PAIRS += [("bspline", "thin plate below rigid"), ("shear", "grid"), ("reflection", "shear")]


@pytest.mark.parametrize(("fixed_parent", "moving_parent"), PAIRS)
def test_parents_of_either_volume(fixed_parent, moving_parent, rng, a_scene, a_volume_node, a_parent, stage_files):
    shape = (30, 28, 32)
    fixed_grid = centered(oblique_ijk_to_ras(rng, (1.5, 1.6, 1.4)), shape)
    fixed = a_volume_node(blobs(shape).astype("int16"), fixed_grid, name="fixed", parent=a_parent(fixed_parent))
    moving_grid = fixed_grid.copy()
    moving_grid[:3, 3] += 2, -1, 1.5
    moving = a_volume_node(blobs(shape), moving_grid, name="moving", parent=a_parent(moving_parent))
    output = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "result")
    RegistrationLogic().registerVolumes(
        fixed, moving, stage_files("EulerTransform", "BSplineTransform"), output, transform, seed=1
    )
    assert_shown_as_resampled(output, moving, transform, rng, 0.6)
    assert voxels_of(output).dtype == np.float64


@pytest.mark.parametrize("moving_parent", ["none", "rigid", "shear", "bspline"])
@pytest.mark.parametrize("dense", ["transform", "field"])
def test_dense_fields(dense, moving_parent, rng, a_scene, a_volume_node, a_parent, stage_files):
    shape = (30, 28, 32)
    grid = centered(oblique_ijk_to_ras(rng, (1.5, 1.6, 1.4), left_handed=True), shape)
    fixed = a_volume_node(blobs(shape), grid, name="fixed")
    moving = a_volume_node(blobs(shape), rigid(rng, 2) @ grid, name="moving", parent=a_parent(moving_parent))
    output = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")
    transform = a_scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "result")
    named = {"outputTransformNode": transform, "forceDisplacementFieldOutputTransform": True}
    RegistrationLogic().registerVolumes(
        fixed,
        moving,
        stage_files("EulerTransform", "BSplineTransform"),
        output,
        **(named if dense == "transform" else {"outputFieldNode": transform}),
    )
    assert transform.GetTransformFromParentAs("vtkOrientedGridTransform") is not None
    assert_shown_as_resampled(output, moving, transform, rng, 0.6)


@pytest.mark.parametrize(("tilt", "moving_parent"), [(0, "none"), (25, "none"), (0, "shear"), (0, "reflection")])
@pytest.mark.parametrize("fixed_axis", [0, 1, 2])
@pytest.mark.parametrize("stages", [("EulerTransform",), ("AffineTransform", "BSplineTransform")])
def test_single_slices(stages, fixed_axis, tilt, moving_parent, rng, a_scene, a_volume_node, a_parent, stage_files):
    shape = [48, 52, 50]
    shape[2 - fixed_axis] = 1
    grid = centered(oblique_ijk_to_ras(rng, (1.5, 1.6, 1.4)), shape)
    fixed = a_volume_node(blobs(shape), grid, name="fixed", parent=a_parent("rigid"))
    angle = np.radians(tilt)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    parent = fixed.GetParentTransformNode() if moving_parent == "none" else a_parent(moving_parent)
    moving = a_volume_node(blobs(shape), turn @ grid, name="moving", parent=parent)
    output = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "result")
    RegistrationLogic().registerVolumes(fixed, moving, stage_files(*stages), output, transform)
    assert_shown_as_resampled(output, moving, transform, rng, 0.6)


@pytest.mark.parametrize("above", ["rigid", "shear", "bspline"])
@pytest.mark.parametrize("dense", [False, True])
def test_an_output_transform_that_has_a_parent_itself(above, dense, rng, a_scene, a_volume_node, a_parent, stage_files):
    shape = (30, 28, 32)
    grid = centered(oblique_ijk_to_ras(rng, (1.5, 1.6, 1.4)), shape)
    fixed = a_volume_node(blobs(shape), grid, name="fixed")
    moving = a_volume_node(blobs(shape), rigid(rng, 2) @ grid, name="moving", parent=a_parent("rigid"))
    output = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "result")
    transform.SetAndObserveTransformNodeID(a_parent(above).GetID())
    RegistrationLogic().registerVolumes(
        fixed,
        moving,
        stage_files("BSplineTransform"),
        output,
        transform,
        forceDisplacementFieldOutputTransform=dense,
    )
    assert_shown_as_resampled(output, moving, transform, rng, 1.5 if dense else 0.6)


@pytest.mark.parametrize("parent", ["rigid", "bspline"])
def test_vectors_lead_from_the_fixed_to_the_moving_volume(parent, rng, a_scene, a_volume_node, a_parent, stage_files):
    shape = (30, 28, 32)
    grid = centered(oblique_ijk_to_ras(rng, (1.5, 1.6, 1.4)), shape)
    fixed = a_volume_node(blobs(shape), grid, name="fixed")
    moving = a_volume_node(blobs(shape), grid, name="moving", parent=a_parent(parent))
    output = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")
    field = a_scene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "field")
    RegistrationLogic().registerVolumes(
        fixed, moving, stage_files("EulerTransform", "BSplineTransform"), output, outputFieldNode=field
    )
    vectors, result, source = voxels_of(field), voxels_of(output), voxels_of(moving)
    assert vectors.shape == (*shape, 3)
    ijk = np.stack([rng.integers(2, n - 2, 2000) for n in shape[::-1]], axis=1)
    matrix = ijk_to_ras_of(field)
    world = to_world(field, ijk @ matrix[:3, :3].T + matrix[:3, 3])
    local = from_world(moving, world + vectors[ijk[:, 2], ijk[:, 1], ijk[:, 0]])
    back = np.linalg.inv(ijk_to_ras_of(moving))
    indices = local @ back[:3, :3].T + back[:3, 3]
    inside = np.all((indices >= 0) & (indices <= np.array(shape[::-1]) - 1), axis=1)
    assert inside.sum() > 500
    found = result[ijk[inside, 2], ijk[inside, 1], ijk[inside, 0]]
    np.testing.assert_allclose(found, trilinear(source, indices[inside]), atol=0.6)


@pytest.mark.parametrize("spacing", [0.01, 100.0])
def test_very_fine_and_very_coarse_voxels(spacing, rng, a_scene, a_volume_node, stage_files):
    shape = (30, 28, 32)
    grid = centered(oblique_ijk_to_ras(rng, (spacing,) * 3, left_handed=True), shape)
    shifted = grid.copy()
    shifted[:3, 3] += np.array([1.5, -1, 2]) * spacing
    fixed = a_volume_node(blobs(shape), grid, name="fixed")
    moving = a_volume_node(blobs(shape), shifted, name="moving")
    output = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "output")
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "result")
    RegistrationLogic().registerVolumes(
        fixed, moving, stage_files("TranslationTransform", iterations=300), output, transform, seed=1
    )
    matrix = vtk.vtkMatrix4x4()
    transform.GetMatrixTransformToParent(matrix)
    moved = np.array([matrix.GetElement(row, 3) for row in range(3)])
    np.testing.assert_allclose(moved / spacing, [-1.5, 1, -2], atol=0.1)
    assert_shown_as_resampled(output, moving, transform, rng, 0.6)


@pytest.mark.parametrize("components", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32"])
def test_types_and_components(dtype, components, rng, a_scene, a_volume_node, stage_files):
    shape = (24, 26, 28)
    top = 120 if dtype == "int8" else 250 if dtype == "uint8" else 1000
    image = blobs(shape)
    image = image / image.max() * top
    voxels = np.stack([image * (1 - 0.2 * c) for c in range(components)], axis=-1).astype(dtype)
    fixed = a_volume_node(image, np.diag([1.5, -1.5, 2, 1]), name="fixed")
    grid = np.diag([1.5, -1.5, 2, 1.0])
    grid[:3, 3] = 1, 2, -1
    # Slicer itself ends the process when it displays several components of long long; long it can.
    scalar_type = {"int64": vtk.VTK_LONG, "uint64": vtk.VTK_UNSIGNED_LONG}.get(dtype)
    scalar = "vtkMRMLScalarVolumeNode"
    node_class = scalar if components == 1 else "vtkMRMLVectorVolumeNode"
    voxels = voxels if components > 1 else voxels[..., 0]
    moving = a_volume_node(voxels, grid, name="moving", node_class=node_class, scalar_type=scalar_type)
    output = a_scene.AddNewNodeByClass(node_class, "output")
    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "result")
    RegistrationLogic().registerVolumes(
        fixed, moving, stage_files("TranslationTransform"), output, transform, background=0
    )
    assert voxels_of(output).dtype == np.dtype(dtype)
    assert output.GetImageData().GetScalarType() == moving.GetImageData().GetScalarType()
    if top > 300:
        assert_shown_as_resampled(output, moving, transform, rng, 0.51 if dtype != "float32" else 1e-2)
