"""Reads .ui files, and refuses what Qt would pass over in silence.

Read in Slicer/Slicer:Base/Python/slicer/util.py (loadUI) and Qt's QUiLoader and QFormBuilder: a class no plugin knows
becomes its base class, a property the class lacks becomes a dynamic property, a connection to an unknown signal is a
line on standard error. Each is a mistake in the .ui file, so here each raises `UiError`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject
from PySide6.QtUiTools import QUiLoader
from PySide6.QtWidgets import QWidget

from .calls import MISMATCH, to_int
from .members import members_of
from .names import module_of
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
        buffer = QBuffer()
        buffer.setData(QByteArray(ElementTree.tostring(tree)))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        widget = super().load(buffer, parent)
        if widget is None:
            raise UiError(f"the .ui file could not be read: {self.errorString()}")
        for owner, prop, value in flags:
            _named(widget, owner).setProperty(prop, value)
        _connect(widget, tree)
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
            if name in getattr(native, "hostEnumProperties", ()):
                later.append((element.get("name", ""), name, _enum_value(native, prop)))
                element.remove(prop)
    return later


def _qt_class(kind: str) -> type | None:
    import importlib

    if kind in ("Line",):
        kind = "QFrame"
    module = module_of(kind)
    return getattr(importlib.import_module(f"PySide6.{module}"), kind) if module else None


def _enum_value(native: type, prop: ElementTree.Element) -> int:
    text = "".join(prop.itertext()).strip()
    value = 0
    for part in text.split("|"):
        number = getattr(native, part.split("::")[-1], None)
        if number is None or to_int(number, False) is MISMATCH:
            raise UiError(f"{native.__name__} has no value '{part}' for '{prop.get('name')}'")
        value |= int(number)
    return value


def _named(widget: QWidget, name: str) -> QObject:
    return widget if widget.objectName() == name else widget.findChild(QObject, name)


def _connect(widget: QWidget, tree: ElementTree.Element) -> None:
    """Connections of the file, made here: Qt's loader cannot see the C++ signatures of the host's widgets."""
    from . import signals
    from .wrapping import wrap

    for connection in tree.iter("connection"):
        sender_name, signal, receiver_name, slot = (connection.findtext(t, "") for t in ("sender", "signal", "receiver", "slot"))
        sender, receiver = _named(widget, sender_name), _named(widget, receiver_name)
        if sender is None or receiver is None:
            raise UiError(f"connection {sender_name}.{signal} -> {receiver_name}.{slot}: no such widget")
        native = type(sender)
        if _vtk_free(signal) and native.__module__.startswith("PySide6."):
            continue  # Qt's own: connected by the loader, checked next
        name = re.sub(r"\(.*", "", slot)
        target: Any = getattr(wrap(receiver), name)
        if not signals.connect(sender, signal, target):
            raise UiError(f"connection: {native.__name__} '{sender_name}' has no signal {signal}")


def _vtk_free(signature: str) -> bool:
    return "vtk" not in signature


register(UiLoader, "QUiLoader")
