"""Transforms from and to the files of other tools, against nitransforms and SimpleITK, which are independent."""

from __future__ import annotations

from pathlib import Path

import nibabel
import nitransforms
import numpy as np
import pytest
import SimpleITK as sitk
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array
from ElastixRegistrationLib.core.transforms.inverse import invert_points
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    displacement_field_transform,
    map_points,
)
from phantoms.images import grid, oblique

LPS = np.diag([-1.0, -1, 1, 1])
RANDOM = np.random.default_rng(6)
POINTS = grid().points_of(RANDOM.uniform(3, 28, (25, 3)))


def a_grid(seed: int, left_handed: bool) -> Geometry:
    return grid((20, 22, 24), (2.0, 2.5, 3.0), (-30.0, 12.0, -40.0), oblique(seed, left_handed=left_handed))


def nifti_of(geometry: Geometry):
    return nibabel.Nifti1Image(np.zeros(geometry.size, np.int16), LPS @ geometry.index_to_physical())


def a_matrix(scale=0.1) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3] += np.random.default_rng(3).normal(0, scale, (3, 4))
    matrix[:3, 3] *= 40
    return matrix


FORMS = {"lta": ("fs", "t.lta"), "fsl": ("fsl", "t.mat"), "afni": ("afni", "t.aff12.1D"), "itk": ("itk", "t.tfm")}


@pytest.mark.parametrize("hands", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("form", ["lta", "fsl"])
def test_matrices_written_here_are_what_nitransforms_reads(tmp_path, form, hands):
    fixed, moving = a_grid(1, hands[0]), a_grid(2, hands[1])
    matrix, (theirs, name) = a_matrix(), FORMS[form]
    write_transform(affine_from_matrix(matrix), tmp_path / name, fixed, moving=moving, form=form)
    found = nitransforms.linear.load(tmp_path / name, fmt=theirs, reference=nifti_of(fixed), moving=nifti_of(moving))
    mapped = found.map(POINTS * [-1, -1, 1]) * [-1, -1, 1]
    assert mapped == pytest.approx(map_points(affine_from_matrix(matrix), POINTS), abs=1e-4)
    back = read_transform(tmp_path / name, fixed=fixed, moving=moving)
    assert map_points(back, POINTS) == pytest.approx(map_points(affine_from_matrix(matrix), POINTS), abs=1e-9)


@pytest.mark.parametrize("form", ["lta", "fsl", "afni", "itk"])
def test_matrices_written_by_nitransforms_are_read_here(tmp_path, form):
    fixed, moving = grid(direction=np.diag([-1.0, 1, 1])), grid((20, 22, 24), direction=np.diag([-1.0, -1, 1]))
    matrix, (theirs, name) = a_matrix(), FORMS[form]
    given = nitransforms.linear.Affine(LPS @ matrix @ LPS, reference=nifti_of(fixed))
    given.to_filename(tmp_path / name, fmt=theirs, moving=nifti_of(moving))
    mine = read_transform(tmp_path / name, fixed=fixed, moving=moving)
    assert map_points(mine, POINTS) == pytest.approx(map_points(affine_from_matrix(matrix), POINTS), abs=1e-4)


def test_voxel_to_voxel_of_freesurfer_is_the_same_map(tmp_path):
    fixed, moving = a_grid(1, False), a_grid(2, True)
    write_transform(affine_from_matrix(a_matrix()), tmp_path / "t.lta", fixed, moving=moving)
    text = (tmp_path / "t.lta").read_text("ascii")
    to_ras = [LPS @ one.index_to_physical() for one in (fixed, moving)]
    voxels = np.linalg.inv(to_ras[0]) @ LPS @ np.linalg.inv(a_matrix()) @ LPS @ to_ras[1]
    lines = text.replace("= 1 # LINEAR_RAS_TO_RAS", "= 0").splitlines()
    start = lines.index("1 4 4") + 1
    lines[start : start + 4] = [" ".join(map(repr, row)) for row in voxels.tolist()]
    (tmp_path / "t.lta").write_text("\n".join(lines), "ascii")
    mapped = map_points(read_transform(tmp_path / "t.lta"), POINTS)
    assert mapped == pytest.approx(map_points(affine_from_matrix(a_matrix()), POINTS), abs=1e-8)


@pytest.mark.parametrize("name", ["t.mat", "t.txt", "t.tfm", "t.h5"])
@pytest.mark.parametrize("kind", ["rigid", "affine", "half turn", "locked", "rigid 2D"])
def test_simpleitk_reads_itk_forms_and_rigid_ones_say_so(tmp_path, kind, name):
    dimension = 2 if kind == "rigid 2D" else 3
    matrix = np.eye(dimension + 1)
    matrix[:-1, -1] = RANDOM.normal(0, 20, dimension)
    matrix[:-1, :-1] = oblique(5, dimension) if kind != "half turn" else np.diag([-1.0, -1, 1])
    if kind == "affine":
        matrix = a_matrix()
    if kind == "locked":  # a quarter turn about x, where the other two angles are one
        matrix[:3, :3] = np.array([[0.6, -0.8, 0], [0, 0, -1], [0.8, 0.6, 0]])
    transform = affine_from_matrix(matrix)
    write_transform(transform, tmp_path / name, None, form="itk")
    theirs = sitk.ReadTransform(str(tmp_path / name))
    own = {"affine": "AffineTransform", "rigid 2D": "Euler2DTransform"}.get(kind, "Euler3DTransform")
    if theirs.GetName() == "CompositeTransform":
        theirs = sitk.CompositeTransform(theirs).GetNthTransform(0)
    assert theirs.GetName() == own
    points = POINTS[:, :dimension]
    mapped = np.array([theirs.TransformPoint(point) for point in points.tolist()])
    assert mapped == pytest.approx(map_points(transform, points), abs=1e-9)
    assert map_points(read_transform(tmp_path / name), points) == pytest.approx(mapped, abs=1e-9)


def test_displacements_are_written_by_an_image_name(tmp_path):
    bspline = bspline_transform(RANDOM.normal(0, 2, (3, 9, 9, 9)), grid().center() - 80, np.full(3, 20.0), np.eye(3))
    for name in ("t.nii.gz", "t.nrrd"):
        write_transform(bspline, tmp_path / name, grid())
        field = sitk.ReadImage(str(tmp_path / name), sitk.sitkVectorFloat64)
        theirs = sitk.DisplacementFieldTransform(field)
        mapped = np.array([theirs.TransformPoint(point) for point in POINTS.tolist()])
        assert mapped == pytest.approx(map_points(bspline, POINTS), abs=0.05)
    with pytest.raises(InputError, match="can only store a matrix"):
        write_transform(bspline, tmp_path / "t.lta", grid())
    with pytest.raises(InputError, match="needs the grid of the fixed image"):
        write_transform(bspline, tmp_path / "t.nrrd", None)


def a_field() -> tuple[np.ndarray, Geometry]:
    """Smooth, and zero at its border."""
    geometry = grid((24, 24, 24), (4.0, 4.0, 4.0), tuple((grid().center() - 46).tolist()))
    places = [np.sin(np.linspace(0, np.pi, 24)) ** 2] * 3
    bump = np.einsum("k,j,i->kji", *places)
    return bump[..., None] * np.array([7.0, -4, 5]), geometry


@pytest.mark.parametrize("name", ["t.tfm", "t.nrrd"])
def test_inverse_fields_of_slicer_are_inverse(tmp_path, name):
    """Slicer writes a grid transform "to parent" as the inverse of a field, or marks the field as modeling."""
    vectors, geometry = a_field()
    field = displacement_field_transform(vectors, geometry)
    path = tmp_path / name
    if name == "t.nrrd":
        write_image(image_from_array(vectors.astype(np.float32), geometry), path, compress=False)
        path.write_bytes(path.read_bytes().replace(b"\n\n", b"\ndisplacement field type:=modeling\n\n", 1))
    else:
        write_transform(field, path, geometry)
        path.write_text(path.read_text("ascii").replace("Transform: Disp", "Transform: InverseDisp"), "ascii")
    truth = invert_points(field, POINTS)
    assert np.linalg.norm(truth - POINTS, axis=1).max() > 3
    assert map_points(read_transform(path), POINTS) == pytest.approx(truth, abs=0.05)


SLICER = Path(__file__).resolve().parents[4] / "shared" / "data" / "hard_files" / "slicer_transforms"


@pytest.mark.skipif(not SLICER.is_dir(), reason="the files written by Slicer are not beside this checkout")
@pytest.mark.parametrize("name", ["field_to.h5", "composite_to.h5", "field_to.nrrd"])
def test_what_slicer_has_written_maps_points_as_slicer_does(name):
    truth = np.load(SLICER / "truth.npz")[name.replace(".", "__")]
    points = np.loadtxt(SLICER / "pts.txt", skiprows=2)
    assert map_points(read_transform(SLICER / name), points) == pytest.approx(truth, abs=0.03)


def test_forms_that_are_not_read_are_named(tmp_path):
    (tmp_path / "order2.tfm").write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: BSplineTransform_double_3_3_2\nParameters: 1 2\n"
        "FixedParameters: 1 2\n", "ascii",
    )  # fmt: skip
    (tmp_path / "flirt.mat").write_text("1 0 0 2\n0 1 0 3\n0 0 1 4\n0 0 0 1\n", "ascii")
    (tmp_path / "t.lta").write_text("type = 14\nnxforms = 1\n1 4 4\n", "ascii")
    (tmp_path / "tps.tfm").write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: InverseThinPlateSplineKernelTransform_double_3_3\n"
        "Parameters: 0 0 0 9 0 0 0 9 0 0 0 9\nFixedParameters: 1 0 0 9 1 0 0 9 1 1 0 9\n", "ascii",
    )  # fmt: skip
    for name, sentence in {
        "order2.tfm": "B-spline of order 2, and only order 3",
        "flirt.mat": "matrix of FSL's flirt, which refers to the voxels of two images",
        "t.lta": "is of type 14 of FreeSurfer, register.dat",
        "tps.tfm": "inverse of a thin-plate spline",
    }.items():
        with pytest.raises(InputError, match=sentence):
            read_transform(tmp_path / name)
