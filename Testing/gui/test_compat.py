"""Scripts written for SlicerElastix: its names, arguments, defaults and results, answered by itk-elastix."""

from __future__ import annotations

import importlib
import subprocess
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

MADE_SHIFT = 6.0  # mm to the right: where the moving object lies from the fixed one


@pytest.fixture
def compat(host, a_pool, monkeypatch):
    """The module under the name that scripts give it."""
    module = importlib.import_module("ElastixRegistrationCompat")
    logic = importlib.import_module("ElastixRegistrationCompat.logic")
    monkeypatch.setattr(logic.engine(), "_workers", a_pool)
    monkeypatch.setattr(logic, "_told", set())
    return module


@pytest.fixture
def translation_file(tmp_path):
    from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
    from phantoms.images import stage

    # Every parameter file of SlicerElastix asks for these two.
    asked = {"ITKTransformOutputFileNameExtension": "h5", "WriteITKCompositeTransform": "true"}
    write_parameter_file(stage("TranslationTransform", **asked), tmp_path / "Translation.txt")
    return str(tmp_path / "Translation.txt")


def moved_to(node, point=(0.0, 0.0, 0.0)):
    """Where a transform node takes a point of the moving volume, RAS mm."""
    import vtk

    general = vtk.vtkGeneralTransform()
    node.GetTransformToWorld(general)
    return np.array(general.TransformPoint(point))


def test_the_result_is_a_grid_unless_told_otherwise_and_need_not_be_in_the_scene(
    compat, slicer, a_pair, translation_file
):
    logic = compat.ElastixLogic()
    transform, volume = slicer.vtkMRMLTransformNode(), slicer.vtkMRMLScalarVolumeNode()
    fixed, moving = a_pair
    assert logic.registerVolumes(fixed, moving, [translation_file], volume, transform) is None
    assert transform.GetTransformFromParentAs("vtkOrientedGridTransform") is not None
    assert transform.GetTransformFromParent().GetDisplacementGrid().GetDimensions()[0] > 1
    assert volume.GetImageData().GetDimensions() == fixed.GetImageData().GetDimensions()
    center = np.mean(np.reshape(_bounds(fixed), (3, 2)), axis=1)
    np.testing.assert_allclose(moved_to(transform, center + np.array([MADE_SHIFT, 0, 0])), center, atol=0.5)
    linear = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    logic.registerVolumes(
        fixed, moving, [translation_file], outputTransformNode=linear, forceDisplacementFieldOutputTransform=False
    )
    assert linear.IsLinear()
    np.testing.assert_allclose(moved_to(linear), [-MADE_SHIFT, 0, 0], atol=0.5)
    assert linear.GetNodeReference(slicer.vtkMRMLTransformNode.GetMovingNodeReferenceRole()) is moving


def _bounds(node):
    bounds = np.zeros(6)
    node.GetRASBounds(bounds)
    return bounds


def test_parents_do_not_count(compat, slicer, a_volume, translation_file):
    """Three volumes, each put under the transform of the last pair: as scripts that stitch volumes do."""
    import vtk

    volumes = [a_volume(f"volume {n}", shift=3.0 * n) for n in range(3)]
    logic = compat.ElastixLogic()
    for fixed, moving in pairwise(volumes):
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode")
        logic.registerVolumes(fixed, moving, [translation_file], outputTransformNode=transform)
        moving.SetAndObserveTransformNodeID(transform.GetID())
        transform.SetAndObserveTransformNodeID(fixed.GetTransformNodeID())
    center = np.mean(np.reshape(_bounds(volumes[0]), (3, 2)), axis=1)
    general = vtk.vtkGeneralTransform()
    volumes[2].GetParentTransformNode().GetTransformToWorld(general)
    np.testing.assert_allclose(general.TransformPoint(center + np.array([6.0, 0, 0])), center, atol=0.7)


def test_the_moving_volume_may_lie_under_the_output_already(compat, slicer, a_pair, translation_file):
    """As where the result of one time point is the first guess of the next."""
    import vtk

    fixed, moving = a_pair
    output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    guess = vtk.vtkTransform()
    guess.Translate(30, 0, 0)
    output.SetMatrixTransformToParent(guess.GetMatrix())
    moving.SetAndObserveTransformNodeID(output.GetID())
    compat.ElastixLogic().registerVolumes(
        fixedVolumeNode=fixed,
        movingVolumeNode=moving,
        parameterFilenames={translation_file},
        outputVolumeNode=None,
        outputTransformNode=output,
        fixedVolumeMaskNode=None,
        movingVolumeMaskNode=None,
        forceDisplacementFieldOutputTransform=False,
        initialTransformNode=None,
    )
    assert moving.GetParentTransformNode() is output
    np.testing.assert_allclose(moved_to(output), [-MADE_SHIFT, 0, 0], atol=0.5)


def test_masks_and_a_start_are_taken_as_if_they_had_no_parents(compat, slicer, a_pair, translation_file, tmp_path):
    import vtk
    from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
    from phantoms.images import stage

    fixed, moving = a_pair
    mask = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    voxels = np.ones(slicer.util.arrayFromVolume(fixed).shape, np.uint8)
    slicer.util.updateVolumeFromArray(mask, voxels)
    mask.CopyOrientation(fixed)
    start = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    towards = vtk.vtkTransform()
    towards.Translate(-4, 0, 0)
    start.SetMatrixTransformToParent(towards.GetMatrix())
    away = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    towards.Translate(500, 0, 0)
    away.SetMatrixTransformToParent(towards.GetMatrix())
    for node in (mask, start, moving):
        node.SetAndObserveTransformNodeID(away.GetID())
    write_parameter_file(stage("TranslationTransform", MaximumNumberOfIterations="60"), tmp_path / "short.txt")
    output = slicer.vtkMRMLTransformNode()
    compat.ElastixLogic().registerVolumes(
        fixed, moving, [tmp_path / "short.txt"], None, output, mask, mask, False, start
    )
    np.testing.assert_allclose(moved_to_parent(output), [-MADE_SHIFT, 0, 0], atol=0.7)


def test_a_parameter_node_names_nodes_and_preset(compat, slicer, a_pair):
    logic = compat.ElastixLogic()
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    logic.setDefaultParameters(node)
    output = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode")
    node.SetNodeReferenceID(logic.FIXED_VOLUME_REF, a_pair[0].GetID())
    node.SetNodeReferenceID(logic.MOVING_VOLUME_REF, a_pair[1].GetID())
    node.SetNodeReferenceID(logic.OUTPUT_TRANSFORM_REF, output.GetID())
    node.SetParameter(logic.REGISTRATION_PRESET_ID_PARAM, "default-rigid")
    lines = []
    logic.logCallback = lines.append
    logic.registerVolumesUsingParameterNode(node)
    assert output.IsLinear()
    np.testing.assert_allclose(moved_to(output)[0], -MADE_SHIFT, atol=1.0)
    assert any("nearest one of Elastix Registration is used: rigid" in line for line in lines)
    assert lines[-1] == "Registration is completed"


def test_presets_by_index_by_id_and_as_lists(compat):
    logic = compat.ElastixLogic()
    presets = logic.getRegistrationPresets()
    assert [preset.getID() for preset in presets[:3]] == ["default0", "default-rigid", "par0000"]
    rigid = logic.getPresetByID("default-rigid")
    assert rigid is presets[logic.getIdxByPresetId("default-rigid")]
    assert logic.getIdxByPresetId("no such preset") == 0
    assert logic.getPresetByID("no such preset") is None
    assert rigid[compat.RegistrationPresets_Modality] == rigid.getModality() == "generic rigid"
    assert rigid[compat.RegistrationPresets_Id] == "default-rigid"
    files = rigid[5]
    assert [Path(file).read_text(encoding="utf-8") for file in files] == rigid.getParameterFilesContents()
    assert "EulerTransform" in rigid.getParameterFilesContents()[0]
    from ElastixRegistrationLib.core.parameters.maps import read_parameter_file

    for preset in presets:
        if preset.getID() != "par0013":  # a volume with a projection
            assert all("Transform" in read_parameter_file(path) for path in preset.getParameterFiles())


def test_files_of_a_preset_that_a_script_changes_are_used_as_they_are(compat):
    from ElastixRegistrationCompat.nearest import preset_of_files

    (path,) = compat.ElastixLogic().getPresetByID("default-rigid").getParameterFiles()
    assert preset_of_files([path]) == "rigid"
    text = Path(path).read_text(encoding="utf-8")
    Path(path).write_text(text.replace("(NumberOfResolutions", "(NumberOfResolutions 2)\n//("), encoding="utf-8")
    assert preset_of_files([path]) is None


def test_names_of_files_are_looked_for_where_scripts_say(compat, slicer, a_pair, translation_file):
    logic = compat.ElastixLogic()
    logic.registrationParameterFilesDir = str(Path(translation_file).parent)
    transform = slicer.vtkMRMLTransformNode()
    logic.registerVolumes(*a_pair, ["Translation.txt"], None, transform, None, None, False)
    np.testing.assert_allclose(moved_to_parent(transform), [-MADE_SHIFT, 0, 0], atol=0.5)
    lines = []
    logic.logCallback = lines.append
    assert Path(logic._found("Parameters_Rigid.txt")).parent == Path(logic.getBuiltinPresetsDir())
    assert logic._found("Par0003.bs-R4-ug.elastic.txt").endswith(".txt")
    assert "takes its place" in lines[-1]


def moved_to_parent(node):
    return np.array(node.GetTransformToParent().TransformPoint(0.0, 0.0, 0.0))


def test_what_elastix_passes_over_runs_and_is_told(compat, slicer, a_pair, tmp_path):
    """As par0034 on a volume: a choice with a stray blank, and a schedule for images of two axes."""
    from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
    from phantoms.images import stage

    parameters = stage("TranslationTransform", MaximumNumberOfIterations="60", AutomaticTransformInitialization="true")
    parameters |= {
        "AutomaticTransformInitializationMethod": (" Origins",),
        "ImagePyramidSchedule": ("2", "2", "1", "1"),
    }
    write_parameter_file(parameters, tmp_path / "flat.txt")
    lines = []
    logic = compat.ElastixLogic()
    logic.logCallback = lines.append
    output = slicer.vtkMRMLTransformNode()
    logic.registerVolumes(*a_pair, [tmp_path / "flat.txt"], None, output, None, None, False)
    np.testing.assert_allclose(moved_to_parent(output), [-MADE_SHIFT, 0, 0], atol=0.7)
    assert any("flat.txt, ImagePyramidSchedule" in line and "left out" in line for line in lines)


def test_the_log_comes_line_by_line_and_cancel_ends_it(compat, slicer, a_pair, tmp_path):
    from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
    from phantoms.images import stage

    write_parameter_file(stage("TranslationTransform", MaximumNumberOfIterations="100000"), tmp_path / "long.txt")
    logic = compat.ElastixLogic()
    lines, since = [], []

    def on_line(line):
        lines.append(line)
        if len(lines) == 200:
            logic.cancelRequested = True
            since.append(time.monotonic())

    logic.logCallback, logic.logStandardOutput = on_line, True
    transform = slicer.vtkMRMLTransformNode()
    assert logic.registerVolumes(*a_pair, [tmp_path / "long.txt"], None, transform) is None
    assert time.monotonic() - since[0] < 1.0
    assert lines[-1] == "User requested cancel."
    assert not logic.isRunning
    assert not logic.cancelRequested
    assert transform.GetTransformFromParentAs("vtkOrientedGridTransform") is None
    logic.logCallback = lambda line: setattr(logic, "abortRequested", "1:ItNr" in line or logic.abortRequested)
    with pytest.raises(ValueError, match="cancel"):
        logic.registerVolumes(*a_pair, [tmp_path / "long.txt"], None, transform)


def test_scripts_that_use_the_panel_find_most_names_of_its_widgets(a_panel):
    """Those that docs/from-slicerelastix.md promises."""
    names = ["fixedVolume", "movingVolume", "outputVolume", "outputTransform", "initialTransform"]
    assert all(hasattr(getattr(a_panel.ui, f"{name}Selector"), "setCurrentNode") for name in names)
    assert all(hasattr(a_panel.ui, name) for name in ("applyButton", "inBackgroundCheckBox", "presetSelector"))
    assert all(hasattr(a_panel.ui, f"{side}MaskSelector") for side in ("fixed", "moving"))


def test_a_failure_is_the_error_of_a_program_that_failed(compat, slicer, a_pair, tmp_path):
    from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
    from phantoms.images import stage

    far = stage(AutomaticTransformInitialization="false", RequiredRatioOfValidSamples="1.0", Scales="1")
    write_parameter_file(far | {"MaximumStepLength": ("1e6",)}, tmp_path / "far.txt")
    logic = compat.ElastixLogic()
    with pytest.raises(subprocess.CalledProcessError) as caught:
        logic.registerVolumes(*a_pair, [tmp_path / "far.txt"], slicer.vtkMRMLScalarVolumeNode())
    assert caught.value.returncode != 0
    assert "elastix" in str(caught.value)


def test_a_name_that_nothing_has_is_told_once(compat, caplog):
    logic = compat.ElastixLogic()
    logic.logStandardOutput = logic.deleteTemporaryFiles = True
    assert not caplog.records
    logic.outputDirectory = "x"
    logic.outputDirectory = "y"
    (record,) = caplog.records
    assert "has no attribute outputDirectory" in record.getMessage()


def test_the_programs_are_started_with_their_arguments(compat, slicer, a_pair, translation_file, tmp_path):
    """As a script does that writes the files itself: elastix, its log line by line, then its transform."""
    logic = compat.ElastixLogic()
    paths = [str(tmp_path / name) for name in ("fixed.nrrd", "moving.nrrd")]
    for node, path in zip(a_pair, paths, strict=True):
        assert slicer.util.saveNode(node, path)
    lines = []
    logic.logCallback, logic.logStandardOutput = lines.append, True
    folder = logic.createTempDirectory()
    process = logic.startElastix(["-f", paths[0], "-m", paths[1], "-p", translation_file, "-out", folder])
    logic.logProcessOutput(process)
    assert any("Stopping condition" in line for line in lines)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode")
    logic.loadTransformFromFile(str(Path(folder) / "TransformParameters.0.txt"), node)
    np.testing.assert_allclose(moved_to_parent(node), [-MADE_SHIFT, 0, 0], atol=0.5)
    import vtk

    general = vtk.vtkGeneralTransform()
    logic.readElastixLinearTransformToVTK(str(Path(folder) / "TransformParameters.0.txt"), general)
    np.testing.assert_allclose(general.TransformPoint(0, 0, 0), [MADE_SHIFT, 0, 0], atol=0.5)
    with pytest.raises(subprocess.CalledProcessError):
        logic.logProcessOutput(logic.startTransformix(["-tp", "no such file", "-out", folder]))
    program = Path(logic.getElastixBinDir()) / logic.elastixFilename
    done = subprocess.run([program, "-f", "no.nrrd", "-out", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no.nrrd" in done.stdout


def test_a_script_finds_the_kept_transform_in_the_last_folder_and_resamples_with_it(
    compat, slicer, a_pair, translation_file, tmp_path
):
    """As one does that brings masks along: transformix on what registerVolumes has left, its result into a node."""
    logic = compat.ElastixLogic()
    logic.deleteTemporaryFiles = False
    logic.getBuiltinPresetsDir(), logic.getElastixBinDir()
    transform = slicer.vtkMRMLTransformNode()
    logic.registerVolumes(*a_pair, [translation_file], None, transform, None, None, False, None)
    last = max(path for path in Path(logic.getTempDirectoryBase()).iterdir() if path.is_dir())
    assert slicer.util.saveNode(a_pair[1], str(tmp_path / "moving.mha"))
    parameters = last / "result-transform" / "TransformParameters.0.txt"
    words = ["-tp", str(parameters), "-out", str(tmp_path), "-in", str(tmp_path / "moving.mha"), "-def", "all"]
    logic.logProcessOutput(logic.startTransformix(words))
    volume = slicer.vtkMRMLScalarVolumeNode()
    logic._loadTransformedOutputVolume(volume, str(tmp_path))
    fixed, found = (slicer.util.arrayFromVolume(node).astype(float) for node in (a_pair[0], volume))
    assert np.abs(found - fixed)[5:-5, 5:-5, 5:-5].mean() < 0.05 * fixed.max()
    with pytest.raises(RuntimeError, match="cannot be read"):
        logic._loadTransformedOutputVolume(volume, str(tmp_path / "nowhere"))
