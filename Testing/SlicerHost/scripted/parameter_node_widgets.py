"""slicer.parameterNodeWrapper: how members and widgets follow each other.

Read in Slicer/Slicer:Base/Python/slicer/parameterNodeWrapper/guiConnectors.py.
"""

from __future__ import annotations

import abc
import pathlib
from collections.abc import Callable
from typing import Any

import ctk
import qt
import slicer

from .parameter_node_members import WithinRange, is_node_type, splitAnnotations, unannotatedType


class GuiConnector(abc.ABC):
    def __init__(self) -> None:
        super().__init__()
        self._callback: Callable[[], None] | None = None

    @staticmethod
    @abc.abstractmethod
    def canRepresent(widget: Any, datatype: Any) -> bool: ...

    @staticmethod
    @abc.abstractmethod
    def create(widget: Any, datatype: Any) -> Any: ...

    def onChanged(self, callback: Callable[[], None] | None) -> None:
        self._callback = callback
        if callback is None:
            self._disconnect()
        else:
            self._connect()

    def changed(self) -> None:
        if self._callback:
            self._callback()

    @abc.abstractmethod
    def _connect(self) -> None: ...

    @abc.abstractmethod
    def _disconnect(self) -> None: ...

    @abc.abstractmethod
    def widget(self) -> Any: ...

    @abc.abstractmethod
    def read(self) -> Any: ...

    @abc.abstractmethod
    def write(self, value: Any) -> None: ...


class _PropertyConnector(GuiConnector):
    """A widget of one of ``kinds`` whose value is one property with one signal."""

    kinds: tuple[Any, ...]
    datatype: type
    signal: str
    name: str

    def __init__(self, widget: Any) -> None:
        super().__init__()
        self._widget = widget

    @classmethod
    def canRepresent(cls, widget: Any, datatype: Any) -> bool:
        return unannotatedType(datatype) == cls.datatype and type(widget) in cls.kinds

    @classmethod
    def create(cls, widget: Any, datatype: Any) -> Any:
        return cls(widget)

    def _connect(self) -> None:
        getattr(self._widget, self.signal).connect(self.changed)

    def _disconnect(self) -> None:
        getattr(self._widget, self.signal).disconnect(self.changed)

    def widget(self) -> Any:
        return self._widget

    def read(self) -> Any:
        return self.datatype(getattr(self._widget, self.name))

    def write(self, value: Any) -> None:
        setattr(self._widget, self.name, value)


class QCheckBoxToBoolConnector(_PropertyConnector):
    kinds, datatype, signal, name = (qt.QCheckBox, ctk.ctkCheckBox), bool, "stateChanged", "checked"


class QSpinBoxToIntConnector(_PropertyConnector):
    """Without a range among the annotations, the one of the .ui file is lost, as in Slicer."""

    kinds, datatype, signal, name = (qt.QSpinBox,), int, "valueChanged", "value"

    @classmethod
    def create(cls, widget: Any, datatype: Any) -> Any:
        given = next((one for one in splitAnnotations(datatype)[1] if isinstance(one, WithinRange)), None)
        widget.setRange(*((given.minimum, given.maximum) if given is not None else (-(2**31), 2**31 - 1)))
        return cls(widget)


class QLineEditToStrConnector(_PropertyConnector):
    kinds, datatype, signal, name = (qt.QLineEdit,), str, "textChanged", "text"


class ctkPathLineEditToPathConnector(_PropertyConnector):
    kinds, datatype, signal, name = (ctk.ctkPathLineEdit,), pathlib.Path, "currentPathChanged", "currentPath"

    def write(self, value: Any) -> None:
        self._widget.currentPath = str(value)


class qMRMLNodeComboBoxToNodeConnector(_PropertyConnector):
    kinds, signal = (slicer.qMRMLNodeComboBox,), "currentNodeChanged"

    @classmethod
    def canRepresent(cls, widget: Any, datatype: Any) -> bool:
        return is_node_type(unannotatedType(datatype)) and type(widget) in cls.kinds

    @classmethod
    def create(cls, widget: Any, datatype: Any) -> Any:
        widget.nodeTypes = (unannotatedType(datatype)().GetClassName(),)
        return cls(widget)

    def read(self) -> Any:
        return self._widget.currentNode()

    def write(self, value: Any) -> None:
        self._widget.setCurrentNode(value)


_connectors: list[type[GuiConnector]] = [
    QCheckBoxToBoolConnector,
    QSpinBoxToIntConnector,
    QLineEditToStrConnector,
    ctkPathLineEditToPathConnector,
    qMRMLNodeComboBoxToNodeConnector,
]


def parameterNodeGuiConnector(classtype: Any = None) -> Any:
    def register(cls: type[GuiConnector]) -> type[GuiConnector]:
        _connectors.append(cls)
        return cls

    return register if classtype is None else register(classtype)


def createGuiConnector(widget: Any, datatype: Any) -> GuiConnector:
    for kind in _connectors:
        if kind.canRepresent(widget, datatype):
            return kind.create(widget, datatype)
    raise RuntimeError(f"Unable to create GUI connector from datatype '{datatype}' to widget type '{type(widget)}'.")
