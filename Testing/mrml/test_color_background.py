"""What belongs outside of color volumes, frames and members of groups: the background of each component."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.images.background import estimate_background
from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.mrml.multi_image.group import GroupChains
from ElastixRegistrationLib.mrml.multi_image.sequence_outputs import (
    SequenceOutputs,
    group_incrementally,
    output_incrementally,
)
from ElastixRegistrationLib.mrml.multi_image.sequences import FoundFrames, SequenceOptions, frames_of
from ElastixRegistrationLib.mrml.multi_image.volume_outputs import volumes_group_incrementally
from ElastixRegistrationLib.mrml.nodes.coordinates import vtk_matrix_from_array
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.output_volumes import image_incrementally
from ElastixRegistrationLib.mrml.nodes.volumes import volume_image
from phantoms.scans import blobs, voxels_of

BACKGROUND = (200, 30, 30)
#: Beyond the first voxels along i there is nothing of the moving volume: RAS, 4 mm to a voxel.
SHIFTED = np.eye(4)
SHIFTED[0, 3] = -24.0


def colors() -> np.ndarray:
    gray = np.maximum(blobs(size=(30, 28, 26)) - 20, 0)  # on an even ground
    return (np.array(BACKGROUND) + gray[..., None] * [-0.9, 0.9, 0.3]).clip(0, 255).astype(np.uint8)


def outside(node) -> np.ndarray:
    return voxels_of(node)[:, :, :4].reshape(-1, 3).astype(int)


def a_group(members) -> GroupChains:
    backgrounds = tuple(estimate_background(member.scalars()) for member in members)
    return GroupChains({0: [], 1: [SHIFTED]}, backgrounds, np.zeros((26, 28, 30), np.float32))


@pytest.fixture
def a_sequence_of_color(a_scene):
    sequence = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", "slides")
    for number in range(2):
        node = slicer.vtkMRMLVectorVolumeNode()
        node.SetIJKToRASMatrix(vtk_matrix_from_array(np.diag([4.0, 4, 4, 1])))
        node.SetAndObserveImageData(run_to_completion(image_incrementally(colors(), vtk.VTK_UNSIGNED_CHAR)))
        sequence.SetDataNodeAtValue(node, str(number))
    return sequence


@pytest.mark.parametrize(("setting", "expected"), [("auto", BACKGROUND), (17.0, (17, 17, 17))])
def test_frames_of_a_sequence(a_sequence_of_color, setting, expected):
    frames = frames_of(a_sequence_of_color)
    found = FoundFrames({0: [], 1: [SHIFTED]}, {}, {1: estimate_background(frames[1].scalars())})
    settings = RegistrationRequest(background=setting)
    steps = output_incrementally(a_sequence_of_color, frames, found, SequenceOptions(), settings, SequenceOutputs())
    moved = run_to_completion(steps).nodes["volumes"].GetNthDataNode(1)
    assert np.abs(outside(moved) - expected).max() <= 2


def test_frames_as_a_group(a_sequence_of_color):
    frames = frames_of(a_sequence_of_color)
    outcome, _ = run_to_completion(group_incrementally(a_sequence_of_color, frames, a_group(frames)))
    assert np.abs(outside(outcome.nodes["volumes"].GetNthDataNode(1)) - BACKGROUND).max() <= 2


def test_volumes_as_a_group(a_volume_node):
    nodes = [a_volume_node(colors(), np.diag([4.0, 4, 4, 1]), node_class="vtkMRMLVectorVolumeNode") for _ in range(2)]
    members = [volume_image(node, "volume") for node in nodes]
    outcome, _ = run_to_completion(volumes_group_incrementally(nodes, members, a_group(members)))
    assert np.abs(outside(outcome.volumes[1]) - BACKGROUND).max() <= 2
