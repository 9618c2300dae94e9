"""Real sequence nodes: known motion of a 4D phantom, outputs in step, cancelling, segmentations that follow."""

from __future__ import annotations

import time

import numpy as np
import psutil
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError, RegistrationError
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view
from ElastixRegistrationLib.core.multi_image.groupwise import GroupSettings
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.coordinates import ijk_to_ras_of, lps_from_ras, vtk_matrix_from_array
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.output_volumes import image_incrementally
from phantoms.images import blobs, grid, stage
from vtk.util.numpy_support import vtk_to_numpy

#: Of the phantom's frames, mm LPS.
MOTION = np.array([[0, 0, 0], [3, -2, 4], [6, -4, 8], [4, -1, 5]], float)
VOXEL = 2.0
GRID = grid((28, 26, 24), spacing=(VOXEL,) * 3)


@pytest.fixture
def sequences_logic(a_scene):
    """Keeps the nodes that show sequences up to date, as in the application."""
    logic = slicer.vtkSlicerSequencesLogic()
    logic.SetMRMLScene(a_scene)
    yield logic
    logic.SetMRMLScene(None)


@pytest.fixture
def a_sequence(a_scene):
    """Makes a sequence node of images at times that are 40 ms apart."""

    def make(images, geometry: Geometry = GRID, name="cine"):
        sequence = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
        sequence.SetIndexName("time")
        sequence.SetIndexUnit("ms")
        for number, voxels in enumerate(images):
            node = slicer.vtkMRMLScalarVolumeNode()
            node.SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(geometry)))
            node.SetAndObserveImageData(run_to_completion(image_incrementally(np.asarray(voxels), vtk.VTK_SHORT)))
            sequence.SetDataNodeAtValue(node, str(40 * number))
        return sequence

    return make


@pytest.fixture(scope="module")
def phantom():
    return [array_view(blobs(GRID, motion, dtype=np.int16)) for motion in MOTION]


@pytest.fixture
def options(tmp_path):
    path = tmp_path / "rigid.txt"
    write_parameter_file(stage("EulerTransform", MaximumNumberOfIterations="80", NumberOfSpatialSamples="1000"), path)
    return {"parameterFilenames": [path], "threads": 1, "seed": 1}


def voxels_of(node) -> np.ndarray:
    image = node.GetImageData()
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])


def from_parent(node, points: np.ndarray) -> np.ndarray:
    """(N, 3) LPS points through the from-parent transform of a node."""
    transform = node.GetTransformFromParent()
    return lps_from_ras(np.array([transform.TransformPoint(point) for point in lps_from_ras(points).tolist()]))


def index_values(sequence) -> list[str]:
    return [sequence.GetNthIndexValue(n) for n in range(sequence.GetNumberOfDataNodes())]


@pytest.mark.parametrize(("neighbors", "onto_reference"), [(True, True), (False, False)])
def test_known_motion_comes_out_in_step_with_the_input(
    a_scene, a_sequence, sequences_logic, phantom, options, neighbors, onto_reference
):
    sequence = a_sequence(phantom)
    outcome = RegistrationLogic().registerSequence(
        sequence, 1, neighbors=neighbors, ontoReference=onto_reference, **options
    )
    assert outcome.frames == (0, 1, 2, 3)
    assert not outcome.failed
    volumes, transforms = outcome.nodes["volumes"], outcome.nodes["transforms"]
    points = GRID.center() + np.random.default_rng(0).uniform(-14, 14, (20, 3))
    inner = (slice(6, -6),) * 3
    for node in (volumes, transforms):
        assert index_values(node) == ["0", "40", "80", "120"]
        assert (node.GetIndexName(), node.GetIndexUnit()) == ("time", "ms")
    for frame, motion in enumerate(MOTION):
        moved = motion - MOTION[1] if onto_reference else MOTION[1] - motion
        error = from_parent(transforms.GetNthDataNode(frame), points) - points - moved
        assert np.linalg.norm(error, axis=1).max() < 0.5 * VOXEL
        shown = voxels_of(volumes.GetNthDataNode(frame))
        target = phantom[1 if onto_reference else frame]
        assert shown.dtype == np.int16
        assert np.abs(shown[inner].astype(float) - target[inner]).mean() < 3
    # Moving the browser to another time shows all three of that time.
    browser = outcome.browser_node
    browser.SetSelectedItemNumber(2)
    sequences_logic.UpdateProxyNodesFromSequences(browser)
    assert np.array_equal(voxels_of(browser.GetProxyNode(sequence)), phantom[2])
    assert np.array_equal(voxels_of(browser.GetProxyNode(volumes)), voxels_of(volumes.GetNthDataNode(2)))
    proxy = browser.GetProxyNode(transforms)
    assert from_parent(proxy, points) == pytest.approx(from_parent(transforms.GetNthDataNode(2), points))


def test_a_range_of_frames_leaves_the_others_out_and_results_go_where_the_frames_are(
    a_scene, a_sequence, sequences_logic, phantom, options, a_transform_node
):
    sequence = a_sequence(phantom)
    browser = a_scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "browser")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    sequences_logic.UpdateProxyNodesFromSequences(browser)
    turned = np.eye(4)
    turned[:3, 3] = 100
    parent = a_transform_node(turned)
    browser.GetProxyNode(sequence).SetAndObserveTransformNodeID(parent.GetID())
    given = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", "mine")
    outcome = RegistrationLogic().registerSequence(
        sequence, 2, firstFrame=1, lastFrame=2, outputVolumeSequenceNode=given, **options
    )
    assert outcome.browser_node is browser
    assert outcome.nodes["volumes"] is given
    assert index_values(given) == ["40", "80"]
    assert np.array_equal(voxels_of(given.GetNthDataNode(1)), phantom[2])
    assert browser.GetProxyNode(given).GetTransformNodeID() == parent.GetID()


def test_cancel_keeps_the_frames_that_are_finished(a_sequence, phantom, options, tmp_path):
    sequence = a_sequence([phantom[0], phantom[1], phantom[2], phantom[3]])
    options = options | {"parameterFilenames": [tmp_path / "long.txt"]}
    write_parameter_file(stage("EulerTransform", MaximumNumberOfIterations="1500"), tmp_path / "long.txt")
    run = RegistrationLogic().startSequenceRegistration(sequence, 0, **options)
    with pytest.raises(InputError, match="still being registered"):
        run.apply()
    fractions = []
    while run.poll() == "running" and run.done == 0:
        fractions.append(run.fraction)
    run.cancel()
    assert run.state == "cancelled"
    assert 0 < run.done < run.total
    assert fractions == sorted(fractions)
    outcome = run.wait()
    assert 0 in outcome.frames
    assert len(outcome.frames) == run.done + 1
    assert outcome.nodes["transforms"].GetNumberOfDataNodes() == run.done + 1


def test_a_frame_that_fails_is_named_and_the_others_are_done(a_sequence, phantom, options):
    sequence = a_sequence([phantom[0], np.zeros_like(phantom[0]), phantom[2]])
    outcome = RegistrationLogic().registerSequence(sequence, 0, **options)
    assert outcome.frames == (0, 2)
    assert "constant" in outcome.failed[1]


def test_all_frames_get_the_background_that_was_asked_for(a_sequence, phantom, options):
    """Those far from the reference too, whose own pair has another moving image."""
    outcome = RegistrationLogic().registerSequence(
        a_sequence(phantom[:3]), 0, neighbors=True, ontoReference=False, background=-500, **options
    )
    filled = [(voxels_of(outcome.nodes["volumes"].GetNthDataNode(frame)) == -500).mean() for frame in range(3)]
    assert filled[0] == 0
    assert 0.1 < filled[1] < filled[2] < 0.5


def test_frames_are_prepared_step_by_step(a_sequence, phantom, options):
    """So that a window moves: a call of ``poll`` prepares one image at most."""
    run = RegistrationLogic().startSequenceRegistration(a_sequence(phantom[:2]), **options)
    children, calls = psutil.Process().children, 0
    others = len(children())
    while len(children()) == others:
        assert run.poll(0) == "running"
        calls += 1
    run.cancel()
    assert calls > 2


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_where_no_frame_has_a_way_to_the_reference_the_scene_stays_as_it_was(
    a_scene, a_sequence, phantom, options, is_cancelled
):
    """The neighbors of the reference fail; what was found between the others leads nowhere."""
    sequence = a_sequence([np.zeros_like(phantom[0]), *phantom[1:], phantom[2]])
    run = RegistrationLogic().startSequenceRegistration(sequence, 0, neighbors=True, **options)
    nodes = a_scene.GetNumberOfNodes()
    if is_cancelled:
        assert run.wait(60, lambda run: run.cancel() if run.done > len(run.failed) else None) is None
        assert (run.state, run.error, run.apply()) == ("cancelled", None, None)
    else:
        with pytest.raises(RegistrationError, match="constant"):
            run.wait()
        assert (run.state, run.failed.keys()) == ("failed", {1})
    assert (run.has_result, a_scene.GetNumberOfNodes()) == (False, nodes)


def test_a_sequence_that_fails_or_is_cancelled_at_once_leaves_the_scene_as_it_was(
    a_scene, a_sequence, phantom, options
):
    nothing = a_sequence([phantom[0], np.zeros_like(phantom[0])])
    sequence = a_sequence(phantom, name="other")
    nodes = a_scene.GetNumberOfNodes()
    with pytest.raises(RegistrationError, match="constant"):
        RegistrationLogic().registerSequence(nothing, 0, **options)
    run = RegistrationLogic().startSequenceRegistration(sequence, 0, **options)
    run.cancel()
    assert run.wait() is None
    assert a_scene.GetNumberOfNodes() == nodes


def a_segmentation(scene, inside: np.ndarray):
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "drawn")
    label_map = slicer.vtkOrientedImageData()
    label_map.DeepCopy(run_to_completion(image_incrementally(inside.astype(np.uint8), vtk.VTK_UNSIGNED_CHAR)))
    label_map.SetImageToWorldMatrix(vtk_matrix_from_array(ijk_to_ras_of(GRID)))
    kind = slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    node.GetSegmentation().SetSourceRepresentationName(kind)
    segment = slicer.vtkSegment()
    segment.SetName("heart")
    segment.SetColor(0.8, 0.1, 0.2)
    segment.AddRepresentation(kind, label_map)
    node.GetSegmentation().AddSegment(segment)
    return node


def labels_of(node) -> np.ndarray:
    segment = node.GetSegmentation().GetNthSegment(0)
    image = segment.GetRepresentation(slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName())
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1]) != 0


@pytest.mark.parametrize("onto_reference", [True, False])
def test_what_is_drawn_on_one_frame_follows_to_all(
    a_scene, a_sequence, segmentations_module, phantom, options, onto_reference
):
    drawn = a_segmentation(a_scene, phantom[0] > 25)
    outcome = RegistrationLogic().registerSequence(
        a_sequence(phantom), 0, ontoReference=onto_reference, segmentationNode=drawn, **options
    )
    followed = outcome.nodes["segmentations"]
    assert index_values(followed) == ["0", "40", "80", "120"]
    assert followed.GetDataNodeClassName() == "vtkMRMLSegmentationNode"
    for frame, voxels in enumerate(phantom):
        node = followed.GetNthDataNode(frame)
        assert node.GetSegmentation().GetNthSegment(0).GetName() == "heart"
        assert node.GetSegmentation().GetNthSegment(0).GetColor() == pytest.approx((0.8, 0.1, 0.2))
        here, true = labels_of(node), voxels > 25
        assert 2 * (here & true).sum() / (here.sum() + true.sum()) > 0.93


def test_a_group_of_single_slices_meets_in_the_middle(a_sequence):
    plane = grid((40, 36), spacing=(1.5, 1.5))
    flat = Geometry((40, 36, 1), (1.5, 1.5, 5.0), (*plane.origin, 7.0), tuple(map(tuple, np.eye(3).tolist())))
    shifts = np.array([[3, 0], [-2, 3], [0, -4], [-1, 1]], float)
    images = [array_view(blobs(plane, shift, dtype=np.int16))[None] for shift in shifts]
    sequence = a_sequence(images, flat)
    settings = GroupSettings(("translation",), metric="variance", iterations=150, samples=800, resolutions=2, seed=1)
    outcome, mean = RegistrationLogic().registerSequenceGroupwise(sequence, settings)
    points = flat.center() + np.array([[5, 3, 0], [-6, 4, 0]])
    for frame, shift in enumerate(shifts - shifts.mean(0)):
        moved = from_parent(outcome.nodes["transforms"].GetNthDataNode(frame), points) - points
        assert np.abs(moved - [*shift, 0]).max() < 0.15
    aligned = [voxels_of(outcome.nodes["volumes"].GetNthDataNode(n)) for n in range(4)]
    assert np.abs(np.mean(aligned, axis=0) - voxels_of(mean))[:, 6:-6, 6:-6].max() < 1


def test_volumes_of_the_scene_meet_in_the_middle_wherever_they_lie(a_scene, a_volume_node, a_transform_node):
    shifts = np.array([[3, 0, 0], [-2, 3, 1], [-1, -3, -1]], float)
    parent = np.eye(4)
    parent[:3, 3] = 20, 5, 0
    moved = a_transform_node(parent)
    nodes = []
    for shift in shifts:
        image = blobs(GRID, shift, dtype=np.int16)
        nodes.append(a_volume_node(array_view(image), ijk_to_ras_of(GRID)))
    nodes[1].SetAndObserveTransformNodeID(moved.GetID())
    nodes[1].SetOrigin(np.array(nodes[1].GetOrigin()) - parent[:3, 3])  # in world it is where the others are
    settings = GroupSettings(("translation",), metric="variance", iterations=150, samples=800, resolutions=2, seed=1)
    run = RegistrationLogic().startGroupRegistration(nodes, settings)
    assert run.state == "running"
    before = a_scene.GetNumberOfNodes()
    while run.poll() == "running":
        time.sleep(0.02)
    steps = run.result_incrementally()
    while a_scene.GetNumberOfNodes() == before:
        next(steps)
    steps.close()  # in the middle of what is added
    assert a_scene.GetNumberOfNodes() == before
    outcome, mean = run.wait(120)
    assert (run.fraction, run.error) == (1.0, None)
    assert mean.GetName().endswith("group mean")
    aligned = [voxels_of(outcome.volumes[n]) for n in range(3)]
    inner = (slice(4, -4),) * 3
    assert np.abs(np.mean(aligned, axis=0) - voxels_of(mean))[inner].max() < 1
    assert max(np.abs(one[inner].astype(float) - aligned[0][inner]).mean() for one in aligned) < 2
    # Put under its transform, a volume is aligned, whatever parents it had.
    points = GRID.center() + np.array([[5, 3, 0], [-6, 4, 5]])
    for place, shift in enumerate(shifts - shifts.mean(0)):
        here = points + shift - (lps_from_ras(parent[None, :3, 3])[0] if place == 1 else 0)
        assert np.abs(from_parent(outcome.transforms[place], points) - here).max() < 0.3


def test_closing_the_logic_ends_what_it_has_started(a_sequence, phantom, options):
    logic, children = RegistrationLogic(), psutil.Process().children
    others = {process.pid for process in children()}
    sequence = a_sequence(phantom)
    runs = [
        logic.startSequenceRegistration(sequence, 0, **options),
        logic.startGroupRegistration(sequence, GroupSettings(iterations=100000)),
    ]
    for run in runs:
        run.poll()
    assert len({process.pid for process in children()} - others) >= 2
    logic.close()
    assert [run.state for run in runs] == ["cancelled", "cancelled"]
    assert {process.pid for process in children()} <= others
    logic.close()


def test_wrong_groups_are_told(a_sequence, a_volume_node, phantom):
    logic = RegistrationLogic()
    volume = a_volume_node(phantom[0])
    with pytest.raises(InputError, match="at least 3 images, not 1"):
        logic.startGroupRegistration([volume])
    with pytest.raises(InputError, match="in the group twice"):
        logic.startGroupRegistration([volume, volume, volume])
    run = logic.startGroupRegistration(a_sequence(phantom), GroupSettings(iterations=100000))
    with pytest.raises(InputError, match="still being"):
        run.apply()
    run.cancel()
    assert run.state == "cancelled"
    assert run.wait() is None


def test_wrong_sequences_are_told(a_scene, a_sequence, a_volume_node, phantom, options):
    logic = RegistrationLogic()
    sequence = a_sequence(phantom)
    with pytest.raises(InputError, match="No sequence"):
        logic.startSequenceRegistration(None)
    with pytest.raises(InputError, match="not a sequence"):
        logic.startSequenceRegistration(a_volume_node(phantom[0]))
    with pytest.raises(InputError, match="has 1 frames"):
        logic.startSequenceRegistration(a_sequence(phantom[:1], name="short"))
    with pytest.raises(InputError, match="0 to 3"):
        logic.startSequenceRegistration(sequence, 4)
    with pytest.raises(InputError, match="reference"):
        logic.startSequenceRegistration(sequence, 0, firstFrame=1)
    with pytest.raises(InputError, match="are one frame"):
        logic.startSequenceRegistration(sequence, 0, lastFrame=0)
    with pytest.raises(InputError, match="the sequence itself"):
        logic.startSequenceRegistration(sequence, outputVolumeSequenceNode=sequence)
    with pytest.raises(InputError, match="neighbor to neighbor"):
        logic.startSequenceRegistration(sequence, neighbors=True, maskNode=a_volume_node(phantom[0]))
    with pytest.raises(InputError, match="not both"):
        logic.startSequenceRegistration(sequence, preset="rigid", **options)
