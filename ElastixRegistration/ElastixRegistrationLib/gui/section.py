"""The base of all sections of the panel: widgets that show the choices of a parameter set and write them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import qt

from ..mrml.run.parameter_node import FIXED_VOLUME, MANY_ROLES, MOVING_VOLUME, ROLES


class Section:
    """A group of widgets for one purpose. ``ui``: the widgets by name. ``choices``: the displayed ParameterSet, or
    None.

    Subclasses implement ``_show`` (choices to widgets). Their slots begin with ``if self.isFree()``, to ignore
    signals that come from ``_show`` or without a parameter set.
    """

    def __init__(self, ui: Any):
        self.ui = ui
        self.choices: Any = None
        self._showing = False
        self._holds = 0

    def show(self, choices: Any) -> None:
        """Show these choices; None disables the section."""
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
        """Ignore signals while a node is removed from the scene, because selectors then switch to another node.

        Calls are counted, because removing a node may remove others.
        """
        self._holds = max(0, self._holds + (1 if held else -1))

    def cleanup(self) -> None:
        """The panel is closed: stop timers, release the scene."""

    def _show(self) -> None:
        raise NotImplementedError


def contentOf(node: Any) -> tuple[Any, ...]:
    """All choices of a parameter node, to detect changes."""
    texts = [(name, node.GetParameter(name)) for name in node.GetParameterNames()]
    return (node.GetID(), *texts, *(node.GetNodeReferenceID(role) for role in (*ROLES, *MANY_ROLES)))


def pairOf(choices: Any) -> tuple[Any, ...]:
    """Parameter set, fixed and moving volume, which identify the pair of a registration."""
    return (choices.node.GetID(), *(choices.node.GetNodeReferenceID(role) for role in (FIXED_VOLUME, MOVING_VOLUME)))


def reveal(widget: Any) -> None:
    """Scroll the panel to make ``widget`` visible, after pending changes of the layout."""

    def scroll() -> None:
        area = widget
        while area and not area.inherits("QScrollArea"):
            area = area.parent()
        if area:
            area.ensureWidgetVisible(widget)

    qt.QTimer.singleShot(0, scroll)


def fillComboBox(comboBox: Any, items: Iterable[tuple[str, str]]) -> None:
    """Replace the items by texts with their values, without a signal."""
    blocked = comboBox.blockSignals(True)
    comboBox.clear()
    for text, value in items:
        comboBox.addItem(text, value)
    comboBox.blockSignals(blocked)


def selectValue(comboBox: Any, value: str) -> None:
    """Select the item with ``value``; does nothing if there is none."""
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
    """2 for a single slice, otherwise 3; None without a volume."""
    image = node.GetImageData() if node is not None else None
    return None if image is None else 2 if 1 in image.GetDimensions() else 3
