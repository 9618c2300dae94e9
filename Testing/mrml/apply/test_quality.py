"""Tables and charts of the scene hold the figures they name."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.quality.figures import Comparison, Figure, LandmarkRow
from ElastixRegistrationLib.mrml.apply.quality import (
    add_quality_nodes,
    assess_transform,
    landmark_rows,
    segment_figures,
)
from ElastixRegistrationLib.mrml.nodes.transforms import set_from_parent
from phantoms.scans import scene_state
from support import builders

COMPARISON = Comparison(
    (Figure("Dice overlap, lung", "", 0.5, 0.9, 1, 4), Figure("Folded voxels", "%", None, 0.1, -1, 3)),
    "Better.",
    (LandmarkRow("apex", 12.5, 1.25), LandmarkRow("base", 8.0, 9.0)),
)


def column(table_node, name):
    array = table_node.GetTable().GetColumnByName(name)
    return [array.GetValue(n) for n in range(array.GetNumberOfTuples())]


def test_tables_and_chart(a_scene):
    nodes = add_quality_nodes(a_scene, COMPARISON, "T")
    assert column(nodes.figures, "figure") == ["Dice overlap, lung", "Folded voxels"]
    assert column(nodes.figures, "after") == [0.9, 0.1]
    assert column(nodes.figures, "before")[0] == 0.5
    assert np.isnan(column(nodes.figures, "before")[1])
    assert column(nodes.figures, "change") == ["better", ""]
    assert column(nodes.landmarks, "landmark") == ["apex", "base"]
    assert column(nodes.landmarks, "before (mm)") == [12.5, 8.0]
    series = [nodes.chart.GetNthPlotSeriesNode(n) for n in range(2)]
    assert [one.GetYColumnName() for one in series] == ["before (mm)", "after (mm)"]
    assert all(one.GetTableNode() is nodes.landmarks for one in series)
    assert all(one.GetPlotType() == slicer.vtkMRMLPlotSeriesNode.PlotTypeBar for one in series)
    nodes.revert()
    assert a_scene.GetFirstNodeByClass("vtkMRMLTableNode") is None
    assert a_scene.GetFirstNodeByClass("vtkMRMLPlotSeriesNode") is None


def test_without_landmarks_there_is_no_chart(a_scene):
    nodes = add_quality_nodes(a_scene, Comparison(COMPARISON.figures, ""), "T")
    assert nodes.landmarks is None
    assert nodes.chart is None


def test_landmarks_one_by_one(a_scene, a_transform_node, rng):
    """The node misses each landmark by what was added; parents of the moving list do not count."""
    matrix = builders.rigid(rng)
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
    set_from_parent(node, [matrix])
    fixed = rng.uniform(-40, 40, (5, 3))
    off = rng.normal(0, 2, (5, 3))
    moving = fixed @ matrix[:3, :3].T + matrix[:3, 3] + off
    lists = []
    for name, points in (("fixed", fixed), ("moving", moving)):
        lists.append(a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name))
        for n, point in enumerate(points):
            lists[-1].AddControlPoint(vtk.vtkVector3d(*point))
            lists[-1].SetNthControlPointLabel(n, f"{'ab'[n // 3]}{n}")
    lists[1].RemoveNthControlPoint(4)
    for parent in (None, a_transform_node(builders.affine(rng))):
        lists[1].SetAndObserveTransformNodeID(None if parent is None else parent.GetID())
        rows, notes = landmark_rows(node, *lists)
        assert [row.label for row in rows] == ["a0", "a1", "a2", "b3"]
        assert [row.after for row in rows] == pytest.approx(np.linalg.norm(off, axis=1)[:4])
        assert [row.before for row in rows] == pytest.approx(np.linalg.norm(moving - fixed, axis=1)[:4])
        assert "lacks b4" in notes[0]


def ball(scene, center, names=("ball",)):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "S")
    kind = slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName()
    node.GetSegmentation().SetSourceRepresentationName(kind)
    for name in names:
        sphere = vtk.vtkSphereSource()
        sphere.SetRadius(12)
        sphere.SetCenter(*center)
        sphere.SetThetaResolution(40)
        sphere.SetPhiResolution(40)
        sphere.Update()
        segment = slicer.vtkSegment()
        segment.SetName(name)
        segment.AddRepresentation(kind, sphere.GetOutput())
        node.GetSegmentation().AddSegment(segment)
    return node


def test_segments_before_and_after(a_scene, a_volume_node, a_transform_node, rng):
    """Two balls of 12 mm, 8 mm apart: their overlap has a closed form; the transform brings them together."""
    matrix = np.diag([1.0, 1, 1, 1])
    matrix[:3, 3] = -24
    reference = a_volume_node(np.zeros((49, 49, 49), np.uint8), matrix)
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
    shift = np.eye(4)
    shift[0, 3] = 8
    set_from_parent(node, [shift])
    fixed, moving = ball(a_scene, (0, 0, 0), ("ball", "only here")), ball(a_scene, (8, 0, 0))
    moving.SetAndObserveTransformNodeID(a_transform_node(builders.affine(rng)).GetID())
    figures = {f.name: f for f in segment_figures(node, fixed, moving, reference)}
    assert set(figures) == {"Dice overlap, ball", "Surface distance, ball", "Hausdorff distance 95 %, ball"}
    radius, apart = 12, 8
    lens = np.pi * (2 * radius - apart) ** 2 * (apart**2 + 4 * apart * radius) / (12 * apart)
    assert figures["Dice overlap, ball"].before == pytest.approx(lens / (4 / 3 * np.pi * radius**3), abs=0.02)
    assert figures["Dice overlap, ball"].after == pytest.approx(1, abs=0.001)
    assert figures["Hausdorff distance 95 %, ball"].before == pytest.approx(8, abs=0.9)
    assert figures["Surface distance, ball"].after == pytest.approx(0, abs=0.01)


def test_segments_that_cannot_be_compared_are_refused(a_scene, a_volume_node):
    reference = a_volume_node(np.zeros((4, 4, 4), np.uint8))
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
    one, other = ball(a_scene, (0, 0, 0)), ball(a_scene, (0, 0, 0), ("other",))
    state = scene_state(a_scene)
    with pytest.raises(InputError, match="no segment of the same name"):
        segment_figures(node, one, other, reference)
    with pytest.raises(InputError, match="Two segmentations"):
        segment_figures(node, one, reference, reference)
    assert scene_state(a_scene) == state


def test_a_transform_is_judged_by_landmarks_and_segments_at_once(a_scene, a_volume_node):
    matrix = np.eye(4)
    matrix[:3, 3] = -24
    reference = a_volume_node(np.zeros((49, 49, 49), np.uint8), matrix)
    node = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "T")
    shift = np.eye(4)
    shift[0, 3] = 8
    set_from_parent(node, [shift])
    lists = []
    for offset in (0, 8):
        lists.append(a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode"))
        lists[-1].AddControlPoint(vtk.vtkVector3d(1 + offset, 2, 3))
    nodes = assess_transform(
        node, reference, fixed_points_node=lists[0], moving_points_node=lists[1],
        fixed_segmentation=ball(a_scene, (0, 0, 0)), moving_segmentation=ball(a_scene, (8, 0, 0)),
    )  # fmt: skip
    values = dict(zip(column(nodes.figures, "figure"), column(nodes.figures, "after"), strict=True))
    assert values["Landmark distance, mean"] == pytest.approx(0, abs=1e-9)
    assert values["Dice overlap, ball"] == pytest.approx(1, abs=1e-3)
    assert column(nodes.landmarks, "before (mm)") == [8]
    with pytest.raises(InputError, match="landmarks or segmentations"):
        assess_transform(node, reference)
