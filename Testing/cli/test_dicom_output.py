"""--output-registration: from two DICOM folders to an object, or a sentence before anything runs."""

from __future__ import annotations

import json

import numpy as np
import pydicom
import pytest
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.images.geometry import Geometry, array_view
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.dicom_series import Series, Slice, write_series
from phantoms.images import blobs
from support.command_line import call

GRID = Geometry((40, 36, 20), (2.0, 2.5, 4.0), (-37.0, 12.0, -55.0), ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))


@pytest.fixture
def folders(tmp_path):
    """Two DICOM folders; the moving blobs lie (4, -3, 2) mm further."""
    for name, shift, frame in (("fixed", (0, 0, 0), "1.2.3.9"), ("moving", (4.0, -3.0, 2.0), "1.2.4.9")):
        voxels = np.round(array_view(blobs(GRID, shift))).astype(np.uint16)
        slices = [Slice(voxels[k], GRID.points_of([0, 0, k])) for k in range(len(voxels))]
        tags = {"FrameOfReferenceUID": frame, "SeriesInstanceUID": f"{frame}.1", "SeriesDescription": name}
        series = Series(slices, np.array([[1.0, 0, 0], [0, 1.0, 0]]), (2.5, 2.0))
        write_series(series, tmp_path / name, np.random.default_rng(1), **tags)
    return tmp_path


def test_two_folders_give_an_object_that_apply_takes(folders, capsys):
    path = folders / "reg.dcm"
    status = call(
        "register", folders / "fixed", folders / "moving", "--preset", "translation", "--output-registration", path,
        "--output-transform", folders / "t.h5", "--output-volume", folders / "moved-too", "--json", "--anonymize",
    )  # fmt: skip
    assert status == 0
    assert json.loads(capsys.readouterr().out)["dicom_registration"]["error_mm"] == 0
    points = GRID.points_of(np.random.default_rng(1).uniform(0, 19, (50, 3)))
    moved = map_points(read_transform(path), points)
    assert moved == pytest.approx(map_points(read_transform(folders / "t.h5"), points), abs=1e-5)
    assert moved - points == pytest.approx(np.tile([4.0, -3.0, 2.0], (50, 1)), abs=0.2)
    assert "Phantom" not in str(pydicom.dcmread(path))
    assert len(list((folders / "moved-too").iterdir())) == GRID.size[2]
    np.savetxt(folders / "points.txt", points, header=f"point\n{len(points)}", comments="")
    assert call("apply", path, "--points", folders / "points.txt", "--output-points", folders / "moved.txt") == 0
    assert np.loadtxt(folders / "moved.txt", skiprows=2) == pytest.approx(moved, abs=1e-4)


def test_the_resampled_image_is_a_series_of_the_moving_patient(folders, capsys):
    from ElastixRegistrationLib.core.files.image_files import read_image

    transform, outputs = _shift(folders), [folders / "moved", folders / "moved.nrrd"]
    words = "apply", transform, folders / "moving", "--reference", folders / "fixed"
    for output in outputs:
        assert call(*words, "--output-volume", output) == 0
    series, plain = (read_image(output) for output in outputs)
    assert np.allclose(array_view(series), array_view(plain), rtol=1e-6, atol=0)
    first = pydicom.dcmread(sorted((folders / "moved").iterdir())[0])
    assert (first.FrameOfReferenceUID, first.SeriesDescription) == ("1.2.3.9", "moving, registered")
    assert call(*words, "--output-volume", "x.dcm") == 2
    assert "is written to a folder; give one, such as x/" in capsys.readouterr().err


def _shift(folder):
    from ElastixRegistrationLib.core.files.transform_files import write_transform
    from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix

    matrix = np.eye(4)
    matrix[:3, 3] = (4.0, -3.0, 2.0)
    write_transform(affine_from_matrix(matrix), folder / "shift.tfm", GRID)
    return folder / "shift.tfm"


def test_what_cannot_become_an_object_is_refused_before_anything_runs(folders, capsys):
    from ElastixRegistrationLib.core.files.image_files import write_image

    write_image(blobs(GRID), folders / "plain.nrrd")
    for moving, path, says in (
        ("plain.nrrd", "reg.dcm", "is not a DICOM series"),
        ("moving", "reg.txt", "needs a name that ends in .dcm"),
        ("moving", "nowhere/reg.dcm", "does not exist"),
    ):
        status = call(
            "register", folders / "fixed", folders / moving, "--preset", "rigid", "--output-registration",
            folders / path, "--output-transform", folders / "t.h5",
        )  # fmt: skip
        assert status == 2
        assert says in capsys.readouterr().err
        assert not (folders / "t.h5").exists()
