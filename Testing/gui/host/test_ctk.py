"""Widgets of CTK are those of Slicer."""

from __future__ import annotations

import pytest


def test_slider_widget(ctk):
    slider, heard = ctk.ctkSliderWidget(), []
    slider.connect("valueChanged(double)", heard.append)
    slider.maximum = 10
    slider.decimals = 1
    slider.value = 4.5
    slider.value = 99
    assert heard == [4.5, 10.0]
    slider.minimum = 20
    assert slider.value == 20.0
    with pytest.raises(AttributeError):
        slider.setRange(0, 1)  # a plain C++ method, neither slot nor invokable
    with pytest.raises(AttributeError, match="does not accept"):
        slider.value = "much"


def test_collapsible_button_hides_its_children(host, qt, ctk):
    button, heard = ctk.ctkCollapsibleButton(), []
    layout = qt.QVBoxLayout(button)
    shown, hidden = qt.QLabel("shown"), qt.QLabel("hidden")
    layout.addWidget(shown)
    layout.addWidget(hidden)
    hidden.setVisible(False)
    button.connect("contentsCollapsed(bool)", heard.append)
    button.show()
    host.pump()
    button.collapsed = True
    assert shown.isVisible() is False
    button.click()
    assert button.collapsed is False
    assert shown.isVisible() is True
    assert hidden.isVisible() is False
    assert heard == [True, False]


def test_path_line_edit(ctk, tmp_path):
    edit, heard = ctk.ctkPathLineEdit(), []
    edit.filters = ctk.ctkPathLineEdit.Files
    edit.nameFilters = ["Volume (*.nrrd)"]
    edit.currentPathChanged.connect(heard.append)
    edit.setCurrentPath(str(tmp_path))
    assert heard == []
    edit.currentPath = str(tmp_path / "ct.nrrd")
    assert heard == [str(tmp_path / "ct.nrrd")]


def test_combo_box_default_text_and_checkable_combo_box(qt, ctk):
    combo = ctk.ctkComboBox()
    combo.defaultText = "Choose a preset"
    assert combo.currentText == ""
    assert combo._hostObject.shownText() == "Choose a preset"
    many, heard = ctk.ctkCheckableComboBox(), []
    many.addItems(["CT", "MR"])
    many.checkedIndexesChanged.connect(lambda: heard.append(len(many.checkedIndexes())))
    assert many.noneChecked() is True
    many.setCheckState(many.checkableModel().index(1, 0), qt.Qt.Checked)
    assert heard == [1]
    assert many.checkedIndexes()[0].data() == "MR"


def test_range_widget(ctk):
    widget, heard = ctk.ctkRangeWidget(), []
    widget.setRange(-10, 10)
    widget.valuesChanged.connect(lambda low, high: heard.append((low, high)))
    widget.setValues(-3, 20)
    assert heard[-1] == (-3.0, 10.0)
    assert (widget.minimumValue, widget.maximumValue) == (-3.0, 10.0)


def test_message_box_remembers_its_answer(host, slicer):
    host.dialogs.expect(lambda box: (box.checkBox().setChecked(True), box.button(box.StandardButton.Ok).click()))
    assert slicer.util.confirmOkCancelDisplay("Sure?", dontShowAgainSettingsKey="Host/DontAsk") is True
    assert slicer.util.confirmOkCancelDisplay("Sure?", dontShowAgainSettingsKey="Host/DontAsk") is True
    assert len(host.dialogs.shown) == 1
