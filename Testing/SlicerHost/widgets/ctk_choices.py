"""CTK's combo boxes and path widgets.

Read in commontk/CTK:Libs/Widgets/ctkComboBox.h and .cpp, ctkCheckableComboBox.h and .cpp, ctkCheckableModelHelper.cpp,
ctkPathLineEdit.h and .cpp, ctkDirectoryButton.h and .cpp; name filters in Libs/Core/ctkUtils.cpp.
"""

from __future__ import annotations

import enum
import re

from PySide6.QtCore import (
    Property,
    QAbstractItemModel,
    QFileInfo,
    QModelIndex,
    QRegularExpression,
    QSettings,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent, QRegularExpressionValidator, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

from .declare import stored


class ctkComboBox(QComboBox):
    """Shows `defaultText` while nothing is selected (or always, with `forceDefault`)."""

    class ScrollEffect(enum.IntEnum):
        NeverScroll = 0
        AlwaysScroll = 1
        ScrollWithFocus = 2
        ScrollWithNoVScrollBar = 3

    returnRelease = Signal()
    hostEnumProperties = frozenset({"elideMode", "scrollWheelEffect"})
    defaultText = stored(str, "defaultText", "", lambda self: self.update())
    defaultIcon = stored(QIcon, "defaultIcon", QIcon())
    forceDefault = stored(bool, "forceDefault", False, lambda self: self.update())
    elideMode = stored(int, "elideMode", Qt.TextElideMode.ElideNone.value, lambda self: self.update())
    scrollWheelEffect = stored(int, "scrollWheelEffect", ScrollEffect.AlwaysScroll.value)
    currentUserDataAsString = Property(
        str, lambda self: str(self.currentData() or ""), lambda self, data: self.setCurrentUserDataAsString(data)
    )

    @Slot(str)
    def setCurrentUserDataAsString(self, data: str) -> None:
        self.setCurrentIndex(self.findData(data))

    def shownText(self) -> str:
        """What the closed box shows."""
        use_default = self.property("forceDefault") or self.currentIndex() < 0
        return self.property("defaultText") if use_default else self.currentText()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shownText()
        parts = QStyle.SubControl
        field = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, parts.SC_ComboBoxEditField, self)
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode(self.property("elideMode")), field.width() - 4
        )
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
        self.style().drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.returnRelease.emit()
        super().keyReleaseEvent(event)


class ctkCheckableComboBox(QComboBox):
    checkedIndexesChanged = Signal()
    returnRelease = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checked: list[int] = []
        self.setModel(QStandardItemModel(0, 1, self))
        self._watch(self.model())

    def _watch(self, model: QAbstractItemModel) -> None:
        model.rowsInserted.connect(self._makeCheckable)
        model.dataChanged.connect(lambda *_: self._noteChecks())
        model.rowsRemoved.connect(lambda *_: self._noteChecks())

    def _makeCheckable(self, parent: QModelIndex, first: int, last: int) -> None:
        for row in range(first, last + 1):
            index = self.model().index(row, 0, parent)
            if index.data(Qt.ItemDataRole.CheckStateRole) is None:
                self.model().setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)

    def _noteChecks(self) -> None:
        rows = [i.row() for i in self.checkedIndexes()]
        if rows != self._checked:
            self._checked = rows
            self.checkedIndexesChanged.emit()
            self.update()

    def _states(self) -> list[Qt.CheckState]:
        return [self.checkState(self.model().index(r, 0)) for r in range(self.count())]

    @Slot(result="QAbstractItemModel*")
    def checkableModel(self) -> QAbstractItemModel:
        return self.model()

    @Slot("QAbstractItemModel*")
    def setCheckableModel(self, model: QAbstractItemModel) -> None:
        self.setModel(model)
        self._watch(model)

    @Slot(result="QModelIndexList")
    def checkedIndexes(self) -> list[QModelIndex]:
        rows = [self.model().index(r, 0) for r in range(self.count())]
        return [i for i in rows if self.checkState(i) == Qt.CheckState.Checked]

    @Slot(result=bool)
    def allChecked(self) -> bool:
        return bool(self.count()) and all(s == Qt.CheckState.Checked for s in self._states())

    @Slot(result=bool)
    def noneChecked(self) -> bool:
        return bool(self.count()) and all(s == Qt.CheckState.Unchecked for s in self._states())

    @Slot("QModelIndex", "int")
    def setCheckState(self, index: QModelIndex, state: int) -> None:
        self.model().setData(index, Qt.CheckState(state), Qt.ItemDataRole.CheckStateRole)

    @Slot("QModelIndex", result=int)
    def checkState(self, index: QModelIndex) -> Qt.CheckState:
        return Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole) or Qt.CheckState.Unchecked)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        everything = self.allChecked()
        option.currentText = "All" if everything else ", ".join(str(i.data()) for i in self.checkedIndexes())
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
        self.style().drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option, painter, self)


def _patterns(name_filters: list[str]) -> list[str]:
    found: list[str] = []
    for one in name_filters:
        inside = re.search(r"\(([^)]*)\)", one)
        found += (inside.group(1) if inside else one).split()
    return found


class ctkPathLineEdit(QWidget):
    class Filter(enum.IntFlag):
        Dirs = 0x001
        Files = 0x002
        Drives = 0x004
        NoSymLinks = 0x008
        AllEntries = 0x007
        TypeMask = 0x00F
        Readable = 0x010
        Writable = 0x020
        Executable = 0x040
        PermissionMask = 0x070
        Modified = 0x080
        Hidden = 0x100
        System = 0x200
        AccessMask = 0x3F0
        AllDirs = 0x400
        CaseSensitive = 0x800
        NoDotAndDotDot = 0x1000
        NoDot = 0x2000
        NoDotDot = 0x4000
        NoFilter = -1

    class Option(enum.IntFlag):
        ShowDirsOnly = 0x01
        DontResolveSymlinks = 0x02
        DontConfirmOverwrite = 0x04
        DontUseSheet = 0x08
        DontUseNativeDialog = 0x10
        ReadOnly = 0x20
        HideNameFilterDetails = 0x40

    class SizeAdjustPolicy(enum.IntEnum):
        AdjustToContents = 0
        AdjustToContentsOnFirstShow = 1
        AdjustToMinimumContentsLength = 2

    validInputChanged = Signal(bool)
    currentPathChanged = Signal(str)
    hostEnumProperties = frozenset({"filters", "options", "sizeAdjustPolicy"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._valid = False
        self._combo = QComboBox(self)
        self._combo.setEditable(True)
        self._combo.setMinimumContentsLength(10)
        self._edit.setClearButtonEnabled(True)
        self._browse = QToolButton(self)
        self._browse.setText("...")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._combo, 1)
        layout.addWidget(self._browse)
        self.setFocusProxy(self._combo)
        self._edit.textChanged.connect(lambda _: self._update())
        self._browse.clicked.connect(self.browse)

    @property
    def _edit(self) -> QLineEdit:
        """Asked for each time: a wrapper that is kept can be taken for that of an object of the same address."""
        return self._combo.lineEdit()

    def _setValidator(self) -> None:
        patterns = _patterns(self.property("nameFilters"))
        text = "|".join(
            QRegularExpression.wildcardToRegularExpression(
                p, QRegularExpression.WildcardConversionOption.NonPathWildcardConversion
            )
            for p in patterns
        )
        self._edit.setValidator(QRegularExpressionValidator(QRegularExpression(f"({text})" if text else ".+"), self))

    def _update(self) -> None:
        before, self._valid = self._valid, bool(self._edit.text()) and self._edit.hasAcceptableInput()
        if self._valid:
            self.currentPathChanged.emit(self._edit.text())
        if self._valid != before:
            self.validInputChanged.emit(self._valid)

    label = stored(str, "label", "")
    filters = stored(int, "filters", (Filter.AllEntries | Filter.NoDotAndDotDot | Filter.Readable).value)
    options = stored(int, "options", 0)
    currentPath = Property(str, lambda s: s._edit.text(), lambda s, path: s.setCurrentPath(path))
    settingKey = stored(str, "settingKey", "", lambda s: s.retrieveHistory())
    showBrowseButton = Property(bool, lambda s: s._browse.isVisibleTo(s), lambda s, on: s._browse.setVisible(on))
    showHistoryButton = stored(bool, "showHistoryButton", True)
    sizeAdjustPolicy = stored(int, "sizeAdjustPolicy", SizeAdjustPolicy.AdjustToContentsOnFirstShow.value)
    minimumContentsLength = stored(int, "minimumContentsLength", 0)
    nameFilters = stored(list, "nameFilters", [], lambda s: s._setValidator())

    @Slot(result="QComboBox*")
    def comboBox(self) -> QComboBox:
        return self._combo

    @Slot(str)
    def setCurrentPath(self, path: str) -> None:
        self._edit.setText(path)

    @Slot()
    def browse(self) -> None:
        start = self._edit.text()
        filters = ";;".join(self.property("nameFilters"))
        wanted = self.property("filters")
        if not wanted & self.Filter.Files:
            path = QFileDialog.getExistingDirectory(self, "Select a directory...", start)
        elif wanted & self.Filter.Writable:
            path = QFileDialog.getSaveFileName(self, "Select a file to save ", start, filters)[0]
        else:
            path = QFileDialog.getOpenFileName(self, "Open a file", start, filters)[0]
        if path:
            self.setCurrentPath(path)

    def _key(self) -> str:
        return f"ctkPathLineEdit/{self.property('settingKey') or self.objectName()}"

    def _history(self) -> list[str]:
        kept = QSettings().value(self._key(), [])
        return [kept] if isinstance(kept, str) else list(kept or [])

    @Slot()
    def retrieveHistory(self) -> None:
        path = self._edit.text()
        blocked = self.blockSignals(True)
        self._combo.clear()
        self._combo.addItems(self._history()[:10])
        if path:
            self.setCurrentPath(path)
        self.blockSignals(blocked)
        if not path:
            self._combo.setCurrentIndex(0)
            self._update()

    @Slot()
    def addCurrentPathToHistory(self) -> None:
        path = self._edit.text()
        if path:
            QSettings().setValue(self._key(), [path, *(p for p in self._history() if p != path)])
            self.retrieveHistory()


class ctkDirectoryButton(QWidget):
    directoryChanged = Signal(str)
    directorySelected = Signal(str)
    hostEnumProperties = frozenset({"acceptMode", "elideMode", "options"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._directory = ""
        self._button = QPushButton(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._button)
        self._button.clicked.connect(self.browse)

    def _set(self, directory: str) -> None:
        absolute = QFileInfo(directory).absoluteFilePath()
        if absolute != self._directory:
            self._directory = absolute
            self._button.setText(absolute)
            self.directoryChanged.emit(absolute)

    directory = Property(str, lambda s: s._directory, lambda s, path: s._set(path), notify=directoryChanged)
    caption = stored(str, "caption", "")
    text = stored(str, "text", "")
    icon = stored(QIcon, "icon", QIcon())
    acceptMode = stored(int, "acceptMode", 0)
    elideMode = stored(int, "elideMode", Qt.TextElideMode.ElideNone.value)
    options = stored(int, "options", 1)

    @Slot(result=str)
    def browse(self) -> str:
        path = QFileDialog.getExistingDirectory(self, self.property("caption"), self._directory)
        if path:
            self._set(path)
            self.directorySelected.emit(path)
        return path


WIDGETS = (ctkComboBox, ctkCheckableComboBox, ctkPathLineEdit, ctkDirectoryButton)
