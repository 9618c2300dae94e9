"""Registrations in the background: what comes into the scene, and what the process of the window needs for it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.run.asynchronous import submission_incrementally
from ElastixRegistrationLib.worker.pool import WorkerPool
from phantoms.images import stage
from phantoms.scans import blobs, voxels_of
from support import builders

ROOT = Path(__file__).resolve().parents[2]
SHIFT = np.array([3.0, -2.0, 1.5])


@pytest.fixture(scope="module")
def pool():
    with WorkerPool() as pool:
        yield pool


def grid(size=(26, 24, 22)):
    ijk_to_ras = np.diag([4.0, 4, 4, 1])
    ijk_to_ras[:3, 3] = -(np.array(size) - 1) / 2 * 4
    return ijk_to_ras


@pytest.mark.parametrize("kind", ["plain", "B-spline", "color", "sheared", "warped", "slices"])
def test_the_scene_gets_what_a_registration_here_would_give(
    kind, pool, a_scene, a_volume_node, a_transform_node, tmp_path, rng
):
    size = (26, 24, 1) if kind == "slices" else (26, 24, 22)
    fixed = a_volume_node(blobs(size=size).astype(np.float32), grid(size), name="fixed")
    moving_voxels = blobs(SHIFT * (1, 1, kind != "slices"), size).astype(np.float32)
    if kind == "color":
        scaled = np.clip(moving_voxels, 0, 250)
        moving_voxels = np.stack([scaled, 250 - scaled, scaled / 2], -1).astype(np.uint8)
    node_class = "vtkMRMLVectorVolumeNode" if kind == "color" else "vtkMRMLScalarVolumeNode"
    parent = None
    if kind == "sheared":
        parent = a_transform_node(np.eye(4) + 0.06 * np.eye(4, k=1) * (np.arange(4) < 2)[:, None])
    elif kind == "warped":
        parent = a_transform_node(builders.vtk_thin_plate(rng))
    moving = a_volume_node(moving_voxels, grid(size), name="moving", node_class=node_class, parent=parent)
    transform = "BSplineTransform" if kind == "B-spline" else "TranslationTransform"
    settings = {"ErodeMask": "false", "FinalGridSpacingInPhysicalUnits": "30"}
    write_parameter_file(stage(transform, **settings), tmp_path / "stage.txt")
    logic = RegistrationLogic()
    job = logic.prepareRegistration(fixed, moving, str(tmp_path / "stage.txt"), seed=1)

    handle = run_to_completion(submission_incrementally(pool, job))
    assert handle.wait(120)
    assert handle.error is None
    background = logic.applyResult(job, handle.result)
    here = logic.applyResult(job, register(**job.inputs.arguments()))

    assert background.transform_node.GetClassName() == here.transform_node.GetClassName()
    points = rng.uniform(-40, 40, (50, 3))
    mapped = [builders.vtk_map(o.transform_node.GetTransformFromParent(), points) for o in (background, here)]
    assert np.abs(mapped[0] - mapped[1]).max() < 1e-9
    assert np.abs(mapped[0] - points).max() > 1
    assert np.array_equal(voxels_of(background.volume_node), voxels_of(here.volume_node))


def test_the_process_of_the_window_loads_no_itk():
    """elastix and ITK are in the worker only: Slicer's own ITK has no other beside it, and nothing waits for it."""
    script = f"""
        import sys
        sys.path[:0] = [{str(ROOT / "ElastixRegistration")!r}, {str(ROOT / "Testing")!r}]
        import numpy as np
        import slicer
        slicer.mrmlScene = slicer.vtkMRMLScene()
        from phantoms.scans import blobs
        from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
        from ElastixRegistrationLib.mrml.run.asynchronous import submission_incrementally
        from ElastixRegistrationLib.mrml.logic import RegistrationLogic
        from ElastixRegistrationLib.worker.pool import WorkerPool
        nodes = [slicer.util.addVolumeFromArray(blobs(shift)) for shift in ((0, 0, 0), (3, 2, 1))]
        for node in nodes:
            node.SetSpacing(4, 4, 4)
        start = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        logic = RegistrationLogic()
        job = logic.prepareRegistration(*nodes, preset="translation", initialTransformNode=start)
        with WorkerPool() as pool:
            handle = run_to_completion(submission_incrementally(pool, job, ("outputVolume", "outputJacobian")))
            handle.wait(120)
        assert handle.error is None, handle.error
        assert logic.applyResult(job, handle.result).volume_node is not None
        print([name for name in sys.modules if name.split(".")[0] == "itk"])
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == "[]"
