"""A window for one long task: comparing presets, tuning parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..installation import InstallationError
from ..messages import errorText, showError, tell
from ..multi_image.control import ManyControl
from ..section import Section

_FOLDER = Path(__file__).resolve().parents[3] / "Resources" / "UI"


class TaskWindow(Section):
    """The window is created when it is first opened; ``window`` and ``ui`` are None before.

    ``ensureInstalled`` raises InstallationError if packages are missing. Subclasses set ``file``, the name of the .ui
    file, and ``prefix`` of the names of its widgets: a button that starts and cancels, a label for messages, a progress
    bar and a button that closes the window.
    """

    file = ""
    prefix = ""

    def __init__(self, logic: Any, ensureInstalled: Callable[[], None]):
        super().__init__(None)
        self.window: Any = None
        self.control = ManyControl(self)
        self._logic, self._ensureInstalled = logic, ensureInstalled

    def open(self, checked: bool = False) -> None:
        if self.window is None:
            self._load()
        self.show(self.choices)
        self.window.show()
        self.window.raise_()

    def cleanup(self) -> None:
        self.control.drop()
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()
            self.window = None

    def onFailed(self, message: str, details: str) -> None:
        self._say(_("Failed. {message}").format(message=message) if message else "")
        if message:
            showError(message, self._failure(), details)

    # --- implemented by subclasses ---

    def _connect(self) -> None:
        """Set up the widgets of ``ui``."""
        raise NotImplementedError

    def _missing(self) -> str:
        """What the user must choose first; "" if the task can start."""
        raise NotImplementedError

    def _begin(self) -> str:
        """Read the choices, and return the message until the first progress."""
        raise NotImplementedError

    def _failure(self) -> str:
        """Title of the dialog about an error."""
        raise NotImplementedError

    def _enable(self) -> None:
        """Enable the widgets that can be used now."""
        raise NotImplementedError

    # --- common to all ---

    def _load(self) -> None:
        self.window = slicer.util.loadUI(str(_FOLDER / self.file))
        self.window.setParent(slicer.util.mainWindow(), qt.Qt.Dialog)
        self.ui = slicer.util.childWidgetVariables(self.window)
        self._widget("Button").connect("clicked(bool)", self._clicked)
        self._widget("CloseButton").connect("clicked(bool)", lambda checked: self.window.hide())
        tell(self._widget("MessageLabel"), "")
        self._widget("ProgressBar").visible = False
        self._connect()

    def _widget(self, name: str) -> Any:
        return getattr(self.ui, f"{self.prefix}{name}")

    def _clicked(self, checked: bool = False) -> None:
        if self.control.isRunning:
            self.control.cancel()
        elif not self._missing():
            self._run()

    def _run(self) -> None:
        try:
            self._ensureInstalled()
        except InstallationError as problem:
            showError(errorText(problem), _("Elastix Registration"))
            return
        message = self._begin()
        self._widget("ProgressBar").value = 0
        tell(self._widget("MessageLabel"), message)
        self.control.start(self)
        self._enable()

    def _tellProgress(self, fraction: float, text: str) -> None:
        if self.window is not None:
            self._widget("ProgressBar").value = round(1000 * fraction)
            tell(self._widget("MessageLabel"), text)

    def _say(self, text: str) -> None:
        if self.window is not None:
            tell(self._widget("MessageLabel"), text)
            self._enable()

    def _showButton(self, text: str) -> None:
        """``text``: of the button if nothing runs and nothing is missing."""
        isRunning = self.control.isRunning
        missing = "" if isRunning else self._missing()
        self._widget("Button").text = _("Cancel") if isRunning else missing or text
        self._widget("Button").enabled = isRunning or not missing
        self._widget("ProgressBar").visible = isRunning
