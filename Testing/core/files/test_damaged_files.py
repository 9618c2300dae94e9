"""Damaged images and transforms end in one sentence: no voxels made up, no exception of ITK, none of its messages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_image, write_image
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.transforms.itk_transforms import bspline_transform
from ElastixRegistrationLib.core.transforms.matrices import transform_from_matrix
from phantoms.images import grid

SOURCES = Path(__file__).resolve().parents[3] / "ElastixRegistration"
FORMATS = [".nrrd", ".nii.gz", ".nii", ".mha", ".vtk", ".gipl", ".tif"]


def _image(dimension=3):
    size = (9, 8, 7)[:dimension]
    return image_from_array(np.random.default_rng(1).normal(size=size[::-1]).astype(np.float32), grid(size))


@pytest.mark.parametrize("kept", [3, 200, 0.5, -100])
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_truncated_image_is_refused(tmp_path, suffix, kept):
    path = tmp_path / f"scan{suffix}"
    write_image(_image(), path, compress=suffix not in (".nrrd", ".mha"))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if kept == 0.5 else kept])
    with pytest.raises(InputError, match=f"fixed image .*scan{suffix}"):
        read_image(path, "fixed image")


@pytest.mark.parametrize("big", [False, True])
def test_tiff_files_of_other_programs_are_judged_alike(tmp_path, big):
    sitk = pytest.importorskip("SimpleITK")
    voxels = np.random.default_rng(1).integers(0, 255, (6, 40, 50)).astype(np.uint8)
    path = tmp_path / "sections.tif"
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(path), big)
    assert np.array_equal(array_view(read_image(path)), voxels)
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(InputError, match="truncated"):
        read_image(path)


NINES = np.full(3, 9.0).tobytes()
NONE = np.array([9.0, np.nan, 9.0]).tobytes()


@pytest.mark.parametrize(
    ("suffix", "is_grid", "old", "new"),
    [
        (".txt", False, b"(TransformParameters 2.0", b"(TransformParameters inf"),
        (".txt", True, b"(GridDirection 1.0", b"(GridDirection nan"),
        (".tfm", False, b"Parameters: 2 ", b"Parameters: nan "),
        (".tfm", True, b"9 9 9", b"9 nan 9"),
        (".h5", True, NINES, NONE),
    ],
)
def test_numbers_that_are_not_finite_are_refused(tmp_path, suffix, is_grid, old, new):
    """With those of a grid, ITK stops when points are mapped; with those of a matrix it maps them to nowhere."""
    path = tmp_path / f"t{suffix}"
    grid_of_zeros = bspline_transform(np.zeros((3, 5, 5, 5)), np.zeros(3), np.full(3, 9.0), np.eye(3))
    write_transform(
        grid_of_zeros if is_grid else transform_from_matrix(np.diag([2, 1, 1, 1]), "LPS"), path, grid((9, 8, 7))
    )
    read_transform(path)
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    with pytest.raises(InputError, match=rf"t\{suffix} (contains numbers that are not finite|is damaged)"):
        read_transform(path)


@pytest.mark.parametrize("kept", [0, 20, 100, 0.5, -1])
def test_a_truncated_transform_is_refused(tmp_path, kept):
    path = tmp_path / "t.h5"
    write_transform(transform_from_matrix(np.eye(4), "LPS"), path, grid((9, 8, 7)))
    read_transform(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if kept == 0.5 else kept])
    with pytest.raises(InputError, match=r"t\.h5 is truncated"):
        read_transform(path)


def _said(folder: Path, code: str) -> str:
    """What a fresh Python with ``read_image`` and ``read_transform`` writes to standard error, and nothing else."""
    start = (
        f"import sys; sys.path.insert(0, {str(SOURCES)!r})\n"
        "from ElastixRegistrationLib.core import InputError, read_image, read_transform\n"
        "def attempt(read, *what):\n"
        "    try:\n        read(*what)\n"
        "    except InputError as error:\n        sys.stderr.write(f'{error}\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", start + code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


def test_only_our_sentence_is_printed(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "scan.mha").write_bytes(b"ObjectType = Image\nNDims = 3\nElementType = MET_FLOAT\n")
    write_image(_image(), tmp_path / "cut.mha")
    (tmp_path / "cut.mha").write_bytes((tmp_path / "cut.mha").read_bytes()[:-50])
    write_transform(transform_from_matrix(np.eye(4), "LPS"), tmp_path / "t.h5", grid((9, 8, 7)))
    whole = (tmp_path / "t.h5").read_bytes()
    (tmp_path / "half.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "hole.h5").write_bytes(whole[:1000] + b"\xff" * 500 + whole[1500:])
    # In HDF5's own heap: it does not survive this one.
    heap = whole.index(b"GCOL") + 152
    (tmp_path / "heap.h5").write_bytes(whole[:heap] + b"\xff" * 8 + whole[heap + 8 :])
    said = _said(
        tmp_path,
        "for name in ('empty', 'scan.mha', 'cut.mha'):\n    attempt(read_image, name)\n"
        "for name in ('half.h5', 'hole.h5', 'heap.h5'):\n    attempt(read_transform, name)\n",
    )
    assert said.splitlines() == [
        "The folder empty of the image has no DICOM images.",
        "The image scan.mha is truncated or damaged.",
        "The image cut.mha is truncated or damaged.",
        "The transform file half.h5 is truncated, damaged, or not an HDF5 file.",
        "The transform file hole.h5 is damaged or contains no ITK transform.",
        "The transform file heap.h5 is truncated, damaged, or not an HDF5 file.",
    ]


def test_what_a_library_says_of_a_readable_file_is_passed_on(tmp_path):
    code = (
        "import os\n"
        "from ElastixRegistrationLib.core.system.native_messages import native_messages_of_success\n"
        "with native_messages_of_success():\n    os.write(2, b'slices are missing\\n')\n    os.write(2, b'')\n"
        "try:\n    with native_messages_of_success():\n        os.write(2, b'pages of details\\n')\n        1 / 0\n"
        "except ZeroDivisionError:\n    os.write(2, b'one sentence\\n')\n"
    )
    assert _said(tmp_path, code) == "slices are missing\none sentence\n"


TEXT = "#Insight Transform File V1.0\n#Transform 0\nTransform: {}\nParameters: {}\nFixedParameters: {}\n"
MAP = '(Transform "{}")\n(NumberOfParameters {})\n(TransformParameters {})\n(FixedImageDimension 2)\n'
GRID_OF = "(GridSize 4 4)\n(GridOrigin 0 0)\n(GridSpacing 1 1)\n(GridDirection 1 0 1)\n"


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".tfm", TEXT.format("nan1.0", "1 2", "0")),
        (".tfm", TEXT.format("\udc80 AffineTransform_double_3_3", "1 2", "0")),
        (".tfm", "#Insight Transform File V1.0\nTransform: CompositeTransform_double_3_3\nnan\n"),
        (".txt", MAP.format("BSplineTransform", 32, " ".join(["0"] * 32)) + GRID_OF),
        (".txt", MAP.format("BSplineTransform", 1, "0") + "(GridSize -1 9999999999)\n"),
        (".txt", '(Transform "File")\n(TransformFileName "damaged.txt")\n(NumberOfParameters 0)\n'),
    ],
    ids=["name", "letters", "empty composite", "direction", "size", "itself"],
)
def test_transforms_that_make_no_sense_are_refused(tmp_path, suffix, content):
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError):
        read_transform(path)
