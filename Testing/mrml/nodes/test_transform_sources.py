"""Transforms from files, in a process whose HDF5 is Slicer's."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.files import field_files, transform_files
from ElastixRegistrationLib.core.files.transform_files import FIELD_SUFFIXES, read_transform, write_transform
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field_transform,
)
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points as map_itk_points
from ElastixRegistrationLib.core.transforms.transform_parameters import maps_from_transform
from ElastixRegistrationLib.mrml.nodes.chains import map_lps_points
from ElastixRegistrationLib.mrml.nodes.transform_sources import read_chain
from phantoms.images import grid, oblique

GRID_OF_FIELD = grid((9, 8, 7), (8.0, 9.0, 10.0), (-32.0, -31.0, -30.0))
GRID = grid((20, 20, 20), (5.0, 5.0, 5.0), (-50.0, -50.0, -50.0))
POINTS = np.random.default_rng(3).uniform(-30, 30, (20, 3))


def _rigid():
    turn = 0.2
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    matrix[:3, 3] = 4.0, -3.0, 2.0
    return affine_from_matrix(matrix)


def _bspline():
    coefficients = np.zeros((3, 9, 9, 9))
    coefficients[:, 3:-3, 3:-3, 3:-3] = np.random.default_rng(4).normal(size=(3, 3, 3, 3)) * 3
    return bspline_transform(coefficients, np.full(3, -80.0), np.full(3, 20.0), np.eye(3))


@pytest.mark.parametrize("named", [_rigid(), compose([_rigid(), _bspline()])], ids=["rigid", "rigid and B-spline"])
def test_an_hdf5_file_that_elastix_names_is_read_by_slicer(named, tmp_path, monkeypatch):
    """As SlicerElastix leaves it: TransformParameters.0.txt says Transform "File" and names the .h5 beside it."""
    write_transform(named, tmp_path / "TransformParameters.0.h5", GRID)
    whole = maps_from_transform(_rigid(), GRID)[0]
    kept = {name: values for name, values in whole.items() if name != "TransformParameters"}
    # elastix writes the full path of where the file was.
    file = {"Transform": ("File",), "TransformFileName": ("/a/folder/of/then/TransformParameters.0.h5",)}
    write_parameter_file(kept | file, tmp_path / "TransformParameters.0.txt")
    link = {"InitialTransformParameterFileName": ("TransformParameters.0.txt",)}
    write_parameter_file(whole | link, tmp_path / "TransformParameters.1.txt")
    expected = map_itk_points(read_transform(tmp_path / "TransformParameters.1.txt"), POINTS)
    np.testing.assert_allclose(expected, map_itk_points(_rigid(), map_itk_points(named, POINTS)), atol=1e-9)

    forbid_readers_of_itk(monkeypatch)
    chain = read_chain(tmp_path / "TransformParameters.1.txt")
    np.testing.assert_allclose(map_lps_points(chain, POINTS), expected, atol=1e-6)


def forbid_readers_of_itk(monkeypatch):
    def refuse(path, *more):
        raise AssertionError(f"ITK's own reader was to open {path}")

    monkeypatch.setattr(transform_files, "read_itk_hdf5", refuse)
    monkeypatch.setattr(field_files, "read_image", refuse)


@pytest.mark.parametrize("suffix", sorted(FIELD_SUFFIXES))
def test_displacements_are_read_by_slicer(suffix, tmp_path, monkeypatch):
    """By name, and where elastix names them; between the voxels as ITK and elastix interpolate them."""
    place = grid((9, 8, 7), (8.0, 9.0, 10.0), (-20.0, -21.0, -42.0), oblique(3))
    field = displacement_field_transform(np.random.default_rng(5).normal(size=(7, 8, 9, 3)), place)
    write_transform(field, tmp_path / f"field{suffix}", place)
    named = {
        "Transform": ("DeformationFieldTransform",),
        "DeformationFieldFileName": (f"field{suffix}",),
        "DeformationFieldInterpolationOrder": ("1",),
    }
    whole = maps_from_transform(_rigid(), GRID)[0]
    write_parameter_file(whole | named, tmp_path / "t.txt")
    forbid_readers_of_itk(monkeypatch)
    points = place.points_of(np.random.default_rng(6).uniform(0.5, 5.5, (30, 3)))
    expected = map_itk_points(field, points)
    for name in (f"field{suffix}", "t.txt"):
        # VTK's grids round fractions of a voxel; NIfTI keeps floats.
        np.testing.assert_allclose(map_lps_points(read_chain(tmp_path / name), points), expected, atol=2e-4)


def test_displacements_of_the_moving_image_are_turned_round(tmp_path, monkeypatch):
    field = displacement_field_transform(np.full((7, 8, 9, 3), (3.0, 2.0, -1.0)), GRID_OF_FIELD)
    write_transform(field, tmp_path / "t.nrrd", GRID_OF_FIELD)
    content = (tmp_path / "t.nrrd").read_bytes()
    whole = content.replace(b"\n\n", b"\ndisplacement field type:=modeling\n\n", 1)
    (tmp_path / "t.nrrd").write_bytes(whole)
    forbid_readers_of_itk(monkeypatch)
    moved = map_lps_points(read_chain(tmp_path / "t.nrrd"), np.zeros((1, 3)))
    np.testing.assert_allclose(moved, [[-3.0, -2.0, 1.0]], atol=0.01)
