"""Volumes of the scene, a folder and a table to one fixed volume, through real processes and a real Dask cluster."""

from __future__ import annotations

import csv
import json
import time

import numpy as np
import psutil
import pytest
import slicer
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.presets.preset import Preset, PresetStage
from ElastixRegistrationLib.core.settings import RegistrationSettings
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.multi_image.cohort import CohortOptions, cohort_incrementally
from ElastixRegistrationLib.mrml.multi_image.cohort_files import CohortFiles
from ElastixRegistrationLib.mrml.nodes.coordinates import ijk_to_ras_of, lps_from_ras, vtk_matrix_from_array
from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
from ElastixRegistrationLib.mrml.run.scene_presets import save_in_scene
from phantoms.images import blobs, grid, stage

pytest.importorskip("distributed")

GRID = grid((28, 26, 24))
SHIFTS = np.array([[4, 0, 0], [0, -5, 2]], float)


@pytest.fixture
def options(tmp_path):
    write_parameter_file(stage(MaximumNumberOfIterations="60", NumberOfSpatialSamples="800"), tmp_path / "quick.txt")
    return {"parameterFilenames": [tmp_path / "quick.txt"], "seed": 1, "workers": 1, "threads": 1}


@pytest.fixture
def a_fixed(a_volume_node):
    return a_volume_node(array_view(blobs(GRID, dtype=np.int16)), ijk_to_ras_of(GRID), name="atlas")


@pytest.fixture
def scans(a_volume_node, a_transform_node):
    """Two volumes, of which the second lies under a transform; where they are in world is SHIFTS from the fixed one."""
    turned = np.eye(4)
    turned[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    turned[:3, 3] = 3, -8, 5
    nodes = []
    for number, shift in enumerate(SHIFTS):
        image = blobs(GRID, shift, dtype=np.int16)
        matrix, parent = ijk_to_ras_of(GRID), None
        if number:
            matrix, parent = np.linalg.inv(turned) @ matrix, a_transform_node(turned)
        nodes.append(a_volume_node(array_view(image), matrix, name="scan: Müller", parent=parent))
    return nodes


def shown_at(node, transform, point):
    """Where a RAS point of the fixed image lies in the space of ``node``, by the transform node that aligns it."""
    return np.array(transform.GetTransformFromParent().TransformPoint(point.tolist()))


def test_all_volumes_of_the_scene(a_scene, a_fixed, scans, a_volume_node, options, tmp_path):
    a_scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")
    a_volume_node(np.ones((4, 4, 4), np.uint8), name="labels", node_class="vtkMRMLLabelMapVolumeNode")
    constant = a_volume_node(np.zeros((9, 9, 9), np.int16), name="constant")
    run = RegistrationLogic().startCohort(a_fixed, tmp_path / "out", scene=a_scene, **options)
    assert (run.state, run.total) == ("running", 2)
    seen = []
    outcome = run.wait(120, lambda run: seen.append(run.done))
    assert seen == sorted(seen)
    assert [state for _, state, _ in outcome.cases] == ["done", "done", "failed"]
    assert (outcome.count("done", "kept"), outcome.count("failed")) == (2, 1)
    assert "constant" in outcome.cases[2][2]
    assert outcome.nodes.failed.keys() == {2}
    assert outcome.page.read_text(encoding="utf-8").count("scan_Müller") >= 2
    center = lps_from_ras(GRID.center()[None])[0]
    inner = (slice(5, -5),) * 3
    for place, scan in enumerate(scans):
        moved = outcome.nodes.volumes[place]
        assert moved.GetName().startswith("scan: Müller registered to atlas")
        difference = slicer.util.arrayFromVolume(moved)[inner].astype(float) - array_view(blobs(GRID))[inner]
        assert np.abs(difference).mean() < 3
        in_scan = shown_at(scan, outcome.nodes.transforms[place], center)
        parent = scan.GetParentTransformNode()
        in_world = in_scan if parent is None else np.array(parent.GetTransformToParent().TransformPoint(in_scan))
        assert np.linalg.norm(in_world - center - lps_from_ras(SHIFTS[place])) < 0.5
    # What was made is no input of the next cohort.
    assert RegistrationLogic().volumesOfScene(a_scene, [a_fixed]) == [*scans, constant]
    # A window that is told to stop while results become nodes takes back those that were made.
    nodes, run.outcome = a_scene.GetNumberOfNodes(), None
    steps = run.result_incrementally()
    next(steps)
    assert a_scene.GetNumberOfNodes() > nodes
    steps.close()
    assert a_scene.GetNumberOfNodes() == nodes
    assert not list(tmp_path.glob("out/*/*.nrrd.tmp"))


def test_a_table_with_a_preset_of_the_scene_and_a_mask_is_resumed(a_scene, a_fixed, a_volume_node, tmp_path):
    write_image(blobs(GRID, SHIFTS[0], dtype=np.int16), tmp_path / "moving.nrrd")
    (tmp_path / "cohort.csv").write_text("case,moving\none,moving.nrrd\n", encoding="utf-8")
    write_parameter_file(stage(MaximumNumberOfIterations="61", NumberOfSpatialSamples="500"), tmp_path / "own.txt")
    text = (tmp_path / "own.txt").read_text(encoding="utf-8")
    preset = save_in_scene(a_scene, Preset("ours-of-the-scene", "Ours", texts=(PresetStage("1.txt", text),)))
    mask = np.zeros(GRID.size[::-1], np.uint8)
    mask[3:-3, 3:-3, 3:-3] = 1
    mask_node = a_volume_node(mask, ijk_to_ras_of(GRID), name="mask")
    given = {"source": tmp_path / "cohort.csv", "preset": preset.id, "fixedVolumeMaskNode": mask_node, "workers": 1}
    logic = RegistrationLogic()
    before = a_scene.GetNumberOfNodes()
    for state in ("done", "kept"):
        outcome = logic.registerCohort(a_fixed, tmp_path / "out", resume=state == "kept", background=-20, **given)
        assert outcome.cases == [("one", state, "")]
    record = json.loads((tmp_path / "out" / "one" / "result.json").read_text(encoding="utf-8"))
    assert record["stages"][0]["MaximumNumberOfIterations"] == ["61"]
    assert record["background"]["value"] == -20
    assert record["inputs"].keys() == {"fixed", "moving", "fixed_mask"}
    assert a_scene.GetNumberOfNodes() == before


def test_cancel_keeps_what_is_finished_and_leaves_no_process(a_fixed, options, tmp_path):
    (tmp_path / "in").mkdir()
    for n in range(4):
        write_image(blobs(GRID, SHIFTS[n % 2], dtype=np.int16), tmp_path / "in" / f"scan{n}.nrrd")
    write_parameter_file(stage(MaximumNumberOfIterations="4000"), tmp_path / "slow.txt")
    given = options | {"parameterFilenames": tmp_path / "slow.txt", "source": tmp_path / "in"}
    run = RegistrationLogic().startCohort(a_fixed, tmp_path / "out", **given)
    family = []

    def stop_after_one(run):
        if run.done and not run.is_stopping:
            family.extend(psutil.Process(run._process.pid).children(recursive=True))
            run.cancel()

    outcome = run.wait(120, stop_after_one)
    assert run.state == "cancelled"
    states = [state for _, state, _ in outcome.cases]
    assert states.count("done") >= 1
    assert "not run" in states
    document = json.loads(run._process.output)
    assert (document["interrupted"], document["cases"], document["over"]) == (True, 4, states.count("done"))
    assert document["outputs"] == {"summary": str(outcome.summary), "page": str(outcome.page)}
    assert outcome.page.is_file()
    assert family
    end = time.monotonic() + 10
    while any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family)


def test_wrong_cohorts_are_told_and_leave_nothing(a_scene, a_fixed, a_volume_node, options, tmp_path):
    logic = RegistrationLogic()
    with pytest.raises(InputError, match="has no volumes other than"):
        logic.startCohort(a_fixed, tmp_path / "out", **options)
    with pytest.raises(InputError, match="folder for its results"):
        logic.startCohort(a_fixed, "", **options)
    with pytest.raises(InputError, match="cannot be a moving volume too"):
        logic.startCohort(a_fixed, tmp_path / "out", [a_fixed], **options)
    with pytest.raises(InputError, match="No fixed volume"):
        logic.startCohort(None, tmp_path / "out", [a_fixed], scene=a_scene, **options)
    flat = a_volume_node(np.zeros((1, 9, 9), np.int16), name="slice")
    with pytest.raises(InputError, match="slice is a single slice"):
        logic.startCohort(a_fixed, tmp_path / "out", [flat], **options)
    with pytest.raises(InputError, match="no preset"):
        logic.startCohort(a_fixed, tmp_path / "out", [flat], preset="nothing")
    assert not (tmp_path / "out").exists()
    (tmp_path / "empty.csv").write_text("case,moving\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"empty\.csv has no rows"):
        logic.registerCohort(a_fixed, tmp_path / "out", source=tmp_path / "empty.csv", **options)
    scan = a_volume_node(array_view(blobs(GRID)), name="scan")
    run = logic.startCohort(a_fixed, tmp_path / "out", [scan], **options)
    logic.close()
    assert (run.state, run.wait()) == ("cancelled", None)
    assert not psutil.pid_exists(run._process.pid)
    run = logic.startCohort(a_fixed, tmp_path / "out", [scan], **options)
    run.cancel()
    assert run.wait(60) is None
    assert (run.state, run.error, run.has_result) == ("cancelled", None, False)


def test_what_is_removed_while_the_files_are_written_is_left_out_or_told_of(a_scene, a_fixed, scans, tmp_path):
    """It would be written where it is without the transforms above it."""
    given = CohortOptions(str(tmp_path / "out"))
    steps = cohort_incrementally(a_fixed, RegistrationSettings("translation"), given, scene=a_scene)
    next(steps)
    a_scene.RemoveNode(scans[1])
    run = run_to_completion(steps)
    run.close()
    assert run.total == 1
    mask = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "drawn")
    steps = cohort_incrementally(
        a_fixed, RegistrationSettings("translation"), given, scene=a_scene, fixed_mask_node=mask
    )
    next(steps)
    a_scene.RemoveNode(mask)
    with pytest.raises(InputError, match="The fixed mask drawn is no longer in the scene"):
        run_to_completion(steps)


def test_files_of_volumes_have_names_that_windows_takes(a_scene, scans, tmp_path):
    files = CohortFiles(tmp_path, RegistrationSettings())
    names = []
    for name in ("CON", "nul", "con", "Aux.t1", "..", "a/b: c"):
        scans[0].SetName(name)
        names.append(run_to_completion(files.volume_incrementally(scans[0], "moving volume"))[1].name)
    expected = ["CON_.nrrd", "nul_.nrrd", "con_-2.nrrd", "Aux_.t1.nrrd", "volume.nrrd", "a_b_c.nrrd"]
    assert names == expected


def test_a_sheared_volume_comes_with_a_mask_of_where_it_has_voxels(scans, tmp_path):
    matrix = np.eye(4)
    matrix[0, 1] = 0.2
    scans[0].SetIJKToRASMatrix(vtk_matrix_from_array(ijk_to_ras_of(GRID) @ matrix))
    files = CohortFiles(tmp_path, RegistrationSettings())
    volume, path, mask = run_to_completion(files.volume_incrementally(scans[0], "moving volume"))
    inside = array_view(read_image(mask))
    assert 0.5 < inside.mean() < 0.95
    assert not volume.is_orthogonal_in_world
    table = files.table(path, None, [(path, mask)])
    with open(table, encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["moving"], row["moving_mask"], row["fixed_mask"]) == (str(path), str(mask), "")
