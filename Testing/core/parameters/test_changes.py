"""Single parameters are changed where they are read, and whatever cannot be meant is told with the nearest name."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.errors import ParameterError
from ElastixRegistrationLib.core.parameters.changes import changed, parse_change
from phantoms.images import stage

STAGES = [stage("EulerTransform"), stage("BSplineTransform")]


def test_a_change_goes_to_every_stage_that_reads_it():
    new = changed(STAGES, ["FinalGridSpacingInPhysicalUnits=6", "MaximumNumberOfIterations=20 30"])
    assert new[1]["FinalGridSpacingInPhysicalUnits"] == ("6",)
    assert [one["MaximumNumberOfIterations"] for one in new] == [("20", "30")] * 2
    assert STAGES[1]["FinalGridSpacingInPhysicalUnits"] == ("16",)


def test_a_change_of_one_stage_leaves_the_others():
    new = changed(STAGES, ["2:NumberOfSpatialSamples=99"])
    assert [one["NumberOfSpatialSamples"] for one in new] == [("1500",), ("99",)]


def test_a_change_is_written_as_it_is_read():
    assert str(parse_change(" 2:MaximumStepLength=1  2.5")) == "2:MaximumStepLength=1 2.5"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("FinalGridSpacingInPhysicalUnit=6", "did you mean FinalGridSpacingInPhysicalUnits"),
        ("numberofspatialsamples=6", "did you mean NumberOfSpatialSamples"),
        ("NumberOfSpatialSamples=many", "must be a whole number"),
        ("NumberOfSpatialSamples=0", "at least"),
        ("Metric=AdvancedMattesMutualInformatoin", "did you mean AdvancedMattesMutualInformation"),
        ("NumberOfSpatialSamples", "NAME=VALUE"),
        ("NumberOfSpatialSamples=", "no value"),
        ("0:NumberOfSpatialSamples=10", "count from 1"),
        ("3:NumberOfSpatialSamples=10", "there are 2 stages"),
        ("1:FinalGridSpacingInPhysicalUnits=10", "stage 1 does not read it"),
        ("WriteResultImage=true", "cannot be changed here"),
        ("DefaultPixelValue=0", "--background"),
    ],
)
def test_what_cannot_be_meant_is_told(text, sentence):
    with pytest.raises(ParameterError, match=sentence):
        changed(STAGES, [text])


def test_a_parameter_that_no_stage_reads_names_its_users():
    with pytest.raises(ParameterError, match=r"no stage reads it, because it belongs to .*BSplineTransform"):
        changed(STAGES[:1], ["FinalGridSpacingInPhysicalUnits=6"])
