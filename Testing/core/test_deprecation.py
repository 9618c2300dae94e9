"""Names of the last release still work, and say what they are called now."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib import core
from ElastixRegistrationLib.core.deprecation import former_keywords
from ElastixRegistrationLib.core.request import RegistrationRequest


def test_a_former_keyword_arrives_under_its_name():
    @former_keywords(neighbours="neighbors")  # codespell:ignore
    def function(*, neighbors=False):
        return neighbors

    with pytest.warns(DeprecationWarning, match="neighbours is called neighbors now"):  # codespell:ignore
        assert function(neighbours=True)  # codespell:ignore
    assert function(neighbors=True)


def test_a_former_name_of_core_is_the_present_function():
    with pytest.warns(DeprecationWarning, match="analyze_deformation"):
        assert core.analyse_deformation is core.analyze_deformation


def test_the_former_name_of_the_request_stays_for_scripts():
    from ElastixRegistrationLib.core.settings import RegistrationSettings

    assert RegistrationSettings is RegistrationRequest
