"""Slices of a volume node that are turned against each other."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.coordinates import ijk_to_ras_of
from phantoms.images import blobs, grid, stage

PLANE = grid((64, 60), spacing=(1.0, 1.0), origin=(0.0, 0.0))
STACK = grid((64, 60, 3), spacing=(1.0, 1.0, 4.0))


@pytest.fixture
def options(tmp_path):
    path = tmp_path / "rigid.txt"
    write_parameter_file(stage("EulerTransform", MaximumNumberOfIterations="100", NumberOfSpatialSamples="1000"), path)
    return {"parameterFilenames": [path], "threads": 1, "seed": 1}


def a_turned_section(angle: float) -> np.ndarray:
    section = blobs(PLANE, seed=8, dtype=np.int16)
    turn, center = np.eye(3), geometry_of(section).center()
    radians = np.deg2rad(angle)
    turn[:2, :2] = [[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]]
    turn[:2, 2] = center - turn[:2, :2] @ center
    return np.array(array_view(resample(section, affine_from_matrix(turn), PLANE)))


def test_turned_slices_are_brought_onto_the_middle_one(a_volume_node, a_transform_node, options):
    sections = np.stack([a_turned_section(angle) for angle in (-75, 0, 100)])
    parent = np.eye(4)
    parent[:3, 3] = 30, 0, 0
    node = a_volume_node(sections, ijk_to_ras_of(STACK), name="sections", parent=a_transform_node(parent))
    steps = []
    outcome = RegistrationLogic().alignStack(node, progress=lambda *counts: steps.append(counts), **options)
    assert steps == [(1, 2), (2, 2)]
    assert outcome.result.failed == {}
    aligned = slicer.util.arrayFromVolume(outcome.volume_node)
    assert aligned.dtype == np.int16
    assert np.array_equal(aligned[1], sections[1])
    inner = (slice(14, -14), slice(14, -14))
    for k in (0, 2):
        before = np.abs(sections[k][inner].astype(float) - sections[1][inner]).mean()
        assert np.abs(aligned[k][inner].astype(float) - sections[1][inner]).mean() < 0.2 * before
    # It lies where the stack is seen, in world.
    assert outcome.volume_node.GetParentTransformNode() is None
    assert np.array(outcome.volume_node.GetOrigin()) - node.GetOrigin() == pytest.approx([30, 0, 0])
    assert outcome.volume_node.GetName() == "sections aligned"


def test_what_is_no_stack_is_told(a_volume_node, options):
    logic = RegistrationLogic()
    with pytest.raises(InputError, match="has only one slice"):
        logic.alignStack(a_volume_node(np.zeros((1, 9, 9), np.int16)), **options)
    stack = a_volume_node(np.zeros((3, 9, 9), np.int16), name="sections")
    with pytest.raises(InputError, match="other than the stack itself"):
        logic.alignStack(stack, outputVolumeNode=stack, **options)
    with pytest.raises(InputError, match="no preset"):
        logic.alignStack(stack, preset="nothing")
