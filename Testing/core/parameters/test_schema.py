"""The table of parameters is sound, and agrees with the elastix that is installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ElastixRegistrationLib.core.parameters.schema import (
    close_name,
    components,
    find_parameter,
    is_known_name,
    label_index,
    parameters,
    unusable_components,
)
from ElastixRegistrationLib.core.parameters.validation import wrong_value

KINDS = {"integer", "number", "boolean", "choice", "component", "text"}
COUNTS = {
    "",
    "resolution",
    "dimension",
    "resolution and dimension",
    "resolution and dimension, else the first",
    "resolution, or resolution and dimension",
    "metric",
    "any",
}
_RUN = """
import json, sys
import numpy as np
from itk import elxParameterObjectPython, itkElastixRegistrationMethodPython
from ElastixRegistrationLib.core.elastix.run import parameter_object
from ElastixRegistrationLib.core.images.geometry import Geometry, image_from_array
values = np.random.default_rng(0).normal(0, 1, (16, 16)).astype(np.float32)
for stage in json.loads(sys.argv[1]):
    print("=== stage", flush=True)
    method = itkElastixRegistrationMethodPython.itkElastixRegistrationMethodIF2IF2.New()
    image = image_from_array(values, Geometry((16, 16), (1.0, 1.0), (0.0, 0.0), np.eye(2)))
    method.SetFixedImage(image)
    method.SetMovingImage(image)
    method.SetParameterObject(parameter_object([stage]))
    method.SetLogToConsole(True)
    try:
        method.UpdateLargestPossibleRegion()
    except RuntimeError:
        pass
"""


def logs_of(stages) -> list[str]:
    """elastix's log of each stage, run alone on two small images."""
    pytest.importorskip("itk.itkElastixRegistrationMethodPython")
    folder = str(Path(__file__).resolve().parents[3] / "ElastixRegistration")
    result = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(stages)],
        env=os.environ | {"PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.split("=== stage\n")[1:]


def test_every_row_is_complete_and_its_default_allowed():
    for parameter in parameters().values():
        assert parameter.kind in KINDS, parameter.name
        assert parameter.per in COUNTS, parameter.name
        assert re.fullmatch(r"[A-Z].*\.", parameter.meaning), parameter.name
        assert parameter.group, parameter.name
        assert (parameter.kind == "choice") == bool(parameter.choices), parameter.name
        if parameter.default is not None:
            assert wrong_value(parameter, parameter.default) is None, parameter.name
        known = {name for names in components().values() for name in names}
        assert set(parameter.components) <= known, parameter.name
        if parameter.replacement:
            assert parameter.replacement in parameters(), parameter.name


def test_labeled_and_numbered_names_are_found():
    assert find_parameter("Metric1Weight").name == "Metric<i>Weight"
    assert find_parameter("Metric0NumberOfHistogramBins").name == "NumberOfHistogramBins"
    assert find_parameter("FixedImagePyramid1Schedule").per == "resolution and dimension"
    assert find_parameter("FullSearchSpace12").name == "FullSearchSpace<i>"
    assert find_parameter("NoSuchThing") is None
    assert find_parameter("Metric1NoSuchThing") is None
    assert is_known_name("KNearestNeighbours")
    assert not is_known_name("NoSuchThing")
    assert label_index("Metric1Weight") == ("Metric", 1)
    assert label_index("RandomSeed") is None


def test_misspellings_lead_to_the_name():
    assert close_name("numberofresolutions") == "NumberOfResolutions"
    assert close_name("MaximumNumberOfIteration") == "MaximumNumberOfIterations"
    assert close_name("Banana") is None


def test_elastix_has_the_components_of_the_table_and_not_those_it_is_built_without():
    pairs = [(kind, name) for kind, names in components().items() for name in names]
    absent = [("Metric", "Impact"), ("Metric", "KNNGraphAlphaMutualInformation"), ("Optimizer", "AdaGrad")]
    stages = []
    for kind, name in [*pairs, *absent]:
        # A second name that does not exist stops elastix before it does anything.
        other = "Transform" if kind == "Optimizer" else "Optimizer"
        stages.append(
            {"Transform": ["EulerTransform"], "Metric": ["AdvancedMeanSquares"], kind: [name], other: ["NoSuchThing"]}
        )
    missing = [
        pair
        for pair, log in zip([*pairs, *absent], logs_of(stages), strict=True)
        if f"{pair[1]}(index 1) - This component is not installed" in log
    ]
    assert missing == absent
    assert {name for _, name in absent} <= set(unusable_components())


def test_defaults_are_those_that_elastix_says_it_takes():
    base = {
        "Metric": ["AdvancedMattesMutualInformation"],
        "Transform": ["EulerTransform"],
        "ImageSampler": ["RandomCoordinate"],
        "MaximumNumberOfIterations": ["2"],
        "NumberOfResolutions": ["1"],
        "WriteResultImage": ["false"],
    }
    optimizers = ("AdaptiveStochasticGradientDescent", "RegularStepGradientDescent", "QuasiNewtonLBFGS")
    stages = [base | {"Optimizer": [name]} for name in optimizers]
    stages.append(stages[0] | {"Transform": ["BSplineTransform"], "Metric": ["AdvancedNormalizedCorrelation"]})
    told = {}
    for log in logs_of(stages):
        told |= re.findall(r'The parameter "(\w+)", requested .*\n  The default value "([^"]*)" is used', log)
    assert len(told) > 40
    for name, value in told.items():
        parameter = find_parameter(name)
        assert parameter is not None, name
        if parameter.default is None:
            continue
        try:
            assert float(parameter.default) == float(value), name
        except ValueError:
            assert parameter.default == value, name
