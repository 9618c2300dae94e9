"""Generated controls for options of a registration that have none in the panel's form."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import qt
from slicer.i18n import translate

from ...core.errors import InputError
from ...core.option_kinds import Number, OneOf, Option, Switch, Whole
from ...core.parameters.maps import is_bspline
from ...core.presets.catalog import find_preset
from ...core.request import OPTIONS, TEXT_CONTEXT
from ...mrml.run.scene_presets import scene_presets
from ..section import Section, fillComboBox, selectValue

_MIN_WIDTH = 60
#: The places for such controls, and the widgets before them.
_TAB_AFTER = {
    "effortFrame": "dimensionFilter",
    "masksFrame": "pairingSelector",
    "advancedContents": "parameterSetSelector",
}
_MAX_WHOLE = 2**31 - 1
_MAX_NUMBER = 1e6


class OptionsSection(Section):
    """Creates a control in the form for each option that names a place, with a name like seedControl."""

    def __init__(self, ui: Any):
        super().__init__(ui)
        self.controls = {option.name: self._made(option) for option in OPTIONS if option.control}
        self._orderTabs()

    def _made(self, option: Option) -> Any:
        kind, changed = option.kind, partial(self._changed, option)
        none: float
        if isinstance(kind, OneOf):
            control: Any = qt.QComboBox()
            fillComboBox(control, [(_translated(value.capitalize()), value) for value in kind.values])
            control.connect("currentIndexChanged(int)", lambda index: changed(control.itemData(index)))
        elif isinstance(kind, Switch):
            control = qt.QCheckBox()
            control.connect("toggled(bool)", changed)
        elif isinstance(kind, Whole):
            control = qt.QSpinBox()
            none = kind.low - 1 if option.default is None else kind.low
            control.setRange(none, _MAX_WHOLE if kind.high is None else min(kind.high, _MAX_WHOLE))
            control.connect("valueChanged(int)", lambda value: changed(_value(option, value, none)))
        elif isinstance(kind, Number):
            control = qt.QDoubleSpinBox()
            none = -_MAX_NUMBER if kind.low is None else kind.low
            control.setRange(none, _MAX_NUMBER)
            control.connect("valueChanged(double)", lambda value: changed(_value(option, value, none)))
        else:
            control = qt.QLineEdit()
            control.connect("textEdited(QString)", changed)
        if isinstance(kind, (Whole, Number)) and option.default is None:
            control.specialValueText = _translated("None")
        control.objectName = f"{option.keyword}Control"
        control.toolTip = _translated(option.tip)
        control.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)  # so that no option widens the panel
        control.minimumWidth = _MIN_WIDTH
        getattr(self.ui, option.control).layout().addRow(_translated(f"{option.label}:"), control)
        return control

    def _orderTabs(self) -> None:
        """Make the tab order go from top to bottom, including generated controls."""
        before = {place: getattr(self.ui, name) for place, name in _TAB_AFTER.items()}
        for option in OPTIONS:
            if option.name in self.controls:
                control = self.controls[option.name]
                qt.QWidget.setTabOrder(before[option.control], control)
                before[option.control] = control

    def _show(self) -> None:
        self.ui.effortFrame.visible = self._takesEffort()
        for option in OPTIONS:
            control = self.controls.get(option.name)
            if control is None:
                continue
            value = getattr(self.choices.settings, option.name)
            if isinstance(option.kind, OneOf):
                selectValue(control, value)
            elif isinstance(option.kind, Switch):
                control.checked = value
            elif isinstance(option.kind, (Whole, Number)):
                control.value = control.minimum if value is None else value
            elif control.text != option.write(value):
                control.text = option.write(value)

    def _takesEffort(self) -> bool:
        """Whether effort has an effect, which is so for deformations and for presets that adapt to the images."""
        try:
            settings, presets = self.choices.settings, scene_presets(self.choices.node.GetScene())
            if settings.parameter_files:
                return False
            return settings.adapts(presets) or any(map(is_bspline, find_preset(settings.preset, presets).stages()))
        except InputError:  # an unknown preset
            return False

    def _changed(self, option: Option, value: Any) -> None:
        if self.isFree():
            self.choices.set_settings(replace(self.choices.settings, **{option.name: value}))


def _value(option: Option, shown: Any, none: Any) -> Any:
    """The value for a number in a spin box; its minimum stands for None, if the option allows that."""
    return None if option.default is None and shown == none else shown


def _translated(text: str) -> str:
    return translate(TEXT_CONTEXT, text)
