"""The panel in German: what stands in the .ui files is translated, and nothing is cut off where it stands."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from ElastixRegistrationLib import batch, core
from ElastixRegistrationLib.core.errors import ElastixRegistrationError
from ElastixRegistrationLib.core.files.label_files import Drawn, read_mask
from ElastixRegistrationLib.core.parameters.maps import parse_parameter_text
from ElastixRegistrationLib.core.request import RegistrationRequest
from phantoms.images import blobs, grid
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget
from support.panel import choose
from translation_files import MODULE, TRANSLATIONS, translated_texts

WIDTH = 500  # of the module panel, pixels at 96 dpi
GERMAN = translated_texts(TRANSLATIONS / "ElastixRegistration_de.ts")


@pytest.fixture
def german(host):
    host.app.speak("de_DE")
    yield host
    host.app.speak("")


@pytest.fixture
def german_panel(german, open_panel, a_pair):
    widget = open_panel()
    choose(widget.ui.presetSelector, "deformable")
    for tab in (1, 2, 0):  # what they show is made when they are first shown
        widget.ui.panelTabs.setCurrentIndex(tab)
    for button in native(widget.parent).findChildren(QAbstractButton):
        if "Collapsible" in type(button).__name__:
            button.setProperty("collapsed", False)
    return widget


def native(widget) -> QWidget:
    """PySide6's widget behind one of the host's ``qt``."""
    return widget._hostLiving("test")


def _untranslated(name: str, root: QObject) -> list[str]:
    """Texts of a .ui file that its widgets do not show in German."""
    wrong = []
    tree = ElementTree.parse(MODULE / "Resources" / "UI" / f"{name}.ui").getroot()
    for element in tree.iter("widget"):
        shown = root if root.objectName() == element.get("name") else root.findChild(QObject, element.get("name", ""))
        for prop in element.findall("property"):
            text = prop.findtext("string")
            if not text or prop.find("string").get("notr") == "true":
                continue
            value = shown.property(prop.get("name", ""))
            if value != GERMAN[tree.findtext("class", ""), text]:
                wrong.append(f"{element.get('name')}.{prop.get('name')}: {value}")
    return wrong


def _truncated(root: QWidget) -> list[str]:
    """Labels and buttons with less room than their text takes."""
    wrong = []
    for widget in [*root.findChildren(QLabel), *root.findChildren(QAbstractButton)]:
        if not widget.isVisible() or not widget.text() or not widget.objectName():
            continue
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        wanted = widget.heightForWidth(widget.width()) if wraps else widget.minimumSizeHint().width()
        if (widget.height() if wraps else widget.width()) < wanted:
            wrong.append(f"{widget.objectName()}: {widget.text()}")
    return wrong


def test_the_panel_speaks_german(german_panel):
    widget = german_panel
    root = native(widget.parent)
    # What changes by itself: the button says what is missing, the search box of the preset is filled ...
    changing = {
        "applyButton",
        "presetSelector",
        "presetDescriptionLabel",
        "backgroundMessageLabel",
        "statusLabel",
        "presetAccuracyLabel",
    }
    wrong = _untranslated("ElastixRegistration", root) + _untranslated("TransformSection", root)
    assert [line for line in wrong if line.partition(".")[0] not in changing] == []
    assert widget.ui.applyButton.text == "Anwenden"
    assert widget.ui.startSelector.currentText == "Wie in der Voreinstellung"


def test_nothing_of_the_panel_is_truncated(german_panel, german, tmp_path):
    root = native(german_panel.parent)
    height = root.heightForWidth(WIDTH) if root.hasHeightForWidth() else root.sizeHint().height()
    german.screenshot(german_panel.parent, tmp_path / "panel.png", WIDTH, max(height, 1500))
    root.setFixedSize(WIDTH, max(height, 1500))
    german.pump(0.05)
    assert root.minimumSizeHint().width() <= WIDTH
    assert _truncated(root) == []


def test_the_preset_editor_speaks_german(german_panel, german, tmp_path):
    german_panel.ui.editPresetButton.click()
    german.pump(0.05)
    editor = german_panel.panel.presets.manager.editor.window
    picture = german.screenshot(editor, tmp_path / "editor.png")
    assert picture.stat().st_size > 10_000
    changing = {"titleEdit", "originLabel", "meaningLabel"}
    wrong = _untranslated("PresetEditor", native(editor))
    assert [line for line in wrong if line.partition(".")[0] not in changing] == []
    assert _truncated(native(editor)) == []
    assert native(editor).findChild(QPushButton, "undoButton").text() == "Rückgängig"


#: What a user can do wrong, by what goes wrong; ``folder`` has the files that ``_wrong_files`` writes.
MISTAKES = {
    "no image": lambda folder: core.read_image(folder / "gone.nrrd", "fixed image"),
    "empty image": lambda folder: core.read_image(folder / "empty.nrrd", "moving image"),
    "zip": lambda folder: core.read_image(folder / "scans.zip", "fixed image"),
    "web page": lambda folder: core.read_image(folder / "page.nii.gz", "fixed image"),
    "no DICOM": lambda folder: core.read_image(folder / "text", "fixed image"),
    "unknown format": lambda folder: core.write_image(blobs(grid((8, 8, 8))), folder / "out.xyz"),
    "frame": lambda folder: core.read_image(folder / "good.nrrd", "moving image", frame=7),
    "structures": lambda folder: read_mask(f"{folder / 'good.nrrd'}:Heart", "fixed mask", Drawn()),
    "no points": lambda folder: core.read_points(folder / "gone.fcsv"),
    "bare points": lambda folder: core.read_points(folder / "bare.txt"),
    "damaged points": lambda folder: core.read_points(folder / "damaged.mrk.json"),
    "no transform": lambda folder: core.read_transform(folder / "gone.tfm"),
    "damaged transform": lambda folder: core.read_transform(folder / "empty.h5"),
    "option": lambda folder: RegistrationRequest(interpolation="cubic"),
    "number": lambda folder: RegistrationRequest(seed=-1),
    "parameter file": lambda folder: parse_parameter_text("(Metric", source="p.txt"),
    "table": lambda folder: batch.find_cases([str(folder / "table.csv")]),
    "no cases": lambda folder: batch.find_cases([str(folder / "good.nrrd")]),
    "array": lambda folder: core.as_image(np.zeros((4, 4, 4)), "fixed image"),
    "nothing to judge by": lambda folder: core.evaluate(None),
    "tuning": lambda folder: core.tune([], "rigid"),
}


@pytest.fixture(scope="module")
def wrong_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wrong")
    core.write_image(blobs(grid((8, 8, 8))), folder / "good.nrrd")
    (folder / "text").mkdir()
    for name, content in {
        "empty.nrrd": b"",
        "empty.h5": b"",
        "scans.zip": b"PK\x03\x04" + bytes(40),
        "page.nii.gz": b"<!DOCTYPE html><html>404</html>",
        "text/note.txt": b"note",
        "bare.txt": b"1 2 3\n4 5 6\n",
        "damaged.mrk.json": b"{",
        "table.csv": b"case,moving,fixed_mask_\na,b.nrrd,c.nrrd\n",
    }.items():
        (folder / name).write_bytes(content)
    return folder


def _explained(mistake, folder) -> tuple[str, str, str]:
    """The sentence in English, as the window shows it, and by the translation file, which must have every template."""
    from ElastixRegistrationLib.core.wording import sentence_of
    from ElastixRegistrationLib.gui.messages import errorText

    with pytest.raises(ElastixRegistrationError) as raised:
        mistake(folder)
    by_file = sentence_of(raised.value).translated(_by_file)
    return str(raised.value), errorText(raised.value), by_file


def _by_file(template: str) -> str:
    is_frame = not any(letter.isalpha() for letter in re.sub(r"\{\w+\}", "", template))
    return template if is_frame else GERMAN["core", template]


def test_mistakes_are_explained_in_german(german_panel, wrong_files):
    wrong = []
    for name, mistake in MISTAKES.items():
        english, shown, by_file = _explained(mistake, wrong_files)
        if shown == english or shown != by_file:
            wrong.append((name, shown))
    assert wrong == []
