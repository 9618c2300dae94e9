"""Changes in a parameter file's text keep what else is in it."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.errors import ParameterError
from ElastixRegistrationLib.core.parameters.maps import parse_parameter_text
from ElastixRegistrationLib.core.parameters.stage_text import renamed, with_values, without
from hypothesis import given
from hypothesis import strategies as st

TEXT = """// A file of ours

(Transform "BSplineTransform")  // deformable
(NumberOfResolutions 3)
// points per iteration
(NumberOfSpatialSamples 2000) // as published
(Metric "AdvancedMattesMutualInformation")
"""


def test_a_value_changes_in_its_line_and_its_comment_stays():
    changed = with_values(TEXT, "NumberOfSpatialSamples", ["4000"])
    assert "(NumberOfSpatialSamples 4000)  // as published" in changed
    assert changed.splitlines()[:5] == TEXT.splitlines()[:5]
    assert len(changed.splitlines()) == len(TEXT.splitlines())


def test_a_new_parameter_goes_to_those_of_its_group():
    lines = with_values(TEXT, "ImagePyramidSchedule", ["4", "4", "2", "2", "1", "1"]).splitlines()
    assert lines[lines.index("(NumberOfResolutions 3)") + 1] == "(ImagePyramidSchedule 4 4 2 2 1 1)"


def test_an_unknown_parameter_goes_to_the_end():
    assert with_values(TEXT, "MyOwn", ["a b"]).splitlines()[-1] == '(MyOwn "a b")'


def test_a_removed_parameter_takes_its_line_with_it():
    assert without(TEXT, "Transform") == TEXT.replace('(Transform "BSplineTransform")  // deformable\n', "")
    assert without(TEXT, "Nothing") == TEXT


def test_another_name_keeps_values_and_comment():
    assert "(Transformation " not in renamed(TEXT, "Trans", "Transformation")
    assert '(Kind "BSplineTransform")  // deformable' in renamed(TEXT, "Transform", "Kind")


def test_a_stage_can_begin_with_comments_only():
    assert parse_parameter_text(with_values("// new\n", "Transform", ["EulerTransform"])) == {
        "Transform": ("EulerTransform",)
    }


def test_a_network_path_is_no_comment():
    text = '(FixedRigidityImageName "//server/share/x.mhd") // on the server\n'
    assert with_values(text, "FixedRigidityImageName", ["y.mhd"]) == (
        '(FixedRigidityImageName "y.mhd")  // on the server\n'
    )


def test_a_broken_text_is_refused_with_its_line():
    with pytest.raises(ParameterError, match="line 2"):
        with_values("(A 1)\n(B 2\n", "A", ["2"])


_values = st.lists(st.from_regex(r"[A-Za-z0-9.+-][A-Za-z0-9 .+-]{0,8}[A-Za-z0-9]", fullmatch=True), min_size=1)


@given(
    st.sampled_from(["Transform", "NumberOfSpatialSamples", "Metric", "Scales", "MyOwn"]),
    _values,
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_whatever_is_set_is_read_and_the_rest_is_as_before(name, values, line_end):
    text = TEXT.replace("\n", line_end)
    expected = parse_parameter_text(text) | {name: tuple(values)}
    assert parse_parameter_text(with_values(text, name, values)) == expected
    assert parse_parameter_text(without(with_values(text, name, values), name)) == {
        key: value for key, value in expected.items() if key != name
    }
