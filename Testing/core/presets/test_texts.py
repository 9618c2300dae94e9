"""Words, time and link of a preset."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.presets.catalog import find_preset, list_presets
from ElastixRegistrationLib.core.presets.texts import doi_link, duration_text, expected_seconds, stage_text


def test_a_stage_in_words():
    stage = {
        "Transform": ("BSplineTransform",),
        "Metric": ("AdvancedMattesMutualInformation", "TransformBendingEnergyPenalty"),
        "NumberOfResolutions": ("3",),
        "MaximumNumberOfIterations": ("100", "200", "300"),
        "FinalGridSpacingInPhysicalUnits": ("10", "10", "10"),
    }
    assert stage_text(stage) == (
        "B-spline every 10 mm, mutual information and bending energy, 3 resolutions, at most 600 iterations"
    )


def test_unknown_names_stay_as_they_are():
    assert stage_text({"Transform": ("MyTransform",), "NumberOfResolutions": ("1",)}) == (
        "MyTransform, no metric, 1 resolution, at most 500 iterations"
    )


@pytest.mark.parametrize("preset", [preset.id for preset in list_presets()])
def test_every_preset_has_stages_and_a_time(preset):
    stages = find_preset(preset).stages()
    assert all("iterations" in stage_text(stage) for stage in stages)
    assert 0 < expected_seconds(stages, 2_000_000) < 3600


def test_more_voxels_and_more_stages_take_longer():
    rigid, deformable = find_preset("rigid").stages(), find_preset("deformable").stages()
    assert expected_seconds(rigid, 10_000_000) > expected_seconds(rigid, 1_000_000)
    assert expected_seconds(deformable, 0) > expected_seconds(rigid, 0)


@pytest.mark.parametrize(
    ("reference", "link"),
    [
        ("Klein et al. 2010, elastix, doi:10.1109/TMI.2009.2035616", "https://doi.org/10.1109/TMI.2009.2035616"),
        ("Somebody 2001, doi: 10.1000/abc(1).", "https://doi.org/10.1000/abc(1)"),
        ("no publication", None),
    ],
)
def test_doi(reference, link):
    assert doi_link(reference) == link


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (7.4, "7 s"), (43, "45 s"), (170, "3 min"), (5400, "1.5 h")]
)
def test_duration(seconds, text):
    assert duration_text(seconds) == text
