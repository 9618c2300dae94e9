"""What ITK passes over in image files, against nibabel and tifffile."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest
import tifffile
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_geometry, read_grid, read_image, read_volume, write_image
from ElastixRegistrationLib.core.images.geometry import array_view, component_count, geometry_of, image_from_array
from phantoms.images import grid, oblique

RANDOM = np.random.default_rng(2)
LPS = np.diag([-1.0, -1, 1, 1])
INDEX = RANDOM.uniform(0, 5, (10, 3))


def nifti(path, affine, *, sform=2, qform=None, qcode=0, voxels=None, slope=None):
    voxels = RANDOM.integers(-500, 500, (7, 6, 5)).astype(np.int16) if voxels is None else voxels
    image = nibabel.Nifti1Image(voxels, affine)
    image.set_sform(affine, sform)
    image.set_qform(affine if qform is None else qform, qcode)
    if slope is not None:
        image.header.set_slope_inter(*slope)
    image.to_filename(path)
    return path


def an_affine(shear=0.0):
    affine = np.eye(4)
    affine[:3, :3] = oblique(4) @ np.diag([2.0, 1.5, 3.0])
    affine[:3, 3] = -30, 20, 10
    affine[:3, 2] += shear * affine[:3, 1]
    return affine


def where(image, index):
    return geometry_of(image).points_of(index)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_a_sheared_sform_is_kept_as_nibabel_reads_it(tmp_path, suffix):
    affine = an_affine(0.3)
    path = nifti(tmp_path / f"s{suffix}", affine, slope=(0.5, -7))
    volume, truth = read_volume(path), nibabel.load(path)
    assert where(volume.image, INDEX) == pytest.approx((np.c_[INDEX, np.ones(10)] @ (LPS @ affine).T)[:, :3], abs=1e-4)
    assert array_view(volume.image) == pytest.approx(truth.get_fdata().T)
    assert "shear is kept" in volume.notes[0]


def test_axes_that_are_slightly_off_are_made_perpendicular_with_a_notice(tmp_path):
    affine = an_affine(4e-4)
    volume = read_volume(nifti(tmp_path / "s.nii.gz", affine))
    assert geometry_of(volume.image).is_orthogonal
    truth = (np.c_[INDEX, np.ones(10)] @ (LPS @ affine).T)[:, :3]
    assert np.abs(where(volume.image, INDEX) - truth).max() < 0.02
    assert "made perpendicular" in volume.notes[0]


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_scaled_whole_numbers_are_no_damaged_file(tmp_path, suffix):
    path = nifti(tmp_path / f"s{suffix}", an_affine(), slope=(0.25, 3))
    assert array_view(read_image(path)) == pytest.approx(nibabel.load(path).get_fdata().T)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 40])
    with pytest.raises(InputError, match="truncated or damaged"):
        read_image(path)


def test_forms_that_differ_are_told(tmp_path):
    other = an_affine()
    other[0, 3] += 5
    volume = read_volume(nifti(tmp_path / "s.nii", an_affine(), sform=4, qform=other, qcode=1))
    assert where(volume.image, [[0, 0, 0]])[0] == pytest.approx((LPS @ other)[:3, 3], abs=1e-4)
    assert "up to 5 mm apart; the qform is used" in volume.notes[0]


def test_one_frame_of_four_dimensions(tmp_path):
    voxels = RANDOM.normal(size=(7, 6, 5, 3)).astype(np.float32)
    path = nifti(tmp_path / "s.nii.gz", an_affine(0.2), voxels=voxels)
    image = read_image(path, frame=2)
    assert np.array_equal(array_view(image), voxels[..., 1].T)
    assert where(image, INDEX) == pytest.approx((np.c_[INDEX, np.ones(10)] @ (LPS @ an_affine(0.2)).T)[:, :3], abs=1e-4)
    with pytest.raises(InputError, match="no frame 4; give a number from 1 to 3"):
        read_image(path, frame=4)


@pytest.mark.parametrize(("unit", "factor"), [("um", 1e-3), ("microns", 1e-3), ("cm", 10.0), ("parsec", 1.0)])
def test_units_of_nrrd_are_honored_or_told(tmp_path, unit, factor):
    write_image(image_from_array(np.zeros((5, 6, 7), np.int16), grid((7, 6, 5))), tmp_path / "s.nrrd", compress=False)
    data = (tmp_path / "s.nrrd").read_bytes()
    words = f'space units: "{unit}" "{unit}" "{unit}"\nencoding:'.encode()
    (tmp_path / "s.nrrd").write_bytes(data.replace(b"encoding:", words, 1))
    volume = read_volume(tmp_path / "s.nrrd")
    assert geometry_of(volume.image).spacing == pytest.approx(np.array(grid().spacing) * factor)
    assert geometry_of(volume.image).origin == pytest.approx(np.array(grid().origin) * factor)
    assert unit in volume.notes[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.int16])
def test_tiles_are_read_in_their_own_type(tmp_path, dtype):
    voxels = RANDOM.integers(0, 120, (48, 80)).astype(dtype)
    tifffile.imwrite(tmp_path / "s.tif", voxels, tile=(16, 16))
    found = array_view(read_image(tmp_path / "s.tif"))
    assert found.dtype == dtype
    assert np.array_equal(found, voxels)


def test_spacing_and_channels_of_ome_and_imagej_are_read(tmp_path):
    voxels = RANDOM.integers(0, 9000, (2, 6, 20, 30)).astype(np.uint16)  # C, Z, Y, X
    metadata = {"axes": "CZYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 3.0}
    tifffile.imwrite(tmp_path / "s.ome.tif", voxels, metadata=metadata)
    tifffile.imwrite(
        tmp_path / "s.tif", np.moveaxis(voxels, 0, 1), imagej=True, resolution=(2, 2),
        metadata={"axes": "ZCYX", "spacing": 3.0, "unit": "um"},
    )  # fmt: skip
    for name in ("s.ome.tif", "s.tif"):
        volume = read_volume(tmp_path / name)
        assert geometry_of(volume.image).size == (30, 20, 6)
        assert geometry_of(volume.image).spacing == pytest.approx((0.0005, 0.0005, 0.003))
        assert component_count(volume.image) == 2
        assert np.array_equal(array_view(volume.image), np.moveaxis(voxels, 0, -1))
        assert "0.0005 x 0.0005 x 0.003 mm" in volume.notes[0]


def test_resolution_in_centimeters_is_spacing_and_time_points_are_chosen(tmp_path):
    voxels = RANDOM.integers(0, 255, (20, 30)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "s.tif", voxels, resolution=(100, 50), resolutionunit="CENTIMETER")
    assert geometry_of(read_image(tmp_path / "s.tif")).spacing == pytest.approx((0.1, 0.2))
    movie = RANDOM.integers(0, 255, (4, 20, 30)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "t.tif", movie, imagej=True, metadata={"axes": "TYX"})
    with pytest.raises(InputError, match="contains 4 time points; choose one with --frame 1 to 4"):
        read_image(tmp_path / "t.tif")
    assert np.array_equal(array_view(read_image(tmp_path / "t.tif", frame=3)), movie[2])


def test_one_bit_is_inside_or_outside(tmp_path):
    mask = RANDOM.random((24, 40)) > 0.5
    tifffile.imwrite(tmp_path / "s.tif", mask)
    assert np.array_equal(array_view(read_image(tmp_path / "s.tif")) != 0, mask)


def test_nifti_2_is_read_as_nibabel_reads_it(tmp_path):
    image = nibabel.Nifti2Image(RANDOM.integers(-500, 500, (7, 6, 5)).astype(np.int16), an_affine(), dtype=np.int16)
    image.to_filename(tmp_path / "s.nii.gz")
    mine = read_image(tmp_path / "s.nii.gz")
    assert np.array_equal(array_view(mine), np.asarray(image.dataobj).T)
    assert where(mine, INDEX) == pytest.approx((np.c_[INDEX, np.ones(10)] @ (LPS @ an_affine()).T)[:, :3], abs=1e-6)


def test_what_another_tool_must_convert_is_said(tmp_path):
    (tmp_path / "head.BRIK").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"Convert it to NIfTI first: 3dAFNItoNIFTI"):
        read_image(tmp_path / "head.BRIK")


@pytest.mark.parametrize("name", ["s.nii", "s.nii.gz", "s.nrrd", "s.mha"])
def test_a_sheared_grid_is_written_as_it_is(tmp_path, name):
    direction = oblique(4)
    direction[:, 2] = direction @ [0, 0.26, np.sqrt(1 - 0.26**2)]
    geometry = grid((7, 6, 5), direction=direction)
    voxels = RANDOM.integers(-500, 500, (5, 6, 7)).astype(np.int16)
    write_image(image_from_array(voxels, geometry), tmp_path / name)
    assert where(read_image(tmp_path / name), INDEX) == pytest.approx(geometry.points_of(INDEX), abs=1e-4)
    assert np.array_equal(array_view(read_image(tmp_path / name)), voxels)
    if "nii" in name:
        theirs = nibabel.affines.apply_affine(nibabel.load(tmp_path / name).affine, INDEX) * [-1, -1, 1]
        assert theirs == pytest.approx(geometry.points_of(INDEX), abs=1e-4)


def of_microns(folder):
    write_image(image_from_array(np.zeros((5, 6, 7), np.int16), grid((7, 6, 5))), folder / "s.nrrd", compress=False)
    data = (folder / "s.nrrd").read_bytes()
    (folder / "s.nrrd").write_bytes(data.replace(b"encoding:", b'space units: "um" "um" "um"\nencoding:', 1))
    return folder / "s.nrrd"


def of_micron_metaimage(folder):
    write_image(image_from_array(np.zeros((5, 6, 7), np.int16), grid((7, 6, 5))), folder / "s.mha", compress=False)
    data = (folder / "s.mha").read_bytes()
    (folder / "s.mha").write_bytes(data.replace(b"NDims", b"DistanceUnits = um\nNDims", 1))
    return folder / "s.mha"


def of_nifti_2(folder):
    voxels = RANDOM.integers(-500, 500, (7, 6, 5)).astype(np.int16)
    nibabel.Nifti2Image(voxels, an_affine(0.2), dtype=np.int16).to_filename(folder / "s.nii.gz")
    return folder / "s.nii.gz"


def of_tiff(folder):
    tifffile.imwrite(folder / "s.tif", np.zeros((20, 30), np.uint8), resolution=(100, 50), resolutionunit="CENTIMETER")
    return folder / "s.tif"


def of_analyze(folder):
    nibabel.Spm99AnalyzeImage(np.zeros((7, 6, 5), np.int16), an_affine()).to_filename(folder / "s.img")
    return folder / "s.img"


HEADERS = {
    "sheared": lambda folder: nifti(folder / "s.nii.gz", an_affine(0.3)),
    "slightly sheared": lambda folder: nifti(folder / "s.nii.gz", an_affine(4e-4)),
    "one slice": lambda folder: nifti(folder / "s.nii", an_affine(), voxels=np.zeros((7, 6), np.int16)),
    "NIfTI-2": of_nifti_2,
    "NRRD in microns": of_microns,
    "MetaImage in microns": of_micron_metaimage,
    "TIFF": of_tiff,
    "Analyze": of_analyze,
}


@pytest.mark.parametrize("kind", HEADERS)
def test_the_grid_of_a_file_is_that_of_its_image(tmp_path, kind):
    """``apply --reference`` and the points' indices go by the header alone."""
    path = HEADERS[kind](tmp_path)
    image, alone = geometry_of(read_image(path)), read_geometry(path)
    assert alone.size == image.size
    assert alone.index_to_physical() == pytest.approx(image.index_to_physical(), rel=1e-9, abs=1e-9)


def test_the_grid_of_a_time_point_is_that_of_its_image(tmp_path):
    path = nifti(tmp_path / "s.nii.gz", an_affine(0.2), voxels=RANDOM.normal(size=(7, 6, 5, 3)).astype(np.float32))
    grids = [read_grid(path, frame=frame)[0] for frame in (1, 3)]
    assert grids[0] == grids[1] == geometry_of(read_image(path, frame=3))
    assert read_grid(path)[0] == grids[0]
    with pytest.raises(InputError, match="no frame 4; give a number from 1 to 3"):
        read_grid(path, frame=4)
