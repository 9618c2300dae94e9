"""CTK's collapsible widgets, buttons and message box.

Read in commontk/CTK:Libs/Widgets/ctkCollapsibleButton.h and .cpp, ctkCollapsibleGroupBox.h, ctkPushButton.h,
ctkMessageBox.h and .cpp, ctkFittedTextBrowser.h, ctkSearchBox.h, ctkExpandButton.h.
"""

from __future__ import annotations

from PySide6.QtCore import Property, QEvent, QObject, QPoint, QRect, QSettings, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QFrame,
    QGroupBox,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QTextBrowser,
    QToolButton,
    QWidget,
)

from .declare import stored

_LEFT = (Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value
_HIDDEN_BY_USER = "visibilityToParent"


class _HidesChildren:
    """Collapsing hides the children; one that was hidden on purpose stays hidden when it opens again."""

    def _childAdded(self, child: QObject) -> None:
        if isinstance(child, QWidget):
            child.installEventFilter(self)

    def _showChildren(self, visible: bool) -> None:
        self._forcing = True
        for child in self.children():
            if isinstance(child, QWidget) and not child.isWindow():
                hidden = child.property(_HIDDEN_BY_USER)
                child.setVisible(visible and hidden is not False)
                if hidden is not False:
                    child.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        self._forcing = False

    def _noteVisibility(self, child: QObject, event: QEvent) -> None:
        if event.type() == QEvent.Type.HideToParent and not self._forcing:
            child.setProperty(_HIDDEN_BY_USER, False)
        elif event.type() == QEvent.Type.ShowToParent and not self._forcing:
            child.setProperty(_HIDDEN_BY_USER, True)
            if self.property("collapsed"):
                self._forcing = True
                child.setVisible(False)
                child.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
                self._forcing = False


class ctkCollapsibleButton(QAbstractButton, _HidesChildren):
    contentsCollapsed = Signal(bool)
    hostEnumProperties = frozenset(
        {"contentsFrameShape", "contentsFrameShadow", "buttonTextAlignment", "indicatorAlignment"}
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forcing = False
        self._collapsed = False
        self._openHeight = self.maximumHeight()
        self.setCheckable(True)
        self.setChecked(True)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
        self.setContentsMargins(0, self._buttonSize().height(), 0, 0)
        self.toggled.connect(lambda checked: self._collapse(not checked))

    def _readCollapsed(self) -> bool:
        return self._collapsed

    def _writeCollapsed(self, collapsed: bool) -> None:
        if self.isCheckable():
            self.setChecked(not collapsed)
        else:
            self._collapse(collapsed)

    collapsed = Property(bool, _readCollapsed, _writeCollapsed, notify=contentsCollapsed)
    collapsedHeight = stored(int, "collapsedHeight", 14, QWidget.updateGeometry)
    flat = stored(bool, "flat", False, lambda self: self.update())
    contentsFrameShape = stored(int, "contentsFrameShape", QFrame.Shape.NoFrame.value)
    contentsFrameShadow = stored(int, "contentsFrameShadow", QFrame.Shadow.Plain.value)
    contentsLineWidth = stored(int, "contentsLineWidth", 1)
    contentsMidLineWidth = stored(int, "contentsMidLineWidth", 0)
    buttonTextAlignment = stored(int, "buttonTextAlignment", _LEFT, lambda self: self.update())
    indicatorAlignment = stored(int, "indicatorAlignment", _LEFT, lambda self: self.update())

    def _collapse(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        if collapsed:
            self._openHeight = self.maximumHeight()
            self.setMaximumHeight(self.sizeHint().height())
        else:
            self.setMaximumHeight(self._openHeight)
        self._showChildren(not collapsed)
        self.updateGeometry()
        self.contentsCollapsed.emit(collapsed)

    def childEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ChildAdded:
            self._childAdded(event.child())
        super().childEvent(event)

    def eventFilter(self, child: QObject, event: QEvent) -> bool:
        self._noteVisibility(child, event)
        return super().eventFilter(child, event)

    def showEvent(self, event: QEvent) -> None:
        if self._collapsed:
            self._showChildren(False)
        super().showEvent(event)

    def hitButton(self, position: QPoint) -> bool:
        return QRect(0, 0, self.width(), self._buttonSize().height()).contains(position)

    def _buttonSize(self) -> QSize:
        option = QStyleOptionButton()
        option.initFrom(self)
        indicator = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, option, self)
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic.value, self.text() or "XXXX")
        content = QSize(indicator + 6 + text.width(), max(indicator, text.height()))
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, option, content, self)

    def sizeHint(self) -> QSize:
        button = self._buttonSize()
        closed = button + QSize(0, self.property("collapsedHeight"))
        if self._collapsed:
            return closed
        return super().sizeHint().expandedTo(closed)

    def minimumSizeHint(self) -> QSize:
        button = self._buttonSize()
        if self._collapsed:
            return button + QSize(0, self.property("collapsedHeight"))
        return button if self.layout() is None else super().minimumSizeHint().expandedTo(button)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOptionButton()
        option.initFrom(self)
        option.rect.setHeight(self._buttonSize().height())
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        side = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, option, self)
        arrow = QStyleOption()
        arrow.initFrom(self)
        arrow.rect = QRect(6, (option.rect.height() - side) // 2, side, side)
        arrows = QStyle.PrimitiveElement
        shape = arrows.PE_IndicatorArrowRight if self._collapsed else arrows.PE_IndicatorArrowDown
        self.style().drawPrimitive(shape, arrow, painter, self)
        text = QRect(side + 12, 0, option.rect.width() - side - 12, option.rect.height())
        flags = self.property("buttonTextAlignment") | Qt.TextFlag.TextShowMnemonic.value
        enabled = self.isEnabled()
        self.style().drawItemText(painter, text, flags, self.palette(), enabled, self.text(), self.foregroundRole())
        if self.property("contentsFrameShape") != QFrame.Shape.NoFrame.value and not self._collapsed:
            painter.setPen(self.palette().mid().color())
            painter.drawRect(self.rect().adjusted(0, option.rect.height() - 1, -1, -1))


class ctkCollapsibleGroupBox(QGroupBox, _HidesChildren):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forcing = False
        self.setCheckable(True)
        self.setChecked(True)
        self._openHeight = self.maximumHeight()
        self.toggled.connect(self._expand)

    collapsed = Property(bool, lambda self: not self.isChecked(), lambda self, value: self.setChecked(not value))
    collapsedHeight = stored(int, "collapsedHeight", 14)

    def _expand(self, expanded: bool) -> None:
        if expanded:
            self.setMaximumHeight(self._openHeight)
        else:
            self._openHeight = self.maximumHeight()
            self.setMaximumHeight(22)
        self._showChildren(expanded)

    def childEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ChildAdded:
            self._childAdded(event.child())
        super().childEvent(event)

    def eventFilter(self, child: QObject, event: QEvent) -> bool:
        self._noteVisibility(child, event)
        return super().eventFilter(child, event)


class ctkPushButton(QPushButton):
    hostEnumProperties = frozenset({"buttonTextAlignment", "iconAlignment", "elideMode"})
    buttonTextAlignment = stored(int, "buttonTextAlignment", Qt.AlignmentFlag.AlignCenter.value)
    iconAlignment = stored(int, "iconAlignment", _LEFT)
    elideMode = stored(int, "elideMode", Qt.TextElideMode.ElideNone.value)


class ctkCheckBox(QCheckBox):
    indicatorIcon = stored(QIcon, "indicatorIcon", QIcon())
    indicatorIconSize = stored(QSize, "indicatorIconSize", QSize(0, 0))


class ctkExpandButton(QToolButton):
    hostEnumProperties = frozenset({"orientation"})
    orientation = stored(int, "orientation", Qt.Orientation.Horizontal.value)
    mirrorOnExpand = stored(bool, "mirrorOnExpand", False)


class ctkSearchBox(QLineEdit):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Search...")
        self.setClearButtonEnabled(True)

    showSearchIcon = stored(bool, "showSearchIcon", False)
    searchIcon = stored(QIcon, "searchIcon", QIcon())
    clearIcon = stored(QIcon, "clearIcon", QIcon())


class ctkFittedTextBrowser(QTextBrowser):
    """A text browser as high as its text; "details" open below the part that always shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.textChanged.connect(self.updateGeometry)

    disableMouseScroll = stored(bool, "disableMouseScroll", True)
    collapsed = stored(bool, "collapsed", True, lambda self: self.updateGeometry())
    showDetailsText = stored(str, "showDetailsText", "Show details...")
    hideDetailsText = stored(str, "hideDetailsText", "Hide details.")

    @Slot(str)
    def setCollapsibleText(self, text: str) -> None:
        self._details = text
        self.setText(text)

    @Slot(result=str)
    def collapsibleText(self) -> str:
        return self._details

    def sizeHint(self) -> QSize:
        document = self.document().clone()
        document.setTextWidth(max(self.viewport().width(), 100))
        return QSize(super().sizeHint().width(), int(document.size().height()) + 2 * self.frameWidth())


class ctkMessageBox(QMessageBox):
    """QMessageBox with "Don't show this message again". Presses the button by itself that was pressed then."""

    hostRoleNone = QMessageBox.ButtonRole.InvalidRole.value

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._box = QCheckBox("Don't show this message again", self)
        self._box.setObjectName("ctk_msgbox_dontshowcheckbox")
        self._box.hide()
        self.finished.connect(self.onFinished)

    def _writeKey(self, key: str) -> None:
        self._key = key
        self._box.setChecked(bool(key) and self._saved() != self.hostRoleNone)
        self._setBoxVisible(bool(key))

    def _saved(self) -> int:
        return int(QSettings().value(self._key, self.hostRoleNone))

    def _setBoxVisible(self, visible: bool) -> None:
        if visible:
            self.setCheckBox(self._box)
        self._box.setVisible(visible)

    dontShowAgainSettingsKey = Property(str, lambda self: self._key, _writeKey)
    dontShowAgain = Property(bool, lambda self: self._box.isChecked(), lambda self, value: self._box.setChecked(value))
    dontShowAgainVisible = Property(bool, lambda self: self._box.isVisibleTo(self), _setBoxVisible)

    @Slot(bool)
    def setDontShowAgain(self, dontShow: bool) -> None:
        self._box.setChecked(dontShow)

    @Slot(int)
    def onFinished(self, result: int) -> None:
        pressed = self.clickedButton()
        if self._key and pressed is not None and self.buttonRole(pressed) == QMessageBox.ButtonRole.AcceptRole:
            button = self.standardButton(pressed).value
            QSettings().setValue(self._key, button if self._box.isChecked() else self.hostRoleNone)

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        if visible and self._key and self._box.isChecked():
            button = self.button(QMessageBox.StandardButton(self._saved()))
            if button is not None:
                QTimer.singleShot(0, button.click)


WIDGETS = (
    ctkCollapsibleButton,
    ctkCollapsibleGroupBox,
    ctkPushButton,
    ctkCheckBox,
    ctkExpandButton,
    ctkSearchBox,
    ctkFittedTextBrowser,
    ctkMessageBox,
)
