"""A transform between volumes of Slicer's DICOM database as a registration object. The database is a stand-in here."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pydicom
import pytest
import slicer
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.transforms.itk_transforms import displacement_field_transform, map_points
from ElastixRegistrationLib.core.transforms.plain_data import TransformData
from ElastixRegistrationLib.mrml.apply.dicom_export import INSTANCES, check_origin, export_registration, export_run
from ElastixRegistrationLib.mrml.logic import RegistrationLogic
from ElastixRegistrationLib.mrml.nodes.transforms import chain_from_data, set_from_parent
from phantoms.dicom_patient import GRID, breathe, centers, write_ct
from support.builders import FLIP, affine
from support.dicom_nodes import Database, loaded_volume
from support.dicom_validator import assert_valid


@pytest.fixture
def database(tmp_path, monkeypatch):
    for name, frame in (("fixed", "1.2.3.91"), ("moving", "1.2.3.92")):
        write_ct(tmp_path / name, frame, moving=name == "moving")
    found = Database(tmp_path / "fixed", tmp_path / "moving")
    monkeypatch.setattr(slicer, "dicomDatabase", found, raising=False)
    return found


@pytest.fixture
def volumes(a_scene, database, tmp_path):
    """Fixed and moving node as Slicer's DICOM module loads them."""
    return [loaded_volume(a_scene, tmp_path / name) for name in ("fixed", "moving")]


@pytest.fixture
def breathing_node(a_scene):
    points = centers(GRID)
    node = a_scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "breathing")
    transform = displacement_field_transform(breathe(points) - points, GRID)
    set_from_parent(node, chain_from_data(TransformData.of(transform)))
    return node


def test_the_object_maps_points_as_the_node_does(volumes, breathing_node, database, tmp_path):
    path = tmp_path / "reg.dcm"
    written = export_registration(breathing_node, *volumes, path, into_database=True)
    points = centers(GRID)[3:-3, 4:-4, 4:-4].reshape(-1, 3)[::29]
    moved = map_points(read_transform(path), points)
    assert np.linalg.norm(moved - breathe(points), axis=1).max() <= written.error_mm + 0.1  # of the grid node
    dataset = pydicom.dcmread(path)
    assert (dataset.FrameOfReferenceUID, dataset.PatientName) == ("1.2.3.91", "Phantom")
    named = {
        one.ReferencedSOPInstanceUID
        for series in dataset.ReferencedSeriesSequence
        for one in series.ReferencedInstanceSequence
    }
    assert named == set(database.files)
    assert database.inserted == [str(path)]
    assert_valid(path)


def test_what_lies_above_the_fixed_volume_is_a_part_of_the_registration(a_scene, rng, volumes, database, tmp_path):
    above, matrix = affine(rng), affine(rng)
    for name, one in (("above", above), ("transform", matrix)):
        node = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", name)
        node.SetMatrixTransformToParent(_vtk(one))
    volumes[0].SetAndObserveTransformNodeID(a_scene.GetFirstNodeByName("above").GetID())
    export_registration(node, *volumes, tmp_path / "reg.dcm", anonymize=True)
    points = centers(GRID).reshape(-1, 3)[::977]
    expected = FLIP @ np.linalg.inv(matrix) @ above @ FLIP
    moved = map_points(read_transform(tmp_path / "reg.dcm"), points)
    assert moved == pytest.approx(points @ expected[:3, :3].T + expected[:3, 3], abs=1e-6)
    assert "Phantom" not in str(pydicom.dcmread(tmp_path / "reg.dcm"))


def _vtk(matrix):
    from ElastixRegistrationLib.mrml.nodes.coordinates import vtk_matrix_from_array

    return vtk_matrix_from_array(matrix)


def test_volumes_of_no_database_are_named(volumes, breathing_node, database, tmp_path, monkeypatch):
    fixed, moving = volumes
    path = tmp_path / "reg.dcm"
    database.files.popitem()
    with pytest.raises(InputError, match="1 of 22 slices are no longer in Slicer's DICOM database"):
        export_registration(breathing_node, fixed, moving, path)
    moving.SetAttribute(INSTANCES, None)
    with pytest.raises(InputError, match="The moving volume moving does not come from Slicer's DICOM database"):
        export_registration(breathing_node, fixed, moving, path)
    moving.SetAttribute(INSTANCES, "1.2.3")
    monkeypatch.delattr(slicer, "dicomDatabase")
    with pytest.raises(InputError, match="Slicer's DICOM database is not open"):
        check_origin(fixed, moving)
    assert not path.exists()


@pytest.mark.parametrize("into_database", [False, True])
def test_a_run_leaves_its_object_in_a_folder_or_the_database(volumes, database, tmp_path, into_database):
    points = centers(GRID)
    transform = displacement_field_transform(breathe(points) - points, GRID)
    job = RegistrationLogic().prepareRegistration(*volumes, preset="rigid")
    result = SimpleNamespace(transform_data=TransformData.of(transform))  # what the worker sends of it
    (tmp_path / "registration.dcm").write_text("mine")
    written = export_run(job, result, "" if into_database else str(tmp_path))
    assert (tmp_path / "registration-2.dcm").exists() != into_database
    assert len(database.inserted) == into_database
    assert not into_database or database.contents[0].SeriesDescription.startswith("moving to fixed")
    assert written.error_mm < 0.5
