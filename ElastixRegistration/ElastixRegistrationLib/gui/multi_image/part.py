"""What the parts of the section Many images share: each says what is missing, starts a run, and puts it into words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from ...core.errors import InputError
from ...core.presets.catalog import find_preset
from ...mrml.run.scene_presets import scene_presets
from ..section import Section, fillComboBox, selectNode, selectValue


class ManyPart(Section):
    """One tab. A subclass has ``title``, the text of the button, and the methods below.

    ``started``: the choices that the run was started with; others may be shown meanwhile.
    """

    title = ""
    started: Any = None

    def begin(self) -> None:
        self.started = self.choices

    def missing(self) -> str:
        """What the user has to do first; "" for nothing."""
        raise NotImplementedError

    def start(self) -> Any:
        """Steps that return the run, a AsynchronousRun."""
        raise NotImplementedError

    def nodes(self) -> Sequence[Any]:
        """Nodes without which a run that has started makes no sense."""
        raise NotImplementedError

    def progressText(self, run: Any) -> str:
        raise NotImplementedError

    def done(self, run: Any, outcome: Any) -> str:
        """Remember what was made, and say it."""
        raise NotImplementedError

    def settingsText(self) -> str:
        """Which settings of the panel count here."""
        settings = self.choices.settings
        name = ", ".join(Path(path).name for path in settings.parameter_files)
        try:
            name = name or find_preset(settings.preset, scene_presets(self.choices.node.GetScene())).title
        except InputError:
            return ""
        return _("Preset: {name}.").format(name=name)

    # --- helpers: a widget, and the name of the choice that it shows ---

    def _connectChoice(self, comboBox: Any, name: str, items: Sequence[tuple[str, str]]) -> None:
        fillComboBox(comboBox, items)
        comboBox.connect("currentIndexChanged(int)", lambda index: self._setText(name, comboBox.itemData(index)))

    def _connectCheckBox(self, box: Any, name: str) -> None:
        box.connect("toggled(bool)", lambda checked: self._setText(name, "1" if checked else "0"))

    def _connectPath(self, edit: Any, name: str) -> None:
        edit.connect("currentPathChanged(QString)", lambda path: self._setText(name, path))

    def _connectNumber(self, spinBox: Any, text: Callable[[int], None]) -> None:
        spinBox.connect("valueChanged(int)", lambda value: text(value) if self.isFree() else None)

    def _setText(self, name: str, value: str) -> None:
        if self.isFree():
            self.choices.set_text(name, value)

    def _setReference(self, role: str, node: Any) -> None:
        if self.isFree():
            self.choices.set_reference(role, node)

    def _showChoice(self, comboBox: Any, name: str) -> None:
        selectValue(comboBox, self.choices.text(name))

    def _showPath(self, edit: Any, name: str) -> None:
        if edit.currentPath != self.choices.text(name):
            edit.setCurrentPath(self.choices.text(name))

    def _showNode(self, selector: Any, role: str) -> None:
        selectNode(selector, self.choices.reference(role))


def volumesProblem(sequence: Any, fewest: int) -> str:
    """Why a sequence node cannot be registered, as a text for the button; "" when it can."""
    if sequence is None:
        return _("Choose a sequence")
    count = sequence.GetNumberOfDataNodes()
    if count and not sequence.GetNthDataNode(0).IsA("vtkMRMLVolumeNode"):
        return _("The sequence has no volumes")
    if count < fewest:
        return _("The sequence has {count} frames, {fewest} are needed").format(count=count, fewest=fewest)
    return ""


def named(problems: dict[int, str], names: Callable[[int], str], most: int = 3) -> str:
    """The first of what failed, as sentences."""
    lines = [f"{names(place)}: {problem}" for place, problem in list(problems.items())[:most]]
    if len(problems) > most:
        lines.append("...")
    return " ".join(lines)
