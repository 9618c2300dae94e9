"""Every file of the folder ``hard_files`` beside the checkout, against the truth that its README states."""

from __future__ import annotations

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.cli.main import main
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import read_geometry, read_image, read_volume
from ElastixRegistrationLib.core.files.point_files import read_points
from ElastixRegistrationLib.core.files.transform_files import read_transform
from ElastixRegistrationLib.core.images.geometry import array_view, component_count, geometry_of
from ElastixRegistrationLib.core.images.labels import as_labels, as_mask
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points

LPS = np.diag([-1.0, -1, 1, 1])


@pytest.fixture(scope="session")
def hard_files(shared_data):
    if not (shared_data / "hard_files").is_dir():
        pytest.skip("the folder hard_files is not beside this checkout")
    return shared_data / "hard_files"


def voxels_of(path):
    return np.asarray(array_view(read_image(path)))


def test_folders_of_dicom_lie_where_each_slice_says(hard_files):
    for folder in ("ct_spacing_0.6", "ct_straight", "ct_tilted_15deg", "ct_thickness_text"):
        image = read_image(hard_files / folder)
        geometry, voxels = geometry_of(image), np.asarray(array_view(image))
        slices = [pydicom.dcmread(path) for path in (hard_files / folder).iterdir()]
        assert len(voxels) == len(slices)
        for one in slices:
            place = geometry.indices_of(np.array(one.ImagePositionPatient, float))
            assert place[:2] == pytest.approx([0, 0], abs=1e-3)
            assert place[2] == pytest.approx(round(place[2]), abs=1e-3)
            truth = one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept)
            assert np.array_equal(voxels[round(place[2])], truth)
    assert geometry_of(read_image(hard_files / "ct_spacing_0.6")).spacing[2] == pytest.approx(0.6)
    straight, tilted = (geometry_of(read_image(hard_files / f"ct_{name}")) for name in ("straight", "tilted_15deg"))
    assert straight.is_orthogonal
    assert not tilted.is_orthogonal


def test_color_and_frames(hard_files):
    color = read_image(hard_files / "dicom_color")
    assert component_count(color) == 3
    assert geometry_of(color).size[2] == len(list((hard_files / "dicom_color").iterdir()))
    regular, shuffled = (read_image(hard_files / "multiframe" / f"{name}.dcm") for name in ("regular", "shuffled"))
    assert np.array_equal(array_view(regular), array_view(shuffled))
    measures = pydicom.dcmread(hard_files / "multiframe" / "regular.dcm").SharedFunctionalGroupsSequence[0]
    spacing = list(map(float, measures.PixelMeasuresSequence[0].PixelSpacing))
    for image in (regular, shuffled):
        assert geometry_of(image).spacing[:2] == pytest.approx(spacing[::-1])
        assert geometry_of(image).index_to_physical() == pytest.approx(geometry_of(regular).index_to_physical())


def test_nifti(hard_files):
    assert np.array_equal(voxels_of(hard_files / "scl_slope.nii"), voxels_of(hard_files / "scl_slope.nii.gz"))
    image = nibabel.load(hard_files / "scl_slope.nii.gz")
    assert voxels_of(hard_files / "scl_slope.nii") == pytest.approx(image.get_fdata().T, rel=1e-5)
    sheared, slightly = (hard_files / f"{name}_q0.nii.gz" for name in ("shear_sform", "slightly_not_orthogonal"))
    found = geometry_of(read_image(sheared)).index_to_physical()
    assert found == pytest.approx(LPS @ nibabel.load(sheared).affine, abs=1e-4)
    volume = read_volume(slightly)
    assert geometry_of(volume.image).is_orthogonal
    assert any("made perpendicular" in note for note in volume.notes)
    found = geometry_of(volume.image).index_to_physical()
    corner = np.array([*geometry_of(volume.image).size, 1])
    off = (found - LPS @ nibabel.load(slightly).affine) @ corner
    assert np.linalg.norm(off) < 0.1 * min(geometry_of(volume.image).spacing)


def test_masks_of_several_components_or_one_bit(hard_files):
    masks = hard_files / "masks"
    color, bit = (array_view(as_mask(read_image(masks / f"mask_{name}.png"))) != 0 for name in ("rgba", "1bit"))
    truth = sitk.GetArrayFromImage(sitk.ReadImage(str(masks / "mask_rgba.png")))[..., :3].any(-1)
    assert np.array_equal(color, truth)
    assert np.array_equal(bit, truth)
    layers = read_image(masks / "two_layers.seg.nrrd")
    truth = sitk.GetArrayFromImage(sitk.ReadImage(str(masks / "two_layers.seg.nrrd")))
    assert np.array_equal(array_view(as_mask(layers)) != 0, truth.any(-1))
    with pytest.raises(InputError, match="layers of segments that overlap"):
        as_labels(layers, "labels")


@pytest.mark.parametrize("preset", ["translation", "automatic"])
@pytest.mark.parametrize("mask", ["mask_rgba.png", "mask_1bit.png"])
def test_pictures_are_registered_with_such_masks(hard_files, mask, preset, tmp_path, monkeypatch):
    """The moving picture is the fixed one, 5 pixels to the right and 4 up, and nothing is deformed."""
    monkeypatch.chdir(tmp_path)
    folder = hard_files / "masks"
    words = ["register", folder / "f.png", folder / "m.png", "--preset", preset, "--fixed-mask", folder / mask]
    assert main([*map(str, words), "--output-transform", "t.tfm", "--quiet"]) == 0
    points = np.stack(np.meshgrid(np.arange(10.0, 110, 20), np.arange(10.0, 90, 20)), -1).reshape(-1, 2)
    moved = map_points(read_transform(tmp_path / "t.tfm"), points) - points
    assert moved == pytest.approx(np.broadcast_to([5.0, -4.0], moved.shape), abs=0.1)


def test_two_sagittal_slices_are_registered_in_their_plane(hard_files, tmp_path, monkeypatch):
    """By their squared differences, brought to the minimum by SciPy, they lie 4 mm and 3 mm apart."""
    monkeypatch.chdir(tmp_path)
    paths = [str(hard_files / "masks" / f"sag_{name}.nrrd") for name in "fm"]
    assert main(["register", *paths, "--preset", "translation", "--output-transform", "t.tfm", "--quiet"]) == 0
    center = geometry_of(read_image(paths[0])).center()[None]
    moved = map_points(read_transform(tmp_path / "t.tfm"), center) - center
    assert moved == pytest.approx(np.array([[0, 4, -3]]), abs=0.05)


@pytest.mark.parametrize("name", ["f", "m"])
def test_tiled_tiff_is_what_strips_are(hard_files, name):
    strips, tiled = (voxels_of(hard_files / "tiff" / f"sec_{name}_{kind}.tif") for kind in ("strips", "tiled"))
    assert tiled.dtype == strips.dtype == np.uint16
    assert np.array_equal(strips, tiled)


def test_transforms_that_slicer_wrote(hard_files):
    """Numerical inverses of fields, to 0.03 mm; a spline without an end is refused with what to do."""
    folder = hard_files / "slicer_transforms"
    points, truth = np.loadtxt(folder / "pts.txt", skiprows=2), np.load(folder / "truth.npz")
    for name in ("field_to.nrrd", "field_to.h5", "composite_to.h5"):
        mapped = map_points(read_transform(folder / name), points)
        assert mapped == pytest.approx(truth[name.replace(".", "__")], abs=0.03)
    with pytest.raises(InputError, match=r"inverse of a thin-plate spline.*click Invert and export it again"):
        read_transform(folder / "tps_to.tfm")


def test_points(hard_files):
    expected = np.array([[10.0, -20, 5], [-12.5, 8, 30], [0, 15, -7], [22, 4, 11]])
    for name in ("ants.csv", "slicermorph.pts", "transformix_out.txt"):
        assert read_points(hard_files / "points" / name).coordinates == pytest.approx(expected)
    image = read_geometry(hard_files / "masks" / "lps_raw.nrrd")
    found = read_points(hard_files / "points" / "indices.txt", image).coordinates
    assert found == pytest.approx(image.points_of([[10, 12, 5], [20, 21, 9]]))
    with pytest.raises(InputError, match="give it with --reference"):
        read_points(hard_files / "points" / "indices.txt")


def test_transforms_of_other_tools(hard_files):
    folder = hard_files / "transforms"
    rows = (folder / "affine-LAS.fs.lta").read_text().splitlines()
    start = rows.index("1 4 4") + 1
    matrix = np.array([row.split() for row in rows[start : start + 4]], float)  # moving to fixed, RAS
    points = np.random.default_rng(0).uniform(-50, 50, (9, 3))
    expected = (LPS @ np.linalg.inv(matrix) @ LPS @ np.column_stack([points, np.ones(9)]).T)[:3].T
    assert map_points(read_transform(folder / "affine-LAS.fs.lta"), points) == pytest.approx(expected, abs=1e-6)
    with pytest.raises(InputError, match="which refers to the voxels of two images; give the fixed and the moving"):
        read_transform(folder / "flirt.mat")
    image = read_geometry(hard_files / "masks" / "lps_raw.nrrd")
    assert read_transform(folder / "flirt.mat", fixed=image, moving=image).IsLinear()
    with pytest.raises(InputError, match="B-spline of order 2, and only order 3 is supported"):
        read_transform(folder / "bspline_order2.tfm")
