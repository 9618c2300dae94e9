"""The panel as a whole: first opening, long names, tab order, many nodes, reload."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from ElastixRegistrationLib.core.request import RegistrationRequest
from ElastixRegistrationLib.mrml.run.parameter_node import (
    parameter_nodes,
)
from support.panel import choose

LIBRARY = Path(__file__).resolve().parents[2] / "ElastixRegistration"


def test_opens_with_two_volumes_a_preset_and_outputs_chosen(open_panel, a_pair):
    ui = open_panel().ui
    assert [ui.fixedVolumeSelector.currentNode(), ui.movingVolumeSelector.currentNode()] == list(a_pair)
    assert ui.presetSelector.itemData(ui.presetSelector.currentIndex) == RegistrationRequest().preset
    assert ui.outputVolumeCheckBox.checked
    assert ui.outputTransformCheckBox.checked
    assert (ui.applyButton.text, ui.applyButton.enabled) == ("Apply", True)


FIRST_OPENING = """
import sys
import SlicerHost

host = SlicerHost.install()
host.loadModule(sys.argv[1])
before = set(sys.modules)
panel = host.openModule("ElastixRegistration").panel
loaded = lambda: " ".join(sorted(set(sys.modules) - before))
print(loaded())
panel.ui.panelTabs.setCurrentIndex(2)
print(loaded())
"""


def test_the_first_opening_loads_what_it_shows_and_no_more():
    """itk, the run, the editor and the other tabs come when they are used. A process of its own has loaded nothing."""
    paths = [str(LIBRARY), str(LIBRARY.parent / "Testing")]
    opened = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path[:0] = {paths!r}\n{FIRST_OPENING}",
            LIBRARY / f"{LIBRARY.name}.py",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = (line.split() for line in opened.stdout.splitlines())
    ours = [name.removeprefix("ElastixRegistrationLib.") for name in first if name.startswith("ElastixRegistrationLib")]
    late = (
        "batch", "worker", "core.registration.register", "core.transforms", "core.images.background",
        "core.elastix.run", "core.quality.assessment", "gui.comparing.compare_window", "gui.comparing.tune_window",
        "gui.multi_image.section", "gui.preset_editor.editor", "gui.reveal_cursor",
        "gui.sections.transform",
    )  # fmt: skip
    assert [name for name in ours if name.startswith(late)] == []
    assert [name for name in first if name.split(".")[0] in ("itk", "scipy", "pandas", "SimpleITK")] == []
    assert len(ours) < 92
    assert "ElastixRegistrationLib.gui.multi_image.section" in second


def test_long_names_do_not_widen_the_panel(open_panel, a_pair, host):
    widget = open_panel()
    root = widget.ui.applyButton.parent()
    before = root.minimumSizeHint.width()
    a_pair[0].SetName("a very long name of a volume " * 20)
    host.pump(0.05)
    assert root.minimumSizeHint.width() <= before + 5


def test_every_control_has_a_tool_tip():
    tree = ElementTree.parse(LIBRARY / "Resources" / "UI" / "ElastixRegistration.ui")
    controls = [widget for widget in tree.iter("widget") if widget.get("class") not in ("qMRMLWidget", "QWidget")]
    assert len(controls) > 60
    bare = [
        widget.get("name")
        for widget in controls
        if not any(prop.get("name") == "toolTip" for prop in widget.findall("property"))
        and not (widget.get("class") == "QLabel" and widget.get("name").endswith("Label"))
        and not (widget.get("class") == "QFrame" and widget.get("name").endswith("Frame"))
    ]
    assert not bare


def test_the_tab_key_goes_through_the_panel_in_reading_order(open_panel, a_pair, host, qt):
    ui = open_panel().ui
    for name in ("masks", "start", "outputs", "preset", "advanced", "result"):
        getattr(ui, f"{name}CollapsibleButton").collapsed = False
    ui.findPresetButton.click()
    ui.applyButton.window().activateWindow()
    ui.fixedVolumeSelector.setFocus()
    assert host.waitUntil(qt.QApplication.focusWidget, 2)
    reached = []
    for _ in range(60):
        inner = qt.QApplication.focusWidget()
        assert inner is not None, f"the focus was lost after {reached[-1:]}"
        control = inner
        while control and (control.name.startswith("qt_") or control.name not in vars(ui)):
            control = control.parent()
        isPlace = not control or control.name.endswith(("Frame", "Contents", "Tabs", "ElastixRegistration"))
        if not isPlace and control.name not in reached:
            reached.append(control.name)
        qt.QApplication.sendEvent(inner, qt.QKeyEvent(qt.QEvent.KeyPress, qt.Qt.Key_Tab, qt.Qt.NoModifier))
        host.pump()
    reached = [name for name in reached if name != "swapButton"]  # beside both volumes
    places = {}
    for name in reached:
        control = getattr(ui, name)
        corner = control.mapTo(ui.applyButton.parent(), control.rect.topLeft())
        places[name] = (corner.y() // 12, corner.x())
    assert sorted(places, key=places.get) == reached
    assert {"fixedVolumeSelector", "presetSelector", "pairingSelector", "applyButton", "seedSpinBox"} <= set(reached)


def test_two_hundred_nodes_do_not_slow_the_panel(open_panel, a_pair, slicer, host):
    import time

    widget = open_panel()
    start = time.process_time()  # not the time of other processes on a busy machine
    for number in range(200):
        slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", f"volume {number}")
    host.pump()
    each = (time.process_time() - start) / 200
    start = time.process_time()
    choose(widget.ui.presetSelector, "rigid")
    assert time.process_time() - start < 0.3
    assert each < 0.05


def test_reload_keeps_the_choices_and_connects_once(open_panel, a_pair, host, slicer):
    widget = open_panel()
    choose(widget.ui.presetSelector, "rigid")
    slicer.util.reloadScriptedModule("ElastixRegistration")
    host.pump()
    again = slicer.modules.ElastixRegistrationWidget
    assert again is not widget
    assert again.ui.presetSelector.itemData(again.ui.presetSelector.currentIndex) == "rigid"
    assert len(parameter_nodes(slicer.mrmlScene)) == 1
