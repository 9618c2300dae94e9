"""The shape of the panel: as wide as the user made it whatever it shows, and no widget over another or cut off."""

from __future__ import annotations

import pytest
from support.panel import choose
from support.panel_geometry import problems_of
from support.panel_states import LONG_NAME, states_before_a_run, states_of_a_run, states_of_other_tabs

WIDTHS = (350, 450, 700)


@pytest.fixture(params=["en", "de"])
def a_language(host, request):
    host.app.speak("" if request.param == "en" else "de_DE")
    yield request.param
    host.app.speak("")


def settle(host, root):
    """A scroll bar that comes or goes takes another pass."""
    sizes = []
    while len(sizes) < 3 or len(set(sizes[-3:])) > 1:
        host.pump(0.015)
        sizes.append(root.size().toTuple())


@pytest.fixture
def check(host):
    """``check(widget, states)`` goes through them and lists what is wrong with the shape of the panel in each."""

    def walk(widget, states):
        root = widget.parent._hostLiving("test")
        wrong = []
        for state in states:
            for width in WIDTHS:
                host.mainWindow.setPanelWidth(width)
                settle(host, root)
                wrong += [f"{state}, {width} px: {problem}" for problem in problems_of(root)]
                if host.mainWindow.panel.width() > width:
                    wrong.append(f"{state}: needs {host.mainWindow.panel.width()} px")
        return wrong

    yield walk
    host.mainWindow.setPanelWidth()


def test_nothing_overlaps_or_is_cut_before_a_run(host, open_panel, a_language, check):
    widget = open_panel()
    assert check(widget, states_before_a_run(host, widget)) == []


def test_nothing_overlaps_or_is_cut_in_a_run_and_after_it(
    host, open_panel, a_pair, a_language, a_fake_run, a_real_handle, check
):
    for node in a_pair:
        node.SetName(f"{LONG_NAME} {node.GetName()}")
    widget = open_panel()
    choose(widget.ui.presetSelector, "translation")
    widget.ui.inBackgroundCheckBox.checked = False
    assert check(widget, states_of_a_run(host, widget, a_fake_run, a_real_handle)) == []


def test_nothing_overlaps_or_is_cut_in_the_other_tabs(host, open_panel, a_pair, a_language, check):
    for node in a_pair:
        node.SetName(f"{LONG_NAME} {node.GetName()}")
    widget = open_panel()
    assert check(widget, states_of_other_tabs(host, widget)) == []


def test_nothing_overlaps_or_is_cut_in_the_preset_editor(host, open_panel, a_pair, a_language):
    widget = open_panel()
    choose(widget.ui.presetSelector, "deformable")
    widget.ui.editPresetButton.click()
    editor = widget.panel.presets.manager.editor
    host.waitUntil(lambda: editor.ui.parameterTable.rowCount > 20, 5)
    for tab in (1, 0):
        editor.ui.stageTabs.setCurrentIndex(tab)
        settle(host, editor.window._hostLiving("test"))
        assert problems_of(editor.window._hostLiving("test")) == []


def test_no_state_moves_the_images(host, open_panel, a_fake_run, a_real_handle):
    """Slicer makes its panel as wide as what it shows wants to be: that never changes."""
    widget = open_panel()
    panel = host.mainWindow.panel
    host.pump(0.1)
    first = panel.width()
    assert first <= 480

    def widths(states):
        for state in states:
            host.pump(0.02)
            if panel.width() != first or panel.minimumSizeHint().width() > min(WIDTHS):
                yield f"{state}: {panel.width()}, at least {panel.minimumSizeHint().width()}"

    assert list(widths(states_before_a_run(host, widget))) == []
    choose(widget.ui.presetSelector, "translation")
    widget.ui.inBackgroundCheckBox.checked = False
    assert list(widths(states_of_a_run(host, widget, a_fake_run, a_real_handle))) == []
    assert list(widths(states_of_other_tabs(host, widget))) == []


def test_from_an_empty_panel_to_apply_in_two_clicks_without_scrolling(host, open_panel, a_volume, a_fake_run):
    """On a screen of 900 pixels, of which Slicer's bars take some: one click for the preset, one to begin."""
    widget = open_panel()
    host.mainWindow.resize(1440, 900)
    first, second = a_volume("first"), a_volume("second", 6.0)
    host.pump(0.4)
    ui, panel = widget.ui, host.mainWindow.panel
    choose(ui.presetSelector, "rigid")
    host.pump(0.1)
    button = ui.applyButton._hostLiving("test")
    bottom = button.mapTo(panel.widget(), button.rect().bottomLeft()).y()
    assert bottom < panel.viewport().height()
    assert bottom < 450
    assert panel.verticalScrollBar().value() == 0
    handle = a_fake_run(widget)
    assert (handle.job.fixed.node, handle.job.moving.node) == (first, second)
    progress = ui.progressBar._hostLiving("test")
    assert progress.mapTo(panel.viewport(), progress.rect().bottomLeft()).y() < panel.viewport().height()
    ui.applyButton.click()
