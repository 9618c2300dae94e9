"""Starts, landmarks and further volumes as nodes: the same results as in core, from whatever a scene holds."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.run.channels import VolumePair
from ElastixRegistrationLib.mrml.run.landmark_start import landmark_transform_node
from phantoms.images import stage
from phantoms.scans import the_object, voxels_in_world
from support import builders
from vtk.util.numpy_support import vtk_to_numpy

SHIFT = np.array([5.0, -4.0, 3.0])
SIZE = (26, 28, 30)


@pytest.fixture
def translation(tmp_path):
    write_parameter_file(stage(), tmp_path / "translation.txt")
    return tmp_path / "translation.txt"


@pytest.fixture
def a_scan(a_volume_node):
    """Makes a volume of the object, moved by ``shift`` (RAS), or of noise where it is None."""

    def make(shift, name, *, parent=None, node_class="vtkMRMLScalarVolumeNode"):
        matrix = np.diag([2.5, 2.5, 2.5, 1.0])
        matrix[:3, 3] = -2.5 * (np.array(SIZE) - 1) / 2
        random = np.random.default_rng(len(name))
        node = a_volume_node(
            random.normal(0, 1, SIZE[::-1]).astype(np.float32), matrix, name=name, parent=parent, node_class=node_class
        )
        if shift is not None:
            values = the_object(voxels_in_world(node), shift).reshape(SIZE[::-1])
            if node.IsA("vtkMRMLLabelMapVolumeNode"):
                values = (values > 60) * 1 + (values > 90) * 1
            scalars = vtk_to_numpy(node.GetImageData().GetPointData().GetScalars())
            scalars[:] = values.ravel()
            node.GetImageData().Modified()
        return node

    return make


@pytest.fixture
def an_output(a_scene):
    return a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "out")


def found_shift(node):
    """Where the to-parent transform of the output takes the origin: minus the shift of the object."""
    transform = vtk.vtkGeneralTransform()
    node.GetTransformToWorld(transform)
    return -np.array(transform.TransformPoint(0, 0, 0))


def points(scene, coordinates, labels=None, name="points"):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
    for n, point in enumerate(coordinates):
        node.AddControlPoint(vtk.vtkVector3d(*point))
        if labels is not None:
            node.SetNthControlPointLabel(n, labels[n])
    return node


PLACES = np.random.default_rng(4).uniform(-25, 25, (8, 3))


def test_landmarks_guide_and_those_without_partner_are_reported(a_scene, a_scan, an_output, translation):
    labels = [f"L{n}" for n in range(8)]
    fixed = points(a_scene, PLACES[:7], labels[:7], "in fixed")
    moving = points(a_scene, (PLACES + SHIFT)[::-1], labels[::-1], "in moving")
    logic = RegistrationLogic()
    arguments = {
        "parameterFilenames": [translation], "outputTransformNode": an_output, "fixedPointsNode": fixed,
        "movingPointsNode": moving, "landmarkWeight": 20.0,
    }  # fmt: skip
    outcome = logic.registerVolumes(a_scan(None, "f"), a_scan(None, "moving noise"), **arguments)
    assert found_shift(an_output) == pytest.approx(SHIFT, abs=0.4)
    assert outcome.notes[0] == ("7 landmarks are paired by label; the fixed list lacks L7, so these are left out.")


def test_a_second_volume_under_a_parent_aligns_what_the_first_cannot(
    a_scene, a_scan, an_output, translation, a_transform_node, rng
):
    parent = a_transform_node(builders.rigid(rng, 3))
    pair = VolumePair(a_scan((0, 0, 0), "T2 fixed"), a_scan(SHIFT, "T2 moving", parent=parent))
    RegistrationLogic().registerVolumes(
        a_scan(None, "f"), a_scan(None, "moving noise"), [translation], outputTransformNode=an_output, channels=[pair]
    )
    assert found_shift(an_output) == pytest.approx(SHIFT, abs=0.6)


@pytest.mark.parametrize("kind", ["distance", "labels"])
def test_label_maps_guide(kind, a_scan, an_output, translation):
    label_map = "vtkMRMLLabelMapVolumeNode"
    pair = VolumePair(
        a_scan((0, 0, 0), "fixed labels", node_class=label_map), a_scan(SHIFT, "moving labels", node_class=label_map),
        kind=kind, weight=20.0,
    )  # fmt: skip
    RegistrationLogic().registerVolumes(
        a_scan(None, "f"), a_scan(None, "moving noise"), [translation], outputTransformNode=an_output, channels=[pair]
    )
    assert found_shift(an_output) == pytest.approx(SHIFT, abs=0.8)


def ball(scene, center, name="ball"):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"segmentation {name}")
    sphere = vtk.vtkSphereSource()
    sphere.SetRadius(14)
    sphere.SetCenter(*center)
    sphere.SetThetaResolution(30)
    sphere.SetPhiResolution(30)
    sphere.Update()
    kind = slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName()
    node.GetSegmentation().SetSourceRepresentationName(kind)
    segment = slicer.vtkSegment()
    segment.SetName(name)
    segment.AddRepresentation(kind, sphere.GetOutput())
    node.GetSegmentation().AddSegment(segment)
    return node


def test_segments_of_the_same_name_guide(a_scene, a_scan, an_output, translation):
    pair = VolumePair(ball(a_scene, (0, 0, 0)), ball(a_scene, SHIFT), kind="distance", weight=50.0)
    RegistrationLogic().registerVolumes(
        a_scan(None, "f"), a_scan(None, "moving noise"), [translation], outputTransformNode=an_output, channels=[pair]
    )
    assert found_shift(an_output) == pytest.approx(SHIFT, abs=0.8)


def test_pairs_that_cannot_be_compared_are_named(a_scene, a_scan, translation):
    fixed, moving = a_scan((0, 0, 0), "f"), a_scan(SHIFT, "m")
    for pair, words in (
        (
            VolumePair(ball(a_scene, SHIFT), ball(a_scene, SHIFT, "other"), kind="labels"),
            "no segment of the same name",
        ),
        (VolumePair(ball(a_scene, SHIFT), moving, kind="labels"), "one is a segmentation"),
        (VolumePair(None, moving), "No fixed volume 2"),
        (VolumePair(fixed, moving, kind="contour"), "contour"),
    ):
        with pytest.raises(InputError, match=words):
            RegistrationLogic().prepareRegistration(fixed, moving, [translation], channels=[pair])


@pytest.mark.parametrize("kind", ["rigid", "similarity", "affine", "thin-plate"])
def test_landmarks_make_a_start_of_any_kind(kind, a_scene, a_scan, an_output, translation, rng):
    matrix = builders.rigid(rng, 10)
    matrix[:3, :3] *= 1.2 if kind == "similarity" else 1
    if kind in ("affine", "thin-plate"):
        matrix[:3, :3] += rng.normal(0, 0.05, (3, 3))
    there = PLACES @ matrix[:3, :3].T + matrix[:3, 3]
    node = landmark_transform_node(points(a_scene, PLACES), points(a_scene, there), kind=kind)
    to_parent = node.GetTransformToParent()
    back = np.array([to_parent.TransformPoint(point) for point in there])
    assert back == pytest.approx(PLACES, abs=1e-5)
    assert node.IsA("vtkMRMLLinearTransformNode") == (kind != "thin-plate")


def test_a_thin_plate_start_is_continued_and_ends_in_the_output(a_scene, a_scan, an_output, translation):
    """Landmarks start it 3 mm off and with a bulge; the translation stage takes off the rest."""
    bulge = np.exp(-np.square(PLACES).sum(1, keepdims=True) / 800) * [3.0, 0, 0]
    start = landmark_transform_node(
        points(a_scene, PLACES), points(a_scene, PLACES + SHIFT + [0, 3, 0] + bulge), kind="thin-plate"
    )
    a_scene.AddNode(start)
    RegistrationLogic().registerVolumes(
        a_scan((0, 0, 0), "f"), a_scan(SHIFT, "m"), [translation], outputTransformNode=an_output,
        initialTransformNode=start,
    )  # fmt: skip
    result = an_output.GetTransformFromParent()
    moved = np.array([result.TransformPoint(point) for point in PLACES])
    # Through the start and back, nothing but the translation of the stage is left, the same everywhere.
    by_the_stage = np.array([start.GetTransformToParent().TransformPoint(point) for point in moved]) - PLACES
    assert np.ptp(by_the_stage, axis=0).max() < 1e-3
    assert by_the_stage.mean(0)[1:] == pytest.approx([-3, 0], abs=0.2)
    assert np.ptp(moved - PLACES, axis=0)[0] > 0.5  # the bulge is in it
