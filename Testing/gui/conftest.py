"""One host for all GUI tests of a process, cleaned between tests.

These tests need a process of their own (`pytest Testing/gui`): Qt has one application per process, and the other tests
expect a `slicer` without a window.
"""

from __future__ import annotations

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
