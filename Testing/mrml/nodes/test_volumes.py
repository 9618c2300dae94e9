"""What ITK sees of a volume node is what the node shows: values, types, and where every voxel lies in world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.background import estimate_background
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, image_from_array
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.system.itk_access import suffix_of, wrapped_class
from ElastixRegistrationLib.mrml.nodes import incremental as steps
from ElastixRegistrationLib.mrml.nodes import resampling
from ElastixRegistrationLib.mrml.nodes.chains import chain_to_world
from ElastixRegistrationLib.mrml.nodes.coordinates import geometry_from_ijk_to_ras
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.resampling import in_world_incrementally, resample_incrementally
from ElastixRegistrationLib.mrml.nodes.transforms import itk_from_chain
from ElastixRegistrationLib.mrml.nodes.volumes import volume_image, world_grid
from support import builders
from support.builders import SCALAR_TYPES


def world_of_voxel(node, ijk):
    """RAS, by MRML itself."""
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    point = matrix.MultiplyPoint([*ijk, 1])[:3]
    world = [0.0, 0.0, 0.0]
    node.TransformPointToWorld(point, world)
    return np.array(world)


@pytest.mark.parametrize("scalar_type", SCALAR_TYPES)
def test_every_scalar_type_arrives_with_its_values(scalar_type, rng, a_volume_node):
    voxels = rng.integers(0, 127, (4, 5, 6))
    node = a_volume_node(voxels, scalar_type=SCALAR_TYPES[scalar_type])
    volume = volume_image(node, "moving volume")
    image = image_from_array(volume.voxels, volume.geometry)
    assert np.array_equal(array_view(image), voxels)
    assert volume.scalar_type == SCALAR_TYPES[scalar_type]


def test_voxels_are_not_copied(rng, a_volume_node):
    node = a_volume_node(rng.normal(size=(4, 5, 6)).astype(np.float32))
    volume = volume_image(node, "moving volume")
    image = image_from_array(volume.voxels, volume.geometry)
    node.GetImageData().SetScalarComponentFromDouble(3, 2, 1, 0, 77)
    assert image.GetPixel([3, 2, 1]) == 77


@pytest.mark.parametrize("left_handed", [False, True])
@pytest.mark.parametrize("spacing", [(0.01, 0.02, 0.05), (1.0, 1.0, 1.0), (0.7, 3.0, 100.0)])
def test_voxels_lie_where_the_node_shows_them(spacing, left_handed, rng, a_volume_node, a_transform_node):
    top = a_transform_node(builders.rigid(rng))
    parent = a_transform_node(np.diag([1.5, 1.5, 1.5, 1.0]), parent=top)
    ijk_to_ras = builders.oblique_ijk_to_ras(rng, spacing, left_handed=left_handed)
    node = a_volume_node(np.zeros((4, 5, 6), np.int16), ijk_to_ras, parent=parent)
    volume = volume_image(node, "fixed volume")
    image = image_from_array(volume.voxels, volume.geometry)
    assert volume.is_orthogonal_in_world
    assert np.allclose(volume.geometry.spacing, np.array(spacing) * 1.5)
    for ijk in ([0, 0, 0], [5, 4, 3], [1, 3, 2]):
        point = np.array(image.TransformIndexToPhysicalPoint(ijk))
        assert np.allclose(builders.ras(point), world_of_voxel(node, ijk), atol=1e-6 * max(spacing))


def test_a_parent_with_shear_keeps_its_place_and_is_resampled_for_the_metric(rng, a_volume_node, a_transform_node):
    shear = np.eye(4)
    shear[0, 1] = 0.3
    node = a_volume_node(
        np.zeros((8, 9, 10), np.int16), builders.oblique_ijk_to_ras(rng), parent=a_transform_node(shear)
    )
    volume = volume_image(node, "fixed volume")
    assert not volume.is_orthogonal_in_world
    assert volume.to_world == []
    found = volume.geometry.points_of([9, 8, 7])
    assert np.allclose(builders.ras(found), world_of_voxel(node, [9, 8, 7]))


@pytest.mark.parametrize("kind", ["shear", "bspline", "inverse bspline"])
def test_what_elastix_sees_is_what_mrml_shows_at_the_same_place_in_world(kind, rng, a_volume_node, a_transform_node):
    warp = builders.vtk_bspline(rng, spacing=(25.0, 25.0, 25.0), amount=3.0)
    shear = builders.affine(rng, amount=0.15)
    parent = a_transform_node(shear if kind == "shear" else warp, from_parent=kind == "bspline")
    k, j, i = np.meshgrid(*[np.arange(n) for n in (24, 26, 28)], indexing="ij")
    voxels = (100 * np.sin(i / 5) + 80 * np.cos(j / 6) + 3 * k).astype(np.float32)
    ijk_to_ras = np.diag([2.0, 2.5, 3.0, 1.0])
    ijk_to_ras[:3, 3] = [-28, -32, -36]
    volume = volume_image(a_volume_node(voxels, ijk_to_ras, parent=parent), "moving volume")
    grid = world_grid(volume)
    scalars, inside = run_to_completion(
        in_world_incrementally(volume, grid, estimate_background(voxels), keep_padding=True, threads=None)
    )

    axes = np.array(grid.direction)
    assert np.abs(axes.T @ axes - np.eye(3)).max() < 1e-12
    # Everything of the volume is on the grid, and values at its voxels are the values there.
    indices = rng.integers(3, 20, (60, 3))
    in_grid = np.array([world_of_voxel(volume.node, ijk) for ijk in indices])
    in_grid = grid.indices_of(builders.lps(in_grid))
    image = image_from_array(scalars, grid)
    interpolator = wrapped_class("LinearInterpolateImageFunction", f"{suffix_of(image)}D").New()
    interpolator.SetInputImage(image)
    found = [interpolator.EvaluateAtContinuousIndex(index) for index in in_grid.tolist()]
    expected = voxels[indices[:, 2], indices[:, 1], indices[:, 0]]
    assert np.abs(np.array(found) - expected).max() < 6  # two linear interpolations of waves of 100
    assert 0.2 < inside.mean() < 0.98
    corner = np.rint(grid.indices_of(builders.lps(world_of_voxel(volume.node, [1, 1, 1])))).astype(int)
    assert inside[tuple(corner[::-1])] == 1


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "bspline"])
@pytest.mark.parametrize("kind", ["affine", "bspline"])
def test_resampling_here_and_by_itk_are_the_same(kind, interpolation, rng):
    """In the window's process VTK resamples, in the worker ITK: inside, at the rim, outside, and padding."""
    geometry = Geometry((28, 26, 24), (3.0, 2.5, 2.0), (-40.0, -32.0, -25.0), tuple(map(tuple, np.eye(3))))
    reference = replace(geometry, size=(30, 25, 26), spacing=(3.3, 3.1, 2.2), origin=(-50.0, -40.0, -30.0))
    voxels = rng.normal(0, 40, (24, 26, 28)) + 400 * np.sin(np.indices((24, 26, 28)) / 5).sum(0)
    voxels[:, :4] = -2048
    voxels = voxels.astype(np.float32)
    padding = estimate_background(voxels)
    assert padding.padding is not None
    chain = [builders.affine(rng)] if kind == "affine" else [builders.vtk_bspline(rng)]
    settings = {"interpolation": interpolation, "background": -900.0, "padding": padding}
    here = run_to_completion(resample_incrementally(voxels, geometry, chain, reference, **settings))
    by_itk = array_view(
        resample(image_from_array(voxels, geometry), itk_from_chain(chain, reference), reference, **settings)
    )
    assert 0.1 < (here == -900).mean() < 0.9
    difference = np.abs(here - by_itk)
    if interpolation == "nearest" or kind == "affine":
        # Halfway between two voxels, and half a voxel outside, rounding decides.
        assert (difference > 0.05).mean() < 1e-3
    else:
        assert difference.max() < 0.05  # of 4000


def test_slabs_of_a_large_volume_join_without_a_seam(rng, monkeypatch, a_transform_node):
    voxels = rng.normal(size=(12, 13, 14)).astype(np.float32)
    geometry = geometry_from_ijk_to_ras(np.diag([3.0, 3.0, 3.0, 1.0]), (14, 13, 12))
    chain = chain_to_world(a_transform_node(builders.vtk_bspline(rng)))
    whole = run_to_completion(resample_incrementally(voxels, geometry, chain, geometry))
    monkeypatch.setattr(resampling, "_FIRST_SLAB", 1)
    monkeypatch.setattr(steps, "STEP_S", 0.0)
    pieces = resample_incrementally(voxels, geometry, chain, geometry)
    assert sum(1 for _ in pieces) > 12
    assert np.array_equal(run_to_completion(resample_incrementally(voxels, geometry, chain, geometry)), whole)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int64, np.uint64, np.float64])
def test_overshoot_of_interpolation_is_clamped_to_the_type_not_wrapped(dtype, a_volume_node):
    limits = np.iinfo(dtype) if np.dtype(dtype).kind != "f" else np.finfo(np.float32)
    voxels = np.full((12, 12, 12), limits.min, dtype)
    voxels[4:8, 4:8, 4:8] = limits.max
    volume = volume_image(a_volume_node(voxels), "moving volume")
    shift = np.eye(4)
    shift[:3, 3] = 0.4
    settings = {"interpolation": "bspline", "background": float(limits.min)}
    result = run_to_completion(
        resample_incrementally(volume.voxels, volume.geometry, [shift], volume.geometry, **settings)
    )
    assert result.dtype == dtype
    assert result[6, 6, 6] >= limits.max * 0.9
    assert result[0, 0, 0] <= limits.min + limits.max * 0.05


def test_color_is_registered_on_luminance_and_vectors_on_magnitude(a_volume_node):
    voxels = np.zeros((4, 4, 4, 3), np.uint8)
    voxels[..., 1] = 100
    node = a_volume_node(voxels, node_class="vtkMRMLVectorVolumeNode")
    assert volume_image(node, "fixed volume").scalars()[0, 0, 0] == 72
    node.SetVoxelVectorType(node.VoxelVectorTypeSpatial)
    assert volume_image(node, "fixed volume").scalars()[0, 0, 0] == pytest.approx(100)
    vectors = a_volume_node(np.full((4, 4, 4, 3), 2.0), node_class="vtkMRMLVectorVolumeNode")
    assert volume_image(vectors, "fixed volume").scalars()[0, 0, 0] == pytest.approx(np.sqrt(12))


def test_an_image_whose_extent_does_not_start_at_zero_lies_where_its_voxels_are(rng, a_volume_node):
    node = a_volume_node(np.zeros((4, 5, 6), np.int16), builders.oblique_ijk_to_ras(rng))
    image = vtk.vtkImageData()
    image.SetExtent(2, 7, -3, 1, 4, 7)
    image.AllocateScalars(vtk.VTK_SHORT, 1)
    node.SetAndObserveImageData(image)
    geometry = volume_image(node, "fixed volume").geometry
    assert geometry.size == (6, 5, 4)
    assert np.allclose(builders.ras(np.array(geometry.origin)), world_of_voxel(node, [2, -3, 4]))


class TestErrorsNameTheNode:
    def test_missing(self):
        with pytest.raises(InputError, match="No fixed volume"):
            volume_image(None, "fixed volume")

    def test_empty(self, a_scene):
        node = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Nothing")
        with pytest.raises(InputError, match="moving volume Nothing is empty"):
            volume_image(node, "moving volume")

    def test_no_volume(self, a_transform_node):
        with pytest.raises(InputError, match="fixed volume transform is a Transform node, not a volume"):
            volume_image(a_transform_node(np.eye(4)), "fixed volume")

    def test_one_line_of_voxels(self, a_volume_node):
        with pytest.raises(InputError, match="too small to register: 9x1x1"):
            volume_image(a_volume_node(np.zeros((1, 1, 9))), "fixed volume")

    def test_singular_grid(self, a_volume_node, a_transform_node):
        node = a_volume_node(np.zeros((4, 4, 4)), parent=a_transform_node(np.diag([1.0, 1.0, 1e-14, 1.0])))
        with pytest.raises(InputError, match="singular"):
            volume_image(node, "fixed volume")
