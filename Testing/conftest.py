"""Fixtures shared by all tests: the real images beside the checkout, where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real images with ground truth that lies beside some checkouts; tests that need it skip elsewhere."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real images are not beside this checkout ({SHARED_DATA.name} folder not found)")
    return SHARED_DATA
