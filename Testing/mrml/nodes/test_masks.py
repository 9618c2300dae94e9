"""Masks lie on the grid of the image exactly where the label map or the segment is in world."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.masks import mask_incrementally
from support import builders
from vtk.util.numpy_support import vtk_to_numpy

GRID = Geometry((40, 42, 44), (1.5, 1.5, 1.5), (-30.0, -31.0, -33.0), tuple(map(tuple, np.eye(3))))


def mask_on_grid(*arguments):
    return run_to_completion(mask_incrementally(*arguments))


@pytest.fixture
def a_segmentation(a_scene):
    """Makes a segmentation node; add segments with ``ball_label_map`` and ``ball_surface``."""

    def make(*, source="Binary labelmap", name="segmentation", parent=None):
        node = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
        node.GetSegmentation().SetSourceRepresentationName(source)
        if parent is not None:
            node.SetAndObserveTransformNodeID(parent.GetID())
        return node

    return make


def ball_label_map(node, center, radius, name, *, ijk_to_ras=None):
    """A ball, RAS mm, in a cropped label map on a grid of its own."""
    ijk_to_ras = np.diag([1.0, 1.0, 1.0, 1.0]) if ijk_to_ras is None else ijk_to_ras
    middle = np.rint(np.linalg.inv(ijk_to_ras) @ [*center, 1])[:3].astype(int)
    extent = [bound for m in middle.tolist() for bound in (m - radius - 2, m + radius + 2)]
    image = slicer.vtkOrientedImageData()
    image.SetExtent(extent)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    matrix = vtk.vtkMatrix4x4()
    for (row, column), value in np.ndenumerate(ijk_to_ras):
        matrix.SetElement(row, column, value)
    image.SetImageToWorldMatrix(matrix)
    ranges = [np.arange(extent[2 * axis], extent[2 * axis + 1] + 1) for axis in range(3)]
    k, j, i = np.meshgrid(*ranges[::-1], indexing="ij")
    points = np.stack([i, j, k], -1) @ ijk_to_ras[:3, :3].T + ijk_to_ras[:3, 3]
    inside = np.linalg.norm(points - center, axis=-1) < radius
    vtk_to_numpy(image.GetPointData().GetScalars())[:] = inside.ravel()
    return node.AddSegmentFromBinaryLabelmapRepresentation(image, name, [1, 0, 0])


def ball_surface(node, center, radius, name):
    source = vtk.vtkSphereSource()
    source.SetCenter(center)
    source.SetRadius(radius)
    source.SetThetaResolution(64)
    source.SetPhiResolution(64)
    source.Update()
    return node.AddSegmentFromClosedSurfaceRepresentation(source.GetOutput(), name, [1, 0, 0])


def ball(center, radius, from_world=None):
    """(k, j, i) bool on GRID, by definition. ``from_world`` maps RAS world points to the space of the ball."""
    k, j, i = np.meshgrid(*[np.arange(n) for n in GRID.size[::-1]], indexing="ij")
    points = builders.ras(GRID.points_of(np.stack([i, j, k], -1)))
    if from_world is not None:
        points = builders.vtk_map(from_world, points.reshape(-1, 3)).reshape(points.shape)
    return np.linalg.norm(points - center, axis=-1) < radius


def assert_is_ball(mask, center, radius, from_world=None, *, exclude=None):
    """Every voxel is right that is further from the surface than half the diagonal of a 1 mm voxel."""
    exclude = np.zeros(mask.shape, bool) if exclude is None else exclude
    sure, possible = ball(center, radius - 0.87, from_world), ball(center, radius + 0.87, from_world)
    assert mask[sure].all()
    assert not mask[~possible & ~exclude].any()
    assert sure.sum() > 300


CENTER, RADIUS = (5.0, -4.0, 3.0), 12


def test_a_label_map_on_the_grid_of_the_image_is_taken_as_it_is(rng, a_volume_node):
    voxels = rng.integers(0, 3, GRID.size[::-1]).astype(np.int16)
    ijk_to_ras = np.diag([-1.5, -1.5, 1.5, 1.0])
    ijk_to_ras[:3, 3] = [30, 31, -33]
    node = a_volume_node(voxels, ijk_to_ras, node_class="vtkMRMLLabelMapVolumeNode")
    mask = mask_on_grid(node, GRID, "fixed mask")
    assert mask.dtype == np.uint8
    assert np.array_equal(mask, voxels != 0)


@pytest.mark.parametrize("kind", ["none", "affine", "bspline"])
def test_a_mask_on_another_grid_comes_from_where_it_is_in_world(kind, rng, a_volume_node, a_transform_node):
    ijk_to_ras = builders.oblique_ijk_to_ras(rng, (0.9, 1.0, 1.0), left_handed=True)
    size = np.array([60, 58, 56])
    ijk_to_ras[:3, 3] = np.array(CENTER) - ijk_to_ras[:3, :3] @ (size / 2)
    k, j, i = np.meshgrid(*[np.arange(n) for n in size[::-1]], indexing="ij")
    points = np.stack([i, j, k], -1) @ ijk_to_ras[:3, :3].T + ijk_to_ras[:3, 3]
    inside = np.linalg.norm(points - CENTER, axis=-1) < RADIUS
    parent = None
    if kind != "none":
        parent = a_transform_node(
            builders.affine(rng, translation=5) if kind == "affine" else builders.vtk_bspline(rng)
        )
    node = a_volume_node(inside.astype(np.uint8), ijk_to_ras, parent=parent)
    from_world = vtk.vtkGeneralTransform()
    if parent:
        parent.GetTransformFromWorld(from_world)
    assert_is_ball(mask_on_grid(node, GRID, "fixed mask"), CENTER, RADIUS, from_world)


@pytest.mark.parametrize("make", [ball_label_map, ball_surface])
@pytest.mark.parametrize("kind", ["none", "affine", "bspline"])
def test_a_segment_comes_from_where_it_is_in_world(kind, make, rng, a_segmentation, a_transform_node):
    parent = None
    if kind != "none":
        parent = a_transform_node(
            builders.affine(rng, translation=5) if kind == "affine" else builders.vtk_bspline(rng)
        )
    source = "Closed surface" if make is ball_surface else "Binary labelmap"
    node = a_segmentation(source=source, parent=parent)
    make(node, CENTER, RADIUS, "ball")
    before = node.GetSegmentation().GetMTime()
    from_world = vtk.vtkGeneralTransform()
    if parent:
        parent.GetTransformFromWorld(from_world)
    mask = mask_on_grid(node, GRID, "fixed mask", ["ball"])
    assert_is_ball(mask, CENTER, RADIUS, from_world)
    assert node.GetSegmentation().GetMTime() == before  # nothing was converted inside of the node


def test_several_segments_are_joined_by_id_or_name_and_all_without_a_choice(a_segmentation):
    node = a_segmentation()
    first = ball_label_map(node, (-12, 0, 0), 8, "left")
    ball_label_map(node, (12, 0, 0), 8, "right")
    ball_label_map(node, (0, 15, 0), 8, "top")
    left, right, top = ball((-12, 0, 0), 9), ball((12, 0, 0), 9), ball((0, 15, 0), 9)
    assert_is_ball(mask_on_grid(node, GRID, "fixed mask", [first, "right"]), (-12, 0, 0), 8, exclude=right)
    assert_is_ball(mask_on_grid(node, GRID, "fixed mask", [first, "right"]), (12, 0, 0), 8, exclude=left)
    assert_is_ball(mask_on_grid(node, GRID, "fixed mask", "top"), (0, 15, 0), 8)
    assert_is_ball(mask_on_grid(node, GRID, "fixed mask"), (12, 0, 0), 8, exclude=left | top)


def test_segments_that_share_one_label_map_are_told_apart(a_segmentation):
    node = a_segmentation()
    ball_label_map(node, (-12, 0, 0), 8, "left")
    ball_label_map(node, (12, 0, 0), 8, "right")
    node.GetSegmentation().CollapseBinaryLabelmaps(False)
    assert node.GetSegmentation().GetNumberOfLayers() == 1
    assert_is_ball(mask_on_grid(node, GRID, "fixed mask", ["left"]), (-12, 0, 0), 8)


def test_an_oblique_segmentation_grid_is_followed(rng, a_segmentation):
    node = a_segmentation()
    ball_label_map(node, CENTER, RADIUS, "ball", ijk_to_ras=builders.oblique_ijk_to_ras(rng, (0.9, 1.0, 1.0)))
    assert_is_ball(mask_on_grid(node, GRID, "fixed mask"), CENTER, RADIUS)


def test_a_mask_may_be_a_scalar_volume(a_volume_node):
    node = a_volume_node(np.full((9, 9, 9), 0.5))
    assert mask_on_grid(node, GRID, "moving mask").any()


class TestErrorsNameTheNode:
    def test_empty(self, a_volume_node):
        node = a_volume_node(np.zeros((9, 9, 9), np.uint8), name="Void")
        with pytest.raises(InputError, match="moving mask Void is empty"):
            mask_on_grid(node, GRID, "moving mask")

    def test_empty_segment(self, a_segmentation):
        node = a_segmentation(name="Seg")
        ball_label_map(node, CENTER, 0, "nothing")
        with pytest.raises(InputError, match="fixed mask Seg is empty"):
            mask_on_grid(node, GRID, "fixed mask", ["nothing"])

    def test_no_segments(self, a_segmentation):
        with pytest.raises(InputError, match="fixed mask Seg has no segments"):
            mask_on_grid(a_segmentation(name="Seg"), GRID, "fixed mask")

    def test_outside(self, a_segmentation):
        node = a_segmentation(name="Seg")
        ball_label_map(node, (500, 0, 0), 5, "far")
        with pytest.raises(InputError, match="fixed mask Seg lies outside its image"):
            mask_on_grid(node, GRID, "fixed mask")

    def test_unknown_segment(self, a_segmentation):
        node = a_segmentation(name="Seg")
        ball_label_map(node, CENTER, 5, "liver")
        with pytest.raises(InputError, match="no segment 'lung'; it has liver"):
            mask_on_grid(node, GRID, "fixed mask", ["lung"])

    def test_segments_of_a_volume(self, a_volume_node):
        with pytest.raises(InputError, match="is not a segmentation"):
            mask_on_grid(a_volume_node(np.ones((9, 9, 9))), GRID, "fixed mask", ["lung"])

    def test_no_mask_at_all(self, a_transform_node):
        with pytest.raises(InputError, match="fixed mask transform is a Transform node, not a volume"):
            mask_on_grid(a_transform_node(np.eye(4)), GRID, "fixed mask")
