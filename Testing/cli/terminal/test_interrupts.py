"""Ctrl-C, a crash of elastix and a killed command: a sentence where one can be said, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from ElastixRegistrationLib.cli.terminal.interrupts import check_interrupt, remembered_interrupts
from ElastixRegistrationLib.core.files.image_files import write_image
from ElastixRegistrationLib.core.parameters.maps import write_parameter_file
from phantoms.images import blobs, grid, stage

LIBRARY = Path(__file__).resolve().parents[3] / "ElastixRegistration"

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks for processes in /proc")


def _state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:2]
    except OSError:
        return ["gone", ""]


def _children(pid):
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [child for child in pids if _state(child)[1] == str(pid)]


class Running:
    """A registration that would not end, on a terminal, caught when its progress bar shows iterations."""

    def __init__(self, folder):
        write_parameter_file(stage(MaximumNumberOfIterations="2000000", NumberOfResolutions="1"), folder / "long.txt")
        for name, shift in (("fixed", None), ("moving", (6.0, -4.0, 5.0))):
            write_image(blobs(grid(), shift, dtype=np.int16), folder / f"{name}.nrrd")
        (folder / "scratch").mkdir()
        self.folder = folder
        self.terminal, end = os.openpty()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "ElastixRegistrationLib", "register", "fixed.nrrd", "moving.nrrd"),
                *("--parameters", "long.txt", "--output-volume", "v.nrrd", "--output-transform", "t.h5"),
            ],
            env={**os.environ, "PYTHONPATH": str(LIBRARY), "TMPDIR": str(folder / "scratch")},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=end,
        )
        os.close(end)
        self.shown = b""
        while b"iteration" not in self.shown:
            self.shown += os.read(self.terminal, 4096)
        (self.worker,) = _children(self.process.pid)

    def last_words(self):
        """What the terminal shows after the bar, when the command is over; nothing may then be left."""
        started = time.monotonic()
        self.process.wait(10)
        seconds = time.monotonic() - started
        try:
            while data := os.read(self.terminal, 4096):
                self.shown += data
        except OSError:  # the other end of a pseudo-terminal was closed
            pass
        os.close(self.terminal)
        assert self.process.stdout.read() == b""
        self.process.stdout.close()
        while _state(self.worker)[0] not in ("gone", "Z") and time.monotonic() - started < 5:
            time.sleep(0.01)
        assert time.monotonic() - started < 5
        assert seconds < 3
        assert sorted(path.name for path in self.folder.iterdir()) == [
            "fixed.nrrd",
            "long.txt",
            "moving.nrrd",
            "scratch",
        ]
        assert list((self.folder / "scratch").iterdir()) == []
        assert b"Traceback" not in self.shown
        return self.shown.decode().splitlines()[-1].rpartition("\r")[2]


@pytest.fixture
def running(tmp_path):
    return Running(tmp_path)


def test_ctrl_c(running):
    running.process.send_signal(signal.SIGINT)
    assert running.last_words() == "error: Interrupted; nothing was written."
    assert running.process.returncode == 130


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGSEGV, "error: elastix crashed (segmentation fault)."),
        (signal.SIGKILL, "error: elastix was killed by the system, most likely out of memory."),
    ],
)
def test_a_crash_of_elastix(running, number, words):
    os.kill(running.worker, number)
    assert running.last_words().startswith(words)
    assert running.process.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_killed(running, number):
    running.process.send_signal(number)
    running.last_words()
    assert running.process.returncode == -number


def test_what_it_prints_for_scripts_is_json_alone(running, tmp_path):
    running.process.kill()
    running.last_words()
    write_parameter_file(stage(), tmp_path / "short.txt")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "ElastixRegistrationLib", "register", "fixed.nrrd", "moving.nrrd"),
            *("--parameters", "short.txt", "--output-transform", "t.h5", "--json"),
        ],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["outputs"] == {"transform": "t.h5"}
    assert done.stderr == b""


def test_ctrl_c_that_c_code_has_lost_is_known_a_little_later():
    with remembered_interrupts():
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        with pytest.raises(KeyboardInterrupt):
            check_interrupt()
    with remembered_interrupts():
        check_interrupt()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_while_the_command_is_still_being_loaded(tmp_path):
    code = (
        "import os, signal, sys, threading\n"
        "import ElastixRegistrationLib.__main__ as command\n"
        "sys.argv = ['x', 'presets']\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.endswith('.cli.presets'):\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "command.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "error: Interrupted; nothing was written.\n"
