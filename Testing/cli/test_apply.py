"""The command apply does what register did."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.files.image_files import read_image
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.images.geometry import array_view
from support.command_line import call


def test_apply_does_what_register_did(pair):
    assert call(
        "register", pair / "fixed.nrrd", pair / "moving.nrrd", "--parameters", pair / "rigid.txt", "--quiet",
        "--output-volume", pair / "a.nrrd", "--output-transform", pair / "t.txt",
    ) == 0  # fmt: skip
    assert call(
        "apply", pair / "t.txt", pair / "moving.nrrd", "--reference", pair / "fixed.nrrd", "--quiet",
        "--output-volume", pair / "b.nrrd",
    ) == 0  # fmt: skip
    first, second = (array_view(read_image(pair / name)) for name in ("a.nrrd", "b.nrrd"))
    assert np.array_equal(first, second)


def test_apply_moves_points_there_and_back(pair):
    call("register", pair / "fixed.nrrd", pair / "moving.nrrd", "--parameters", pair / "rigid.txt", "--quiet",
         "--output-transform", pair / "t.tfm")  # fmt: skip
    assert call("apply", pair / "t.tfm", "--points", pair / "fixed.fcsv", "--output-points", pair / "q.txt") == 0
    moved = read_points(pair / "q.txt").coordinates
    assert moved == pytest.approx(read_points(pair / "moving.mrk.json").coordinates, abs=0.5)
    assert (
        call("apply", pair / "t.tfm", "--points", pair / "q.txt", "--inverse", "--output-points", pair / "r.mrk.json")
        == 0
    )
    assert read_points(pair / "r.mrk.json").coordinates == pytest.approx(
        read_points(pair / "fixed.fcsv").coordinates, abs=1e-5
    )
