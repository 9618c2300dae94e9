"""Fixtures shared by all tests: the real images beside the checkout, where they are."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure(config) -> None:
    """What somebody keeps in the settings folder of this computer must not change a test: there is no such folder.

    Nor does it matter who started the tests: what runs in the background of a shell ignores Ctrl-C, which some press.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["ELASTIX_REGISTRATION_PRESETS"] = str(Path(tempfile.gettempdir()) / f"no-presets-{os.getpid()}")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real images with ground truth that lies beside some checkouts; tests that need it skip elsewhere."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real images are not beside this checkout ({SHARED_DATA.name} folder not found)")
    return SHARED_DATA


@pytest.fixture
def preset_folder(tmp_path, monkeypatch) -> Path:
    """An empty folder in which the user's presets are kept for this test."""
    monkeypatch.setenv("ELASTIX_REGISTRATION_PRESETS", str(tmp_path / "my presets"))
    return tmp_path / "my presets"
