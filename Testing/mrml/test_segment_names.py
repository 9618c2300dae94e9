"""Segments are told apart by their ids: names may be shared, and be the id of another segment."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.settings import RegistrationSettings
from ElastixRegistrationLib.mrml.apply.deformation import add_deformation_nodes
from ElastixRegistrationLib.mrml.apply.quality import segment_figures
from ElastixRegistrationLib.mrml.multi_image.sequence_outputs import SequenceOutputs, output_incrementally
from ElastixRegistrationLib.mrml.multi_image.sequences import FoundFrames, SequenceOptions, frames_of
from ElastixRegistrationLib.mrml.nodes.coordinates import vtk_matrix_from_array
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.masks import mask_incrementally
from ElastixRegistrationLib.mrml.nodes.output_volumes import image_incrementally
from ElastixRegistrationLib.mrml.nodes.volumes import volume_image
from ElastixRegistrationLib.mrml.run.channels import VolumePair, channel_incrementally
from ElastixRegistrationLib.mrml.run.sides import side_incrementally
from support.builders import balls
from vtk.util.numpy_support import vtk_to_numpy

BIG, SMALL = 10, 6
#: Voxels of 2 mm, the origin in their middle.
TO_RAS = np.diag([2.0, 2, 2, 1])
TO_RAS[:3, 3] = -23
SIZE = (24, 24, 24)


def volume_of(radius: float) -> float:
    return 4 / 3 * np.pi * radius**3


@pytest.fixture
def renamed(a_scene):
    """Once both had their ids for names; then the first became a tumor, and the second took over its old name."""
    return balls(a_scene, [("Segment_1", "tumor", BIG), ("Segment_2", "Segment_1", SMALL)])


@pytest.fixture
def twins(a_scene):
    return balls(a_scene, [("a", "lobe", BIG), ("b", "lobe", SMALL)], "Twins")


@pytest.fixture
def reference(a_volume_node):
    return a_volume_node(np.random.default_rng(1).uniform(size=SIZE).astype(np.float32), TO_RAS, name="reference")


def inside(node, reference, segments) -> float:
    """mm³ of a mask."""
    mask = run_to_completion(
        mask_incrementally(node, volume_image(reference, "volume").geometry, "fixed mask", segments)
    )
    return 8.0 * np.count_nonzero(mask)


def test_a_user_names_segments_by_id_or_by_a_name_that_only_one_has(renamed, twins, reference):
    for chosen in ("tumor", ["tumor"]):
        assert inside(renamed, reference, chosen) == pytest.approx(volume_of(BIG), rel=0.25)
    assert inside(renamed, reference, ["Segment_2"]) == pytest.approx(volume_of(SMALL), rel=0.25)
    assert inside(twins, reference, ["b"]) == pytest.approx(volume_of(SMALL), rel=0.25)


def test_what_stands_for_two_segments_is_asked_for(renamed, twins, reference):
    with pytest.raises(InputError, match=r"mask Seg has 2 segments that 'Segment_1' stands for.*Segment_1, Segment_2"):
        inside(renamed, reference, ["Segment_1"])
    with pytest.raises(InputError, match=r"mask Twins has 2 segments that 'lobe' stands for.*ids a, b"):
        inside(twins, reference, ["lobe"])


@pytest.mark.parametrize("kind", ["renamed", "twins"])
def test_each_segment_is_measured(kind, request, a_scene, reference):
    node = request.getfixturevalue(kind)
    nodes = add_deformation_nodes(a_scene.AddNewNodeByClass("vtkMRMLTransformNode"), reference, segmentation_node=node)
    assert [one.name for one in nodes.volumes] == {"renamed": ["tumor", "Segment_1"], "twins": ["lobe"] * 2}[kind]
    measured = [one.fixed_mm3 for one in nodes.volumes]
    assert measured == pytest.approx([volume_of(BIG), volume_of(SMALL)], rel=0.25)


def test_segments_are_compared_with_those_of_the_same_name(a_scene, renamed, reference):
    other = balls(a_scene, [("x", "Segment_1", SMALL), ("y", "tumor", BIG)], "Other")
    figures = segment_figures(a_scene.AddNewNodeByClass("vtkMRMLTransformNode"), renamed, other, reference)
    overlaps = {figure.name: figure.after for figure in figures if figure.name.startswith("Dice")}
    assert overlaps == {"Dice overlap, tumor": 1, "Dice overlap, Segment_1": 1}


def test_segments_that_guide_are_paired_by_name(a_scene, renamed, reference):
    other = balls(a_scene, [("x", "Segment_1", SMALL), ("y", "tumor", BIG)], "Other")
    side = run_to_completion(side_incrementally(volume_image(reference, "volume"), None, "auto", None))
    channels = run_to_completion(
        channel_incrementally(VolumePair(renamed, other, kind="labels"), (side, side), 2, None)
    )
    assert [channel.name for channel in channels] == ["label tumor", "label Segment_1"]
    for channel, radius in zip(channels, (BIG, SMALL), strict=True):
        for image in (channel.fixed, channel.moving):
            assert 8.0 * np.count_nonzero(image.array) == pytest.approx(volume_of(radius), rel=0.25)


def test_names_that_two_segments_have_pair_nothing(a_scene, twins, reference):
    other = balls(a_scene, [("x", "lobe", BIG)], "Other")
    side = run_to_completion(side_incrementally(volume_image(reference, "volume"), None, "auto", None))
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode")
    with pytest.raises(InputError, match="Twins has 2 segments named lobe"):
        segment_figures(transform, other, twins, reference)
    with pytest.raises(InputError, match="Twins has 2 segments named lobe"):
        run_to_completion(channel_incrementally(VolumePair(twins, other, kind="labels"), (side, side), 2, None))


@pytest.mark.parametrize("kind", ["renamed", "twins"])
def test_each_segment_follows_a_sequence(kind, request, a_scene, segmentations_module):
    node = request.getfixturevalue(kind)
    sequence = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for number in range(2):
        volume = slicer.vtkMRMLScalarVolumeNode()
        volume.SetIJKToRASMatrix(vtk_matrix_from_array(TO_RAS))
        volume.SetAndObserveImageData(run_to_completion(image_incrementally(np.ones(SIZE, np.int16), vtk.VTK_SHORT)))
        sequence.SetDataNodeAtValue(volume, str(number))
    outcome = run_to_completion(
        output_incrementally(
            sequence, frames_of(sequence), FoundFrames({0: [], 1: []}, {}, {}), SequenceOptions(),
            RegistrationSettings(), SequenceOutputs(wanted=()), segmentation_node=node,
        )
    )  # fmt: skip
    followed = outcome.nodes["segmentations"].GetNthDataNode(1).GetSegmentation()
    for number, radius in enumerate((BIG, SMALL)):
        segment = followed.GetNthSegment(number)
        assert segment.GetName() == node.GetSegmentation().GetNthSegment(number).GetName()
        label_map = segment.GetRepresentation(slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName())
        voxels = vtk_to_numpy(label_map.GetPointData().GetScalars())
        assert 8.0 * np.count_nonzero(voxels) == pytest.approx(volume_of(radius), rel=0.25)
