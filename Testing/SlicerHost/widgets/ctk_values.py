"""CTK's widgets for numbers.

Read in commontk/CTK:Libs/Widgets/ctkDoubleSpinBox.h and .cpp, ctkSliderWidget.h and .cpp,
Resources/UI/ctkSliderWidget.ui, ctkRangeWidget.h and .cpp, ctkDoubleSlider.h and .cpp. Ranges are set by property:
`setRange` of ctkSliderWidget is neither slot nor invokable in C++, so Python does not have it.
"""

from __future__ import annotations

import enum

from PySide6.QtCore import Property, QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

from .declare import forwarded, stored

_STEPS = 10000  # positions of the integer slider inside


class ctkDoubleSpinBox(QWidget):
    class SetMode(enum.IntEnum):
        SetAlways = 0
        SetIfDifferent = 1

    class DecimalsOption(enum.IntFlag):
        FixedDecimals = 0x000
        DecimalsByShortcuts = 0x001
        DecimalsByKey = 0x002
        DecimalsByValue = 0x004
        InsertDecimals = 0x008
        ReplaceDecimals = 0x010
        DecimalsAsMax = 0x020
        DecimalsAsMin = 0x040
        DecimalPointAlwaysVisible = 0x080

    class SizeHintPolicy(enum.IntEnum):
        SizeHintByMinMax = 0
        SizeHintByValue = 1

    valueChanged = Signal((float,), (str,))
    editingFinished = Signal()
    decimalsChanged = Signal(int)
    hostEnumProperties = frozenset({"alignment", "decimalsOption", "setMode", "sizeHintPolicy"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spin = QDoubleSpinBox(self)
        self._spin.setObjectName("spinBox")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._spin)
        self.setFocusProxy(self._spin)
        self.setSizePolicy(self._spin.sizePolicy())
        self._spin.valueChanged.connect(self._emit)
        self._spin.editingFinished.connect(self.editingFinished)

    def _emit(self, value: float) -> None:
        self.valueChanged[float].emit(value)
        self.valueChanged[str].emit(self._spin.text())

    alignment = Property(
        int, lambda s: s._spin.alignment().value, lambda s, v: s._spin.setAlignment(Qt.AlignmentFlag(v))
    )
    frame = Property(bool, lambda s: s._spin.hasFrame(), lambda s, v: s._spin.setFrame(v))
    readOnly = Property(bool, lambda s: s._spin.isReadOnly(), lambda s, v: s._spin.setReadOnly(v))
    prefix = forwarded(str, "_spin", "prefix")
    suffix = forwarded(str, "_spin", "suffix")
    cleanText = Property(str, lambda s: s._spin.cleanText())
    minimum = forwarded(float, "_spin", "minimum")
    maximum = forwarded(float, "_spin", "maximum")
    singleStep = forwarded(float, "_spin", "singleStep")
    value = Property(float, lambda s: s._spin.value(), lambda s, v: s.setValue(v), notify=valueChanged)
    decimals = Property(int, lambda s: s._spin.decimals(), lambda s, v: s.setDecimals(v))
    decimalsOption = stored(int, "decimalsOption", 0x001 | 0x008 | 0x010)
    setMode = stored(int, "setMode", SetMode.SetIfDifferent.value)
    invertedControls = stored(bool, "invertedControls", False)
    sizeHintPolicy = stored(int, "sizeHintPolicy", SizeHintPolicy.SizeHintByMinMax.value)
    isSettingValue = Property(bool, lambda s: False)

    @Slot(float)
    def setValue(self, value: float) -> None:
        self._spin.setValue(value)

    @Slot(float)
    def setValueIfDifferent(self, value: float) -> None:
        self._spin.setValue(value)

    @Slot(float)
    def setValueAlways(self, value: float) -> None:
        before = self._spin.value()
        self._spin.setValue(value)
        if self._spin.value() == before:
            self._emit(before)

    @Slot()
    def stepUp(self) -> None:
        self._spin.stepUp()

    @Slot()
    def stepDown(self) -> None:
        self._spin.stepDown()

    @Slot(int)
    def setDecimals(self, decimals: int) -> None:
        if decimals != self._spin.decimals():
            self._spin.setDecimals(decimals)
            self.decimalsChanged.emit(decimals)

    @Slot(bool)
    def setReadOnly(self, readOnly: bool) -> None:
        self._spin.setReadOnly(readOnly)


class _RealSlider(QSlider):
    """A slider over a real interval; it keeps the exact value, as ctkDoubleSlider does."""

    moved = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, _STEPS)
        self.low, self.high = 0.0, 99.0
        self.valueChanged.connect(self._fromPosition)

    def _fromPosition(self, position: int) -> None:
        self.moved.emit(self.low + (self.high - self.low) * position / _STEPS)

    def show_value(self, value: float) -> None:
        blocked = self.blockSignals(True)
        span = self.high - self.low
        self.setValue(round(_STEPS * (value - self.low) / span) if span > 0 else 0)
        self.blockSignals(blocked)


class ctkSliderWidget(QWidget):
    class SynchronizeSibling(enum.IntFlag):
        NoSynchronize = 0x000
        SynchronizeWidth = 0x001
        SynchronizeDecimals = 0x002

    valueChanged = Signal(float)
    valueIsChanging = Signal(float)
    decimalsChanged = Signal(int)
    hostEnumProperties = frozenset({"tickPosition", "synchronizeSiblings", "spinBoxAlignment"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = 0.0
        self._changing = False
        self._slider = _RealSlider(self)
        self._slider.setObjectName("Slider")
        self._spin = ctkDoubleSpinBox(self)
        self._spin.setObjectName("SpinBox")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._spin)
        self._spin.installEventFilter(self)
        self._spin.valueChanged[float].connect(self._take)
        self._slider.moved.connect(self._take)
        self._slider.sliderPressed.connect(self._startChanging)
        self._slider.sliderReleased.connect(self._stopChanging)

    def _take(self, value: float) -> None:
        """A new value from the slider, the spin box or the program."""
        spin = self._spin._spin
        value = min(max(value, spin.minimum()), spin.maximum())
        before, self._value = self._value, value
        blocked = spin.blockSignals(True)
        spin.setValue(value)
        spin.blockSignals(blocked)
        self._slider.show_value(value)
        if value == before:
            return
        if not self.property("tracking"):
            self.valueIsChanging.emit(value)
        if not self._changing:
            self.valueChanged.emit(value)

    def _startChanging(self) -> None:
        if not self.property("tracking"):
            self._changing, self._before = True, self._value

    def _stopChanging(self) -> None:
        if self._changing:
            self._changing = False
            if self._value != self._before:
                self.valueChanged.emit(self._value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._startChanging()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._stopChanging()
        return super().eventFilter(watched, event)

    def _setLimits(self, low: float | None, high: float | None) -> None:
        spin = self._spin._spin
        blocked = spin.blockSignals(True)
        if low is not None:
            spin.setMinimum(low)
        if high is not None:
            spin.setMaximum(high)
        spin.blockSignals(blocked)
        self._slider.low, self._slider.high = spin.minimum(), spin.maximum()
        self._take(self._value)

    minimum = Property(float, lambda s: s._spin._spin.minimum(), lambda s, v: s._setLimits(v, None))
    maximum = Property(float, lambda s: s._spin._spin.maximum(), lambda s, v: s._setLimits(None, v))
    value = Property(float, lambda s: s._before if s._changing else s._value, lambda s, v: s.setValue(v))
    singleStep = Property(float, lambda s: s._spin._spin.singleStep(), lambda s, v: s._spin._spin.setSingleStep(v))
    pageStep = stored(float, "pageStep", 10.0)
    decimals = Property(int, lambda s: s._spin._spin.decimals(), lambda s, v: s.setDecimals(v))
    prefix = Property(str, lambda s: s._spin._spin.prefix(), lambda s, v: s._spin._spin.setPrefix(v))
    suffix = Property(str, lambda s: s._spin._spin.suffix(), lambda s, v: s._spin._spin.setSuffix(v))
    tickInterval = stored(float, "tickInterval", 0.0)
    tickPosition = stored(int, "tickPosition", QSlider.TickPosition.NoTicks.value)
    synchronizeSiblings = stored(int, "synchronizeSiblings", SynchronizeSibling.SynchronizeWidth.value)
    spinBoxAlignment = Property(
        int,
        lambda s: s._spin._spin.alignment().value,
        lambda s, v: s._spin._spin.setAlignment(Qt.AlignmentFlag(v)),
    )
    tracking = stored(bool, "tracking", True)
    spinBoxVisible = Property(bool, lambda s: s._spin.isVisibleTo(s), lambda s, v: s._spin.setVisible(v))
    popupSlider = stored(bool, "popupSlider", False)
    invertedAppearance = stored(bool, "invertedAppearance", False)
    invertedControls = stored(bool, "invertedControls", False)

    @Slot()
    def reset(self) -> None:
        self.setValue(0.0)

    @Slot(float)
    def setValue(self, value: float) -> None:
        changing, self._changing = self._changing, False
        self._take(value)
        self._changing = changing

    @Slot(bool)
    def setSpinBoxVisible(self, visible: bool) -> None:
        self._spin.setVisible(visible)

    @Slot(int)
    def setDecimals(self, decimals: int) -> None:
        spin = self._spin._spin
        blocked = spin.blockSignals(True)
        spin.setDecimals(decimals)
        spin.setValue(self._value)
        spin.blockSignals(blocked)
        self.decimalsChanged.emit(decimals)


class ctkRangeWidget(QWidget):
    minimumValueChanged = Signal(float)
    minimumValueIsChanging = Signal(float)
    maximumValueChanged = Signal(float)
    maximumValueIsChanging = Signal(float)
    valuesChanged = Signal(float, float)
    rangeChanged = Signal(float, float)
    hostEnumProperties = frozenset({"spinBoxTextAlignment", "spinBoxAlignment"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = ctkDoubleSpinBox(self), ctkDoubleSpinBox(self)
        self._low.setObjectName("MinimumSpinBox")
        self._high.setObjectName("MaximumSpinBox")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._low)
        layout.addStretch(1)
        layout.addWidget(self._high)
        self._values = (0.0, 99.0)
        self._high._spin.setValue(99.0)
        self._low.valueChanged[float].connect(lambda v: self.setValues(v, max(v, self._values[1])))
        self._high.valueChanged[float].connect(lambda v: self.setValues(min(v, self._values[0]), v))

    def _spins(self) -> tuple[QDoubleSpinBox, QDoubleSpinBox]:
        return self._low._spin, self._high._spin

    def _setLimits(self, low: float, high: float) -> None:
        for spin in self._spins():
            blocked = spin.blockSignals(True)
            spin.setRange(low, high)
            spin.blockSignals(blocked)
        self.rangeChanged.emit(low, high)
        self.setValues(*self._values)

    minimum = Property(
        float, lambda s: s._low._spin.minimum(), lambda s, v: s._setLimits(v, max(v, s._low._spin.maximum()))
    )
    maximum = Property(
        float, lambda s: s._low._spin.maximum(), lambda s, v: s._setLimits(min(v, s._low._spin.minimum()), v)
    )
    minimumValue = Property(float, lambda s: s._values[0], lambda s, v: s.setMinimumValue(v))
    maximumValue = Property(float, lambda s: s._values[1], lambda s, v: s.setMaximumValue(v))
    decimals = Property(int, lambda s: s._low._spin.decimals(), lambda s, v: s.setDecimals(v))
    singleStep = Property(
        float, lambda s: s._low._spin.singleStep(), lambda s, v: [spin.setSingleStep(v) for spin in s._spins()] and None
    )
    prefix = Property(
        str, lambda s: s._low._spin.prefix(), lambda s, v: [spin.setPrefix(v) for spin in s._spins()] and None
    )
    suffix = Property(
        str, lambda s: s._low._spin.suffix(), lambda s, v: [spin.setSuffix(v) for spin in s._spins()] and None
    )
    tickInterval = stored(float, "tickInterval", 0.0)
    autoSpinBoxWidth = stored(bool, "autoSpinBoxWidth", True)
    spinBoxTextAlignment = stored(int, "spinBoxTextAlignment", Qt.AlignmentFlag.AlignLeft.value)
    spinBoxAlignment = stored(int, "spinBoxAlignment", Qt.AlignmentFlag.AlignVCenter.value)
    tracking = stored(bool, "tracking", True)
    symmetricMoves = stored(bool, "symmetricMoves", False)

    @Slot()
    def reset(self) -> None:
        self.setValues(self._low._spin.minimum(), self._low._spin.maximum())

    @Slot(float, float)
    def setRange(self, low: float, high: float) -> None:
        self._setLimits(low, high)

    @Slot(float)
    def setMinimumValue(self, value: float) -> None:
        self.setValues(value, max(value, self._values[1]))

    @Slot(float)
    def setMaximumValue(self, value: float) -> None:
        self.setValues(min(value, self._values[0]), value)

    @Slot(float, float)
    def setValues(self, low: float, high: float) -> None:
        least, most = self._low._spin.minimum(), self._low._spin.maximum()
        low, high = (min(max(v, least), most) for v in sorted((low, high)))
        before, self._values = self._values, (low, high)
        for spin, value in zip(self._spins(), self._values, strict=True):
            blocked = spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(blocked)
        if low != before[0]:
            self.minimumValueChanged.emit(low)
        if high != before[1]:
            self.maximumValueChanged.emit(high)
        if (low, high) != before:
            self.valuesChanged.emit(low, high)

    @Slot(int)
    def setDecimals(self, decimals: int) -> None:
        for spin in self._spins():
            spin.setDecimals(decimals)


WIDGETS = (ctkDoubleSpinBox, ctkSliderWidget, ctkRangeWidget)
