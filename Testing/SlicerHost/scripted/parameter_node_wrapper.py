"""slicer.parameterNodeWrapper: a parameter node with typed members, which widgets can follow.

Read in Slicer/Slicer:Base/Python/slicer/parameterNodeWrapper/wrapper.py.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from typing import Any

import qt
import slicer
import vtk

from .parameter_node_members import (
    CachedValue,
    Choice,
    Default,
    IsInstance,
    Member,
    NotNone,
    Serializer,
    Validator,
    Value,
    WithinRange,
    parameterNodeSerializer,
)
from .parameter_node_widgets import GuiConnector, createGuiConnector, parameterNodeGuiConnector

__all__ = [
    "Choice",
    "Default",
    "GuiConnector",
    "IsInstance",
    "NotNone",
    "Serializer",
    "SlicerParameterNamePropertyName",
    "Validator",
    "WithinRange",
    "createGuiConnector",
    "isParameterNodeWrapper",
    "parameterNodeGuiConnector",
    "parameterNodeSerializer",
    "parameterNodeWrapper",
]

SlicerParameterNamePropertyName = "SlicerParameterName"


_RESERVED = [
    "allParameters",
    "default",
    "isCached",
    "dataType",
    "getValue",
    "setValue",
    "connectGui",
    "connectParametersToGui",
    "disconnectGui",
    "StartModify",
    "EndModify",
    "AddObserver",
    "RemoveObserver",
    "Modified",
]


def parameterNodeWrapper(classtype: Any = None) -> Any:
    return _processed if classtype is None else _processed(classtype)


def isParameterNodeWrapper(classOrObject: Any) -> bool:
    return getattr(classOrObject, "_is_parameter_node_wrapper", False)


def _processed(cls: type) -> type:
    members: dict[str, Member] = {}
    for name, datatype in typing.get_type_hints(cls, include_extras=True).items():
        default = Default(getattr(cls, name)) if hasattr(cls, name) else None
        try:
            members[name] = Member(name, datatype, default)
        except Exception as problem:
            raise Exception(f"Unable to create serializer for {cls} member {name}") from problem
        setattr(cls, name, _property(name))
    for name in _RESERVED:
        if hasattr(cls, name):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    cls.allParameters = members
    cls._is_parameter_node_wrapper = True
    for name, function in vars(_Wrapper).items():
        if isinstance(function, (types.FunctionType, classmethod)):
            setattr(cls, name, function)
    return cls


def _property(name: str) -> property:
    return property(
        lambda self: self._values[name].read(),
        lambda self, value: self._values[name].write(value),
    )


class _Wrapper:
    """What every wrapper class gets."""

    allParameters: dict[str, Member]

    def __init__(self, parameterNode: Any, prefix: str | None = None) -> None:
        if prefix:
            raise NotImplementedError("the Slicer host knows no wrappers with a prefix")
        self.parameterNode = parameterNode
        self._guis: dict[int, tuple[dict[str, GuiConnector], int]] = {}
        self._next = 0
        self._updating = False
        self._values = {}
        for name, member in self.allParameters.items():
            if not member.serializer.isIn(parameterNode, name):
                member.write(parameterNode, member.default.value)
            kind = CachedValue if member.serializer.supportsCaching() else Value
            self._values[name] = kind(member, parameterNode)

    @classmethod
    def _known(cls, name: str) -> Member:
        if name not in cls.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}")
        return cls.allParameters[name]

    @classmethod
    def dataType(cls, name: str) -> Any:
        return cls._known(name).datatype

    def default(self, name: str) -> Default:
        return self._known(name).default

    def isCached(self, name: str) -> bool:
        self._known(name)
        return self._values[name].isCached

    def getValue(self, name: str) -> Any:
        self._known(name)
        return self._values[name].read()

    def setValue(self, name: str, value: Any) -> None:
        self._known(name)
        self._values[name].write(value)

    def connectGui(self, gui: Any) -> int:
        if getattr(gui, "isWidgetType", lambda: False)():
            widgets = gui.findChildren(qt.QWidget)
        else:
            widgets = gui.__dict__.values()
        named = {widget.property(SlicerParameterNamePropertyName): widget for widget in widgets}
        return self.connectParametersToGui({name: widget for name, widget in named.items() if name})

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        for name in mapping:
            self._known(name)
        connectors = {
            name: one if isinstance(one, GuiConnector) else createGuiConnector(one, self.dataType(name))
            for name, one in mapping.items()
        }
        for name, connector in connectors.items():
            connector.write(self.getValue(name))
            connector.onChanged(self._callback(name, connector))
        tag, self._next = self._next, self._next + 1
        self._guis[tag] = connectors, self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: self._updateGui())
        return tag

    def disconnectGui(self, tag: int) -> None:
        if tag in self._guis:
            connectors, observer = self._guis.pop(tag)
            for connector in connectors.values():
                connector.onChanged(None)
            self.RemoveObserver(observer)

    def _callback(self, name: str, connector: GuiConnector) -> Callable[[], None]:
        def changed() -> None:
            with slicer.util.NodeModify(self):
                if not self._updating:
                    self.setValue(name, connector.read())

        return changed

    def _updateGui(self) -> None:
        if self._updating:
            return
        self._updating = True
        try:
            with slicer.util.NodeModify(self):
                for connectors, _observer in list(self._guis.values()):
                    for name, connector in connectors.items():
                        connector.write(self.getValue(name))
        finally:
            self._updating = False

    def StartModify(self) -> Any:
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified: Any) -> Any:
        return self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event: Any, callback: Any, priority: float = 0.0) -> int:
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def Modified(self) -> None:
        self.parameterNode.Modified()
