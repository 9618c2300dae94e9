"""Analysis of a transform in the scene: right figures at the right places, and nothing left behind."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.transforms.plain_data import TransformData
from ElastixRegistrationLib.mrml.apply.deformation import add_deformation_nodes
from ElastixRegistrationLib.mrml.nodes.transforms import chain_from_data, set_from_parent
from phantoms.scans import scene_state, voxels_in_world, voxels_of
from support import builders
from support.builders import itk_map, ras


@pytest.fixture
def a_pair(a_scene, a_volume_node, rng):
    """(itk transform, its node, fixed volume on an oblique grid)."""
    transform = builders.itk_composite(
        builders.itk_affine(builders.affine(rng, 0.08, 5)), builders.itk_bspline(rng, amount=2.0)
    )
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
    set_from_parent(node, chain_from_data(TransformData.of(transform)))
    matrix = builders.oblique_ijk_to_ras(rng, (2.5, 2.0, 3.0), left_handed=True)
    matrix[:3, 3] = -matrix[:3, :3] @ [9, 10, 8]
    return transform, node, a_volume_node(np.zeros((16, 20, 18), np.uint8), matrix, name="fixed")


def test_volumes_hold_the_figures_of_their_places(a_pair):
    transform, node, fixed = a_pair
    nodes = add_deformation_nodes(node, fixed, with_matrix=True)
    places = ras(voxels_in_world(fixed))
    assert voxels_in_world(nodes.jacobian) == pytest.approx(ras(places), abs=1e-6)
    moved = itk_map(transform, places)
    assert voxels_of(nodes.magnitude).ravel() == pytest.approx(np.linalg.norm(moved - places, axis=1), abs=1e-4)
    some, step = places[::211], 1e-3
    jacobians = np.stack(
        [(itk_map(transform, some + step * a) - itk_map(transform, some - step * a)) / (2 * step) for a in np.eye(3)],
        axis=-1,
    )
    assert voxels_of(nodes.jacobian).ravel()[::211] == pytest.approx(np.linalg.det(jacobians), abs=3e-3)
    flip = np.diag([-1.0, -1, 1])
    assert voxels_of(nodes.matrix).reshape(-1, 3, 3)[::211] == pytest.approx(flip @ jacobians @ flip, abs=3e-3)


def test_colors_can_be_read(a_pair):
    nodes = add_deformation_nodes(*a_pair[1:])
    display = nodes.jacobian.GetDisplayNode()
    assert (display.GetWindow(), display.GetLevel()) == (2.0, 1.0)
    table = display.GetColorNode().GetLookupTable()
    table.SetTableRange(0, 2)
    shrinks, same, grows, folds = ([0.0] * 3 for _ in range(4))
    for value, color in ((0.5, shrinks), (1.0, same), (1.5, grows), (0.0, folds)):
        table.GetColor(value, color)
    assert shrinks[2] > shrinks[0] + 0.2
    assert min(same) > 0.9
    assert grows[0] > grows[2] + 0.2
    assert folds[:2] > [0.9, 0.8]
    assert folds[2] < 0.2
    legend = nodes.magnitude.GetNthDisplayNode(1)
    assert legend.IsA("vtkMRMLColorLegendDisplayNode")
    assert legend.GetTitleText() == "Displacement (mm)"
    again = add_deformation_nodes(*a_pair[1:])
    assert again.jacobian.GetDisplayNode().GetColorNode() is display.GetColorNode()


def column(table_node, name):
    array = table_node.GetTable().GetColumnByName(name)
    return [array.GetValue(n) for n in range(array.GetNumberOfTuples())]


def test_segments_have_their_volumes(a_pair, a_scene):
    """Two overlapping balls under an affine map of known determinant."""
    _, node, fixed = a_pair
    matrix = np.diag([1.1, 0.9, 1.2, 1.0])
    set_from_parent(node, [matrix])
    segmentation = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "S")
    kind = slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName()
    segmentation.GetSegmentation().SetSourceRepresentationName(kind)
    for name, radius in (("large", 14), ("small", 9)):
        sphere = vtk.vtkSphereSource()
        sphere.SetRadius(radius)
        sphere.SetThetaResolution(40)
        sphere.SetPhiResolution(40)
        sphere.Update()
        segment = slicer.vtkSegment()
        segment.SetName(name)
        segment.AddRepresentation(kind, sphere.GetOutput())
        segmentation.GetSegmentation().AddSegment(segment)
    nodes = add_deformation_nodes(node, fixed, segmentation_node=segmentation)
    assert column(nodes.segments, "segment") == ["large", "small"]
    volumes = [4 / 3 * np.pi * radius**3 / 1000 for radius in (14, 9)]
    assert column(nodes.segments, "fixed (ml)") == pytest.approx(volumes, rel=0.05)
    assert column(nodes.segments, "change (%)") == pytest.approx([18.8, 18.8], abs=1e-2)
    assert column(nodes.segments, "folded voxels") == [0, 0]
    assert nodes.folds is None


def test_folds_are_listed_and_marked_where_they_are(a_scene, a_volume_node):
    matrix = np.diag([2.0, 2, 2, 1])
    matrix[:3, 3] = -19
    fixed = a_volume_node(np.zeros((20, 20, 20), np.uint8), matrix, name="fixed")
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
    places = voxels_in_world(fixed)
    vectors = np.zeros((20, 20, 20, 3))
    vectors[..., 0] = (-2.5 * places[:, 0] * np.exp(-np.square(places).sum(1) / 50)).reshape(20, 20, 20)
    slicer_grid = builders.vtk_grid(np.random.default_rng(), size=(20, 20, 20), spacing=(2, 2, 2))
    from vtk.util.numpy_support import vtk_to_numpy

    image = slicer_grid.GetDisplacementGrid()
    vtk_to_numpy(image.GetPointData().GetScalars())[:] = vectors.reshape(-1, 3)
    image.Modified()
    node.SetAndObserveTransformFromParent(slicer_grid)
    nodes = add_deformation_nodes(node, fixed)
    assert nodes.statistics.folded_count > 4
    assert nodes.folds.GetNumberOfControlPoints() == min(50, nodes.statistics.folded_count)
    marked = np.array([list(nodes.folds.GetNthControlPointPosition(n)) for n in range(4)])
    assert np.abs(marked).max() < 12
    worst = column(nodes.fold_table, "local volume")
    assert worst == sorted(worst)
    assert worst[0] < 0
    assert column(nodes.fold_table, "R (mm)")[0] == pytest.approx(marked[0, 0])


def test_revert_and_refusals(a_pair, a_scene, tmp_path):
    _, node, fixed = a_pair
    add_deformation_nodes(node, fixed).revert()
    before = [a_scene.GetNthNode(n).GetClassName() for n in range(a_scene.GetNumberOfNodes())]
    assert "vtkMRMLColorLegendDisplayNode" not in before
    state = scene_state(a_scene)
    for arguments, words in (
        ((fixed, fixed), "transform node or the file"),
        ((node, node), "not a volume"),
        ((tmp_path / "no.h5", fixed), "does not exist"),
    ):
        with pytest.raises(InputError, match=words):
            add_deformation_nodes(*arguments)
    with pytest.raises(InputError, match="measured in segments, and fixed is a Volume"):
        add_deformation_nodes(node, fixed, segmentation_node=fixed)
    assert scene_state(a_scene) == state
