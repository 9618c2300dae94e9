"""Knobs change what they say, within what elastix takes, and give presets that elastix can run."""

from __future__ import annotations

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.parameters.schema import find_parameter
from ElastixRegistrationLib.core.presets.catalog import built_in_presets, find_preset
from ElastixRegistrationLib.core.presets.draft import PresetDraft
from ElastixRegistrationLib.core.tuning.space import GLOBAL, LOCAL, Knob, space_of, with_resolutions

DEFORMABLE = PresetDraft.of(find_preset("deformable"))


def random_values(space, random):
    values = {}
    for knob in space.knobs:
        if knob.only_with is None or values.get(knob.only_with[0]) == knob.only_with[1]:
            if knob.choices:
                values[knob.name] = str(random.choice(knob.choices))
            else:
                value = random.uniform(knob.low, knob.high)
                values[knob.name] = round(value) if knob.whole else float(value)
    return values


@pytest.mark.parametrize("preset", sorted(built_in_presets()))
def test_whatever_is_proposed_can_be_run(preset):
    draft = PresetDraft.of(find_preset(preset))
    space, random = space_of(draft), np.random.default_rng(0)
    dimension = max(draft.preset.dimension)
    for _ in range(6):
        changed = space.applied(random_values(space, random))
        problems = changed.problems(dimension, has_fixed_mask=True, has_moving_mask=True, has_points=True)
        assert not [problem for problem in problems if problem.severity == "error"]


@pytest.mark.parametrize("preset", sorted(built_in_presets()))
def test_the_search_can_begin_where_the_preset_is(preset):
    for knob in space_of(PresetDraft.of(find_preset(preset))).knobs:
        if knob.start is not None:
            assert knob.start in knob.choices if knob.choices else knob.low <= knob.start <= knob.high


def test_what_the_preset_says_is_where_the_search_starts():
    start = space_of(DEFORMABLE).start()
    assert start["grid spacing, mm"] == 14
    assert start["samples"] == 3000
    assert start["sampling"] == GLOBAL
    assert "region, mm" not in start


def test_knobs_set_elastix_parameters_of_the_last_stage():
    space = space_of(DEFORMABLE)
    values = {"grid spacing, mm": 7.0, "samples": 2222, "sampling": LOCAL, "region, mm": 40.0, "step, mm": 0.5,
              "stiff": "yes", "stiffness": 0.3, "pyramid": "recursive",
              "metric": "AdvancedNormalizedCorrelation"}  # fmt: skip
    rigid, last = space.applied(values).maps[0], space.applied(values).maps[-1]
    assert last["FinalGridSpacingInPhysicalUnits"] == ("7",)
    assert last["NumberOfSpatialSamples"] == ("2222",)
    assert (last["UseRandomSampleRegion"], last["SampleRegionSize"]) == (("true",), ("40",))
    assert last["MaximumStepLength"] == ("0.5",)
    assert last["Metric"] == ("AdvancedNormalizedCorrelation", "TransformBendingEnergyPenalty")
    assert last["MovingImagePyramid"] == ("MovingRecursiveImagePyramid",)
    assert "UseRandomSampleRegion" not in rigid


@pytest.mark.parametrize("count", [2, 6])
def test_resolutions_come_and_go_with_their_values(count):
    draft = PresetDraft.of(find_preset("brain-between-subjects"))
    now, new = draft.maps[-1], with_resolutions(draft, count).maps[-1]
    assert new["NumberOfResolutions"] == (str(count),)
    for name, values in now.items():
        if find_parameter(name).per.startswith("resolution") and len(values) > 1:
            each = len(values) // 4
            kept = min(count, 4) * each
            assert len(new[name]) == count * each
            assert new[name][-kept:] == values[-kept:]


def test_more_parameters_can_be_searched_within_bounds():
    knobs = {
        knob.name: knob
        for knob in space_of(DEFORMABLE, ["NumberOfHistogramBins=16:64", "NewSamplesEveryIteration"]).knobs
    }
    assert (knobs["NumberOfHistogramBins"].low, knobs["NumberOfHistogramBins"].high) == (16, 64)
    assert knobs["NewSamplesEveryIteration"] == Knob(
        "NewSamplesEveryIteration", choices=("false", "true"), start="true"
    )


@pytest.mark.parametrize(
    ("text", "knob"),
    [
        ("MaximumNumberOfIterations=60:300", "iterations"),
        ("NumberOfSpatialSamples=500:4000", "samples"),
        ("FinalGridSpacingInPhysicalUnits=5:9", "grid spacing, mm"),
        ("SampleRegionSize=30:60", "region, mm"),
    ],
)
def test_own_bounds_replace_those_of_the_knob_for_the_same_parameter(text, knob):
    assert knob in [each.name for each in space_of(DEFORMABLE).knobs]
    names = [each.name for each in space_of(DEFORMABLE, [text]).knobs]
    assert knob not in names
    assert names[-1] == text.partition("=")[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SP_A", "no default bounds"),
        ("SP_B=1:2", "no parameter SP_B"),
        ("NumberOfHistogramBin=1:2", "did you mean NumberOfHistogramBins"),
        ("NumberOfHistogramBins=1:64", "wider than elastix allows"),
        ("NumberOfHistogramBins=64", "LOW:HIGH"),
        ("Metric", "cannot be searched"),
    ],
)
def test_a_parameter_that_cannot_be_searched_is_told(text, sentence):
    with pytest.raises(InputError, match=sentence):
        space_of(DEFORMABLE, [text])
