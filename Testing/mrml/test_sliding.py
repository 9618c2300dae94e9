"""What slides along its surroundings, as a segmentation and as a label map, through the scene and the worker."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import vtk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.coordinates import ijk_to_ras_of
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.nodes.masks import labels_incrementally
from ElastixRegistrationLib.worker.pool import WorkerPool
from phantoms.sliding import phantom
from phantoms.sliding_files import GRID, SLIDE_MM, VOXEL, sides, smooth_stage
from support import builders
from support.builders import balls


@pytest.fixture
def made(a_volume_node):
    images = phantom(SLIDE_MM)
    to_ras = ijk_to_ras_of(GRID)
    nodes = [a_volume_node(voxels, to_ras, scalar_type=vtk.VTK_FLOAT) for voxels in (images.fixed, images.moving)]
    mask = a_volume_node(
        (images.upper > 0).astype(np.uint8), to_ras, scalar_type=vtk.VTK_UNSIGNED_CHAR,
        node_class="vtkMRMLLabelMapVolumeNode",
    )  # fmt: skip
    return *nodes, mask


def residuals(node) -> list[float]:
    """98th percentile, mm, of how far the node's from-parent transform is off, above and below."""
    found = vtk.vtkGeneralTransform()
    node.GetTransformFromWorld(found)
    errors = []
    for points, truth in sides():
        reached = builders.ras(builders.vtk_map(found, builders.ras(points)))
        errors.append(float(np.percentile(np.linalg.norm(reached - points - truth, axis=1), 98)))
    return errors


def test_in_the_background_and_through_a_scene_file(made, a_scene, tmp_path):
    fixed, moving, mask = made
    write_parameter_file(smooth_stage(), tmp_path / "smooth.txt")
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "slides")
    logic = RegistrationLogic()
    job = logic.prepareRegistration(
        fixed, moving, [str(tmp_path / "smooth.txt")], outputTransformNode=transform, slidingMaskNode=mask,
        movingSlidingMaskNode=mask,
    )  # fmt: skip
    assert np.array_equal(job.inputs.sliding_mask.array, job.inputs.moving_sliding_mask.array)
    with WorkerPool(1) as pool:
        handle = pool.submit(**job.inputs.data())
        assert handle.wait(120)
        assert handle.error is None
    outcome = logic.applyResult(job, handle.result)
    assert any("The gap or overlap between the two sides" in note for note in outcome.notes)
    assert handle.result.sliding.regions == (1,)
    assert max(residuals(transform)) < VOXEL / 2
    storage = slicer.vtkMRMLTransformStorageNode()
    storage.SetFileName(str(tmp_path / "slides.h5"))
    assert storage.WriteData(transform)
    again = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", "read")
    assert storage.ReadData(again)
    assert residuals(again) == pytest.approx(residuals(transform), abs=1e-3)


def test_a_frame_of_a_sequence_slides(made, a_scene, tmp_path):
    write_parameter_file(smooth_stage(), tmp_path / "smooth.txt")
    fixed, moving, mask = made
    sequence = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode", "breath")
    for number, node in enumerate((fixed, moving)):
        sequence.SetDataNodeAtValue(node, str(number))
    logic = RegistrationLogic()
    sliding = {"parameterFilenames": [tmp_path / "smooth.txt"], "slidingMaskNode": mask}
    outcome = logic.registerSequence(sequence, 0, **sliding)
    assert max(residuals(outcome.nodes["transforms"].GetNthDataNode(1))) < VOXEL / 2
    for way in ({"neighbors": True}, {"ontoReference": False}):
        with pytest.raises(InputError, match="A sliding mask lies on the reference frame"):
            logic.startSequenceRegistration(sequence, 0, **sliding, **way)


def test_segments_of_both_volumes_are_paired_by_name(made, a_scene, tmp_path):
    fixed, moving, _ = made
    write_parameter_file(smooth_stage(), tmp_path / "smooth.txt")
    large, small = ("large", "large", 12), ("small", "small", 6, (25, 0, 0))
    sides = [balls(a_scene, [large, small], name="organs"), balls(a_scene, [small, large], name="organs later")]

    def prepared(**more):
        return RegistrationLogic().prepareRegistration(
            fixed, moving, [str(tmp_path / "smooth.txt")], slidingMaskNode=sides[0], movingSlidingMaskNode=sides[1],
            **more,
        ).inputs  # fmt: skip

    inputs = prepared()
    assert np.unique(inputs.sliding_mask.array).tolist() == [0, 1, 2]
    assert np.array_equal(inputs.sliding_mask.array, inputs.moving_sliding_mask.array)
    inputs = prepared(slidingSegments=["small"], movingSlidingSegments=["small"])
    assert np.array_equal(inputs.sliding_mask.array, inputs.moving_sliding_mask.array)
    with pytest.raises(InputError, match="organs are large, small, but those of organs later are large"):
        prepared(movingSlidingSegments=["large"])


def test_segments_become_labels_and_must_not_overlap(a_scene):
    segmentation = balls(a_scene, [("outer", "outer", 10), ("inner", "inner", 6)])
    labels = run_to_completion(labels_incrementally(segmentation, GRID, "sliding mask", ["inner"]))
    assert np.unique(labels).tolist() == [0, 1]
    assert np.count_nonzero(labels) * np.prod(GRID.spacing) == pytest.approx(4 / 3 * np.pi * 6**3, rel=0.15)
    with pytest.raises(InputError, match="overlap"):
        run_to_completion(labels_incrementally(segmentation, GRID, "sliding mask"))
