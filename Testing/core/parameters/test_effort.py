"""Effort multiplies the iterations of deformations, and of nothing else."""

from __future__ import annotations

from ElastixRegistrationLib.core.parameters.effort import with_effort

AFFINE = {"Transform": ("AffineTransform",), "MaximumNumberOfIterations": ("200", "300")}
BSPLINE = {"Transform": ("RecursiveBSplineTransform",), "MaximumNumberOfIterations": ("100", "200", "10")}


def test_only_deformations_take_more_or_less_of_it():
    fast, thorough = (with_effort([AFFINE, BSPLINE], effort) for effort in ("fast", "thorough"))
    assert fast[0] == thorough[0] == AFFINE
    assert fast[1]["MaximumNumberOfIterations"] == ("40", "80", "10")
    assert thorough[1]["MaximumNumberOfIterations"] == ("250", "500", "25")


def test_normal_runs_stages_as_they_are():
    assert with_effort([AFFINE, BSPLINE], "normal") == [AFFINE, BSPLINE]


def test_what_is_no_number_of_iterations_is_left_to_the_check_of_stages():
    stage = {**BSPLINE, "MaximumNumberOfIterations": ("many",)}
    assert with_effort([stage], "fast") == [stage]
