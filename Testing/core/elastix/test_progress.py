"""Progress and errors, from logs that elastix really writes."""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.elastix.errors import error_lines, ignored_errors
from ElastixRegistrationLib.core.elastix.progress import ProgressParser
from hypothesis import given, settings
from hypothesis import strategies as st

BASE = {
    "Registration": ("MultiResolutionRegistration",),
    "Transform": ("EulerTransform",),
    "Metric": ("AdvancedMeanSquares",),
    "Optimizer": ("AdaptiveStochasticGradientDescent",),
    "ImageSampler": ("RandomCoordinate",),
    "NumberOfSpatialSamples": ("500",),
    "NumberOfResolutions": ("2",),
    "MaximumNumberOfIterations": ("12", "8"),
    "NewSamplesEveryIteration": ("true",),
    "AutomaticScalesEstimation": ("true",),
    "FixedImageDimension": ("2",),
    "MovingImageDimension": ("2",),
    "WriteResultImage": ("false",),
}
BENDING = BASE | {
    "Registration": ("MultiMetricMultiResolutionRegistration",),
    "Transform": ("BSplineTransform",),
    "Metric": ("AdvancedMattesMutualInformation", "TransformBendingEnergyPenalty"),
    "FinalGridSpacingInPhysicalUnits": ("16",),
}
_RUN = """
import json, sys
import numpy as np
from itk import elxParameterObjectPython, itkElastixRegistrationMethodPython
from ElastixRegistrationLib.core.elastix.run import parameter_object
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array
y, x = np.mgrid[0:32, 0:32]
def image(shift, origin):
    values = 1000 * np.exp(-((x - 16 - shift) ** 2 + 1.5 * (y - 16) ** 2) / 60).astype(np.float32)
    return image_from_array(values, Geometry((32, 32), (1.0, 1.0), (origin, 0.0), np.eye(2)))
stages, origin = json.loads(sys.argv[1])
method = itkElastixRegistrationMethodPython.itkElastixRegistrationMethodIF2IF2.New()
fixed, moving, parameters = image(0, 0.0), image(3, origin), parameter_object(stages)
method.SetFixedImage(fixed)
method.SetMovingImage(moving)
method.SetParameterObject(parameters)
method.SetLogToConsole(True)
try:
    method.UpdateLargestPossibleRegion()
except RuntimeError:
    sys.exit(7)
"""


def log_of(stages, origin=0.0) -> str:
    """What elastix writes to the console in a run on two small images, the moving one at ``origin``, mm."""
    pytest.importorskip("itk.itkElastixRegistrationMethodPython")
    folder = str(Path(__file__).resolve().parents[3] / "ElastixRegistration")
    result = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps([stages, origin])],
        env=os.environ | {"PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode in (0, 7), result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def two_stage_log() -> str:
    return log_of([BASE, BENDING])


def test_every_iteration_of_every_stage_is_in_the_table(two_stage_log):
    parser = ProgressParser([BASE, BENDING])
    parser.feed(two_stage_log)
    places = [(row.stage, row.resolution, row.iteration) for row in parser.iterations]
    expected = [(s, r, i) for s, r in itertools.product((0, 1), (0, 1)) for i in range((12, 8)[r])]
    assert places == expected
    for row in parser.iterations:
        assert math.isfinite(row.metric)
        assert row.step_size > 0
        assert row.gradient_magnitude > 0
        assert row.time_ms >= 0
    # The weighted sum of the two metrics, not one of them: each counts half, and the bending is next to nothing.
    first = next(line for line in two_stage_log.splitlines() if line.startswith("0\t") and line.count("\t") > 8)
    columns = [float(text) for text in first.split("\t")]
    row = next(row for row in parser.iterations if row.stage == 1)
    assert row.metric == columns[1] == pytest.approx((columns[2] + columns[3]) / 2, abs=1e-5)
    assert row.step_size == columns[5]
    assert row.gradient_magnitude == columns[8]


def test_fraction_rises_from_zero_to_one_and_time_left_falls_to_zero(two_stage_log):
    events = ProgressParser([BASE, BENDING]).feed(two_stage_log)
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < 0.3
    assert fractions[-1] == 1
    assert events[0].remaining_s is None
    assert events[-1].remaining_s == 0
    assert [event.elapsed_s for event in events] == sorted(event.elapsed_s for event in events)
    last = [event for event in events if event.iteration is not None][-1]
    assert (last.stage, last.stages, last.resolution, last.resolutions) == (1, 2, 1, 2)
    assert (last.iteration, last.iterations) == (7, 8)


@settings(deadline=None)
@given(st.data())
def test_pieces_of_any_length_give_the_same_as_the_whole(two_stage_log, data):
    whole = ProgressParser([BASE, BENDING], clock=lambda: 0.0)
    expected = whole.feed(two_stage_log)
    size = data.draw(st.integers(1, 5000))
    pieces = ProgressParser([BASE, BENDING], clock=lambda: 0.0)
    events = [
        event
        for start in range(0, len(two_stage_log), size)
        for event in pieces.feed(two_stage_log[start : start + size])
    ]
    assert events == expected
    assert pieces.iterations == whole.iterations


@given(st.text(st.sampled_from("0123456789.\t:\nResolution ItNrMetric-e[ms]|")), st.integers(0, 3))
def test_any_text_is_survived(text, stages):
    parser = ProgressParser([BASE] * stages)
    events = parser.feed("1:ItNr\t2:Metric\t3b:StepSize\t4:||Gradient||\tTime[ms]\n" + text + "\n")
    assert all(0 <= event.fraction <= 1 for event in events)
    assert isinstance(error_lines(text), str)


def test_a_resolution_that_ends_early_lets_the_fraction_jump_on():
    parser = ProgressParser([BASE])
    header = "1:ItNr\t2:Metric\t3:StepSize\t4:||Gradient||\tTime[ms]\n"
    early = parser.feed("Resolution: 0\n" + header + "0\t5.0\t1.0\t2.0\t0.1\n")[-1]
    ended = parser.feed("Time spent in resolution 0 (ITK initialization and iterating): 0.1\n")[-1]
    begun = parser.feed("\nResolution: 1\n")[-1]
    assert early.fraction < ended.fraction == begun.fraction < 1
    assert begun.resolution == 1
    assert begun.iterations == 8


def test_columns_without_a_value_are_none():
    parser = ProgressParser([BASE])
    parser.feed(
        "Resolution: 0\n1:ItNr\t2:Metric\t3:StepSize\t4:||Gradient||\tTime[ms]\n"
        "0\t14781.5\t\t\t0.2\n1\t---\tnan\t2\t0.1\n"
    )
    first, second = parser.iterations
    assert (first.metric, first.step_size, first.gradient_magnitude, first.time_ms) == (14781.5, None, None, 0.2)
    assert (second.metric, second.step_size, second.gradient_magnitude) == (None, None, 2)


def test_time_left_follows_the_pace_of_this_run():
    now = [0.0]
    stage = BASE | {"NumberOfResolutions": ("1",), "MaximumNumberOfIterations": ("100",)}
    parser = ProgressParser([stage], clock=lambda: now[0])
    parser.feed("Resolution: 0\n1:ItNr\t2:Metric\t3:StepSize\t4:||Gradient||\tTime[ms]\n")
    for number in range(50):
        now[0] += 0.2
        event = parser.feed(f"{number}\t1.0\t1.0\t1.0\t200.0\n")[0]
    assert event.elapsed_s == pytest.approx(10)
    assert event.remaining_s == pytest.approx(10, rel=0.05)


def test_a_deformation_weighs_more_than_a_rigid_stage_of_as_many_iterations():
    rigid = BASE | {"FixedImageDimension": ("3",)}
    parser = ProgressParser([rigid, rigid | {"Transform": ("BSplineTransform",)}])
    parser.feed("Resolution: 0\nResolution: 1\n")
    assert parser.feed("Resolution: 0\n")[0].fraction < 0.45


def test_images_that_do_not_overlap_are_explained():
    log = log_of([BASE | {"AutomaticTransformInitialization": ("false",)}], origin=30.0)
    assert "Too many samples map outside moving image buffer" in log
    sentence = error_lines(log)
    assert "overlap too little" in sentence
    assert "0x" not in sentence
    assert "\n" not in sentence


def test_a_missing_component_and_a_wrong_value_are_named():
    assert "AdvancedMeanSquare;" in error_lines(log_of([BASE | {"Metric": ("AdvancedMeanSquare",)}]))
    sentence = error_lines(log_of([BASE | {"MaximumNumberOfIterations": ("many",)}]))
    assert sentence == "the value 'many' of MaximumNumberOfIterations is not of the right kind."
    sentence = error_lines(log_of([BASE | {"NewSamplesEveryIteration": ("True",)}]))
    assert '"NewSamplesEveryIteration" should be a boolean' in sentence
    bad_grid = BENDING | {"GridSpacingSchedule": ("4", "2", "1")}
    assert "GridSpacingSchedule" in error_lines(log_of([bad_grid]))


def test_a_log_without_error_has_none_and_one_that_elastix_got_over_does_not_count(two_stage_log):
    assert error_lines(two_stage_log) == ""
    assert error_lines("") == ""
    ignored = (
        'itk::ExceptionObject (0x564c6fdf2610)\nLocation: "unknown" \nDescription: ITK ERROR: M(0x56): Too many samples'
        " map outside moving image buffer: 0 / 500\n\n\n\nThe error is ignored and convergence is assumed.\n"
    )
    assert error_lines(ignored) == ""
    assert ignored_errors(two_stage_log) == []
    assert len(ignored_errors(ignored + ignored)) == 1
    assert ignored_errors(ignored)[0].startswith("only 0 of 500 sample points")


def test_memory_that_elastix_could_not_get_is_named_from_its_last_words():
    log = "Resolution: 0\nInitialization of AdvancedMeanSquares metric took: 0 ms.\nstd: std::bad_alloc\n"
    assert error_lines(log).startswith("there was not enough memory")


def test_a_mask_without_points_is_explained():
    log = (
        "Description: ITK ERROR: ComputeJacobianTerms(0x55baea197a90): No valid voxels (0/1000) found to estimate the"
        " AdaptiveStochasticGradientDescent parameters.\n\nError occurred during actual registration.\n"
    )
    assert error_lines(log).startswith("no point of the fixed image is in its mask")
