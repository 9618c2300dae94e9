"""Points in the forms of other programs."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.point_files import Points, read_points, write_points
from phantoms.images import grid, oblique

TRUTH = np.array([[10.0, -20, 5], [-12.5, 8, 30]])
FORMS = {
    "ants.csv": "x,y,z,t,label\n10,-20,5,0,a\n-12.5,8,30,0,b\n",
    "ras.csv": "label;X (RAS);Y (RAS);Z (RAS)\na;-10;20;5\nb;12.5;-8;30\n",
    "comment.csv": "# CoordinateSystem = RAS\nname,x,y,z\na,-10,20,5\nb,12.5,-8,30\n",
    "slicer.csv": "label,r,a,s,defined,selected\na,-10,20,5,1,1\nb,12.5,-8,30,1,1\n",
    "slicer.tsv": "label\tl\tp\ts\na\t10\t-20\t5\nb\t-12.5\t8\t30\n",
    "landmarks.pts": "Version 1.0\nNumber_of_points 2\na 10 -20 5\nb -12.5 8 30\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_tables_and_pts_are_read(tmp_path, name):
    (tmp_path / name).write_text(FORMS[name], "utf-8")
    found = read_points(tmp_path / name)
    assert np.array_equal(found.coordinates, TRUTH)
    assert found.labels == ("a", "b")


def test_points_that_transformix_has_mapped_are_its_output_points(tmp_path):
    row = "Point\t{}\t; InputPoint = [ 0 0 0 ]\t; OutputPoint = [ {} {} {} ]\t; Deformation = [ 0 ]"
    text = "\n".join(row.format(n, *point) for n, point in enumerate(TRUTH.tolist()))
    (tmp_path / "outputpoints.txt").write_text(text, "ascii")
    assert np.array_equal(read_points(tmp_path / "outputpoints.txt").coordinates, TRUTH)


@pytest.mark.parametrize("name", ["p.csv", "p.tsv", "p.pts", "p.txt", "p.fcsv", "p.mrk.json"])
def test_the_form_is_that_of_the_name(tmp_path, name):
    labels = ("first", "b") if name not in ("p.txt",) else ("", "")
    given = Points(TRUTH, labels, "pts" if name == "p.pts" else "")
    write_points(given, tmp_path / name)
    found = read_points(tmp_path / name)
    assert np.array_equal(found.coordinates, TRUTH)
    assert found.labels == labels


def test_indices_need_their_image(tmp_path):
    (tmp_path / "i.txt").write_text("index\n1\n3 4 5\n", "ascii")
    geometry = grid(direction=oblique(2))
    assert read_points(tmp_path / "i.txt", geometry).coordinates == pytest.approx(geometry.points_of([[3, 4, 5]]))
    with pytest.raises(InputError, match="give it with --reference"):
        read_points(tmp_path / "i.txt")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b,c\n1,2,3\n", "does not name the columns x, y, z"),
        ("x RAS,y LPS,z\n1,2,3\n", "says both RAS and LPS"),
        ("x,y,z\n1,2\n", "damaged"),
        ("", "empty"),
    ],
)
def test_tables_that_say_too_little_are_refused(tmp_path, text, sentence):
    (tmp_path / "p.csv").write_text(text, "ascii")
    with pytest.raises(InputError, match=sentence):
        read_points(tmp_path / "p.csv")
