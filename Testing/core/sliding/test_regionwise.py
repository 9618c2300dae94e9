"""Regions that the user gives are registered each for itself, and meet at their border."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.deformation.plausibility import check_deformation
from ElastixRegistrationLib.core.images.geometry import Geometry
from ElastixRegistrationLib.core.sliding.border_gaps import Moved, pairs_of
from ElastixRegistrationLib.core.sliding.grids import Nodes, SlidingImage
from ElastixRegistrationLib.core.sliding.interpolation import Interpolation
from ElastixRegistrationLib.core.sliding.joint import Part, Target, improve_together
from ElastixRegistrationLib.core.sliding.local_correlation import LocalCorrelation
from ElastixRegistrationLib.core.sliding.regions import Regions
from ElastixRegistrationLib.core.sliding.regionwise import correlate_alike, register_regions
from ElastixRegistrationLib.core.transforms.itk_transforms import identity, map_points
from phantoms.sliding import GRID, VOXEL, look_alike, phantom, smeared

TURN = np.array([[0.0, -1.0, 0.0], [0.8, 0.0, 0.6], [-0.6, 0.0, 0.8]])
#: Around the origin.
BALL_GRID = Geometry((40, 44, 30), (2.0, 2.0, 3.0), tuple(TURN @ [-39.0, -43.0, -43.5]), tuple(map(tuple, TURN)))
RADIUS = 25.0


def test_interpolation_and_its_adjoint_agree():
    draw = np.random.default_rng(0)
    places = Interpolation(draw.uniform(-1, 6, (50, 3)), (4, 5, 6))
    volumes, values = draw.normal(size=(3, 4, 5, 6)), draw.normal(size=(50, 3))
    assert float((places.of(volumes) * values).sum()) == pytest.approx(
        float((volumes * places.adjoint(values)).sum()), rel=1e-5
    )


def _centers(grid: Geometry) -> np.ndarray:
    k, j, i = np.meshgrid(*(np.arange(n) for n in grid.size[::-1]), indexing="ij")
    return grid.points_of(np.stack([i, j, k], axis=-1))


@pytest.fixture(scope="module")
def ball() -> Regions:
    return Regions((np.linalg.norm(_centers(BALL_GRID), axis=-1) < RADIUS) * 7, BALL_GRID)


def test_the_surface_of_a_ball_is_where_it_is_and_as_large(ball):
    assert ball.names == [7]
    border = ball.borders[1]
    away = np.linalg.norm(border.points, axis=1)
    assert np.abs(away - RADIUS).max() < 1.2  # half a voxel
    assert np.abs(away - RADIUS).mean() < 0.4
    directions = np.einsum("nc,nc->n", border.points / away[:, None], border.normals)
    assert directions.mean() > 0.98
    assert border.area_of_a_point * len(border.points) == pytest.approx(4 * np.pi * RADIUS**2, rel=0.05)


def _moved(of_points) -> Moved:
    nodes = Nodes(BALL_GRID).geometry
    return Moved(np.moveaxis(of_points(_centers(nodes)), -1, 0).astype(np.float32), nodes)


def test_a_ball_that_turns_in_its_socket_meets_it_everywhere(ball):
    c, s = np.cos(0.5), np.sin(0.5)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
    (pair,) = pairs_of(ball, [_moved(np.zeros_like), _moved(lambda points: points @ turn.T - points)])
    assert len(pair.points) > 1000
    assert np.percentile(np.abs(pair.distances), 95) < 1  # the plain normal would say that 6 mm are missing
    assert pair.along.max() == pytest.approx(2 * RADIUS * np.sin(0.25), rel=0.1)


def test_a_ball_that_is_pulled_out_leaves_a_gap_behind_and_an_overlap_before(ball):
    pull = np.array([0, 0, 3.0])
    (pair,) = pairs_of(ball, [_moved(np.zeros_like), _moved(lambda points: np.zeros_like(points) + pull)])
    up = pair.points[:, 2] / RADIUS
    assert pair.distances[up > 0.9] == pytest.approx(3, abs=0.8)
    assert pair.distances[up < -0.9] == pytest.approx(-3, abs=0.8)
    assert np.abs(pair.distances[np.abs(up) < 0.1]).mean() < 0.5


def test_shares_pass_from_one_region_to_the_next_in_a_band(ball):
    shares = ball.shares(BALL_GRID, float(np.cbrt(np.prod(BALL_GRID.spacing))))
    assert np.allclose(shares.sum(axis=0), 1, rtol=0, atol=1e-6)
    away = np.linalg.norm(_centers(BALL_GRID), axis=-1)
    assert shares[1][away < RADIUS - 2.5].min() == 1
    assert shares[1][away > RADIUS + 2.5].max() == 0


def _registered(slide_mm: float, labels: np.ndarray | None = None, missed=(0.0, 0.0, 0.0)):
    """``missed``: by how much what was found is off in the upper block, mm."""
    fixed, moving, upper, shift = phantom(slide_mm)
    found = smeared(shift + missed)
    regions = Regions((upper > 0).astype(int) if labels is None else labels, GRID)
    images = SlidingImage(fixed, GRID), SlidingImage(moving, GRID)
    return register_regions(*images, regions, found, found, [np.eye(4)]), upper, shift


def test_both_sides_of_a_plane_are_followed_up_to_it_and_meet():
    found, upper, shift = _registered(15.0)
    assert found is not None
    assert found.figures.regions == (1,)
    assert found.figures.along_median == pytest.approx(15, abs=1)
    assert found.figures.mismatch_median < VOXEL / 4
    assert found.figures.mismatch_95 < VOXEL / 2
    inner = np.zeros_like(upper, bool)
    inner[3:-3, 4:-4, 4:-4] = True
    for side, truth in ((upper > 2 * VOXEL, shift), (upper < -2 * VOXEL, 0 * shift)):
        points = GRID.points_of(np.argwhere(side & inner)[::13, ::-1])
        # Where the block was taken out of the image there is nothing to find it by.
        seen = (np.abs(points + truth) < 45).all(axis=1)
        errors = np.linalg.norm(map_points(found.transform, points) - points - truth, axis=1)[seen]
        assert np.percentile(errors, 98) < VOXEL / 4
    judged = check_deformation(found.transform, GRID)
    assert judged.is_plausible
    assert judged.border > 500


@pytest.mark.parametrize("missed", [(0.0, 0.0, 0.0), (1.0, -2.0, 1.5)])
def test_what_does_not_slide_stays_as_it_was_found(missed):
    found, _, _ = _registered(0.0, missed=missed)
    assert found is None


def test_two_regions_that_move_alike_do_not_slide_along_each_other():
    _, _, upper, _ = phantom(0.0)
    labels = np.where(upper > 0, 1, 0)
    labels[:, :, GRID.size[0] // 2 :] *= 2
    found, _, shift = _registered(15.0, labels)
    assert found is not None
    assert found.figures.regions == (1, 2)
    near = np.argwhere((upper > 3 * VOXEL) & (np.arange(GRID.size[0]) == GRID.size[0] // 2))[:, ::-1].astype(float)
    points = GRID.points_of(near)
    seen = (np.abs(points + shift) < 45).all(axis=1)
    step = [2 * GRID.spacing[0], 0, 0]
    jump = map_points(found.transform, points)[seen] - map_points(found.transform, points - step)[seen]
    assert np.percentile(np.abs(jump - step), 95) < 1


SLIDE_MM, RISE_MM = 12.0, 16.0


def _of_look_alike(*, with_moving: bool):
    """(transform and figures, where the upper block is near the plane and far from it, its truth), found from no
    motion."""
    made = look_alike(SLIDE_MM, RISE_MM)
    still = smeared(0 * made.shift)
    regions = [Regions((made.upper > rise).astype(int), GRID) for rise in (0.0, RISE_MM)]
    images = SlidingImage(made.fixed, GRID), SlidingImage(made.moving, GRID)
    found = register_regions(*images, regions[0], still, still, [np.eye(4)], regions[1] if with_moving else None)
    inner = np.zeros_like(made.upper, bool)
    inner[3:-3, 4:-4, 4:-4] = True
    points = [
        GRID.points_of(np.argwhere((made.upper > low) & (made.upper < high) & inner)[:, ::-1])
        for low, high in ((0.0, RISE_MM), (RISE_MM, np.inf))
    ]
    return found, [one[(np.abs(one + made.shift) < 42).all(axis=1)] for one in points], made.shift


def test_a_moving_region_decides_where_the_surroundings_look_alike():
    without, places, shift = _of_look_alike(with_moving=False)
    found, _, _ = _of_look_alike(with_moving=True)

    def errors(result, points) -> np.ndarray:
        return np.linalg.norm(map_points(result.transform, points) - points - shift, axis=1)

    near, far = places
    assert np.median(errors(without, near)) > RISE_MM
    assert np.median(errors(found, near)) < VOXEL
    assert np.percentile(errors(found, near), 95) < 1.5 * VOXEL
    assert np.percentile(errors(found, far), 95) < VOXEL
    assert found.figures.mismatch_95 < VOXEL / 2


def test_a_border_reaches_that_of_the_moving_region_where_the_tissue_shows_nothing(ball):
    """A ball that is pulled in an image that is as gray everywhere, after a start that turns it."""
    pull = np.array([0.0, 2.0, 4.0])
    centers = _centers(BALL_GRID)
    turned = np.eye(4)
    turned[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    there = pull @ turned[:3, :3].T
    target = Target(Regions((np.linalg.norm(centers - there, axis=-1) < RADIUS) * 7, BALL_GRID), turned)
    gray = SlidingImage(np.full(centers.shape[:3], 100.0, np.float32), BALL_GRID)
    parts = []
    for number in (0, 1):
        part = ball.part(gray, number)
        nodes = Nodes(part.geometry).geometry
        still = Moved(np.zeros((3, *nodes.size[::-1]), np.float32), nodes)
        parts.append(Part(still, LocalCorrelation(part, gray, turned)))
    moved = improve_together(ball, parts, 2.3, target)
    (pair,) = pairs_of(ball, moved)
    for number in (0, 1):
        reached = pair.points + moved[number].at(pair.points) - pull
        assert np.percentile(np.abs(np.linalg.norm(reached, axis=1) - RADIUS), 90) < 1.5
    before = np.abs(np.linalg.norm(pair.points - pull, axis=1) - RADIUS)
    assert np.percentile(before, 90) > 3.5


def test_images_of_another_contrast_are_told():
    fixed, moving, _, _ = phantom(0.0)
    images = SlidingImage(fixed, GRID), SlidingImage(moving, GRID)
    assert correlate_alike(*images, identity(3))
    assert not correlate_alike(images[0], SlidingImage(np.abs(moving - 100), GRID), identity(3))
