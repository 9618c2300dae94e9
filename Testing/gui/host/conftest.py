"""Fixtures of the tests of SlicerHost, which stands in for the Slicer window."""

from __future__ import annotations

import pytest


@pytest.fixture
def scene(slicer):
    return slicer.mrmlScene
