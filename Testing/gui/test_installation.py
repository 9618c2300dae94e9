"""Installing itk-elastix on Apply, in Slicer with and without its packaging module."""

from __future__ import annotations

import importlib.metadata

import pytest


@pytest.mark.parametrize("packaging", [True, False], ids=["5.11", "5.10"])
def test_a_refused_installation_leaves_a_usable_panel(host, a_panel, monkeypatch, packaging, a_fake_run):
    host.setPackaging(packaging)
    host.pip.missing, found = {"itk-elastix"}, importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: found("nothing" if name in host.pip.missing else name)
    )
    host.dialogs.expect("Cancel")
    host.dialogs.expect("OK")
    a_panel.ui.applyButton.click()
    assert "itk-elastix" in host.dialogs.shown[-1].text
    assert host.pip.installs == []
    assert (a_panel.ui.applyButton.text, a_panel.ui.applyButton.enabled) == ("Apply", True)
    host.dialogs.expect("OK")
    a_fake_run(a_panel)
    assert len(host.pip.installs) == 1
    assert a_panel.ui.applyButton.text == "Cancel"
    a_panel.ui.applyButton.click()


@pytest.mark.parametrize("packaging", [True, False], ids=["5.11", "5.10"])
def test_pip_that_fails_is_explained(host, a_panel, monkeypatch, packaging):
    """No network, for one."""
    host.setPackaging(packaging)
    host.pip.missing, host.pip.fails = {"itk-elastix"}, True
    if not packaging:

        def missing(name):
            raise importlib.metadata.PackageNotFoundError(name)

        monkeypatch.setattr(importlib.metadata, "version", missing)
    host.dialogs.expect("OK")
    host.dialogs.expect("OK")
    a_panel.ui.applyButton.click()
    assert "could not be installed" in host.dialogs.shown[-1].text
    assert a_panel.ui.applyButton.enabled
