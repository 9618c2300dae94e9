"""Resampled images and doses as DICOM: the same values in the same places, of the same patient, in a new series."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pydicom
import pytest
from core.files.dicom.made_series import a_header as header_of
from core.files.dicom.made_series import random_series, save, set_pixels, write_series
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.dicom.volumes import read_dicom
from ElastixRegistrationLib.core.files.dicom_objects.derived_images import RT_DOSE, write_dose
from ElastixRegistrationLib.core.files.dicom_objects.derived_images import write_series as write_derived
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array

SLANTED = Geometry(
    (12, 10, 7), (0.9, 1.1, 2.5), (-20.5, 30.25, 11.0), ((0.8, -0.6, 0.0), (0.6, 0.8, 0.0), (0.0, 0.0, 1.0))
)


@pytest.fixture
def source(tmp_path):
    write_series(random_series(np.random.default_rng(5), tilt=0), tmp_path / "source", np.random.default_rng(5))
    return read_dicom(tmp_path / "source")


@pytest.fixture
def frame(tmp_path):
    random = np.random.default_rng(6)
    tags = {"FrameOfReferenceUID": "1.2.4.9", "SeriesInstanceUID": "1.2.4.1", "StudyInstanceUID": "1.2.4"}
    write_series(random_series(random, tilt=0), tmp_path / "frame", random, **tags)
    return read_dicom(tmp_path / "frame").series


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_a_series_holds_the_same_values_in_the_same_places(source, frame, tmp_path, dtype):
    values = np.random.default_rng(7).normal(-300, 400, SLANTED.size[::-1]).astype(dtype)
    files = write_derived(image_from_array(values, SLANTED), tmp_path / "out", source.series, frame)
    assert len(files) == SLANTED.size[2]
    read = read_dicom(tmp_path / "out")
    assert geometry_of(read.image).is_close(SLANTED)
    step = 0 if dtype == np.int16 else (values.max() - values.min()) / 2**16
    assert np.abs(array_view(read.image) - values.astype(float)).max() <= step
    first = pydicom.dcmread(files[0])
    assert (first.PatientName, first.StudyInstanceUID, first.Modality) == ("Phantom", "1.2.3", "CT")
    assert first.FrameOfReferenceUID == "1.2.4.9"
    assert first.SeriesInstanceUID not in ("1.2.3.4", "1.2.4.1")
    assert len({one.ReferencedSOPInstanceUID for one in first.SourceImageSequence}) == len(source.series.instances)
    _assert_valid(files[0])


def test_a_dose_keeps_its_values_units_and_place(frame, tmp_path):
    header = header_of(RT_DOSE, Modality="RTDOSE", DoseUnits="GY", DoseType="PHYSICAL", DoseSummationType="PLAN")
    header.ImagePositionPatient, header.ImageOrientationPatient = ["0", "0", "0"], ["1", "0", "0", "0", "1", "0"]
    header.PixelSpacing, header.GridFrameOffsetVector, header.DoseGridScaling = ["2", "2"], ["0", "3", "6"], "0.001"
    set_pixels(header, np.arange(3 * 5 * 6, dtype=np.uint16).reshape(3, 5, 6))
    dose = read_dicom(save(header, tmp_path / "dose.dcm"))
    values = np.random.default_rng(8).uniform(0, 70, SLANTED.size[::-1]).astype(np.float32)
    write_dose(image_from_array(values, SLANTED), tmp_path / "moved.dcm", dose.series, frame)
    moved = read_dicom(tmp_path / "moved.dcm")
    assert geometry_of(moved.image).is_close(SLANTED)
    assert array_view(moved.image) == pytest.approx(values, abs=1e-5)
    written = pydicom.dcmread(tmp_path / "moved.dcm")
    assert (written.DoseUnits, written.DoseType, written.FrameOfReferenceUID) == ("GY", "PHYSICAL", "1.2.4.9")
    _assert_valid(tmp_path / "moved.dcm")
    dose.series.attributes.DoseUnits = "RELATIVE"
    with pytest.raises(InputError, match="Doses in relative units cannot be added"):
        write_dose(image_from_array(values, SLANTED), tmp_path / "sum.dcm", dose.series, frame, summed=2)


def test_what_a_series_cannot_hold_is_refused(source, frame, tmp_path):
    image = image_from_array(np.zeros(SLANTED.size[::-1], np.int16), SLANTED)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        write_derived(image, tmp_path / "full", source.series, frame)
    with pytest.raises(InputError, match="does not exist"):
        write_derived(image, tmp_path / "nowhere" / "out", source.series, frame)
    vectors = image_from_array(np.zeros((*SLANTED.size[::-1], 3), np.float32), SLANTED)
    with pytest.raises(InputError, match="one value per voxel"):
        write_derived(vectors, tmp_path / "out", source.series, frame)
    assert not (tmp_path / "out").exists()


def _assert_valid(path) -> None:
    validator = shutil.which("dciodvfy")
    if validator:
        said = subprocess.run([validator, str(path)], capture_output=True, text=True, check=False).stderr
        assert not [line for line in said.splitlines() if line.startswith("Error")]
