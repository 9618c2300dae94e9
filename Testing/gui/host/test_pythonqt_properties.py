"""Properties, methods and enums are those of PythonQt."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("QPushButton", "text", "Apply"),
        ("QSpinBox", "value", 7),
        ("QDoubleSpinBox", "value", 2.5),
        ("QWidget", "enabled", False),
        ("QWidget", "windowTitle", "Registration"),
        ("QLineEdit", "placeholderText", "search"),
        ("QPlainTextEdit", "plainText", "log"),
        ("QTextEdit", "plainText", "log"),
        ("QTableWidget", "rowCount", 3),
        ("QTimer", "interval", 50),
        ("QAction", "text", "Swap"),
        ("QGroupBox", "title", "Inputs"),
        ("QProgressBar", "maximum", 200),
        ("QCheckBox", "checked", True),
    ],
)
def test_a_property_is_an_attribute_that_shadows_its_getter(qt, kind, name, value):
    thing = getattr(qt, kind)()
    if kind == "QCheckBox":
        thing.checkable = True
    setattr(thing, name, value)
    assert getattr(thing, name) == value
    with pytest.raises(TypeError, match="not callable"):
        getattr(thing, name)()


def test_read_only_properties_are_attributes_too(qt):
    combo, label, tree, timer = qt.QComboBox(), qt.QLabel("x"), qt.QTreeWidget(), qt.QTimer()
    combo.addItems(["a", "b"])
    assert (combo.count, combo.currentIndex, combo.currentText) == (2, 0, "a")
    assert isinstance(label.width, int)
    assert label.size.width() == label.width
    assert label.visible is False
    assert label.alignment == qt.Qt.AlignLeft | qt.Qt.AlignVCenter
    assert tree.topLevelItemCount == 0
    assert timer.active is False
    assert qt.QProgressDialog().wasCanceled is False
    assert label.pixmap.isNull()
    assert qt.QTextEdit().document.className() == "QTextDocument"
    with pytest.raises(AttributeError, match="not writable"):
        combo.count = 3


def test_slots_and_other_methods_are_called(qt):
    box = qt.QWidget()
    layout = qt.QVBoxLayout(box)
    check, edit, combo = qt.QCheckBox(), qt.QTextEdit(), qt.QComboBox()
    for widget in (check, edit, combo):
        layout.addWidget(widget)
    assert check.isEnabled() is True
    assert box.isVisible() is False
    assert check.checkState() == qt.Qt.Unchecked
    assert box.layout() is layout
    assert check.parent() is box
    assert check in box.children()
    edit.setText("log")
    assert edit.toPlainText() == "log"
    combo.addItem("mutual information", "AdvancedMattesMutualInformation")
    combo.setCurrentIndex(0)
    assert combo.itemText(0) == "mutual information"
    assert combo.itemData(0) == "AdvancedMattesMutualInformation"
    assert combo.findText("nothing") == -1


def test_items_are_no_qobjects_and_have_methods_only(qt):
    table = qt.QTableWidget(1, 1)
    item = qt.QTableWidgetItem("before")
    table.setItem(0, 0, item)
    assert table.item(0, 0).text() == "before"
    node = qt.QTreeWidgetItem()
    node.setText(0, "rigid")
    assert node.text(0) == "rigid"
    assert qt.QImage(4, 3, qt.QImage.Format_RGB32).width() == 4
    process = qt.QProcess()
    assert process.state() == qt.QProcess.NotRunning
    assert process.exitCode() == 0


@pytest.mark.parametrize("value", ["abc", "7", None, [1]])
def test_a_property_refuses_a_value_of_another_type(qt, value):
    with pytest.raises(AttributeError, match="Property 'value' of type 'int' does not accept"):
        qt.QSpinBox().value = value


def test_an_int_property_takes_3_7_as_3(qt):
    spin = qt.QSpinBox()
    spin.value = 3.7
    assert spin.value == 3


def test_an_unknown_attribute_cannot_be_read_or_set(qt):
    label = qt.QLabel()
    with pytest.raises(AttributeError, match="no attribute named 'caption'"):
        _ = label.caption
    with pytest.raises(AttributeError, match="creating new attributes on C\\+\\+ objects is not allowed"):
        label.caption = "x"
    with pytest.raises(AttributeError, match="can not be overwritten"):
        label.setText = print


def test_a_python_subclass_can_have_attributes_of_its_own(qt):
    class Row(qt.QLabel):
        pass

    row = Row()
    row.caption = "x"
    assert row.caption == "x"


def test_text_is_made_of_anything(qt):
    label = qt.QLabel()
    label.setText(None)
    assert label.text == "None"
    label.text = 4
    assert label.text == "4"


def test_dynamic_properties_give_lists_back_as_tuples(qt):
    widget = qt.QWidget()
    widget.setProperty("stages", ["rigid", "bspline"])
    assert widget.property("stages") == ("rigid", "bspline")
    assert widget.stages == ("rigid", "bspline")
    widget.stages = ["affine"]
    assert widget.property("stages") == ("affine",)


def test_name_is_the_object_name(qt):
    widget = qt.QWidget()
    widget.name = "inputs"
    assert widget.objectName == "inputs"
    assert widget.name == "inputs"


def test_enums_are_unscoped_ints_and_the_scoped_spelling_works(qt):
    assert qt.Qt.AlignLeft == 1
    assert qt.QMessageBox.Yes == 0x4000
    assert qt.QSizePolicy.Expanding == 7
    assert qt.QHeaderView.Stretch == 1
    assert qt.Qt.white == 3
    assert qt.Qt.UserRole + 1 == 257
    assert qt.Qt.AlignmentFlag.AlignLeft == qt.Qt.AlignLeft
    assert isinstance(qt.Qt.AlignLeft, int)
    with pytest.raises(AttributeError):
        _ = qt.Qt.AlignSideways


def test_or_gives_a_plain_int_that_is_accepted_everywhere(qt):
    both = qt.Qt.AlignRight | qt.Qt.AlignTop
    assert type(both) is int
    label = qt.QLabel()
    label.setAlignment(both)
    assert label.alignment == both
    label.alignment = qt.Qt.AlignHCenter | qt.Qt.AlignBottom
    assert label.alignment == qt.Qt.AlignHCenter | qt.Qt.AlignBottom
    widget = qt.QWidget()
    widget.setSizePolicy(qt.QSizePolicy.Expanding, qt.QSizePolicy.Fixed)
    assert widget.sizePolicy.horizontalPolicy() == qt.QSizePolicy.Expanding


def test_the_button_box_takes_its_buttons_for_an_orientation(qt):
    box = qt.QDialogButtonBox(qt.QDialogButtonBox.Ok | qt.QDialogButtonBox.Cancel)
    assert box.buttons() == ()
    box.setStandardButtons(qt.QDialogButtonBox.Ok | qt.QDialogButtonBox.Cancel)
    assert len(box.buttons()) == 2


def test_constructors_and_methods_take_no_keywords(qt):
    with pytest.raises(ValueError, match="keyword arguments"):
        qt.QLabel(text="x")
    with pytest.raises(ValueError, match="keyword arguments"):
        qt.QLabel().setText(text="x")


def test_arguments_that_fit_no_overload_raise_value_error(qt):
    with pytest.raises(ValueError, match="matching overload"):
        qt.QSpinBox().setRange(1)
    with pytest.raises(ValueError, match="matching overload"):
        qt.QLabel("text", "no parent")


@pytest.mark.parametrize(
    "name",
    [
        "QVariant",
        "QTreeWidgetItemIterator",
        "QT_VERSION_STR",
        "QSvgWidget",
        "QChart",
        "QAnyClass",
        "Slot",
        "pyqtSignal",
    ],
)
def test_names_that_pythonqt_lacks(qt, name):
    assert not hasattr(qt, name)


def test_the_version_is_a_function(qt):
    assert isinstance(qt.qVersion(), str)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("QHeaderView", "setResizeMode"),
        ("QMouseEvent", "position"),
        ("QSize", "toTuple"),
        ("QFormLayout", "setRowVisible"),
        ("QWidget", "setScreen"),
        ("QObject", "emit"),
    ],
)
def test_methods_that_qt5_or_pythonqt_lack(qt, kind, name):
    with pytest.raises(AttributeError):
        getattr(getattr(qt, kind), name)
