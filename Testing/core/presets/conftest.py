"""An empty folder of the user's presets."""

from __future__ import annotations

import pytest
from ElastixRegistrationLib.core.presets.user_presets import UserPresets


@pytest.fixture
def mine(tmp_path) -> UserPresets:
    return UserPresets(tmp_path / "mine")
