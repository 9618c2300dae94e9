"""The section with the pair's runs, and the windows that it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..section import Section
from .history import RunsSection


class ComparingSection(Section):
    """The fold is placed after ``neighbor``, a widget of the panel.

    ``ensureInstalled(package)``, with "" for the packages of a registration, raises InstallationError. ``onPreset(id)``
    is called for a new preset of the user.
    """

    def __init__(
        self, neighbor: Any, logic: Any, ensureInstalled: Callable[[str], None], onPreset: Callable[[str], None]
    ):
        super().__init__(None)
        layout = neighbor.parent().layout()
        self.runs = RunsSection(layout, layout.indexOf(neighbor) + 1)
        self._logic, self._ensureInstalled, self._onPreset = logic, ensureInstalled, onPreset
        self._parts: list[Any] = [self.runs]
        self._compare: Any = None
        self._tune: Any = None
        self.runs.ui.comparePresetsButton.connect("clicked(bool)", lambda checked: self.compare.open())
        self.runs.ui.tuneButton.connect("clicked(bool)", lambda checked: self.tune.open())

    @property
    def compare(self) -> Any:
        """The window that compares presets, created when first needed."""
        if self._compare is None:
            from .compare_window import CompareWindow

            self._compare = CompareWindow(self._logic, self.runs, lambda: self._ensureInstalled(""))
            self._take(self._compare)
        return self._compare

    @property
    def tune(self) -> Any:
        """The window that tunes parameters, created when first needed."""
        if self._tune is None:
            from .tune_window import TuneWindow

            self._tune = TuneWindow(self._logic, self._onPreset, lambda: self._ensureInstalled("optuna"))
            self._take(self._tune)
        return self._tune

    def _take(self, part: Any) -> None:
        self._parts.append(part)
        part.show(self.choices)

    def show(self, choices: Any) -> None:
        for part in self._parts:
            part.show(choices)
        super().show(choices)

    def hold(self, held: bool) -> None:
        super().hold(held)
        for part in self._parts:
            part.hold(held)

    def add(self, run: Any) -> None:
        """Add a finished registration of the panel to the history."""
        progress = run.handle.progress
        seconds = None if progress is None else progress.elapsed_s
        self.runs.add(run.job, run.handle.result, run.settings, run.comparison, seconds, run.applied.nodes)

    def nodeRemoved(self) -> None:
        for part in self._parts:
            part.nodeRemoved()

    def sceneClosed(self) -> None:
        for part in self._parts:
            part.sceneClosed()

    def cleanup(self) -> None:
        for part in self._parts[::-1]:
            part.cleanup()

    def _show(self) -> None:
        """Does nothing, because each part shows its own choices."""
