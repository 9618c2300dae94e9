"""Which files become which cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.batch.cases import Case, find_cases, named
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array


@pytest.fixture
def folder(tmp_path):
    for name in ("fixed.nrrd", "set/b.nii.gz", "set/a.mha", "set/notes.txt", "set/.hidden.nrrd", "set/fixed.nrrd"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def dicom(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(bytes(128) + b"DICM")


def test_a_list_of_images(folder):
    cases = find_cases([folder / "fixed.nrrd", folder / "set" / "a.mha", folder / "set" / "b.nii.gz"])
    assert [case.name for case in cases] == ["a", "b"]
    assert {case.fixed for case in cases} == {str(folder / "fixed.nrrd")}
    assert cases[1].moving == str(folder / "set" / "b.nii.gz")


def test_a_folder_has_images_in_order_of_their_names_and_nothing_else(folder):
    assert [case.name for case in find_cases([folder / "fixed.nrrd", folder / "set"])] == ["a", "b", "fixed"]


def test_the_fixed_image_is_not_registered_with_itself(folder):
    assert [case.name for case in find_cases([folder / "set" / "fixed.nrrd", folder / "set"])] == ["a", "b"]


def test_a_folder_of_dicom_series_is_one_case_each_and_a_series_one_case(tmp_path):
    for patient in ("p1", "p2"):
        dicom(tmp_path / "patients" / patient, "IM0", "IM1")
    (tmp_path / "patients" / "empty").mkdir()
    assert [case.name for case in find_cases(["f.nrrd", tmp_path / "patients"])] == ["p1", "p2"]
    series = find_cases(["f.nrrd", tmp_path / "patients" / "p1"])
    assert [case.moving for case in series] == [str(tmp_path / "patients" / "p1")]


def test_a_table_names_everything(tmp_path):
    (tmp_path / "t.csv").write_text(
        "\ufeffCase;Fixed;moving;moving_mask;fixed_points;age\nfirst;f.nrrd;m/1.nrrd;;p.fcsv;40\n"
        ";/data/f2.nrrd;m/2.nrrd;k.nrrd;;50\n\n",
        encoding="utf-8",
    )
    first, second = find_cases([tmp_path / "t.csv"])
    at = str(tmp_path)
    assert first == Case("first", f"{at}/f.nrrd", f"{at}/m/1.nrrd", fixed_points=f"{at}/p.fcsv")
    assert second == Case("2", "/data/f2.nrrd", f"{at}/m/2.nrrd", moving_mask=f"{at}/k.nrrd")


def test_time_points_are_cases_of_their_own_and_a_table_chooses(tmp_path):
    plain = Geometry((4, 3, 2, 11), (1.0,) * 4, (0.0,) * 4, tuple(map(tuple, np.eye(4).tolist())))
    write_image(image_from_array(np.zeros((11, 2, 3, 4), np.int16), plain), tmp_path / "cine.nii.gz")
    cases = find_cases(["f.nrrd", tmp_path / "cine.nii.gz"])
    assert [case.frames for case in cases] == [(n,) for n in range(1, 12)]
    assert cases[2].name == "cine-frame-03"
    text = "fixed,moving,series,frame\nf.nrrd,m.nrrd,,3\nd,e,1 | 1.2.840,2|5\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    first, second = find_cases([tmp_path / "t.csv"])
    assert (first.series, first.frames) == ((), (3,))
    assert (second.series, second.frames) == (("1", "1.2.840"), (2, 5))
    (tmp_path / "t.csv").write_text("fixed,moving,frame\nf.nrrd,m.nrrd,last\n", encoding="utf-8")
    with pytest.raises(InputError, match="has the frame last"):
        find_cases([tmp_path / "t.csv"])


def test_a_table_without_a_fixed_column_takes_the_fixed_image_and_its_mask(tmp_path):
    (tmp_path / "t.tsv").write_text("moving\tmoving_labels\na.nrrd\tl.nrrd\n", encoding="utf-8")
    (case,) = find_cases(["/f.nrrd", tmp_path / "t.tsv"], fixed_mask="/k.nrrd", sliding_mask="/s.nrrd")
    assert (case.fixed, case.fixed_mask, case.moving_labels) == ("/f.nrrd", "/k.nrrd", f"{tmp_path}/l.nrrd")
    assert case.sliding_mask == "/s.nrrd"
    (tmp_path / "own.csv").write_text(
        "fixed,moving,sliding_mask,moving_sliding_mask\nf.nrrd,m.nrrd,liver.nrrd,other.nrrd\n", encoding="utf-8"
    )
    (case,) = find_cases([tmp_path / "own.csv"])
    assert (case.sliding_mask, case.moving_sliding_mask) == (f"{tmp_path}/liver.nrrd", f"{tmp_path}/other.nrrd")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fixed,moving,moving_msk\na,b,c\n", "moving_mask"),
        ("fixed,moving,masks\na,b,c\n", "fixed_mask or moving_mask"),
        ("fixed,moving,labels\na,b,c\n", "fixed_labels or moving_labels"),
        ("fixed,mooving\na,b\n", "no column moving"),
        ("fixed,moving\na,\n", "Line 2"),
        ("fixed,moving,moving\na,b,c\n", "more than once"),
        ("fixed,moving\n", "no rows"),
        ("", "no column"),
        ("case,fixed,moving\nx,a,b\nX,a,c\n", "2 cases are called x"),
    ],
)
def test_a_wrong_table_says_where(tmp_path, text, words):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        find_cases([tmp_path / "t.csv"])
    assert "t.csv" in str(caught.value) or "called" in str(caught.value)


def test_names_are_distinct_and_safe_for_any_disk():
    paths = ["/d/s1/t1.nii.gz", "/d/s2/t1.nii.gz", "/d/s2/t2.nii.gz", "/d/s2/t2.nii.gz", "/d/a b?.nrrd", "/d/con.nrrd"]
    names = [case.name for case in named([Case("", "f", path) for path in paths])]
    assert names == ["s1_t1", "s2_t1", "t2-1", "t2-2", "a_b", "con_"]
    assert [case.name for case in named([Case("summary.csv", "f", "m")])] == ["summary.csv_"]
    (odd,) = named([Case("../../etc/passwd", "f", "m")])
    assert odd.name == "etc_passwd"


def test_no_cases_is_told(tmp_path):
    with pytest.raises(InputError, match="nothing to register"):
        find_cases(["f.nrrd"])
    with pytest.raises(InputError, match="has no images"):
        find_cases(["f.nrrd", tmp_path])
