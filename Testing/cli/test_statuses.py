"""Exit statuses: a test for each row of the table in docs/trust.md, and what is refused before it runs."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.point_files import Points, write_points
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from phantoms.images import blobs, grid, stage

ROOT = Path(__file__).resolve().parents[2]
SHIFT = np.array([6.0, -4.0, 5.0])


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("statuses")
    write_image(blobs(grid(), dtype=np.int16), folder / "fixed.nrrd")
    write_image(blobs(grid(), SHIFT, dtype=np.int16), folder / "moving.nrrd")
    write_parameter_file(stage(MaximumNumberOfIterations="40"), folder / "shift.txt")
    points = grid().center() + np.random.default_rng(1).uniform(-15, 15, (8, 3))
    labels = tuple("ABCDEFGH")
    write_points(Points(points, labels), folder / "fixed.fcsv")
    write_points(Points(points + SHIFT, labels), folder / "moving.fcsv")
    return folder


@pytest.fixture
def call(images, tmp_path, monkeypatch):
    """Registers the images with one quick stage and further words; outputs go to the working folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words, stages=("--parameters", "shift.txt")):
        named = [str(images / word) if (images / str(word)).exists() else str(word) for word in (*stages, *words)]
        return main(["register", str(images / "fixed.nrrd"), str(images / "moving.nrrd"), *named])

    return run


def swapped():
    return "--fixed-points", "moving.fcsv", "--moving-points", "fixed.fcsv"


def test_every_status_is_in_the_documentation():
    text = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8").partition("## Exit statuses")[2]
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)] == [0, 1, 2, 3, 4, 130]


def test_0_done_and_the_document_of_a_pair_says_what_went_in(call, images, capsys):
    words = "--seed", "7", "--threads", "2", "--fixed-points", "fixed.fcsv", "--moving-points", "moving.fcsv"
    assert call("--json", "--strict", *words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"]["status"] == "better"
    assert document["verdict"]["evidence"][0]["kind"] == "landmarks"
    assert (document["seed"], document["threads"]) == ([7], 2)
    assert document["inputs"]["moving_points"] == {"file": str(images / "moving.fcsv")}
    assert re.fullmatch("[0-9a-f]{64}", document["inputs"]["fixed"]["voxels_sha256"])


def test_1_the_registration_failed(call, capsys):
    """elastix gives up: more samples than lie in the moving image must do so."""
    strict = ("--set", "RequiredRatioOfValidSamples=1.0", "MaximumNumberOfSamplingAttempts=1")
    assert call("--output-transform", "t.h5", *strict) == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("error: elastix failed: ")
    assert "sample points of the fixed image fell into the moving image" in last
    assert not Path("t.h5").exists()


def test_2_the_call_is_wrong(call, capsys):
    assert call("--output-volume", "v.nonsense") == 2
    assert "v.nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("strict", [True, False])
def test_3_done_but_worse_with_strict_only(call, strict, capsys):
    """Swapped point files: the figures say worse, and why is told."""
    assert call(*swapped(), "--output-transform", "t.h5", *["--strict"] * strict) == (3 if strict else 0)
    printed = capsys.readouterr()
    assert Path("t.h5").exists()
    assert "seem to be swapped" in printed.out
    assert ("error: Worse than before" in printed.err) == strict


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.ENOMEM])
def test_4_the_computer_is_at_fault(call, number, monkeypatch, capsys):
    def fails(*_arguments, **_named):
        raise OSError(number, "as it happens", "t.h5")

    monkeypatch.setattr("ElastixRegistrationLib.core.system.output_files.os.replace", fails)
    assert call("--output-transform", "t.h5") == 4
    assert "t.h5 cannot be written" in capsys.readouterr().err
    assert not Path("t.h5").exists()


def test_4_too_little_memory_is_known_before_the_run(call, monkeypatch, capsys):
    monkeypatch.setattr("ElastixRegistrationLib.cli.register.read_inputs", None, raising=False)

    def fails(*_arguments, **_named):
        raise MemoryError

    monkeypatch.setattr("ElastixRegistrationLib.core.registration.inputs.read_inputs", fails)
    assert call("--output-transform", "t.h5") == 4
    assert "not enough memory" in capsys.readouterr().err


def test_130_interrupted(call, monkeypatch, capsys):
    def interrupted(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("ElastixRegistrationLib.core.registration.inputs.read_inputs", interrupted)
    assert call("--output-transform", "t.h5") == 130
    assert capsys.readouterr().err.splitlines()[-1] == "error: Interrupted; nothing was written."


@pytest.mark.parametrize(
    ("words", "stages", "sentence"),
    [
        ((), ("--parameters", "shift.txt"), "This registration has no output"),
        (("--output-transform", "t.h5"), ("--preset", "landmarks"), "needs landmarks: give them"),
        (
            ("--output-transform", "t.h5", "--landmark-weight", "1"),
            ("--parameters", "shift.txt"),
            "needs landmarks",
        ),
        (("--output-volume", "v.jpg"), ("--parameters", "shift.txt"), "v.jpg would lose"),
        (("--output-field", "f.png"), ("--parameters", "shift.txt"), "f.png would lose"),
    ],
)
def test_work_that_cannot_count_is_refused_before_images_are_read(call, words, stages, sentence, monkeypatch, capsys):
    monkeypatch.setattr("ElastixRegistrationLib.core.registration.inputs.read_inputs", None)
    assert call(*words, stages=stages) == 2
    assert sentence in capsys.readouterr().err


def test_a_picture_of_16_bits_is_not_promised_as_jpeg(images, tmp_path, capsys):
    plane = grid((40, 36))
    for name, shift in (("fixed", (0.0, 0.0)), ("moving", (2.0, 1.0))):
        voxels = np.random.default_rng(0).integers(0, 60000, plane.size[::-1]).astype(np.uint16)
        write_image(image_from_array(voxels + int(shift[0]), plane), tmp_path / f"{name}.png")
    files = [str(tmp_path / f"{name}.png") for name in ("fixed", "moving")]
    words = "--parameters", str(images / "shift.txt"), "--output-volume", str(tmp_path / "out.jpg")
    assert main(["register", *files, *words]) == 2
    assert "out.jpg cannot store 2D images of uint16 voxels" in capsys.readouterr().err
