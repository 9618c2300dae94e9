"""Reads .ui files, and refuses what Qt would pass over in silence.

Read in Slicer/Slicer:Base/Python/slicer/util.py (loadUI) and Qt's QUiLoader and QFormBuilder: a class no plugin knows
becomes its base class, a property the class lacks becomes a dynamic property, a connection to an unknown signal is a
line on standard error. Each is a mistake in the .ui file, so here each raises `UiError`.
"""

from __future__ import annotations

import importlib
import xml.etree.ElementTree as ElementTree

from PySide6.QtCore import SIGNAL, SLOT, QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtUiTools import QUiLoader
from PySide6.QtWidgets import QWidget

from .enums import find_enum
from .members import members_of, native_signature
from .names import module_of
from .signals import normalized
from .specials import register

_widgets: dict[str, type[QWidget]] = {}
_LAYOUT_PROPERTIES = {"leftMargin", "topMargin", "rightMargin", "bottomMargin", "horizontalSpacing", "verticalSpacing"}


class UiError(RuntimeError):
    """A .ui file asks for something Slicer's widgets do not have."""


def add_widget_class(native: type[QWidget]) -> None:
    """Let .ui files name a widget class of the host."""
    _widgets[native.__name__] = native


class UiLoader(QUiLoader):
    """qt.QUiLoader with the CTK and Slicer widgets of the host."""

    def createWidget(self, class_name: str, parent: QWidget | None = None, name: str = "") -> QWidget:
        native = _widgets.get(class_name)
        if native is None:
            return super().createWidget(class_name, parent, name)
        widget = native(parent)
        widget.setObjectName(name)
        return widget

    def load(self, device: QIODevice, parent: QWidget | None = None) -> QWidget | None:
        tree = ElementTree.fromstring(bytes(device.readAll().data()))
        flags = _check(tree)
        connections = list(tree.iter("connection"))
        for group in tree.findall("connections"):
            tree.remove(group)
        buffer = QBuffer()
        buffer.setData(QByteArray(ElementTree.tostring(tree)))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        widget = super().load(buffer, parent)
        if widget is None:
            raise UiError(f"the .ui file could not be read: {self.errorString()}")
        for owner, prop, value in flags:
            _named(widget, owner).setProperty(prop, value)
        _connect(widget, connections)
        return widget


def _check(tree: ElementTree.Element) -> list[tuple[str, str, int]]:
    """Refuse unknown classes and properties. Returns the enum properties of host widgets, to be set after loading."""
    later = []
    for element in tree.iter("widget"):
        kind = element.get("class", "")
        native = _widgets.get(kind) or _qt_class(kind)
        if native is None:
            raise UiError(f"widget '{element.get('name')}': the Slicer host does not know the class {kind}")
        for prop in list(element.findall("property")):
            name = prop.get("name", "")
            if prop.get("stdset") == "0":
                continue
            member = members_of(native).find(name)
            if (member is None or member.kind != "property") and name not in _LAYOUT_PROPERTIES:
                raise UiError(f"widget '{element.get('name')}': {kind} has no property '{name}'")
            if name in getattr(native, "hostUnreachableProperties", ()):
                element.remove(prop)  # Qt's loader does not know the enum of another class: nothing is set
            elif name in getattr(native, "hostEnumProperties", ()):
                later.append((element.get("name", ""), name, _enum_value(native, prop)))
                element.remove(prop)
    return later


def _qt_class(kind: str) -> type | None:
    if kind in ("Line",):
        kind = "QFrame"
    module = module_of(kind)
    return getattr(importlib.import_module(f"PySide6.{module}"), kind) if module else None


def _enum_value(native: type, prop: ElementTree.Element) -> int:
    text = "".join(prop.itertext()).strip()
    value = 0
    for part in text.split("|"):
        scope, _, name = part.rpartition("::")
        owner = native if scope in ("", native.__name__) else _widgets.get(scope) or _qt_class(scope.split("::")[0])
        number = find_enum(owner, name) if owner is not None else None
        if number is None:
            raise UiError(f"{native.__name__} has no value '{part}' for '{prop.get('name')}'")
        value |= int(number)
    return value


def _named(widget: QWidget, name: str) -> QObject:
    return widget if widget.objectName() == name else widget.findChild(QObject, name)


def _connect(widget: QWidget, connections: list[ElementTree.Element]) -> None:
    """Connections of the file, made here: Qt's loader cannot see the C++ signatures of the host's widgets."""
    for connection in connections:
        names = [connection.findtext(tag, "") for tag in ("sender", "signal", "receiver", "slot")]
        what = "connection {}.{} -> {}.{}".format(*names)
        sender, receiver = _named(widget, names[0]), _named(widget, names[2])
        if sender is None or receiver is None:
            raise UiError(f"{what}: no such widget")
        signal = native_signature(type(sender), normalized(names[1]))
        if signal is None or type(sender).staticMetaObject.indexOfSignal(signal) < 0:
            raise UiError(f"{what}: {type(sender).__name__} has no signal {names[1]}")
        slot = native_signature(type(receiver), normalized(names[3]))
        if slot is None or type(receiver).staticMetaObject.indexOfMethod(slot) < 0:
            raise UiError(f"{what}: {type(receiver).__name__} has no slot {names[3]}")
        if not QObject.connect(sender, SIGNAL(signal), receiver, SLOT(slot)):
            raise UiError(f"{what}: the arguments do not fit")


register(UiLoader, "QUiLoader")
