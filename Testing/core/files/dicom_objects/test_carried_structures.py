"""Structures carried over: RTSTRUCT and SEG on the fixed series, against the closed form and read by pydicom alone."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from core.files.dicom.made_patient import (
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
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.carried_structures import carry_structures, write_carried
from ElastixRegistrationLib.core.files.dicom.volumes import dicom_geometry, read_dicom
from ElastixRegistrationLib.core.files.label_files import Drawn, read_mask
from ElastixRegistrationLib.core.files.segmentation_files import segment_names
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    displacement_field_transform,
    identity,
)

from .validator import assert_valid

FRAME = "1.2.3.91"
NAMES = ("Liver", "GTV", "Spine", "Body")


@pytest.fixture
def fixed(tmp_path):
    """(grid, series) of the fixed CT."""
    write_ct(tmp_path / "fixed", FRAME, moving=False)
    return dicom_geometry(tmp_path / "fixed")


@pytest.fixture
def structures(tmp_path):
    regions = {name: Region(ellipses(name)) for name in NAMES}
    return write_structure_set(tmp_path / "rs.dcm", regions, "1.2.3.92", "1.2.3.92.1")


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
        assert (found == one.region.mask(grid.size)[bottom : bottom + len(found)]).all()
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
    with pytest.raises(InputError, match=r"No structure of .* comes to lie in the reference image"):
        carry_structures(affine_from_matrix(away), structures, grid)
    carried = carry_structures(identity(3), structures, grid)
    with pytest.raises(InputError, match="which refers to DICOM images"):
        write_carried(carried, tmp_path / "out.dcm", "rtstruct", grid, None)
    assert not (tmp_path / "out.dcm").exists()
