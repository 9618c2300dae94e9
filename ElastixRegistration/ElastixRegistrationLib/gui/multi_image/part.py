"""Common base of the tabs of *Many images*: each says what is missing, starts a run, and describes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

from ...core.errors import InputError
from ...core.presets.catalog import find_preset
from ...mrml.run.scene_presets import scene_presets
from ..messages import presetTitle, translated
from ..section import Section


class ManyPart(Section):
    """One tab. A subclass has ``title``, the text of the button, and the methods below.

    ``started``: the choices with which the run was started; others may be shown meanwhile.
    """

    title = ""
    started: Any = None

    def begin(self) -> None:
        self.started = self.choices

    def missing(self) -> str:
        """The user's next step before a run; "" if ready."""
        raise NotImplementedError

    def start(self) -> Any:
        """Steps that return the run, an AsynchronousRun."""
        raise NotImplementedError

    def nodes(self) -> Sequence[Any]:
        """Nodes that a started run needs."""
        raise NotImplementedError

    def progressText(self, run: Any) -> str:
        raise NotImplementedError

    def done(self, run: Any, outcome: Any) -> str:
        """Remember what was made, and say it."""
        raise NotImplementedError

    def settingsText(self) -> str:
        """The settings of the panel that apply here."""
        settings = self.choices.settings
        name = ", ".join(Path(path).name for path in settings.parameter_files)
        try:
            name = name or presetTitle(find_preset(settings.preset, scene_presets(self.choices.node.GetScene())))
        except InputError:
            return ""
        return _("Preset: {name}.").format(name=name)


def volumesProblem(sequence: Any, fewest: int) -> str:
    """Why a sequence node cannot be registered, as a text for the button; "" if it can."""
    if sequence is None:
        return _("Choose a sequence")
    count = sequence.GetNumberOfDataNodes()
    if count and not sequence.GetNthDataNode(0).IsA("vtkMRMLVolumeNode"):
        return _("The sequence has no volumes")
    if count < fewest:
        return _("The sequence has fewer than {fewest} frames").format(fewest=fewest)
    return ""


def named(problems: dict[int, str], names: Callable[[int], str], most: int = 3) -> str:
    """The first failures, as sentences."""
    lines = [f"{names(place)}: {translated(problem)}" for place, problem in list(problems.items())[:most]]
    if len(problems) > most:
        lines.append("...")
    return " ".join(lines)
