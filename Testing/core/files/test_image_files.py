from __future__ import annotations

import os

import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import check_output, read_image, write_image
from ElastixRegistrationLib.core.images.geometry import array_view, geometry_of, image_from_array
from ElastixRegistrationLib.core.system.output_files import all_or_none, whole_file
from phantoms.images import grid, oblique


@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz", ".mha", ".nii", ".mhd", ".nhdr"])
def test_simpleitk_reads_what_is_written_and_back(tmp_path, suffix):
    path = tmp_path / f"Schädel 1{suffix}"
    geometry = grid((7, 6, 5), direction=oblique(3))
    voxels = np.random.default_rng(1).integers(-1000, 1000, (5, 6, 7)).astype(np.int16)
    write_image(image_from_array(voxels, geometry), path)
    other = sitk.ReadImage(str(path))
    assert np.array_equal(sitk.GetArrayFromImage(other), voxels)
    assert other.GetOrigin() == pytest.approx(geometry.origin, abs=1e-4)
    mine = read_image(path)
    assert array_view(mine).dtype == np.int16
    assert geometry_of(mine).is_close(geometry)


@pytest.mark.parametrize(
    ("values", "dtype", "read_as"),
    [
        ((-5, 2**31 - 1), np.int64, np.int32),
        ((0, 2**32 - 1), np.uint64, np.uint32),
        ((0, 2**40), np.int64, np.float64),
    ],
)
@pytest.mark.parametrize("suffix", [".nrrd", ".nii.gz", ".mha"])
def test_whole_numbers_of_64_bits_stay_whole_where_32_hold_them(tmp_path, suffix, values, dtype, read_as):
    voxels = np.resize(np.array(values, dtype), (5, 6, 7))
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(tmp_path / f"labels{suffix}"))
    mine = array_view(read_image(tmp_path / f"labels{suffix}"))
    assert mine.dtype == read_as
    assert np.array_equal(mine, voxels)


def test_vectors_and_color_come_back(tmp_path):
    vectors = np.random.default_rng(1).normal(size=(5, 6, 7, 3)).astype(np.float32)
    write_image(image_from_array(vectors, grid((7, 6, 5))), tmp_path / "field.nrrd")
    assert np.array_equal(array_view(read_image(tmp_path / "field.nrrd")), vectors)
    color = np.random.default_rng(1).integers(0, 255, (6, 7, 3)).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(color, isVector=True), str(tmp_path / "slide.png"))
    assert np.array_equal(array_view(read_image(tmp_path / "slide.png")), color)


def test_a_dicom_folder_is_one_volume(tmp_path):
    volume = np.random.default_rng(2).integers(-900, 900, (4, 8, 9)).astype(np.int16)
    uid = "1.2.826.0.1.3680043.2.1125.1.7"
    for k, plane in enumerate(volume):
        image = sitk.GetImageFromArray(plane)
        tags = {
            "0008|0060": "CT", "0020|000d": uid, "0020|000e": f"{uid}.2", "0020|0013": str(k + 1),
            "0020|0032": f"-10\\-20\\{30 + 2 * k}", "0020|0037": "1\\0\\0\\0\\1\\0",
        }  # fmt: skip
        for tag, value in tags.items():
            image.SetMetaData(tag, value)
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(tmp_path / f"{k}.dcm"))
        writer.Execute(image)
    read = read_image(tmp_path)
    assert np.array_equal(array_view(read), volume)
    assert geometry_of(read).origin == pytest.approx((-10, -20, 30))
    assert geometry_of(read).spacing[2] == pytest.approx(2)
    (tmp_path / "1.dcm").unlink()
    with pytest.raises(
        InputError, match=r"lacks 1 slice: after the slice at 30 mm .* the next is 4 mm away instead of 2 mm"
    ):
        read_image(tmp_path)


def test_what_is_no_image_is_refused(tmp_path):
    (tmp_path / "letter.nrrd").write_text("Dear colleague", encoding="ascii")
    for path, sentence in (
        (tmp_path / "letter.nrrd", "not in an image format"),
        (tmp_path / "gone.nrrd", "does not exist"),
    ):
        with pytest.raises(InputError, match=sentence):
            read_image(path)
    with pytest.raises(InputError, match="no DICOM"):
        read_image(tmp_path)


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "result.nrrd"
    path.write_text("old", encoding="ascii")

    def write_half():
        with whole_file(path) as draft:
            draft.write_text("half", encoding="ascii")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_half()
    assert path.read_text(encoding="ascii") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["result.nrrd"]


def test_files_that_belong_together_appear_together_or_not_at_all(tmp_path):
    """The third cannot be put in place: something has become a folder of its name meanwhile."""
    paths = [tmp_path / f"{n}.txt" for n in range(4)]
    paths[0].write_text("old", encoding="ascii")

    def write_all():
        with all_or_none():
            for path in paths:
                with whole_file(path) as draft:
                    draft.write_text("new", encoding="ascii")
            paths[2].mkdir()
            (paths[2] / "something").touch()

    with pytest.raises(InputError, match=r"2\.txt cannot be written"):
        write_all()
    assert paths[0].read_text(encoding="ascii") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.txt", "2.txt"]
    (paths[2] / "something").unlink()
    paths[2].rmdir()
    with all_or_none():
        for path in paths:
            with whole_file(path) as draft:
                draft.write_text("new", encoding="ascii")
    assert [path.read_text(encoding="ascii") for path in paths] == ["new"] * 4
    assert len(list(tmp_path.iterdir())) == 4


def test_the_voxels_beside_a_header_come_and_go_with_it(tmp_path):
    first, second = (image_from_array(np.full((4, 4, 4), n, np.int16), grid((4, 4, 4))) for n in (1, 2))
    write_image(first, tmp_path / "a.mhd", compress=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mhd", "a.raw"]
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "folder.txt" / "something").touch()

    def write_both():
        with all_or_none():
            write_image(second, tmp_path / "a.mhd", compress=False)
            with whole_file(tmp_path / "folder.txt") as draft:
                draft.write_text("new", encoding="ascii")

    with pytest.raises(InputError, match=r"folder\.txt cannot be written"):
        write_both()
    assert array_view(read_image(tmp_path / "a.mhd")).max() == 1


def test_outputs_are_checked_before_anything_runs(tmp_path):
    for path, sentence in (("result.xyz", "No image format"), ("nowhere/result.nrrd", "does not exist")):
        with pytest.raises(InputError, match=sentence):
            check_output(tmp_path / path)
    with pytest.raises(InputError, match="No transform format"):
        check_output(tmp_path / "t.nrrd", transform=True)
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    if not os.access(folder, os.W_OK):  # root may write anywhere
        with pytest.raises(InputError, match="read-only"):
            check_output(folder / "result.nrrd")
