"""Problems of a preset, in words and colors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import qt
from slicer.i18n import tr as _

from ...core.parameters.validation import Problem
from ...core.presets.draft import PresetDraft
from .table import ORANGE, RED


@dataclass(frozen=True)
class RegistrationContext:
    """The context of a preset, which decides its problems. ``dimension``: None for any that the preset supports."""

    dimension: int | None = None
    fixedMask: bool = False
    movingMask: bool = False
    points: bool = False

    def dimensionFor(self, draft: PresetDraft) -> int:
        offered = draft.preset.dimension
        return self.dimension or (3 if 3 in offered else offered[0])

    def problems(self, draft: PresetDraft) -> list[Problem]:
        return draft.problems(
            self.dimensionFor(draft),
            has_fixed_mask=self.fixedMask,
            has_moving_mask=self.movingMask,
            has_points=self.points,
        )


class ProblemList:
    """``onChosen(problem)`` is called when the user clicks one."""

    def __init__(self, ui: Any, onChosen: Callable[[Problem], None]):
        self._ui, self._onChosen = ui, onChosen
        self._problems: Sequence[Problem] = ()
        ui.problemList.connect("itemClicked(QListWidgetItem*)", self._clicked)

    def show(self, problems: Sequence[Problem], dimension: int, hasMasks: bool) -> None:
        shown = self._ui.problemList
        self._problems = problems
        shown.clear()
        for problem in problems:
            item = qt.QListWidgetItem(problemText(problem))
            item.setForeground(qt.QBrush(qt.QColor(problemColor(problem))))
            shown.addItem(item)
        shown.visible = bool(problems)
        given = _("{dimension}D volumes with masks") if hasMasks else _("{dimension}D volumes")
        given = given.format(dimension=dimension)
        errors = sum(problem.severity == "error" for problem in problems)
        if errors:
            text = _("Cannot run for {given}. Errors: {errors}, remarks: {remarks}.")
        elif problems:
            text = _("Can run for {given}. Remarks: {remarks}.")
        else:
            text = _("No problems for {given}.")
        self._ui.problemsLabel.text = text.format(given=given, errors=errors, remarks=len(problems) - errors)

    def _clicked(self, item: Any) -> None:
        self._onChosen(self._problems[self._ui.problemList.row(item)])


def problemText(problem: Problem) -> str:
    """One line, with stage and parameter."""
    place = [] if problem.stage is None else [_("Stage {number}").format(number=problem.stage + 1)]
    place += [problem.parameter] if problem.parameter else []
    place += [_("line {number}").format(number=problem.line)] if problem.line and not problem.parameter else []
    return f"{', '.join(place)}: {problem.message}" if place else problem.message


def problemColor(problem: Problem) -> str:
    return RED if problem.severity == "error" else ORANGE
