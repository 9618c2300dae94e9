"""Parameter maps that elastix would stop at or misread are refused, and those it runs are not."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.errors import ParameterError
from ElastixRegistrationLib.core.parameters.maps import read_parameter_source
from ElastixRegistrationLib.core.parameters.validation import find_problems, validate_stages
from hypothesis import given
from hypothesis import strategies as st

RIGID = {
    "Registration": ("MultiResolutionRegistration",),
    "Transform": ("EulerTransform",),
    "Metric": ("AdvancedMattesMutualInformation",),
    "Optimizer": ("AdaptiveStochasticGradientDescent",),
    "ImageSampler": ("RandomCoordinate",),
    "NumberOfResolutions": ("2",),
    "NumberOfSpatialSamples": ("2000",),
    "NewSamplesEveryIteration": ("true",),
    "ErodeMask": ("false",),
}
GRID = RIGID | {"Transform": ("BSplineTransform",), "FinalGridSpacingInPhysicalUnits": ("10",)}
MULTI = GRID | {
    "Registration": ("MultiMetricMultiResolutionRegistration",),
    "Metric": ("AdvancedMattesMutualInformation", "TransformBendingEnergyPenalty"),
}
POINTS = RIGID | {
    "Registration": ("MultiMetricMultiResolutionRegistration",),
    "Metric": ("AdvancedMattesMutualInformation", "CorrespondingPointsEuclideanDistanceMetric"),
}
RANGE = ("angle", "0", "-0.1", "0.1", "0.05")
SEARCH = RIGID | {"Optimizer": ("FullSearch",), "FullSearchSpace0": RANGE, "FullSearchSpace1": RANGE}
PRECONDITIONED = RIGID | {"Optimizer": ("PreconditionedStochasticGradientDescent",)}
GENERIC = RIGID | {
    "FixedImagePyramid": ("FixedGenericImagePyramid",),
    "MovingImagePyramid": ("MovingGenericImagePyramid",),
}


def without(stage, name):
    return {key: values for key, values in stage.items() if key != name}


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("stages", [[RIGID], [RIGID, GRID], [RIGID, MULTI], [GRID | {"Scales": ("1",)}]])
def test_sound_stages_have_no_problem(stages, dimension):
    assert find_problems(stages, dimension, has_fixed_mask=True, has_moving_mask=True) == []
    validate_stages(stages, dimension)


@pytest.mark.parametrize(
    ("stage", "parameter", "words"),
    [
        (without(RIGID, "Transform"), "Transform", "no Transform"),
        (without(RIGID, "Metric"), "Metric", "no Metric"),
        (without(RIGID, "ImageSampler"), "ImageSampler", "no ImageSampler"),
        (RIGID | {"Metric": ("AdvancedMatesMutualInformation",)}, "Metric", "did you mean AdvancedMattesMutualInf"),
        (RIGID | {"Transform": ("AdvancedMeanSquares",)}, "Transform", "of kind Metric"),
        (RIGID | {"Transform": ("EulerStackTransform",)}, "Transform", "groupwise"),
        (RIGID | {"Metric": ("PCAMetric",)}, "Metric", "groupwise"),
        (RIGID | {"Resampler": ("OpenCLResampler",)}, "Resampler", "built without"),
        (RIGID | {"NumberOfResolutions": ("four",)}, "NumberOfResolutions", "whole number, not 'four'"),
        (RIGID | {"NumberOfResolutions": ("0",)}, "NumberOfResolutions", "at least 1"),
        (RIGID | {"NumberOfResolutions": ("2.5",)}, "NumberOfResolutions", "whole number"),
        (RIGID | {"NumberOfResolutions": ()}, "NumberOfResolutions", "no value"),
        (RIGID | {"MaximumNumberOfIterations": ("1e3",)}, "MaximumNumberOfIterations", "whole number"),
        (RIGID | {"NewSamplesEveryIteration": ("True",)}, "NewSamplesEveryIteration", '"true" or "false"'),
        (RIGID | {"RandomSeed": ("-3",)}, "RandomSeed", "at least 0"),
        (RIGID | {"RequiredRatioOfValidSamples": ("2",)}, "RequiredRatioOfValidSamples", "at most 1"),
        (RIGID | {"MaximumStepLength": ("1 mm",)}, "MaximumStepLength", "number"),
        (RIGID | {"Scales": ("1", "1")}, "Scales", "6 parameters"),
        (
            RIGID | {"AutomaticTransformInitializationMethod": ("CenterOfMass",)},
            "AutomaticTransformInitializationMethod",
            "none of GeometricalCenter, CenterOfGravity",
        ),
        (
            RIGID | {"NumberOfResolutions": ("3",), "MaximumNumberOfIterations": ("100", "50")},
            "MaximumNumberOfIterations",
            "2 values and needs one or 3",
        ),
        (RIGID | {"ImagePyramidSchedule": ("4", "2")}, "ImagePyramidSchedule", "2 values and needs 6"),
        (RIGID | {"ImagePyramidSchedule": ("2", "2", "1", "1")}, "ImagePyramidSchedule", "images of 2 axes"),
        (RIGID | {"FixedImageDimension": ("2",)}, "FixedImageDimension", "of 2 axes, and these have 3"),
        (GRID | {"FinalGridSpacingInVoxels": ("8",)}, "FinalGridSpacingInVoxels", "only one"),
        (GRID | {"FinalGridSpacingInPhysicalUnits": ("0",)}, "FinalGridSpacingInPhysicalUnits", "at least 0.001"),
        (GRID | {"GridSpacingSchedule": ("2", "1e-9")}, "GridSpacingSchedule", "at least 0.1"),
        (GRID | {"GridSpacingSchedule": ("4", "2", "1")}, "GridSpacingSchedule", "needs 2 or 6"),
        (GRID | {"BSplineTransformSplineOrder": ("4",)}, "BSplineTransformSplineOrder", "at most 3"),
        (MULTI | {"Registration": ("MultiResolutionRegistration",)}, "Registration", "2 metrics"),
        (without(MULTI, "Registration"), "Metric", "2 metrics"),
        (MULTI | {"Metric0Weight": ("half",)}, "Metric0Weight", "number"),
        (POINTS, "Metric", "needs corresponding points"),
        (RIGID | {"Metric": ("CorrespondingPointsEuclideanDistanceMetric",)}, "Metric", "MultiMetric"),
        (
            MULTI | {"Transform": ("EulerTransform",), "Metric": ("AdvancedMeanSquares", "TransformRigidityPenalty")},
            "Metric",
            "needs a B-spline",
        ),
        (RIGID | {"ImageSampler": ("RandomSparseMask",)}, "ImageSampler", "mask"),
        (RIGID | {"Optimizer": ("FullSearch",)}, "Optimizer", "FullSearchSpace0"),
        (SEARCH | {"FullSearchSpace1": ("x", "3", "-2")}, "FullSearchSpace1", "there are 3 values"),
        (SEARCH | {"FullSearchSpace1": ("x", "6", "-2", "2", "1")}, "FullSearchSpace1", "from 0 to 5, not '6'"),
        (SEARCH | {"FullSearchSpace1": ("x", "9" * 5000, "-2", "2", "1")}, "FullSearchSpace1", "whole number from 0"),
        (SEARCH | {"FullSearchSpace0": ("x", "3", "2", "-2", "1")}, "FullSearchSpace0", "step above 0, not 2 -2 1"),
        (RIGID | {"Optimizer": ("FullSearch",), "FullSearchSpace0": RANGE}, "Optimizer", "for resolution 1"),
        (PRECONDITIONED | {"AutomaticParameterEstimation": ("false",)}, "AutomaticParameterEstimation", "crashes"),
        (RIGID | {"NumberOfSpatialSamples": ("99999999999",)}, "NumberOfSpatialSamples", "at most 2147483647"),
        (
            RIGID | {"Optimizer": ("RegularStepGradientDescent",), "RelaxationFactor": ("1.0",)},
            "RelaxationFactor",
            "less than 1, not 1.0",
        ),
        (MULTI | {"Interpolator": ("LinearInterpolator",) * 3}, "Interpolator", "3 are named for 2 metrics"),
        (
            MULTI | {"MovingImagePyramid": ("MovingSmoothingImagePyramid",) * 2},
            "Interpolator",
            "2 moving image pyramids each metric needs its own Interpolator",
        ),
        (GENERIC | {"ImagePyramidSchedule": ("4", "4", "1", "2", "2", "1")}, "ImagePyramidSchedule", "4 4 1 smooths"),
        (
            GENERIC | {"ImagePyramidSmoothingSchedule": ("2", "2", "0") * 2},
            "ImagePyramidSmoothingSchedule",
            "2 2 0 smooths some",
        ),
        (GENERIC | {"ImagePyramidRescaleSchedule": ("1.5",) * 6}, "ImagePyramidRescaleSchedule", "whole number"),
        (RIGID | {"Scales": ("1", 2)}, "Scales", "must be a string"),
        (RIGID | {"Scales": "1"}, "Scales", "tuple of strings"),
        (RIGID | {"TransformParameters": ("0",)}, None, "result of a registration"),
        ("EulerTransform", None, "parameter map"),
    ],
)
def test_what_elastix_stops_at_or_misreads_is_an_error(stage, parameter, words):
    with pytest.raises(ParameterError) as caught:
        validate_stages([stage], 3)
    assert words in str(caught.value)
    assert caught.value.parameter == parameter


@pytest.mark.parametrize(
    ("stage", "parameter", "words"),
    [
        (RIGID | {"NumberOfSpatialSample": ("1",)}, "NumberOfSpatialSample", "Did you mean NumberOfSpatialSamples?"),
        (RIGID | {"UseAllPixels": ("true",)}, "UseAllPixels", "use ImageSampler"),
        (RIGID | {"WriteResultImage": ("true",)}, "WriteResultImage", "ignored"),
        (RIGID | {"HowToCombineTransforms": ("Add",)}, "HowToCombineTransforms", "ignored"),
        (RIGID | {"FixedInternalImagePixelType": ("short",)}, "FixedInternalImagePixelType", "ignored"),
        (RIGID | {"ErodeMask": ("true",)}, "ErodeMask", "shrinks the mask"),
        (without(RIGID, "ErodeMask"), "ErodeMask", "by default"),
        (RIGID | {"NewSamplesEveryIteration": ("false",)}, "NewSamplesEveryIteration", "set it to true"),
        (RIGID | {"ImagePyramidSchedule": ("4",) * 9}, "ImagePyramidSchedule", "drops the last"),
        (MULTI | {"ImageSampler": ("RandomCoordinate",) * 3}, "ImageSampler", "3 are named for 2 metrics"),
        (
            RIGID | {"ImageSampler": ("RandomSparseMask",), "ErodeMask": ("true", "false")},
            "ImageSampler",
            "crashes when RandomSparseMask meets a mask that vanished",
        ),
        (RIGID | {"CheckNumberOfSamples": ("false",)}, "CheckNumberOfSamples", "loses the moving image goes on"),
        (RIGID | {"RequiredRatioOfValidSamples": ("0",)}, "RequiredRatioOfValidSamples", "goes on"),
        (RIGID | {"ValueTolerance": ("small",)}, "ValueTolerance", "number"),
        (RIGID | {"Metric1Weight": ("2",)}, "Metric1Weight", "no Metric 1"),
        (without(GRID, "FinalGridSpacingInPhysicalUnits"), "Transform", "16 voxels"),
        (MULTI | {"Transform": ("EulerTransform",)}, "Metric", "does not bend"),
        (
            RIGID | {"Metric": ("TransformBendingEnergyPenalty",), "Transform": ("BSplineTransform",)},
            "Metric",
            "nothing",
        ),
    ],
)
def test_what_elastix_runs_but_not_as_meant_is_a_warning(stage, parameter, words):
    problems = find_problems([stage], 3, has_fixed_mask=True)
    assert [problem for problem in problems if problem.severity == "error"] == []
    assert any(problem.parameter == parameter and words in problem.message for problem in problems)
    validate_stages([stage], 3, has_fixed_mask=True)


@pytest.mark.parametrize(
    "stage",
    [
        SEARCH | {"FullSearchSpace0": (*RANGE, "x", "5", "-2", "2", "1")},
        PRECONDITIONED,
        MULTI | {"Metric1Weight": ("-1",)},
        MULTI
        | {"Interpolator": ("LinearInterpolator",) * 2, "MovingImagePyramid": ("MovingSmoothingImagePyramid",) * 2},
        GENERIC | {"ImagePyramidSchedule": ("4", "4", "2", "1", "1", "1")},
        GENERIC | {"ImagePyramidSchedule": ("4", "4", "1") * 2, "ImagePyramidSmoothingSchedule": ("1",) * 6},
    ],
)
def test_components_that_fit_have_no_problem(stage):
    assert find_problems([stage], 3, has_fixed_mask=True) == []


@pytest.mark.parametrize("optimizer", ["AdaptiveStochasticGradientDescent", "PreconditionedStochasticGradientDescent"])
def test_points_are_no_first_metric_of_an_optimizer_that_estimates_its_step(optimizer):
    first = POINTS | {"Metric": POINTS["Metric"][::-1], "Optimizer": (optimizer,)}
    with pytest.raises(ParameterError, match="name a metric of the images first"):
        validate_stages([first], 3, has_points=True)
    validate_stages([first | {"Optimizer": ("RegularStepGradientDescent",)}], 3, has_points=True)


@pytest.mark.parametrize("metric", ["CorrespondingPointsEuclideanDistanceMetric", "TransformRigidityPenalty"])
def test_metrics_that_crash_the_preconditioned_optimizer_are_refused(metric):
    stage = (
        MULTI
        | PRECONDITIONED
        | {
            "Metric": ("AdvancedMeanSquares", metric),
            "Registration": MULTI["Registration"],
            "Transform": ("BSplineTransform",),
        }
    )
    with pytest.raises(ParameterError, match=f"crashes when Preconditioned.* meets {metric}"):
        validate_stages([stage], 3, has_points=True)


def test_tops_are_laid_over_each_other_in_3d_only():
    stage = RIGID | {
        "AutomaticTransformInitialization": ("true",),
        "AutomaticTransformInitializationMethod": ("GeometryTop",),
    }
    validate_stages([stage], 3)
    with pytest.raises(ParameterError, match="GeometryTop is for images of 3 axes"):
        validate_stages([stage], 2)


@pytest.mark.parametrize(
    "transform", ["EulerTransform", "AffineTransform", "AffineDTITransform", "SimilarityTransform"]
)
@pytest.mark.parametrize("dimension", [2, 3])
def test_scales_are_as_many_as_the_transform_has_numbers(transform, dimension):
    numbers = {"Euler": (3, 6), "Affine": (6, 12), "AffineDTI": (7, 12), "Similarity": (4, 7)}
    needed = numbers[transform.removesuffix("Transform")][dimension - 2]
    stage = RIGID | {"Transform": (transform,)}
    validate_stages([stage | {"Scales": ("1",) * needed}], dimension)
    with pytest.raises(ParameterError, match=f"has {needed} parameters"):
        validate_stages([stage | {"Scales": ("1",) * (needed - 1)}], dimension)


def test_values_that_are_all_the_same_may_be_fewer_for_elastix_repeats_the_first():
    stage = RIGID | {"NumberOfResolutions": ("4",), "MaximumNumberOfIterations": ("100", "100")}
    assert find_problems([stage], 3) == []


def test_points_that_no_stage_uses_are_a_warning():
    assert [problem.severity for problem in find_problems([RIGID], 3, has_points=True)] == ["warning"]
    assert find_problems([RIGID, POINTS], 3, has_points=True) == []


def test_no_stages_and_one_map_in_place_of_a_list_are_errors():
    for stages in ([], (), RIGID):
        with pytest.raises(ParameterError, match="no parameter map"):
            validate_stages(stages, 3)


def test_a_linear_stage_after_a_deformation_is_a_warning():
    problems = find_problems([GRID, RIGID], 3)
    assert [(problem.severity, problem.stage) for problem in problems] == [("warning", 1)]


def test_errors_name_file_line_and_parameter_or_the_stage(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text(
        '(Transform "EulerTransform")\n(Metric "AdvancedMeanSquares")\n(ImageSampler "RandomCoordinate")\n'
        '(Optimizer "AdaptiveStochasticGradientDescent")\n(NumberOfResolutions "two")\n',
        encoding="utf-8",
    )
    source = read_parameter_source(path)
    with pytest.raises(ParameterError) as caught:
        validate_stages([RIGID, source.map], 3, sources=[None, source])
    assert (caught.value.file, caught.value.line, caught.value.parameter) == (str(path), 5, "NumberOfResolutions")
    assert str(caught.value).startswith(f"{path}, line 5, parameter NumberOfResolutions: ")
    with pytest.raises(ParameterError, match="in stage 2 of 2"):
        validate_stages([RIGID, source.map], 3)
    with pytest.raises(ParameterError, match=r"other\.txt, parameter"):
        validate_stages([RIGID, source.map], 3, sources=["first.txt", "other.txt"])


def test_all_problems_are_found_errors_first():
    stage = RIGID | {"Bogus": ("1",), "RandomSeed": ("-1",), "NumberOfResolutions": ("x",)}
    problems = find_problems([stage], 3)
    assert [problem.severity for problem in problems] == ["error", "error", "warning"]
    assert {problem.parameter for problem in problems} == {"Bogus", "RandomSeed", "NumberOfResolutions"}


@given(
    st.lists(
        st.dictionaries(
            st.one_of(st.sampled_from(sorted(MULTI)), st.text(max_size=12)),
            st.lists(st.text(max_size=8), max_size=4).map(tuple),
            max_size=6,
        ),
        max_size=3,
    ),
    st.sampled_from([2, 3]),
)
def test_any_maps_are_judged_and_nothing_but_a_parameter_error_raised(stages, dimension):
    problems = find_problems(stages, dimension)
    assert any(problem.severity == "error" for problem in problems)
    with pytest.raises(ParameterError):
        validate_stages(stages, dimension)


def test_a_choice_with_a_stray_blank_is_what_elastix_takes_it_for():
    """It does not know " Origins", which a known parameter file has, and takes its default."""
    blank = RIGID | {"AutomaticTransformInitializationMethod": (" Origins",)}
    (problem,) = [each for each in find_problems([blank], 3) if "blanks" in each.message]
    assert problem.severity == "warning"
    assert "takes GeometricalCenter" in problem.message
