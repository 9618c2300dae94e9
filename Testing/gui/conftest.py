"""One host for all GUI tests of a process, cleaned between tests.

These tests need a process of their own (`pytest Testing/gui`): Qt has one application per process, and the other tests
expect a `slicer` without a window.
"""

from __future__ import annotations

import pytest
from support.panel import MODULE_FILE, KeptPool, blobs_volume, choose


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
    installed_host.pip.missing, installed_host.pip.fails = set(), False
    installed_host.pip.installs.clear()
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


@pytest.fixture
def a_volume(slicer):
    """Makes a ``blobs_volume``."""
    return blobs_volume


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


@pytest.fixture
def a_panel(open_panel, a_pair):
    """A panel with a pair chosen and the quickest preset."""
    widget = open_panel()
    choose(widget.ui.presetSelector, "translation")
    widget.ui.seedSpinBox.value = 1
    widget.ui.inBackgroundCheckBox.checked = False  # starting a process for each test takes long
    return widget


@pytest.fixture
def apply_and_wait(host):
    def click_and_wait(widget, timeout=60):
        widget.ui.applyButton.click()
        host.waitUntil(lambda: widget.ui.applyButton.text == "Apply", timeout)

    return click_and_wait


@pytest.fixture
def opened_pages(host):
    """Paths of the files that were handed to the web browser."""
    from PySide6.QtCore import QObject, QUrl, Slot
    from PySide6.QtGui import QDesktopServices

    class Browser(QObject):
        @Slot(QUrl)
        def take(self, url):
            self.paths.append(url.toLocalFile())

    browser = Browser()
    browser.paths = []
    QDesktopServices.setUrlHandler("file", browser, "take")
    yield browser.paths
    QDesktopServices.unsetUrlHandler("file")


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
        from ElastixRegistrationLib.core.elastix.progress import Iteration, ProgressEvent

        self.iterations = [Iteration(stage, 0, n, -0.1 * n, 1.0, 1.0, 1.0) for n in range(iteration + 1)]
        self.progress = ProgressEvent(stage, 2, 0, 3, iteration, 250, -0.5, 1.0, fraction, 2.0, 12.0)


@pytest.fixture
def a_fake_run(host, monkeypatch):
    """Clicks Apply of a widget, waits until the run has begun, and gives its FakeHandle; ``start`` False only prepares.

    The handle has the job: ``handle.job``.
    """

    def make(widget, start=True):
        handle = FakeHandle()
        handle.job = None

        def steps(job, inBackground, wanted):
            yield
            handle.job = job
            return handle

        monkeypatch.setattr(widget.logic, "startSteps", steps)
        if start:
            widget.ui.applyButton.click()
            host.waitUntil(lambda: handle.job is not None, 10)
            host.pump(0.06)
        return handle

    return make


@pytest.fixture(scope="session")
def a_pool():
    """Processes that live from test to test: starting one takes seconds."""
    from ElastixRegistrationLib.worker.pool import WorkerPool

    with WorkerPool() as pool:
        yield pool


@pytest.fixture
def a_ready_worker(a_pool, monkeypatch):
    """Lets a widget run its registrations in a process that has started before."""

    def make(widget):
        monkeypatch.setattr(widget.logic, "_workers", KeptPool(a_pool))

    return make


@pytest.fixture(scope="session")
def a_real_handle(installed_host, a_pool):
    """The handle of one real background run of ``a_pair`` that is done, with all outputs."""
    import slicer
    from ElastixRegistrationLib.mrml.logic import RegistrationLogic
    from ElastixRegistrationLib.mrml.nodes.incremental import run_to_completion
    from ElastixRegistrationLib.mrml.run.asynchronous import submission_incrementally
    from ElastixRegistrationLib.mrml.run.parameter_node import OUTPUTS

    nodes = blobs_volume("fixed", 0.0), blobs_volume("moving", 6.0)
    job = RegistrationLogic().prepareRegistration(*nodes, preset="translation", seed=1)
    handle = run_to_completion(submission_incrementally(a_pool, job, OUTPUTS))
    handle.wait(120)
    assert handle.error is None
    for node in nodes:
        slicer.mrmlScene.RemoveNode(node)
    return handle


@pytest.fixture
def a_result(host, a_panel, a_fake_run, a_real_handle, apply_and_wait):
    """``a_panel`` after an Apply whose elastix has run before: only its result is brought in. Call it to do so."""

    def make():
        handle = a_fake_run(a_panel, start=False)
        for name in ("result", "progress", "iterations", "log"):
            setattr(handle, name, getattr(a_real_handle, name))
        apply_and_wait(a_panel)
        return a_panel

    return make
