"""A stage as an editor shows it: controls, marks, and the table by resolution."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.parameters.maps import format_parameter_text
from ElastixRegistrationLib.core.parameters.schema import find_parameter, parameters
from ElastixRegistrationLib.core.parameters.validation import wrong_value
from ElastixRegistrationLib.core.presets.catalog import list_presets
from ElastixRegistrationLib.core.presets.draft import PresetDraft
from ElastixRegistrationLib.core.presets.preset import Preset, PresetStage
from ElastixRegistrationLib.core.presets.rows import (
    KNOWN,
    OBSOLETE,
    UNKNOWN,
    addable,
    expected_text,
    first_values,
    resolution_table,
    row,
    rows,
    split_values,
    with_cell,
    with_resolutions,
)
from phantoms.images import stage


@pytest.mark.parametrize(
    ("name", "values", "control"),
    [
        ("Transform", ("EulerTransform",), "choice"),
        ("Metric", ("A", "B"), "list"),
        ("NumberOfResolutions", ("4",), "integer"),
        ("NumberOfResolutions", ("four",), "text"),
        ("MaximumNumberOfIterations", ("100", "200"), "list"),
        ("FinalGridSpacingInPhysicalUnits", ("12.5",), "number"),
        ("ErodeMask", ("false",), "boolean"),
        ("ErodeMask", ("no",), "text"),
        ("ResultImageFormat", ("mha",), "text"),
        ("MyOwn", ("1",), "text"),
        ("MyOwn", ("1", "2"), "list"),
    ],
)
def test_controls(name, values, control):
    assert row(name, values).control == control


def test_what_a_row_tells():
    shown = row("FinalGridSpacingInPhysicalUnits", ("12.5",))
    assert (shown.unit, shown.state, shown.group) == ("mm", KNOWN, "Transform")
    assert shown.meaning.endswith(".")
    assert expected_text(find_parameter("NumberOfResolutions")) == "whole number, at least 1, at most 100"
    assert expected_text(find_parameter("MaximumNumberOfIterations")).endswith("one for each resolution")
    assert row("MyOwn", ("1",)).state == UNKNOWN
    assert row("KNearestNeighbours", ("1",)).state == KNOWN
    assert row("FinalGridSpacing", ("8",)).state == OBSOLETE


def test_a_value_that_is_not_offered_is_shown_all_the_same():
    assert row("Transform", ("MyTransform",)).choices[-1] == "MyTransform"
    assert "BSplineStackTransform" not in row("Transform", ("EulerTransform",)).choices


def test_unknown_parameters_are_kept_and_come_last():
    given = {"MyOwn": ("1",), **stage(), "Another": ("a b", "c")}
    shown = rows(given)
    assert {each.name: each.values for each in shown} == given
    assert [each.name for each in shown if each.state == UNKNOWN] == [each.name for each in shown[-2:]]
    assert shown[-1].text == '"a b" c' or shown[-2].text == '"a b" c'


@pytest.mark.parametrize("text", ["", "1 2 3", '"a b" c', "  x\t y ", '"a', '""', 'a"b"c'])
def test_typed_values_can_be_written_to_a_file(text):
    values = split_values(text)
    if values:
        format_parameter_text({"X": values})
    assert split_values(row("X", values).text) == values


def test_what_can_be_added_is_for_the_components_in_use():
    names = {parameter.name for parameter in addable(stage("EulerTransform"))}
    assert "RandomSeed" in names
    assert not {"Transform", "FinalGridSpacing", "MaximumStepSize", "UseCyclicTransform"} & names
    assert "UseCyclicTransform" in {parameter.name for parameter in addable(stage("BSplineTransform"))}


@pytest.mark.parametrize("name", [name for name in parameters() if "<i>" not in name])
def test_an_added_parameter_begins_with_an_allowed_value(name):
    parameter = find_parameter(name)
    (value,) = first_values(parameter, {})
    assert parameter.kind == "component" or wrong_value(parameter, value) is None


# --- by resolution ---

LEVELS = {
    "Transform": ("BSplineTransform",),
    "NumberOfResolutions": ("3",),
    "MaximumNumberOfIterations": ("100", "200", "300"),
    "NumberOfSpatialSamples": ("2000",),
    "ImagePyramidSchedule": ("4", "4", "2", "2", "2", "1", "1", "1", "1"),
    "GridSpacingSchedule": ("4", "2", "1"),
    "Metric": ("AdvancedMeanSquares",),
}


def draft(**changes) -> PresetDraft:
    text = format_parameter_text(LEVELS | {name: tuple(values.split()) for name, values in changes.items()})
    return PresetDraft.of(Preset("x", "X", texts=(PresetStage("x.txt", text),)))


def test_the_table():
    table = resolution_table(LEVELS, 3)
    assert table.resolutions == 3
    lines = dict(zip(table.names, table.cells, strict=True))
    assert lines["MaximumNumberOfIterations"] == ("100", "200", "300")
    assert lines["NumberOfSpatialSamples"] == ("2000", "2000", "2000")
    assert lines["ImagePyramidSchedule"] == ("4 4 2", "2 2 1", "1 1 1")
    assert lines["GridSpacingSchedule"] == ("4", "2", "1")
    assert "Metric" not in lines
    assert resolution_table({"NumberOfResolutions": ("many",)}, 3) is None


def test_a_cell():
    changed = with_cell(draft(), 0, "NumberOfSpatialSamples", 2, " 5000 ", 3)
    assert changed.maps[0]["NumberOfSpatialSamples"] == ("2000", "2000", "5000")
    assert with_cell(changed, 0, "NumberOfSpatialSamples", 2, "2000", 3).maps == draft().maps
    changed = with_cell(draft(), 0, "ImagePyramidSchedule", 0, "8 8 4", 3)
    assert changed.maps[0]["ImagePyramidSchedule"] == ("8", "8", "4", "2", "2", "1", "1", "1", "1")
    assert with_cell(draft(), 0, "NumberOfSpatialSamples", 0, " ", 3) == draft()
    assert with_cell(draft(), 0, "Metric", 0, "x", 3) == draft()


def test_another_number_of_resolutions_keeps_every_list_whole():
    more = with_resolutions(draft(), 0, 4, 3)
    assert more.maps[0] == LEVELS | {
        "NumberOfResolutions": ("4",),
        "MaximumNumberOfIterations": ("100", "100", "200", "300"),
        "ImagePyramidSchedule": ("8", "8", "4", *LEVELS["ImagePyramidSchedule"]),
        "GridSpacingSchedule": ("8", "4", "2", "1"),
    }
    assert with_resolutions(more, 0, 3, 3).maps == draft().maps
    one = with_resolutions(draft(), 0, 1, 3).maps[0]
    assert (one["MaximumNumberOfIterations"], one["ImagePyramidSchedule"]) == (("300",), ("1", "1", "1"))
    assert with_resolutions(draft(), 0, 0, 3) == draft()


@pytest.mark.parametrize("preset", list_presets(), ids=lambda preset: preset.id)
@pytest.mark.parametrize("count", [1, 6])
def test_presets_with_another_number_of_resolutions_stay_valid(preset, count):
    changed = PresetDraft.of(preset)
    for number in range(len(changed.stages)):
        for dimension in preset.dimension:
            changed = with_resolutions(changed, number, count, dimension)
    problems = changed.problems(preset.dimension[0], has_points=True)
    assert [problem for problem in problems if problem.severity == "error"] == []
