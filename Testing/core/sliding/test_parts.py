"""The derivatives and the choices that a sliding field is found by, against plain computations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.plausibility import check_deformation
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.sliding import axes
from ElastixRegistrationLib.core.sliding.detection import transform_of
from ElastixRegistrationLib.core.sliding.field import fuse, joined
from ElastixRegistrationLib.core.sliding.folds import without_folds, without_folds_in_band
from ElastixRegistrationLib.core.sliding.grids import Nodes, SlidingImage
from ElastixRegistrationLib.core.sliding.local_correlation import LocalCorrelation
from ElastixRegistrationLib.core.sliding.minimize import minimize
from ElastixRegistrationLib.core.sliding.surface import surface_of
from ElastixRegistrationLib.core.sliding.variation import fused, steepness, total_variation

TURN = np.array([[0.0, -1.0, 0.0], [0.8, 0.0, 0.6], [-0.6, 0.0, 0.8]])
GRID = Geometry((14, 12, 10), (2.0, 2.5, 4.0), (3.0, -5.0, 8.0), tuple(map(tuple, TURN)))
SPACING = np.array([2.0, 3.0, 4.0])


def _smooth(shape: tuple[int, ...], seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return axes.apply([axes.gaussian(n, 1.5) for n in shape], noise)


def test_differences_and_their_adjoint_agree():
    draw = np.random.default_rng(0)
    field = draw.normal(size=(3, 5, 6, 7)).astype(np.float32)
    flows = draw.normal(size=(3, 3, 5, 6, 7)).astype(np.float32)
    forward = float((axes.differences(field, SPACING) * flows).sum())
    assert forward == pytest.approx(float((field * axes.differences_adjoint(flows, SPACING)).sum()), rel=1e-4)


def test_the_derivative_of_total_variation_is_its_slope():
    draw = np.random.default_rng(1)
    field, change = draw.normal(size=(2, 3, 5, 6, 7)).astype(np.float32)
    _, gradient = total_variation(field, SPACING)
    step = np.float32(1e-2)
    ahead, behind = (total_variation(field + s * change, SPACING)[0] for s in (step, -step))
    assert float((gradient * change).sum()) == pytest.approx((ahead - behind) / (2 * step), rel=1e-2)


def test_steepness_is_one_where_neighbors_differ_by_their_distance():
    field = np.zeros((3, 4, 4, 4), np.float32)
    field[1, :, 2:] = 3.0  # mm, and nodes along j are 3 mm apart
    assert np.unique(steepness(field, SPACING)).tolist() == [0.0, 1.0]
    assert (steepness(field, SPACING)[:, 1] == 1).all()


def test_fusing_finds_the_best_of_all_choices():
    draw = np.random.default_rng(2)
    first, second = np.zeros((3, 2, 2, 3), np.float32), draw.normal(2, 1, (3, 2, 2, 3)).astype(np.float32)
    advantage = draw.normal(0, 0.05, (2, 2, 3)).astype(np.float32)

    def energy(shares: np.ndarray) -> float:
        field = first + shares * (second - first)
        return 0.1 * float(steepness(field, SPACING).mean()) - float((shares * advantage).sum())

    best = min(energy(np.reshape(choice, (2, 2, 3))) for choice in itertools.product((0.0, 1.0), repeat=12))
    shares = fused(first, second, advantage, 0.1, SPACING)
    assert energy(shares) <= best + 1e-3


def test_of_several_fields_each_is_taken_where_it_fits():
    voxels = 100 * _smooth(GRID.size[::-1], 4)
    moving = np.concatenate([np.roll(voxels, 2, 2)[..., :7], np.roll(voxels, -2, 2)[..., 7:]], axis=2)
    scorer = LocalCorrelation(SlidingImage(voxels, GRID), SlidingImage(moving, GRID), np.eye(4))
    nodes = scorer.nodes.geometry
    step = 2 * GRID.spacing[0] * np.array(GRID.direction)[:, 0]
    fields = [
        np.broadcast_to(np.float32(times * step)[:, None, None, None], (3, *nodes.size[::-1])) for times in (0, 1, -1)
    ]
    taken = fuse(scorer, fields)
    inner = taken[2:-2, 2:-2]
    assert (inner[..., 2] == 1).mean() > 0.8
    assert (inner[..., -3] == 2).mean() > 0.8
    assert (joined(fields, taken)[:, taken == 2] == fields[2][:, taken == 2]).all()


def test_minimize_finds_the_minimum_of_a_stretched_bowl():
    scales, target = np.array([1, 30, 900], np.float32), np.array([3, -2, 1], np.float32)

    def bowl(place: np.ndarray) -> tuple[float, np.ndarray]:
        return float((scales * (place - target) ** 2).sum()), 2 * scales * (place - target)

    assert minimize(bowl, np.zeros(3, np.float32), 60, 1.0) == pytest.approx(target, abs=1e-3)


def test_the_nodes_reproduce_a_linear_motion_at_the_voxels():
    nodes = Nodes(GRID)
    k, j, i = np.meshgrid(*(np.arange(n) for n in nodes.geometry.size[::-1]), indexing="ij")
    places = np.moveaxis(nodes.geometry.points_of(np.stack([i, j, k], axis=-1)), -1, 0).astype(np.float32)
    k, j, i = np.meshgrid(*(np.arange(n) for n in GRID.size[::-1]), indexing="ij")
    expected = np.moveaxis(GRID.points_of(np.stack([i, j, k], axis=-1)), -1, 0)
    assert nodes.at_voxels(places) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("with_region", [False, True])
def test_the_derivative_of_local_correlation_is_its_slope(with_region):
    fixed = SlidingImage(_smooth(GRID.size[::-1], 4), GRID)
    moving = SlidingImage(_smooth(GRID.size[::-1], 5), GRID)
    start = np.eye(4)
    start[:3, :3] += np.random.default_rng(6).normal(0, 0.03, (3, 3))
    region = np.random.default_rng(7).random(GRID.size[::-1]) > 0.3 if with_region else None
    scorer = LocalCorrelation(fixed, moving, start, region)
    shape = (3, *scorer.nodes.geometry.size[::-1])
    field = np.random.default_rng(8).normal(0, 0.5, shape).astype(np.float32)
    scorer.look_from(field)
    _, gradient = scorer.value_and_gradient(field)
    step = np.float32(0.02)
    for axis in range(3):
        change = np.zeros(shape, np.float32)
        change[axis] = 1 + _smooth(shape[1:], axis)
        ahead, behind = (scorer.value_and_gradient(field + s * change)[0] for s in (step, -step))
        # Linear interpolation has kinks, which a difference smooths.
        assert float((gradient * change).sum()) == pytest.approx((ahead - behind) / (2 * step), rel=0.05, abs=2e-4)


def test_an_image_correlates_fully_with_itself_in_its_own_place():
    image = SlidingImage(100 * _smooth(GRID.size[::-1], 4), GRID)
    scorer = LocalCorrelation(image, image, np.eye(4))
    still = np.zeros((3, *scorer.nodes.geometry.size[::-1]), np.float32)
    contrast = scorer.contrast**2
    expected = contrast / (contrast + 0.02**2)  # the noise that is added to both variances
    assert scorer.map(still) == pytest.approx(expected, abs=0.01)


def test_what_is_known_is_continued_and_nothing_else_has_a_say():
    known = np.linalg.norm(np.indices((9, 14, 11)) - np.array([2, 3, 4])[:, None, None, None], axis=0) < 4
    values = np.where(known, 5 + _smooth(known.shape, 3), np.nan).astype(np.float32)
    means, there = axes.means_of([axes.block_means(n, 2) for n in known.shape], values, known)
    assert there.sum() < there.size / 2
    whole = axes.continued(means, there)
    assert (whole[there] == means[there]).all()
    assert means[there].min() <= whole.min() <= whole.max() <= means[there].max()
    beside = there[:, :, 1:] != there[:, :, :-1]
    assert np.abs(np.diff(whole))[beside].mean() < np.ptp(means[there]) / 3
    assert (axes.continued(np.float32(known), known) == 1).all()


@pytest.mark.parametrize("against", [False, True])
def test_tissue_that_runs_into_tissue_is_smoothed_and_what_slides_is_left(against):
    grid = Geometry((40, 40, 20), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0), tuple(map(tuple, TURN)))
    nodes = Nodes(grid)
    _, j, i = np.meshgrid(*(np.arange(n) for n in nodes.geometry.size[::-1]), indexing="ij")
    normal = nodes.geometry.direction @ np.array([0.6, 0.8, 0.0])
    along = nodes.geometry.direction @ np.array([0.8, -0.6, 0.0])
    upper = (0.6 * i + 0.8 * j > 15).astype(np.float32)
    field = upper * (-8 * normal if against else 12 * along).astype(np.float32)[:, None, None, None]
    calm = without_folds(field, nodes)
    if not against:
        assert np.array_equal(calm, field)
        surface = surface_of(field, nodes.geometry)
        assert np.median(surface.along_mm) == pytest.approx(12, abs=0.5)
        assert np.median(np.abs(surface.across_mm)) < 1
        return
    transform = transform_of(calm, nodes.geometry, np.eye(4))
    assert not check_deformation(transform, grid).has_folds
    assert check_deformation(transform_of(field, nodes.geometry, np.eye(4)), grid).has_folds


def test_what_regions_squeeze_without_a_fold_is_eased():
    """Lungs with masks of both sides had local volumes from 0.009 to 13 without a single fold."""
    grid = Geometry((24, 24, 24), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0), ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))
    k, j, i = np.indices(grid.size[::-1]) - 11.5
    squeezed = np.zeros((3, *grid.size[::-1]), np.float32)
    squeezed[0] = -0.93 * 2 * i * np.exp(-(i**2 + j**2 + k**2) / 30)

    def smallest(field):
        return 1 + float(np.gradient(field[0], 2.0, axis=2).min())

    assert 0 < smallest(squeezed) < 0.2
    assert smallest(without_folds_in_band(squeezed, grid)) > 0.25
