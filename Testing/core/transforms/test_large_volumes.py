"""What large volumes get in slabs, thinned or by small matrices is what small ones get voxel by voxel."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation import plausibility
from ElastixRegistrationLib.core.images.background import BackgroundEstimate, Padding
from ElastixRegistrationLib.core.images.geometry import array_view, image_from_array
from ElastixRegistrationLib.core.images.slabs import slabs_of
from ElastixRegistrationLib.core.resampling import images as resampling
from ElastixRegistrationLib.core.transforms import displacements
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    bspline_transform,
    compose,
    displacement_field,
    displacement_field_transform,
)
from ElastixRegistrationLib.core.transforms.spline_derivatives import SplineChain
from phantoms.images import blobs, grid, oblique

DIRECTION = oblique(4, left_handed=True)
GRID = grid((45, 38, 31), (1.1, 0.8, 1.7), (-11.0, 4.0, 7.0), DIRECTION)


def affine():
    matrix = np.eye(4)
    matrix[:3, :3] += np.random.default_rng(1).normal(0, 0.04, (3, 3))
    matrix[:3, 3] = 3.0, -2.0, 4.0
    matrix[:3, 3] -= (matrix[:3, :3] - np.eye(3)) @ GRID.center()
    return affine_from_matrix(matrix)


def spline(control_mm, direction=DIRECTION, strength=0.1, cells=None):
    """A B-spline about as large as the grid, or one of few cells that ends within it."""
    spacing = control_mm * np.array([1.0, 1.2, 0.8])
    extent = np.multiply(GRID.size, GRID.spacing)
    size = np.ceil(extent / spacing).astype(int) + 3 if cells is None else np.full(3, cells + 3)
    coefficients = np.random.default_rng(3).normal(0, strength * control_mm, (3, *size[::-1]))
    origin = GRID.center() + 0.01 - direction @ (spacing * (size - 1) / 2)  # no voxel on the very border of a cell
    return bspline_transform(coefficients, origin, spacing, direction)


TRANSFORMS = {
    "linear": affine,
    "along the axes": lambda: compose([spline(6.0), affine()]),
    "against the axes": lambda: compose([spline(6.0, DIRECTION @ np.diag([-1.0, 1.0, -1.0])), affine()]),
    "finer than voxels": lambda: compose([spline(1.3), affine()]),
    "ends within": lambda: spline(6.0, cells=3),
    "oblique": lambda: compose([affine(), spline(6.0)]),
    "displacements": lambda: displacement_field_transform(
        np.random.default_rng(2).normal(0, 1, (*GRID.size[::-1], 3)), GRID
    ),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_displacements_are_those_of_itk(name):
    transform = TRANSFORMS[name]()
    expected = np.asarray(array_view(displacement_field(transform, GRID)))
    assert expected.std() > 0.02
    assert np.abs(displacements.displacement_vectors(transform, GRID, threads=2) - expected).max() < 2e-5
    lengths = np.linalg.norm(expected, axis=-1)
    assert displacements.displacement_magnitude(transform, GRID) == pytest.approx(lengths, abs=5e-5)


@pytest.mark.parametrize("name", ["along the axes", "against the axes", "finer than voxels"])
def test_volumes_along_the_axes_are_those_of_any_grid(name):
    """The same points as voxels of a grid whose planes are those of another axis, which no spline is aligned with."""
    chain = SplineChain.of(TRANSFORMS[name]())
    turned = grid(GRID.size[::-1], GRID.spacing[::-1], GRID.origin, np.array(GRID.direction)[:, ::-1])
    expected = chain.determinant(turned).transpose(2, 1, 0)
    assert expected.std() > 0.05
    assert np.abs(chain.determinant(GRID) - expected).max() < 2e-5


@pytest.mark.parametrize("dtype", [np.int16, np.float64])
@pytest.mark.parametrize("name", ["linear", "along the axes", "oblique", "displacements"])
def test_slabs_hold_what_elastix_or_itk_make_of_the_whole(name, dtype, monkeypatch):
    transform, moving = TRANSFORMS[name](), blobs(GRID, dtype=dtype)
    with monkeypatch.context() as without:
        without.setattr(resampling, "is_looked_up", lambda transform: False)
        whole = np.array(array_view(resampling.resample(moving, transform, GRID, background=-7.0)))
    monkeypatch.setattr(resampling, "slabs_of", lambda grid: slabs_of(grid, 5000))
    slabs = np.array(array_view(resampling.resample(moving, transform, GRID, background=-7.0)))
    if dtype == np.int16:  # what lies between two numbers may go either way
        assert (slabs != whole).mean() < 1e-3
        assert np.abs(slabs.astype(int) - whole).max() <= 1
    else:
        assert np.abs(slabs - whole).max() < 1e-2
    assert (slabs == -7).any()


@pytest.mark.parametrize("interpolation", ["linear", "nearest"])
def test_few_voxels_are_those_of_the_whole_with_padding_replaced(interpolation, monkeypatch):
    voxels = np.array(array_view(blobs(GRID, dtype=np.int16)))
    voxels[:, :, :6] = -2000
    moving = image_from_array(voxels, GRID)
    padding = BackgroundEstimate(0.0, -2000.0, 0.1, "made so", (Padding(-2000.0, 0.1, True),))
    thin = grid((9, 8, 7), (5.0, 4.0, 7.0), GRID.origin, DIRECTION)
    settings = {"interpolation": interpolation, "background": -3.0, "padding": padding}
    few = array_view(resampling.resample(moving, TRANSFORMS["oblique"](), thin, **settings))
    monkeypatch.setattr(resampling, "_FEW", 0)
    assert np.array_equal(few, array_view(resampling.resample(moving, TRANSFORMS["oblique"](), thin, **settings)))
    assert {-3} < set(np.unique(few))
    assert few.min() == -3


@pytest.mark.parametrize("strength", [0.12, 1.0])
@pytest.mark.parametrize("name", ["along the axes", "oblique"])
def test_folds_of_a_large_grid_are_all_counted(name, strength, monkeypatch):
    """A B-spline with many voxels between its control points: percentiles of some voxels, folds and ends of all."""
    elements = [spline(24.0, strength=strength), affine()]
    transform = compose(elements if name == "along the axes" else elements[::-1])
    inside = np.random.default_rng(0).random(GRID.size[::-1]) < 0.5
    every = plausibility.check_deformation(transform, GRID, inside=inside)
    monkeypatch.setattr(plausibility, "_LARGE", 1000)
    assert max(plausibility._steps(SplineChain.of(transform), GRID)) >= 3
    thinned = plausibility.check_deformation(transform, GRID, inside=inside)
    assert (thinned.folded, thinned.statistics.folded_count) == (every.folded, every.statistics.folded_count)
    assert (every.folded > 0) == (strength > 0.2)
    assert (thinned.voxels, thinned.statistics.voxels) == (every.voxels, every.statistics.voxels)
    for figure, apart in (("mean", 0.2), ("p5", 0.3), ("p95", 0.5)):  # only some dozen voxels tell them
        assert getattr(thinned.statistics, figure) == pytest.approx(getattr(every.statistics, figure), abs=apart)
    for figure in ("minimum", "maximum"):  # the ones that people see
        assert getattr(thinned.statistics, figure) == pytest.approx(getattr(every.statistics, figure), abs=2e-5)
    assert thinned.extreme_share == pytest.approx(every.extreme_share, abs=0.01)
