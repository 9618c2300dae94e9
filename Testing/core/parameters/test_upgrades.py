"""Parameters of old elastix versions become what they meant, and today's elastix runs them."""

from __future__ import annotations

import re

import pytest
from ElastixRegistrationLib.core.errors import ParameterError
from ElastixRegistrationLib.core.parameters.maps import format_parameter_text, parse_parameter_text
from ElastixRegistrationLib.core.parameters.schema import components, find_parameter, is_known_name
from ElastixRegistrationLib.core.parameters.upgrades import COMPONENTS, REMOVED, RENAMED, upgrade_text
from ElastixRegistrationLib.core.parameters.validation import find_problems
from ElastixRegistrationLib.core.registration.register import register
from phantoms.images import blobs, grid, stage


def upgraded(dimension=3, **parameters):
    """The map of these parameters after the upgrade, and the names that were changed."""
    given = {name: tuple(values.split()) for name, values in parameters.items()}
    text, changes = upgrade_text(format_parameter_text(given), dimension)
    return parse_parameter_text(text), [change.parameter for change in changes]


def test_the_tables_lead_from_what_elastix_does_not_know_to_what_it_does():
    for old, (new, source) in RENAMED.items():
        assert find_parameter(new).replacement is None
        assert source
        parameter = find_parameter(old)
        assert parameter is None or parameter.replacement == new
    for name, (why, source) in REMOVED.items():
        assert why
        assert source
        assert not is_known_name(name) or find_parameter(name).replacement == ""
    for (kind, old), (new, source) in COMPONENTS.items():
        assert old not in components()[kind]
        assert new in components()[kind]
        assert source


def test_what_is_of_today_stays_to_the_letter():
    text = format_parameter_text(stage("BSplineTransform")) + "// a note\n"
    assert upgrade_text(text, 3) == (text, [])


def test_comments_and_order_stay():
    text = '// grid\n(FinalGridSpacing 8.0) // voxels\n(Metric "NormalizedCorrelation")\n(ImageSampler "Full")\n'
    new, changes = upgrade_text(text, 3)
    assert new == (
        '// grid\n(FinalGridSpacingInVoxels 8.0) // voxels\n(Metric "AdvancedNormalizedCorrelation")\n'
        '(ImageSampler "Full")\n'
    )
    assert [change.parameter for change in changes] == ["FinalGridSpacing", "Metric"]
    assert all(re.search(r"[0-9a-f]{7}", change.source) for change in changes)


def test_of_two_names_for_the_same_the_new_one_counts():
    new, changed = upgraded(FinalGridSpacing="8", FinalGridSpacingInVoxels="4")
    assert new == {"FinalGridSpacingInVoxels": ("4",)}
    assert changed == ["FinalGridSpacing"]


@pytest.mark.parametrize(
    ("options", "schedule"),
    [("true", None), ("false", "1 1 1"), ("true false", "2 1 1"), ("false true false", "2 2 1")],
)
def test_grid_upsampling(options, schedule):
    new, _ = upgraded(UpsampleGridOption=options, NumberOfResolutions="3")
    assert new.get("GridSpacingSchedule") == (tuple(schedule.split()) if schedule else None)
    assert "UpsampleGridOption" not in new


@pytest.mark.parametrize(
    ("given", "sampler"),
    [
        ({}, "Full"),
        ({"NumberOfSpatialSamples": "500"}, "Random"),
        ({"NumberOfSpatialSamples": "500", "UseAllPixels": "true"}, "Full"),
        ({"NumberOfSpatialSamples": "500", "SamplesOnUniformGrid": "true"}, "Grid"),
        ({"NumberOfSpatialSamples": "500", "UseAllPixels": "true", "ImageSampler": "Random"}, "Random"),
    ],
)
def test_metrics_that_chose_their_points_themselves(given, sampler):
    new, _ = upgraded(Metric="AdvancedMeanSquares", **given)
    assert new["ImageSampler"] == (sampler,)
    assert not {"UseAllPixels", "SamplesOnUniformGrid"} & set(new)


def test_mutual_information_with_rigidity_penalty_becomes_two_metrics_that_run():
    old = stage(
        "BSplineTransform",
        Metric="MattesMutualInformationWithRigidityPenalty",
        RigidityPenaltyWeight="0.1",
        FixedRigidityImageName="dummy",
        UseFixedRigidityImage="false",
        UseMovingRigidityImage="true",
        MaximumNumberOfIterations="3",
    )
    new = parse_parameter_text(upgrade_text(format_parameter_text(old), 3)[0])
    assert new["Metric"] == ("AdvancedMattesMutualInformation", "TransformRigidityPenalty")
    assert (new["Metric0Weight"], new["Metric1Weight"]) == (("1.0",), ("0.1",))
    assert "FixedRigidityImageName" not in new
    assert [problem.message for problem in find_problems([new], 3)] == []
    image = blobs(grid((24, 22, 20)))
    assert register(image, image, [new], threads=1).transform is not None


def test_a_cyclic_transform_is_a_parameter_now():
    new, changed = upgraded(Transform="CyclicBSplineTransform")
    assert new == {"Transform": ("BSplineTransform",), "UseCyclicTransform": ("true",)}
    assert changed == ["Transform", "UseCyclicTransform"]


def test_lists_of_a_wrong_length_say_what_elastix_did_with_them():
    new, changed = upgraded(NumberOfResolutions="2", ImagePyramidSchedule="8 4 2", MaximumNumberOfIterations="5 6 7")
    assert "ImagePyramidSchedule" not in new
    assert changed == ["ImagePyramidSchedule"]
    new, changed = upgraded(NumberOfResolutions="3", MaximumNumberOfIterations="500 250")
    assert new["MaximumNumberOfIterations"] == ("500", "250", "500")
    new, changed = upgraded(2, NumberOfResolutions="2", ImagePyramidSchedule="4 4 1 1")
    assert (new["ImagePyramidSchedule"], changed) == (("4", "4", "1", "1"), [])


def test_a_fraction_where_a_whole_number_belongs():
    new, changed = upgraded(NumberOfResolutions="1", ImagePyramidSchedule="2 2 0.5")
    assert new["ImagePyramidSchedule"] == ("2", "2", "0")
    assert changed == ["ImagePyramidSchedule"]


def test_a_misspelling_is_no_old_name():
    assert upgraded(FixedImageBSplineInterpolatorOrder="1")[1] == []


def test_a_broken_text_is_refused():
    with pytest.raises(ParameterError):
        upgrade_text("(Metric", 3)
