"""elastix opens no file, whatever a parameter file asks for: two HDF5s in one process have crashed Slicer."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError, ParameterError
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.parameters.file_access import (
    asks_for_files,
    images_read,
    opens_no_file,
    refuse_images_read,
    writes_no_file,
)
from ElastixRegistrationLib.core.parameters.maps import read_parameter_file
from ElastixRegistrationLib.core.parameters.schema import parameters as known_parameters
from ElastixRegistrationLib.worker.pool import WorkerPool
from phantoms.images import blobs, grid, stage

SOURCES = Path(__file__).resolve().parents[2] / "ElastixRegistration"
GUARDED_RUN = Path(__file__).with_name("guarded_run.py")
QUICK = {"MaximumNumberOfIterations": "3", "NumberOfResolutions": "1", "NumberOfSpatialSamples": "200"}
LOG = "elastix.log"
#: Everything in elastix' source that opens a file or names one, with a value by which it would.
TOUCHING = {
    "ITKTransformOutputFileNameExtension": "h5",
    "WriteITKCompositeTransform": "true",
    "WriteFinalTransformParameters": "true",
    "WriteTransformParametersEachIteration": "true",
    "WriteTransformParametersEachResolution": "true",
    "WriteIterationInfo": "true",
    "WriteResultImage": "true",
    "WriteResultImageAfterEachIteration": "true",
    "WriteResultImageAfterEachResolution": "true",
    "WritePyramidImagesAfterEachResolution": "true",
    "WriteOptimizationSurfaceEachResolution": "true",
    "WriteResultMeshAfterEachIteration": "true",
    "WriteResultMeshAfterEachResolution": "true",
    "WriteSamplesEachIteration": "true",
    "WriteDiffusionFiles": "true",
    "ImpactWriteFeatureMaps": "true",
    "ResultImageName": "../result",
    "ResultImageFormat": "h5",
    "ResultMeshFormat": "vtk",
    "OutputTransformParameterFileFormat": "toml",
    "InitialTransformParameterFileName": "start.txt",
    "InitialTransformParametersFileName": "start.txt",
    "TransformFileName": "start.h5",
    "TransformAddress": "0x10",
    "DeformationFieldFileName": "field.h5",
    "FixedSegmentationFileName": "fixed.h5",
    "MovingSegmentationFileName": "moving.h5",
    "MultiBSplineTransformWithNormalLabels": "labels.h5",
    "ImpactModelsPath0": "model.pt",
    "ImpactFixedModelsPath0": "model.pt",
    "ImpactMovingModelsPath0": "model.pt",
    "FixedRigidityImageName": "fixed.h5",
    "MovingRigidityImageName": "moving.h5",
    "SegmentedImageName": "segmented.h5",
}
IMAGES = ("FixedRigidityImageName", "MovingRigidityImageName", "SegmentedImageName")
#: Refused, for they stand in results only.
OF_RESULTS = ("TransformFileName", "DeformationFieldFileName")
#: Other components by which more of these would have an effect.
SEARCH = {
    "Transform": "TranslationTransform",
    "Optimizer": "FullSearch",
    "ImageSampler": "Full",
}
guarded = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the breakpoints in HDF5 are set for Linux on these processors",
)


def run_guarded(folder, table):
    """What became of each entry of ``table``, a list of lists of stages."""
    watched = folder / "outer" / "watched"
    watched.mkdir(parents=True)
    (folder / "table.json").write_text(json.dumps(table))
    environment = os.environ | {"PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, GUARDED_RUN, folder, watched, folder / "table.json"],
        capture_output=True, encoding="utf-8", env=environment, check=False, timeout=3600,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, f"ended by {done.returncode} after {lines[-1:]}: {done.stderr[-2000:]}"
    assert lines[0]["hdf5"] > 0
    assert len(lines) == len(table) + 1
    assert [path.name for path in (folder / "outer").iterdir()] == ["watched"]
    return lines[1:]


def run_in_background(folder, table, monkeypatch):
    """What became of each entry of ``table`` in the background process, whose folder is watched too."""
    watched = folder / "outer" / "watched in the background"
    watched.mkdir(parents=True)
    monkeypatch.chdir(watched)
    images = []
    for name in ("fixed", "moving"):
        voxels = np.load(folder / f"{name}.npy")
        images.append((voxels, grid(voxels.shape[::-1], (2.0,) * voxels.ndim, (0.0,) * voxels.ndim)))
    told = []
    with WorkerPool(1) as pool:
        for stages in table:
            handle = pool.submit(*images, stages, threads=1)
            while not handle.wait(1):
                pass
            told.append("" if handle.error is None else str(handle.error))
            assert os.listdir(watched) == []
    assert [path.name for path in (folder / "outer").iterdir()] == [watched.name]
    return told


@pytest.fixture(scope="module")
def pair_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voxels")
    place = grid((16, 15, 14), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    np.save(folder / "fixed.npy", np.array(array_view(blobs(place))))
    np.save(folder / "moving.npy", np.array(array_view(blobs(place, (1.0, 0.0, 0.0)))))
    return folder


@guarded
def test_the_guard_ends_a_process_that_uses_hdf5(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run(
        [sys.executable, GUARDED_RUN, "--write-hdf5", tmp_path / "t.h5"], check=False, env=environment
    )
    assert done.returncode < 0
    assert not (tmp_path / "t.h5").exists()


@guarded
def test_no_parameter_makes_elastix_open_a_file(pair_folder):
    table = [[stage(**QUICK, **{name: value})] for name, value in TOUCHING.items()]
    all_at_once = {name: value for name, value in TOUCHING.items() if name not in OF_RESULTS}
    table += [[stage(**QUICK, **{f"Metric0{name}": value for name, value in TOUCHING.items()})]]
    table += [[stage(**QUICK, **all_at_once)] * 2]
    table += [[stage(**QUICK, **(all_at_once | SEARCH)) | {"FullSearchSpace0": ("x", "0", "0", "2", "1")}]]
    for line in run_guarded(pair_folder, table):
        refused = bool(set(OF_RESULTS) & set(table[line["number"]][0]))
        assert line["told"].startswith("this is a TransformParameters map") == refused, line
        assert refused or not line["told"]
        assert line["files"] == [LOG]


def test_nor_in_the_background_process(pair_folder, tmp_path, monkeypatch):
    for name in ("fixed.npy", "moving.npy"):
        (tmp_path / name).symlink_to(pair_folder / name)
    all_at_once = {name: value for name, value in TOUCHING.items() if name not in OF_RESULTS}
    table = [[stage(**QUICK, **all_at_once)] * 2, [stage(**QUICK, TransformFileName="start.h5")]]
    ran, refused = run_in_background(tmp_path, table, monkeypatch)
    assert not ran
    assert refused.startswith("this is a TransformParameters map")


def test_no_known_parameter_of_elastix_is_forgotten():
    """The table of all parameters names more that sound of files than are listed here only if elastix gets new ones."""
    sounding = {
        name for name in known_parameters() if any(part in name for part in ("File", "Write", "Address", "Path"))
    }
    assert sounding <= set(TOUCHING)
    assert all(asks_for_files(name) or name in IMAGES for name in TOUCHING)


#: Names that hold a part of those above and have nothing to do with files.
INNOCENT = ("MaximumNumberOfIterations", "ResultImagePixelType", "CompressResultImage", "ShowProgressPercentage")


def test_all_else_stays_as_it_is():
    kept = {name: ("1",) for name in known_parameters() if name not in TOUCHING}
    assert opens_no_file(kept) == kept
    assert all(name in kept for name in INNOCENT)
    assert opens_no_file(opens_no_file(kept)) == kept


def test_what_elastix_writes_by_default_is_switched_off():
    default = ("WriteResultImage", "WriteFinalTransformParameters", "WriteIterationInfo")
    assert writes_no_file({}) == dict.fromkeys(default, ("false",))


def test_images_of_a_penalty_are_read_only_where_it_is_named_and_not_in_a_process_of_slicer():
    unused = stage(FixedRigidityImageName="coefficients.nrrd", SegmentedImageName="bones.nrrd")
    assert images_read(unused) == {}
    assert not set(IMAGES) & set(opens_no_file(unused))
    used = unused | {"Metric": ("AdvancedMeanSquares", "TransformRigidityPenalty")}
    used["Metric1MovingRigidityImageName"] = ("others.nrrd",)
    expected = {"FixedRigidityImageName": "coefficients.nrrd", "Metric1MovingRigidityImageName": "others.nrrd"}
    assert images_read(used) == expected
    assert set(expected) <= set(writes_no_file(used))
    refuse_images_read([unused])
    with pytest.raises(InputError, match=r"FixedRigidityImageName makes elastix read the file coefficients.nrrd"):
        refuse_images_read([unused, used])


@pytest.mark.slow
@guarded
@pytest.mark.parametrize("dimension", [2, 3])
def test_no_published_parameter_file_writes_or_crashes(dimension, tmp_path, monkeypatch):
    """Each alone, for a few iterations, with everything added by which elastix opens files, here and in the background.

    The folders that ELASTIX_PARAMETER_FILES names, as checkouts of SlicerElastix and of elastix' model zoo.
    """
    folders = [Path(name) for name in os.environ.get("ELASTIX_PARAMETER_FILES", "").split(os.pathsep) if name]
    if not folders:
        pytest.skip("ELASTIX_PARAMETER_FILES names no folders of parameter files")
    added = {name: (value,) for name, value in TOUCHING.items() if name not in OF_RESULTS and name not in IMAGES}
    few = {"MaximumNumberOfIterations": ("2",), "NumberOfSpatialSamples": ("300",), "NumberOfJacobianMeasurements": ()}
    quick_step = {"ASGDParameterEstimationMethod": ("DisplacementDistribution",)}
    names, table = [], []
    for path in sorted(path for folder in folders for path in folder.rglob("*.txt")):
        try:
            read = read_parameter_file(path)
        except ParameterError:
            continue  # a text of another kind, or a result
        if int((read.get("FixedImageDimension") or ("3",))[0]) == dimension and "Transform" in read:
            names.append(path.name)
            short = read | added | few | ({} if read["Transform"] == ("TranslationTransform",) else quick_step)
            if "Spline" in read["Transform"][0]:  # some are for images of fractions of a millimeter
                short |= {"FinalGridSpacingInVoxels": (), "FinalGridSpacingInPhysicalUnits": ("16",)}
            table.append([{name: values for name, values in short.items() if values}])
    assert table
    place = grid((40, 38, 36)[:dimension], (2.0,) * dimension, (0.0,) * dimension)
    np.save(tmp_path / "fixed.npy", np.array(array_view(blobs(place))))
    np.save(tmp_path / "moving.npy", np.array(array_view(blobs(place, (1.0, 0.0, 0.0)[:dimension]))))
    shutil.copytree(tmp_path, tmp_path / "again")
    told = run_guarded(tmp_path, table)
    in_background = run_in_background(tmp_path / "again", table, monkeypatch)
    for name, line, other in zip(names, told, in_background, strict=True):
        print(f"{name}: {line['told'] or 'ran'}; in the background: {other or 'ran'}")
        assert line["files"] in ([LOG], []), name
        assert bool(other) == bool(line["told"]), name
    assert sum(not line["told"] for line in told) > len(told) / 2
