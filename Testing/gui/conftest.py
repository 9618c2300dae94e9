"""One host for all GUI tests of a process, cleaned between tests.

These tests need a process of their own (`pytest Testing/gui`): Qt has one application per process, and the other tests
expect a `slicer` without a window.
"""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def installed_host():
    import SlicerHost

    try:
        host = SlicerHost.install()
    except RuntimeError as problem:
        pytest.skip(str(problem))
    yield host
    SlicerHost.uninstall()


@pytest.fixture
def host(installed_host):
    """The host with an empty scene and no dialog expected. Fails the test for an error nobody looked at."""
    installed_host.errors.clear()
    installed_host.threads.clear()
    installed_host.dialogs.clear()
    installed_host.setPackaging(True)
    yield installed_host
    for name in list(installed_host.app._moduleManager.loaded):
        installed_host.unloadModule(name)
    installed_host.closeScene()
    problems = list(installed_host.errors)
    installed_host.errors.clear()
    assert not problems, f"errors that Slicer would only print: {problems!r}"
    assert not installed_host.dialogs.unexpected, f"dialogs nobody expected: {installed_host.dialogs.unexpected!r}"


@pytest.fixture
def qt(host):
    import qt

    return qt


@pytest.fixture
def ctk(host):
    import ctk

    return ctk


@pytest.fixture
def slicer(host):
    import slicer

    return slicer


MODULE_FILE = Path(__file__).resolve().parents[2] / "ElastixRegistration" / "ElastixRegistration.py"


@pytest.fixture
def a_volume(slicer):
    """Makes a volume of three blobs, ``shift`` mm to the right, with the shape (k, j, i) and 3 mm voxels."""
    import numpy as np

    def make(name, shift=0.0, shape=(22, 24, 27), node_class="vtkMRMLScalarVolumeNode"):
        k, j, i = np.indices(shape) * 3.0
        voxels = sum(
            height * np.exp(-((i - x - shift) ** 2 + (j - y) ** 2 + (k - z) ** 2) / (2 * width**2))
            for x, y, z, width, height in ((30, 30, 28, 9, 900), (48, 40, 36, 6, 600), (38, 44, 24, 5, 750))
        )
        if node_class == "vtkMRMLLabelMapVolumeNode":
            voxels = voxels > 200
        node = slicer.util.addVolumeFromArray(voxels.astype("int16"), name=name, nodeClassName=node_class)
        node.SetSpacing(3, 3, 3)
        return node

    return make


@pytest.fixture
def a_pair(a_volume):
    return a_volume("fixed"), a_volume("moving", shift=6.0)


@pytest.fixture
def open_panel(host):
    """Opens the module and gives its widget: ``.ui``, ``.panel``, ``.logic``."""

    def open_module():
        host.loadModule(MODULE_FILE)
        return host.openModule("ElastixRegistration")

    return open_module


class FakeHandle:
    """A run that goes on until a test ends it."""

    def __init__(self):
        self.state, self.progress, self.result, self.error = "running", None, None, None
        self.log, self.iterations = "", []

    def poll(self):
        return self.state

    def wait(self, timeout=None):
        return self.result

    def cancel(self):
        self.state = "cancelled"

    def advance(self, stage=0, iteration=10, fraction=0.3):
        from ElastixRegistrationLib.core.progress import Iteration, ProgressEvent

        self.iterations = [Iteration(stage, 0, n, -0.1 * n, 1.0, 1.0, 1.0) for n in range(iteration + 1)]
        self.progress = ProgressEvent(stage, 2, 0, 3, iteration, 250, -0.5, 1.0, fraction, 2.0, 12.0)


@pytest.fixture
def a_fake_run(monkeypatch):
    """Makes Apply of a widget start a FakeHandle."""

    def make(widget):
        handle = FakeHandle()

        def steps(job, inBackground, wanted):
            yield
            return handle

        monkeypatch.setattr(widget.logic, "startSteps", steps)
        return handle

    return make
