"""The checks of AAPM TG-132: passed, failed or not measured, against tolerances that can be changed."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.quality.figures import Comparison, Figure
from ElastixRegistrationLib.core.report.tolerances import FAILED, NOT_MEASURED, PASSED, Tolerances, checks
from phantoms.images import grid

GRID = grid((40, 36, 32), (0.9, 0.9, 2.5))


def figure(name, after):
    return Figure(name, "", None, after, 0)


ALL = (
    figure("Landmark distance, mean", 2.4),
    figure("Surface distance, liver", 2.6),
    figure("Surface distance, kidney", 1.0),
    figure("Dice overlap, liver", 0.95),
    figure("Dice overlap, kidney", 0.79),
    figure("Folded voxels", 0),
    figure("Inverse consistency, mean", 2.5),
)


def test_tolerances_are_the_largest_side_of_a_voxel_and_the_worst_label_counts():
    found = checks(Comparison(ALL), Tolerances.of(GRID))
    assert [check.state for check in found] == [PASSED, FAILED, FAILED, PASSED, PASSED]
    assert found[1].value == "2.60 mm"
    assert found[1].tolerance == "at most 2.50 mm"


def test_what_was_not_measured_is_no_pass():
    found = checks(Comparison((figure("Dice overlap, gone", np.nan),)), Tolerances.of(GRID))
    assert {check.state for check in found} == {NOT_MEASURED}


def test_a_single_fold_fails():
    folded = [figure("Folded voxels", 1)]
    assert checks(Comparison(tuple(folded)), Tolerances.of(GRID))[3].state == FAILED


def test_tolerances_can_be_changed_by_name():
    changed = Tolerances.of(GRID).changed(["dice=0.75", "mda=3"])
    assert [check.state for check in checks(Comparison(ALL), changed)] == [PASSED] * 5
    for wrong in ("tre", "tre=x", "volume=3", "dice=-1", "dice=nan"):
        with pytest.raises(InputError, match="tolerance"):
            changed.changed([wrong])


def test_one_label_is_not_called_several():
    one = Comparison((figure("Surface distance, liver", 1.0), figure("Dice overlap, liver", 0.9)))
    assert [check.how for check in checks(one, Tolerances.of(GRID))[1:3]] == [
        "largest of 1 label",
        "of 1 label or mask",
    ]
