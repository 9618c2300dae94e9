"""Checkerboard and difference of two volumes."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.report.comparison_volumes import checkerboard_volume, difference_volume


def ramp(low, high):
    return np.linspace(low, high, 8 * 16 * 16, dtype=np.float32).reshape(8, 16, 16)


def test_images_that_differ_in_scale_only_do_not_differ():
    difference = difference_volume(ramp(0, 1), ramp(-1000, 3000))
    assert np.abs(difference).max() <= 1


def test_the_sign_says_which_is_brighter():
    fixed, moved = ramp(0, 1), ramp(0, 1)
    moved[4, 8, 8] = 0.9
    assert difference_volume(fixed, moved)[4, 8, 8] > 60


def test_blocks_come_by_turns():
    fixed = np.zeros((16, 16, 16), np.float32)
    fixed[0, 0, 0] = 1
    board = checkerboard_volume(fixed, 1 - fixed, tiles=4)
    assert board[1, 1, 1] == 0
    assert board[1, 1, 5] == board[1, 5, 1] == board[5, 1, 1] == board[5, 5, 5] == 255
    assert board[1, 5, 5] == 0


def test_windows_that_are_given_keep_equal_values_equal():
    fixed, moved = ramp(0, 100), ramp(0, 100)
    moved[:4] = 0  # would stretch its own range
    difference = difference_volume(fixed, moved, windows=((0, 200), (0, 200)))
    assert np.abs(difference[4:]).max() == 0
    board = checkerboard_volume(fixed, fixed, windows=((0, 100), (0, 200)))
    assert board.max() == pytest.approx(255, abs=10)
    assert board[:, :2, :2].max() <= 255


def test_different_sizes_are_refused():
    with pytest.raises(InputError, match="voxel by voxel"):
        difference_volume(np.zeros((2, 2, 2)), np.zeros((2, 2, 3)))
