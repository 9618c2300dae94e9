"""Estimated errors of the result: colors over the fixed volume, and a list of places to check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from ..comparison_views import ComparisonViews
from ..messages import showError, tell
from ..multi_image.control import ManyControl
from ..slice_views import jumpTo
from .tables import fillTable, setUpTable

_UI = Path(__file__).resolve().parents[3] / "Resources" / "UI" / "ConfidenceSection.ui"
_MAX_ROWS = 8


class ConfidencePart:
    """Estimated errors of the run in the result section. ``layout``: of its contents."""

    def __init__(self, layout: Any, logic: Any):
        self.widget = slicer.util.loadUI(str(_UI))
        self.ui = slicer.util.childWidgetVariables(self.widget)
        layout.addWidget(self.widget)
        self.control = ManyControl(self)
        self.views = ComparisonViews()
        self._logic = logic
        self._run: Any = None  # the displayed run
        self._estimated: Any = None  # the run of the estimate
        self._found: Any = None  # ConfidenceNodes
        self._reason = ""
        setUpTable(self.ui.uncertainTable, [_("Least certain places (R, A, S)"), _("May be off by")])
        self.ui.confidenceButton.connect("clicked(bool)", self._clicked)
        self.ui.showConfidenceButton.connect("clicked(bool)", self._showClicked)
        self.ui.uncertainTable.connect("cellClicked(int,int)", lambda row, column: self.jump(row))
        self._show()

    def setRun(self, run: Any) -> None:
        """Set the displayed result, or None. An estimate for another result continues, and is shown with that
        result."""
        if run is not self._run:
            self._run, self._reason = run, ""
            self.views.stop()
            self._show()

    def confidenceOf(self, run: Any) -> Any:
        """The ConfidenceMap of a run; None if there is none."""
        return self._found.confidence if self._found is not None and run is self._estimated else None

    def cleanup(self) -> None:
        self.control.drop()
        self.views.stop()

    def sceneClosed(self) -> None:
        self.views.forget()
        self._found = self._estimated = None
        self.control.drop(_("Canceled, because the scene was closed."))
        self._show()

    def nodeRemoved(self) -> None:
        missing = self.control.missingNode()
        if missing:
            self.control.drop(_("Canceled, because {name} was removed.").format(name=missing))
        if self._found is not None and self._found.volume.GetScene() is None:
            self._found = self._estimated = None
            self.views.stop()
        self._show()

    # --- the run ---

    def nodes(self) -> Sequence[Any]:
        """Nodes that the estimate needs."""
        return [self._estimated.job.fixed.node, self._estimated.job.moving.node]

    def start(self) -> Any:
        """Steps that return the run."""
        yield
        return (yield from self._logic.confidenceSteps(self._estimated.job, self._estimated.handle.result))

    def _clicked(self, checked: bool = False) -> None:
        if self.control.isRunning:
            self.control.cancel()
        elif self._run is not None:
            self._forget()
            self._estimated, self._reason = self._run, ""
            self.ui.confidenceProgressBar.value = 0
            self.control.start(self)
            self._show()

    def onProgress(self, run: Any) -> None:
        self.ui.confidenceProgressBar.value = round(1000 * run.fraction)

    def onEnd(self, run: Any, outcome: Any, reason: str) -> None:
        """``outcome``: None if it was cancelled."""
        self._found = outcome
        self._reason = "" if outcome is not None else reason or _("Canceled.")
        self._show()
        if outcome is not None and self._run is self._estimated:
            self.ui.showConfidenceButton.checked = True
            self._showClicked(True)

    def onFailed(self, message: str, details: str) -> None:
        self._reason = _("Failed. {message}").format(message=message) if message else ""
        self._show()
        if message:
            showError(message, _("The estimate failed"), details)

    # --- display ---

    def jump(self, row: int) -> None:
        """Move the slice views to one of the least certain places."""
        jumpTo(self._found.places[row].ras)

    def _showClicked(self, checked: bool) -> None:
        if checked:
            self.views.show("fade", self._run.job.fixed.node, self._found.volume)
        else:
            self.views.stop()
        self._show()

    def _forget(self) -> None:
        """Forget the former estimate and remove its volume."""
        self.views.stop()
        if self._found is not None:
            self._found.revert()
        self._found = None

    def _show(self) -> None:
        ui, isRunning = self.ui, self.control.isRunning
        self.widget.visible = self._run is not None or isRunning
        found = self._found if self._run is self._estimated else None
        ui.confidenceButton.text = _("Cancel") if isRunning else _("Where might it be off?")
        ui.confidenceButton.enabled = isRunning or self._run is not None
        ui.showConfidenceButton.enabled = found is not None
        ui.showConfidenceButton.checked = found is not None and bool(self.views.mode)
        ui.confidenceProgressBar.visible = isRunning
        tell(ui.confidenceLabel, self._text(found))
        places = () if found is None else found.places
        rows = [[", ".join(f"{value:.1f}" for value in place.ras), f"{place.error_mm:.1f} mm"] for place in places]
        fillTable(ui.uncertainTable, rows, most=_MAX_ROWS)

    def _text(self, found: Any) -> str:
        if self.control.isRunning:
            return _("Searching for better matches around each place ...")
        if found is None:
            return self._reason
        inside = found.confidence.as_dict()
        text = _(
            "Half of the object may be off by more than {median} mm, and 5 % of it by more than {most} mm. "
            "This is an estimate: use it to decide where to look. It cannot distinguish structures that "
            "look alike."
        )
        return text.format(median=f"{inside['median_mm']:.1f}", most=f"{inside['percentile95_mm']:.1f}")
