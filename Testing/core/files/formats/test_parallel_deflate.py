"""Large images are compressed in several threads into files that every reader takes."""

from __future__ import annotations

import gzip

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.files import image_files
from ElastixRegistrationLib.core.files.formats import parallel_deflate
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from phantoms.images import grid, oblique

GRID = grid((70, 61, 83), direction=oblique(2))


@pytest.fixture
def image(monkeypatch):
    """An image of many blocks, the last of which is short; each goes on with what the one before it ended with."""
    monkeypatch.setattr(image_files, "_LARGE_BYTES", 1000)
    monkeypatch.setattr(parallel_deflate, "_BLOCK", 50_000)
    voxels = np.random.default_rng(0).integers(-1000, 1000, GRID.size[::-1]).astype(np.int16) // 50 * 50
    voxels[20:60] = 7
    return image_from_array(voxels, GRID)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz", ".mha"])
def test_it_is_read_back_here_and_elsewhere(suffix, image, tmp_path):
    path = tmp_path / f"large{suffix}"
    image_files.write_image(image, path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    mine = image_files.read_image(path)
    assert np.array_equal(array_view(mine), array_view(image))
    assert geometry_of(mine).is_close(GRID)
    theirs = sitk.ReadImage(str(path))
    assert np.array_equal(sitk.GetArrayFromImage(theirs), array_view(image))
    assert theirs.GetOrigin() == pytest.approx(GRID.origin, abs=1e-4)
    assert path.stat().st_size < 0.6 * array_view(image).nbytes


def test_nibabel_and_gzip_take_it(image, tmp_path):
    path = tmp_path / "large.nii.gz"
    image_files.write_image(image, path)
    assert np.array_equal(np.asarray(nibabel.load(path).dataobj).T, array_view(image))
    content = path.read_bytes()
    assert len(gzip.decompress(content)) == 352 + array_view(image).nbytes
    image_files.write_image(image, path)
    assert path.read_bytes() == content
