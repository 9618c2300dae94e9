"""Resampled images and doses as DICOM: the same values in the same places, of the same patient, in a new series."""

from __future__ import annotations

import signal

import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.core.errors import InputError, ResourceError
from ElastixRegistrationLib.core.files.dicom.volumes import read_dicom
from ElastixRegistrationLib.core.files.dicom_objects.derived_images import write_dose
from ElastixRegistrationLib.core.files.dicom_objects.derived_images import write_series as write_derived
from ElastixRegistrationLib.core.files.dicom_objects.direction import check_can_be_added
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.system.output_files import all_or_none, whole_file
from phantoms.dicom_patient import write_dose as made_dose
from phantoms.dicom_series import random_series, write_series
from support.dicom_validator import assert_valid

SLANTED = Geometry(
    (12, 10, 7), (0.9, 1.1, 2.5), (-20.5, 30.25, 11.0), ((0.8, -0.6, 0.0), (0.6, 0.8, 0.0), (0.0, 0.0, 1.0))
)

EYE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


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
    assert_valid(*files[:1])


def test_a_series_of_a_body_part_is_valid_and_an_anonymous_one_has_no_text_of_the_source(frame, tmp_path):
    random = np.random.default_rng(9)
    tags = {"BodyPartExamined": "CHEST", "SeriesDescription": "Doe Jane, chest"}
    write_series(random_series(random, tilt=0), tmp_path / "named", random, **tags)
    source = read_dicom(tmp_path / "named")
    files = write_derived(source.image, tmp_path / "out", source.series, frame, anonymize=True)
    assert_valid(*files[:1])
    assert b"Doe" not in files[0].read_bytes()


def test_among_other_outputs_a_series_appears_with_them_or_not_at_all(source, frame, tmp_path):
    def write_all(fails):
        with all_or_none():
            write_derived(source.image, tmp_path / "out", source.series, frame)
            with whole_file(tmp_path / "other.txt") as draft:
                draft.write_text("x")
            if fails:
                raise InputError("too late")

    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="too late"):
        write_all(fails=True)
    assert sorted(tmp_path.iterdir()) == before
    (tmp_path / "out").mkdir()
    write_all(fails=False)
    assert len(list((tmp_path / "out").iterdir())) == len(array_view(source.image))
    assert (tmp_path / "other.txt").exists()


def read_dose(path, frame_of_reference):
    return read_dicom(made_dose(path, frame_of_reference))


def test_a_dose_keeps_its_values_units_and_place(frame, tmp_path):
    dose = read_dose(tmp_path / "dose.dcm", "1.2.4.9")
    values = np.random.default_rng(8).uniform(0, 70, SLANTED.size[::-1]).astype(np.float32)
    write_dose(image_from_array(values, SLANTED), tmp_path / "moved.dcm", [dose.series], frame)
    moved = read_dicom(tmp_path / "moved.dcm")
    assert geometry_of(moved.image).is_close(SLANTED)
    assert array_view(moved.image) == pytest.approx(values, abs=70 / 2**16)
    written = pydicom.dcmread(tmp_path / "moved.dcm")
    assert (written.DoseUnits, written.DoseType, written.FrameOfReferenceUID) == ("GY", "PHYSICAL", "1.2.4.9")
    assert [one.ReferencedSOPInstanceUID for one in written.ReferencedRTPlanSequence] == ["1.2.4.9.9"]
    assert_valid(tmp_path / "moved.dcm")


def test_a_dose_without_scaling_is_refused(tmp_path):
    header = pydicom.dcmread(made_dose(tmp_path / "dose.dcm", "1.2.4.9"))
    del header.DoseGridScaling
    header.save_as(tmp_path / "dose.dcm")
    with pytest.raises(InputError, match=r"dose\.dcm is damaged: it lacks DoseGridScaling"):
        read_dicom(tmp_path / "dose.dcm")


def test_only_doses_of_one_kind_in_gray_are_added(frame, tmp_path, caplog):
    doses = {name: read_dose(tmp_path / name, f"1.2.3.{n}") for n, name in enumerate(("one", "other", "third"), 90)}
    series = [one.series for one in doses.values()]
    check_can_be_added(series)
    image = image_from_array(np.ones(SLANTED.size[::-1], np.float32), SLANTED)
    write_dose(image, tmp_path / "sum.dcm", series, frame)
    written = pydicom.dcmread(tmp_path / "sum.dcm")
    assert (written.DoseSummationType, len(written.ReferencedRTPlanSequence)) == ("MULTI_PLAN", 3)
    assert_valid(tmp_path / "sum.dcm")
    assert not caplog.records
    series[1].attributes.ReferencedRTPlanSequence = series[0].attributes.ReferencedRTPlanSequence
    check_can_be_added(series)
    assert not caplog.records
    series[1].attributes.DoseSummationType = "BEAM"
    check_can_be_added(series)
    assert "belong to one plan, as PLAN and BEAM; check that one is not part of the other." in caplog.text
    series[1].attributes.DoseUnits = "RELATIVE"
    with pytest.raises(InputError, match="other is in relative units and cannot be added"):
        check_can_be_added(series)
    series[1].attributes.DoseUnits, series[2].attributes.DoseType = "GY", "EFFECTIVE"
    with pytest.raises(InputError, match=r"different types \(effective, physical\) cannot be added"):
        check_can_be_added(series)
    with pytest.raises(InputError, match="is not an RTDOSE"):
        check_can_be_added([frame])


def test_what_a_series_cannot_hold_is_refused(source, frame, tmp_path):
    image = image_from_array(np.zeros(SLANTED.size[::-1], np.int16), SLANTED)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        write_derived(image, tmp_path / "full", source.series, frame)
    with pytest.raises(InputError, match="does not exist"):
        write_derived(image, tmp_path / "nowhere" / "out", source.series, frame)
    with pytest.raises(InputError, match=r"mine\.txt is a file; give another name"):
        write_derived(image, tmp_path / "full" / "mine.txt", source.series, frame)
    vectors = image_from_array(np.zeros((*SLANTED.size[::-1], 3), np.float32), SLANTED)
    with pytest.raises(InputError, match="one value per voxel"):
        write_derived(vectors, tmp_path / "out", source.series, frame)
    assert not (tmp_path / "out").exists()


def test_a_disk_that_takes_no_more_is_told_with_the_name_of_the_folder(source, frame, tmp_path):
    """A limit of the size of files stands for a full disk, which a test cannot make."""
    resource = pytest.importorskip("resource", reason="Windows has no limits of processes")
    image = image_from_array(np.zeros((3, 300, 300), np.int16), Geometry((300, 300, 3), (1.0,) * 3, (0.0,) * 3, EYE))
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        with pytest.raises(ResourceError) as raised:
            write_derived(image, tmp_path / "out", source.series, frame)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert str(raised.value).startswith(f"{tmp_path / 'out'} cannot be written: ")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["frame", "source"]
