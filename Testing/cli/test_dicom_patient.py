"""A made patient in two states of breathing goes the whole way, with truth in closed form."""

from __future__ import annotations

import json

import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.dicom.structures import read_structures, structure_mask
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.images.geometry import array_view
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.dicom_patient import (
    GRID,
    ORGANS,
    Region,
    breathe,
    centers,
    dose_at,
    ellipses,
    holds,
    write_ct,
    write_dose,
    write_patient,
    write_structure_set,
)
from phantoms.images import stage
from support.dicom_validator import assert_valid

INSIDE = centers(GRID)[2:-2, 4:-4, 4:-4]


@pytest.fixture
def patient(tmp_path, monkeypatch):
    """The current folder: the CT folders fixed and moving, rs.dcm and dose.dcm of the moving state."""
    monkeypatch.chdir(tmp_path)
    return write_patient(tmp_path)


def call(*words: object) -> int:
    return main([str(word) for word in words])


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_the_whole_way(patient, capsys, caplog):
    write_parameter_file(
        stage("BSplineTransform", MaximumStepLength="0.5", FinalGridSpacingInPhysicalUnits="20"), "p.txt"
    )
    done = call(
        "register", "fixed", "moving", "--parameters", "p.txt", "--fixed-mask", _structures_of_fixed(),
        "--output-registration", "reg.dcm", "--output-transform", "t.h5", "--json",
    )  # fmt: skip
    assert done == 0
    stated = json.loads(capsys.readouterr().out)["dicom_registration"]["error_mm"]
    points = INSIDE.reshape(-1, 3)[::17]
    of_object, of_file = (map_points(read_transform(name), points) for name in ("reg.dcm", "t.h5"))
    assert np.abs(of_object - of_file).max() <= stated * 1.005
    in_body = holds("Liver", breathe(points))
    assert np.linalg.norm(of_object - breathe(points), axis=1)[in_body].mean() < 0.5

    carry = ("--reference", "fixed", "--output-volume")
    assert call("apply", "reg.dcm", "rs.dcm", *carry, "rs_fixed.dcm") == 0
    assert call("apply", "reg.dcm", "dose.dcm", *carry, "dose_fixed.dcm") == 0
    assert call("apply", "reg.dcm", "moving", *carry, "moved") == 0
    assert call("apply", "reg.dcm", "rs_fixed.dcm", *carry, "same.dcm") == 0
    assert "are on the same side" in caplog.text
    structures = read_structures("rs_fixed.dcm")
    for one in structures.structures:
        truth, before = holds(one.name, breathe(centers(GRID))), holds(one.name, centers(GRID))
        after = dice(structure_mask(one, GRID, 4.0), truth)
        assert after > (0.85 if one.name == "GTV" else 0.95)
        assert after > dice(before, truth) or one.name in ("Spine", "Body")
    dose = array_view(read_image("dose_fixed.dcm"))[2:-2, 4:-4, 4:-4]
    expected, before = dose_at(breathe(INSIDE)), dose_at(INSIDE)
    high = expected > 20
    assert np.abs(dose - expected)[high].mean() < 0.4 * np.abs(before - expected)[high].mean()
    assert_valid(
        patient / "reg.dcm", patient / "rs_fixed.dcm", patient / "dose_fixed.dcm", next((patient / "moved").iterdir())
    )


def _structures_of_fixed() -> str:
    """The body of the fixed state, which hardly moves, as a mask by name."""
    regions = {name: Region(ellipses(name)) for name in ("Body", "Spine")}
    write_structure_set("rs0.dcm", regions, "1.2.3.91", "1.2.3.91.1")
    return "rs0.dcm:body"


def test_doses_of_fractions_add_up(patient, capsys):
    shifted = GRID.origin[0] + 30, *GRID.origin[1:]
    write_dose("other.dcm", "1.2.3.92", type(GRID)(GRID.size, GRID.spacing, shifted, GRID.direction))
    sums = ("--reference", "moving", "--output-volume", "sum.dcm", "--sum", "identity", "other.dcm")
    assert call("apply", "identity", "dose.dcm", *sums, "--json") == 0
    assert json.loads(capsys.readouterr().out)["doses"] == 2
    points = centers(GRID)
    other = np.where(points[..., 0] >= shifted[0], dose_at(points), 0)  # outside of its grid there is none
    assert array_view(read_image("sum.dcm")) == pytest.approx(dose_at(points) + other, abs=0.01)
    write_dose("relative.dcm", "1.2.3.92", DoseUnits="RELATIVE")
    assert call("apply", "identity", "dose.dcm", *sums[:3], "none.dcm", "--sum", "identity", "relative.dcm") == 2
    assert "is in relative units and cannot be added" in capsys.readouterr().err
    assert not (patient / "none.dcm").exists()


def test_segments_are_judged_by_their_names(patient, capsys):
    regions = {name: Region(ellipses(name)) for name in reversed(ORGANS)}
    write_structure_set("rs0.dcm", regions, "1.2.3.91", "1.2.3.91.1")
    images = ("--fixed", "fixed", "--moving", "moving")
    words = ("--fixed-labels", "rs0.dcm:Liver,Spine", "--moving-labels", "rs.dcm:Spine,Liver")
    assert call("evaluate", *images, *words, "--json") == 0
    figures = {one["name"]: one["after"] for one in json.loads(capsys.readouterr().out)["transforms"][0]["figures"]}
    assert [name for name in figures if name.startswith("Dice")] == ["Dice overlap, Spine", "Dice overlap, Liver"]
    assert figures["Dice overlap, Spine"] == 1  # as loaded, both are drawn alike
    assert call("evaluate", *words) == 2
    assert "give that image too" in capsys.readouterr().err


def test_bad_input_is_a_sentence_and_leaves_nothing(patient, capsys):
    assert call("register", "fixed", "moving", "--preset", "translation", "--output-registration", "reg.dcm") == 0
    write_ct(patient / "other", "1.2.3.99", moving=True)
    write_structure_set("rs9.dcm", {"Liver": Region(ellipses("Liver"))}, "1.2.3.99", "1.2.3.99.1")
    capsys.readouterr()
    to_fixed, on_dose = ("--reference", "fixed", "--output-volume"), ("--reference", "dose.dcm", "--output-volume")
    rigid = ("--preset", "rigid", "--output-transform", "x.h5", "--initial-transform", "reg.dcm")
    cases = [
        (("apply", "reg.dcm", "other", *to_fixed, "x.nrrd"), "does not contain the frame of reference 1.2.3.99"),
        (("apply", "reg.dcm", "rs9.dcm", *to_fixed, "x.dcm"), "does not contain the frame of reference 1.2.3.99"),
        (("apply", "reg.dcm", "dose.dcm", "--reference", "other", "--output-volume", "x.dcm"), "of the fixed image"),
        (("apply", "identity", "rs.dcm:Lung", *to_fixed, "x.dcm"), "There is no Lung in the structure set rs.dcm"),
        (("apply", "identity", "moving", *to_fixed, "x.dcm"), "is written to a folder; give one, such as x/"),
        (("apply", "identity", "rs.dcm", *on_dose, "x.dcm"), "give a series of images"),
        (("register", "fixed", "moving", *rigid, "--fixed-mask", "rs.dcm:Liver"), "a different frame of reference"),
        (("register", "fixed", "fixed", *rigid[:4], "--output-registration", "x.dcm"), "are the same DICOM series"),
        (("register", "fixed", "other", *rigid), "the frame of reference 1.2.3.99 of the moving image"),
        (("apply", "identity", "rs.dcm", *to_fixed, "xout"), "gives the format of structures: .dcm, .seg.nrrd"),
        (("apply", "identity", "moving", *to_fixed, "x.nrrd", "--anonymize"), "--anonymize applies to DICOM objects"),
        (("apply", "identity", "--points", "p.txt", "--output-points", "x.txt", "--anonymize"), "applies to DICOM"),
        (("register", "fixed", "moving", *rigid, "--anonymize"), "--anonymize applies to DICOM objects"),
        (("apply", "identity", "rs.dcm", *to_fixed, "rs.dcm"), "would overwrite an input"),
        (("apply", "identity", "rs.dcm:Liver", *to_fixed, "rs.dcm"), "would overwrite an input"),
    ]  # fmt: skip
    for words, says in cases:
        assert call(*words) == 2, words
        said = capsys.readouterr().err.strip().splitlines()
        assert says in said[-1]
        assert not list(patient.glob("x*"))


def test_nothing_of_the_patient_is_written_when_asked_for(patient):
    for moving, output in (("rs.dcm", "rs_out.dcm"), ("dose.dcm", "dose_out.dcm"), ("moving", "moved")):
        assert call("apply", "identity", moving, "--reference", "moving", "--output-volume", output, "--anonymize") == 0
        path = patient / output
        written = pydicom.dcmread(next(path.iterdir()) if path.is_dir() else path)
        assert "Phantom" not in str(written)
        assert written.PatientIdentityRemoved == "YES"
