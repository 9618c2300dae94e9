"""What may end the process, or take all of its memory, is tried in a copy of it."""

from __future__ import annotations

import os
import signal
import sys

import numpy as np
import pytest
from ElastixRegistrationLib.core.probe import why_it_fails

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is tried elsewhere")
MOST = 2**28


def fail():
    raise RuntimeError("no such group")


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (lambda: np.ones(MOST // 16).sum(), None),  # half of the memory
        (fail, "no such group"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), ""),
    ],
)
def test_it_says_whether_and_why_something_fails(action, why):
    assert why_it_fails(action, MOST) == why


def test_nothing_is_said_where_the_end_of_processes_is_not_told(monkeypatch):
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert why_it_fails(lambda: None, MOST) is None
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_memory_is_limited_in_the_copy_only():
    assert "Unable to allocate" in why_it_fails(lambda: np.ones(MOST), MOST)
    assert np.ones(MOST // 4).nbytes == 2 * MOST
