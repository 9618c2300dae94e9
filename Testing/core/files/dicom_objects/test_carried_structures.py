"""Structures carried over: RTSTRUCT and SEG on the fixed series, against the closed form and read by pydicom alone."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.carried_structures import carry_structures, write_carried
from ElastixRegistrationLib.core.files.dicom.volumes import dicom_geometry, read_dicom
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.label_files import Drawn, read_mask
from ElastixRegistrationLib.core.files.segmentation_files import segment_names
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    displacement_field_transform,
    identity,
)
from phantoms.dicom_patient import (
    GRID,
    ORGANS,
    Region,
    breathe,
    centers,
    ellipses,
    holds,
    write_ct,
    write_structure_set,
)
from support.dicom_validator import assert_valid

FRAME = "1.2.3.91"
NAMES = ("Liver", "GTV", "Spine", "Body")


@pytest.fixture(scope="module")
def fixed(tmp_path_factory):
    """(grid, series) of the fixed CT."""
    folder = tmp_path_factory.mktemp("fixed") / "fixed"
    write_ct(folder, FRAME, moving=False)
    return dicom_geometry(folder)


@pytest.fixture(scope="module")
def structures(tmp_path_factory):
    regions = {name: Region(ellipses(name)) for name in NAMES}
    return write_structure_set(tmp_path_factory.mktemp("structures") / "rs.dcm", regions, "1.2.3.92", "1.2.3.92.1")


def breathing():
    """``breathe`` as an itk transform, exact at the voxels of the grid."""
    points = centers(GRID)
    return displacement_field_transform(breathe(points) - points, GRID)


def dice(one, other) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_a_structure_set_lies_where_breathing_puts_it(fixed, structures, tmp_path):
    grid, series = fixed
    carried = carry_structures(breathing(), structures, grid)
    write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, series)
    for name in NAMES:
        truth = holds(name, breathe(centers(GRID)))
        mask = array_view(read_mask(f"{tmp_path / 'out.dcm'}:{name}", "mask", Drawn(grid, series))) != 0
        # Contours end half a slice beyond the last, wherever the organ itself does.
        assert dice(mask, truth) > {"GTV": 0.92, "Liver": 0.95}.get(name, 0.99)
    assert carried.volumes_ml()["Spine"] == pytest.approx(truth_ml("Spine"), rel=0.05)
    assert_valid(tmp_path / "out.dcm")


def truth_ml(name: str) -> float:
    return float(holds(name, breathe(centers(GRID))).sum() * np.prod(GRID.spacing) / 1000)


def test_contours_lie_on_the_edge_in_the_slices_of_the_series(fixed, structures, tmp_path):
    """Read by pydicom alone: the closed form is 1 on the edge, and each contour names the slice that it lies in."""
    grid, series = fixed
    matrix = np.eye(4)
    matrix[:3, 3] = (3.2, -1.7, 8.0)  # two slices, so that contours can be compared with exact ones
    carried = carry_structures(affine_from_matrix(matrix), structures, grid)
    write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, series)
    dataset = pydicom.dcmread(tmp_path / "out.dcm")
    heights = {one.uid: float(one.header.ImagePositionPatient[2]) for one in series.instances}
    assert [item.ROIName for item in dataset.StructureSetROISequence] == list(NAMES)
    for item, drawn in zip(dataset.StructureSetROISequence, dataset.ROIContourSequence, strict=True):
        center, radii, _ = ORGANS[item.ROIName]
        for contour in drawn.ContourSequence:
            points = np.array(contour.ContourData, float).reshape(-1, 3)
            (image,) = contour.ContourImageSequence
            assert points[:, 2] == pytest.approx(
                np.full(len(points), heights[image.ReferencedSOPInstanceUID]), abs=1e-3
            )
            across = (points + matrix[:3, 3] - center) / np.array(radii)
            radius = np.hypot(across[:, 0], across[:, 1])
            expected = np.sqrt(1 - across[0, 2] ** 2)
            inner = np.abs(points[:, :2] - [-52, -48]).min(axis=1) > 3  # what leaves the image ends at its border
            off = np.abs(radius - expected)[inner] * min(radii[:2])
            assert off.max(initial=0) < 0.3  # of pixels of 2.5 mm


def test_the_object_belongs_to_the_fixed_series(fixed, structures, tmp_path):
    grid, series = fixed
    carried = carry_structures(identity(3), f"{structures}:GTV", grid)
    write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, series)
    dataset = pydicom.dcmread(tmp_path / "out.dcm")
    assert (dataset.PatientName, dataset.StudyInstanceUID, dataset.ApprovalStatus) == ("Phantom", "1.2.3", "UNAPPROVED")
    (frame,) = dataset.ReferencedFrameOfReferenceSequence
    (of_series,) = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence
    assert (frame.FrameOfReferenceUID, of_series.SeriesInstanceUID) == (FRAME, series.instance_uid)
    named = {one.ReferencedSOPInstanceUID for one in of_series.ContourImageSequence}
    assert named == {one.uid for one in series.instances}
    assert dataset.SeriesInstanceUID not in (series.instance_uid, "1.2.3.92.7")
    assert list(dataset.ROIContourSequence[0].ROIDisplayColor) == [200, 30, 30]
    assert dataset.RTROIObservationsSequence[0].RTROIInterpretedType == "GTV"
    write_carried(carried, tmp_path / "anonymous.dcm", "rtstruct", grid, series, anonymize=True)
    assert "Phantom" not in str(pydicom.dcmread(tmp_path / "anonymous.dcm"))


@pytest.mark.parametrize("anonymize", [False, True])
def test_a_segmentation_holds_the_same_voxels(fixed, structures, tmp_path, anonymize):
    pytest.importorskip("highdicom", reason="highdicom is not installed")
    grid, series = fixed
    carried = carry_structures(breathing(), structures, grid)
    write_carried(carried, tmp_path / "seg.dcm", "seg", grid, series, anonymize=anonymize)
    read = read_dicom(tmp_path / "seg.dcm")
    names = {name: value for value, name in segment_names(read.image).items()}
    assert list(names) == list(NAMES)
    bottom = round((read.geometry.origin[2] - grid.origin[2]) / grid.spacing[2])
    voxels = array_view(read.image)
    for one in carried.structures:
        found = (voxels == names[one.name]).any(axis=-1)
        assert (found == one.mask(grid)[bottom : bottom + len(found)]).all()
    written = pydicom.dcmread(tmp_path / "seg.dcm")
    assert written.FrameOfReferenceUID == FRAME
    assert ("Phantom" in str(written)) != anonymize
    assert_valid(tmp_path / "seg.dcm")
    # and back: a segmentation becomes a structure set
    again = carry_structures(identity(3), f"{tmp_path / 'seg.dcm'}:Liver", grid)
    write_carried(again, tmp_path / "again.dcm", "rtstruct", grid, series)
    mask = array_view(read_mask(tmp_path / "again.dcm", "mask", Drawn(grid, series))) != 0
    assert dice(mask, holds("Liver", breathe(centers(GRID)))) > 0.94


def test_what_cannot_be_carried_over_leaves_nothing(fixed, structures, tmp_path):
    grid, _ = fixed
    away = np.eye(4)
    away[:3, 3] = 900
    with pytest.raises(InputError, match=r"No structure of .* ends up in the reference image"):
        carry_structures(affine_from_matrix(away), structures, grid)
    carried = carry_structures(identity(3), structures, grid)
    with pytest.raises(InputError, match="must refer to DICOM images"):
        write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, None)
    assert not (tmp_path / "out.dcm").exists()


def area(points: np.ndarray) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def ring(radius: float, z: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    return np.column_stack([3 + radius * np.cos(angle), 1.3 + radius * np.sin(angle), np.full(720, z)])


def square(half: float, z: float) -> np.ndarray:
    return np.array([[3 + half * x, 1.3 + half * y, z] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))])


def slice_z(k: int) -> float:
    return float(GRID.points_of([0, 0, k])[2])


def written_contours(path) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Of each structure the UID of the slice and the points of each contour, by pydicom alone."""
    dataset = pydicom.dcmread(path)
    return {
        item.ROIName: [
            (
                one.ContourImageSequence[0].ReferencedSOPInstanceUID,
                np.array(one.ContourData, float).reshape(-1, 3),
            )
            for one in drawn.ContourSequence
        ]
        for item, drawn in zip(dataset.StructureSetROISequence, dataset.ROIContourSequence, strict=True)
    }


def moved_by(*shift: float, turn: float = 0.0):
    matrix, (cosine, sine) = np.eye(4), (np.cos(turn), np.sin(turn))
    matrix[:2, :2], matrix[:3, 3] = [[cosine, -sine], [sine, cosine]], shift
    return affine_from_matrix(matrix)


@pytest.mark.parametrize("pixels", [3, 30])  # across; they are 2.5 mm
@pytest.mark.parametrize(("make", "formula"), [(ring, np.pi), (square, 4.0)], ids=["circle", "square"])
def test_areas_are_those_of_the_closed_form(fixed, tmp_path, pixels, make, formula):
    grid, series = fixed
    half = pixels * 2.5 / 2
    path = write_structure_set(
        tmp_path / "rs.dcm", {"A": Region([make(half, slice_z(k)) for k in range(6, 15)])}, "1.2.3.92", "1.2.3.92.1"
    )
    for transform in (moved_by(0.7, -1.1, 1.7), moved_by(0.7, -1.1, 2.0, turn=0.4)):  # ends between slices
        write_carried(carry_structures(transform, path, grid), tmp_path / "out.dcm", "rtstruct", grid, series)
        areas = np.array([area(points) for _, points in written_contours(tmp_path / "out.dcm")["A"]])
        assert areas == pytest.approx(np.full(9, formula * half**2), rel=0.0025)


@pytest.mark.parametrize("pixels", [3, 30])
@pytest.mark.parametrize("is_round", [True, False], ids=["circle", "square"])
def test_outlines_of_labels_enclose_the_area_of_their_voxels(fixed, tmp_path, pixels, is_round):
    grid, series = fixed
    away = centers(GRID)[6:15, ..., :2] - np.array([3.0, 1.3])
    inside = (np.hypot(away[..., 0], away[..., 1]) if is_round else np.abs(away).max(axis=-1)) < pixels * 2.5 / 2
    voxels = np.zeros(GRID.size[::-1], np.uint8)
    voxels[6:15] = inside
    write_image(image_from_array(voxels, GRID), tmp_path / "labels.nrrd")
    for transform in (identity(3), moved_by(0.7, -1.1, 1.7)):
        carried = carry_structures(transform, tmp_path / "labels.nrrd", grid)
        write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, series)
        ((_, contours),) = written_contours(tmp_path / "out.dcm").items()
        areas = np.array([area(points) for _, points in contours])
        assert areas == pytest.approx(np.full(9, inside[0].sum() * 2.5**2), rel=0.0025)


def test_contours_that_come_to_lie_in_slices_are_copied_point_by_point(fixed, tmp_path):
    grid, series = fixed
    given = [ring(11, slice_z(5)), ring(6, slice_z(5)), square(4, slice_z(6)), ring(9.123456789, slice_z(7))]
    regions = {
        "A": Region(given),
        "B": Region(ellipses("GTV"), kind="CLOSEDPLANAR_XOR"),
        "Ends": Region([ring(9, slice_z(k)) for k in (0, 1, 2)]),
    }
    path = write_structure_set(tmp_path / "rs.dcm", regions, "1.2.3.92", "1.2.3.92.1")
    uids = [one.uid for one in series.instances]
    for transform, by, slices in (
        (identity(3), (0, 0, 0), 0),
        (moved_by(0.7, -1.1, 8.0), (-0.7, 1.1, -8.0), 2),
    ):
        carried = carry_structures(transform, path, grid)
        assert carried.cut == (("Ends",) if slices else ())
        write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, series)
        found = written_contours(tmp_path / "out.dcm")
        assert len(found["A"]) == len(given)
        for (uid, points), original, k in zip(found["A"], given, (5, 5, 6, 7), strict=True):
            assert points == pytest.approx(original + by, abs=1e-8)
            assert uid == uids[k - slices]
        assert len(found["Ends"]) == 3 - slices
        drawn = pydicom.dcmread(tmp_path / "out.dcm").ROIContourSequence[1]
        assert {one.ContourGeometricType for one in drawn.ContourSequence} == {"CLOSEDPLANAR_XOR"}
        assert_valid(tmp_path / "out.dcm")


def test_slices_between_copied_contours_are_drawn_on_a_series_with_closer_slices(fixed, tmp_path):
    grid, series = fixed
    every_other = [ring(8 + k, slice_z(k)) for k in range(4, 13, 2)]
    for of_series, expected in (("1.2.3.92.1", range(4, 13)), (series.instance_uid, range(4, 13, 2))):
        path = write_structure_set(tmp_path / "rs.dcm", {"A": Region(every_other)}, FRAME, of_series)
        write_carried(carry_structures(identity(3), path, grid), tmp_path / "out.dcm", "rtstruct", grid, series)
        found = written_contours(tmp_path / "out.dcm")["A"]
        assert [series.instances[k].uid for k in expected] == [uid for uid, _ in found]
        for k, (_, points) in zip(expected, found, strict=True):
            assert area(points) == pytest.approx(np.pi * (8 + k) ** 2, rel=0.005)


def test_structures_smaller_than_a_voxel_are_contours_only(fixed, tmp_path, caplog):
    grid, series = fixed
    regions = {"Dot": Region([ring(0.7, slice_z(5)) + np.array([1.2, 1.2, 0])]), "A": Region([ring(9, slice_z(5))])}
    path = write_structure_set(tmp_path / "rs.dcm", regions, "1.2.3.92", "1.2.3.92.1")
    carried = carry_structures(moved_by(0, 0, 0.5), path, grid)
    write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, series)
    ((_, points),) = written_contours(tmp_path / "out.dcm")["Dot"]
    assert area(points) == pytest.approx(np.pi * 0.7**2, rel=0.05)
    write_carried(carried, tmp_path / "out.nrrd", "rtstruct", grid, series)
    assert "Left out because they are smaller than a voxel of the reference image: Dot." in caplog.text
    with pytest.raises(InputError, match="No voxel of the reference image lies in Dot"):
        write_carried(carry_structures(identity(3), f"{path}:Dot", grid), tmp_path / "x.nrrd", "rtstruct", grid)
