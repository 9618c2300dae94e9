"""Automatic deforms what is deformed, and leaves rigid what is one body in two contrasts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from ElastixRegistrationLib.core.automatic.effort import effort_named
from ElastixRegistrationLib.core.automatic.evidence import CRITERIA, Difference, Gain
from ElastixRegistrationLib.core.automatic.log import AutomaticLog
from ElastixRegistrationLib.core.automatic.plan import dense_plan, planned_stages
from ElastixRegistrationLib.core.automatic.stages import bspline_stage
from ElastixRegistrationLib.core.automatic.warping import warped
from ElastixRegistrationLib.core.automatic.windows import smoothed
from ElastixRegistrationLib.core.elastix.expected_time import expected_seconds
from ElastixRegistrationLib.core.elastix.progress import ProgressParser
from ElastixRegistrationLib.core.errors import RegistrationError
from ElastixRegistrationLib.core.images.geometry import image_from_array
from ElastixRegistrationLib.core.presets.catalog import find_preset
from ElastixRegistrationLib.core.registration.register import register
from ElastixRegistrationLib.core.start.rigid import moved_points, rigid_matrix
from ElastixRegistrationLib.core.transforms.itk_transforms import (
    affine_from_matrix,
    chain_of,
    map_points,
    matrix_of_linear,
)
from phantoms.images import grid

STAGES = find_preset("automatic").stages()
GEOMETRY = grid((48, 48), (3.0, 3.0))
INFORMATION = re.compile(r"mutual information on voxels that no stage used went from (\S+) nats to (\S+) nats\.$")


def tissues(geometry, seed=0):
    """Smooth random fields of two tissues, 0 to 1, in a round body."""
    random = np.random.default_rng(seed)
    shape = geometry.size[::-1]
    axes = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    body = 1 / (1 + np.exp((np.sqrt(sum(axis**2 for axis in axes)) - 0.7) * 25))
    fields = []
    for _ in range(2):
        field = smoothed(random.normal(size=shape).astype(np.float32), (2.0,) * len(shape))
        fields.append(body * (field > 0.3 * field.std()))
    return body, *(smoothed(field.astype(np.float32), (0.7,) * len(shape)) for field in fields)


def image(values, geometry=GEOMETRY, noise=0, sigma=2.0):
    values = 100 * values + np.random.default_rng(noise).normal(0, sigma, values.shape)
    return image_from_array(values.astype(np.float32), geometry)


def test_one_body_in_two_contrasts_stays_rigid():
    body, first, second = tissues(GEOMETRY)
    fixed = image(body + first - 0.5 * second, noise=1)
    moved = grid((48, 48), (3.0, 3.0), origin=(GEOMETRY.origin[0] + 7.0, GEOMETRY.origin[1] - 5.0))
    moving = image(body - 0.7 * first + 0.6 * second, moved, noise=2)
    result = register(fixed, moving, STAGES, adapt=True, seed=1, effort="fast")
    assert [part.IsLinear() for part in chain_of(result.transform)] == [True]
    assert "no deformation" in result.notes[0]
    center = GEOMETRY.center()[None]
    assert np.linalg.norm(map_points(result.transform, center) - center - [7.0, -5.0]) < 1.5


def test_images_that_are_aligned_already_are_not_said_to_have_gone_from_one_value_to_the_same():
    body, first, second = tissues(GEOMETRY)
    same = image(body + first - 0.5 * second, noise=1)
    note = register(same, same, STAGES[:1], adapt=True, seed=1, effort="fast").notes[0]
    assert re.search(r"mutual information on voxels that no stage used stayed at \d\.\d\d nats\.$", note)


def test_bodies_of_different_size_are_deformed_across_contrasts_in_fine_steps():
    """By mutual information alone, 0.9 mm of 2.6 mm are left."""
    geometry = grid((96, 96), (1.5, 1.5))
    body, first, second = tissues(geometry)
    y, x = np.meshgrid(*(np.arange(96.0) - 48,) * 2, indexing="ij")
    random = np.random.default_rng(5)
    fields = [smoothed(random.normal(size=x.shape).astype(np.float32), (4.0, 4.0)) for _ in range(2)]
    shift = 0.08 * np.stack([y, x]) + 1.3 * np.stack([field / field.std() for field in fields])  # voxels
    (bent,) = warped([(body - 0.7 * first + 0.6 * second).astype(np.float32)], shift.astype(np.float32), (0, 0))
    moving = image(body + first - 0.5 * second, geometry, noise=2)
    result = register(image(bent, geometry, noise=1), moving, STAGES, adapt=True, seed=1)
    assert "by mutual information; refined by local correlation" in result.notes[0]
    index = np.argwhere(np.hypot(x, y) < 25)[::40, ::-1]
    points = geometry.points_of(index)
    truth = geometry.points_of(index + shift[::-1, index[:, 1], index[:, 0]].T)
    assert np.linalg.norm(map_points(result.transform, points) - truth, axis=1).mean() < 0.65


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_the_rigid_stage_finds_the_shift_of_a_picture_inside_a_mask(seed):
    """Of whole numbers, as pictures are. With elastix' quick first steps it left the start, and what it had not found
    was put into a B-spline."""
    random = np.random.default_rng(seed)
    texture = smoothed(random.normal(size=(170, 190)).astype(np.float32), (7.0, 7.0))
    texture = np.rint(200 * (texture - texture.min()) / np.ptp(texture)).astype(np.uint8)
    y, x = np.meshgrid(np.arange(110.0), np.arange(130.0), indexing="ij")
    mask = ((y - 50) ** 2 + (x - 60) ** 2 < 30**2).astype(np.uint8)
    pictures = [np.ascontiguousarray(texture[30 + n : 140 + n, 30 + m : 160 + m]) for n, m in ((6, -5), (0, 0))]
    geometry = grid((130, 110), (1.0, 1.0))
    fixed, moving, where = (image_from_array(one, geometry) for one in (*pictures, mask))
    result = register(fixed, moving, STAGES[:1], adapt=True, seed=1, fixed_mask=where)
    assert "the start is kept" not in result.notes[0]
    points = geometry.points_of(np.argwhere(mask)[::50, ::-1])
    moved = (map_points(result.transform, points) - points) @ np.asarray(geometry.direction)
    assert moved == pytest.approx(np.broadcast_to([-5.0, 6.0], moved.shape), abs=0.15)


def test_a_deformed_body_is_deformed_back_by_one_spline_beside_a_linear_transform():
    body, first, second = tissues(GEOMETRY)
    values = (body + first + 0.4 * second).astype(np.float32)
    y, x = np.meshgrid(*(np.arange(48.0),) * 2, indexing="ij")
    shift = 2.5 * np.exp(-(((x - 24) / 9) ** 2 + ((y - 24) / 9) ** 2))  # voxels, along x
    (bent,) = warped([values], np.stack([0 * shift, shift]).astype(np.float32), (0, 0))
    result = register(image(bent, noise=1), image(values, noise=2), STAGES, adapt=True, seed=1, effort="fast")
    assert "BSplineTransform" in [part.GetNameOfClass() for part in chain_of(result.transform)]
    assert len(chain_of(result.transform)) <= 2
    index = np.array([[24.0, 24.0], [20.0, 26.0], [28.0, 22.0]])
    points = GEOMETRY.points_of(index)
    truth = GEOMETRY.points_of(index + np.array([[shift[int(j), int(i)], 0] for i, j in index]))
    before = np.linalg.norm(points - truth, axis=1).mean()
    assert np.linalg.norm(map_points(result.transform, points) - truth, axis=1).mean() < 0.35 * before
    before, after = INFORMATION.search(result.notes[0]).groups()
    assert float(after) > float(before)
    assert result.iterations[-1].metric < 0  # minus the correlation, in the log of the dense stage


def test_the_result_does_not_depend_on_the_header_of_the_moving_image():
    """The control points of a B-spline lay along the axes of the world, oblique to an image that was turned: crops of
    two hippocampi lost 0.015 of their Dice."""
    body, first, second = tissues(GEOMETRY)
    values = (body + first + 0.4 * second).astype(np.float32)
    y, x = np.meshgrid(*(np.arange(48.0),) * 2, indexing="ij")
    shift = 2.5 * np.exp(-(((x - 24) / 9) ** 2 + ((y - 24) / 9) ** 2))  # voxels, along x
    (bent,) = warped([values], np.stack([0 * shift, shift]).astype(np.float32), (0, 0))
    turn = rigid_matrix(np.array([np.radians(40), 60.0, -30.0]), GEOMETRY.center())
    fixed = image(bent, noise=1)
    points = GEOMETRY.points_of(np.argwhere(body > 0.5)[::20, ::-1])
    reached = []
    for header in (np.eye(3), turn):
        moving = image(values, GEOMETRY.moved(header), noise=2)
        result = register(
            fixed, moving, STAGES, adapt=True, seed=1, effort="fast", initial_transform=affine_from_matrix(header)
        )
        reached.append(moved_points(np.linalg.inv(header), map_points(result.transform, points)))
    assert np.linalg.norm(reached[0] - points, axis=1).max() > 2
    assert np.abs(reached[1] - reached[0]).max() < 0.4


def test_a_shift_stays_a_shift_where_the_moving_image_ends():
    """A deformation reached over the padding for more of the fixed image, and was chosen for that, 3 to 5 mm off."""
    geometry = grid((27, 24, 22), (3.0, 3.0, 3.0), origin=(0.0, 0.0, 0.0))
    k, j, i = np.indices(geometry.size[::-1]) * 3.0

    def three_blobs(shift):
        parts = ((30, 30, 28, 9, 900), (48, 40, 36, 6, 600), (38, 44, 24, 5, 750))
        away = [((i - x - shift) ** 2 + (j - y) ** 2 + (k - z) ** 2, width, height) for x, y, z, width, height in parts]
        return sum(height * np.exp(-square / (2 * width**2)) for square, width, height in away).astype(np.int16)

    fixed, moving = three_blobs(0), three_blobs(6)
    moving[:, :2] = -2000
    result = register(*(image_from_array(one, geometry) for one in (fixed, moving)), STAGES, adapt=True, seed=1)
    index = np.array([[10.0, 10, 9], [16, 13, 12], [12, 14, 8]])
    moved = map_points(result.transform, geometry.points_of(index)) - geometry.points_of(index + np.array([2.0, 0, 0]))
    assert np.abs(moved).max() < 0.3


def test_stacks_that_cross_are_registered_by_what_they_share():
    """elastix wants a quarter of the samples to fall into the moving image."""
    random = np.random.default_rng(3)
    texture = smoothed(random.normal(size=(120, 120)).astype(np.float32), (3.0, 3.0))
    texture *= 30 / texture.std()
    low, wide = image_from_array(texture[48:72], grid((120, 24), (1.0, 1.0), origin=(0.0, 48.0))), texture[:, 50:74]
    tall = image_from_array(np.ascontiguousarray(wide), grid((24, 120), (1.0, 1.0), origin=(53.0, -2.0)))
    result = register(low, tall, STAGES[:1], adapt=True, seed=1, initial_transform=affine_from_matrix(np.eye(3)))
    points = np.array([[55.0, 55.0], [70.0, 65.0]])
    assert map_points(result.transform, points) == pytest.approx(points + np.array([3.0, -2.0]), abs=0.3)


def test_images_that_share_nothing_at_the_start_are_refused():
    """Their overlap asks for no samples, and the start came back as a result."""
    fixed = image(np.random.default_rng(0).normal(size=(48, 48)))
    mask = np.zeros((48, 48), np.uint8)
    mask[:15, :15] = 1
    away = np.eye(3)
    away[:2, 2] = -70  # mm, of 144; none of the mask stays in the image
    with pytest.raises(RegistrationError, match="overlap too little at the start"):
        register(
            fixed,
            fixed,
            STAGES,
            adapt=True,
            seed=1,
            fixed_mask=image_from_array(mask, GEOMETRY),
            initial_transform=affine_from_matrix(away),
        )


def test_no_body_is_stretched_out_of_proportion():
    """An affine transform to a slim heart or spine put another one into its place."""
    body, first, second = tissues(GEOMETRY)
    values = (body + first - 0.5 * second).astype(np.float32)
    x = np.broadcast_to(np.arange(48.0) - 24, values.shape)
    (slim,) = warped([values], np.stack([0 * x, 0.7 * x]).astype(np.float32), (0, 0))
    result = register(image(slim, noise=1), image(values, noise=2), STAGES[:1], adapt=True, seed=1, effort="fast")
    scales = np.linalg.svd(matrix_of_linear(result.transform)[:-1, :-1], compute_uv=False)
    assert scales.max() < 1.5 * scales.min()


def test_more_effort_is_expected_to_take_longer():
    seconds = [expected_seconds(planned_stages(STAGES, effort)) for effort in ("fast", "normal", "thorough")]
    assert seconds[0] < seconds[1] < seconds[2]


def test_who_follows_the_log_of_elastix_follows_the_dense_stage():
    effort = effort_named("normal")
    log = AutomaticLog()
    for number, level in enumerate(effort.levels):
        log.begin_dense(number)
        for iteration in range(level.iterations):
            log.iteration(iteration, 0.5)
    parser = ProgressParser([dense_plan(effort)])
    events = parser.feed(log.text)
    assert events[-1].fraction == pytest.approx(1.0)
    assert [event.fraction for event in events] == sorted(event.fraction for event in events)
    assert {row.resolution for row in parser.iterations} == set(range(len(effort.levels)))
    assert parser.iterations[0].metric == -0.5


def test_steps_of_a_bspline_follow_what_is_seen_within_slices_however_thick_they_are():
    thin, thick = (grid((64, 64, n), (1.0, 1.0, mm)) for n, mm in ((64, 1.0), (8, 8.0)))
    steps = [bspline_stage({}, one, one, 10.0, effort_named("normal"))["MaximumStepLength"] for one in (thin, thick)]
    assert steps[0] == steps[1]


def test_finer_voxels_must_explain_more_by_all_criteria_taken_together():
    def gain(*means):
        return Gain({name: Difference(mean, 0.001, 125) for name, mean in zip(CRITERIA, means, strict=True)})

    assert gain(0.0, 0.02, 0.0).is_better_together()
    assert not gain(0.004, 0.0, -0.002).is_better_together()
    assert not gain(0.1, 0.1, -0.01).is_better_together()
