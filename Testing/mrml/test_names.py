"""Nodes with any name: outputs are named after them, and what is saved of them has names that a disk takes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.settings import RegistrationSettings
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.run.run_folder import save_incrementally

NAMES = ["Schädel früh ✓", "頭部 CT", 'a/b\\c:*?"<>|', "{name} %s %1 <b>", " "]


def _blobs(shift):
    k, j, i = np.indices((16, 18, 20)) * 3.0
    places = ((20, 22, 20, 8, 90), (36, 30, 28, 6, 60), (28, 36, 18, 5, 75))
    return sum(
        height * np.exp(-((i - x - shift) ** 2 + (j - y) ** 2 + (k - z) ** 2) / (2 * width**2))
        for x, y, z, width, height in places
    ).astype(np.float32)


def test_the_saved_chain_of_elastix_maps_as_the_result_does(a_volume_node, a_transform_node, tmp_path):
    grid = np.diag([3.0, 3, 3, 1])
    fixed, moving = a_volume_node(_blobs(0), grid), a_volume_node(_blobs(9.0), grid)
    shift = np.eye(4)
    shift[0, 3] = 5.0
    start = a_transform_node(shift, node_class="vtkMRMLLinearTransformNode")
    applied = RegistrationLogic().registerVolumes(
        fixed, moving, preset="deformable", initialTransformNode=start, initialization="none", seed=1
    )
    result = applied.result
    assert len(result.transform_parameters) == 3
    saved = run_to_completion(save_incrementally(tmp_path, {}, result, RegistrationSettings(), None, "log"))
    points = result.fixed_geometry.points_of(np.random.default_rng(1).uniform(0, 15, (30, 3)))
    theirs = read_transform(saved / "TransformParameters.txt")
    assert map_points(theirs, points) == pytest.approx(map_points(result.transform, points), abs=1e-6)
    texts = [path.read_text(encoding="utf-8") for path in saved.glob("TransformParameters*.txt")]
    links = {line for text in texts for line in text.splitlines() if "InitialTransformParameter" in line}
    assert links == {
        '(InitialTransformParameterFileName "NoInitialTransform")',
        '(InitialTransformParameterFileName "TransformParameters.0.txt")',
        '(InitialTransformParameterFileName "TransformParameters.1.txt")',
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_registration_of_nodes_with_strange_names(a_volume_node, a_scene, tmp_path, name):
    grid = np.diag([3.0, 3, 3, 1])
    fixed, moving = a_volume_node(_blobs(0), grid, name=name), a_volume_node(_blobs(4.0), grid, name=f"{name} 2")
    transform = a_scene.AddNewNodeByClass("vtkMRMLTransformNode", name)
    volume = a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    applied = RegistrationLogic().registerVolumes(
        fixed, moving, outputVolumeNode=volume, outputTransformNode=transform, preset="translation"
    )
    assert (fixed.GetName(), moving.GetName()) == (name, f"{name} 2")
    folder = tmp_path / "mit Leerzeichen äöü"
    folder.mkdir()
    nodes = {"outputVolume": volume, "outputTransform": transform}
    saved = run_to_completion(save_incrementally(folder, nodes, applied.result, RegistrationSettings(), None, "log"))
    assert saved.parent == folder
    assert {"resampled.nrrd", "transform.h5", "settings.json", "elastix.log"} <= {path.name for path in saved.iterdir()}
    json.loads((saved / "settings.json").read_text(encoding="utf-8"))
    moved = map_points(read_transform(saved / "transform.h5"), np.zeros((1, 3)))[0]
    assert np.abs(moved).max() == pytest.approx(4.0, abs=0.7)
