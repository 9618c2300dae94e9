"""Programs of others read what is written here, and write what is read here: plastimatch, SimpleITK."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.files.carried_structures import carry_structures, write_carried
from ElastixRegistrationLib.core.files.dicom.volumes import read_dicom
from ElastixRegistrationLib.core.files.dicom_objects.derived_images import write_dose, write_series
from ElastixRegistrationLib.core.files.dicom_objects.spatial_registration import DEFORMABLE_SPATIAL_REGISTRATION
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.resampling.images import resample
from ElastixRegistrationLib.core.transforms.itk_transforms import displacement_field_transform, identity, map_points
from phantoms.dicom_patient import GRID, breathe, centers, dose_at, holds, write_patient
from phantoms.images import oblique


@pytest.fixture
def patient(tmp_path):
    return write_patient(tmp_path)


@pytest.fixture
def plastimatch(patient):
    """Runs it in the folder of the patient."""
    if shutil.which("plastimatch") is None:
        pytest.skip("plastimatch is not installed (Debian package of that name)")

    def run(*words: str) -> None:
        done = subprocess.run(["plastimatch", *words], cwd=patient, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def test_a_registration_of_plastimatch_maps_points_as_it_was_told(patient, plastimatch):
    turn, shift = oblique(4), np.array([12.5, -30.25, 7.125])
    numbers = " ".join(f"{value:.10f}" for value in [*turn.ravel(), *shift])
    (patient / "t.tfm").write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"
        f"Parameters: {numbers}\nFixedParameters: 0 0 0\n"
    )
    plastimatch(
        "xf-convert", "--input", "t.tfm", "--fixed-rcs", "fixed", "--moving-rcs", "moving", "--output-dicom", "sro"
    )
    (path,) = (patient / "sro").glob("*.dcm")
    points = centers(GRID).reshape(-1, 3)[::41]
    places = tuple(read_dicom(patient / name).series.place for name in ("fixed", "moving"))
    for given in ((None, None), places):
        moved = map_points(read_transform(path, places=given), points)
        assert moved == pytest.approx(points @ turn.T + shift, abs=2e-4)  # it writes six digits


def breathing():
    """``breathe`` as an itk transform, exact at the voxels of the grid."""
    points = centers(GRID)
    return displacement_field_transform(breathe(points) - points, GRID)


def test_a_deformable_registration_of_plastimatch_maps_points_as_its_field_does(patient, plastimatch):
    write_transform(breathing(), patient / "field.nrrd", GRID)
    plastimatch(
        "xf-convert", "--input", "field.nrrd", "--fixed-rcs", "fixed", "--moving-rcs", "moving", "--output-dicom", "sro"
    )
    (path,) = (patient / "sro").glob("*.dcm")
    assert pydicom.dcmread(path).SOPClassUID == DEFORMABLE_SPATIAL_REGISTRATION
    points = GRID.points_of(np.random.default_rng(1).uniform(1, np.array(GRID.size) - 2, (1000, 3)))
    moved = map_points(read_transform(path), points)
    assert moved == pytest.approx(map_points(breathing(), points), abs=1e-4)
    assert np.linalg.norm(moved - points, axis=1).max() > 6


def test_plastimatch_warps_structures_dose_and_image_to_the_same_places(patient, plastimatch):
    write_transform(breathing(), patient / "field.nrrd", GRID)
    moving, dose = read_dicom(patient / "moving"), read_dicom(patient / "dose.dcm")
    write_image(moving.image, patient / "fixed.mha")  # a grid without DICOM, which it cannot read there
    warp = ("warp", "--xf", "field.nrrd", "--fixed", "fixed.mha", "--input")
    plastimatch(*warp, "dose.dcm", "--output-dose-img", "dose.nrrd")
    plastimatch(*warp, "moving", "--output-img", "image.nrrd")
    plastimatch(*warp, "rs.dcm", "--output-prefix", "s", "--prefix-format", "nrrd")
    inner = (slice(1, -1),) * 3
    for image, file, within in ((dose.image, "dose.nrrd", 1e-3), (moving.image, "image.nrrd", 1.0)):
        ours = array_view(resample(image, breathing(), GRID))
        theirs = sitk.GetArrayFromImage(sitk.ReadImage(patient / file))
        assert theirs[inner] == pytest.approx(ours[inner], abs=within)
    for one in carry_structures(breathing(), patient / "rs.dcm", GRID).structures:
        ours, truth = one.mask(GRID), holds(one.name, breathe(centers(GRID)))
        theirs = sitk.GetArrayFromImage(sitk.ReadImage(patient / "s" / f"{one.name}.nrrd")) != 0
        assert dice(ours, theirs) > 0.95  # it moves the voxels of masks
        assert dice(ours, truth) >= dice(theirs, truth)


def dice(one, other) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_plastimatch_finds_structures_and_dose_where_they_were_put(patient, plastimatch):
    moving = read_dicom(patient / "moving")
    carried = carry_structures(identity(3), patient / "rs.dcm", GRID)
    write_carried(carried, patient / "out.dcm", "rtstruct", GRID, moving.series)
    plastimatch(
        "convert", "--input", "out.dcm", "--referenced-ct", "moving", "--output-prefix", "s", "--prefix-format", "nrrd"
    )
    for one in carried.structures:
        mask = sitk.GetArrayFromImage(sitk.ReadImage(patient / "s" / f"{one.name}.nrrd")) != 0
        assert (mask != one.mask(GRID)).sum() <= 4
        assert (mask != holds(one.name, centers(GRID))).sum() <= 0.005 * mask.sum() + 2
    dose = read_dicom(patient / "dose.dcm")
    write_dose(dose.image, patient / "moved.dcm", [dose.series], moving.series)
    plastimatch("convert", "--input-dose-img", "moved.dcm", "--output-dose-img", "dose.nrrd")
    found = sitk.GetArrayFromImage(sitk.ReadImage(patient / "dose.nrrd"))
    assert found == pytest.approx(dose_at(centers(GRID)), abs=0.002)


def test_simpleitk_reads_the_series(patient):
    moving = read_dicom(patient / "moving")
    write_series(moving.image, patient / "out", moving.series, read_dicom(patient / "fixed").series)
    read = sitk.ReadImage(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(patient / "out")))
    assert sitk.GetArrayFromImage(read) == pytest.approx(array_view(moving.image))
    assert (read.GetOrigin(), read.GetSpacing()) == (GRID.origin, GRID.spacing)
