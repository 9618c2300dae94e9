"""convert, invert and compose on the shell."""

from __future__ import annotations

import json

import numpy as np
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, bspline_transform, map_points
from phantoms.images import grid

POINTS = grid().points_of(np.random.default_rng(1).uniform(5, 26, (20, 3)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_image(image_from_array(np.zeros(grid().size[::-1], np.uint8), grid()), "f.nrrd")
    matrix = np.eye(4)
    matrix[:3] += np.random.default_rng(3).normal(0, 0.05, (3, 4))
    write_transform(affine_from_matrix(matrix), "a.h5", grid())
    wave = np.random.default_rng(1).normal(0, 1.5, (3, 9, 9, 9))
    write_transform(bspline_transform(wave, grid().center() - 80, np.full(3, 20.0), np.eye(3)), "b.h5", grid())
    return tmp_path


@pytest.mark.parametrize("output", ["o.lta", "o.aff12.1D", "o.mat", "o.tfm", "o.txt", "o.toml", "fsl.mat", "itk.txt"])
def test_a_matrix_goes_through_every_form(folder, output):
    form = [f"--form={output.partition('.')[0]}"] if output[0] != "o" else []
    assert main(["convert", "a.h5", output, "--fixed", "f.nrrd", "--moving", "f.nrrd", "--quiet", *form]) == 0
    back = read_transform(output, fixed=grid(), moving=grid())
    assert map_points(back, POINTS) == pytest.approx(map_points(read_transform("a.h5"), POINTS), abs=1e-9)


@pytest.mark.parametrize("name", ["a.h5", "b.h5"])
def test_a_transform_and_its_inverse_are_nothing(folder, name, capsys):
    assert main(["invert", name, "back.h5", "--fixed", "f.nrrd", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["command"] == "invert"
    assert main(["compose", name, "back.h5", "all.h5", "--quiet"]) == 0
    assert map_points(read_transform("all.h5"), POINTS) == pytest.approx(POINTS, abs=1e-9 if name == "a.h5" else 0.05)


def test_the_first_of_a_composition_acts_first(folder):
    assert main(["compose", "a.h5", "b.h5", "ab.tfm", "--quiet"]) == 0
    first, then = read_transform("a.h5"), read_transform("b.h5")
    assert map_points(read_transform("ab.tfm"), POINTS) == pytest.approx(map_points(then, map_points(first, POINTS)))


def test_what_cannot_be_written_is_said_before_anything_is(folder, capsys):
    for words, sentence in (
        (["convert", "b.h5", "o.lta"], "can only store a matrix"),
        (["invert", "b.h5", "o.h5"], "give --fixed"),
        (["convert", "a.h5", "o.xyz"], "No transform format is known"),
        (["convert", "a.h5", "o.mat", "--form", "fsl"], "refers to the voxels of two images"),
        (["convert", "a.h5", "a.h5"], "would overwrite an input"),
    ):
        assert main(words) == 2
        assert sentence in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["a.h5", "b.h5", "f.nrrd"]
