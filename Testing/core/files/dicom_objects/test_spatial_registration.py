"""Transforms as DICOM registrations: read back, read by hand as the standard has it, and checked by dciodvfy."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from docs.blocks import all_blocks
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.dicom.places import Place
from ElastixRegistrationLib.core.files.dicom.volumes import dicom_geometry
from ElastixRegistrationLib.core.files.dicom_objects.modules import write_dataset
from ElastixRegistrationLib.core.files.dicom_objects.spatial_registration import write_registration
from ElastixRegistrationLib.core.files.dicom_objects.spatial_registration_reader import read_registration
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    map_points,
)
from phantoms.dicom_series import random_series, write_series
from phantoms.images import oblique
from support.dicom_validator import assert_valid

FIXED_FRAME, MOVING_FRAME = "1.2.3.9", "1.2.4.9"


@pytest.fixture(params=[0, 1], ids=["as scanned", "left-handed"])
def two_series(request, tmp_path):
    """(geometry of the fixed image, both series), of oblique slices; its axes perhaps left-handed, as of nodes."""
    random = np.random.default_rng(3)
    found = []
    for name, frame in (("fixed", FIXED_FRAME), ("moving", MOVING_FRAME)):
        series = random_series(random, count=9, tilt=0)
        tags = {"FrameOfReferenceUID": frame, "SeriesInstanceUID": f"1.2.3.{len(found) + 5}"}
        write_series(series, tmp_path / name, random, **tags)
        found.append(dicom_geometry(tmp_path / name))
    geometry = found[0][0]
    if request.param:
        origin = geometry.points_of([0, 0, geometry.size[2] - 1])
        direction = np.asarray(geometry.direction) @ np.diag([1.0, 1.0, -1.0])
        geometry = replace(geometry, origin=tuple(origin.tolist()), direction=tuple(map(tuple, direction.tolist())))
    assert np.linalg.det(np.asarray(geometry.direction)) == pytest.approx(-1 if request.param else 1)
    return geometry, found[0][1], found[1][1]


def rigid() -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = oblique(4), (12.5, -30.25, 7.125)
    return matrix


def warp(geometry) -> object:
    """A B-spline over the grid after a rigid motion."""
    coefficients = np.random.default_rng(8).normal(0, 2.0, (3, 9, 9, 9))
    center, spacing = geometry.center(), np.full(3, 12.0)
    direction = np.asarray(geometry.direction)
    spline = bspline_transform(coefficients, center - direction @ (spacing * 4), spacing, direction)
    return compose([spline, affine_from_matrix(rigid())])


def points_in(geometry, count: int = 1000) -> np.ndarray:
    return geometry.points_of(np.random.default_rng(1).uniform(0, np.array(geometry.size) - 1, (count, 3)))


@pytest.mark.parametrize("kind", ["RIGID", "RIGID_SCALE", "AFFINE"])
def test_a_matrix_comes_back_and_is_of_its_type(two_series, tmp_path, kind):
    geometry, fixed, moving = two_series
    matrix = rigid()
    if kind == "RIGID_SCALE":
        matrix[:3, :3] *= 1.1
    if kind == "AFFINE":
        matrix[:3, :3] = matrix[:3, :3] @ [[1, 0.2, 0], [0, 1, 0.1], [0, 0, 1.2]]
    written = write_registration(affine_from_matrix(matrix), tmp_path / "reg.dcm", fixed, moving, geometry)
    points = points_in(geometry)
    expected = points @ matrix[:3, :3].T + matrix[:3, 3]
    for transform in (read_registration(written.path), read_transform(written.path)):
        assert map_points(transform, points) == pytest.approx(expected, abs=1e-5)
    # By hand: the item of the moving frame takes its points to the registered frame, which is that of the fixed image.
    dataset = pydicom.dcmread(written.path)
    item = next(one for one in dataset.RegistrationSequence if one.FrameOfReferenceUID == MOVING_FRAME)
    entry = item.MatrixRegistrationSequence[0].MatrixSequence[0]
    by_hand = np.array(entry.FrameOfReferenceTransformationMatrix, float).reshape(4, 4)
    assert np.c_[expected, np.ones(len(expected))] @ by_hand.T[:, :3] == pytest.approx(points, abs=1e-5)
    assert dataset.FrameOfReferenceUID == FIXED_FRAME
    assert entry.FrameOfReferenceTransformationMatrixType == kind


def test_a_deformation_comes_back_within_the_stated_error(two_series, tmp_path):
    geometry, fixed, moving = two_series
    transform = warp(geometry)
    written = write_registration(transform, tmp_path / "reg.dcm", fixed, moving, geometry, grid_mm=1.5)
    points = points_in(geometry)
    expected = map_points(transform, points)
    assert 0 < written.error_mm < 0.5
    back = map_points(read_registration(written.path), points)
    assert np.linalg.norm(back - expected, axis=1).max() <= written.error_mm * 1.005
    assert np.linalg.norm(_by_hand(written.path, points) - expected, axis=1).max() <= written.error_mm * 1.005
    finer = write_registration(transform, tmp_path / "finer.dcm", fixed, moving, geometry, grid_mm=0.75)
    assert finer.error_mm < written.error_mm / 2


def _by_hand(path: str, points: np.ndarray) -> np.ndarray:
    """The deformation as PS3.3, C.20.3 has it: matrix, offset between grid points by trilinear weights, matrix."""
    items = pydicom.dcmread(path).DeformableRegistrationSequence
    item = next(one for one in items if one.SourceFrameOfReferenceUID == MOVING_FRAME)
    before, after = (
        np.array(item[f"{when}DeformationMatrixRegistrationSequence"][0].FrameOfReferenceTransformationMatrix, float)
        for when in ("Pre", "Post")
    )
    field = item.DeformableRegistrationGridSequence[0]
    columns, rows, planes = field.GridDimensions
    vectors = np.frombuffer(field.VectorGridData, "<f4").reshape(planes, rows, columns, 3).astype(float)
    x, y = np.array(field.ImageOrientationPatient, float).reshape(2, 3)
    axes = np.stack([x, y, np.cross(x, y)])
    moved = np.c_[points, np.ones(len(points))] @ before.reshape(4, 4).T[:, :3]
    index = (moved - np.array(field.ImagePositionPatient, float)) @ axes.T / np.array(field.GridResolution)
    low = np.floor(index).astype(int)
    offset = np.zeros_like(points)
    for corner in itertools.product((0, 1), repeat=3):
        weights = np.prod(np.where(corner, index - low, 1 - index + low), axis=1)
        i, j, k = (low + corner).T
        offset += weights[:, None] * vectors[k, j, i]
    return np.c_[moved + offset, np.ones(len(points))] @ after.reshape(4, 4).T[:, :3]


@pytest.fixture(scope="module")
def recipe():
    """``to_moving`` of docs/dicom.md."""
    block = next(one for one in all_blocks() if one.page == "docs/dicom.md" and "def to_moving" in one.text)
    names: dict = {}
    exec(block.text, names)
    return names["to_moving"]


@pytest.mark.parametrize("deformable", [False, True])
def test_the_recipe_on_the_page_finds_the_same_points(two_series, tmp_path, recipe, deformable):
    geometry, fixed, moving = two_series
    transform = warp(geometry) if deformable else affine_from_matrix(rigid())
    points, path = points_in(geometry), tmp_path / "reg.dcm"
    for series in (moving, replace(moving, frame_of_reference_uid=FIXED_FRAME)):
        written = write_registration(transform, path, fixed, series, geometry, grid_mm=1.5)
        found = recipe(path, points, series.frame_of_reference_uid)
        within = written.error_mm * 1.005 if deformable else 1e-4
        assert np.linalg.norm(found - map_points(transform, points), axis=1).max() <= within


def test_objects_name_every_image_of_both_series_and_the_patient(two_series, tmp_path):
    geometry, fixed, moving = two_series
    write_registration(affine_from_matrix(rigid()), tmp_path / "reg.dcm", fixed, moving, geometry)
    dataset = pydicom.dcmread(tmp_path / "reg.dcm")
    assert (dataset.PatientName, dataset.PatientID, dataset.StudyInstanceUID) == ("Phantom", "7", "1.2.3")
    named = {
        item.SeriesInstanceUID: {one.ReferencedSOPInstanceUID for one in item.ReferencedInstanceSequence}
        for item in dataset.ReferencedSeriesSequence
    }
    for series in (fixed, moving):
        assert named[series.instance_uid] == {one.uid for one in series.instances}
    assert dataset.SeriesInstanceUID not in named
    write_registration(affine_from_matrix(rigid()), tmp_path / "a.dcm", fixed, moving, geometry, anonymize=True)
    anonymous = pydicom.dcmread(tmp_path / "a.dcm")
    assert "Phantom" not in str(anonymous)
    assert anonymous.PatientIdentityRemoved == "YES"
    number = anonymous.PatientID
    assert number.startswith("Anonymous-")
    # of the same study the same patient, of another study another, so that archives do not mix them up
    for owner, same in ((fixed, True), (replace(fixed, study_uid="1.2.9"), False)):
        write_registration(affine_from_matrix(rigid()), tmp_path / "b.dcm", owner, moving, geometry, anonymize=True)
        assert (pydicom.dcmread(tmp_path / "b.dcm").PatientID == number) == same


@pytest.mark.parametrize("deformable", [False, True])
def test_the_validator_reports_no_error(two_series, tmp_path, deformable):
    geometry, fixed, moving = two_series
    transform = warp(geometry) if deformable else affine_from_matrix(rigid())
    write_registration(transform, tmp_path / "reg.dcm", fixed, moving, geometry)
    assert_valid(tmp_path / "reg.dcm")


# --- of other vendors ---


def test_several_matrices_are_multiplied_in_their_order(two_series, tmp_path):
    geometry, fixed, moving = two_series
    path = tmp_path / "reg.dcm"
    write_registration(affine_from_matrix(np.eye(4)), path, fixed, moving, geometry)
    first, second = rigid(), np.diag([2.0, 1.0, 1.0, 1.0])
    dataset = pydicom.dcmread(path)
    registration = dataset.RegistrationSequence[1].MatrixRegistrationSequence[0]
    entries = [pydicom.Dataset(), pydicom.Dataset()]
    for entry, matrix in zip(entries, (first, second), strict=True):
        entry.FrameOfReferenceTransformationMatrix = [f"{value:.12g}" for value in matrix.ravel()]
        entry.FrameOfReferenceTransformationMatrixType = "AFFINE"
    registration.MatrixSequence = entries
    write_dataset(dataset, path)
    points = points_in(geometry)
    moved = map_points(read_registration(path), points)
    to_fixed = first @ second
    assert moved @ to_fixed[:3, :3].T + to_fixed[:3, 3] == pytest.approx(points, abs=1e-5)


def test_either_frame_can_be_the_fixed_one(two_series, tmp_path):
    geometry, fixed, moving = two_series
    path = tmp_path / "reg.dcm"
    write_registration(affine_from_matrix(rigid()), path, fixed, moving, geometry)
    there = read_registration(path, Place(FIXED_FRAME), Place(MOVING_FRAME))
    back = read_registration(path, Place(MOVING_FRAME), Place(FIXED_FRAME))
    points = points_in(geometry)
    assert map_points(back, map_points(there, points)) == pytest.approx(points, abs=1e-5)
    with pytest.raises(InputError, match=r"does not contain the frame of reference 1\.9\.9 of the moving image"):
        read_registration(path, Place(FIXED_FRAME), Place("1.9.9"))


def test_phases_of_one_frame_of_reference_are_told_apart_by_their_images(two_series, tmp_path):
    geometry, fixed, moving = two_series
    moving = replace(moving, frame_of_reference_uid=FIXED_FRAME)
    third = Place(FIXED_FRAME, frozenset(["1.9.9"]))
    points, path = points_in(geometry), tmp_path / "reg.dcm"
    for transform, within in ((affine_from_matrix(rigid()), 1e-5), (warp(geometry), 0.5)):
        write_registration(transform, path, fixed, moving, geometry, grid_mm=1.5)
        expected = map_points(transform, points)
        for places in ((fixed.place, moving.place), (None, None), (None, moving.place), (Place(FIXED_FRAME), None)):
            assert map_points(read_registration(path, *places), points) == pytest.approx(expected, abs=within)
        back = read_registration(path, moving.place, fixed.place)
        assert map_points(back, expected) == pytest.approx(points, abs=within)
        with pytest.raises(InputError, match="relates series other than that of the moving image"):
            read_registration(path, fixed.place, third)


def test_two_phases_of_one_series_are_related(two_series, tmp_path):
    geometry, fixed, moving = two_series
    moving = replace(moving, frame_of_reference_uid=FIXED_FRAME, instance_uid=fixed.instance_uid)
    points, path = points_in(geometry), tmp_path / "reg.dcm"
    transform = affine_from_matrix(rigid())
    write_registration(transform, path, fixed, moving, geometry)
    found = read_registration(path, fixed.place, moving.place)
    assert map_points(found, points) == pytest.approx(map_points(transform, points), abs=1e-5)
    (item,) = pydicom.dcmread(path).ReferencedSeriesSequence
    named = {one.ReferencedSOPInstanceUID for one in item.ReferencedInstanceSequence}
    assert named == {one.uid for one in (*fixed.instances, *moving.instances)}


def test_images_of_two_patients_are_related_with_a_notice(two_series, tmp_path, caplog):
    geometry, fixed, moving = two_series
    transform, path = affine_from_matrix(rigid()), tmp_path / "reg.dcm"
    write_registration(transform, path, fixed, moving, geometry, anonymize=True)
    for number, is_told in (("7", False), (pydicom.dcmread(path).PatientID, False), ("8", True)):
        moving.attributes.PatientID = number
        write_registration(transform, path, fixed, moving, geometry)
        assert ("different patients" in caplog.text) == is_told


def test_files_that_cannot_be_used_are_named(two_series, tmp_path):
    geometry, fixed, moving = two_series
    with pytest.raises(InputError, match="the same DICOM series"):
        write_registration(affine_from_matrix(rigid()), tmp_path / "r.dcm", fixed, fixed, geometry)
    with pytest.raises(InputError, match="choose a coarser one"):
        write_registration(warp(geometry), tmp_path / "r.dcm", fixed, moving, geometry, grid_mm=0.01)
    assert not (tmp_path / "r.dcm").exists()
    with pytest.raises(InputError, match=r"is not a DICOM registration \(CT Image Storage\)"):
        read_registration(fixed.instances[0].path)
    path = tmp_path / "reg.dcm"
    write_registration(affine_from_matrix(rigid()), path, fixed, moving, geometry)
    dataset = pydicom.dcmread(path)
    del dataset.RegistrationSequence[1].MatrixRegistrationSequence
    write_dataset(dataset, path)
    with pytest.raises(InputError, match="is damaged"):
        read_registration(path)


@pytest.mark.parametrize("tag", ["(0070,0308)", "(0008,1140)", "(3006,00C6)", "(0008,1155)"])
def test_bytes_that_pydicom_cannot_make_values_of_are_told(two_series, tmp_path, tag):
    """It makes them when they are asked for, so that errors of any kind come late."""
    geometry, fixed, moving = two_series
    path = tmp_path / "reg.dcm"
    write_registration(affine_from_matrix(rigid()), path, fixed, moving, geometry)
    content = bytearray(path.read_bytes())
    group, element = (int(part, 16) for part in tag.strip("()").split(","))
    at = content.index(group.to_bytes(2, "little") + element.to_bytes(2, "little"))
    content[at + 4 : at + 6] = b"\x44\x8b"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"reg\.dcm is damaged"):
        read_registration(path, fixed.place, moving.place)
