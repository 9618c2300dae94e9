"""Pictures: what a PNG reader sees, where the patient's sides lie, and what the colors mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from ElastixRegistrationLib.core.images import pictures


@dataclass(frozen=True)
class Grid:
    size: tuple
    spacing: tuple
    origin: tuple
    direction: tuple


def _grid(size, spacing=None, direction=None):
    dimension = len(size)
    direction = np.eye(dimension) if direction is None else np.asarray(direction, float)
    return Grid(tuple(size), tuple(spacing or [1.0] * dimension), (0.0,) * dimension, tuple(map(tuple, direction)))


def _world(grid):
    """(k, j, i, 3) LPS mm of the voxels."""
    index = np.stack(np.meshgrid(*[np.arange(n) for n in grid.size[::-1]], indexing="ij")[::-1], -1)
    return index @ (np.asarray(grid.direction) * grid.spacing).T


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (64, 33), (1, 1, 3), (9, 4, 3), (40, 61, 3)])
def test_png_reads_back_the_same_elsewhere(tmp_path, shape):
    sitk = pytest.importorskip("SimpleITK")
    picture = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    path = tmp_path / "picture.png"
    path.write_bytes(pictures.png_bytes(picture))
    assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(path))).reshape(shape), picture)


ANGLE = np.deg2rad(20)
TILT = np.array([[1, 0, 0], [0, np.cos(ANGLE), -np.sin(ANGLE)], [0, np.sin(ANGLE), np.cos(ANGLE)]])
ORIENTATIONS = {
    "LPS": np.eye(3),
    "RAS": np.diag([-1.0, -1.0, 1.0]),
    "sagittal": np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], float),
    "coronal": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], float),
    "oblique": TILT @ np.diag([1.0, -1.0, -1.0]),
    "left-handed": TILT @ np.diag([-1.0, 1.0, 1.0]),
}


@pytest.mark.parametrize("direction", ORIENTATIONS.values(), ids=ORIENTATIONS)
def test_slices_lie_as_radiologists_read_them_whatever_the_grid(direction):
    grid = _grid((20, 24, 28), (1.5, 1.0, 2.0), direction)
    world = _world(grid)
    planes = {plane.name: plane for plane in pictures.planes_of(grid)}
    assert list(planes) == ["axial", "coronal", "sagittal"]
    right, down = {"axial": (0, 1), "coronal": (0, 2), "sagittal": (1, 2)}, {"axial": 1, "coronal": -1, "sagittal": -1}
    for name, plane in planes.items():
        across, along = right[name]
        cut = plane.cut(world)
        assert np.all(np.diff(cut[..., across], axis=1) >= 0), f"{name}: left or posterior grows to the right"
        assert np.all(down[name] * np.diff(cut[..., along], axis=0) >= 0), (
            f"{name}: posterior or inferior grows downwards"
        )
        assert cut[0, -1, across] > cut[0, 0, across]


def test_pixels_are_square():
    grid = _grid((40, 30, 10), (0.5, 0.5, 4.0))
    ball = (np.linalg.norm(_world(grid) - [10, 7.5, 18], axis=-1) < 7).astype(np.float32)
    for plane in pictures.planes_of(grid):
        height, width = plane.shape
        physical = [plane.size[a] * plane.spacing[a] for a in (plane.rows, plane.columns)]
        assert height / width == pytest.approx(physical[0] / physical[1], rel=0.05)
        seen = plane.cut(ball) > 0.5
        extent = [np.ptp(np.nonzero(seen.any(axis))[0]) + 1 for axis in (1, 0)]
        assert extent[0] == pytest.approx(extent[1], abs=4.0 / plane.pixel), "a ball looks like a disc"


def test_large_images_are_shown_smaller_and_positions_are_kept_inside():
    grid = _grid((900, 500, 6), (0.5, 0.5, 3.0))
    axial = pictures.planes_of(grid, position=(0, 0, 99), max_pixels=300)[0]
    assert axial.shape == (167, 300)
    assert axial.index == 5


def test_single_slices():
    assert [plane.name for plane in pictures.planes_of(_grid((20, 30, 1)))] == ["axial"]
    (plane,) = pictures.planes_of(_grid((20, 30), (2.0, 1.0)))
    image = np.arange(600, dtype=float).reshape(30, 20)
    assert plane.shape == (30, 40)
    cut = plane.cut(image)
    assert cut[0, 0] == 0
    assert cut[-1, -1] == 599
    np.testing.assert_allclose(cut[:, 1:3].mean(1), image[:, :2].mean(1))


def test_labels_are_not_blended():
    grid = _grid((10, 10, 4), (1.0, 1.0, 3.0))
    labels = np.random.default_rng(2).choice([0, 7], (4, 10, 10)).astype(np.uint8)
    coronal = pictures.planes_of(grid)[1]
    assert set(np.unique(coronal.cut(labels, nearest=True))) == {0, 7}
    assert coronal.cut(labels, nearest=True).dtype == np.uint8


def test_window_leaves_out_padding_and_what_is_not_finite():
    image = np.linspace(-1000, 1000, 10_001)
    image[:2000] = -3024
    image[5000] = np.nan
    low, high = pictures.window_of(image, ignore=[-3024])
    assert -620 < low < -560
    assert 980 < high < 1000
    values = pictures.normalized(np.array([-5000, low, high, np.nan]), (low, high))
    np.testing.assert_allclose(values, [0, 0, 1, 0], atol=1e-6)
    assert pictures.window_of(np.full((3, 3), 5)) == (5, 6)
    assert pictures.window_of(np.full((3, 3), np.nan)) == (0, 1)


def test_overlay_is_gray_where_the_images_agree():
    values = np.linspace(0, 1, 256).reshape(16, 16)
    agree = pictures.overlay(values, values).astype(int)
    assert np.ptp(agree, axis=-1).max() <= 1
    only_fixed, only_moving = pictures.overlay(values, values * 0)[-1, -1], pictures.overlay(values * 0, values)[-1, -1]
    assert only_fixed[0] > 200 > only_fixed[2], "fixed is orange"
    assert only_moving[2] > 200 > only_moving[0], "moving is blue"


def test_difference_is_white_where_equal_and_colored_by_sign():
    low, high = np.zeros((2, 2)), np.ones((2, 2))
    assert np.all(pictures.difference(high, high) == 255)
    brighter, darker = pictures.difference(low, high)[0, 0], pictures.difference(high, low)[0, 0]
    assert brighter[0] > brighter[2]
    assert darker[2] > darker[0]


def test_checkerboard_takes_turns():
    board = pictures.checkerboard(np.zeros((64, 32)), np.ones((64, 32)), tiles=8)
    assert board[0, 0] == 0
    assert board[0, 8] == 255
    assert board[8, 0] == 255
    assert board[8, 8] == 0
    assert board.mean() == pytest.approx(127.5)


def _line_columns(picture):
    """Columns crossed by a grid line, in a row away from horizontal lines."""
    bright = picture[..., 0].astype(float)
    row = np.argmin(bright.mean(1))
    return np.nonzero(bright[row] > 200)[0]


def test_grid_lines_follow_the_displacement():
    direction = np.diag([-1.0, -1.0, 1.0])
    grid = _grid((100, 80, 5), direction=direction)
    plane = pictures.planes_of(grid)[0]
    still = np.zeros((5, 80, 100, 3))
    before = _line_columns(pictures.deformation_grid(np.zeros(plane.shape), still, plane, direction, spacing=20))
    moved = still.copy()
    moved[..., 0] = 6.0  # mm to the left of the patient, the right of the picture
    after = _line_columns(pictures.deformation_grid(np.zeros(plane.shape), moved, plane, direction, spacing=20))
    # A fixed point shows what lies 6 mm further to the patient's left, so the lines move to the patient's right.
    assert len(before) == len(after) > 0
    np.testing.assert_array_equal(after, before - 6)


@pytest.mark.parametrize(
    ("size", "spacing", "lines"), [((200, 180, 50), (1, 1, 2.0), 10), ((30, 20), (0.01, 0.01), 0.02)]
)
def test_grid_lines_are_a_round_number_of_millimeters_apart(size, spacing, lines):
    assert pictures.grid_spacing(_grid(size, spacing)) == pytest.approx(lines)


@pytest.mark.parametrize("direction", [np.eye(3), np.diag([-1.0, -1.0, 1.0])])
def test_arrows_point_to_where_points_go(direction):
    """A shift of 12 mm to the patient's left is one to the right in an axial picture, whatever the order of voxels."""
    grid = _grid((60, 50, 4), direction=direction)
    displacement = np.zeros((4, 50, 60, 3), np.float32)
    displacement[..., 0] = 12.0
    plane = pictures.planes_of(grid)[0]
    picture = pictures.arrows(np.zeros(plane.shape), displacement, plane, grid.direction)
    colors = picture.reshape(plane.shape[0], -1, 3)
    row, column = np.argwhere((colors == pictures.DOT_COLOR).all(-1))[0]
    length = round(12 / plane.pixel)
    drawn = (colors[row] == pictures.ARROW_COLOR).all(-1) | (colors[row] == pictures.DOT_COLOR).all(-1)
    assert drawn[column : column + length + 1].all()
    assert not drawn[:column].any()
    assert pictures.arrow_scale(displacement, grid) == 0.5  # 12 mm of 60 would cover each other
    assert pictures.arrow_scale(displacement / 10, grid) == 5
