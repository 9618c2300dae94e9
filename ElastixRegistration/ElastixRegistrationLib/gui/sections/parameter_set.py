"""The choice of the parameter set that the panel shows. A scene can have several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...mrml.run.parameter_node import MODULE_NAME, NODE_CLASS
from ..section import selectNode


class ParameterSetSection:
    """``onChosen(node)`` is called when the user chooses or creates another parameter node; None if there is none."""

    def __init__(self, ui: Any, onChosen: Callable[[Any], None]):
        self._selector = ui.parameterSetSelector
        self._selector.addAttribute(NODE_CLASS, "ModuleName", MODULE_NAME)
        self._onChosen = onChosen
        self._shown: Any = None
        self._selector.connect("currentNodeChanged(vtkMRMLNode*)", self._changed)

    def show(self, node: Any) -> None:
        self._shown = node
        selectNode(self._selector, node)

    def _changed(self, node: Any) -> None:
        if node is not self._shown:
            self._shown = node
            self._onChosen(node)
