"""What may end the process, or take all of its memory, is tried in a copy of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing is tried elsewhere")
LIBRARY = Path(__file__).resolve().parents[3] / "ElastixRegistration"
MOST = 2**28
USUAL = f"""
import os, signal, sys
sys.path.insert(0, {str(LIBRARY)!r})
import numpy as np
from ElastixRegistrationLib.core.system.probe import failure_reason

def fail():
    raise RuntimeError("no such group")

def work():
    while True:
        pass
"""


def answer_to(code: str, before: str = "") -> str:
    """What ``failure_reason`` says in a process of its own: threads that other tests have left keep it from trying."""
    program = f"{USUAL}\n{before}\nprint(repr(failure_reason({code}, {MOST})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (f"lambda: np.ones({MOST} // 16).sum()", "None"),  # half of the memory
        ("fail", "'no such group'"),
        ("lambda: os.kill(os.getpid(), signal.SIGKILL)", "''"),
        ("work", "''"),
    ],
)
def test_it_says_whether_and_why_something_fails(code, why):
    assert answer_to(code) == why


def test_more_memory_than_is_allowed_is_refused_in_the_copy():
    assert "Unable to allocate" in answer_to(f"lambda: np.ones({MOST})")


def test_nothing_is_said_where_the_end_of_processes_is_not_told():
    assert answer_to("fail", "signal.signal(signal.SIGCHLD, signal.SIG_IGN)") == "None"


def test_nothing_is_tried_beside_other_threads():
    assert (
        answer_to("fail", "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()")
        == "None"
    )
