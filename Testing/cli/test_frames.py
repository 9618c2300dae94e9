"""Files of several time points on the command line, from the file to the transform of each."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
from phantoms.images import blobs, grid

GRID = grid((40, 36, 32), (2.0, 2.0, 2.0))
#: LPS mm: where the fixed image's point 0 lies at each time point.
SHIFTS = np.array([(0.0, 0, 0), (4, -3, 2), (-5, 2, 3)])
FORMS = "nii.gz", "mgz", "seq.nrrd"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder: a fixed image, and one file with a shifted copy of it for each time point, in three forms."""
    monkeypatch.chdir(tmp_path)
    write_image(blobs(GRID), tmp_path / "fixed.nii.gz")
    frames = np.stack([array_view(blobs(GRID, tuple(shift))) for shift in SHIFTS.tolist()]).astype(np.float32)
    affine = np.diag([-1.0, -1, 1, 1]) @ GRID.index_to_physical()
    nibabel.Nifti1Image(frames.T, affine).to_filename(tmp_path / "moving.nii.gz")
    nibabel.MGHImage(frames.T, affine).to_filename(tmp_path / "moving.mgz")
    directions = " ".join(f"({','.join(map(str, row[:3]))})" for row in GRID.index_to_physical().T[:3].tolist())
    header = (
        f"NRRD0005\ntype: float\ndimension: 4\nsizes: 3 40 36 32\nendian: little\nencoding: raw\nspace: LPS\n"
        f"space directions: none {directions}\nspace origin: ({','.join(map(str, GRID.origin))})\n"
        "kinds: list domain domain domain\naxis 0 index type:=numeric\n\n"
    )
    values = np.ascontiguousarray(np.moveaxis(frames, 0, -1), "<f4")
    (tmp_path / "moving.seq.nrrd").write_bytes(header.encode() + values.tobytes())
    return tmp_path


def call(*words):
    return main([*map(str, words), "--quiet"])


def check(path, shift, start=(0.0, 0, 0)):
    point = np.array([start])
    assert map_points(read_transform(path), point) - point == pytest.approx(np.array([shift]), abs=0.1)


@pytest.mark.parametrize("name", [f"moving.{form}" for form in FORMS])
def test_one_time_point_is_registered_and_resampled(folder, name):
    words = "register", "fixed.nii.gz", name, "--preset", "rigid", "--frame", 2
    assert call(*words, "--output-transform", "t.h5", "--output-volume", "v.nii.gz") == 0
    check("t.h5", SHIFTS[1])
    assert call("apply", "t.h5", name, "--frame", 2, "--reference", "fixed.nii.gz", "--output-volume", "a.nii.gz") == 0
    fixed, *others = (array_view(read_image(one)).astype(float) for one in ("fixed.nii.gz", "v.nii.gz", "a.nii.gz"))
    for other in others:
        assert np.corrcoef(fixed[8:-8, 8:-8, 8:-8].ravel(), other[8:-8, 8:-8, 8:-8].ravel())[0, 1] > 0.99


def test_two_time_points_of_one_file_are_registered(folder):
    words = "register", "moving.nii.gz", "moving.nii.gz", "--frame", 2, "--frame", 3, "--preset", "rigid"
    assert call(*words, "--output-transform", "t.h5") == 0
    check("t.h5", SHIFTS[2] - SHIFTS[1], SHIFTS[1])


def test_a_cohort_has_a_case_for_each_time_point(folder):
    forms = "nii.gz", "seq.nrrd"  # with the frames as the last axis, and as the first
    names = [f"{number}.{form}" for number, form in enumerate(forms)]
    for name, form in zip(names, forms, strict=True):
        (folder / f"moving.{form}").rename(folder / name)
    quick = "--preset", "translation", "--set", "MaximumNumberOfIterations=60"
    assert call("batch", "fixed.nii.gz", *names, *quick, "--output-dir", "out", "--workers", 1) == 0
    found = sorted(path.parent.name for path in (folder / "out").glob("*/transform.h5"))
    assert found == [f"{name}-frame-{frame}" for name in ("0", "1.seq") for frame in (1, 2, 3)]
    for case, shift in zip(found, [*SHIFTS] * len(forms), strict=True):
        check(folder / "out" / case / "transform.h5", shift)


def test_a_file_of_time_points_is_a_grid_like_any_other(folder):
    """FSL's matrices and points of indices refer to where its voxels lie, which is the same at all times."""
    (folder / "t.tfm").write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: TranslationTransform_double_3_3\n"
        "Parameters: 4 -3 2\nFixedParameters:\n",
        encoding="ascii",
    )
    sides = "--fixed", "fixed.nii.gz", "--moving", "moving.nii.gz"
    assert call("convert", "t.tfm", "flirt.mat", "--form", "fsl", *sides) == 0
    assert call("convert", "flirt.mat", "back.tfm", *sides) == 0
    check("back.tfm", SHIFTS[1])
    assert call("convert", "t.tfm", "field.nrrd", "--fixed", "moving.nii.gz") == 0
    assert geometry_of(read_image("field.nrrd")).is_close(GRID)
    (folder / "p.txt").write_text("index\n1\n3 4 5\n", encoding="ascii")
    words = "apply", "t.tfm", "--points", "p.txt", "--output-points", "q.txt", "--reference", "moving.nii.gz"
    assert call(*words) == 0
    assert read_points("q.txt").coordinates == pytest.approx(GRID.points_of([[3, 4, 5]]) + SHIFTS[1])


def test_what_to_do_is_said_where_no_time_point_is_chosen(folder, capfd):
    words = "register", "fixed.nii.gz", "moving.nii.gz", "--preset", "rigid", "--output-transform", "t.h5"
    assert call(*words) == 2
    assert "Choose one of several time points with --frame" in capfd.readouterr().err
    assert call(*words, "--frame", 4) == 2
    assert "has no frame 4; give a number from 1 to 3" in capfd.readouterr().err
    assert not (folder / "t.h5").exists()
