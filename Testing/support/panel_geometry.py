"""What a user would see to be wrong with the shape of a panel: widgets that overlap, or are cut off.

``problems_of(root)`` walks all visible widgets under ``root`` and says in sentences what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QTableView,
    QToolButton,
    QTreeView,
    QWidget,
)

#: What these consist of is Qt's own business.
_WHOLES = (QAbstractScrollArea, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar, QHeaderView)
#: In these, a combo box shows names of nodes, segments or files.
_SHOW_NAMES = ("NodeComboBox", "SegmentSelector", "PathLineEdit")
#: Room in a cell beside its text, pixels.
_CELL_MARGIN = 6


def problems_of(root: QWidget) -> list[str]:
    """One sentence for each fault; none for a panel that is all right."""
    problems = []
    for widget in _visible(root):
        problems += [*_overlaps(widget), *_cut(widget), *_outside(widget, root)]
    return problems


def _visible(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    if isinstance(widget, _WHOLES):
        return
    for child in _children(widget):
        yield from _visible(child)


def _children(widget: QWidget) -> list[QWidget]:
    return [
        child
        for child in widget.children()
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisible()
    ]


def _overlaps(parent: QWidget) -> Iterator[str]:
    if isinstance(parent, _WHOLES):
        return
    through = Qt.WidgetAttribute.WA_TransparentForMouseEvents  # words on something else, by intent
    children = [child for child in _children(parent) if not child.testAttribute(through)]
    for first, second in combinations(children, 2):
        shared = first.geometry() & second.geometry()
        if shared.isValid() and shared.width() > 1 and shared.height() > 1 and not _frames(first, second):
            yield f"{name_of(first)} and {name_of(second)} overlap by {shared.width()} x {shared.height()} pixels"


def _frames(first: QWidget, second: QWidget) -> bool:
    """The bar of a tab widget lies on the frame of its pages."""
    kinds = {type(first).__name__, type(second).__name__}
    return kinds == {"QTabBar", "QStackedWidget"}


def _outside(widget: QWidget, root: QWidget) -> Iterator[str]:
    parent = widget.parentWidget()
    if widget is root or parent is None or isinstance(parent, QAbstractScrollArea):
        return
    if not parent.rect().adjusted(-1, -1, 1, 1).contains(widget.geometry()):
        places = f"{_text(widget.geometry())} in {_text(parent.rect())}"
        yield f"{name_of(widget)} reaches out of {name_of(parent)}: {places}"


def _cut(widget: QWidget) -> Iterator[str]:
    name = name_of(widget)
    if isinstance(widget, QLabel):
        yield from _cut_label(widget, name)
    elif isinstance(widget, QComboBox):
        yield from _cut_combo(widget, name)
    elif isinstance(widget, QTabBar):
        if any(button.isVisible() for button in widget.findChildren(QToolButton)):
            yield f"{name} has not the room for all of its tabs"
    elif isinstance(widget, QTableView):
        yield from _cut_table(widget, name)
    elif isinstance(widget, QTreeView):
        if widget.model() is not None and widget.columnWidth(0) < 0.5 * widget.viewport().width():
            yield f"{name} gives the names {widget.columnWidth(0)} of {widget.viewport().width()} pixels"
    elif isinstance(widget, QAbstractSpinBox):
        edit = widget.findChild(QLineEdit)
        wanted = edit.fontMetrics().horizontalAdvance(edit.text())
        if edit.width() < wanted:
            yield f"{name} has {edit.width()} of {wanted} pixels for '{edit.text()}'"
    elif isinstance(widget, QAbstractButton | QLineEdit) and widget.layout() is None:
        wanted = widget.minimumSizeHint()
        if widget.width() < wanted.width() - 1 or widget.height() < wanted.height() - 1:
            yield f"{name} has {widget.width()} x {widget.height()} of {wanted.width()} x {wanted.height()} pixels"


def _cut_label(label: QLabel, name: str) -> Iterator[str]:
    if not label.text():
        return
    if not label.wordWrap():
        wanted = label.minimumSizeHint().width()
        if label.sizePolicy().horizontalPolicy() is not QSizePolicy.Policy.Ignored and label.width() < wanted:
            yield f"{name} has {label.width()} of {wanted} pixels for '{label.text()}'"
        return
    wanted = label.heightForWidth(label.width())
    if label.height() < wanted - 1:
        yield f"{name} has {label.height()} of {wanted} pixels of height for '{label.text()}'"
    room = label.width() - 2 * label.margin()
    words = re.split(r"[\s\u200b]+", re.sub("<[^>]*>", " ", label.text()))
    longest = max(label.fontMetrics().horizontalAdvance(word) for word in words)
    if longest > room:
        yield f"{name} cuts a word in '{label.text()}'"
    layout = label.parentWidget().layout()
    if isinstance(layout, QFormLayout) and layout.indexOf(label) >= 0:
        policy = label.sizePolicy()
        if policy.verticalPolicy() is not QSizePolicy.Policy.MinimumExpanding or not policy.hasHeightForWidth():
            yield f"{name} wraps in a row of a form, where Slicer's Qt gives it another height than it takes"


def _cut_combo(combo: QComboBox, name: str) -> Iterator[str]:
    """Names of nodes may be shortened: they are in the tool tip. Fixed words may not."""
    owner = combo.parentWidget()
    if owner is not None and any(word in type(owner).__name__ for word in _SHOW_NAMES):
        if combo.width() < 90:
            yield f"{name_of(owner)} has only {combo.width()} pixels"
        return
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    field = combo.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
    )
    wanted = combo.fontMetrics().horizontalAdvance(combo.currentText())
    if field.width() < wanted and combo.toolTip().find(combo.currentText()) < 0:
        yield f"{name} has {field.width()} of {wanted} pixels for '{combo.currentText()}'"


def _cut_table(table: QTableView, name: str) -> Iterator[str]:
    model = table.model()
    for column in range(model.columnCount() if model is not None else 0):
        if table.isColumnHidden(column):
            continue
        room = table.columnWidth(column) - _CELL_MARGIN
        texts = [str(model.index(row, column).data() or "") for row in range(model.rowCount())]
        if table.horizontalHeader().isVisible():
            texts.append(str(model.headerData(column, Qt.Orientation.Horizontal) or ""))
        for row in range(model.rowCount()):
            control = table.indexWidget(model.index(row, column))
            if isinstance(control, QComboBox):
                yield from _cut_combo(control, f"{name}, row {row}")
        for text in texts:  # in rows of one line, words that wrap are as lost as those that are cut
            width = table.fontMetrics().horizontalAdvance(text)
            if width > room:
                yield f"{name} has {room} of {width} pixels for '{text}'"
    total = sum(table.columnWidth(column) for column in range(model.columnCount() if model is not None else 0))
    if total > table.viewport().width() + 1:
        yield f"{name} is {total} pixels wide in {table.viewport().width()}"


def name_of(widget: QWidget) -> str:
    return widget.objectName() or type(widget).__name__


def _text(rect: QRect) -> str:
    return f"{rect.x()}, {rect.y()}, {rect.width()} x {rect.height()}"
