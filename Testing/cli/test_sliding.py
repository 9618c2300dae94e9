"""What slides along its surroundings, on the command line: one pair, and a cohort's column."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.point_files import Points, read_points, write_points
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.sliding_files import VOXEL, sides, sliding_files


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return sliding_files(tmp_path_factory.mktemp("sliding"))


def call(capsys, *words):
    assert main([str(word) for word in words]) == 0
    return capsys.readouterr().out


def test_a_pair_with_everything_afterwards(files, capsys, tmp_path):
    transform, report = tmp_path / "t.h5", tmp_path / "report"
    out = call(
        capsys, "register", files.fixed, files.moving, "--parameters", files.parameters, "--sliding-mask", files.mask,
        "--moving-sliding-mask", files.mask,
        "--output-transform", transform, "--output-volume", tmp_path / "v.nrrd", "--report", report, "--json",
        "--strict",
    )  # fmt: skip
    document = json.loads(out)
    assert document["sliding"]["regions"] == [1]
    assert document["sliding"]["mismatch_95"] < VOXEL
    assert document["inputs"]["sliding_mask"] == {"file": str(files.mask)}
    assert document["inputs"]["moving_sliding_mask"] == {"file": str(files.mask)}
    assert document["verdict"]["status"] == "better"
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "Gap or overlap where it slides, 95 %" in page
    assert "--sliding-mask SLIDING_MASK --moving-sliding-mask MOVING_SLIDING_MASK" in page
    found = read_transform(transform)
    for points, truth in sides():
        assert np.percentile(np.linalg.norm(map_points(found, points) - points - truth, axis=1), 98) < VOXEL / 2
        write_points(Points(points, ()), tmp_path / "p.txt")
        call(capsys, "apply", transform, "--points", tmp_path / "p.txt", "--output-points", tmp_path / "q.txt")
        assert read_points(tmp_path / "q.txt").coordinates == pytest.approx(map_points(found, points), abs=1e-4)
    analyzed = json.loads(call(capsys, "analyze", transform, "--reference", files.fixed, "--json"))
    assert analyzed["folded"]["voxels"] == 0
    assert analyzed["border_voxels"] > 500


def test_columns_of_a_cohort(files, capsys, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(
        "case,fixed,moving,sliding_mask,moving_sliding_mask\n"
        f"slides,{files.fixed},{files.moving},{files.mask},{files.mask}\n",
        encoding="utf-8",
    )
    call(
        capsys, "batch", table, "--parameters", files.parameters, "--output-dir", tmp_path / "out", "--workers", "1",
        "--quiet",
    )  # fmt: skip
    result = json.loads((tmp_path / "out" / "slides" / "result.json").read_text(encoding="utf-8"))
    assert result["sliding"]["regions"] == [1]
    for role in ("sliding_mask", "moving_sliding_mask"):
        assert result["inputs"][role]["path"] == str(files.mask)
    found = read_transform(tmp_path / "out" / "slides" / "transform.h5")
    for points, truth in sides():
        assert np.percentile(np.linalg.norm(map_points(found, points) - points - truth, axis=1), 98) < VOXEL / 2
