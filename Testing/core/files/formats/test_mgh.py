"""FreeSurfer's images against nibabel, which FreeSurfer's own developers test theirs with."""

from __future__ import annotations

import struct

import nibabel
import numpy as np
import pytest
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_geometry, read_image, read_volume
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of
from phantoms.images import oblique

RANDOM = np.random.default_rng(5)
LPS = np.diag([-1.0, -1, 1, 1])


def mgh(path, dtype=np.int16, shape=(9, 8, 7), affine=None):
    if affine is None:
        affine = np.eye(4)
        affine[:3, :3] = oblique(4) @ np.diag([1.1, 0.9, 2.5])
        affine[:3, 3] = -30.25, 20.5, 110.75
    voxels = RANDOM.integers(0, 250, shape).astype(dtype)
    nibabel.MGHImage(voxels, affine).to_filename(path)
    return path


def check(path, frame=None):
    truth = nibabel.load(path)
    values = np.asarray(truth.dataobj)
    image = read_image(path, frame=frame)
    found = array_view(image)
    assert found.dtype == values.dtype.newbyteorder("=")
    assert np.array_equal(found, (values if frame is None else values[..., frame - 1]).T)
    for geometry in (geometry_of(image), read_geometry(path)):
        matrix = geometry.index_to_physical()
        assert matrix[np.ix_([0, 1, 2, -1], [0, 1, 2, -1])] == pytest.approx(LPS @ truth.affine, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("suffix", [".mgz", ".mgh"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32])
def test_voxels_lie_where_nibabel_puts_them(tmp_path, suffix, dtype):
    check(mgh(tmp_path / f"head{suffix}", dtype))


def test_time_points_are_chosen(tmp_path):
    path = mgh(tmp_path / "f.mgz", np.float32, (6, 5, 4, 3))
    check(path)
    check(path, frame=2)
    with pytest.raises(InputError, match="no frame 4; give a number from 1 to 3"):
        read_image(path, frame=4)


def test_without_a_place_it_is_coronal_as_in_freesurfer_with_a_notice(tmp_path):
    """Columns toward the left, rows toward the feet, slices toward the front; nibabel turns the last two around."""
    path = mgh(tmp_path / "f.mgh")
    content = bytearray(path.read_bytes())
    struct.pack_into(">h", content, 28, 0)
    path.write_bytes(content)
    volume = read_volume(path)
    columns, rows, slices, origin = (LPS @ geometry_of(volume.image).index_to_physical()).T[:, :3]
    assert (columns.tolist(), rows.tolist(), slices.tolist()) == ([-1, 0, 0], [0, 0, -1], [0, 1, 0])
    assert origin.tolist() == [4.5, -3.5, 4]
    assert "does not give the position of its voxels" in volume.notes[0]


def test_unsigned_shorts_of_newer_versions_are_read(tmp_path):
    path = mgh(tmp_path / "f.mgh")
    content = bytearray(path.read_bytes())
    struct.pack_into(">i", content, 20, 10)
    path.write_bytes(content)
    assert np.array_equal(array_view(read_image(path)), np.asarray(nibabel.MGHImage.from_filename(
        mgh_as_short(tmp_path, content)).dataobj).T)  # fmt: skip


def mgh_as_short(folder, content):
    """The same bytes under the type of signed shorts, which all values fit."""
    content = bytearray(content)
    struct.pack_into(">i", content, 20, 4)
    (folder / "short.mgh").write_bytes(content)
    return folder / "short.mgh"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data[:-30], "truncated or damaged"),
        (lambda data: data[:100], "truncated or damaged"),
        (lambda data: data[:20] + struct.pack(">i", 6) + data[24:], "has an unsupported voxel type"),
        (lambda _: b"", "It is empty"),
        (lambda _: b"<!DOCTYPE html>" + b" " * 300, "a web page"),
    ],
)
def test_damaged_files_are_refused(tmp_path, change, sentence):
    path = mgh(tmp_path / "f.mgh")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InputError, match=sentence):
        read_volume(path)


def test_it_is_resampled_by_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = mgh(tmp_path / "f.mgz", np.float32)
    (tmp_path / "t.tfm").write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: TranslationTransform_double_3_3\n"
        "Parameters: 0 0 0\nFixedParameters:\n",
        encoding="ascii",
    )
    words = ["apply", "t.tfm", str(path), "--reference", str(path), "--output-volume", "o.nii.gz", "--quiet"]
    assert main(words) == 0
    assert array_view(read_image("o.nii.gz")) == pytest.approx(array_view(read_image(path)), abs=1e-3)
    assert nibabel.load("o.nii.gz").affine == pytest.approx(nibabel.load(path).affine, abs=1e-4)
