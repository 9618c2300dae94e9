from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.mrml.nodes.points import landmark_pairs, points_of
from support import builders


@pytest.fixture
def a_point_list(a_scene):
    """Makes a point list of (N, 3) RAS points."""

    def make(points, labels=None, *, name="points", parent=None):
        node = a_scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
        for n, point in enumerate(points):
            node.AddControlPoint(*point)
            if labels is not None:
                node.SetNthControlPointLabel(n, labels[n])
        if parent is not None:
            node.SetAndObserveTransformNodeID(parent.GetID())
        return node

    return make


def test_points_come_in_world_and_lps(rng, a_point_list, a_transform_node):
    warp = builders.vtk_bspline(rng)
    points = rng.uniform(-40, 40, (6, 3))
    node = a_point_list(points, parent=a_transform_node(warp))
    found, labels = points_of(node, "fixed points")
    assert np.allclose(found, builders.lps(builders.vtk_map(warp, points)))
    assert len(set(labels)) == 6


def test_points_that_were_never_placed_do_not_count(a_point_list):
    node = a_point_list([(1, 2, 3), (4, 5, 6)])
    node.UnsetNthControlPointPosition(0)
    assert np.allclose(points_of(node, "fixed points")[0], [[-4, -5, 6]])


def test_the_same_labels_pair_whatever_their_order(a_point_list):
    fixed = a_point_list([(0, 0, 0), (1, 0, 0)], ["nose", "ear"])
    moving = a_point_list([(10, 0, 0), (20, 0, 0)], ["ear", "nose"])
    assert np.allclose(landmark_pairs(fixed, moving).moving, [[-20, 0, 0], [-10, 0, 0]])
    assert np.allclose(landmark_pairs(fixed, moving, "order").moving, [[-10, 0, 0], [-20, 0, 0]])


def test_other_labels_pair_by_order(a_point_list):
    fixed = a_point_list([(0, 0, 0), (1, 0, 0)], ["F-1", "F-2"])
    moving = a_point_list([(10, 0, 0), (20, 0, 0)], ["M-1", "M-2"])
    assert np.allclose(landmark_pairs(fixed, moving).moving, [[-10, 0, 0], [-20, 0, 0]])


@pytest.mark.parametrize("pairing", ["auto", "label"])
def test_labels_without_a_partner_are_left_out_and_named(pairing, a_point_list):
    fixed = a_point_list([(0, 0, 0), (1, 0, 0), (2, 0, 0)], ["nose", "ear", "chin"])
    moving = a_point_list([(10, 0, 0), (20, 0, 0)], ["ear", "brow"])
    pairs = landmark_pairs(fixed, moving, pairing)
    assert pairs.labels == ("ear",)
    assert np.allclose(pairs.fixed, [[-1, 0, 0]])
    assert np.allclose(pairs.moving, [[-10, 0, 0]])
    assert "moving list lacks nose, chin and the fixed list lacks brow" in pairs.notes[0]
    with pytest.raises(InputError, match="points and the moving points points do not make pairs: there are 3 and 2"):
        landmark_pairs(fixed, moving, "order")


def test_something_else_has_no_points(a_point_list, a_volume_node):
    with pytest.raises(InputError, match="moving points must be a point list; volume, a Volume node, was given"):
        landmark_pairs(a_point_list([(0, 0, 0)]), a_volume_node(np.zeros((2, 2, 2))))
    with pytest.raises(InputError, match="The list points has no points yet"):
        landmark_pairs(a_point_list([]), a_point_list([]))
