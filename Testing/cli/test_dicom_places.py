"""On which image structures and doses lie: told by their references, asked for, or refused; and whose they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.dicom.volumes import dicom_geometry
from ElastixRegistrationLib.core.files.dicom_objects.spatial_registration import write_registration
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.transform_files import write_transform
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix
from phantoms.dicom_patient import (
    GRID,
    Region,
    centers,
    dose_at,
    ellipses,
    write_ct,
    write_dose,
    write_structure_set,
)
from phantoms.dicom_series import a_header, save
from pydicom.dataset import Dataset
from support.dicom_validator import assert_valid

FRAME, SHIFT = "1.2.3.91", np.array([5.0, -2.5, 8.0])
PLAN = "1.2.840.10008.5.1.4.1.1.481.5"
TO_FIXED = ("--reference", "fixed", "--output-volume")


@pytest.fixture
def phases(request, tmp_path, monkeypatch):
    """The current folder: two phases in one frame of reference, and their registration, a shift, in two forms."""
    monkeypatch.chdir(tmp_path)
    write_ct(tmp_path / "fixed", FRAME, moving=False)
    study = getattr(request, "param", "1.2.3")
    write_ct(tmp_path / "moving", FRAME, moving=True, SeriesInstanceUID="1.2.3.92.1", StudyInstanceUID=study)
    _write_shift(tmp_path)
    return study


def _write_shift(folder):
    matrix = np.eye(4)
    matrix[:3, 3] = SHIFT
    (grid, fixed), (_, moving) = (dicom_geometry(folder / name) for name in ("fixed", "moving"))
    transform = affine_from_matrix(matrix)
    write_registration(transform, folder / "reg.dcm", fixed, moving, grid)
    write_transform(transform, folder / "t.tfm", grid)


def call(*words: object) -> int:
    return main([str(word) for word in words])


def moved(path) -> bool:
    """Whether a dose is that of ``dose_at`` where the transform puts it; it must be that, or stay."""
    found, inner = array_view(read_image(path)), (slice(3, -3),) * 3
    points = centers(GRID)
    apart = {name: np.abs(found - dose_at(points + by))[inner].max() for name, by in (("stays", 0), ("moves", SHIFT))}
    assert min(apart.values()) < 0.5 < max(apart.values())
    return apart["moves"] < apart["stays"]


def write_plan(path, structure_set: str) -> None:
    """A plan with the UID that doses of ``write_dose`` name."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.481.3", structure_set
    header = a_header(PLAN, Modality="RTPLAN", SOPInstanceUID=f"{FRAME}.9", ReferencedStructureSetSequence=[item])
    header.file_meta.MediaStorageSOPInstanceUID = f"{FRAME}.9"
    save(header, path)


@pytest.mark.parametrize(("series", "moves"), [(f"{FRAME}.1", False), ("1.2.3.92.1", True)], ids=["fixed", "moving"])
def test_a_dose_lies_on_the_image_that_its_plan_was_made_on(phases, tmp_path, caplog, series, moves):
    (tmp_path / "plan").mkdir()
    write_dose(tmp_path / "plan" / "dose.dcm", FRAME)
    regions = {"Liver": Region(ellipses("Liver"))}
    write_structure_set(tmp_path / "plan" / "rs.dcm", regions, FRAME, series)
    write_plan(tmp_path / "plan" / "plan.dcm", pydicom.dcmread(tmp_path / "plan" / "rs.dcm").SOPInstanceUID)
    (tmp_path / "plan" / "notes.dcm").write_bytes(b"of someone else")
    assert call("apply", "reg.dcm", "plan/dose.dcm", *TO_FIXED, "out.dcm") == 0
    assert moved("out.dcm") == moves
    assert "does not say" not in caplog.text
    assert ("nothing moves" in caplog.text) != moves


@pytest.mark.parametrize("phases", ["1.2.3", "1.2.4"], ids=["one study", "two studies"], indirect=True)
def test_a_dose_without_its_plan_lies_on_the_image_of_its_study_or_is_asked_for(phases, caplog):
    for study, moves in (("1.2.3", False), ("1.2.4", True)):
        write_dose("dose.dcm", FRAME, StudyInstanceUID=study)
        caplog.clear()
        assert call("apply", "reg.dcm", "dose.dcm", *TO_FIXED, "out.dcm") == 0
        if phases == "1.2.4":
            assert moved("out.dcm") == moves
            assert "does not say" not in caplog.text
        else:  # both images are of one study, or the dose of a third
            assert moved("out.dcm")
            assert "dose dose.dcm does not say on which one it lies; it is assumed to lie on the moving" in caplog.text
        caplog.clear()
        for name, expected in (("fixed", False), ("moving", True)):
            assert call("apply", "reg.dcm", "dose.dcm", "--lies-on", name, *TO_FIXED, "out.dcm") == 0
            assert moved("out.dcm") == expected
        assert "does not say" not in caplog.text


def test_a_dose_that_was_carried_over_is_not_moved_again(phases, caplog, capsys):
    write_dose("dose.dcm", FRAME)
    assert call("apply", "reg.dcm", "dose.dcm", "--lies-on", "moving", *TO_FIXED, "once.dcm") == 0
    assert_valid(Path("once.dcm"))
    assert call("apply", "reg.dcm", "once.dcm", *TO_FIXED, "twice.dcm") == 0
    assert array_view(read_image("twice.dcm")) == pytest.approx(array_view(read_image("once.dcm")), abs=0.01)
    assert "nothing moves" in caplog.text
    capsys.readouterr()
    assert call("apply", "t.tfm", "once.dcm", *TO_FIXED, "x.dcm") == 2
    assert "already lies on the reference image, and the transform would move it" in capsys.readouterr().err
    # on the grid of a dose, what that lies on is handed on
    assert (
        call(
            "apply",
            "reg.dcm",
            "dose.dcm",
            "--lies-on",
            "moving",
            "--reference",
            "once.dcm",
            "--output-volume",
            "on.dcm",
        )
        == 0
    )
    assert moved("on.dcm")
    assert call("apply", "reg.dcm", "on.dcm", *TO_FIXED, "twice.dcm") == 0
    assert moved("twice.dcm")


def test_structures_of_other_images_are_refused_in_each_form_of_the_transform(phases, tmp_path, capsys):
    uids = {name: [one.uid for one in dicom_geometry(tmp_path / name)[1].instances] for name in ("fixed", "moving")}
    contours = ellipses("Liver")

    def write(name, frame, series, images=()):
        write_structure_set(tmp_path / name, {"Liver": Region(contours, images=images)}, frame, series)

    write("right.dcm", FRAME, "1.2.3.92.1", uids["moving"])
    write("fixed.dcm", FRAME, f"{FRAME}.1", uids["fixed"])
    write("frame.dcm", "1.9.9", "1.9.9.1")
    write("series.dcm", FRAME, "1.9.9.1")
    write("slices.dcm", FRAME, "1.2.3.92.1", ["1.9.1", "1.9.2", *uids["moving"]])
    write_image(read_image("fixed"), "plain.nrrd")
    whole = ("was drawn on 2 slices that the", "give the whole series")
    cases = [
        ("reg.dcm", "frame.dcm", (), ("frame of reference 1.9.9 of the structure set frame.dcm",)),
        ("reg.dcm", "series.dcm", (), ("relates series other than that of the structure set series.dcm",)),
        ("reg.dcm", "slices.dcm", (), whole),
        ("reg.dcm", "series.dcm", ("--lies-on", "moving"), ("was drawn on a different series from the image moving",)),
        ("t.tfm", "slices.dcm", ("--lies-on", "moving"), whole),
        ("t.tfm", "frame.dcm", ("--lies-on", "moving"), ("a different frame of reference from the image moving",)),
        ("t.tfm", "fixed.dcm", (), ("already lies on the reference image",)),
        ("identity", "frame.dcm", (), ("frame of reference from the reference image, and identity moves",)),
        ("identity", "right.dcm", (), ("was drawn on a different series from the reference image",)),
        ("identity", "right.dcm", ("--lies-on", "plain.nrrd"), ("plain.nrrd of --lies-on is not a DICOM series",)),
    ]  # fmt: skip
    for transform, structures, more, says in cases:
        for output in ("x.dcm", "x.nrrd"):
            assert call("apply", transform, structures, *more, *TO_FIXED, output) == 2, (transform, structures)
            said = capsys.readouterr().err.strip().splitlines()[-1]
            assert all(part in said for part in says), said
            assert not list(tmp_path.glob("x*"))
    for transform, structures, more in (
        ("reg.dcm", "right.dcm", ()),
        ("reg.dcm", "right.dcm", ("--lies-on", "moving")),
        ("t.tfm", "right.dcm", ()),
        ("t.tfm", "fixed.dcm", ("--lies-on", "fixed")),  # said, so it is meant
        ("identity", "right.dcm", ("--lies-on", "moving")),
        ("identity", "fixed.dcm", ()),
    ):
        assert call("apply", transform, structures, *more, *TO_FIXED, "y.nrrd") == 0, (transform, structures)


def test_missing_end_slices_are_noticed_where_an_object_names_them(phases, tmp_path, capsys):
    series = dicom_geometry(tmp_path / "fixed")[1]
    uids = [one.uid for one in series.instances]
    write_structure_set(tmp_path / "rs.dcm", {"GTV": Region(ellipses("GTV"), images=uids)}, FRAME, f"{FRAME}.1")
    dataset = pydicom.dcmread("rs.dcm")
    study = dataset.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
    study.RTReferencedSeriesSequence[0].ContourImageSequence = [Dataset() for _ in uids]
    for item, uid in zip(study.RTReferencedSeriesSequence[0].ContourImageSequence, uids, strict=True):
        item.ReferencedSOPInstanceUID = uid
    dataset.ROIContourSequence[0].ContourSequence = dataset.ROIContourSequence[0].ContourSequence[:2]
    save(dataset, tmp_path / "rs.dcm")
    for one in series.instances[-2:]:
        one.path.unlink()
    says = "was drawn on 2 slices that the reference image lacks"
    assert call("apply", "identity", "rs.dcm", *TO_FIXED, "x.nrrd") == 2
    assert says in capsys.readouterr().err
    for words in (
        ("apply", "reg.dcm", "moving", *TO_FIXED, "x.nrrd"),
        ("convert", "reg.dcm", "x.tfm", "--fixed", "fixed"),
    ):
        assert call(*words) == 2
        assert "image lacks 2 slices that the DICOM registration reg.dcm names" in capsys.readouterr().err
    assert not list(tmp_path.glob("x*"))
    assert call("convert", "reg.dcm", "x.tfm") == 0  # as the sentence says
    assert call("apply", "x.tfm", "moving", *TO_FIXED, "x.nrrd") == 0


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder: a CT, and one of another patient."""
    monkeypatch.chdir(tmp_path)
    write_ct(tmp_path / "fixed", FRAME, moving=False)
    write_ct(tmp_path / "other", "1.2.3.92", moving=True, PatientID="8", PatientName="Somebody^Else")
    return tmp_path


def test_another_patient_is_told(folder, caplog):
    caplog.set_level("INFO")
    _write_other_objects(folder)
    says = "and the reference image belong to different patients"
    for moving, output, what in (
        ("other", "a.nrrd", "moving image"),
        ("rs.dcm", "b.nrrd", "structures"),
        ("dose.dcm", "c.dcm", "dose"),
    ):
        caplog.clear()
        assert call("apply", "t.tfm", moving, *TO_FIXED, output) == 0
        assert f"the {what} {says}" in caplog.text
        assert "Somebody" not in caplog.text
    caplog.clear()
    assert call("register", "fixed", "other", "--preset", "translation", "--output-transform", "r.tfm") == 0
    assert "the fixed and the moving image belong to different patients" in caplog.text
    assert call("apply", "t.tfm", "fixed", *TO_FIXED, "d.nrrd") == 0
    assert caplog.text.count("different patients") == 1


def _write_other_objects(folder):
    write_structure_set(
        folder / "rs.dcm", {"Liver": Region(ellipses("Liver"))}, "1.2.3.92", "1.2.3.92.1", PatientID="8"
    )
    write_dose(folder / "dose.dcm", "1.2.3.92", PatientID="8")
    write_transform(affine_from_matrix(np.eye(4)), folder / "t.tfm", GRID)


def test_sums_are_of_one_patient_each_dose_once_and_in_the_frame_of_its_transform(folder, capsys):
    _write_other_objects(folder)
    write_dose(folder / "one.dcm", FRAME)
    write_dose(folder / "two.dcm", FRAME)
    (folder / "copy.dcm").write_bytes((folder / "one.dcm").read_bytes())
    write_dose(folder / "day.dcm", "1.2.3.93")
    to_sum = ("apply", "identity", "one.dcm", *TO_FIXED)
    assert call(*to_sum, "sum.dcm", "--sum", "identity", "two.dcm") == 0
    assert array_view(read_image("sum.dcm")).max() == pytest.approx(
        2 * array_view(read_image("one.dcm")).max(), abs=0.01
    )
    cases = [
        (to_sum, "identity", "dose.dcm", "belong to different patients"),
        (to_sum, "identity", "one.dcm", "The dose one.dcm is given twice"),
        (to_sum, "identity", "copy.dcm", "The dose copy.dcm is given twice"),
        (to_sum, "identity", "sum.dcm", "The files one.dcm and sum.dcm contain the same dose"),
        (to_sum, "identity", "day.dcm", "are in different frames of reference, so identity cannot be right for both"),
        (("apply", "t.tfm", "one.dcm", *TO_FIXED), "t.tfm", "day.dcm", "so t.tfm cannot be right for both"),
    ]
    for words, transform, dose, says in cases:
        assert call(*words, "x.dcm", "--sum", transform, dose) == 2, dose
        assert says in capsys.readouterr().err
        assert not (folder / "x.dcm").exists()
    assert call(*to_sum, "days.dcm", "--sum", "t.tfm", "day.dcm") == 0  # each by the transform of its own image


def test_phases_of_one_series_are_told_apart_by_their_slices(tmp_path, monkeypatch, caplog):
    """The choice of a phase is for the reference, as structures and doses are one file."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("fixed", "moving"), 1):
        write_ct(tmp_path / name, FRAME, moving=name == "moving", TemporalPositionIdentifier=number)
    _write_shift(tmp_path)
    (tmp_path / "phases").mkdir()
    for name in ("fixed", "moving"):
        for path in (tmp_path / name).iterdir():
            path.rename(tmp_path / "phases" / f"{name}-{path.name}")
    write_dose("dose.dcm", FRAME)
    on_first = ("--reference", "phases", "--series", "1", "--output-volume", "out.dcm")
    for name, moves in (("fixed", False), ("moving", True)):
        one = next((tmp_path / "phases").glob(f"{name}-*"))
        assert call("apply", "reg.dcm", "dose.dcm", "--lies-on", one, *on_first) == 0
        assert moved("out.dcm") == moves
        uids = [str(pydicom.dcmread(path).SOPInstanceUID) for path in (tmp_path / "phases").glob(f"{name}-*")]
        regions = {"Liver": Region(ellipses("Liver"), images=uids)}
        write_structure_set(tmp_path / "rs.dcm", regions, FRAME, f"{FRAME}.1")
        caplog.clear()
        assert call("apply", "reg.dcm", "rs.dcm", *on_first) == 0
        assert ("nothing moves" in caplog.text) != moves
