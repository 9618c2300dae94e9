"""Damaged files are told by what is wrong in them, and never in Python's words."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.errors import Fault, InputError, damaged
from ElastixRegistrationLib.core.files.model_files import move_model
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.files.transform_files import read_transform


def _raised_by(run) -> Exception:
    try:
        run()
    except Exception as error:
        return error
    raise AssertionError("it raised nothing")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Fault("it ends early"), ": it ends early"),
        (_raised_by(lambda: float("1.2.3")), ": it has 1.2.3 where a number should be"),
        (_raised_by(lambda: int("x")), ": it has x where a number should be"),
        (_raised_by(lambda: {}["markups"]), ": it lacks markups"),
        (_raised_by(lambda: b"\xff\xfe\xfd".decode("ascii")), ": it is not text"),
        (_raised_by(lambda: None.Rows), ": it lacks Rows"),
        (_raised_by(lambda: [][2]), ""),
        (_raised_by(lambda: "ab" + 1), ""),
    ],
)
def test_what_is_wrong_is_said_where_it_is_known(error, reason):
    told = damaged("The file a.x", error)
    assert isinstance(told, InputError)
    assert str(told) == f"The file a.x is damaged{reason}."


@pytest.mark.parametrize(
    ("name", "content", "read"),
    [
        ("p.txt", b"point\n2\n1 2 x\n1 2 3\n", read_points),
        ("p.mrk.json", b'{"markups": [{"type": "Fiducial"}, 3]}', read_points),
        ("p.mrk.json", b"[1]", read_points),
        ("p.fcsv", b"# columns = id,x,y,z\n1\n", read_points),
        ("m.obj", b"v 1 2 q\n", lambda path: move_model(path, path.with_name("n.obj"), lambda points: points)),
        ("m.stl", b"solid\nfacet normal\nvertex 1 2\n", lambda path: move_model(path, path.with_name("n.stl"), None)),
        ("t.lta", b"type = 1\nnxforms = 1\n1 4 4\n1 0 0 0\n", read_transform),
        ("t.1D", b"1 2 3 4 5 6 7 8 9 10 11 z\n", read_transform),
    ],
)
def test_damaged_files_are_told_without_words_of_python(tmp_path, name, content, read):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as raised:
        read(tmp_path / name)
    told = str(raised.value)
    assert str(tmp_path / name) in told
    for word in ("object", "attribute", "NoneType", "could not convert", "index", "subscript", "np.", "literal", "'"):
        assert word not in told.replace(str(tmp_path), "")
