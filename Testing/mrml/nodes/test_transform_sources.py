"""Transforms from files, in a process whose HDF5 is Slicer's."""

from __future__ import annotations

import numpy as np
import pytest
from core.phantoms import grid
from ElastixRegistrationLib.core.files import transform_files
from ElastixRegistrationLib.core.files.transform_files import read_transform, write_transform
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from ElastixRegistrationLib.core.transforms.itk_transforms import affine_from_matrix, bspline_transform, compose
from ElastixRegistrationLib.core.transforms.itk_transforms import map_points as map_itk_points
from ElastixRegistrationLib.core.transforms.transform_parameters import maps_from_transform
from ElastixRegistrationLib.mrml.nodes.chains import map_lps_points
from ElastixRegistrationLib.mrml.nodes.transform_sources import read_chain

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

    def refuse(path):
        raise AssertionError(f"ITK's own HDF5 was to read {path}")

    monkeypatch.setattr(transform_files, "read_itk_hdf5", refuse)
    chain = read_chain(tmp_path / "TransformParameters.1.txt")
    np.testing.assert_allclose(map_lps_points(chain, POINTS), expected, atol=1e-6)
