"""Synchronization of widgets with the parameter node: SlicerParameterName of a widget is the member that it sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.parameterNodeWrapper import GuiConnector, SlicerParameterNamePropertyName, createGuiConnector

from .parameter_node import RegistrationParameterNode
from .section import Section, selectNode, selectValue


class Binding(Section):
    """A section that shows choices in the widgets of ``addWidgets`` and writes them back."""

    def __init__(self) -> None:
        super().__init__(None)
        self._connectors: dict[str, GuiConnector] = {}
        self._wrapper: Any = None
        self._tag: int | None = None

    def addWidgets(self, ui: Any) -> None:
        """Bind the widgets of ``childWidgetVariables``. Combo boxes that a section fills must have their items."""
        self._release()
        for widget in vars(ui).values():
            name = widget.property(SlicerParameterNamePropertyName)
            if name:
                self._connectors[name] = self._connectorFor(widget, name)
        self.show(self.choices)

    def cleanup(self) -> None:
        self._release()

    def show(self, choices: Any) -> None:
        super().show(choices)
        if choices is None:
            self._release()

    def _show(self) -> None:
        if self._wrapper is not None and self._wrapper.parameterNode is self.choices.node:
            # The node has reported its changes, but a selector may have changed because a node left the scene.
            for name, connector in self._connectors.items():
                connector.write(self._wrapper.getValue(name))
            return
        self._release()
        wrap: Any = RegistrationParameterNode  # Slicer's decorator provides the argument
        self._wrapper = wrap(self.choices.node)
        self._tag = self._wrapper.connectParametersToGui(self._connectors)

    def _release(self) -> None:
        if self._wrapper is not None:
            self._wrapper.disconnectGui(self._tag)
        self._wrapper = self._tag = None

    def _connectorFor(self, widget: Any, name: str) -> GuiConnector:
        for kind, make in (
            ("qMRMLNodeComboBox", NodeConnector),
            ("ctkPathLineEdit", PathConnector),
            ("QComboBox", ValueConnector),
        ):
            if widget.inherits(kind):
                return make(widget, self.isFree)
        return createGuiConnector(widget, RegistrationParameterNode.dataType(name))


class _Connector(GuiConnector):
    """Signals of the widget count only while ``isFree()``, not if they come from the scene or without a node."""

    signal = ""

    def __init__(self, widget: Any, isFree: Callable[[], bool]):
        super().__init__()
        self._widget, self._isFree = widget, isFree
        widget.connect(self.signal, self._moved)

    @staticmethod
    def canRepresent(widget: Any, datatype: Any) -> bool:
        return False  # created by hand, never looked up

    @staticmethod
    def create(widget: Any, datatype: Any) -> None:
        return None

    def widget(self) -> Any:
        return self._widget

    def _connect(self) -> None:
        """Connect permanently; does nothing without a callback."""

    def _disconnect(self) -> None:
        """See ``_connect``."""

    def _moved(self, value: Any) -> None:
        if self._isFree():
            self.changed()


class NodeConnector(_Connector):
    """A node selector. Slicer's own binding mistakes its move to another node, after a removal, for a choice."""

    signal = "currentNodeChanged(vtkMRMLNode*)"

    def read(self) -> Any:
        return self._widget.currentNode()

    def write(self, value: Any) -> None:
        selectNode(self._widget, value)


class ValueConnector(_Connector):
    """A combo box with a value for each item. Slicer's own binding would use the text, which is translated."""

    signal = "currentIndexChanged(int)"

    def read(self) -> str:
        return self._widget.itemData(self._widget.currentIndex)

    def write(self, value: str) -> None:
        selectValue(self._widget, value)


class PathConnector(_Connector):
    """A path that may be empty, which Slicer's own binding would show as ".", the folder of the process."""

    signal = "currentPathChanged(QString)"

    def __init__(self, widget: Any, isFree: Callable[[], bool]):
        super().__init__(widget, isFree)
        widget.connect("validInputChanged(bool)", self._moved)  # the only signal of ctk when a path is emptied

    def read(self) -> str:
        return self._widget.currentPath

    def write(self, value: str) -> None:
        if self._widget.currentPath != value:
            self._widget.setCurrentPath(value)
