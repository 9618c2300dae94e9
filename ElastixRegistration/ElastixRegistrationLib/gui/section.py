"""What all sections of the panel share: widgets that show the choices of a parameter set and write them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import qt

from ..mrml.run.parameter_node import FIXED_VOLUME, MANY_ROLES, MOVING_VOLUME, ROLES


class Section:
    """One job, some widgets. ``ui`` has the widgets by name; ``choices`` is the ParameterSet that is shown, or None.

    Subclasses write ``_show`` (choices to widgets) and connect their widgets to slots that begin with ``if
    self.isFree()``: signals that come from showing, or with no parameter set, mean nothing.
    """

    def __init__(self, ui: Any):
        self.ui = ui
        self.choices: Any = None
        self._showing = False
        self._holds = 0

    def show(self, choices: Any) -> None:
        """Show these choices; None switches the section off."""
        self.choices = choices
        if choices is None:
            return
        self._showing = True
        try:
            self._show()
        finally:
            self._showing = False

    def isFree(self) -> bool:
        """Whether a signal of a widget comes from the user."""
        return self.choices is not None and not self._showing and not self._holds

    def hold(self, held: bool) -> None:
        """While a node goes out of the scene, selectors move on to another one; that is no choice of the user.

        Counted, as one node may take others with it.
        """
        self._holds = max(0, self._holds + (1 if held else -1))

    def cleanup(self) -> None:
        """The panel goes away: stop timers, let go of the scene."""

    def _show(self) -> None:
        raise NotImplementedError


def contentOf(node: Any) -> tuple[Any, ...]:
    """All choices of a parameter node, to see whether somebody has changed one."""
    texts = [(name, node.GetParameter(name)) for name in node.GetParameterNames()]
    return (node.GetID(), *texts, *(node.GetNodeReferenceID(role) for role in (*ROLES, *MANY_ROLES)))


def pairOf(choices: Any) -> tuple[Any, ...]:
    """Parameter set, fixed and moving volume: what a registration is of."""
    return (choices.node.GetID(), *(choices.node.GetNodeReferenceID(role) for role in (FIXED_VOLUME, MOVING_VOLUME)))


def reveal(widget: Any) -> None:
    """Scroll the panel so far that ``widget`` can be seen, when the layout has caught up with what changed in it."""

    def scroll() -> None:
        area = widget
        while area and not area.inherits("QScrollArea"):
            area = area.parent()
        if area:
            area.ensureWidgetVisible(widget)

    qt.QTimer.singleShot(0, scroll)


def fillComboBox(comboBox: Any, items: Iterable[tuple[str, str]]) -> None:
    """Texts with the values that stand behind them, in place of what was there; no signal."""
    blocked = comboBox.blockSignals(True)
    comboBox.clear()
    for text, value in items:
        comboBox.addItem(text, value)
    comboBox.blockSignals(blocked)


def selectValue(comboBox: Any, value: str) -> None:
    """Show the item behind which ``value`` stands; nothing when there is none."""
    index = comboBox.findData(value)
    if comboBox.currentIndex != index:
        comboBox.setCurrentIndex(index)


def selectNode(selector: Any, node: Any) -> None:
    if selector.currentNode() is not node:
        selector.setCurrentNode(node)


def connectSelectors(selectors: Sequence[tuple[Any, str]], slot: Any) -> None:
    """Call ``slot(role, node)`` when the node of a selector changes."""
    for selector, role in selectors:
        selector.connect("currentNodeChanged(vtkMRMLNode*)", lambda node, role=role: slot(role, node))


def dimensionOf(node: Any) -> int | None:
    """2 for a volume of a single slice, None for no volume."""
    image = node.GetImageData() if node is not None else None
    return None if image is None else 2 if 1 in image.GetDimensions() else 3
