"""Images of other libraries keep their voxels and their place, each tested by its own library."""

from __future__ import annotations

import subprocess
import sys

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.python_images import as_image
from ElastixRegistrationLib.core.images.geometry import array_view, component_count, geometry_of
from phantoms.images import grid, oblique

RANDOM = np.random.default_rng(4)
VOXELS = RANDOM.integers(-900, 900, (5, 6, 7)).astype(np.int16)
INDICES = RANDOM.integers(0, 5, (8, 3))
RAS = np.array([-1.0, -1, 1])


@pytest.mark.parametrize("left_handed", [False, True])
def test_simpleitk(left_handed):
    image = sitk.GetImageFromArray(VOXELS)
    image.SetSpacing((0.7, 1.1, 2.5))
    image.SetOrigin((-40, 12.5, 7))
    image.SetDirection(oblique(3, left_handed=left_handed).ravel().tolist())
    mine = as_image(image)
    assert np.array_equal(array_view(mine), VOXELS)
    truth = [image.TransformIndexToPhysicalPoint(index) for index in INDICES.tolist()]
    assert geometry_of(mine).points_of(INDICES) == pytest.approx(np.array(truth), abs=1e-9)
    colors = sitk.GetImageFromArray(RANDOM.integers(0, 255, (6, 7, 3)).astype(np.uint8), isVector=True)
    assert component_count(as_image(colors)) == 3


def test_nibabel_with_shear():
    affine = np.eye(4)
    affine[:3] += RANDOM.normal(0, 0.3, (3, 4))
    mine = as_image(nibabel.Nifti1Image(VOXELS.T.copy(), affine))
    assert np.array_equal(array_view(mine), VOXELS)
    truth = nibabel.affines.apply_affine(affine, INDICES) * RAS
    assert geometry_of(mine).points_of(INDICES) == pytest.approx(truth, abs=1e-9)
    with pytest.raises(InputError, match="give one of its volumes"):
        as_image(nibabel.Nifti1Image(np.zeros((3, 4, 5, 2)), affine))


def test_xarray_with_coordinates_that_fall():
    xarray = pytest.importorskip("xarray")
    coordinates = {"x": 10 + 0.7 * np.arange(7), "y": 20 - 1.5 * np.arange(6), "z": 3.0 * np.arange(5)}
    data = xarray.DataArray(VOXELS, dims=("z", "y", "x"), coords=coordinates)
    for one in (data, data.transpose("x", "z", "y")):
        mine = as_image(one)
        assert np.array_equal(array_view(mine), VOXELS)
        truth = np.array([[float(data[axis][n]) for axis, n in zip("xyz", index, strict=True)] for index in INDICES])
        assert geometry_of(mine).points_of(INDICES) == pytest.approx(truth, abs=1e-9)
    with pytest.raises(InputError, match="z of the image are not evenly spaced"):
        as_image(data.assign_coords(z=[0.0, 1, 2, 3, 5]))


def test_monai():
    monai = pytest.importorskip("monai.data", reason="MONAI, with torch, is too large to be installed for this")
    affine = np.eye(4)
    affine[:3] += RANDOM.normal(0, 0.3, (3, 4))
    mine = as_image(monai.MetaTensor(VOXELS.T[None].copy(), affine=affine))
    assert np.array_equal(array_view(mine), VOXELS)
    truth = nibabel.affines.apply_affine(affine, INDICES) * RAS
    assert geometry_of(mine).points_of(INDICES) == pytest.approx(truth, abs=1e-5)


def test_a_volume_node():
    slicer = pytest.importorskip("slicer")
    vtk = pytest.importorskip("vtk")
    from vtk.util.numpy_support import numpy_to_vtk

    image = vtk.vtkImageData()
    image.SetDimensions(7, 6, 5)
    image.GetPointData().SetScalars(numpy_to_vtk(VOXELS.ravel(), deep=True))
    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetAndObserveImageData(image)
    to_ras = np.eye(4)
    to_ras[:3, :3], to_ras[:3, 3] = oblique(5) * [0.7, 1.1, 2.5], (4, 5, 6)
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(to_ras.ravel().tolist())
    node.SetIJKToRASMatrix(matrix)
    mine = as_image(node)
    assert np.array_equal(array_view(mine), VOXELS)
    truth = nibabel.affines.apply_affine(to_ras, INDICES) * RAS
    assert geometry_of(mine).points_of(INDICES) == pytest.approx(truth, abs=1e-9)


def test_arrays_with_a_spacing_or_a_grid_and_paths(tmp_path):
    assert geometry_of(as_image((VOXELS, (0.7, 1.1, 2.5)))).spacing == (0.7, 1.1, 2.5)
    place = grid((7, 6, 5), direction=oblique(2))
    mine = as_image((VOXELS, place))
    assert geometry_of(mine) == place
    write_image(mine, tmp_path / "scan.nrrd")
    assert np.array_equal(array_view(as_image(tmp_path / "scan.nrrd")), VOXELS)
    assert as_image(mine) is mine


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (VOXELS, "array without a spacing"),
        ((VOXELS, (1.0, 1.0)), r"shape \(5, 6, 7\) and the spacing"),
        ((VOXELS, "mm"), "give numbers"),
        (None, "is a NoneType; give an ITK, SimpleITK"),
        ({"image": VOXELS}, "is a dict"),
    ],
)
def test_anything_else_is_refused_with_what_is_taken(given, sentence):
    with pytest.raises(InputError, match=f"The fixed image .*{sentence}|The spacing of the fixed image .*{sentence}"):
        as_image(given, "fixed image")


def test_no_library_is_imported_to_recognize_one():
    code = (
        "import sys, numpy as np; from ElastixRegistrationLib.core.files.python_images import as_image;"
        "as_image((np.zeros((4, 4, 4)), (1, 1, 1)));"
        "print(sorted({'SimpleITK', 'nibabel', 'xarray', 'torch', 'monai', 'slicer', 'vtk'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_registration_takes_them():
    from ElastixRegistrationLib.core.registration.register import register
    from ElastixRegistrationLib.core.transforms.itk_transforms import map_points
    from phantoms.images import blobs, stage

    shift = np.array([3.0, -2, 1])
    fixed, moving = blobs(grid()), blobs(grid(), shift)
    theirs = nibabel.Nifti1Image(np.array(array_view(moving)).T, np.diag([-1.0, -1, 1, 1]) @ grid().index_to_physical())
    mask = (np.ones(grid().size[::-1], np.uint8), grid())
    found = register((array_view(fixed), grid()), theirs, [stage()], fixed_mask=mask, seed=1)
    assert map_points(found.transform, [[0.0, 0, 0]])[0] == pytest.approx(shift, abs=0.1)
